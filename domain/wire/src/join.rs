//! The join protocol, ALPN `sekisho-join/1`: an invited person sets up their factors and device.
//!
//! ```text
//! invitee → Start      what the invitation asks for
//! site    → Challenge  the secret of the one-time codes (not for a device alone), or Refused
//! invitee → Confirm    a code made from it
//! site    → Joined     or Refused
//! ```
//!
//! For an invitation of [`crate::Purpose::Device`] the answer to `Start` is `Joined` at once.

use ids::{DeviceId, InvitationId, PersonId, SiteId};
use serde::{Deserialize, Serialize};

use crate::frame::Message;
use crate::frame::sealed::Sealed;
use crate::invitation::{MAX_SECRET, MIN_SECRET};
use crate::misbehaviour::{Misbehaviour, within};
use crate::said::Said;
use crate::secret::{Bytes, Secret, SecretBytes};
use crate::session::check_reasons;

/// A person's name or way to be reached: a line of text.
pub const MAX_LINE: usize = 256;
/// A login name: a word, in any script.
pub const MAX_LOGIN: usize = 128;
/// A passphrase: many words in Japanese take three bytes a character; more would only buy hashing time.
pub const MAX_PASSPHRASE: usize = 1024;
/// A one-time code has 6 digits.
pub const MAX_CODE: usize = 16;
/// A certificate signing request or certificate of an elliptic-curve key takes 300 to 700 bytes.
pub const MAX_DER: usize = 4096;
/// A C2SP verifier key is a name and 48 characters.
pub const MAX_VKEY: usize = 384;
/// A checkpoint with its cosignatures.
pub const MAX_CHECKPOINT: usize = 6 * 1024;
/// A host name (RFC 1035 §2.3.4).
pub const MAX_NAME: usize = 253;
/// The address for an authenticator: base32 secret, issuer and account.
pub const MAX_OTPAUTH: usize = 1024;
/// The words of a device's key.
pub const MAX_WORDS: usize = 16;

/// How often a code may be shown on one connection: after a wrong one the site answers `Refused` and
/// waits for the next, after the last it closes.
pub const CODE_TRIES: u8 = 3;

/// What the invitee sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum JoinRequest {
    /// Begins.
    Start(Box<JoinStart>),
    /// Shows that the one-time codes work.
    Confirm {
        /// The code.
        code: Secret,
    },
}

/// The beginning. Which fields are needed depends on what the invitation is for; the site decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinStart {
    /// Which invitation.
    pub invitation: InvitationId,
    /// Its one-use secret.
    pub secret: SecretBytes,
    /// The person's name. A new person gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The name to sign in with. A new person gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// How to reach the person. A new person gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The passphrase. For a new person, or new factors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passphrase: Option<Secret>,
    /// The device. For an engineer, or one more device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<JoinDevice>,
}

/// A device as it asks to be enrolled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinDevice {
    /// A certificate signing request (PKCS #10, DER): the public key, and the proof that the sender
    /// holds the private one, which never leaves the device.
    pub csr: Bytes,
    /// The key with which it will cosign checkpoints (C2SP verifier key).
    pub witness: String,
    /// What its owner calls it.
    pub label: String,
}

/// What the site answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum JoinAnswer {
    /// The secret of the one-time codes, shown once.
    Challenge {
        /// In base32, to be typed.
        totp_secret: Secret,
        /// As an `otpauth:` address, for a QR code.
        otpauth: Secret,
    },
    /// Done.
    Joined(Box<Joined>),
    /// Every reason why not; the connection is closed.
    Refused {
        /// The reasons.
        reasons: Vec<Said>,
    },
}

/// What a person, and their device, keep of the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Joined {
    /// Who joined.
    pub person: PersonId,
    /// The site.
    pub site: SiteId,
    /// What the site is called.
    pub site_name: String,
    /// The engineers' name (SNI).
    pub engineers_name: String,
    /// The console's name (SNI).
    pub console_name: String,
    /// The site's CA certificate, DER.
    pub ca: Bytes,
    /// The site's verifier key (C2SP).
    pub site_vkey: String,
    /// The recovery kit's verifier key (C2SP).
    pub kit_vkey: String,
    /// The checkpoint from which this device's memory as a witness begins (C2SP signed note).
    pub checkpoint: String,
    /// How often the recovery kit had resumed the ledger by then: an older statement of the kit does
    /// not bind this device.
    pub resumed: u64,
    /// The device that was enrolled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<JoinedDevice>,
}

