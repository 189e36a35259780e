//! Work at a console that speaks telnet, by OpenSSH's client.

use std::fs;
use std::io::Write;
use std::process::{ChildStdin, ChildStdout, Stdio};

use access::EndReason;
use recording::{ChannelNote, What};

use crate::seen::Ran;
use crate::ssh_shell::Terminal;
use crate::sshd::{Ground, Kept, SOON, Wish, until};
use crate::telnet_ground::{at, heard, made_up, open};
use crate::telnet_server::{Console, PASSWORD};

/// What is typed for a key of return, in a terminal in raw mode.
const RETURN: &str = "\r";

#[test]
fn an_engineer_works_at_a_console_whose_password_nobody_sees() {
    let console = Console::start();
    let ground = at(console.address, Wish::default());
    let mut terminal = Terminal::open(&ground, &[]);
    terminal.wait_for("This session is recorded.");
    terminal.wait_for("Last login");
    terminal.wait_for("ct> ");
    terminal.type_in(&format!("echo at-the-co''nsole{RETURN}"));
    terminal.wait_for("at-the-console");
    terminal.type_in(&format!("exit{RETURN}"));
    assert_eq!(ground.end(), EndReason::TargetClosed);
    terminal.wait_for("sekisho: Ended: ");
    let screen = terminal.screen();
    assert!(
        !screen.contains(PASSWORD) && !screen.contains("Password:"),
        "{screen}"
    );
    let recorded = ground.recorded();
    assert!(recorded.holds("at-the-console") && recorded.holds("Last login"));
    assert!(!recorded.holds(PASSWORD) && !recorded.holds("ct-01 login"));
    // What was typed was shown, and can be read; it stands in the index as SSH's.
    assert!(recorded.notes.iter().any(|note| matches!(
        note,
        ChannelNote::Opened {
            what: What::Shell,
            terminal: Some(_),
            ..
        }
    )));
    let [channel] = &recorded.index.channels[..] else {
        panic!("{:?}", recorded.index.channels);
    };
    let commands: Vec<&str> = channel
        .commands
        .iter()
        .map(|line| line.text.as_str())
        .collect();
    assert!(
        commands.iter().any(|line| line.contains("echo at-the-co")),
        "{commands:?}"
    );
}

#[test]
fn what_is_typed_where_a_console_shows_nothing_stays_masked() {
    let console = Console::start();
    let ground = at(console.address, Wish::default());
    let mut terminal = Terminal::open(&ground, &[]);
    terminal.wait_for("ct> ");
    let line = format!("stty -echo; echo dar''k; read -r x; stty echo; echo go''t ${{#x}}{RETURN}");
    terminal.type_in(&line);
    terminal.wait_for("dark");
    let ready = format!("printf re; echo ady{RETURN}");
    terminal.type_in(&format!("hidden-word{RETURN}{ready}"));
    terminal.wait_for("got 11");
    terminal.wait_for("ready");
    drop(terminal);
    let recorded = ground.recorded();
    assert!(!recorded.holds("hidden-word"));
    let masked = recorded
        .index
        .channels
        .iter()
        .map(|channel| channel.masked_lines);
    assert!(masked.sum::<u64>() >= 1);
}

