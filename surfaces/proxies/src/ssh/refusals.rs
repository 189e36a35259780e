//! What is refused, and how an engineer gets to read why.
//!
//! OpenSSH's client shows the text of a refused channel with every letter beyond ASCII as an octal
//! number. So sentences go to the standard error of a channel that is open, as `ForceCommand` does:
//! every client shows that, `scp` and `sftp` too.

use std::time::Duration;

use access::{ChannelAsk, EndReason};
use engine::OpenedSession;
use phrases::Language;
use recording::ChannelNote;
use ssh::{
    Ask, Asked, Engineer, EngineerChannel, EngineerOut, Exit, Forbidden, Gone, NeverOnAChannel,
    Received, StartAsk, Stream,
};
use tokio::time::timeout;

use super::words::{self, Locale};

/// The exit status of what was refused: as of any command that failed.
const REFUSED: u32 = 1;

/// How long an engineer's client may take to open its first channel, and then to close it.
const READ_WITHIN: Duration = Duration::from_secs(5);

/// Asks for what is never granted, so that its refusal is an entry.
pub(super) async fn forbidden(opened: &OpenedSession, what: &Forbidden, untold: u32) {
    let (ask, detail) = match what {
        Forbidden::DirectTcp { host, port } => (ChannelAsk::DirectTcp, format!("{host}:{port}")),
        Forbidden::DirectSocket { path } | Forbidden::ListenSocket { path } => {
            (ChannelAsk::StreamLocal, path.clone())
        }
        Forbidden::ListenTcp { host, port } => (ChannelAsk::RemoteTcp, format!("{host}:{port}")),
        Forbidden::Channel { kind: "x11" } => (ChannelAsk::X11, String::new()),
        Forbidden::Channel { kind } => (ChannelAsk::Unknown, (*kind).to_owned()),
        Forbidden::TooManyChannels => (ChannelAsk::Unknown, "too many channels".to_owned()),
    };
    note_detail(opened, &ask, &detail);
    never(opened, ask).await;
    if untold > 0 {
        let note = ChannelNote::Refused {
            channel: None,
            what: format!("{untold} more"),
            reasons: vec!["channel-not-granted".to_owned()],
        };
        if let Err(cause) = opened.note(&note) {
            tracing::debug!(%cause, "a refusal is not in the recording");
        }
    }
}

/// The same for what is never granted on a channel.
pub(super) async fn forbidden_on_channel(opened: &OpenedSession, what: NeverOnAChannel) {
    let ask = match what {
        NeverOnAChannel::Agent => ChannelAsk::Agent,
        NeverOnAChannel::X11 => ChannelAsk::X11,
        NeverOnAChannel::Start => ChannelAsk::Unknown,
    };
    never(opened, ask).await;
}

async fn never(opened: &OpenedSession, ask: ChannelAsk) {
    let id = ask.id();
    if opened.ask(ask).await.is_ok() {
        // It was refused on the wire before it was asked for, and stays so.
        tracing::error!(id, "what cannot be granted was granted");
    }
}

/// Where something would have led: the entry says only what it was.
fn note_detail(opened: &OpenedSession, ask: &ChannelAsk, detail: &str) {
    if detail.is_empty() {
        return;
    }
    let text = format!("{} {detail}", ask.id());
    if let Err(cause) = opened.notice(&text) {
        tracing::debug!(%cause, "a refusal's detail is not in the recording");
    }
}

/// Says something on a channel's standard error, on lines of its own. A terminal in raw mode needs the
/// carriage returns, and what stands in its current line is left alone.
pub(super) async fn say(out: &EngineerOut, text: &str, terminal: bool) -> Result<(), Gone> {
    let line = if terminal {
        format!("\r\n{text}\r\n")
    } else {
        format!("{text}\n")
    };
    out.data(Stream::Error, line.into_bytes()).await
}

/// Says why a channel does not do what it was opened for, and closes it.
pub(super) async fn refuse(out: &EngineerOut, start: Option<StartAsk>, text: &str, terminal: bool) {
    if let Some(start) = start {
        start.accept();
    }
    if say(out, text, terminal).await.is_ok() && out.exit(Exit::Status(REFUSED)).await.is_ok() {
        let _gone = out.eof().await;
    }
    out.close().await;
}

/// Tells an engineer whose session cannot begin why not: in the first channel that their client opens.
pub(super) async fn say_in_first_channel(engineer: &mut Engineer, end: &EndReason) {
    let saying = async {
        let mut channel = loop {
            match engineer.next().await {
                Some(Ask::Open(ask)) => break ask.accept().await,
                Some(Ask::Forbidden { .. }) => {}
                Some(Ask::Ended(_)) | None => return,
            }
        };
        if let Some((start, language, terminal)) = first_start(&mut channel).await {
            let text = words::ended(language, end);
            refuse(&channel.out, Some(start), &text, terminal).await;
        }
        // Their client has read it when it hangs up.
        while !matches!(engineer.next().await, Some(Ask::Ended(_)) | None) {}
    };
    let _in_time = timeout(READ_WITHIN, saying).await;
}

async fn first_start(channel: &mut EngineerChannel) -> Option<(StartAsk, Language, bool)> {
    let mut locale = Locale::default();
    let mut terminal = false;
    loop {
        match channel.inbox.next().await? {
            Received::Said(Asked::Start(start)) => {
                return Some((start, locale.language(), terminal));
            }
            Received::Said(Asked::Variable { name, value }) => locale.learn(&name, &value),
            Received::Said(Asked::Terminal(_)) => terminal = true,
            Received::Closed(_) => return None,
            Received::Data(_)
            | Received::Eof
            | Received::Said(Asked::Resize(_) | Asked::Signal(_) | Asked::Forbidden(_)) => {}
        }
    }
}
