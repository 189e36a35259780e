//! What becomes of a file is told: to the engineer, to the recording, to who attends.

use access::{FileLook, FileWhy, Handover};
use engine::{Judged, Shown};
use phrases::{Language, say};
use quarantine::Waiting;
use wire::sftp::RemotePath;

use crate::ssh::transfer::Transfer;
use crate::ssh::words;

impl Transfer<'_> {
    /// Has a file looked at. `Err`: it does not pass, and why, in the engineer's language.
    pub(super) async fn looked_at(
        &self,
        file: &Waiting,
        direction: Handover,
        path: &RemotePath,
    ) -> Result<FileLook, String> {
        let opened = &self.line.session.opened;
        let path = path.to_string();
        let judged = opened.judge(file, direction, &path).await;
        let sentence = |language| match &judged {
            Judged::Passes(_) => None,
            Judged::Held(number, why) => {
                let (number, why) = (number.to_string(), reasons(language, why));
                let args = [("number", number.as_str()), ("why", why.as_str())];
                Some(say(language, "file-held", &args))
            }
            Judged::Stopped(why) => Some(reasons(language, why)),
            Judged::Refused => Some(say(language, "file-refused-by-person", &[])),
            Judged::Unentered(refusal) => Some(words::reasons(language, refusal)),
        };
        if let Judged::Passes(look) = &judged {
            return Ok(look.clone());
        }
        let hospital = sentence(Language::default()).unwrap_or_default();
        let args = [("path", path.as_str()), ("what", hospital.as_str())];
        let note = say(Language::default(), "file-looked-at", &args);
        if let Err(cause) = opened.notice(&note) {
            tracing::debug!(%cause, "a notice is not in the recording");
        }
        opened.show(Shown::Notice(note));
        Err(sentence(self.line.language).unwrap_or_default())
    }
}

/// Why a file did not pass by rule: every reason.
fn reasons(language: Language, why: &[FileWhy]) -> String {
    let all: Vec<String> = why
        .iter()
        .map(|why| say(language, &format!("file-why-{}", why.id()), &why.args()))
        .collect();
    all.join(" ")
}
