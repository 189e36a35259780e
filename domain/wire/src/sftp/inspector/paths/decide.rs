//! A request whose paths are resolved: decided by the caller, and sent.

use super::super::Inspector;
use super::{Current, Stage};
use crate::sftp::Misbehaviour;
use crate::sftp::act::{Act, Acts, Ask, AskId, Operation, Verdict};
use crate::sftp::codec::status;
use crate::sftp::handles::MAX_HANDLES;
use crate::sftp::job::Verb;
use crate::sftp::path::RemotePath;
use crate::sftp::request::Plain;
use crate::sftp::requests::{Sent, What};

impl Inspector {
    pub(super) fn found(
        &mut self,
        mut current: Current,
        path: RemotePath,
        acts: &mut Acts<'_>,
    ) -> Result<(), Misbehaviour> {
        if current.first.is_none() {
            current.first = Some(path);
            if current.job.second.is_some() {
                return self.resolve(current, acts);
            }
        } else {
            current.second = Some(path);
        }
        if let Some(first) = &current.first {
            current.operations = current
                .job
                .operations(first, current.second.as_ref())
                .into();
        }
        self.ask(current, acts)
    }

    /// Asks the next question, or sends the request when there is none left.
    fn ask(&mut self, mut current: Current, acts: &mut Acts<'_>) -> Result<(), Misbehaviour> {
        let Some(operation) = current.operations.pop_front() else {
            return self.send(current, acts);
        };
        let id = AskId(self.next_ask);
        self.next_ask = self.next_ask.saturating_add(1);
        let reads = matches!(operation, Operation::Read { .. });
        current.stage = Stage::Asking { id, reads };
        acts.push(Act::Ask(Ask { id, operation }));
        self.current = Some(current);
        Ok(())
    }

    pub(in super::super) fn decided(
        &mut self,
        ask: AskId,
        verdict: Verdict,
        acts: &mut Acts<'_>,
    ) -> Result<(), Misbehaviour> {
        let open =
            |current: &mut Current| matches!(current.stage, Stage::Asking { id, .. } if id == ask);
        let Some(mut current) = self.current.take_if(open) else {
            return Ok(());
        };
        match verdict {
            Verdict::Deny { sentence } => self.refuse(current.job.id, &sentence, acts)?,
            Verdict::Allow { bytes_left } => {
                if matches!(current.stage, Stage::Asking { reads: true, .. }) {
                    current.read_left = bytes_left;
                } else {
                    current.write_left = bytes_left;
                }
                self.ask(current, acts)?;
            }
        }
        self.advance(acts)
    }

    /// Everything is allowed: the request goes, with the paths that were decided on.
    fn send(&mut self, mut current: Current, acts: &mut Acts<'_>) -> Result<(), Misbehaviour> {
        let job = &current.job;
        let engineer = job.id;
        let Some(path) = current.first.clone() else {
            return self.refuse_unresolved(engineer, acts);
        };
        let what = match job.verb {
            Verb::Open { flags } => What::Open {
                path: path.clone(),
                flags,
                read_left: current.read_left,
                write_left: current.write_left,
            },
            Verb::Plain(Plain::Opendir) => What::OpenDirectory { path: path.clone() },
            Verb::Setstat { size: true } => What::Cut { path: path.clone() },
            Verb::Plain(_)
            | Verb::Setstat { .. }
            | Verb::LinkSetstat { .. }
            | Verb::Mkdir
            | Verb::Rename
            | Verb::PosixRename
            | Verb::Hardlink
            | Verb::Symlink
            | Verb::Statvfs => What::Plain,
        };
        if matches!(what, What::Open { .. } | What::OpenDirectory { .. }) {
            if self.handles.count().saturating_add(self.opening) >= MAX_HANDLES {
                let sentence = self.words.too_many.clone();
                return self.say(engineer, status::FAILURE, &sentence, acts);
            }
            self.opening = self.opening.saturating_add(1);
        }
        let settles = job.changes();
        let id = self.requests.add(Sent {
            engineer,
            answer: job.answer(),
            what,
            settles,
        })?;
        let packet = job.packet(id, &path, current.second.as_ref());
        self.to_target.packet(acts, packet)?;
        if settles {
            current.stage = Stage::Sent;
            self.current = Some(current);
        }
        Ok(())
    }
}
