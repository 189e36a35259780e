//! What is typed in a session, and how much comes out of a database, looked at as it is recorded.

use std::sync::Mutex;

use access::{Permit, Protocol};
use ids::{SessionId, Timestamp};
use recording::{ChannelNote, Content, Direction, Indexer, Stream};

use super::Alerting;
use super::lines::Lines;
use super::shown::Patients;
use crate::live::lock;

/// Follows one session.
pub(crate) struct Follower {
    session: SessionId,
    /// `None` where no commands are typed.
    commands: Option<Mutex<Commands>>,
}

/// Terminals and scripts of a session.
#[derive(Default)]
struct Commands {
    indexer: Indexer,
    lines: Lines,
}

impl Follower {
    pub(crate) fn new(permit: &Permit) -> Self {
        let typed = matches!(permit.protocol(), Protocol::Ssh | Protocol::Telnet);
        Self {
            session: permit.session().clone(),
            commands: typed.then(Mutex::default),
        }
    }

    pub(crate) fn stream(
        &self,
        alerting: &Alerting,
        (at, channel): (Timestamp, u32),
        (direction, stream): (Direction, Stream),
        bytes: &[u8],
    ) {
        let Some(commands) = &self.commands else {
            return;
        };
        let mut commands = lock(commands);
        if direction == Direction::ToTarget {
            let lines = commands.lines.pass(channel, bytes);
            if !lines.is_empty() {
                alerting.of(&self.session, |shown| {
                    lines.into_iter().for_each(|line| shown.command(at, line));
                });
            }
        }
        let content = Content::Stream {
            direction,
            channel,
            stream,
            bytes,
        };
        commands.indexer.see(at, &content);
    }

    pub(crate) fn typed(&self, at: Timestamp, channel: u32, line: u64, sealed: &[u8]) {
        if let Some(commands) = &self.commands {
            let content = Content::Typed {
                channel,
                line,
                sealed,
            };
            lock(commands).indexer.see(at, &content);
        }
    }

    /// Something was said of a channel: that makes a command whole, or says how much came out.
    pub(crate) fn note(&self, alerting: &Alerting, at: Timestamp, note: &ChannelNote) {
        match (note, &self.commands) {
            (note, Some(commands)) => {
                let commands = {
                    let mut commands = lock(commands);
                    commands.lines.note(note);
                    let content = Content::Channel(note.clone());
                    commands.indexer.see(at, &content);
                    commands.indexer.take_commands()
                };
                if !commands.is_empty() {
                    alerting.of(&self.session, |shown| {
                        for command in commands {
                            shown.command(command.at, command.text);
                        }
                    });
                }
            }
            (ChannelNote::StatementEnded(ended), None) if ended.rows > 0 => {
                alerting.of(&self.session, |shown| shown.rows(at, ended.rows));
            }
            (ChannelNote::Patients(note), None) => {
                let (numbers, all) = (note.patients.clone(), note.all);
                let patients = Patients { at, numbers, all };
                alerting.of(&self.session, |shown| shown.patients(patients));
            }
            _ => {}
        }
    }
}
