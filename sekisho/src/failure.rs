//! The one place that turns what can go wrong into a sentence and an exit code.

use std::path::Path;

use client::api::ApiError;
use client::connect::{ListenError, OpenError};
use client::signing_in::SigningError;
use client::verify::VerifyError;
use client::witness::WitnessError;
use client::{ConnectError, JoinError, KeepError};
use ids::NotAnId;
use ledger::witness::Disagreement;
use phrases::{Language, knows, say};
use wire::Said;

use crate::parse::NotUnderstood;

/// What a command that did not succeed tells its caller. The numbers are the exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Something failed: a file, the network, the gateway.
    Failed = 1,
    /// The command line is not right.
    Usage = 2,
    /// The site refused.
    Refused = 3,
    /// Nobody is signed in, or a sign-in failed.
    NotSignedIn = 4,
    /// Something does not verify.
    NotVerified = 5,
    /// The site cannot be trusted.
    Untrusted = 6,
    /// There is no such thing.
    NotFound = 7,
}

/// Why a command did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Which kind.
    pub(crate) kind: Kind,
    /// What is said, one sentence after another.
    pub(crate) said: Vec<(Family, Said)>,
}

/// Which sentences are meant when an id stands without its family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// The id is whole.
    Whole,
    /// Why something was refused.
    Reason,
    /// How a session ended.
    End,
}

impl Failure {
    pub(crate) fn new(kind: Kind, id: &str) -> Self {
        Self::of(kind, Said::plain(id))
    }

    pub(crate) fn of(kind: Kind, said: Said) -> Self {
        Self {
            kind,
            said: vec![(Family::Whole, said)],
        }
    }

    /// With one more sentence.
    pub(crate) fn and(mut self, said: Said) -> Self {
        self.said.push((Family::Whole, said));
        self
    }

    pub(crate) fn refused(reasons: Vec<Said>) -> Self {
        let heading = (Family::Whole, Said::plain("cli-refused"));
        let reasons = reasons.into_iter().map(|said| (Family::Reason, said));
        Self {
            kind: Kind::Refused,
            said: std::iter::once(heading).chain(reasons).collect(),
        }
    }

    pub(crate) fn unreadable(path: &Path, cause: &impl ToString) -> Self {
        let said = Said::plain("error-file-unreadable")
            .with("path", path.display())
            .with("cause", cause.to_string());
        Self::of(Kind::Failed, said)
    }

    pub(crate) fn unwritable(path: &Path, cause: &std::io::Error) -> Self {
        if cause.kind() == std::io::ErrorKind::AlreadyExists {
            let said = Said::plain("error-file-exists").with("path", path.display());
            return Self::of(Kind::Failed, said);
        }
        let said = Said::plain("error-file-unwritable")
            .with("path", path.display())
            .with("cause", cause);
        Self::of(Kind::Failed, said)
    }

    /// Something of the site or of this machine failed; the cause says what to do.
    pub(crate) fn failed(cause: impl ToString) -> Self {
        let said = Said::plain("error-failed").with("cause", cause.to_string());
        Self::of(Kind::Failed, said)
    }

    pub(crate) fn internal(cause: impl ToString) -> Self {
        let said = Said::plain("error-internal").with("cause", cause.to_string());
        Self::of(Kind::Failed, said)
    }

    /// What is printed.
    pub(crate) fn text(&self, language: Language) -> String {
        let lines = self.said.iter().enumerate().map(|(at, (family, said))| {
            let text = sentence(language, *family, said);
            if at > 0 && *family == Family::Reason {
                format!("  - {text}")
            } else {
                text
            }
        });
        lines.collect::<Vec<String>>().join("\n")
    }
}

