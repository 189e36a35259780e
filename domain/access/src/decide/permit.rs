//! The permit: what the proxy is handed, and nothing else opens a target.

use std::net::SocketAddr;

use ids::{DeviceId, GrantId, PersonId, SessionId, TargetId, Timestamp, VisitId};

use serde::{Deserialize, Serialize};

use crate::terms::{
    DatabaseTerms, DesktopSignIn, DesktopTerms, PatientColumn, Protocol, RecordingPolicy,
    ServerIdentity, SshTarget, SshTerms, TelnetSignIn, WebTarget, WebTerms,
};
use crate::visit_accounts::VisitAccountEntry;

/// One person, one device, one grant, one target, one protocol, inside one window (invariant 3).
///
/// Its fields are private, it is not `Clone`, and only the decision on
/// [`Command::OpenSession`](crate::Command::OpenSession) makes one (invariant 1).
#[derive(Debug, PartialEq, Eq)]
#[must_use = "the session of this permit is in the ledger: relay it, or close it"]
pub struct Permit {
    terms: PermitTerms,
}

/// What a permit is made of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PermitTerms {
    pub(super) session: SessionId,
    pub(super) visit: VisitId,
    pub(super) grant: GrantId,
    pub(super) person: PersonId,
    pub(super) device: DeviceId,
    pub(super) target: TargetId,
    pub(super) target_name: String,
    pub(super) protocol: Protocol,
    pub(super) address: SocketAddr,
    pub(super) until: Timestamp,
    pub(super) recording: RecordingPolicy,
    pub(super) quota_left: u64,
    pub(super) ssh: Option<SshEntry>,
    pub(super) database: Option<DatabaseEntry>,
    pub(super) web: Option<WebEntry>,
    pub(super) desktop: Option<DesktopEntry>,
    pub(super) telnet: Option<TelnetEntry>,
    pub(super) account: Option<VisitAccountEntry>,
    pub(super) attended: bool,
}

/// How an SSH target is entered under a permit, and what may be done there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshEntry {
    /// The account, and the host key that the target must show.
    pub target: SshTarget,
    /// What the grant allows. Every channel is asked for all the same, at the one door.
    pub terms: SshTerms,
    /// Which of the target's secrets signs in: the number of the last one that was set.
    pub secret: u64,
}

/// How a database server is entered under a permit, and what may be done there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseEntry {
    /// The account: the one that may change data where the terms allow that, otherwise the one that
    /// only reads.
    pub user: String,
    /// By what the server is known.
    pub server: ServerIdentity,
    /// What the grant allows. Every database is asked for all the same, at the one door.
    pub terms: DatabaseTerms,
    /// Which of that account's passwords signs in: the number of the last one that was set.
    pub secret: u64,
    /// Bytes that the visit may still take out, as the ledger says: never 0.
    pub bytes_left: u64,
    /// Where the server keeps patients' numbers, if the hospital said it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patients: Vec<PatientColumn>,
}

/// How a web console is entered under a permit, and what may be done there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebEntry {
    /// By what it is known, what it is called, how it is signed in at.
    pub target: WebTarget,
    /// What the grant allows. Every request is asked for all the same, at the one door.
    pub terms: WebTerms,
    /// Which of the target's secrets signs in: the number of the last one that was set; 0 if none is needed.
    pub secret: u64,
    /// Bytes that the visit may still take out, as the ledger says: never 0.
    pub bytes_left: u64,
}

/// How a desktop is entered under a permit, and what may be done there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesktopEntry {
    /// The account, where the server asks for one.
    pub user: Option<String>,
    /// By what the server is known.
    pub server: ServerIdentity,
    /// Over RDP: how it signs in.
    pub sign_in: Option<DesktopSignIn>,
    /// What the grant allows.
    pub terms: DesktopTerms,
    /// Which of the target's passwords signs in: the number of the last one that was set.
    pub secret: u64,
}

/// How a console is entered by telnet under a permit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TelnetEntry {
    /// How the gateway signs in; `None` where the console asks nobody.
    pub sign_in: Option<TelnetSignIn>,
    /// Which of the target's passwords signs in: the number of the last one that was set.
    pub secret: u64,
}

impl Permit {
    pub(super) fn new(terms: PermitTerms) -> Self {
        Self { terms }
    }

    /// The session that it is for.
    pub fn session(&self) -> &SessionId {
        &self.terms.session
    }

    /// Of which visit.
    pub fn visit(&self) -> &VisitId {
        &self.terms.visit
    }

    /// Under which grant.
    pub fn grant(&self) -> &GrantId {
        &self.terms.grant
    }

    /// Who.
    pub fn person(&self) -> &PersonId {
        &self.terms.person
    }

    /// On which device.
    pub fn device(&self) -> &DeviceId {
        &self.terms.device
    }

    /// Where to.
    pub fn target(&self) -> &TargetId {
        &self.terms.target
    }

    /// The target's short name.
    pub fn target_name(&self) -> &str {
        &self.terms.target_name
    }

    /// What is spoken.
    pub fn protocol(&self) -> Protocol {
        self.terms.protocol
    }

    /// The one address to dial.
    pub fn address(&self) -> SocketAddr {
        self.terms.address
    }

    /// The deadline, as it stands when the permit is made.
    pub fn until(&self) -> Timestamp {
        self.terms.until
    }

    /// What is kept.
    pub fn recording(&self) -> RecordingPolicy {
        self.terms.recording
    }

    /// Bytes that the visit may still record.
    pub fn quota_left(&self) -> u64 {
        self.terms.quota_left
    }

    /// For SSH: how the target is entered.
    pub fn ssh(&self) -> Option<&SshEntry> {
        self.terms.ssh.as_ref()
    }

    /// For a database server: how it is entered.
    pub fn database(&self) -> Option<&DatabaseEntry> {
        self.terms.database.as_ref()
    }

    /// For a web console: how it is entered.
    pub fn web(&self) -> Option<&WebEntry> {
        self.terms.web.as_ref()
    }

    /// Bytes of data that the visit may still take out; 0 where no protocol counts them.
    pub fn data_left(&self) -> u64 {
        let database = self.database().map(|entry| entry.bytes_left);
        let web = self.web().map(|entry| entry.bytes_left);
        database.or(web).unwrap_or(0)
    }

    /// For a desktop: how it is entered.
    pub fn desktop(&self) -> Option<&DesktopEntry> {
        self.terms.desktop.as_ref()
    }

    /// For a console by telnet: how it is entered.
    pub fn telnet(&self) -> Option<&TelnetEntry> {
        self.terms.telnet.as_ref()
    }

    /// The account that is made for the visit at the target before it is entered, if visits have their own there.
    pub fn account(&self) -> Option<&VisitAccountEntry> {
        self.terms.account.as_ref()
    }

    /// Whether an attendant is needed.
    pub fn attended(&self) -> bool {
        self.terms.attended
    }
}
