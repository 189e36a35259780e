//! Replacing a secret at its target, in two steps: the new one is sealed beside the old one before anybody
//! hears of it, and takes its place when it has opened the target. Who speaks with the target is not here:
//! it is told what to do ([`RotationJob`]) and says which of the two works.
//!
//! A crash leaves either nothing, or a replacement that the ledger has as under way: both secrets are kept
//! then, no session opens, and the next job finds out which of them works.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use access::{
    Command, Protocol, Reason, Refusal, RotationCause, RotationFailure, RotationWay,
    ServerIdentity, SshTarget, Target, Works,
};
use ids::{TargetId, Timestamp};
use login::Identity;
use zeroize::Zeroizing;

use super::made::{made, made_for_paper, read_secret};
use super::{Account, TargetSecret, reference, references, visits, weak};
use crate::live::lock;
use crate::{Engine, Inner, writer};

/// How long after a job the next one for the same account comes, if the first one's end could not be entered. Otherwise
/// the ledger says when ([`access::Rotation::next_try`]).
const NEXT_AFTER: Duration = Duration::from_secs(60);

/// What the engine holds of replacements while it runs.
#[derive(Default)]
pub(crate) struct Rotations {
    /// Those of which no target has heard yet.
    fresh: Mutex<BTreeSet<weak::Of>>,
    /// When a job for an account was last given out.
    given: Mutex<BTreeMap<weak::Of, Timestamp>>,
    wanted: tokio::sync::Notify,
}

impl Rotations {
    /// A replacement may be due.
    pub(super) fn wake(&self) {
        self.wanted.notify_one();
    }
}

/// How an account is signed in at.
#[derive(Debug, Clone)]
pub enum RotatedAccount {
    /// By SSH, and how its password is replaced there; without a way by the commands of Linux.
    Ssh(SshTarget, Option<RotationWay>),
    /// At a PostgreSQL server.
    Postgres {
        /// The role.
        user: String,
        /// By what the server is known.
        server: ServerIdentity,
    },
    /// At a MariaDB server.
    Mysql {
        /// The account.
        user: String,
        /// By what the server is known.
        server: ServerIdentity,
    },
}

/// A replacement that is under way, for whoever speaks with its target. It has no `Debug`: it holds secrets.
pub struct RotationJob {
    /// Of which target.
    pub target: TargetId,
    /// Of a database: whether that of the account that only reads.
    pub reader: bool,
    /// The pinned address: this one is dialled and no other.
    pub address: SocketAddr,
    /// How it is signed in at.
    pub account: RotatedAccount,
    /// The secret so far.
    pub old: TargetSecret,
    /// The one that is to take its place; `None` if the vault has lost it.
    pub new: Option<TargetSecret>,
    /// Whether the target has heard of nothing yet: of one that was interrupted this is not known.
    pub fresh: bool,
    /// Why it was not known the last time which of the two opens the target.
    pub failed: Option<RotationFailure>,
    /// Whether the new one is given up if the target refuses it once more: it did before, some minutes ago.
    pub gives_up: bool,
    /// Which replacement it is.
    pub of: RotationId,
}

/// Which replacement a job carries. While it runs, somebody may set the secret by hand and have that one replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationId {
    begun: Timestamp,
    /// The number of the secret that is replaced.
    number: u64,
}

