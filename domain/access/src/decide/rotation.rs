//! Replacing secrets: who may say that one is known to others, when a replacement begins, how it ends.

use ids::TargetId;

use super::asking::{Asking, Reasons, too_many};
use super::{Decided, Outcome};
use crate::caller::Who;
use crate::event::Event;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::rotation::{RotationCause, RotationFailure, RotationTerms, Works};
use crate::rotation_way::RotationWay;
use crate::site::Target;

impl Asking<'_> {
    /// Whoever keeps the site says it, or the gateway itself.
    fn keeper_or_gateway(&self, why: &mut Reasons) {
        if self.caller.who == Who::Gateway {
            self.gateway_only(why);
        } else {
            self.keeper(why);
        }
    }

    /// A target that has a secret for this account.
    fn with_secret(&self, target: &TargetId, reader: bool, why: &mut Reasons) -> Option<&Target> {
        let found = why.need(self.site.targets.get(target), Reason::NotFound)?;
        why.unless(found.secret_of(reader).is_some(), Reason::SecretMissing);
        Some(found)
    }

    pub(super) fn compromise_secret(
        &self,
        target: TargetId,
        reader: bool,
        reason: String,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper_or_gateway(&mut why);
        why.text(&reason, limits::LONGEST_TEXT);
        if let Some(found) = self.with_secret(&target, reader, &mut why) {
            let known = found.standing_of(reader).compromised.is_some();
            why.unless(!known, Reason::AlreadySo);
        }
        why.settle()?;
        let said = Event::SecretCompromised {
            target,
            reader,
            why: reason,
        };
        Decided::one(said, Outcome::Done)
    }

    /// Never while a session is open that signed in with the secret.
    pub(super) fn begin_rotation(
        &self,
        target: TargetId,
        reader: bool,
        cause: RotationCause,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper_or_gateway(&mut why);
        if let Some(found) = self.with_secret(&target, reader, &mut why) {
            why.unless(found.can_be_rotated(), Reason::RotationNotPossible);
            why.unless(found.is_way_provable(), Reason::RotationWayNotProvable);
            let under_way = found.standing_of(reader).rotating.is_some();
            why.unless(!under_way, Reason::SecretRotating);
            Self::envelope_ordered(found, &mut why);
            let in_use = self.site.account_in_use(&target, reader);
            why.unless(!in_use, Reason::SecretInUse);
        }
        why.settle()?;
        let begun = Event::SecretRotationBegun {
            target,
            reader,
            cause,
        };
        Decided::one(begun, Outcome::Done)
    }

    pub(super) fn end_rotation(
        &self,
        target: TargetId,
        reader: bool,
        works: Works,
        failed: Option<RotationFailure>,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.gateway_only(&mut why);
        if let Some(found) = self.with_secret(&target, reader, &mut why) {
            let under_way = found.standing_of(reader).rotating.is_some();
            why.unless(under_way, Reason::AlreadySo);
            // That it is still not known, for the same reason, is said once.
            let before = found.standing_of(reader).failed.as_ref();
            let said = works == Works::NotKnown
                && before.is_some_and(|before| before.works == works && Some(before.why) == failed);
            why.unless(!said, Reason::AlreadySo);
        }
        why.settle()?;
        let ended = Event::SecretRotationEnded {
            target,
            reader,
            works,
            failed,
        };
        Decided::one(ended, Outcome::Done)
    }

    /// Not while a replacement is on its way to the target. One of which it is not known which secret works may be
    /// stuck at the very lines that are mended here.
    pub(super) fn set_rotation_way(
        &self,
        target: TargetId,
        way: Option<RotationWay>,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        if let Some(found) = why.need(self.site.targets.get(&target), Reason::NotFound) {
            let possible = way.as_ref().is_none_or(|way| {
                let account = found.ssh.as_ref().map(|known| known.user.as_str());
                found.can_have_rotation_way() && account.is_some_and(|account| way.takes(account))
            });
            why.unless(possible, Reason::RotationWayNotPossible);
            let provable = way.as_ref().is_none_or(RotationWay::is_provable);
            why.unless(provable || !possible, Reason::RotationWayNotProvable);
            why.unless(found.rotation_way != way, Reason::AlreadySo);
            let rotating = found.standing.rotating.as_ref();
            let on_its_way = rotating.is_some_and(|rotating| rotating.open.is_none());
            why.unless(!on_its_way, Reason::SecretRotating);
        }
        why.settle()?;
        Decided::one(Event::RotationWaySet { target, way }, Outcome::Done)
    }

    /// What may be asked of the gateway to do by itself.
    pub(super) fn rotation_possible(&self, terms: &RotationTerms, why: &mut Reasons) {
        let named = terms.targets.iter().count();
        why.limit(named, limits::MOST_ROTATED, "targets");
        for target in &terms.targets {
            let found = why.need(self.site.targets.get(target), Reason::NotFound);
            if let Some(found) = found {
                let by_itself = found.can_be_rotated() && found.emergency_account.is_none();
                why.unless(by_itself, Reason::RotationNotPossible);
                why.unless(found.is_way_provable(), Reason::RotationWayNotProvable);
            }
        }
        let most = limits::LONGEST_SECRET_AGE_DAYS;
        let days = terms
            .every_days
            .is_none_or(|days| (1..=most).contains(&days));
        why.unless(days, too_many("days", usize::from(most)));
        // Neither after visits nor by age would be a sentence that says nothing.
        let something = terms.after_visits || terms.every_days.is_some();
        why.unless(something, Reason::RotationNotPossible);
    }
}
