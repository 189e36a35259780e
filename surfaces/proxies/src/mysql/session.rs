//! One session: the target heard, the engineer's program greeted, the database asked for, the target entered,
//! both carried.

use std::sync::Arc;

use access::{ChannelAsk, EndReason, Reason, Refusal as Reasons};
use phrases::Language;
use store::RecordError;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wire::mysql::{Greeting, Login, can, done};

use super::engineer::{Answered, greet, language};
use super::entry::{enter, greeted};
use super::packets::Packets;
use super::pumps::{Near, Stop, down, up};
use super::refusals;
use super::shared::Shared;
use crate::databases::{Far, HANG_UP_WITHIN, LAST_WORDS_WITHIN, MOST_ASKS, Refusal, notes};
use crate::frozen;
use crate::tcp::recorder_end;
use crate::workers::Session;

/// Carries the session until either side closes or it is ended, and says why it ended. `stream` is the
/// engineer's, on which their own program speaks; `target` is connected, nothing was said on it, and the
/// gateway holds it too.
pub(crate) async fn carry<S>(mut stream: S, target: TcpStream, opened: &Arc<Session>) -> EndReason
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let live = opened.live();
    let mut near = Packets::new(&mut stream);
    let begun = tokio::select! {
        biased;
        () = live.withdrawn() => Err(Over::told(EndReason::Interrupted)),
        begun = begin(&mut near, target, opened) => begun,
    };
    let number = near.number();
    let end = match begun {
        Ok(begun) => run(stream, begun, opened).await,
        Err(over) => {
            let end = live.ended().cloned().unwrap_or(over.end);
            if let Some((language, refusal)) = over.tell {
                let refusal = refusal.unwrap_or_else(|| refusals::ended(language, &end));
                say_at_last(&mut stream, &refusals::packet(number, &refusal)).await;
            }
            end
        }
    };
    // Who ended it from outside knows better than the sockets that noticed.
    live.ended().cloned().unwrap_or(end)
}

/// A session that did not come to its first statement.
struct Over {
    end: EndReason,
    /// What the engineer is told, if anything: in which language, and something else than the end.
    tell: Option<(Language, Option<Refusal>)>,
}

impl Over {
    fn silent() -> Self {
        Self {
            end: EndReason::EngineerClosed,
            tell: None,
        }
    }

    fn told(end: EndReason) -> Self {
        Self::with(end, Language::default(), None)
    }

    fn with(end: EndReason, language: Language, refusal: Option<Refusal>) -> Self {
        Self {
            end,
            tell: Some((language, refusal)),
        }
    }
}

/// Both sides, ready for the first command.
struct Begun {
    far: Far,
    login: Login,
    greeting: Greeting,
    language: Language,
}

async fn begin<S>(
    near: &mut Packets<&mut S>,
    target: TcpStream,
    opened: &Arc<Session>,
) -> Result<Begun, Over>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let target = awake(target, opened).await.map_err(Over::told)?;
    let mut target = Packets::new(target);
    let usual = Language::default();
    let greeting = greeted(&mut target, opened).await;
    let greeting = greeting.map_err(|cause| Over::with(cause.end, usual, cause.refusal))?;
    let login = match greet(near, &greeting).await {
        Answered::Login(login) => login,
        Answered::Refused(refusal) => {
            return Err(Over::with(EndReason::EngineerClosed, usual, Some(refusal)));
        }
        Answered::Gone => return Err(Over::silent()),
    };
    let language = language(&login);
    if let Some(database) = &login.database
        && let Err(reasons) = ask(opened, database).await
    {
        let refusal = refusals::database(language, &reasons);
        return Err(Over::with(
            EndReason::EngineerClosed,
            language,
            Some(refusal),
        ));
    }
    let far = enter(target, &greeting, opened, &login, language).await;
    let far = far.map_err(|cause| Over::with(cause.end, language, cause.refusal))?;
    let said = notes::Said {
        database: login.database.as_deref().unwrap_or_default(),
        user: &login.user,
        application: &login.application,
    };
    let noted = notes::opened(opened, &said);
    noted.map_err(|cause: RecordError| Over::with(recorder_end(&cause), language, None))?;
    let ready = done(near.number());
    near.say(&ready).await.map_err(|_| Over::silent())?;
    Ok(Begun {
        far,
        login,
        greeting,
        language,
    })
}

/// Waits while nothing may pass; the protocol has no word for that. A target waits only for seconds, so that
/// it is dialled anew then.
async fn awake(target: TcpStream, opened: &Session) -> Result<TcpStream, EndReason> {
    if opened.live().frozen().is_none() {
        return Ok(target);
    }
    drop(target);
    frozen::passable(opened.live()).await;
    opened.dial().await.map_err(|cause| {
        tracing::warn!(%cause, session = %opened.permit().session(), "a target does not answer");
        EndReason::TargetUnreachable
    })
}

/// Asks for a database at the one door, once something may pass at all.
pub(super) async fn ask(opened: &Session, database: &str) -> Result<(), Reasons> {
    let mut asks = 0;
    loop {
        frozen::passable(opened.live()).await;
        asks += 1;
        let ask = ChannelAsk::Database {
            name: database.to_owned(),
        };
        match opened.ask(ask).await {
            Ok(_) => return Ok(()),
            Err(refusal) if refusal.reasons == [Reason::SessionFrozen] && asks < MOST_ASKS => {}
            Err(refusal) => return Err(refusal),
        }
    }
}

/// Carries commands and answers.
async fn run<S>(stream: S, begun: Begun, opened: &Arc<Session>) -> EndReason
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let Begun {
        far,
        login,
        greeting,
        language,
    } = begun;
    let live = opened.live();
    let (mut near_in, near_out) = tokio::io::split(stream);
    let (far_in, far_out) = tokio::io::split(far);
    let tracked = greeting.capabilities & can::TRACK != 0;
    let passes_changes = tracked && login.is_told_of_changes();
    let shared = Shared::new(opened, language, tracked, passes_changes, login.database);
    let mut near = Near {
        out: near_out,
        between: true,
        over: false,
    };
    let stopped: Stop = tokio::select! {
        biased;
        () = live.withdrawn() => EndReason::Interrupted.into(),
        stopped = up(&shared, &mut near_in, far_out) => stopped,
        stopped = down(&shared, far_in, &mut near) => stopped,
    };
    let end = live.ended().cloned().unwrap_or(stopped.end);
    let number = stopped.number.unwrap_or_else(|| shared.next_packet());
    let noted = notes::tell(opened, shared.finish()).await;
    let noted = noted.and_then(|()| notes::closed(opened));
    let there = end != EndReason::EngineerClosed || stopped.tell.is_some();
    let told = stopped
        .tell
        .unwrap_or_else(|| refusals::ended(language, &end));
    if there && near.between && !near.over {
        say_at_last(&mut near.out, &refusals::packet(number, &told)).await;
        // Their program has read it when it hangs up.
        let hung_up = async { while matches!(near_in.read(&mut [0; 512]).await, Ok(1..)) {} };
        let _in_time = timeout(HANG_UP_WITHIN, hung_up).await;
    }
    match noted {
        // Whoever ended it knows better than a recorder that then failed.
        Err(cause) if end == EndReason::EngineerClosed => recorder_end(&cause),
        Ok(()) | Err(_) => end,
    }
}

async fn say_at_last(out: &mut (impl AsyncWrite + Unpin), packet: &[u8]) {
    let saying = async {
        out.write_all(packet).await?;
        out.shutdown().await
    };
    let _said_or_gone: Result<std::io::Result<()>, _> = timeout(LAST_WORDS_WITHIN, saying).await;
}
