//! Which parts are there, all of them at a glance: part numbers scaled into cells, told apart without colour; and
//! the gaps by number.

use crate::model::{Part, Timestamp, human};

/// What a cell of the map says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cell {
    /// None of its parts is stored.
    Missing,
    /// All of them are.
    Present,
    /// Some of them are: a dot for each eighth of the cell that is there.
    Partly(u8),
    /// All of them are, and equal a file.
    Verified,
    /// The part that came last is among them.
    Newest,
    /// One was sent again.
    Resent,
    /// All are there, and one came after one of a higher number.
    Late,
    /// One is smaller than the provider allows and not the last.
    Small,
    /// One is not what a file has there.
    Different,
}

/// One of each kind, in the order of the legend: what is out of the ordinary first.
pub const KINDS: [Cell; 9] = [
    Cell::Different,
    Cell::Small,
    Cell::Resent,
    Cell::Newest,
    Cell::Missing,
    Cell::Partly(0b1010_0101),
    Cell::Late,
    Cell::Verified,
    Cell::Present,
];

impl Cell {
    pub fn sign(self) -> char {
        match self {
            Self::Missing => '·',
            Self::Present => '█',
            Self::Partly(dots) => char::from_u32(0x2800 + u32::from(dots)).unwrap_or('▒'),
            Self::Verified => '✓',
            Self::Newest => '◆',
            Self::Resent => '↻',
            Self::Late => '▓',
            Self::Small => '▄',
            Self::Different => '≠',
        }
    }

    /// For the legend.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Present => "stored",
            Self::Partly(_) => "some",
            Self::Verified => "equal",
            Self::Newest => "newest",
            Self::Resent => "sent again",
            Self::Late => "out of order",
            Self::Small => "small",
            Self::Different => "different",
        }
    }

    /// Whether it is of the same kind, however many dots it has.
    pub fn is_like(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}

/// A part as far as the map looks at it.
pub trait Piece {
    /// From 1.
    fn number(&self) -> u32;
    fn arrived(&self) -> Option<Timestamp>;
    /// Whether it is smaller than `least` bytes.
    fn is_below(&self, least: u64) -> bool;
    /// Empty where it is not kept.
    fn etag(&self) -> &str;
    /// It replaced another one.
    fn is_resent(&self) -> bool;
    /// It came after one of a higher number.
    fn is_late(&self) -> bool;
}

impl Piece for Part {
    fn number(&self) -> u32 {
        self.number
    }

    fn arrived(&self) -> Option<Timestamp> {
        self.last_modified
    }

    fn is_below(&self, least: u64) -> bool {
        self.size < least
    }

    fn etag(&self) -> &str {
        &self.etag
    }

    fn is_resent(&self) -> bool {
        false
    }

    fn is_late(&self) -> bool {
        false
    }
}

/// What is known of the parts.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a, P: Piece = Part> {
    /// By number.
    pub parts: &'a [P],
    /// Bytes that every part but the last must have.
    pub min_part: u64,
    /// Parts that the whole has, where that is known.
    pub count: Option<u32>,
    /// Found equal to a file: number and `ETag` at that time, by number.
    pub equal: &'a [(u32, String)],
    /// Found different from it, by number.
    pub different: &'a [u32],
}

/// A line of the map: the number of its first part, and its cells.
pub type Row = (u32, Vec<Cell>);

/// The numbers from 1 to the last in at most `rows` lines of `width` cells: few parts are stretched over one line,
/// many share a cell. Such a cell shows what most wants to be seen of them.
pub fn part_map<P: Piece>(known: &Known<'_, P>, width: usize, rows: usize) -> Vec<Row> {
    let highest = known.parts.last().map_or(0, Piece::number);
    let count = u64::from(highest.max(known.count.unwrap_or(0)));
    let wide = width as u64;
    if count == 0 || width == 0 || rows == 0 {
        return Vec::new();
    }
    let newest = newest(known.parts);
    let cell = |from: u64, to: u64| known.cell(newest, from, to);
    if count <= wide {
        let cells = (0..wide).map(|at| {
            let number = at * count / wide + 1;
            cell(number, number)
        });
        return vec![(1, cells.collect())];
    }
    let each = count.div_ceil(wide.saturating_mul(rows as u64));
    // A round number of parts a line is easier to count by.
    let round = if wide >= 20 { wide / 10 * 10 } else { wide };
    let fits = |per_line: u64| count.div_ceil(per_line * each) <= rows as u64;
    let per_line = if rows > 1 && fits(round) { round } else { wide };
    let lines = count.div_ceil(per_line * each);
    (0..lines)
        .map(|line| {
            let first = line * per_line * each + 1;
            let cells = (0..per_line)
                .map(|at| first + at * each)
                .take_while(|from| *from <= count)
                .map(|from| cell(from, (from + each - 1).min(count)));
            (u32::try_from(first).unwrap_or(u32::MAX), cells.collect())
        })
        .collect()
}

