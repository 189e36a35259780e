//! A small hospital: two approvers, an operator, an inspector, a custodian; three vendors.

use std::time::Duration;

use access::*;
use ids::*;

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// The persons of [`World::hospital`], by number.
pub(crate) const DOCTOR: u64 = 1;
pub(crate) const NURSE: u64 = 2;
pub(crate) const OPERATOR: u64 = 3;
pub(crate) const INSPECTOR: u64 = 4;
pub(crate) const CUSTODIAN: u64 = 5;
pub(crate) const ITO: u64 = 6;
pub(crate) const KATO: u64 = 7;
pub(crate) const OTHER: u64 = 8;
pub(crate) const SUB: u64 = 9;

/// The targets of [`World::hospital`], by number.
pub(crate) const BILLING: u64 = 1;
pub(crate) const RECORDS: u64 = 2;
pub(crate) const IMAGING: u64 = 3;
/// The target that [`World::with_ssh`] adds.
pub(crate) const SHELL: u64 = 4;
/// The target that [`World::with_database`] adds.
pub(crate) const DATABASE: u64 = 4;
/// The target that [`World::at_a_console`] adds.
pub(crate) const CONSOLE: u64 = 4;

#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) site: Site,
    pub(crate) now: Timestamp,
    pub(crate) entries: Vec<Entry>,
}

pub(crate) fn handa() -> SiteId {
    "handa".parse().unwrap()
}

pub(crate) fn digest(n: u64) -> Digest {
    let mut bytes = [0x11; 32];
    bytes[..8].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    bytes[8..16].copy_from_slice(&n.to_be_bytes());
    Digest(bytes)
}

pub(crate) fn word(n: u64) -> Commitment {
    Commitment(digest(n + 1_000_000))
}

macro_rules! id {
    ($($name:ident: $type:ident),+ $(,)?) => {
        $(pub(crate) fn $name(n: u64) -> $type {
            $type::new(&handa(), n)
        })+
    };
}

id! {
    vendor: VendorId, person: PersonId, device: DeviceId, target: TargetId, request: RequestId,
    grant: GrantId, visit: VisitId, session: SessionId, invitation: InvitationId,
}

pub(crate) const BOTH: Factors = Factors {
    passphrase: true,
    totp: true,
    device: false,
    passkey: false,
};

/// A person of the hospital (or the custodian) on the LAN, with passphrase and TOTP.
pub(crate) fn staff(n: u64) -> Caller {
    Caller {
        who: Who::Person(person(n)),
        factors: BOTH,
        device: None,
        source: Source::Address("10.1.0.7".parse().unwrap()),
        door: Door::Console,
    }
}

/// An engineer from their vendor's prefix, on the device with the number of their order.
pub(crate) fn engineer(n: u64) -> Caller {
    let network = match n {
        OTHER => "198.51.100.9",
        SUB => "192.0.2.9",
        _ => "203.0.113.9",
    };
    Caller {
        who: Who::Person(person(n)),
        factors: Factors {
            passphrase: true,
            totp: true,
            device: true,
            passkey: false,
        },
        device: Some(device(n.saturating_sub(ITO) + 1)),
        source: Source::Address(network.parse().unwrap()),
        door: Door::Engineers,
    }
}

pub(crate) fn local() -> Caller {
    let who = Who::LocalOperator { uid: 0 };
    Caller {
        who,
        source: Source::Local,
        door: Door::Local,
        ..Caller::gateway()
    }
}

pub(crate) fn kit() -> Caller {
    Caller {
        who: Who::Kit,
        door: Door::Local,
        ..Caller::gateway()
    }
}

pub(crate) fn invitee(n: u64) -> Caller {
    Caller {
        who: Who::Invitee(invitation(n)),
        factors: Factors::default(),
        device: None,
        source: Source::Address("203.0.113.9".parse().unwrap()),
        door: Door::Engineers,
    }
}

pub(crate) fn prefix(net: &str) -> SourcePrefix {
    SourcePrefix {
        net: net.parse().unwrap(),
        exception: None,
    }
}

pub(crate) fn sources(net: &str) -> NonEmpty<SourcePrefix> {
    NonEmpty::one(prefix(net))
}

