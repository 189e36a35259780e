//! Sending: each message by each of its person's ways, some at a time, none longer than its limits.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use access::{MailServer, Preset, Sent, Site, Undelivered, Way, WayKind, Webhook};
use notify::{Failed, Message, mail, platform_roots, webhook};
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use super::setting::{Sealed, reference};
use super::{AT_ONCE, Key, words};
use crate::Inner;

/// A message to one person, and how it is sent.
pub(super) struct Begun {
    pub(super) key: Key,
    message: Message,
    ways: Vec<Prepared>,
}

/// A way with everything that it needs.
enum Prepared {
    Mail(Box<mail::Server>, Zeroizing<String>),
    Webhook {
        to: webhook::Address,
        preset: Preset,
        key: Option<Zeroizing<Vec<u8>>>,
        roots: Vec<u8>,
    },
    /// A secret, a text or a certificate is missing.
    Missing(WayKind),
}

/// Sends all of them and gives what each way gave. Returns at once when the engine stops: what had not
/// left by then is due again at the next start.
pub(super) async fn all(inner: &Arc<Inner>, mut begun: Vec<Begun>) -> Vec<(Key, Vec<Sent>)> {
    let mut on_their_way = JoinSet::new();
    let mut done = Vec::new();
    loop {
        while on_their_way.len() < AT_ONCE
            && let Some(next) = begun.pop()
        {
            on_their_way.spawn(next.send());
        }
        tokio::select! {
            sent = on_their_way.join_next() => match sent {
                Some(sent) => done.extend(sent.ok()),
                None => return done,
            },
            () = tokio::time::sleep(Duration::from_millis(100)) => {
                if inner.stopping.load(Ordering::SeqCst) {
                    return done;
                }
            }
        }
    }
}

impl Begun {
    /// Sends it by every way, one after another.
    pub(super) async fn send(self) -> (Key, Vec<Sent>) {
        let mut sent = Vec::new();
        for way in self.ways {
            let kind = way.kind();
            let failed = way.send(&self.message).await.err();
            if let Some(failed) = &failed {
                tracing::warn!(person = %self.key.1, ?kind, %failed, "a message did not leave");
            }
            let failed = failed.map(|failed| failed.class);
            sent.push(Sent { way: kind, failed });
        }
        (self.key, sent)
    }
}

impl Prepared {
    fn kind(&self) -> WayKind {
        match self {
            Self::Mail(..) => WayKind::Mail,
            Self::Webhook { .. } => WayKind::Webhook,
            Self::Missing(kind) => *kind,
        }
    }

    async fn send(self, message: &Message) -> Result<(), Failed> {
        match self {
            Self::Mail(server, to) => mail::send(&server, &to, message).await,
            Self::Webhook {
                to,
                preset,
                key,
                roots,
            } => {
                let stream = tunnel::connect_public(&to.host, to.port, &roots).await;
                let stream = stream.map_err(|cause| Failed::new(class_of(&cause), &cause))?;
                let body = notify::body(preset, message);
                let key = key.as_ref().map(|key| key.as_slice());
                webhook::post(stream, &to, body, key, message.at).await
            }
            Self::Missing(_) => Err(Failed::new(
                Undelivered::NotUsable,
                &"a secret, an address or a certificate of this way is missing",
            )),
        }
    }
}

fn class_of(cause: &tunnel::PublicError) -> Undelivered {
    use tunnel::PublicError;
    match cause {
        PublicError::NoRoots | PublicError::NoCertificate | PublicError::NameNotPossible(_) => {
            Undelivered::NotUsable
        }
        PublicError::Unreachable(_) => Undelivered::Unreachable,
        PublicError::Untrusted(_) => Undelivered::Untrusted,
    }
}

impl Inner {
    /// Prepares a message. The texts and secrets lie in the store: not on a runtime's thread.
    pub(super) fn begin(&self, site: &Site, key: Key) -> Begun {
        let console = self.config.console_authority();
        let message = words::message(site, &key.0, &console, self.clock.now());
        let ways = site.ways_of(&key.1);
        let ways = ways.iter().flat_map(|ways| &ways.ways);
        let ways = ways.map(|way| self.prepared(site, way)).collect();
        Begun { key, message, ways }
    }

    fn prepared(&self, site: &Site, way: &Way) -> Prepared {
        match way {
            Way::Mail { address } => {
                let text = self.store.opening(address).ok().flatten();
                let server = site.mail_server();
                let prepared = server.zip(text).and_then(|(server, text)| {
                    let server = self.mail_server(site, server)?;
                    Some(Prepared::Mail(Box::new(server), text.value.into()))
                });
                prepared.unwrap_or(Prepared::Missing(WayKind::Mail))
            }
            Way::Webhook { name } => {
                let hook = site.webhook(name);
                let prepared = hook.and_then(|hook| self.webhook(hook));
                prepared.unwrap_or(Prepared::Missing(WayKind::Webhook))
            }
        }
    }

    fn mail_server(&self, site: &Site, server: &MailServer) -> Option<mail::Server> {
        let login = match (&server.user, server.secret) {
            (Some(user), Some(secret)) => {
                let password = self.notice_secret(secret)?;
                let password = String::from_utf8(password.to_vec()).ok()?;
                Some((user.clone(), Zeroizing::new(password)))
            }
            (Some(_), None) | (None, _) => None,
        };
        Some(mail::Server {
            host: server.host.clone(),
            port: server.port,
            security: server.security,
            from: server.from.clone(),
            login,
            roots: self.roots(server.roots.as_ref())?,
            hello: site.founding()?.console_name.clone(),
        })
    }

    fn webhook(&self, hook: &Webhook) -> Option<Prepared> {
        let sealed = self.notice_secret(hook.secret)?;
        let sealed: Sealed = serde_json::from_slice(&sealed).ok()?;
        let to: webhook::Address = sealed.url.parse().ok()?;
        let key = match &sealed.key {
            None => None,
            Some(key) => Some(Zeroizing::new(
                data_encoding::HEXLOWER.decode(key.as_bytes()).ok()?,
            )),
        };
        Some(Prepared::Webhook {
            to,
            preset: hook.preset,
            key,
            roots: self.roots(hook.roots.as_ref())?,
        })
    }

    fn notice_secret(&self, number: u64) -> Option<Zeroizing<Vec<u8>>> {
        let reference = reference(number);
        let sealed = self.store.vault_row(&reference).ok().flatten()?;
        self.open_sealed(&reference, &sealed)
    }

    /// The certificates that were given, or the machine's.
    fn roots(&self, given: Option<&ids::Digest>) -> Option<Vec<u8>> {
        match given {
            Some(given) => self.store.blob(given).ok(),
            None => platform_roots(),
        }
    }
}
