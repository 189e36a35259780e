//! Which options are on, on either side (RFC 1143).

use super::{BINARY, DO, DONT, ECHO, IAC, NAWS, SUPPRESS_GO_AHEAD, TERMINAL_TYPE, WILL, WONT};

/// Whose option it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// What the console does: it says `WILL`, and is asked with `DO`.
    Theirs,
    /// What the gateway does.
    Ours,
}

impl Side {
    fn yes(self) -> u8 {
        match self {
            Self::Theirs => DO,
            Self::Ours => WILL,
        }
    }

    fn no(self) -> u8 {
        match self {
            Self::Theirs => DONT,
            Self::Ours => WONT,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    No,
    /// It was asked for, and nothing came back.
    WantYes,
    Yes,
}

/// Every option that is known. Of the others nothing is kept: they are off, always.
#[derive(Debug, Default)]
pub(super) struct Negotiation {
    theirs: Known,
    ours: Known,
}

#[derive(Debug, Default)]
struct Known {
    binary: State,
    echo: State,
    suppress_go_ahead: State,
    terminal_type: State,
    naws: State,
}

impl Negotiation {
    /// The state of an option, if this side may ever have it.
    fn state(&mut self, side: Side, option: u8) -> Option<&mut State> {
        match (side, option) {
            (Side::Theirs, BINARY) => Some(&mut self.theirs.binary),
            (Side::Theirs, ECHO) => Some(&mut self.theirs.echo),
            (Side::Theirs, SUPPRESS_GO_AHEAD) => Some(&mut self.theirs.suppress_go_ahead),
            (Side::Ours, BINARY) => Some(&mut self.ours.binary),
            (Side::Ours, SUPPRESS_GO_AHEAD) => Some(&mut self.ours.suppress_go_ahead),
            (Side::Ours, TERMINAL_TYPE) => Some(&mut self.ours.terminal_type),
            (Side::Ours, NAWS) => Some(&mut self.ours.naws),
            (Side::Theirs | Side::Ours, _) => None,
        }
    }

    pub(super) fn is_on(&self, side: Side, option: u8) -> bool {
        let of = match side {
            Side::Theirs => &self.theirs,
            Side::Ours => &self.ours,
        };
        let state = match option {
            BINARY => of.binary,
            ECHO => of.echo,
            SUPPRESS_GO_AHEAD => of.suppress_go_ahead,
            TERMINAL_TYPE => of.terminal_type,
            NAWS => of.naws,
            _ => State::No,
        };
        state == State::Yes
    }

    /// Asks for an option at the beginning.
    pub(super) fn want(&mut self, side: Side, option: u8) -> Option<[u8; 3]> {
        let state = self.state(side, option)?;
        if *state != State::No {
            return None;
        }
        *state = State::WantYes;
        Some([IAC, side.yes(), option])
    }

    /// What the console said of an option, and what it is answered.
    pub(super) fn told(&mut self, side: Side, option: u8, yes: bool) -> Option<[u8; 3]> {
        let Some(state) = self.state(side, option) else {
            // It is off, and whoever hears that it stays off says no more.
            return yes.then_some([IAC, side.no(), option]);
        };
        let (next, answer) = match (*state, yes) {
            (State::No, true) => (State::Yes, Some(side.yes())),
            (State::WantYes | State::Yes, true) => (State::Yes, None),
            (State::Yes, false) => (State::No, Some(side.no())),
            (State::WantYes | State::No, false) => (State::No, None),
        };
        *state = next;
        answer.map(|answer| [IAC, answer, option])
    }
}
