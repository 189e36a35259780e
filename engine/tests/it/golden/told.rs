//! What the golden ledgers tell: a busy hospital's entries as `decide` gives them, and beside them one of
//! each kind that its story does not have.

use access::*;
use ids::*;

use crate::busy::busy;
use crate::world::*;

pub(super) fn everything(level: u16) -> World {
    let mut world = busy();
    for (by, events) in [people(), errands(), gateway()].concat() {
        world.enter(&by, events);
    }
    let longer = Event::ExtensionRequested {
        request: request(u64::try_from(world.site.requests().count()).unwrap() + 1),
        visit: visit(1),
        grant: grant(1),
        window: world.until(HOUR),
    };
    world.enter(&engineer(ITO), vec![longer]);
    world.enter(&Caller::gateway(), refusals());
    if level > FIRST_LEVEL {
        world.does(&staff(DOCTOR), Command::UpgradeSite);
        let verified = GatewayNote::LedgerVerified {
            size: world.site.entries(),
            root: digest(9),
        };
        world.does(&Caller::gateway(), Command::Note(verified));
        for (line, told) in (1..).zip(logs_of_others()) {
            let at = ToldAt {
                month: "2026-11".to_owned(),
                line,
            };
            let note = GatewayNote::ForeignLog { at, told };
            world.does(&Caller::gateway(), Command::Note(note));
        }
        let subject = Subject::Vendor(vendor(2));
        let isolate = Command::IsolateOne {
            subject: subject.clone(),
            reason: word(22),
        };
        world.does(&staff(DOCTOR), isolate);
        for by in [NURSE, DOCTOR] {
            let lift = Command::LiftOne {
                subject: subject.clone(),
                why: word(23),
            };
            world.does(&staff(by), lift);
        }
        world.enter(&staff(NURSE), looked_at());
        for (by, events) in files() {
            world.enter(&by, events);
        }
        world.does(&staff(DOCTOR), open_console());
        world.does(&staff(NURSE), Command::CloseConsole);
        world.enter(&Caller::gateway(), notices());
        world.does(&staff(DOCTOR), other_terms(&world));
        world.enter(&staff(OPERATOR), vec![trusted()]);
        let device = u64::try_from(world.site.devices().count()).unwrap() + 1;
        world.enter(&engineer(ITO), vec![added(device)]);
        world.enter(&engineer(ITO), vec![removed()]);
        let name = "Keys Ltd.".to_owned();
        world.enter(
            &staff(OPERATOR),
            vec![Event::AttestationDistrusted { name }],
        );
        super::databases::of_a_database(&mut world);
        super::consoles::of_a_console(&mut world);
        super::desktops::of_a_desktop(&mut world);
        super::telnet::of_a_console_by_telnet(&mut world);
        for (by, events) in super::secrets::of_emergency_accounts() {
            world.enter(&by, events);
        }
        for (by, events) in super::secrets::of_visits_accounts() {
            world.enter(&by, events);
        }
        for (by, events) in super::secrets::of_other_ways() {
            world.enter(&by, events);
        }
    }
    world
}

/// What the receiver of other devices' logs told.
fn logs_of_others() -> Vec<ForeignTold> {
    vec![
        ForeignTold::Found(ForeignFound {
            rule: "windows-log-cleared".to_owned(),
            device: "ad1.hospital.example".to_owned(),
            count: 2,
            first: Timestamp::from_seconds(1_793_491_200),
            last: Timestamp::from_seconds(1_793_494_800),
        }),
        ForeignTold::Sealed(ForeignHead {
            file: "2026-11-24.001.log".to_owned(),
            entries: 417,
            head: digest(21),
        }),
    ]
}

fn trusted() -> Event {
    Event::AttestationTrusted {
        name: "Keys Ltd.".to_owned(),
        sha256: digest(30),
        certificate: "MIIB".to_owned(),
    }
}

fn added(number: u64) -> Event {
    Event::PasskeyAdded {
        person: person(ITO),
        passkey: NewPasskey {
            id: digest(31),
            door: Door::Engineers,
            key: digest(32),
            label: word(33),
            aaguid: "2fc0579f-8113-47ea-b116-bb5a8db9202a".to_owned(),
            attested: Some(digest(30)),
        },
        device: Some(device(number)),
    }
}

fn removed() -> Event {
    Event::PasskeyRemoved {
        person: person(ITO),
        passkey: digest(31),
    }
}

