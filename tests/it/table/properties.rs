//! Properties of a table: whatever happens to it, the view is a sorted list of the rows that pass, and every
//! total is what counting again would give.

mod check;
mod steps;

use std::collections::BTreeMap;

use mopup::model::{Table, Upload};
use proptest::prelude::*;

use super::{NOW, settings};
use check::check;
use steps::{apply, step, upload};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_view_is_the_sorted_passing_rows_and_totals_are_a_recount(
        steps in prop::collection::vec(step(), 0..40),
        small in prop::sample::select(vec![0, 9, 1_000]),
    ) {
        let mut table = Table::new("bucket", settings()).with_small(small);
        let (mut slots, mut wishes) = (0, Vec::new());
        for step in &steps {
            apply(&mut table, step, (&mut slots, &mut wishes));
            if table.is_settled() && !table.is_worn() {
                check(&table)?;
            }
        }
        table.settle(NOW);
        for wish in wishes {
            table.take_over(wish.carry_out(|| false).unwrap(), NOW);
        }
        while let Some(wish) = table.wish(NOW, true) {
            prop_assert!(table.take_over(wish.carry_out(|| false).unwrap(), NOW));
        }
        prop_assert!(table.is_settled() && !table.is_worn());
        prop_assert!(!table.settle(NOW), "nothing is left to do");
        check(&table)?;
    }

    #[test]
    fn a_refresh_leaves_exactly_what_was_listed(
        before in prop::collection::vec(upload(), 0..30),
        after in prop::collection::vec(upload(), 0..30),
    ) {
        let mut table = Table::new("bucket", settings());
        table.extend(&before);
        table.begin_refresh();
        for page in after.chunks(3) {
            table.extend(page);
        }
        table.end_refresh();
        let names = |uploads: &[Upload]| -> BTreeMap<(String, String), Upload> {
            uploads.iter().map(|one| ((one.key.clone(), one.upload_id.clone()), one.clone())).collect()
        };
        let left: Vec<Upload> = table.rows().map(|row| row.upload()).collect();
        prop_assert_eq!(names(&left), names(&after));
        prop_assert_eq!(left.len(), names(&after).len());
    }
}
