//! What is noted and shown of statements.

use access::RecordingPolicy;
use engine::{Notice, Shown};
use phrases::{Language, say};
use recording::{
    ChannelNote, Direction, MASKED, PatientsNote, StatementEnd, StatementHow, StatementNote,
    StatementOutcome, Stream, Terminal, What, mask_passwords, speaks_of_passwords,
};
use store::RecordError;
use wire::statements::{Ended, Failure, How, Outcome, Patients, Statement, Told};

use super::CHANNEL;
use crate::words;
use crate::workers::{Batch, Session};

/// The screen on which those who attend read statements: as wide as a line of text.
const COLUMNS: u32 = 120;
const ROWS: u32 = 40;

/// The longest text of a statement on that screen, in bytes.
const MAX_SHOWN: usize = 600;

/// What an engineer's program said of itself and of what it wants.
pub(crate) struct Said<'a> {
    pub(crate) database: &'a str,
    pub(crate) user: &'a str,
    pub(crate) application: &'a str,
}

/// Records and shows that statements begin, before the target hears of one.
pub(crate) fn opened(opened: &Session, said: &Said<'_>) -> Result<(), RecordError> {
    let account = opened.permit().database().map(|entry| entry.user.clone());
    let what = What::Database {
        database: said.database.to_owned(),
        account: account.unwrap_or_default(),
        typed: said.user.to_owned(),
        application: said.application.to_owned(),
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
            term: "statements".to_owned(),
            columns: COLUMNS,
            rows: ROWS,
        }),
    });
    Ok(())
}

/// Records and shows that they are over.
pub(crate) fn closed(opened: &Session) -> Result<(), RecordError> {
    opened.show(Shown::Closed { channel: CHANNEL });
    opened.note(&ChannelNote::Closed { channel: CHANNEL })
}

/// Records and shows what is told, and then the bytes that it was told of: only after this may they pass. Where only
/// times and sizes are kept, what a statement says is not.
pub(crate) async fn record(
    opened: &Session,
    told: Vec<Told>,
    direction: Direction,
    bytes: &[u8],
) -> Result<(), RecordError> {
    let kept = opened.permit().recording() == RecordingPolicy::Payload;
    let mut batch = Batch::default();
    for told in told.into_iter().filter(|_| kept) {
        let (note, line) = match told {
            Told::Began(statement) => began(statement),
            Told::Ended(end) => ended(end),
            Told::Patients(patients) => touched(patients),
            Told::Said(failure) => said(failure),
        };
        batch.note(note);
        batch.show_output(CHANNEL, shown(&line).as_bytes());
    }
    batch.stream(CHANNEL, direction, Stream::Output, bytes);
    if batch.is_empty() {
        return Ok(());
    }
    opened.record(batch).await
}

/// Records and shows what is told at the end.
pub(crate) async fn tell(opened: &Session, told: Vec<Told>) -> Result<(), RecordError> {
    record(opened, told, Direction::FromTarget, &[]).await
}

fn began(statement: Statement) -> (ChannelNote, String) {
    // A parameter may be the password that the text speaks of.
    let secret = speaks_of_passwords(&statement.text);
    let parameters = statement
        .parameters
        .into_iter()
        .map(|value| value.map(|value| if secret { MASKED.to_owned() } else { value }));
    let note = StatementNote {
        channel: CHANNEL,
        number: statement.number,
        how: match statement.how {
            How::Simple => StatementHow::Text,
            How::Extended => StatementHow::Prepared,
            How::Continued => StatementHow::Continued,
            How::Prepared => StatementHow::NotRun,
            How::Call => StatementHow::Call,
        },
        text: mask_passwords(&statement.text),
        whole: statement.whole,
        parameters: parameters.collect(),
        more: statement.more,
    };
    let line = format!("#{} {}", note.number, note.text.trim());
    (ChannelNote::Statement(note), line)
}

fn ended(ended: Ended) -> (ChannelNote, String) {
    let outcome = match ended.outcome {
        Outcome::Done => StatementOutcome::Done,
        Outcome::Suspended => StatementOutcome::Suspended,
        Outcome::Skipped => StatementOutcome::Skipped,
        Outcome::Unfinished => StatementOutcome::Unfinished,
        Outcome::Failed(failure) => StatementOutcome::Failed {
            code: failure.code,
            message: mask_passwords(&failure.message),
        },
    };
    let how = match &outcome {
        StatementOutcome::Failed { code, message } => format!("{code} {message}"),
        StatementOutcome::Done | StatementOutcome::Suspended => ended.tags.join(", "),
        StatementOutcome::Skipped | StatementOutcome::Unfinished => "-".to_owned(),
    };
    let bytes = ended.bytes_out.max(ended.bytes_in);
    let line = format!("  #{} {how} ({bytes} B, {} ms)", ended.number, ended.millis);
    let note = StatementEnd {
        channel: CHANNEL,
        number: ended.number,
        tags: ended.tags,
        rows: ended.rows,
        bytes_out: ended.bytes_out,
        bytes_in: ended.bytes_in,
        millis: ended.millis,
        outcome,
    };
    (ChannelNote::StatementEnded(note), line)
}

fn touched(patients: Patients) -> (ChannelNote, String) {
    let more = if patients.all { "" } else { "+" };
    let line = format!(
        "  #{} 患者 {}{more}",
        patients.number,
        patients.patients.len()
    );
    let note = PatientsNote {
        channel: CHANNEL,
        number: patients.number,
        patients: patients.patients,
        all: patients.all,
    };
    (ChannelNote::Patients(note), line)
}

fn said(failure: Failure) -> (ChannelNote, String) {
    let message = mask_passwords(&failure.message);
    let line = format!("  {} {message}", failure.code);
    let note = ChannelNote::ServerSaid {
        channel: CHANNEL,
        code: failure.code,
        message,
    };
    (note, line)
}

/// A line for a screen: nothing in it acts.
fn shown(line: &str) -> String {
    let end = line.floor_char_boundary(MAX_SHOWN);
    let line = line.get(..end).unwrap_or_default();
    let line: String = line
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    format!("{line}\r\n")
}

/// What the hospital or the session itself tells the engineer.
pub(crate) fn sentence(opened: &Session, language: Language, told: &Notice) -> String {
    match told {
        Notice::EndsSoon { at } => words::ends_soon(language, *at, opened.now()),
        Notice::Said(text) => words::from_the_hospital(language, text),
        Notice::Paused => say(language, "session-paused", &[]),
        Notice::Continued => say(language, "session-continued", &[]),
        Notice::AwaitingAttendant => say(language, "session-awaiting-attendant", &[]),
        Notice::Attended => say(language, "session-attended", &[]),
    }
}

/// Records and shows what is told, where those who attend do not know it themselves.
pub(crate) fn noticed(opened: &Session, told: &Notice) {
    if matches!(told, Notice::EndsSoon { .. } | Notice::Said(_)) {
        let text = sentence(opened, Language::default(), told);
        if let Err(cause) = opened.notice(&text) {
            tracing::debug!(%cause, "a notice is not in the recording");
        }
        opened.show(Shown::Notice(text));
    }
}
