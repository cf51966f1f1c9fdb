//! What the border of the list says, and what stands in it while there is no row.

use ratatui::style::Style;

use crate::app::layout::Pane;
use crate::app::place::{Listing, Place};
use crate::app::{Action, App};
use crate::model::human::{self, count, escape};
use crate::model::lifecycle::Cover;
use crate::model::tally::Tally;
use crate::protocol::Prevention;
use crate::ui::fault;
use crate::ui::paint::{Piece, title};
use crate::ui::text::cut_middle;
use crate::ui::theme::Theme;
use crate::ui::uploads::CUT;
use crate::ui::when;

fn key_of(app: &App, action: Action) -> String {
    app.settings.keymap.shown_key(action).map_or_else(
        || format!(":{}", action.entry().name),
        |key| key.to_string(),
    )
}

pub fn left(app: &App, place: &Place, theme: &Theme) -> Vec<Piece> {
    let name = match &place.folders {
        Some(view) => format!("By {}", view.by.word()),
        None => "Uploads".to_owned(),
    };
    let mut pieces = vec![title(&name, theme, app.focus == Pane::Uploads)];
    if app.buckets.open.is_none() {
        // The breadcrumbs do not name a bucket that is only under the cursor.
        let bucket = escape(&place.bucket.name);
        pieces.push(Piece::new(format!("of {bucket} "), theme.dim, 4));
    }
    let filter = place.table.filter().text();
    if !filter.is_empty() {
        let filter = escape(filter);
        let short = cut_middle(&filter, 14);
        pieces.push(
            Piece::new(format!(" /{filter} "), theme.accent, 6).or_at(3, format!(" /{short} ")),
        );
    }
    if let Some(view) = &place.folders {
        let key = key_of(app, Action::GroupBy);
        let next = view.by.next().word();
        pieces.push(Piece::new(format!(" {key} by {next} "), theme.dim, 9));
    } else {
        let sort = place.table.sort();
        let arrow = if sort.descending { "↓" } else { "↑" };
        let word = sort.column.word();
        // Rows that were sized under the reader's eyes wait for the next sort.
        let held = match place.table.held() {
            0 => String::new(),
            held => format!("({} in place, s s sorts) ", human::count(held as u64)),
        };
        pieces.push(
            Piece::new(format!(" sort: {word} {arrow} {held}"), theme.dim, 8)
                .or_at(7, format!(" {word} {arrow} ")),
        );
    }
    if let Some((text, style)) = rule(place, theme) {
        pieces.push(Piece::new(format!(" {text} "), style, 10));
    }
    if let Some(every) = app.settings.refresh {
        pieces.push(Piece::new(
            format!(" every {} ", human::age(every)),
            theme.dim,
            9,
        ));
    }
    pieces
}

/// What the bucket does against orphans, in a few words.
fn rule(place: &Place, theme: &Theme) -> Option<(String, Style)> {
    let found = match place.prevention.as_ref()? {
        Prevention::Known(configuration) => match configuration.cover() {
            Cover::Whole(days) => (format!("✓ rule: {days} d"), theme.good),
            Cover::Prefixes(_) => ("◐ rule for some prefixes".to_owned(), theme.warn),
            Cover::None => ("! no abort rule".to_owned(), theme.warn),
        },
        Prevention::Denied(_) => ("? abort rule unknown".to_owned(), theme.dim),
        Prevention::Failed(_) => return None,
        Prevention::Unsupported(_) => ("– no lifecycle rules here".to_owned(), theme.dim),
    };
    Some(found)
}

pub fn right(app: &App, place: &Place, theme: &Theme) -> Vec<Piece> {
    let table = &place.table;
    let mut pieces = Vec::new();
    let all = table.totals().rows;
    match &place.listing {
        Listing::Running(_) => pieces.push(Piece::new("listing…", theme.accent, 4).or_at(2, "…")),
        Listing::Failed(_) if all > 0 => {
            pieces.push(
                Piece::new("listing failed: incomplete", theme.bad, 5).or_at(1, "incomplete"),
            );
        }
        Listing::Cancelled => {
            pieces.push(
                Piece::new("listing cancelled: incomplete", theme.warn, 5).or_at(1, "incomplete"),
            );
        }
        _ => {}
    }
    // What is on screen is not what was asked for yet.
    if let Some(doing) = table.doing() {
        let text = format!("{}…", doing.word());
        pieces.push(Piece::new(text, theme.accent, 3).or_at(1, "…"));
    }
    pieces.extend(stirring(app, place, theme));
    if place.cut() > 0 {
        let cut = count(place.cut() as u64);
        let piece = Piece::new(format!("{CUT} {cut} alive and due"), theme.bad, 8);
        pieces.push(piece.or_at(1, format!("{CUT}{cut}")));
    }
    let undecided = table.undecided();
    if undecided > 0 {
        let number = count(undecided as u64);
        let key = key_of(app, Action::SizeAll);
        let long = format!("{number} not sized: filter cannot tell, {key} sizes them");
        let piece = Piece::new(long, theme.warn, 9)
            .or_at(7, format!("{number} not sized: {key} sizes them"))
            .or_at(5, format!("+{number} not sized"))
            .or_at(1, format!("+{number}?"));
        pieces.push(piece);
    }
    let shown = table.live_len() as u64;
    // Nothing at all is said in the pane itself.
    if all > 0 && shown == all {
        pieces.push(Piece::new(count(all), theme.dim, 3));
    } else if all > 0 {
        let long = format!("{} of {}", count(shown), count(all));
        pieces.push(
            Piece::new(long, theme.dim, 5).or_at(2, format!("{}/{}", count(shown), count(all))),
        );
    }
    if let Some(range) = place.range() {
        pieces.push(ranged(place, range, theme));
    }
    if table.marked_totals().rows > 0 {
        let hidden = table.marked_hidden();
        pieces.push(marked(table.marked_totals(), hidden, theme));
    }
    joined(pieces, theme)
}

