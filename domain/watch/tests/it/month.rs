//! A month of ordinary work, as a university hospital published it: 26 vendors, 35 accounts, 28 connections in a month, 10 h 42 min
//! in total, the longest 2 h 48 min.

use access::*;
use ids::*;
use watch::{Row, Rule};

use crate::ward::{Ward, at};
use crate::world::*;

const VENDORS: u64 = 26;
const ENGINEERS: u64 = 35;
const CONNECTIONS: u64 = 28;
const MINUTES_IN_TOTAL: u64 = 642;
const LONGEST: u64 = 168;
/// In one visit of the month somebody adds an account. How often firms do is published nowhere: this is an assumption, and
/// each such visit more is an alert more.
const ACCOUNT_ADDED_IN: usize = 9;

/// What honest engineers type.
const LINES: [&str; 24] = [
    "ls -la /var/log",
    "df -h",
    "free -m",
    "tail -n 200 /var/log/messages",
    "less /opt/orca/log/orca.log",
    "systemctl status postgresql",
    "sudo systemctl restart jma-receipt",
    "ps aux | grep java",
    "top",
    "cp -p /etc/orca/site.conf /etc/orca/site.conf.bak",
    "vi /etc/orca/site.conf",
    "diff site.conf site.conf.bak",
    "ipconfig /all",
    "ping 10.1.2.4",
    "netstat -an",
    "net start",
    "net stop spooler",
    "dir D:\\backup",
    "tasklist",
    "wevtutil qe System /c:20",
    "Get-Service",
    "Get-EventLog -LogName System -Newest 50",
    "sudo apt-get install ./orca-update_5.2_amd64.deb",
    "exit",
];

struct Month {
    ward: Ward,
    drawn: u64,
    /// Each engineer's number among the persons, their vendor and their device.
    engineers: Vec<(u64, u64, u64)>,
}

impl Month {
    fn drawn(&mut self, below: u64) -> u64 {
        // Knuth's MMIX: the same month every time.
        self.drawn = self
            .drawn
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.drawn >> 33) % below
    }

    fn begun(seed: u64) -> Self {
        let mut world = World::clinic();
        world.join(Employer::Hospital, Role::Approver);
        world.join(Employer::Hospital, Role::Operator);
        world.join(Employer::Custodian, Role::Inspector);
        let mut engineers = Vec::new();
        for n in 1..=VENDORS {
            let net = format!("203.0.{n}.0/24");
            let firm = new_vendor(&format!("保守会社{n}"), &net, None);
            world.does(&staff(DOCTOR), Command::RegisterVendor(firm));
            let address = format!("10.1.2.{n}");
            let there = NewTarget {
                quota_bytes: 1 << 40,
                ..new_target(&format!("server-{n}"), &address, n)
            };
            world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(there)));
        }
        for n in 0..ENGINEERS {
            let firm = n % VENDORS + 1;
            engineers.push(joined(&mut world, firm, n + 1));
        }
        world.now = at("2026-12-01T08:30:00+09:00");
        Self {
            ward: Ward::of(world),
            drawn: seed,
            engineers,
        }
    }

    fn caller(&self, (who, firm, on): (u64, u64, u64), host: u64) -> Caller {
        Caller {
            who: Who::Person(person(who)),
            device: Some(device(on)),
            source: Source::Address(format!("203.0.{firm}.{host}").parse().unwrap()),
            ..engineer(ITO)
        }
    }

    /// One connection, with all that belongs to it.
    fn connection(&mut self, n: u64, minutes: u64) {
        let chosen = self.drawn(ENGINEERS);
        let who = self.engineers[usize::try_from(chosen).unwrap()];
        let host = 1 + self.drawn(250);
        let by = self.caller(who, host);
        let kind = match n % 7 {
            0 => KindOfWork::Inspection,
            1 => KindOfWork::Update,
            2 if n == 2 => KindOfWork::DataExtraction,
            _ => KindOfWork::Fault,
        };
        let mut asked = self.ward.world.visit_to(who.1, HOUR * 3);
        asked.kind = kind;
        asked.window.from = self.ward.world.now.plus(20 * MINUTE);
        self.ward.signs_in(&by);
        let request = self.ward.world.ask(&by, asked);
        if n.is_multiple_of(5) {
            // Before anybody has answered.
            self.ward
                .was_refused(&by, "open_session", vec![Reason::NoGrant], 2);
        }
        self.ward.world.approve(DOCTOR, &request);
        if n.is_multiple_of(4) {
            self.ward.refused(&by, open(who.1));
        }
        self.ward.world.later(25 * MINUTE);
        self.ward.signs_in(&by);
        self.ward.does(&by, open(who.1));
        let open = session(self.ward.world.site.sessions().count() as u64);
        self.works(&by, &open, kind, minutes);
        self.ends(n, &by, open);
    }

    fn works(&mut self, by: &Caller, open: &SessionId, kind: KindOfWork, minutes: u64) {
        for minute in 0..minutes {
            self.ward.world.later(MINUTE);
            let line = LINES[usize::try_from(self.drawn(24)).unwrap()];
            self.ward.reads_of(open, Row::Command(line));
            if minute % 6 == 0 {
                let extracts = kind == KindOfWork::DataExtraction;
                let rows = if extracts { 9_000 } else { self.drawn(400) };
                self.ward.reads_of(open, Row::Rows(rows));
                let patient = [format!("{:08}", self.drawn(100_000))];
                let row = Row::Patients {
                    numbers: &patient,
                    all: true,
                };
                self.ward.reads_of(open, row);
            }
        }
        if self.drawn(6) == 0 {
            let channel = "direct-tcpip".to_owned();
            let reasons = vec![Reason::ChannelNotGranted { channel }];
            self.ward.was_refused(by, "open_channel", reasons, 1);
        }
        if self.ward.world.site.sessions().count() == ACCOUNT_ADDED_IN {
            // A new colleague of the firm gets an account: honest, and worth a question.
            self.ward
                .reads_of(open, Row::Command("net user kuroda * /add"));
        }
    }

    fn ends(&mut self, n: u64, by: &Caller, open: SessionId) {
        let known = self.ward.world.site.session(&open).unwrap();
        let of = known.visit.clone();
        for file in 0..self.drawn(4) {
            let passed = Event::FileHandedOver {
                session: open.clone(),
                visit: of.clone(),
                direction: if file == 0 {
                    Handover::Out
                } else {
                    Handover::In
                },
                name: word(file),
                bytes: self.drawn(3 << 20),
                sha256: None,
                look: None,
            };
            self.ward.enters(passed);
        }
        let sealed = |number, last| Event::SegmentSealed {
            session: open.clone(),
            visit: of.clone(),
            number,
            sha256: digest(3),
            frames: u64::from(number),
            head: digest(4),
            last,
        };
        let (first, last) = (sealed(0, false), sealed(1, true));
        self.ward.enters(first);
        let received = self.drawn(8 << 20);
        self.ward.closes(open.clone(), received, 0);
        self.ward.enters(last);
        let report = Command::FileReport {
            visit: of,
            report: digest(5_000 + n),
            name: word(7),
        };
        self.ward.does(by, report);
    }

    /// The rest of a day: strangers knock, people mistype, the hospital's own people sign in.
    fn goes_by(&mut self, until: Timestamp) {
        while self.ward.world.now < until {
            let sign_ins = u64::from(self.drawn(8) == 0);
            let connections = self.drawn(300);
            self.ward.notes(GatewayNote::StrangersTurnedAway {
                connections,
                sign_ins,
            });
            let somebody = [DOCTOR, 2, 3][usize::try_from(self.drawn(3)).unwrap()];
            self.ward.signs_in(&staff(somebody));
            self.ward.world.later(HOUR);
            let now = self.ward.looks();
            assert_eq!(now, []);
        }
    }
}

