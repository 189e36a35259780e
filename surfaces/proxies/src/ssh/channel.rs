//! One channel from its opening to its end.

use std::sync::Arc;
use std::time::Duration;

use access::{EndReason, Frozen, Reason, Refusal};
use engine::{OpenedSession, Shown};
use phrases::{Language, say};
use recording::{ChannelNote, What};
use ssh::{
    Asked, EngineerChannel, EngineerOut, Inbox, OpenAsk, OpenError, Received, Start, StartAsk,
};
use store::RecordError;
use tokio::time::timeout;

use super::session::Session;
use super::start::{Purpose, Setup};
use super::windows::Tell;
use super::{frozen, pumps, refusals, words};
use crate::tcp::recorder_end;
use crate::workers::TargetChannel;

/// How long the last sentence of a channel that ends the session may take.
const LAST_WORDS_WITHIN: Duration = Duration::from_millis(200);

/// How often a channel is asked for again that was refused because the session froze meanwhile.
const MOST_ASKS: usize = 3;

/// The longest command that a note of a recording holds unshortened.
const NOTED: usize = recording::MAX_TEXT;

/// A channel of the engineer's that is open.
pub(super) struct Line {
    pub(super) session: Arc<Session>,
    /// Its number in the session, as it is recorded.
    pub(super) number: u32,
    pub(super) language: Language,
    /// Whether it has a terminal.
    pub(super) terminal: bool,
    pub(super) out: EngineerOut,
}

/// Serves one channel. An error is the reason why the session ends with it.
pub(super) async fn serve(session: Arc<Session>, ask: OpenAsk) -> Result<(), EndReason> {
    // Accepted before anything is decided: what is refused is told in it, and the target hears nothing
    // of a channel before its start was allowed.
    let EngineerChannel { mut inbox, out } = ask.accept().await;
    let Some((setup, start)) = asked_for(&session.opened, &mut inbox).await else {
        out.close().await;
        return Ok(());
    };
    let line = Line {
        number: session.next_channel(),
        language: setup.locale.language(),
        terminal: setup.terminal.is_some(),
        session,
        out,
    };
    let served = line.serve(inbox, &setup, start).await;
    let served = served.map_err(|end| line.session.why(end));
    if let Err(end) = &served {
        let text = words::ended(line.language, end);
        let saying = line.say(&text);
        let _said_or_late = timeout(LAST_WORDS_WITHIN, saying).await;
        line.out.close().await;
    }
    served
}

/// What the engineer's client says before it starts something.
async fn asked_for(opened: &OpenedSession, inbox: &mut Inbox<Asked>) -> Option<(Setup, StartAsk)> {
    let mut setup = Setup::default();
    loop {
        match inbox.next().await? {
            Received::Said(Asked::Start(start)) => return Some((setup, start)),
            Received::Said(Asked::Terminal(terminal)) => setup.terminal = Some(terminal),
            Received::Said(Asked::Variable { name, value }) => setup.variable(name, value),
            Received::Said(Asked::Resize(size)) => setup.resize(size),
            Received::Said(Asked::Forbidden(what)) => {
                refusals::forbidden_on_channel(opened, what).await;
            }
            // Nothing runs that could read or end.
            Received::Data(_) | Received::Eof | Received::Said(Asked::Signal(_)) => {}
            Received::Closed(_) => return None,
        }
    }
}

impl Line {
    async fn serve(
        &self,
        inbox: Inbox<Asked>,
        setup: &Setup,
        start: StartAsk,
    ) -> Result<(), EndReason> {
        let purpose = Purpose::of(start.what());
        let mut start = Some(start);
        if let Err(refusal) = self.ask(&purpose, &mut start).await {
            let text = words::channel_refused(self.language, &refusal);
            refusals::refuse(&self.out, start, &text, self.terminal).await;
            return Ok(());
        }
        let Some(what) = purpose.what() else {
            // Refused above: no term grants it.
            self.out.close().await;
            return Ok(());
        };
        self.open(what, setup)?;
        let carried = match &purpose {
            Purpose::Program(program) => self.program(inbox, setup, start, program).await,
            Purpose::Sftp => self.sftp(inbox, setup, start).await,
            Purpose::Scp(command, _) => self.scp(inbox, setup, start, command).await,
            Purpose::Subsystem => Ok(()),
        };
        self.session.opened.show(Shown::Closed {
            channel: self.number,
        });
        let closed = self.note(&ChannelNote::Closed {
            channel: self.number,
        });
        carried.and(closed)
    }

    /// Asks at the one door, once something may pass at all.
    async fn ask(&self, purpose: &Purpose, start: &mut Option<StartAsk>) -> Result<(), Refusal> {
        let mut asked = 0;
        loop {
            self.wait_at_the_start(start).await;
            asked += 1;
            match self.session.opened.ask(purpose.ask()).await {
                Ok(_) => return Ok(()),
                Err(refusal) if refusal.reasons == [Reason::SessionFrozen] && asked < MOST_ASKS => {
                }
                Err(refusal) => return Err(refusal),
            }
        }
    }

