//! ClamAV's own daemon, with a signature of our own: the real ones come from the internet.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use quarantine::{Scanner, Socket};
use tempfile::TempDir;

use crate::sshd::{Kept, until};

/// What the signature finds. Not the test virus that every scanner knows: this one is in no file of ours
/// as it is written to a disk.
pub(crate) fn virus() -> Vec<u8> {
    let parts = [
        "harmless", "content", "that", "only", "this", "test", "calls", "a virus",
    ];
    parts.join("-*-").into_bytes()
}

pub(crate) struct Clamd {
    folder: TempDir,
    running: Option<Kept>,
}

impl Clamd {
    /// Starts it and waits until it answers.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().display();
        let hex = data_encoding::HEXLOWER.encode(&virus());
        fs::create_dir(folder.path().join("db")).unwrap();
        fs::write(
            folder.path().join("db/own.ndb"),
            format!("Sekisho.Test.Virus:0:*:{hex}\n"),
        )
        .unwrap();
        let config = format!(
            "LocalSocket {place}/clamd.sock\nDatabaseDirectory {place}/db\nForeground yes\n\
             LogFile {place}/clamd.log\nTemporaryDirectory {place}\n"
        );
        fs::write(folder.path().join("clamd.conf"), config).unwrap();
        let mut clamd = Self {
            folder,
            running: None,
        };
        clamd.run();
        clamd
    }

    fn run(&mut self) {
        let config = self.folder.path().join("clamd.conf");
        let server = Command::new("/usr/sbin/clamd")
            .arg("--config-file")
            .arg(config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.running = Some(Kept(server));
        let socket = self.socket();
        until("clamd listens", || {
            std::os::unix::net::UnixStream::connect(&socket).is_ok()
        });
    }

    /// It answers nobody any more.
    pub(crate) fn stop(&mut self) {
        self.running = None;
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("clamd.sock")
    }

    pub(crate) fn scanner(&self) -> Scanner {
        Scanner::Clamd(Socket::Unix(self.socket()))
    }
}
