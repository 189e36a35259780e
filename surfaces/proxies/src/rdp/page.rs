//! A desktop over RDP for a viewer of RFB: a client of ours speaks to the proxy as an engineer's would, through a pipe
//! in this process, and a page's viewer speaks to that client (decision 0046).
//!
//! Nothing is decided here: what the proxy lets pass is shown, and what is done goes to it.

use std::io;

use phrases::Language;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use wire::rdp::{Client, Misbehaviour, Screen, Units};
use wire::rfb::{Done, MAX_CLIPBOARD, PixelFormat, ServerInit};

use super::{MOST_FIRST, read_unit};
use crate::vnc::viewer::greet;
use crate::words;

/// Bytes that are read at once.
const AT_ONCE: usize = 32 * 1024;

/// Shows the session at the other end of `session` to the viewer at the other end of `viewer`, on a screen of such a
/// size if the target agrees, until either is over.
///
/// # Errors
/// If one of them breaks off, or says what cannot be.
pub async fn show(
    mut session: DuplexStream,
    mut viewer: DuplexStream,
    width: u16,
    height: u16,
) -> io::Result<()> {
    let mut client = Client::new(width, height);
    session.write_all(&Client::hello()).await?;
    session.flush().await?;
    let answer = read_unit(&mut session, MOST_FIRST).await?;
    Client::welcomed(&answer).map_err(io::Error::other)?;
    let mut session = tunnel::connect_near(session).await?;
    session
        .write_all(&client.connect().map_err(io::Error::other)?)
        .await?;
    session.flush().await?;
    let mut units = Units::default();
    let shown = loop {
        match hear(&mut client, &mut units, &mut session).await {
            Ok(shown) if client.screen().is_some() => break shown,
            Ok(_) => {}
            Err(cause) => {
                explain(&cause, &mut viewer).await?;
                return Err(cause);
            }
        }
    };
    let size = client.screen().map(Screen::size).ok_or(gone())?;
    let greeted = greet(&mut viewer).await?;
    greeted.admit(&mut viewer).await?;
    let init = ServerInit {
        size,
        format: Some(PixelFormat::OURS),
    };
    viewer.write_all(&init.told("")).await?;
    viewer.write_all(&shown).await?;
    viewer.flush().await?;
    carry(client, units, session, viewer).await
}

/// Says in the viewer what a person can do something about; everything else the session's end says.
async fn explain(cause: &io::Error, viewer: &mut DuplexStream) -> io::Result<()> {
    let cause = cause.get_ref().and_then(|cause| cause.downcast_ref());
    if cause == Some(&Misbehaviour::WantsLicence) {
        let sentence = words::wants_licence(Language::default());
        let greeted = greet(viewer).await?;
        greeted.refuse(viewer, &sentence).await?;
    }
    Ok(())
}

/// Both ways.
async fn carry<S>(
    mut client: Client,
    mut units: Units,
    mut session: S,
    viewer: DuplexStream,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (from_viewer, mut to_viewer) = tokio::io::split(viewer);
    let mut messages = Messages::of(from_viewer);
    let mut buffer = vec![0; AT_ONCE];
    loop {
        tokio::select! {
            // Dropped half way, both lose nothing: see `Messages`, and one reading is one step.
            read = session.read(&mut buffer) => {
                let read = read?;
                if read == 0 {
                    return Ok(());
                }
                units.add(buffer.get(..read).unwrap_or_default());
                let (answer, shown) = heard(&mut client, &mut units)?;
                session.write_all(&answer).await?;
                session.flush().await?;
                to_viewer.write_all(&shown).await?;
                to_viewer.flush().await?;
            }
            done = messages.next() => {
                let Some(done) = done? else {
                    return Ok(());
                };
                session.write_all(&client.does(&done)).await?;
                session.flush().await?;
            }
        }
    }
}

