//! Passkeys (W3C Web Authentication, Level 3): both ceremonies as functions of their arguments, with
//! their state given out and taken back.
//!
//! The name that a key is bound to (RP ID) is the exact name of the door; the origin that is taken is
//! that name and port, and no other. The holder is verified by the authenticator, always (UV): a passkey
//! is possession and a PIN or biometry in one. What a key's own flag says of copies proves nothing; its
//! maker's signature under a root that the hospital trusts does (decision 0020).

mod refused;
mod roots;

use aws_lc_rs::digest::{Context, SHA256, digest};
use ids::{DeviceId, Digest, PersonId};
use serde_json::Value;
use std::time::Duration;
use webauthn_rs::prelude::{
    AttestationMetadata, AttestedPasskeyRegistration, COSEKey, COSEKeyType, Credential, Passkey,
    PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    Url, Uuid, Webauthn, WebauthnBuilder,
};

pub use refused::PasskeyRefused;
pub use roots::{AttestationRoots, Root, RootError};

/// How long a challenge may be answered: finding the key, touching it, typing a PIN. What is left over is
/// worthless after it.
pub const CHALLENGE_LASTS: Duration = Duration::from_secs(120);

/// The longest answer of a browser that is read, in bytes: those with a chain of certificates have fewer
/// than 8 KiB.
pub const LONGEST_ANSWER: usize = 32 * 1024;

/// The model of an authenticator that does not say which one it is.
const NO_MODEL: Uuid = Uuid::nil();

/// One door of a site, as browsers know it.
#[derive(Debug, Clone)]
pub struct Relying {
    webauthn: Webauthn,
}

/// For whom a key is made.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Whose it will be.
    pub person: &'a PersonId,
    /// Their login name, shown by the browser when they choose a key.
    pub login: &'a str,
    /// The keys that they have: no second one is made on the same authenticator.
    pub known: &'a [KeptPasskey],
    /// For an engineer: the makers whose attestation counts. `None` takes any passkey.
    pub roots: Option<&'a AttestationRoots>,
}

/// A registration between its two steps.
#[derive(Debug)]
pub struct Registering(Kind);

#[derive(Debug)]
enum Kind {
    Any(Box<PasskeyRegistration>),
    Attested(Box<AttestedPasskeyRegistration>, AttestationRoots),
}

/// A key that was made and verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadePasskey {
    /// SHA-256 of the id that its authenticator gave it.
    pub id: Digest,
    /// SHA-256 of its public key, in a form of our own (tag, algorithm, coordinates).
    pub key: Digest,
    /// The model of its authenticator (AAGUID).
    pub aaguid: String,
    /// The root that attests its authenticator, and so that the key stays there.
    pub attested: Option<Digest>,
    /// What is kept of it; opaque.
    pub credential: String,
}

/// A passkey as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPasskey {
    /// SHA-256 of its id.
    pub id: Digest,
    /// The device that it is at the same time.
    pub device: Option<DeviceId>,
    /// What is kept of it; opaque.
    pub credential: String,
}

/// A sign-in or a touch between its two steps.
#[derive(Debug)]
pub struct Authenticating {
    person: PersonId,
    known: Vec<KeptPasskey>,
    state: Box<PasskeyAuthentication>,
}

impl Authenticating {
    /// Whose keys may answer.
    pub fn person(&self) -> &PersonId {
        &self.person
    }
}

/// A passkey that has answered its challenge, its holder verified. Only this crate makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownPasskey {
    person: PersonId,
    id: Digest,
    device: Option<DeviceId>,
    before: String,
    after: String,
}

impl ShownPasskey {
    /// Whose it is.
    pub fn person(&self) -> &PersonId {
        &self.person
    }

    /// SHA-256 of its id.
    pub fn id(&self) -> &Digest {
        &self.id
    }

    /// The device that it is at the same time.
    pub fn device(&self) -> Option<&DeviceId> {
        self.device.as_ref()
    }

    /// What was kept of it, and what is to be kept from now on (its counter): to be changed only if the
    /// first still stands, or one answer of two is a copy's.
    pub fn kept(&self) -> (&str, &str) {
        (&self.before, &self.after)
    }
}

