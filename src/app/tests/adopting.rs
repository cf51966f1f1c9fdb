//! Going on with what somebody else began: file, part size, comparison, question, order.

use super::*;
use crate::app::dialog::{AdoptDialog, ReviewDialog};
use crate::model::infer::{Guess, Inference, layout};
use crate::model::orphan::{Adoption, Comparison, FileMark, Proof};
use crate::model::plan::{Limits, MIB};
use crate::model::send::{FileEntry, Folder, Phase, Sending, Source};
use crate::model::{Part, UploadInfo};
use crate::protocol::{Sent, SentOutcome};

fn is_interrupted(command: &Command) -> Option<JobId> {
    match command {
        Command::Interrupted { job } => Some(*job),
        _ => None,
    }
}

fn is_folder(command: &Command) -> Option<JobId> {
    match command {
        Command::Folder { job, .. } => Some(*job),
        _ => None,
    }
}

fn is_compare(command: &Command) -> Option<JobId> {
    match command {
        Command::Compare { job, .. } => Some(*job),
        _ => None,
    }
}

fn is_adopt(command: &Command) -> Option<JobId> {
    match command {
        Command::Adopt { job, .. } => Some(*job),
        _ => None,
    }
}

fn parts(sizes: &[(u32, u64)]) -> News {
    let part = |(number, size): &(u32, u64)| Part {
        number: *number,
        size: *size,
        etag: String::new(),
        last_modified: Some(NOW.minus(DAY)),
        checksum: None,
    };
    News::Parts {
        info: UploadInfo::default(),
        parts: sizes.iter().map(part).collect(),
    }
}

fn folder(name: &str, size: Option<u64>) -> News {
    News::Folder(Folder {
        path: "/data".into(),
        entries: vec![FileEntry {
            name: name.into(),
            is_directory: size.is_none(),
            size,
            modified: None,
            odd: false,
        }],
    })
}

/// `r` was pressed on an upload that is not ours and has these parts.
fn begun(sizes: &[(u32, u64)]) -> Bench {
    let mut bench = Bench::listed(&[upload("a", 30)]);
    bench.keys("r");
    bench.answer(is_interrupted, News::Interrupted(Vec::new()));
    bench.answer(is_interrupted, News::Ended(Outcome::Done));
    bench.answer(is_parts, parts(sizes));
    bench.answer(is_parts, News::Ended(Outcome::Done));
    bench
}

/// Then a file of this size was chosen.
fn chosen(sizes: &[(u32, u64)], total: u64) -> Bench {
    let mut bench = begun(sizes);
    bench.answer(is_folder, folder("a.bin", Some(total)));
    bench.keys("enter");
    bench
}

fn dialog(bench: &Bench) -> &AdoptDialog {
    match &bench.app.dialog {
        Some(Dialog::Adopt(dialog)) => dialog,
        other => panic!("{other:?}"),
    }
}

fn review(bench: &Bench) -> &ReviewDialog {
    match &bench.app.dialog {
        Some(Dialog::Review(dialog)) => dialog,
        other => panic!("{other:?}"),
    }
}

fn compared(bench: &Bench) -> Option<Adoption> {
    match bench.last(is_compare) {
        Some(Command::Compare { adoption, .. }) => Some((**adoption).clone()),
        _ => None,
    }
}

fn adopted(bench: &Bench) -> Option<Adoption> {
    match bench.last(is_adopt) {
        Some(Command::Adopt { adoption, .. }) => Some((**adoption).clone()),
        _ => None,
    }
}

fn found(equal: &[(u32, Proof)], different: &[u32]) -> News {
    News::Compared(Box::new(Comparison {
        file: FileMark::default(),
        layout: layout(100 * MIB, 8 * MIB, &Limits::default()),
        guess: Guess {
            part_size: 8 * MIB,
            fitting: 3,
            misfits: 0,
        },
        equal: equal
            .iter()
            .map(|(number, proof)| (*number, String::new(), *proof))
            .collect(),
        different: different.to_vec(),
        misfits: Vec::new(),
        equal_bytes: 0,
        to_send: 84 * MIB,
        parts_to_send: 11,
    }))
}

