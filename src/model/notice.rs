//! A word to somebody who looks elsewhere: the bell, or a notification of the terminal's desktop.
//!
//! Plain data and the bytes that stand for it; who writes them is not known here.

/// By what somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Notify {
    Off,
    /// BEL: a sound, or a mark on the terminal's tab.
    #[default]
    Bell,
    /// OSC 9, as iTerm2, `WezTerm`, kitty, Ghostty and Windows Terminal show it.
    Osc9,
    /// OSC 777, as foot, `WezTerm`, Ghostty and rxvt show it.
    Osc777,
}

/// A text is cut to so many characters: some terminals drop longer sequences.
const LONGEST: usize = 200;
/// So many of them are its end, which says what happened; a key of a thousand characters stands before it.
const END: usize = 140;

impl Notify {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Off, Self::Bell, Self::Osc9, Self::Osc777];

    /// As configuration, command line and palette name it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Bell => "bell",
            Self::Osc9 => "osc9",
            Self::Osc777 => "osc777",
        }
    }

    /// The one that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// The bytes for a terminal; `None` where nothing is to be said. Nothing in the texts can end the sequence or
    /// begin another. Sources: ECMA-48 (BEL), iTerm2's "Proprietary escape codes" (OSC 9), the VTE and urxvt
    /// notification extension (OSC 777).
    pub fn sequence(self, title: &str, text: &str) -> Option<String> {
        let (title, text) = (tamed(title), tamed(text));
        match self {
            Self::Off => None,
            Self::Bell => Some("\x07".to_owned()),
            // A text of digits and a semicolon would be a command to some terminals.
            Self::Osc9 => Some(format!("\x1b]9;{title}: {text}\x07")),
            Self::Osc777 => {
                let title = title.replace(';', ",");
                Some(format!("\x1b]777;notify;{title};{text}\x07"))
            }
        }
    }
}

/// The text without anything that steers a terminal or misleads its reader, and not too long.
fn tamed(text: &str) -> String {
    let text = super::human::escape(text);
    let length = text.chars().count();
    if length <= LONGEST {
        return text.into_owned();
    }
    let begin = text.chars().take(LONGEST - END - 1);
    let end = text.chars().skip(length - END);
    begin.chain(['…']).chain(end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for one in Notify::ALL {
            assert_eq!(Notify::from_word(one.word()), Some(one));
        }
        assert_eq!(Notify::from_word("loud"), None);
    }

    #[test]
    fn each_says_it_in_its_own_way() {
        let of = |notify: Notify| notify.sequence("mopup", "a; b is completed");
        assert_eq!(of(Notify::Off), None);
        assert_eq!(of(Notify::Bell).unwrap(), "\x07");
        assert_eq!(
            of(Notify::Osc9).unwrap(),
            "\x1b]9;mopup: a; b is completed\x07"
        );
        assert_eq!(
            of(Notify::Osc777).unwrap(),
            "\x1b]777;notify;mopup;a; b is completed\x07"
        );
    }

    #[test]
    fn a_strangers_key_cannot_steer_the_terminal() {
        let key = "evil\x07\x1b]52;c;aGk=\x07\u{9c}\u{9d}\u{202e}\n";
        for notify in [Notify::Osc9, Notify::Osc777] {
            let told = notify.sequence("a;b\x1b", key).unwrap();
            let inner = &told[2..told.len() - 1];
            assert!(!inner.chars().any(char::is_control), "{told:?}");
            assert!(!inner.contains('\u{202e}'));
        }
        let long = format!("{} completed: 5.00 GiB", "k".repeat(5_000));
        let long = Notify::Osc9.sequence("m", &long).unwrap();
        assert!(long.len() < 300);
        assert!(long.ends_with("k completed: 5.00 GiB\x07"), "{long}");
    }
}
