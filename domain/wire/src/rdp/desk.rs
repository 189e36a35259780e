//! A conversation once both sides are connected: joining, signing in, licences, and the desktop itself.

mod copied;

use zeroize::Zeroizing;

use super::capabilities::filtered;
use super::clipboard::Clipboards;
use super::connect::Connected;
use super::info::{self, Logon};
use super::input::{self, Buttons, Key};
use super::mcs::{self, Data, Message};
use super::misbehaviour::{Misbehaviour, cut};
use super::output::{self, Pieces};
use super::read::Reader;
use super::screen::Screen;
use super::unit::TPKT;
pub use copied::Rules;

/// The most joins: every channel that can be asked for, the user's own, input and output, and some twice.
const MOST_JOINS: usize = 40;

/// Kinds of share messages (2.2.8.1.1.1.1).
pub(super) mod share {
    pub(in crate::rdp) const DEMAND_ACTIVE: u16 = 1;
    pub(in crate::rdp) const CONFIRM_ACTIVE: u16 = 3;
    pub(in crate::rdp) const DEACTIVATE_ALL: u16 = 6;
    pub(in crate::rdp) const DATA: u16 = 7;
    pub(in crate::rdp) const REDIRECTION: u16 = 10;
}

/// Kinds of data in them that matter here (2.2.8.1.1.1.2).
pub(super) mod kind {
    pub(in crate::rdp) const UPDATE: u8 = 2;
    pub(in crate::rdp) const INPUT: u8 = 28;
    /// Control, synchronize, refresh, shutdown, font list.
    pub(in crate::rdp) const FROM_CLIENT: [u8; 5] = [20, 31, 33, 36, 39];
    /// Suppress output (whoever looks at the recording would see nothing), caches, acknowledged frames.
    pub(in crate::rdp) const NOT_FROM_CLIENT: [u8; 3] = [35, 43, 56];
    /// Control, pointer, synchronize, shutdown denied, font map, locks, IME, error, status, monitors.
    pub(in crate::rdp) const FROM_SERVER: [u8; 10] = [20, 27, 31, 37, 40, 41, 45, 47, 54, 55];
    /// Beeps are sound; who signed in, with the cookie that enters again; how coming back went.
    pub(in crate::rdp) const NOT_FROM_SERVER: [u8; 3] = [34, 38, 50];
}

/// What of a client's unit goes on, and what is kept of it.
#[derive(Default)]
pub struct Up {
    /// For the server. It may hold a password.
    pub pass: Zeroizing<Vec<u8>>,
    /// The pointer, as RFB's messages.
    pub pointer: Vec<u8>,
    /// The keys, in their order.
    pub keys: Vec<Key>,
    /// A text of its clipboard that the server gets.
    pub pasted: Option<Zeroizing<String>>,
    /// What did not pass.
    pub refused: Option<&'static str>,
}

/// What of a server's unit goes on, and what is kept of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Down {
    /// For the client.
    pub pass: Vec<u8>,
    /// What it showed, as RFB's updates; a text of its clipboard that the client gets, as RFB's message for it,
    /// in UTF-8.
    pub shown: Vec<u8>,
    /// The screen begins, or begins with another size; what is shown begins with the whole of it.
    pub begun: bool,
    /// What did not pass.
    pub refused: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Joining,
    Licensing,
    /// The server said what it can; the client did not yet.
    Offered,
    Live,
    /// The server took the desktop away, and offers it anew.
    Between,
}

/// Follows both sides of one conversation.
pub struct Desk {
    connected: Connected,
    rules: Rules,
    clipboards: Clipboards,
    /// Until it was used.
    logon: Option<Logon>,
    phase: Phase,
    /// The client confirmed once: what it does may be on the way still.
    confirmed: bool,
    user: Option<u16>,
    joins: usize,
    licences: [usize; 2],
    buttons: Buttons,
    pieces: Pieces,
    screen: Option<Screen>,
}

impl Desk {
    /// Of a connection; `logon` is said to the server as soon as the client says who it is.
    pub fn new(connected: Connected, rules: Rules, logon: Logon) -> Self {
        Self {
            connected,
            rules,
            clipboards: Clipboards::new(rules.clipboard_in, rules.clipboard_out),
            logon: Some(logon),
            phase: Phase::Joining,
            confirmed: false,
            user: None,
            joins: 0,
            licences: [0; 2],
            buttons: Buttons::default(),
            pieces: Pieces::default(),
            screen: None,
        }
    }

    /// What is on the screen, once there is one.
    pub fn screen(&self) -> Option<&Screen> {
        self.screen.as_ref()
    }

