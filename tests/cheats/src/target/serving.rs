//! One connection to the target, from its sign-in on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use russh::server::{self, Auth, ChannelOpenHandle, Msg, Session};
use russh::{Channel, ChannelId};

use super::files::Files;
use super::{ESCAPES, Mischief, Seen, USER, WORDS};

/// A file whose name leads out of where it was asked for, by the protocol of `scp -O`.
const SCP_ELSEWHERE: &[u8] = b"C0644 5 ../../evil\nevil\n\0";

/// Answers as long as somebody takes it.
async fn endless(channel: Channel<Msg>, seen: Arc<Mutex<Seen>>) {
    let some = vec![b'z'; 32 * 1024];
    while channel.data(&some[..]).await.is_ok() {
        seen.lock().expect("nobody panicked").taken += some.len();
    }
}

/// One connection.
pub(super) struct Serving {
    mischief: Mischief,
    seen: Arc<Mutex<Seen>>,
    files: Files,
    /// Kept for whoever has much to say: they wait until it is taken.
    opened: BTreeMap<ChannelId, Channel<Msg>>,
}

impl Serving {
    pub(super) fn new(mischief: Mischief, seen: Arc<Mutex<Seen>>) -> Self {
        Self {
            mischief,
            seen,
            files: Files::new(mischief),
            opened: BTreeMap::new(),
        }
    }

    pub(super) fn note(&self, note: impl FnOnce(&mut Seen)) {
        note(&mut self.seen.lock().expect("nobody panicked"));
    }

    fn answer(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), russh::Error> {
        session.channel_success(channel)?;
        match self.mischief {
            Mischief::Endless => {
                if let Some(opened) = self.opened.remove(&channel) {
                    tokio::spawn(endless(opened, Arc::clone(&self.seen)));
                }
                return Ok(());
            }
            Mischief::Escapes => session.data(channel, ESCAPES)?,
            Mischief::BreaksOff => {
                session.data(channel, &b"half a w"[..])?;
                return session.close(channel);
            }
            Mischief::AnswersUnasked => {
                for _ in 0..50 {
                    session.channel_success(channel)?;
                    session.channel_failure(channel)?;
                    session.request_success();
                    session.exit_status_request(channel, 0)?;
                    session.channel_open_failure(
                        channel,
                        russh::ChannelOpenFailure::ConnectFailed,
                        "nobody asked",
                        "",
                    )?;
                }
            }
            _ => {}
        }
        session.data(channel, WORDS.as_bytes())?;
        session.exit_status_request(channel, 0)?;
        session.eof(channel)?;
        session.close(channel)
    }
}

impl server::Handler for Serving {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, russh::Error> {
        self.note(|seen| seen.passwords.push(password.to_owned()));
        Ok(if user == USER {
            Auth::Accept
        } else {
            Auth::reject()
        })
    }

    async fn auth_succeeded(&mut self, session: &mut Session) -> Result<(), russh::Error> {
        if self.mischief == Mischief::OpensChannels {
            session.channel_open_session()?;
            session.channel_open_agent()?;
            session.channel_open_forwarded_tcpip("127.0.0.1", 22, "127.0.0.1", 1)?;
            session.channel_open_x11("127.0.0.1", 1)?;
            session.channel_open_direct_tcpip("127.0.0.1", 22, "127.0.0.1", 1)?;
        }
        Ok(())
    }

    async fn channel_open_confirmation(
        &mut self,
        _id: ChannelId,
        _most: u32,
        _window: u32,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.note(|seen| seen.granted += 1);
        Ok(())
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.opened.insert(channel.id(), channel);
        reply.accept().await;
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        let command = String::from_utf8_lossy(command).into_owned();
        self.note(|seen| seen.asked.push(format!("exec {command}")));
        if self.mischief == Mischief::NamesThatLeadElsewhere && command.contains("scp") {
            session.channel_success(channel)?;
            return session.data(channel, SCP_ELSEWHERE);
        }
        self.answer(channel, session)
    }

    async fn shell_request(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.note(|seen| seen.asked.push("shell".to_owned()));
        self.answer(channel, session)
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.note(|seen| seen.asked.push(format!("subsystem {name}")));
        session.channel_success(channel)
    }

    async fn channel_eof(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        match self.mischief {
            // It has more to say.
            Mischief::Endless => Ok(()),
            _ => session.close(channel),
        }
    }

    async fn data(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        for answer in self.files.hears(data) {
            session.data(channel, answer)?;
        }
        Ok(())
    }
}