impl Engine {
    /// Begins to replace the secret of an account. Returns when the new one is sealed and the beginning
    /// entered; whoever waits in [`Engine::rotation_wanted`] goes on.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn rotate(
        &self,
        by: &Identity,
        target: &TargetId,
        account: Account,
    ) -> Result<(), Refusal> {
        self.begin_rotation(by, target, account, RotationCause::Asked)
            .await
    }

    async fn begin_rotation(
        &self,
        by: &Identity,
        target: &TargetId,
        account: Account,
        cause: RotationCause,
    ) -> Result<(), Refusal> {
        let reader = account == Account::Reader;
        let command = Command::BeginRotation {
            target: target.clone(),
            reader,
            cause,
        };
        let _one_at_a_time = self.inner.secrets.setting.lock().await;
        if self.ahead_of(by, &command).is_none() {
            // The one decision function says why, and enters the refusal.
            self.submit(by, command).await?;
            return Err(writer::unavailable());
        }
        let (kind, on_paper) = {
            let site = self.inner.site();
            let found = site.target(target);
            let on_paper = found.is_some_and(|found| found.emergency_account.is_some());
            (found.and_then(|found| found.secret_of(reader)), on_paper)
        };
        let fresh = if on_paper {
            made_for_paper()
        } else {
            made(kind)
        };
        let fresh = fresh.ok_or_else(writer::unavailable)?;
        // Nobody else makes one for this account: that none is under way was just decided, under the lock.
        self.inner.keep_secret(&pending(target, account), &fresh)?;
        self.submit(by, command).await?;
        let rotations = &self.inner.secrets.rotations;
        lock(&rotations.fresh).insert((target.clone(), reader));
        rotations.wake();
        Ok(())
    }

    /// Begins the first replacement that is due by the hospital's terms, if one is. Says whether it did.
    pub async fn begin_due_rotation(&self) -> bool {
        let due = {
            let site = self.inner.site();
            let may = site.writes("secret_rotation_begun") && !site.isolated();
            may.then(|| site.rotation_due(self.inner.clock.now()))
                .flatten()
        };
        let Some(due) = due else {
            return false;
        };
        let account = Account::of(due.reader);
        let by = Identity::gateway();
        let begun = self.begin_rotation(&by, &due.target, account, due.cause);
        let begun = begun.await;
        if let Err(refusal) = &begun {
            tracing::warn!(%refusal, target = %due.target, "a due replacement of a secret did not begin");
        }
        begun.is_ok()
    }

    /// Waits until a replacement may be wanted, or for as long as this.
    pub async fn rotation_wanted(&self, within: Duration) {
        let wanted = self.inner.secrets.rotations.wanted.notified();
        let _either = tokio::time::timeout(within, wanted).await;
    }

    /// The next replacement that is under way, if it is time to try it.
    pub fn next_rotation(&self) -> Option<RotationJob> {
        let inner = &self.inner;
        let now = inner.clock.now();
        let rotations = &inner.secrets.rotations;
        let of = {
            let mut given = lock(&rotations.given);
            let mut rests = |of: &weak::Of, rotating: &access::Rotation| {
                let again = |last: &Timestamp| rotating.next_try(*last);
                // Of what was tried before a restart the ledger's times go on.
                if rotating.open.is_some() {
                    given.entry(of.clone()).or_insert(now);
                }
                let last = given.get(of);
                last.is_some_and(|last| now < again(last).unwrap_or(last.plus(NEXT_AFTER)))
            };
            let fresh = lock(&rotations.fresh);
            let site = inner.site();
            let mut all = site.rotations();
            all.find_map(|known| {
                let of = (known.target.id.clone(), known.reader);
                let rotating = known.standing.rotating.as_ref()?;
                (fresh.contains(&of) || !rests(&of, rotating)).then_some(of)
            })?
        };
        let fresh = lock(&rotations.fresh).remove(&of);
        lock(&rotations.given).insert(of.clone(), now);
        let (target, reader) = of;
        let account = Account::of(reader);
        let (address, how, failed, gives_up, of) = {
            let site = inner.site();
            let found = site.target(&target)?;
            let address = SocketAddr::new(found.address.ip, found.address.port);
            let standing = found.standing_of(reader);
            let open = |failed: &&access::RotationFailed| failed.works == Works::NotKnown;
            let failed = standing.failed.as_ref().filter(open);
            let gives_up = standing.rotating.as_ref()?.gives_up(now);
            let failed = failed.map(|failed| failed.why);
            let of = RotationId::at(found, reader)?;
            (address, how(found, reader)?, failed, gives_up, of)
        };
        let current = reference(&target, (account, of.number));
        let Some(old) = inner.kept(&current) else {
            tracing::error!(%target, "the vault does not have the secret that is to be replaced");
            return None;
        };
        Some(RotationJob {
            address,
            account: how,
            old,
            new: inner.kept(&pending(&target, account)),
            target,
            reader,
            fresh,
            failed,
            gives_up,
            of,
        })
    }

    /// Enters which of the two secrets works, and keeps that one.
    ///
    /// # Errors
    /// If it could not be entered: the replacement stays under way, and is looked at again. [`Reason::AlreadySo`] if the
    /// job's replacement is no longer the one that is under way.
    pub async fn end_rotation(
        &self,
        job: &RotationJob,
        works: Works,
        failed: Option<RotationFailure>,
    ) -> Result<(), Refusal> {
        let (target, account) = (&job.target, Account::of(job.reader));
        if works == Works::NotKnown && self.inner.is_said_to_be_open(job, failed) {
            return Ok(());
        }
        let command = Command::EndRotation {
            target: target.clone(),
            reader: job.reader,
            works,
            failed,
        };
        let by = Identity::gateway();
        let _one_at_a_time = self.inner.secrets.setting.lock().await;
        if !self.inner.is_under_way(job) {
            return Err(Refusal {
                reasons: vec![Reason::AlreadySo],
            });
        }
        if self.ahead_of(&by, &command).is_none() {
            self.submit(&by, command).await?;
            return Err(writer::unavailable());
        }
        if works == Works::New {
            let opened = self.inner.opened_row(&pending(target, account));
            let plain = opened.ok_or(Refusal {
                reasons: vec![Reason::SecretMissing],
            })?;
            let name = reference(target, (account, job.of.number.saturating_add(1)));
            self.inner.keep_secret(&name, &plain)?;
        }
        self.submit(&by, command).await?;
        if works != Works::NotKnown {
            self.inner.forget_secrets_but(target, account);
            self.tell_the_others().await;
        }
        Ok(())
    }
}

