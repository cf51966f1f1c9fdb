//! The facts of one upload, line by line, from what matters most to what may be left out.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::parts::{OpenParts, PartsState, Summary};
use crate::app::place::Place;
use crate::model::catalog::Row;
use crate::model::completion::Ruling;
use crate::model::deadline::{Deadline, Source};
use crate::model::human::{self, count, escape};
use crate::model::liveness::last_sign;
use crate::model::{Measure, RowId, State, Timestamp};
use crate::ui::parts::map;
use crate::ui::text::{cut_end, cut_middle, fold, width, wrap};
use crate::ui::theme::Theme;
use crate::ui::uploads::{CUT, state_style};
use crate::ui::widget::partmap::{gaps_text, part_map};
use crate::ui::widget::spark::spark;
use crate::ui::{fault, when};

pub struct Facts<'a> {
    pub app: &'a App,
    pub theme: &'a Theme,
    pub place: &'a Place,
    pub id: RowId,
    pub row: Row<'a>,
    pub parts: Option<&'a OpenParts>,
}

/// Cells of the labels in front of the facts.
const LABEL: usize = 11;

impl Facts<'_> {
    /// From what matters most to what may be left out.
    pub fn lines(&self, room: u16, wrapped: bool, key: Option<&str>) -> Vec<Line<'static>> {
        let theme = self.theme;
        let room = usize::from(room);
        let mut lines = Vec::new();
        if let Some(key) = key {
            lines.extend(
                fold(key, room)
                    .into_iter()
                    .take(4)
                    .map(|text| Line::styled(text, theme.title)),
            );
        }
        if let Some(reason) = self.place.reasons.get(&self.id) {
            let reason = format!("! {}", escape(reason));
            let most = if wrapped { 3 } else { 2 };
            lines.extend(
                wrap(&reason, room)
                    .into_iter()
                    .take(most)
                    .map(|text| Line::styled(text, theme.warn)),
            );
        }
        lines.push(self.life());
        lines.push(self.held());
        self.verdict(room, wrapped, &mut lines);
        self.map(room, &mut lines);
        lines.push(if self.place.is_cut(self.id, self.app.now) {
            let text = format!("{CUT} {}", self.deadline());
            self.styled("deadline", text, self.theme.bad)
        } else {
            self.fact("deadline", self.deadline())
        });
        lines.push(self.fact("initiated", self.time(self.row.initiated())));
        let id = escape(&self.row.upload_id().text()).into_owned();
        let id_room = room.saturating_sub(LABEL);
        if wrapped {
            for (index, text) in fold(&id, id_room.max(8)).into_iter().enumerate() {
                lines.push(self.fact(if index == 0 { "upload ID" } else { "" }, text));
            }
        } else {
            lines.push(self.fact("upload ID", cut_middle(&id, id_room).into_owned()));
        }
        self.origin(id_room, &mut lines);
        lines
    }

    fn fact(&self, label: &'static str, text: String) -> Line<'static> {
        self.styled(label, text, self.theme.text)
    }

    fn styled(&self, label: &'static str, text: String, style: Style) -> Line<'static> {
        let label = Span::styled(format!("{label:<LABEL$}"), self.theme.dim);
        Line::from(vec![label, Span::styled(text, style)])
    }

    fn time(&self, at: Option<Timestamp>) -> String {
        let Some(at) = at else {
            return "not told by the service".to_owned();
        };
        format!(
            "{}  {}",
            when::local(at, self.app.settings.utc_offset),
            when::ago(Some(at), self.app.now)
        )
    }

    fn life(&self) -> Line<'static> {
        let state = self.place.table.state(self.id, self.app.now);
        let word = state.map_or("not known yet", State::word);
        let measure = self.row.measure();
        let sign = match last_sign(self.row.initiated(), &measure) {
            Some(at) if state.is_some() => {
                format!("  last sign of life {}", when::ago(Some(at), self.app.now))
            }
            _ => String::new(),
        };
        let moved = self.row.moved_at().map_or_else(String::new, |at| {
            format!(", seen moving {}", when::ago(Some(at), self.app.now))
        });
        let mut line = self.styled("state", word.to_owned(), state_style(self.theme, state));
        line.push_span(Span::styled(format!("{sign}{moved}"), self.theme.text));
        line
    }

    fn held(&self) -> Line<'static> {
        let (text, style) = match self.row.measure() {
            Measure::Unknown => ("not sized yet".to_owned(), self.theme.dim),
            Measure::Denied => (
                "unknown: its parts may not be listed".to_owned(),
                self.theme.warn,
            ),
            Measure::AtLeast(extent) | Measure::Exact(extent) => {
                let sign = if matches!(self.row.measure(), Measure::AtLeast(_)) {
                    "≥ "
                } else {
                    ""
                };
                let word = if extent.parts == 1 { "part" } else { "parts" };
                let monthly = self
                    .app
                    .settings
                    .prices
                    .monthly(self.row.storage_class(), extent.bytes);
                let cost = human::dollars(monthly);
                let text = format!(
                    "{sign}{} in {sign}{} {word}  {cost}/month",
                    human::size(extent.bytes),
                    count(u64::from(extent.parts))
                );
                (text, self.theme.text)
            }
        };
        self.styled("held", text, style)
    }

    /// What the parts alone tell of a completion; `c` looks at everything.
    fn verdict(&self, room: usize, wrapped: bool, lines: &mut Vec<Line<'static>>) {
        let Some(completion) = self.parts.and_then(|open| open.completion.as_ref()) else {
            return;
        };
        let (text, style) = match completion.ruling {
            Ruling::Can => {
                let text = "can be completed, as far as its parts tell";
                (text.to_owned(), self.theme.good)
            }
            Ruling::But => (completion.headline(), self.theme.warn),
            Ruling::Cannot => (completion.headline(), self.theme.bad),
        };
        let most = if wrapped { 3 } else { 2 };
        let told = wrap(&escape(&text), room.saturating_sub(LABEL).max(8));
        let cut = told.len() > most;
        for (index, text) in told.into_iter().take(most).enumerate() {
            let label = if index == 0 { "verdict" } else { "" };
            let tail = if cut && index + 1 == most { "…" } else { "" };
            let text = cut_end(&format!("{text}{tail}"), room.saturating_sub(LABEL)).into_owned();
            lines.push(self.styled(label, text, style));
        }
    }

    fn map(&self, room: usize, lines: &mut Vec<Line<'static>>) {
        let Some(open) = self.parts else { return };
        if let PartsState::Failed(failure) = &open.state {
            lines.push(self.styled("parts", fault::short(failure).to_owned(), self.theme.bad));
        }
        if open.parts.is_empty() {
            return;
        }
        let Summary { numbers, gaps, .. } = &open.summary;
        let known = map::known(self.app, open);
        let mut line = self.fact("part map", String::new());
        for (_, cells) in part_map(&known, room.saturating_sub(LABEL), 1) {
            line.extend(map::spans(&cells, self.theme));
        }
        lines.push(line);
        let highest = numbers.last().copied().unwrap_or(0);
        match gaps_text(gaps, 3) {
            Some(text) => {
                let missing: u64 = gaps.iter().map(|(from, to)| u64::from(to - from) + 1).sum();
                let text = format!(
                    "{text}: {} missing below {}",
                    count(missing),
                    count(u64::from(highest))
                );
                lines.push(self.styled("", text, self.theme.warn));
            }
            None if open.state == PartsState::Complete => {
                let text = format!(
                    "1 to {} without a gap, {}",
                    count(u64::from(highest)),
                    human::size(open.summary.bytes)
                );
                lines.push(self.styled("", text, self.theme.dim));
            }
            None => {}
        }
        self.arrivals(open, room, lines);
    }

    fn arrivals(&self, open: &OpenParts, room: usize, lines: &mut Vec<Line<'static>>) {
        let points = &open.summary.arrivals;
        let (Some(first), Some(last)) = (points.iter().min(), points.iter().max()) else {
            return;
        };
        let span = human::age(last.since(*first));
        let tail = if first == last {
            "  all at once".to_owned()
        } else {
            format!("  over {span}")
        };
        let line = spark(points, room.saturating_sub(LABEL + width(&tail)).min(48));
        let mut line = self.styled("arrivals", line, self.theme.bar);
        line.push_span(Span::styled(tail, self.theme.dim));
        lines.push(line);
    }

    fn deadline(&self) -> String {
        let told = self.parts.and_then(|parts| {
            Some(Deadline {
                at: parts.info.abort_date?,
                source: Source::Service,
            })
        });
        let Some(Deadline { at, source }) = told.or_else(|| self.place.table.deadline(self.id))
        else {
            return "none: kept and billed until somebody ends it".to_owned();
        };
        let now = self.app.now;
        let when = if at <= now {
            format!("due since {}", human::age(now.since(at)))
        } else {
            when::until(Some(at), now)
        };
        let info = self.parts.map(|parts| &parts.info);
        let rule = match &source {
            Source::Service => info.and_then(|info| info.abort_rule_id.as_deref()),
            Source::Rule(id) => Some(id.as_str()),
            Source::Provider => None,
        };
        let by = match (rule, &source) {
            (Some(""), _) => ", by a rule of the bucket".to_owned(),
            (Some(rule), Source::Rule(_)) => format!(", by rule '{}' of the bucket", escape(rule)),
            (Some(rule), _) => format!(", by rule '{}'", escape(rule)),
            (None, Source::Provider) => ", by the provider's rule".to_owned(),
            (None, _) => ", said by the service".to_owned(),
        };
        format!("{when}{by}")
    }

    fn origin(&self, room: usize, lines: &mut Vec<Line<'static>>) {
        let info = self.parts.map(|parts| &parts.info);
        let shown = |text: &str| cut_middle(&escape(text), room).into_owned();
        let initiator = self.row.initiator().or_else(|| info?.initiator.as_deref());
        let owner = self.row.owner().or_else(|| info?.owner.as_deref());
        let class = self
            .row
            .storage_class()
            .or_else(|| info?.storage_class.as_deref());
        let algorithm = self
            .row
            .checksum_algorithm()
            .or_else(|| info?.checksum_algorithm.as_deref());
        let kind = self
            .row
            .checksum_type()
            .or_else(|| info?.checksum_type.as_deref());
        if let Some(initiator) = initiator {
            lines.push(self.fact("initiator", shown(initiator)));
        }
        if let Some(owner) = owner.filter(|owner| Some(*owner) != initiator) {
            lines.push(self.fact("owner", shown(owner)));
        }
        if let Some(class) = class {
            lines.push(self.fact("class", shown(class)));
        }
        if let Some(algorithm) = algorithm {
            let kind = kind.map_or_else(String::new, |kind| {
                format!(", {}", kind.to_lowercase().replace('_', " "))
            });
            lines.push(self.fact("checksum", shown(&format!("{algorithm}{kind}"))));
        }
    }
}
