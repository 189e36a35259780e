//! What the gateway refuses, as psql and every driver shows it: a code (SQLSTATE) and a sentence.

use access::{EndReason, Refusal as Reasons};
use phrases::{Language, say};
use wire::postgres::{Severity, refusal};

use crate::databases::{Refusal, inert};
use crate::words;

/// A refusal as a message after which the session is over.
pub(super) fn fatal(refused: &Refusal) -> Vec<u8> {
    refusal(Severity::Fatal, refused.code, &refused.sentence, None)
}

/// Of what the program sent.
const PROTOCOL: &str = "08P01";
/// Of what may not be done.
const FORBIDDEN: &str = "42501";
/// Of what is not offered.
const NOT_OFFERED: &str = "0A000";
/// Of a server that cannot be entered.
const UNREACHABLE: &str = "08001";
/// Of an end from outside, as of an administrator's command.
const ENDED: &str = "57P01";

pub(super) fn not_spoken(language: Language) -> Refusal {
    plain(language, PROTOCOL, "postgres-not-spoken", &[])
}

pub(super) fn replication(language: Language) -> Refusal {
    plain(language, NOT_OFFERED, "postgres-no-replication", &[])
}

pub(super) fn parameter(language: Language, name: &str) -> Refusal {
    let name = inert(name);
    plain(
        language,
        NOT_OFFERED,
        "postgres-parameter-refused",
        &[("name", &name)],
    )
}

/// A database that is not granted: every reason.
pub(super) fn database(language: Language, reasons: &Reasons) -> Refusal {
    Refusal {
        code: FORBIDDEN,
        sentence: words::channel_refused(language, reasons),
    }
}

/// The reading account can do more.
pub(super) fn reader(language: Language, account: &str, role: &str) -> Refusal {
    let (account, role) = (inert(account), inert(role));
    let args = [("account", account.as_str()), ("role", &role)];
    plain(language, FORBIDDEN, "postgres-reader-can-write", &args)
}

/// What the target said when it was signed in at.
pub(super) fn said_by_target(language: Language, message: &str) -> Refusal {
    let message = inert(message);
    plain(
        language,
        UNREACHABLE,
        "postgres-target-refused",
        &[("message", &message)],
    )
}

/// Why the session ends.
pub(super) fn ended(language: Language, end: &EndReason) -> Refusal {
    Refusal {
        code: ENDED,
        sentence: words::ended(language, end),
    }
}

fn plain(language: Language, code: &'static str, id: &str, args: &[(&str, &str)]) -> Refusal {
    Refusal {
        code,
        sentence: say(language, id, args),
    }
}
