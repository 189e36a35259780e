//! One command of `sekisho`, run to its end or left running.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{binary, canary, wait};

/// How long a command may take.
const LONGEST: Duration = Duration::from_secs(120);

/// Begins a command of the binary under test, in English, with nothing of the caller's environment
/// that could steer it.
pub fn sekisho() -> Run {
    let mut command = Command::new(binary::path());
    for steering in ["SEKISHO_HOME", "SEKISHO_SITE_DIR", "LANG", "LC_MESSAGES"] {
        command.env_remove(steering);
    }
    command.env("LC_ALL", "en_US.UTF-8");
    Run {
        command,
        input: Vec::new(),
    }
}

/// A command that is being put together.
#[derive(Debug)]
pub struct Run {
    command: Command,
    input: Vec<u8>,
}

impl Run {
    /// Any other program.
    pub fn of(program: impl AsRef<OsStr>) -> Self {
        Self {
            command: Command::new(program),
            input: Vec::new(),
        }
    }

    /// One argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Several arguments.
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// A variable of its environment.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// What is typed.
    pub fn input(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.input = text.into();
        self
    }

    /// The same command as the last arguments of another, which becomes it.
    pub(crate) fn under(self, mut outer: Command) -> Self {
        outer.arg(self.command.get_program());
        outer.args(self.command.get_args());
        for (name, value) in self.command.get_envs() {
            match value {
                Some(value) => outer.env(name, value),
                None => outer.env_remove(name),
            };
        }
        Self {
            command: outer,
            input: self.input,
        }
    }

    /// The command as it stands.
    pub fn into_command(self) -> Command {
        self.command
    }

    /// Runs it to its end.
    pub fn done(self) -> Done {
        let input = self.input.clone();
        self.hand_password();
        let mut running = self.begin();
        running.write(&input);
        running.close_input();
        running.finish()
    }

    /// Whatever a test gives to the vault is a canary, of whichever protocol. What is shorter than a canary (a
    /// password of VNC) could stand somewhere by chance.
    fn hand_password(&self) {
        let mut args = self.command.get_args();
        let first = self.input.split(|byte| *byte == b'\n').next();
        if let Some(password) = first
            && args.any(|arg| arg == "--password-stdin")
            && password.len() >= canary::SHORTEST
        {
            canary::hand(canary::Kind::TargetPassword, password);
        }
    }

    /// Runs it, and it must succeed.
    pub fn ok(self) -> Done {
        let done = self.done();
        done.expect(0);
        done
    }

    /// Runs it with `--json`; it must succeed, and its output be one JSON value.
    pub fn json(self) -> Value {
        self.arg("--json").ok().json()
    }

    /// Leaves it running.
    pub fn begin(mut self) -> Running {
        self.command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let line = format!("{:?}", self.command);
        let by = canary::asked(&self.command);
        let mut child = self
            .command
            .spawn()
            .unwrap_or_else(|cause| panic!("{line}: {cause}"));
        let out = Heard::of(child.stdout.take().expect("standard output is ours"));
        let err = Heard::of(child.stderr.take().expect("standard error is ours"));
        Running {
            line,
            by,
            child,
            out,
            err,
            began: Instant::now(),
        }
    }
}

/// What came of a command.
#[derive(Debug, Clone)]
pub struct Done {
    /// The command.
    pub line: String,
    /// Its exit code; 255 if it was killed.
    pub code: i32,
    /// Its answer.
    pub out: Vec<u8>,
    /// What it said beside that.
    pub err: String,
    /// When it had ended.
    pub ended: Instant,
    /// How long it took.
    pub took: Duration,
}

impl Done {
    /// Its answer as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    /// Its answer as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.out)
            .unwrap_or_else(|cause| panic!("{cause}: not one JSON value\n{self}"))
    }

    /// It must have ended with this code.
    #[track_caller]
    pub fn expect(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "expected exit code {code}\n{self}");
        self
    }

    /// It must have said this.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(
            self.err.contains(words) || self.text().contains(words),
            "expected {words:?}\n{self}"
        );
        self
    }

    /// It must have been refused (exit code 3), and told the sentences of these ids.
    #[track_caller]
    pub fn refused(&self, reasons: &[&str]) -> &Self {
        self.expect(3);
        for reason in reasons {
            self.says(&crate::said::beginning(reason));
        }
        self
    }
}

