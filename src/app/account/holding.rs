//! What one bucket holds, as its table tells.

use crate::app::place::{Listing, Place};
use crate::model::account::{Guard, Holding, Listed};
use crate::protocol::{Kind, Prevention};

/// What is known of a bucket now.
pub(super) fn holding(place: &Place) -> Holding {
    Holding {
        bucket: place.bucket.name.clone(),
        region: place.bucket.region.clone(),
        listed: listed(place),
        tally: *place.table.totals(),
        mix: *place.table.mix(),
        guard: guard(place),
    }
}

fn guard(place: &Place) -> Guard {
    let prevention = place.prevention.as_ref();
    prevention.map_or(Guard::Unasked, Prevention::guard)
}

fn listed(place: &Place) -> Listed {
    match &place.listing {
        // Only what was listed whole says what the bucket holds.
        Listing::Complete if place.scope.is_empty() => Listed::Whole,
        Listing::Failed(fault) if fault.kind == Kind::Denied => Listed::Denied,
        Listing::Failed(_) => Listed::Failed,
        _ => Listed::Unfinished,
    }
}
