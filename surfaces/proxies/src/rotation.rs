//! Replacing secrets at their targets: the engine says which and keeps them, here is spoken with the target.
//!
//! Both secrets are sealed before the target hears of the new one, and whichever opens the target last is
//! kept: so an interruption at any point leaves one that works. A target is entered as for a visit, by the
//! pinned address and the pinned key, before anything is said to it.
//!
//! The target's end of SSH is a worker's, as in a session (decision 0053), but of one that no session has: a target that
//! took over theirs sees nothing of it. Databases are spoken with here: it has to hold both
//! secrets, asks one fixed question, and reads no more of a target than its sign-in and one answer.

use std::sync::Arc;
use std::time::Duration;

use access::{
    DatabaseEntry, DatabaseTerms, Databases, EndReason, EnvelopeFound, RotationFailure,
    RotationWay, ServerIdentity, Works,
};
use engine::{Engine, EnvelopeProof, RotatedAccount, RotationJob, TargetSecret};
use tokio::net::TcpStream;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::databases::NotEntered;
use crate::ssh::rotating::{NotDone, Reached};
use crate::workers::Workers;
use crate::{mysql, postgres, ssh as by_ssh};

/// How often it is looked whether a replacement is due: an hour would be late for one after each visit.
const LOOK: Duration = Duration::from_secs(15);

/// How long a target may take to answer the connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// How long it may take to let somebody in.
pub(crate) const ENTER_WITHIN: Duration = Duration::from_secs(30);

/// How long it may take to change a password: a device is told it line by line.
const SET_WITHIN: Duration = Duration::from_secs(75);

/// How far a replacement has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The old secret opened the target; it has not heard of the new one.
    Reached,
    /// It was told the new one and answered.
    Set,
    /// The new one opened it.
    Proved,
    /// The old one is gone from it; nothing of this is entered yet.
    Retired,
}

/// Replaces what is to be replaced, one at a time, for as long as the gateway runs.
pub async fn run(engine: Engine, workers: Arc<Workers>) {
    loop {
        if let Some(job) = engine.next_rotation() {
            carry(&engine, &workers, &job).await;
        } else if engine.begin_due_rotation().await {
            // It is what comes next.
        } else if let Some(proof) = engine.next_envelope_proof() {
            ask(&engine, &workers, &proof).await;
        } else {
            engine.rotation_wanted(LOOK).await;
        }
    }
}

/// Asks a target whether the secret of an envelope is what was printed, and whether somebody used it. What
/// cannot be asked now is asked again after some hours; nothing is entered of it.
pub async fn ask(engine: &Engine, workers: &Workers, proof: &EnvelopeProof) {
    let door = Door::opened(workers, proof.address, &proof.account, &proof.secret).await;
    let found = match door {
        // A list of who signed in is asked of Linux alone.
        Ok(Door::Ssh(reached, None)) => {
            let asking = reached.signed_in_within(engine.now().since(proof.printed));
            let signed_in = timeout(ENTER_WITHIN, asking).await.unwrap_or(None);
            (signed_in == Some(true)).then_some(EnvelopeFound::SignedIn)
        }
        // A database keeps no list of who signed in, and nobody knows a device's.
        Ok(Door::Ssh(_, Some(_)) | Door::Database(..)) => None,
        Err(Shut::Refused) => Some(EnvelopeFound::SecretDiffers),
        Err(cause @ (Shut::KeyDiffers | Shut::Unreachable | Shut::WayNotOffered)) => {
            tracing::warn!(?cause, target = %proof.target, "a target was not asked about an emergency account");
            None
        }
    };
    let Some(found) = found else {
        return;
    };
    if let Err(refusal) = engine.envelope_found(proof, found).await {
        tracing::error!(%refusal, target = %proof.target, "what a target said of an emergency account could not be entered");
    }
}

/// Carries one replacement to its end and has that entered.
pub async fn carry(engine: &Engine, workers: &Workers, job: &RotationJob) {
    carry_until(engine, workers, job, |_| false).await;
}

