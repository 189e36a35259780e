//! Taking access away: isolate, end, sign out. In memory first, entered afterwards (invariant 15).

use access::{Command, EndReason, GatewayNote, Reason, Refusal, SignInOf, Site, Subject, Who};
use ids::{Commitment, Digest, SessionId, Timestamp};
use login::{Holder, Identity};

use crate::{Engine, writer};

/// What an isolation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Isolated {
    /// Sessions that were ended.
    pub ended: usize,
    /// Whether the entry is in the ledger. If not, the marker file keeps the site isolated, also
    /// after a restart, until the ledger is well and people lift it.
    pub entered: bool,
}

impl Engine {
    /// Ends everything and admits nothing, until people lift it.
    ///
    /// # Errors
    /// If the caller may not isolate; nothing else stops it.
    pub async fn isolate(&self, by: &Identity, reason: &str) -> Result<Isolated, Refusal> {
        let nothing = Commitment(Digest([0; 32]));
        if !self.act_ahead(by, &Command::Isolate { reason: nothing }) {
            // Let the one decision function say why, and enter the refusal.
            let refused = self.submit(by, Command::Isolate { reason: nothing }).await;
            return refused.map(|_| Isolated {
                ended: 0,
                entered: true,
            });
        }
        let ended = self.isolate_here(reason);
        let entered = match self.commit("isolation-reason", reason, None) {
            Ok(reason) => self.submit(by, Command::Isolate { reason }).await.is_ok(),
            Err(_) => false,
        };
        Ok(Isolated { ended, entered })
    }

    /// Ends one session.
    ///
    /// # Errors
    /// If the caller may not, or there is no such session. If only the entry fails, it has ended all
    /// the same.
    pub async fn end_session(&self, by: &Identity, session: &SessionId) -> Result<(), Refusal> {
        let command = Command::EndSession {
            session: session.clone(),
        };
        self.take_away(by, command).await
    }

    /// Suspends something, or withdraws a grant: its sessions end now, the entry follows.
    ///
    /// # Errors
    /// If the caller may not. If only the entry fails, its sessions have ended all the same, and the
    /// whole site is isolated until people lift it: what was to stay out must not come back because
    /// a disk was full.
    pub async fn suspend(
        &self,
        by: &Identity,
        subject: Subject,
        reason: &str,
    ) -> Result<(), Refusal> {
        let command = |reason| Command::Suspend {
            subject: subject.clone(),
            reason,
        };
        self.suspend_by(by, command, reason).await
    }

    /// Isolates one vendor, person, device or target: what it has open ends now, the entry follows, and two persons lift it.
    ///
    /// # Errors
    /// As [`Engine::suspend`].
    pub async fn isolate_one(
        &self,
        by: &Identity,
        subject: Subject,
        reason: &str,
    ) -> Result<(), Refusal> {
        let command = |reason| Command::IsolateOne {
            subject: subject.clone(),
            reason,
        };
        self.suspend_by(by, command, reason).await
    }

    async fn suspend_by(
        &self,
        by: &Identity,
        command: impl Fn(Commitment) -> Command,
        reason: &str,
    ) -> Result<(), Refusal> {
        let nothing = Commitment(Digest([0; 32]));
        let permitted = self.act_ahead(by, &command(nothing));
        let entered = match self.commit("suspension-reason", reason, None) {
            Ok(reason) => self.submit(by, command(reason)).await,
            Err(refusal) => Err(refusal),
        };
        match entered {
            Ok(_) => Ok(()),
            Err(refusal) => {
                if permitted && refusal.reasons == [Reason::LedgerUnavailable] {
                    self.isolate_here("a suspension could not be entered");
                }
                Err(refusal)
            }
        }
    }

    /// Isolates in memory and by the marker file. The watch enters it once the ledger takes entries.
    pub(crate) fn isolate_here(&self, reason: &str) -> usize {
        let ended = self.inner.live.isolate();
        if let Err(cause) = self.inner.store.markers().set_isolated(reason) {
            tracing::error!(%cause, "the isolation marker could not be written; isolated in memory");
        }
        ended
    }