/// Reads once, and answers; what it showed.
async fn hear(
    client: &mut Client,
    units: &mut Units,
    session: &mut (impl AsyncRead + AsyncWrite + Unpin),
) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; AT_ONCE];
    let read = session.read(&mut buffer).await?;
    if read == 0 {
        return Err(gone());
    }
    units.add(buffer.get(..read).unwrap_or_default());
    let (answer, shown) = heard(client, units)?;
    session.write_all(&answer).await?;
    session.flush().await?;
    Ok(shown)
}

/// What the units that are whole say: what is answered, what is shown.
fn heard(client: &mut Client, units: &mut Units) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let (mut answer, mut shown) = (Vec::new(), Vec::new());
    while let Some(unit) = units.next_unit().map_err(io::Error::other)? {
        let heard = client.hear(unit).map_err(|wrong| {
            tracing::warn!(%wrong, "a desktop in a page says what cannot be shown");
            io::Error::other(wrong)
        })?;
        answer.extend(heard.answer);
        shown.extend(heard.shown);
        if heard.over {
            return Err(gone());
        }
    }
    Ok((answer, shown))
}

fn gone() -> io::Error {
    io::ErrorKind::UnexpectedEof.into()
}

/// What the viewer does, one thing after the other. What it says of pictures is passed over: it is shown everything.
struct Messages<R> {
    from: R,
    held: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Messages<R> {
    fn of(from: R) -> Self {
        let held = Vec::new();
        Self { from, held }
    }

    /// The next thing that is done; `None` when the viewer is gone. May be dropped and called again.
    async fn next(&mut self) -> io::Result<Option<Done>> {
        loop {
            if let Some(length) = length(&self.held)?
                && length <= self.held.len()
            {
                let rest = self.held.split_off(length);
                let message = std::mem::replace(&mut self.held, rest);
                if matches!(message.first(), Some(0 | 2 | 3)) {
                    continue;
                }
                let done = Done::read(&message).map_err(io::Error::other)?;
                return Ok(done.into_iter().next());
            }
            let mut buffer = [0; 4096];
            let read = self.from.read(&mut buffer).await?;
            if read == 0 {
                return Ok(None);
            }
            self.held
                .extend_from_slice(buffer.get(..read).unwrap_or_default());
        }
    }
}

/// How long the message is that begins so, once that can be known.
fn length(begun: &[u8]) -> io::Result<Option<usize>> {
    Ok(match *begun {
        [0, ..] => Some(20),
        [2, _, high, low, ..] => Some(4 + 4 * usize::from(u16::from_be_bytes([high, low]))),
        [3, ..] => Some(10),
        [5, ..] => Some(6),
        [255, ..] => Some(12),
        [6, _, _, _, a, b, c, d, ..] => {
            let text = usize::try_from(u32::from_be_bytes([a, b, c, d]));
            let text = text.ok().filter(|text| *text <= MAX_CLIPBOARD);
            Some(8 + text.ok_or(io::ErrorKind::InvalidData)?)
        }
        [] | [2 | 6, ..] => None,
        _ => return Err(io::ErrorKind::InvalidData.into()),
    })
}

#[cfg(test)]
mod tests {
    use wire::rfb::Version;

    use super::*;

    /// What a viewer hears of a client that ended so.
    async fn said(cause: io::Error) -> Vec<u8> {
        let (mut page, mut viewer) = tokio::io::duplex(4096);
        let telling = tokio::spawn(async move { explain(&cause, &mut viewer).await });
        let mut all = Vec::new();
        let mut line = [0; 12];
        if page.read_exact(&mut line).await.is_ok() {
            page.write_all(Version::V3_8.line()).await.unwrap();
            page.read_to_end(&mut all).await.unwrap();
        }
        telling.await.unwrap().unwrap();
        all
    }

    #[tokio::test]
    async fn a_server_that_gives_licences_is_explained_and_everything_else_is_the_sessions_end() {
        let licence = said(io::Error::other(Misbehaviour::WantsLicence)).await;
        let text = String::from_utf8_lossy(&licence).into_owned();
        assert!(text.contains("ライセンス"), "{text}");
        assert!(
            said(io::Error::other(Misbehaviour::Redirects))
                .await
                .is_empty()
        );
        assert!(said(gone()).await.is_empty());
    }
}
