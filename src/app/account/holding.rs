//! What one bucket holds, as its table tells.

use std::collections::HashMap;
use std::time::Duration;

use crate::app::place::{Listing, Place};
use crate::model::account::{Guard, Holding, Listed, Mix};
use crate::model::{Tally, Timestamp, liveness};
use crate::protocol::{Kind, Prevention};

/// States change with time alone, but nobody sees it sooner.
const STATES_HOLD: Duration = Duration::from_secs(60);

/// The states of a bucket's uploads, as they were counted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Counted {
    at: Timestamp,
    /// What the bucket held then.
    of: Tally,
    mix: Mix,
}

/// What is known of a bucket now; its states as they were counted, while nothing else changed.
pub(super) fn holding(
    place: &Place,
    counted: &mut HashMap<String, Counted>,
    now: Timestamp,
) -> Holding {
    let (name, of) = (&place.bucket.name, *place.table.totals());
    let holds = |known: &&Counted| known.of == of && now.since(known.at) < STATES_HOLD;
    let known = counted.get(name).filter(holds).map(|known| known.mix);
    let mix = known.unwrap_or_else(|| {
        let mix = mix(place, now);
        let at = now;
        counted.insert(name.clone(), Counted { at, of, mix });
        mix
    });
    Holding {
        bucket: name.clone(),
        region: place.bucket.region.clone(),
        listed: listed(place),
        tally: of,
        mix,
        guard: guard(place),
    }
}

/// Looks at every upload.
fn mix(place: &Place, now: Timestamp) -> Mix {
    let thresholds = &place.table.settings().thresholds;
    let mut mix = Mix::default();
    for row in place.table.rows() {
        let measure = row.measure();
        let state = liveness::state_moved(&measure, row.moved_at(), now, thresholds);
        mix.add(state);
    }
    mix
}

pub(super) fn guard(place: &Place) -> Guard {
    let prevention = place.prevention.as_ref();
    prevention.map_or(Guard::Unasked, Prevention::guard)
}

pub(super) fn listed(place: &Place) -> Listed {
    match &place.listing {
        // Only what was listed whole says what the bucket holds.
        Listing::Complete if place.scope.is_empty() => Listed::Whole,
        Listing::Failed(fault) if fault.kind == Kind::Denied => Listed::Denied,
        Listing::Failed(_) => Listed::Failed,
        _ => Listed::Unfinished,
    }
}
