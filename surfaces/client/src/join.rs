//! Accepting an invitation: factors are set up, the device's key is made here and stays here, and
//! the site is pinned.
//!
//! Nothing gets its final name before the site has said `Joined`: a join that breaks off leaves no
//! half of a membership behind.

use std::io;
use std::path::Path;

use aws_lc_rs::rand;
use data_encoding::HEXLOWER;
use ids::{DeviceId, Digest, PersonId, SiteId, Timestamp};
use ledger::note::{NotAKey, SignedNote};
use ledger::witness::Memory;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tunnel::{ConnectError, Connection, DeviceKey, DialOptions, connect_for_join, why_closed};
use wire::invitation::Purpose;
use wire::join::{CODE_TRIES, JoinAnswer, JoinDevice, JoinRequest, JoinStart, Joined};
use wire::{Decoding, Invitation, Message, Misbehaviour, NotEncodable, Said, Secret, SecretBytes};

use crate::keep::{Draft, Home, KeepError, Membership, PINNED_VERSION, Pinned, WitnessKey};

/// What the invitee chooses. Which fields are needed follows from the invitation: see [`asks_for`].
#[derive(Debug, Clone, Default)]
pub struct JoinForm {
    /// Their name.
    pub name: Option<String>,
    /// The name to sign in with.
    pub login: Option<String>,
    /// How to reach them.
    pub contact: Option<String>,
    /// The passphrase.
    pub passphrase: Option<Secret>,
    /// What they call this device.
    pub device_label: Option<String>,
}

/// Which parts of the form an invitation asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsksFor {
    /// Name, sign-in name and contact.
    pub person: bool,
    /// A passphrase and one-time codes.
    pub factors: bool,
    /// A device.
    pub device: bool,
}

/// What an invitation asks for.
pub fn asks_for(purpose: Purpose) -> AsksFor {
    let (person, factors, device) = match purpose {
        Purpose::Person => (true, true, false),
        Purpose::Engineer => (true, true, true),
        Purpose::Device => (false, false, true),
        Purpose::Factors => (false, true, false),
    };
    AsksFor {
        person,
        factors,
        device,
    }
}

