//! An app in a believable situation, brought there by the same events as in real life, under a frozen clock.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use crate::app::{App, Effect, Event, Key, Settings};
use crate::model::cost::Prices;
use crate::model::part::UploadInfo;
use crate::model::{Bucket, Extent, Part, RowId, Timestamp, Upload};
use crate::protocol::{Command, Fault, Identity, Kind, Measured, News, Operation, Outcome, Report};
use crate::ui;
use crate::ui::theme::Theme;

/// 2026-11-20 18:40 UTC.
pub const NOW: Timestamp = Timestamp::from_secs(1_795_200_000);
pub const DAY: Duration = Duration::from_secs(86_400);
const MIB: u64 = 1 << 20;

pub fn settings() -> Settings {
    let prices = Prices {
        storage: BTreeMap::new(),
        fallback: 0.023,
        list_requests: 0.005,
        ..Prices::default()
    };
    Settings::new(Arc::new(prices), NOW)
}

pub fn denied(operation: Operation, target: &str) -> Fault {
    let action = operation.iam_action().unwrap_or_default();
    Fault {
        operation,
        target: target.to_owned(),
        kind: Kind::Denied,
        code: Some("AccessDenied".into()),
        message: "access is denied".into(),
        hint: if target.is_empty() {
            format!("it needs {action}")
        } else {
            format!("it needs {action} on {target}")
        },
    }
}

/// An upload whose age and class follow from its key.
pub fn upload(key: &str, days: u32) -> Upload {
    Upload {
        key: key.to_owned(),
        upload_id: format!("R4QUmO{}UkUG.{days}_{}", key.len(), key.replace('/', "-")),
        initiated: Some(NOW.minus(DAY * days)),
        storage_class: Some("STANDARD".into()),
        initiator: Some("arn:aws:iam::123456789012:user/svc-enc".into()),
        ..Upload::default()
    }
}

/// What a bucket of video recordings looks like.
pub fn recordings() -> Vec<Upload> {
    let mut uploads: Vec<Upload> = (1..=24)
        .map(|number| upload(&format!("video/raw/2026-10-17/cam-{number:02}.mxf"), 34))
        .collect();
    uploads.push(upload("db/2026-11-19.dump.zst", 1));
    uploads.push(upload("db/2026-11-12.dump.zst", 8));
    uploads.push(upload(
        "tmp/ключ с пробелом и очень длинным именем, которое не помещается никуда.bin",
        120,
    ));
    uploads.push(upload(
        "tmp/日本語のとても長いファイル名のアップロード.tar",
        90,
    ));
    uploads.push(upload("tmp/evil\u{1b}[31m\u{202e}gpj.exe", 700));
    uploads.push(upload("index.html", 3));
    uploads
}

/// The app, and what it asked for.
pub struct Scene {
    pub app: App,
    sent: Vec<Command>,
}

impl Scene {
    pub fn new(settings: Settings, columns: u16, rows: u16) -> Self {
        let mut app = App::new(settings, columns, rows);
        let effects = app.start();
        let mut scene = Self {
            app,
            sent: Vec::new(),
        };
        scene.take(effects);
        scene
    }

    /// Several buckets, all listed as far as they may be, the one with recordings opened.
    pub fn browsing(columns: u16, rows: u16) -> Self {
        Self::browsing_with(settings(), columns, rows)
    }

    pub fn browsing_with(settings: Settings, columns: u16, rows: u16) -> Self {
        let mut scene = Self::new(settings, columns, rows);
        scene.identify();
        let names = ["backups", "logs-prod", "media-archive", "ml-models"];
        scene.buckets(&names);
        let fault = denied(Operation::ListMultipartUploads, "s3://backups");
        scene.end_listing("backups", &[], Outcome::Failed(fault));
        let logs: Vec<Upload> = (0..412)
            .map(|n| upload(&format!("app/2026/{n:04}.log.gz"), 20))
            .collect();
        scene.end_listing("logs-prod", &logs, Outcome::Done);
        scene.end_listing("media-archive", &recordings(), Outcome::Done);
        scene.end_listing("ml-models", &[], Outcome::Done);
        scene.keys("j j enter");
        scene
    }

    pub fn identify(&mut self) {
        let identity = Identity {
            profile: Some("default".into()),
            region: "eu-west-1".into(),
            ..Identity::default()
        };
        self.news(
            |command| matches!(command, Command::Identify { .. }),
            News::Identity(identity),
        );
        self.news(
            |command| matches!(command, Command::Identify { .. }),
            News::Ended(Outcome::Done),
        );
    }

    pub fn buckets(&mut self, names: &[&str]) {
        let buckets = names
            .iter()
            .map(|name| Bucket {
                name: (*name).to_owned(),
                ..Bucket::default()
            })
            .collect();
        self.news(
            |command| matches!(command, Command::Buckets { .. }),
            News::Buckets(buckets),
        );
        self.news(
            |command| matches!(command, Command::Buckets { .. }),
            News::Ended(Outcome::Done),
        );
    }

    pub fn end_listing(&mut self, bucket: &str, uploads: &[Upload], outcome: Outcome) {
        let is_it = |command: &Command| matches!(command, Command::List { scope, .. } if scope.bucket == bucket);
        self.news(is_it, News::Listed(uploads.to_vec()));
        self.news(is_it, News::Ended(outcome));
    }

