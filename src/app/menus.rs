//! The menus: what to sort by, and what to copy.

use super::Effect;
use super::dialog::Dialog;
use super::dialog::choose::{Choice, Menu};
use super::folders::{FolderLine, Grouping};
use super::input::{Code, Key};
use super::layout::Pane;
use super::messages::Severity;
use super::place::Place;
use super::state::App;
use super::transfer::Transfer;
use super::watching::watched::{End, Watched};
use crate::model::filter;
use crate::model::rollup::Group;
use crate::model::shell::quote;
use crate::model::view::{Column, Sort};
use crate::model::watch::Ending;
use crate::model::{Address, Target, Timestamp};
use crate::protocol::SentOutcome;

type Line = (String, String, Choice);

impl App {
    pub(super) fn sort_menu(&mut self) {
        let Some(sort) = self.place().map(|place| place.table.sort()) else {
            return;
        };
        let held = self.place().map_or(0, |place| place.table.held());
        let lines = Column::ALL.iter().map(|column| {
            // Choosing the column in force turns it round, or puts what came in since in its place.
            let (detail, descending) = match (*column == sort.column, held) {
                (false, _) => ("", column.descends_at_first()),
                (true, 0) => ("turn round", !sort.descending),
                (true, _) => ("sort again", sort.descending),
            };
            let column = *column;
            let choice = Choice::Sort(Sort { column, descending });
            (column.word().to_owned(), detail.to_owned(), choice)
        });
        let mut menu = Menu::new("sort by", lines.collect());
        menu.cursor = Column::ALL
            .iter()
            .position(|column| *column == sort.column)
            .unwrap_or(0);
        self.dialog = Some(Dialog::Menu(menu));
    }

    pub(super) fn copy_menu(&mut self) {
        let lines = match self.focus {
            Pane::Buckets => self.bucket_texts(),
            Pane::Uploads => self.upload_texts(),
            Pane::Parts => {
                let part = self.current_parts().and_then(|parts| parts.current());
                let etag = part.map(|part| copy("ETag", &part.etag));
                etag.into_iter().chain(self.upload_texts()).collect()
            }
            Pane::Tasks => self.task_texts(),
        };
        if lines.is_empty() {
            self.say(Severity::Info, "nothing to copy here");
        } else {
            self.dialog = Some(Dialog::Menu(Menu::new("copy", lines)));
        }
    }

    fn bucket_texts(&self) -> Vec<Line> {
        let Some(name) = self.buckets.cursor.item() else {
            return Vec::new();
        };
        let list = format!(
            "aws s3api list-multipart-uploads --bucket {}{}",
            quote(name),
            self.connection()
        );
        vec![
            copy("name", name),
            copy("address", &format!("s3://{name}")),
            copy("list with the aws command", &list),
        ]
    }

    /// What to copy of a watched upload.
    pub(super) fn menu_of_watched(&self, watched: &Watched) -> Menu {
        Menu::new("copy", self.watched_texts(watched))
    }

    fn watched_texts(&self, watched: &Watched) -> Vec<Line> {
        let address = Address {
            bucket: watched.target.bucket.clone(),
            key: watched.target.key.clone(),
        };
        let watch = format!(
            "mopup watch {} {}",
            quote(&address.to_string()),
            quote(&format!("--upload-id={}", watched.target.upload_id))
        );
        let made = match &watched.end {
            Some((_, End::Over(Ending::Completed(object) | Ending::Replaced(object)))) => {
                Some(copy("ETag", &object.etag))
            }
            _ => None,
        };
        let lines = made.into_iter().chain(self.texts_of(&watched.target));
        lines
            .chain([copy("mopup command to watch", &watch)])
            .collect()
    }

    fn upload_texts(&self) -> Vec<Line> {
        self.current_target().map_or_else(
            || {
                let place = self.place();
                place.map_or_else(Vec::new, |place| folder_texts(place, self.now))
            },
            |target| self.texts_of(&target),
        )
    }

    fn texts_of(&self, target: &Target) -> Vec<Line> {
        let command = |verb: &str| aws(verb, target, &self.connection());
        let address = Address {
            bucket: target.bucket.clone(),
            key: target.key.clone(),
        };
        let ours = format!(
            "mopup abort {} {}",
            quote(&address.to_string()),
            quote(&format!("--upload-id={}", target.upload_id))
        );
        vec![
            copy("upload ID", &target.upload_id),
            copy("address", &address.to_string()),
            copy("key", &target.key),
            copy("parts with the aws command", &command("list-parts")),
            copy(
                "abort with the aws command",
                &command("abort-multipart-upload"),
            ),
            copy("mopup command to abort", &ours),
        ]
    }

