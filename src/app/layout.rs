//! Where the panes are: one pure function of size and focus, so that drawing and clicking agree.

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

impl Area {
    /// Whether a cell lies inside.
    pub const fn contains(self, column: u16, row: u16) -> bool {
        column >= self.x
            && column < self.x + self.width
            && row >= self.y
            && row < self.y + self.height
    }

    /// The upper `height` rows and what is below them.
    const fn split_top(self, height: u16) -> (Self, Self) {
        let height = if height < self.height {
            height
        } else {
            self.height
        };
        (
            Self { height, ..self },
            Self {
                y: self.y + height,
                height: self.height - height,
                ..self
            },
        )
    }

    const fn split_left(self, width: u16) -> (Self, Self) {
        let width = if width < self.width {
            width
        } else {
            self.width
        };
        (
            Self { width, ..self },
            Self {
                x: self.x + width,
                width: self.width - width,
                ..self
            },
        )
    }
}

/// The panes that can have the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Pane {
    #[default]
    Buckets,
    Uploads,
    Parts,
    Tasks,
}

/// Where everything is; `None` is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Layout {
    /// All panes at once, or one at a time.
    pub wide: bool,
    /// Nothing fits but a message.
    pub too_small: bool,
    pub header: Area,
    pub buckets: Option<Area>,
    pub uploads: Option<Area>,
    pub parts: Option<Area>,
    pub details: Option<Area>,
    /// One row without a border when nothing but a summary fits.
    pub tasks: Option<Area>,
    /// The messages line and the keys.
    pub footer: Area,
}

/// From this width on all panes are shown.
pub const WIDE_FROM: u16 = 110;
/// The smallest terminal that anything fits in.
pub const SMALLEST: (u16, u16) = (40, 8);

/// The watch view's table over a screen of this size: above what is told of one upload.
pub fn watch_table(columns: u16, rows: u16, watched: usize) -> Area {
    let body = rows.saturating_sub(2);
    let most = (body / 3).max(4);
    let wanted = u16::try_from(watched).unwrap_or(u16::MAX).max(1);
    Area {
        x: 0,
        y: 1,
        width: columns,
        height: wanted.saturating_add(3).min(most).min(body),
    }
}

/// The first of `len` rows that is shown so that row `index` is in sight, about in the middle.
pub const fn first_row(index: usize, len: usize, window: usize) -> usize {
    let last = len.saturating_sub(window);
    let wanted = index.saturating_sub(window / 2);
    if wanted < last { wanted } else { last }
}

/// Rows of a bordered pane that hold list items.
pub const fn list_rows(area: Area, with_header: bool) -> u16 {
    area.height.saturating_sub(if with_header { 3 } else { 2 })
}

/// Lays the panes out. `tasks`: how many tasks there are to show.
pub fn layout(columns: u16, rows: u16, focus: Pane, tasks: usize) -> Layout {
    if columns < SMALLEST.0 || rows < SMALLEST.1 {
        return Layout {
            too_small: true,
            ..Layout::default()
        };
    }
    let screen = Area {
        x: 0,
        y: 0,
        width: columns,
        height: rows,
    };
    let (header, rest) = screen.split_top(1);
    let (body, footer) = rest.split_top(rest.height - 1);
    let layout = Layout {
        wide: columns >= WIDE_FROM,
        header,
        footer,
        ..Layout::default()
    };
    if layout.wide {
        wide(layout, body, focus, tasks)
    } else {
        narrow(layout, body, focus, tasks)
    }
}

fn wide(mut layout: Layout, body: Area, focus: Pane, tasks: usize) -> Layout {
    let shown = u16::try_from(tasks).unwrap_or(u16::MAX);
    let wanted = match (focus, shown) {
        (Pane::Tasks, _) => shown.clamp(3, (body.height / 3).max(3)) + 2,
        (_, 0) => 0,
        _ => shown.min(3) + 2,
    };
    let (body, strip) = body.split_top(body.height - wanted.min(body.height / 2));
    layout.tasks = (strip.height > 0).then_some(strip);
    let below = if body.height >= 20 {
        (body.height * 2 / 5).clamp(8, 18)
    } else {
        0
    };
    let (upper, lower) = body.split_top(body.height - below);
    let halves = |area: Area| area.split_left(area.width / 2);
    let (left, right) = upper.split_left((upper.width / 4).clamp(28, 40));
    layout.buckets = Some(left);
    if below > 0 {
        layout.uploads = Some(right);
        let (parts, details) = halves(lower);
        layout.parts = Some(parts);
        layout.details = Some(details);
    } else if focus == Pane::Parts {
        let (parts, details) = halves(right);
        layout.parts = Some(parts);
        layout.details = Some(details);
    } else {
        layout.uploads = Some(right);
    }
    layout
}

fn narrow(mut layout: Layout, body: Area, focus: Pane, tasks: usize) -> Layout {
    let line = u16::from(tasks > 0 && focus != Pane::Tasks && body.height > 8);
    let (body, strip) = body.split_top(body.height - line);
    layout.tasks = (line > 0).then_some(strip);
    match focus {
        Pane::Buckets => layout.buckets = Some(body),
        Pane::Uploads => layout.uploads = Some(body),
        Pane::Tasks => layout.tasks = Some(body),
        Pane::Parts if body.height >= 16 => {
            let (details, parts) = body.split_top(body.height / 2 - 1);
            layout.details = Some(details);
            layout.parts = Some(parts);
        }
        Pane::Parts => layout.parts = Some(body),
    }
    layout
}

#[cfg(test)]
mod tests {
    use super::*;

    fn areas(layout: &Layout) -> Vec<Area> {
        let panes = [
            layout.buckets,
            layout.uploads,
            layout.parts,
            layout.details,
            layout.tasks,
        ];
        panes
            .into_iter()
            .flatten()
            .chain([layout.header, layout.footer])
            .collect()
    }

    #[test]
    fn panes_fill_the_screen_without_overlap() {
        for (columns, rows) in [
            (40, 8),
            (40, 10),
            (80, 24),
            (109, 30),
            (110, 12),
            (120, 36),
            (200, 60),
        ] {
            for focus in [Pane::Buckets, Pane::Uploads, Pane::Parts, Pane::Tasks] {
                for tasks in [0, 1, 50] {
                    let layout = layout(columns, rows, focus, tasks);
                    let areas = areas(&layout);
                    let covered: u32 = areas
                        .iter()
                        .map(|a| u32::from(a.width) * u32::from(a.height))
                        .sum();
                    assert_eq!(
                        covered,
                        u32::from(columns) * u32::from(rows),
                        "{columns}x{rows} {focus:?} {tasks}"
                    );
                    for row in 0..rows {
                        for column in 0..columns {
                            let hits = areas
                                .iter()
                                .filter(|area| area.contains(column, row))
                                .count();
                            assert_eq!(hits, 1, "{column},{row} of {columns}x{rows} {focus:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_focused_pane_is_always_shown() {
        for (columns, rows) in [(40, 8), (80, 24), (120, 20), (120, 36)] {
            assert!(layout(columns, rows, Pane::Buckets, 0).buckets.is_some());
            assert!(layout(columns, rows, Pane::Uploads, 0).uploads.is_some());
            assert!(layout(columns, rows, Pane::Parts, 0).parts.is_some());
            assert!(layout(columns, rows, Pane::Tasks, 0).tasks.is_some());
        }
    }
}
