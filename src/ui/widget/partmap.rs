//! Which parts are there: their numbers scaled over a line, and the gaps by number.

use crate::model::human;

/// One cell for as many part numbers as it takes to fit 1..=max into `width`: `█` all of them are stored, `▒`
/// some, `░` none. `numbers` ascend.
pub fn part_map(numbers: &[u32], width: usize) -> String {
    let (Some(max), true) = (numbers.last().copied(), width > 0) else {
        return String::new();
    };
    let cells = u64::from(max).min(width as u64);
    let mut map = String::new();
    let mut next = 0_usize;
    for cell in 0..width as u64 {
        // A short upload is stretched, a long one squeezed.
        let (from, to) = if cells == u64::from(max) {
            let at = cell * u64::from(max) / width as u64;
            (at, at + 1)
        } else {
            (
                cell * u64::from(max) / cells,
                (cell + 1) * u64::from(max) / cells,
            )
        };
        // The same part may fill several cells.
        while next > 0 && u64::from(numbers[next - 1]) > from {
            next -= 1;
        }
        while numbers
            .get(next)
            .is_some_and(|number| u64::from(*number) <= from)
        {
            next += 1;
        }
        let start = next;
        while numbers
            .get(next)
            .is_some_and(|number| u64::from(*number) <= to)
        {
            next += 1;
        }
        map.push(match (next - start) as u64 {
            0 => '░',
            stored if stored == to - from => '█',
            _ => '▒',
        });
    }
    map
}

/// `gap 4,211–4,213, 5,000 (+2 more)`: at most `most` of them; `None` without gaps.
pub fn gaps_text(gaps: &[(u32, u32)], most: usize) -> Option<String> {
    if gaps.is_empty() {
        return None;
    }
    let one = |(from, to): &(u32, u32)| {
        let from_text = human::count(u64::from(*from));
        if from == to {
            from_text
        } else {
            format!("{from_text}–{}", human::count(u64::from(*to)))
        }
    };
    let named: Vec<String> = gaps.iter().take(most).map(one).collect();
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
mod tests {
    use super::*;
    use crate::model::part::gaps;

    #[test]
    fn a_gap_shows_as_missing_or_partly_missing() {
        let numbers: Vec<u32> = (1..=100)
            .filter(|number| !(41..=43).contains(number))
            .collect();
        assert_eq!(part_map(&numbers, 10), "████▒█████");
        let numbers: Vec<u32> = (1..=100)
            .filter(|number| !(31..=55).contains(number))
            .collect();
        assert_eq!(part_map(&numbers, 10), "███░░▒████");
    }

    #[test]
    fn few_parts_fill_the_line() {
        assert_eq!(part_map(&[1, 3], 9), "███░░░███");
        assert_eq!(part_map(&[1], 4), "████");
        assert_eq!(part_map(&[], 4), "");
        assert_eq!(part_map(&[5], 0), "");
    }

    #[test]
    fn every_width_and_size_is_drawn_in_full() {
        for max in [1, 2, 7, 100, 9_999, 10_000] {
            let numbers: Vec<u32> = (1..=max).collect();
            for width in 1..120 {
                assert_eq!(
                    part_map(&numbers, width),
                    "█".repeat(width),
                    "{max} in {width}"
                );
            }
        }
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
}
