//! A cursor in a list that changes under it: anchored to an item, never to an index.

/// Where the cursor is, and which row of the window it is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor<T> {
    item: Option<T>,
    /// Its last known position, for when the item goes away.
    index: usize,
    /// The first position shown.
    top: usize,
    /// Whether the person ever moved it: an untouched cursor stays on the first row while rows arrive.
    touched: bool,
}

impl<T> Default for Cursor<T> {
    fn default() -> Self {
        Self {
            item: None,
            index: 0,
            top: 0,
            touched: false,
        }
    }
}

impl<T: Clone + PartialEq> Cursor<T> {
    /// The item under the cursor.
    pub fn item(&self) -> Option<&T> {
        self.item.as_ref()
    }

    /// The cursor's position as of the last [`Cursor::settle`].
    pub const fn index(&self) -> usize {
        self.index
    }

    /// The first position shown as of the last [`Cursor::settle`].
    pub const fn top(&self) -> usize {
        self.top
    }

    /// Whether the person ever moved it.
    pub const fn is_touched(&self) -> bool {
        self.touched
    }

    /// Finds the item again after the list changed: the window moves so that the item keeps its place on
    /// screen. If it is gone, whatever took its position is the new item.
    pub fn settle(
        &mut self,
        len: usize,
        window: usize,
        position: impl Fn(&T) -> Option<usize>,
        at: impl Fn(usize) -> Option<T>,
    ) {
        let place = self.index.saturating_sub(self.top);
        let found = self
            .item
            .as_ref()
            .filter(|_| self.touched)
            .and_then(position);
        match found {
            Some(index) => {
                self.top = index.saturating_sub(place);
                self.index = index;
            }
            None => self.index = self.index.min(len.saturating_sub(1)),
        }
        self.item = at(self.index);
        self.show(len, window);
    }

    /// Moves to a position.
    pub fn go(&mut self, index: usize, len: usize, window: usize, at: impl Fn(usize) -> Option<T>) {
        // In an empty list nothing was chosen: what comes first will be under the cursor.
        self.touched |= len > 0;
        self.index = index.min(len.saturating_sub(1));
        self.item = at(self.index);
        self.show(len, window);
    }

    /// Back to the first row, as if never moved.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    fn show(&mut self, len: usize, window: usize) {
        let window = window.max(1);
        self.top = self.top.min(len.saturating_sub(window));
        if self.index < self.top {
            self.top = self.index;
        } else if self.index >= self.top + window {
            self.top = self.index + 1 - window;
        }
    }
}

/// How far a motion goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    By(isize),
    Pages(isize),
    HalfPages(isize),
    First,
    Last,
}

impl Motion {
    /// The position that it leads to from `index`.
    pub fn target(self, index: usize, len: usize, window: usize) -> usize {
        let page = isize::try_from(window.max(1)).unwrap_or(isize::MAX);
        let delta = match self {
            Self::First => return 0,
            Self::Last => return len.saturating_sub(1),
            Self::By(rows) => rows,
            Self::Pages(pages) => pages.saturating_mul(page),
            Self::HalfPages(halves) => halves.saturating_mul((page / 2).max(1)),
        };
        index
            .saturating_add_signed(delta)
            .min(len.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settle(cursor: &mut Cursor<char>, list: &[char]) {
        let position = |item: &char| list.iter().position(|other| other == item);
        cursor.settle(list.len(), 3, position, |index| list.get(index).copied());
    }

    #[test]
    fn the_cursor_stays_on_its_item_and_row() {
        let mut cursor = Cursor::default();
        let list = ['a', 'b', 'c', 'd', 'e'];
        settle(&mut cursor, &list);
        cursor.go(3, 5, 3, |index| list.get(index).copied());
        assert_eq!((cursor.item(), cursor.top()), (Some(&'d'), 1));
        settle(&mut cursor, &['x', 'y', 'a', 'b', 'c', 'd', 'e']);
        assert_eq!(
            (cursor.item(), cursor.index(), cursor.top()),
            (Some(&'d'), 5, 3)
        );
    }

    #[test]
    fn moving_in_an_empty_list_chooses_nothing() {
        let mut cursor = Cursor::default();
        cursor.go(1, 0, 3, |_| None::<char>);
        settle(&mut cursor, &['m']);
        settle(&mut cursor, &['a', 'm']);
        assert_eq!(cursor.item(), Some(&'a'));
    }

    #[test]
    fn when_its_item_goes_the_next_takes_its_place() {
        let mut cursor = Cursor::default();
        let list = ['a', 'b', 'c'];
        cursor.go(1, 3, 3, |index| list.get(index).copied());
        settle(&mut cursor, &['a', 'c']);
        assert_eq!(cursor.item(), Some(&'c'));
        settle(&mut cursor, &['a']);
        assert_eq!(cursor.item(), Some(&'a'));
        settle(&mut cursor, &[]);
        assert_eq!(cursor.item(), None);
    }

    #[test]
    fn an_untouched_cursor_stays_on_the_first_row() {
        let mut cursor = Cursor::default();
        settle(&mut cursor, &['m']);
        settle(&mut cursor, &['a', 'm']);
        assert_eq!(cursor.item(), Some(&'a'));
    }
}
