//! A visit told whole: what was planned, what the recordings and the ledger show, what was reported,
//! and where these differ (照合, guideline 10.1 ④).
//!
//! Whoever looks at it looks at recordings: each one that is opened for it is an entry first. The
//! engineer of the visit sees their own commands and files, so that they can report; what the target
//! answered is in no story.

mod compared;
mod reach;
mod tell;

use access::{Employer, GatewayNote, Handover, Protocol, Reason, RecordingPolicy, Refusal, Who};
use collation::{Difference, WorkReport};
use ids::{Digest, PersonId, SessionId, Timestamp, VisitId};
use login::Identity;

use crate::evidence::refused;
use crate::{Engine, writer};
pub use reach::{Onward, Reach, ReachAsked, ReachOf, ReachedSession};

/// Stories that are told at the same time: each reads whole recordings.
pub(crate) const AT_ONCE: usize = 2;

/// Bounds of a story. What was left out because of them is counted.
mod limits {
    /// Entries of the visit that are read.
    pub(super) const MOST_ENTRIES: usize = 20_000;
    /// Recordings that are opened.
    pub(super) const MOST_RECORDINGS: usize = 200;
    /// Commands that are told.
    pub(super) const MOST_COMMANDS: usize = 2_000;
    /// Files that are told.
    pub(super) const MOST_FILES: usize = 2_000;
    /// Patients that are told.
    pub(super) const MOST_PATIENTS: usize = 5_000;
    /// Refusals that are told.
    pub(super) const MOST_REFUSED: usize = 500;
    /// Differences that are told.
    pub(super) const MOST_DIFFERENCES: usize = 200;
}

/// What happened in a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitStory {
    /// Whether it is over: nothing more can happen in it. Until then nothing is called missing.
    pub over: bool,
    /// Its sessions, in order.
    pub sessions: Vec<SessionStory>,
    /// The commands that the plan lists.
    pub planned: Vec<String>,
    /// Commands, in order of time.
    pub commands: Vec<GivenCommand>,
    /// Files that passed, in order of time.
    pub files: Vec<PassedFile>,
    /// Patients whose numbers came out of databases, in the order in which they first did.
    pub patients: Vec<SeenPatient>,
    /// Statements with which others came out, too, who cannot be listed.
    pub patients_unlisted: u64,
    /// What was asked for inside sessions and refused.
    pub refused: Vec<RefusedAsk>,
    /// Lines of input that are masked for good.
    pub masked_lines: u64,
    /// The reports in the order in which they were filed; the last one counts.
    pub reports: Vec<FiledReport>,
    /// Where plan, recordings and report differ.
    pub differences: Vec<Difference>,
    /// What is missing here because it is too much.
    pub left_out: StoryLeftOut,
}

/// What a story leaves out, by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoryLeftOut {
    /// Commands and other things that an index did not hold any more.
    pub commands: u64,
    /// Files, and other entries of the visit.
    pub files: u64,
    /// Patients.
    pub patients: u64,
    /// Refusals.
    pub refused: u64,
    /// Differences.
    pub differences: u64,
}

/// One session of a visit, beyond what the state tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionStory {
    /// Which.
    pub id: SessionId,
    /// Who attended it.
    pub attended: Vec<Stretch>,
    /// When it was paused, and by whom.
    pub paused: Vec<Stretch>,
    /// Whether it can be told what was done in it.
    pub content: SessionContent,
}

/// From when until when, by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The person; nobody if it was the machine's operator.
    pub by: Option<PersonId>,
    /// From when.
    pub from: Timestamp,
    /// Until when; nothing while it lasts, or if the session's end ended it.
    pub until: Option<Timestamp>,
}

/// Whether it can be told what was done in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionContent {
    /// Its recording was read.
    Read,
    /// Its bytes are recorded and not understood: another protocol.
    NotUnderstood,
    /// Only times and sizes are kept of it.
    MeasuredOnly,
    /// It was cut off when the gateway stopped: its last moments may be missing.
    Interrupted,
    /// Its recording could not be read, or does not verify.
    Unreadable,
    /// There are more recordings than are opened for one story.
    LeftOut,
}

impl SessionContent {
    /// Its id: the key of its word in `phrases`, prefixed there with `content-`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::NotUnderstood => "not-understood",
            Self::MeasuredOnly => "measured-only",
            Self::Interrupted => "interrupted",
            Self::Unreadable => "unreadable",
            Self::LeftOut => "left-out",
        }
    }
}

/// A command, as the recording's index has it (with that index's limits).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenCommand {
    /// In which session.
    pub session: SessionId,
    /// In which channel.
    pub channel: u32,
    /// When.
    pub at: Timestamp,
    /// The command.
    pub text: String,
}

/// A patient whose number came out of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenPatient {
    /// The number, as the database has it.
    pub patient: String,
    /// When it first came out.
    pub first: Timestamp,
    /// When it last did.
    pub last: Timestamp,
    /// With how many statements.
    pub statements: u64,
}

/// A file that passed, as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedFile {
    /// In which session.
    pub session: SessionId,
    /// When it was entered.
    pub at: Timestamp,
    /// Which way.
    pub direction: Handover,
    /// Its path on the target; nothing once it is erased.
    pub path: Option<String>,
    /// Bytes that passed.
    pub bytes: u64,
    /// SHA-256 of its content, if it passed whole.
    pub sha256: Option<Digest>,
}

