//! The steps of a visit, each as far as its fault.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use access::{Command, Door, EndReason, LiftWay, NewVisit, Protocol, Subject};
use engine::{NewSecret, OpenedSession};
use faults::{Plan, Planned, Point, Strike};
use recording::Direction;
use wire::Invitation;
use wire::join::JoinStart;
use zeroize::Zeroizing;

use super::Case;
use super::during::During;
use super::world::World;
use crate::hospital::{passphrase, until};

/// What is passed before the engineer's own bytes are looked at.
pub(super) const BEFORE: &[u8] = b"before the fault";
/// The new password.
pub(super) const NEW: &str = "after the exchange";
/// The document of the new request.
pub(super) const PLAN: &[u8] = "もう一つの作業計画書".as_bytes();

/// Plans the fault when it is called.
struct Breaks<'a> {
    case: Case,
    folder: &'a Path,
}

impl Breaks<'_> {
    fn now(&self) -> Planned {
        let point = self.case.point;
        if point == Point::JournalTakenBack {
            // Taking back comes after a write of a part.
            self.plan(Point::JournalFrame, Strike::Part(20, 5));
        }
        self.plan(point, Strike::of(self.case.fault, std::process::abort))
    }

    /// Whoever packs what was recorded stands still from here on: its entries are not the ones that break.
    fn keep_from_packing(&self) {
        let forever = || {
            loop {
                std::thread::park();
            }
        };
        self.plan(Point::JournalBegun, Strike::Meanwhile(Arc::new(forever)));
    }

    fn plan(&self, point: Point, strike: Strike) -> Planned {
        faults::plan(Plan {
            point,
            under: self.folder.join("site"),
            pass: 0,
            strike,
            when: None,
        })
    }
}

/// Takes the steps up to the broken one; gives what its caller was told.
pub(super) fn act(case: Case, folder: &Path) -> (String, Planned) {
    let breaks = Breaks { case, folder };
    if case.during == During::Start {
        // As after a crash between two steps of lifting: the reserve is made anew.
        std::fs::remove_file(folder.join("site").join("isolated.ready")).unwrap();
        let planned = breaks.now();
        return (said(World::open(folder)), planned);
    }
    let world = World::open(folder).unwrap();
    let acted = match case.during {
        During::Open | During::Record | During::Sync | During::Close | During::Seal => {
            in_a_session(&world, case.during, &breaks)
        }
        During::Join => join(&world, &breaks),
        During::Ask => ask(&world, &breaks),
        _ => at_the_desk(&world, case.during, &breaks),
    };
    // What the process still holds is never dropped in order.
    std::mem::forget(world);
    acted
}

fn said<T, E: std::fmt::Display>(done: Result<T, E>) -> String {
    match done {
        Ok(_) => "done".to_owned(),
        Err(cause) => {
            let said = cause.to_string();
            // The system's own words, and where on this machine, are not the table's affair.
            let said = said.split(": Input/output").next().unwrap_or_default();
            let from = said.rfind("/site/").map_or(0, |at| at + "/site/".len());
            said.get(from..).unwrap_or_default().to_owned()
        }
    }
}

pub(super) fn open(world: &World) -> Result<OpenedSession, access::Refusal> {
    let engineer = world.person("engineer");
    let opening = world
        .engine
        .open_session(&engineer, "db", None, Protocol::Ssh);
    world.run(opening)
}

fn in_a_session(world: &World, during: During, breaks: &Breaks<'_>) -> (String, Planned) {
    if during == During::Open {
        let planned = breaks.now();
        let opened = open(world);
        let told = said(opened.as_ref().map_err(ToString::to_string));
        std::mem::forget(opened);
        return (told, planned);
    }
    let opened = open(world).unwrap();
    opened.record(Direction::ToTarget, BEFORE).unwrap();
    match during {
        During::Record => {
            let planned = breaks.now();
            let told = said(opened.record(Direction::ToTarget, b", in its midst"));
            std::mem::forget(opened);
            (told, planned)
        }
        During::Sync => {
            let planned = breaks.now();
            let told = std::cell::RefCell::new(String::new());
            until("the journal is synced", PATIENCE, || {
                let recorded = opened.record(Direction::ToTarget, b".");
                let failed = recorded.is_err();
                *told.borrow_mut() = said(recorded);
                failed
            });
            std::mem::forget(opened);
            (told.into_inner(), planned)
        }
        During::Close => {
            if breaks.case.point == Point::LedgerCommit {
                breaks.keep_from_packing();
            }
            let planned = breaks.now();
            world.run(opened.close(EndReason::EngineerClosed));
            ("nobody waits for it".to_owned(), planned)
        }
        _ => {
            let entry = breaks.case.point == Point::LedgerCommit;
            let early = (!entry).then(|| breaks.now());
            world.run(opened.close(EndReason::EngineerClosed));
            let planned = early.unwrap_or_else(|| breaks.now());
            // What failed is tried again.
            world.run(world.engine.settle());
            world.run(world.engine.settle());
            ("nobody waits for it".to_owned(), planned)
        }
    }
}

const PATIENCE: Duration = Duration::from_secs(60);

