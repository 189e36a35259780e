//! Notifications: mail server, webhooks, who is told how, and what was delivered.

use ids::{DeviceId, PersonId, RequestId, SessionId, TargetId, Timestamp, VisitId};
use serde::{Deserialize, Serialize};

use super::Slot;
use crate::Secret;

/// How a mail server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailSecurity {
    /// TLS begins inside the connection; without it nothing is sent.
    StartTls,
    /// TLS from the first byte.
    Implicit,
    /// None: whoever is on the way reads and changes every message.
    DangerousPlaintext,
}

/// The mail server as it is set; its password is never shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailShown {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How it is spoken to.
    pub security: MailSecurity,
    /// The address that messages come from.
    pub from: String,
    /// The account, if it asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Whether certificates were given that vouch for it; otherwise the machine's count.
    pub own_roots: bool,
}

/// Sets the server through which mail leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetMailServer {
    /// Host name or address.
    pub host: String,
    /// Port: usually 587 for `start_tls`, 465 for `implicit`.
    pub port: u16,
    /// How it is spoken to.
    pub security: MailSecurity,
    /// The address that messages come from.
    pub from: String,
    /// The account, if it asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Its password; absent: the one in force stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Certificates that vouch for the server, PEM; absent: the machine's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roots: Option<String>,
}

/// In which form a webhook wants its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// JSON of our own, signed (`docs/formats/webhook.md`).
    Generic,
    /// Slack's incoming webhook.
    Slack,
    /// A workflow of Microsoft Teams.
    Teams,
    /// LINE WORKS' incoming webhook.
    LineWorks,
}

/// A webhook as it is set; its whole address is a secret and never shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookShown {
    /// Its short name.
    pub name: String,
    /// In which form it wants messages.
    pub preset: Preset,
    /// Its `host:port`.
    pub address: String,
    /// Whether certificates were given that vouch for it; otherwise the machine's count.
    pub own_roots: bool,
}

/// Sets up a webhook, or gives one another address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetWebhook {
    /// Its short name: letters, digits, hyphens.
    pub name: String,
    /// In which form it wants messages.
    pub preset: Preset,
    /// Its address, `https://…`.
    pub url: Secret,
    /// Certificates that vouch for the server, PEM; absent: the machine's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roots: Option<String>,
}

/// A webhook was set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSet {
    /// For `generic`: the key under which messages are signed, in hex. It is shown this once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Secret>,
}

/// Takes a webhook away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveWebhook {
    /// Its name.
    pub name: String,
}

/// What holds for all messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeTerms {
    /// Minutes after which an unanswered request is refused, 5 to 10080; one that is asked for in advance
    /// may be answered until it could begin.
    pub answer_within: u16,
    /// Whether messages are in English; they are in Japanese otherwise.
    pub english: bool,
}

/// How the site tells people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notifications {
    /// The mail server, if one is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailShown>,
    /// The webhooks.
    pub webhooks: Vec<WebhookShown>,
    /// Minutes after which an unanswered request is refused; absent: at the end of its window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_within: Option<u16>,
    /// Whether messages are in English.
    pub english: bool,
    /// Whether somebody who can answer a request can be told of it.
    pub somebody_can_be_told: bool,
}

/// How a message reaches a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Way {
    /// By mail to this address; shown to the hospital and to the person.
    Mail(String),
    /// By the site's webhook of this name.
    Webhook(String),
}

/// How one person is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaysShown {
    /// Who.
    pub person: PersonId,
    /// How; none: they are not told.
    pub ways: Vec<Way>,
    /// Hours in which only the night chain's current link is told, in Japan Standard Time.
    pub quiet: Vec<Slot>,
    /// Whether they hear of each session's beginning and end.
    pub sessions: bool,
}

/// Sets how a person is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetWays {
    /// Who; absent: whoever asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// How, [`super::MAX_LIST`] at most; none: not at all.
    pub ways: Vec<Way>,
    /// Quiet hours, in Japan Standard Time.
    #[serde(default)]
    pub quiet: Vec<Slot>,
    /// Whether they hear of each session's beginning and end.
    #[serde(default)]
    pub sessions: bool,
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

/// Why a message did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undelivered {
    /// The server cannot be reached, or did not answer in time.
    Unreachable,
    /// TLS was not offered, or its certificate is not one that counts.
    Untrusted,
    /// The server refused our account, or the webhook's address.
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

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum NoticeAbout {
    /// A request waits for an answer.
    Request(RequestId),
    /// A request was refused because nobody answered.
    Unanswered(RequestId),
    /// An emergency opening owes its approval.
    Emergency(RequestId),
    /// A session was opened.
    SessionBegan(SessionId),
    /// A session is closed.
    SessionEnded(SessionId),
    /// A work report is overdue.
    ReportOverdue(VisitId),
    /// The site was isolated.
    Isolated {},
    /// A rule has seen something: the alert's number.
    Alert(u64),
    /// The log is to be inspected.
    InspectionDue {},
    /// A device waits for its words to be compared.
    DeviceWaits(DeviceId),
    /// A file of this visit waits for a person.
    FileWaits(VisitId),
    /// A scanner found something in a file of this visit.
    FileInfected(VisitId),
    /// A reviewer asked something about this visit.
    Question(VisitId),
    /// The accepted risk on which this target rests ends soon.
    RiskEnds(TargetId),
    /// It has ended.
    RiskEnded(TargetId),
    /// Something stops visits: the id of the finding.
    Finding(String),
    /// Somebody tried whether messages arrive.
    Test {},
}

/// A message that left or was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// About what.
    pub about: NoticeAbout,
    /// To whom.
    pub person: PersonId,
    /// When that was entered.
    pub at: Timestamp,
    /// What each way gave.
    pub sent: Vec<Sent>,
    /// How often it was tried.
    pub tries: u32,
    /// When the person opened what it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Timestamp>,
}