pub(crate) fn new_vendor(name: &str, net: &str, parent: Option<VendorId>) -> NewVendor {
    NewVendor {
        name: name.into(),
        parent,
        sources: sources(net),
        phone: word(1),
    }
}

pub(crate) fn pinned(address: &str) -> PinnedAddress {
    PinnedAddress {
        host: address.into(),
        ip: address.parse().unwrap(),
        port: 5432,
    }
}

pub(crate) fn new_target(name: &str, address: &str, vendor_number: u64) -> NewTarget {
    NewTarget {
        name: name.into(),
        protocol: Protocol::Tcp,
        address: pinned(address),
        recording: RecordingPolicy::Payload,
        approvals: Approvals::One,
        emergency: false,
        hours: Hours::Always,
        longest_minutes: 180,
        quota_bytes: 1000,
        vendors: NonEmpty::one(vendor(vendor_number)),
        ssh: None,
        database: None,
        web: None,
        desktop: None,
        telnet: None,
        attended: false,
        risk: None,
    }
}

/// A risk that the operator answers for, until then.
pub(crate) fn risk_until(until: Timestamp) -> NewRisk {
    NewRisk {
        reason: "it is replaced in spring; its network is apart".into(),
        owner: person(OPERATOR),
        until,
    }
}

pub(crate) fn enrolment(n: u64) -> DeviceEnrolment {
    DeviceEnrolment {
        key: digest(500 + n),
        witness: format!("pc-{n}+witness"),
        label: word(n),
    }
}

pub(crate) fn founding() -> Founding {
    Founding {
        name: "半田市立病院".into(),
        engineers_name: "in.handa.example".into(),
        console_name: "console.handa.example".into(),
        lan: NonEmpty::one("10.1.0.0/16".parse().unwrap()),
        site_vkey: "handa+site".into(),
        kit_vkey: "handa+kit".into(),
        kit_seal: "kit-seal".into(),
        ca: digest(1),
        own: vec![
            "0.0.0.0:443".parse().unwrap(),
            "10.1.0.2:443".parse().unwrap(),
        ],
    }
}

impl World {
    /// A founded site without anybody. Saturday evening, Japan time.
    pub(crate) fn founded() -> Self {
        let now: Timestamp = "2026-11-21T22:00:00+09:00".parse().unwrap();
        let mut world = Self {
            site: Site::empty(handa()),
            now,
            entries: Vec::new(),
        };
        let events = world.site.found(founding(), now).unwrap();
        world.enter(&Caller::gateway(), events);
        world
    }

    /// A founded site with its first person.
    pub(crate) fn clinic() -> Self {
        let mut world = Self::founded();
        world.invite(&Caller::gateway(), InvitationFor::FirstPerson);
        world.accept(None);
        world
    }

    /// The whole hospital.
    pub(crate) fn hospital() -> Self {
        let mut world = Self::clinic();
        let doctor = staff(DOCTOR);
        world.join(Employer::Hospital, Role::Approver);
        world.join(Employer::Hospital, Role::Operator);
        world.join(Employer::Hospital, Role::Inspector);
        world.join(Employer::Custodian, Role::Inspector);
        let vendors = [
            new_vendor("東海医療情報", "203.0.113.0/24", None),
            new_vendor("他社", "198.51.100.0/24", None),
            new_vendor("下請け", "192.0.2.0/24", Some(vendor(1))),
        ];
        for new in vendors {
            world.does(&doctor, Command::RegisterVendor(new));
        }
        for firm in [1, 1, 2, 3] {
            world.join(Employer::Vendor(vendor(firm)), Role::Engineer);
        }
        let records = NewTarget {
            approvals: Approvals::Two,
            emergency: true,
            ..new_target("records", "10.1.2.4", 1)
        };
        let billing = NewTarget {
            emergency: true,
            ..new_target("billing", "10.1.2.3", 1)
        };
        for new in [billing, records, new_target("imaging", "10.1.2.5", 2)] {
            world.does(&doctor, Command::RegisterTarget(Box::new(new)));
        }
        world
    }

    /// Enters events, through JSON and back, as a restart would.
    pub(crate) fn enter(&mut self, by: &Caller, events: Vec<Event>) {
        for entry in self.site.enter(by, events, self.now) {
            let text = entry.to_value().unwrap().to_string();
            let entry = Entry::from_value(serde_json::from_str(&text).unwrap()).unwrap();
            self.site.apply(&entry).unwrap();
            self.entries.push(entry);
        }
    }

