//! Which keys the last line offers and where they stand: one pure function, so that drawing and clicking agree.

use unicode_width::UnicodeWidthStr;

use super::action::{ACTIONS, Action, Entry, Scope};
use super::layout::Pane;
use super::state::App;
use super::tasks::Task;

/// One key and what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    pub action: Action,
    /// As it is written on screen.
    pub key: String,
    pub label: &'static str,
    /// Cells from the left edge of the line.
    pub x: u16,
    /// Cells of key, space and label.
    pub width: u16,
}

/// Cells between hints.
const GAP: u16 = 2;

/// Where there is no room for all, these go first, in this order; whoever misses them finds them in the help.
const FIRST_TO_GO: [Action; 15] = [
    Action::Refresh,
    Action::Copy,
    Action::Folders,
    Action::Account,
    // Of uploads the same as opening them.
    Action::Details,
    Action::Palette,
    Action::SizeAll,
    Action::Back,
    Action::LimitRate,
    Action::Resume,
    Action::Watch,
    Action::Lifecycle,
    // Whoever has a list before them tries enter.
    Action::Open,
    Action::Sort,
    Action::Filter,
];

/// The keys that are worth showing for the focused pane, as many as fit into `width` cells; the way to all
/// others stays to the last.
pub fn hints(app: &App, width: u16) -> Vec<Hint> {
    let [own, list, global] = app.scopes();
    let offered = |scope: Scope| {
        ACTIONS.iter().filter(move |entry| {
            entry.scope == scope && !entry.footer.is_empty() && makes_sense(app, entry)
        })
    };
    let mut entries: Vec<&'static Entry> = offered(own)
        .chain(offered(list))
        .chain(offered(global))
        .collect();
    // Opening is what most people come for.
    entries.sort_by_key(|entry| entry.action != Action::Open);
    let hints = entries.iter().filter_map(|entry| hint(app, entry));
    fitting(hints.collect(), &FIRST_TO_GO, width)
}

/// As many as fit, each in its place; `first_to_go` in this order where there is no room.
pub(super) fn fitting(mut hints: Vec<Hint>, first_to_go: &[Action], width: u16) -> Vec<Hint> {
    while total(&hints) > width && hints.len() > 1 {
        hints.remove(least(&hints, first_to_go));
    }
    let mut x = 1;
    for hint in &mut hints {
        hint.x = x;
        x = x.saturating_add(hint.width).saturating_add(GAP);
    }
    hints
}

/// The one that is missed least: then from the end, but last of all how to leave and how to learn more.
fn least(hints: &[Hint], first_to_go: &[Action]) -> usize {
    let of = |action: Action| hints.iter().position(|hint| hint.action == action);
    let known = |hint: &Hint| matches!(hint.action, Action::Help | Action::Quit | Action::Back);
    let first = first_to_go.iter().copied().find_map(of);
    first
        .or_else(|| hints.iter().rposition(|hint| !known(hint)))
        .or_else(|| of(Action::Quit))
        .unwrap_or(0)
}

fn total(hints: &[Hint]) -> u16 {
    hints
        .iter()
        .fold(2, |sum: u16, hint| sum.saturating_add(hint.width))
        .saturating_add(gaps(hints))
}

fn gaps(hints: &[Hint]) -> u16 {
    u16::try_from(hints.len().saturating_sub(1))
        .unwrap_or(u16::MAX)
        .saturating_mul(GAP)
}

fn hint(app: &App, entry: &'static Entry) -> Option<Hint> {
    let key = app.settings.keymap.shown_key(entry.action)?.to_string();
    let label = label(app, entry);
    let width = key.width() + 1 + label.width();
    let width = u16::try_from(width).unwrap_or(u16::MAX);
    Some(Hint {
        action: entry.action,
        key,
        label,
        x: 0,
        width,
    })
}

/// What the key does now.
fn label(app: &App, entry: &'static Entry) -> &'static str {
    let paused = |task: &Task| task.transfer.as_ref().is_some_and(|of| of.is_paused());
    let goes_on = |task: &Task| paused(task) || task.left_over() > 0;
    match entry.action {
        Action::Pause if app.tasks.current().is_some_and(goes_on) => "go on",
        Action::Pause if app.tasks.current().is_some_and(Task::is_watch) => "freeze",
        Action::PartMap if app.shows_map => "list",
        _ => entry.footer,
    }
}

/// Whether the action does anything where the focus is.
fn makes_sense(app: &App, entry: &Entry) -> bool {
    match entry.action {
        Action::Abort | Action::Upload => !app.settings.read_only,
        Action::Complete => {
            !app.settings.read_only && matches!(app.focus, Pane::Uploads | Pane::Parts)
        }
        Action::Open => app.focus != Pane::Parts,
        Action::Filter => matches!(app.focus, Pane::Buckets | Pane::Uploads),
        Action::PartMap => app.focus == Pane::Parts,
        Action::Watch => matches!(app.focus, Pane::Uploads | Pane::Parts),
        Action::Account => app.focus == Pane::Buckets,
        Action::Back => app.focus != Pane::Buckets || !app.buckets.filter.is_empty(),
        Action::Resume => {
            let here = matches!(app.focus, Pane::Uploads | Pane::Parts);
            (here || !app.interrupted.is_empty()) && !app.settings.read_only
        }
        Action::Pause => app
            .tasks
            .current()
            .is_some_and(|task| task.is_upload() || task.is_watch() || task.left_over() > 0),
        Action::LimitRate => app.tasks.current().is_some_and(Task::is_upload),
        Action::Cancel => app.tasks.current().is_none_or(Task::is_running),
        Action::Tasks => !app.tasks.list.is_empty() && app.focus != Pane::Tasks,
        _ => true,
    }
}