/// The sentence for what a site said: with or without the family in its id.
pub(crate) fn sentence(language: Language, family: Family, said: &Said) -> String {
    let args: Vec<(&str, &str)> = said
        .args
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let prefixed = |prefix: &str| Some(format!("{prefix}{}", said.id));
    let in_family = match family {
        Family::Whole => None,
        Family::Reason => prefixed("reason-"),
        Family::End => prefixed("end-"),
    };
    let candidates = [in_family, Some(said.id.clone())]
        .into_iter()
        .chain(["reason-", "error-", "passphrase-", "join-", "end-"].map(prefixed))
        .flatten();
    let known = candidates.into_iter().find(|id| knows(language, id));
    match known {
        Some(id) => say(language, &id, &args),
        // A newer site may say what we have no words for yet.
        None => {
            let shown: Vec<String> = args.iter().map(|(n, v)| format!("{n}={v}")).collect();
            format!("{} {}", said.id, shown.join(" "))
                .trim_end()
                .to_owned()
        }
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Refused(refused) => Self::refused(refused.reasons),
            ApiError::NotSignedIn(_) => Self::new(Kind::NotSignedIn, "error-signed-out"),
            ApiError::NotFound(problem) => Self::of(Kind::NotFound, said(problem)),
            ApiError::Problem { problem, .. } => Self::of(Kind::Failed, said(problem)),
            ApiError::Unreachable(error) | ApiError::Untrusted(error) => error.into(),
            ApiError::NoGateway { socket, cause } => {
                let gone = Said::plain("error-gateway-not-running").with("path", socket.display());
                let why = Said::plain("cli-cause").with("cause", cause);
                Self::of(Kind::Failed, gone).and(why)
            }
            ApiError::Misread(cause) => {
                let why = Said::plain("cli-cause").with("cause", cause);
                Self::new(Kind::Failed, "error-answer-unreadable").and(why)
            }
        }
    }
}

fn said(problem: wire::Problem) -> Said {
    Said {
        id: problem.id,
        args: problem.args,
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        let kind = if client::api::is_about_trust(&error) {
            Kind::Untrusted
        } else {
            Kind::Failed
        };
        Self::of(kind, not_connected(&error))
    }
}

fn not_connected(error: &ConnectError) -> Said {
    let plain = Said::plain;
    match error {
        ConnectError::AddressUnknown(address) => {
            plain("connect-address-unknown").with("address", address)
        }
        ConnectError::NameNotPossible(name) => {
            plain("connect-name-not-possible").with("name", name)
        }
        ConnectError::OwnIdentity(cause) => plain("connect-own-identity").with("cause", cause),
        ConnectError::OwnTrust(cause) => plain("connect-own-trust").with("cause", cause),
        ConnectError::Bind { address, problem } => plain("connect-bind")
            .with("address", address)
            .with("cause", problem),
        ConnectError::Unreachable { address, problem } => plain("connect-unreachable")
            .with("address", address)
            .with("cause", problem),
        ConnectError::TimedOut(after) => {
            plain("connect-timed-out").with("seconds", after.as_secs())
        }
        ConnectError::ClosedWithoutAnswer => plain("connect-closed-without-answer"),
        ConnectError::PinnedCaDiffers => plain("connect-pinned-ca-differs"),
        ConnectError::NameDiffers(name) => plain("connect-name-differs").with("name", name),
        ConnectError::NotValidNow => plain("connect-not-valid-now"),
        ConnectError::NotAServer => plain("connect-not-a-server"),
        ConnectError::CertificateRefused => plain("connect-certificate-refused"),
        ConnectError::CertificateRequired => plain("connect-certificate-required"),
        ConnectError::ProtocolRefused => plain("connect-protocol-refused"),
        ConnectError::KeyExchangeRefused => plain("connect-key-exchange-refused"),
        ConnectError::Tls(cause) => plain("connect-tls").with("cause", cause),
        ConnectError::Io(cause) => plain("connect-io").with("cause", cause),
    }
}

