//! What can happen to a table, at random.

use std::time::Duration;

use mopup::model::table::{Leaving, Wish};
use mopup::model::{Column, Extent, Filter, Measure, RowId, Sort, Table, Upload};
use proptest::prelude::*;

use super::super::{NOW, hours_ago};

/// One thing that happens to a table. Rows are named by a number that is taken modulo the rows there are.
#[derive(Debug, Clone)]
pub enum Step {
    Extend(Vec<Upload>),
    Refresh(Vec<Upload>),
    /// A look under a prefix, and whether it came to its end.
    Look(&'static str, Vec<Upload>, bool),
    Measure(usize, Measure),
    Bury(usize),
    BuryAs(usize, Leaving),
    Filter(&'static str),
    Sort(Sort),
    Prefix(&'static str),
    Toggle(usize),
    MarkBetween(usize, usize),
    InvertView,
    MarkView,
    /// The folder that is open.
    Folder(Option<&'static str>),
    /// What is wished for is carried out by somebody else from now on.
    Wish,
    /// What was wished for comes, whether it is the last wish or not.
    Deliver(usize),
    Settle,
}

pub fn upload() -> impl Strategy<Value = Upload> {
    (
        // Common beginnings longer than the packed eight bytes.
        prop_oneof!["[ab/]{0,3}", "folder/same/[ab]{0,2}"],
        "[xy]{1,2}",
        prop::option::of(0..500_u32),
        prop::option::of(prop::sample::select(vec!["COLD", "STANDARD", ""])),
        prop::option::of(prop::sample::select(vec![
            "svc",
            "a-long-name-1",
            "a-long-name-2",
        ])),
    )
        .prop_map(|(key, upload_id, age, class, initiator)| Upload {
            key,
            upload_id,
            initiated: age.map(hours_ago),
            storage_class: class.map(str::to_owned),
            initiator: initiator.map(str::to_owned),
            ..Upload::default()
        })
}

fn measure() -> impl Strategy<Value = Measure> {
    let extent = (
        0..4_u64,
        0..4_u32,
        prop::option::of(0..500_u32),
        prop::option::of(0..50_u32),
    )
        .prop_map(|(gib, parts, last, abort)| Extent {
            bytes: gib << 30,
            parts,
            last_part: last.map(hours_ago),
            abort_date: abort.map(|hours| NOW.plus(Duration::from_secs(u64::from(hours) * 3600))),
        });
    prop_oneof![
        1 => Just(Measure::Denied),
        2 => extent.clone().prop_map(Measure::AtLeast),
        4 => extent.prop_map(Measure::Exact),
    ]
}

fn look() -> impl Strategy<Value = Step> {
    let uploads = prop::collection::vec(upload(), 0..12);
    let prefix = prop::sample::select(vec!["", "a", "folder/"]);
    (prefix, uploads, any::<bool>())
        .prop_map(|(prefix, uploads, ends)| Step::Look(prefix, uploads, ends))
}

pub fn step() -> impl Strategy<Value = Step> {
    let filters = vec![
        "",
        "a",
        "-a",
        "size>1GiB",
        "state:stale,empty",
        "-state:active",
        "age>7d",
        "idle>2d b",
        "initiator:long",
        "class:cold parts>=2",
    ];
    let sort = (prop::sample::select(Column::ALL.to_vec()), any::<bool>())
        .prop_map(|(column, descending)| Sort { column, descending });
    prop_oneof![
        3 => prop::collection::vec(upload(), 0..12).prop_map(Step::Extend),
        1 => prop::collection::vec(upload(), 0..12).prop_map(Step::Refresh),
        2 => look(),
        4 => (any::<usize>(), measure()).prop_map(|(row, measure)| Step::Measure(row, measure)),
        1 => any::<usize>().prop_map(Step::Bury),
        1 => any::<usize>().prop_map(|row| Step::BuryAs(row, Leaving::Completed)),
        1 => prop::sample::select(filters).prop_map(Step::Filter),
        1 => sort.prop_map(Step::Sort),
        1 => prop::sample::select(vec!["", "a", "folder/"]).prop_map(Step::Prefix),
        2 => any::<usize>().prop_map(Step::Toggle),
        1 => (0..9_usize, 0..9_usize).prop_map(|(a, b)| Step::MarkBetween(a, b)),
        1 => Just(Step::InvertView),
        1 => Just(Step::MarkView),
        1 => prop::sample::select(vec![None, Some(""), Some("a/"), Some("folder/same/")])
            .prop_map(Step::Folder),
        3 => Just(Step::Wish),
        2 => (0..3_usize).prop_map(Step::Deliver),
        2 => Just(Step::Settle),
    ]
}

pub fn apply(table: &mut Table, step: &Step, (slots, wishes): (&mut usize, &mut Vec<Wish>)) {
    let row = |number: usize| RowId(u32::try_from(number % (*slots).max(1)).unwrap());
    match step {
        Step::Extend(uploads) => *slots += table.extend(uploads),
        Step::Refresh(uploads) => {
            table.begin_refresh();
            *slots += table.extend(uploads);
            table.end_refresh();
        }
        Step::Look(prefix, uploads, ends) => {
            table.begin_refresh_under(prefix);
            let under = uploads.iter().filter(|one| one.key.starts_with(prefix));
            let under: Vec<Upload> = under.cloned().collect();
            *slots += table.extend(&under);
            if *ends {
                table.end_refresh_under(prefix);
            }
        }
        Step::Measure(number, measure) => table.set_measure(row(*number), *measure, NOW),
        Step::Bury(number) => table.bury(row(*number)),
        Step::BuryAs(number, leaving) => table.bury_as(row(*number), *leaving),
        Step::Filter(text) => table.set_filter(Filter::parse(text).unwrap(), NOW),
        Step::Sort(sort) => table.set_sort(*sort, NOW),
        Step::Prefix(prefix) => table.set_prefix(prefix, NOW),
        Step::Toggle(number) => table.toggle(row(*number)),
        Step::MarkBetween(a, b) => table.mark_between(*a, *b),
        Step::InvertView => table.invert_view(),
        Step::MarkView => table.mark_view(),
        Step::Folder(prefix) => table.open_folder(*prefix, NOW),
        Step::Wish => wishes.extend(table.wish(NOW, true)),
        Step::Deliver(number) => {
            if *number < wishes.len() {
                let arranged = wishes.remove(*number).carry_out(|| false);
                table.take_over(arranged.unwrap(), NOW);
            }
        }
        Step::Settle => {
            table.settle(NOW);
        }
    }
}