    /// An empty file passes in the first session: entered without the way through JSON.
    pub(crate) fn passes_in_short(&mut self, direction: Handover) {
        let (by, note) = (Caller::gateway(), handed_over(direction, 0));
        let decided = decide(&self.site, &by, note, self.now).unwrap();
        for entry in self.site.enter(&by, decided.events, self.now) {
            self.site.apply(&entry).unwrap();
        }
    }

    pub(crate) fn tries(&mut self, by: &Caller, command: Command) -> Result<Outcome, Vec<Reason>> {
        let decided = decide(&self.site, by, command, self.now).map_err(|no| no.reasons)?;
        let inside = matches!(decided.outcome, Outcome::Channel { .. });
        assert!(
            inside || !decided.events.is_empty(),
            "no change without an entry"
        );
        self.enter(by, decided.events);
        Ok(decided.outcome)
    }

    #[track_caller]
    pub(crate) fn does(&mut self, by: &Caller, command: Command) -> Outcome {
        let name = command.name();
        let tried = self.tries(by, command);
        tried.unwrap_or_else(|reasons| panic!("{name} was refused: {reasons:?}"))
    }

    /// The reasons of a refusal; nothing changes.
    #[track_caller]
    pub(crate) fn refused(&self, by: &Caller, command: Command) -> Vec<Reason> {
        let name = command.name();
        match decide(&self.site, by, command, self.now) {
            Ok(decided) => panic!("{name} was allowed: {decided:?}"),
            Err(refusal) => refusal.reasons,
        }
    }

    pub(crate) fn later(&mut self, by: Duration) -> &mut Self {
        self.now = self.now.plus(by);
        self
    }

    pub(crate) fn until(&self, after: Duration) -> Window {
        Window {
            from: self.now,
            until: self.now.plus(after),
        }
    }

    pub(crate) fn invite_command(&self, purpose: InvitationFor) -> Command {
        let number = self.site.invitations().count() as u64 + 1;
        Command::Invite {
            purpose,
            secret: digest(900 + number),
            until: self.now.plus(HOUR),
        }
    }

    #[track_caller]
    pub(crate) fn invite(&mut self, by: &Caller, purpose: InvitationFor) {
        let command = self.invite_command(purpose);
        self.does(by, command);
    }

    /// Accepts the newest invitation.
    pub(crate) fn accept_command(&self, device: Option<DeviceEnrolment>) -> (Caller, Command) {
        let number = self.site.invitations().count() as u64;
        let command = Command::AcceptInvitation {
            invitation: invitation(number),
            secret: digest(900 + number),
            name: word(10 + number),
            contact: word(100 + number),
            device,
        };
        let purpose = &self.site.invitation(&invitation(number)).unwrap().purpose;
        let employer = match purpose {
            InvitationFor::FirstPerson => Employer::Hospital,
            InvitationFor::Person { employer, .. } => employer.clone(),
            InvitationFor::Device { person } | InvitationFor::Factors { person } => {
                self.site.person(person).unwrap().employer.clone()
            }
        };
        let source = match employer {
            Employer::Hospital | Employer::Custodian => staff(DOCTOR).source,
            Employer::Vendor(id) => engineer([ITO, OTHER, SUB][id.number() as usize - 1]).source,
        };
        (
            Caller {
                source,
                ..invitee(number)
            },
            command,
        )
    }

    #[track_caller]
    pub(crate) fn accept(&mut self, device: Option<DeviceEnrolment>) -> Outcome {
        let (caller, command) = self.accept_command(device);
        self.does(&caller, command)
    }

    /// Invites and joins a person; engineers get a confirmed device.
    pub(crate) fn join(&mut self, employer: Employer, role: Role) {
        let roles = NonEmpty::one(role);
        self.invite(&staff(DOCTOR), InvitationFor::Person { employer, roles });
        let number = self.site.devices().count() as u64 + 1;
        let enrols = (role == Role::Engineer).then(|| enrolment(number));
        self.accept(enrols.clone());
        if enrols.is_some() {
            self.confirm(number);
        }
    }

