//! Completing, adopting, the part map.

use std::sync::Arc;

use super::scene::{NOW, Scene};
use super::{half_sized, with_a_gap};
use crate::model::completion::{Completion, Existing, GapRule, Remark};
use crate::model::infer::{Guess, layout};
use crate::model::orphan::{Comparison, FileMark, Judged, Proof};
use crate::model::part::Checksum;
use crate::model::plan::Limits;
use crate::model::send::{FileEntry, Folder};
use crate::model::{Part, Target, UploadInfo};
use crate::protocol::{Command, News, Outcome};

const MIB: u64 = 1 << 20;

fn part(number: u32) -> Part {
    Part {
        number,
        size: 10 * MIB,
        etag: format!("{number:032x}"),
        last_modified: None,
        checksum: None,
    }
}

/// The verdict on an upload with gaps, under a key that holds an object.
fn judged(ruling_gaps: GapRule) -> Judged {
    let existing = Existing {
        size: 12 << 30,
        etag: "9f86d081884c7d65\u{202e}9a2feaa0c55ad015-1536".into(),
        last_modified: Some(NOW.minus(super::scene::DAY * 40)),
        is_versioned: false,
    };
    let gaps = Remark::Gaps {
        missing: vec![(4_211, 4_213), (6_000, 6_000)],
        count: 4,
        rule: ruling_gaps,
    };
    let mut remarks = vec![
        gaps,
        Remark::Alive(NOW),
        Remark::Replaces(existing.clone()),
        Remark::Others(2),
        Remark::NotOurs,
    ];
    remarks.sort_by_key(|remark| std::cmp::Reverse(remark.weight()));
    Judged {
        target: Target {
            bucket: "media-archive".into(),
            key: "video/raw/2026-10-17/cam-01.mxf".into(),
            upload_id: "u".into(),
        },
        info: UploadInfo::default(),
        parts: Arc::new(vec![part(1), part(8_120)]),
        completion: Completion {
            ruling: remarks[0].weight(),
            remarks,
            size: 8_116 * 10 * MIB,
            parts: 8_116,
            etag: Some("0c55ad0159f86d081884c7d659a2feaa-8116".into()),
            checksum: Some(Checksum {
                algorithm: "CRC64NVME".into(),
                value: "AAAAAAAAAAA=".into(),
            }),
        },
        existing: Some(existing),
    }
}

fn is_judge(command: &Command) -> bool {
    matches!(command, Command::Judge { .. })
}

fn asked(columns: u16, rows: u16, rule: GapRule) -> Scene {
    let mut scene = half_sized(columns, rows);
    scene.keys("g c");
    scene.news(is_judge, News::Judged(Box::new(judged(rule))));
    scene.news(is_judge, News::Ended(Outcome::Done));
    scene
}

/// `r` on an upload of somebody else, whose parts are known, and a file chosen for it.
fn chosen(columns: u16, rows: u16, total: u64) -> Scene {
    let mut scene = with_a_gap(columns, rows);
    scene.keys("r");
    let is_it = |command: &Command| matches!(command, Command::Interrupted { .. });
    scene.news(is_it, News::Interrupted(Vec::new()));
    let folder = Folder {
        path: "/media/cards/2026-10-17".into(),
        entries: vec![FileEntry {
            name: "cam-01\u{1b}[31m.mxf".into(),
            is_directory: false,
            size: Some(total),
            modified: None,
            odd: false,
        }],
    };
    let is_folder = |command: &Command| matches!(command, Command::Folder { .. });
    scene.news(is_folder, News::Folder(folder));
    scene.keys("enter");
    scene
}

const TOTAL: u64 = 8_120 * 10 * MIB - 77;

fn comparing(columns: u16, rows: u16) -> Scene {
    let mut scene = chosen(columns, rows, TOTAL);
    scene.keys("enter");
    scene
}

