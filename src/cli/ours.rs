//! Our own uploads as their journals tell of them: no request is needed.

use std::time::UNIX_EPOCH;

use super::args::Connection;
use super::connect;
use super::failure::Failure;
use super::sends::About;
use crate::journal::{self, Destination, End, Entry, JournalError, SourceRecord, State};
use crate::model::human::escape;
use crate::model::send::Standing;

/// All of them, newest last.
pub async fn all() -> Result<Vec<Entry>, Failure> {
    blocking(|folder| journal::list(&folder)).await
}

/// The one that `id` names, or is the only one that it begins.
pub async fn one(id: &str) -> Result<Entry, Failure> {
    if id.starts_with("s3://") {
        return Err(Failure::Usage(format!(
            "'{}' is an address, and not one of our own uploads: those have an ID, which `mopup uploads` lists",
            escape(id)
        )));
    }
    let id = id.to_owned();
    blocking(move |folder| journal::read(&folder, &id)).await
}

async fn blocking<T: Send + 'static>(
    read: impl FnOnce(std::path::PathBuf) -> Result<T, JournalError> + Send + 'static,
) -> Result<T, Failure> {
    let Some(folder) = connect::journal_path() else {
        let text = "there is no home directory that uploads could be recorded in; set HOME or XDG_STATE_HOME";
        return Err(Failure::Other(text.to_owned()));
    };
    let read = tokio::task::spawn_blocking(move || read(folder)).await;
    let read = read.map_err(|error| Failure::Other(error.to_string()))?;
    read.map_err(|error| wrong(&error))
}

/// Why a journal is of no use, for people.
pub fn wrong(error: &JournalError) -> Failure {
    let text = escape(&error.to_string()).into_owned();
    match error {
        JournalError::Ambiguous { .. } => Failure::Usage(text),
        _ => Failure::Other(text),
    }
}

/// Whether it can be gone on with, as far as this machine can tell.
pub fn standing(entry: &Entry) -> Standing {
    let state = match &entry.state {
        Ok(state) => state,
        Err(JournalError::Busy { .. }) => return Standing::Busy,
        Err(error) => return Standing::Unreadable(error.to_string()),
    };
    match &state.end {
        Some(End::Stored { .. }) => return Standing::Done,
        Some(End::Aborted { .. }) => return Standing::Aborted,
        None => {}
    }
    if entry.is_busy {
        return Standing::Busy;
    }
    if state.completing.is_some() {
        return Standing::Completing;
    }
    changed(&state.recipe.source).map_or(Standing::Resumable, Standing::SourceChanged)
}

/// How the source differs from what it was, if it does.
fn changed(source: &SourceRecord) -> Option<String> {
    if source.is_stream {
        return None;
    }
    let found = match std::fs::metadata(source.path.as_ref()?) {
        Ok(found) => found,
        Err(error) => return Some(format!("it cannot be opened: {error}")),
    };
    if source.size.is_some_and(|size| size != found.len()) {
        return Some("its size differs".to_owned());
    }
    let since = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let modified = i64::try_from(since.as_nanos()).ok()?;
    (source.modified? != modified).then(|| "it was written to since".to_owned())
}

/// How messages and documents name it.
pub fn about(id: &str, state: &State) -> About {
    About {
        bucket: state.recipe.bucket.clone(),
        key: state.recipe.key.clone(),
        upload_id: state.begun.as_ref().map(|of| of.upload_id.clone()),
        source: source(state),
        journal: Some(id.to_owned()),
    }
}

/// Where its bytes come from, for people; not yet escaped.
pub fn source(state: &State) -> String {
    state.recipe.source.source().shown()
}

/// One word for it, in lists and documents.
pub const fn word(standing: &Standing) -> &'static str {
    match standing {
        Standing::Resumable => "resumable",
        Standing::Completing => "completing",
        Standing::Busy => "busy",
        Standing::Elsewhere => "elsewhere",
        Standing::SourceChanged(_) => "changed",
        Standing::Unreadable(_) => "unreadable",
        Standing::Done => "stored",
        Standing::Aborted => "aborted",
    }
}

/// What the word leaves open.
pub fn detail(standing: &Standing) -> Option<&str> {
    match standing {
        Standing::SourceChanged(how) => Some(how),
        Standing::Unreadable(why) => Some(why),
        _ => None,
    }
}

/// The way to where an upload was sent, unless another one was given.
pub fn way(connection: &Connection, to: &Destination) -> Connection {
    let given = |given: &Option<String>, known: &Option<String>| given.clone().or(known.clone());
    Connection {
        profile: given(&connection.profile, &to.profile),
        region: given(&connection.region, &to.region),
        endpoint_url: given(&connection.endpoint_url, &to.endpoint),
        provider: given(&connection.provider, &to.provider),
        ..connection.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(path: &std::path::Path) -> SourceRecord {
        let found = std::fs::metadata(path).unwrap();
        let modified = found.modified().unwrap().duration_since(UNIX_EPOCH);
        SourceRecord {
            path: Some(path.to_owned()),
            is_stream: false,
            size: Some(found.len()),
            modified: Some(i64::try_from(modified.unwrap().as_nanos()).unwrap()),
            sample: None,
            object: None,
        }
    }

    #[test]
    fn a_source_that_changed_is_told_how() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, "one").unwrap();
        let source = record(&path);
        assert_eq!(changed(&source), None);
        std::fs::write(&path, "three").unwrap();
        assert_eq!(changed(&source).unwrap(), "its size differs");
        let touched = SourceRecord {
            modified: Some(1),
            ..record(&path)
        };
        assert_eq!(changed(&touched).unwrap(), "it was written to since");
        std::fs::remove_file(&path).unwrap();
        assert!(changed(&source).unwrap().contains("cannot be opened"));
        let stream = SourceRecord {
            is_stream: true,
            ..source
        };
        assert_eq!(changed(&stream), None);
    }

    #[test]
    fn an_upload_goes_where_it_went_unless_another_way_is_given() {
        let to = Destination {
            endpoint: Some("https://s3.example".to_owned()),
            region: Some("eu".to_owned()),
            profile: Some("prod".to_owned()),
            provider: None,
        };
        let given = Connection {
            region: Some("us".to_owned()),
            read_only: true,
            ..Connection::default()
        };
        let way = way(&given, &to);
        assert_eq!(way.endpoint_url.as_deref(), Some("https://s3.example"));
        assert_eq!(way.profile.as_deref(), Some("prod"));
        assert_eq!(way.region.as_deref(), Some("us"));
        assert!(way.read_only);
    }
}
