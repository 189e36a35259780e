//! Who is told what, how, and when: mail server, webhooks, ways, quiet hours, and what was delivered.
//!
//! What is due is a pure function of the state and the moment ([`Site::due_notices`](crate::Site::due_notices)). A delivery is an
//! entry, so that nobody is told the same thing again after a restart.

mod due;
mod entered;
mod views;

use std::collections::BTreeMap;

use ids::{
    Commitment, DeviceId, Digest, NonEmpty, PersonId, RequestId, SessionId, TargetId, Timestamp,
    VisitId,
};
use serde::{Deserialize, Serialize};

use crate::terms::Slot;

pub use due::{Due, Unwell};

/// How a mail server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailSecurity {
    /// TLS begins inside the connection (RFC 3207); without it nothing is sent.
    StartTls,
    /// TLS from the first byte (RFC 8314).
    Implicit,
    /// None: whoever is on the way reads and changes every message.
    DangerousPlaintext,
}

/// The server through which mail leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailServer {
    /// Its host name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    pub security: MailSecurity,
    /// The address that messages come from.
    pub from: String,
    /// The account, if it asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Number of the account's sealed password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<u64>,
    /// SHA-256 of the certificates that vouch for it (PEM, kept as a blob); without them the machine's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roots: Option<Digest>,
}

/// In which form a webhook wants its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// JSON of our own, signed.
    Generic,
    /// Slack's incoming webhook.
    Slack,
    /// A workflow of Microsoft Teams.
    Teams,
    /// LINE WORKS' incoming webhook.
    LineWorks,
}

/// A webhook. Its whole address is a secret: who knows it can write there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// A short name: letters, digits, hyphens; unique at the site.
    pub name: String,
    /// In which form it wants messages.
    pub preset: Preset,
    /// Its `host:port`, which is not secret.
    pub address: String,
    /// Number of its sealed address and key.
    pub secret: u64,
    /// SHA-256 of the certificates that vouch for it (PEM, kept as a blob); without them the machine's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roots: Option<Digest>,
}

/// How a message reaches a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Way {
    /// By mail.
    Mail {
        /// The address.
        address: Commitment,
    },
    /// By one of the site's webhooks.
    Webhook {
        /// Its name.
        name: String,
    },
}

/// How a person is told, and when not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ways {
    /// Every way is used. None: the person is not told.
    pub ways: Vec<Way>,
    /// Hours in which only the night chain's current link is told, in Japan Standard Time.
    pub quiet: Vec<Slot>,
    /// Whether they want to hear of each session's beginning and end.
    pub sessions: bool,
}

/// What holds for the messages of the whole site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeTerms {
    /// Minutes after which an unanswered request is refused.
    pub answer_within: u16,
    /// Whether messages are in English; they are in Japanese otherwise.
    pub english: bool,
}

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum About {
    /// A request waits for an answer.
    Request(RequestId),
    /// A request was refused because nobody answered.
    Unanswered(RequestId),
    /// An emergency opening owes its approval.
    Emergency {
        /// Which request.
        request: RequestId,
        /// How often it was told before.
        reminder: u32,
    },
    /// A session was opened.
    SessionBegan(SessionId),
    /// A session is closed.
    SessionEnded(SessionId),
    /// A work report is overdue.
    ReportOverdue(VisitId),
    /// The site was isolated.
    Isolated {
        /// Since when.
        since: Timestamp,
    },
    /// A rule has seen something: the alert's number.
    Alert(u64),
    /// The log is to be inspected.
    InspectionDue {
        /// Since when.
        since: Timestamp,
        /// Whether it is days late.
        late: bool,
    },
    /// A device waits for its words to be compared.
    DeviceWaits(DeviceId),
    /// A file waits for a person: of those of a visit the first that does.
    FileWaits {
        /// Of which visit.
        visit: VisitId,
        /// Its number in the visit.
        file: u32,
    },
    /// A scanner found something in a file of a visit. It is told once for a visit, however many there are.
    FileInfected(VisitId),
    /// A reviewer asked something about a visit that is over.
    Question {
        /// About which visit.
        visit: VisitId,
        /// Which review of it, counted from one.
        review: u32,
    },
    /// The accepted risk on which a target rests ends soon.
    RiskEnds {
        /// Of which target.
        target: TargetId,
        /// When.
        until: Timestamp,
    },
    /// It has ended, and nobody enters the target.
    RiskEnded {
        /// Of which target.
        target: TargetId,
        /// When.
        until: Timestamp,
    },
    /// Something stops visits, or a worker crashed: the id of the finding.
    Finding(String),
    /// Somebody tries whether messages arrive.
    Test,
}

/// By which kind of way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WayKind {
    /// Mail.
    Mail,
    /// A webhook.
    Webhook,
}

/// Why a message did not arrive: the class of the cause, never its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undelivered {
    /// The server cannot be reached, or did not answer in time.
    Unreachable,
    /// TLS was not offered, or its certificate is not one that counts.
    Untrusted,
    /// The server refused our account or our address of the webhook.
    NotSignedIn,
    /// The server refused the message or its recipient.
    Rejected,
    /// What is set up cannot be used: a secret or a text is missing.
    NotUsable,
}

/// What one way gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// Which kind of way.
    pub way: WayKind,
    /// Why it failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<Undelivered>,
}

/// What was tried for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tried {
    /// Who was to be told.
    pub person: PersonId,
    /// What each way gave, the last time.
    pub sent: Vec<Sent>,
    /// How often it was tried.
    pub tries: u32,
}

impl Tried {
    /// Whether the message left by one way at least.
    pub fn arrived(&self) -> bool {
        self.sent.iter().any(|sent| sent.failed.is_none())
    }
}

/// What is asked about notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetNotices {
    /// Through which server mail leaves; `None`: no mail.
    Mail(Option<MailServer>),
    /// Set up a webhook, or another address for one.
    Webhook(Webhook),
    /// Take a webhook away.
    RemoveWebhook {
        /// Its name.
        name: String,
    },
    /// What holds for all messages.
    Terms(NoticeTerms),
    /// How a person is told.
    Ways {
        /// Who.
        person: PersonId,
        /// How.
        ways: Ways,
    },
}

/// What the gateway enters about notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeNote {
    /// Nobody answered a request in time.
    Unanswered {
        /// Which.
        request: RequestId,
    },
    /// Messages about one thing left, or were given up.
    Delivered {
        /// About what.
        about: About,
        /// Who was told.
        told: NonEmpty<Tried>,
    },
    /// Somebody who was told has opened what it was about.
    Seen {
        /// What.
        about: About,
        /// Who.
        person: PersonId,
    },
}

/// A delivery as it stands in the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// About what.
    pub about: About,
    /// When it was entered.
    pub at: Timestamp,
    /// To whom, and what came of it.
    pub tried: Tried,
    /// When the person opened what it was about.
    pub seen: Option<Timestamp>,
}

/// What the state holds about notifications.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Notices {
    pub(crate) mail: Option<MailServer>,
    pub(crate) webhooks: BTreeMap<String, Webhook>,
    pub(crate) ways: BTreeMap<PersonId, Ways>,
    pub(crate) terms: Option<NoticeTerms>,
    /// Secrets sealed so far: the number of the latest.
    pub(crate) secrets: u64,
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) unanswered: BTreeMap<RequestId, Timestamp>,
}

impl Notices {
    /// Whether nothing was ever set or told: then nothing of it stands in the written state.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