    /// A unit of the client.
    ///
    /// # Errors
    /// If it says what does not pass; nothing of the unit goes on.
    pub fn up(&mut self, unit: &[u8]) -> Result<Up, Misbehaviour> {
        if unit.first() != Some(&TPKT) {
            self.expect(self.confirmed, "input", 0)?;
            let done = input::fast(unit, &mut self.buttons)?;
            return Ok(self.done(done, unit.to_vec()));
        }
        match mcs::read(unit)? {
            Message::ErectDomain | Message::AttachUser => {
                self.expect(self.phase == Phase::Joining, "an MCS message", 0)?;
            }
            Message::Join { channel } => self.join(channel)?,
            Message::Over => {}
            Message::Data(data) if data.up && data.channel == self.connected.io => {
                return self.up_io(unit, &data);
            }
            Message::Data(data) if data.up && self.connected.clipboard == Some(data.channel) => {
                return self.up_clipboard(&data);
            }
            Message::Data(data) if data.up && self.connected.channels.contains(&data.channel) => {
                return Ok(Up {
                    refused: Some("a virtual channel"),
                    ..Up::default()
                });
            }
            Message::Data(Data { channel, .. }) => {
                return Err(Misbehaviour::Unexpected {
                    what: "data on a channel",
                    kind: channel.into(),
                });
            }
            Message::Attached { .. } | Message::Joined => {
                return Err(cut("an MCS message of a client"));
            }
        }
        Ok(passes(unit))
    }

    fn join(&mut self, channel: u16) -> Result<(), Misbehaviour> {
        self.joins = self.joins.saturating_add(1);
        let known = channel == self.connected.io
            || self.user == Some(channel)
            || self.connected.channels.contains(&channel);
        let may = known && self.phase == Phase::Joining && self.joins <= MOST_JOINS;
        self.expect(may, "joining a channel", channel.into())
    }

    fn up_io(&mut self, unit: &[u8], data: &Data<'_>) -> Result<Up, Misbehaviour> {
        match self.phase {
            Phase::Joining => {
                self.expect(info::is_info(data.body), "a message before Client Info", 0)?;
                let logon = self.logon.take().ok_or(cut("an account"))?;
                let said = info::rebuilt(data.body, &logon)?;
                self.phase = Phase::Licensing;
                return Ok(Up {
                    pass: Zeroizing::new(data.unit(&said)?),
                    ..Up::default()
                });
            }
            Phase::Licensing => {
                let [seen, _] = &mut self.licences;
                licence(data.body, seen)?;
                return Ok(passes(unit));
            }
            Phase::Offered | Phase::Live | Phase::Between => {}
        }
        // A client sends one message at a time.
        let (kind, pdu, rest) = next(data.body)?;
        if !rest.is_empty() {
            return Err(cut("a share message"));
        }
        match kind {
            share::CONFIRM_ACTIVE => {
                self.expect(self.phase == Phase::Offered, "a Confirm Active", 0)?;
                self.phase = Phase::Live;
                self.confirmed = true;
                let body = filtered(pdu, 6)?.body;
                Ok(passes_owned(data.unit(&body)?))
            }
            share::DATA => {
                self.expect(self.confirmed, "a message before Confirm Active", 0)?;
                let (kind, body) = data_of(pdu)?;
                if kind == kind::INPUT {
                    let done = input::slow(body, &mut self.buttons)?;
                    return Ok(self.done(done, unit.to_vec()));
                }
                if kind::NOT_FROM_CLIENT.contains(&kind) {
                    return Ok(Up::default());
                }
                let passed = kind::FROM_CLIENT.contains(&kind);
                self.expect(passed, "a message of a client", kind.into())?;
                Ok(passes(unit))
            }
            kind => Err(Misbehaviour::Unexpected {
                what: "a share message of a client",
                kind: kind.into(),
            }),
        }
    }

    /// Input, if it may be done.
    fn done(&self, done: input::Done, unit: Vec<u8>) -> Up {
        if !self.rules.input {
            return Up {
                refused: Some("keys and pointer"),
                ..Up::default()
            };
        }
        Up {
            pass: Zeroizing::new(unit),
            pointer: done.pointer,
            keys: done.keys,
            ..Up::default()
        }
    }

    /// A unit of the server.
    ///
    /// # Errors
    /// If it says what does not pass, or what cannot be read; nothing of the unit goes on.
    pub fn down(&mut self, unit: &[u8]) -> Result<Down, Misbehaviour> {
        let mut down = Down::default();
        if unit.first() != Some(&TPKT) {
            let screen = self.screen.as_mut().ok_or(cut("a screen"))?;
            self.pieces.fast(unit, screen, &mut down.shown)?;
            down.pass = unit.to_vec();
            return Ok(down);
        }
        match mcs::read(unit)? {
            Message::Attached { user } => {
                self.expect(self.user.is_none(), "a second user", user.into())?;
                self.user = Some(user);
            }
            Message::Joined => self.expect(self.phase == Phase::Joining, "a joined channel", 0)?,
            Message::Over => {}
            Message::Data(data) if !data.up && data.channel == self.connected.io => {
                return self.down_io(unit, &data);
            }
            Message::Data(data) if !data.up && self.connected.clipboard == Some(data.channel) => {
                return self.down_clipboard(&data);
            }
            // Nobody listens there.
            Message::Data(data) if !data.up && self.connected.channels.contains(&data.channel) => {
                return Ok(down);
            }
            Message::Data(Data { channel, .. }) => {
                return Err(Misbehaviour::Unexpected {
                    what: "data on a channel",
                    kind: channel.into(),
                });
            }
            Message::ErectDomain | Message::AttachUser | Message::Join { .. } => {
                return Err(cut("an MCS message of a server"));
            }
        }
        down.pass = unit.to_vec();
        Ok(down)
    }

