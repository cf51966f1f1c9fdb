use super::*;
use crate::model::Timestamp;
use crate::model::part::gaps;

fn parts(numbers: impl Iterator<Item = u32>) -> Vec<Part> {
    let part = |number| Part {
        number,
        size: 10,
        etag: format!("e{number}"),
        last_modified: None,
        checksum: None,
    };
    numbers.map(part).collect()
}

fn known(parts: &[Part]) -> Known<'_> {
    Known {
        parts,
        min_part: 5,
        count: None,
        equal: &[],
        different: &[],
    }
}

fn text(known: &Known<'_>, width: usize, rows: usize) -> Vec<String> {
    let rows = part_map(known, width, rows).into_iter();
    rows.map(|(_, cells)| cells.into_iter().map(Cell::sign).collect())
        .collect()
}

/// A part as one who watched knows it.
struct Seen {
    number: u32,
    again: bool,
    late: bool,
}

impl Piece for Seen {
    fn number(&self) -> u32 {
        self.number
    }

    fn arrived(&self) -> Option<Timestamp> {
        None
    }

    fn is_below(&self, _: u64) -> bool {
        false
    }

    fn etag(&self) -> &'static str {
        ""
    }

    fn is_resent(&self) -> bool {
        self.again
    }

    fn is_late(&self) -> bool {
        self.late
    }
}

#[test]
fn whoever_watched_sees_what_was_sent_again_and_what_came_out_of_order() {
    let seen: Vec<Seen> = (1..=8)
        .filter(|number| *number != 5)
        .map(|number| Seen {
            number,
            again: number == 2,
            late: number == 3 || number == 6,
        })
        .collect();
    let known = Known {
        parts: &seen,
        min_part: 5,
        count: Some(10),
        equal: &[],
        different: &[],
    };
    let cells = part_map(&known, 10, 1)
        .into_iter()
        .flat_map(|(_, cells)| cells);
    let text: String = cells.map(Cell::sign).collect();
    assert_eq!(text, "█↻▓█·▓██··");
}

#[test]
fn few_parts_fill_one_line_and_more_fill_lines_that_can_be_counted() {
    let few = parts([1, 3].into_iter());
    assert_eq!(text(&known(&few), 9, 4), ["███···███"]);
    assert_eq!(text(&known(&parts(1..=1)), 4, 2), ["████"]);
    let more = parts((1..=45).filter(|number| *number != 22));
    let map = part_map(&known(&more), 24, 4);
    let firsts: Vec<u32> = map.iter().map(|(first, _)| *first).collect();
    assert_eq!(firsts, [1, 21, 41]);
    assert_eq!(map[1].1[1], Cell::Missing);
    assert!(text(&known(&[]), 4, 4).is_empty());
    assert!(text(&known(&few), 0, 4).is_empty() && text(&known(&few), 4, 0).is_empty());
}

#[test]
fn ten_thousand_parts_are_seen_at_once_and_each_missing_one_too() {
    let all = parts((1..=10_000).filter(|number| *number != 5_003));
    let map = part_map(&known(&all), 52, 25);
    let cells: Vec<Cell> = map.iter().flat_map(|(_, cells)| cells.clone()).collect();
    assert!(map.len() <= 25 && cells.len() == 1250);
    // Eight parts a cell, a dot each: 5,001 to 5,008 without the third.
    let odd: Vec<&Cell> = cells
        .iter()
        .filter(|cell| **cell != Cell::Present)
        .collect();
    assert_eq!(odd, [&Cell::Partly(!0x04)]);
    assert_eq!(Cell::Partly(!0x04).sign(), '⣻');
    // One of hundreds is not nothing.
    let one = parts([7, 10_000].into_iter());
    assert_eq!(text(&known(&one), 2, 1), ["⢀⢀"]);
}

#[test]
fn what_wants_to_be_seen_is_seen_among_many() {
    let mut all = parts(1..=800);
    all[99].size = 3;
    all[799].size = 3;
    all[300].last_modified = Some(Timestamp::from_secs(1));
    let equal: Vec<(u32, String)> = (500..=600).map(|n| (n, format!("e{n}"))).collect();
    let mut known = known(&all);
    known.equal = &equal;
    known.different = &[700];
    let shown = text(&known, 80, 1).concat();
    for (sign, times) in [('▄', 1), ('◆', 1), ('≠', 1), ('✓', 10), ('█', 67)] {
        assert_eq!(shown.matches(sign).count(), times, "{sign} in {shown}");
    }
    // Sent again since: it is not the part that was compared.
    all[549].etag = "other".into();
    let mut known = self::known(&all);
    known.equal = &equal;
    assert_eq!(text(&known, 80, 1).concat().matches('✓').count(), 9);
    // What is missing behind the last one is known once the file is.
    known.count = Some(1_600);
    assert!(text(&known, 80, 1).concat().ends_with(&"·".repeat(40)));
}

#[test]
fn every_width_and_size_is_drawn_in_full() {
    for max in [1, 2, 7, 100, 9_999, 10_000, u32::MAX] {
        let all = parts((1..=max.min(10_000)).chain((max > 10_000).then_some(max)));
        for width in [1, 2, 19, 20, 21, 77, 120] {
            for rows in [1, 2, 9, 30] {
                let map = part_map(&known(&all), width, rows);
                assert!(map.len() <= rows, "{max} in {width}x{rows}");
                assert!(map.iter().all(|(_, cells)| cells.len() <= width));
                assert!(!map[0].1.is_empty());
            }
        }
    }
}

#[test]
fn each_kind_has_a_sign_and_a_word_of_its_own() {
    let signs: std::collections::BTreeSet<char> = KINDS.into_iter().map(Cell::sign).collect();
    let words: std::collections::BTreeSet<&str> = KINDS.into_iter().map(Cell::word).collect();
    assert_eq!((signs.len(), words.len()), (KINDS.len(), KINDS.len()));
    assert!(Cell::Partly(1).is_like(Cell::Partly(2)) && !Cell::Small.is_like(Cell::Newest));
}

#[test]
fn gaps_are_named_by_number() {
    let numbers: Vec<u32> = (1..=5_000)
        .filter(|n| !(4_211..=4_213).contains(n) && *n != 10 && *n != 1)
        .collect();
    let gaps = gaps(&numbers);
    assert_eq!(gaps, [(1, 1), (10, 10), (4_211, 4_213)]);
    assert_eq!(gaps_text(&gaps, 2).as_deref(), Some("gaps 1, 10 (+1 more)"));
    assert_eq!(gaps_text(&gaps[2..], 2).as_deref(), Some("gap 4,211–4,213"));
    assert_eq!(gaps_text(&[], 2), None);
}