/// The same, up to the first step of which `stops` says so: what a process that dies there leaves. For tests.
pub async fn carry_until(
    engine: &Engine,
    workers: &Workers,
    job: &RotationJob,
    stops: impl Fn(Step) -> bool,
) {
    let Some((works, failed)) = replaced(workers, job, stops).await else {
        return;
    };
    if let Some(failed) = failed {
        tracing::warn!(failed = failed.id(), target = %job.target, "a secret was not replaced in order");
    }
    if let Err(refusal) = engine.end_rotation(job, works, failed).await {
        tracing::error!(%refusal, target = %job.target, "how a secret was replaced could not be entered");
    }
}

type Ended = (Works, Option<RotationFailure>);

/// Asks the target; `None` if it was stopped.
async fn replaced(
    workers: &Workers,
    job: &RotationJob,
    stops: impl Fn(Step) -> bool,
) -> Option<Ended> {
    // Of one that was interrupted nobody knows what the target was told.
    let mut set = Err(NotSet::Perhaps);
    if let (true, Some(new)) = (job.fresh, &job.new) {
        let door = match Door::opened(workers, job.address, &job.account, &job.old).await {
            Ok(door) => door,
            // It has heard of nothing: what was, is.
            Err(cause) => return Some((Works::Old, Some(cause.as_the_old()))),
        };
        if stops(Step::Reached) {
            return None;
        }
        set = door.set(&job.old, new).await;
        if stops(Step::Set) {
            return None;
        }
    }
    let mut refused = false;
    if let Some(new) = &job.new {
        match Door::opened(workers, job.address, &job.account, new).await {
            Ok(door) => {
                if stops(Step::Proved) {
                    return None;
                }
                // Until a device keeps the new one, a restart of it brings the old one back: both are kept.
                if !saved(workers, job, &door, new).await {
                    return Some((Works::NotKnown, Some(RotationFailure::NotSaved)));
                }
                let retired = door.retire(&job.old, new).await;
                if stops(Step::Retired) {
                    return None;
                }
                let remains = RotationFailure::OldRemains;
                return Some((Works::New, retired.err().map(|_| remains)));
            }
            // The pinned key is not shown: the old secret is not for whoever this is, either.
            Err(Shut::KeyDiffers) => {
                return Some((Works::NotKnown, Some(RotationFailure::KeyDiffers)));
            }
            Err(cause @ (Shut::Refused | Shut::Unreachable | Shut::WayNotOffered)) => {
                refused = cause == Shut::Refused;
            }
        }
    }
    let door = match Door::opened(workers, job.address, &job.account, &job.old).await {
        Ok(door) => door,
        Err(cause) => return Some((Works::NotKnown, Some(cause.as_the_old()))),
    };
    match given_up(job, set, refused) {
        Ok(why) => {
            if let Some(new) = &job.new
                && door.retire(new, &job.old).await.is_err()
            {
                tracing::debug!("a key that was never used may stand at a target");
            }
            Some((Works::Old, Some(why)))
        }
        Err(doubted) => Some((Works::NotKnown, Some(doubted))),
    }
}

/// Has a device keep the new secret. What was interrupted there before may have got the new one already where the old one
/// is asked for: so it is said once more with that, in a session of its own.
async fn saved(workers: &Workers, job: &RotationJob, door: &Door, new: &TargetSecret) -> bool {
    if door.save(&job.old, new).await.is_ok() {
        return true;
    }
    if !door.saves_with_the_old() {
        return false;
    }
    match Door::opened(workers, job.address, &job.account, new).await {
        Ok(again) => again.save(new, new).await.is_ok(),
        Err(_) => false,
    }
}