    pub(crate) fn confirm(&mut self, number: u64) {
        let command = self.confirm_command(number);
        self.does(&staff(OPERATOR_OR_DOCTOR), command);
    }

    pub(crate) fn confirm_command(&self, number: u64) -> Command {
        let key = self.site.device(&device(number)).unwrap().enrolment.key;
        let words = device_words(&key).map(str::to_owned).to_vec();
        Command::ConfirmDevice {
            device: device(number),
            words,
        }
    }

    pub(crate) fn visit_to(&self, target_number: u64, length: Duration) -> NewVisit {
        NewVisit {
            target: target(target_number),
            window: self.until(length),
            purpose: word(2),
            kind: KindOfWork::Fault,
            plan: digest(3),
            plan_name: word(4),
            contact: word(5),
            privileged: true,
            care: CareImpact::None,
            patients: PatientData::Touched { reason: word(6) },
            files: vec![],
            attended: false,
            sub_contractor: None,
            sessions: Sessions::AtOnce(2),
            ssh: None,
            database: None,
            web: None,
            desktop: None,
        }
    }

    pub(crate) fn ask(&mut self, by: &Caller, visit: NewVisit) -> RequestId {
        let outcome = self.does(by, Command::RequestVisit(Box::new(visit)));
        let Outcome::Requested { request, .. } = outcome else {
            panic!("{outcome:?}")
        };
        request
    }

    pub(crate) fn approve(&mut self, by: u64, request: &RequestId) -> Outcome {
        self.does(&staff(by), approve(request))
    }

    /// Ito asks for an hour at the billing server, the nurse approves.
    pub(crate) fn granted() -> Self {
        let mut world = Self::hospital();
        let request = world.ask(&engineer(ITO), world.visit_to(BILLING, HOUR));
        world.approve(NURSE, &request);
        world
    }

    /// … and a session is open.
    pub(crate) fn connected() -> Self {
        let mut world = Self::granted();
        world.does(&engineer(ITO), open(BILLING));
        world
    }

    /// … and the engineer has left and filed the report.
    pub(crate) fn reported() -> Self {
        let mut world = upgraded(Self::connected());
        world.does(&Caller::gateway(), close(1));
        world.does(&engineer(ITO), report(1));
        world
    }

