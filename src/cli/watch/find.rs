//! Which uploads are to be watched.

use super::super::args;
use super::super::failure::Failure;
use super::super::output::{complain, sentence};
use super::super::session::Session;
use super::super::sweep::{self, Found, Sink, Wanted};
use crate::model::human::{self, escape};
use crate::model::{Address, Filter, Target, Upload};
use crate::protocol::{Fault, Kind, Scope};

/// So many are named at most where one has to be chosen.
const NAMED: usize = 20;

/// An upload, with what was listed of it if it was.
#[derive(Debug, Clone)]
pub struct Wish {
    pub target: Target,
    pub listed: Option<Upload>,
}

/// The uploads that the arguments name; none only with `--all`.
pub async fn find(session: &mut Session, args: &args::Watch) -> Result<Vec<Wish>, Failure> {
    let address = &args.address;
    let mut listed = Listed {
        address,
        exact: !args.all,
        ids: &args.upload_id,
        found: Vec::new(),
        fault: None,
    };
    let scope = Scope {
        bucket: address.bucket.clone(),
        prefix: address.key.clone(),
    };
    let wanted = Wanted {
        filter: &Filter::default(),
        sized: false,
        in_order: true,
    };
    sweep::run(session, vec![scope], wanted, &mut listed).await?;
    if !args.upload_id.is_empty() {
        return Ok(named(address, &args.upload_id, &listed.found));
    }
    if let Some(fault) = listed.fault {
        if listed.found.is_empty() || !args.all {
            return Err(Failure::Fault(with_way(fault)));
        }
        complain(&sentence(&fault));
    }
    if args.all {
        return Ok(listed.found);
    }
    match listed.found.len() {
        0 => Err(Failure::Other(format!(
            "no upload is in progress at {}",
            escape(&address.to_string())
        ))),
        1 => Ok(listed.found),
        _ => Err(Failure::Usage(choose(address, &listed.found))),
    }
}

/// Those with these IDs, each once. A listing that failed is not told: it is only nice to have.
fn named(address: &Address, ids: &[String], listed: &[Wish]) -> Vec<Wish> {
    let mut wishes: Vec<Wish> = Vec::new();
    for id in ids {
        if wishes.iter().any(|wish| wish.target.upload_id == *id) {
            continue;
        }
        let known = listed.iter().find(|wish| wish.target.upload_id == *id);
        wishes.push(known.cloned().unwrap_or_else(|| Wish {
            target: Target {
                bucket: address.bucket.clone(),
                key: address.key.clone(),
                upload_id: id.clone(),
            },
            listed: None,
        }));
    }
    wishes
}

fn with_way(fault: Fault) -> Fault {
    if !matches!(fault.kind, Kind::Denied | Kind::Unsupported) {
        return fault;
    }
    let hint = match fault.hint.as_str() {
        "" => "name the upload: --upload-id ID".to_owned(),
        hint => format!("{hint}; or name the upload: --upload-id ID"),
    };
    Fault { hint, ..fault }
}

fn choose(address: &Address, found: &[Wish]) -> String {
    let mut text = format!(
        "{} uploads are in progress at {}; name one with --upload-id, or watch them with --all:",
        human::count(found.len() as u64),
        escape(&address.to_string())
    );
    for wish in found.iter().take(NAMED) {
        let begun = wish.listed.as_ref().and_then(|upload| upload.initiated);
        let begun = begun.map_or("-".to_owned(), human::utc);
        let id = escape(&wish.target.upload_id);
        text.push_str(&format!("\n  {begun:<20}  {id}"));
    }
    if found.len() > NAMED {
        let more = human::count((found.len() - NAMED) as u64);
        text.push_str(&format!("\n  … and {more} more"));
    }
    text
}

struct Listed<'a> {
    address: &'a Address,
    /// Only the key itself, not what begins with it.
    exact: bool,
    /// Nothing more is wanted once these were found.
    ids: &'a [String],
    found: Vec<Wish>,
    fault: Option<Fault>,
}

impl Sink for Listed<'_> {
    fn upload(&mut self, _: &Session, found: &Found<'_>) -> Result<(), Failure> {
        if !self.exact || found.upload.key == self.address.key {
            self.found.push(Wish {
                target: found.upload.target(found.bucket),
                listed: Some(found.upload.clone()),
            });
        }
        Ok(())
    }

    fn page(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn has_enough(&self) -> bool {
        let found = |id: &String| self.found.iter().any(|wish| wish.target.upload_id == *id);
        !self.ids.is_empty() && self.ids.iter().all(found)
    }

    fn error(&mut self, fault: &Fault) {
        self.fault = Some(fault.clone());
    }
}