/// The old secret opens the target and the new one does not: why the new one is given up, or why not yet. A target
/// that is slow may still take what it was told; with the new one gone, nothing would open it then.
fn given_up(
    job: &RotationJob,
    set: Result<(), NotSet>,
    refused: bool,
) -> Result<RotationFailure, RotationFailure> {
    let (doubted, why) = match set {
        Err(NotSet::Never(why)) => return Ok(why),
        Err(NotSet::Perhaps) if job.failed != Some(RotationFailure::NotProved) => {
            (RotationFailure::InDoubt, RotationFailure::Interrupted)
        }
        // It said that it has the new one, now or before.
        Err(NotSet::Perhaps) | Ok(()) => (RotationFailure::NotProved, RotationFailure::NotProved),
    };
    // A key is added beside the old one: whatever comes late takes nothing away.
    let stays = !matches!(job.old, TargetSecret::Password(_)) || job.new.is_none();
    if stays || (job.gives_up && refused) {
        Ok(why)
    } else {
        Err(doubted)
    }
}

/// A target was to take a new secret, and did not say that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NotSet {
    /// It never will: it refused, or was told nothing.
    Never(RotationFailure),
    /// It may have been told, and may do it yet.
    Perhaps,
}

/// Why a target does not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shut {
    Refused,
    KeyDiffers,
    Unreachable,
    WayNotOffered,
}

impl Shut {
    fn as_the_old(self) -> RotationFailure {
        match self {
            Self::Refused => RotationFailure::OldRefused,
            Self::KeyDiffers => RotationFailure::KeyDiffers,
            Self::Unreachable => RotationFailure::Unreachable,
            Self::WayNotOffered => RotationFailure::WayNotOffered,
        }
    }

    pub(crate) fn of(end: &EndReason) -> Self {
        if *end == EndReason::TargetKeyDiffers || *end == EndReason::TargetWithoutTls {
            Self::KeyDiffers
        } else if *end == EndReason::TargetRefusedLogin {
            Self::Refused
        } else {
            Self::Unreachable
        }
    }
}

impl From<NotEntered> for Shut {
    fn from(cause: NotEntered) -> Self {
        Self::of(&cause.end)
    }
}

/// A target that one of its secrets opened.
enum Door {
    Ssh(Box<Reached>, Option<RotationWay>),
    /// Signed in and left again: how it is entered, to set a secret.
    Database(RotatedAccount, std::net::SocketAddr),
}

impl Door {
    async fn opened(
        workers: &Workers,
        address: std::net::SocketAddr,
        account: &RotatedAccount,
        with: &TargetSecret,
    ) -> Result<Self, Shut> {
        let opening = async {
            let stream = dialled(address).await?;
            match account {
                RotatedAccount::Ssh(account, way) => {
                    let reached = by_ssh::rotating::reach(workers, stream, account, with).await;
                    let reached = reached.map_err(|end| Shut::of(&end))?;
                    Ok(Self::Ssh(Box::new(reached), way.clone()))
                }
                RotatedAccount::Postgres { user, server } => {
                    let entry = entry(user, server);
                    postgres::rotating::prove(stream, &entry, password(with)?).await?;
                    Ok(Self::Database(account.clone(), address))
                }
                RotatedAccount::Mysql { user, server } => {
                    let entry = entry(user, server);
                    mysql::rotating::prove(stream, &entry, password(with)?).await?;
                    Ok(Self::Database(account.clone(), address))
                }
            }
        };
        timeout(ENTER_WITHIN, opening)
            .await
            .unwrap_or(Err(Shut::Unreachable))
    }

    /// Has the target take the new secret.
    async fn set(&self, old: &TargetSecret, new: &TargetSecret) -> Result<(), NotSet> {
        let setting = async {
            match self {
                Self::Ssh(reached, way) => {
                    let set = reached.set(way.as_ref(), old, new).await;
                    set.map_err(|cause| match cause {
                        NotDone::Refused(_) => NotSet::Never(RotationFailure::ChangeRefused),
                        NotDone::NotTold => NotSet::Never(RotationFailure::Unreachable),
                        NotDone::NotOffered => NotSet::Never(RotationFailure::WayNotOffered),
                        NotDone::Gone => NotSet::Perhaps,
                    })
                }
                Self::Database(account, address) => set_at(account, *address, old, new).await,
            }
        };
        let set = timeout(SET_WITHIN, setting).await;
        set.unwrap_or(Err(NotSet::Perhaps))
    }

