//! The same words on both sides of the border: the domain's and the API's.

use access::{EndReason, SourcePrefix, WideException};
use ids::NonEmpty;
use wire::Said;
use wire::api::v1;
use wire::session::Recording;

use crate::answer::Failed;

mod notify;

pub(crate) use notify::*;

/// Two enums whose variants have the same names and nothing in them.
macro_rules! same_words {
    ($($domain:path => $api:path, $to_api:ident, $to_domain:ident { $($variant:ident),+ })+) => {
        $(
            pub(crate) fn $to_api(word: $domain) -> $api {
                match word { $(<$domain>::$variant => <$api>::$variant),+ }
            }

            pub(crate) fn $to_domain(word: $api) -> $domain {
                match word { $(<$api>::$variant => <$domain>::$variant),+ }
            }
        )+
    };
}

same_words! {
    access::Role => v1::Role, role_said, role { Engineer, Approver, Operator, Inspector }
    access::Protocol => v1::Protocol, protocol_said, protocol {
        Tcp, Ssh, Postgres, Mysql, Http, Vnc, Rdp, Telnet
    }
    access::RecordingPolicy => Recording, recording_said, recording { Payload, MetadataOnly }
    access::Approvals => v1::Approvals, approvals_said, approvals { One, Two }
    access::KindOfWork => v1::KindOfWork, kind_said, kind {
        Fault, Inspection, Update, Investigation, DataExtraction
    }
    access::Handover => v1::Handover, handover_said, handover { In, Out }
    access::RefusedSecrets => v1::RefusedSecrets, refused_secrets_said, refused_secrets {
        DangerousNone, Weak, WeakOrShared
    }
    access::Verdict => v1::Verdict, verdict_said, verdict { Accepted, Questioned }
}

pub(crate) fn secret_said(kind: access::SecretKind) -> v1::SecretKind {
    match kind {
        access::SecretKind::Password => v1::SecretKind::Password,
        access::SecretKind::Key => v1::SecretKind::Key,
        access::SecretKind::Certificate => v1::SecretKind::Certificate,
    }
}

pub(crate) fn weakness_said(weakness: access::SecretWeakness) -> v1::SecretWeakness {
    match weakness {
        access::SecretWeakness::Guessable => v1::SecretWeakness::Guessable,
        access::SecretWeakness::Listed => v1::SecretWeakness::Listed,
        access::SecretWeakness::Shared => v1::SecretWeakness::Shared,
    }
}

pub(crate) fn frozen_said(frozen: access::Frozen) -> v1::Frozen {
    match frozen {
        access::Frozen::Paused => v1::Frozen::Paused,
        access::Frozen::AwaitingAttendant => v1::Frozen::AwaitingAttendant,
    }
}

pub(crate) fn employer_said(employer: &access::Employer) -> v1::Employer {
    match employer {
        access::Employer::Hospital => v1::Employer::Hospital,
        access::Employer::Vendor(vendor) => v1::Employer::Vendor(vendor.clone()),
        access::Employer::Custodian => v1::Employer::Custodian,
    }
}

pub(crate) fn employer(employer: v1::Employer) -> access::Employer {
    match employer {
        v1::Employer::Hospital => access::Employer::Hospital,
        v1::Employer::Vendor(vendor) => access::Employer::Vendor(vendor),
        v1::Employer::Custodian => access::Employer::Custodian,
    }
}

pub(crate) fn sessions_said(sessions: access::Sessions) -> v1::Sessions {
    match sessions {
        access::Sessions::Once => v1::Sessions::Once,
        access::Sessions::AtOnce(most) => v1::Sessions::AtOnce(most),
    }
}

pub(crate) fn sessions(sessions: v1::Sessions) -> access::Sessions {
    match sessions {
        v1::Sessions::Once => access::Sessions::Once,
        v1::Sessions::AtOnce(most) => access::Sessions::AtOnce(most),
    }
}

pub(crate) fn window_said(window: access::Window) -> v1::Window {
    v1::Window {
        from: window.from,
        until: window.until,
    }
}

pub(crate) fn window(window: v1::Window) -> access::Window {
    access::Window {
        from: window.from,
        until: window.until,
    }
}

