//! Where a row stands with the view, in one byte.

use crate::model::State;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Verdict {
    #[default]
    Out,
    Shown,
    /// Shown for one more look, though it went: it counts for nothing.
    Left,
    Undecided,
}

const VERDICTS: [Verdict; 4] = [
    Verdict::Out,
    Verdict::Shown,
    Verdict::Left,
    Verdict::Undecided,
];

impl Verdict {
    pub(super) const fn is_in_view(self) -> bool {
        matches!(self, Self::Shown | Self::Left)
    }
}

/// Of a row: what the filter says of it, and the state in which it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Standing(u8);

/// Two bits for the verdict, the rest for the state.
const VERDICT: u8 = 3;

impl Standing {
    pub(super) fn verdict(self) -> Verdict {
        VERDICTS[usize::from(self.0 & VERDICT)]
    }

    pub(super) fn set_verdict(&mut self, verdict: Verdict) {
        self.0 = self.0 & !VERDICT | verdict as u8;
    }

    /// `None` while nobody has looked.
    pub(super) fn state(self) -> Option<State> {
        let at = usize::from(self.0 >> 2).checked_sub(1)?;
        State::ALL.get(at).copied()
    }

    pub(super) fn set_state(&mut self, state: Option<State>) {
        let number = state.and_then(|state| (1_u8..).zip(State::ALL).find(|(_, of)| *of == state));
        self.0 = self.0 & VERDICT | number.map_or(0, |(number, _)| number) << 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdict_and_state_keep_out_of_each_others_way() {
        for state in State::ALL.map(Some).into_iter().chain([None]) {
            for verdict in VERDICTS {
                let mut standing = Standing::default();
                standing.set_state(state);
                standing.set_verdict(verdict);
                assert_eq!((standing.verdict(), standing.state()), (verdict, state));
                standing.set_state(state);
                assert_eq!((standing.verdict(), standing.state()), (verdict, state));
            }
        }
    }
}
