//! The one door: a command is decided against the state and gives events, or every reason why not.

mod alerts;
mod asking;
mod attendance;
mod channels;
mod database_terms;
mod decoys;
mod desktop_terms;
mod devices;
mod emergencies;
mod emergency_accounts;
mod held_files;
mod incidents;
mod inspection;
mod invitations;
mod isolation;
mod notices;
mod passkeys;
mod permit;
mod reach;
mod relays;
mod requests;
mod response;
mod reviews;
mod risks;
mod rotation;
mod secrets;
mod sessions;
mod ssh_terms;
mod suspensions;
mod targets;
mod telnet_terms;
mod upkeep;
mod vendors;
mod visit_accounts;
mod web_terms;

use ids::{
    DeviceId, GrantId, InvitationId, PersonId, RequestId, TargetId, Timestamp, VendorId, VisitId,
};

use crate::caller::Caller;
use crate::command::Command;
use crate::event::{Event, Founding};
use crate::reason::Refusal;
use crate::site::Site;
use crate::terms::PinnedAddress;

use requests::Narrowing;

pub use permit::{DatabaseEntry, DesktopEntry, Permit, SshEntry, TelnetEntry, WebEntry};

/// A command that may happen.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "nothing has happened until the events are durable"]
pub struct Decided {
    /// What will have happened once these are in the ledger; empty only where a channel that is
    /// open already asks for a file.
    pub events: Vec<Event>,
    /// What to tell the asker then.
    pub outcome: Outcome,
}

/// What a command gave.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing more to say.
    Done,
    /// A vendor was registered.
    Vendor(VendorId),
    /// An invitation was made.
    Invitation(InvitationId),
    /// An invitation was accepted.
    Person {
        /// By whom.
        person: PersonId,
        /// The device that was enrolled with it; it waits for its words to be compared.
        device: Option<DeviceId>,
    },
    /// A passkey was added.
    Passkey {
        /// The device that it is at the same time, if it is an engineer's.
        device: Option<DeviceId>,
    },
    /// A target was registered.
    Target(TargetId),
    /// A request was made.
    Requested {
        /// Which.
        request: RequestId,
        /// Of which visit.
        visit: VisitId,
    },
    /// A request was granted, by approval or in an emergency.
    Granted {
        /// The grant.
        grant: GrantId,
        /// Of which visit.
        visit: VisitId,
        /// Until when.
        until: Timestamp,
    },
    /// One of two persons has approved.
    AwaitingSecondApproval,
    /// The debt of an emergency opening is paid.
    DebtPaid {
        /// Of which visit.
        visit: VisitId,
    },
    /// A session may be opened.
    Opened(Box<Permit>),
    /// A channel may be opened, or a file touched.
    Channel {
        /// Bytes of files that may still pass this way in the visit, or out of a database; where none
        /// pass, 0.
        bytes_left: u64,
    },
    /// A file was looked at in quarantine.
    File {
        /// Its number in the visit.
        number: u32,
    },
    /// The isolation: is it lifted?
    Lift {
        /// Whether it is.
        lifted: bool,
        /// When the delay is over, if one runs.
        until: Option<Timestamp>,
    },
}

/// May this happen, now? Every check is evaluated; a refusal names all that said no.
///
/// # Errors
/// The refusal, with at least one reason.
pub fn decide(
    site: &Site,
    caller: &Caller,
    command: Command,
    now: Timestamp,
) -> Result<Decided, Refusal> {
    let asking = asking::Asking::new(site, caller, now);
    asking
        .answer(command)
        .and_then(|decided| asking.readable(decided))
        .map_err(|refusal| asking.discreet(refusal))
}

