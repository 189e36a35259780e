//! What the golden ledgers tell of incidents beside their chronology: each kind of step, and what was prepared.

use access::response::*;
use access::*;
use ids::{NonEmpty, Timestamp};

use crate::world::*;

/// Each kind of step of the first incident, in an order in which they are possible.
pub(super) fn steps(world: &mut World) {
    let mut takes = |by: u64, step: Step| {
        let happened = world.now;
        let said = word(50);
        let step = NewStep {
            happened,
            step,
            said,
        };
        let incident = 1;
        let command = IncidentCommand::Step { incident, step };
        world.does(&staff(by), Command::Incidents(command));
    };
    takes(
        DOCTOR,
        Step::Decided {
            matter: Matter::NoPayment,
            deciders: word(51),
        },
    );
    let duty = Duty::Police;
    takes(DOCTOR, Step::Told { duty });
    let duty = Duty::Patients;
    takes(DOCTOR, Step::NotOwed { duty });
    for capture in Capture::ALL {
        let (capture, sha256) = (*capture, Some(digest(52)));
        takes(DOCTOR, Step::Captured { capture, sha256 });
    }
    let capture = Capture::Logs;
    takes(DOCTOR, Step::NotCaptured { capture });
    let change = Change::Firmware;
    takes(DOCTOR, Step::Changed { change });
    for data in [DataSet::New(word(53)), DataSet::Known(11)] {
        takes(
            DOCTOR,
            Step::Judged {
                data,
                leak: Leak::Possible,
                confidence: Confidence::Unclear,
            },
        );
    }
    let care = Care::PaperCharts;
    takes(DOCTOR, Step::Continued { care });
    takes(DOCTOR, Step::Fact { note: 1 });
    let notice = NoticeKind::First;
    let facts = NonEmpty::one(14);
    takes(DOCTOR, Step::Drafted { notice, facts });
    takes(NURSE, Step::Approved { draft: 15 });
    takes(DOCTOR, Step::Published { draft: 15 });
    takes(DOCTOR, Step::Learned {});
    let (owner, due) = (person(DOCTOR), Timestamp::from_seconds(2_000_000_000));
    takes(DOCTOR, Step::Given { owner, due });
    takes(DOCTOR, Step::Done { task: 19 });
}

/// A card, and somebody to call.
pub(super) fn preparation(world: &mut World) {
    let mut does = |command| {
        world.does(&staff(DOCTOR), Command::Prepare(command));
    };
    let matter = Matter::CutLines;
    does(PreparationCommand::Agree {
        matter,
        said: word(54),
    });
    let contact = NewContact {
        role: ContactRole::Police,
        name: word(55),
        reach: word(56),
    };
    let number = None;
    let contact = Some(contact);
    does(PreparationCommand::SetContact { number, contact });
    let number = 1;
    does(PreparationCommand::TryContact {
        number,
        reached: true,
    });
    let number = Some(1);
    does(PreparationCommand::SetContact {
        number,
        contact: None,
    });
}