fn compared(columns: u16, rows: u16) -> Scene {
    let mut scene = comparing(columns, rows);
    let Some(Command::Compare { .. }) = scene.last(is_compare) else {
        panic!("nothing is compared");
    };
    let equal = (1..=8_120_u32)
        .filter(|number| !(4_211..=4_213).contains(number) && *number != 6_000)
        .filter(|number| !matches!(number, 17 | 18 | 500));
    let etag = |number: u32| {
        let hash = u128::from(number) * 0x0123_4567_89ab_cdef_0123_4567;
        format!("{hash:032x}")
    };
    let comparison = Comparison {
        file: FileMark::default(),
        layout: layout(TOTAL, 10 * MIB, &Limits::default()),
        guess: Guess {
            part_size: 10 * MIB,
            fitting: 8_115,
            misfits: 1,
        },
        equal: equal
            .map(|number| {
                let proof = if number < 900 {
                    Proof::Size
                } else {
                    Proof::Md5
                };
                (number, etag(number), proof)
            })
            .collect(),
        different: vec![17, 500],
        misfits: vec![18],
        equal_bytes: 0,
        to_send: 70 * MIB,
        parts_to_send: 7,
    };
    scene.news(is_compare, News::Compared(Box::new(comparison)));
    scene.news(is_compare, News::Ended(Outcome::Done));
    scene
}

fn is_compare(command: &Command) -> bool {
    matches!(command, Command::Compare { .. })
}

fn after(mut scene: Scene, keys: &str) -> Scene {
    scene.keys(keys);
    scene
}

fn placing(columns: u16, rows: u16) -> Scene {
    let mut scene = with_a_gap(columns, rows);
    scene
        .keys(":")
        .type_("put-part /data/sailbot\u{202e}.mp4.001");
    scene.keys("enter");
    scene
}

pub fn situations() -> Vec<Scene> {
    let (columns, rows) = (120, 36);
    vec![
        asked(columns, rows, GapRule::Legal),
        after(asked(columns, rows, GapRule::Legal), "enter c enter"),
        after(asked(columns, rows, GapRule::Composite), "enter"),
        after(asked(columns, rows, GapRule::Composite), "n 9 9 9 9 enter"),
        after(asked(columns, rows, GapRule::Legal), "s enter"),
        after(half_sized(columns, rows), "g c"),
        chosen(columns, rows, TOTAL),
        after(chosen(columns, rows, 5 * MIB), "enter"),
        comparing(columns, rows),
        compared(columns, rows),
        after(compared(columns, rows), "enter x enter"),
        placing(columns, rows),
        after(placing(columns, rows), "7 enter x enter"),
        after(placing(columns, rows), "tab tab x enter"),
        after(with_a_gap(columns, rows), "m"),
        after(compared(columns, rows), "esc m"),
    ]
}

#[test]
fn the_verdict_is_read_before_anything_is_typed() {
    insta::assert_snapshot!("complete_80x24", asked(80, 24, GapRule::Legal).screen());
    insta::assert_snapshot!("complete_120x36", asked(120, 36, GapRule::Legal).screen());
    let cannot = after(asked(80, 24, GapRule::Composite), "enter");
    insta::assert_snapshot!("complete_cannot_80x24", cannot.screen());
    let mut typed = after(asked(80, 24, GapRule::Legal), "enter");
    typed.type_("replace");
    insta::assert_snapshot!("complete_confirm_80x24", typed.keys("enter").screen());
}

#[test]
fn a_comparison_is_told_in_numbers_before_anything_is_sent() {
    insta::assert_snapshot!("adopt_form_80x24", chosen(80, 24, TOTAL).screen());
    insta::assert_snapshot!("adopt_wrong_file_80x24", chosen(80, 24, 5 * MIB).screen());
    insta::assert_snapshot!("adopt_review_80x24", compared(80, 24).screen());
    let confirm = after(compared(120, 36), "s enter");
    insta::assert_snapshot!("adopt_confirm_120x36", confirm.screen());
}

#[test]
fn a_part_by_hand_is_a_small_form() {
    insta::assert_snapshot!("put_part_80x24", placing(80, 24).screen());
    let confirm = after(placing(80, 24), "7 enter");
    insta::assert_snapshot!("put_part_confirm_80x24", confirm.screen());
}

#[test]
fn all_parts_are_seen_at_a_glance() {
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        let scene = after(with_a_gap(columns, rows), "m");
        insta::assert_snapshot!(format!("part_map_{columns}x{rows}"), scene.screen());
    }
    let scene = after(compared(120, 36), "esc m");
    insta::assert_snapshot!("part_map_compared_120x36", scene.screen());
}
