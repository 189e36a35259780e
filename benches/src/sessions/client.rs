//! OpenSSH's own programs towards the machine at the far end, by one way or another.

use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::content::Content;
use crate::lane::Roles;
use crate::ssh::Machines;

/// By which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Listening,
    Relayed,
    Direct,
    Jump,
    /// Not by a client of this module: a port forwarded by `-L`.
    Forward,
}

impl std::fmt::Display for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Listening => "ssh through sekisho",
            Self::Relayed => "ssh through sekisho and the relay",
            Self::Direct => "ssh direct",
            Self::Jump => "ssh -J",
            Self::Forward => "ssh -L",
        })
    }
}

/// What is moved, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// The output of a command.
    Get,
    /// The input of one.
    Put,
    SftpGet,
    SftpPut,
}

impl Work {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Get => "exec get",
            Self::Put => "exec put",
            Self::SftpGet => "sftp get",
            Self::SftpPut => "sftp put",
        }
    }
}

/// What is moved: files of text, in a folder that both ends reach.
pub(super) struct Files {
    folder: PathBuf,
    part: u64,
    whole: u64,
}

impl Files {
    pub(super) fn make(folder: &Path, part: u64, whole: u64) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let bytes = Content::Rows.bytes();
        for (name, count) in [("part", part), ("whole", whole)] {
            let mut file = BufWriter::new(File::create(folder.join(name))?);
            let mut left = usize::try_from(count)?;
            while left > 0 {
                let some = bytes.get(..left).unwrap_or(&bytes);
                file.write_all(some)?;
                left -= some.len();
            }
            file.flush()?;
        }
        Ok(Self {
            folder: folder.to_owned(),
            part,
            whole,
        })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn bytes(&self, work: Work) -> u64 {
        match work {
            Work::Get | Work::Put => self.part,
            Work::SftpGet | Work::SftpPut => self.whole,
        }
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }
}

/// A configuration, a host in it, and who pays for its sessions.
pub(crate) struct Client {
    pub(crate) who: Who,
    pub(crate) config: PathBuf,
    pub(crate) host: String,
    pub(crate) roles: Roles,
}

impl Client {
    /// OpenSSH alone.
    pub(super) fn reference(machines: &Machines) -> [Self; 2] {
        let (outer, inner) = machines.pids();
        let one = |who, host: &str, gateway, relay| Self {
            who,
            config: machines.config(),
            host: host.to_owned(),
            roles: Roles {
                gateway,
                relay,
                ..Roles::default()
            },
        };
        [
            one(Who::Direct, "inner", vec![inner], Vec::new()),
            one(Who::Jump, "through", vec![inner], vec![outer]),
        ]
    }

    fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.arg("-F").arg(&self.config);
        command.stdin(Stdio::null());
        command
    }

    fn ssh(&self, run: &str) -> Command {
        let mut command = self.program("ssh");
        command.args([&self.host, run]);
        command
    }

    /// From the start of the client until it has ended.
    pub(super) fn open(&self) -> Result<Duration> {
        timed(&mut self.ssh("true"))
    }

    pub(super) fn transfer(&self, work: Work, files: &Files) -> Result<Duration> {
        let (part, whole) = (files.path("part"), files.path("whole"));
        let (there, back) = (files.path("there"), files.path("back"));
        match work {
            Work::Get => timed(&mut self.ssh(&format!("cat '{part}'"))),
            Work::Put => {
                let mut put = self.ssh("cat > /dev/null");
                put.stdin(File::open(part)?);
                timed(&mut put)
            }
            Work::SftpGet => self.sftp(&format!("get {whole} {back}"), files, "back"),
            Work::SftpPut => self.sftp(&format!("put {whole} {there}"), files, "there"),
        }
    }

    /// At the client's default settings; what arrived is looked at and removed.
    fn sftp(&self, line: &str, files: &Files, arrived: &str) -> Result<Duration> {
        let batch = files.folder.join("batch");
        std::fs::write(&batch, format!("{line}\n"))?;
        let mut sftp = self.program("sftp");
        sftp.arg("-b").arg(batch).arg(&self.host);
        let took = timed(&mut sftp)?;
        let arrived = files.folder.join(arrived);
        let size = std::fs::metadata(&arrived)?.len();
        std::fs::remove_file(arrived)?;
        if size != files.whole {
            bail!("{size} bytes of {} arrived by sftp", files.whole);
        }
        Ok(took)
    }

    /// Times of `count` echoes of 64 octets by `cat`, 1 ms apart, without a terminal.
    pub(super) fn echoes(&self, count: usize) -> Result<Vec<Duration>> {
        let mut command = self.ssh("cat");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut cat = command.spawn()?;
        let (mut to, mut from) = cat.stdin.take().zip(cat.stdout.take()).context("pipes")?;
        let (said, mut heard) = ([7; 64], [0; 64]);
        let mut times = Vec::with_capacity(count);
        // The first ones open the session and warm the path.
        for number in 0..count + 10 {
            std::thread::sleep(Duration::from_millis(1));
            let started = Instant::now();
            to.write_all(&said)?;
            from.read_exact(&mut heard).context("no echo by ssh")?;
            if number >= 10 {
                times.push(started.elapsed());
            }
        }
        drop(to);
        let ended = cat.wait()?;
        if !ended.success() {
            bail!("ssh … cat ended with {ended}");
        }
        Ok(times)
    }
}

/// Runs a program to its end, which must be good, and says how long its user waited. What it leaves
/// behind is waited for too, so that it disturbs nothing that is measured after it: `sekisho connect`
/// still tells how the session ended when `ssh` has.
fn timed(command: &mut Command) -> Result<Duration> {
    let started = Instant::now();
    let running = command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut running = running.spawn()?;
    let status = running.wait()?;
    let took = started.elapsed();
    let mut said = Vec::new();
    if let Some(mut stderr) = running.stderr.take() {
        stderr.read_to_end(&mut said)?;
    }
    if !status.success() {
        let said = String::from_utf8_lossy(&said);
        bail!("{command:?} ended with {status}: {}", said.trim());
    }
    Ok(took)
}
