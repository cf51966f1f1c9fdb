//! Which columns the list of uploads has room for: one pure function of its width, so that the drawn headings
//! and the clicked ones are the same.

use crate::model::Column;

/// One column where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnSpec {
    pub column: Column,
    pub title: &'static str,
    /// Cells from the left edge inside the border.
    pub x: u16,
    /// Cells.
    pub width: u16,
    pub right_aligned: bool,
}

impl ColumnSpec {
    /// Whether a cell, counted from the left edge inside the border, belongs to this column.
    pub const fn contains(&self, x: u16) -> bool {
        x >= self.x && x < self.x + self.width
    }
}

/// Cells before the key: the mark, the sign that something was reported, a space.
pub const GUTTER: u16 = 3;
/// From this width on headings are written out and columns stand two cells apart.
const ROOMY: u16 = 86;

struct Kind {
    column: Column,
    title: &'static str,
    roomy_title: &'static str,
    width: u16,
    right_aligned: bool,
    /// Those with the lowest come first when there is little room.
    rank: u8,
}

const fn kind(
    column: Column,
    titles: (&'static str, &'static str),
    width: u16,
    right: bool,
    rank: u8,
) -> Kind {
    let (title, roomy_title) = titles;
    Kind {
        column,
        title,
        roomy_title,
        width,
        right_aligned: right,
        rank,
    }
}

/// All but the key, from left to right.
const KINDS: [Kind; 8] = [
    kind(Column::Size, ("SIZE", "SIZE"), 10, true, 0),
    kind(Column::Parts, ("PARTS", "PARTS"), 7, true, 4),
    kind(Column::Age, ("AGE", "AGE"), 7, true, 3),
    kind(Column::LastPart, ("LAST", "LAST PART"), 6, true, 2),
    kind(Column::State, ("STATE", "STATE"), 7, false, 1),
    kind(Column::Deadline, ("DUE", "DEADLINE"), 8, false, 5),
    kind(Column::Initiator, ("INITIATOR", "INITIATOR"), 16, false, 6),
    kind(Column::Class, ("CLASS", "CLASS"), 12, false, 7),
];

/// The columns for a list `width` cells wide inside its border, from left to right, the key first.
pub fn columns(width: u16) -> Vec<ColumnSpec> {
    let roomy = width >= ROOMY;
    let gap = if width >= 70 { 2 } else { 1 };
    let smallest_key = match width {
        ..60 => 14,
        60..86 => 24,
        _ => 30,
    };
    let wide = |kind: &Kind| {
        if roomy {
            kind.width.max(len(kind.roomy_title))
        } else {
            kind.width
        }
    };
    // The last cell keeps the text off the border.
    let mut room = width.saturating_sub(GUTTER + 1);
    let mut chosen: Vec<u8> = Vec::with_capacity(KINDS.len());
    for rank in 0..8 {
        let Some(kind) = KINDS.iter().find(|kind| kind.rank == rank) else {
            continue;
        };
        let wanted = wide(kind) + gap;
        if room < wanted + smallest_key {
            break;
        }
        room -= wanted;
        chosen.push(rank);
    }
    let key = ColumnSpec {
        column: Column::Key,
        title: "KEY",
        x: GUTTER,
        width: room,
        right_aligned: false,
    };
    let mut x = GUTTER + room;
    let mut specs = vec![key];
    for kind in KINDS.iter().filter(|kind| chosen.contains(&kind.rank)) {
        let spec = ColumnSpec {
            column: kind.column,
            title: if roomy { kind.roomy_title } else { kind.title },
            x: x + gap,
            width: wide(kind),
            right_aligned: kind.right_aligned,
        };
        x = spec.x + spec.width;
        specs.push(spec);
    }
    specs
}

fn len(title: &str) -> u16 {
    u16::try_from(title.len()).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_never_overlap_nor_leave_the_list() {
        for width in 0..400 {
            let specs = columns(width);
            let mut end = 0;
            for spec in &specs {
                assert!(spec.x >= end, "{width}: {spec:?}");
                end = spec.x + spec.width;
            }
            assert!(end <= width.max(GUTTER), "{width}: ends at {end}");
        }
    }

    #[test]
    fn eighty_columns_show_size_and_life() {
        let shown: Vec<Column> = columns(78).iter().map(|spec| spec.column).collect();
        let wanted = [
            Column::Key,
            Column::Size,
            Column::Parts,
            Column::Age,
            Column::LastPart,
            Column::State,
        ];
        assert_eq!(shown, wanted);
        let narrow: Vec<Column> = columns(38).iter().map(|spec| spec.column).collect();
        assert_eq!(narrow, [Column::Key, Column::Size, Column::State]);
    }

    #[test]
    fn a_wide_list_shows_everything() {
        assert_eq!(columns(158).len(), 9);
    }
}
