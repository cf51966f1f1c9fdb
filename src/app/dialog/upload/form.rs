//! The form: what was chosen, where it goes, and how. Its fields are texts until it starts; what is wrong with one
//! is said at it.

use std::collections::BTreeMap;

use super::check;
use super::field::{Field, Kind};
use super::forecast::{Forecast, Rules};
use super::order::{CUSTOMER, KMS};
use super::step::Picked;
use crate::app::input::{Code, Key};
use crate::app::text::Line;
use crate::model::plan::Wish;
use crate::model::send::Order;

/// What follows from a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormStep {
    Stay,
    /// To the browser.
    Back,
    Start(Box<Order>),
}

/// One line between head and foot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormLine {
    Field(Field),
    /// What is wrong with the field above.
    Problem(String),
    /// From here on are fields that few need.
    More,
}

/// The form.
#[derive(Debug, Clone)]
pub struct Form {
    pub picked: Vec<Picked>,
    /// What holds where the form asks nothing.
    pub(super) base: Order,
    rules: Rules,
    pub(super) texts: BTreeMap<Field, Line>,
    pub(super) choices: BTreeMap<Field, usize>,
    pub focus: Field,
    /// A key, and how many uploads of it are in progress.
    pub rivals: (String, usize),
    pub forecast: Forecast,
    /// Somebody typed the SSE-C key itself, and it was removed.
    removed_key: bool,
}

impl Form {
    /// A form for what was chosen, filled from an order with the defaults.
    pub fn new(picked: Vec<Picked>, base: Order, rules: Rules) -> Self {
        let mut form = Self {
            picked,
            base,
            rules,
            texts: BTreeMap::new(),
            choices: BTreeMap::new(),
            focus: Field::Key,
            rivals: (String::new(), 0),
            forecast: Forecast::default(),
            removed_key: false,
        };
        form.fill();
        form.reckon();
        form
    }

    /// The same form for another choice: only the key begins anew.
    pub fn choose(&mut self, picked: Vec<Picked>) {
        if picked != self.picked {
            let key = Line::new(default_key(&picked, &self.base.key));
            self.texts.insert(Field::Key, key);
            self.picked = picked;
        }
        self.focus = Field::Key;
        self.reckon();
    }

    /// Does what a key asks for.
    pub fn key(&mut self, key: Key) -> FormStep {
        match (key.code, key.ctrl, self.focus.kind()) {
            (Code::Esc, ..) => return FormStep::Back,
            (Code::Char('s'), true, _) | (Code::Enter, _, Kind::Button) => return self.start(),
            (Code::Enter | Code::Tab | Code::Down, ..) | (Code::Char('n'), true, _) => self.go(1),
            (Code::BackTab | Code::Up, ..) | (Code::Char('p'), true, _) => self.go(-1),
            (Code::PageDown, ..) => self.go(5),
            (Code::PageUp, ..) => self.go(-5),
            (Code::Left, false, Kind::Choice(of) | Kind::Word(of, _)) => self.cycle(of, false),
            (Code::Right | Code::Char(' '), false, Kind::Choice(of) | Kind::Word(of, _)) => {
                self.cycle(of, true);
            }
            (Code::Char(letter), false, Kind::Choice(of)) => self.jump(of, letter),
            (_, _, Kind::Choice(_) | Kind::Button) => {}
            _ => self.edit(|line| {
                line.key(key);
            }),
        }
        FormStep::Stay
    }

    /// Inserts pasted text into the field.
    pub fn paste(&mut self, text: &str) {
        if matches!(self.focus.kind(), Kind::Text(_) | Kind::Word(..)) {
            self.edit(|line| line.paste(text));
        }
    }

    /// A press on a line: the field gets the keys; a choice that has them goes on to its next value.
    pub fn press(&mut self, line: usize) {
        let Some(FormLine::Field(field)) = self.lines().into_iter().nth(line) else {
            return;
        };
        match field.kind() {
            Kind::Choice(of) | Kind::Word(of, _) if field == self.focus => self.cycle(of, true),
            _ => self.focus = field,
        }
    }

    /// A press on the button.
    pub fn press_start(&mut self) -> FormStep {
        if self.focus == Field::Start {
            return self.start();
        }
        self.focus = Field::Start;
        FormStep::Stay
    }

    /// The lines between head and foot, in order.
    pub fn lines(&self) -> Vec<FormLine> {
        let mut lines = Vec::new();
        for field in self.fields().filter(|field| *field != Field::Start) {
            if field == Field::Metadata {
                lines.push(FormLine::More);
            }
            lines.push(FormLine::Field(field));
            lines.extend(self.problem(field).map(FormLine::Problem));
        }
        lines
    }

    /// The line that has to be in sight.
    pub fn line_in_focus(&self, lines: &[FormLine]) -> usize {
        let at = |line: &FormLine| *line == FormLine::Field(self.focus);
        // The button lies behind the last line.
        lines.iter().position(at).unwrap_or(lines.len())
    }

    /// The text of a field that takes one.
    pub fn line(&self, field: Field) -> Option<&Line> {
        self.texts.get(&field)
    }

    /// What is chosen in a field that offers choices.
    pub fn choice(&self, field: Field) -> usize {
        self.choices.get(&field).copied().unwrap_or(0)
    }

    /// Where it goes: the whole key of a single file, else what the keys begin with.
    pub fn destination(&self) -> String {
        let key = self.text(Field::Key);
        match self.only_file() {
            Some(file) if key.is_empty() || key.ends_with('/') => format!("{key}{}", file.name()),
            None if !key.is_empty() && !key.ends_with('/') => format!("{key}/"),
            _ => key.to_owned(),
        }
    }

