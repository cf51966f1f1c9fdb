//! A horizontal bar with eighths of a cell.

const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// `share` (0 to 1) of `width` cells filled, the rest `empty`.
pub fn bar(share: f64, width: usize, empty: char) -> String {
    if width == 0 {
        return String::new();
    }
    let share = if share.is_finite() {
        share.clamp(0.0, 1.0)
    } else {
        0.0
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a few hundred cells"
    )]
    let eighths = (share * (width * 8) as f64).round() as usize;
    // Something is never shown as nothing, nor not quite everything as everything.
    let eighths = match eighths {
        0 if share > 0.0 => 1,
        all if all == width * 8 && share < 1.0 => all - 1,
        some => some,
    };
    let (full, rest) = (eighths / 8, eighths % 8);
    let mut text: String = "█".repeat(full.min(width));
    if full < width {
        text.push(if rest == 0 { empty } else { EIGHTHS[rest] });
        text.extend(std::iter::repeat_n(empty, width - full - 1));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_wide_as_asked_and_never_lies_at_its_ends() {
        assert_eq!(bar(0.5, 4, '·'), "██··");
        assert_eq!(bar(1.0, 3, ' '), "███");
        assert_eq!(bar(0.0, 3, ' '), "   ");
        assert_eq!(bar(0.000_1, 3, ' '), "▏  ");
        assert_eq!(bar(0.999_9, 2, ' '), "█▉");
        assert_eq!(bar(f64::NAN, 2, ' '), "  ");
        assert_eq!(bar(0.5, 0, ' ') + &bar(0.0, 0, ' '), "");
    }
}
