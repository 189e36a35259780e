//! Accepted risks: what a hospital does although it is not safe, for a time, under the name of a person of
//! its own (decision 0048). What rests on one is possible only while it holds.

use ids::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::caller::Who;
use crate::event::Event;
use crate::limits;
use crate::reason::Reason;
use crate::site::{Site, Target};
use crate::terms::{Protocol, ServerIdentity};

/// What is not safe about a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskKind {
    /// Its server does not encrypt: who holds the network between it and the gateway reads and alters what passes.
    NoTls,
    /// Its server speaks only TLS that is given up everywhere else: who holds the network between it and the gateway may break
    /// it.
    OldTls,
    /// Raw TCP: nobody can say what was done, and whether it was encrypted.
    RawTcp,
    /// Telnet: nothing is encrypted, the password neither, and the console cannot prove which one it is.
    Telnet,
}

impl RiskKind {
    /// The id of its sentence, after `risk-kind-`.
    pub fn id(self) -> &'static str {
        match self {
            Self::NoTls => "no-tls",
            Self::OldTls => "old-tls",
            Self::RawTcp => "raw-tcp",
            Self::Telnet => "telnet",
        }
    }
}

/// A risk as somebody accepts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRisk {
    /// Why the hospital accepts it, and what it does meanwhile.
    pub reason: String,
    /// Who answers for it: a person of the hospital.
    pub owner: PersonId,
    /// Until when, at most [`limits::RISK_LASTS`] ahead.
    pub until: Timestamp,
}

/// An accepted risk of a target, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// What is not safe.
    pub kind: RiskKind,
    /// Why it is accepted; empty where nobody was asked yet.
    pub reason: String,
    /// Who answers for it. `None`: it was accepted before a name was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PersonId>,
    /// Until when.
    pub until: Timestamp,
    /// Who accepted it.
    pub by: Who,
    /// When.
    pub at: Timestamp,
    /// Since when it is withdrawn, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<(Timestamp, String)>,
}

impl Risk {
    /// When it ends or ended, with the withdrawal.
    pub fn ends(&self) -> Timestamp {
        match &self.withdrawn {
            Some((at, _)) => self.until.min(*at),
            None => self.until,
        }
    }
}

/// How a target stands that rests on an accepted risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RiskStands {
    /// It holds for long.
    Holds,
    /// It holds, and nobody answers for it: it was accepted before a name was asked for, or its owner is
    /// no person of the hospital any more.
    Unowned,
    /// It ends soon.
    EndsSoon,
    /// It holds no more, or never did: nobody gets in.
    Over,
}

impl Target {
    /// On which accepted risk its sessions rest, if they do.
    pub fn rests_on(&self) -> Option<RiskKind> {
        of_protocol(self.protocol, self.server())
    }

    /// The accepted risk that counts: of the kind on which it rests now.
    pub fn accepted_risk(&self) -> Option<&Risk> {
        let kind = self.rests_on()?;
        self.risk.as_ref().filter(|risk| risk.kind == kind)
    }
}

/// On which risk it rests to speak this to a server that is known so.
pub(crate) fn of_protocol(protocol: Protocol, server: Option<&ServerIdentity>) -> Option<RiskKind> {
    match protocol {
        Protocol::Tcp => Some(RiskKind::RawTcp),
        Protocol::Telnet => Some(RiskKind::Telnet),
        Protocol::Ssh
        | Protocol::Postgres
        | Protocol::Mysql
        | Protocol::Http
        | Protocol::Vnc
        | Protocol::Rdp => server.and_then(rests_on),
    }
}

/// On which risk it rests to enter a server that is known so.
pub(crate) fn rests_on(server: &ServerIdentity) -> Option<RiskKind> {
    match server {
        ServerIdentity::Tls { .. } => None,
        ServerIdentity::OldTls { .. } => Some(RiskKind::OldTls),
        ServerIdentity::PlainText { .. } => Some(RiskKind::NoTls),
    }
}

impl Site {
    /// Until when a target can be entered for the sake of its accepted risk: for ever where it rests on none.
    ///
    /// # Errors
    /// Why it cannot be entered.
    pub fn risk_until(&self, target: &Target, now: Timestamp) -> Result<Timestamp, Reason> {
        let ever = Timestamp::from_millis(i64::MAX);
        if target.rests_on().is_none() {
            return Ok(ever);
        }
        let name = target.name.clone();
        let Some(risk) = target.accepted_risk() else {
            return Err(Reason::RiskNotAccepted { target: name });
        };
        // A ledger that cannot say yet who owns it is not held to it.
        if risk.owner.is_none() && !self.names_risks() {
            return Ok(ever);
        }
        if self.moment(now) < risk.ends() {
            return Ok(risk.ends());
        }
        let owner = risk.owner.as_ref();
        Err(Reason::RiskOver {
            target: name,
            owner: owner.map_or_else(|| "-".to_owned(), ToString::to_string),
            until: risk.ends(),
        })
    }

    /// How the accepted risk of a target stands; `None` if it rests on none.
    pub fn risk_stands(&self, target: &Target, now: Timestamp) -> Option<RiskStands> {
        target.rests_on()?;
        let Ok(until) = self.risk_until(target, now) else {
            return Some(RiskStands::Over);
        };
        let owner = target.accepted_risk().and_then(|risk| risk.owner.as_ref());
        let owned = owner.is_some_and(|owner| self.can_own_risk(owner));
        if !owned {
            return Some(RiskStands::Unowned);
        }
        let soon = until <= self.moment(now).plus(limits::RISK_TOLD_BEFORE);
        Some(if soon {
            RiskStands::EndsSoon
        } else {
            RiskStands::Holds
        })
    }

    /// Whether a person can answer for a risk: one of the hospital, in good standing.
    pub(crate) fn can_own_risk(&self, person: &PersonId) -> bool {
        let known = self.persons.get(person);
        known.is_some_and(|known| {
            known.employer == crate::terms::Employer::Hospital && self.in_standing(known)
        })
    }

    /// Whether the ledger can say who owns a risk, and until when it is accepted.
    pub(crate) fn names_risks(&self) -> bool {
        Event::level_of("risk_accepted") <= self.level
    }
}
