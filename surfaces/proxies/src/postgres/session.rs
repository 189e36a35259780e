//! One session: the engineer's program greeted, the database asked for, the target entered, both carried.

use std::sync::Arc;
use std::time::Duration;

use access::{ChannelAsk, EndReason, Reason, Refusal as Reasons};
use phrases::{Language, say};
use store::RecordError;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wire::postgres::{CancelKey, Parameters, backend_key, notice, ready};

use super::engineer::{Greeted, greet, language};
use super::entry::{Entered, enter};
use super::pumps::{Near, Shared, down, up};
use super::{cancel, refusals};
use crate::databases::{HANG_UP_WITHIN, LAST_WORDS_WITHIN, MOST_ASKS, Refusal, Stopped, notes};
use crate::frozen;
use crate::tcp::recorder_end;
use crate::workers::Session;

/// How long the engineer's program may take to say which database it wants.
const GREET_WITHIN: Duration = Duration::from_secs(20);

/// Carries the session until either side closes or it is ended, and says why it ended. `stream` is the
/// engineer's, on which their own program speaks; `target` is connected, nothing was said on it, and the
/// gateway holds it too.
pub(crate) async fn carry<S>(mut stream: S, target: TcpStream, opened: &Arc<Session>) -> EndReason
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let live = opened.live();
    let begun = tokio::select! {
        biased;
        () = live.withdrawn() => Err(Over::told(EndReason::Interrupted)),
        begun = begin(&mut stream, target, opened) => begun,
    };
    let end = match begun {
        Ok(begun) => run(stream, begun, opened).await,
        Err(over) => {
            let end = live.ended().cloned().unwrap_or(over.end);
            if let Some((language, refusal)) = over.tell {
                let refusal = refusal.unwrap_or_else(|| refusals::ended(language, &end));
                say_at_last(&mut stream, &refusal).await;
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
        Self {
            end,
            tell: Some((Language::default(), None)),
        }
    }
}

/// Both sides, ready for the first statement.
struct Begun {
    entered: Entered,
    language: Language,
}

async fn begin<S>(stream: &mut S, target: TcpStream, opened: &Arc<Session>) -> Result<Begun, Over>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let greeted = timeout(GREET_WITHIN, greet(stream)).await;
    let Ok(Ok(Greeted::Session(asked))) = greeted else {
        return Err(Over::silent());
    };
    let language = language(&asked);
    let over = |end, refusal| Over {
        end,
        tell: Some((language, refusal)),
    };
    if let Err(reasons) = ask(stream, opened, &asked, language).await? {
        let refusal = refusals::database(language, &reasons);
        return Err(over(EndReason::EngineerClosed, Some(refusal)));
    }
    let entered = enter(target, opened, &asked, language).await;
    let entered = entered.map_err(|cause| over(cause.end, cause.refusal))?;
    let recorder = |cause: RecordError| over(recorder_end(&cause), None);
    let said = notes::Said {
        database: &asked.database,
        user: &asked.user,
        application: &asked.application,
    };
    notes::opened(opened, &said).map_err(recorder)?;
    let own = own_key().map_err(|_| over(EndReason::RecorderFailed, None))?;
    opened.live().cancels_by(own.process, &own.secret);
    let first = [&entered.parameters[..], &backend_key(&own), &ready()].concat();
    let told = async {
        stream.write_all(&first).await?;
        stream.flush().await
    };
    let told: std::io::Result<()> = told.await;
    told.map_err(|_| Over::silent())?;
    Ok(Begun { entered, language })
}

/// A key of our own: what the target's is, the engineer's program never learns.
fn own_key() -> Result<CancelKey, getrandom::Error> {
    let mut process = [0; 4];
    let mut secret = vec![0; 4];
    getrandom::fill(&mut process)?;
    getrandom::fill(&mut secret)?;
    Ok(CancelKey {
        // Programs take it for a number with a sign, and show it.
        process: u32::from_be_bytes(process) >> 1,
        secret,
    })
}

/// Asks for the database at the one door, once something may pass at all; says what is waited for.
async fn ask<S>(
    stream: &mut S,
    opened: &Session,
    asked: &Parameters,
    language: Language,
) -> Result<Result<(), Reasons>, Over>
where
    S: AsyncWrite + Unpin,
{
    let mut asks = 0;
    loop {
        if let Some(why) = opened.live().frozen() {
            let waits = notice(&say(language, frozen::sentence(why), &[]));
            let told = async {
                stream.write_all(&waits).await?;
                stream.flush().await
            };
            let told: std::io::Result<()> = told.await;
            told.map_err(|_| Over::silent())?;
            frozen::passable(opened.live()).await;
        }
        asks += 1;
        let database = ChannelAsk::Database {
            name: asked.database.clone(),
        };
        match opened.ask(database).await {
            Ok(_) => return Ok(Ok(())),
            Err(refusal) if refusal.reasons == [Reason::SessionFrozen] && asks < MOST_ASKS => {}
            Err(refusal) => return Ok(Err(refusal)),
        }
    }
}

/// Carries statements and answers.
async fn run<S>(stream: S, begun: Begun, opened: &Arc<Session>) -> EndReason
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let Begun { entered, language } = begun;
    let live = opened.live();
    let (near_in, near_out) = tokio::io::split(stream);
    let (far_in, far_out) = tokio::io::split(entered.far);
    let shared = Shared::new(opened, language, entered.patients);
    let mut near = Near {
        out: near_out,
        between: true,
        over: false,
    };
    let mut near_in = near_in;
    let stopped: Stopped = tokio::select! {
        biased;
        () = live.withdrawn() => EndReason::Interrupted.into(),
        stopped = up(&shared, &mut near_in, far_out) => stopped,
        stopped = down(&shared, far_in, &mut near) => stopped,
        () = cancel::serve(opened, entered.key.as_ref()) => EndReason::Interrupted.into(),
    };
    let end = live.ended().cloned().unwrap_or(stopped.end);
    let noted = notes::tell(opened, shared.finish()).await;
    let noted = noted.and_then(|()| notes::closed(opened));
    let told = if stopped.broken {
        refusals::not_spoken(language)
    } else {
        refusals::ended(language, &end)
    };
    let there = end != EndReason::EngineerClosed || stopped.broken;
    if there && near.between && !near.over {
        say_at_last(&mut near.out, &told).await;
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

async fn say_at_last(out: &mut (impl AsyncWrite + Unpin), refusal: &Refusal) {
    let saying = async {
        out.write_all(&refusals::fatal(refusal)).await?;
        out.shutdown().await
    };
    let _said_or_gone: Result<std::io::Result<()>, _> = timeout(LAST_WORDS_WITHIN, saying).await;
}
