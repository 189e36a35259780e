//! Tokens: how a sign-in is carried from one request to the next.
//!
//! The person's side holds a random token. The gateway's side holds a digest of it and a record,
//! both keyed with a key from the key store: whoever reads the store has no token, and whoever
//! writes it can make no sign-in.

use std::fmt;
use std::time::Duration;

use access::{Door, Source};
use aws_lc_rs::hmac;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use ids::{DeviceId, Digest, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::identity::{Connection, Identity};
use crate::sign_in::SignIn;
use crate::{NoRandomness, random};

/// How long a sign-in lasts: one working shift. Every act is decided anew all the same.
pub const SIGN_IN_LASTS: Duration = Duration::from_secs(8 * 60 * 60);

/// When a browser's sign-in ends by itself: a desk that was left, with the patient's relatives beside it.
/// Long enough to read a request and telephone about it.
pub const IDLE_ENDS: Duration = Duration::from_secs(15 * 60);

/// What every token of a program begins with, so that scanners of logs and repositories find one.
pub const PREFIX: &str = "sekisho-token-";

/// What every token of a browser's cookie begins with.
pub const COOKIE_PREFIX: &str = "sekisho-cookie-";

/// Who holds a token. What one may show is nothing in the hands of the other (lesson L15): a cookie is
/// sent by a browser whoever made it ask, a program's token only by a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// `sekisho`, or another program.
    Program,
    /// A browser, in a cookie.
    Browser,
}

impl Holder {
    /// Whose token this is by its beginning; a text that is none counts as a program's.
    pub fn of(token: &str) -> Self {
        if token.starts_with(COOKIE_PREFIX) {
            Self::Browser
        } else {
            Self::Program
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Program => PREFIX,
            Self::Browser => COOKIE_PREFIX,
        }
    }

    fn domain(self) -> &'static [u8] {
        match self {
            Self::Program => b"sekisho/token/v1\0",
            Self::Browser => b"sekisho/cookie/v1\0",
        }
    }
}

/// The longest record that is read, in bytes; ours have about 300.
const LONGEST_RECORD: usize = 4096;

/// Makes tokens and reads them back, with the key store's token key.
#[derive(Clone)]
pub struct Tokens {
    key: hmac::Key,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(…)")
    }
}

/// A token, as its holder sends it.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// The text for the holder; not for any log.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A token with what the store keeps of it.
#[derive(Debug)]
pub struct Issued {
    /// For the person.
    pub token: Token,
    /// The key of the record in the store.
    pub digest: Digest,
    /// The record; opaque.
    pub record: String,
    /// When it ends.
    pub until: Timestamp,
}

/// The text is not a token of any gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a token; sign in with `sekisho login`")]
pub struct NotAToken;

/// Why a token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefused {
    /// The text is not a token.
    #[error(transparent)]
    NotAToken(#[from] NotAToken),
    /// The record was not made by this gateway for this token.
    #[error("the sign-in's record is not one that this gateway made")]
    Forged,
    /// The sign-in is over.
    #[error("the sign-in is over; sign in again")]
    Ended,
    /// The gateway's clock stands before the sign-in.
    #[error("the gateway's clock stands before the sign-in")]
    NotYet,
    /// The connection proves another device than the sign-in did, or none, or one where there was
    /// none.
    #[error("the sign-in was made from another device")]
    OtherDevice,
    /// The sign-in was made through another door.
    #[error("the sign-in was made through another door")]
    OtherDoor,
}

/// What a record says. A new meaning is a new version, never another reading of this one.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    v: u8,
    holder: Holder,
    person: PersonId,
    /// The device whose key the connection proved.
    certificate: Option<DeviceId>,
    passkey: Option<Digest>,
    passkey_device: Option<DeviceId>,
    source: Source,
    door: Door,
    at: Timestamp,
    until: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    body: String,
    mac: String,
}

