//! What goes to a browser and what comes from it, as text; and digests of our own.

use aws_lc_rs::digest::{Context, SHA256, digest};
use ids::{Digest, PersonId};
use serde_json::Value;
use webauthn_rs::prelude::{COSEKey, COSEKeyType, Uuid};

use super::{LONGEST_ANSWER, PasskeyRefused};

/// The challenge that a browser's answer names, by which its ceremony is found again. Whether the answer
/// is right is another question.
pub fn challenge_of(answer: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Answered {
        response: Response,
    }
    #[derive(serde::Deserialize)]
    struct Response {
        #[serde(rename = "clientDataJSON")]
        client: String,
    }
    #[derive(serde::Deserialize)]
    struct Client {
        challenge: String,
    }
    let answered: Answered = read(answer).ok()?;
    let client = answered.response.client;
    let client = data_encoding::BASE64URL_NOPAD
        .decode(client.as_bytes())
        .ok()?;
    let client: Client = serde_json::from_slice(&client).ok()?;
    Some(client.challenge)
}

pub(super) fn read<T: serde::de::DeserializeOwned>(answer: &str) -> Result<T, PasskeyRefused> {
    if answer.len() > LONGEST_ANSWER {
        return Err(PasskeyRefused::Malformed);
    }
    serde_json::from_str(answer).map_err(|_| PasskeyRefused::Malformed)
}

/// The options themselves, without what only helps some browsers and fails in others: every extension
/// (user verification is checked in the answer, not asked for by one), and by which cable a key was once
/// reached, which would tell a real answer from a decoy.
pub(super) fn plain(mut options: Value) -> Result<Value, PasskeyRefused> {
    let options = options.get_mut("publicKey").map(Value::take);
    let mut options = options.ok_or(PasskeyRefused::Broken)?;
    let object = options.as_object_mut().ok_or(PasskeyRefused::Broken)?;
    object.remove("extensions");
    let listed = object.get_mut("allowCredentials");
    for listed in listed.and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(listed) = listed.as_object_mut() {
            listed.remove("transports");
        }
    }
    Ok(options)
}

/// What an authenticator knows a person by: it says nothing of them, and is another at every site.
pub(super) fn handle(person: &PersonId) -> Uuid {
    let hashed = tagged(
        b"sekisho/passkey-user/v1\0",
        &[person.to_string().as_bytes()],
    );
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(hashed.as_bytes()) {
        *to = *from;
    }
    Uuid::from_bytes(bytes)
}

/// The digest of a public key, of its algorithm and of each of its numbers with its length.
pub(super) fn digest_of_key(key: &COSEKey) -> Result<Digest, PasskeyRefused> {
    let algorithm = i32::from_be_bytes((key.type_ as i32).to_be_bytes()).to_be_bytes();
    let tag = b"sekisho/passkey/v1\0";
    match &key.key {
        COSEKeyType::EC_EC2(ec) => Ok(tagged(tag, &[&algorithm, &ec.x, &ec.y])),
        COSEKeyType::EC_OKP(okp) => Ok(tagged(tag, &[&algorithm, &okp.x])),
        COSEKeyType::RSA(rsa) => Ok(tagged(tag, &[&algorithm, &rsa.n, &rsa.e])),
    }
}

fn tagged(tag: &[u8], parts: &[&[u8]]) -> Digest {
    let mut context = Context::new(&SHA256);
    context.update(tag);
    for part in parts {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part);
    }
    digest_from(context.finish().as_ref())
}

pub(super) fn sha256(bytes: &[u8]) -> Digest {
    digest_from(digest(&SHA256, bytes).as_ref())
}

pub(super) fn digest_from(bytes: &[u8]) -> Digest {
    let mut all = [0u8; 32];
    for (to, from) in all.iter_mut().zip(bytes) {
        *to = *from;
    }
    Digest(all)
}
