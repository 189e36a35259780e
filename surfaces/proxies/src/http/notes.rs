//! What is noted and shown of requests and answers: each request before the console hears of it, each answer
//! before its last piece passes. Bodies are told by size and type.

use access::RecordingPolicy;
use engine::{OpenedSession, Shown};
use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderMap};
use recording::{
    ChannelNote, Direction, MASKED, StatementEnd, StatementHow, StatementNote, StatementOutcome,
    Stream, Terminal, What,
};
use store::RecordError;
use wire::web::mask_query;

use super::CHANNEL;

/// The screen on which those who attend read requests: as wide as a line of text.
const COLUMNS: u32 = 120;
const ROWS: u32 = 40;

/// The longest line on that screen, in bytes.
const MAX_SHOWN: usize = 600;

/// The longest type of a body that is noted, in bytes.
const MAX_TYPE: usize = 100;

/// Records and shows that requests begin.
pub(super) fn opened(opened: &OpenedSession) -> Result<(), RecordError> {
    let known = opened.permit().web().map(|entry| &entry.target);
    let account = known.map(|known| match &known.sign_in {
        access::WebSignIn::Basic { user } | access::WebSignIn::Form { user, .. } => user.clone(),
        access::WebSignIn::Header { name } => name.clone(),
        access::WebSignIn::Nothing => String::new(),
    });
    let what = What::Web {
        host: known.map(|known| known.host.clone()).unwrap_or_default(),
        account: account.unwrap_or_default(),
    };
    opened.note(&ChannelNote::Opened {
        channel: CHANNEL,
        what: what.clone(),
        terminal: None,
    })?;
    opened.show(Shown::Opened {
        channel: CHANNEL,
        what,
        terminal: Some(Terminal {
            term: "requests".to_owned(),
            columns: COLUMNS,
            rows: ROWS,
        }),
    });
    Ok(())
}

/// Records and shows that they are over.
pub(super) fn closed(opened: &OpenedSession) -> Result<(), RecordError> {
    opened.show(Shown::Closed { channel: CHANNEL });
    opened.note(&ChannelNote::Closed { channel: CHANNEL })
}

/// A request as a recording has it.
pub(super) fn text(method: &str, target: &str, headers: &HeaderMap, length: Option<u64>) -> String {
    let mut text = format!("{method} {}", mask_query(target, MASKED));
    let kind = kind(headers);
    let length = length.map(|length| format!("{length} B"));
    let body: Vec<String> = kind.into_iter().chain(length).collect();
    if !body.is_empty() {
        text = format!("{text} [{}]", body.join(", "));
    }
    text
}

/// Notes a request, then records its line: only then may it pass.
pub(super) fn began(opened: &OpenedSession, number: u64, text: String) -> Result<(), RecordError> {
    if opened.permit().recording() != RecordingPolicy::Payload {
        return Ok(());
    }
    let line = line(&format!("#{number} {text}"));
    opened.note(&ChannelNote::Statement(StatementNote {
        channel: CHANNEL,
        number,
        how: StatementHow::Request,
        text,
        whole: true,
        parameters: Vec::new(),
        more: 0,
    }))?;
    say(opened, Direction::ToTarget, &line)
}

/// The head of an answer, recorded before anything of it passes.
pub(super) fn answered(
    opened: &OpenedSession,
    number: u64,
    status: StatusCode,
    headers: &HeaderMap,
) -> Result<(), RecordError> {
    if opened.permit().recording() != RecordingPolicy::Payload {
        return Ok(());
    }
    let kind = kind(headers).unwrap_or_default();
    let line = line(&format!("  #{number} {} {kind}", status.as_u16()));
    say(opened, Direction::FromTarget, &line)
}

fn say(opened: &OpenedSession, direction: Direction, line: &str) -> Result<(), RecordError> {
    opened.stream(CHANNEL, direction, Stream::Output, line.as_bytes())?;
    opened.show_output(CHANNEL, line.as_bytes());
    Ok(())
}

/// What came of a request.
pub(super) struct Ended {
    pub(super) number: u64,
    /// What was answered, and the type of its body.
    pub(super) status: Option<(StatusCode, Option<String>)>,
    pub(super) bytes_in: u64,
    pub(super) bytes_out: u64,
    pub(super) millis: u64,
    /// Whether all of it passed.
    pub(super) whole: bool,
}

/// Notes the end of a request.
pub(super) fn ended(opened: &OpenedSession, ended: Ended) -> Result<(), RecordError> {
    if opened.permit().recording() != RecordingPolicy::Payload {
        return Ok(());
    }
    let status = ended.status.as_ref().map(|(status, _)| *status);
    let outcome = match status {
        Some(status) if ended.whole && (status.is_client_error() || status.is_server_error()) => {
            StatementOutcome::Failed {
                code: status.as_u16().to_string(),
                message: status.canonical_reason().unwrap_or_default().to_owned(),
            }
        }
        Some(_) if ended.whole => StatementOutcome::Done,
        Some(_) | None => StatementOutcome::Unfinished,
    };
    let tags = ended.status.into_iter().flat_map(|(status, kind)| {
        let status = status.as_u16().to_string();
        std::iter::once(status).chain(kind)
    });
    opened.note(&ChannelNote::StatementEnded(StatementEnd {
        channel: CHANNEL,
        number: ended.number,
        tags: tags.collect(),
        rows: 0,
        bytes_out: ended.bytes_out,
        bytes_in: ended.bytes_in,
        millis: ended.millis,
        outcome,
    }))
}

/// The type that a body says of itself, without its parameters.
pub(super) fn kind(headers: &HeaderMap) -> Option<String> {
    let said = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let kind = said.split(';').next().unwrap_or_default().trim();
    let end = kind.floor_char_boundary(MAX_TYPE);
    kind.get(..end)
        .filter(|kind| !kind.is_empty())
        .map(str::to_owned)
}

/// A line for a screen: nothing in it acts.
fn line(line: &str) -> String {
    let end = line.floor_char_boundary(MAX_SHOWN);
    let line = line.get(..end).unwrap_or_default();
    let line: String = line
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    format!("{line}\r\n")
}
