//! Files that pass, one by one: looked into, shown to scanners, and let pass by rule or by a person.
//!
//! What nobody could look at never passes by itself: a scanner that does not answer holds a file up, as
//! does a site without any (decision 0038).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

use access::{
    Command, Entry, Event, FileCommand, FileLook, FileScan, FileVerdict, FileWhy, GatewayNote,
    Handover, Outcome, Refusal,
};
use ids::{Digest, SessionId, Timestamp, VisitId};
use login::Identity;
use quarantine::{Limits, Quarantine, Scanner, Waiting};

use crate::{Engine, Inner, OpenedSession, gateway_caller};

/// The folder in the site's directory.
const FOLDER: &str = "quarantine";

/// Bytes that may wait together: some patches of whole systems, and far less than a disk.
const MOST_WAITING: u64 = 20 << 30;

/// How files are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileChecks {
    /// Every file stops in quarantine.
    Quarantine(Box<FileRules>),
    /// Files pass as they are read: hashed and entered, and looked at by nobody. For a site that has
    /// accepted this in writing, and for tests whose subject is something else.
    DangerouslyUnchecked,
}

impl Default for FileChecks {
    /// Nothing is scanned, so everything waits for a person.
    fn default() -> Self {
        Self::Quarantine(Box::default())
    }
}

/// The rules of the quarantine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileRules {
    /// Who scans: each must say that a file is clean.
    pub scanners: Vec<Scanner>,
    /// Lets files pass that nobody scanned, where no scanner is set up. One that is set up and does not
    /// answer holds them up all the same.
    pub dangerous_unscanned_files_pass: bool,
    /// What holds for every target that has no rules of its own.
    pub usual: TargetRules,
    /// Rules of single targets, by name.
    pub targets: BTreeMap<String, TargetRules>,
}

/// What may pass to and from a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetRules {
    /// The kinds that may pass, as [`quarantine::KINDS`] names them; `None`: all.
    pub kinds: Option<BTreeSet<String>>,
    /// Bytes of one file.
    pub most_bytes: u64,
    /// A person lets every file pass.
    pub by_person: bool,
}

impl Default for TargetRules {
    fn default() -> Self {
        Self {
            kinds: None,
            most_bytes: 4 << 30,
            by_person: false,
        }
    }
}

/// What became of a file in quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// It passes: by rule, or because a person let it.
    Passes(FileLook),
    /// It waits for a person, under this number of the visit.
    Held(u32, Vec<FileWhy>),
    /// It is refused.
    Stopped(Vec<FileWhy>),
    /// A person refused it.
    Refused,
    /// It cannot be entered: it does not pass.
    Unentered(Refusal),
}

/// A file that went out of the hospital.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOut {
    /// In which session.
    pub session: SessionId,
    /// When it was entered.
    pub at: Timestamp,
    /// Its path on the target; `None` once it is erased.
    pub path: Option<String>,
    /// Bytes that passed.
    pub bytes: u64,
    /// SHA-256 of the content, if it passed whole and in order.
    pub sha256: Option<Digest>,
    /// What it is, by its content; `None` where nobody looked at it.
    pub kind: Option<String>,
}

/// The quarantine of a site, and how it is used.
pub(crate) struct Files {
    place: Quarantine,
    checks: OnceLock<FileChecks>,
    strict: FileChecks,
}

impl Files {
    /// Opens the folder and removes what a crash left in it.
    pub(crate) fn open(dir: &Path) -> std::io::Result<Self> {
        let place = Quarantine::open(&dir.join(FOLDER), MOST_WAITING)?;
        place.sweep(&BTreeSet::new())?;
        Ok(Self {
            place,
            checks: OnceLock::new(),
            strict: FileChecks::default(),
        })
    }

    fn checks(&self) -> &FileChecks {
        self.checks.get().unwrap_or(&self.strict)
    }
}

impl Engine {
    /// Says how files are looked at, once, before anybody connects. Until then nothing passes but by a
    /// person.
    pub fn check_files(&self, checks: FileChecks) {
        if self.inner.files.checks.set(checks).is_err() {
            tracing::error!("how files are looked at was said twice; what was said first stands");
        }
    }

