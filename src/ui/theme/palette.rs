//! The four themes, role by role.

use ratatui::style::{Color, Style};

use super::Theme;

const fn hex(rgb: u32) -> Color {
    Color::from_u32(rgb)
}

/// Light text on a dark background of its own, so that it reads on any terminal.
pub(super) fn dark() -> Theme {
    let back = hex(0x14_17_1f);
    let raised = hex(0x1f_24_30);
    let cursor = hex(0x2f_3f_5c);
    let rest = hex(0x26_2c_3a);
    let fg = hex(0xd5_da_e3);
    let faint = hex(0x8d_97_a8);
    let line = hex(0x4a_53_65);
    let blue = hex(0x7f_b4_ff);
    let cyan = hex(0x6f_d3_d8);
    let green = hex(0x8f_d1_8a);
    let amber = hex(0xf0_c0_5a);
    let orange = hex(0xf2_a2_5c);
    let red = hex(0xff_8a_85);
    let violet = hex(0xc9_a6_ff);
    Theme {
        base: Style::new().fg(fg).bg(back),
        header: Style::new().fg(fg).bg(raised),
        header_strong: Style::new().fg(fg).bold().bg(raised),
        header_dim: Style::new().fg(faint).bg(raised),
        brand: Style::new().fg(blue).bold().bg(raised),
        badge: Style::new().fg(back).bold().bg(amber),
        crumb: Style::new().fg(faint).bg(raised),
        crumb_here: Style::new().fg(fg).bold().bg(raised),
        text: Style::new().fg(fg),
        dim: Style::new().fg(faint),
        accent: Style::new().fg(blue),
        good: Style::new().fg(green),
        warn: Style::new().fg(amber),
        bad: Style::new().fg(red),
        danger: Style::new().fg(red).bold(),
        selected: Style::new().fg(fg).bold().bg(cursor),
        selected_unfocused: Style::new().fg(fg).bg(rest),
        marked: Style::new().fg(violet).bold(),
        title: Style::new().fg(faint),
        title_focused: Style::new().fg(fg).bold(),
        border: Style::new().fg(line),
        border_focused: Style::new().fg(blue),
        heading: Style::new().fg(faint).bold(),
        key: Style::new().fg(blue).bold().bg(raised),
        prompt: Style::new().fg(blue).bold(),
        input: Style::new().fg(fg).bg(raised),
        wrong: Style::new().fg(red).underlined(),
        footer: Style::new().fg(faint).bg(raised),
        strip: Style::new().fg(faint).bg(raised),
        dialog: Style::new().fg(fg).bg(raised),
        bar: Style::new().fg(blue),
        bar_empty: Style::new().fg(line),
        folder: Style::new().fg(cyan),
        active: Style::new().fg(green).bold(),
        idle: Style::new().fg(amber),
        stale: Style::new().fg(orange),
        empty: Style::new().fg(faint),
        unknown: Style::new().fg(violet),
    }
}

/// Dark text on a light background of its own.
pub(super) fn light() -> Theme {
    let back = hex(0xfb_fb_f9);
    let raised = hex(0xec_ed_ef);
    let cursor = hex(0xcf_e0_fb);
    let rest = hex(0xe4_e6_ea);
    let fg = hex(0x22_27_2e);
    let faint = hex(0x56_5f_6b);
    let line = hex(0xa9_b0_ba);
    let blue = hex(0x0b_57_c2);
    let cyan = hex(0x0a_66_70);
    let green = hex(0x1c_6b_24);
    let amber = hex(0x7a_52_00);
    let orange = hex(0x8f_43_00);
    let red = hex(0xb3_20_1b);
    let violet = hex(0x6f_33_b5);
    Theme {
        base: Style::new().fg(fg).bg(back),
        header: Style::new().fg(fg).bg(raised),
        header_strong: Style::new().fg(fg).bold().bg(raised),
        header_dim: Style::new().fg(faint).bg(raised),
        brand: Style::new().fg(blue).bold().bg(raised),
        badge: Style::new().fg(back).bold().bg(amber),
        crumb: Style::new().fg(faint).bg(raised),
        crumb_here: Style::new().fg(fg).bold().bg(raised),
        text: Style::new().fg(fg),
        dim: Style::new().fg(faint),
        accent: Style::new().fg(blue),
        good: Style::new().fg(green),
        warn: Style::new().fg(amber),
        bad: Style::new().fg(red),
        danger: Style::new().fg(red).bold(),
        selected: Style::new().fg(fg).bold().bg(cursor),
        selected_unfocused: Style::new().fg(fg).bg(rest),
        marked: Style::new().fg(violet).bold(),
        title: Style::new().fg(faint),
        title_focused: Style::new().fg(fg).bold(),
        border: Style::new().fg(line),
        border_focused: Style::new().fg(blue),
        heading: Style::new().fg(faint).bold(),
        key: Style::new().fg(blue).bold().bg(raised),
        prompt: Style::new().fg(blue).bold(),
        input: Style::new().fg(fg).bg(raised),
        wrong: Style::new().fg(red).underlined(),
        footer: Style::new().fg(faint).bg(raised),
        strip: Style::new().fg(faint).bg(raised),
        dialog: Style::new().fg(fg).bg(raised),
        bar: Style::new().fg(blue),
        bar_empty: Style::new().fg(line),
        folder: Style::new().fg(cyan),
        active: Style::new().fg(green).bold(),
        idle: Style::new().fg(amber),
        stale: Style::new().fg(orange),
        empty: Style::new().fg(faint),
        unknown: Style::new().fg(violet),
    }
}

