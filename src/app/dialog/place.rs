//! One part that is put by hand: its number, the file it comes from, which bytes of it.

use super::Confirm;
use super::fields::Fields;
use super::interrupted::parse_key_source;
use crate::model::orphan::{Keys, Placement, Placing};
use crate::model::send::{Pace, PayloadSigning};
use crate::model::{Target, filter};

/// The form's lines.
pub const NUMBER: usize = 0;
pub const FILE: usize = 1;
pub const RANGE: usize = 2;
pub const KEY: usize = 3;

/// The form.
#[derive(Debug, Clone)]
pub struct PlaceDialog {
    pub target: Target,
    /// It showed a sign of life, or nothing tells.
    pub alive: bool,
    pub fields: Fields,
    pub error: Option<String>,
    /// The form is filled in, and a word is wanted.
    pub confirm: Option<(Confirm, Box<Placing>)>,
}

impl PlaceDialog {
    /// With what was said along with the command: a number, a file, or both.
    pub fn new(target: Target, alive: bool, said: &str) -> Self {
        let said = said.trim();
        let (first, rest) = said.split_once(' ').unwrap_or((said, ""));
        let is_number = first.parse::<u32>().is_ok();
        let (number, file) = if is_number { (first, rest) } else { ("", said) };
        let texts = [number, file.trim(), "", ""].map(str::to_owned);
        let mut fields = Fields::new(texts);
        fields.focus = match (number, file) {
            ("", _) => NUMBER,
            (_, "") => FILE,
            _ => RANGE,
        };
        Self {
            target,
            alive,
            fields,
            error: None,
            confirm: None,
        }
    }

    /// What has to be typed: it names what is out of the ordinary.
    pub const fn wanted(&self) -> &'static str {
        if self.alive { "put active" } else { "put" }
    }

    /// The order, or what is in its way.
    pub fn placing(&self, signing: PayloadSigning, pace: Pace) -> Result<Placing, String> {
        let number = self.fields.text(NUMBER).replace(',', "");
        let number: u32 = number
            .parse()
            .ok()
            .filter(|number| *number > 0)
            .ok_or_else(|| match number.as_str() {
                "" => "which part? write its number, from 1 on".to_owned(),
                _ => format!("'{number}' is no part number"),
            })?;
        let file = self.fields.text(FILE);
        if file.is_empty() {
            return Err("which file? write its path".to_owned());
        }
        let (offset, len) = match self.fields.text(RANGE) {
            "" => (0, None),
            text => parse_range(text).ok_or_else(|| {
                format!(
                    "'{text}' is no range: write FROM-TO (bytes, both included), FROM- or OFFSET+LENGTH such as \
                     16MiB+8MiB"
                )
            })?,
        };
        let customer_key_from = match self.fields.text(KEY) {
            "" => None,
            text => Some(parse_key_source(text)?),
        };
        Ok(Placing {
            target: self.target.clone(),
            keys: Keys {
                customer_key_from,
                ..Keys::default()
            },
            pieces: vec![Placement {
                number,
                file: file.into(),
                offset,
                len,
            }],
            overwrite: self.fields.switch,
            include_active: self.alive,
            signing,
            pace,
        })
    }
}

/// A stretch of a file: where it begins, and how many bytes; `None`: to the end.
fn parse_range(text: &str) -> Option<(u64, Option<u64>)> {
    if let Some((offset, len)) = text.split_once('+') {
        let len = filter::parse_size(len.trim()).filter(|len| *len > 0)?;
        return Some((filter::parse_size(offset.trim())?, Some(len)));
    }
    let (from, to) = text.split_once('-')?;
    let offset: u64 = from.trim().parse().ok()?;
    let len = match to.trim() {
        "" => None,
        to => Some(
            to.parse::<u64>()
                .ok()?
                .checked_sub(offset)?
                .checked_add(1)?,
        ),
    };
    Some((offset, len))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialog(said: &str) -> PlaceDialog {
        let target = Target {
            bucket: "b".into(),
            key: "k".into(),
            upload_id: "u".into(),
        };
        PlaceDialog::new(target, false, said)
    }

    #[test]
    fn what_was_said_with_the_command_stands_in_the_form() {
        for (said, number, file, focus) in [
            ("", "", "", NUMBER),
            ("7", "7", "", FILE),
            ("7 /data/a b.bin", "7", "/data/a b.bin", RANGE),
            ("/data/sailbot.mp4.001", "", "/data/sailbot.mp4.001", NUMBER),
        ] {
            let fields = dialog(said).fields;
            let found = (fields.text(NUMBER), fields.text(FILE), fields.focus);
            assert_eq!(found, (number, file, focus), "{said}");
        }
    }

    #[test]
    fn ranges_are_bytes_or_an_offset_and_a_length() {
        assert_eq!(parse_range("0-9"), Some((0, Some(10))));
        assert_eq!(parse_range("5-"), Some((5, None)));
        assert_eq!(parse_range("16MiB+8MiB"), Some((16 << 20, Some(8 << 20))));
        for wrong in ["", "-", "9-5", "5", "1+0", "+", "a-b", "0-8MiB"] {
            assert_eq!(parse_range(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_form_says_what_is_missing() {
        let placing = |said: &str| dialog(said).placing(PayloadSigning::Auto, Pace::default());
        assert!(placing("/f").unwrap_err().contains("number"));
        assert!(placing("7").unwrap_err().contains("path"));
        let mut ranged = dialog("7 /f");
        ranged.fields.lines[RANGE].set("9-5");
        let error = ranged.placing(PayloadSigning::Auto, Pace::default());
        assert!(error.unwrap_err().contains("16MiB+8MiB"));
        let order = placing("7 /f").unwrap();
        assert_eq!((order.pieces[0].number, order.pieces[0].len), (7, None));
        assert!(!order.overwrite && !order.include_active);
    }
}
