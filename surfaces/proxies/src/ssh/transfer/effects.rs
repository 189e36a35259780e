//! What a machine's effects are in the world: bytes to send, questions, budgets, files that passed.

use std::sync::PoisonError;

use access::{EndReason, FileLook, Handover};
use phrases::say;
use recording::FileNote;
use ssh::Stream;
use wire::sftp::{Direction, HandedOver, RemotePath, Verdict};

use super::{Stop, Transfer};
use crate::ssh::channel::ended;
use crate::ssh::machine::Effect;
use crate::ssh::words;

impl Transfer<'_> {
    pub(super) fn spend(&self, direction: Direction, bytes: u64) -> bool {
        match direction {
            Direction::Upload => self.files_in.take(bytes),
            Direction::Download => self.files_out.take(bytes),
        }
    }

    pub(super) fn follow(&self, effects: Vec<Effect<'_>>) -> Result<(), Stop> {
        for effect in effects {
            match effect {
                Effect::ToTarget(bytes) => self.to_target.bytes(Stream::Main, &bytes),
                Effect::ToEngineer(bytes) => self.to_engineer.bytes(Stream::Main, &bytes),
                Effect::Ask(question) => {
                    // The receiver lives as long as the transfer does.
                    let _over = self.questions.send(question);
                }
                Effect::Exceeded(direction, path) => self.exceeded(direction, &path)?,
                Effect::File(file) => self.handed_over(file)?,
            }
        }
        Ok(())
    }

    /// The bytes of the visit are used up: recorded, entered, and told.
    fn exceeded(&self, direction: Direction, path: &RemotePath) -> Result<(), EndReason> {
        let way = match direction {
            Direction::Upload => Handover::In,
            Direction::Download => Handover::Out,
        };
        if let Some(gated) = &self.gated {
            gated.exceed(path);
        }
        let opened = &self.line.session.opened;
        ended(opened.files_used_up(self.line.number, way, &path.to_string()))?;
        let reason = say(self.line.language, "reason-files-used-up", &[]);
        self.tell_refused(&reason);
        Ok(())
    }

    /// The answer to a question that was refused, and told.
    pub(in crate::ssh) fn denied(&self, reason: &str) -> Verdict {
        self.tell_refused(reason);
        let sentence = if self.tells_itself {
            words::file_refused(self.line.language, reason)
        } else {
            reason.to_owned()
        };
        Verdict::Deny { sentence }
    }

    /// Tells why a file was refused: clients of SFTP show their own words for it, and not the reason.
    pub(in crate::ssh) fn tell_refused(&self, reason: &str) {
        if self.tells_itself {
            return;
        }
        let sentence = words::file_refused(self.line.language, reason);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if *told != sentence {
            let line = format!("{sentence}\n");
            self.to_engineer.bytes(Stream::Error, line.as_bytes());
            *told = sentence;
        }
    }

    /// A file passed the machine, whole or in part.
    fn handed_over(&self, file: HandedOver) -> Result<(), EndReason> {
        match (&self.gated, file.direction) {
            // It passed into quarantine, no further; what goes on from there is told there.
            (Some(_), Direction::Upload) => Ok(()),
            (Some(gated), Direction::Download) => {
                let look = gated.look(&file.path);
                self.entered(&file, look)
            }
            (None, _) => self.entered(&file, None),
        }
    }

    /// A file passed: it is entered, with what was seen of it.
    pub(in crate::ssh) fn entered(
        &self,
        file: &HandedOver,
        look: Option<FileLook>,
    ) -> Result<(), EndReason> {
        let opened = &self.line.session.opened;
        let note = FileNote {
            channel: self.line.number,
            direction: match file.direction {
                Direction::Upload => recording::Direction::ToTarget,
                Direction::Download => recording::Direction::FromTarget,
            },
            // Escaped: no name of a file moves a cursor, or looks like another's.
            path: file.path.to_string(),
            bytes: file.bytes,
            sha256: file.sha256,
            whole: file.whole,
        };
        ended(opened.file_handed_over(&note, look))?;
        let what = format!("channel-{}", name(file.direction));
        let what = say(phrases::Language::default(), &what, &[]);
        let shown = format!("{what}: {} ({})", note.path, note.bytes);
        opened.show(engine::Shown::Notice(shown));
        Ok(())
    }

    /// What was still under way is handed over as far as it was.
    pub(super) fn finish(&self) -> Result<(), EndReason> {
        let mut machine = self.machine.lock().unwrap_or_else(PoisonError::into_inner);
        let mut recorded = Ok(());
        for file in machine.finish() {
            // Every one is entered, whether or not it is recorded.
            recorded = self.handed_over(file).and(recorded);
        }
        recorded
    }
}

fn name(direction: Direction) -> &'static str {
    match direction {
        Direction::Upload => "upload",
        Direction::Download => "download",
    }
}
