//! Single parts put by hand, and copies within the service: asked for in the palette, followed as tasks.

use super::Effect;
use super::dialog::{Answer, Confirm, Dialog, PlaceDialog};
use super::input::{Code, Key};
use super::jobs::Purpose;
use super::state::App;
use super::tasks::{Task, TaskKind};
use super::transfer::Transfer;
use crate::model::Address;
use crate::model::checksum::ChecksumWish;
use crate::model::copy::{CopyOptions, CopyOrder, ObjectRef};
use crate::model::orphan::{Placed, Placing};
use crate::model::plan::Wish;
use crate::model::send::Pace;
use crate::protocol::{Command, JobId};

impl App {
    /// Opens the form for a part of the upload under the cursor.
    pub(super) fn put_part_verb(&mut self, argument: &str) -> Result<(), String> {
        if !self.may_change() {
            return Ok(());
        }
        let target = self.target_here()?;
        let alive = self.may_be_alive(&target);
        let dialog = PlaceDialog::new(target, alive, argument);
        self.dialog = Some(Dialog::Place(Box::new(dialog)));
        Ok(())
    }

    pub(super) fn place_key(
        &mut self,
        mut dialog: Box<PlaceDialog>,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        if let Some((confirm, placing)) = &mut dialog.confirm {
            match confirm.key(key) {
                Answer::Confirmed => {
                    let placing = (**placing).clone();
                    self.begin_placing(placing, effects);
                    return None;
                }
                Answer::Back => dialog.confirm = None,
                Answer::Open => {}
            }
            return Some(Dialog::Place(dialog));
        }
        dialog.error = None;
        match key.code {
            Code::Esc => return None,
            Code::Enter => {
                let chosen = &self.settings.upload;
                let busy = self.in_use(&dialog.target).map(str::to_owned);
                let placing = busy.map_or_else(|| dialog.placing(chosen.signing, chosen.pace), Err);
                match placing {
                    Ok(placing) => {
                        let confirm = Confirm::new(dialog.wanted());
                        dialog.confirm = Some((confirm, Box::new(placing)));
                    }
                    Err(why) => dialog.error = Some(why),
                }
            }
            _ => dialog.fields.key(key),
        }
        Some(Dialog::Place(dialog))
    }

    fn begin_placing(&mut self, placing: Placing, effects: &mut Vec<Effect>) {
        let target = placing.target.clone();
        let file = placing.pieces.first();
        let file = file.map_or_else(String::new, |piece| piece.file.display().to_string());
        let transfer = Transfer::of_upload(file, &target);
        if let Some((row, place)) = self.row_of(&target) {
            place.reasons.remove(&row);
        }
        let job = self.add_transfer(Purpose::Place(target), TaskKind::Place, transfer);
        let placing = Box::new(placing);
        effects.push(Effect::Send(Command::Place { job, placing }));
    }

    pub(super) fn take_placed(&mut self, job: JobId, placed: Placed) {
        if let Some(transfer) = self.tasks.get_mut(job).and_then(Task::transfer_mut) {
            transfer.placed.push(placed);
        }
    }

    /// What was put is seen where the parts are.
    pub(super) fn renew_placed(&mut self, job: JobId, effects: &mut Vec<Effect>) {
        let task = self.tasks.list.iter().find(|task| task.job == job);
        let transfer = task.and_then(|task| task.transfer.as_ref());
        let open = self.parts.as_ref().map(|parts| &parts.target);
        let same = transfer
            .zip(open)
            .is_some_and(|(transfer, target)| transfer.is_of(target));
        if same {
            self.refresh_parts(effects);
        }
    }

    /// Copies an object, as the palette's command says it.
    pub(super) fn copy_verb(
        &mut self,
        argument: &str,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        let order = parse_copy(argument)?;
        if !self.may_change() {
            return Ok(());
        }
        let transfer = Transfer {
            source: format!("s3://{}/{}", order.from.bucket, order.from.key),
            destination: format!("{}/{}", order.bucket, whole_key(&order)),
            ..Transfer::default()
        };
        let bucket = order.bucket.clone();
        let job = self.add_transfer(Purpose::Send { bucket }, TaskKind::Send, transfer);
        let order = Box::new(order);
        effects.push(Effect::Send(Command::Copy { job, order }));
        Ok(())
    }
}

/// The key of the copy: one that is empty or ends in `/` gets the source's name.
fn whole_key(order: &CopyOrder) -> String {
    let from = &order.from.key;
    let folder = from.trim_end_matches('/');
    let name = folder
        .rfind('/')
        .map_or(from.as_str(), |slash| &from[slash + 1..]);
    if order.key.is_empty() || order.key.ends_with('/') {
        return format!("{}{name}", order.key);
    }
    order.key.clone()
}

/// `s3://A/K s3://B/[K] [--if-none-match]`; keys may hold spaces.
fn parse_copy(argument: &str) -> Result<CopyOrder, String> {
    let usage = || "write s3://BUCKET/KEY s3://BUCKET/[KEY], and --if-none-match behind it so that nothing is overwritten";
    let text = argument.trim();
    let (text, if_none_match) = match text.strip_suffix(" --if-none-match") {
        Some(rest) => (rest.trim_end(), true),
        None => (text, false),
    };
    let at = text.rfind(" s3://").ok_or_else(usage)?;
    let address = |text: &str| {
        text.trim()
            .parse::<Address>()
            .map_err(|why| why.to_string())
    };
    let (from, to) = (address(&text[..at])?, address(&text[at..])?);
    if from.key.is_empty() {
        return Err(usage().to_owned());
    }
    let order = CopyOrder {
        from: ObjectRef {
            bucket: from.bucket,
            key: from.key,
            version_id: None,
        },
        bucket: to.bucket,
        key: to.key,
        options: CopyOptions::default(),
        expected_owner: None,
        source_owner: None,
        source_key_from: None,
        customer_key_from: None,
        if_none_match,
        wish: Wish::default(),
        checksum: ChecksumWish::default(),
        pace: Pace::default(),
    };
    if order.from.bucket == order.bucket && order.from.key == whole_key(&order) {
        return Err("source and destination are the same object".to_owned());
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_two_addresses() {
        let order = parse_copy("s3://a/x y/k.bin  s3://b/z/ --if-none-match").unwrap();
        assert_eq!(
            (order.from.key.as_str(), order.key.as_str()),
            ("x y/k.bin", "z/")
        );
        assert!(order.if_none_match);
        assert_eq!(whole_key(&order), "z/k.bin");
        let folder = parse_copy("s3://a/x/dir/ s3://b/").unwrap();
        assert_eq!(whole_key(&folder), "dir/");
        for wrong in [
            "",
            "s3://a/k",
            "a b",
            "s3://a s3://b/k",
            "s3://a/k s3://a/k",
            "s3://a/d/k s3://a/d/",
        ] {
            assert!(parse_copy(wrong).is_err(), "{wrong}");
        }
    }
}