/// An enrolled device; pending until its words have been compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinedDevice {
    /// Its id.
    pub id: DeviceId,
    /// Its certificate, DER.
    pub certificate: Bytes,
    /// The words of its key, to be read out by phone.
    pub words: Vec<String>,
}

impl Sealed for JoinRequest {}

impl Message for JoinRequest {
    const NAME: &'static str = "JoinRequest";

    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            Self::Start(start) => start.check(),
            Self::Confirm { code } => within("code", code.reveal(), 1, MAX_CODE),
        }
    }
}

impl JoinStart {
    fn check(&self) -> Result<(), Misbehaviour> {
        let secret = self.secret.reveal().len();
        if secret < MIN_SECRET {
            return Err(Misbehaviour::FieldEmpty { field: "secret" });
        }
        if secret > MAX_SECRET {
            return Err(Misbehaviour::FieldTooLong {
                field: "secret",
                most: MAX_SECRET,
            });
        }
        if let Some(name) = &self.name {
            within("name", name, 1, MAX_LINE)?;
        }
        if let Some(login) = &self.login {
            within("login", login, 1, MAX_LOGIN)?;
        }
        if let Some(contact) = &self.contact {
            within("contact", contact, 1, MAX_LINE)?;
        }
        if let Some(passphrase) = &self.passphrase {
            within("passphrase", passphrase.reveal(), 1, MAX_PASSPHRASE)?;
        }
        self.device.as_ref().map_or(Ok(()), JoinDevice::check)
    }
}

impl JoinDevice {
    fn check(&self) -> Result<(), Misbehaviour> {
        check_der("device.csr", &self.csr)?;
        within("device.witness", &self.witness, 1, MAX_VKEY)?;
        within("device.label", &self.label, 1, MAX_LINE)
    }
}

impl Sealed for JoinAnswer {}

impl Message for JoinAnswer {
    const NAME: &'static str = "JoinAnswer";

    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            Self::Challenge {
                totp_secret,
                otpauth,
            } => {
                within("totp_secret", totp_secret.reveal(), 1, MAX_OTPAUTH)?;
                within("otpauth", otpauth.reveal(), 1, MAX_OTPAUTH)
            }
            Self::Joined(joined) => joined.check(),
            Self::Refused { reasons } => check_reasons(reasons),
        }
    }
}

impl Joined {
    fn check(&self) -> Result<(), Misbehaviour> {
        within("site_name", &self.site_name, 1, MAX_LINE)?;
        within("engineers_name", &self.engineers_name, 1, MAX_NAME)?;
        within("console_name", &self.console_name, 1, MAX_NAME)?;
        check_der("ca", &self.ca)?;
        within("site_vkey", &self.site_vkey, 1, MAX_VKEY)?;
        within("kit_vkey", &self.kit_vkey, 1, MAX_VKEY)?;
        within("checkpoint", &self.checkpoint, 1, MAX_CHECKPOINT)?;
        let Some(device) = &self.device else {
            return Ok(());
        };
        check_der("device.certificate", &device.certificate)?;
        if device.words.len() > MAX_WORDS {
            return Err(Misbehaviour::TooManyItems {
                field: "device.words",
                most: MAX_WORDS,
            });
        }
        device
            .words
            .iter()
            .try_for_each(|word| within("device.words", word, 1, MAX_SENTENCE_WORD))
    }
}

/// One word in hiragana.
const MAX_SENTENCE_WORD: usize = 64;

fn check_der(field: &'static str, der: &Bytes) -> Result<(), Misbehaviour> {
    if der.0.is_empty() {
        Err(Misbehaviour::FieldEmpty { field })
    } else if der.0.len() > MAX_DER {
        Err(Misbehaviour::FieldTooLong {
            field,
            most: MAX_DER,
        })
    } else {
        Ok(())
    }
}
