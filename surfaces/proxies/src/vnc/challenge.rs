//! The answer to the question that VNC's own sign-in asks. Not in `wire`: the cipher's crates can link
//! randomness, which floor 0 does without.

use des::Des;
use des::cipher::{Array, BlockCipherEncrypt, KeyInit};
use zeroize::Zeroizing;

/// The answer to a server's challenge (RFC 6143 §7.2.2): DES, with the bits of each of the password's first
/// eight bytes in reverse.
pub(super) fn challenge_answer(password: &[u8], challenge: &[u8; 16]) -> [u8; 16] {
    let mut key = Zeroizing::new([0; 8]);
    for (part, byte) in key.iter_mut().zip(password) {
        *part = byte.reverse_bits();
    }
    let des = Des::new(&Array::from(*key));
    let mut answer = *challenge;
    for block in answer.as_chunks_mut::<8>().0 {
        let mut encrypted = Array::from(*block);
        des.encrypt_block(&mut encrypted);
        *block = encrypted.into();
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::challenge_answer;

    #[test]
    fn a_challenge_is_answered_with_eight_bytes_of_the_password() {
        let answer = challenge_answer(b"password", &[0; 16]);
        assert_eq!(answer.first_chunk::<8>(), answer.last_chunk::<8>());
        assert_eq!(challenge_answer(b"password and more", &[0; 16]), answer);
        assert_ne!(challenge_answer(b"Password", &[0; 16]), answer);
        // DES of eight zero bytes with a key of zeros (the known answer of the cipher's first test vector).
        let of_nothing = challenge_answer(b"", &[0; 16]);
        let known = [0x8c, 0xa6, 0x4d, 0xe9, 0xc1, 0xb1, 0x23, 0xa7];
        assert_eq!(of_nothing.first_chunk(), Some(&known));
    }
}