    /// Has the target keep the new secret over a restart, where that is something of its own.
    async fn save(&self, old: &TargetSecret, new: &TargetSecret) -> Result<(), NotDone> {
        match self {
            Self::Ssh(reached, way) => reached.save(way.as_ref(), old, new).await,
            Self::Database(..) => Ok(()),
        }
    }

    fn saves_with_the_old(&self) -> bool {
        match self {
            Self::Ssh(_, Some(RotationWay::Device(dialogue))) => dialogue.saves_with_the_old(),
            Self::Ssh(_, Some(RotationWay::Windows) | None) | Self::Database(..) => false,
        }
    }

    /// Takes the secret that counts no more from the target.
    async fn retire(&self, gone: &TargetSecret, stays: &TargetSecret) -> Result<(), NotDone> {
        match self {
            Self::Ssh(reached, None) => reached.retire(gone, stays).await,
            // There the new one took the place of the old one.
            Self::Ssh(_, Some(_)) | Self::Database(..) => Ok(()),
        }
    }
}

async fn set_at(
    account: &RotatedAccount,
    address: std::net::SocketAddr,
    old: &TargetSecret,
    new: &TargetSecret,
) -> Result<(), NotSet> {
    let untold = |cause: Shut| {
        NotSet::Never(match cause {
            Shut::Refused => RotationFailure::ChangeRefused,
            Shut::KeyDiffers => RotationFailure::KeyDiffers,
            Shut::Unreachable => RotationFailure::Unreachable,
            Shut::WayNotOffered => RotationFailure::WayNotOffered,
        })
    };
    let told = |cause: NotEntered| match Shut::from(cause) {
        Shut::Refused => NotSet::Never(RotationFailure::ChangeRefused),
        Shut::KeyDiffers | Shut::Unreachable | Shut::WayNotOffered => NotSet::Perhaps,
    };
    let before = |cause: NotEntered| untold(cause.into());
    let stream = dialled(address).await.map_err(untold)?;
    let (old, new) = (
        password(old).map_err(untold)?,
        password(new).map_err(untold)?,
    );
    match account {
        RotatedAccount::Postgres { user, server } => {
            let entry = entry(user, server);
            let setting = postgres::rotating::reach(stream, &entry, old).await;
            setting.map_err(before)?.set(&new).await.map_err(told)
        }
        RotatedAccount::Mysql { user, server } => {
            let entry = entry(user, server);
            let setting = mysql::rotating::reach(stream, &entry, old).await;
            let setting = setting.map_err(before)?;
            let setting = setting.ok_or(untold(Shut::WayNotOffered))?;
            setting.set(&new).await.map_err(told)
        }
        RotatedAccount::Ssh(..) => Err(untold(Shut::WayNotOffered)),
    }
}

/// The pinned address and no other.
pub(crate) async fn dialled(address: std::net::SocketAddr) -> Result<TcpStream, Shut> {
    let connecting = timeout(CONNECT_WITHIN, TcpStream::connect(address)).await;
    let stream = connecting.ok().and_then(Result::ok);
    let stream = stream.ok_or(Shut::Unreachable)?;
    tunnel::tune(&stream).map_err(|_| Shut::Unreachable)?;
    Ok(stream)
}

/// How a database is entered to set a password: as itself, without the check that a reader only reads.
pub(crate) fn entry(user: &str, server: &ServerIdentity) -> DatabaseEntry {
    DatabaseEntry {
        user: user.to_owned(),
        server: server.clone(),
        terms: DatabaseTerms {
            write: true,
            databases: Databases::Any,
            most_bytes_out: 0,
        },
        secret: 0,
        bytes_left: 0,
        patients: Vec::new(),
    }
}

pub(crate) fn password(secret: &TargetSecret) -> Result<Zeroizing<Vec<u8>>, Shut> {
    match secret {
        TargetSecret::Password(password) => Ok(password.as_bytes().to_vec().into()),
        TargetSecret::Key(_) | TargetSecret::Authority(_) => Err(Shut::WayNotOffered),
    }
}