#[test]
fn a_sure_part_size_is_compared_and_what_was_found_is_sent_after_a_word() {
    let mut bench = chosen(&[(1, 8 * MIB), (2, 8 * MIB), (3, 8 * MIB)], 100 * MIB);
    assert!(matches!(dialog(&bench).inference, Some(Inference::Sure(_))));
    assert_eq!(dialog(&bench).fields.text(0), "8MiB");
    bench.keys("enter");
    let order = compared(&bench).unwrap();
    assert_eq!(order.part_size, Some(8 * MIB));
    assert_eq!(order.file.to_str(), Some("/data/a.bin"));
    assert!(order.compared.is_none() && bench.app.dialog.is_none());
    // Looking refuses nothing.
    assert!(order.include_active && order.trust_size && order.replace_all);
    // Meanwhile nothing else is begun with it.
    bench.keys("c");
    assert!(bench.app.dialog.is_none());
    let equal = [(1, Proof::Md5), (2, Proof::Md5)];
    bench.answer(is_compare, found(&equal, &[3]));
    bench.answer(is_compare, News::Ended(Outcome::Done));
    assert_eq!(review(&bench).wanted(), "adopt");
    for _ in 0..9 {
        bench.keys("enter");
    }
    assert!(adopted(&bench).is_none(), "leaning on enter sends nothing");
    bench.type_("adopt").keys("enter");
    let order = adopted(&bench).unwrap();
    assert!(!order.include_active && !order.replace_all && !order.trust_size);
    assert_eq!(order.compared.unwrap().equal.len(), 2);
    assert_eq!(bench.app.tasks.uploads().count(), 1);
}

#[test]
fn the_result_waits_for_the_same_key() {
    let mut bench = chosen(&[(1, 8 * MIB)], 100 * MIB);
    bench.keys("enter ?");
    bench.answer(is_compare, found(&[(1, Proof::Checksum)], &[]));
    bench.answer(is_compare, News::Ended(Outcome::Done));
    assert!(matches!(bench.app.dialog, Some(Dialog::Help { .. })));
    bench.keys("esc r");
    bench.answer(is_interrupted, News::Interrupted(Vec::new()));
    assert_eq!(review(&bench).counts().equal(), 1);
    // Another file is another comparison.
    bench.keys("f");
    assert!(dialog(&bench).file.is_none());
}

#[test]
fn what_is_ambiguous_is_chosen_or_typed() {
    // 8 MiB as the second part of 20 MiB: in between of 8, or the last behind one of 12.
    let mut bench = chosen(&[(2, 8 * MIB)], 20 * MIB);
    assert_eq!(dialog(&bench).guesses().len(), 2);
    let first = dialog(&bench).fields.text(0).to_owned();
    bench.keys("ctrl-n");
    assert_ne!(dialog(&bench).fields.text(0), first);
    bench.keys("ctrl-u enter");
    assert!(dialog(&bench).error.as_deref().unwrap().contains("8MiB"));
    bench
        .type_("12MiB")
        .keys("tab")
        .type_("$KEY")
        .keys("tab space enter");
    let order = compared(&bench).unwrap();
    assert_eq!(order.part_size, Some(12 * MIB));
    assert!(order.if_none_match && order.keys.customer_key_from.is_some());
}

#[test]
fn the_form_waits_for_the_parts_and_a_directory_is_no_file() {
    let mut bench = Bench::listed(&[upload("a", 30)]);
    bench.keys("r");
    bench.answer(is_interrupted, News::Interrupted(Vec::new()));
    bench.answer(is_folder, folder("sub", None));
    bench.keys("space enter");
    let error = dialog(&bench).browser.error.clone().unwrap();
    assert!(error.contains("not a directory"), "{error}");
    let mut bench = Bench::listed(&[upload("a", 30)]);
    bench.keys("r");
    bench.answer(is_interrupted, News::Interrupted(Vec::new()));
    bench.answer(is_folder, folder("a.bin", Some(100 * MIB)));
    bench.keys("enter enter");
    assert!(dialog(&bench).error.as_deref().unwrap().contains("listed"));
    bench.answer(is_parts, parts(&[(1, 8 * MIB)]));
    bench.answer(is_parts, News::Ended(Outcome::Done));
    assert!(dialog(&bench).inference.is_some());
}