impl Tokens {
    /// With the key store's token key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
        }
    }

    /// A fresh token for a sign-in.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn issue(&self, sign_in: &SignIn, holder: Holder) -> Result<Issued, NoRandomness> {
        let bytes = random::<32>()?;
        let until = sign_in.at().plus(SIGN_IN_LASTS);
        let body = Body {
            v: 2,
            holder,
            person: sign_in.person().clone(),
            certificate: sign_in.certificate.clone(),
            passkey: sign_in.passkey().copied(),
            passkey_device: sign_in
                .passkey
                .as_ref()
                .and_then(|(_, device)| device.clone()),
            source: sign_in.source(),
            door: sign_in.door(),
            at: sign_in.at(),
            until,
        };
        let digest = self.digest_of(holder, bytes.as_slice());
        // Strings, numbers and an address: none of it can fail to be written.
        let body = serde_json::to_string(&body).unwrap_or_default();
        let mac = HEXLOWER.encode(hmac::sign(&self.key, &covered(&digest, &body)).as_ref());
        let record = serde_json::to_string(&Record { body, mac }).unwrap_or_default();
        let text = format!(
            "{}{}",
            holder.prefix(),
            *Zeroizing::new(BASE64URL_NOPAD.encode(bytes.as_slice()))
        );
        Ok(Issued {
            token: Token(Zeroizing::new(text)),
            digest,
            record,
            until,
        })
    }

    /// Under which key the store has the record of a token.
    ///
    /// # Errors
    /// If the text is not a token.
    pub fn digest(&self, token: &str, holder: Holder) -> Result<Digest, NotAToken> {
        Ok(self.digest_of(holder, bytes_of(token, holder)?.as_slice()))
    }

    /// Ids as authenticators give them, of keys that nobody has: always the same for one name, so that a
    /// name that nobody has, or somebody without passkeys, is not known by them (lesson L10).
    pub fn decoys(&self, name: &str) -> Vec<Vec<u8>> {
        let part = |number: u8| {
            let mut context = hmac::Context::with_key(&self.key);
            context.update(b"sekisho/passkey-decoy/v1\0");
            context.update(&[number]);
            context.update(name.as_bytes());
            context.sign().as_ref().to_vec()
        };
        let form = part(0);
        let two = form.first().is_some_and(|byte| byte % 4 == 0);
        let length = form.get(1).map_or(0, |byte| usize::from(byte % 4));
        // As long as those of platforms, phones and security keys.
        let length = [16, 20, 32, 64].get(length).copied().unwrap_or(32);
        let id = |number| {
            let bytes = part(number).into_iter().chain(part(number.wrapping_add(1)));
            bytes.take(length).collect()
        };
        if two { vec![id(1), id(3)] } else { vec![id(1)] }
    }

    /// The person of a token and its stored record, asking on `connection`.
    ///
    /// The device and the door are those of the sign-in, on this very connection (lessons L7, L8);
    /// the source is the connection's.
    ///
    /// # Errors
    /// See [`TokenRefused`].
    pub fn redeem(
        &self,
        token: &str,
        holder: Holder,
        record: &str,
        connection: &Connection,
        now: Timestamp,
    ) -> Result<Identity, TokenRefused> {
        let body = self.authentic(&self.digest(token, holder)?, record)?;
        if body.holder != holder {
            return Err(TokenRefused::Forged);
        }
        if now >= body.until {
            return Err(TokenRefused::Ended);
        }
        if now < body.at {
            return Err(TokenRefused::NotYet);
        }
        let owned = connection
            .device
            .as_ref()
            .is_none_or(|device| device.owner == body.person);
        let device = connection.device.as_ref().map(|device| &device.id);
        if device != body.certificate.as_ref() || !owned {
            return Err(TokenRefused::OtherDevice);
        }
        if connection.door != body.door {
            return Err(TokenRefused::OtherDoor);
        }
        let sign_in = SignIn {
            person: body.person,
            certificate: body.certificate,
            passkey: body.passkey.map(|id| (id, body.passkey_device)),
            source: body.source,
            door: body.door,
            at: body.at,
        };
        Ok(Identity::of_person(&sign_in, connection.source))
    }

    fn authentic(&self, digest: &Digest, record: &str) -> Result<Body, TokenRefused> {
        if record.len() > LONGEST_RECORD {
            return Err(TokenRefused::Forged);
        }
        let record: Record = serde_json::from_str(record).map_err(|_| TokenRefused::Forged)?;
        let mac = HEXLOWER
            .decode(record.mac.as_bytes())
            .map_err(|_| TokenRefused::Forged)?;
        hmac::verify(&self.key, &covered(digest, &record.body), &mac)
            .map_err(|_| TokenRefused::Forged)?;
        let body: Body = serde_json::from_str(&record.body).map_err(|_| TokenRefused::Forged)?;
        if body.v != 2 {
            return Err(TokenRefused::Forged);
        }
        Ok(body)
    }

    fn digest_of(&self, holder: Holder, token: &[u8]) -> Digest {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(holder.domain());
        context.update(token);
        let mut digest = [0u8; 32];
        for (to, from) in digest.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        Digest(digest)
    }
}

/// What a record's MAC covers: the token it belongs to, and what it says.
fn covered(digest: &Digest, body: &str) -> Vec<u8> {
    [
        b"sekisho/sign-in/v1\0".as_slice(),
        digest.as_bytes(),
        body.as_bytes(),
    ]
    .concat()
}

fn bytes_of(token: &str, holder: Holder) -> Result<Zeroizing<[u8; 32]>, NotAToken> {
    let encoded = token
        .trim()
        .strip_prefix(holder.prefix())
        .ok_or(NotAToken)?;
    // 32 bytes are 43 characters; anything longer is not decoded.
    if encoded.len() != 43 {
        return Err(NotAToken);
    }
    let bytes = Zeroizing::new(
        BASE64URL_NOPAD
            .decode(encoded.as_bytes())
            .map_err(|_| NotAToken)?,
    );
    let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| NotAToken)?;
    Ok(Zeroizing::new(bytes))
}

#[cfg(test)]
mod tests;
