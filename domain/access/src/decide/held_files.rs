//! Files that stopped in quarantine: who lets them pass, and who says that they are deleted.

use ids::{Commitment, Digest, SessionId, VisitId};

use super::asking::{Asking, Reasons};
use super::{Decided, Outcome};
use crate::event::Event;
use crate::held_files::{FileCommand, FileLook, FileVerdict};
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::terms::Handover;

/// A file that was looked at, as the gateway notes it.
pub(super) struct Judged {
    pub(super) session: SessionId,
    pub(super) direction: Handover,
    pub(super) name: Commitment,
    pub(super) bytes: u64,
    pub(super) sha256: Digest,
    pub(super) look: FileLook,
}

impl Asking<'_> {
    pub(super) fn about_files(&self, command: FileCommand) -> Result<Decided, Refusal> {
        match command {
            FileCommand::Release { visit, file } => self.answer_file(visit, file, true),
            FileCommand::Refuse { visit, file } => self.answer_file(visit, file, false),
            FileCommand::ConfirmDeletion { visit } => self.confirm_deletion(visit),
        }
    }

    /// The gateway looked at a file; its number is the next one of the visit.
    pub(super) fn judged(&self, judged: Judged) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.gateway_only(&mut why);
        let session = self.site.sessions.get(&judged.session);
        let visit = session.and_then(|session| self.site.visits.get(&session.visit));
        let visit = why.need(visit, Reason::NotFound);
        let FileLook { kind, scans, .. } = &judged.look;
        why.text(kind, limits::LONGEST_NAME);
        why.limit(scans.len(), limits::MOST_SCANS, "scans");
        for scan in scans {
            why.text(&scan.by, limits::LONGEST_NAME);
            why.text(&scan.version, limits::LONGEST_KEY);
        }
        let Some(visit) = visit else {
            return Err(why.refusal());
        };
        if judged.look.verdict == FileVerdict::Held {
            let waiting = visit.held.values().filter(|file| file.answer.is_none());
            why.limit(waiting.count() + 1, limits::MOST_HELD, "files");
        }
        why.settle()?;
        let number = visit.judged.saturating_add(1);
        let event = Event::FileJudged {
            session: judged.session,
            visit: visit.id.clone(),
            file: number,
            direction: judged.direction,
            name: judged.name,
            bytes: judged.bytes,
            sha256: judged.sha256,
            look: judged.look,
        };
        Decided::one(event, Outcome::File { number })
    }

    /// An operator or approver of the hospital answers for a file that waits: nobody of the vendor does.
    fn answer_file(&self, visit: VisitId, file: u32, release: bool) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        let of = self.site.visits.get(&visit);
        let found = of.and_then(|of| Some((of, of.held.get(&file)?)));
        let Some((of, held)) = why.need(found, Reason::NotFound) else {
            return Err(why.refusal());
        };
        why.unless(held.answer.is_none(), Reason::AlreadySo);
        // What nobody can fetch any more needs no leave; to refuse it is still an answer.
        let over = self.site.visit_over(of, self.now);
        why.unless(!release || !over, Reason::NoGrant);
        why.settle()?;
        let event = if release {
            Event::FileReleased { visit, file }
        } else {
            Event::FileRefused { visit, file }
        };
        Decided::one(event, Outcome::Done)
    }

    /// An engineer of the vendor whose visit it was says it, once something went out.
    fn confirm_deletion(&self, visit: VisitId) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let engineer = self.engineer(&mut why);
        let visits = &self.site.visits;
        let found = visits
            .get(&visit)
            .filter(|visit| engineer.is_some_and(|(_, vendor)| visit.vendor == vendor.id));
        let Some(found) = why.need(found, Reason::NotFound) else {
            return Err(why.refusal());
        };
        let out = found.files_out > 0 || found.data_out > 0;
        why.unless(out, Reason::NotFound);
        why.limit(
            found.deletions.len() + 1,
            limits::MOST_DELETIONS,
            "deletions",
        );
        why.settle()?;
        Decided::one(Event::DeletionConfirmed { visit }, Outcome::Done)
    }
}