/// The number of the part that came last.
fn newest<P: Piece>(parts: &[P]) -> Option<u32> {
    let dated = parts.iter().filter(|part| part.arrived().is_some());
    let newest = dated.max_by_key(|part| (part.arrived(), part.number()));
    newest.map(Piece::number)
}

impl<P: Piece> Known<'_, P> {
    /// The parts with numbers from `from` to `to`.
    fn between(&self, from: u64, to: u64) -> &[P] {
        let start = self
            .parts
            .partition_point(|part| u64::from(part.number()) < from);
        let end = self
            .parts
            .partition_point(|part| u64::from(part.number()) <= to);
        &self.parts[start..end]
    }

    fn cell(&self, newest: Option<u32>, from: u64, to: u64) -> Cell {
        let parts = self.between(from, to);
        let highest = self.parts.last().map(Piece::number);
        let is_small = |part: &P| part.is_below(self.min_part) && Some(part.number()) != highest;
        if parts
            .iter()
            .any(|part| self.different.binary_search(&part.number()).is_ok())
        {
            return Cell::Different;
        }
        if parts.iter().any(is_small) {
            return Cell::Small;
        }
        if parts.iter().any(Piece::is_resent) {
            return Cell::Resent;
        }
        if parts.iter().any(|part| newest == Some(part.number())) {
            return Cell::Newest;
        }
        if parts.is_empty() {
            return Cell::Missing;
        }
        if (parts.len() as u64) < to - from + 1 {
            return Cell::Partly(self.dots(from, to));
        }
        if parts.iter().any(Piece::is_late) {
            return Cell::Late;
        }
        if parts.iter().all(|part| self.is_equal(part)) {
            Cell::Verified
        } else {
            Cell::Present
        }
    }

    fn is_equal(&self, part: &P) -> bool {
        let number = part.number();
        let found = self.equal.binary_search_by_key(&number, |(of, _)| *of);
        found.is_ok_and(|at| self.equal[at].1 == part.etag())
    }

    /// A dot for each eighth of the numbers all of which are there, down the left column and then the right.
    fn dots(&self, from: u64, to: u64) -> u8 {
        /// Braille's dots 1, 2, 3, 7 and 4, 5, 6, 8.
        const ORDER: [u8; 8] = [0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80];
        let len = to - from + 1;
        let mut dots = 0;
        for (index, dot) in (0_u64..).zip(ORDER) {
            let first = from + index * len / 8;
            let last = (from + (index + 1) * len / 8).max(first + 1) - 1;
            if self.between(first, last).len() as u64 == last - first + 1 {
                dots |= dot;
            }
        }
        // Something is never shown as nothing.
        if dots == 0 { 0x80 } else { dots }
    }
}

/// `4,211–4,213`, or one number.
pub fn gap_text((from, to): (u32, u32)) -> String {
    let first = human::count(u64::from(from));
    if from == to {
        first
    } else {
        format!("{first}–{}", human::count(u64::from(to)))
    }
}

/// `gap 4,211–4,213, 5,000 (+2 more)`: at most `most` of them; `None` without gaps.
pub fn gaps_text(gaps: &[(u32, u32)], most: usize) -> Option<String> {
    if gaps.is_empty() {
        return None;
    }
    let named: Vec<String> = gaps.iter().take(most).copied().map(gap_text).collect();
    let word = if gaps.len() == 1 { "gap" } else { "gaps" };
    let more = gaps.len().saturating_sub(most);
    let tail = if more > 0 {
        format!(" (+{} more)", human::count(more as u64))
    } else {
        String::new()
    };
    Some(format!("{word} {}{tail}", named.join(", ")))
}

#[cfg(test)]
mod tests;
