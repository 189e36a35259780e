//! Sessions as they happen, and what their index says.

use proptest::prelude::*;

use super::*;
use crate::note::FileNote;
use crate::typed::Typist;

/// A session with one shell in channel 0, recorded and indexed at the same time.
struct Desk {
    indexer: Indexer,
    typist: Typist,
    millis: i64,
    calls: u8,
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000 + millis)
}

fn shell(channel: u32, columns: u32, rows: u32) -> ChannelNote {
    ChannelNote::Opened {
        channel,
        what: What::Shell,
        terminal: Some(Terminal {
            term: "xterm".into(),
            columns,
            rows,
        }),
    }
}

impl Desk {
    fn new() -> Self {
        Self::of_size(40, 10)
    }

    fn of_size(columns: u32, rows: u32) -> Self {
        let mut desk = Self {
            indexer: Indexer::new(),
            typist: Typist::new(0),
            millis: 0,
            calls: 0,
        };
        desk.notes(shell(0, columns, rows));
        desk
    }

    fn notes(&mut self, note: ChannelNote) -> &mut Self {
        self.millis += 1;
        self.indexer.see(at(self.millis), &Content::Channel(note));
        self
    }

    fn types(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.calls = self.calls.wrapping_add(1);
        self.millis += 1;
        let pieces = self
            .typist
            .typed(bytes.as_ref(), &[self.calls; 32])
            .unwrap();
        for piece in &pieces {
            let content = Content::Typed {
                channel: 0,
                line: piece.line,
                sealed: &piece.sealed,
            };
            self.indexer.see(at(self.millis), &content);
        }
        self
    }

    fn shows(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.millis += 1;
        let content = Content::Stream {
            direction: Direction::FromTarget,
            channel: 0,
            stream: Stream::Output,
            bytes: bytes.as_ref(),
        };
        self.indexer.see(at(self.millis), &content);
        for note in self.typist.shown(bytes.as_ref()) {
            self.indexer.see(at(self.millis), &Content::Channel(note));
        }
        self
    }

    fn echoed(&mut self, keys: &str) -> &mut Self {
        for key in keys.chars() {
            self.types(key.to_string()).shows(key.to_string());
        }
        self
    }

    fn enter(&mut self) -> &mut Self {
        self.types("\r").shows("\r\n")
    }

    fn index(self) -> Index {
        self.indexer.finish()
    }

    fn commands(self) -> Vec<(String, String)> {
        let commands = self.index().channels.remove(0).commands;
        commands
            .into_iter()
            .map(|command| (command.prompt.unwrap_or_default(), command.text))
            .collect()
    }
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(prompt, text): &(&str, &str)| ((*prompt).to_owned(), (*text).to_owned());
    expected.iter().map(owned).collect()
}

#[test]
fn typed_commands_are_listed_with_their_prompts_and_passwords_are_not() {
    let mut desk = Desk::new();
    desk.shows("alice@db:~$ ")
        .echoed("ls -l")
        .enter()
        .shows("total 0\r\nalice@db:~$ ");
    desk.enter().shows("alice@db:~$ ");
    desk.echoed("sudo -i")
        .enter()
        .shows("[sudo] password for alice: ");
    desk.types("hunter2").types("\r").shows("\r\n[root@db ~]# ");
    desk.echoed("echo a > /tmp/b # note")
        .enter()
        .shows("[root@db ~]# ");
    desk.echoed("echo 半田病院").enter().shows("半田病院\r\n");
    let index = desk.index();
    assert_eq!(index.channels[0].masked_lines, 1);
    let listed: Vec<_> = index.channels[0]
        .commands
        .iter()
        .map(|command| (command.prompt.clone().unwrap(), command.text.clone()))
        .collect();
    assert_eq!(
        listed,
        pairs(&[
            ("alice@db:~$ ", "ls -l"),
            ("alice@db:~$ ", "sudo -i"),
            ("[root@db ~]# ", "echo a > /tmp/b # note"),
            ("[root@db ~]# ", "echo 半田病院"),
        ])
    );
    assert!(!format!("{index:?}").contains("hunter2"));
}

