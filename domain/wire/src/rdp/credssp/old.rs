//! MD4 (RFC 1320), RC4 (RFC 6229's description) and HMAC-MD5 (RFC 2104): what NTLM is made of. Nobody may use
//! them for anything else.

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

type Round = (fn(u32, u32, u32) -> u32, u32, [u32; 4], [usize; 16]);

/// The three rounds: function, constant, rotations, order of the words.
const ROUNDS: [Round; 3] = [
    (
        |x, y, z| (x & y) | (!x & z),
        0,
        [3, 7, 11, 19],
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    ),
    (
        |x, y, z| (x & y) | (x & z) | (y & z),
        0x5a82_7999,
        [3, 5, 9, 13],
        [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    ),
    (
        |x, y, z| x ^ y ^ z,
        0x6ed9_eba1,
        [3, 9, 11, 15],
        [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    ),
];

/// The digest of a message.
pub(in super::super) fn md4(message: &[u8]) -> Zeroizing<[u8; 16]> {
    let mut padded = Zeroizing::new(message.to_vec());
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    let bits = u64::try_from(message.len()).unwrap_or(u64::MAX) << 3;
    padded.extend(bits.to_le_bytes());
    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded.as_chunks::<64>().0 {
        let before = state;
        let words = block.as_chunks::<4>().0;
        for (function, constant, rotations, order) in ROUNDS {
            for (rotation, place) in rotations.iter().cycle().zip(order) {
                let [a, b, c, d] = state;
                let word = words.get(place).map_or(0, |word| u32::from_le_bytes(*word));
                let sum = a
                    .wrapping_add(function(b, c, d))
                    .wrapping_add(word)
                    .wrapping_add(constant);
                // What was computed is the next step's second word.
                state = [d, sum.rotate_left(*rotation), b, c];
            }
        }
        for (word, before) in state.iter_mut().zip(before) {
            *word = word.wrapping_add(before);
        }
    }
    let mut out = Zeroizing::new([0; 16]);
    for (bytes, word) in out.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *bytes = word.to_le_bytes();
    }
    out
}

/// A stream of RC4.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(in super::super) struct Rc4 {
    state: [u8; 256],
    i: u8,
    j: u8,
}

impl Rc4 {
    pub(in super::super) fn new(key: &[u8]) -> Self {
        let mut state = [0; 256];
        for (number, value) in (0..=u8::MAX).zip(&mut state) {
            *value = number;
        }
        let mut rc4 = Self { state, i: 0, j: 0 };
        let mut j = 0_u8;
        for (i, key) in (0..=u8::MAX).zip(key.iter().cycle()) {
            j = j.wrapping_add(rc4.at(i)).wrapping_add(*key);
            rc4.state.swap(i.into(), j.into());
        }
        rc4
    }

    /// Encrypts or decrypts what comes next.
    pub(in super::super) fn apply(&mut self, bytes: &[u8]) -> Vec<u8> {
        bytes.iter().map(|byte| byte ^ self.next()).collect()
    }

    fn next(&mut self) -> u8 {
        self.i = self.i.wrapping_add(1);
        self.j = self.j.wrapping_add(self.at(self.i));
        self.state.swap(self.i.into(), self.j.into());
        self.at(self.at(self.i).wrapping_add(self.at(self.j)))
    }

    /// There are as many places as a byte has values.
    fn at(&self, place: u8) -> u8 {
        self.state.get(usize::from(place)).copied().unwrap_or(0)
    }
}

/// HMAC with MD5, over the parts one after the other.
pub(in super::super) fn hmac_md5(key: &[u8], parts: &[&[u8]]) -> Zeroizing<[u8; 16]> {
    let digest;
    let key = if key.len() > 64 {
        digest = md5::compute(key).0;
        &digest
    } else {
        key
    };
    let mut padded = Zeroizing::new([0; 64]);
    for (place, byte) in padded.iter_mut().zip(key) {
        *place = *byte;
    }
    let mask = |with: u8| -> Zeroizing<Vec<u8>> {
        Zeroizing::new(padded.iter().map(|byte| byte ^ with).collect())
    };
    let mut inner = mask(0x36);
    for part in parts {
        inner.extend_from_slice(part);
    }
    let mut outer = mask(0x5c);
    outer.extend(md5::compute(&*inner).0);
    Zeroizing::new(md5::compute(&*outer).0)
}
