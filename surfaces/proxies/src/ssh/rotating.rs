//! Another secret for an account that is entered by SSH: a password by `chpasswd` or `passwd`, by PowerShell or at the
//! command line of a device; a key in `.ssh/authorized_keys`.
//!
//! What is run is fixed: no word of it comes from anybody. Secrets and keys go through its standard input,
//! where no list of processes and no history of a shell has them.

mod dialogue;
mod windows;

use std::time::Duration;

use access::{DialogueLine, EndReason, RotationWay, SshTarget};
use engine::TargetSecret;
use ssh::{Exit, HostKey, Received, Said, Start, TargetLogin};
use tokio::net::TcpStream;
use tokio::time::timeout;
use zeroize::Zeroizing;

use self::dialogue::{Words, can_be_said};
use super::entry::login;
use crate::workers::{NotReached, Target, Workers};

/// How long one of the commands may take: `passwd` waits for some seconds after a wrong answer.
const RUN_WITHIN: Duration = Duration::from_secs(30);

/// The account that changes others' passwords without knowing them.
const ROOT: &str = "root";

/// Takes `account:password`.
const BY_ROOT: &str = "chpasswd";

/// Takes the old password, then the new one twice.
const BY_ITSELF: &str = "passwd";

/// Writes every line of the old key once more, for the new one: what the hospital wrote before it (`from=`,
/// `restrict`) holds for the new one too. The file is put in place whole, or not at all.
const ADD: &str = r#"umask 077; IFS= read -r old && IFS= read -r new && cd .ssh && { cat authorized_keys && echo && grep -F -- "$old" authorized_keys | sed "s|$old|$new|"; } > authorized_keys.sekisho && grep -qF -- "$new" authorized_keys.sekisho && mv -f authorized_keys.sekisho authorized_keys"#;

/// Leaves out every line of the first key, if the second one is there.
const REMOVE: &str = r#"umask 077; IFS= read -r old && IFS= read -r new && cd .ssh && grep -vF -- "$old" authorized_keys > authorized_keys.sekisho && grep -qF -- "$new" authorized_keys.sekisho && mv -f authorized_keys.sekisho authorized_keys"#;

/// Reads how many seconds ago, and ends with [`DID_SIGN_IN`] if the target's list has a sign-in of the account
/// since then.
const SIGNED_IN: &str = r#"IFS= read -r ago || exit 2
since=$(date -d "@$(($(date +%s) - ago))" +%Y%m%d%H%M%S) || exit 3
command -v last >/dev/null 2>&1 && [ -r /var/log/wtmp ] || exit 3
name=$(id -un) && found=$(last -w -s "$since" "$name" 2>/dev/null) || exit 3
printf '%s\n' "$found" | grep -Eq "^$name +(pts/|tty|console|:)" && exit 10
exit 0"#;

/// The last number with which a program ends by itself: a shell gives higher ones to what a signal ended.
const LAST_OF_ITS_OWN: u32 = 127;

/// Somebody did.
const DID_SIGN_IN: u32 = 10;

/// Has a worker of its own sign in: the pinned key first, then the secret. What is set there crosses it, and no target of
/// somebody's session is read in it.
pub(crate) async fn reach(
    workers: &Workers,
    target: TcpStream,
    account: &SshTarget,
    secret: &TargetSecret,
) -> Result<Reached, EndReason> {
    let pinned = HostKey::parse(&account.host_key).map_err(|_| EndReason::TargetKeyDiffers)?;
    let login = TargetLogin {
        user: account.user.clone(),
        secret: login(secret, &account.user).ok_or(EndReason::TargetRefusedLogin)?,
    };
    let reached = workers.reach_alone(target, &login, &pinned).await;
    let target = reached.map_err(|cause| {
        tracing::warn!(?cause, "a target was not entered to replace its secret");
        match cause {
            NotReached::KeyDiffers => EndReason::TargetKeyDiffers,
            NotReached::LoginRefused => EndReason::TargetRefusedLogin,
            NotReached::Unreachable | NotReached::SignInUnknown => EndReason::TargetUnreachable,
            NotReached::WorkerCrashed => EndReason::WorkerCrashed,
        }
    })?;
    Ok(Reached {
        target,
        user: account.user.clone(),
    })
}