    /// A client that waits for its answer waits with all of its channels: so it gets one before the
    /// attendant comes, and reads what is waited for.
    async fn wait_at_the_start(&self, start: &mut Option<StartAsk>) {
        let live = self.session.opened.live();
        let Some(frozen) = live.frozen() else {
            return;
        };
        if let Some(start) = start.take() {
            start.accept();
            let text = say(self.language, frozen::sentence(frozen), &[]);
            let _gone = self.say(&text).await;
        }
        frozen::passable(live).await;
        if frozen == Frozen::AwaitingAttendant && self.terminal {
            let text = say(self.language, "session-attended", &[]);
            let _gone = self.say(&text).await;
        }
    }

    /// Records and shows what is opened, before the target hears of it.
    fn open(&self, what: What, setup: &Setup) -> Result<(), EndReason> {
        let opened = &self.session.opened;
        let terminal = setup.recorded_terminal();
        self.note(&ChannelNote::Opened {
            channel: self.number,
            what: what.clone(),
            terminal: terminal.clone(),
        })?;
        opened.show(Shown::Opened {
            channel: self.number,
            what,
            terminal,
        });
        Ok(())
    }

    /// A shell or a command.
    async fn program(
        &self,
        inbox: Inbox<Asked>,
        setup: &Setup,
        start: Option<StartAsk>,
        program: &Start,
    ) -> Result<(), EndReason> {
        if let Start::Exec(command) = program
            && (command.len() > NOTED || std::str::from_utf8(command).is_err())
        {
            // The note holds a part of it only, or not its bytes.
            self.record(
                recording::Direction::ToTarget,
                recording::Stream::Output,
                command,
            )?;
        }
        let told = self.session.windows.add(self.number);
        let Some(far) = self.started(setup, start, program).await? else {
            return Ok(());
        };
        if self.terminal {
            let _gone = self.say(&self.banner()).await;
        }
        pumps::run(self, inbox, far, told).await
    }

    /// Has the target run something, and says so to the engineer's client. `None` if the target does
    /// not: then the channel is closed.
    pub(super) async fn started(
        &self,
        setup: &Setup,
        start: Option<StartAsk>,
        program: &Start,
    ) -> Result<Option<TargetChannel>, EndReason> {
        let mut far = match self.session.target.open().await {
            Ok(far) => far,
            Err(OpenError::Refused(why)) => {
                tracing::info!(why, session = %self.session.opened.permit().session(), "a target opens no channel");
                self.fail(start, "session-target-refused").await;
                return Ok(None);
            }
            Err(OpenError::Ended) => return Err(EndReason::TargetClosed),
        };
        if !setup.begin(&mut far, program).await {
            far.out.close().await;
            self.fail(start, "session-target-refused").await;
            return Ok(None);
        }
        if let Some(start) = start {
            start.accept();
        }
        Ok(Some(far))
    }

    /// Says why this channel does nothing, and closes it.
    pub(super) async fn fail(&self, start: Option<StartAsk>, sentence: &str) {
        let text = say(self.language, sentence, &[]);
        refusals::refuse(&self.out, start, &text, self.terminal).await;
    }

    fn banner(&self) -> String {
        let opened = &self.session.opened;
        let who = opened.who();
        let target = opened.permit().target_name();
        let until = words::minute(opened.permit().until());
        let args = [("who", who.as_str()), ("target", target), ("until", &until)];
        say(self.language, "session-recorded", &args)
    }

    /// Whether what the engineer sends is typed. A console has a terminal, also for whoever asked for none.
    pub(super) fn is_typed(&self) -> bool {
        self.terminal || self.session.opened.permit().telnet().is_some()
    }

    /// Says something to the engineer. It is not the target's output, and not recorded as such.
    pub(super) async fn say(&self, text: &str) -> Result<(), ssh::Gone> {
        refusals::say(&self.out, text, self.terminal).await
    }

    /// Says what the session was told. True if the channel is over with it.
    pub(super) async fn tell(&self, tell: &Tell) -> bool {
        let text = match tell {
            Tell::Ended(end) => words::ended(self.language, end),
            Tell::Notice(_) | Tell::Deadline if !self.terminal => return false,
            Tell::Deadline => words::ended(self.language, &EndReason::Deadline),
            Tell::Notice(notice) => self.notice(notice),
        };
        let gone = self.say(&text).await.is_err();
        gone || matches!(tell, Tell::Ended(_))
    }

    fn notice(&self, notice: &engine::Notice) -> String {
        let sentence = match notice {
            engine::Notice::EndsSoon { at } => {
                return words::ends_soon(self.language, *at, self.session.opened.now());
            }
            engine::Notice::Said(text) => return words::from_the_hospital(self.language, text),
            engine::Notice::Paused => "session-paused",
            engine::Notice::Continued => "session-continued",
            engine::Notice::AwaitingAttendant => "session-awaiting-attendant",
            engine::Notice::Attended => "session-attended",
        };
        say(self.language, sentence, &[])
    }

    pub(super) fn note(&self, note: &ChannelNote) -> Result<(), EndReason> {
        ended(self.session.opened.note(note))
    }

    /// Records bytes that are to pass.
    pub(super) fn record(
        &self,
        direction: recording::Direction,
        stream: recording::Stream,
        bytes: &[u8],
    ) -> Result<(), EndReason> {
        let opened = &self.session.opened;
        ended(opened.stream(self.number, direction, stream, bytes))
    }
}

/// Whoever cannot record ends the session.
pub(super) fn ended(recorded: Result<(), RecordError>) -> Result<(), EndReason> {
    recorded.map_err(|cause| recorder_end(&cause))
}
