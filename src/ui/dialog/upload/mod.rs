//! The upload dialog: the file browser, then the form.

mod browser;
mod form;

use ratatui::Frame;

use crate::app::App;
use crate::app::dialog::Upload;
use crate::ui::theme::Theme;

pub fn draw(app: &App, upload: &Upload, theme: &Theme, frame: &mut Frame<'_>) {
    match &upload.form {
        Some(form) if upload.in_form => form::draw(&upload.bucket, form, theme, frame),
        _ => browser::draw(app, upload, theme, frame),
    }
}