    /// Sizes every upload of the open bucket whose key passes, as if its parts had been read.
    pub fn size(&mut self, passes: impl Fn(&str) -> bool) {
        let table = &self.app.place().unwrap().table;
        let rows: Vec<(RowId, String)> = table
            .rows()
            .map(|row| (row.id(), row.key().to_owned()))
            .collect();
        let wanted = rows.into_iter().filter(|(_, key)| passes(key));
        let sizes: Vec<(RowId, Measured)> =
            wanted.map(|(row, key)| (row, sized(row, &key))).collect();
        self.news(
            |command| matches!(command, Command::Measure { .. }),
            News::Measured(sizes),
        );
    }

    /// Rests the cursor until the parts are asked for, then lists these.
    pub fn parts(&mut self, numbers: impl Iterator<Item = u32>) {
        self.event(Event::Clock(NOW));
        self.event(Event::Clock(NOW));
        let parts = numbers
            .map(|number| Part {
                number,
                size: 10 * MIB,
                etag: format!(
                    "{:032x}",
                    u128::from(number) * 0x0123_4567_89ab_cdef_0123_4567
                ),
                last_modified: Some(arrived(number)),
                checksum: None,
            })
            .collect();
        let info = UploadInfo {
            abort_date: Some(NOW.plus(DAY * 6)),
            abort_rule_id: Some("abort-after-40-days".into()),
            checksum_algorithm: Some("CRC64NVME".into()),
            checksum_type: Some("FULL_OBJECT".into()),
            ..UploadInfo::default()
        };
        self.news(
            |command| matches!(command, Command::Parts { .. }),
            News::Parts { info, parts },
        );
        self.news(
            |command| matches!(command, Command::Parts { .. }),
            News::Ended(Outcome::Done),
        );
    }

    pub fn news(&mut self, is_it: impl Fn(&Command) -> bool, news: News) {
        let job = self
            .sent
            .iter()
            .rev()
            .find(|command| is_it(command))
            .and_then(Command::starts)
            .expect("nobody asked");
        self.event(Event::Reports(vec![Report { job, news }]));
    }

    /// The newest command that fits.
    pub fn last(&self, is_it: impl Fn(&Command) -> bool) -> Option<&Command> {
        self.sent.iter().rev().find(|command| is_it(command))
    }

    pub fn event(&mut self, event: Event) {
        let effects = self.app.update(event);
        self.take(effects);
    }

    fn take(&mut self, effects: Vec<Effect>) {
        self.sent
            .extend(effects.into_iter().filter_map(|effect| match effect {
                Effect::Send(command) => Some(command),
                _ => None,
            }));
    }

    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.event(Event::Key(key.parse().unwrap()));
        }
        self
    }

    pub fn type_(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            self.event(Event::Key(Key::char(character)));
        }
        self
    }

    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.event(Event::Resized { columns, rows });
        self
    }

    pub fn buffer(&self) -> Buffer {
        let mut terminal =
            Terminal::new(TestBackend::new(self.app.columns, self.app.rows)).unwrap();
        let theme = Theme::of(self.app.theme());
        terminal
            .draw(|frame| ui::draw(&self.app, &theme, frame))
            .unwrap();
        terminal.backend().buffer().clone()
    }

    /// Where the terminal's cursor is shown; `None`: hidden.
    pub fn cursor(&self) -> Option<(u16, u16)> {
        let mut terminal =
            Terminal::new(TestBackend::new(self.app.columns, self.app.rows)).unwrap();
        let theme = Theme::of(self.app.theme());
        terminal
            .draw(|frame| ui::draw(&self.app, &theme, frame))
            .unwrap();
        let at = terminal.get_cursor_position().unwrap();
        terminal.backend().cursor_visible().then_some((at.x, at.y))
    }

    /// The screen as text, a line a row.
    pub fn screen(&self) -> String {
        text(&self.buffer())
    }
}

pub fn text(buffer: &Buffer) -> String {
    let mut lines = Vec::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            if skip == 0 {
                line.push_str(symbol);
                skip = ui::text::width(symbol).saturating_sub(1);
            } else {
                skip -= 1;
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

/// When a part of an old recording came.
fn arrived(number: u32) -> Timestamp {
    NOW.minus(DAY * 34)
        .plus(Duration::from_secs(u64::from(number) * 11))
}

fn sized(row: RowId, key: &str) -> Measured {
    if key.starts_with("db/2026-11-19") {
        // Arriving right now.
        let last_part = Some(NOW.minus(Duration::from_secs(2)));
        return Measured::Exact(Extent {
            bytes: 12 << 30,
            parts: 1_536,
            last_part,
            abort_date: None,
        });
    }
    if key.starts_with("index") {
        return Measured::Exact(Extent::default());
    }
    if key.contains("evil") {
        return Measured::Denied(denied(Operation::ListParts, "s3://media-archive/tmp/evil"));
    }
    // What the listing of its parts tells too, where a gap is shown.
    let first = key.ends_with("cam-01.mxf");
    let parts = if first { 8_116 } else { 8_120 - row.0 * 300 };
    let last_part = if first {
        Some(arrived(8_120))
    } else {
        Some(NOW.minus(DAY * 33))
    };
    let extent = Extent {
        bytes: u64::from(parts) * 10 * MIB,
        parts,
        last_part,
        abort_date: key.starts_with("video/").then(|| NOW.plus(DAY * 6)),
    };
    if key.ends_with("cam-05.mxf") {
        Measured::AtLeast(extent)
    } else {
        Measured::Exact(extent)
    }
}