/// A connection that is signed in.
pub(crate) struct Reached {
    target: Target,
    user: String,
}

/// The target was asked, and did not do it, or nobody knows whether it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotDone {
    /// It said no; with which number, if it told one.
    Refused(Option<u32>),
    /// It was told, and said nothing: it may do it yet.
    Gone,
    /// It was told nothing that it could do.
    NotTold,
    /// It was not asked: how the account signs in, or its secret, is not one for which this is built.
    NotOffered,
}

impl Reached {
    /// Gives the account its new secret. A new key is added, and the old one stays.
    pub(crate) async fn set(
        &self,
        way: Option<&RotationWay>,
        old: &TargetSecret,
        new: &TargetSecret,
    ) -> Result<(), NotDone> {
        match way {
            None => self.set_at_linux(old, new).await,
            Some(RotationWay::Windows) => self.set_at_windows(new).await,
            Some(RotationWay::Device(dialogue)) => {
                let words = Words::of(&self.user, old, new).ok_or(NotDone::NotOffered)?;
                // A line that cannot be said in the end is not begun: nor is one of those after the proof.
                let change: Vec<_> = dialogue.change.iter().cloned().collect();
                if !can_be_said(&change, &words) || !can_be_said(&dialogue.save, &words) {
                    return Err(NotDone::NotOffered);
                }
                self.talk(&change, &words).await
            }
        }
    }

    async fn set_at_windows(&self, new: &TargetSecret) -> Result<(), NotDone> {
        let TargetSecret::Password(new) = new else {
            return Err(NotDone::NotOffered);
        };
        let lines = windows::input(&self.user, new);
        self.run(&windows::command(), lines.as_bytes()).await
    }

    async fn talk(&self, lines: &[DialogueLine], words: &Words) -> Result<(), NotDone> {
        let channel = self.target.open().await.map_err(|_| NotDone::NotTold)?;
        dialogue::said(channel, lines, words).await
    }

    /// Has a device keep the new secret over a restart; what needs nothing is done.
    pub(crate) async fn save(
        &self,
        way: Option<&RotationWay>,
        old: &TargetSecret,
        new: &TargetSecret,
    ) -> Result<(), NotDone> {
        match way {
            Some(RotationWay::Device(dialogue)) if !dialogue.save.is_empty() => {
                let words = Words::of(&self.user, old, new).ok_or(NotDone::NotOffered)?;
                self.talk(&dialogue.save, &words).await
            }
            Some(RotationWay::Device(_) | RotationWay::Windows) | None => Ok(()),
        }
    }

    async fn set_at_linux(&self, old: &TargetSecret, new: &TargetSecret) -> Result<(), NotDone> {
        match (old, new) {
            (TargetSecret::Password(_), TargetSecret::Password(new)) if self.user == ROOT => {
                let line = Zeroizing::new(format!("{ROOT}:{}\n", new.as_str()));
                self.run(BY_ROOT, line.as_bytes()).await
            }
            (TargetSecret::Password(old), TargetSecret::Password(new)) => {
                let (old, new) = (old.as_str(), new.as_str());
                let lines = Zeroizing::new(format!("{old}\n{new}\n{new}\n"));
                self.run(BY_ITSELF, lines.as_bytes()).await
            }
            (old, new) => {
                self.run(ADD, &keys(old, new).ok_or(NotDone::Refused(None))?)
                    .await
            }
        }
    }

