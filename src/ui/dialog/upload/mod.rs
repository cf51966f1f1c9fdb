//! The upload dialog: the file browser, then the form.

pub mod browser;
mod form;

use ratatui::Frame;

use crate::app::App;
use crate::app::dialog::Upload;
use crate::model::human::escape;
use crate::ui::paint::cells;
use crate::ui::theme::Theme;

pub fn draw(app: &App, upload: &Upload, theme: &Theme, frame: &mut Frame<'_>) {
    match &upload.form {
        Some(form) if upload.in_form => form::draw(&upload.bucket, form, theme, frame),
        _ => {
            let (bucket, prefix) = (escape(&upload.bucket), escape(&upload.prefix));
            let name = format!("Upload to s3://{bucket}/{prefix}");
            browser::draw(app, &upload.browser, &name, theme, frame);
        }
    }
}

/// The first of `forms` that fits on the lower border beside the place, else the last.
fn fitting(forms: &[&'static str], width: u16, place: &str) -> &'static str {
    // Either has a space around it.
    let taken = if place.is_empty() {
        2
    } else {
        cells(place) + 4
    };
    let room = width.saturating_sub(taken);
    let fits = forms.iter().find(|form| cells(form) <= room);
    fits.or(forms.last()).copied().unwrap_or_default()
}
