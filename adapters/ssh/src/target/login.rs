//! Signing in to a target with a secret that the engineer never sees.

use std::fmt;

use russh::client::{AuthResult, Handle, KeyboardInteractiveAuthResponse, Prompt};
use russh::keys::agent::AgentIdentity;
use russh::keys::signature::Signer as _;
use russh::keys::ssh_encoding::Encode as _;
use russh::keys::ssh_key::Signature;
use russh::keys::{HashAlg, PrivateKey};
use russh::{MethodKind, MethodSet, Signer};
use zeroize::Zeroizing;

use super::DialError;
use super::handler::Handler;
use crate::certificate::LoginCertificate;
use crate::key::{HostKey, KeyError, check_private_key, read_private};
use crate::limits::MOST_QUESTIONS;

/// What a login is proved with. Wiped when dropped, hidden in `Debug`.
pub enum Secret {
    /// A password: by the method `password`, or to the one unechoed question of
    /// `keyboard-interactive`.
    Password(Zeroizing<String>),
    /// An OpenSSH private key file without passphrase, Ed25519 or ECDSA.
    PrivateKey(Zeroizing<String>),
    /// A certificate, and the private key file for which it was made ([`certify`](crate::certify)).
    Certificate {
        /// The private key file.
        key: Zeroizing<String>,
        /// What an authority says of it.
        certificate: LoginCertificate,
    },
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password(_) => "Secret::Password(hidden)",
            Self::PrivateKey(_) => "Secret::PrivateKey(hidden)",
            Self::Certificate { .. } => "Secret::Certificate(hidden)",
        })
    }
}

/// Who we are to the target.
#[derive(Debug)]
pub struct TargetLogin {
    /// The login that the hospital registered.
    pub user: String,
    /// Its secret, from the vault.
    pub secret: Secret,
}

/// What a login is proved by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A password.
    Password,
    /// A signature of the private half of this key.
    Key(HostKey),
    /// A signature of the private half of the key for which this was made.
    Certificate(LoginCertificate),
}

/// Who proves a login: the secret itself, or somebody who has it and does not give it away.
pub trait Prover: Send {
    /// The password. Asked for when the target has shown its pinned key, and not before.
    fn password(&mut self) -> impl Future<Output = Option<Zeroizing<String>>> + Send;

    /// The signature of a challenge (RFC 4252 §7), as SSH encodes one.
    fn signature(&mut self, challenge: &[u8]) -> impl Future<Output = Option<Vec<u8>>> + Send;
}

/// How a target is signed in at.
pub(super) struct SignIn<'a, P> {
    pub(super) user: &'a str,
    pub(super) by: Proof,
    pub(super) prover: P,
}

impl TargetLogin {
    /// What this login is proved by.
    ///
    /// # Errors
    /// If its key cannot be used.
    pub fn proof(&self) -> Result<Proof, KeyError> {
        match &self.secret {
            Secret::Password(_) => Ok(Proof::Password),
            Secret::PrivateKey(pem) => check_private_key(pem).map(Proof::Key),
            Secret::Certificate { certificate, .. } => Ok(Proof::Certificate(certificate.clone())),
        }
    }

    /// Signs the challenge of a target that lets this login in by its key (RFC 4252 §7), and nothing that
    /// is not one for this login and this key. `None` for that, and without a key.
    pub fn sign(&self, challenge: &[u8]) -> Option<Vec<u8>> {
        let (key, shown) = match &self.secret {
            Secret::Password(_) => return None,
            Secret::PrivateKey(pem) => {
                let key = read_private(pem).ok()?;
                let shown = Shown::key(&key)?;
                (key, shown)
            }
            Secret::Certificate { key, certificate } => {
                (read_private(key).ok()?, Shown::certificate(certificate)?)
            }
        };
        let (length, rest) = challenge.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (_session, asked) = rest.split_at_checked(length)?;
        if !SESSION_ID.contains(&length) || asked != shown.wanted(&self.user) {
            return None;
        }
        let mut signature = Vec::new();
        let signed: Signature = key.try_sign(challenge).ok()?;
        signed.encode(&mut signature).ok()?;
        Some(signature)
    }
}

/// How long the name of a connection can be, in bytes: a digest of SHA-256 to SHA-512.
const SESSION_ID: std::ops::RangeInclusive<usize> = 32..=64;

/// `SSH_MSG_USERAUTH_REQUEST` (RFC 4252 §6).
const REQUEST: u8 = 50;

/// What a target is shown of a key: its kind, and the key or what an authority says of it.
struct Shown {
    kind: String,
    blob: Vec<u8>,
}

impl Shown {
    fn key(key: &PrivateKey) -> Option<Self> {
        Some(Self {
            kind: key.algorithm().as_str().to_owned(),
            blob: key.public_key().to_bytes().ok()?,
        })
    }

