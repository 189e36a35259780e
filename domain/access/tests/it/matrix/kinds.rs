//! What commands can be about: a new kind does not compile until it has a name here, and does not pass
//! until it has a row.

use std::collections::BTreeSet;

use access::*;

macro_rules! kinds {
    ($($function:ident($type:ty): { $($pattern:pat => $name:literal),+ $(,)? })+) => {
        $(fn $function(of: &$type) -> &'static str {
            match of {
                $($pattern => $name),+
            }
        })+

        /// Every kind.
        pub(super) fn all() -> BTreeSet<&'static str> {
            BTreeSet::from([$($($name),+),+])
        }
    };
}

kinds! {
    invited(InvitationFor): {
        InvitationFor::FirstPerson => "invite: first person",
        InvitationFor::Person { employer: Employer::Hospital, .. } => "invite: hospital",
        InvitationFor::Person { employer: Employer::Vendor(_), .. } => "invite: vendor",
        InvitationFor::Person { employer: Employer::Custodian, .. } => "invite: custodian",
        InvitationFor::Device { .. } => "invite: device",
        InvitationFor::Factors { .. } => "invite: factors",
    }
    suspended(Subject): {
        Subject::Vendor(_) => "suspend: vendor",
        Subject::Person(_) => "suspend: person",
        Subject::Device(_) => "suspend: device",
        Subject::Target(_) => "suspend: target",
        Subject::Grant(_) => "suspend: grant",
    }
    resumed(Subject): {
        Subject::Vendor(_) => "resume: vendor",
        Subject::Person(_) => "resume: person",
        Subject::Device(_) => "resume: device",
        Subject::Target(_) => "resume: target",
        Subject::Grant(_) => "resume: grant",
    }
    emergency(EmergencyWay): {
        EmergencyWay::Duty => "emergency: duty",
        EmergencyWay::Envelope { .. } => "emergency: envelope",
    }
    lifted(LiftWay): {
        LiftWay::Agree => "lift: agree",
        LiftWay::WithKit => "lift: kit",
        LiftWay::AfterDelay => "lift: delay",
    }
    spoken(Protocol): {
        Protocol::Tcp => "session: tcp",
        Protocol::Ssh => "session: ssh",
        Protocol::Postgres => "session: postgres",
        Protocol::Mysql => "session: mysql",
        Protocol::Http => "session: http",
        Protocol::Vnc => "session: vnc",
        Protocol::Rdp => "session: rdp",
        Protocol::Telnet => "session: telnet",
    }
    asked(ChannelAsk): {
        ChannelAsk::Shell => "channel: shell",
        ChannelAsk::Exec => "channel: exec",
        ChannelAsk::Sftp => "channel: sftp",
        ChannelAsk::Scp(Handover::In) => "channel: scp in",
        ChannelAsk::Scp(Handover::Out) => "channel: scp out",
        ChannelAsk::File { direction: Handover::In, .. } => "channel: file in",
        ChannelAsk::File { direction: Handover::Out, .. } => "channel: file out",
        ChannelAsk::Change { .. } => "channel: change",
        ChannelAsk::Move { .. } => "channel: move",
        ChannelAsk::Look { .. } => "channel: look",
        ChannelAsk::Database { .. } => "channel: database",
        ChannelAsk::Web => "channel: web",
        ChannelAsk::WebRequest { .. } => "channel: web request",
        ChannelAsk::WebLine => "channel: web line",
        ChannelAsk::Desktop => "channel: desktop",
        ChannelAsk::DirectTcp => "channel: direct tcp",
        ChannelAsk::RemoteTcp => "channel: remote tcp",
        ChannelAsk::StreamLocal => "channel: streamlocal",
        ChannelAsk::Agent => "channel: agent",
        ChannelAsk::X11 => "channel: x11",
        ChannelAsk::Subsystem => "channel: subsystem",
        ChannelAsk::Unknown => "channel: unknown",
    }
    noted(GatewayNote): {
        GatewayNote::Started { .. } => "note: started",
        GatewayNote::Stopped => "note: stopped",
        GatewayNote::Refused { .. } => "note: refused",
        GatewayNote::StrangersTurnedAway { .. } => "note: strangers",
        GatewayNote::ForeignLog { .. } => "note: other log",
        GatewayNote::DecoyTouched { .. } => "note: decoy",
        GatewayNote::SignInLocked { .. } => "note: locked",
        GatewayNote::FileHandedOver { .. } => "note: file",
        GatewayNote::FileJudged { .. } => "note: file judged",
        GatewayNote::RecordingsSealed { .. } => "note: recordings",
        GatewayNote::SegmentSealed { .. } => "note: segment",
        GatewayNote::RecordingViewed { .. } => "note: viewed",
        GatewayNote::Viewed { .. } => "note: looked",
        GatewayNote::SignedIn { .. } => "note: signed in",
        GatewayNote::SignedOut { .. } => "note: signed out",
        GatewayNote::WitnessDisagreed { .. } => "note: witness",
        GatewayNote::LedgerResumed { .. } => "note: resumed",
        GatewayNote::ClockDoubted { .. } => "note: clock",
        GatewayNote::ReceiptIssued { .. } => "note: receipt",
        GatewayNote::LedgerExported { .. } => "note: export",
        GatewayNote::InvitationMissed { .. } => "note: missed",
        GatewayNote::LedgerVerified { .. } => "note: verified",
        GatewayNote::Notice(NoticeNote::Unanswered { .. }) => "note: unanswered",
        GatewayNote::Notice(NoticeNote::Delivered { .. }) => "note: delivered",
        GatewayNote::Notice(NoticeNote::Seen { .. }) => "note: seen",
    }
}

/// Of which kind a command is, where commands of its name are of several.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a new command needs a row by its name, whether it has kinds or not"
)]
pub(super) fn of(command: &Command) -> Option<&'static str> {
    Some(match command {
        Command::Invite { purpose, .. } => invited(purpose),
        Command::Suspend { subject, .. } => suspended(subject),
        Command::Resume { subject } => resumed(subject),
        Command::OpenEmergency { way, .. } => emergency(way),
        Command::Lift { way, .. } => lifted(way),
        Command::OpenSession { protocol, .. } => spoken(protocol),
        Command::OpenChannel { ask, .. } => asked(ask),
        Command::Note(note) => noted(note),
        _ => return None,
    })
}
