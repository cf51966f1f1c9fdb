//! Watched uploads in words: on one line, as long as there is room.

use std::time::Duration;

use crate::model::human::{self, escape};
use crate::model::watch::{Ending, Pulse, Standing, Vitals};
use crate::model::{Target, Timestamp};

/// A deadline that is this near is told though nothing says that it comes before the end.
const NEAR: Duration = Duration::from_hours(24);

/// `s3://bucket/key`.
pub fn name(target: &Target) -> String {
    format!("s3://{}/{}", escape(&target.bucket), escape(&target.key))
}

/// How it goes; `since`: so long after the look that it is told of.
pub fn state(vitals: &Vitals, since: Duration) -> Vec<String> {
    let mut words = Vec::new();
    words.push(match vitals.size {
        Some(size) => format!("{} of {}", human::size(vitals.bytes), human::size(size)),
        None => human::size(vitals.bytes),
    });
    words.push(parts(vitals));
    if !vitals.caught_up {
        words.push("reading".to_owned());
        words.extend(vitals.trouble.as_deref().map(trouble));
        return words;
    }
    words.extend(pulse(vitals, since));
    if let Some(at) = vitals.ends_at {
        let left = at.since(vitals.at.plus(since));
        words.push(format!("{} left", human::age(left)));
    }
    words.extend(deadline(vitals));
    if vitals.paused {
        words.push("paused".to_owned());
    }
    words.extend(vitals.trouble.as_deref().map(trouble));
    words
}

/// The display's heading, as [`row`] goes.
pub fn heading(columns: usize) -> String {
    let average = if columns >= WIDE { "     AVERAGE" } else { "" };
    format!("       SIZE   PARTS        RATE{average}  STATE          UPLOAD")
}

/// From so many columns on there is room for the average.
const WIDE: usize = 100;

/// One upload's line of the display; what warns stands in front of the name, which is cut first.
pub fn row(label: &str, vitals: &Vitals, since: Duration, columns: usize) -> String {
    let rate = |rate: Option<u64>| rate.map_or("-".to_owned(), |of| human::size(of) + "/s");
    let now = match vitals.pulse {
        Pulse::Stalled => None,
        _ => vitals.rate,
    };
    let mut row = format!(
        "{:>11} {:>7} {:>11}",
        human::size(vitals.bytes),
        human::count(vitals.parts.into()),
        rate(now)
    );
    if columns >= WIDE {
        row.push_str(&format!(" {:>11}", rate(vitals.average)));
    }
    row.push_str(&format!("  {:<13}  ", standing(vitals, since)));
    let mut words = Vec::new();
    if let Some(permille) = vitals.permille() {
        words.push(format!("{} %", permille / 10));
    }
    if let Some(at) = vitals.ends_at {
        words.push(format!(
            "{} left",
            human::age(at.since(vitals.at.plus(since)))
        ));
    }
    if vitals.missing > 0 && vitals.caught_up {
        words.push(format!("{} missing", human::count(vitals.missing.into())));
    }
    words.extend(deadline(vitals));
    words.extend(vitals.trouble.as_deref().map(trouble));
    words.push(label.to_owned());
    row.push_str(&words.join("  "));
    row
}

/// What a row is called: all are of one bucket, and there is little room. `is_twice`: another one has the same key.
pub fn label(target: &Target, is_twice: bool) -> String {
    let key = escape(&target.key);
    if !is_twice {
        return key.into_owned();
    }
    let skipped = target.upload_id.chars().count().saturating_sub(6);
    let tail: String = target.upload_id.chars().skip(skipped).collect();
    format!("{key} …{}", escape(&tail))
}

/// Two words for how it goes.
fn standing(vitals: &Vitals, since: Duration) -> String {
    let quiet = vitals
        .quiet
        .map_or(String::new(), |quiet| human::age(quiet + since));
    match (vitals.caught_up, vitals.paused, vitals.pulse) {
        (false, ..) => "reading".to_owned(),
        (_, true, _) => "paused".to_owned(),
        (_, _, Pulse::Arriving) => "arriving".to_owned(),
        (_, _, Pulse::Waiting) => format!("no part {quiet}"),
        (_, _, Pulse::Quiet) => format!("quiet {quiet}"),
        (_, _, Pulse::Stalled) => format!("STALLED {quiet}"),
    }
}

fn trouble(trouble: &str) -> String {
    format!("trouble: {}", escape(trouble))
}

fn parts(vitals: &Vitals) -> String {
    let s = if vitals.parts == 1 { "" } else { "s" };
    let mut text = format!("{} part{s}", human::count(vitals.parts.into()));
    if vitals.missing > 0 && vitals.caught_up {
        let missing = human::count(vitals.missing.into());
        text.push_str(&format!(", {missing} missing"));
    }
    if vitals.resent > 0 {
        let resent = human::count(vitals.resent.into());
        text.push_str(&format!(", {resent} sent again"));
    }
    text
}

