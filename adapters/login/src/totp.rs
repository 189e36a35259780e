//! Time-based one-time codes: RFC 6238 over HMAC-SHA-1, 6 digits, 30 s, as every authenticator app
//! knows them.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use data_encoding::BASE32_NOPAD;
use ids::Timestamp;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::{NoRandomness, random};

/// Length of a step in seconds.
pub const STEP_SECONDS: i64 = 30;

/// Steps before and after the present one whose codes are taken too: phones are off by some
/// seconds, and people type slowly. RFC 6238 §5.2 recommends one.
pub const SKEW: u64 = 1;

/// Digits of a code.
const DIGITS: usize = 6;

/// The secret that a person's authenticator shares: 160 bits, as RFC 4226 §4 recommends.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; 20]>);

/// A 30-second step since 1970. Once a code of it was accepted, the person's `last` is this step,
/// and no code of it or of an earlier one is accepted again (lesson L10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Step(pub u64);

impl Step {
    /// The step of a moment.
    pub fn of(now: Timestamp) -> Self {
        Self(u64::try_from(now.as_seconds().div_euclid(STEP_SECONDS)).unwrap_or(0))
    }
}

impl Secret {
    /// A fresh secret.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn generate() -> Result<Self, NoRandomness> {
        Ok(Self(random::<20>()?))
    }

    /// The secret that an unknown person's code is compared with. What it is does not matter: nobody
    /// is let in by it.
    pub(crate) fn nobodys() -> Self {
        Self(Zeroizing::new([0; 20]))
    }

    /// From the bytes that [`Self::as_bytes`] gave. `None` if they are not 20.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; 20] = bytes.try_into().ok()?;
        Some(Self(Zeroizing::new(bytes)))
    }

    /// The bytes, to be sealed by the vault before they are stored.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// As it is typed into an authenticator without a camera.
    pub fn to_base32(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE32_NOPAD.encode(self.0.as_slice()))
    }

    /// The `otpauth` URI that an authenticator reads from a QR code (Key Uri Format).
    pub fn otpauth_uri(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        let (issuer, account) = (percent_encoded(issuer), percent_encoded(account));
        Zeroizing::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}",
            *self.to_base32()
        ))
    }

    /// The code of a step (RFC 4226 §5.3).
    pub(crate) fn code(&self, step: Step) -> [u8; DIGITS] {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, self.0.as_slice());
        let tag = hmac::sign(&key, &step.0.to_be_bytes());
        let tag = tag.as_ref();
        let offset = usize::from(tag.last().copied().unwrap_or(0) & 0x0f);
        let word = tag
            .iter()
            .skip(offset)
            .take(4)
            .fold(0u32, |word, byte| word << 8 | u32::from(*byte));
        let mut rest = word & 0x7fff_ffff;
        let mut digits = [b'0'; DIGITS];
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
        }
        digits
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("totp::Secret(…)")
    }
}

/// The step whose code this is, if it is that of `now` or of one step beside it.
///
/// Which of the steps it is, and whether any is, does not show in the time taken. The caller
/// accepts the step only if it is later than the person's last, and then stores it as the last.
pub fn verify(secret: &Secret, typed: &str, now: Timestamp) -> Option<Step> {
    let typed = digits(typed);
    let Step(present) = Step::of(now);
    let mut found = None;
    for step in present.saturating_sub(SKEW)..=present.saturating_add(SKEW) {
        let equal = verify_slices_are_equal(&secret.code(Step(step)), &typed).is_ok();
        found = if equal { Some(Step(step)) } else { found };
    }
    found
}

/// The digits as typed, full-width ones and a space in the middle forgiven. Something that cannot
/// be a code becomes six bytes that no code has.
fn digits(typed: &str) -> [u8; DIGITS] {
    let mut found = [0u8; DIGITS];
    // A code needs at most 6 full-width digits of 3 bytes and some white space.
    if typed.len() > 64 {
        return found;
    }
    let plain: Vec<u8> = typed
        .nfkc()
        .filter(|c| !c.is_whitespace())
        .map(|c| u8::try_from(c).ok().filter(u8::is_ascii_digit).unwrap_or(0))
        .collect();
    if let Ok(plain) = <[u8; DIGITS]>::try_from(plain) {
        found = plain;
    }
    found
}

/// RFC 3986: everything but unreserved characters as %XX of its UTF-8 bytes.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, SHA-1: the last six digits of its eight.
    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        let secret = Secret::from_bytes(b"12345678901234567890").unwrap();
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now = Timestamp::from_seconds(seconds);
            assert_eq!(verify(&secret, code, now), Some(Step::of(now)), "{seconds}");
        }
    }

    #[test]
    fn the_codes_are_those_of_another_implementation() {
        let oracle = totp_rs::Builder::new()
            .with_secret(totp_rs::Secret::new_stack([0xa7; 20]))
            .build_noncompliant();
        let secret = Secret::from_bytes(&[0xa7; 20]).unwrap();
        for step in (0..2_000_000_000u64).step_by(61_803_398) {
            let theirs = oracle.generate(step).to_string();
            let now = Timestamp::from_seconds(i64::try_from(step).unwrap());
            assert_eq!(verify(&secret, &theirs, now), Some(Step::of(now)), "{step}");
        }
    }

    #[test]
    fn the_step_before_and_after_are_taken_and_no_other() {
        let secret = Secret::generate().unwrap();
        let now = Timestamp::from_seconds(1_800_000_000);
        let Step(present) = Step::of(now);
        for (step, taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let step = Step(present.checked_add_signed(step).unwrap());
            let code = String::from_utf8(secret.code(step).to_vec()).unwrap();
            assert_eq!(verify(&secret, &code, now) == Some(step), taken, "{step:?}");
        }
    }

    #[test]
    fn l12_a_code_typed_with_a_japanese_input_method_is_the_same_code() {
        let secret = Secret::from_bytes(b"12345678901234567890").unwrap();
        let now = Timestamp::from_seconds(59);
        for typed in [
            "287082",
            " 287 082 ",
            "２８７０８２",
            "２８７\u{3000}０８２",
        ] {
            assert!(verify(&secret, typed, now).is_some(), "{typed}");
        }
        for wrong in [
            "",
            "28708",
            "2870822",
            "28708a",
            "٢٨٧٠٨٢",
            &"0".repeat(100_000),
        ] {
            assert!(verify(&secret, wrong, now).is_none());
        }
    }

    #[test]
    fn the_uri_is_what_an_authenticator_reads() {
        let secret = Secret::from_bytes(b"12345678901234567890").unwrap();
        assert_eq!(
            secret.otpauth_uri("半田 病院", "sato@x").as_str(),
            "otpauth://totp/%E5%8D%8A%E7%94%B0%20%E7%97%85%E9%99%A2:sato%40x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E5%8D%8A%E7%94%B0%20%E7%97%85%E9%99%A2&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn l29_debug_shows_no_secret() {
        let secret = Secret::from_bytes(b"12345678901234567890").unwrap();
        assert_eq!(format!("{secret:?}"), "totp::Secret(…)");
    }

    proptest::proptest! {
        #[test]
        fn any_text_may_be_typed(text in "\\PC{0,80}") {
            let secret = Secret::from_bytes(b"12345678901234567890").unwrap();
            let _ = verify(&secret, &text, Timestamp::from_seconds(59));
        }
    }
}
