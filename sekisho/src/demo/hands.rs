//! What the engineer's own hands do: their `ssh` and `sftp`, unmodified, told how to reach the target
//! by `sekisho ssh-config`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::time::Instant;

use client::api::Api;
use client::witness::compare;
use ids::SessionId;
use wire::Said;
use wire::api::v1;

use super::Refused;
use super::play::ended;
use super::refusing::whole;
use super::stage::{Actor, ENGINEER, LOOK_AGAIN, STEP, Stage, TARGET, VISIT_LASTS};
use crate::context::Context;
use crate::failure::{Failure, Family, Kind};

/// The engineer at their computer.
pub(super) struct Hands {
    pub(super) api: Api,
    config: PathBuf,
    folder: PathBuf,
}

/// A shell that is open on the target.
pub(super) struct Shell {
    ssh: Child,
    keyboard: ChildStdin,
    /// The number of the last session before it.
    before: Option<u64>,
}

impl Hands {
    /// Writes the file that the engineer's `ssh` reads.
    pub(super) async fn of(
        context: &Context,
        stage: &Stage,
        engineer: &Actor,
    ) -> Result<Self, Failure> {
        let api = engineer.api()?;
        compare(&api, &engineer.membership, client::now()).await?;
        let home = stage.folder.join("engineer");
        let program = std::env::current_exe().map_err(Failure::internal)?;
        let mut asked = Command::new(program);
        asked
            .arg("--home")
            .arg(&home)
            .args(["--from-address", &ENGINEER.to_string()])
            .args(["--lang", context.language.tag(), "ssh-config", TARGET]);
        let told = succeeded(within(asked).await?)?;
        let config = stage.folder.join("ssh_config");
        super::play::write(&config, &told.stdout)?;
        Ok(Self {
            api,
            config,
            folder: stage.folder.clone(),
        })
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command
            .arg("-F")
            .arg(&self.config)
            .current_dir(&self.folder);
        command
    }

    /// What an engineer types to come in, while the visit lasts.
    pub(super) fn command(&self) -> String {
        format!("ssh -F {} {}", self.config.display(), host())
    }

    /// What an engineer types to come in by a browser on the same computer.
    pub(super) fn browser(&self) -> String {
        let home = self.folder.join("engineer");
        let own = std::env::current_exe().map_or_else(
            |_| "sekisho".to_owned(),
            |program| program.display().to_string(),
        );
        format!(
            "{own} --home {} --from-address {ENGINEER} browse",
            home.display()
        )
    }

    /// A command, and a file out of the folder that the terms name.
    pub(super) async fn work(&self, context: &Context, stage: &Stage) -> Result<(), Failure> {
        let log = Path::new(&stage.target.folder("out")).join("status.log");
        let mut ssh = self.program("ssh");
        ssh.arg(host()).arg(format!("cat '{}'", log.display()));
        let said = succeeded(within(ssh).await?)?;
        let answer = String::from_utf8_lossy(&said.stdout).trim().to_owned();
        context.tell("demo-worked", &[("answer", &answer)]);
        let got = self.fetch(&log, "fetched.log").await?;
        succeeded(got)?;
        context.tell("demo-fetched", &[("file", &log.display().to_string())]);
        Ok(())
    }

    async fn fetch(&self, file: &Path, into: &str) -> Result<Output, Failure> {
        let batch = self.folder.join("batch");
        let orders = format!("get \"{}\" \"{into}\"\n", file.display());
        super::play::write(&batch, orders.as_bytes())?;
        let mut sftp = self.program("sftp");
        sftp.arg("-b").arg(&batch).arg(host());
        within(sftp).await
    }

    /// The target's sshd would forward; the gateway does not.
    pub(super) async fn forwarding_is_refused(
        &self,
        context: &Context,
        stage: &Stage,
        clerk: &Actor,
    ) -> Result<Refused, Failure> {
        let mut ssh = self.program("ssh");
        ssh.args(["-W", &stage.target.address().to_string()])
            .arg(host());
        let tried = within(ssh).await?;
        told(context, "port-forwarding", tried.status.success(), clerk).await
    }

    /// The account could read it; the terms do not let it out.
    pub(super) async fn a_download_outside_is_refused(
        &self,
        context: &Context,
        stage: &Stage,
        clerk: &Actor,
    ) -> Result<Refused, Failure> {
        let file = Path::new(&stage.target.folder("private")).join("patients.csv");
        let tried = self.fetch(&file, "stolen.csv").await?;
        let stolen = std::fs::metadata(self.folder.join("stolen.csv"));
        let through = tried.status.success() || stolen.is_ok_and(|file| file.len() > 0);
        told(context, "download-outside-terms", through, clerk).await
    }

