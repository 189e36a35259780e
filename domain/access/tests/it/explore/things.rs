//! Who takes part in lifting, and what can be taken out of use.

use access::*;
use ids::*;

/// Who agreed to lift: a person, or the holder of the kit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Party {
    Person(PersonId),
    Kit,
}

/// What can be taken out of use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Thing {
    Vendor(VendorId),
    Person(PersonId),
    /// The factors of a person who was reset or erased.
    Factors(PersonId),
    Device(DeviceId),
    Target(TargetId),
    Grant(GrantId),
}

pub(super) fn party(who: &Who) -> Option<Party> {
    match who {
        Who::Person(person) => Some(Party::Person(person.clone())),
        Who::Kit => Some(Party::Kit),
        Who::LocalOperator { .. } | Who::Invitee(_) | Who::Gateway => None,
    }
}

pub(super) fn thing(subject: &Subject) -> Thing {
    match subject.clone() {
        Subject::Vendor(id) => Thing::Vendor(id),
        Subject::Person(id) => Thing::Person(id),
        Subject::Device(id) => Thing::Device(id),
        Subject::Target(id) => Thing::Target(id),
        Subject::Grant(id) => Thing::Grant(id),
    }
}