    /// The hospital, with an SSH target whose secret lies in the vault.
    pub(crate) fn with_ssh(attended: bool) -> Self {
        let mut world = Self::hospital();
        let new = NewTarget {
            attended,
            ..ssh_target("pacs", "10.1.2.6", 1)
        };
        world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)));
        world.does(&staff(DOCTOR), set_secret(SHELL));
        world
    }

    /// … and Ito is connected to it under these terms for an hour.
    pub(crate) fn in_ssh(terms: SshTerms, attended: bool) -> Self {
        let mut world = Self::with_ssh(attended);
        let asked = world.ssh_visit(Some(terms));
        let request = world.ask(&engineer(ITO), asked);
        world.approve(NURSE, &request);
        world.does(&engineer(ITO), open_ssh());
        world
    }

    pub(crate) fn ssh_visit(&self, ssh: Option<SshTerms>) -> NewVisit {
        NewVisit {
            ssh,
            ..self.visit_to(SHELL, HOUR)
        }
    }

    /// The hospital, committed to this release, with a database whose two passwords lie in the vault.
    pub(crate) fn with_database() -> Self {
        let mut world = upgraded(Self::hospital());
        let new = database_target("orca", "10.1.2.6", 1);
        world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)));
        world.does(&staff(DOCTOR), set_password(false));
        world.does(&staff(DOCTOR), set_password(true));
        world
    }

    /// … and Ito is connected to it under these terms for an hour.
    pub(crate) fn in_database(terms: DatabaseTerms) -> Self {
        let mut world = Self::with_database();
        let asked = world.database_visit(Some(terms));
        let request = world.ask(&engineer(ITO), asked);
        world.approve(NURSE, &request);
        world.does(&engineer(ITO), open_database());
        world
    }

    /// The hospital, committed to this release, with a web console whose secret lies in the vault; Ito is
    /// connected to it under these terms for an hour.
    pub(crate) fn at_a_console(terms: WebTerms) -> Self {
        let mut world = upgraded(Self::hospital());
        let new = console_target("pacs-web", "10.1.2.7", 1);
        world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)));
        world.does(&staff(DOCTOR), set_password(false));
        let request = world.ask(&engineer(ITO), world.console_visit(Some(terms)));
        world.approve(NURSE, &request);
        world.does(&engineer(ITO), open_web());
        world
    }

    pub(crate) fn console_visit(&self, web: Option<WebTerms>) -> NewVisit {
        NewVisit {
            web,
            ..self.visit_to(CONSOLE, HOUR)
        }
    }

    pub(crate) fn database_visit(&self, database: Option<DatabaseTerms>) -> NewVisit {
        NewVisit {
            database,
            ..self.visit_to(DATABASE, HOUR)
        }
    }

    /// The hospital, committed to this release, with a desktop whose password lies in the vault.
    pub(crate) fn with_desktop() -> Self {
        let mut world = upgraded(Self::hospital());
        let new = desktop_target("ct", "10.1.2.7", 1);
        world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)));
        world.does(&staff(DOCTOR), set_password(false));
        world
    }

    /// … and Ito is connected to it under these terms for an hour.
    pub(crate) fn on_desktop(terms: DesktopTerms) -> Self {
        let mut world = Self::with_desktop();
        let asked = world.desktop_visit(Some(terms));
        let request = world.ask(&engineer(ITO), asked);
        world.approve(NURSE, &request);
        world.does(&engineer(ITO), open_desktop());
        world
    }

    pub(crate) fn desktop_visit(&self, desktop: Option<DesktopTerms>) -> NewVisit {
        NewVisit {
            desktop,
            ..self.visit_to(DATABASE, HOUR)
        }
    }

    /// The hospital, committed to this release, with a console by telnet whose password lies in the vault.
    pub(crate) fn with_console_by_telnet() -> Self {
        let mut world = upgraded(Self::hospital());
        let new = telnet_target("ct", "10.1.2.7", 1);
        world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)));
        world.does(&staff(DOCTOR), set_password(false));
        world
    }

    /// … and Ito is connected to it for an hour.
    pub(crate) fn at_a_console_by_telnet() -> Self {
        let mut world = Self::with_console_by_telnet();
        let request = world.ask(&engineer(ITO), world.visit_to(DATABASE, HOUR));
        world.approve(NURSE, &request);
        world.does(&engineer(ITO), open_telnet());
        world
    }

    /// What the first session may, and whether anything passes in it.
    pub(crate) fn permitted(&self) -> Result<Timestamp, EndReason> {
        self.site.still_permitted(&session(1), self.now)
    }

    pub(crate) fn frozen(&self) -> Option<Frozen> {
        let session = self.site.session(&session(1)).unwrap();
        self.site.frozen(session)
    }

    /// Ito asked for the billing server, and an emergency code opened it.
    pub(crate) fn in_debt() -> Self {
        let mut world = Self::hospital();
        world.does(
            &staff(NURSE),
            Command::SealEnvelope {
                codes: codes(&[1, 2, 3]),
            },
        );
        let request = world.ask(&engineer(ITO), world.visit_to(BILLING, HOUR));
        world.does(&engineer(ITO), envelope(&request, 1));
        world
    }
}

/// The doctor holds both roles, and confirms devices in worlds without an operator.
const OPERATOR_OR_DOCTOR: u64 = DOCTOR;

pub(crate) fn codes(numbers: &[u64]) -> NonEmpty<Digest> {
    let codes: Vec<Digest> = numbers.iter().map(|n| digest(7_000 + n)).collect();
    NonEmpty::from_vec(codes).unwrap()
}

pub(crate) fn envelope(request: &RequestId, code: u64) -> Command {
    let way = EmergencyWay::Envelope {
        code: digest(7_000 + code),
        read_by: word(8),
    };
    Command::OpenEmergency {
        request: request.clone(),
        way,
    }
}

pub(crate) fn duty(request: &RequestId) -> Command {
    Command::OpenEmergency {
        request: request.clone(),
        way: EmergencyWay::Duty,
    }
}

pub(crate) fn approve(request: &RequestId) -> Command {
    Command::ApproveRequest {
        request: request.clone(),
        conditions: None,
        narrower: None,
        ssh: None,
        database: None,
        web: None,
        desktop: None,
    }
}

