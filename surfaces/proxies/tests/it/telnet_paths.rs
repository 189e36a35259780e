//! Everything that telnet lets a console ask of us, before it signs us in and in the session: what it is answered, and what is noted.
//! `tests/matrix/paths-telnet.txt` is the reviewed answer. The ways in, which are SSH's, stand in `tests/matrix/paths.txt`.

use std::fmt::Write as _;
use std::io::Write;
use std::net::TcpStream;

use access::EndReason;
use recording::ChannelNote;

use crate::seen::is_as_reviewed;
use crate::ssh_shell::Terminal;
use crate::sshd::Wish;
use crate::telnet_ground::{asks, at, heard, made_up};

const REVIEWED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/matrix/paths-telnet.txt"
);

const IAC: u8 = 255;
const SB: u8 = 250;
const SE: u8 = 240;

/// What is said about an option, in this order: at its end it is off on both sides again.
const VERBS: [(&str, u8); 4] = [("WILL", 251), ("WONT", 252), ("DO", 253), ("DONT", 254)];

/// The registered options that ask for something of us, and one that nobody registered; and what a console says in a
/// subnegotiation of each.
const OPTIONS: [(&str, u8, &[u8]); 25] = [
    ("BINARY", 0, &[1]),
    ("ECHO", 1, &[1]),
    ("SUPPRESS-GO-AHEAD", 3, &[1]),
    ("STATUS", 5, &[1]),
    ("TIMING-MARK", 6, &[1]),
    ("RCTE", 7, &[11]),
    ("LOGOUT", 18, &[1]),
    ("SEND-LOCATION", 23, &[1]),
    ("TERMINAL-TYPE", 24, &[1]),
    ("END-OF-RECORD", 25, &[1]),
    ("3270-REGIME", 29, &[1]),
    ("NAWS", 31, &[0, 1, 0, 1]),
    ("TERMINAL-SPEED", 32, &[1]),
    ("FLOW-CONTROL", 33, &[0]),
    ("LINEMODE", 34, &[1, 3]),
    ("X-DISPLAY-LOCATION", 35, &[1]),
    ("ENVIRON", 36, b"\x01\0USER\x03LANG"),
    ("AUTHENTICATION", 37, &[1, 2, 2, 1, 0]),
    ("ENCRYPT", 38, &[1, 1]),
    ("NEW-ENVIRON", 39, b"\x01\0USER\x03LANG"),
    ("TN3270E", 40, &[8, 2]),
    ("CHARSET", 42, b"\x01;UTF-8;EUC-JP;Shift_JIS"),
    ("COM-PORT", 44, &[0]),
    ("START-TLS", 46, &[1]),
    ("of nobody", 200, &[1]),
];

/// Commands without an option (RFC 854, RFC 885).
const COMMANDS: [(&str, u8); 11] = [
    ("end of record", 239),
    ("SE without SB", 240),
    ("no operation", 241),
    ("data mark", 242),
    ("break", 243),
    ("interrupt", 244),
    ("abort output", 245),
    ("are you there", 246),
    ("erase character", 247),
    ("erase line", 248),
    ("go ahead", 249),
];

/// A question whose answer is the same always, and what it is answered: what came before belongs to what was asked
/// before.
const LAST_QUESTION: [u8; 3] = [IAC, 253, 199];
const LAST_ANSWER: [u8; 3] = [IAC, 252, 199];

fn option(number: u8) -> String {
    let known = OPTIONS.iter().find(|(_, option, _)| *option == number);
    known.map_or_else(|| number.to_string(), |(name, ..)| (*name).to_owned())
}

/// Answers as somebody reads them.
fn read(mut said: &[u8]) -> String {
    let mut answers = Vec::new();
    while let Some((IAC, rest)) = said.split_first().map(|(first, rest)| (*first, rest)) {
        let (verb, number) = (rest[0], rest[1]);
        if verb == SB {
            let end = rest.windows(2).position(|part| part == [IAC, SE]).unwrap();
            let value = rest[2..end].escape_ascii();
            answers.push(format!("SB {} {value}", option(number)));
            said = &rest[end + 2..];
        } else {
            let verb = VERBS.iter().find(|(_, known)| *known == verb).unwrap().0;
            answers.push(format!("{verb} {}", option(number)));
            said = &rest[2..];
        }
    }
    assert!(said.is_empty(), "no answer: {said:?}");
    match answers[..] {
        [] => "-".to_owned(),
        ref answers => answers.join(", "),
    }
}

/// What is answered to what a console says.
fn answered(stream: &mut TcpStream, said: &[u8]) -> String {
    stream.write_all(&[said, &LAST_QUESTION].concat()).unwrap();
    let answer = heard(stream, &LAST_ANSWER);
    read(&answer[..answer.len() - LAST_ANSWER.len()])
}

/// Everything that can be asked, each with its answer.
fn everything(stream: &mut TcpStream, when: &str) -> String {
    let mut found = String::new();
    for (name, number, value) in OPTIONS {
        let asked = |stream: &mut _, verb, said: &[u8], found: &mut String| {
            let answer = answered(stream, said);
            writeln!(found, "{when} | {verb} {name} | {answer}").unwrap();
        };
        let inside = [&[IAC, SB, number][..], value, &[IAC, SE]].concat();
        asked(stream, "SB before", &inside, &mut found);
        for (verb, byte) in VERBS {
            asked(stream, verb, &[IAC, byte, number], &mut found);
            if verb == "DO" {
                asked(stream, "SB", &inside, &mut found);
            }
        }
    }
    for (name, command) in COMMANDS {
        let answer = answered(stream, &[IAC, command]);
        writeln!(found, "{when} | {name} | {answer}").unwrap();
    }
    let long = [&[IAC, SB, 24][..], &[1; 100_000], &[IAC, SE]].concat();
    let answer = answered(stream, &long);
    writeln!(found, "{when} | SB TERMINAL-TYPE of 100 kB | {answer}").unwrap();
    found
}

#[test]
fn l31_everything_that_a_console_asks_in_telnet_is_answered_as_was_reviewed() {
    let (address, console) = made_up(|mut stream| {
        let mut found = format!("first | nothing | {}\n", answered(&mut stream, b""));
        found += &everything(&mut stream, "before signing in");
        asks(&mut stream);
        stream.write_all(b"\r\nct> ").unwrap();
        // Whoever types has told the size of their window.
        heard(&mut stream, b"ask\r\n");
        found += &everything(&mut stream, "in the session");
        stream.write_all(b"asked> ").unwrap();
        heard(&mut stream, b"bye\r\n");
        found
    });
    let ground = at(address, Wish::default());
    let mut terminal = Terminal::open(&ground, &[]);
    terminal.wait_for("ct> ");
    terminal.type_in("ask\r");
    terminal.wait_for("asked> ");
    terminal.type_in("bye\r");
    assert_eq!(ground.end(), EndReason::TargetClosed);
    let mut found = console.join().unwrap();
    let recorded = ground.recorded();
    // Nothing of it is a channel, and nothing of it is shown.
    for note in &recorded.notes {
        let noted = match note {
            ChannelNote::Opened { what, .. } => format!("opened {what:?}"),
            ChannelNote::Refused { what, .. } => format!("refused {what}"),
            _ => continue,
        };
        writeln!(found, "all of it | noted | {noted}").unwrap();
    }
    let shown = recorded.bytes.escape_ascii();
    writeln!(found, "all of it | recorded | {shown}").unwrap();
    is_as_reviewed(&found, REVIEWED);
}