impl RotationId {
    fn at(target: &Target, reader: bool) -> Option<Self> {
        let rotating = target.standing_of(reader).rotating.as_ref()?;
        Some(Self {
            begun: rotating.begun,
            number: target.secrets_of(reader),
        })
    }
}

impl Inner {
    fn is_under_way(&self, job: &RotationJob) -> bool {
        let site = self.site();
        let known = site.target(&job.target);
        known.and_then(|known| RotationId::at(known, job.reader)) == Some(job.of.clone())
    }

    fn opened_row(&self, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        let sealed = self.store.vault_row(name).ok().flatten()?;
        self.open_sealed(name, &sealed)
    }

    /// Whether the ledger has it that this replacement failed so, and that it is not known which secret works.
    fn is_said_to_be_open(&self, job: &RotationJob, failed: Option<RotationFailure>) -> bool {
        let site = self.site();
        let known = site.target(&job.target);
        let before = known.and_then(|known| known.standing_of(job.reader).failed.as_ref());
        before.is_some_and(|before| before.works == Works::NotKnown && Some(before.why) == failed)
    }

    pub(super) fn kept(&self, name: &str) -> Option<TargetSecret> {
        let whom = self.whom(&format!("{}/own-work", self.id), 0);
        read_secret(&self.opened_row(name)?, whom).ok()
    }
}

/// Where the new secret lies until it takes its place: beside the numbers, so that whatever becomes current
/// afterwards removes it.
pub(super) fn pending(target: &TargetId, account: Account) -> String {
    references(target, account) + "pending"
}

pub(super) fn how(target: &Target, reader: bool) -> Option<RotatedAccount> {
    if target.visit_accounts.is_some() {
        return visits::manager(target);
    }
    if let Some(ssh) = &target.ssh {
        return Some(RotatedAccount::Ssh(
            ssh.clone(),
            target.rotation_way.clone(),
        ));
    }
    let database = target.database.as_ref()?;
    let user = database.account(!reader)?.to_owned();
    let server = database.server.clone();
    match target.protocol {
        Protocol::Postgres => Some(RotatedAccount::Postgres { user, server }),
        Protocol::Mysql => Some(RotatedAccount::Mysql { user, server }),
        Protocol::Ssh
        | Protocol::Tcp
        | Protocol::Http
        | Protocol::Vnc
        | Protocol::Rdp
        | Protocol::Telnet => None,
    }
}