pub(crate) fn hours_said(hours: &access::Hours) -> v1::Hours {
    let slot = |slot: &access::Slot| v1::Slot {
        weekday: slot.weekday,
        from: slot.from,
        to: slot.to,
    };
    match hours {
        access::Hours::Always => v1::Hours::Always,
        access::Hours::Only(slots) => {
            // None would not be "always" (invariant 10), but there is always one.
            let never = v1::Slot {
                weekday: 0,
                from: 0,
                to: 0,
            };
            v1::Hours::Only(mapped(slots, slot).unwrap_or(NonEmpty::one(never)))
        }
    }
}

pub(crate) fn hours(hours: &v1::Hours) -> Result<access::Hours, Failed> {
    let slot = |slot: &v1::Slot| access::Slot {
        weekday: slot.weekday,
        from: slot.from,
        to: slot.to,
    };
    match hours {
        v1::Hours::Always => Ok(access::Hours::Always),
        v1::Hours::Only(slots) => {
            let slots = mapped(slots, slot).ok_or_else(|| Failed::field("hours"))?;
            Ok(access::Hours::Only(slots))
        }
    }
}

pub(crate) fn sources(
    sources: &NonEmpty<v1::SourcePrefix>,
) -> Result<NonEmpty<SourcePrefix>, Failed> {
    let read = |(at, source): (usize, &v1::SourcePrefix)| {
        let net = source.net.trim().parse();
        Ok(SourcePrefix {
            net: net.map_err(|_| Failed::field(format!("sources[{at}].net")))?,
            exception: source.exception.as_ref().map(|exception| WideException {
                reason: exception.reason.clone(),
                until: exception.until,
            }),
        })
    };
    let read: Result<Vec<_>, Failed> = sources.iter().enumerate().map(read).collect();
    NonEmpty::from_vec(read?).map_err(|_| Failed::field("sources"))
}

pub(crate) fn source_said(source: &SourcePrefix) -> v1::SourcePrefix {
    v1::SourcePrefix {
        net: source.net.to_string(),
        exception: source
            .exception
            .as_ref()
            .map(|exception| v1::WideException {
                reason: exception.reason.clone(),
                until: exception.until,
            }),
    }
}

pub(crate) fn ssh_terms(terms: v1::SshTerms) -> access::SshTerms {
    access::SshTerms {
        shell: terms.shell,
        exec: terms.exec,
        upload: files(terms.upload),
        download: files(terms.download),
    }
}

fn files(files: v1::Files) -> access::Files {
    match files {
        v1::Files::No => access::Files::No,
        v1::Files::Yes {
            paths: at,
            most_bytes,
        } => access::Files::Yes {
            paths: paths(at),
            most_bytes,
        },
    }
}

fn paths(paths: v1::Paths) -> access::Paths {
    match paths {
        v1::Paths::Anywhere => access::Paths::Anywhere,
        v1::Paths::Under(folders) => access::Paths::Under(folders),
    }
}

pub(crate) fn ssh_terms_said(terms: &access::SshTerms) -> v1::SshTerms {
    v1::SshTerms {
        shell: terms.shell,
        exec: terms.exec,
        upload: files_said(&terms.upload),
        download: files_said(&terms.download),
    }
}

fn files_said(files: &access::Files) -> v1::Files {
    match files {
        access::Files::No => v1::Files::No,
        access::Files::Yes { paths, most_bytes } => v1::Files::Yes {
            paths: paths_said(paths),
            most_bytes: *most_bytes,
        },
    }
}

fn paths_said(paths: &access::Paths) -> v1::Paths {
    match paths {
        access::Paths::Anywhere => v1::Paths::Anywhere,
        access::Paths::Under(folders) => v1::Paths::Under(folders.clone()),
    }
}

pub(crate) fn web_terms(terms: v1::WebTerms) -> access::WebTerms {
    access::WebTerms {
        write: terms.write,
        paths: paths(terms.paths),
        most_bytes_out: terms.most_bytes_out,
    }
}

pub(crate) fn web_terms_said(terms: &access::WebTerms) -> v1::WebTerms {
    v1::WebTerms {
        write: terms.write,
        paths: paths_said(&terms.paths),
        most_bytes_out: terms.most_bytes_out,
    }
}

pub(crate) fn database_terms(terms: v1::DatabaseTerms) -> access::DatabaseTerms {
    access::DatabaseTerms {
        write: terms.write,
        databases: match terms.databases {
            v1::Databases::Any => access::Databases::Any,
            v1::Databases::Only(names) => access::Databases::Only(names),
        },
        most_bytes_out: terms.most_bytes_out,
    }
}

