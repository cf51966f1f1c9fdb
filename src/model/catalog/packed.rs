//! Upload IDs in fewer bytes: most are written in sixteen or sixty-four different characters.

use std::borrow::Cow;
use std::fmt;

/// IDs are no longer than this many bytes; services use some ten to some hundred.
pub(super) const LONGEST: usize = (1 << LENGTH_BITS) - 1;
const LENGTH_BITS: u32 = 14;

/// What an ID is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    /// Whatever else there is, byte for byte.
    Any,
    /// Half a byte for a character.
    Hexadecimal,
    /// Letters, digits, `-` and `_`: six bits for a character.
    Dashed,
    /// The same with `.` for `-`, as S3 itself writes them.
    Dotted,
}

const ALPHABETS: [Alphabet; 4] = [
    Alphabet::Any,
    Alphabet::Hexadecimal,
    Alphabet::Dashed,
    Alphabet::Dotted,
];

impl Alphabet {
    const fn bits(self) -> usize {
        match self {
            Self::Any => 8,
            Self::Hexadecimal => 4,
            Self::Dashed | Self::Dotted => 6,
        }
    }

    const fn sign(self) -> u8 {
        if matches!(self, Self::Dotted) {
            b'.'
        } else {
            b'-'
        }
    }

    fn value(self, byte: u8) -> Option<u8> {
        match (self, byte) {
            (Self::Any, _) => Some(byte),
            (_, b'0'..=b'9') => Some(byte - b'0'),
            (Self::Hexadecimal, b'a'..=b'f') => Some(byte - b'a' + 10),
            (Self::Hexadecimal, _) => None,
            (_, b'a'..=b'z') => Some(byte - b'a' + 10),
            (_, b'A'..=b'Z') => Some(byte - b'A' + 36),
            (_, b'_') => Some(63),
            _ => (byte == self.sign()).then_some(62),
        }
    }

    const fn byte(self, value: u8) -> u8 {
        match value {
            0..=9 => b'0' + value,
            10..=35 => b'a' + value - 10,
            36..=61 => b'A' + value - 36,
            62 => self.sign(),
            _ => b'_',
        }
    }
}

/// How an ID is packed: its alphabet and its length in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Form(u16);

impl Form {
    /// Of what is not packed, however long it is.
    const PLAIN: Self = Self(0);

    fn new(alphabet: Alphabet, length: usize) -> Option<Self> {
        let length = u16::try_from(length)
            .ok()
            .filter(|length| usize::from(*length) <= LONGEST)?;
        Some(Self((alphabet as u16) << LENGTH_BITS | length))
    }

    fn alphabet(self) -> Alphabet {
        ALPHABETS[usize::from(self.0 >> LENGTH_BITS)]
    }

    fn length(self) -> usize {
        usize::from(self.0) & LONGEST
    }

    /// Bytes that the packed ID takes.
    pub(super) fn bytes(self) -> usize {
        (self.length() * self.alphabet().bits()).div_ceil(8)
    }
}

/// Packs an ID behind what is there already; `None` if it is too long.
pub(super) fn pack(id: &str, into: &mut Vec<u8>) -> Option<Form> {
    let fits = |alphabet: Alphabet| id.bytes().all(|byte| alphabet.value(byte).is_some());
    let alphabet = [Alphabet::Hexadecimal, Alphabet::Dashed, Alphabet::Dotted]
        .into_iter()
        .find(|alphabet| fits(*alphabet))
        .unwrap_or(Alphabet::Any);
    let form = Form::new(alphabet, id.len())?;
    if alphabet == Alphabet::Any {
        into.extend_from_slice(id.as_bytes());
        return Some(form);
    }
    let (mut waiting, mut bits) = (0_u32, 0);
    for value in id.bytes().filter_map(|byte| alphabet.value(byte)) {
        waiting = waiting << alphabet.bits() | u32::from(value);
        bits += alphabet.bits();
        if bits >= 8 {
            bits -= 8;
            into.push((waiting >> bits & 0xff) as u8);
        }
    }
    if bits > 0 {
        into.push((waiting << (8 - bits) & 0xff) as u8);
    }
    Some(form)
}

/// An upload ID as a catalog keeps it, or as it came.
#[derive(Clone, Copy)]
pub struct UploadId<'a> {
    pub(super) form: Form,
    pub(super) bytes: &'a [u8],
}

impl PartialEq for UploadId<'_> {
    fn eq(&self, other: &Self) -> bool {
        if self.form == other.form {
            self.bytes == other.bytes
        } else {
            self.text() == other.text()
        }
    }
}

impl Eq for UploadId<'_> {}

impl<'a> From<&'a str> for UploadId<'a> {
    fn from(text: &'a str) -> Self {
        Self {
            form: Form::PLAIN,
            bytes: text.as_bytes(),
        }
    }
}

impl<'a> UploadId<'a> {
    /// In so many words.
    pub fn text(self) -> Cow<'a, str> {
        let alphabet = self.form.alphabet();
        if alphabet == Alphabet::Any {
            return String::from_utf8_lossy(self.bytes);
        }
        let mut text = String::with_capacity(self.form.length());
        let (mut waiting, mut bits) = (0_u32, 0);
        let mut bytes = self.bytes.iter();
        for _ in 0..self.form.length() {
            if bits < alphabet.bits() {
                waiting = waiting << 8 | u32::from(bytes.next().copied().unwrap_or_default());
                bits += 8;
            }
            bits -= alphabet.bits();
            let value = waiting >> bits & ((1 << alphabet.bits()) - 1);
            text.push(char::from(alphabet.byte((value & 0xff) as u8)));
        }
        Cow::Owned(text)
    }
}

impl fmt::Debug for UploadId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text(), f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(id: &str) -> usize {
        let mut packed = Vec::new();
        pack(id, &mut packed).unwrap();
        packed.len()
    }

    #[test]
    fn ids_of_known_services_take_less_than_they_are_long() {
        assert_eq!(bytes(&"0123456789abcdef".repeat(4)), 32);
        assert_eq!(
            bytes("dfRtDYU0WWCCcH43C3WFbkRONycyCpTJJvxu2i5GYkZljF.Yxwh6"),
            39
        );
        assert_eq!(bytes("NzQ5YTk2-MDEtNGU_"), 13);
        assert_eq!(bytes("2~nJ9qX"), 7, "what does not fit stays as it is");
        assert_eq!(bytes(""), 0);
    }

    proptest! {
        #[test]
        fn whatever_is_packed_comes_back(
            id in prop_oneof!["[0-9a-f]{0,70}", "[0-9A-Za-z_-]{0,70}", "[0-9A-Za-z_.]{0,70}", "\\PC{0,40}"]
        ) {
            // Behind something else, as in a catalog.
            let mut packed = b"else".to_vec();
            let form = pack(&id, &mut packed).unwrap();
            prop_assert_eq!(packed.len(), 4 + form.bytes());
            let back = UploadId { form, bytes: &packed[4..] };
            prop_assert_eq!(back.text(), id);
        }
    }

    #[test]
    fn one_that_is_too_long_is_not_taken() {
        assert_eq!(pack(&"x".repeat(LONGEST + 1), &mut Vec::new()), None);
    }
}