    fn certificate(certificate: &LoginCertificate) -> Option<Self> {
        let certificate = certificate.certificate();
        Some(Self {
            kind: certificate.algorithm().to_certificate_type(),
            blob: certificate.to_bytes().ok()?,
        })
    }

    /// What stands in a challenge behind the connection's name.
    fn wanted(&self, user: &str) -> Vec<u8> {
        let mut wanted = vec![REQUEST];
        string(&mut wanted, user.as_bytes());
        string(&mut wanted, b"ssh-connection");
        string(&mut wanted, b"publickey");
        wanted.push(1);
        string(&mut wanted, self.kind.as_bytes());
        string(&mut wanted, &self.blob);
        wanted
    }
}

/// A string of SSH (RFC 4251 §5).
fn string(packet: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    packet.extend(length.to_be_bytes());
    packet.extend(bytes);
}

/// The secret is here.
pub(super) struct AtHand<'a>(pub(super) &'a TargetLogin);

impl Prover for AtHand<'_> {
    async fn password(&mut self) -> Option<Zeroizing<String>> {
        match &self.0.secret {
            Secret::Password(password) => Some(password.clone()),
            Secret::PrivateKey(_) | Secret::Certificate { .. } => None,
        }
    }

    async fn signature(&mut self, challenge: &[u8]) -> Option<Vec<u8>> {
        self.0.sign(challenge)
    }
}

pub(super) async fn sign_in<P: Prover>(
    handle: &mut Handle<Handler>,
    login: SignIn<'_, P>,
) -> Result<(), DialError> {
    let SignIn {
        user,
        by,
        mut prover,
    } = login;
    let left = match by {
        Proof::Key(key) => by_key(handle, user, &key, &mut prover).await?,
        Proof::Certificate(shown) => by_certificate(handle, user, &shown, &mut prover).await?,
        Proof::Password => {
            let password = prover.password().await.ok_or_else(not_proved)?;
            by_password(handle, user, &password).await?
        }
    };
    match left {
        None => Ok(()),
        Some(methods) => Err(DialError::LoginRefused {
            user: user.to_owned(),
            offers: names(&methods),
        }),
    }
}

fn not_proved() -> DialError {
    DialError::Ended("nobody proves the login".to_owned())
}

/// The name that our own client gives: nobody looks at it.
const PAGE: &str = "page";

/// Signs in at our own server.
pub(super) async fn sign_in_with_nothing(handle: &mut Handle<Handler>) -> Result<(), DialError> {
    let answer = handle.authenticate_none(PAGE).await;
    match left(answer.map_err(ended)?) {
        None => Ok(()),
        Some(methods) => Err(DialError::LoginRefused {
            user: PAGE.to_owned(),
            offers: names(&methods),
        }),
    }
}

/// `None`: signed in. Otherwise what the target would go on with.
type Left = Option<MethodSet>;

async fn by_key(
    handle: &mut Handle<Handler>,
    user: &str,
    key: &HostKey,
    prover: &mut impl Prover,
) -> Result<Left, DialError> {
    let mut signing = Signing(prover);
    let key = key.public().clone();
    let answer = handle.authenticate_publickey_with(user, key, None, &mut signing);
    answer.await.map(left).map_err(|NotSigned| not_proved())
}

async fn by_certificate(
    handle: &mut Handle<Handler>,
    user: &str,
    shown: &LoginCertificate,
    prover: &mut impl Prover,
) -> Result<Left, DialError> {
    let mut signing = Signing(prover);
    let shown = shown.certificate().clone();
    let answer = handle.authenticate_certificate_with(user, shown, None, &mut signing);
    answer.await.map(left).map_err(|NotSigned| not_proved())
}

/// What `russh` has sign for it.
struct Signing<'a, P>(&'a mut P);

/// The prover did not, or the connection is over.
struct NotSigned;

impl From<russh::SendError> for NotSigned {
    fn from(_: russh::SendError) -> Self {
        Self
    }
}

impl<P: Prover> Signer for Signing<'_, P> {
    type Error = NotSigned;

    async fn auth_sign(
        &mut self,
        _key: &AgentIdentity,
        _hash: Option<HashAlg>,
        mut challenge: Vec<u8>,
    ) -> Result<Vec<u8>, NotSigned> {
        let signature = self.0.signature(&challenge).await.ok_or(NotSigned)?;
        // The signature is a string behind what it signs.
        string(&mut challenge, &signature);
        Ok(challenge)
    }
}

async fn by_password(
    handle: &mut Handle<Handler>,
    user: &str,
    password: &Zeroizing<String>,
) -> Result<Left, DialError> {
    let answer = handle.authenticate_password(user, password.as_str()).await;
    match left(answer.map_err(ended)?) {
        Some(methods) if methods.contains(&MethodKind::KeyboardInteractive) => {
            by_question(handle, user, password).await
        }
        done => Ok(done),
    }
}