impl From<KeepError> for Failure {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Unreadable { path, cause } => Self::unreadable(&path, &cause),
            KeepError::Unwritable { path, cause } => Self::unwritable(&path, &cause),
            KeepError::Exposed { path } => {
                let said = Said::plain("error-key-exposed").with("path", path.display());
                Self::of(Kind::Failed, said)
            }
            KeepError::NotJoined => Self::new(Kind::NotSignedIn, "error-not-joined"),
            KeepError::SeveralSites { sites } => {
                let names: Vec<String> = sites.iter().map(ToString::to_string).collect();
                let which = Said::plain("cli-sites-are").with("sites", names.join(", "));
                Self::new(Kind::Usage, "error-several-sites").and(which)
            }
            KeepError::AlreadyJoined { site } => Self::of(
                Kind::Failed,
                Said::plain("cli-already-joined").with("site", site),
            ),
            KeepError::NoRandomness => Self::internal(error),
        }
    }
}

impl From<SigningError> for Failure {
    fn from(error: SigningError) -> Self {
        match error {
            SigningError::Api(error) => error.into(),
            SigningError::Keep(error) => error.into(),
        }
    }
}

impl From<JoinError> for Failure {
    fn from(error: JoinError) -> Self {
        match error {
            JoinError::Expired(until) => Self::of(
                Kind::Refused,
                Said::plain("error-invitation-expired").with("until", until),
            ),
            JoinError::Missing(what) => {
                Self::of(Kind::Usage, Said::plain("cli-missing").with("what", what))
            }
            JoinError::Connect(error) => error.into(),
            JoinError::Refused(reasons) => Self::refused(reasons),
            JoinError::Misbehaved(cause) => {
                let why = Said::plain("cli-cause").with("cause", cause);
                Self::new(Kind::Failed, "error-answer-unreadable").and(why)
            }
            JoinError::NotEncodable(cause) => Self::of(
                Kind::Usage,
                Said::plain("cli-cannot-be-sent").with("cause", cause),
            ),
            JoinError::Contradiction(what) => Self::of(
                Kind::Untrusted,
                Said::plain("cli-contradiction").with("what", what),
            ),
            JoinError::Key(cause) => Self::internal(cause),
            JoinError::NoCode(cause) if cause.kind() == std::io::ErrorKind::UnexpectedEof => {
                Self::new(Kind::Usage, "cli-nothing-entered")
            }
            JoinError::NoCode(cause) => Self::internal(cause),
            JoinError::Keep(error) => error.into(),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Connect(error) => error.into(),
            OpenError::Refused(reasons) => Self::refused(reasons),
            OpenError::NotSignedIn => Self::new(Kind::NotSignedIn, "error-signed-out"),
            OpenError::NoDevice => Self::new(Kind::Failed, "connect-certificate-required"),
            OpenError::Misbehaved(cause) => {
                let why = Said::plain("cli-cause").with("cause", cause);
                Self::new(Kind::Failed, "error-answer-unreadable").and(why)
            }
            OpenError::NotEncodable(cause) => Self::of(
                Kind::Usage,
                Said::plain("cli-cannot-be-sent").with("cause", cause),
            ),
            OpenError::Keep(error) => error.into(),
            OpenError::Asked(error) => error.into(),
        }
    }
}

impl From<ListenError> for Failure {
    fn from(error: ListenError) -> Self {
        match error {
            ListenError::NotLoopback(address) => Self::of(
                Kind::Usage,
                Said::plain("error-not-loopback").with("address", address),
            ),
            ListenError::Bind { address, cause } => {
                let why = Said::plain("cli-cause").with("cause", cause);
                let used = Said::plain("error-port-in-use").with("address", address);
                Self::of(Kind::Failed, used).and(why)
            }
            ListenError::OwnersUnknown => Self::new(Kind::Failed, "cli-owners-unknown"),
        }
    }
}

impl From<WitnessError> for Failure {
    fn from(error: WitnessError) -> Self {
        match error {
            WitnessError::Api(error) => error.into(),
            WitnessError::Keep(error) => error.into(),
            WitnessError::Disagrees { how, reported } => {
                let told = if reported {
                    "cli-alarm-raised"
                } else {
                    "cli-alarm-not-raised"
                };
                let exactly = Said::plain("cli-exactly").with("how", &how);
                Self::of(Kind::Untrusted, disagreement(&how))
                    .and(exactly)
                    .and(Said::plain(told))
            }
        }
    }
}