#[test]
fn history_completion_and_editing_are_in_the_command() {
    let mut desk = Desk::new();
    desk.shows("$ ")
        .types("\u{1b}[A")
        .shows("echo a > b")
        .types("\r")
        .shows("\r\n$ ");
    desk.echoed("cat /va")
        .types("\t")
        .shows("r/")
        .echoed("lo")
        .types("\t")
        .shows("g/")
        .enter();
    desk.shows("$ ")
        .echoed("lx")
        .types("\u{7f}")
        .shows("\u{8} \u{8}")
        .echoed("s")
        .enter();
    desk.shows("$ ")
        .echoed("ab")
        .types("\u{1b}[D")
        .shows("\u{8}");
    desk.types("x").shows("xb\u{8}").enter();
    let expected = [
        ("$ ", "echo a > b"),
        ("$ ", "cat /var/log/"),
        ("$ ", "ls"),
        ("$ ", "axb"),
    ];
    assert_eq!(desk.commands(), pairs(&expected));
}

#[test]
fn a_command_over_several_rows_is_one() {
    let long = "echo 0123456789012345678901234567890123456789012345678901234567890123456789";
    let mut desk = Desk::of_size(20, 8);
    desk.shows("$ ").echoed(long).enter();
    assert_eq!(desk.commands(), pairs(&[("$ ", long)]));
}

#[test]
fn pasted_and_typed_ahead_commands_are_listed_once_each() {
    let mut desk = Desk::new();
    desk.shows("$ ").types("make\rmake test\r");
    desk.shows("make\r\ncc main.c\r\n$ ")
        .shows("make test\r\nok\r\n$ ");
    assert_eq!(
        desk.commands(),
        pairs(&[("$ ", "make"), ("$ ", "make test")])
    );
}

#[test]
fn nothing_is_listed_while_the_alternate_screen_is_shown() {
    for (enter, leave) in [
        ("\u{1b}[?1049h", "\u{1b}[?1049l"),
        ("\u{1b}[?47h", "\u{1b}[?47l"),
    ] {
        let mut desk = Desk::new();
        desk.shows("$ ")
            .echoed("vim x")
            .enter()
            .shows(enter)
            .shows("\u{1b}[H");
        desk.echoed(":wq")
            .enter()
            .shows(leave)
            .shows("$ ")
            .echoed("id")
            .enter();
        assert_eq!(desk.commands(), pairs(&[("$ ", "vim x"), ("$ ", "id")]));
    }
}

#[test]
fn what_has_no_prompt_is_listed_whole_and_an_interrupted_line_is_not() {
    let mut desk = Desk::new();
    desk.shows("Continue?[y/n]").echoed("y").enter();
    desk.shows("$ ")
        .echoed("rm")
        .types("\u{3}")
        .shows("^C\r\n$ ");
    assert_eq!(desk.commands(), pairs(&[("", "Continue?[y/n]y")]));
}