/// The terminal's own colours on its own background: neither black nor white is named, so that it reads on both.
pub(super) fn sixteen() -> Theme {
    Theme {
        base: Style::new(),
        header: Style::new().reversed(),
        header_strong: Style::new().bold().reversed(),
        header_dim: Style::new().reversed(),
        brand: Style::new().bold().reversed(),
        badge: Style::new().fg(Color::Black).bg(Color::Yellow),
        crumb: Style::new().reversed(),
        crumb_here: Style::new().bold().reversed(),
        text: Style::new(),
        dim: Style::new().dim(),
        accent: Style::new().fg(Color::Cyan),
        good: Style::new().fg(Color::Green),
        warn: Style::new().fg(Color::Yellow),
        bad: Style::new().fg(Color::Red),
        danger: Style::new().fg(Color::Red).bold(),
        selected: Style::new().bold().reversed(),
        selected_unfocused: Style::new().underlined(),
        marked: Style::new().fg(Color::Magenta).bold(),
        title: Style::new().dim(),
        title_focused: Style::new().bold(),
        border: Style::new().dim(),
        border_focused: Style::new().fg(Color::Cyan),
        heading: Style::new().bold().dim(),
        key: Style::new().fg(Color::Cyan).bold(),
        prompt: Style::new().fg(Color::Cyan).bold(),
        input: Style::new().bold(),
        wrong: Style::new().fg(Color::Red).underlined(),
        footer: Style::new(),
        strip: Style::new().dim(),
        dialog: Style::new(),
        bar: Style::new().fg(Color::Cyan),
        bar_empty: Style::new().dim(),
        folder: Style::new().fg(Color::Cyan),
        active: Style::new().fg(Color::Green).bold(),
        idle: Style::new().fg(Color::Yellow),
        stale: Style::new().fg(Color::Red),
        empty: Style::new().dim(),
        unknown: Style::new().fg(Color::Magenta),
    }
}

/// Weight, underline and reverse video alone.
pub(super) fn plain() -> Theme {
    Theme {
        base: Style::new(),
        header: Style::new().reversed(),
        header_strong: Style::new().bold().reversed(),
        header_dim: Style::new().reversed(),
        brand: Style::new().bold().reversed(),
        badge: Style::new().bold().reversed(),
        crumb: Style::new().reversed(),
        crumb_here: Style::new().bold().reversed(),
        text: Style::new(),
        dim: Style::new().dim(),
        accent: Style::new().bold(),
        good: Style::new(),
        warn: Style::new().bold(),
        bad: Style::new().bold(),
        danger: Style::new().bold().underlined(),
        selected: Style::new().bold().reversed(),
        selected_unfocused: Style::new().underlined(),
        marked: Style::new().bold(),
        title: Style::new().dim(),
        title_focused: Style::new().bold(),
        border: Style::new().dim(),
        border_focused: Style::new().bold(),
        heading: Style::new().bold().dim(),
        key: Style::new().bold(),
        prompt: Style::new().bold(),
        input: Style::new().underlined(),
        wrong: Style::new().reversed(),
        footer: Style::new(),
        strip: Style::new().dim(),
        dialog: Style::new(),
        bar: Style::new().bold(),
        bar_empty: Style::new().dim(),
        folder: Style::new().bold(),
        active: Style::new().bold(),
        idle: Style::new(),
        stale: Style::new(),
        empty: Style::new().dim(),
        unknown: Style::new(),
    }
}
