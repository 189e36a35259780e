//! How loud an entry is for a collector: facility and severity by its kind.

/// Where a message belongs (RFC 5424, table 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facility {
    /// 10: who signed in, who was refused, what an intrusion looks like.
    Security,
    /// 13: everything else that the ledger holds.
    Audit,
}

/// How grave it is (RFC 5424, table 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// 1: somebody has to act at once.
    Alert,
    /// 3: something failed that protects.
    Error,
    /// 4: somebody should look.
    Warning,
    /// 5: ordinary, and of interest.
    Notice,
    /// 6: ordinary.
    Information,
}

impl Facility {
    fn number(self) -> u8 {
        match self {
            Self::Security => 10,
            Self::Audit => 13,
        }
    }
}

impl Severity {
    fn number(self) -> u8 {
        match self {
            Self::Alert => 1,
            Self::Error => 3,
            Self::Warning => 4,
            Self::Notice => 5,
            Self::Information => 6,
        }
    }

    /// The same in CEF, where 10 is the gravest.
    pub(crate) fn in_cef(self) -> u8 {
        match self {
            Self::Alert => 10,
            Self::Error => 8,
            Self::Warning => 6,
            Self::Notice => 3,
            Self::Information => 1,
        }
    }
}

/// Both, as they stand at the head of a message.
pub(crate) fn priority(kind: &str) -> u8 {
    let (facility, severity) = importance(kind);
    facility.number() * 8 + severity.number()
}

/// Facility and severity of a kind of entry ([`access::Event::KINDS`]). A kind that is not named here is
/// information for the audit: nothing is left out because it is new.
pub fn importance(kind: &str) -> (Facility, Severity) {
    use Facility::{Audit, Security};
    use Severity::{Alert, Error, Information, Notice, Warning};
    match kind {
        "alert_raised" | "isolated" | "isolated_one" | "witness_disagreed" => (Security, Alert),
        "clock_doubted" => (Audit, Error),
        "visit_account_ended" | "secret_rotation_ended" => (Audit, Notice),
        "command_refused"
        | "foreign_log_found"
        | "strangers_turned_away"
        | "suspended"
        | "secret_compromised"
        | "emergency_opened"
        | "envelope_sealed"
        | "factors_reset" => (Security, Warning),
        "signed_in"
        | "signed_out"
        | "alert_settled"
        | "resumed"
        | "lifted"
        | "lifted_one"
        | "attestation_distrusted"
        | "passkey_added"
        | "passkey_removed"
        | "device_enrolled"
        | "device_confirmed" => (Security, Notice),
        "ledger_resumed" | "file_refused" | "request_refused" | "risk_accepted"
        | "person_limited" | "grant_withdrawn" | "recording_viewed" => (Audit, Warning),
        "session_opened" | "session_closed" | "session_ended" | "session_paused"
        | "approval_granted" | "visit_requested" | "gateway_started" | "gateway_stopped" => {
            (Audit, Notice)
        }
        _ => (Audit, Information),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_is_louder_than_a_sign_in_and_both_are_matters_of_security() {
        let (facility, alert) = importance("alert_raised");
        assert_eq!(facility, Facility::Security);
        assert!(alert < importance("signed_in").1);
        assert_eq!(priority("alert_raised"), 81);
        assert_eq!(priority("viewed"), 110);
    }

    #[test]
    fn every_kind_that_is_named_here_exists() {
        let source = include_str!("importance.rs");
        let table = source.split("match kind {").nth(1).unwrap();
        let table = table.split("_ =>").next().unwrap();
        for named in table.split('"').skip(1).step_by(2) {
            assert!(access::Event::KINDS.contains(&named), "{named}");
        }
    }
}