#[test]
fn a_session_is_told_channel_by_channel() {
    let mut desk = Desk::new();
    let file = FileNote {
        channel: 1,
        direction: Direction::FromTarget,
        path: "/var/log/app.log".into(),
        bytes: 12,
        sha256: None,
        whole: false,
    };
    let exec = What::Exec {
        command: "uptime; id".into(),
    };
    desk.notes(ChannelNote::Opened {
        channel: 1,
        what: exec.clone(),
        terminal: None,
    });
    desk.notes(ChannelNote::File(file.clone()));
    desk.notes(ChannelNote::Resized {
        channel: 0,
        columns: 100,
        rows: 30,
    });
    desk.notes(ChannelNote::Refused {
        channel: None,
        what: "direct-tcpip".into(),
        reasons: vec!["forwarding".into()],
    });
    desk.notes(ChannelNote::Paused { by: "nurse".into() });
    for stream in [Stream::Output, Stream::Error] {
        let content = Content::Stream {
            direction: Direction::FromTarget,
            channel: 1,
            stream,
            bytes: b"four",
        };
        desk.indexer.see(at(50), &content);
    }
    desk.notes(ChannelNote::Exited {
        channel: 1,
        status: Some(2),
        signal: None,
    });
    desk.notes(ChannelNote::Closed { channel: 1 });
    desk.indexer
        .see(at(60), &Content::End("the deadline passed"));
    let index = desk.index();
    let [shell, one] = index.channels.as_slice() else {
        panic!("two channels");
    };
    assert_eq!(
        (&one.what, one.status, one.sent, one.received),
        (&exec, Some(2), 0, 8)
    );
    assert_eq!(one.commands[0].text, "uptime; id");
    assert_eq!(one.files[0].file, file);
    assert!(one.ended.is_some() && shell.ended.is_none());
    assert_eq!(shell.resizes.len(), 1);
    assert_eq!(index.refused[0].what, "direct-tcpip");
    let notices: Vec<_> = index.notices.iter().map(|notice| &notice.what).collect();
    let expected = [
        NoticeKind::Paused("nurse".into()),
        NoticeKind::Ended("the deadline passed".into()),
    ];
    assert_eq!(notices, expected.iter().collect::<Vec<_>>());
    assert_eq!(index.left_out, LeftOut::default());
}

#[test]
fn what_grows_too_long_is_left_out_and_counted() {
    let mut indexer = Indexer::new();
    for channel in 0..2000 {
        indexer.see(at(0), &Content::Channel(shell(channel, 5000, 0)));
    }
    let long = "x".repeat(MAX_TEXT);
    for _ in 0..3000 {
        indexer.see(at(1), &Content::Notice(&long));
    }
    let index = indexer.finish();
    assert_eq!(index.channels.len(), MAX_CHANNELS);
    let left_out = index.left_out;
    assert_eq!((left_out.channels, left_out.terminals), (976, 1008));
    assert!(left_out.entries > 500 && index.notices.len() < 2500);
}

/// Pieces of which hostile output is made.
fn output() -> impl Strategy<Value = Vec<u8>> {
    let number = prop_oneof![Just(0u32), 1u32..30, Just(199), Just(65_535), Just(99_999)];
    let sequence = (
        number.clone(),
        number,
        prop::sample::select(&b"ABCDEFGHJKLMPSTX@dfmrsu"[..]),
    )
        .prop_map(|(a, b, last)| format!("\u{1b}[{a};{b}{}", char::from(last)).into_bytes());
    let piece = prop_oneof![
        3 => sequence,
        1 => prop::collection::vec(any::<u8>(), 1..6),
        2 => prop::sample::select(
            &["\r\n", "\u{8}", "\t", "半", "e\u{301}", "🏥", "abc", "\u{1b}[?1049h", "\u{1b}[?1049l", "\u{1b}[?47h",
              "\u{1b}[?7l", "\u{1b}c", "\u{1b}M", "\u{1b}D", "\u{1b}7", "\u{1b}8", "\u{1b}(0"][..]
        ).prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// L33: the target is hostile.
    #[test]
    fn l33_no_output_and_no_size_breaks_the_index(
        size in (0u32..12, 0u32..6),
        turns in prop::collection::vec((output(), 0u32..14, 0u32..8, any::<bool>()), 1..10),
    ) {
        let mut desk = Desk::of_size(size.0, size.1);
        for (output, columns, rows, typed) in &turns {
            if *typed {
                desk.types("ls\u{1b}[A\r");
            }
            desk.shows(output);
            desk.notes(ChannelNote::Resized { channel: 0, columns: *columns, rows: *rows });
            desk.shows(output);
        }
        let index = desk.index();
        for command in &index.channels[0].commands {
            prop_assert!(!command.text.chars().any(char::is_control));
        }
    }
}