impl asking::Asking<'_> {
    fn answer(&self, command: Command) -> Result<Decided, Refusal> {
        match command {
            Command::RegisterVendor(new) => self.register_vendor(new),
            Command::ChangeSources { vendor, sources } => self.change_sources(vendor, sources),
            Command::ReconfirmSources { vendor } => self.reconfirm_sources(vendor),
            Command::Invite {
                purpose,
                secret,
                until,
            } => self.invite(purpose, secret, until),
            Command::WithdrawInvitation { invitation } => self.withdraw_invitation(invitation),
            Command::AcceptInvitation {
                invitation,
                secret,
                name,
                contact,
                device,
            } => self.accept_invitation(invitation, secret, name, contact, device),
            Command::ConfirmDevice { device, words } => self.confirm_device(device, &words),
            Command::AddPasskey(new) => self.add_passkey(new),
            Command::RemovePasskey { passkey } => self.remove_passkey(passkey),
            Command::TrustAttestation {
                name,
                sha256,
                certificate,
            } => self.trust_attestation(name, sha256, certificate),
            Command::DistrustAttestation { name } => self.distrust_attestation(name),
            Command::RegisterTarget(new) => self.register_target(*new),
            Command::PinTarget { target, address } => self.pin_target(target, address),
            Command::PinHostKey { target, host_key } => self.pin_host_key(target, host_key),
            Command::PinDatabaseServer {
                target,
                server,
                risk,
            } => self.pin_database_server(target, server, risk),
            Command::AcceptRisk { target, risk } => self.accept_risk(target, risk),
            Command::WithdrawRisk { target, reason } => self.withdraw_risk(target, reason),
            Command::NamePatientColumns { target, columns } => {
                self.name_patient_columns(target, columns)
            }
            Command::SetEmergencyAccount { target, terms } => {
                self.set_emergency_account(target, terms)
            }
            Command::OrderEnvelope { target } => self.order_envelope(target),
            Command::PrintEnvelope { target, number } => self.print_envelope(target, number),
            Command::SeeEnvelope {
                target,
                number,
                found,
                why,
            } => self.see_envelope(target, number, found, why),
            Command::SetVisitAccounts { target, accounts } => {
                self.set_visit_accounts(target, accounts)
            }
            Command::SetRotationWay { target, way } => self.set_rotation_way(target, way),
            Command::EndVisitAccount { visit, left } => self.end_visit_account(visit, left),
            Command::ChangeTargetTerms { target, terms } => self.change_target_terms(target, terms),
            Command::SetTargetSecret {
                target,
                kind,
                reader,
                new,
            } => self.set_target_secret(target, kind, reader, new),
            Command::CompromiseSecret {
                target,
                reader,
                why,
            } => self.compromise_secret(target, reader, why),
            Command::BeginRotation {
                target,
                reader,
                cause,
            } => self.begin_rotation(target, reader, cause),
            Command::EndRotation {
                target,
                reader,
                works,
                failed,
            } => self.end_rotation(target, reader, works, failed),
            Command::CheckSecrets { found, whole } => self.check_secrets(found, whole),
            Command::SetSecretPolicy(policy) => self.set_secret_policy(policy),
            Command::SetReportDue { days } => self.set_report_due(days),
            Command::UpgradeSite => self.upgrade_site(),
            Command::RegisterRelay(new) => self.register_relay(new),
            Command::RemoveRelay { name } => self.remove_relay(name),
            Command::OpenConsole(reach) => self.open_console(reach),
            Command::CloseConsole => self.close_console(),
            Command::Suspend { subject, reason } => self.suspend(subject, reason),
            Command::Resume { subject } => self.resume(subject),
            Command::RequestVisit(new) => self.request_visit(*new),
            Command::RequestExtension { visit, until } => self.request_extension(visit, until),
            Command::WithdrawRequest { request } => self.withdraw_request(request),
            Command::ApproveRequest {
                request,
                conditions,
                narrower,
                ssh,
                database,
                web,
                desktop,
            } => {
                let narrowing = Narrowing {
                    window: narrower,
                    ssh,
                    database,
                    web,
                    desktop,
                };
                self.approve_request(request, conditions, narrowing)
            }
            Command::RefuseRequest { request, reason } => self.refuse_request(request, reason),
            Command::OpenEmergency { request, way } => self.open_emergency(request, way),
            Command::SealEnvelope { codes } => self.seal_envelope(codes),
            Command::SetNightChain { chain } => self.set_night_chain(chain),
            Command::OpenSession {
                target,
                grant,
                protocol,
            } => self.open_session(target, grant, protocol),
            Command::OpenChannel { session, ask } => self.open_channel(session, &ask),
            Command::Attend { session } => self.attend(session),
            Command::LeaveSession { session } => self.leave_session(session),
            Command::PauseSession { session } => self.pause_session(session),
            Command::ContinueSession { session } => self.continue_session(session),
            Command::TellEngineer { session, words } => self.tell_engineer(session, words),
            Command::CloseSession {
                session,
                reason,
                sent,
                received,
                data_out,
            } => self.close_session(session, reason, (sent, received, data_out)),
            Command::EndSession { session } => self.end_session(session),
            Command::FileReport {
                visit,
                report,
                name,
            } => self.file_report(visit, report, name),
            Command::ReviewVisit {
                visit,
                verdict,
                report,
                note,
            } => self.review_visit(visit, verdict, report, note),
            Command::Files(about) => self.about_files(about),
            Command::Alerts(command) => self.alerts(command),
            Command::Incidents(command) => self.incidents(command),
            Command::Prepare(command) => self.prepare(command),
            Command::SetDecoy { decoy, set } => self.set_decoy(decoy, set),
            Command::InspectLog {
                until,
                sampled,
                said,
            } => self.inspect_log(until, sampled, said),
            Command::Isolate { reason } => self.isolate(reason),
            Command::IsolateOne { subject, reason } => self.isolate_one(subject, reason),
            Command::LiftOne { subject, why } => self.lift_one(&subject, why),
            Command::Lift { way, why } => self.lift(way, why),
            Command::SealKit => self.seal_kit(),
            Command::ErasePerson { person } => self.erase_person(person),
            Command::LimitPerson { person, until } => self.limit_person(person, until),
            Command::ConfirmClock => self.confirm_clock(),
            Command::SetNotices(set) => self.set_notices(set),
            Command::Note(note) => self.note(note),
        }
    }
}

/// May a server be dialled to be asked which key it shows, before it is pinned? Nothing is entered of it:
/// nobody signs in there, and what it shows is believed by nobody yet.
///
/// # Errors
/// Every reason why not, those of an address among them.
pub fn may_ask_server(
    site: &Site,
    caller: &Caller,
    address: &PinnedAddress,
    now: Timestamp,
) -> Result<(), Refusal> {
    let asking = asking::Asking::new(site, caller, now);
    asking
        .ask_server(address)
        .map_err(|refusal| asking.discreet(refusal))
}

impl Site {
    /// The beginning of a new site. The gateway enters it, then invites the first person.
    ///
    /// # Errors
    /// If the site is founded already, or a text or number is over its limit.
    pub fn found(&self, founding: Founding, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        let caller = Caller::gateway();
        asking::Asking::new(self, &caller, now).found(founding)
    }
}
