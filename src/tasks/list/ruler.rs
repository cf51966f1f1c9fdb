//! How far apart keys lie: a guess at how much is left of a stretch. Nothing depends on it but the time that a
//! listing takes.

/// Characters that are looked at behind what is alike: a number has no room for more.
const DEPTH: usize = 16;

use super::cut::shared;

/// Measures keys that are written like one of them: where that one has a digit, ten of them are a whole, and so on.
#[derive(Debug)]
pub(super) struct Ruler {
    skip: usize,
    places: Vec<Place>,
}

/// What stands at one place of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Digit,
    Hexadecimal,
    Lower,
    Upper,
    Alphanumeric,
    Printable,
    /// What lies around a character that is not ASCII.
    Beyond(u32),
}

impl Ruler {
    /// For keys written like `like`, behind their first `skip` bytes.
    pub(super) fn new(like: &str, skip: usize) -> Self {
        let rest = like.get(skip..).unwrap_or_default();
        let mut places = Vec::with_capacity(DEPTH);
        let mut rest = rest.chars().peekable();
        while places.len() < DEPTH
            && let Some(next) = rest.peek().copied()
        {
            if next.is_ascii_alphanumeric() {
                let mut run = String::new();
                while let Some(c) = rest.next_if(char::is_ascii_alphanumeric) {
                    run.push(c);
                }
                places.extend(std::iter::repeat_n(Place::of_run(&run), run.len()));
            } else {
                rest.next();
                places.push(Place::of_other(next));
            }
        }
        places.truncate(DEPTH);
        Self { skip, places }
    }

    /// Where a key lies, from 0 to 1; no key at all lies behind all of them.
    fn at(&self, key: Option<&str>) -> f64 {
        let Some(key) = key else {
            return 1.0;
        };
        let rest = key.get(self.skip..).unwrap_or_default();
        let mut scale = 1.0;
        let mut at = 0.0;
        let places = self.places.iter().copied();
        let places = places.chain(std::iter::repeat(Place::Printable));
        for (c, place) in rest.chars().zip(places).take(DEPTH) {
            let (rank, count) = place.rank(c);
            scale /= f64::from(count);
            match rank {
                Rank::Below => return at,
                Rank::Above => return at + scale * f64::from(count),
                Rank::At(rank) => at += scale * f64::from(rank),
            }
        }
        at
    }

    /// The shortest key at a place, as exactly as `fine` wants it.
    fn key(&self, head: &str, at: f64, fine: f64) -> Option<String> {
        let mut key = head.to_owned();
        let (mut rest, mut scale) = (at, 1.0);
        for place in &self.places {
            let count = place.rank(' ').1;
            rest *= f64::from(count);
            scale /= f64::from(count);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "from 0 to the count"
            )]
            let rank = (rest as u32).min(count - 1);
            rest -= f64::from(rank);
            key.push(place.character(rank)?);
            if scale < fine {
                break;
            }
        }
        Some(key)
    }

    /// How much lies between two keys, as a share of all that begins alike; not below 0.
    pub(super) fn room(&self, after: &str, end: Option<&str>) -> f64 {
        (self.at(end) - self.at(Some(after))).max(0.0)
    }
}

/// The key that lies `pages` behind `from`, where keys go on as in one page, which went from the one to the other key
/// of `span`. `None`: the number, or the name, that counts there has no room for it.
pub(super) fn ahead(span: (&str, &str), from: &str, pages: f64) -> Option<String> {
    let alike = shared(span.0, span.1).min(shared(span.1, from));
    let head = from.get(..alike)?;
    // The whole number counts, not the digits alone that differ.
    let run = head.trim_end_matches(|c: char| c.is_ascii_alphanumeric());
    let ruler = Ruler::new(span.1, run.len());
    let page = ruler.room(span.0, Some(span.1));
    let at = ruler.at(Some(from)) + pages * page;
    (page > 0.0 && at < 1.0)
        .then(|| ruler.key(run, at, page / 8.0))
        .flatten()
}

enum Rank {
    Below,
    At(u32),
    Above,
}

impl Place {
    fn of_run(run: &str) -> Self {
        let all = |is: fn(&char) -> bool| run.chars().all(|c| is(&c));
        if all(char::is_ascii_digit) {
            Self::Digit
        } else if all(char::is_ascii_lowercase) {
            Self::Lower
        } else if all(char::is_ascii_uppercase) {
            Self::Upper
        } else if all(char::is_ascii_hexdigit) {
            Self::Hexadecimal
        } else {
            Self::Alphanumeric
        }
    }

    fn of_other(c: char) -> Self {
        if c.is_ascii() {
            Self::Printable
        } else {
            Self::Beyond(u32::from(c) & !0xff)
        }
    }