impl Relying {
    /// The door with this name and port. `None` if the name is none that a browser binds keys to.
    pub fn at(name: &str, port: u16, site_name: &str) -> Option<Self> {
        let origin = Url::parse(&format!("https://{name}:{port}")).ok()?;
        let builder = WebauthnBuilder::new(name, &origin).ok()?;
        let builder = builder.timeout(CHALLENGE_LASTS);
        let builder = match site_name.trim() {
            "" => builder,
            site => builder.rp_name(site),
        };
        let webauthn = builder.build().ok()?;
        Some(Self { webauthn })
    }

    /// Begins to make a key: what the browser is asked (JSON of `PublicKeyCredentialCreationOptions`),
    /// and what is kept until it answers.
    ///
    /// # Errors
    /// [`PasskeyRefused::NotAttested`] if no root is trusted; [`PasskeyRefused::Broken`] if a key that is
    /// kept cannot be read.
    pub fn begin_registration(
        &self,
        wanted: &Wanted<'_>,
    ) -> Result<(Value, Registering), PasskeyRefused> {
        let known: Result<Vec<_>, PasskeyRefused> = wanted
            .known
            .iter()
            .map(|kept| Ok(kept.read()?.cred_id().clone()))
            .collect();
        let (user, login) = (handle(wanted.person), wanted.login);
        let (options, kind) = match wanted.roots {
            None => self
                .webauthn
                .start_passkey_registration(user, login, login, Some(known?))
                .map(|(options, state)| (options, Kind::Any(Box::new(state)))),
            Some(roots) if roots.is_empty() => return Err(PasskeyRefused::NotAttested),
            Some(roots) => self
                .webauthn
                .start_attested_passkey_registration(
                    user,
                    login,
                    login,
                    Some(known?),
                    roots.list().clone(),
                    None,
                )
                .map(|(options, state)| {
                    let kind = Kind::Attested(Box::new(state), roots.clone());
                    (options, kind)
                }),
        }?;
        let options = serde_json::to_value(&options).map_err(|_| PasskeyRefused::Broken)?;
        Ok((plain(options)?, Registering(kind)))
    }

    /// Verifies the key that a browser has made (JSON of `RegistrationResponseJSON`).
    ///
    /// # Errors
    /// See [`PasskeyRefused`].
    pub fn finish_registration(
        &self,
        registering: &Registering,
        answer: &str,
    ) -> Result<MadePasskey, PasskeyRefused> {
        let answer: RegisterPublicKeyCredential = read(answer)?;
        match &registering.0 {
            Kind::Any(state) => {
                let made = self.webauthn.finish_passkey_registration(&answer, state)?;
                made_of(made, NO_MODEL, None)
            }
            Kind::Attested(state, roots) => {
                let made = self
                    .webauthn
                    .finish_attested_passkey_registration(&answer, state)?;
                let (AttestationMetadata::Packed { aaguid }
                | AttestationMetadata::Tpm { aaguid, .. }) = made.attestation().metadata
                else {
                    return Err(PasskeyRefused::NotAttested);
                };
                let by = made.verify_attestation(roots.list())?;
                let by = roots::sha256_of(by).ok_or(PasskeyRefused::NotAttested)?;
                made_of(Passkey::from(made), aaguid, Some(by))
            }
        }
    }

    /// Begins a sign-in or a touch of somebody with these keys: what the browser is asked (JSON of
    /// `PublicKeyCredentialRequestOptions`), and what is kept until it answers.
    ///
    /// # Errors
    /// [`PasskeyRefused::Broken`] if a key that is kept cannot be read.
    pub fn begin_authentication(
        &self,
        person: &PersonId,
        known: Vec<KeptPasskey>,
    ) -> Result<(Value, Authenticating), PasskeyRefused> {
        let keys: Result<Vec<Passkey>, _> = known.iter().map(KeptPasskey::read).collect();
        let (options, state) = self.webauthn.start_passkey_authentication(&keys?)?;
        let options = serde_json::to_value(&options).map_err(|_| PasskeyRefused::Broken)?;
        let authenticating = Authenticating {
            person: person.clone(),
            known,
            state: Box::new(state),
        };
        Ok((plain(options)?, authenticating))
    }