    /// How files are looked at.
    pub fn file_checks(&self) -> &FileChecks {
        self.inner.files.checks()
    }

    /// What went out of the hospital in a visit, in order: for the report of its deletion (10①).
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn files_out(&self, visit: &VisitId) -> Result<Vec<FileOut>, Refusal> {
        let broken = |cause: &dyn std::fmt::Display| {
            tracing::error!(%cause, "an entry of a visit cannot be read");
            crate::writer::unavailable()
        };
        let mut out = Vec::new();
        let parts = self.inner.visit_parts(visit);
        for part in parts.iter().filter(|part| !part.looked) {
            let bytes = self.inner.store.entry(part.index);
            let bytes = bytes.map_err(|cause| broken(&cause))?;
            let value = ledger::canonical::decode(&bytes).map_err(|cause| broken(&cause))?;
            let entry = Entry::from_value(value).map_err(|cause| broken(&cause))?;
            if let Event::FileHandedOver {
                session,
                direction: Handover::Out,
                name,
                bytes,
                sha256,
                look,
                ..
            } = entry.event
            {
                out.push(FileOut {
                    session,
                    at: entry.at,
                    path: self.text_of(&name),
                    bytes,
                    sha256,
                    kind: look.map(|look| look.kind),
                });
            }
        }
        Ok(out)
    }

    /// Does something about files in quarantine, or about what went out.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn about_files(&self, by: &Identity, about: FileCommand) -> Result<(), Refusal> {
        let command = Command::Files(about);
        self.submit(by, command).await.map(|_| ())
    }
}

impl OpenedSession {
    /// Where files of this session wait; `None` if they pass as they are read.
    pub fn quarantine(&self) -> Option<&Quarantine> {
        let files = &self.engine().inner.files;
        match files.checks() {
            FileChecks::Quarantine(_) => Some(&files.place),
            FileChecks::DangerouslyUnchecked => None,
        }
    }

    /// Bytes of one file that may pass.
    pub fn most_file_bytes(&self) -> u64 {
        self.rules().map_or(0, |(_, target)| target.most_bytes)
    }

    fn rules(&self) -> Option<(&FileRules, &TargetRules)> {
        let FileChecks::Quarantine(rules) = self.engine().inner.files.checks() else {
            return None;
        };
        let own = rules.targets.get(self.permit().target_name());
        Some((rules, own.unwrap_or(&rules.usual)))
    }

    /// Looks into a file, shows it to every scanner, and says what becomes of it. What is held or stopped
    /// is entered before this returns.
    pub async fn judge(&self, file: &Waiting, direction: Handover, path: &str) -> Judged {
        let Some((rules, target)) = self.rules() else {
            return Judged::Stopped(vec![FileWhy::Unscanned]);
        };
        let look = looked_at(file, rules, target).await;
        match look.verdict {
            FileVerdict::Passed => return Judged::Passes(look),
            FileVerdict::Stopped => {}
            FileVerdict::Held => match self.answered(file, direction, path) {
                Some((_, Some(true))) => return Judged::Passes(look),
                Some((_, Some(false))) => return Judged::Refused,
                // It waits already: asking again is no second question.
                Some((number, None)) => return Judged::Held(number, look.why),
                None => {}
            },
        }
        self.enter_look(file, direction, path, look).await
    }

    async fn enter_look(
        &self,
        file: &Waiting,
        direction: Handover,
        path: &str,
        look: FileLook,
    ) -> Judged {
        let inner = &self.engine().inner;
        let path = crate::channels::cut(path);
        let name = match inner.commit("file-name", &path, None) {
            Ok(name) => name,
            Err(refusal) => return Judged::Unentered(refusal),
        };
        let (verdict, why) = (look.verdict, look.why.clone());
        let note = GatewayNote::FileJudged {
            session: self.permit().session().clone(),
            direction,
            name,
            bytes: file.length(),
            sha256: file.sha256(),
            look,
        };
        let entered = self
            .engine()
            .submit_with(gateway_caller(), Command::Note(note), Vec::new());
        match (entered.await, verdict) {
            (_, FileVerdict::Stopped) => Judged::Stopped(why),
            (Ok(Outcome::File { number }), _) => Judged::Held(number, why),
            (Err(refusal), _) => Judged::Unentered(refusal),
            (Ok(_), _) => Judged::Unentered(crate::writer::unavailable()),
        }
    }