pub(crate) fn refuse(request: &RequestId) -> Command {
    Command::RefuseRequest {
        request: request.clone(),
        reason: word(9),
    }
}

pub(crate) fn open(target_number: u64) -> Command {
    Command::OpenSession {
        target: target(target_number),
        grant: None,
        protocol: Protocol::Tcp,
    }
}

pub(crate) fn close(number: u64) -> Command {
    let reason = EndReason::EngineerClosed;
    Command::CloseSession {
        session: session(number),
        reason,
        sent: 100,
        received: 400,
        data_out: 0,
    }
}

pub(crate) fn suspend(subject: Subject) -> Command {
    Command::Suspend {
        subject,
        reason: word(9),
    }
}

pub(crate) fn isolate() -> Command {
    Command::Isolate { reason: word(9) }
}

pub(crate) fn lift(way: LiftWay) -> Command {
    Command::Lift { way, why: None }
}

pub(crate) fn report(number: u64) -> Command {
    Command::FileReport {
        visit: visit(number),
        report: digest(77),
        name: word(7),
    }
}

/// A review by whoever read [`report`], or that there is none.
pub(crate) fn review(number: u64, verdict: Verdict, read: bool, note: Option<u64>) -> Command {
    Command::ReviewVisit {
        visit: visit(number),
        verdict,
        report: read.then(|| digest(77)),
        note: note.map(word),
    }
}

pub(crate) fn chain(links: &[(u64, u16)]) -> Command {
    let links = links.iter().map(|(n, after_minutes)| ChainLink {
        person: person(*n),
        after_minutes: *after_minutes,
    });
    Command::SetNightChain {
        chain: NonEmpty::from_vec(links.collect()).unwrap(),
    }
}

pub(crate) const HOST_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHandaPacs";

pub(crate) fn ssh_target(name: &str, address: &str, vendor_number: u64) -> NewTarget {
    let ssh = SshTarget {
        user: "maint".into(),
        host_key: HOST_KEY.into(),
    };
    NewTarget {
        protocol: Protocol::Ssh,
        ssh: Some(ssh),
        ..new_target(name, address, vendor_number)
    }
}

pub(crate) fn database_target(name: &str, address: &str, vendor_number: u64) -> NewTarget {
    let database = DatabaseTarget {
        user: "sekisho_write".into(),
        reader: Some("sekisho_read".into()),
        server: pinned_server(1),
    };
    NewTarget {
        protocol: Protocol::Postgres,
        database: Some(database),
        ..new_target(name, address, vendor_number)
    }
}

pub(crate) fn console_target(name: &str, address: &str, vendor_number: u64) -> NewTarget {
    let web = WebTarget {
        server: pinned_server(1),
        host: "pacs.hospital.test:8043".into(),
        sign_in: WebSignIn::Basic {
            user: "maint".into(),
        },
    };
    NewTarget {
        protocol: Protocol::Http,
        web: Some(web),
        ..new_target(name, address, vendor_number)
    }
}

pub(crate) fn open_web() -> Command {
    Command::OpenSession {
        target: target(CONSOLE),
        grant: None,
        protocol: Protocol::Http,
    }
}

/// To look at what is below `/app`.
pub(crate) fn looking() -> WebTerms {
    WebTerms {
        write: false,
        paths: Paths::Under(NonEmpty::one("/app".into())),
        most_bytes_out: 1000,
    }
}

/// To change anything.
pub(crate) fn changing() -> WebTerms {
    WebTerms {
        write: true,
        paths: Paths::Anywhere,
        most_bytes_out: 1000,
    }
}

pub(crate) fn web_request(method: &str, path: &str) -> ChannelAsk {
    ChannelAsk::WebRequest {
        method: method.into(),
        path: path.into(),
    }
}

pub(crate) fn narrowed_web(request: &RequestId, terms: WebTerms) -> Command {
    Command::ApproveRequest {
        request: request.clone(),
        conditions: None,
        narrower: None,
        ssh: None,
        database: None,
        web: Some(terms),
        desktop: None,
    }
}

pub(crate) fn desktop_target(name: &str, address: &str, vendor_number: u64) -> NewTarget {
    NewTarget {
        protocol: Protocol::Vnc,
        desktop: Some(DesktopTarget {
            user: None,
            server: pinned_server(1),
            sign_in: None,
        }),
        ..new_target(name, address, vendor_number)
    }
}

