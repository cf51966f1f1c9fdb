//! Every action there is: the one table from which keymap, help, footer, palette and docs are made.

/// Where an action is at home; a key may mean different things in different scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Everywhere.
    Global,
    /// Wherever there is a list with a cursor.
    List,
    Buckets,
    Uploads,
    Parts,
    Tasks,
}

impl Scope {
    /// The heading in the help, and the table's name in a configuration file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::List => "list",
            Self::Buckets => "buckets",
            Self::Uploads => "uploads",
            Self::Parts => "parts",
            Self::Tasks => "tasks",
        }
    }
}

macro_rules! actions {
    ($($action:ident, $scope:ident, $name:literal, [$($key:literal),*], $footer:literal, $help:literal;)*) => {
        /// What a key, a click or the palette can ask for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action { $(#[doc = $help] $action,)* }

        /// The table.
        pub const ACTIONS: &[Entry] = &[$(Entry {
            action: Action::$action,
            scope: Scope::$scope,
            name: $name,
            keys: &[$($key),*],
            footer: $footer,
            help: $help,
        },)*];
    };
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub action: Action,
    pub scope: Scope,
    /// As configuration and palette name it.
    pub name: &'static str,
    /// Default keys.
    pub keys: &'static [&'static str],
    /// One or two words for the footer; empty: not in the footer.
    pub footer: &'static str,
    /// One line for the help.
    pub help: &'static str,
}

actions! {
    Open, List, "open", ["enter", "l", "right"], "open", "open what is under the cursor";
    Back, Global, "back", ["esc", "backspace"], "back", "go back one step: close, clear the filter, leave the pane";
    Leave, List, "leave", ["h", "left"], "", "go out one level";
    Up, List, "up", ["k", "up"], "", "one row up";
    Down, List, "down", ["j", "down"], "", "one row down";
    PageUp, List, "page-up", ["pgup", "ctrl-b"], "", "one page up";
    PageDown, List, "page-down", ["pgdn", "ctrl-f"], "", "one page down";
    HalfUp, List, "half-page-up", ["ctrl-u"], "", "half a page up";
    HalfDown, List, "half-page-down", ["ctrl-d"], "", "half a page down";
    Top, List, "top", ["g", "home"], "", "first row";
    Bottom, List, "bottom", ["G", "end"], "", "last row";
    NextPane, Global, "next-pane", ["tab"], "", "next pane";
    PreviousPane, Global, "previous-pane", ["backtab"], "", "previous pane";
    Mark, Uploads, "mark", ["space"], "mark", "mark or unmark the upload and go down";
    MarkRange, Uploads, "mark-range", ["v"], "", "begin a range at the cursor; again marks it";
    MarkAll, Uploads, "mark-all", ["*"], "", "mark everything that the filter shows";
    MarkInvert, Uploads, "mark-invert", ["~"], "", "invert the marks of what the filter shows";
    MarkNone, Uploads, "mark-none", ["\\"], "", "remove all marks";
    Filter, List, "filter", ["/"], "filter", "filter as you type";
    Sort, Uploads, "sort", ["s"], "sort", "choose the column to sort by";
    Reverse, Uploads, "reverse", ["R"], "", "reverse the order";
    Folders, Uploads, "folders", ["f"], "folders", "switch between the flat list and the roll-up, at first folders by prefix";
    GroupBy, Uploads, "group-by", ["b"], "", "group by the next: prefix, initiator, class, age, state";
    SizeAll, Uploads, "size-all", ["S"], "size", "size all uploads of this bucket, after showing what it costs";
    Abort, Uploads, "abort", ["a"], "abort", "abort the marked uploads, or the one under the cursor";
    Complete, Global, "complete", ["c"], "complete", "complete the upload under the cursor, after saying whether and to what";
    Upload, Global, "upload", ["u"], "upload", "upload files: choose them, then where they go and how";
    PartMap, Global, "part-map", ["m"], "map", "show the parts as a map of all of them, or as a list";
    Watch, Global, "watch", ["w"], "watch", "watch the marked uploads, or the one under the cursor, to their end; again: what is watched";
    Lifecycle, Buckets, "lifecycle", ["L"], "rules", "the bucket's lifecycle rules; propose one against orphans";
    Account, Global, "account", ["A"], "account", "all buckets by what their uploads cost";
    Doctor, Global, "doctor", [], "", "try credentials, permissions and the server's quirks; changes nothing";
    Copy, Global, "copy", ["y"], "copy", "copy upload ID, ETag, address or the equivalent aws command";
    Refresh, Global, "refresh", ["ctrl-r", "f5"], "refresh", "look again";
    Interval, Global, "auto-refresh", ["I"], "", "look again by itself: off, 10 s, 1 min, 5 min";
    Tasks, Global, "tasks", ["t"], "tasks", "show or leave the tasks";
    Resume, Global, "resume", ["r"], "resume", "go on with the upload under the cursor, whoever began it, or choose what was interrupted";
    Pause, Tasks, "pause", ["p"], "pause", "pause the upload or freeze the watch, or go on with it; with what a cancelled abort or sizing left";
    Wider, Tasks, "wider", ["+"], "", "one more part of the upload at once";
    Narrower, Tasks, "narrower", ["-"], "", "one part fewer at once";
    AutomaticWidth, Tasks, "automatic-width", ["="], "", "as many parts at once as the link carries";
    LimitRate, Tasks, "limit-rate", ["L"], "limit", "limit how fast the upload goes";
    Cancel, Tasks, "cancel", ["x"], "cancel", "cancel the task; an upload is kept for later or aborted, a watch ends";
    ClearTasks, Tasks, "clear-finished", ["C"], "", "remove the finished tasks";
    Details, Tasks, "report", ["d"], "report", "show what was done, skipped and failed, and why; of an upload everything, live";
    Palette, Global, "palette", [":"], "command", "command palette";
    Help, Global, "help", ["?", "f1"], "help", "the keys of this pane";
    Log, Global, "messages", ["!"], "", "everything that was reported, errors first";
    Theme, Global, "theme", [], "", "switch the theme: dark, light, 16 colours";
    ReadOnly, Global, "read-only", [], "", "refuse every change from now on";
    Suspend, Global, "suspend", ["ctrl-z"], "", "suspend to the shell";
    Redraw, Global, "redraw", ["ctrl-l"], "", "draw everything again";
    Quit, Global, "quit", ["q", "ctrl-c"], "quit", "quit; asks while something runs";
}

impl Action {
    /// Its row of the table.
    pub fn entry(self) -> &'static Entry {
        // The macro makes one row for each variant, in order.
        &ACTIONS[self as usize]
    }

    /// The action that `name` names.
    pub fn from_name(name: &str) -> Option<Self> {
        ACTIONS
            .iter()
            .find(|entry| entry.name == name)
            .map(|entry| entry.action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::input::Key;

    #[test]
    fn every_action_has_its_row_and_keys_that_parse() {
        for (index, entry) in ACTIONS.iter().enumerate() {
            assert_eq!(entry.action as usize, index);
            assert_eq!(entry.action.entry(), entry);
            assert_eq!(Action::from_name(entry.name), Some(entry.action));
            for key in entry.keys {
                key.parse::<Key>().unwrap();
            }
        }
    }
}
