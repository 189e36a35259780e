//! An SSH session: who attends it, what stops it, and what is asked for inside.

use access::*;

use super::steps::*;
use crate::world::*;

/// The SSH target of [`small_ssh`].
pub(super) const PACS: u64 = 2;

/// An attended SSH target, and 3's grant for it: two connections, 1,000 bytes of files each way.
pub(super) fn small_ssh() -> World {
    let mut world = small(Approvals::One, false);
    let new = NewTarget {
        attended: true,
        ..ssh_target("pacs", "10.1.2.6", 1)
    };
    world.does(&staff(DOCTOR_1), Command::RegisterTarget(Box::new(new)));
    world.does(&staff(DOCTOR_1), set_secret(PACS));
    let asked = NewVisit {
        ssh: Some(file_terms()),
        ..world.visit_to(PACS, HOUR)
    };
    let request = world.ask(&comes(ENGINEER_3), asked);
    world.approve(NURSE_2, &request);
    world
}

fn in_last(world: &World, ask: ChannelAsk) -> Command {
    Command::OpenChannel {
        session: session(last_session(world)),
        ask,
    }
}

/// As much of a file as the door last allowed, or 600 bytes.
fn passes(world: &World) -> Command {
    let left = 1000 - world.site.visit(&visit(1)).unwrap().files_in;
    Command::Note(GatewayNote::FileHandedOver {
        session: session(last_session(world)),
        direction: Handover::In,
        name: word(20),
        bytes: left.min(600),
        sha256: None,
        look: None,
    })
}

pub(super) fn attending() -> Vec<Step> {
    let last = |world: &World| session(last_session(world));
    vec![
        asks("3 opens", comes(ENGINEER_3), |_| Command::OpenSession {
            target: target(PACS),
            grant: None,
            protocol: Protocol::Ssh,
        }),
        asks("1 attends", staff(DOCTOR_1), move |w| Command::Attend {
            session: last(w),
        }),
        asks("2 attends", staff(NURSE_2), move |w| Command::Attend {
            session: last(w),
        }),
        asks("2 leaves", staff(NURSE_2), move |w| Command::LeaveSession {
            session: last(w),
        }),
        asks("1 suspends 2", staff(DOCTOR_1), |_| {
            suspend(Subject::Person(person(NURSE_2)))
        }),
        asks("1 resumes 2", staff(DOCTOR_1), |_| Command::Resume {
            subject: Subject::Person(person(NURSE_2)),
        }),
        asks("1 signs out", Caller::gateway(), |_| {
            let person = person(DOCTOR_1);
            Command::Note(GatewayNote::SignedOut { person, of: None })
        }),
        asks("root pauses", local(), move |w| Command::PauseSession {
            session: last(w),
        }),
        asks("2 continues", staff(NURSE_2), move |w| {
            Command::ContinueSession { session: last(w) }
        }),
        asks("root continues", local(), move |w| {
            Command::ContinueSession { session: last(w) }
        }),
        asks("3 opens SFTP", comes(ENGINEER_3), |w| {
            in_last(w, ChannelAsk::Sftp)
        }),
        asks("3 opens a shell", comes(ENGINEER_3), |w| {
            in_last(w, ChannelAsk::Shell)
        }),
        asks("4 opens SFTP", comes(ENGINEER_4), |w| {
            in_last(w, ChannelAsk::Sftp)
        }),
        asks("3 uploads", comes(ENGINEER_3), |w| {
            in_last(w, upload("/srv/in/a"))
        }),
        asks("a file passes", Caller::gateway(), passes),
        Step::Waits(SECOND * 90),
        Step::Waits(MINUTE * 9),
    ]
}

/// Another SSH target, unattended, with 3's session under terms that hold uploads and commands only.
pub(super) fn small_terms() -> World {
    let mut world = small(Approvals::One, false);
    let new = ssh_target("pacs", "10.1.2.6", 1);
    world.does(&staff(DOCTOR_1), Command::RegisterTarget(Box::new(new)));
    world.does(&staff(DOCTOR_1), set_secret(PACS));
    let terms = SshTerms {
        exec: true,
        upload: files(under(&["/srv/in"])),
        ..no_terms()
    };
    let asked = NewVisit {
        ssh: Some(terms),
        ..world.visit_to(PACS, HOUR)
    };
    let request = world.ask(&comes(ENGINEER_3), asked);
    world.approve(NURSE_2, &request);
    let open = Command::OpenSession {
        target: target(PACS),
        grant: None,
        protocol: Protocol::Ssh,
    };
    world.does(&comes(ENGINEER_3), open);
    world
}

/// All that can be asked for, by who opened the session and by a colleague, while it is paused,
/// withdrawn, used up and over.
pub(super) fn asking() -> Vec<Step> {
    let all = crate::channels::asks().into_iter();
    let own = all.clone().map(|(_, ask)| {
        asks("3 asks for it", comes(ENGINEER_3), move |w| {
            in_last(w, ask.clone())
        })
    });
    let colleagues = all.map(|(_, ask)| {
        asks("4 asks for it", comes(ENGINEER_4), move |w| {
            in_last(w, ask.clone())
        })
    });
    let mut steps: Vec<Step> = own.chain(colleagues).collect();
    steps.extend([
        asks("2 pauses", staff(NURSE_2), |_| pause()),
        asks("2 continues", staff(NURSE_2), |_| go_on()),
        asks("a file passes", Caller::gateway(), passes),
        asks("1 withdraws", staff(DOCTOR_1), |w| {
            suspend(Subject::Grant(last_grant(w)))
        }),
        asks("1 suspends the target", staff(DOCTOR_1), |_| {
            suspend(Subject::Target(target(PACS)))
        }),
        asks("1 resumes the target", staff(DOCTOR_1), |_| {
            let subject = Subject::Target(target(PACS));
            Command::Resume { subject }
        }),
        asks("root isolates", local(), |_| isolate()),
        asks("3 closes", comes(ENGINEER_3), |_| Command::EndSession {
            session: session(1),
        }),
        Step::Waits(MINUTE * 40),
    ]);
    steps
}
