//! Devices: confirmed by a hospital person who compared the words by phone.

use ids::DeviceId;

use super::asking::{Asking, Reasons};
use super::{Decided, Outcome};
use crate::event::Event;
use crate::reason::{Reason, Refusal};
use crate::words;

impl Asking<'_> {
    pub(super) fn confirm_device(
        &self,
        device: DeviceId,
        words: &[String],
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        if let Some(found) = why.need(self.site.devices.get(&device), Reason::NotFound) {
            why.unless(found.confirmed.is_none(), Reason::AlreadySo);
            why.unless(found.suspended.is_none(), Reason::DeviceSuspended);
            why.unless(
                words::same_words(&found.enrolment.key, words),
                Reason::WordsDiffer,
            );
            if let Some(person) = self.site.persons.get(&found.person) {
                let stands = person.suspended.is_none() && person.erased.is_none();
                why.unless(stands, Reason::PersonSuspended);
            }
        }
        why.settle()?;
        Decided::one(Event::DeviceConfirmed { device }, Outcome::Done)
    }
}
