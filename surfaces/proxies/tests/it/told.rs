//! An engineer's program for a database that reads statements as it is told them.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use crate::sshd::Kept;

/// The program, its keyboard and its screen.
pub(crate) struct Told {
    program: Kept,
    pub(crate) input: ChildStdin,
    out: BufReader<ChildStdout>,
}

impl Told {
    pub(crate) fn by(mut command: Command) -> Self {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut program = Kept(command.spawn().unwrap());
        let input = program.0.stdin.take().unwrap();
        let out = BufReader::new(program.0.stdout.take().unwrap());
        Self {
            program,
            input,
            out,
        }
    }

    pub(crate) fn says(&mut self, statement: &str) {
        writeln!(self.input, "{statement}").unwrap();
    }

    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    /// What it complained about until it ended.
    pub(crate) fn complaints(mut self) -> String {
        drop(self.input);
        let mut text = String::new();
        let mut err = self.program.0.stderr.take().unwrap();
        err.read_to_string(&mut text).unwrap();
        text
    }
}
