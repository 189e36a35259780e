//! Recording keys, wrapped to those who may read the recording: the gateway and the recovery kit.
//!
//! RFC 9180 HPKE, base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. The info binds
//! the wrapped key to its session, so that it cannot be moved to another recording.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::{Kem, X25519HkdfSha256};
use hpke::{Deserializable, OpModeR, OpModeS, Serializable};
use ids::SessionId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::primitives::secret_bytes;

type Hpke = X25519HkdfSha256;

/// What every wrapped key begins with.
const FORM: &str = "hpke1";

/// Length of the encapsulated key, and of the sealed 32 bytes with their tag.
const ENCAPSULATED: usize = 32;
const SEALED: usize = 32 + 16;

/// The longest wrapped key that is read; ours have 128 characters.
const LONGEST: usize = 256;

/// The most wrapped keys that are looked at: gateway, kit, and room for their successors.
const MOST: usize = 16;

secret_bytes!(
    /// The key of one session's recording.
    RecordingKey
);

secret_bytes!(
    /// An X25519 private key to which recording keys are wrapped.
    PrivateKey
);

impl PrivateKey {
    /// Its public half.
    pub fn public(&self) -> PublicKey {
        let public = self.hpke().map(|key| Hpke::sk_to_pk(&key).to_bytes());
        // 32 bytes are always a private key (RFC 7748 clamps them); the other arm does not happen,
        // and nothing can be wrapped to its key.
        PublicKey(public.map_or([0; 32], Into::into))
    }

    fn hpke(&self) -> Option<<Hpke as Kem>::PrivateKey> {
        <Hpke as Kem>::PrivateKey::from_bytes(self.as_bytes()).ok()
    }
}