pub(crate) fn telnet_target(name: &str, address: &str, vendor_number: u64) -> NewTarget {
    NewTarget {
        protocol: Protocol::Telnet,
        telnet: Some(TelnetTarget {
            sign_in: Some(TelnetSignIn {
                user: Some("service".into()),
                login_prompt: USUAL_LOGIN_PROMPT.into(),
                password_prompt: USUAL_PASSWORD_PROMPT.into(),
            }),
        }),
        risk: Some(risk_until(World::hospital().now.plus(200 * DAY))),
        ..new_target(name, address, vendor_number)
    }
}

pub(crate) fn open_telnet() -> Command {
    Command::OpenSession {
        target: target(DATABASE),
        grant: None,
        protocol: Protocol::Telnet,
    }
}

pub(crate) fn open_desktop() -> Command {
    Command::OpenSession {
        target: target(DATABASE),
        grant: None,
        protocol: Protocol::Vnc,
    }
}

pub(crate) fn narrowed_desktop(request: &RequestId, terms: DesktopTerms) -> Command {
    Command::ApproveRequest {
        request: request.clone(),
        conditions: None,
        narrower: None,
        ssh: None,
        database: None,
        web: None,
        desktop: Some(terms),
    }
}

pub(crate) fn without_reader() -> NewTarget {
    let mut new = database_target("orca", "10.1.2.6", 1);
    new.database.as_mut().unwrap().reader = None;
    new
}

pub(crate) fn pinned_server(n: u64) -> ServerIdentity {
    ServerIdentity::Tls {
        spki: digest(900 + n),
    }
}

pub(crate) fn set_password(reader: bool) -> Command {
    Command::SetTargetSecret {
        target: target(DATABASE),
        kind: SecretKind::Password,
        reader,
        new: NewSecret::default(),
    }
}

pub(crate) fn open_database() -> Command {
    Command::OpenSession {
        target: target(DATABASE),
        grant: None,
        protocol: Protocol::Postgres,
    }
}

pub(crate) fn reading(most_bytes_out: u64) -> DatabaseTerms {
    DatabaseTerms {
        write: false,
        databases: Databases::Any,
        most_bytes_out,
    }
}

pub(crate) fn only(names: &[&str]) -> DatabaseTerms {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    DatabaseTerms {
        databases: Databases::Only(NonEmpty::from_vec(names).unwrap()),
        ..reading(1000)
    }
}

pub(crate) fn database(name: &str) -> ChannelAsk {
    ChannelAsk::Database { name: name.into() }
}

pub(crate) fn narrowed_database(request: &RequestId, terms: DatabaseTerms) -> Command {
    Command::ApproveRequest {
        request: request.clone(),
        conditions: None,
        narrower: None,
        ssh: None,
        database: Some(terms),
        web: None,
        desktop: None,
    }
}

/// The session ends, having given so many bytes out of a database.
pub(crate) fn close_having_given(number: u64, data_out: u64) -> Command {
    Command::CloseSession {
        session: session(number),
        reason: EndReason::EngineerClosed,
        sent: 1,
        received: data_out.min(1),
        data_out,
    }
}

/// The same world, committed to this release.
pub(crate) fn upgraded(mut world: World) -> World {
    world.does(&staff(DOCTOR), Command::UpgradeSite);
    world
}

pub(crate) fn set_secret(target_number: u64) -> Command {
    Command::SetTargetSecret {
        target: target(target_number),
        kind: SecretKind::Key,
        reader: false,
        new: NewSecret::default(),
    }
}

pub(crate) fn open_ssh() -> Command {
    Command::OpenSession {
        target: target(SHELL),
        grant: None,
        protocol: Protocol::Ssh,
    }
}

pub(crate) fn under(folders: &[&str]) -> Paths {
    let folders = folders.iter().map(|folder| (*folder).to_owned()).collect();
    Paths::Under(NonEmpty::from_vec(folders).unwrap())
}

/// A thousand bytes of files.
pub(crate) fn files(paths: Paths) -> Files {
    Files::Yes {
        paths,
        most_bytes: 1000,
    }
}