/// Something that was asked for in a session and refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedAsk {
    /// In which session.
    pub session: SessionId,
    /// When.
    pub at: Timestamp,
    /// What: the id of the ask, and what it was about.
    pub what: String,
    /// The ids of the reasons.
    pub reasons: Vec<String>,
}

/// A report that was filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiledReport {
    /// SHA-256 of the document.
    pub sha256: Digest,
    /// When.
    pub at: Timestamp,
    /// Its file name; nothing once it is erased.
    pub name: Option<String>,
    /// What it states; nothing if it is a file of another form, or is not there any more.
    pub stated: Option<WorkReport>,
}

impl Engine {
    /// Tells a visit. Every recording that is opened for it is entered as viewed first.
    ///
    /// # Errors
    /// If the caller is neither of the hospital nor the engineer of the visit.
    pub async fn visit_story(&self, by: &Identity, visit: &VisitId) -> Result<VisitStory, Refusal> {
        match self.may_hear(by, visit)? {
            None => {}
            Some(reason) => return Err(self.refuse(by, "view_visit", vec![reason]).await),
        }
        let turn = self.inner.stories.acquire().await;
        let _turn = turn.map_err(|_| writer::unavailable())?;
        let sessions = self.contents_of(visit);
        let opened = sessions
            .iter()
            .filter(|(_, content)| content.is_in_a_recording());
        let opened: Vec<&SessionId> = opened.map(|(session, _)| session).collect();
        self.opened(by, opened, "visit").await?;
        let (engine, visit) = (self.clone(), visit.clone());
        let told = tokio::task::spawn_blocking(move || engine.tell(&visit, sessions));
        told.await.unwrap_or_else(|_| Err(writer::unavailable()))
    }

    /// Enters that recordings are looked at, before they are; what was recorded until now is in them then.
    async fn opened(
        &self,
        by: &Identity,
        sessions: Vec<&SessionId>,
        how: &str,
    ) -> Result<(), Refusal> {
        if !sessions.is_empty() {
            self.settle().await;
        }
        for session in sessions {
            let note = GatewayNote::RecordingViewed {
                by: by.caller().who.clone(),
                session: session.clone(),
                how: how.to_owned(),
            };
            self.note(note).await?;
        }
        Ok(())
    }

    /// A report by the digest that stands in the ledger, if it is one of this form.
    pub fn work_report(&self, document: &Digest) -> Option<WorkReport> {
        let bytes = self.blob(document)?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Why the caller may not hear the story, if so; to whoever does not see the visit it does not
    /// exist.
    fn may_hear(&self, by: &Identity, visit: &VisitId) -> Result<Option<Reason>, Refusal> {
        let site = self.inner.site();
        let sight = site.sight(by.caller(), self.now())?;
        let told = site.visit(visit).filter(|_| site.sees_visit(&sight, visit));
        let told = told.ok_or_else(|| refused(Reason::NotFound))?;
        let me = match &by.caller().who {
            Who::Person(me) => site.person(me),
            Who::LocalOperator { .. } | Who::Invitee(_) | Who::Kit | Who::Gateway => None,
        };
        Ok(match me.map(|me| &me.employer) {
            None => Some(Reason::PersonNeeded),
            Some(Employer::Hospital) => None,
            Some(Employer::Custodian) => Some(Reason::NotOfTheHospital),
            Some(Employer::Vendor(_)) => {
                let own = me.is_some_and(|me| me.id == told.person);
                (!own).then_some(Reason::NotYours)
            }
        })
    }

    /// The sessions of a visit, each with what can be told of it, as far as the ledger knows.
    fn contents_of(&self, visit: &VisitId) -> Vec<(SessionId, SessionContent)> {
        let site = self.inner.site();
        let visit = site.visit(visit);
        let sessions = visit.iter().flat_map(|visit| &visit.sessions);
        let mut recordings = 0;
        let content = |id: &SessionId| {
            let session = site.session(id)?;
            let terms = &site.grant(&session.grant)?.terms;
            let mut content = match (terms.protocol, terms.recording) {
                (_, RecordingPolicy::MetadataOnly) => SessionContent::MeasuredOnly,
                (Protocol::Tcp | Protocol::Vnc | Protocol::Rdp, RecordingPolicy::Payload) => {
                    SessionContent::NotUnderstood
                }
                (
                    Protocol::Ssh
                    | Protocol::Telnet
                    | Protocol::Postgres
                    | Protocol::Mysql
                    | Protocol::Http,
                    RecordingPolicy::Payload,
                ) => {
                    if session.ended == Some(access::EndReason::Interrupted) {
                        SessionContent::Interrupted
                    } else {
                        SessionContent::Read
                    }
                }
            };
            if content.is_in_a_recording() {
                recordings += 1;
                if recordings > limits::MOST_RECORDINGS {
                    content = SessionContent::LeftOut;
                }
            }
            Some((id.clone(), content))
        };
        sessions.filter_map(content).collect()
    }
}

impl SessionContent {
    /// Whether a recording is opened to tell it.
    fn is_in_a_recording(self) -> bool {
        matches!(self, Self::Read | Self::Interrupted)
    }
}
