//! A drawn buffer as an SVG picture: a monospaced grid with the colours of a common terminal.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

const CELL: (f64, f64) = (8.4, 18.0);
const MARGIN: f64 = 12.0;
/// From a row's top to its base line.
const BASE_LINE: f64 = 13.5;
const FOREGROUND: u32 = 0xd5_da_e3;
const BACKGROUND: u32 = 0x14_17_1f;

/// The sixteen that a terminal chooses itself.
const SIXTEEN: [u32; 16] = [
    0x1c_1f_26, 0xe0_5f_65, 0x78_c3_79, 0xe5_b5_67, 0x68_a0_e8, 0xc0_7f_d8, 0x5f_c4_c9, 0xc8_cd_d6,
    0x6b_72_80, 0xff_8a_85, 0x9f_dd_97, 0xf5_cf_7d, 0x8f_bd_ff, 0xd9_a6_f0, 0x86_dd_e2, 0xff_ff_ff,
];

/// The picture of everything in the buffer.
pub fn svg(buffer: &Buffer) -> String {
    let (columns, rows) = (buffer.area.width, buffer.area.height);
    let width = f64::from(columns) * CELL.0 + 2.0 * MARGIN;
    let height = f64::from(rows) * CELL.1 + 2.0 * MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.1} {height:.1}\" \
         font-family=\"'JetBrains Mono','DejaVu Sans Mono',Menlo,Consolas,monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n",
        hex(BACKGROUND)
    );
    for row in 0..rows {
        let runs = runs(buffer, row);
        for run in runs.iter().filter(|run| run.look.background != BACKGROUND) {
            rectangle(&mut out, run, row);
        }
        for run in runs.iter().filter(|run| {
            !run.text.trim().is_empty() || run.look.modifier.contains(Modifier::UNDERLINED)
        }) {
            line(&mut out, run, row);
        }
    }
    out.push_str("</svg>\n");
    out
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Look {
    foreground: u32,
    background: u32,
    modifier: Modifier,
}

/// Neighbouring cells that look the same.
struct Run {
    column: u16,
    width: u16,
    text: String,
    look: Look,
}

fn runs(buffer: &Buffer, row: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut column = 0;
    while column < buffer.area.width {
        let cell = &buffer[(buffer.area.x + column, buffer.area.y + row)];
        let look = look(cell);
        let width = u16::try_from(cell.symbol().width().max(1)).unwrap();
        match runs.last_mut().filter(|run| run.look == look) {
            Some(run) => {
                run.text.push_str(cell.symbol());
                run.width += width;
            }
            None => runs.push(Run {
                column,
                width,
                text: cell.symbol().to_owned(),
                look,
            }),
        }
        column += width;
    }
    runs
}

fn look(cell: &Cell) -> Look {
    let mut foreground = rgb(cell.fg).unwrap_or(FOREGROUND);
    let mut background = rgb(cell.bg).unwrap_or(BACKGROUND);
    if cell.modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut foreground, &mut background);
    }
    Look {
        foreground,
        background,
        modifier: cell.modifier.difference(Modifier::REVERSED),
    }
}

/// As a number; `None` is the terminal's default.
fn rgb(color: Color) -> Option<u32> {
    let named = |index: usize| Some(SIXTEEN[index]);
    match color {
        Color::Reset => None,
        Color::Rgb(r, g, b) => Some(u32::from_be_bytes([0, r, g, b])),
        Color::Indexed(index) => Some(indexed(index)),
        Color::Black => named(0),
        Color::Red => named(1),
        Color::Green => named(2),
        Color::Yellow => named(3),
        Color::Blue => named(4),
        Color::Magenta => named(5),
        Color::Cyan => named(6),
        Color::Gray => named(7),
        Color::DarkGray => named(8),
        Color::LightRed => named(9),
        Color::LightGreen => named(10),
        Color::LightYellow => named(11),
        Color::LightBlue => named(12),
        Color::LightMagenta => named(13),
        Color::LightCyan => named(14),
        Color::White => named(15),
    }
}

/// xterm's 256 colours: sixteen, a cube of six steps, and greys.
fn indexed(index: u8) -> u32 {
    let step = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
    match index {
        0..16 => SIXTEEN[usize::from(index)],
        16..232 => {
            let cube = index - 16;
            u32::from_be_bytes([0, step(cube / 36), step(cube / 6 % 6), step(cube % 6)])
        }
        232.. => {
            let grey = 8 + 10 * (index - 232);
            u32::from_be_bytes([0, grey, grey, grey])
        }
    }
}

fn hex(rgb: u32) -> String {
    format!("#{rgb:06x}")
}

fn place(run: &Run, row: u16) -> (f64, f64, f64) {
    (
        MARGIN + f64::from(run.column) * CELL.0,
        MARGIN + f64::from(row) * CELL.1,
        f64::from(run.width) * CELL.0,
    )
}

fn rectangle(out: &mut String, run: &Run, row: u16) {
    let (x, y, width) = place(run, row);
    let fill = hex(run.look.background);
    let _ = writeln!(
        out,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{fill}\"/>",
        CELL.1
    );
}

fn line(out: &mut String, run: &Run, row: u16) {
    let (x, y, width) = place(run, row);
    let look = run.look;
    let mut style = String::new();
    for (modifier, text) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::DIM, " opacity=\"0.6\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
    ] {
        if look.modifier.contains(modifier) {
            style.push_str(text);
        }
    }
    // The length keeps the columns where they are, whatever font the viewer has.
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{width:.1}\" lengthAdjust=\"spacingAndGlyphs\" \
         xml:space=\"preserve\" fill=\"{}\"{style}>{}</text>",
        y + BASE_LINE,
        hex(look.foreground),
        escaped(&run.text)
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[test]
fn a_buffer_becomes_a_picture_with_its_colours() {
    use ratatui::style::Style;
    let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 6, 1));
    let red = Style::new().fg(Color::Indexed(196)).bg(Color::Rgb(1, 2, 3));
    buffer.set_string(0, 0, "a<", red);
    buffer.set_string(2, 0, "日", Style::new().add_modifier(Modifier::BOLD));
    let picture = svg(&buffer);
    for part in [
        "fill=\"#ff0000\"",
        "fill=\"#010203\"",
        ">a&lt;</text>",
        "font-weight=\"bold\">日</text>",
    ] {
        assert!(picture.contains(part), "{part} is not in\n{picture}");
    }
}
