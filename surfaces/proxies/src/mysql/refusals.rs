//! What the gateway refuses, as the mariadb client and every driver shows it: a number, a code (SQLSTATE) and a
//! sentence.

use access::{EndReason, Refusal as Reasons};
use phrases::{Language, say};
use wire::mysql::refusal;

use crate::databases::{Refusal, inert};
use crate::words;

/// Of what the program sent.
const PROTOCOL: &str = "08S01";
/// Of what may not be done.
const FORBIDDEN: &str = "42000";
/// Of what is not offered.
const NOT_OFFERED: &str = "0A000";
/// Of a server that cannot be entered.
const UNREACHABLE: &str = "08004";
/// Of an end from outside.
const ENDED: &str = "70100";

/// A refusal in the place of the packet with this number.
pub(super) fn packet(number: u8, refused: &Refusal) -> Vec<u8> {
    // The numbers of a malformed packet, of a command that is denied, of one that is not supported, of a
    // connection that was not made, and of one that was killed.
    let code = match refused.code {
        PROTOCOL => 1835,
        FORBIDDEN => 1142,
        NOT_OFFERED => 1235,
        UNREACHABLE => 1130,
        _ => 1317,
    };
    refusal(number, code, refused.code, &refused.sentence)
}

pub(super) fn not_spoken(language: Language) -> Refusal {
    plain(language, PROTOCOL, "mysql-not-spoken", &[])
}

pub(super) fn no_tls(language: Language) -> Refusal {
    plain(language, NOT_OFFERED, "mysql-no-tls-inside", &[])
}

/// A command of the protocol that is not offered, by its number.
pub(super) fn command(language: Language, kind: u8) -> Refusal {
    let command = format!("{kind:#04x}");
    plain(
        language,
        NOT_OFFERED,
        "mysql-command-refused",
        &[("command", &command)],
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
pub(super) fn reader(language: Language, account: &str, right: &str) -> Refusal {
    let (account, right) = (inert(account), inert(right));
    let args = [("account", account.as_str()), ("right", &right)];
    plain(language, FORBIDDEN, "mysql-reader-can-write", &args)
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

/// The target asks for a way of signing in that is not spoken.
pub(super) fn way(language: Language, plugin: &str) -> Refusal {
    let plugin = inert(plugin);
    plain(
        language,
        UNREACHABLE,
        "mysql-way-not-spoken",
        &[("plugin", &plugin)],
    )
}

/// The target is from before what is spoken here.
pub(super) fn too_old(language: Language, version: &str) -> Refusal {
    let version = inert(version);
    plain(
        language,
        UNREACHABLE,
        "mysql-target-too-old",
        &[("version", &version)],
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