    /// What a browser is asked in the name of somebody who has no passkey, or whom nobody knows: it
    /// looks like anybody's (lesson L10), and nothing answers it.
    ///
    /// # Errors
    /// [`PasskeyRefused::Broken`] if it cannot be written.
    pub fn decoy(&self, ids: &[Vec<u8>]) -> Result<Value, PasskeyRefused> {
        let (options, _state) = self.webauthn.start_passkey_authentication(&[])?;
        let mut options = serde_json::to_value(&options).map_err(|_| PasskeyRefused::Broken)?;
        let listed = ids.iter().map(|id| {
            serde_json::json!({
                "type": "public-key",
                "id": data_encoding::BASE64URL_NOPAD.encode(id),
            })
        });
        let listed = Value::Array(listed.collect());
        let key = options
            .get_mut("publicKey")
            .ok_or(PasskeyRefused::Broken)?;
        if let Some(object) = key.as_object_mut() {
            object.insert("allowCredentials".to_owned(), listed);
        }
        plain(options)
    }

    /// Verifies the answer of a browser (JSON of `AuthenticationResponseJSON`).
    ///
    /// # Errors
    /// See [`PasskeyRefused`].
    pub fn finish_authentication(
        &self,
        authenticating: &Authenticating,
        answer: &str,
    ) -> Result<ShownPasskey, PasskeyRefused> {
        let answer: PublicKeyCredential = read(answer)?;
        let result = self
            .webauthn
            .finish_passkey_authentication(&answer, &authenticating.state)?;
        if !result.user_verified() {
            return Err(PasskeyRefused::NotVerified);
        }
        let id = sha256(result.cred_id().as_slice());
        let known = authenticating.known.iter().find(|kept| kept.id == id);
        let kept = known.ok_or(PasskeyRefused::NotTheirs)?;
        // A key that was bound to one device and can be copied now is no device any more.
        if kept.device.is_some() && result.backup_eligible() {
            return Err(PasskeyRefused::NotAttested);
        }
        let mut key = kept.read()?;
        key.update_credential(&result);
        Ok(ShownPasskey {
            person: authenticating.person.clone(),
            id,
            device: kept.device.clone(),
            before: kept.credential.clone(),
            after: write(&key)?,
        })
    }
}

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
    let client = data_encoding::BASE64URL_NOPAD.decode(client.as_bytes()).ok()?;
    let client: Client = serde_json::from_slice(&client).ok()?;
    Some(client.challenge)
}

impl KeptPasskey {
    fn read(&self) -> Result<Passkey, PasskeyRefused> {
        serde_json::from_str(&self.credential).map_err(|_| PasskeyRefused::Broken)
    }
}

fn made_of(
    made: Passkey,
    aaguid: Uuid,
    attested: Option<Digest>,
) -> Result<MadePasskey, PasskeyRefused> {
    let (id, credential) = (sha256(made.cred_id().as_slice()), write(&made)?);
    let inside = Credential::from(made);
    Ok(MadePasskey {
        id,
        key: digest_of_key(&inside.cred)?,
        aaguid: aaguid.to_string(),
        attested,
        credential,
    })
}

fn write(key: &Passkey) -> Result<String, PasskeyRefused> {
    serde_json::to_string(key).map_err(|_| PasskeyRefused::Broken)
}

fn read<T: serde::de::DeserializeOwned>(answer: &str) -> Result<T, PasskeyRefused> {
    if answer.len() > LONGEST_ANSWER {
        return Err(PasskeyRefused::Malformed);
    }
    serde_json::from_str(answer).map_err(|_| PasskeyRefused::Malformed)
}

/// The options themselves, without what only helps some browsers and fails in others: every extension
/// (user verification is checked in the answer, not asked for by one), and by which cable a key was once
/// reached, which would tell a real answer from a decoy.
fn plain(mut options: Value) -> Result<Value, PasskeyRefused> {
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
fn handle(person: &PersonId) -> Uuid {
    let hashed = tagged(b"sekisho/passkey-user/v1\0", &[person.to_string().as_bytes()]);
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(hashed.as_bytes()) {
        *to = *from;
    }
    Uuid::from_bytes(bytes)
}

/// The digest of a public key, of its algorithm and of each of its numbers with its length.
fn digest_of_key(key: &COSEKey) -> Result<Digest, PasskeyRefused> {
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

fn sha256(bytes: &[u8]) -> Digest {
    digest_from(digest(&SHA256, bytes).as_ref())
}

fn digest_from(bytes: &[u8]) -> Digest {
    let mut all = [0u8; 32];
    for (to, from) in all.iter_mut().zip(bytes) {
        *to = *from;
    }
    Digest(all)
}