type Told = Vec<(Caller, Vec<Event>)>;

fn people() -> Told {
    let by = staff(DOCTOR);
    let last = invitation(1);
    let events = vec![
        Event::SourcesChanged {
            vendor: vendor(1),
            sources: sources("203.0.113.0/25"),
        },
        Event::InvitationMissed {
            invitation: last.clone(),
        },
        Event::InvitationWithdrawn {
            invitation: last.clone(),
        },
        Event::FactorsReset {
            person: person(ITO),
        },
        Event::FactorsSetUp {
            invitation: last,
            person: person(ITO),
        },
        Event::Suspended {
            subject: Subject::Vendor(vendor(2)),
            reason: word(1),
        },
        Event::Resumed {
            subject: Subject::Vendor(vendor(2)),
        },
        Event::ClockConfirmed {
            wall: Timestamp::from_seconds(1_800_000_000),
        },
    ];
    vec![(by, events)]
}

fn errands() -> Told {
    let of = visit(1);
    let by_person = vec![
        Event::RequestWithdrawn {
            request: request(1),
            visit: of.clone(),
        },
        Event::RequestRefused {
            request: request(1),
            visit: of.clone(),
            reason: word(2),
        },
        Event::GrantWithdrawn {
            grant: grant(1),
            visit: of.clone(),
            reason: word(3),
        },
        Event::SessionEnded {
            session: session(1),
            visit: of,
            reason: EndReason::Deadline,
        },
    ];
    let lifting = vec![
        Event::Isolated { reason: word(4) },
        Event::LiftDelayStarted {
            until: Timestamp::from_seconds(1_900_000_000),
        },
        Event::Lifted {
            way: LiftWay::AfterDelay,
            why: None,
        },
    ];
    vec![(staff(NURSE), by_person), (staff(NURSE), lifting)]
}

fn gateway() -> Told {
    let reader = Who::Person(person(INSPECTOR));
    let notes = vec![
        Event::GatewayStarted {
            version: "0.1.0".into(),
            clean: true,
        },
        Event::ClockDoubted {
            wall: Timestamp::from_seconds(1_700_000_000),
            witness: None,
        },
        Event::StrangersTurnedAway {
            connections: 3,
            sign_ins: 2,
        },
        Event::RecordingsSealed {
            root: digest(1),
            count: 1,
            leaves: digest(2),
        },
        Event::SegmentSealed {
            session: session(1),
            visit: visit(1),
            number: 0,
            sha256: digest(3),
            frames: 7,
            head: digest(4),
            last: true,
        },
        Event::SignedIn {
            person: person(NURSE),
            factors: BOTH,
            device: None,
            source: staff(NURSE).source,
        },
        Event::SignedOut {
            person: person(NURSE),
            of: None,
        },
        Event::LedgerResumed {
            statement: "a statement".into(),
        },
        Event::ReceiptIssued {
            reader: reader.clone(),
            visit: visit(1),
        },
        Event::LedgerExported { reader, size: 7 },
    ];
    vec![(Caller::gateway(), notes)]
}

/// Files in quarantine: one stopped, one released, one refused; one went out, and is deleted.
fn files() -> Vec<(Caller, Vec<Event>)> {
    let look = |verdict| FileLook {
        kind: "zip".into(),
        scans: vec![FileScan {
            by: "clamd".into(),
            version: "ClamAV 1.4".into(),
            found: (verdict == FileVerdict::Stopped).then(|| "Virus".into()),
        }],
        verdict,
        why: match verdict {
            FileVerdict::Passed => Vec::new(),
            FileVerdict::Stopped => vec![
                FileWhy::Found {
                    by: "clamd".into(),
                    name: "Virus".into(),
                },
                FileWhy::Kind { kind: "zip".into() },
            ],
            FileVerdict::Held => vec![
                FileWhy::Unscanned,
                FileWhy::ScannerSilent { by: "hook".into() },
                FileWhy::Archive {
                    trouble: "encrypted".into(),
                },
                FileWhy::ByPerson,
            ],
        },
    };
    let judged = |file, verdict| Event::FileJudged {
        session: session(1),
        visit: visit(1),
        file,
        direction: Handover::In,
        name: word(20),
        bytes: 9,
        sha256: digest(21),
        look: look(verdict),
    };
    let passed = Event::FileHandedOver {
        session: session(1),
        visit: visit(1),
        direction: Handover::Out,
        name: word(20),
        bytes: 9,
        sha256: Some(digest(21)),
        look: Some(look(FileVerdict::Passed)),
    };
    let visit = visit(1);
    vec![
        (
            Caller::gateway(),
            vec![
                judged(1, FileVerdict::Stopped),
                judged(2, FileVerdict::Held),
                judged(3, FileVerdict::Held),
                passed,
            ],
        ),
        (
            staff(DOCTOR),
            vec![Event::FileReleased {
                visit: visit.clone(),
                file: 2,
            }],
        ),
        (
            staff(DOCTOR),
            vec![Event::FileRefused {
                visit: visit.clone(),
                file: 3,
            }],
        ),
        (engineer(ITO), vec![Event::DeletionConfirmed { visit }]),
    ]
}

