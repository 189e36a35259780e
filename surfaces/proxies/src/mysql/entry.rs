//! Entering the target: its pinned key first, then the secret from the vault.

use std::time::Duration;

use access::{DatabaseEntry, EndReason, ServerIdentity};
use phrases::Language;
use tokio::net::TcpStream;
use tokio::time::timeout;
use wire::mysql::{Greeted, Greeting, Login, Plugin, Switch, can, failure, prove};
use zeroize::Zeroizing;

use super::packets::Packets;
use super::signature::ed25519;
use super::{reader, refusals};
use crate::databases::{Far, NotEntered, secret, tls};
use crate::workers::Session;

/// How long a target may take to greet, and how long until it is ready, TLS and sign-in together.
const ENTER_WITHIN: Duration = Duration::from_secs(20);

/// Messages of a sign-in: another way of it, more of that, the end.
const MOST_ROUNDS: usize = 8;

/// The server knows the password already (`caching_sha2_password`), or wants all of it.
const KNOWN: u8 = 3;
const WANTED: u8 = 4;

/// What a target says first, before it is believed anything.
pub(super) async fn greeted(
    target: &mut Packets<TcpStream>,
    opened: &Session,
) -> Result<Greeting, NotEntered> {
    // A permit for a database always says how it is entered.
    let entry = opened.permit().database();
    let entry = entry.ok_or(EndReason::TargetUnreachable)?;
    greeting(target, &entry.server).await
}

/// The same, of a server that is known by this.
pub(super) async fn greeting(
    target: &mut Packets<TcpStream>,
    server: &ServerIdentity,
) -> Result<Greeting, NotEntered> {
    let language = Language::default();
    let said = timeout(ENTER_WITHIN, target.read()).await;
    let said = said.ok().and_then(Result::ok);
    let said = said.ok_or(EndReason::TargetUnreachable)?;
    let greeted = Greeted::read(&said).map_err(|wrong| {
        tracing::warn!(%wrong, "a target broke the protocol");
        EndReason::TargetUnreachable
    })?;
    let greeting = match greeted {
        Greeted::Greeting(greeting) => greeting,
        Greeted::Refused(failure) => {
            return Err(NotEntered {
                end: EndReason::TargetRefusedLogin,
                refusal: Some(refusals::said_by_target(language, &failure.message)),
            });
        }
    };
    if greeting.capabilities & can::NEEDED != can::NEEDED {
        return Err(NotEntered {
            end: EndReason::TargetUnreachable,
            refusal: Some(refusals::too_old(language, &greeting.version)),
        });
    }
    let pinned = server.spki().is_some();
    if pinned && greeting.capabilities & can::TLS == 0 {
        return Err(EndReason::TargetWithoutTls.into());
    }
    Ok(greeting)
}

/// Signs in at the target.
pub(super) async fn enter(
    target: Packets<TcpStream>,
    greeting: &Greeting,
    opened: &Session,
    login: &Login,
    language: Language,
) -> Result<Far, NotEntered> {
    let entry = opened.permit().database();
    let entry = entry.ok_or(EndReason::TargetUnreachable)?;
    let secret = secret(opened)?;
    let entering = async {
        let (far, tls) = secured(target, greeting, login, &entry.server).await?;
        let mut entrance = Entrance::new(far, entry, secret, tls, language);
        entrance.sign_in(greeting, login).await?;
        if !entry.terms.write {
            reader::only_reads(&mut entrance).await?;
        }
        Ok(entrance.far.stream)
    };
    let entered = timeout(ENTER_WITHIN, entering).await;
    let session = opened.permit().session();
    entered
        .unwrap_or(Err(EndReason::TargetUnreachable.into()))
        .inspect_err(|cause: &NotEntered| {
            tracing::warn!(end = cause.end.id(), %session, "a target was not entered");
        })
}

/// Speaks TLS with the pinned key, or nothing of it where the hospital accepted that.
pub(super) async fn secured(
    mut target: Packets<TcpStream>,
    greeting: &Greeting,
    login: &Login,
    server: &ServerIdentity,
) -> Result<(Packets<Far>, bool), EndReason> {
    let gone = |_| EndReason::TargetUnreachable;
    let spki = match server {
        ServerIdentity::Tls { spki } => spki,
        ServerIdentity::PlainText { .. } => {
            let number = target.number();
            return Ok((Packets::from_number(Box::new(target.stream), number), false));
        }
        // Nobody registers a database so.
        ServerIdentity::OldTls { .. } => return Err(EndReason::TargetWithoutTls),
    };
    let question = login.question_for_tls(greeting.capabilities);
    target.say(&question).await.map_err(gone)?;
    let number = target.number();
    let secured = tls(target.stream, *spki, b"").await?;
    Ok((Packets::from_number(Box::new(secured.stream), number), true))
}

