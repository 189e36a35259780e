//! Servers that end when the test process does, however it ends.
//!
//! Statics are never dropped and a killed test drops nothing, so each server runs under a shell that
//! reads from us: when our end of that pipe is gone, it ends the server and removes its folder.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::wait;

const HOLD: &str = r#"
pid=$1; wipe=$2; last=$3; shift 3
"$@" </dev/null &
child=$!
echo "$child" >"$pid.new" && mv "$pid.new" "$pid"
exec 1>/dev/null 2>/dev/null
read -r _
kill "-$last" "$child"
wait "$child"
code=$?
[ -z "$wipe" ] || rm -rf "$wipe"
exit "$code"
"#;

/// A server on its leash.
#[derive(Debug)]
pub struct Leash {
    shell: Child,
    pid: u32,
}

impl Leash {
    /// Starts a server. Its number, output and log stand beside `aside` (`.pid`, `.out`, `.log`);
    /// `wipe` is removed when it has ended; `last` is the signal that ends it with this process.
    pub fn start(command: &Command, aside: &Path, wipe: Option<&Path>, last: &str) -> Self {
        let pid_file = aside.with_extension("pid");
        // Of an earlier run in the same place.
        let _none = std::fs::remove_file(&pid_file);
        let mut held = Command::new("/bin/sh");
        held.args(["-c", HOLD, "leash"])
            .arg(&pid_file)
            .arg(wipe.unwrap_or(Path::new("")))
            .arg(last)
            .arg(command.get_program())
            .args(command.get_args())
            .stdin(Stdio::piped());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => held.env(name, value),
                None => held.env_remove(name),
            };
        }
        held.stdout(log(&aside.with_extension("out")));
        held.stderr(log(&aside.with_extension("log")));
        let shell = held.spawn().expect("a shell starts");
        let pid = wait::until("a server's process number", || {
            std::fs::read_to_string(&pid_file).ok()?.trim().parse().ok()
        });
        Self { shell, pid }
    }

    /// The server's process number.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether it still runs. A process that has ended and waits to be collected does not.
    pub fn runs(&self) -> bool {
        let Ok(mut stat) = std::fs::File::open(format!("/proc/{}/stat", self.pid)) else {
            return false;
        };
        let mut text = String::new();
        let read = stat.read_to_string(&mut text);
        let state = text
            .rsplit(") ")
            .next()
            .and_then(|rest| rest.chars().next());
        read.is_ok() && !matches!(state, Some('Z' | 'X') | None)
    }

    /// Sends it a signal (`TERM`, `KILL`, …).
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .arg(format!("-{signal}"))
            .arg(self.pid.to_string())
            .status()
            .expect("kill runs");
        assert!(sent.success(), "{signal} could not be sent");
    }

    /// Signals it and waits until it has ended.
    pub fn end(mut self, signal: &str) {
        self.signal(signal);
        wait::until("the end of a server", || (!self.runs()).then_some(()));
        self.let_go();
    }

    fn let_go(&mut self) {
        drop(self.shell.stdin.take());
        // Ended or killed: either is its end.
        let _code = self.shell.wait();
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        self.let_go();
    }
}

fn log(path: &Path) -> std::fs::File {
    std::fs::File::options()
        .create(true)
        .append(true)
        .open(path)
        .expect("a log can be written")
}