    async fn take_away(&self, by: &Identity, command: Command) -> Result<(), Refusal> {
        let ahead = self.ahead_of(by, &command);
        // Handed over before it is acted on: a session that closes at once must not be entered as
        // closed before what closed it. Handing over waits for nobody.
        let entered = self
            .inner
            .queue
            .submit(by.caller().clone(), command, Vec::new());
        if let Some((ahead, now)) = &ahead {
            self.act_on(ahead, *now);
        }
        match entered.await.unwrap_or_else(|_| Err(writer::unavailable())) {
            Ok(_) => Ok(()),
            Err(refusal) if ahead.is_some() && refusal.reasons == [Reason::LedgerUnavailable] => {
                Ok(())
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Signs out: the token ends, and with it the sessions that this person has open on its device
    /// (decision 0033). What they opened with another device, or another program, goes on.
    pub async fn sign_out(&self, by: &Identity, token: &str) {
        // Kept under its digest; a text that is no token signs nobody in.
        if let Ok(digest) = self.inner.tokens.digest(token, Holder::of(token))
            && let Err(cause) = self.inner.store.revoke_sign_in(digest.as_bytes())
        {
            tracing::error!(%cause, "a sign-in could not be revoked");
        }
        let Who::Person(person) = &by.caller().who else {
            return;
        };
        let own: Vec<SessionId> = {
            let site = self.inner.site();
            site.live_sessions()
                .filter(|session| session.person == *person)
                .filter(|session| by.caller().device.as_ref() == Some(&session.device))
                .map(|session| session.id.clone())
                .collect()
        };
        for session in own {
            if let Some(live) = self.inner.live.session(&session) {
                live.end(EndReason::SignedOut);
            }
        }
        self.inner.live.turn_out(person);
        let note = GatewayNote::SignedOut {
            person: person.clone(),
            of: Some(match &by.caller().device {
                Some(device) => SignInOf::Device(device.clone()),
                None => SignInOf::NoDevice,
            }),
        };
        // A sign-out that cannot be entered has still happened.
        let _entered = self.note(note).await;
    }

    /// Refuses for reasons that the domain was not asked for, with an entry.
    pub(crate) async fn refuse(
        &self,
        by: &Identity,
        command: &str,
        reasons: Vec<Reason>,
    ) -> Refusal {
        let note = GatewayNote::Refused {
            caller: by.caller().clone(),
            command: command.to_owned(),
            reasons: reasons.clone(),
            times: 1,
            visit: None,
        };
        // The refusal stands, entered or not.
        let _entered = self.note(note).await;
        Refusal { reasons }
    }

    /// Acts on a command that takes access away before it is entered: if it is permitted, the
    /// sessions that it would end, end now.
    pub(crate) fn act_ahead(&self, by: &Identity, command: &Command) -> bool {
        let ahead = self.ahead_of(by, command);
        if let Some((ahead, now)) = &ahead {
            self.act_on(ahead, *now);
        }
        ahead.is_some()
    }

    /// The site as it will be when the command is entered, and since when; `None` if it is not
    /// permitted.
    pub(crate) fn ahead_of(&self, by: &Identity, command: &Command) -> Option<(Site, Timestamp)> {
        let now = self.now();
        let site = self.inner.site();
        let decided = access::decide(&site, by.caller(), command.clone(), now).ok()?;
        let mut ahead = site.clone();
        let entries = site.enter(by.caller(), decided.events, now);
        let allowed = entries.iter().all(|entry| ahead.apply(entry).is_ok());
        allowed.then_some((ahead, now))
    }

    pub(crate) fn act_on(&self, ahead: &Site, now: Timestamp) {
        let monotonic = self.inner.clock.monotonic();
        self.inner.live.recheck(ahead, now, monotonic);
    }
}
