//! How a receiver knows that a webhook's message is the site's, and of now: HMAC-SHA256 over the moment
//! and the body.

use aws_lc_rs::hmac;
use data_encoding::HEXLOWER;

/// The header with the moment: seconds since the epoch, in decimal.
pub const TIMESTAMP: &str = "sekisho-timestamp";
/// The header with the signature: `v1=` and 64 hex digits.
pub const SIGNATURE: &str = "sekisho-signature";
/// How old a message may be that a receiver takes, and how far ahead: clocks of servers that are kept.
pub const WINDOW_SECONDS: u64 = 5 * 60;
/// Bytes in a key.
pub const KEY_BYTES: usize = 32;

/// Why a message is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotGenuine {
    /// The moment is not a number, or too far from now: somebody may be sending it again.
    #[error("the moment is not within {WINDOW_SECONDS} seconds of now")]
    Moment,
    /// The signature is not one of this key over this moment and this body.
    #[error("the signature does not hold")]
    Signature,
}

/// The signature's header for a body at a moment.
pub fn sign(key: &[u8], at: i64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let tag = hmac::sign(&key, &signed(at, body));
    format!("v1={}", HEXLOWER.encode(tag.as_ref()))
}

/// Whether both headers are of the holder of `key`, for this body, and of about `now`.
///
/// # Errors
/// Which of the two checks failed.
pub fn verify(
    key: &[u8],
    timestamp: &str,
    signature: &str,
    body: &[u8],
    now: i64,
) -> Result<(), NotGenuine> {
    let at: i64 = timestamp.parse().map_err(|_| NotGenuine::Moment)?;
    if at.abs_diff(now) > WINDOW_SECONDS {
        return Err(NotGenuine::Moment);
    }
    let tag = signature.strip_prefix("v1=").ok_or(NotGenuine::Signature)?;
    let tag = HEXLOWER
        .decode(tag.as_bytes())
        .map_err(|_| NotGenuine::Signature)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::verify(&key, &signed(at, body), &tag).map_err(|_| NotGenuine::Signature)
}

/// A full stop stands between them, which a number does not hold.
fn signed(at: i64, body: &[u8]) -> Vec<u8> {
    let mut signed = format!("{at}.").into_bytes();
    signed.extend_from_slice(body);
    signed
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: [u8; KEY_BYTES] = [7; KEY_BYTES];
    const AT: i64 = 1_795_000_000;

    #[test]
    fn a_signature_is_that_of_rfc_2104_with_sha_256() {
        // Made with `printf '1795000000.{}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0707…`.
        let signature = sign(&KEY, AT, b"{}");
        assert_eq!(signature.len(), 3 + 64);
        assert_eq!(verify(&KEY, "1795000000", &signature, b"{}", AT), Ok(()));
    }

    #[test]
    fn a_message_that_is_sent_again_later_is_not_taken() {
        let signature = sign(&KEY, AT, b"{}");
        for off in [-301, 301, i64::from(i32::MAX)] {
            let found = verify(&KEY, "1795000000", &signature, b"{}", AT + off);
            assert_eq!(found, Err(NotGenuine::Moment), "{off}");
        }
        for off in [-300, 300] {
            assert_eq!(
                verify(&KEY, "1795000000", &signature, b"{}", AT + off),
                Ok(())
            );
        }
        assert_eq!(
            verify(&KEY, "soon", &signature, b"{}", AT),
            Err(NotGenuine::Moment)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 64,
            rng_seed: proptest::test_runner::RngSeed::Fixed(22),
            failure_persistence: None,
            ..Default::default()
        })]

        #[test]
        fn another_body_moment_key_or_signature_does_not_hold(
            body in prop::collection::vec(any::<u8>(), 1..64),
            at in 0usize..64,
            other in any::<u8>(),
        ) {
            let signature = sign(&KEY, AT, &body);
            let now = AT.to_string();
            let mut changed = body.clone();
            let at = at % changed.len();
            changed[at] ^= other | 1;
            prop_assert_eq!(verify(&KEY, &now, &signature, &changed, AT), Err(NotGenuine::Signature));
            let later = (AT + 1).to_string();
            prop_assert_eq!(verify(&KEY, &later, &signature, &body, AT), Err(NotGenuine::Signature));
            let found = verify(&[8; KEY_BYTES], &now, &signature, &body, AT);
            prop_assert_eq!(found, Err(NotGenuine::Signature));
            let short = &signature[..signature.len() - 2];
            prop_assert_eq!(verify(&KEY, &now, short, &body, AT), Err(NotGenuine::Signature));
        }
    }
}
