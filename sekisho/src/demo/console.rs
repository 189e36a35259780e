//! After the play: the console, with a clerk and an engineer to play with. Somebody is inside, somebody
//! waits for an answer.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin};
use wire::api::v1;

use super::hands::{Hands, Shell};
use super::play::form;
use super::stage::{Actor, LOOK_AGAIN, Stage};
use crate::context::Context;
use crate::failure::Failure;

/// How long the visit lasts that can be watched.
const LIVE_FOR: Duration = Duration::from_secs(55 * 60);

/// When the visit is to be that waits for an answer: from tomorrow on, for an hour.
const TOMORROW: Duration = Duration::from_secs(24 * 3600);

/// What the engineer does while they can be watched: something that moves, and says what it is.
const WORK: &str = "while :; do date '+%F %T'; uptime; df -h /; sleep 5; done\n";

/// Who is there after the play.
pub(super) struct Cast {
    pub(super) clerk: Actor,
    pub(super) engineer: Actor,
    pub(super) hands: Hands,
}

/// A session under way; it ends with the demo.
pub(super) struct UnderWay(#[expect(dead_code, reason = "held, so that it stays open")] Shell);

impl Cast {
    /// Lets the engineer be inside, and ask for one more visit.
    pub(super) async fn goes_on(
        &self,
        context: &Context,
        stage: &Stage,
    ) -> Result<UnderWay, Failure> {
        let now = client::now();
        let api = self.engineer.api()?;
        let running = form(context, stage, now, now.plus(LIVE_FOR));
        let running = api.request_visit(&running).await?.request;
        self.clerk
            .api()?
            .approve(&running, &v1::Approve::default())
            .await?;
        let mut shell = self.hands.shell().await?;
        self.hands.session_of(&shell).await?;
        shell.types(WORK)?;
        let from = now.plus(TOMORROW);
        let mut waiting = form(context, stage, from, from.plus(Duration::from_secs(3600)));
        waiting.purpose = context.say("demo-purpose-waiting", &[]);
        waiting.kind = v1::KindOfWork::Fault;
        waiting.privileged = true;
        waiting.patient_data = Some(context.say("demo-patients-waiting", &[]));
        api.request_visit(&waiting).await?;
        Ok(UnderWay(shell))
    }

    /// Says where the console is and how the clerk signs in, and with what the engineer comes in.
    pub(super) async fn invites(&mut self, context: &Context, stage: &Stage) {
        let clerk = [
            ("console", &*stage.console_url()),
            ("login", self.clerk.login()),
            ("passphrase", self.clerk.passphrase()),
        ];
        context.tell("demo-console", &clerk);
        context.tell(
            "demo-console-engineer",
            &[("command", &self.hands.command())],
        );
        let engineer = [
            ("command", &*self.hands.browser()),
            ("login", self.engineer.login()),
            ("passphrase", self.engineer.passphrase()),
        ];
        context.tell("demo-console-browse", &engineer);
        self.tells_codes(context).await;
    }

    async fn tells_codes(&mut self, context: &Context) {
        for (actor, says) in [
            (&mut self.engineer, "demo-console-engineer-code"),
            (&mut self.clerk, "demo-console-code"),
        ] {
            while !actor.phone.has_fresh_code(client::now()) {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            let code = actor.phone.fresh_code(client::now());
            context.tell(says, &[("code", code.reveal())]);
        }
    }

    /// A new code at every Enter, until Ctrl-C.
    pub(super) async fn stays(&mut self, context: &Context) {
        let mut lines = Some(BufReader::new(tokio::io::stdin()).lines());
        loop {
            tokio::select! {
                // Ctrl-C that cannot be waited for ends the demo at once.
                _asked = tokio::signal::ctrl_c() => return,
                () = enter(&mut lines) => self.tells_codes(context).await,
            }
        }
    }
}

/// Returns at the next Enter; never, where there is nobody to press it.
async fn enter(lines: &mut Option<Lines<BufReader<Stdin>>>) {
    let line = match lines {
        Some(lines) => lines.next_line().await.ok().flatten(),
        None => None,
    };
    if line.is_none() {
        *lines = None;
        std::future::pending::<()>().await;
    }
}