fn disagreement(how: &Disagreement) -> Said {
    match how {
        Disagreement::RolledBack { held, offered } => Said::plain("error-ledger-rolled-back")
            .with("held", held)
            .with("offered", offered),
        Disagreement::Forked { .. }
        | Disagreement::Edited { .. }
        | Disagreement::BadProof { .. } => Said::plain("error-ledger-forked"),
        Disagreement::BadCheckpoint(_) => Said::plain("error-ledger-signature"),
        Disagreement::BadResume(_)
        | Disagreement::ResumeOfAnotherSite { .. }
        | Disagreement::ResumeOutOfOrder { .. }
        | Disagreement::ResumeDoesNotCover { .. } => Said::plain("cli-resume-invalid"),
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Unreadable { path, cause } => Self::unreadable(&path, &cause),
            VerifyError::Key { text, why } => Self::of(
                Kind::Usage,
                Said::plain("cli-not-a-key")
                    .with("text", text)
                    .with("cause", why),
            ),
            VerifyError::Broken(broken) => Self::of(
                Kind::NotVerified,
                Said::plain("cli-broken").with("place", &broken.place),
            )
            .and(Said::plain("cli-cause").with("cause", &broken.fault)),
            VerifyError::Segment {
                path,
                expected,
                found,
            } => Self::of(
                Kind::NotVerified,
                Said::plain("cli-broken").with("place", path.display()),
            )
            .and(
                Said::plain("cli-expected-found")
                    .with("expected", expected)
                    .with("found", found),
            ),
        }
    }
}

impl From<NotUnderstood> for Failure {
    fn from(wrong: NotUnderstood) -> Self {
        Self::of(Kind::Usage, Said::plain(wrong.id).with("text", wrong.text))
    }
}

impl From<NotAnId> for Failure {
    fn from(wrong: NotAnId) -> Self {
        Self::of(
            Kind::Usage,
            Said::plain("cli-not-an-id").with("cause", wrong),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_documented_exit_code() {
        let codes = [
            (Kind::Failed, 1),
            (Kind::Usage, 2),
            (Kind::Refused, 3),
            (Kind::NotSignedIn, 4),
            (Kind::NotVerified, 5),
            (Kind::Untrusted, 6),
            (Kind::NotFound, 7),
        ];
        for (kind, code) in codes {
            assert_eq!(kind as u8, code);
            for language in Language::ALL {
                assert!(knows(language, &format!("cli-exit-{code}")));
            }
        }
    }

    #[test]
    fn l40_a_site_that_is_not_the_pinned_one_is_not_a_network_problem() {
        assert_eq!(
            Failure::from(ConnectError::PinnedCaDiffers).kind,
            Kind::Untrusted
        );
        assert_eq!(
            Failure::from(ConnectError::KeyExchangeRefused).kind,
            Kind::Untrusted
        );
        assert_eq!(
            Failure::from(ConnectError::ClosedWithoutAnswer).kind,
            Kind::Failed
        );
    }

    #[test]
    fn a_refusal_shows_every_reason_with_or_without_its_family() {
        let reasons = vec![
            Said::plain("self-approval"),
            Said::plain("reason-not-found"),
        ];
        let failure = Failure::refused(reasons);
        assert_eq!(failure.kind, Kind::Refused);
        let text = failure.text(Language::En);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(!text.contains('['), "{text}");
    }

    #[test]
    fn the_same_word_is_said_as_a_reason_or_as_an_end() {
        let said = Said::plain("device-suspended");
        let reason = sentence(Language::En, Family::Reason, &said);
        let end = sentence(Language::En, Family::End, &said);
        assert_ne!(reason, end);
        assert!(end.contains("the session was ended"), "{end}");
    }

    #[test]
    fn what_a_newer_site_says_is_shown_as_it_came() {
        let said = Said::plain("from-the-future").with("n", 3);
        assert_eq!(
            sentence(Language::Ja, Family::Reason, &said),
            "from-the-future n=3"
        );
    }
}
