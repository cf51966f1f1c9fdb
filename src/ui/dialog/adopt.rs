//! Going on with an upload of somebody else: the file and the part size, then what a comparison found.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::Line;

use super::fields::{self, Form};
use super::stop::typed;
use super::upload::browser;
use super::{Scroll, Titles, scrolled};
use crate::app::App;
use crate::app::adopting::compared_text;
use crate::app::dialog::adopt::{AdoptDialog, ReviewDialog};
use crate::model::human::{self, count, escape};
use crate::model::infer::{Guess, Inference};
use crate::ui::text::{fold, wrap};
use crate::ui::theme::Theme;

/// Guesses that are named at most.
const NAMED: usize = 4;
/// Text is not spread wider than this.
const WIDEST: u16 = 84;

pub fn draw(app: &App, dialog: &AdoptDialog, theme: &Theme, frame: &mut Frame<'_>) {
    let key = escape(&dialog.target.key);
    let Some(file) = &dialog.file else {
        let name = format!("Go on with {key} from which file?");
        browser::draw(app, &dialog.browser, &name, theme, frame);
        return;
    };
    let path = file.path.display().to_string();
    let size = file.size.map_or_else(String::new, human::size);
    let to = format!("s3://{}/{}", dialog.target.bucket, dialog.target.key);
    let mut above = vec![
        (format!("{}  {size}", escape(&path)), theme.title),
        (format!("→ {}", escape(&to)), theme.title),
        (String::new(), theme.text),
    ];
    above.extend(told(dialog, theme));
    let mut below = vec![(String::new(), theme.text)];
    match &dialog.error {
        Some(error) => below.push((escape(error).into_owned(), theme.bad)),
        None => below.push((hint(dialog).to_owned(), theme.dim)),
    }
    let form = Form {
        above,
        labels: &["part size", "SSE-C key"],
        switch: "do not overwrite an object that is there (If-None-Match)",
        below,
    };
    let keys = if dialog.guesses().len() > 1 {
        "enter compare  tab next  ctrl-n other size  esc other file"
    } else {
        "enter compare  tab next  esc other file"
    };
    let titles = Titles {
        name: "Go on with an upload",
        keys,
        ..Titles::default()
    };
    fields::draw(&form, &dialog.fields, &titles, theme, frame);
}

fn hint(dialog: &AdoptDialog) -> &'static str {
    match dialog.fields.focus {
        0 => "Enter compares what is stored with the file; nothing is sent yet.",
        1 => "Where the key is, if it is encrypted with one of yours: a file, or $VARIABLE.",
        _ => "Space switches.",
    }
}

/// What the parts say of the part size.
fn told(dialog: &AdoptDialog, theme: &Theme) -> Vec<(String, Style)> {
    let one = |guess: &Guess| {
        let misfits = match guess.misfits {
            0 => "all parts fit".to_owned(),
            misfits => format!(
                "{} fit, {} not",
                count(u64::from(guess.fitting)),
                count(u64::from(misfits))
            ),
        };
        format!("{}: {misfits}", human::size(guess.part_size))
    };
    if let Some(why) = &dialog.unlisted {
        let text = format!(
            "Its parts could not be listed: {}. If it is encrypted with a key of yours, name it; the part size is \
             told from the parts then, unless one is written here.",
            escape(why)
        );
        return vec![(text, theme.warn)];
    }
    match &dialog.inference {
        None => vec![("Listing its parts…".to_owned(), theme.accent)],
        Some(Inference::Sure(guess)) => {
            let text = format!("Its parts tell the part size. {}.", one(guess));
            vec![(text, theme.good)]
        }
        Some(Inference::Free) => {
            let text = "It holds no part: any part size will do.";
            vec![(text.to_owned(), theme.text)]
        }
        Some(Inference::Impossible(why)) => {
            let text = format!(
                "This file cannot be what it was begun with: {}. Another part size would replace what is held.",
                escape(why)
            );
            vec![(text, theme.bad)]
        }
        Some(Inference::Ambiguous { guesses, why }) => {
            let text = format!("The part size is not certain: {}.", escape(why));
            let mut lines = vec![(text, theme.warn)];
            for (index, guess) in guesses.iter().enumerate().take(NAMED) {
                let sign = if index == dialog.guess { "›" } else { " " };
                lines.push((format!("{sign} {}", one(guess)), theme.text));
            }
            lines
        }
    }
}

pub fn review(app: &App, dialog: &ReviewDialog, theme: &Theme, frame: &mut Frame<'_>) {
    let room = usize::from(frame.area().width.saturating_sub(6).min(WIDEST));
    let lines = said(dialog, theme);
    if let Some(confirm) = &dialog.confirm {
        let mut lines = lines;
        lines.retain(|(text, _)| !text.is_empty());
        typed(
            ("Go on with the upload", "go on"),
            &lines,
            confirm,
            theme,
            frame,
        );
        return;
    }
    let lines: Vec<Line<'_>> = lines
        .iter()
        .flat_map(|(text, style)| {
            let lines = wrap(text, room).into_iter();
            lines.map(|line| Line::styled(line, *style))
        })
        .collect();
    let keys = if dialog.counts().by_size > 0 {
        "enter go on…  s trust sizes  f other file  "
    } else {
        "enter go on…  f other file  "
    };
    let scroll = Scroll {
        at: dialog.scroll,
        reach: &app.reach,
        keys,
    };
    scrolled(frame, theme, &lines, &scroll, "Compared with the file");
}

/// What was found, what would be done, and what is out of the ordinary.
fn said(dialog: &ReviewDialog, theme: &Theme) -> Vec<(String, Style)> {
    let adoption = &dialog.compared.adoption;
    let counts = dialog.counts();
    let to = format!("s3://{}/{}", adoption.target.bucket, adoption.target.key);
    let mut lines: Vec<(String, Style)> = fold(&escape(&to), usize::from(WIDEST))
        .into_iter()
        .map(|text| (text, theme.title))
        .collect();
    let file = dialog.file().display().to_string();
    let size = human::size(dialog.compared.comparison.layout.part_size);
    lines.push((
        format!("with {}, in parts of {size}", escape(&file)),
        theme.dim,
    ));
    lines.push((String::new(), theme.text));
    lines.push((format!("{}.", compared_text(&counts)), theme.text));
    let parts = u64::from(counts.to_send);
    let word = if parts == 1 { "part" } else { "parts" };
    let sent = if parts == 0 {
        "Nothing is to be sent: it is completed and verified.".to_owned()
    } else {
        let verb = if parts == 1 { "is" } else { "are" };
        format!(
            "{} {word} ({}) {verb} to be sent; then it is completed and verified.",
            count(parts),
            human::size(counts.bytes)
        )
    };
    lines.push((sent, theme.good));
    if counts.by_size > 0 {
        let by_size = count(u64::from(counts.by_size));
        let text = if dialog.trust_size {
            format!(
                "{by_size} parts are taken for equal because they have the right size, which proves nothing of \
                 their bytes."
            )
        } else {
            format!(
                "{by_size} parts could be compared by their size alone, which proves nothing of their bytes: they \
                 are sent again, unless s trusts their size."
            )
        };
        lines.push((text, theme.warn));
    }
    if dialog.replaces_all() {
        let text = "No part that is held would stay: it is probably of another file. All of it is sent anew.";
        lines.push((text.to_owned(), theme.danger));
    }
    if dialog.alive {
        let text =
            "It may be in use: somebody else may send its parts, and both would write into it.";
        lines.push((text.to_owned(), theme.danger));
    }
    lines
}
