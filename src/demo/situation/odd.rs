//! Keys and upload IDs that break scripts.

use super::{DAY, HOUR, MIB, Scene, meta};
use crate::s3::memory::{NewUpload, Parts, Uniform};

const KEYS: [&str; 20] = [
    "a+b%2Bc d/ü",
    "percent%2Fencoded%2Fslash",
    "plus+plus and space.txt",
    "reports/2026 Q1/final (2).pdf",
    "日本語/データ.bin",
    "emoji/🎬 rushes.mov",
    "e\u{301}/decomposed",
    "//double//slash",
    "trailing/",
    "-leading-dash",
    "quote'\"`$(touch x);.sh",
    "<xml>&amp;\"entities\".xml",
    "tab\there",
    "newline\nin the key",
    "carriage\rreturn",
    "bell\u{7}.bin",
    "escape\u{1b}[31mred\u{1b}[0m.log",
    "c1\u{9b}2J.log",
    "right-to-left\u{202e}gpj.exe",
    "?query=1#fragment&uploads",
];

pub(super) fn fill(scene: &mut Scene<'_>) {
    let meta = meta("intern-laptop", "STANDARD", None);
    let long = "very-long/".repeat(102) + "end";
    let ids = [
        "-begins-with-a-dash",
        "--upload-id=tricky",
        "2~ceph.style/id+with=signs",
    ];
    let keys = KEYS.into_iter().chain([long.as_str()]);
    for (index, key) in keys.enumerate() {
        let initiated = {
            let age = scene.span(DAY, DAY * 80);
            scene.now.minus(age)
        };
        let count = scene.rng.u32(1..12);
        let parts = Uniform {
            count,
            size: 5 * MIB,
            last_size: MIB + 17,
            first: initiated,
            last: initiated.plus(HOUR / 4),
        };
        let upload = NewUpload {
            key: key.to_owned(),
            upload_id: ids.get(index).map(|id| (*id).to_owned()),
            initiated: Some(initiated),
            meta: meta.clone(),
            parts: Parts::Uniform(parts),
        };
        scene.put("odd-keys", upload);
    }
}
