//! A client without a screen of its own: what it sees is told as RFB, what is done at it comes as from a viewer of
//! RFB. A page's desktop is shown so, through the very proxy that engineers' own clients speak to.
//!
//! It has no channel, no cache, no codec and no drawing order, and says so; its account is the proxy's to say.

mod said;
#[cfg(test)]
mod tests;

use super::connect::{Channels, Connected, connect_response};
use super::info;
use super::mcs::{self, Data, Message};
use super::misbehaviour::{Misbehaviour, cut};
use super::nego::{Selected, SignIn, ask_target};
use super::output::{self, Pieces};
use super::read::{Reader, u32_at};
use super::screen::Screen;
use super::unit::{TPKT, data};
use super::{MAX_SCREEN, capabilities::filtered};
use crate::rfb::{Done, ServerSize};

/// The protocols that it offers, by bit: TLS.
const OFFERED: u32 = 1;
/// The licence that says that none is needed (MS-RDPBCGR 2.2.1.12.1.3).
const VALID_CLIENT: u32 = 7;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Connecting,
    Attaching,
    JoiningUser,
    JoiningIo,
    Licensing,
    /// Between two desktops, or before the first.
    Waiting,
    Live,
}

/// What follows from a unit of the server.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// What is said next, if anything is.
    pub answer: Vec<u8>,
    /// What it showed, as updates of RFB in [`PixelFormat::OURS`](crate::rfb::PixelFormat::OURS).
    pub shown: Vec<u8>,
    /// The server says goodbye.
    pub over: bool,
}

/// A client.
#[derive(Debug)]
pub struct Client {
    size: ServerSize,
    phase: Phase,
    connected: Option<Connected>,
    user: u16,
    pieces: Pieces,
    screen: Option<Screen>,
    /// The buttons that are down, as RFB counts them.
    buttons: u8,
}

impl Client {
    /// One that asks for a screen of such a size, within what can be.
    pub fn new(width: u16, height: u16) -> Self {
        // Servers want an even number across (2.2.1.3.2).
        let width = width.clamp(640, 4096) & !3;
        let most = MAX_SCREEN.checked_div(width.into()).unwrap_or_default();
        let height = height.clamp(480, u16::try_from(most).unwrap_or(u16::MAX));
        Self {
            size: ServerSize { width, height },
            phase: Phase::Connecting,
            connected: None,
            user: 0,
            pieces: Pieces::default(),
            screen: None,
            buttons: 0,
        }
    }

    /// The first message, before TLS.
    pub fn hello() -> [u8; 19] {
        ask_target(SignIn::Tls)
    }

    /// Reads what the server says to it: TLS follows.
    ///
    /// # Errors
    /// If it speaks no TLS, or refuses.
    pub fn welcomed(answer: &[u8]) -> Result<(), Misbehaviour> {
        match Selected::read(answer, SignIn::Tls)? {
            Selected::AsRegistered { .. } => Ok(()),
            Selected::Other { code } => Err(Misbehaviour::Unexpected {
                what: "a refusal",
                kind: code,
            }),
        }
    }

    /// The first message inside TLS.
    ///
    /// # Errors
    /// If it does not fit into a unit, which it does.
    pub fn connect(&self) -> Result<Vec<u8>, Misbehaviour> {
        said::connect(self.size)
    }

    /// What is on the screen, once there is one.
    pub fn screen(&self) -> Option<&Screen> {
        self.screen.as_ref()
    }

    /// A unit of the server.
    ///
    /// # Errors
    /// If it says what was not asked for, or cannot be read.
    pub fn hear(&mut self, unit: &[u8]) -> Result<Heard, Misbehaviour> {
        let mut heard = Heard::default();
        if unit.first() != Some(&TPKT) {
            let screen = self.screen.as_mut().ok_or(cut("a screen"))?;
            self.pieces.fast(unit, screen, &mut heard.shown)?;
            return Ok(heard);
        }
        if self.phase == Phase::Connecting {
            let (_, connected) = connect_response(data(unit)?, OFFERED, Channels::default())?;
            self.connected = Some(connected);
            self.phase = Phase::Attaching;
            heard.answer = said::attach()?;
            return Ok(heard);
        }
        match (self.phase, mcs::read(unit)?) {
            (Phase::Attaching, Message::Attached { user }) => {
                self.user = user;
                self.phase = Phase::JoiningUser;
                heard.answer = said::join(user, user)?;
            }
            (Phase::JoiningUser, Message::Joined) => {
                self.phase = Phase::JoiningIo;
                heard.answer = said::join(self.user, self.io())?;
            }
            (Phase::JoiningIo, Message::Joined) => {
                self.phase = Phase::Licensing;
                heard.answer = self.says(&said::info())?;
            }
            (_, Message::Over) => heard.over = true,
            (_, Message::Data(data)) if !data.up && data.channel == self.io() => {
                self.hear_io(&data, &mut heard)?;
            }
            (_, Message::Data(Data { channel, .. })) => {
                return Err(Misbehaviour::Unexpected {
                    what: "data on a channel",
                    kind: channel.into(),
                });
            }
            _ => return Err(cut("an MCS message of a server")),
        }
        Ok(heard)
    }

