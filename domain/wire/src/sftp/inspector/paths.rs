//! Requests that name paths: resolved by the target, decided by the caller, sent; one after the
//! other.

mod decide;

use std::collections::VecDeque;

use super::{Inspector, MAX_QUEUE};
use crate::sftp::Misbehaviour;
use crate::sftp::act::{Acts, AskId, Operation};
use crate::sftp::answer::{Answer, only_name};
use crate::sftp::codec::{MAX_PATH, Packet, kind, status};
use crate::sftp::job::{Job, Verb};
use crate::sftp::path::{RemotePath, split};
use crate::sftp::requests::What;

/// The request whose turn it is.
pub(super) struct Current {
    job: Job,
    stage: Stage,
    first: Option<RemotePath>,
    second: Option<RemotePath>,
    /// What is still to be asked.
    operations: VecDeque<Operation>,
    read_left: Option<u64>,
    write_left: Option<u64>,
}

/// What the request waits for.
enum Stage {
    /// The target resolves the whole path.
    Whole,
    /// The target resolves the directory; `name` is put behind it. `missing`: the whole path could
    /// not be resolved.
    Parent { name: Vec<u8>, missing: bool },
    /// The target says whether something is there that it could not resolve.
    Absent { path: RemotePath },
    /// The caller decides.
    Asking { id: AskId, reads: bool },
    /// The target answers.
    Sent,
}

impl Current {
    fn new(job: Job) -> Self {
        Self {
            job,
            stage: Stage::Whole,
            first: None,
            second: None,
            operations: VecDeque::new(),
            read_left: None,
            write_left: None,
        }
    }

    /// The path to resolve now, as the engineer wrote it.
    fn path(&self) -> Vec<u8> {
        let (written, base) = match (&self.first, &self.job.second) {
            (Some(link), Some(second)) => (second, Some(link.parent())),
            _ => (&self.job.first, None),
        };
        match base {
            // What a symbolic link holds is seen from where the link is.
            Some(base) if self.job.verb == Verb::Symlink && !written.starts_with(b"/") => {
                [base.as_bytes(), b"/", written].concat()
            }
            _ if written.is_empty() => b".".to_vec(),
            _ => written.clone(),
        }
    }
}

impl Inspector {
    /// Takes a request that names paths.
    pub(super) fn enqueue(&mut self, job: Job, acts: &mut Acts<'_>) -> Result<(), Misbehaviour> {
        if self.queue.len() >= MAX_QUEUE {
            let sentence = self.words.too_many.clone();
            return self.say(job.id, status::FAILURE, &sentence, acts);
        }
        self.queue.push_back(job);
        self.advance(acts)
    }

    /// Begins with the next request, if none is being worked on.
    fn advance(&mut self, acts: &mut Acts<'_>) -> Result<(), Misbehaviour> {
        while self.current.is_none() {
            let Some(job) = self.queue.pop_front() else {
                return Ok(());
            };
            self.resolve(Current::new(job), acts)?;
        }
        Ok(())
    }

    /// The answer to a request came that later ones had to wait for.
    pub(super) fn settled(&mut self, acts: &mut Acts<'_>) -> Result<(), Misbehaviour> {
        self.current = None;
        self.advance(acts)
    }

    fn refuse(&mut self, id: u32, sentence: &str, acts: &mut Acts<'_>) -> Result<(), Misbehaviour> {
        self.say(id, status::PERMISSION_DENIED, sentence, acts)
    }

    fn refuse_unresolved(&mut self, id: u32, acts: &mut Acts<'_>) -> Result<(), Misbehaviour> {
        let sentence = self.words.unresolved.clone();
        self.refuse(id, &sentence, acts)
    }

