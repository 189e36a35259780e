//! One sheet of the kit as text: 45 bytes in eighteen groups of five characters, the last of which
//! checks the group and its place.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};
use ids::paper::{self, DATA};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::{ID, KitError, KitId, Which};

/// Groups of a sheet, and of each of its lines.
const GROUPS: usize = 18;
pub(super) const GROUPS_OF_A_LINE: usize = 6;

/// Bytes: form and number of the sheet, the kit's number, the share, and a checksum of these.
const CONTENT: usize = 2 + ID + 32;
const CHECKSUM: usize = 6;
const BYTES: usize = CONTENT + CHECKSUM;

/// The longest text that is looked at, in bytes.
const LONGEST: usize = 2048;

/// The form of what is printed.
const VERSION: u8 = 1;

/// Which of the two sheets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HalfNumber {
    /// Sheet 1.
    One,
    /// Sheet 2.
    Two,
}

impl HalfNumber {
    fn byte(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

impl fmt::Display for HalfNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.byte())
    }
}

/// One half of a kit, ready for paper.
#[derive(Clone)]
pub struct Half {
    pub(super) number: HalfNumber,
    pub(super) id: KitId,
    pub(super) share: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Half {} of kit {}", self.number, self.id)
    }
}

impl Half {
    /// Which sheet it is.
    pub fn number(&self) -> HalfNumber {
        self.number
    }

    /// The kit's number.
    pub fn id(&self) -> KitId {
        self.id
    }

    /// The three lines of six groups that are typed back.
    pub fn to_text(&self) -> Zeroizing<String> {
        let symbols = symbols_of(&self.bytes());
        let mut text = Zeroizing::new(String::with_capacity(GROUPS * (DATA + 2)));
        for (group, data) in symbols.chunks_exact(DATA).enumerate() {
            if group > 0 {
                text.push(if group % GROUPS_OF_A_LINE == 0 {
                    '\n'
                } else {
                    ' '
                });
            }
            let data = <[u8; DATA]>::try_from(data).unwrap_or_default();
            let check = paper::check(group + 1, data);
            for symbol in data.iter().chain([&check]) {
                text.push(paper::letter(*symbol));
            }
        }
        text
    }

    fn bytes(&self) -> Zeroizing<[u8; BYTES]> {
        let mut bytes = Zeroizing::new([0u8; BYTES]);
        let content = [VERSION, self.number.byte()].into_iter();
        let content = content.chain(self.id.0).chain(self.share.iter().copied());
        bytes
            .iter_mut()
            .zip(content)
            .for_each(|(to, from)| *to = from);
        let checksum = checksum(&bytes);
        bytes
            .iter_mut()
            .skip(CONTENT)
            .zip(checksum)
            .for_each(|(to, from)| *to = from);
        bytes
    }
}

/// Reads a sheet as typed: any case and width, with spaces or hyphens anywhere; 0, 1 and 8 are read
/// as O, I and B.
pub(super) fn parse(typed: &str, which: Which) -> Result<Half, KitError> {
    let characters = characters(typed);
    let expected = GROUPS * (DATA + 1);
    if characters.len() != expected {
        return Err(KitError::Length {
            which,
            found: characters.len(),
            expected,
        });
    }
    let mut symbols = Zeroizing::new(Vec::with_capacity(GROUPS * DATA));
    for (group, typed) in characters.chunks_exact(DATA + 1).enumerate() {
        let group = group + 1;
        let mistyped = KitError::Mistyped { which, group };
        let mut read = Zeroizing::new([0u8; DATA + 1]);
        for (symbol, character) in read.iter_mut().zip(typed) {
            *symbol = paper::symbol(*character).ok_or_else(|| mistyped.clone())?;
        }
        let [a, b, c, d, check] = *read;
        if paper::check(group, [a, b, c, d]) != check {
            return Err(mistyped);
        }
        symbols.extend_from_slice(&[a, b, c, d]);
    }
    read(&bytes_of(&symbols), which)
}

fn read(bytes: &[u8; BYTES], which: Which) -> Result<Half, KitError> {
    let (content, check) = bytes.split_at(CONTENT);
    if checksum(bytes) != *check {
        return Err(KitError::NotASheet { which });
    }
    let [version, number, rest @ ..] = content else {
        return Err(KitError::NotASheet { which });
    };
    if *version != VERSION {
        return Err(KitError::Newer { which });
    }
    let number = match number {
        1 => HalfNumber::One,
        2 => HalfNumber::Two,
        _ => return Err(KitError::NotASheet { which }),
    };
    let not_a_sheet = |_| KitError::NotASheet { which };
    let (id, share) = rest.split_at(ID);
    let id = KitId(id.try_into().map_err(not_a_sheet)?);
    let share: [u8; 32] = share.try_into().map_err(not_a_sheet)?;
    Ok(Half {
        number,
        id,
        share: Zeroizing::new(share),
    })
}

fn checksum(bytes: &[u8; BYTES]) -> [u8; CHECKSUM] {
    let mut context = Context::new(&SHA256);
    context.update(b"sekisho/kit-half/v1\0");
    let (content, _) = bytes.split_at(CONTENT);
    context.update(content);
    let mut checksum = [0u8; CHECKSUM];
    checksum
        .iter_mut()
        .zip(context.finish().as_ref())
        .for_each(|(to, from)| *to = *from);
    checksum
}

fn characters(typed: &str) -> Zeroizing<Vec<char>> {
    if typed.len() > LONGEST {
        return Zeroizing::new(Vec::new());
    }
    Zeroizing::new(typed.nfkc().filter_map(paper::counted).collect())
}

/// The bits of the bytes, five to a symbol; 45 bytes are 72 symbols without a rest.
fn symbols_of(bytes: &[u8; BYTES]) -> Zeroizing<Vec<u8>> {
    let mut symbols = Zeroizing::new(Vec::with_capacity(GROUPS * DATA));
    for five in bytes.chunks_exact(5) {
        let bits = five
            .iter()
            .fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        symbols.extend(
            (0..8)
                .rev()
                .map(|n| u8::try_from(bits >> (5 * n) & 31).unwrap_or(0)),
        );
    }
    symbols
}

fn bytes_of(symbols: &[u8]) -> Zeroizing<[u8; BYTES]> {
    let mut bytes = Zeroizing::new([0u8; BYTES]);
    for (five, eight) in bytes.chunks_exact_mut(5).zip(symbols.chunks_exact(8)) {
        let bits = eight
            .iter()
            .fold(0u64, |bits, symbol| bits << 5 | u64::from(symbol & 31));
        for (byte, n) in five.iter_mut().rev().zip(0..5) {
            *byte = u8::try_from(bits >> (8 * n) & 255).unwrap_or(0);
        }
    }
    bytes
}
