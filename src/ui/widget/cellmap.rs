//! Where an upload's parts stand, as a block of signs that are told apart without colour.

use crate::model::send::Cell;

/// The sign of one kind of cell.
pub const fn sign(cell: Cell) -> char {
    match cell {
        Cell::Missing => '·',
        Cell::Held => '▒',
        Cell::Different => '≠',
        Cell::Moving => '»',
        Cell::Troubled => '!',
        Cell::Done => '█',
    }
}

/// In words, for the legend.
pub const fn word(cell: Cell) -> &'static str {
    match cell {
        Cell::Missing => "to come",
        Cell::Held => "to compare",
        Cell::Different => "different",
        Cell::Moving => "moving",
        Cell::Troubled => "to try again",
        Cell::Done => "stored",
    }
}

/// All kinds, in the order of the legend.
pub const KINDS: [Cell; 6] = [
    Cell::Done,
    Cell::Moving,
    Cell::Troubled,
    Cell::Different,
    Cell::Held,
    Cell::Missing,
];

/// The cells scaled into at most `rows` lines of `width`: a short map is stretched over one line, a long one
/// squeezed. A sign that stands for several cells is what most wants to be seen of them.
pub fn cell_map(cells: &[Cell], width: usize, rows: usize) -> Vec<Vec<Cell>> {
    if cells.is_empty() || width == 0 || rows == 0 {
        return Vec::new();
    }
    let lines = cells.len().div_ceil(width).min(rows);
    // All lines are about as long, so that none looks like an end.
    let width = match lines {
        1 => width,
        lines => cells.len().div_ceil(lines).min(width),
    };
    let slots = match lines {
        1 => width,
        lines => (lines * width).min(cells.len()),
    };
    let scaled: Vec<Cell> = (0..slots)
        .map(|slot| {
            let from = slot * cells.len() / slots;
            let to = ((slot + 1) * cells.len() / slots).max(from + 1);
            cells[from..to]
                .iter()
                .copied()
                .reduce(stronger)
                .unwrap_or_default()
        })
        .collect();
    scaled.chunks(width).map(<[Cell]>::to_vec).collect()
}

/// Trouble before movement, and nothing counts as done before all of it is.
fn stronger(one: Cell, other: Cell) -> Cell {
    let rank = |cell: Cell| match cell {
        Cell::Troubled => 5,
        Cell::Different => 4,
        Cell::Moving => 3,
        Cell::Missing => 2,
        Cell::Held => 1,
        Cell::Done => 0,
    };
    if rank(one) >= rank(other) { one } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cells: &[Cell], width: usize, rows: usize) -> Vec<String> {
        let lines = cell_map(cells, width, rows);
        lines
            .iter()
            .map(|line| line.iter().map(|cell| sign(*cell)).collect())
            .collect()
    }

    #[test]
    fn few_parts_fill_a_line_and_many_are_squeezed() {
        use Cell::{Done, Held, Missing, Moving, Troubled};
        assert_eq!(text(&[Done, Moving, Missing], 9, 4), ["███»»»···"]);
        let many: Vec<Cell> = [[Done; 10], [Moving; 10], [Held; 10], [Missing; 10]].concat();
        assert_eq!(
            text(&many, 10, 9),
            ["██████████", "»»»»»»»»»»", "▒▒▒▒▒▒▒▒▒▒", "··········"]
        );
        assert_eq!(text(&many, 10, 2), ["█████»»»»»", "▒▒▒▒▒·····"]);
        // One troubled part among many is seen, one missing part keeps its sign from being full.
        let mut done = vec![Done; 512];
        done[100] = Troubled;
        done[300] = Missing;
        let shown = text(&done, 64, 1).concat();
        assert_eq!(
            (shown.matches('!').count(), shown.matches('·').count()),
            (1, 1)
        );
        assert!(text(&[], 10, 4).is_empty() && text(&many, 0, 4).is_empty());
    }

    #[test]
    fn each_kind_has_a_sign_of_its_own() {
        let signs: std::collections::BTreeSet<char> = KINDS.into_iter().map(sign).collect();
        assert_eq!(signs.len(), KINDS.len());
    }
}