#[test]
fn a_console_is_told_how_large_the_window_is_and_when_that_changes() {
    let console = Console::start();
    let ground = at(console.address, Wish::default());
    let flow = ssh::Flow::new();
    let ours = ssh::HostKey::parse(&ground.engine().ssh_host_key()).unwrap();
    let size = |columns, rows| ssh::Size {
        columns,
        rows,
        ..ssh::Size::default()
    };
    let working = async {
        let stream = tokio::net::TcpStream::connect(ground.gateway)
            .await
            .unwrap();
        let target = ssh::join(stream, &ours, &flow, SOON).await.unwrap();
        let ssh::TargetChannel { mut inbox, out } = target.open().await.unwrap();
        let terminal = ssh::Terminal::plain("xterm-256color", size(80, 24));
        out.terminal(&terminal).await.unwrap();
        out.start(&ssh::Start::Shell).await.unwrap();
        shows(&mut inbox, "ct> ").await;
        out.data(b"stty size\r".to_vec()).await.unwrap();
        shows(&mut inbox, "24 80").await;
        out.resize(size(100, 33)).await.unwrap();
        // The console reads it in the order in which it was sent.
        out.data(b"stty size\r".to_vec()).await.unwrap();
        shows(&mut inbox, "33 100").await;
    };
    ground.run(working);
    let resized = |note: &ChannelNote| {
        matches!(
            note,
            ChannelNote::Resized {
                columns: 100,
                rows: 33,
                ..
            }
        )
    };
    assert!(ground.recorded().notes.iter().any(resized));
}

