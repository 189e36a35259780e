//! Shells and commands, by OpenSSH's own client.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};

use access::{EndReason, SshTerms};
use recording::ChannelNote;

use crate::sshd::{Ground, Wish, until};

/// A client with a terminal at its far end, its keyboard and its screen in our hands.
pub(crate) struct Terminal {
    pub(crate) child: Child,
    pub(crate) keyboard: Option<ChildStdin>,
    screen: Arc<Mutex<Vec<u8>>>,
}

impl Terminal {
    pub(crate) fn open(ground: &Ground, arguments: &[&str]) -> Self {
        let mut client = ground.client("ssh");
        client.args(["-tt", "target"]).args(arguments);
        let quoted = |word: &OsStr| format!("'{}'", word.to_string_lossy().replace('\'', r"'\''"));
        let words: Vec<String> = client.get_args().map(quoted).collect();
        // A window of this size around it: without one, a terminal has no columns.
        let line = format!("stty cols 80 rows 24; exec ssh {}", words.join(" "));
        let mut child = Command::new("script")
            .args(["-qfec", &line, "/dev/null"])
            .env_remove("LC_ALL")
            .env("LANG", "en_US.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let screen = Arc::new(Mutex::new(Vec::new()));
        show(child.stdout.take().unwrap(), &screen);
        show(child.stderr.take().unwrap(), &screen);
        Self {
            keyboard: child.stdin.take(),
            child,
            screen,
        }
    }

    pub(crate) fn type_in(&mut self, text: &str) {
        let keyboard = self.keyboard.as_mut().unwrap();
        keyboard.write_all(text.as_bytes()).unwrap();
        keyboard.flush().unwrap();
    }

    pub(crate) fn shows(&self, text: &str) -> bool {
        self.screen().contains(text)
    }

    pub(crate) fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }

    pub(crate) fn wait_for(&self, text: &str) {
        until(text, || self.shows(text));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

fn show(mut from: impl Read + Send + 'static, screen: &Arc<Mutex<Vec<u8>>>) {
    let screen = Arc::clone(screen);
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            screen.lock().unwrap().extend(&buffer[..count]);
        }
    });
}

#[test]
fn a_command_runs_and_its_streams_status_and_text_are_recorded() {
    let ground = Ground::new(Wish::default());
    let ran = ground.ran("ssh", &["target", "echo out; echo err >&2; exit 7"]);
    assert_eq!(
        (ran.out.as_str(), ran.err.as_str(), ran.status),
        ("out\n", "err\n", Some(7))
    );
    assert_eq!(ground.end(), EndReason::EngineerClosed);
    let recorded = ground.recorded();
    assert!(recorded.holds("out\n") && recorded.holds("err\n"));
    let exited = ChannelNote::Exited {
        channel: 0,
        status: Some(7),
        signal: None,
    };
    assert!(recorded.notes.contains(&exited), "{:?}", recorded.notes);
    let story = &recorded.index.channels[0];
    assert!(
        format!("{story:?}").contains("echo out; echo err"),
        "{story:?}"
    );
    assert_eq!(ground.entered("channel_opened").len(), 1);
}

#[test]
fn what_goes_in_comes_back_and_a_large_output_arrives_whole() {
    let ground = Ground::new(Wish::default());
    let mut command = ground.client("ssh");
    let mut child = command
        .args(["target", "cat; head -c 5000000 /dev/zero | tr '\\0' x"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut input = child.stdin.take().unwrap();
    input.write_all("見えた\n".as_bytes()).unwrap();
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert_eq!(line, "見えた\n");
    drop(input);
    let mut rest = Vec::new();
    out.read_to_end(&mut rest).unwrap();
    assert_eq!(rest.len(), 5_000_000);
    assert!(child.wait().unwrap().success());
    let recorded = ground.recorded();
    assert!(recorded.bytes.len() > 5_000_000);
}

#[test]
fn l29_a_command_in_a_shell_is_in_the_index_and_a_password_stays_masked() {
    let ground = Ground::new(Wish::default());
    let mut terminal = Terminal::open(&ground, &[]);
    terminal.wait_for("This session is recorded.");
    terminal.type_in("PS1='re''ady $ '\n");
    terminal.wait_for("ready $ ");
    terminal.type_in("echo vis''ible\n");
    terminal.wait_for("visible\r\n");
    terminal.type_in("stty -echo; printf 'Pass''word: '; read p; stty echo; echo; echo th''anks\n");
    terminal.wait_for("Password: ");
    terminal.type_in("quince-47\n");
    terminal.wait_for("thanks\r\n");
    terminal.type_in("exit 3\n");
    assert_eq!(terminal.child.wait().unwrap().code(), Some(3));
    let recorded = ground.recorded();
    let index = format!("{:?}", recorded.index);
    assert!(index.contains("echo vis''ible"), "{index}");
    assert!(!index.contains("quince-47"), "{index}");
    assert!(!recorded.holds("quince-47"));
    assert_eq!(recorded.index.channels[0].masked_lines, 1, "{index}");
}

#[test]
fn l9_what_the_terms_do_not_hold_is_refused_in_plain_words_and_entered() {
    let ground = Ground::new(Wish {
        terms: SshTerms {
            shell: false,
            ..SshTerms::shell_only()
        },
        ..Wish::default()
    });
    let ran = ground.ran("ssh", &["target"]);
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.err.contains("sekisho: This was refused: "),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("shell"), "{}", ran.err);
    let recorded = ground.recorded();
    assert_eq!(recorded.refused(), [r#"shell: ["channel-not-granted"]"#]);
    assert_eq!(ground.entered("command_refused").len(), 1);
}

#[test]
fn an_engineer_who_says_no_language_is_told_in_japanese() {
    let ground = Ground::new(Wish {
        terms: SshTerms {
            exec: false,
            ..SshTerms::shell_only()
        },
        ..Wish::default()
    });
    let mut command = ground.client("ssh");
    command.env_remove("LANG").args(["target", "id"]);
    let output = command.stdin(Stdio::null()).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("認められませんでした"), "{told}");
}
