//! The steps from a founded site to one that admits its first visit.

use access::{Employer, Role, Site};

use super::{Task, Urgency};

/// A step of the beginning. Each can be left and taken up again; each is done when the state says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The recovery kit is printed, tested and sealed.
    Kit,
    /// A second person of the hospital can approve.
    SecondPerson,
    /// It is known who is asked at night.
    NightChain,
    /// The envelope with the emergency codes is sealed.
    Envelope,
    /// A maintenance company is registered.
    Vendor,
    /// One of its engineers has joined.
    Engineer,
    /// One of their devices was compared by phone.
    Device,
    /// A target is registered.
    Target,
    /// The gateway has what it signs in with at every SSH target.
    Secret,
    /// The site is reached through a relay, which is a witness too.
    Relay,
}

impl Step {
    /// All of them, in the order in which they are best done.
    pub const ALL: [Self; 10] = [
        Self::Kit,
        Self::SecondPerson,
        Self::NightChain,
        Self::Envelope,
        Self::Vendor,
        Self::Engineer,
        Self::Device,
        Self::Target,
        Self::Secret,
        Self::Relay,
    ];

    /// The id of its sentence.
    pub fn id(self) -> &'static str {
        match self {
            Self::Kit => "task-kit",
            Self::SecondPerson => "task-second-person",
            Self::NightChain => "task-night-chain",
            Self::Envelope => "task-envelope",
            Self::Vendor => "task-vendor",
            Self::Engineer => "task-engineer",
            Self::Device => "task-device",
            Self::Target => "task-target",
            Self::Secret => "task-secret",
            Self::Relay => "task-relay",
        }
    }

    /// The console's page on which it is done.
    pub fn page(self) -> &'static str {
        match self {
            Self::Kit => "/setup/kit",
            Self::SecondPerson | Self::Engineer => "/persons",
            Self::NightChain => "/night-chain",
            Self::Envelope => "/envelope",
            Self::Vendor => "/vendors",
            Self::Device => "/devices",
            Self::Target | Self::Secret => "/setup/targets",
            Self::Relay => "/relays",
        }
    }

    /// Whether it is done.
    pub fn is_done(self, site: &Site) -> bool {
        let stands = |person: &&access::Person| site.person_stands(&person.id);
        let engineers = || {
            let standing = site.persons().filter(stands);
            standing.filter(|person| {
                person.has(Role::Engineer) && matches!(person.employer, Employer::Vendor(_))
            })
        };
        match self {
            Self::Kit => site.kit_sealed(),
            Self::SecondPerson => {
                let approvers = site.persons().filter(stands);
                approvers.filter(|person| person.approves()).count() > 1
            }
            Self::NightChain => !site.night_chain().is_empty(),
            Self::Envelope => site.codes_left() > 0,
            Self::Vendor => site.vendors().any(|vendor| vendor.suspended.is_none()),
            Self::Engineer => engineers().next().is_some(),
            Self::Device => engineers().any(|person| {
                let mut devices = site.devices_of(&person.id);
                devices.any(|device| device.confirmed.is_some() && device.suspended.is_none())
            }),
            Self::Target => site.targets().any(|target| target.suspended.is_none()),
            Self::Secret => {
                let mut targets = site.targets();
                Self::Target.is_done(site) && targets.all(|target| !target.lacks_a_secret())
            }
            Self::Relay => site.relays().next().is_some(),
        }
    }

    /// Without a kit or a second person no visit is admitted at all; the rest is preparation.
    pub(super) fn task(self) -> Task {
        let urgency = match self {
            Self::Kit | Self::SecondPerson => Urgency::Due,
            Self::NightChain
            | Self::Envelope
            | Self::Vendor
            | Self::Engineer
            | Self::Device
            | Self::Target
            | Self::Secret
            | Self::Relay => Urgency::Preparation,
        };
        Task::new(self.id(), "", urgency, self.page())
    }
}