async fn by_question(
    handle: &mut Handle<Handler>,
    user: &str,
    password: &Zeroizing<String>,
) -> Result<Left, DialError> {
    let started = handle.authenticate_keyboard_interactive_start(user, None::<String>);
    let mut asked = started.await.map_err(ended)?;
    let mut told = false;
    for _ in 0..MOST_QUESTIONS {
        let answers = match asked {
            KeyboardInteractiveAuthResponse::Success => return Ok(None),
            KeyboardInteractiveAuthResponse::Failure {
                remaining_methods, ..
            } => return Ok(Some(remaining_methods)),
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => {
                match prompts.as_slice() {
                    [] => Vec::new(),
                    // Once, and never where it would be shown.
                    [Prompt { echo: false, .. }] if !told => {
                        told = true;
                        vec![password.as_str().to_owned()]
                    }
                    _ => break,
                }
            }
        };
        let answered = handle.authenticate_keyboard_interactive_respond(answers);
        asked = answered.await.map_err(ended)?;
    }
    let only = [MethodKind::KeyboardInteractive];
    Ok(Some(MethodSet::from(&only[..])))
}

fn left(answer: AuthResult) -> Left {
    match answer {
        AuthResult::Success => None,
        AuthResult::Failure {
            remaining_methods, ..
        } => Some(remaining_methods),
    }
}

fn names(methods: &MethodSet) -> String {
    let names: Vec<String> = methods.iter().map(String::from).collect();
    names.join(", ")
}

fn ended(error: russh::Error) -> DialError {
    DialError::Ended(error.to_string())
}

#[cfg(test)]
mod tests {
    use russh::keys::signature::Verifier;
    use russh::keys::ssh_encoding::Decode;

    use super::*;
    use crate::key::LoginKey;

    fn login(user: &str, key: &LoginKey) -> TargetLogin {
        TargetLogin {
            user: user.to_owned(),
            secret: Secret::PrivateKey(key.pem().unwrap()),
        }
    }

    fn challenge(session: usize, user: &str, key: &LoginKey) -> Vec<u8> {
        let mut challenge = Vec::new();
        string(&mut challenge, &vec![7; session]);
        let key = read_private(&key.pem().unwrap()).unwrap();
        challenge.extend(Shown::key(&key).unwrap().wanted(user));
        challenge
    }

    #[test]
    fn a_challenge_for_this_login_and_this_key_is_signed() {
        let key = LoginKey::generate().unwrap();
        let login = login("maint", &key);
        let Ok(Proof::Key(public)) = login.proof() else {
            panic!("no key");
        };
        let challenge = challenge(32, "maint", &key);
        let signed = login.sign(&challenge).unwrap();
        let signature = Signature::decode(&mut signed.as_slice()).unwrap();
        public
            .public()
            .key_data()
            .verify(&challenge, &signature)
            .unwrap();
    }

    #[test]
    fn nothing_else_is_signed() {
        let (key, other) = (LoginKey::generate().unwrap(), LoginKey::generate().unwrap());
        let login = login("maint", &key);
        let right = challenge(32, "maint", &key);
        let longer = [right.as_slice(), b"x"].concat();
        let mut another_kind = right.clone();
        another_kind[36] = 51;
        for wrong in [
            challenge(32, "root", &key),
            challenge(32, "maint", &other),
            challenge(8, "maint", &key),
            challenge(96, "maint", &key),
            right[..right.len() - 1].to_vec(),
            longer,
            another_kind,
            Vec::new(),
            vec![0xff; 8],
        ] {
            assert!(login.sign(&wrong).is_none(), "{wrong:?}");
        }
        let password = TargetLogin {
            user: "maint".to_owned(),
            secret: Secret::Password(Zeroizing::new("juniper".to_owned())),
        };
        assert_eq!(password.proof(), Ok(Proof::Password));
        assert!(password.sign(&right).is_none());
    }
    #[test]
    fn what_a_certificate_was_made_for_signs_for_it_alone() {
        let authority = LoginKey::generate().unwrap().pem().unwrap();
        let of = crate::Certified {
            user: "maint",
            key_id: "session-7",
            serial: 7,
            from: 100,
            until: 400,
        };
        let secret = crate::certify(&authority, &of).unwrap();
        let Secret::Certificate { key, certificate } = &secret else {
            panic!("another secret");
        };
        let named = |shown: Shown, user: &str| {
            let mut challenge = Vec::new();
            string(&mut challenge, &[7; 32]);
            challenge.extend(shown.wanted(user));
            challenge
        };
        let bare = Shown::key(&read_private(key).unwrap()).unwrap();
        let of_it = || Shown::certificate(certificate).unwrap();
        let challenges = [
            named(of_it(), "maint"),
            named(of_it(), "root"),
            named(bare, "maint"),
        ];
        let login = TargetLogin {
            user: "maint".to_owned(),
            secret,
        };
        let signed = challenges.map(|challenge| login.sign(&challenge).is_some());
        assert_eq!(signed, [true, false, false]);
        assert!(!format!("{login:?}").contains("PRIVATE"));
    }
}
