//! An upload's figures in words.

use crate::app::transfer::Transfer;
use crate::model::human::{self, count};
use crate::model::send::Sending;
use crate::ui::tasks::transfer::percent;

/// `132 GiB of 210 GiB, 64.0 MiB in flight (63 %), 1.20 GiB of it were there`.
pub fn stored_text(transfer: &Transfer, now: &Sending) -> String {
    let mut text = human::size(now.stored);
    match now.total {
        Some(total) => text.push_str(&format!(" of {}", human::size(total))),
        None => text.push_str(", the end is not known"),
    }
    if now.in_flight > 0 {
        text.push_str(&format!(", {} in flight", human::size(now.in_flight)));
    }
    // Of both together, as the bar.
    if let Some(percent) = percent(transfer, now) {
        text.push_str(&format!(" ({percent})"));
    }
    if now.reused > 0 {
        text.push_str(&format!(", {} of it were there", human::size(now.reused)));
    }
    text
}

/// `None` where there are no parts: files that go in one piece.
pub fn parts_text(now: &Sending) -> Option<String> {
    let done = count(u64::from(now.parts_done));
    let mut text = match now.parts {
        Some(parts) => {
            let of = format!("{done} of {}", count(u64::from(parts)));
            // The last part of a file is smaller, so that this is close and not exact.
            let each = now.total.filter(|_| now.files <= 1 && parts > 1);
            each.map_or(of.clone(), |total| {
                let each = human::size(total.div_ceil(u64::from(parts)));
                format!("{of}, about {each} each")
            })
        }
        None if now.total.is_some() => return None,
        None => format!("{done}, growing with what is sent"),
    };
    let word = if now.retries == 1 {
        "was sent"
    } else {
        "were sent"
    };
    if now.retries > 0 {
        text.push_str(&format!(", {} {word} again", count(now.retries)));
    }
    Some(text)
}

pub fn rate_text(now: &Sending) -> String {
    let left = now
        .left
        .map_or_else(String::new, |left| format!(", {} left", human::age(left)));
    format!(
        "{}/s now, {}/s on average{left}",
        human::size(now.rate),
        human::size(now.average)
    )
}

pub fn width_text(transfer: &Transfer, now: &Sending) -> String {
    let how = match transfer.pace.width {
        Some(_) => "as asked",
        None => "as the link carries",
    };
    let limit = now.limit.map_or_else(
        || "no rate limit".to_owned(),
        |limit| format!("at most {}/s", human::size(limit)),
    );
    format!("{} of {} parts, {how}; {limit}", now.width, now.max_width)
}