    /// The single file that was chosen; `None` for several and for directories.
    pub fn only_file(&self) -> Option<&Picked> {
        match self.picked.as_slice() {
            [only] if !only.is_directory => Some(only),
            _ => None,
        }
    }

    /// What is wrong with a field.
    pub fn problem(&self, field: Field) -> Option<String> {
        let text = self.text(field);
        match field {
            Field::Key => self.check_key(),
            Field::Class | Field::Acl => check::word(text).err(),
            Field::ContentType => check::content_type(text).err(),
            Field::KmsKey => check::header(text).err(),
            Field::CustomerKey if self.removed_key && text.is_empty() => {
                Some("the key itself was removed: name a file or $VARIABLE".to_owned())
            }
            Field::CustomerKey => check::key_source(text).err(),
            Field::Metadata => check::metadata(text).err(),
            Field::Tags => check::tags(text).err(),
            Field::Owner => check::owner(text).err(),
            Field::PartSize if !text.is_empty() => check::size(text).err().or_else(|| {
                let fits = self.forecast.fits.as_ref()?;
                Some(format!("this does not fit the plan, {fits} does"))
            }),
            Field::PartSize | Field::Rate => check::size(text).err(),
            Field::Width => check::width(text).err(),
            Field::NoOverwrite
            | Field::Encryption
            | Field::Checksum
            | Field::Signing
            | Field::Start => None,
        }
    }

    fn check_key(&self) -> Option<String> {
        let key = self.destination();
        if self.only_file().is_some() || !key.is_empty() {
            check::key(&key).err()
        } else {
            None
        }
    }

    fn fields(&self) -> impl DoubleEndedIterator<Item = Field> + '_ {
        let encryption = self.choice(Field::Encryption);
        let is_asked = move |field: &Field| match field {
            Field::KmsKey => encryption == KMS,
            Field::CustomerKey => encryption == CUSTOMER,
            _ => true,
        };
        Field::ALL.into_iter().filter(is_asked)
    }

    pub(super) fn text(&self, field: Field) -> &str {
        self.texts.get(&field).map_or("", |line| line.text())
    }

    /// So many fields on.
    pub fn go(&mut self, by: isize) {
        let fields: Vec<Field> = self.fields().collect();
        let at = fields.iter().position(|field| *field == self.focus);
        let last = fields.len() - 1;
        let at = at.unwrap_or(0);
        let next = match by {
            // One step leads round, so that the button is one key away from the first field.
            1 if at == last => 0,
            -1 if at == 0 => last,
            _ => at.saturating_add_signed(by).min(last),
        };
        self.focus = fields[next];
    }

    fn cycle(&mut self, of: &[&str], forward: bool) {
        let step = |at: usize| {
            let by = if forward { 1 } else { of.len() - 1 };
            (at + by) % of.len()
        };
        if let Some(line) = self.texts.get_mut(&self.focus) {
            let at = of.iter().position(|word| *word == line.text());
            line.set(at.map_or("", |at| of[step(at)]));
        } else {
            let at = step(self.choice(self.focus));
            self.choices.insert(self.focus, at);
        }
        self.reckon();
    }

    /// On to the next choice that begins with this letter.
    fn jump(&mut self, of: &[&str], letter: char) {
        let at = self.choice(self.focus);
        let order = (1..=of.len()).map(|step| (at + step) % of.len());
        let begins = |index: &usize| {
            let first = of[*index].chars().next().unwrap_or(' ');
            first.eq_ignore_ascii_case(&letter)
        };
        if let Some(next) = order.into_iter().find(begins) {
            self.choices.insert(self.focus, next);
            self.reckon();
        }
    }

    fn edit(&mut self, change: impl FnOnce(&mut Line)) {
        let Some(line) = self.texts.get_mut(&self.focus) else {
            return;
        };
        change(line);
        if self.focus == Field::CustomerKey {
            let is_key = check::is_key_itself(line.text());
            if is_key {
                line.set("");
            }
            self.removed_key = is_key || (self.removed_key && line.text().is_empty());
        }
        self.reckon();
    }

    /// Works the plan out again.
    fn reckon(&mut self) {
        let class = check::word(self.text(Field::Class)).ok().flatten();
        self.forecast = match self.wish() {
            Ok(wish) => Forecast::of(&self.picked, &wish, &self.rules, class.as_deref()),
            Err(field) => Forecast::refuse(format!("no plan until the {} is right", field.label())),
        };
    }

    pub(super) fn wish(&self) -> Result<Wish, Field> {
        Ok(Wish {
            part_size: check::size(self.text(Field::PartSize)).map_err(|_| Field::PartSize)?,
            width: check::width(self.text(Field::Width)).map_err(|_| Field::Width)?,
            ..self.base.wish
        })
    }

    /// The order as it stands, or leads to the first field that keeps it from being one.
    fn start(&mut self) -> FormStep {
        let wrong = self.fields().find(|field| self.problem(*field).is_some());
        let refused = self.forecast.refused.then_some(Field::PartSize);
        match wrong.or(refused).map_or_else(|| self.order(), Err) {
            Ok(order) => FormStep::Start(Box::new(order)),
            Err(field) => {
                self.focus = field;
                FormStep::Stay
            }
        }
    }
}

/// The key of a single file: its name below the prefix. A directory keeps its name, too; several only share the
/// prefix.
pub(super) fn default_key(picked: &[Picked], prefix: &str) -> String {
    match picked {
        [only] if only.is_directory => format!("{prefix}{}/", only.name()),
        [only] => format!("{prefix}{}", only.name()),
        _ => prefix.to_owned(),
    }
}