#[test]
fn what_cannot_be_listed_without_its_key_is_compared_with_it() {
    let mut bench = Bench::listed(&[upload("a", 30)]);
    bench.keys("r");
    bench.answer(is_interrupted, News::Interrupted(Vec::new()));
    bench.answer(is_parts, News::Ended(Outcome::Failed(fault())));
    bench.answer(is_folder, folder("a.bin", Some(100 * MIB)));
    bench.keys("enter");
    assert!(dialog(&bench).unlisted.is_some());
    bench.keys("tab").type_("$KEY").keys("enter");
    let order = compared(&bench).unwrap();
    assert_eq!(order.part_size, None);
    assert!(order.keys.customer_key_from.is_some());
}

#[test]
fn size_alone_is_trusted_only_when_somebody_says_so() {
    let mut bench = chosen(&[(1, 8 * MIB), (2, 8 * MIB)], 100 * MIB);
    bench.keys("enter");
    let equal = [(1, Proof::Size), (2, Proof::Md5)];
    bench.answer(is_compare, found(&equal, &[]));
    bench.answer(is_compare, News::Ended(Outcome::Done));
    let sent = review(&bench).counts().to_send;
    bench.keys("s");
    assert_eq!(review(&bench).counts().to_send, sent - 1);
    bench.keys("enter").type_("adopt").keys("enter");
    assert!(adopted(&bench).unwrap().trust_size);
}

#[test]
fn nothing_equal_and_signs_of_life_want_their_words() {
    let mut bench = chosen(&[(1, 8 * MIB)], 100 * MIB);
    bench.keys("enter");
    // It stirs meanwhile.
    let row = bench.rows()[0];
    bench.answer(
        is_measure,
        News::Measured(vec![(row, exact(9, Duration::from_secs(5)))]),
    );
    bench.answer(is_compare, found(&[], &[1]));
    bench.answer(is_compare, News::Ended(Outcome::Done));
    assert_eq!(review(&bench).wanted(), "replace all active");
    bench.keys("enter").type_("adopt").keys("enter");
    assert!(adopted(&bench).is_none());
    bench
        .keys("ctrl-u")
        .type_("replace all active")
        .keys("enter");
    let order = adopted(&bench).unwrap();
    assert!(order.replace_all && order.include_active);
}

#[test]
fn figures_of_a_comparison_are_not_what_the_row_holds() {
    let mut bench = chosen(&[(1, 8 * MIB), (2, 8 * MIB)], 100 * MIB);
    bench.keys("enter");
    let row = bench.rows()[0];
    let held = |bench: &Bench| bench.app.place().unwrap().table.row(row).unwrap().measure();
    let before = held(&bench);
    for stored in [1, 2] {
        let sending = Sending {
            phase: Phase::Comparing,
            target: Some(compared(&bench).unwrap().target),
            stored: stored * 8,
            parts_done: 1,
            ..Sending::default()
        };
        bench.answer(is_compare, News::Sending(Box::new(sending)));
    }
    assert_eq!(held(&bench), before);
}

#[test]
fn why_an_adopted_upload_failed_is_told_on_its_row() {
    let mut bench = chosen(&[(1, 8 * MIB)], 100 * MIB);
    bench.keys("enter");
    bench.answer(is_compare, found(&[(1, Proof::Md5)], &[]));
    bench.answer(is_compare, News::Ended(Outcome::Done));
    bench.keys("enter").type_("adopt").keys("enter");
    let target = adopted(&bench).unwrap().target;
    let sent = Sent {
        source: Source::Path("/data/a.bin".into()),
        bucket: target.bucket,
        key: target.key,
        upload_id: Some(target.upload_id),
        journal: Some("j".into()),
        outcome: SentOutcome::Failed {
            fault: fault(),
            kept: true,
        },
    };
    bench.answer(is_adopt, News::Sent(Box::new(sent)));
    bench.answer(is_adopt, News::Ended(Outcome::Done));
    let row = bench.rows()[0];
    assert!(bench.app.place().unwrap().reasons[&row].contains("not allowed"));
}

#[test]
fn a_failure_is_told_on_the_row_and_opens_nothing() {
    let mut bench = chosen(&[(1, 8 * MIB)], 100 * MIB);
    bench.keys("enter");
    bench.answer(is_compare, News::Ended(Outcome::Failed(fault())));
    assert!(bench.app.dialog.is_none());
    let row = bench.rows()[0];
    assert!(bench.app.place().unwrap().reasons.contains_key(&row));
}