/// A sign-in that is under way.
pub(super) struct Entrance<'a> {
    far: Packets<Far>,
    pub(super) entry: &'a DatabaseEntry,
    secret: Zeroizing<Vec<u8>>,
    tls: bool,
    pub(super) language: Language,
    /// The way by which it signed in.
    pub(super) plugin: Option<Plugin>,
}

impl<'a> Entrance<'a> {
    pub(super) fn new(
        far: Packets<Far>,
        entry: &'a DatabaseEntry,
        secret: Zeroizing<Vec<u8>>,
        tls: bool,
        language: Language,
    ) -> Self {
        Self {
            far,
            entry,
            secret,
            tls,
            language,
            plugin: None,
        }
    }
}

impl Entrance<'_> {
    pub(super) async fn say(&mut self, body: &[u8]) -> Result<(), NotEntered> {
        let said = self.far.write(body).await;
        said.map_err(|_| EndReason::TargetUnreachable.into())
    }

    /// Says a statement, for which the count begins anew.
    pub(super) async fn ask(&mut self, statement: &str) -> Result<(), NotEntered> {
        self.far.begin();
        self.say(&[&[wire::mysql::command::QUERY], statement.as_bytes()].concat())
            .await
    }

    pub(super) async fn next(&mut self) -> Result<Vec<u8>, NotEntered> {
        let read = self.far.read().await;
        read.map_err(|cause| {
            tracing::debug!(%cause, "a target says nothing that is expected");
            EndReason::TargetUnreachable.into()
        })
    }

    pub(super) async fn sign_in(
        &mut self,
        greeting: &Greeting,
        login: &Login,
    ) -> Result<(), NotEntered> {
        // What it names first is its usual way; the account may have another, for which it asks then.
        let usual = Plugin::of(&greeting.plugin).unwrap_or(Plugin::Native);
        let first = prove(usual, &self.secret, &greeting.challenge, self.tls, ed25519);
        let (mut plugin, proof) = match first {
            Ok(proof) => (usual, proof),
            Err(_) => (Plugin::Native, Zeroizing::default()),
        };
        let user = &self.entry.user;
        let body = login.ours(user, plugin.name(), &proof, greeting.capabilities);
        self.say(&Zeroizing::new(body)).await?;
        for _ in 0..MOST_ROUNDS {
            let said = self.next().await?;
            match said.first() {
                Some(0x00) => {
                    self.plugin = Some(plugin);
                    return Ok(());
                }
                Some(0xff) => return Err(self.refused(&said)),
                Some(0xfe) => {
                    let switch = Switch::read(&said).map_err(|_| self.way("mysql_old_password"))?;
                    let asked = Plugin::of(&switch.plugin);
                    plugin = asked.ok_or_else(|| self.way(&switch.plugin))?;
                    let proof = prove(plugin, &self.secret, &switch.challenge, self.tls, ed25519);
                    let proof = proof.map_err(|cause| {
                        tracing::warn!(%cause, "a target was not signed in at");
                        self.way(&switch.plugin)
                    })?;
                    self.say(&proof).await?;
                }
                Some(0x01) => self.more(plugin, &said).await?,
                Some(_) | None => return Err(EndReason::TargetUnreachable.into()),
            }
        }
        Err(EndReason::TargetRefusedLogin.into())
    }

    /// What a way of signing in asks for beyond its first proof.
    async fn more(&mut self, plugin: Plugin, said: &[u8]) -> Result<(), NotEntered> {
        match (plugin, said.get(1)) {
            (Plugin::CachingSha2, Some(&KNOWN)) => Ok(()),
            // Without TLS it would be the password under a key that nobody vouches for.
            (Plugin::CachingSha2, Some(&WANTED)) if self.tls => {
                let all = Zeroizing::new([&self.secret[..], &[0]].concat());
                self.say(&all).await
            }
            (plugin, _) => Err(self.way(plugin.name())),
        }
    }

    fn way(&self, plugin: &str) -> NotEntered {
        tracing::warn!(plugin, "a target asks for a sign-in that is not offered");
        NotEntered {
            end: EndReason::TargetRefusedLogin,
            refusal: Some(refusals::way(self.language, plugin)),
        }
    }

    /// What the target says no with. That the secret is wrong is said in our words: theirs name the account.
    pub(super) fn refused(&self, body: &[u8]) -> NotEntered {
        let failure = failure(body);
        tracing::warn!(code = failure.code, "a target refused the sign-in");
        let wrong_secret = failure.code.ends_with("(28000)");
        let refusal =
            (!wrong_secret).then(|| refusals::said_by_target(self.language, &failure.message));
        NotEntered {
            end: EndReason::TargetRefusedLogin,
            refusal,
        }
    }
}
