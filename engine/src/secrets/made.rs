//! Secrets that the gateway makes, and how one lies in the vault: a letter for its kind, then its bytes.

use access::SecretKind;
use zeroize::Zeroizing;

use super::{KEY, PASSWORD, SecretMissing, TargetSecret};

/// Signs of a made password: in every alphabet of a system that takes 32 of them, nothing that a shell, a
/// statement or a form would read in its own way. As many as fit six bits, so that none is more likely.
const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Their number: 192 bits, and within what PostgreSQL, MariaDB, PAM and Windows take.
const LENGTH: usize = 32;

/// What was sealed, by its first byte.
pub(super) fn read_secret(plain: &[u8]) -> Result<TargetSecret, SecretMissing> {
    match plain.split_first() {
        Some((&PASSWORD, secret)) => {
            let text = std::str::from_utf8(secret).map_err(|_| SecretMissing)?;
            Ok(TargetSecret::Password(Zeroizing::new(text.to_owned())))
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
    };
    let mut plain = Zeroizing::new(Vec::with_capacity(text.len().saturating_add(1)));
    plain.push(tag);
    plain.extend_from_slice(text.as_bytes());
    Some(plain)
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
