//! What is done when a rule fires, and what a person can do.

use serde::{Deserialize, Serialize};

/// What the gateway does by itself when a rule fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// People are told.
    Tell,
    /// … and nothing passes in the session until somebody lets it go on.
    Pause,
    /// … and the session ends.
    End,
    /// … and the person is suspended, with the device that they came on.
    Suspend,
    /// … and the site is isolated.
    Isolate,
}

impl Answer {
    /// All, the mildest first.
    pub const ALL: [Self; 5] = [
        Self::Tell,
        Self::Pause,
        Self::End,
        Self::Suspend,
        Self::Isolate,
    ];

    /// Its id: the key of its sentence in `phrases`, prefixed there with `answer-`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Tell => "tell",
            Self::Pause => "pause",
            Self::End => "end",
            Self::Suspend => "suspend",
            Self::Isolate => "isolate",
        }
    }
}

/// What a person can do now. A rule names three at the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Advice {
    /// Look at the session: live, or its recording.
    Look,
    /// Call the firm back at its registered number.
    CallFirm,
    /// Call the colleague who was at it.
    CallColleague,
    /// End the session.
    EndSession,
    /// Suspend the person and the device.
    SuspendPerson,
    /// Isolate the site.
    Isolate,
    /// Keep configuration, logs and recordings before anything is changed.
    KeepEvidence,
    /// Look at the server itself.
    CheckTarget,
    /// Look at the gateway itself: its clock, its disk, its room.
    CheckGateway,
}

impl Advice {
    /// All.
    pub const ALL: [Self; 9] = [
        Self::Look,
        Self::CallFirm,
        Self::CallColleague,
        Self::EndSession,
        Self::SuspendPerson,
        Self::Isolate,
        Self::KeepEvidence,
        Self::CheckTarget,
        Self::CheckGateway,
    ];

    /// Its id: the key of its sentence in `phrases`, prefixed there with `advice-`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::CallFirm => "call-firm",
            Self::CallColleague => "call-colleague",
            Self::EndSession => "end-session",
            Self::SuspendPerson => "suspend-person",
            Self::Isolate => "isolate",
            Self::KeepEvidence => "keep-evidence",
            Self::CheckTarget => "check-target",
            Self::CheckGateway => "check-gateway",
        }
    }
}

/// How grave it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It is looked at in the next inspection, or sooner.
    Notable,
    /// It is looked at today.
    Serious,
    /// It is looked at now, at night too.
    Critical,
}

impl Severity {
    /// All, the mildest first.
    pub const ALL: [Self; 3] = [Self::Notable, Self::Serious, Self::Critical];

    /// Its id: the key of its sentence in `phrases`, prefixed there with `severity-`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Notable => "notable",
            Self::Serious => "serious",
            Self::Critical => "critical",
        }
    }
}

/// By what sightings of a rule are gathered: of one group one is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grouping {
    /// By the visit; where there is none by the person.
    Visit,
    /// By the person; where there is none by the site.
    Person,
    /// By the device in whose log it was seen.
    Log,
    /// By the site.
    Site,
}

/// One of the incidents whose steps are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Incident {
    /// つるぎ町立半田病院, 2021.
    Handa,
    /// 大阪急性期・総合医療センター, 2022.
    Osaka,
    /// 岡山県精神科医療センター, 2024.
    Okayama,
}

impl Incident {
    /// Its id: the key of its sentence in `phrases`, prefixed there with `incident-`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Handa => "handa",
            Self::Osaka => "osaka",
            Self::Okayama => "okayama",
        }
    }
}

/// A step of an incident, as decision 0059 numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Step {
    /// Of which incident.
    pub incident: Incident,
    /// Its number, from 1.
    pub number: u8,
}
