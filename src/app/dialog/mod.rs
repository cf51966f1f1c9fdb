//! What asks before anything else goes on. A dialog is a value; its targets are frozen when it opens.

pub mod abort;
pub mod adopt;
pub mod choose;
pub mod complete;
pub mod confirm;
mod counts;
pub mod doctor;
pub mod fields;
pub mod interrupted;
pub mod palette;
pub mod place;
pub mod rules;
pub mod stop;
pub mod upload;
pub mod watch;

pub use abort::{AbortDialog, Rest, SizeAllDialog};
pub use adopt::{AdoptDialog, ReviewDialog};
pub use choose::{Choice, Menu};
pub use complete::{CompleteDialog, CompleteStep};
pub use confirm::{Answer, Confirm};
pub use doctor::DoctorDialog;
pub use interrupted::InterruptedDialog;
pub use palette::Palette;
pub use place::PlaceDialog;
pub use rules::{RulesDialog, RulesStep};
pub use stop::{QuitDialog, QuitStep, RateDialog, StopDialog};
pub use upload::Upload;
pub use watch::WatchView;

use super::account::AccountView;
use crate::protocol::JobId;

/// The scroll position of a text's end, wherever that is.
pub const END: usize = usize::MAX;

/// The one dialog that is open.
#[derive(Debug, Clone)]
pub enum Dialog {
    /// The keys of the pane that has the focus.
    Help {
        scroll: usize,
    },
    /// Everything that was reported.
    Messages {
        scroll: usize,
    },
    /// What a task skipped and failed; of an upload everything, live.
    Report {
        job: JobId,
        scroll: usize,
    },
    Abort(Box<AbortDialog>),
    /// What to upload, where to, and how.
    Upload(Box<Upload>),
    /// One of a few things: sort column, what to copy.
    Menu(Menu),
    Palette(Palette),
    /// Sizing a whole bucket, with its price.
    SizeAll(SizeAllDialog),
    /// How to stop an upload.
    Stop(StopDialog),
    /// How fast an upload may go.
    Rate(RateDialog),
    /// What an upload would become, and whether it is to be completed.
    Complete(Box<CompleteDialog>),
    /// Which file an upload is of that somebody else began.
    Adopt(Box<AdoptDialog>),
    /// A bucket's lifecycle rules.
    Rules(Box<RulesDialog>),
    /// A part that is put by hand.
    Place(Box<PlaceDialog>),
    /// What a comparison with that file found.
    Review(Box<ReviewDialog>),
    /// Our own uploads that did not end.
    Interrupted(InterruptedDialog),
    /// All buckets by what their uploads cost; over the whole screen.
    Account(Box<AccountView>),
    /// The uploads that are watched, over the panes.
    Watch(Box<WatchView>),
    /// What the doctor looks at.
    Doctor(Box<DoctorDialog>),
    /// Tasks still run.
    Quit(QuitDialog),
}
