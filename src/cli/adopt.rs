//! `mopup resume s3://…`: goes on with an upload that another program began, once it was compared with the file.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use super::args::{self, Connection};
use super::failure::{Exit, Failure};
use super::sends::{self, About, Teller, key};
use super::session::Session;
use crate::model::human::{self, escape};
use crate::model::orphan::{Adoption, Comparison, Keys};
use crate::model::send::{Access, Pace};
use crate::model::{Address, Target};
use crate::protocol::{Command, Fault, Kind, Operation, Outcome};

/// Whether this is about what another program began.
pub fn is_meant(args: &args::Resume) -> bool {
    let is_address = args
        .job
        .as_ref()
        .is_some_and(|job| job.starts_with("s3://"));
    is_address || args.adopting.upload_id.is_some()
}

pub async fn run(connection: &Connection, args: args::Resume) -> Result<Exit, Failure> {
    let telling = args.telling;
    let (dry_run, yes) = (args.adopting.dry_run, args.adopting.yes);
    let mut session = Session::new(connection)?;
    if session.read_only {
        return Err(sends::read_only("leave out --read-only"));
    }
    let mut adoption = adoption(args, &session)?;
    let mut teller = Teller::new(telling, session.clock.clone());
    teller.adopts(about(&adoption));
    match session.connect().await {
        Err(Failure::Fault(fault)) => {
            teller.failed(&fault);
            return teller.finish(false);
        }
        connected => connected?,
    }
    let way = session.endpoint.as_deref();
    key::check_way(adoption.keys.access.customer_key.as_ref(), way)?;
    teller.start(&start("comparing", &adoption));
    let compare = adoption.clone();
    let command = |job| Command::Compare {
        job,
        adoption: Box::new(compare),
    };
    let (outcome, interrupted) = sends::drive(&mut session, command, &mut teller).await?;
    let compared = match (outcome, teller.comparison(dry_run)) {
        (Outcome::Done, Some(compared)) if !dry_run && !interrupted => compared,
        _ => return teller.finish(interrupted),
    };
    let differing = compared.different.len() + compared.misfits_within();
    if differing > 0 && !yes && !may_replace(&mut session, &mut teller, differing).await? {
        return teller.finish(false);
    }
    adoption.compared = Some(Arc::new(compared));
    teller.start(&start("going on with", &adoption));
    let adopt = |job| Command::Adopt {
        job,
        adoption: Box::new(adoption),
    };
    let (_, interrupted) = sends::drive(&mut session, adopt, &mut teller).await?;
    teller.finish(interrupted)
}

fn adoption(args: args::Resume, session: &Session) -> Result<Adoption, Failure> {
    let how = args.adopting;
    let named = args.job.unwrap_or_default();
    let address: Address = named.parse().map_err(|_| {
        Failure::Usage(format!(
            "'{}' is no address: --upload-id needs s3://BUCKET/KEY",
            escape(&named)
        ))
    })?;
    if address.key.is_empty() {
        let shown = escape(&named);
        return usage(format!("'{shown}' names no key: write s3://BUCKET/KEY"));
    }
    let (Some(upload_id), Some(file)) = (how.upload_id, args.file) else {
        return usage(
            "an upload that another program began needs --upload-id ID and --file FILE; `mopup ls` lists the IDs, and `mopup uploads` what is ours",
        );
    };
    if file == "-" {
        return usage("standard input cannot be compared with what is held: name a file");
    }
    if args.anew || args.source_key.source_sse_c_key_file.is_some() {
        return usage("--anew and --source-sse-c-key-file are for uploads of our own");
    }
    let customer_key = key::read(&args.key.into())?;
    let defaults = &session.upload;
    Ok(Adoption {
        target: Target {
            bucket: address.bucket,
            key: address.key,
            upload_id,
        },
        keys: Keys {
            access: Access {
                customer_key,
                expected_owner: how.expected_bucket_owner,
            },
            customer_key_from: None,
        },
        file: PathBuf::from(file),
        part_size: how.part_size,
        trust_size: how.trust_size,
        replace_all: how.replace_all,
        include_active: how.include_active,
        if_none_match: how.if_none_match,
        signing: how.payload_signing.map_or(defaults.signing, Into::into),
        pace: Pace {
            limit: args.pace.limit_rate.or(defaults.pace.limit),
            width: args.pace.width,
        },
        compared: None,
    })
}