    fn task_texts(&self) -> Vec<Line> {
        let Some(task) = self.tasks.current() else {
            return Vec::new();
        };
        if let Some(transfer) = &task.transfer {
            return transfer_texts(transfer);
        }
        if let Some(watched) = self.watching.get(task.job) {
            return self.watched_texts(watched);
        }
        let lines: Vec<String> = task
            .troubles
            .iter()
            .map(|trouble| {
                format!(
                    "s3://{}/{}\t{}\t{}",
                    task.bucket, trouble.key, trouble.upload_id, trouble.why
                )
            })
            .collect();
        if lines.is_empty() {
            Vec::new()
        } else {
            vec![copy("what was skipped or failed", &lines.join("\n"))]
        }
    }

    /// The options that lead an `aws` command to the same place.
    fn connection(&self) -> String {
        let Some(identity) = &self.identity else {
            return String::new();
        };
        let options = [
            ("--profile", identity.profile.as_deref()),
            (
                "--region",
                Some(identity.region.as_str()).filter(|region| !region.is_empty()),
            ),
            ("--endpoint-url", identity.endpoint.as_deref()),
        ];
        options
            .iter()
            .filter_map(|(option, value)| value.map(|value| format!(" {option} {}", quote(value))))
            .collect()
    }

    pub(super) fn menu_key(
        &mut self,
        mut menu: Menu,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        let last = menu.items.len().saturating_sub(1);
        match key.code {
            Code::Esc | Code::Char('q') => return None,
            Code::Down | Code::Char('j') | Code::Tab => menu.cursor = (menu.cursor + 1).min(last),
            Code::Up | Code::Char('k') | Code::BackTab => {
                menu.cursor = menu.cursor.saturating_sub(1);
            }
            Code::Enter => {
                let item = menu.items.swap_remove(menu.cursor.min(last));
                self.choose(item.choice, effects);
                return None;
            }
            Code::Char(letter) => {
                if let Some(index) = menu.items.iter().position(|item| item.letter == letter) {
                    let item = menu.items.swap_remove(index);
                    self.choose(item.choice, effects);
                    return None;
                }
            }
            _ => {}
        }
        Some(Dialog::Menu(menu))
    }

    fn choose(&mut self, choice: Choice, effects: &mut Vec<Effect>) {
        match choice {
            Choice::Sort(sort) => self.sort_by(sort),
            Choice::Copy(text) => {
                self.say(Severity::Info, "copied to the terminal's clipboard");
                effects.push(Effect::Copy(text));
            }
        }
    }
}

fn transfer_texts(transfer: &Transfer) -> Vec<Line> {
    let address = format!("s3://{}", transfer.shown_destination());
    let now = transfer.now.as_ref();
    let target = now.and_then(|now| now.target.as_ref());
    let object = transfer.only().and_then(|sent| match &sent.outcome {
        SentOutcome::Stored(object) => Some(object),
        _ => None,
    });
    let resume = transfer.journal().filter(|_| object.is_none());
    let resume = resume.map(|id| format!("mopup resume {}", quote(id)));
    let texts = [
        Some(copy("address", &address)),
        Some(copy("source", &transfer.source)),
        target.map(|target| copy("upload ID", &target.upload_id)),
        object.map(|object| copy("ETag", &object.etag)),
        resume.map(|command| copy("mopup command to resume", &command)),
    ];
    texts.into_iter().flatten().collect()
}

fn folder_texts(place: &Place, now: Timestamp) -> Vec<Line> {
    let Some(view) = &place.folders else {
        return Vec::new();
    };
    let folder = match view.current(&place.table) {
        Some(FolderLine::Folder(folder)) => folder,
        Some(FolderLine::Group(by, group)) => return group_texts(by, &group, now),
        Some(FolderLine::Upload(_)) | None => return Vec::new(),
    };
    let address = Address {
        bucket: place.bucket.name.clone(),
        key: folder.prefix.clone(),
    };
    vec![
        copy("address", &address.to_string()),
        copy("prefix", &folder.prefix),
    ]
}

fn group_texts(by: Grouping, group: &Group, now: Timestamp) -> Vec<Line> {
    let name = group.name.as_deref();
    let term = by.by().and_then(|by| filter::of_group(by, name, now));
    let name = name.map(|name| copy(by.word(), name));
    let term = term.map(|term| copy("filter", &term));
    name.into_iter().chain(term).collect()
}

fn copy(label: &str, text: &str) -> Line {
    (
        label.to_owned(),
        text.to_owned(),
        Choice::Copy(text.to_owned()),
    )
}

fn aws(verb: &str, target: &Target, connection: &str) -> String {
    // With an equals sign, since upload IDs may begin with a hyphen.
    format!(
        "aws s3api {verb} --bucket {} --key {} {}{connection}",
        quote(&target.bucket),
        quote(&target.key),
        quote(&format!("--upload-id={}", target.upload_id)),
    )
}
