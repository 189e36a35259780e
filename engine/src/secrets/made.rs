//! Secrets that the gateway makes, and how one lies in the vault: a letter for its kind, then its bytes.

use access::SecretKind;
use zeroize::Zeroizing;

use super::authority::{Authority, Whom};
use super::{AUTHORITY, KEY, PASSWORD, SecretMissing, TargetSecret};

/// Signs of a made password: in every alphabet of a system that takes 32 of them, nothing that a shell, a
/// statement or a form would read in its own way. As many as fit six bits, so that none is more likely.
const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Their number: 192 bits, and within what PostgreSQL, MariaDB, PAM and Windows take.
const LENGTH: usize = 32;

/// Signs of a password on paper: as many as fit five bits.
const LEGIBLE: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// How many groups it has, and of how many signs.
const GROUPS: usize = 6;
const GROUP: usize = 5;

/// What was sealed, by its first byte; of an authority with whom it certifies.
pub(super) fn read_secret(plain: &[u8], whom: Whom) -> Result<TargetSecret, SecretMissing> {
    let text = |bytes| {
        let text = std::str::from_utf8(bytes).map_err(|_| SecretMissing)?;
        Ok(Zeroizing::new(text.to_owned()))
    };
    match plain.split_first() {
        Some((&PASSWORD, secret)) => text(secret).map(TargetSecret::Password),
        Some((&AUTHORITY, secret)) => {
            let key = text(secret)?;
            Ok(TargetSecret::Authority(Authority::new(key, whom)))
        }
        Some((&KEY, secret)) => Ok(TargetSecret::Key(Zeroizing::new(secret.to_vec()))),
        Some(_) | None => Err(SecretMissing),
    }
}

/// A new secret of this kind, as it is sealed.
pub(super) fn made(kind: Option<SecretKind>) -> Option<Zeroizing<Vec<u8>>> {
    let (tag, text) = match kind? {
        SecretKind::Password => (PASSWORD, password()?),
        SecretKind::Key => (KEY, ssh::LoginKey::generate().ok()?.pem().ok()?),
        SecretKind::Certificate => (AUTHORITY, ssh::LoginKey::generate().ok()?.pem().ok()?),
    };
    Some(tagged(tag, &text))
}

/// A new password that somebody reads from paper and types at night, as it is sealed.
pub(super) fn made_for_paper() -> Option<Zeroizing<Vec<u8>>> {
    Some(tagged(PASSWORD, &legible()?))
}

/// A secret as it is sealed: its kind before it.
pub(super) fn tagged(tag: u8, text: &str) -> Zeroizing<Vec<u8>> {
    let mut plain = Zeroizing::new(Vec::with_capacity(text.len().saturating_add(1)));
    plain.push(tag);
    plain.extend_from_slice(text.as_bytes());
    plain
}

/// 150 bits in six groups, the first of them in capital letters for systems that ask for one. Nothing in it is
/// taken for something else: no l, o, 0 or 1.
fn legible() -> Option<Zeroizing<String>> {
    loop {
        let mut random = Zeroizing::new([0_u8; GROUPS * GROUP]);
        getrandom::fill(random.as_mut_slice()).ok()?;
        let mut text = Zeroizing::new(String::with_capacity(GROUPS * (GROUP + 1)));
        for (place, byte) in random.iter().enumerate() {
            let sign = char::from(*LEGIBLE.get(usize::from(byte & 31))?);
            if place > 0 && place % GROUP == 0 {
                text.push('-');
            }
            let capital = place < GROUP;
            text.push(if capital {
                sign.to_ascii_uppercase()
            } else {
                sign
            });
        }
        let kinds: [fn(&u8) -> bool; 3] = [
            u8::is_ascii_uppercase,
            u8::is_ascii_lowercase,
            u8::is_ascii_digit,
        ];
        if kinds.iter().all(|is| text.as_bytes().iter().any(is)) {
            return Some(text);
        }
    }
}

/// From the operating system's randomness. It has signs of each kind, which some systems ask for.
pub(super) fn password() -> Option<Zeroizing<String>> {
    loop {
        let mut random = Zeroizing::new([0_u8; LENGTH]);
        getrandom::fill(random.as_mut_slice()).ok()?;
        let mut text = Zeroizing::new(String::with_capacity(LENGTH));
        for byte in random.iter() {
            let sign = SIGNS.get(usize::from(byte & 63))?;
            text.push(char::from(*sign));
        }
        let kinds: [fn(&u8) -> bool; 4] = [
            u8::is_ascii_uppercase,
            u8::is_ascii_lowercase,
            u8::is_ascii_digit,
            u8::is_ascii_punctuation,
        ];
        // What begins with a dash looks like an option wherever somebody types it one day.
        let begins = text
            .as_bytes()
            .first()
            .is_some_and(u8::is_ascii_alphanumeric);
        if begins && kinds.iter().all(|is| text.as_bytes().iter().any(is)) {
            return Some(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_password_on_paper_is_never_twice_the_same_and_no_sign_of_it_is_taken_for_another() {
        let made: BTreeSet<String> = (0..200).map(|_| legible().unwrap().to_string()).collect();
        assert_eq!(made.len(), 200);
        for password in made {
            assert_eq!(password.split('-').count(), GROUPS, "{password}");
            assert!(password.split('-').all(|group| group.len() == GROUP));
            assert!(!password.contains(['l', 'o', 'O', '0', '1']));
        }
    }

    #[test]
    fn l11_a_made_password_is_long_mixed_and_never_twice_the_same() {
        let made: BTreeSet<String> = (0..200).map(|_| password().unwrap().to_string()).collect();
        assert_eq!(made.len(), 200);
        for password in made {
            assert_eq!(password.len(), LENGTH);
            assert!(password.bytes().all(|sign| SIGNS.contains(&sign)));
            assert!(password.bytes().any(|sign| sign.is_ascii_digit()));
        }
    }
}
