//! Real clients and real servers of OpenSSH, joined by a machine of ours as in a gateway.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// A side and what it said; nothing: it ended.
pub(crate) enum Heard {
    Client(Vec<u8>),
    Server(Vec<u8>),
    ClientEnded,
    ServerEnded,
}

/// The folder of one test, empty.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).unwrap();
    fs::canonicalize(folder).unwrap()
}

/// Whether this machine has what the test talks to. `cargo xtask test` installs it.
pub(crate) fn installed() -> bool {
    let all = ["/usr/bin/sftp", "/usr/bin/scp", SERVER];
    let there = all.iter().all(|path| Path::new(path).exists());
    if !there {
        println!("not proved: sftp, scp and sftp-server are not installed here");
    }
    there
}

pub(crate) const SERVER: &str = "/usr/lib/openssh/sftp-server";

/// A client whose `ssh` is a pair of pipes, and a server.
pub(crate) struct Bridge {
    pub(crate) client: Child,
    pub(crate) server: Child,
    pub(crate) to_client: File,
    pub(crate) to_server: Option<ChildStdin>,
    pub(crate) heard: Receiver<Heard>,
    folder: PathBuf,
}

impl Bridge {
    /// Starts the client; `server` is started with the command that the client asked for.
    pub(crate) fn start(
        folder: &Path,
        program: &str,
        arguments: &[&str],
        server: impl FnOnce(&str) -> Command,
    ) -> Self {
        let script = folder.join("ssh");
        let up = folder.join("up");
        let down = folder.join("down");
        for pipe in [&up, &down] {
            assert!(Command::new("mkfifo").arg(pipe).status().unwrap().success());
        }
        // Ends when the server's side ends, as ssh does; its input and output may be one socket.
        let text = format!(
            "#!/bin/sh\nfor last; do :; done\nprintf %s \"$last\" > {0}/asked\n\
             exec 3<&0\ncat <&3 > {1} &\ncat {2}\nkill $! 2> /dev/null\nexit 0\n",
            folder.display(),
            up.display(),
            down.display()
        );
        fs::write(&script, text).unwrap();
        assert!(
            Command::new("chmod")
                .args(["+x"])
                .arg(&script)
                .status()
                .unwrap()
                .success()
        );
        let client = Command::new(program)
            .arg("-S")
            .arg(&script)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let to_client = File::options().write(true).open(&down).unwrap();
        let from_client = File::open(&up).unwrap();
        let asked = fs::read_to_string(folder.join("asked")).unwrap();
        let mut server = server(&asked)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, heard) = channel();
        let from_server = server.stdout.take().unwrap();
        listen(
            from_client,
            sender.clone(),
            Heard::Client,
            Heard::ClientEnded,
        );
        listen(from_server, sender, Heard::Server, Heard::ServerEnded);
        Self {
            client,
            to_client,
            to_server: server.stdin.take(),
            server,
            heard,
            folder: folder.to_owned(),
        }
    }

    pub(crate) fn tell_server(&mut self, bytes: &[u8]) {
        if let Some(server) = &mut self.to_server {
            // It may have ended; what it said last is what the test looks at.
            drop(server.write_all(bytes));
        }
    }

    pub(crate) fn tell_client(&mut self, bytes: &[u8]) {
        drop(self.to_client.write_all(bytes));
    }

    /// Everything the client said to its user, and whether it was content.
    pub(crate) fn end(self) -> (String, bool) {
        let Self {
            client,
            mut server,
            to_client,
            to_server,
            folder,
            ..
        } = self;
        drop((to_client, to_server));
        server.wait().unwrap();
        let output = client.wait_with_output().unwrap();
        drop(fs::remove_file(folder.join("asked")));
        let told = [output.stdout, output.stderr].concat();
        (
            String::from_utf8_lossy(&told).into_owned(),
            output.status.success(),
        )
    }
}

fn listen(
    mut from: impl Read + Send + 'static,
    to: Sender<Heard>,
    said: fn(Vec<u8>) -> Heard,
    ended: Heard,
) {
    thread::spawn(move || {
        let mut buffer = vec![0; 32 * 1024];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            if to.send(said(buffer[..count].to_vec())).is_err() {
                return;
            }
        }
        drop(to.send(ended));
    });
}