/// What was said to an engineer, who may look until when, and that somebody looked.
fn looked_at() -> Vec<Event> {
    let viewer = || Who::Person(person(INSPECTOR));
    vec![
        Event::EngineerTold {
            session: session(1),
            visit: visit(1),
            words: word(5),
        },
        Event::VisitReviewed {
            visit: visit(1),
            verdict: Verdict::Questioned,
            report: Some(digest(77)),
            note: Some(word(6)),
        },
        Event::VisitReviewed {
            visit: visit(1),
            verdict: Verdict::Accepted,
            report: None,
            note: None,
        },
        Event::PersonLimited {
            person: person(INSPECTOR),
            until: Timestamp::from_seconds(1_900_000_000),
        },
        Event::Viewed {
            viewer: viewer(),
            what: "visit".into(),
            number: None,
            visit: Some(visit(1)),
        },
        Event::Viewed {
            viewer: viewer(),
            what: "target".into(),
            number: Some(1),
            visit: None,
        },
    ]
}

/// What was set about notifications, and what was told.
fn notices() -> Vec<Event> {
    let about = || About::Request(request(1));
    let webhook = Webhook {
        name: "duty-room".into(),
        preset: Preset::Generic,
        address: "hooks.example.jp:443".into(),
        secret: 1,
        roots: None,
    };
    let tried = Tried {
        person: person(NURSE),
        sent: vec![Sent {
            way: WayKind::Webhook,
            failed: None,
        }],
        tries: 2,
    };
    vec![
        Event::MailServerSet { server: None },
        Event::WebhookSet { webhook },
        Event::WebhookRemoved {
            name: "duty-room".into(),
        },
        Event::NoticeTermsSet {
            terms: NoticeTerms {
                answer_within: 30,
                english: false,
            },
        },
        Event::WaysSet {
            person: person(NURSE),
            ways: Ways {
                ways: vec![Way::Mail { address: word(6) }],
                quiet: vec![Slot {
                    weekday: 5,
                    from: 0,
                    to: 420,
                }],
                sessions: true,
            },
        },
        Event::NoticeDelivered {
            about: about(),
            told: NonEmpty::one(tried),
        },
        Event::NoticeSeen {
            about: about(),
            person: person(NURSE),
        },
        Event::RequestUnanswered {
            request: request(1),
            visit: visit(1),
        },
    ]
}

/// Refusals for every reason.
fn refusals() -> Vec<Event> {
    let reason = |id: &&str| {
        let arguments = serde_json::json!({
            "id": id, "since": 0, "from": 0, "until": 0, "longest_minutes": 1,
            "net": "0.0.0.0/0", "address": "10.0.0.1:1", "what": "sources", "most": 1,
            "channel": "direct-tcpip", "database": "orca", "method": "POST", "target": "ct-1",
            "owner": "handa/person-3",
        });
        serde_json::from_value(arguments).unwrap()
    };
    let reasons: Vec<Reason> = Reason::all_ids().iter().map(reason).collect();
    let refused = |reasons: &[Reason]| Event::CommandRefused {
        caller: engineer(ITO),
        command: "open_session".into(),
        reasons: reasons.to_vec(),
        times: 1,
        visit: None,
    };
    reasons.chunks(16).map(refused).collect()
}

/// The billing server on Monday mornings only.
fn other_terms(world: &World) -> Command {
    let morning = Slot {
        weekday: 0,
        from: 9 * 60,
        to: 12 * 60,
    };
    let terms = TargetTerms {
        hours: Hours::Only(NonEmpty::one(morning)),
        ..world.site.target(&target(BILLING)).unwrap().terms()
    };
    Command::ChangeTargetTerms {
        target: target(BILLING),
        terms,
    }
}