    /// Has the target resolve the next path of the request.
    fn resolve(&mut self, mut current: Current, acts: &mut Acts<'_>) -> Result<(), Misbehaviour> {
        let path = current.path();
        if path.len() > MAX_PATH {
            return self.refuse_unresolved(current.job.id, acts);
        }
        let parts = if current.job.follows() {
            None
        } else {
            split(&path)
        };
        let asked = match parts {
            None => {
                current.stage = Stage::Whole;
                &path[..]
            }
            Some((parent, name)) => {
                let name = name.to_vec();
                let missing = false;
                current.stage = Stage::Parent { name, missing };
                parent
            }
        };
        self.realpath(asked, acts)?;
        self.current = Some(current);
        Ok(())
    }

    fn realpath(&mut self, path: &[u8], acts: &mut Acts<'_>) -> Result<(), Misbehaviour> {
        let packet = |id| Packet::with_id(kind::REALPATH, id).string(path).done();
        self.ask_target(What::Resolved, kind::NAME, packet, acts)
    }

    /// The target resolved a path, or could not.
    pub(super) fn resolved(
        &mut self,
        answer: &Answer<'_>,
        acts: &mut Acts<'_>,
    ) -> Result<(), Misbehaviour> {
        let Some(mut current) = self.current.take() else {
            return Ok(());
        };
        let Answer::Name { rest, .. } = answer else {
            self.unresolved(current, answer, acts)?;
            return self.advance(acts);
        };
        let found = RemotePath::resolved(only_name(rest)?);
        let (found, missing) = if let Stage::Parent { name, missing } = &current.stage {
            (found.and_then(|parent| parent.join(name)), *missing)
        } else {
            (found, false)
        };
        match found {
            None => self.refuse_unresolved(current.job.id, acts)?,
            Some(path) if missing => {
                let name = path.as_bytes();
                let packet = |id| Packet::with_id(kind::LSTAT, id).string(name).done();
                self.ask_target(What::Absent, kind::ATTRS, packet, acts)?;
                current.stage = Stage::Absent { path };
                self.current = Some(current);
            }
            Some(path) => self.found(current, path, acts)?,
        }
        self.advance(acts)
    }

    /// The target could not resolve a path. A file to be made may not exist: then its directory
    /// does.
    fn unresolved(
        &mut self,
        mut current: Current,
        answer: &Answer<'_>,
        acts: &mut Acts<'_>,
    ) -> Result<(), Misbehaviour> {
        let path = current.path();
        let again = matches!(current.stage, Stage::Whole) && current.job.may_create();
        match split(&path).filter(|_| again) {
            None => self.relay_status(current.job.id, answer, acts),
            Some((parent, name)) => {
                let name = name.to_vec();
                let missing = true;
                current.stage = Stage::Parent { name, missing };
                self.realpath(parent, acts)?;
                self.current = Some(current);
                Ok(())
            }
        }
    }

    /// The target said whether something is where a file is to be made. If so, it is a link to
    /// something that does not exist, and would be followed.
    pub(super) fn absent(
        &mut self,
        answer: &Answer<'_>,
        acts: &mut Acts<'_>,
    ) -> Result<(), Misbehaviour> {
        let Some(current) = self.current.take() else {
            return Ok(());
        };
        let id = current.job.id;
        let nothing = answer.code() == Some(status::NO_SUCH_FILE);
        match &current.stage {
            Stage::Absent { path } if nothing => {
                let path = path.clone();
                self.found(current, path, acts)?;
            }
            Stage::Whole
            | Stage::Parent { .. }
            | Stage::Absent { .. }
            | Stage::Asking { .. }
            | Stage::Sent => self.relay_status(id, answer, acts)?,
        }
        self.advance(acts)
    }

    /// What the target said instead of resolving becomes the answer. Never a success.
    fn relay_status(
        &mut self,
        id: u32,
        answer: &Answer<'_>,
        acts: &mut Acts<'_>,
    ) -> Result<(), Misbehaviour> {
        if let Answer::Status { code, rest, .. } = answer
            && *code != status::OK
        {
            let packet = Packet::with_id(kind::STATUS, id).u32(*code).raw(rest);
            return self.to_engineer.packet(acts, packet.done());
        }
        self.refuse_unresolved(id, acts)
    }
}