/// What came, went and moves since the look before: `since 14:31: 3 new, 2 gone, 5 moving`.
fn stirring(app: &App, place: &Place, theme: &Theme) -> Option<Piece> {
    let since = place.since?;
    let told = place.table.stirring();
    let kinds = [
        (told.new, "new", "+"),
        (told.gone, "gone", "−"),
        (told.moving, "moving", "↑"),
    ];
    let kinds = kinds.iter().filter(|(number, _, _)| *number > 0);
    let number = |number: usize| count(number as u64);
    let long: Vec<String> = kinds
        .clone()
        .map(|(many, word, _)| format!("{} {word}", number(*many)))
        .collect();
    let short: Vec<String> = kinds
        .map(|(many, _, sign)| format!("{sign}{}", number(*many)))
        .collect();
    let clock = when::clock(since, app.settings.utc_offset);
    let clock = clock.get(..5).unwrap_or(&clock);
    if long.is_empty() {
        return Some(Piece::new(
            format!("nothing new since {clock}"),
            theme.dim,
            9,
        ));
    }
    let long = long.join(", ");
    let piece = Piece::new(format!("since {clock}: {long}"), theme.accent, 7);
    Some(piece.or_at(6, long).or_at(2, short.join(" ")))
}

/// Up to so many rows of a range are summed up for each frame.
const SUMMED: usize = 5_000;

/// What is about to be marked.
fn ranged(place: &Place, (from, to): (usize, usize), theme: &Theme) -> Piece {
    let rows = to - from + 1;
    let short = format!("range {}", count(rows as u64));
    let piece = if rows <= SUMMED {
        let bytes = place.table.tally_between(from, to).bytes_text();
        Piece::new(format!("{short} · {bytes}"), theme.marked, 6)
    } else {
        Piece::new(short.clone(), theme.marked, 6)
    };
    piece.or_at(4, short)
}

fn marked(tally: &Tally, hidden: usize, theme: &Theme) -> Piece {
    let rows = count(tally.rows);
    let figures = format!("{rows} marked · {}", tally.bytes_text());
    let long = if hidden > 0 {
        format!("{figures} ({} hidden)", count(hidden as u64))
    } else {
        figures.clone()
    };
    Piece::new(long, theme.marked, 6)
        .or_at(5, figures)
        .or_at(1, format!("●{rows}"))
}

/// Puts dots between the pieces, and a space at both ends.
fn joined(pieces: Vec<Piece>, theme: &Theme) -> Vec<Piece> {
    let last = pieces.len().saturating_sub(1);
    let mut joined = vec![Piece::new(" ", theme.dim, 0)];
    for (index, piece) in pieces.into_iter().enumerate() {
        joined.push(if index == last {
            piece
        } else {
            piece.followed_by(" · ")
        });
    }
    joined.push(Piece::new(" ", theme.dim, 0));
    if joined.len() == 2 {
        Vec::new()
    } else {
        joined
    }
}

/// What to say when no row is shown.
pub fn nothing(app: &App, place: &Place, theme: &Theme) -> Vec<(String, Style)> {
    if place.table.totals().rows > 0 {
        return nothing_passes(app, place, theme);
    }
    let line = |text: String| (text, theme.text);
    let hint = |text: String| (text, theme.dim);
    match &place.listing {
        Listing::Waiting => vec![hint("Waits for its turn to be listed…".to_owned())],
        Listing::Running(_) => vec![hint("Listing… nothing found yet.".to_owned())],
        Listing::Complete if place.scope.is_empty() => {
            vec![(
                "No uploads in progress in this bucket. ✓".to_owned(),
                theme.good,
            )]
        }
        Listing::Complete => vec![line(format!(
            "No uploads in progress under '{}'.",
            escape(&place.scope)
        ))],
        Listing::Cancelled => {
            let key = key_of(app, Action::Refresh);
            vec![
                line("The listing was cancelled.".to_owned()),
                hint(format!("{key} begins it again.")),
            ]
        }
        Listing::Failed(failure) => {
            let mut lines = fault::paragraphs(failure, theme);
            lines.extend([
                line(String::new()),
                hint(format!("{} tries again.", key_of(app, Action::Refresh))),
            ]);
            lines
        }
    }
}

/// There are rows, but none is let through.
fn nothing_passes(app: &App, place: &Place, theme: &Theme) -> Vec<(String, Style)> {
    let table = &place.table;
    let (what, how) = if table.filter().is_empty() {
        (
            format!("Nothing under '{}'.", escape(table.prefix())),
            "goes up",
        )
    } else {
        ("Nothing matches the filter.".to_owned(), "clears it")
    };
    let back = format!("{} {how}.", key_of(app, Action::Back));
    let mut lines = vec![(what, theme.text), (back, theme.dim)];
    if table.undecided() > 0 {
        let number = count(table.undecided() as u64);
        let key = key_of(app, Action::SizeAll);
        let text =
            format!("For {number} uploads it cannot tell before they are sized: {key} sizes them.");
        lines.extend([(String::new(), theme.text), (text, theme.warn)]);
    }
    lines
}
