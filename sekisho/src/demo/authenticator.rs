//! The phone of a person of the demo: RFC 6238 codes from the secret that joining shows.

use aws_lc_rs::hmac;
use data_encoding::BASE32_NOPAD;
use ids::Timestamp;
use wire::Secret;

/// Steps are 30 seconds long.
const STEP_SECONDS: i64 = 30;

/// An authenticator with one account.
pub(super) struct Authenticator {
    secret: Vec<u8>,
    last_step: i64,
}

impl Authenticator {
    /// From the secret as it is shown, in base32.
    pub(super) fn new(shown: &Secret) -> Option<Self> {
        let text: String = shown
            .reveal()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let secret = BASE32_NOPAD.decode(text.as_bytes()).ok()?;
        Some(Self {
            secret,
            last_step: 0,
        })
    }

    /// A code that was not shown before: of this step, or of the next, which the site takes too.
    pub(super) fn fresh_code(&mut self, now: Timestamp) -> Secret {
        let step = (now.as_seconds() / STEP_SECONDS).max(self.last_step + 1);
        self.last_step = step;
        self.code(step)
    }

    /// Whether a code that was not shown before is taken by the site now.
    pub(super) fn has_fresh_code(&self, now: Timestamp) -> bool {
        self.last_step <= now.as_seconds() / STEP_SECONDS
    }

    /// The code that was shown last.
    pub(super) fn last_code(&self) -> Secret {
        self.code(self.last_step)
    }

    /// RFC 4226 §5.3.
    fn code(&self, step: i64) -> Secret {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.secret);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let bytes = tag.as_ref();
        let offset = usize::from(bytes.last().copied().unwrap_or(0) & 0x0f);
        let word = bytes
            .get(offset..offset + 4)
            .and_then(|four| four.try_into().ok());
        let number = u32::from_be_bytes(word.unwrap_or_default()) & 0x7fff_ffff;
        Secret::new(format!("{:06}", number % 1_000_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        let shown = Secret::new(BASE32_NOPAD.encode(b"12345678901234567890"));
        let mut phone = Authenticator::new(&shown).unwrap();
        assert_eq!(
            phone.fresh_code(Timestamp::from_seconds(59)).reveal(),
            "287082"
        );
        assert_eq!(
            phone
                .fresh_code(Timestamp::from_seconds(1_111_111_109))
                .reveal(),
            "081804"
        );
    }

    #[test]
    fn a_code_of_the_step_after_the_next_is_waited_for() {
        let shown = Secret::new(BASE32_NOPAD.encode(b"12345678901234567890"));
        let mut phone = Authenticator::new(&shown).unwrap();
        let now = Timestamp::from_seconds(1_800_000_000);
        phone.fresh_code(now);
        assert!(phone.has_fresh_code(now));
        phone.fresh_code(now);
        assert!(!phone.has_fresh_code(now));
        assert!(phone.has_fresh_code(Timestamp::from_seconds(1_800_000_030)));
    }

    #[test]
    fn no_code_is_shown_twice() {
        let shown = Secret::new(BASE32_NOPAD.encode(b"12345678901234567890"));
        let mut phone = Authenticator::new(&shown).unwrap();
        let now = Timestamp::from_seconds(1_800_000_000);
        assert_ne!(phone.fresh_code(now), phone.fresh_code(now));
    }
}