/// An X25519 public key to which recording keys are wrapped. Written in base64url.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// Eight bytes that say for whom a key was wrapped.
    fn hint(&self) -> String {
        let hashed = digest(&SHA256, &self.0);
        HEXLOWER.encode(hashed.as_ref().get(..8).unwrap_or_default())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

/// The text is not 32 bytes in base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an X25519 public key: 32 bytes in base64url")]
pub struct NotAPublicKey;

impl FromStr for PublicKey {
    type Err = NotAPublicKey;

    fn from_str(text: &str) -> Result<Self, NotAPublicKey> {
        if text.len() != 43 {
            return Err(NotAPublicKey);
        }
        let bytes = BASE64URL_NOPAD
            .decode(text.as_bytes())
            .map_err(|_| NotAPublicKey)?;
        bytes.try_into().map(Self).map_err(|_| NotAPublicKey)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// A recording key could not be wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrapError {
    /// Nobody could read the recording.
    #[error("a recording key is wrapped to at least one key")]
    ToNobody,
    /// The public key is one of the few that give no secret.
    #[error("the public key {0} cannot be wrapped to")]
    WeakKey(PublicKey),
}

/// A recording key could not be unwrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnwrapError {
    /// None of them is for this key.
    #[error("the recording's key was not wrapped to this key")]
    NotForUs,
    /// One is for this key, and it was altered or belongs to another session.
    #[error("the recording's wrapped key was altered or belongs to another session")]
    NotAuthentic,
}

/// Wraps a session's recording key to each of the public keys, in their order.
///
/// # Errors
/// See [`WrapError`].
pub fn wrap(
    key: &RecordingKey,
    session: &SessionId,
    to: &[PublicKey],
) -> Result<Vec<String>, WrapError> {
    if to.is_empty() {
        return Err(WrapError::ToNobody);
    }
    to.iter()
        .map(|public| wrap_to(key.as_bytes(), &info(session), public))
        .collect()
}

/// Wraps 32 bytes to a public key; `info` says what for, and nothing else unwraps them.
pub(crate) fn wrap_to(
    key: &[u8; 32],
    info: &[u8],
    public: &PublicKey,
) -> Result<String, WrapError> {
    let weak = |_| WrapError::WeakKey(*public);
    let recipient = <Hpke as Kem>::PublicKey::from_bytes(&public.0).map_err(weak)?;
    let (encapsulated, sealed) = hpke::single_shot_seal::<AesGcm256, HkdfSha256, Hpke>(
        &OpModeS::Base,
        &recipient,
        info,
        key,
        b"",
    )
    .map_err(weak)?;
    let bytes = [encapsulated.to_bytes().as_slice(), &sealed].concat();
    Ok(format!(
        "{FORM}.{}.{}",
        public.hint(),
        BASE64URL_NOPAD.encode(&bytes)
    ))
}

/// Unwraps a session's recording key with the private key of one of those it was wrapped to.
///
/// # Errors
/// See [`UnwrapError`].
pub fn unwrap(
    private: &PrivateKey,
    session: &SessionId,
    wrapped: &[String],
) -> Result<RecordingKey, UnwrapError> {
    unwrap_for(private, &info(session), wrapped).map(|key| RecordingKey::from_bytes(*key))
}

/// Unwraps what [`wrap_to`] wrapped with the same `info`.
pub(crate) fn unwrap_for(
    private: &PrivateKey,
    info: &[u8],
    wrapped: &[String],
) -> Result<Zeroizing<[u8; 32]>, UnwrapError> {
    let ours = format!("{FORM}.{}.", private.public().hint());
    let mut found = UnwrapError::NotForUs;
    let for_us = wrapped
        .iter()
        .take(MOST)
        .filter(|text| text.len() <= LONGEST);
    for body in for_us.filter_map(|text| text.strip_prefix(&ours)) {
        match unwrap_one(private, info, body) {
            Some(key) => return Ok(key),
            None => found = UnwrapError::NotAuthentic,
        }
    }
    Err(found)
}

fn unwrap_one(private: &PrivateKey, info: &[u8], body: &str) -> Option<Zeroizing<[u8; 32]>> {
    let bytes = BASE64URL_NOPAD.decode(body.as_bytes()).ok()?;
    let (encapsulated, sealed) = bytes.split_at_checked(ENCAPSULATED)?;
    if sealed.len() != SEALED {
        return None;
    }
    let plain = hpke::single_shot_open::<AesGcm256, HkdfSha256, Hpke>(
        &OpModeR::Base,
        &private.hpke()?,
        &<Hpke as Kem>::EncappedKey::from_bytes(encapsulated).ok()?,
        info,
        sealed,
        b"",
    )
    .ok()?;
    let plain = Zeroizing::new(plain);
    Some(Zeroizing::new(plain.as_slice().try_into().ok()?))
}

fn info(session: &SessionId) -> Vec<u8> {
    format!("sekisho/recording-key/v1{session}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ids::SiteId;

    fn session(number: u64) -> SessionId {
        SessionId::new(&"handa".parse::<SiteId>().unwrap(), number)
    }

    #[test]
    fn gateway_and_kit_each_read_the_recording_and_nobody_else() {
        let [gateway, kit, other] = [(); 3].map(|()| PrivateKey::generate().unwrap());
        let key = RecordingKey::generate().unwrap();
        let wrapped = wrap(&key, &session(1), &[gateway.public(), kit.public()]).unwrap();
        assert_eq!(wrapped.len(), 2);
        for private in [&gateway, &kit] {
            let read = unwrap(private, &session(1), &wrapped).unwrap();
            assert_eq!(read.as_bytes(), key.as_bytes());
        }
        assert_eq!(
            unwrap(&other, &session(1), &wrapped).unwrap_err(),
            UnwrapError::NotForUs
        );
    }

    #[test]
    fn a_wrapped_key_does_not_open_for_another_session() {
        let gateway = PrivateKey::generate().unwrap();
        let key = RecordingKey::generate().unwrap();
        let wrapped = wrap(&key, &session(1), &[gateway.public()]).unwrap();
        let moved = unwrap(&gateway, &session(2), &wrapped);
        assert_eq!(moved.unwrap_err(), UnwrapError::NotAuthentic);
    }

    #[test]
    fn an_altered_wrapped_key_is_found() {
        let gateway = PrivateKey::generate().unwrap();
        let key = RecordingKey::generate().unwrap();
        let wrapped = wrap(&key, &session(1), &[gateway.public()])
            .unwrap()
            .remove(0);
        for place in FORM.len() + 18..wrapped.len() {
            let mut altered = wrapped.clone().into_bytes();
            altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).unwrap();
            assert!(
                unwrap(&gateway, &session(1), &[altered]).is_err(),
                "{place}"
            );
        }
    }

    #[test]
    fn the_public_keys_are_those_of_rfc_7748_section_6_1() {
        for (private, public) in [
            (
                "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
                "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
            ),
            (
                "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
                "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
            ),
        ] {
            let private = HEXLOWER
                .decode(private.as_bytes())
                .unwrap()
                .try_into()
                .unwrap();
            let found = PrivateKey::from_bytes(private).public().0;
            assert_eq!(HEXLOWER.encode(&found), public);
        }
    }

    #[test]
    fn a_recording_that_nobody_could_read_is_not_begun() {
        let key = RecordingKey::generate().unwrap();
        assert_eq!(wrap(&key, &session(1), &[]), Err(WrapError::ToNobody));
        let weak = PublicKey([0; 32]);
        assert_eq!(
            wrap(&key, &session(1), &[weak]),
            Err(WrapError::WeakKey(weak))
        );
    }

    #[test]
    fn a_public_key_reads_back_and_debug_hides_private_ones() {
        let private = PrivateKey::generate().unwrap();
        let public = private.public();
        assert_eq!(public.to_string().parse(), Ok(public));
        assert_eq!(format!("{private:?}"), "PrivateKey(…)");
        assert_eq!("".parse::<PublicKey>(), Err(NotAPublicKey));
    }

    proptest::proptest! {
        #[test]
        fn any_text_may_be_unwrapped(text in "\\PC{0,200}") {
            let private = PrivateKey::from_bytes([1; 32]);
            let ours = format!("{FORM}.{}.{text}", private.public().hint());
            proptest::prop_assert!(unwrap(&private, &session(1), &[text, ours]).is_err());
        }
    }
}