    fn down_io(&mut self, unit: &[u8], data: &Data<'_>) -> Result<Down, Misbehaviour> {
        let mut down = Down::default();
        if self.phase == Phase::Licensing && info::is_licence(data.body)? {
            let [_, seen] = &mut self.licences;
            licence(data.body, seen)?;
            down.pass = unit.to_vec();
            return Ok(down);
        }
        let ready = self.phase != Phase::Joining;
        self.expect(ready, "a message before Client Info", 0)?;
        // A server may send several at once.
        let (mut rest, mut kept) = (data.body, Vec::with_capacity(data.body.len()));
        while !rest.is_empty() {
            let (kind, pdu, after) = next(rest)?;
            rest = after;
            self.down_share(kind, pdu, &mut kept, &mut down)?;
        }
        if kept == data.body {
            down.pass = unit.to_vec();
        } else if !kept.is_empty() {
            down.pass = data.unit(&kept)?;
        }
        Ok(down)
    }

    fn down_share(
        &mut self,
        kind: u16,
        pdu: &[u8],
        kept: &mut Vec<u8>,
        down: &mut Down,
    ) -> Result<(), Misbehaviour> {
        match kind {
            share::DEMAND_ACTIVE => {
                let may = matches!(self.phase, Phase::Licensing | Phase::Between);
                self.expect(may, "a Demand Active", 0)?;
                let demand = filtered(pdu, 4)?;
                let (width, height) = demand.size.ok_or(cut("a desktop's size"))?;
                self.begin(width, height, down)?;
                self.phase = Phase::Offered;
                kept.extend(demand.body);
            }
            share::DEACTIVATE_ALL => {
                self.expect(self.screen.is_some(), "a Deactivate All", 0)?;
                self.phase = Phase::Between;
                kept.extend(pdu);
            }
            share::DATA => {
                let (kind, body) = data_of(pdu)?;
                if kind == kind::UPDATE {
                    let screen = self.screen.as_mut().ok_or(cut("a screen"))?;
                    output::slow(body, screen, &mut down.shown)?;
                } else if kind::NOT_FROM_SERVER.contains(&kind) {
                    return Ok(());
                } else {
                    let passed = kind::FROM_SERVER.contains(&kind);
                    self.expect(passed, "a message of a server", kind.into())?;
                }
                kept.extend(pdu);
            }
            share::REDIRECTION => return Err(Misbehaviour::Redirects),
            kind => {
                return Err(Misbehaviour::Unexpected {
                    what: "a share message of a server",
                    kind: kind.into(),
                });
            }
        }
        Ok(())
    }

    /// A screen begins: black, and told whole.
    fn begin(&mut self, width: u16, height: u16, down: &mut Down) -> Result<(), Misbehaviour> {
        let screen = Screen::new(width, height)?;
        let before = self.screen.as_ref().map(Screen::size);
        if before.is_some_and(|before| before != screen.size()) {
            down.shown.extend(screen.resized());
        }
        down.shown.extend(screen.whole());
        down.begun = true;
        self.pieces = Pieces::default();
        self.screen = Some(screen);
        Ok(())
    }

    fn expect(&self, may: bool, what: &'static str, kind: u32) -> Result<(), Misbehaviour> {
        if may {
            Ok(())
        } else {
            Err(Misbehaviour::Unexpected { what, kind })
        }
    }
}

fn passes(unit: &[u8]) -> Up {
    passes_owned(unit.to_vec())
}

fn passes_owned(unit: Vec<u8>) -> Up {
    Up {
        pass: Zeroizing::new(unit),
        ..Up::default()
    }
}

fn licence(body: &[u8], seen: &mut usize) -> Result<(), Misbehaviour> {
    if !info::is_licence(body)? {
        return Err(cut("a licensing message"));
    }
    info::licence_fits(body, *seen)?;
    *seen = seen.saturating_add(1);
    Ok(())
}

/// The first share message: its kind, its bytes, and what stands behind them.
pub(super) fn next(bytes: &[u8]) -> Result<(u16, &[u8], &[u8]), Misbehaviour> {
    let mut reader = Reader::of(bytes, "a share message");
    let (length, kind) = (usize::from(reader.u16()?), reader.u16()? & 15);
    if length < 6 {
        return Err(cut("a share message"));
    }
    let mut reader = Reader::of(bytes, "a share message");
    let pdu = reader.take(length)?;
    Ok((kind, pdu, reader.rest()))
}

/// What is inside a share message of data, if it is not compressed.
pub(super) fn data_of(pdu: &[u8]) -> Result<(u8, &[u8]), Misbehaviour> {
    let mut reader = Reader::of(pdu, "a share message");
    reader.take(14)?;
    let (kind, compressed) = (reader.u8()?, reader.u8()?);
    reader.u16()?;
    if compressed & 0x20 != 0 {
        return Err(Misbehaviour::NotAgreed {
            what: "compression",
        });
    }
    Ok((kind, reader.rest()))
}