pub(crate) fn no_terms() -> SshTerms {
    SshTerms {
        shell: false,
        exec: false,
        upload: Files::No,
        download: Files::No,
    }
}

/// Everything that can be granted.
pub(crate) fn all_terms() -> SshTerms {
    SshTerms {
        upload: files(Paths::Anywhere),
        download: files(Paths::Anywhere),
        ..SshTerms::shell_only()
    }
}

/// Files into `/srv/in` and out of `/srv/out`, and nothing else.
pub(crate) fn file_terms() -> SshTerms {
    SshTerms {
        upload: files(under(&["/srv/in"])),
        download: files(under(&["/srv/out"])),
        ..no_terms()
    }
}

pub(crate) fn channel(ask: ChannelAsk) -> Command {
    Command::OpenChannel {
        session: session(1),
        ask,
    }
}

pub(crate) fn upload(path: &str) -> ChannelAsk {
    ChannelAsk::File {
        direction: Handover::In,
        path: path.into(),
    }
}

pub(crate) fn download(path: &str) -> ChannelAsk {
    ChannelAsk::File {
        direction: Handover::Out,
        path: path.into(),
    }
}

pub(crate) fn handed_over(direction: Handover, bytes: u64) -> Command {
    Command::Note(GatewayNote::FileHandedOver {
        session: session(1),
        direction,
        name: word(20),
        bytes,
        sha256: Some(digest(21)),
        look: None,
    })
}

/// A file of the first session that was looked at.
pub(crate) fn judged(verdict: FileVerdict) -> GatewayNote {
    GatewayNote::FileJudged {
        session: session(1),
        direction: Handover::In,
        name: word(20),
        bytes: 9,
        sha256: digest(21),
        look: FileLook {
            kind: "text".into(),
            scans: Vec::new(),
            verdict,
            why: vec![FileWhy::Unscanned],
        },
    }
}

/// A file of the first session in which a scanner found something.
pub(crate) fn infected() -> GatewayNote {
    let mut judged = judged(FileVerdict::Stopped);
    if let GatewayNote::FileJudged { look, .. } = &mut judged {
        look.why = vec![FileWhy::Found {
            by: "clamd".into(),
            name: "Eicar-Test-Signature".into(),
        }];
    }
    judged
}

/// An answer for a file of the first visit.
pub(crate) fn release(file: u32, released: bool) -> Command {
    let visit = visit(1);
    Command::Files(if released {
        FileCommand::Release { visit, file }
    } else {
        FileCommand::Refuse { visit, file }
    })
}

pub(crate) fn narrowed(request: &RequestId, terms: SshTerms) -> Command {
    Command::ApproveRequest {
        request: request.clone(),
        conditions: None,
        narrower: None,
        ssh: Some(terms),
        database: None,
        web: None,
        desktop: None,
    }
}

pub(crate) fn attend() -> Command {
    Command::Attend {
        session: session(1),
    }
}

pub(crate) fn leave() -> Command {
    Command::LeaveSession {
        session: session(1),
    }
}

pub(crate) fn pause() -> Command {
    Command::PauseSession {
        session: session(1),
    }
}

pub(crate) fn tell_engineer() -> Command {
    Command::TellEngineer {
        session: session(1),
        words: word(30),
    }
}

pub(crate) fn limit(of: u64, until: Timestamp) -> Command {
    Command::LimitPerson {
        person: person(of),
        until,
    }
}

pub(crate) fn go_on() -> Command {
    Command::ContinueSession {
        session: session(1),
    }
}

pub(crate) fn new_relay(name: &str, key: u64) -> NewRelay {
    NewRelay {
        name: name.into(),
        address: "relay.example:443".into(),
        tls_name: "relay.example".into(),
        key: digest(key),
        witness: format!("relay.example+{key}"),
    }
}

pub(crate) fn register_relay(name: &str, key: u64) -> Command {
    Command::RegisterRelay(new_relay(name, key))
}

/// The console's name, from one network more.
pub(crate) fn open_console() -> Command {
    Command::OpenConsole(ConsoleReach {
        from: ReachFrom::Prefixes(NonEmpty::one("192.0.2.0/24".parse().unwrap())),
        way: ReachWay::Both,
    })
}

pub(crate) fn remove_relay(name: &str) -> Command {
    Command::RemoveRelay { name: name.into() }
}
