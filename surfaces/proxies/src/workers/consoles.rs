//! In a worker: a console that speaks telnet. Its connection is read here, and nowhere else; its one terminal goes over a
//! line to the gateway, as a channel of SSH does (`reaching`).

use std::io;
use std::os::fd::OwnedFd;

use access::{TelnetSignIn, USUAL_PASSWORD_PROMPT};
use ssh::{Came, Closed, Received, Said, Sent, Start, Wanted};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::crossing::{NotEntered, Reaching};
use super::packets::Line;
use super::reached::LOGIN_WITHIN;
use super::reaching::{password, say};
use crate::telnet::{Console, Keys, NotSignedIn, Screen, sign_in};

/// Bytes that are shown at once.
const AT_ONCE: usize = ssh::LONGEST_CROSSING - 1;

/// Signs in and serves the terminal, until the gateway lets go of it.
pub(super) async fn reach(how: Option<TelnetSignIn>, line: OwnedFd, target: TcpStream) {
    let line = match Line::new(line, true) {
        Ok(line) => line,
        Err(cause) => {
            tracing::error!(%cause, "a console was not taken over");
            return;
        }
    };
    let served = match enter(how.as_ref(), &line, target).await {
        Ok((console, shown)) => serve(&line, console, passwords(how.as_ref()), shown).await,
        Err(why) => say(&line, &Reaching::NotEntered(why)).await,
    };
    if let Err(cause) = served {
        tracing::debug!(%cause, "the gateway has let go of a console");
    }
}

/// A console, and what it showed last.
async fn enter(
    how: Option<&TelnetSignIn>,
    line: &Line,
    target: TcpStream,
) -> Result<(Console, Vec<u8>), NotEntered> {
    let by = Instant::now() + LOGIN_WITHIN;
    let greeted = Console::greet(target).await;
    let mut console = greeted.map_err(|_| NotEntered::Unreachable)?;
    let Some(how) = how else {
        return Ok((console, Vec::new()));
    };
    let told = async || -> Option<Zeroizing<String>> { password(line).await };
    let signed_in = sign_in(&mut console, how, told, by).await;
    signed_in.map(|shown| (console, shown)).map_err(|why| {
        tracing::warn!(?why, "a console was not entered");
        match why {
            NotSignedIn::Refused | NotSignedIn::NoPassword => NotEntered::LoginRefused,
            NotSignedIn::NotAsked => NotEntered::SignInUnknown,
            NotSignedIn::Gone => NotEntered::Unreachable,
        }
    })
}

/// At what prompts a console waits for a password, after we signed in too: most ask like the first time.
fn passwords(how: Option<&TelnetSignIn>) -> Vec<String> {
    let usual = Some(USUAL_PASSWORD_PROMPT.to_owned());
    let own = how.map(|how| how.password_prompt.clone());
    usual.into_iter().chain(own).collect()
}

/// Gives its terminal to the first channel that is opened, and none to another.
async fn serve(
    line: &Line,
    console: Console,
    passwords: Vec<String>,
    shown: Vec<u8>,
) -> io::Result<()> {
    say(line, &Reaching::Entered).await?;
    let (mut screen, keys) = console.split(passwords, &shown);
    let first = tokio::select! {
        first = next_channel(line) => first?,
        () = screen.ends() => {
            say(line, &Reaching::Over).await?;
            next_channel(line).await?
        }
    };
    let Some(first) = first else {
        return Ok(());
    };
    let channel = Line::new(first, false)?;
    let others = async {
        while let Some(other) = next_channel(line).await? {
            let refused = Came::Refused("a console has one terminal".to_owned());
            Line::new(other, false)?.send(&refused.encode()).await?;
        }
        Ok::<(), io::Error>(())
    };
    tokio::pin!(others);
    tokio::select! {
        let_go = &mut others => return let_go,
        carried = carry(&channel, screen, keys, shown) => {
            if let Err(cause) = carried {
                tracing::debug!(%cause, "a console's terminal is over");
            }
        }
    }
    say(line, &Reaching::Over).await?;
    others.await
}

async fn next_channel(line: &Line) -> io::Result<Option<OwnedFd>> {
    while let Some(handed) = line.next(|_, mut handed| handed.pop()).await? {
        if handed.is_some() {
            return Ok(handed);
        }
    }
    Ok(None)
}

/// The terminal, from its opening until either side closes it.
async fn carry(line: &Line, screen: Screen, keys: Keys, shown: Vec<u8>) -> io::Result<()> {
    line.send(&Came::Opened.encode()).await?;
    let started = Notify::new();
    tokio::select! {
        up = up(line, keys, &started) => up,
        down = down(line, screen, shown, &started) => down,
    }
}

async fn up(line: &Line, mut keys: Keys, started: &Notify) -> io::Result<()> {
    loop {
        let sent = tokio::select! {
            biased;
            () = keys.asked() => {
                keys.answer().await?;
                continue;
            }
            sent = line.next(|packet, _| Sent::decode(packet)) => sent?,
        };
        match sent.flatten() {
            Some(Sent::Terminal(terminal)) => {
                keys.resize(terminal.size.columns, terminal.size.rows)
                    .await?;
            }
            Some(Sent::Start(start)) => {
                let granted = start == Start::Shell;
                let wanted = Wanted::Start;
                let answered = Received::Said(Said::Answered { wanted, granted });
                line.send(&Came::Received(answered).encode()).await?;
                if granted {
                    started.notify_one();
                }
            }
            Some(Sent::Data(bytes)) => {
                let echo = keys.types(&bytes).await?;
                show(line, &echo).await?;
            }
            Some(Sent::Resize(size)) => keys.resize(size.columns, size.rows).await?,
            Some(Sent::Signal(name)) if name == "INT" => keys.interrupt().await?,
            // A console knows no locale, no other signal, and no end of what is typed.
            Some(Sent::Variable { .. } | Sent::Signal(_) | Sent::Eof) => {}
            Some(Sent::Close) | None => return Ok(()),
        }
    }
}

async fn down(line: &Line, mut screen: Screen, shown: Vec<u8>, started: &Notify) -> io::Result<()> {
    // Nothing runs before it was started that could show anything.
    started.notified().await;
    let mut shown = Some(shown);
    while let Some(bytes) = shown {
        show(line, &bytes).await?;
        shown = screen.next().await.unwrap_or_default();
    }
    let closed = Received::Closed(Closed::WithConnection);
    line.send(&Came::Received(closed).encode()).await
}

async fn show(line: &Line, bytes: &[u8]) -> io::Result<()> {
    for piece in bytes.chunks(AT_ONCE) {
        line.send(&Came::shown(piece.to_vec()).encode()).await?;
    }
    Ok(())
}
