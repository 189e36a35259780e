//! Emergency accounts: which account is one, who orders an envelope, who prints it, what was seen of it.

use ids::TargetId;

use super::asking::{Asking, Reasons, too_many};
use super::{Decided, Outcome};
use crate::emergency_accounts::{
    EmergencyAccount, EmergencyTerms, Envelope, EnvelopeFound, EnvelopeStanding,
};
use crate::event::Event;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::site::Target;

impl Asking<'_> {
    /// With the end of it, whoever has the paper still knows the secret: that is said in the same breath.
    pub(super) fn set_emergency_account(
        &self,
        target: TargetId,
        terms: Option<EmergencyTerms>,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        let found = why.need(self.site.targets.get(&target), Reason::NotFound);
        let Some(found) = found else {
            return Err(why.refusal());
        };
        let before = found.emergency_account.as_ref();
        let same = before.map(|account| &account.terms) == terms.as_ref();
        why.unless(!same, Reason::AlreadySo);
        let under_way = found.standing.rotating.is_some();
        why.unless(!under_way, Reason::SecretRotating);
        let mut live = self.site.live_sessions();
        let open = live.any(|session| session.target == target);
        why.unless(!open, Reason::SecretInUse);
        if let Some(terms) = &terms {
            let rotation = self.site.secret_policy.rotation.as_ref();
            let by_itself =
                rotation.is_some_and(|known| known.targets.iter().any(|id| *id == target));
            let possible = found.can_be_for_emergencies() && !by_itself;
            why.unless(possible, Reason::EmergencyAccountNotPossible);
            why.text(&terms.instructions, limits::LONGEST_TEXT);
            let most = limits::LONGEST_SECRET_AGE_DAYS;
            let days = (1..=most).contains(&terms.look_every_days);
            why.unless(days, too_many("days", usize::from(most)));
        }
        why.settle()?;
        let printed = before.and_then(|account| account.envelope.as_ref());
        let printed = printed.filter(|envelope| {
            envelope.printed.is_some() && envelope.secret == Some(found.secrets)
        });
        let known = printed
            .filter(|_| terms.is_none() && found.standing.compromised.is_none())
            .map(|envelope| Event::SecretCompromised {
                target: target.clone(),
                reader: false,
                why: format!("封筒 (envelope) {}", envelope.number),
            });
        let mut events = vec![Event::EmergencyAccountSet { target, terms }];
        events.extend(known);
        Decided::of(events, Outcome::Done)
    }

    pub(super) fn order_envelope(&self, target: TargetId) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        if let Some((found, _)) = self.for_emergencies(&target, &mut why) {
            why.unless(found.secret.is_some(), Reason::SecretMissing);
            let under_way = found.standing.rotating.is_some();
            why.unless(!under_way, Reason::SecretRotating);
            why.unless(found.is_way_provable(), Reason::RotationWayNotProvable);
        }
        why.settle()?;
        let number = self.site.envelopes.saturating_add(1);
        Decided::one(Event::EnvelopeOrdered { target, number }, Outcome::Done)
    }

    /// Entered before the secret leaves the vault, so that it leaves once.
    pub(super) fn print_envelope(&self, target: TargetId, number: u64) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        let envelope = self.envelope(&target, number, &mut why);
        if let Some((found, envelope)) = envelope {
            let printed = envelope.printed.is_some();
            why.unless(!printed, Reason::EnvelopePrinted);
            let ready = found.envelope_standing(self.now) == Some(EnvelopeStanding::AwaitingPrint)
                && found.standing.rotating.is_none();
            why.unless(ready || printed, Reason::EnvelopeNotReady);
            let another = envelope.by != self.caller.who;
            why.unless(another, Reason::EnvelopeSecondPerson);
        }
        why.settle()?;
        Decided::one(Event::EnvelopePrinted { target, number }, Outcome::Done)
    }

    pub(super) fn see_envelope(
        &self,
        target: TargetId,
        number: u64,
        found: EnvelopeFound,
        said: Option<String>,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        if found.by_the_gateway() {
            self.gateway_only(&mut why);
        } else {
            self.keeper(&mut why);
        }
        if let Some((at, envelope)) = self.envelope(&target, number, &mut why) {
            why.unless(envelope.printed.is_some(), Reason::EnvelopeNotReady);
            why.unless(envelope.used.is_none(), Reason::AlreadySo);
            if found == EnvelopeFound::Sealed {
                let void = at.envelope_standing(self.now) == Some(EnvelopeStanding::Void);
                why.unless(!void, Reason::EnvelopeNotReady);
            }
        }
        if let Some(said) = &said {
            why.text(said, limits::LONGEST_TEXT);
        }
        let told = matches!(found, EnvelopeFound::Opened | EnvelopeFound::Missing);
        why.unless(told == said.is_some(), Reason::TextTooLong);
        why.settle()?;
        let seen = Event::EnvelopeSeen {
            target,
            number,
            found,
            why: said,
        };
        Decided::one(seen, Outcome::Done)
    }

    fn for_emergencies(
        &self,
        target: &TargetId,
        why: &mut Reasons,
    ) -> Option<(&Target, &EmergencyAccount)> {
        let found = why.need(self.site.targets.get(target), Reason::NotFound)?;
        let account = found.emergency_account.as_ref();
        Some((found, why.need(account, Reason::NotFound)?))
    }

    /// The envelope of this number, if it is the latest of its account.
    fn envelope(
        &self,
        target: &TargetId,
        number: u64,
        why: &mut Reasons,
    ) -> Option<(&Target, &Envelope)> {
        let (found, account) = self.for_emergencies(target, why)?;
        let envelope = account.envelope.as_ref();
        let envelope = envelope.filter(|envelope| envelope.number == number);
        Some((found, why.need(envelope, Reason::NotFound)?))
    }

    /// An emergency account is for the case that none of this works: nobody visits under it.
    pub(super) fn visited(target: &Target, why: &mut Reasons) {
        let visited = target.emergency_account.is_none();
        why.unless(visited, Reason::ForEmergencies);
    }

    /// A replacement of an emergency account's secret makes the printed one void: it begins with an order.
    pub(super) fn envelope_ordered(target: &Target, why: &mut Reasons) {
        let account = target.emergency_account.as_ref();
        let ordered = account.is_none_or(EmergencyAccount::awaits_secret);
        why.unless(ordered, Reason::EnvelopeNotOrdered);
    }
}