fn usage<T>(text: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::Usage(text.into()))
}

fn about(adoption: &Adoption) -> About {
    let Target {
        bucket,
        key,
        upload_id,
    } = adoption.target.clone();
    About {
        bucket,
        key,
        upload_id: Some(upload_id),
        source: adoption.file.display().to_string(),
        journal: None,
    }
}

fn start(what: &str, adoption: &Adoption) -> String {
    let target = &adoption.target;
    let source = adoption.file.display().to_string();
    format!(
        "{what} upload {} of s3://{}/{} from {}",
        escape(&target.upload_id),
        escape(&target.bucket),
        escape(&target.key),
        escape(&source)
    )
}

/// Whether parts that are held may be overwritten: one word that no leaning on a key types.
async fn may_replace(
    session: &mut Session,
    teller: &mut Teller,
    differing: usize,
) -> Result<bool, Failure> {
    let parts = match differing {
        1 => "1 part that is held".to_owned(),
        more => format!("{} parts that are held", human::count(more as u64)),
    };
    if !io::stdin().is_terminal() {
        teller.failed(&refused(
            &format!("{parts} would be replaced"),
            "without a terminal to ask on that needs --yes",
        ));
        return Ok(false);
    }
    let mut out = io::stderr().lock();
    write!(out, "type replace to send {parts} again: ")?;
    out.flush()?;
    drop(out);
    let typed = session.typed("nothing was sent").await?;
    if typed.trim() == "replace" {
        return Ok(true);
    }
    teller.failed(&refused("not confirmed", "nothing was sent"));
    Ok(false)
}

fn refused(message: &str, hint: &str) -> Fault {
    Fault {
        operation: Operation::Local,
        target: String::new(),
        kind: Kind::Invalid,
        code: None,
        message: message.to_owned(),
        hint: hint.to_owned(),
    }
}

/// What was found, for people.
pub fn sentence(found: &Comparison) -> String {
    let parts = found.layout.count().unwrap_or_default();
    let misfits = found.misfits_within();
    let different = found.different.len();
    let equal = found.equal.len();
    let mut text = format!(
        "{} of {} parts are held and equal the file ({})",
        human::count(equal as u64),
        human::count(u64::from(parts)),
        proofs(found)
    );
    for (count, what) in [
        (different, "differ"),
        (misfits, "have another size"),
        (
            found.misfits.len() - misfits,
            "lie behind the file's end and are left out",
        ),
        (found.missing(), "are missing"),
    ] {
        if count > 0 {
            text.push_str(&format!(", {} {what}", human::count(count as u64)));
        }
    }
    let total = found.layout.total.unwrap_or_default();
    text.push_str(&format!(
        "; {} of {} to send, in parts of {}",
        human::size(found.to_send),
        human::size(total),
        human::size(found.layout.part_size)
    ));
    text
}

fn proofs(found: &Comparison) -> String {
    use crate::model::orphan::Proof;
    let of = |proof| found.equal.iter().filter(|equal| equal.2 == proof).count();
    let told: Vec<String> = [
        (Proof::Checksum, "checksum"),
        (Proof::Md5, "MD5"),
        (Proof::Size, "size alone"),
    ]
    .into_iter()
    .filter(|(proof, _)| of(*proof) > 0)
    .map(|(_, word)| format!("by {word}"))
    .collect();
    if told.is_empty() {
        return "nothing to compare".to_owned();
    }
    told.join(", ")
}
