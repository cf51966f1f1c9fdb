//! The bytes of a journal, read from the first line to the last. Opens no file.

use super::record::{self, Misfit, Order};
use super::{JournalError, Recipe, State};

/// What a journal says, and where its whole lines end.
#[derive(Debug)]
pub(super) struct Replay {
    pub(super) state: State,
    pub(super) order: Order,
    /// Bytes; what is behind them is torn.
    pub(super) len: usize,
}

/// Reads everything that was written whole.
pub(super) fn replay(id: &str, bytes: &[u8]) -> Result<Replay, JournalError> {
    let mut replay: Option<Replay> = None;
    let mut len = 0;
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if !line.ends_with(b"\n") {
            break;
        }
        let taken = match &mut replay {
            None => record::read_first(line).map(|recipe| replay = Some(Replay::of(recipe))),
            Some(replay) => replay.take(line),
        };
        let is_last = len + line.len() == bytes.len();
        match taken {
            Ok(()) => len += line.len(),
            Err(Misfit::NotJson(_)) if is_last => break,
            Err(misfit) => return Err(JournalError::misfit(id, index + 1, misfit)),
        }
    }
    let replay = replay.map(|replay| Replay { len, ..replay });
    replay.ok_or_else(|| JournalError::NoRecipe { id: id.to_owned() })
}

impl Replay {
    fn of(recipe: Recipe) -> Self {
        Self {
            order: Order::after(&recipe),
            state: State::of(recipe),
            len: 0,
        }
    }

    fn take(&mut self, line: &[u8]) -> Result<(), Misfit> {
        let record = record::read(line)?;
        self.order.check(&record).map_err(Misfit::Wrong)?;
        self.order.note(&record);
        self.state.apply(record);
        Ok(())
    }
}
