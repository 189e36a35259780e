//! Setting up mail and webhooks: the secret is sealed in the vault first, then the setting is entered.

use std::sync::Arc;

use access::{
    About, Command, MailSecurity, MailServer, NoticeNote, Outcome, Preset, Reason, Refusal, Sent,
    SetNotices, Tried, Webhook, Who,
};
use data_encoding::HEXLOWER;
use ids::NonEmpty;
use login::Identity;
use notify::signature::KEY_BYTES;
use notify::webhook::{Address, NotAnAddress};
use wire::Secret;
use zeroize::Zeroizing;

use crate::{Engine, Inner, writer};

/// The longest password of a mail account, in bytes.
const LONGEST_PASSWORD: usize = 256;
/// The most bytes of certificates that vouch for a server.
const MOST_ROOTS: usize = 64 * 1024;

/// A mail server as it is set.
pub struct MailForm {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How it is spoken to.
    pub security: MailSecurity,
    /// The address that messages come from.
    pub from: String,
    /// The account, if it asks for one.
    pub user: Option<String>,
    /// Its password; without one the password in force stays.
    pub password: Option<Secret>,
    /// Certificates that vouch for it, PEM; without them the machine's.
    pub roots: Option<Vec<u8>>,
}

/// A webhook as it is set.
pub struct WebhookForm {
    /// Its short name.
    pub name: String,
    /// In which form it wants messages.
    pub preset: Preset,
    /// Its address, whole.
    pub url: Secret,
    /// Certificates that vouch for it, PEM; without them the machine's.
    pub roots: Option<Vec<u8>>,
}

/// Why a mail server or webhook was not set.
#[derive(Debug, thiserror::Error)]
pub enum SetNoticeError {
    /// Refused, with every reason.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The address is not one of a webhook.
    #[error(transparent)]
    NotAnAddress(#[from] NotAnAddress),
    /// What is to vouch for the server is no certificate.
    #[error("no certificate could be read: expected PEM")]
    NotACertificate,
    /// The sender's address is not a mail address.
    #[error("not a mail address")]
    NotAMailAddress,
}

/// What the vault seals for a webhook.
#[derive(serde::Serialize, serde::Deserialize, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
pub(super) struct Sealed {
    pub(super) url: String,
    pub(super) key: Option<String>,
}

/// Where the vault keeps a secret of notifications.
pub(super) fn reference(number: u64) -> String {
    format!("notice-secret-{number}")
}

impl Engine {
    /// Sets the server through which mail leaves.
    ///
    /// # Errors
    /// If the caller may not, or something of it is not possible.
    pub async fn set_mail_server(
        &self,
        by: &Identity,
        form: MailForm,
    ) -> Result<(), SetNoticeError> {
        if !notify::mail::is_address(&form.from) {
            return Err(SetNoticeError::NotAMailAddress);
        }
        let too_long = form.password.as_ref().is_some_and(|password| {
            let length = password.reveal().len();
            length == 0 || length > LONGEST_PASSWORD
        });
        if too_long {
            return Err(refusal(Reason::TextTooLong).into());
        }
        let _one_at_a_time = self.inner.outbox.setting.lock().await;
        let (held, next) = {
            let site = self.inner.site();
            let held = site.mail_server().and_then(|server| server.secret);
            (held, site.notice_secrets().saturating_add(1))
        };
        let fresh = form.password.filter(|_| form.user.is_some());
        let kept = held.filter(|_| form.user.is_some());
        let mut server = MailServer {
            host: form.host,
            port: form.port,
            security: form.security,
            from: form.from,
            user: form.user,
            secret: fresh.as_ref().map(|_| next).or(kept),
            roots: None,
        };
        let roots = certificates(form.roots)?;
        let command =
            |server: &MailServer| Command::SetNotices(SetNotices::Mail(Some(server.clone())));
        if self.ahead_of(by, &command(&server)).is_some() {
            server.roots = roots.map(|roots| self.keep_blob(&roots)).transpose()?;
            if let Some(password) = &fresh {
                self.inner
                    .keep_notice_secret(next, password.reveal().as_bytes())?;
            }
        }
        self.entered(by, command(&server)).await
    }

    /// Lets no mail leave any more.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn remove_mail_server(&self, by: &Identity) -> Result<(), SetNoticeError> {
        let _one_at_a_time = self.inner.outbox.setting.lock().await;
        let command = Command::SetNotices(SetNotices::Mail(None));
        self.entered(by, command).await
    }

