//! Which events are parts of a visit's story.

use ids::VisitId;

use super::Event;

impl Event {
    /// The visit whose story it belongs to, if any.
    pub fn visit(&self) -> Option<&VisitId> {
        match self {
            Self::GrantWithdrawn { visit, .. }
            | Self::VisitRequested { visit, .. }
            | Self::ExtensionRequested { visit, .. }
            | Self::RequestWithdrawn { visit, .. }
            | Self::ApprovalGiven { visit, .. }
            | Self::ApprovalGranted { visit, .. }
            | Self::RequestRefused { visit, .. }
            | Self::EmergencyOpened { visit, .. }
            | Self::DebtAnswered { visit, .. }
            | Self::SessionOpened { visit, .. }
            | Self::ChannelOpened { visit, .. }
            | Self::FileHandedOver { visit, .. }
            | Self::FileJudged { visit, .. }
            | Self::FileReleased { visit, .. }
            | Self::FileRefused { visit, .. }
            | Self::DeletionConfirmed { visit, .. }
            | Self::AttendanceBegan { visit, .. }
            | Self::AttendanceEnded { visit, .. }
            | Self::SessionPaused { visit, .. }
            | Self::SessionContinued { visit, .. }
            | Self::EngineerTold { visit, .. }
            | Self::SessionEnded { visit, .. }
            | Self::SessionClosed { visit, .. }
            | Self::VisitAccountBegun { visit, .. }
            | Self::VisitAccountEnded { visit, .. }
            | Self::ReportFiled { visit, .. }
            | Self::VisitReviewed { visit, .. }
            | Self::SegmentSealed { visit, .. }
            | Self::RecordingViewed { visit, .. }
            | Self::RequestUnanswered { visit, .. }
            | Self::ReceiptIssued { visit, .. } => Some(visit),
            Self::CommandRefused { visit, .. } | Self::Viewed { visit, .. } => visit.as_ref(),
            Self::SiteFounded { .. }
            | Self::VendorRegistered { .. }
            | Self::SourcesChanged { .. }
            | Self::SourcesReconfirmed { .. }
            | Self::InvitationIssued { .. }
            | Self::InvitationMissed { .. }
            | Self::InvitationWithdrawn { .. }
            | Self::PersonJoined { .. }
            | Self::DeviceEnrolled { .. }
            | Self::DeviceConfirmed { .. }
            | Self::PasskeyAdded { .. }
            | Self::PasskeyRemoved { .. }
            | Self::AttestationTrusted { .. }
            | Self::AttestationDistrusted { .. }
            | Self::FactorsReset { .. }
            | Self::FactorsSetUp { .. }
            | Self::TargetRegistered { .. }
            | Self::TargetPinned { .. }
            | Self::HostKeyPinned { .. }
            | Self::DatabaseServerPinned { .. }
            | Self::RiskAccepted { .. }
            | Self::RiskWithdrawn { .. }
            | Self::PatientColumnsNamed { .. }
            | Self::EmergencyAccountSet { .. }
            | Self::EnvelopeOrdered { .. }
            | Self::EnvelopePrinted { .. }
            | Self::EnvelopeSeen { .. }
            | Self::VisitAccountsSet { .. }
            | Self::RotationWaySet { .. }
            | Self::TargetTermsChanged { .. }
            | Self::TargetSecretSet { .. }
            | Self::SecretCompromised { .. }
            | Self::SecretRotationBegun { .. }
            | Self::SecretRotationEnded { .. }
            | Self::SecretsChecked { .. }
            | Self::SecretPolicySet { .. }
            | Self::ReportDueSet { .. }
            | Self::RelayRegistered { .. }
            | Self::RelayRemoved { .. }
            | Self::ConsoleOpened { .. }
            | Self::ConsoleClosed {}
            | Self::Suspended { .. }
            | Self::Resumed { .. }
            | Self::IsolatedOne { .. }
            | Self::LiftOneAgreed { .. }
            | Self::LiftedOne { .. }
            | Self::EnvelopeSealed { .. }
            | Self::NightChainSet { .. }
            // Of a visit under suspicion its engineer's receipt says nothing.
            | Self::AlertRaised { .. }
            | Self::AlertSettled { .. }
            | Self::DecoySet { .. }
            | Self::DecoyTouched { .. }
            | Self::IncidentBegun { .. }
            | Self::IncidentNoted { .. }
            | Self::IncidentStepped { .. }
            | Self::IncidentClosed { .. }
            | Self::PolicyAgreed { .. }
            | Self::ContactSet { .. }
            | Self::ContactTried { .. }
            | Self::SignInLocked { .. }
            | Self::RuleAnswerSet { .. }
            | Self::LogInspected { .. }
            | Self::Isolated { .. }
            | Self::LiftAgreed { .. }
            | Self::LiftDelayStarted { .. }
            | Self::Lifted { .. }
            | Self::KitSealed {}
            | Self::PersonErased { .. }
            | Self::PersonLimited { .. }
            | Self::ClockDoubted { .. }
            | Self::ClockConfirmed { .. }
            | Self::GatewayStarted { .. }
            | Self::GatewayStopped {}
            | Self::ForeignLogFound { .. }
            | Self::ForeignLogSealed { .. }
            | Self::StrangersTurnedAway { .. }
            | Self::RecordingsSealed { .. }
            | Self::SiteUpgraded { .. }
            | Self::LedgerVerified { .. }
            | Self::SignedIn { .. }
            | Self::SignedOut { .. }
            | Self::WitnessDisagreed { .. }
            | Self::LedgerResumed { .. }
            | Self::MailServerSet { .. }
            | Self::WebhookSet { .. }
            | Self::WebhookRemoved { .. }
            | Self::NoticeTermsSet { .. }
            | Self::WaysSet { .. }
            | Self::NoticeDelivered { .. }
            | Self::NoticeSeen { .. }
            | Self::LedgerExported { .. } => None,
        }
    }
}
