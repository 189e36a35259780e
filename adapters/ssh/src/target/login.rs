//! Signing in to a target with a secret that the engineer never sees.

use std::fmt;
use std::sync::Arc;

use russh::client::{AuthResult, Handle, KeyboardInteractiveAuthResponse, Prompt};
use russh::keys::PrivateKeyWithHashAlg;
use russh::{MethodKind, MethodSet};
use zeroize::Zeroizing;

use super::DialError;
use super::handler::Handler;
use crate::key::read_private;
use crate::limits::MOST_QUESTIONS;

/// What a login is proved with. Wiped when dropped, hidden in `Debug`.
pub enum Secret {
    /// A password: by the method `password`, or to the one unechoed question of
    /// `keyboard-interactive`.
    Password(Zeroizing<String>),
    /// An OpenSSH private key file without passphrase, Ed25519 or ECDSA.
    PrivateKey(Zeroizing<String>),
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password(_) => "Secret::Password(hidden)",
            Self::PrivateKey(_) => "Secret::PrivateKey(hidden)",
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

pub(super) async fn sign_in(
    handle: &mut Handle<Handler>,
    login: &TargetLogin,
) -> Result<(), DialError> {
    let left = match &login.secret {
        Secret::PrivateKey(pem) => by_key(handle, &login.user, pem).await?,
        Secret::Password(password) => by_password(handle, &login.user, password).await?,
    };
    match left {
        None => Ok(()),
        Some(methods) => Err(DialError::LoginRefused {
            user: login.user.clone(),
            offers: names(&methods),
        }),
    }
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

async fn by_key(handle: &mut Handle<Handler>, user: &str, pem: &str) -> Result<Left, DialError> {
    let key = read_private(pem).map_err(DialError::SecretUnusable)?;
    let key = PrivateKeyWithHashAlg::new(Arc::new(key), None);
    let answer = handle.authenticate_publickey(user, key).await;
    answer.map(left).map_err(ended)
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
