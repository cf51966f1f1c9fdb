//! How many came when: a line of bars over time.

use crate::model::Timestamp;

const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One bar a cell for the points from the first to the last; blank where none fell. Empty without points.
pub fn spark(points: &[Timestamp], width: usize) -> String {
    let (Some(first), Some(last)) = (points.iter().min(), points.iter().max()) else {
        return String::new();
    };
    let span = u128::from(last.millis().abs_diff(first.millis())) + 1;
    let mut counts = vec![0_usize; width];
    for point in points {
        let offset = u128::from(point.millis().abs_diff(first.millis()));
        let at = usize::try_from(offset * width as u128 / span).unwrap_or(usize::MAX);
        if let Some(count) = counts.get_mut(at) {
            *count += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    counts
        .into_iter()
        .map(|count| {
            if count == 0 {
                ' '
            } else {
                LEVELS[(count * 8).div_ceil(most) - 1]
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_where_the_points_fell() {
        let points: Vec<Timestamp> = [0, 0, 0, 0, 1, 9].map(Timestamp::from_secs).to_vec();
        assert_eq!(spark(&points, 3), "█ ▂");
        assert_eq!(spark(&points[..1], 4), "█   ");
        assert_eq!(spark(&[], 4), "");
        assert_eq!(spark(&points, 0), "");
    }
}
