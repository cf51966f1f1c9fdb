//! What is configured of watching.

use super::error::ConfigError;
use super::read::{Source, Value};
use crate::model::notice::Notify;

/// Reads the table over the defaults.
pub(super) fn merge<'a>(
    source: &Source<'a>,
    value: &Value<'a>,
    notify: &mut Notify,
) -> Result<(), ConfigError> {
    for (key, value) in source.table(value)? {
        match key.get_ref().as_ref() {
            "notify" => {
                let words = Notify::ALL.map(Notify::word);
                *notify = source.word(value, Notify::from_word, &words)?;
            }
            _ => return Err(source.unknown("key", key, &["notify"])),
        }
    }
    Ok(())
}