/// Until the console has shown this.
async fn shows(inbox: &mut ssh::Inbox<ssh::Said>, text: &str) {
    let mut shown = Vec::new();
    while !String::from_utf8_lossy(&shown).contains(text) {
        match inbox.next().await {
            Some(ssh::Received::Data(piece)) => shown.extend(piece.bytes),
            Some(ssh::Received::Said(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_console_that_asks_nobody_is_entered_without_a_secret() {
    let console = Console::open();
    let ground = at(console.address, open());
    let mut terminal = Terminal::open(&ground, &[]);
    terminal.wait_for("ct> ");
    terminal.type_in(&format!("echo o''pen{RETURN}"));
    terminal.wait_for("open");
}

#[test]
fn an_interrupt_reaches_what_runs() {
    let console = Console::start();
    let ground = at(console.address, Wish::default());
    let mut terminal = Terminal::open(&ground, &[]);
    terminal.wait_for("ct> ");
    terminal.type_in(&format!("echo wai''ting; cat{RETURN}"));
    terminal.wait_for("waiting");
    terminal.type_in("\u{3}");
    // A terminal drops what is typed ahead of an interrupt.
    terminal.wait_for("^C");
    terminal.type_in(&format!("echo st''opped{RETURN}"));
    terminal.wait_for("stopped");
}

/// A client without a terminal of its own, which changes no byte; its keyboard and its screen.
fn plain(ground: &Ground) -> (Kept, ChildStdin, ChildStdout) {
    let mut client = ground.client("ssh");
    client
        .args(["-T", "target"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut client = Kept(client.spawn().unwrap());
    let keyboard = client.0.stdin.take().unwrap();
    let screen = client.0.stdout.take().unwrap();
    (client, keyboard, screen)
}

#[test]
fn japanese_of_old_consoles_passes_byte_for_byte_both_ways() {
    let console = Console::start();
    // EUC-JP and Shift_JIS of "検査", and the byte that telnet doubles.
    let (euc, sjis) = ([0xb8, 0xa1, 0xba, 0xba], [0x8c, 0x9f, 0x8d, 0xb8]);
    let shown = [&euc[..], b" ", &sjis, b" ", &[0xff, 0xfe], b" over\n"].concat();
    fs::write(console.path("screen"), &shown).unwrap();
    let ground = at(console.address, Wish::default());
    let (_client, mut keyboard, mut screen) = plain(&ground);
    keyboard.write_all(b"stty -echo\rcat screen\r").unwrap();
    heard(&mut screen, &shown[..shown.len() - 1]);
    let typed = [b"cat > typed\r", &euc[..], &sjis, &[0xff, 0xfe], b"\r\x04"].concat();
    keyboard.write_all(&typed).unwrap();
    let expected = [&euc[..], &sjis, &[0xff, 0xfe], b"\n"].concat();
    until("it has arrived", || {
        fs::read(console.path("typed")).is_ok_and(|typed| typed == expected)
    });
    keyboard.write_all(b"exit\r").unwrap();
    assert_eq!(ground.end(), EndReason::TargetClosed);
    let recorded = ground.recorded();
    let bytes = &recorded.bytes;
    assert!(bytes.windows(euc.len()).any(|part| part == euc));
    assert!(bytes.windows(sjis.len()).any(|part| part == sjis));
}

#[test]
fn a_large_paste_and_its_echo_pass_each_other() {
    let console = Console::start();
    let ground = at(console.address, Wish::default());
    let (_client, mut keyboard, mut screen) = plain(&ground);
    let line = format!("{}\r", "x".repeat(1000));
    keyboard.write_all(b"cat > /dev/null\r").unwrap();
    let typing = std::thread::spawn(move || {
        for _ in 0..500 {
            keyboard.write_all(line.as_bytes()).unwrap();
        }
        keyboard.write_all(b"\x04echo do''ne\r").unwrap();
        keyboard
    });
    heard(&mut screen, b"done");
    drop(typing.join().unwrap());
}

#[test]
fn a_console_that_shows_nothing_of_what_is_typed_is_shown_by_us() {
    let (address, console) = made_up(|mut stream| {
        stream.write_all(b"> ").unwrap();
        let heard = heard(&mut stream, b"status\r\n");
        stream.write_all(b"ready\r\n").unwrap();
        heard
    });
    let ground = at(address, open());
    let mut terminal = Terminal::open(&ground, &[]);
    terminal.wait_for("> ");
    terminal.type_in(&format!("status{RETURN}"));
    terminal.wait_for("status\r\nready");
    console.join().unwrap();
}

#[test]
fn a_password_that_a_console_without_echo_asks_for_is_shown_and_recorded_by_nobody() {
    let (address, console) = made_up(|mut stream| {
        stream.write_all(b"> ").unwrap();
        heard(&mut stream, b"enable\r\n");
        stream.write_all(b"\r\nPASSWORD: ").unwrap();
        let typed = heard(&mut stream, b"\r\n");
        stream.write_all(b"# ").unwrap();
        heard(&mut stream, b"status\r\n");
        stream.write_all(b"ready\r\n").unwrap();
        typed
    });
    let ground = at(address, open());
    let mut terminal = Terminal::open(&ground, &[]);
    terminal.wait_for("> ");
    terminal.type_in(&format!("enable{RETURN}"));
    terminal.wait_for("PASSWORD: ");
    terminal.type_in(&format!("hidden-word{RETURN}"));
    terminal.wait_for("# ");
    terminal.type_in(&format!("status{RETURN}"));
    terminal.wait_for("status\r\nready");
    assert_eq!(console.join().unwrap(), b"hidden-word\r\n");
    assert_eq!(ground.end(), EndReason::TargetClosed);
    assert!(!terminal.screen().contains("hidden-word"));
    assert!(!ground.recorded().holds("hidden-word"));
}

#[test]
fn l9_a_console_has_a_shell_and_nothing_else_that_ssh_has() {
    let console = Console::start();
    let ground = at(console.address, Wish::default());
    let ran = ground.ran("ssh", &["target", "id"]);
    assert_eq!((ran.status, ran.out.as_str()), (Some(1), ""), "{ran:?}");
    let mut sftp = ground.client("sftp");
    sftp.args(["-b", "/dev/null", "target"])
        .stdin(Stdio::null());
    let ran = Ran::of(sftp.output().unwrap());
    assert_ne!(ran.status, Some(0), "{ran:?}");
    let ran = ground.ran("ssh", &["-W", "10.1.2.3:23", "target"]);
    assert_ne!(ran.status, Some(0), "{ran:?}");
    let refused = ground.entered("command_refused");
    for what in ["exec", "sftp"] {
        let is_it = |entry: &serde_json::Value| entry.to_string().contains(what);
        assert!(refused.iter().any(is_it), "{what}: {refused:?}");
    }
    assert!(ground.entered("channel_opened").is_empty());
}