    /// Opens a shell with a terminal.
    pub(super) async fn shell(&self) -> Result<Shell, Failure> {
        let before = self.api.sessions().await?;
        let before = before.iter().map(|session| session.id.number()).max();
        let mut ssh = self.program("ssh");
        ssh.arg("-tt").arg(host());
        ssh.stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut ssh = ssh.spawn().map_err(Failure::internal)?;
        let keyboard = ssh.stdin.take();
        let keyboard = keyboard.ok_or_else(|| Failure::internal("no keyboard"))?;
        Ok(Shell {
            ssh,
            keyboard,
            before,
        })
    }

    /// The session of this shell, once its channel is open.
    pub(super) async fn session_of(&self, shell: &Shell) -> Result<SessionId, Failure> {
        let looking = async {
            loop {
                let sessions = self.api.sessions().await?;
                let of_it = sessions.into_iter().find(|session| {
                    Some(session.id.number()) > shell.before && session.channels > 0
                });
                if let Some(session) = of_it {
                    return Ok::<_, Failure>(session.id);
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        let limit = tokio::time::timeout(STEP, looking).await;
        limit.map_err(|_| Failure::internal("no session was opened"))?
    }

    /// Stays until the visit's time is over.
    pub(super) async fn stays_until_the_deadline(
        &self,
        context: &Context,
        engineer: &Actor,
    ) -> Result<String, Failure> {
        let mut shell = self.shell().await?;
        let session = self.session_of(&shell).await?;
        context.tell("demo-waiting", &[]);
        shell.is_over().await?;
        let reason = ended(context, &self.api, &session).await?;
        compare(&self.api, &engineer.membership, client::now()).await?;
        Ok(reason)
    }
}

impl Shell {
    /// Types.
    pub(super) fn types(&mut self, keys: &str) -> Result<(), Failure> {
        let typed = self.keyboard.write_all(keys.as_bytes());
        typed.map_err(Failure::internal)?;
        self.keyboard.flush().map_err(Failure::internal)
    }

    /// Returns once `ssh` has ended.
    pub(super) async fn is_over(&mut self) -> Result<(), Failure> {
        let until = Instant::now() + VISIT_LASTS * 2;
        while self.ssh.try_wait().map_err(Failure::internal)?.is_none() {
            if Instant::now() > until {
                return Err(Failure::new(Kind::NotVerified, "demo-did-not-end"));
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(())
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // Over already, where all went well.
        let _over = self.ssh.kill();
        let _reaped = self.ssh.wait();
    }
}

fn host() -> String {
    format!("{TARGET}.sekisho")
}

/// Runs a program of the engineer's to its end.
async fn within(mut command: Command) -> Result<Output, Failure> {
    let running = tokio::task::spawn_blocking(move || command.stdin(Stdio::null()).output());
    let limit = tokio::time::timeout(STEP, running).await;
    limit
        .map_err(|_| Failure::internal("a program of the engineer's did not end"))?
        .map_err(Failure::internal)?
        .map_err(Failure::internal)
}

fn succeeded(done: Output) -> Result<Output, Failure> {
    if done.status.success() {
        return Ok(done);
    }
    Err(Failure::internal(String::from_utf8_lossy(&done.stderr)))
}

/// What the recording says of an attempt; no reasons if it was let through, which fails the demo.
async fn told(
    context: &Context,
    attempt: &'static str,
    through: bool,
    clerk: &Actor,
) -> Result<Refused, Failure> {
    if through {
        context.tell("demo-let-through", &[("attempt", attempt)]);
        return Ok(Refused {
            attempt,
            reasons: Vec::new(),
        });
    }
    let api = clerk.api()?;
    let mut refused = (String::new(), Vec::new());
    for recorded in api.recordings().await? {
        let index = api.recording_index(&recorded.session).await?;
        for item in index.items {
            if let v1::Happening::Refused { what, reasons } = item.what {
                refused = (what, reasons);
            }
        }
    }
    let (what, reasons) = refused;
    let title = context.say(&format!("demo-try-{attempt}"), &[]);
    let said = reasons.iter().map(|id| {
        let said = Said::plain(id).with("channel", &what);
        context.sentence(Family::Reason, &said)
    });
    let answer = said.collect::<Vec<String>>().join("\n");
    context.tell("demo-refused", &[("attempt", &title), ("answer", &answer)]);
    let reasons = reasons.iter().map(|id| whole(id, "reason-")).collect();
    Ok(Refused { attempt, reasons })
}