    /// Sets a webhook; for our own form gives the key under which its messages are signed, shown once.
    ///
    /// # Errors
    /// If the caller may not, or the address is not one.
    pub async fn set_webhook(
        &self,
        by: &Identity,
        form: WebhookForm,
    ) -> Result<Option<Secret>, SetNoticeError> {
        let to: Address = form.url.reveal().parse()?;
        let roots = certificates(form.roots)?;
        let _one_at_a_time = self.inner.outbox.setting.lock().await;
        let secret = self.inner.site().notice_secrets().saturating_add(1);
        let mut webhook = Webhook {
            name: form.name,
            preset: form.preset,
            address: format!("{}:{}", to.host, to.port),
            secret,
            roots: None,
        };
        let key = match form.preset {
            Preset::Generic => Some(new_key()?),
            Preset::Slack | Preset::Teams | Preset::LineWorks => None,
        };
        let command = |webhook: &Webhook| Command::SetNotices(SetNotices::Webhook(webhook.clone()));
        if self.ahead_of(by, &command(&webhook)).is_some() {
            webhook.roots = roots.map(|roots| self.keep_blob(&roots)).transpose()?;
            let sealed = Sealed {
                url: form.url.reveal().to_owned(),
                key: key.as_ref().map(|key| key.reveal().to_owned()),
            };
            let plain = serde_json::to_vec(&sealed).map_err(|_| writer::unavailable())?;
            self.inner
                .keep_notice_secret(secret, &Zeroizing::new(plain))?;
        }
        self.entered(by, command(&webhook)).await?;
        Ok(key)
    }

    /// Takes a webhook away, and its address.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn remove_webhook(&self, by: &Identity, name: String) -> Result<(), SetNoticeError> {
        let _one_at_a_time = self.inner.outbox.setting.lock().await;
        let command = Command::SetNotices(SetNotices::RemoveWebhook { name });
        self.entered(by, command).await
    }

    /// Enters a setting and removes the secrets that none names any more.
    async fn entered(&self, by: &Identity, command: Command) -> Result<(), SetNoticeError> {
        let entered = self.submit(by, command).await;
        // What failed to be answered may be in the ledger all the same: the state knows.
        self.inner.forget_notice_secrets();
        entered.map(drop).map_err(Into::into)
    }

    /// Sends a message to the caller by each of their ways, now, and enters what came of it.
    ///
    /// # Errors
    /// If the caller is nobody who may ask, or has no way.
    pub async fn test_notices(&self, by: &Identity) -> Result<Vec<Sent>, Refusal> {
        self.inner.site().sight(by.caller(), self.now())?;
        let Who::Person(person) = &by.caller().who else {
            return Err(refusal(Reason::PersonNeeded));
        };
        let _one_at_a_time = self.inner.outbox.testing.lock().await;
        let (inner, key) = (Arc::clone(&self.inner), (About::Test, person.clone()));
        // Texts and secrets lie in a database.
        let begun = tokio::task::spawn_blocking(move || {
            let site = inner.site();
            inner.begin(&site, key)
        });
        let begun = begun.await.map_err(|_| writer::unavailable())?;
        let (_, sent) = begun.send().await;
        if sent.is_empty() {
            return Err(refusal(Reason::NotFound));
        }
        let tried = Tried {
            person: person.clone(),
            sent: sent.clone(),
            tries: 1,
        };
        let told = NonEmpty::one(tried);
        let about = About::Test;
        let note = NoticeNote::Delivered { about, told };
        let _outcome: Outcome = self.note(access::GatewayNote::Notice(note)).await?;
        Ok(sent)
    }
}

/// What is to vouch for a server holds a certificate.
fn certificates(roots: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, SetNoticeError> {
    let Some(roots) = roots.filter(|roots| !roots.is_empty()) else {
        return Ok(None);
    };
    if roots.len() > MOST_ROOTS || !tunnel::are_roots(&roots) {
        return Err(SetNoticeError::NotACertificate);
    }
    Ok(Some(roots))
}

fn new_key() -> Result<Secret, Refusal> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    getrandom::fill(key.as_mut_slice()).map_err(|_| writer::unavailable())?;
    Ok(Secret::new(HEXLOWER.encode(key.as_slice())))
}

fn refusal(reason: Reason) -> Refusal {
    Refusal {
        reasons: vec![reason],
    }
}

impl Inner {
    fn keep_notice_secret(&self, number: u64, plain: &[u8]) -> Result<(), Refusal> {
        let name = reference(number);
        let sealed = self.seal(&name, plain).ok_or_else(writer::unavailable)?;
        self.store.put_vault_row(&name, &sealed).map_err(|cause| {
            tracing::error!(%cause, "a secret could not be kept");
            writer::unavailable()
        })
    }

    fn forget_notice_secrets(&self) {
        let used: Vec<String> = {
            let site = self.site();
            let mail = site.mail_server().and_then(|server| server.secret);
            let hooks = site.webhooks().map(|hook| hook.secret);
            hooks.chain(mail).map(reference).collect()
        };
        let kept = self.store.vault_references().unwrap_or_default();
        let own = kept
            .iter()
            .filter(|name| name.starts_with("notice-secret-"));
        for old in own.filter(|name| !used.contains(name)) {
            if let Err(cause) = self.store.remove_vault_row(old) {
                tracing::warn!(%cause, "an old secret was not removed; the next setting removes it");
            }
        }
    }
}
