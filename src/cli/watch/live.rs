//! Lines on a terminal that are drawn again in their place, one for each upload.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::super::sends::cut;

/// The block of lines at the end of what is on the terminal.
#[derive(Debug, Default)]
pub struct Block {
    drawn: usize,
}

impl Block {
    /// Puts the lines where those before were. What does not fit on the terminal is only counted.
    pub fn draw(&mut self, lines: &[String]) -> io::Result<()> {
        let text = block(lines, size());
        let mut out = io::stdout().lock();
        let text = format!("{}{text}", self.back());
        self.drawn = text.matches('\n').count();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Writes a line that stays, in front of the block, which has to be drawn again.
    pub fn say(&mut self, line: &str) -> io::Result<()> {
        let text = format!("{}{line}\n", self.back());
        self.drawn = 0;
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Back to the block's first line, with everything below taken away.
    fn back(&self) -> String {
        match self.drawn {
            0 => "\r\x1b[J".to_owned(),
            drawn => format!("\r\x1b[{drawn}A\x1b[J"),
        }
    }
}

/// Columns and rows of the terminal.
pub fn size() -> (usize, usize) {
    let (columns, rows) = crossterm::terminal::size().unwrap_or((80, 24));
    (columns.into(), rows.into())
}

fn block(lines: &[String], (columns, rows): (usize, usize)) -> String {
    let room = rows.saturating_sub(1).max(1);
    let shown = if lines.len() > room {
        room - 1
    } else {
        lines.len()
    };
    let mut text = String::new();
    for line in &lines[..shown] {
        // A line as wide as the terminal would wrap on some.
        text.push_str(&cut(line, columns.saturating_sub(1)));
        text.push('\n');
    }
    if shown < lines.len() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "… and {} more", lines.len() - shown);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted() {
        let lines: Vec<String> = (0..30).map(|n| format!("upload {n}")).collect();
        let text = block(&lines, (80, 10));
        assert_eq!(text.lines().count(), 9);
        assert_eq!(text.lines().last(), Some("… and 22 more"));
        assert_eq!(block(&lines[..9], (80, 10)).lines().count(), 9);
        assert_eq!(
            block(&lines[..1], (9, 10)),
            "upload …\n".replace("upload …", "upload 0")
        );
        assert_eq!(block(&lines[..1], (6, 10)), "uplo…\n");
    }
}