fn ask(world: &World, breaks: &Breaks<'_>) -> (String, Planned) {
    let engineer = world.person("engineer");
    let planned = breaks.now();
    let engine = &world.engine;
    let asked = || {
        let plan = engine.keep_blob(PLAN)?;
        let now = engine.now();
        let visit = NewVisit {
            target: world.text("target").parse().unwrap(),
            window: access::Window {
                from: now,
                until: now.plus(Duration::from_secs(1800)),
            },
            purpose: engine.commit("purpose", "もう一度", None)?,
            kind: access::KindOfWork::Inspection,
            plan,
            plan_name: engine.commit("plan-name", "plan.pdf", None)?,
            contact: engine.commit("contact", "090", None)?,
            privileged: false,
            care: access::CareImpact::None,
            patients: access::PatientData::None,
            files: Vec::new(),
            attended: false,
            sub_contractor: None,
            sessions: access::Sessions::AtOnce(1),
            ssh: None,
            database: None,
            web: None,
            desktop: None,
        };
        world.run(engine.submit(&engineer, Command::RequestVisit(Box::new(visit))))
    };
    (said(asked()), planned)
}

fn join(world: &World, breaks: &Breaks<'_>) -> (String, Planned) {
    let invitation: Invitation = world.text("invitation").parse().unwrap();
    let start = JoinStart {
        invitation: invitation.id.clone(),
        secret: invitation.secret.clone(),
        name: Some("新人".to_owned()),
        login: Some("newcomer".to_owned()),
        contact: Some("090-1111-1111".to_owned()),
        passphrase: Some(wire::Secret::new(passphrase("newcomer"))),
        device: None,
    };
    let connection = world.connection(Door::Console);
    let started = world.run(world.engine.join_start(connection, start));
    let (mut joining, shown) = started.unwrap_or_else(|error| panic!("{error:?}"));
    let shown = shown.unwrap().0;
    std::fs::write(world.folder.join("shown"), &shown).unwrap();
    let code = crate::hospital::code_of(&shown, world.engine.now());
    let planned = breaks.now();
    let joined = world.run(world.engine.join_confirm(&mut joining, &code));
    let told = joined.map_err(|error| error.reasons[0].id.clone());
    (said(told), planned)
}

fn at_the_desk(world: &World, during: During, breaks: &Breaks<'_>) -> (String, Planned) {
    let engine = &world.engine;
    let clerk = world.person("clerk");
    let engineer = world.person("engineer");
    match during {
        During::SignIn => {
            let connection = world.connection(Door::Engineers);
            let (pass, code) = (passphrase("tanaka"), world.text("code"));
            let planned = breaks.now();
            let signing = engine.sign_in(&connection, "tanaka", &pass, &code);
            (said(world.run(signing)), planned)
        }
        During::Approve => {
            let command = Command::ApproveRequest {
                request: world.text("waits").parse().unwrap(),
                conditions: None,
                narrower: None,
                ssh: None,
                database: None,
                web: None,
                desktop: None,
            };
            let planned = breaks.now();
            (said(world.run(engine.submit(&clerk, command))), planned)
        }
        During::Exchange => {
            let target = world.text("target").parse().unwrap();
            let secret = NewSecret::Password(Zeroizing::new(NEW.to_owned()));
            let planned = breaks.now();
            let set =
                world.run(engine.set_target_secret(&clerk, &target, engine::Account::Main, secret));
            (said(set), planned)
        }
        During::Erase => {
            let person = world.text("leaving").parse().unwrap();
            let planned = breaks.now();
            (
                said(world.run(engine.erase_person(&clerk, &person))),
                planned,
            )
        }
        During::Isolate => {
            let planned = breaks.now();
            let isolated = world.run(engine.isolate(&clerk, "the ward called"));
            let told = isolated.map(|isolated| isolated.entered);
            (said(told), planned)
        }
        During::Lift => {
            world
                .run(engine.isolate(&clerk, "the ward called"))
                .unwrap();
            let agreed = world.run(engine.lift(&clerk, LiftWay::Agree, None, None));
            assert!(matches!(
                agreed,
                Ok(access::Outcome::Lift { lifted: false, .. })
            ));
            let chief = world.person("chief");
            let planned = breaks.now();
            let lifted = world.run(engine.lift(&chief, LiftWay::Agree, None, None));
            (said(lifted), planned)
        }
        During::Suspend => {
            let person = world.text("leaving").parse().unwrap();
            let planned = breaks.now();
            let suspending = engine.suspend(&clerk, Subject::Person(person), "left the vendor");
            (said(world.run(suspending)), planned)
        }
        During::Cosign => {
            let note = world.cosigned();
            let planned = breaks.now();
            (said(engine.cosigned(&engineer, &note)), planned)
        }
        During::Alarm => {
            let forked = world.forked();
            let planned = breaks.now();
            let weighed = world.run(engine.witness_alarm(&engineer, &forked));
            (format!("{weighed:?}").to_lowercase(), planned)
        }
        _ => {
            let planned = breaks.now();
            engine.stop();
            ("nobody waits for it".to_owned(), planned)
        }
    }
}