    fn io(&self) -> u16 {
        self.connected.as_ref().map_or(0, |connected| connected.io)
    }

    fn says(&self, body: &[u8]) -> Result<Vec<u8>, Misbehaviour> {
        said::send(self.user, self.io(), body)
    }

    fn hear_io(&mut self, data: &Data<'_>, heard: &mut Heard) -> Result<(), Misbehaviour> {
        if self.phase == Phase::Licensing && info::is_licence(data.body)? {
            needs_no_licence(data.body)?;
            self.phase = Phase::Waiting;
            return Ok(());
        }
        let mut rest = data.body;
        while !rest.is_empty() {
            let (kind, pdu, after) = super::desk::next(rest)?;
            rest = after;
            match kind {
                super::desk::share::DEMAND_ACTIVE => self.begin(pdu, heard)?,
                super::desk::share::DEACTIVATE_ALL => self.phase = Phase::Waiting,
                super::desk::share::DATA => {
                    let (kind, body) = super::desk::data_of(pdu)?;
                    if kind == super::desk::kind::UPDATE {
                        let screen = self.screen.as_mut().ok_or(cut("a screen"))?;
                        output::slow(body, screen, &mut heard.shown)?;
                    }
                }
                kind => {
                    return Err(Misbehaviour::Unexpected {
                        what: "a share message of a server",
                        kind: kind.into(),
                    });
                }
            }
        }
        Ok(())
    }

    /// A desktop is offered: taken, as it is.
    fn begin(&mut self, pdu: &[u8], heard: &mut Heard) -> Result<(), Misbehaviour> {
        if !matches!(self.phase, Phase::Licensing | Phase::Waiting) {
            return Err(cut("a Demand Active"));
        }
        let share = u32_at(pdu, 6).ok_or(cut("a Demand Active"))?;
        let (width, height) = filtered(pdu, 4)?.size.ok_or(cut("a desktop's size"))?;
        let screen = Screen::new(width, height)?;
        let before = self.screen.as_ref().map(Screen::size);
        if before.is_some_and(|before| before != screen.size()) {
            heard.shown.extend(screen.resized());
        }
        heard.shown.extend(screen.whole());
        self.pieces = Pieces::default();
        for body in said::ready(share, self.user, screen.size())? {
            heard.answer.extend(self.says(&body)?);
        }
        self.screen = Some(screen);
        self.phase = Phase::Live;
        Ok(())
    }

    /// What is done at it, as a unit for the server; nothing where there is no desktop, or nothing to say.
    pub fn does(&mut self, done: &Done) -> Vec<u8> {
        if self.phase != Phase::Live {
            return Vec::new();
        }
        match done {
            Done::Key {
                down,
                symbol,
                place,
            } => said::key(*down, *symbol, *place),
            Done::Pointer(message) => {
                let before = self.buttons;
                let [_, buttons, x0, x1, y0, y1] = *message;
                self.buttons = buttons;
                let at = [u16::from_be_bytes([x0, x1]), u16::from_be_bytes([y0, y1])];
                said::pointer(before, buttons, at)
            }
            // There is no channel for a clipboard.
            Done::Text(_) => Vec::new(),
        }
    }
}

fn needs_no_licence(body: &[u8]) -> Result<(), Misbehaviour> {
    const ERROR: u8 = 0xff;
    let mut reader = Reader::of(body, "a licensing message");
    reader.u32()?;
    let kind = reader.u8()?;
    let (_flags, _length) = (reader.u8()?, reader.u16()?);
    if kind != ERROR || reader.u32()? != VALID_CLIENT {
        return Err(Misbehaviour::WantsLicence);
    }
    Ok(())
}
