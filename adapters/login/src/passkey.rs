//! Passkeys (W3C Web Authentication, Level 3): both ceremonies as functions of their arguments, with
//! their state given out and taken back.
//!
//! The name that a key is bound to (RP ID) is the exact name of the door; the origin that is taken is
//! that name and port, and no other. The holder is verified by the authenticator, always (UV): a passkey
//! is possession and a PIN or biometry in one. What a key's own flag says of copies proves nothing; its
//! maker's signature under a root that the hospital trusts does (decision 0020).

mod forms;
mod kept;
mod refused;
mod roots;

use std::time::Duration;

use ids::{Digest, PersonId};
use serde_json::Value;
use webauthn_rs::prelude::{
    AttestationMetadata, AttestedPasskeyRegistration, Credential, Passkey, PasskeyAuthentication,
    PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url, Uuid, Webauthn,
    WebauthnBuilder,
};

use forms::{digest_of_key, handle, plain, read, sha256};

pub use forms::challenge_of;
pub use kept::{KeptPasskey, MadePasskey, ShownPasskey};
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
        let key = options.get_mut("publicKey").ok_or(PasskeyRefused::Broken)?;
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
