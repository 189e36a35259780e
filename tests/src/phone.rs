//! A person's authenticator: RFC 6238 codes from the secret that joining shows, each used once.

use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use data_encoding::BASE32_NOPAD;

use crate::canary::{self, Kind};
use crate::wait;

const STEP: u64 = 30;
/// A code of the step before is taken only if so many seconds of this step are left.
const MARGIN: u64 = 8;

/// One account of an authenticator.
#[derive(Debug)]
pub struct Phone {
    /// The secret in base32, as it was shown.
    pub shown: String,
    secret: Vec<u8>,
    last: Mutex<u64>,
}

fn seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("the clock is past 1970")
        .as_secs()
}

impl Phone {
    /// From an `otpauth:` address.
    pub fn scan(otpauth: &str) -> Self {
        let (_, rest) = otpauth
            .split_once("secret=")
            .expect("the address holds a secret");
        let shown: String = rest
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let secret = BASE32_NOPAD.decode(shown.as_bytes());
        let secret = secret.expect("the secret is base32");
        canary::hand(Kind::Seed, &secret);
        Self {
            secret,
            shown,
            last: Mutex::new(0),
        }
    }

    /// The same person's new authenticator: a step that the old one has used is used.
    pub fn instead_of(old: &Self, otpauth: &str) -> Self {
        let last = *old.last.lock().unwrap();
        Self {
            last: Mutex::new(last),
            ..Self::scan(otpauth)
        }
    }

    /// A code that was not shown before: of the step before this one, of this one or the next (the
    /// site takes all three), and else of a step that is waited for.
    pub fn code(&self) -> String {
        let mut last = self.last.lock().unwrap();
        let now = seconds();
        let oldest = if STEP - now % STEP > MARGIN {
            now / STEP - 1
        } else {
            now / STEP
        };
        let step = oldest.max(*last + 1);
        wait::until("the next step of one-time codes", || {
            (seconds() / STEP + 1 >= step).then_some(())
        });
        *last = step;
        self.at(step)
    }

    /// The code that was shown last.
    pub fn used_code(&self) -> String {
        self.at(*self.last.lock().unwrap())
    }

    /// A code that is wrong now and for hours.
    pub fn wrong_code(&self) -> String {
        let near: Vec<String> = (0..4)
            .map(|step| self.at((seconds() / STEP + step).saturating_sub(2)))
            .collect();
        (0..1_000_000)
            .map(|number| format!("{number:06}"))
            .find(|code| !near.contains(code))
            .expect("four codes are not all of them")
    }

    /// The code of a time step (RFC 4226 §5.3), whatever was shown before.
    pub fn at(&self, step: u64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.secret);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let bytes = tag.as_ref();
        let offset = usize::from(bytes[bytes.len() - 1] & 0x0f);
        let word: [u8; 4] = bytes[offset..offset + 4].try_into().unwrap();
        format!(
            "{:06}",
            (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000
        )
    }
}