impl std::fmt::Display for Done {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}\nexit code {} after {:?}\n--- standard output\n{}\n--- standard error\n{}",
            self.line,
            self.code,
            self.took,
            self.text(),
            self.err
        )
    }
}

/// A command that runs. Dropping it kills it.
#[derive(Debug)]
pub struct Running {
    line: String,
    by: String,
    child: Child,
    out: Heard,
    err: Heard,
    began: Instant,
}

impl Running {
    /// Its process number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Types something. A program that does not listen any more is not an error here.
    pub fn write(&mut self, bytes: &[u8]) {
        if let Some(stdin) = self.child.stdin.as_mut() {
            let _gone = stdin.write_all(bytes).and_then(|()| stdin.flush());
        }
    }

    /// Ends its input.
    pub fn close_input(&mut self) {
        drop(self.child.stdin.take());
    }

    /// Waits for a line beside its answer that holds these words.
    #[track_caller]
    pub fn heard(&mut self, words: &str) -> String {
        self.heard_one_of(&[words])
    }

    /// Waits for a line beside its answer that holds one of these.
    ///
    /// # Panics
    /// With what it said instead, if it ends without it or says nothing of the kind for too long.
    #[track_caller]
    pub fn heard_one_of(&mut self, words: &[&str]) -> String {
        let found = wait::within(wait::PATIENCE, || {
            let found = self.err.line_with(words);
            if found.is_none() && self.ended() {
                // Its last words may come a little after its end.
                let last = || self.err.line_with(words);
                return Some(wait::within(Duration::from_secs(1), last));
            }
            found.map(Some)
        });
        match found.flatten() {
            Some(line) => line,
            None => panic!(
                "{} never said {words:?}, but:\n{}",
                self.line,
                self.err.text()
            ),
        }
    }

    /// What it has said beside its answer so far.
    pub fn said(&self) -> String {
        self.err.text()
    }

    /// What it has answered so far.
    pub fn answered(&self) -> Vec<u8> {
        self.out.bytes()
    }

    /// Whether it has ended.
    pub fn ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Kills it.
    pub fn kill(&mut self) {
        let _ended = self.child.kill();
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: &str) {
        let _sent = Command::new("kill")
            .arg(format!("-{signal}"))
            .arg(self.pid().to_string())
            .status();
    }

    /// Waits for its end.
    pub fn finish(mut self) -> Done {
        let status: Option<ExitStatus> =
            wait::within(LONGEST, || self.child.try_wait().ok().flatten());
        let ended = Instant::now();
        let Some(status) = status else {
            let said = self.err.text();
            panic!("{} has not ended after {LONGEST:?}:\n{said}", self.line);
        };
        self.out.hear_the_end();
        self.err.hear_the_end();
        Done {
            line: self.line.clone(),
            code: status.code().unwrap_or(255),
            out: self.out.bytes(),
            err: self.err.text(),
            ended,
            took: ended - self.began,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
        let _code = self.child.wait();
        let said = [self.out.bytes(), self.err.bytes()].concat();
        canary::hand_invitations(&String::from_utf8_lossy(&said));
        canary::told(&self.by, &said);
    }
}

/// What a stream has said so far.
#[derive(Debug)]
struct Heard {
    bytes: Arc<Mutex<Vec<u8>>>,
    reading: Option<JoinHandle<()>>,
}

impl Heard {
    fn of(stream: impl Read + Send + 'static) -> Self {
        let bytes: Arc<Mutex<Vec<u8>>> = Arc::default();
        let into = Arc::clone(&bytes);
        let reading = std::thread::spawn(move || {
            let mut stream = BufReader::new(stream);
            loop {
                let Ok(read) = stream.fill_buf() else { return };
                if read.is_empty() {
                    return;
                }
                into.lock().unwrap().extend_from_slice(read);
                let used = read.len();
                stream.consume(used);
            }
        });
        Self {
            bytes,
            reading: Some(reading),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        self.bytes.lock().unwrap().clone()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }

    fn line_with(&self, words: &[&str]) -> Option<String> {
        let text = self.text();
        // Whole lines only: the last one may still be coming.
        let (whole, _) = text.rsplit_once('\n')?;
        whole
            .lines()
            .find(|line| words.iter().any(|words| line.contains(words)))
            .map(str::to_owned)
    }

    fn hear_the_end(&mut self) {
        if let Some(reading) = self.reading.take() {
            // A grandchild may hold the stream open: what is there has to do then.
            wait::within(Duration::from_secs(5), || {
                reading.is_finished().then_some(())
            });
        }
    }
}