/// An engineer of a firm, with a confirmed device, from the firm's network.
fn joined(world: &mut World, firm: u64, number: u64) -> (u64, u64, u64) {
    let purpose = InvitationFor::Person {
        employer: Employer::Vendor(vendor(firm)),
        roles: NonEmpty::one(Role::Engineer),
    };
    world.invite(&staff(DOCTOR), purpose);
    let invited = world.site.invitations().count() as u64;
    let accept = Command::AcceptInvitation {
        invitation: invitation(invited),
        secret: digest(900 + invited),
        name: word(10 + invited),
        contact: word(100 + invited),
        device: Some(enrolment(number)),
    };
    let source = format!("203.0.{firm}.9").parse().unwrap();
    let by = Caller {
        source: Source::Address(source),
        ..invitee(invited)
    };
    world.does(&by, accept);
    world.confirm(number);
    (world.site.persons().count() as u64, firm, number)
}

#[test]
fn a_month_of_ordinary_work_raises_two_alerts_at_the_most() {
    for seed in [1, 7, 59, 2026] {
        let mut month = Month::begun(seed);
        let begun = month.ward.world.now;
        let mut left = MINUTES_IN_TOTAL - LONGEST;
        for n in 0..CONNECTIONS {
            let minutes = match (n, CONNECTIONS - n) {
                (11, _) => LONGEST,
                (_, 1) => left,
                (_, visits) => {
                    let even = left / (visits - u64::from(n < 11)).max(1);
                    (even / 2 + month.drawn(even.max(1))).min(left)
                }
            };
            if n != 11 {
                left -= minutes;
            }
            month.connection(n, minutes);
            let day = u32::try_from(n + 1).unwrap();
            month.goes_by(begun.plus(DAY * day));
        }
        month.goes_by(begun.plus(DAY * 30));
        let told: Vec<Rule> = month.ward.seen.iter().map(|one| one.rule).collect();
        assert!(told.len() <= 2, "seed {seed}: {told:?}");
        // What is honest and worth a question is seen all the same, and nothing else.
        assert_eq!(told, [Rule::AccountAdded], "seed {seed}");
    }
}
