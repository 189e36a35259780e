//! What an entry is about, beside its visit.

use super::short;
use crate::command::Subject;
use crate::event::Event;

/// A thing by its number; 0 where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thing {
    None,
    Vendor(u32),
    Target(u32),
    Person(u32),
    Session(u32),
}

impl Thing {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "an event is found by its visit, its kind and whose doing it was, too; these are about one more thing"
    )]
    pub(super) fn of(event: &Event) -> Self {
        match event {
            Event::VendorRegistered { vendor, .. }
            | Event::SourcesChanged { vendor, .. }
            | Event::SourcesReconfirmed { vendor } => Self::Vendor(short(vendor.number())),
            Event::TargetRegistered { target, .. }
            | Event::TargetPinned { target, .. }
            | Event::HostKeyPinned { target, .. }
            | Event::DatabaseServerPinned { target, .. }
            | Event::RiskAccepted { target, .. }
            | Event::RiskWithdrawn { target, .. }
            | Event::PatientColumnsNamed { target, .. }
            | Event::EmergencyAccountSet { target, .. }
            | Event::EnvelopeOrdered { target, .. }
            | Event::EnvelopePrinted { target, .. }
            | Event::EnvelopeSeen { target, .. }
            | Event::VisitAccountsSet { target, .. }
            | Event::RotationWaySet { target, .. }
            | Event::VisitAccountBegun { target, .. }
            | Event::VisitAccountEnded { target, .. }
            | Event::SecretCompromised { target, .. }
            | Event::SecretRotationBegun { target, .. }
            | Event::SecretRotationEnded { target, .. }
            | Event::TargetSecretSet { target, .. } => Self::Target(short(target.number())),
            Event::PersonJoined { person, .. }
            | Event::PersonLimited { person, .. }
            | Event::PersonErased { person }
            | Event::DeviceEnrolled { person, .. }
            | Event::FactorsReset { person }
            | Event::FactorsSetUp { person, .. }
            | Event::AttendanceBegan { person, .. }
            | Event::AttendanceEnded { person, .. }
            | Event::SignedIn { person, .. }
            | Event::SignedOut { person, .. } => Self::Person(short(person.number())),
            Event::Suspended { subject, .. }
            | Event::Resumed { subject }
            | Event::IsolatedOne { subject, .. }
            | Event::LiftOneAgreed { subject, .. }
            | Event::LiftedOne { subject, .. } => Self::subject(subject),
            Event::SessionOpened { session, .. }
            | Event::ChannelOpened { session, .. }
            | Event::FileHandedOver { session, .. }
            | Event::FileJudged { session, .. }
            | Event::SessionPaused { session, .. }
            | Event::SessionContinued { session, .. }
            | Event::EngineerTold { session, .. }
            | Event::SessionEnded { session, .. }
            | Event::SessionClosed { session, .. }
            | Event::SegmentSealed { session, .. } => Self::Session(short(session.number())),
            Event::RecordingViewed { viewer, .. } | Event::Viewed { viewer, .. } => match viewer {
                crate::caller::Who::Person(person) => Self::Person(short(person.number())),
                _ => Self::None,
            },
            _ => Self::None,
        }
    }

    fn subject(subject: &Subject) -> Self {
        match subject {
            Subject::Vendor(vendor) => Self::Vendor(short(vendor.number())),
            Subject::Person(person) => Self::Person(short(person.number())),
            Subject::Target(target) => Self::Target(short(target.number())),
            Subject::Device(_) | Subject::Grant(_) => Self::None,
        }
    }
}