fn pulse(vitals: &Vitals, since: Duration) -> Vec<String> {
    let mut words = Vec::new();
    let quiet = vitals.quiet.map(|quiet| human::age(quiet + since));
    if let Some(rate) = vitals.rate.filter(|_| vitals.pulse != Pulse::Stalled) {
        words.push(format!("{}/s", human::size(rate)));
    }
    if let Some(average) = vitals
        .average
        .filter(|average| Some(*average) != vitals.rate)
    {
        words.push(format!("{}/s on average", human::size(average)));
    }
    match (vitals.pulse, quiet) {
        (Pulse::Waiting, Some(quiet)) => words.push(format!("no part yet for {quiet}")),
        (Pulse::Waiting, None) => words.push("no part yet".to_owned()),
        (Pulse::Quiet, Some(quiet)) => words.push(format!("quiet for {quiet}")),
        (Pulse::Stalled, Some(quiet)) => words.push(format!("STALLED for {quiet}")),
        _ => {}
    }
    words
}

fn deadline(vitals: &Vitals) -> Option<String> {
    let deadline = vitals.deadline?;
    let left = deadline.since(vitals.at);
    match (vitals.late, left.is_zero()) {
        (true, true) => Some("PAST ITS DEADLINE".to_owned()),
        (true, false) => Some(format!(
            "DEADLINE IN {} COMES BEFORE THE END",
            human::age(left)
        )),
        (false, _) if left < NEAR => Some(format!("deadline in {}", human::age(left))),
        _ => None,
    }
}

/// How it ended, as one sentence without the upload's name.
pub fn ending(ending: &Ending) -> String {
    match ending {
        Ending::Completed(object) => format!("completed: {}", object_words(object)),
        Ending::Aborted => "aborted: nothing of it is left".to_owned(),
        Ending::Replaced(object) => format!(
            "replaced: it is over, and another write made the object that stands there: {}",
            object_words(object)
        ),
        Ending::Untold(why) => format!("ended, and it cannot be told how: {}", escape(why)),
    }
}

fn object_words(object: &Standing) -> String {
    let mut text = human::size(object.size);
    match object.parts() {
        Some(1) => text.push_str(" of 1 part"),
        Some(parts) => text.push_str(&format!(" of {} parts", human::count(parts.into()))),
        None => {}
    }
    text.push_str(&format!(", ETag {}", escape(&object.etag)));
    if let Some(at) = object.last_modified {
        // S3 dates an object by the beginning of its upload: that is not when it was completed.
        text.push_str(&format!(", Last-Modified {}", human::utc(at)));
    }
    text
}

/// The time that lines for people begin with.
pub fn clock(at: Timestamp) -> String {
    at.to_utc().map_or_else(
        || "unknown".to_owned(),
        |at| at.format("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn vitals() -> Vitals {
        Vitals {
            at: Timestamp::from_secs(1000),
            caught_up: true,
            parts: 1250,
            bytes: 600 * MIB,
            missing: 3,
            rate: Some(4 * MIB),
            average: Some(3 * MIB),
            quiet: Some(Duration::from_secs(2)),
            pulse: Pulse::Arriving,
            size: Some(1000 * MIB),
            ends_at: Some(Timestamp::from_secs(1100)),
            ..Vitals::default()
        }
    }

    #[test]
    fn a_line_says_how_far_how_fast_and_how_long() {
        assert_eq!(
            state(&vitals(), Duration::from_secs(10)).join("  "),
            "600 MiB of 1000 MiB  1,250 parts, 3 missing  4.00 MiB/s  3.00 MiB/s on average  1 min left"
        );
    }

    #[test]
    fn a_row_stands_under_its_heading() {
        let target = Target {
            bucket: "b".to_owned(),
            key: "k".to_owned(),
            upload_id: "u".to_owned(),
        };
        assert_eq!(label(&target, true), "k …u");
        for columns in [80, 120] {
            let row = row(&label(&target, false), &vitals(), Duration::ZERO, columns);
            let place = heading(columns).find("STATE").unwrap();
            assert!(row[place..].starts_with("arriving"), "{row}");
        }
        assert_eq!(
            row(&label(&target, false), &vitals(), Duration::ZERO, 80),
            "    600 MiB   1,250  4.00 MiB/s  arriving       60 %  1 min left  3 missing  k"
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = Vitals {
            pulse: Pulse::Stalled,
            rate: Some(0),
            ends_at: None,
            quiet: Some(Duration::from_secs(600)),
            deadline: Some(Timestamp::from_secs(4600)),
            late: true,
            trouble: Some("denied\x1b[2J".to_owned()),
            ..vitals()
        };
        let said = state(&wrong, Duration::ZERO).join("  ");
        for words in [
            "STALLED for 10 min",
            "DEADLINE IN 1 h COMES BEFORE THE END",
            "trouble: denied\\x1b[2J",
        ] {
            assert!(said.contains(words), "{said}");
        }
        let empty = Vitals {
            pulse: Pulse::Waiting,
            ..Vitals::default()
        };
        assert!(state(&empty, Duration::ZERO).contains(&"reading".to_owned()));
    }

    #[test]
    fn an_ending_names_the_object() {
        let object = Standing {
            size: 24 * MIB,
            etag: "abc-3".to_owned(),
            last_modified: Some(Timestamp::from_secs(0)),
            version_id: None,
        };
        assert_eq!(
            ending(&Ending::Completed(object)),
            "completed: 24.0 MiB of 3 parts, ETag abc-3, Last-Modified 1970-01-01 00:00 UTC"
        );
    }
}
