//! What may be admitted at a moment, and what must be gone.

use access::{Sessions, Subject};
use ids::{DeviceId, GrantId, PersonId, SessionId, TargetId, Timestamp};

use super::{Model, Moment};

/// How long a session may go on after it lost its permission (architecture §4, 4).
const GONE_WITHIN: Moment = 1000;

impl Model {
    /// Everything that stands against a session of this person at this moment, under this grant.
    pub(super) fn against(&self, id: &GrantId, at: Timestamp) -> Vec<String> {
        let mut against = Vec::new();
        let mut unless = |holds: bool, what: &str| {
            if !holds {
                against.push(what.to_owned());
            }
        };
        let Some(grant) = self.grants.get(id) else {
            return vec!["there is no such grant".to_owned()];
        };
        unless(self.isolated.is_none(), "the site is isolated");
        unless(!self.doubted && !self.behind, "the clock is in doubt");
        unless(self.stands(&grant.person), "the person is suspended");
        unless(
            self.device_stands(&grant.device, &grant.person),
            "the device is suspended",
        );
        let target = Subject::Target(grant.target.clone());
        unless(!self.suspends(&target), "the target is suspended");
        let maintained = self.targets.get(&grant.target);
        let maintained = maintained.is_some_and(|target| target.vendors.contains(&grant.vendor));
        unless(maintained, "the vendor does not maintain the target");
        unless(!grant.withdrawn, "the grant is withdrawn");
        unless(grant.extends.is_none(), "it is an extension");
        unless(grant.window.0 <= at, "it is too early");
        unless(at < self.until(id), "it is too late");
        match grant.sessions {
            Sessions::Once => unless(grant.used == 0, "the grant was used"),
            Sessions::AtOnce(most) => unless(
                self.open_under(id) < usize::from(most),
                "as many sessions are open as may be",
            ),
        }
        let owed = self.debts.values();
        let mut owed = owed.filter(|debt| debt.vendor == grant.vendor && debt.visit != grant.visit);
        unless(owed.next().is_none(), "the vendor owes an approval");
        against
    }

    /// Whether this person's session to this target must be admitted now: nothing stands against it.
    pub(crate) fn must_admit(
        &self,
        (person, device): (&PersonId, &DeviceId),
        target: &TargetId,
        at: Timestamp,
    ) -> bool {
        let behind = self
            .last
            .is_some_and(|last| at.as_millis() + 1000 < last.as_millis());
        let at = self.last.map_or(at, |last| last.max(at));
        let mut theirs = self.grants.iter().filter(|(_, grant)| {
            grant.person == *person && grant.device == *device && grant.target == *target
        });
        !behind && !self.isolated_in_memory && theirs.any(|(id, _)| self.against(id, at).is_empty())
    }

    /// Why a session must not go on, if so.
    pub(crate) fn must_go(&self, id: &SessionId, wall: Timestamp, now: Moment) -> Option<String> {
        let session = self.sessions.get(id)?;
        let grant = self.grants.get(&session.grant)?;
        let at = self.last.map_or(wall, |last| last.max(wall));
        let reasons = [
            (self.isolated.is_some(), "the site is isolated"),
            (
                self.isolated_in_memory,
                "somebody was told that the site is isolated",
            ),
            (!self.stands(&session.person), "the person is suspended"),
            (
                !self.device_stands(&session.device, &session.person),
                "the device is suspended",
            ),
            (
                self.suspends(&Subject::Target(session.target.clone())),
                "the target is suspended",
            ),
            (grant.withdrawn, "the grant is withdrawn"),
            (session.ended, "it was ended"),
            (
                self.told_ended.contains(id),
                "somebody was told that it was ended",
            ),
            (session.closed.is_some(), "it was closed"),
            (
                self.until(&session.grant) <= at,
                "its time is over by the wall clock",
            ),
            (
                session.gone_at <= now,
                "its time is over by the clock that nobody sets",
            ),
        ];
        let reason = reasons.into_iter().find(|(so, _)| *so);
        reason.map(|(_, reason)| reason.to_owned())
    }

    /// Something passes in a session at this moment.
    pub(crate) fn passes(
        &mut self,
        id: &SessionId,
        gone_since: Option<Moment>,
        now: Moment,
        why: &str,
    ) {
        let Some(session) = self.sessions.get(id) else {
            return self.find(format!("bytes pass in {id}, of which no entry tells"));
        };
        let watched = session.attendants.iter().any(|person| self.stands(person));
        let attended = self
            .targets
            .get(&session.target)
            .is_some_and(|target| target.attended);
        let paused = session.paused || self.told_paused.contains(id);
        if attended && !watched {
            self.find(format!("bytes pass in {id}, which nobody attends"));
        }
        if paused {
            self.find(format!("bytes pass in {id}, which is paused"));
        }
        if let Some(since) = gone_since
            && now.saturating_sub(since) > GONE_WITHIN
        {
            let late = now - since;
            self.find(format!(
                "bytes pass in {id} {late} ms after it lost its permission: {why}"
            ));
        }
    }

    /// A session is still carried that lost its permission at `since`.
    pub(crate) fn still_carried(&mut self, id: &SessionId, since: Moment, now: Moment, why: &str) {
        // The world looks four times a second.
        if now.saturating_sub(since) > GONE_WITHIN + 250 {
            let late = now - since;
            self.find(format!(
                "{id} is open {late} ms after it lost its permission: {why}"
            ));
        }
    }

    /// Sessions that no entry closes yet.
    pub(crate) fn open(&self) -> Vec<SessionId> {
        let open = self
            .sessions
            .iter()
            .filter(|(_, session)| session.closed.is_none());
        open.map(|(id, _)| id.clone()).collect()
    }

    /// When the sessions that run end by themselves, after an entry or a step of the clock.
    pub(super) fn deadlines(&mut self, wall: Timestamp, now: Moment) {
        let untils: Vec<(SessionId, Timestamp)> = self
            .sessions
            .iter()
            .filter(|(_, session)| session.closed.is_none())
            .map(|(id, session)| (id.clone(), self.until(&session.grant)))
            .collect();
        for (id, until) in untils {
            let Some(session) = self.sessions.get_mut(&id) else {
                continue;
            };
            if session.until != until {
                session.until = until;
                session.gone_at = now + u64::try_from(until.since(wall).as_millis()).unwrap_or(0);
            }
        }
    }
}