    /// Where a character stands among those that may stand there, and how many these are.
    fn rank(self, c: char) -> (Rank, u32) {
        let code = u32::from(c);
        let within = |first: char, count: u32| match code.checked_sub(u32::from(first)) {
            None => (Rank::Below, count),
            Some(rank) if rank < count => (Rank::At(rank), count),
            Some(_) => (Rank::Above, count),
        };
        match self {
            Self::Digit => within('0', 10),
            Self::Lower => within('a', 26),
            Self::Upper => within('A', 26),
            Self::Printable => within(' ', 95),
            Self::Beyond(first) => within(char::from_u32(first).unwrap_or(c), 256),
            Self::Hexadecimal => (
                ranked(c, &[('0', '9', 0), ('A', 'F', 10), ('a', 'f', 10)]),
                16,
            ),
            Self::Alphanumeric => (
                ranked(c, &[('0', '9', 0), ('A', 'Z', 10), ('a', 'z', 36)]),
                62,
            ),
        }
    }
}

impl Place {
    fn character(self, rank: u32) -> Option<char> {
        let from = |first: char, rank: u32| char::from_u32(u32::from(first) + rank);
        match self {
            Self::Digit => from('0', rank),
            Self::Lower => from('a', rank),
            Self::Upper => from('A', rank),
            Self::Printable => from(' ', rank),
            Self::Beyond(first) => char::from_u32(first + rank),
            Self::Hexadecimal | Self::Alphanumeric if rank < 10 => from('0', rank),
            Self::Hexadecimal => from('a', rank - 10),
            Self::Alphanumeric if rank < 36 => from('A', rank - 10),
            Self::Alphanumeric => from('a', rank - 36),
        }
    }
}

/// The rank of a character in spans that follow each other; between two of them it is that of the later one.
fn ranked(c: char, spans: &[(char, char, u32)]) -> Rank {
    for (first, last, rank) in spans {
        if c < *first {
            return if *rank == 0 {
                Rank::Below
            } else {
                Rank::At(*rank)
            };
        }
        if c <= *last {
            return Rank::At(rank + u32::from(c) - u32::from(*first));
        }
    }
    Rank::Above
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_lies_some_pages_ahead_is_counted_on() {
        let ahead = |a, b, from, pages| ahead((a, b), from, pages).unwrap_or_default();
        assert_eq!(ahead("b/0000", "b/0099", "b/0099", 3.0), "b/039");
        assert_eq!(ahead("b/0900", "b/0999", "b/0999", 1.0), "b/109");
        assert_eq!(ahead("b/0900.gz", "b/0999.gz", "b/0999.gz", 200.0), "");
        assert!(ahead("x/3a00.tmp", "x/3aff.tmp", "x/3aff.tmp", 2.0).starts_with("x/3cf"));
        assert!(ahead("i/0008/b-1", "i/0009/b-1", "i/0009/b-1", 3.0).starts_with("i/0012/"));
    }

    proptest! {
        #[test]
        fn a_key_ahead_never_panics(a in "\\PC{0,12}", b in "\\PC{0,12}", from in "\\PC{0,12}", pages in 0.1_f64..1e6) {
            let _ = ahead((&a, &b), &from, pages);
        }
    }

    fn room(after: &str, end: Option<&str>) -> f64 {
        Ruler::new(after, 5).room(after, end)
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn what_lies_wider_apart_has_more_room() {
        assert!(room("logs/2", Some("logs/9")) > room("logs/2", Some("logs/3")));
        assert!(room("logs/2", None) > room("logs/2", Some("logs/3")));
        assert!(near(room("logs/5", Some("logs/2")), 0.0));
    }

    #[test]
    fn each_kind_of_name_is_counted_in_its_own_way() {
        // From 51 to 99 of a thousand: what comes in between ten and nine counts for nothing.
        assert!(near(room("logs/0051", Some("logs/01")), 0.0049));
        assert!(near(room("logs/0051", Some("logs/~")), 0.9949));
        assert!(near(room("logs/9f00", Some("logs/b500")), 22.0 / 256.0));
        assert!(near(room("logs/M", Some("logs/N")), 1.0 / 26.0));
        assert!(near(room("logs/xZ9", Some("logs/xa9")), 1.0 / 62.0 / 62.0));
        assert!(room("logs/кот", Some("logs/кум")) > room("logs/кот", Some("logs/крот")));
    }

    #[test]
    fn whatever_the_keys_there_is_a_number() {
        let odd = [
            "",
            "a",
            "日本",
            "\u{10ffff}",
            "a\u{1}b",
            "9z",
            "~~~",
            "logs/日",
        ];
        for after in odd {
            for end in odd {
                let room = Ruler::new(after, 1).room(after, Some(end));
                assert!((0.0..=1.0).contains(&room), "{after:?} {end:?} {room}");
            }
        }
    }
}
