//! Setting a target's secret: judged first, sealed before its entry, the older ones removed after it.

use access::{Command, Reason, Refusal, SecretKind, SecretWeakness};
use ids::TargetId;
use login::Identity;
use zeroize::Zeroizing;

use super::made::tagged;
use super::{AUTHORITY, Account, KEY, NewSecret, PASSWORD, SetSecretError, reference, weak};
use crate::{Engine, writer};

/// The longest password: no system takes a longer one.
const LONGEST_PASSWORD: usize = 1024;

/// A secret that was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretSet {
    /// For a key or an authority: the line for the target's `authorized_keys`.
    pub public: Option<String>,
    /// In what it is weak.
    pub weak: Vec<SecretWeakness>,
}

/// A secret that may be kept: its kind, the bytes to be sealed, and what the world may know of it.
pub(super) struct Prepared {
    pub(super) kind: SecretKind,
    pub(super) plain: Zeroizing<Vec<u8>>,
    pub(super) public: Option<String>,
}

impl Engine {
    /// Sets the secret of an account of a target; gives the line for the target's `authorized_keys`, if it is
    /// a key. Nothing gives the secret back.
    ///
    /// # Errors
    /// If the caller may not, the secret is not possible or too weak, or it cannot be kept.
    pub async fn set_target_secret(
        &self,
        by: &Identity,
        target: &TargetId,
        account: Account,
        secret: NewSecret,
    ) -> Result<Option<String>, SetSecretError> {
        let set = self.set_secret(by, target, account, secret, None).await?;
        Ok(set.public)
    }

    /// The same; with a reason, also if the secret is weak.
    ///
    /// # Errors
    /// As for [`Engine::set_target_secret`].
    pub async fn set_secret(
        &self,
        by: &Identity,
        target: &TargetId,
        account: Account,
        secret: NewSecret,
        accepted: Option<String>,
    ) -> Result<SecretSet, SetSecretError> {
        let prepared = self.prepared(secret)?;
        let command = |new| Command::SetTargetSecret {
            target: target.clone(),
            kind: prepared.kind,
            reader: account == Account::Reader,
            new,
        };
        let _one_at_a_time = self.inner.secrets.setting.lock().await;
        let mut new = access::NewSecret {
            weak: Vec::new(),
            accepted,
        };
        // Whoever may not has nothing judged.
        if self.ahead_of(by, &command(new.clone())).is_some() {
            new.weak = self.judged(target, account, &prepared).await;
        }
        let weak = new.weak.clone();
        let command = command(new);
        if self.ahead_of(by, &command).is_none() {
            // The one decision function says why, and enters the refusal.
            self.submit(by, command).await?;
            return Err(writer::unavailable().into());
        }
        let number = self.inner.current_secret(target, account).saturating_add(1);
        let name = reference(target, (account, number));
        self.inner.keep_secret(&name, &prepared.plain)?;
        let entered = self.submit(by, command).await;
        // What failed to be answered may be in the ledger all the same: the state knows.
        self.inner.forget_secrets_but(target, account);
        entered?;
        self.tell_the_others().await;
        Ok(SecretSet {
            public: prepared.public,
            weak,
        })
    }

    /// In what a secret is weak that is to be set.
    async fn judged(
        &self,
        target: &TargetId,
        account: Account,
        prepared: &Prepared,
    ) -> Vec<SecretWeakness> {
        let (engine, target, plain) = (self.clone(), target.clone(), prepared.plain.clone());
        let judging = tokio::task::spawn_blocking(move || {
            let of = (target, account == Account::Reader);
            weak::of_a_new_one(&engine.inner, &of, &plain)
        });
        judging.await.unwrap_or_default()
    }

    fn prepared(&self, secret: NewSecret) -> Result<Prepared, SetSecretError> {
        let (kind, plain, public) = match secret {
            NewSecret::Password(password) => {
                if password.is_empty() || password.len() > LONGEST_PASSWORD {
                    return Err(refusal(Reason::TextTooLong).into());
                }
                (SecretKind::Password, tagged(PASSWORD, &password), None)
            }
            NewSecret::Key(pem) => {
                if pem.len() >= vault::LONGEST_SECRET {
                    return Err(refusal(Reason::TextTooLong).into());
                }
                let public = ssh::check_private_key(&pem)?.to_string();
                (SecretKind::Key, tagged(KEY, &pem), Some(public))
            }
            NewSecret::Generate => {
                let key = ssh::LoginKey::generate()?;
                let public = key.authorized_line(&format!("sekisho-{}", self.inner.id));
                (SecretKind::Key, tagged(KEY, &key.pem()?), Some(public))
            }
            NewSecret::Authority => {
                let key = ssh::LoginKey::generate()?;
                let public = key.authority_line(&format!("sekisho-{}", self.inner.id));
                let plain = tagged(AUTHORITY, &key.pem()?);
                (SecretKind::Certificate, plain, Some(public))
            }
        };
        Ok(Prepared {
            kind,
            plain,
            public,
        })
    }
}

fn refusal(reason: Reason) -> Refusal {
    Refusal {
        reasons: vec![reason],
    }
}
