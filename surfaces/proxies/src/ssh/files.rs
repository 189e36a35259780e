//! Opening the channels on which files pass.

use access::{EndReason, Files, Handover, Paths};
use phrases::{Language, say};
use ssh::{Asked, Inbox, Start, StartAsk};
use wire::scp::{self, Base, Scp};
use wire::sftp::{Direction, Inspector, RemotePath, Words};

use super::channel::Line;
use super::machine::Machine;
use super::resolve::Resolver;
use super::start::Setup;
use super::{refusals, transfer, words};

impl Line {
    /// SFTP.
    pub(super) async fn sftp(
        &self,
        inbox: Inbox<Asked>,
        setup: &Setup,
        start: Option<StartAsk>,
    ) -> Result<(), EndReason> {
        let told = self.session.windows.add(self.number);
        let sftp = Start::Subsystem("sftp".to_owned());
        let Some(far) = self.started(setup, start, &sftp).await? else {
            return Ok(());
        };
        let machine = Machine::Sftp(Box::new(Inspector::new(inspector_words(self.language))));
        transfer::run(self, machine, None, inbox, far, told).await
    }

    /// The old protocol of scp: the target runs a command of ours, with the path as it resolved it.
    pub(super) async fn scp(
        &self,
        inbox: Inbox<Asked>,
        setup: &Setup,
        start: Option<StartAsk>,
        command: &scp::Command,
    ) -> Result<(), EndReason> {
        if self.session.opened.quarantine().is_some() {
            // A sink that has begun to write cannot be told that the rest waits.
            self.fail(start, "file-not-by-old-scp").await;
            return Ok(());
        }
        let told = self.session.windows.add(self.number);
        let mut resolver = Resolver::open(&self.session.target).await;
        let base = match &mut resolver {
            Some(resolver) => resolver.resolve(command.path.as_bytes()).await,
            None => self.unresolved(command),
        };
        // A path that the target's shell might read otherwise is as little one place.
        let ours = |base: Base| Some((Start::Exec(command.on(&base.path)?), base));
        let Some((ours, base)) = base.and_then(ours) else {
            if let Some(resolver) = resolver {
                resolver.close().await;
            }
            self.refuse_path(start).await;
            return Ok(());
        };
        let Some(far) = self.started(setup, start, &ours).await? else {
            return Ok(());
        };
        let words = scp::Words {
            too_much: words::file_refused(self.language, &used_up(self.language)),
        };
        let machine = Scp::new(command.clone(), base, words);
        let machine = Machine::Scp(Box::new(machine));
        transfer::run(self, machine, resolver, inbox, far, told).await
    }

    /// The path of a command on a target that has no SFTP, where no folder has to be kept to.
    fn unresolved(&self, command: &scp::Command) -> Option<Base> {
        let terms = &self.session.opened.permit().ssh()?.terms;
        let direction = match command.direction {
            Direction::Upload => Handover::In,
            Direction::Download => Handover::Out,
        };
        let anywhere = matches!(
            terms.files(direction),
            Files::Yes {
                paths: Paths::Anywhere,
                ..
            }
        );
        let path = command.path.strip_suffix('/').unwrap_or(&command.path);
        let path = RemotePath::resolved(path.as_bytes()).filter(|_| anywhere)?;
        let directory = command.directory || command.path.ends_with('/');
        Some(Base { path, directory })
    }

    async fn refuse_path(&self, start: Option<StartAsk>) {
        let reason = say(self.language, "transfer-unresolved", &[]);
        let text = words::file_refused(self.language, &reason);
        refusals::refuse(&self.out, start, &text, self.terminal).await;
    }
}

/// That the bytes of the visit are used up.
fn used_up(language: Language) -> String {
    say(language, "reason-files-used-up", &[])
}

fn inspector_words(language: Language) -> Words {
    let say = |id: &str| say(language, id, &[]);
    Words {
        too_much: used_up(language),
        unsupported: say("transfer-unsupported"),
        unresolved: say("transfer-unresolved"),
        too_many: say("transfer-too-many"),
        not_open: say("transfer-not-open"),
    }
}
