//! What a channel is opened for: what its engineer asked for, as it is decided, recorded and started.

use access::{ChannelAsk, Handover};
use recording::What;
use ssh::{Size, Start, Terminal};
use wire::scp;
use wire::sftp::Direction;

use super::words::Locale;

/// The variables that go to a target: those that a stock Debian `sshd` takes, by name. What else a
/// client may have in `LC_…` is nobody's locale.
const VARIABLES: [&str; 15] = [
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_ADDRESS",
    "LC_COLLATE",
    "LC_CTYPE",
    "LC_IDENTIFICATION",
    "LC_MEASUREMENT",
    "LC_MESSAGES",
    "LC_MONETARY",
    "LC_NAME",
    "LC_NUMERIC",
    "LC_PAPER",
    "LC_TELEPHONE",
    "LC_TIME",
];

/// The longest name of a locale; the longest in use has some thirty letters.
const LONGEST_LOCALE: usize = 64;

/// What an engineer's client said of a channel before its start.
#[derive(Debug, Default)]
pub(super) struct Setup {
    pub(super) terminal: Option<Terminal>,
    pub(super) locale: Locale,
    pub(super) variables: Vec<(String, String)>,
}

impl Setup {
    /// Takes a variable. Only locales go on: a variable of one's choice would be a way to bring bytes
    /// to the target that no recording holds.
    pub(super) fn variable(&mut self, name: String, value: String) {
        self.locale.learn(&name, &value);
        let known = VARIABLES.contains(&name.as_str());
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.@-:".contains(&byte);
        let locale = value.len() <= LONGEST_LOCALE && value.bytes().all(plain);
        let fresh = self.variables.iter().all(|(other, _)| *other != name);
        if known && locale && fresh {
            self.variables.push((name, value));
        }
    }

    /// The terminal has another size.
    pub(super) fn resize(&mut self, size: Size) {
        if let Some(terminal) = &mut self.terminal {
            terminal.size = size;
        }
    }

    /// The terminal as it is recorded and shown.
    pub(super) fn recorded_terminal(&self) -> Option<recording::Terminal> {
        self.terminal.as_ref().map(|terminal| recording::Terminal {
            term: terminal.term.clone(),
            columns: terminal.size.columns,
            rows: terminal.size.rows,
        })
    }
}

/// For what a channel is used.
#[derive(Debug)]
pub(super) enum Purpose {
    /// A shell or a command: bytes pass as they are.
    Program(Start),
    /// SFTP.
    Sftp,
    /// The old protocol of scp; the command as the engineer's client sent it.
    Scp(scp::Command, String),
    /// Another subsystem: there is no term that grants one.
    Subsystem,
}

impl Purpose {
    /// What a start means.
    pub(super) fn of(start: &Start) -> Self {
        match start {
            Start::Shell => Self::Program(Start::Shell),
            Start::Subsystem(name) if name == "sftp" => Self::Sftp,
            Start::Subsystem(_) => Self::Subsystem,
            Start::Exec(command) => {
                let text = std::str::from_utf8(command).ok();
                let scp = text.and_then(|text| Some((scp::Command::parse(text)?, text)));
                match scp {
                    Some((parsed, text)) => Self::Scp(parsed, text.to_owned()),
                    None => Self::Program(Start::Exec(command.clone())),
                }
            }
        }
    }

    /// As it is asked for.
    pub(super) fn ask(&self) -> ChannelAsk {
        match self {
            Self::Program(Start::Shell) => ChannelAsk::Shell,
            Self::Program(Start::Exec(_)) => ChannelAsk::Exec,
            Self::Program(Start::Subsystem(_)) | Self::Subsystem => ChannelAsk::Subsystem,
            Self::Sftp => ChannelAsk::Sftp,
            Self::Scp(command, _) => ChannelAsk::Scp(match command.direction {
                Direction::Upload => Handover::In,
                Direction::Download => Handover::Out,
            }),
        }
    }

    /// As it is recorded; `None` for what is never opened.
    pub(super) fn what(&self) -> Option<What> {
        match self {
            Self::Program(Start::Shell) => Some(What::Shell),
            Self::Program(Start::Exec(command)) => Some(What::Exec {
                command: String::from_utf8_lossy(command).into_owned(),
            }),
            Self::Program(Start::Subsystem(_)) | Self::Subsystem => None,
            Self::Sftp => Some(What::Sftp),
            Self::Scp(_, text) => Some(What::Scp {
                command: text.clone(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_locales_go_to_the_target() {
        let mut setup = Setup::default();
        for (name, value) in [
            ("LANG", "ja_JP.UTF-8"),
            ("LC_PAYLOAD", "C"),
            ("LC_ALL", "$(id)"),
            ("LD_PRELOAD", "x"),
            ("LC_TIME", &"x".repeat(65)),
            ("LANG", "C"),
        ] {
            setup.variable(name.to_owned(), value.to_owned());
        }
        let only = [("LANG".to_owned(), "ja_JP.UTF-8".to_owned())];
        assert_eq!(setup.variables, only);
    }

    #[test]
    fn what_is_started_is_asked_for_as_what_it_is() {
        let exec = |text: &str| Purpose::of(&Start::Exec(text.as_bytes().to_vec())).ask();
        assert_eq!(exec("uname -a"), ChannelAsk::Exec);
        assert_eq!(exec("scp -t /srv/in"), ChannelAsk::Scp(Handover::In));
        assert_eq!(exec("scp -f -- log"), ChannelAsk::Scp(Handover::Out));
        assert_eq!(exec("scp -f *.log"), ChannelAsk::Exec);
        let subsystem = |name: &str| Purpose::of(&Start::Subsystem(name.to_owned())).ask();
        assert_eq!(subsystem("sftp"), ChannelAsk::Sftp);
        assert_eq!(subsystem("netconf"), ChannelAsk::Subsystem);
    }
}
