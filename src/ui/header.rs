//! The first line: where we are, and what is held there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::{Piece, fit_sides, put_line, skip};
use super::text::cut_middle;
use super::theme::Theme;
use crate::app::App;
use crate::app::place::Listing;
use crate::model::human::{self, escape};
use crate::model::tally::Tally;

pub fn draw(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    buffer.set_style(area, theme.header);
    let mut figures = figures(app, theme);
    figures.splice(0..0, super::tasks::out_of_sight(app, theme));
    let (left, right) = fit_sides(place(app, theme), figures, area.width.saturating_sub(1));
    put_line(buffer, area, &Line::from(left));
    let taken = right.iter().map(Span::width).sum::<usize>();
    let taken = u16::try_from(taken).unwrap_or(u16::MAX).min(area.width);
    put_line(buffer, skip(area, area.width - taken), &Line::from(right));
}

/// Name, badges, breadcrumbs.
fn place(app: &App, theme: &Theme) -> Vec<Piece> {
    let mut pieces = vec![
        Piece::new(" mopup ", theme.brand, 8),
        Piece::new(" ", theme.header, 0),
    ];
    if app.settings.demo {
        pieces.push(Piece::new(" DEMO ", theme.badge, 3));
        pieces.push(Piece::new(" ", theme.header, 3));
    }
    if app.settings.read_only {
        pieces.push(Piece::new(" READ-ONLY ", theme.badge, 2).or(" RO "));
        pieces.push(Piece::new(" ", theme.header, 2));
    }
    let mut crumbs = origin(app);
    if let Some(name) = &app.buckets.open {
        let name = escape(name);
        crumbs.push((
            name.clone().into_owned(),
            cut_middle(&name, 16).into_owned(),
            0,
        ));
        let prefix = app
            .buckets
            .get(name.as_ref())
            .map(prefix)
            .unwrap_or_default();
        if !prefix.is_empty() {
            let prefix = escape(&prefix);
            crumbs.push((
                prefix.clone().into_owned(),
                cut_middle(&prefix, 14).into_owned(),
                5,
            ));
        }
    }
    let bucket = crumbs.iter().position(|(.., rank)| *rank == 0);
    let here = crumbs.len().saturating_sub(1);
    for (index, (text, short, rank)) in crumbs.into_iter().enumerate() {
        let style = if index == here {
            theme.crumb_here
        } else {
            theme.crumb
        };
        // The arrow leaves together with what may be left out: what is outside the bucket, or inside.
        let (before, after) = match bucket {
            Some(bucket) if index > bucket => (" › ", ""),
            Some(bucket) if index == bucket => ("", ""),
            None if index == here => ("", ""),
            _ => ("", " › "),
        };
        let piece = Piece::new(format!("{before}{text}{after}"), style, rank);
        pieces.push(piece.or(format!("{before}{short}{after}")));
    }
    pieces.push(Piece::new("  ", theme.header, 0).or(" "));
    pieces
}

/// Profile, and region or endpoint, with their shorter forms and ranks.
fn origin(app: &App) -> Vec<(String, String, u8)> {
    let Some(identity) = &app.identity else {
        return vec![("connecting…".to_owned(), "…".to_owned(), 3)];
    };
    let mut crumbs = Vec::new();
    if let Some(profile) = &identity.profile {
        let profile = escape(profile);
        crumbs.push((
            profile.clone().into_owned(),
            cut_middle(&profile, 10).into_owned(),
            4,
        ));
    }
    let host = identity
        .endpoint
        .as_deref()
        .map_or(identity.region.as_str(), host);
    let host = escape(host);
    crumbs.push((
        host.clone().into_owned(),
        cut_middle(&host, 14).into_owned(),
        3,
    ));
    crumbs
}

/// `minio.example:9000` of `https://minio.example:9000/path`.
fn host(endpoint: &str) -> &str {
    let rest = endpoint
        .split_once("://")
        .map_or(endpoint, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

fn prefix(place: &crate::app::place::Place) -> String {
    place.level().to_owned()
}

/// Of the open bucket, else of all of them.
fn figures(app: &App, theme: &Theme) -> Vec<Piece> {
    let tally = match app
        .buckets
        .open
        .as_deref()
        .and_then(|name| app.buckets.get(name))
    {
        Some(place) => *place.table.totals(),
        None => app
            .buckets
            .places
            .iter()
            .fold(Tally::default(), |mut sum, place| {
                sum.merge(place.table.totals());
                sum
            }),
    };
    // A sum over buckets of which some are not listed to the end is no whole.
    let mut all = app.buckets.places.iter();
    let is_part = app.buckets.open.is_none() && all.any(|place| place.listing != Listing::Complete);
    let sign = if is_part { "≥ " } else { "" };
    let count = format!("{sign}{}", human::count(tally.rows));
    let word = if tally.rows == 1 { "upload" } else { "uploads" };
    let mut pieces = vec![
        Piece::new(count, theme.header, 2),
        Piece::new(format!(" {word}"), theme.header, 6),
    ];
    // Nothing found is told only where somebody looked.
    let open = app.buckets.open.as_ref();
    let mut here = app
        .buckets
        .places
        .iter()
        .filter(|place| open.is_none_or(|name| *name == place.bucket.name));
    let listed = here.any(|place| place.listing == Listing::Complete);
    if tally.rows == 0 && (is_part || !listed) {
        return Vec::new();
    }
    if tally.rows == 0 {
        pieces.push(Piece::new(" ", theme.header, 0));
        return pieces;
    }
    let bytes = tally.bytes_text();
    if bytes == "unknown" {
        pieces.push(Piece::new(" · size unknown", theme.header, 7));
    } else {
        let sign = if tally.at_least() { "" } else { sign };
        let bytes = format!(" · {sign}{bytes}");
        pieces.push(Piece::new(bytes, theme.header_strong, 1));
        pieces.push(Piece::new(" held", theme.header, 9));
        let mut monthly = human::dollars(tally.monthly());
        if is_part {
            monthly = monthly.replacen('≈', "≥", 1);
        }
        let cost = Piece::new(format!(" · {monthly}/month"), theme.header, 7);
        pieces.push(cost.or(format!(" · {monthly}/mo")));
    }
    if tally.sized < tally.rows {
        let sized = format!("{}/{}", human::count(tally.sized), human::count(tally.rows));
        pieces.push(Piece::new(format!("   sized {sized}"), theme.header_dim, 9));
    }
    pieces.push(Piece::new(" ", theme.header, 0));
    pieces
}
