//! Where browser and form are on screen: pure functions of the size, so that drawing and clicking agree.

use crate::app::layout::Area;

/// Cells of the browser's and the form's lines at most: more only takes the eye a longer way.
const WIDEST: u16 = 100;
/// Rows of the browser at most, and of the form if all of it is shown.
const TALLEST: u16 = 40;
/// From this many rows on the header and the footer of the screen stay in sight.
const ROOMY: u16 = 16;

/// The parts of the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrowserAreas {
    /// Everything within the border.
    pub inside: Area,
    pub list: Area,
}

/// The parts of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormAreas {
    /// Everything within the border.
    pub inside: Area,
    /// What goes where, and the plan.
    pub head: Area,
    pub fields: Area,
    /// What the field means, and the button that starts.
    pub foot: Area,
}

/// Lines of a form in which something is wrong: so tall it is always, for a box that jumps while one types is
/// hard to read.
const USUAL: u16 = 18;

/// Rows of a form that is told in full above its fields, and below.
pub const HEAD: u16 = 6;
pub const FOOT: u16 = 3;

/// The browser on a screen of this size.
pub fn browser(columns: u16, rows: u16) -> BrowserAreas {
    let inside = inside(columns, rows, TALLEST);
    let (above, below) = if inside.height >= 6 { (2, 1) } else { (1, 0) };
    BrowserAreas {
        inside,
        list: cut(inside, above, below),
    }
}

/// A form with so many lines on a screen of this size.
pub fn form(columns: u16, rows: u16, lines: usize) -> FormAreas {
    let lines = u16::try_from(lines).unwrap_or(u16::MAX);
    let wanted = lines.max(USUAL).saturating_add(HEAD + FOOT);
    let inside = inside(columns, rows, wanted);
    let (head, foot) = if inside.height >= HEAD + FOOT + 5 {
        (HEAD, FOOT)
    } else {
        (2, 1)
    };
    let (head, foot) = (head.min(inside.height), foot.min(inside.height));
    let fields = cut(inside, head, foot);
    FormAreas {
        inside,
        head: Area {
            height: head,
            ..inside
        },
        fields,
        foot: Area {
            y: fields.y + fields.height,
            height: inside.height - head.min(inside.height) - fields.height,
            ..inside
        },
    }
}

/// The first of `len` lines that is shown where line `at` should be in sight, in the middle if possible.
pub fn top(len: usize, window: usize, at: usize) -> usize {
    at.saturating_sub(window / 2)
        .min(len.saturating_sub(window))
}

/// The text's area of a box in the middle.
fn inside(columns: u16, rows: u16, wanted: u16) -> Area {
    let width = WIDEST.min(columns.saturating_sub(6));
    let around = if rows >= ROOMY { 4 } else { 2 };
    let height = wanted.min(rows.saturating_sub(around));
    let outer_width = width.saturating_add(4).min(columns);
    let outer_height = height.saturating_add(2).min(rows);
    Area {
        x: (columns - outer_width) / 2 + 2,
        y: (rows - outer_height) / 2 + 1,
        width,
        height,
    }
}

/// `area` without so many rows above and below.
fn cut(area: Area, above: u16, below: u16) -> Area {
    let above = above.min(area.height);
    Area {
        y: area.y + above,
        height: area.height.saturating_sub(above + below),
        ..area
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_lies_outside_of_the_screen() {
        for columns in 1..150 {
            for rows in 1..70 {
                let browser = browser(columns, rows);
                let form = form(columns, rows, 20);
                for area in [browser.list, form.head, form.fields, form.foot] {
                    let right = area.x + area.width;
                    assert!(right <= columns || area.width == 0, "{columns}x{rows}");
                    let bottom = area.y + area.height;
                    assert!(bottom <= rows || area.height == 0, "{columns}x{rows}");
                }
            }
        }
    }

    #[test]
    fn the_line_that_matters_is_in_sight() {
        assert_eq!(top(10, 20, 9), 0);
        assert_eq!(top(30, 10, 0), 0);
        assert_eq!(top(30, 10, 15), 10);
        assert_eq!(top(30, 10, 29), 20);
    }
}