/// The secret of the one-time codes, to be shown once.
#[derive(Debug, Clone)]
pub struct Challenge {
    /// In base32, to be typed.
    pub secret: Secret,
    /// As an `otpauth:` address, for a QR code.
    pub otpauth: Secret,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Joining {
    /// The site as it is pinned now.
    pub membership: Membership,
    /// Who joined.
    pub person: PersonId,
    /// The device, which is pending until its words have been compared.
    pub device: Option<DeviceId>,
    /// The words of the device's key, to be read out by phone. Empty without a device.
    pub words: Vec<String>,
}

/// Why somebody did not join.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// The invitation has run out, by this computer's clock. It was not sent.
    #[error("the invitation ended at {0}")]
    Expired(Timestamp),
    /// A field that the invitation asks for was not given.
    #[error("the invitation asks for {0}")]
    Missing(&'static str),
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The site refused, with every reason.
    #[error("refused")]
    Refused(Vec<Said>),
    /// The site broke the protocol.
    #[error("the site's answer cannot be read: {0}")]
    Misbehaved(#[from] Misbehaviour),
    /// A field is too long.
    #[error("cannot be sent: {0}")]
    NotEncodable(#[from] NotEncodable),
    /// What the site says of itself does not fit the invitation or its own keys.
    #[error("the site's answer contradicts itself: {0}")]
    Contradiction(&'static str),
    /// A key could not be made.
    #[error("a key could not be made: {0}")]
    Key(String),
    /// The code was not entered.
    #[error("no code was entered: {0}")]
    NoCode(io::Error),
    /// It cannot be kept on this computer.
    #[error(transparent)]
    Keep(#[from] KeepError),
}

/// Accepts an invitation. `confirm` shows the secret of the one-time codes and returns a code made
/// from it; it is not called for a device alone, and again after a wrong code.
///
/// # Errors
/// Says why not; nothing of a membership is left behind then. The invitation is used up if the site
/// had said yes before this computer failed to write.
pub async fn join(
    home: &Home,
    invitation: &Invitation,
    form: JoinForm,
    options: &DialOptions,
    now: Timestamp,
    confirm: impl AsyncFnMut(Challenge) -> io::Result<Secret>,
) -> Result<Joining, JoinError> {
    if invitation.until <= now {
        return Err(JoinError::Expired(invitation.until));
    }
    let asks = asks_for(invitation.purpose);
    let held = held_already(home, invitation)?;
    let login = form.login.clone();
    let begun = home.begin(&invitation.site)?;
    let keys = if asks.device {
        Some(DeviceKeys::make(&invitation.site, &Draft(&begun))?)
    } else {
        None
    };
    let start = start(invitation, asks, form, keys.as_ref())?;
    let outcome = converse(invitation, start, options, confirm).await;
    let joined = match outcome.and_then(|joined| check(invitation, asks, joined)) {
        Ok(joined) => joined,
        Err(error) => {
            discard(&begun);
            return Err(error);
        }
    };
    let (person, device, words) = (
        joined.person.clone(),
        joined.device.as_ref().map(|device| device.id.clone()),
        joined
            .device
            .as_ref()
            .map(|device| device.words.clone())
            .unwrap_or_default(),
    );
    let membership = match held {
        // New factors for somebody whom this computer knows: everything else stays.
        Some(membership) => {
            discard(&begun);
            membership
        }
        None => {
            write(&Draft(&begun), invitation, joined, login)?;
            home.finish(&begun, &invitation.site)?
        }
    };
    Ok(Joining {
        membership,
        person,
        device,
        words,
    })
}

/// What this computer has of the site already: fine for new factors, in the way of everything else.
fn held_already(home: &Home, invitation: &Invitation) -> Result<Option<Membership>, JoinError> {
    match (home.site(&invitation.site), invitation.purpose) {
        (Err(KeepError::NotJoined), _) => Ok(None),
        (Ok(membership), Purpose::Factors) => Ok(Some(membership)),
        (Ok(_), _) => Err(JoinError::Keep(KeepError::AlreadyJoined {
            site: invitation.site.clone(),
        })),
        (Err(error), _) => Err(error.into()),
    }
}

/// The key pair of the device, and the key with which it cosigns.
struct DeviceKeys {
    csr: Vec<u8>,
    witness: String,
}

impl DeviceKeys {
    fn make(site: &SiteId, draft: &Draft<'_>) -> Result<Self, JoinError> {
        let failed = |error: &dyn std::fmt::Display| JoinError::Key(error.to_string());
        let key = DeviceKey::generate().map_err(|error| failed(&error))?;
        let witness = witness_key(site)?;
        let signer = witness.signer().map_err(|error: NotAKey| failed(&error))?;
        draft.device_key(&key.pkcs8())?;
        draft.witness_key(&witness)?;
        Ok(Self {
            csr: key.request().map_err(|error| failed(&error))?,
            witness: signer.verifier().to_string(),
        })
    }
}

/// A new cosigning key. Its name says whose ledger it watches; 8 random bytes tell devices apart.
fn witness_key(site: &SiteId) -> Result<WitnessKey, KeepError> {
    let mut seed = vec![0u8; 32];
    let mut name = [0u8; 8];
    rand::fill(&mut seed).map_err(|_| KeepError::NoRandomness)?;
    rand::fill(&mut name).map_err(|_| KeepError::NoRandomness)?;
    Ok(WitnessKey {
        name: format!("sekisho/{site}/device/{}", HEXLOWER.encode(&name)),
        seed: SecretBytes::new(seed),
    })
}

fn start(
    invitation: &Invitation,
    asks: AsksFor,
    form: JoinForm,
    keys: Option<&DeviceKeys>,
) -> Result<JoinStart, JoinError> {
    let asked = |wanted: bool, what: &'static str, value: Option<String>| match value {
        Some(value) if wanted => Ok(Some(value)),
        None if wanted => Err(JoinError::Missing(what)),
        _ => Ok(None),
    };
    let device = match keys {
        None => None,
        Some(keys) => Some(JoinDevice {
            csr: keys.csr.clone().into(),
            witness: keys.witness.clone(),
            label: form
                .device_label
                .ok_or(JoinError::Missing("device label"))?,
        }),
    };
    let passphrase = match form.passphrase {
        Some(passphrase) if asks.factors => Some(passphrase),
        None if asks.factors => return Err(JoinError::Missing("passphrase")),
        _ => None,
    };
    Ok(JoinStart {
        invitation: invitation.id.clone(),
        secret: invitation.secret.clone(),
        name: asked(asks.person, "name", form.name)?,
        login: asked(asks.person, "login", form.login)?,
        contact: asked(asks.person, "contact", form.contact)?,
        passphrase,
        device,
    })
}

async fn converse(
    invitation: &Invitation,
    start: JoinStart,
    options: &DialOptions,
    mut confirm: impl AsyncFnMut(Challenge) -> io::Result<Secret>,
) -> Result<Joined, JoinError> {
    let mut site = connect_for_join(
        &invitation.address,
        &invitation.name,
        invitation.ca,
        options,
    )
    .await?;
    send(&mut site, &JoinRequest::Start(Box::new(start))).await?;
    let answer = match receive(&mut site).await? {
        JoinAnswer::Challenge {
            totp_secret,
            otpauth,
        } => {
            let challenge = Challenge {
                secret: totp_secret,
                otpauth,
            };
            prove(&mut site, &challenge, &mut confirm).await?
        }
        done @ (JoinAnswer::Joined(_) | JoinAnswer::Refused { .. }) => done,
    };
    // The site may have closed already.
    let _ = site.stream.shutdown().await;
    match answer {
        JoinAnswer::Joined(joined) => Ok(*joined),
        JoinAnswer::Refused { reasons } => Err(JoinError::Refused(reasons)),
        JoinAnswer::Challenge { .. } => Err(JoinError::Contradiction("two challenges")),
    }
}

/// Shows codes until one is right, or as often as the site lets us.
async fn prove(
    site: &mut Connection,
    challenge: &Challenge,
    confirm: &mut impl AsyncFnMut(Challenge) -> io::Result<Secret>,
) -> Result<JoinAnswer, JoinError> {
    let mut shown = 0;
    loop {
        let code = confirm(challenge.clone())
            .await
            .map_err(JoinError::NoCode)?;
        send(site, &JoinRequest::Confirm { code }).await?;
        shown += 1;
        match receive(site).await? {
            JoinAnswer::Refused { reasons } if shown < CODE_TRIES && is_wrong_code(&reasons) => {}
            answer @ (JoinAnswer::Challenge { .. }
            | JoinAnswer::Joined(_)
            | JoinAnswer::Refused { .. }) => return Ok(answer),
        }
    }
}

fn is_wrong_code(reasons: &[Said]) -> bool {
    reasons.iter().all(|reason| reason.id == "join-code-wrong")
}

async fn send<M: Message>(site: &mut Connection, message: &M) -> Result<(), JoinError> {
    let frame = zeroize::Zeroizing::new(wire::encode(message)?);
    let sent = async {
        site.stream.write_all(&frame).await?;
        site.stream.flush().await
    };
    sent.await.map_err(|error| why_closed(error).into())
}

async fn receive<M: Message>(site: &mut Connection) -> Result<M, JoinError> {
    let mut bytes = Vec::new();
    loop {
        match wire::decode(&bytes)? {
            Decoding::Complete { message, .. } => return Ok(message),
            Decoding::Needs(_) => {}
        }
        let read = site.stream.read_buf(&mut bytes).await;
        if read.map_err(why_closed)? == 0 {
            return Err(ConnectError::ClosedWithoutAnswer.into());
        }
    }
}

/// What is pinned must be what the invitation spoke of.
fn check(invitation: &Invitation, asks: AsksFor, joined: Joined) -> Result<Joined, JoinError> {
    if joined.site != invitation.site {
        return Err(JoinError::Contradiction("another site"));
    }
    if tunnel::fingerprint(&joined.ca.0) != invitation.ca {
        return Err(JoinError::Contradiction("another certificate authority"));
    }
    if joined.device.is_some() != asks.device {
        return Err(JoinError::Contradiction("device"));
    }
    Ok(joined)
}

fn write(
    draft: &Draft<'_>,
    invitation: &Invitation,
    joined: Joined,
    login: Option<String>,
) -> Result<(), JoinError> {
    let key = |text: &str, what| {
        text.parse()
            .map_err(|_: NotAKey| JoinError::Contradiction(what))
    };
    let site_key = key(&joined.site_vkey, "the site's key")?;
    let note = SignedNote::decode(joined.checkpoint.as_bytes())
        .map_err(|_| JoinError::Contradiction("the checkpoint"))?;
    let memory = Memory::pin(&note, &site_key, joined.resumed)
        .map_err(|_| JoinError::Contradiction("the checkpoint's signature"))?;
    draft.memory(&memory)?;
    let device = match joined.device {
        None => None,
        Some(device) => {
            draft.device_certificate(&device.certificate.0)?;
            Some(device.id)
        }
    };
    draft.pinned(&Pinned {
        v: PINNED_VERSION,
        site: joined.site,
        site_name: joined.site_name,
        address: invitation.address.clone(),
        name: invitation.name.clone(),
        ca: joined.ca,
        kit_key: key(&joined.kit_vkey, "the recovery kit's key")?,
        site_key,
        person: joined.person,
        login,
        device,
    })?;
    Ok(())
}

fn discard(begun: &Path) {
    // What stays is removed at the next try.
    let _ = std::fs::remove_dir_all(begun);
}

/// SHA-256 of a CA certificate as an invitation carries it.
pub fn ca_fingerprint(certificate: &[u8]) -> Digest {
    tunnel::fingerprint(certificate)
}
