//! The system calls of a running process, counted by `strace`: what a regression changes on every
//! machine alike, however fast it is.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::wait;

/// How often each call was made.
pub type Calls = BTreeMap<String, u64>;

/// A process that is being watched, with all its threads.
#[derive(Debug)]
pub struct Watch {
    strace: Child,
    counts: std::path::PathBuf,
}

impl Watch {
    /// Begins to count the calls of a process in a file of this folder. `None`, after having said so, if
    /// there is no `strace`, or the system does not let it look.
    pub fn begin(pid: u32, folder: &Path) -> Option<Self> {
        let counts = folder.join(format!("calls-{pid}"));
        let mut strace = Command::new("strace");
        strace
            .args(["-f", "-c", "-U", "calls,name", "-o"])
            .arg(&counts)
            .args(["-p", &pid.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let Ok(mut strace) = strace.spawn() else {
            eprintln!("NOT COUNTED: strace is not installed");
            return None;
        };
        let said = strace.stderr.take().expect("it is ours");
        let mut lines = BufReader::new(said).lines().map_while(Result::ok);
        let first = lines.next().unwrap_or_default();
        if !first.contains("attached") {
            eprintln!("NOT COUNTED: {first}");
            let _gone = strace.kill();
            let _gone = strace.wait();
            return None;
        }
        // It may go on saying which threads come and go.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { strace, counts })
    }

    /// Ends the watch, and says what was counted.
    ///
    /// # Panics
    /// If `strace` does not end, or has written what cannot be read.
    pub fn end(mut self) -> Calls {
        let pid = self.strace.id().to_string();
        let told = Command::new("kill").args(["-INT", &pid]).status();
        assert!(told.expect("kill runs").success());
        wait::until("the end of strace", || {
            self.strace.try_wait().expect("it is ours")
        });
        let text = std::fs::read_to_string(&self.counts).expect("strace has written its counts");
        text.lines().filter_map(counted).collect()
    }
}

/// A line `    123 write`.
fn counted(line: &str) -> Option<(String, u64)> {
    let mut words = line.split_whitespace();
    let calls = words.next()?.parse().ok()?;
    let name = words.next().filter(|name| *name != "total")?;
    Some((name.to_owned(), calls))
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn a_line_of_strace_is_a_number_and_a_name() {
        assert_eq!(counted("      12 write"), Some(("write".to_owned(), 12)));
        assert_eq!(counted("    calls syscall"), None);
        assert_eq!(counted("--------- ----------------"), None);
        assert_eq!(counted("      40 total"), None);
    }
}