pub(crate) fn database_terms_said(terms: &access::DatabaseTerms) -> v1::DatabaseTerms {
    v1::DatabaseTerms {
        write: terms.write,
        databases: match &terms.databases {
            access::Databases::Any => v1::Databases::Any,
            access::Databases::Only(names) => v1::Databases::Only(names.clone()),
        },
        most_bytes_out: terms.most_bytes_out,
    }
}

pub(crate) fn desktop_terms(terms: v1::DesktopTerms) -> access::DesktopTerms {
    access::DesktopTerms {
        input: terms.input,
        clipboard_in: terms.clipboard_in,
        clipboard_out: terms.clipboard_out,
    }
}

pub(crate) fn desktop_terms_said(terms: access::DesktopTerms) -> v1::DesktopTerms {
    v1::DesktopTerms {
        input: terms.input,
        clipboard_in: terms.clipboard_in,
        clipboard_out: terms.clipboard_out,
    }
}

pub(crate) fn desktop_sign_in(by: v1::DesktopSignIn) -> access::DesktopSignIn {
    match by {
        v1::DesktopSignIn::Nla => access::DesktopSignIn::Nla,
        v1::DesktopSignIn::Tls => access::DesktopSignIn::Tls,
    }
}

pub(crate) fn desktop_sign_in_said(by: access::DesktopSignIn) -> v1::DesktopSignIn {
    match by {
        access::DesktopSignIn::Nla => v1::DesktopSignIn::Nla,
        access::DesktopSignIn::Tls => v1::DesktopSignIn::Tls,
    }
}

pub(crate) fn server(server: v1::ServerIdentity) -> access::ServerIdentity {
    match server {
        v1::ServerIdentity::Tls { spki } => access::ServerIdentity::Tls { spki },
        v1::ServerIdentity::OldTls { spki } => access::ServerIdentity::OldTls { spki },
        v1::ServerIdentity::PlainText { accepted } => {
            access::ServerIdentity::PlainText { accepted }
        }
    }
}

pub(crate) fn server_said(server: &access::ServerIdentity) -> v1::ServerIdentity {
    match server {
        access::ServerIdentity::Tls { spki } => v1::ServerIdentity::Tls { spki: *spki },
        access::ServerIdentity::OldTls { spki } => v1::ServerIdentity::OldTls { spki: *spki },
        access::ServerIdentity::PlainText { accepted } => v1::ServerIdentity::PlainText {
            accepted: accepted.clone(),
        },
    }
}

/// A key in words, as people compare it.
pub(crate) fn key_words(key: &ids::Digest) -> Vec<String> {
    let words = access::device_words(key);
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// For what a channel is used.
pub(crate) fn purpose(what: recording::What) -> v1::Purpose {
    match what {
        recording::What::Shell => v1::Purpose::Shell,
        recording::What::Exec { command } => v1::Purpose::Exec { command },
        recording::What::Sftp => v1::Purpose::Sftp,
        recording::What::Scp { command } => v1::Purpose::Scp { command },
        recording::What::Database {
            database, account, ..
        } => v1::Purpose::Database { database, account },
        recording::What::Web { host, account } => v1::Purpose::Web { host, account },
        recording::What::Desktop {
            name,
            width,
            height,
            pixels,
        } => v1::Purpose::Desktop {
            name,
            width,
            height,
            pixels,
        },
    }
}

/// A file's way, as a recording has it.
pub(crate) fn handover_of(direction: recording::Direction) -> v1::Handover {
    match direction {
        recording::Direction::ToTarget => v1::Handover::In,
        recording::Direction::FromTarget => v1::Handover::Out,
    }
}

pub(crate) fn terminal(terminal: recording::Terminal) -> v1::Terminal {
    v1::Terminal {
        term: terminal.term,
        columns: terminal.columns,
        rows: terminal.rows,
    }
}

/// Each item in other words; as many as there were, so never none.
pub(crate) fn mapped<A, B>(items: &NonEmpty<A>, word: impl Fn(&A) -> B) -> Option<NonEmpty<B>> {
    NonEmpty::from_vec(items.iter().map(word).collect()).ok()
}

/// Why a session ended, as a sentence.
pub(crate) fn end_said(reason: &EndReason) -> Said {
    Said::plain(&format!("end-{}", reason.id()))
}