    /// Takes the one that counts no more from the target; of passwords there is nothing left to take.
    pub(crate) async fn retire(
        &self,
        gone: &TargetSecret,
        stays: &TargetSecret,
    ) -> Result<(), NotDone> {
        if matches!(gone, TargetSecret::Password(_)) {
            return Ok(());
        }
        let keys = keys(gone, stays).ok_or(NotDone::Refused(None))?;
        self.run(REMOVE, &keys).await
    }

    /// Whether somebody signed in at the target with this account within this time, by the target's own clock
    /// and its own list (`wtmp`); `None` if it keeps none, or lets nobody read it. The gateway's own sign-ins
    /// have no terminal and do not stand there.
    pub(crate) async fn signed_in_within(&self, time: Duration) -> Option<bool> {
        let line = format!("{}\n", time.as_secs());
        match self.run(SIGNED_IN, line.as_bytes()).await {
            Ok(()) => Some(false),
            Err(NotDone::Refused(Some(DID_SIGN_IN))) => Some(true),
            Err(NotDone::Refused(_) | NotDone::Gone | NotDone::NotTold | NotDone::NotOffered) => {
                None
            }
        }
    }

    /// Runs a fixed command with this on its standard input, and waits for how it ended.
    pub(super) async fn run(&self, command: &str, input: &[u8]) -> Result<(), NotDone> {
        let mut told = false;
        let running = async {
            let gone = |_| NotDone::Gone;
            let mut channel = self.target.open().await.map_err(|_| NotDone::Gone)?;
            let start = Start::Exec(command.as_bytes().to_vec());
            channel.out.start(&start).await.map_err(gone)?;
            told = true;
            channel.out.data(input.to_vec()).await.map_err(gone)?;
            channel.out.eof().await.map_err(gone)?;
            loop {
                match channel.inbox.next().await.ok_or(NotDone::Gone)? {
                    Received::Said(Said::Exit(Exit::Status(0))) => return Ok(()),
                    Received::Said(Said::Exit(how)) => {
                        // What it writes may repeat what it was given: the status alone is told.
                        tracing::warn!(?how, "a target did not do what it was asked");
                        return Err(match how {
                            Exit::Status(number) if number <= LAST_OF_ITS_OWN => {
                                NotDone::Refused(Some(number))
                            }
                            // It was killed, at whatever it had come to.
                            Exit::Status(_) | Exit::Signal { .. } => NotDone::Gone,
                        });
                    }
                    Received::Said(Said::Answered { granted: false, .. }) => {
                        return Err(NotDone::Refused(None));
                    }
                    Received::Closed(_) => return Err(NotDone::Gone),
                    Received::Data(_) | Received::Eof | Received::Said(Said::Answered { .. }) => {}
                }
            }
        };
        let ran = timeout(RUN_WITHIN, running).await;
        match ran.unwrap_or(Err(NotDone::Gone)) {
            Err(NotDone::Gone) if !told => Err(NotDone::NotTold),
            ran => ran,
        }
    }
}

/// The public keys of two keys or of two authorities, a line each: kind and key, nothing that a shell or `sed` reads in its own
/// way.
fn keys(one: &TargetSecret, other: &TargetSecret) -> Option<Vec<u8>> {
    let (one, other) = match (one, other) {
        (TargetSecret::Key(one), TargetSecret::Key(other)) => (one.as_slice(), other.as_slice()),
        (TargetSecret::Authority(one), TargetSecret::Authority(other)) => (one.key(), other.key()),
        (
            TargetSecret::Password(_) | TargetSecret::Key(_) | TargetSecret::Authority(_),
            TargetSecret::Password(_) | TargetSecret::Key(_) | TargetSecret::Authority(_),
        ) => return None,
    };
    let line = |pem: &[u8]| {
        let pem = std::str::from_utf8(pem).ok()?;
        let public = ssh::check_private_key(pem).ok()?.to_string();
        let parts: Vec<&str> = public.split_whitespace().take(2).collect();
        Some(parts.join(" "))
    };
    Some(format!("{}\n{}\n", line(one)?, line(other)?).into_bytes())
}