    /// What was said of the same content on the same way to the same place, in this visit: its number, and
    /// whether it may pass; nobody may have answered yet.
    fn answered(
        &self,
        file: &Waiting,
        direction: Handover,
        path: &str,
    ) -> Option<(u32, Option<bool>)> {
        let path = crate::channels::cut(path);
        let inner: &Inner = &self.engine().inner;
        let visit: &VisitId = self.permit().visit();
        let same: Vec<_> = {
            let site = inner.site();
            let held = &site.visit(visit)?.held;
            let same = held
                .iter()
                .rev()
                .filter(|(_, held)| held.sha256 == file.sha256() && held.direction == direction);
            same.map(|(number, held)| (*number, held.name, held.answer.clone()))
                .collect()
        };
        let here = same.into_iter().find(|(_, name, _)| {
            let opening = inner.store.opening(name).ok().flatten();
            opening.is_some_and(|opening| opening.value == path)
        });
        here.map(|(number, _, answer)| (number, answer.map(|answer| answer.released)))
    }
}

/// What is seen of a file, and what the rules make of it.
async fn looked_at(file: &Waiting, rules: &FileRules, target: &TargetRules) -> FileLook {
    let kind = quarantine::kind(file.head());
    let mut why = inside(file, target).await;
    let mut scans = Vec::new();
    for scanner in &rules.scanners {
        let by = scanner.name().to_owned();
        match scanner.scan(file).await {
            Ok(scanned) => {
                if let Some(name) = &scanned.found {
                    let (by, name) = (by.clone(), name.clone());
                    why.push(FileWhy::Found { by, name });
                }
                scans.push(FileScan {
                    by,
                    version: scanned.version,
                    found: scanned.found,
                });
            }
            Err(cause) => {
                tracing::warn!(%cause, scanner = by, "a file was not scanned: it waits");
                why.push(FileWhy::ScannerSilent { by });
            }
        }
    }
    if rules.scanners.is_empty() && !rules.dangerous_unscanned_files_pass {
        why.push(FileWhy::Unscanned);
    }
    if target.by_person {
        why.push(FileWhy::ByPerson);
    }
    FileLook {
        kind: kind.to_owned(),
        scans,
        verdict: verdict(&why),
        why,
    }
}

/// What content and archives say against a file.
async fn inside(file: &Waiting, target: &TargetRules) -> Vec<FileWhy> {
    let mut why = Vec::new();
    let allowed = |kind: &str| {
        target
            .kinds
            .as_ref()
            .is_none_or(|kinds| kinds.contains(kind))
    };
    let mut refuse = |kind: &str| {
        if !allowed(kind) {
            let kind = kind.to_owned();
            why.push(FileWhy::Kind { kind });
        }
    };
    refuse(quarantine::kind(file.head()));
    let length = file.length();
    let looked = match file.reader() {
        Ok(reader) => {
            let looking = move || quarantine::look(reader, length, &Limits::default());
            tokio::task::spawn_blocking(looking).await.ok()
        }
        Err(_) => None,
    };
    match looked {
        Some(Ok(look)) => look.inside.iter().for_each(|kind| refuse(kind)),
        Some(Err(trouble)) => why.push(FileWhy::Archive {
            trouble: trouble.to_string(),
        }),
        // It broke off: nobody has looked.
        None => why.push(FileWhy::Archive {
            trouble: quarantine::Trouble::Unreadable.to_string(),
        }),
    }
    why
}

/// What is found, hostile or of a kind that is not let in is refused; everything else waits.
fn verdict(why: &[FileWhy]) -> FileVerdict {
    let stops = |why: &FileWhy| match why {
        FileWhy::Found { .. } | FileWhy::Kind { .. } => true,
        FileWhy::Archive { trouble } => matches!(trouble.as_str(), "bomb" | "traversal"),
        FileWhy::Unscanned | FileWhy::ScannerSilent { .. } | FileWhy::ByPerson => false,
    };
    if why.iter().any(stops) {
        FileVerdict::Stopped
    } else if why.is_empty() {
        FileVerdict::Passed
    } else {
        FileVerdict::Held
    }
}
