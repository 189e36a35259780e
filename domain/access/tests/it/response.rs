//! What an incident asks of people: evidence first, whom to tell and until when, who decided, what may be said outside.

use access::response::*;
use access::*;
use ids::{NonEmpty, Timestamp};

use crate::incidents::{begun, close, note, noted};
use crate::world::*;

pub(crate) fn step(world: &World, step: Step) -> Command {
    let step = NewStep {
        happened: world.now,
        step,
        said: word(50),
    };
    Command::Incidents(IncidentCommand::Step { incident: 1, step })
}

fn takes(world: &mut World, by: u64, what: Step) {
    let command = step(world, what);
    world.does(&staff(by), command);
}

pub(crate) fn refuses(world: &mut World, by: u64, what: Step) -> Vec<Reason> {
    let command = step(world, what);
    world.refused(&staff(by), command)
}

fn incident(world: &World) -> &Incident {
    world.site.incident(1).unwrap()
}

fn facts(numbers: &[u32]) -> NonEmpty<u32> {
    NonEmpty::from_vec(numbers.to_vec()).unwrap()
}

/// An incident with a note, of which the approver says that it may be said: step 1.
fn with_a_fact() -> World {
    let mut world = begun();
    let first = note(&world);
    world.does(&staff(OPERATOR), noted(first));
    takes(&mut world, DOCTOR, Step::Fact { note: 1 });
    world
}

/// The same, and the operator has drafted a notice of it: step 2.
pub(crate) fn with_a_draft() -> World {
    let mut world = with_a_fact();
    let notice = NoticeKind::First;
    let facts = facts(&[1]);
    takes(&mut world, OPERATOR, Step::Drafted { notice, facts });
    world
}

/// The approver agrees on a card.
pub(crate) fn agree() -> Command {
    let (matter, said) = (Matter::NoPayment, word(61));
    Command::Prepare(PreparationCommand::Agree { matter, said })
}

/// Somebody to call, under the next number.
pub(crate) fn set_contact() -> Command {
    let contact = NewContact {
        role: ContactRole::Police,
        name: word(64),
        reach: word(65),
    };
    let (number, contact) = (None, Some(contact));
    Command::Prepare(PreparationCommand::SetContact { number, contact })
}

/// The first on the list is called.
pub(crate) fn try_contact(reached: bool) -> Command {
    let number = 1;
    Command::Prepare(PreparationCommand::TryContact { number, reached })
}

pub(crate) fn with_a_contact() -> World {
    let mut world = upgraded(World::hospital());
    world.does(&staff(OPERATOR), set_contact());
    world
}

#[test]
fn nothing_that_destroys_evidence_is_marked_as_done_before_all_of_it_is_kept_or_somebody_said_why_not()
 {
    let mut world = begun();
    let firmware = Step::Changed {
        change: Change::Firmware,
    };
    let refused = refuses(&mut world, OPERATOR, firmware.clone());
    assert_eq!(refused, [Reason::NotPreserved]);
    for capture in Capture::ALL {
        let capture = *capture;
        let refused = refuses(&mut world, OPERATOR, firmware.clone());
        assert_eq!(refused, [Reason::NotPreserved], "{capture:?}");
        let sha256 = Some(digest(7));
        let kept = if capture == Capture::Logs {
            Step::NotCaptured { capture }
        } else {
            Step::Captured { capture, sha256 }
        };
        takes(&mut world, OPERATOR, kept);
    }
    takes(&mut world, OPERATOR, firmware);
    assert!(incident(&world).is_preserved());
}

#[test]
fn what_another_incident_kept_does_not_count_for_this_one() {
    let mut world = begun();
    for capture in Capture::ALL {
        let capture = *capture;
        takes(&mut world, OPERATOR, Step::NotCaptured { capture });
    }
    world.does(&staff(OPERATOR), close());
    world.does(&staff(OPERATOR), crate::incidents::begin());
    let step = NewStep {
        happened: world.now,
        step: Step::Changed {
            change: Change::Reimage,
        },
        said: word(50),
    };
    let second = Command::Incidents(IncidentCommand::Step { incident: 2, step });
    assert_eq!(
        world.refused(&staff(OPERATOR), second),
        [Reason::NotPreserved]
    );
}

#[test]
fn whom_to_tell_has_a_clock_that_runs_from_the_beginning_until_they_are_told() {
    let mut world = begun();
    let since = incident(&world).since;
    let due = |world: &World, duty: Duty| {
        let duties = incident(world).duties();
        let one = duties.into_iter().find(|one| one.duty == duty).unwrap();
        (one.due, one.answered.is_some())
    };
    let late = since.plus(DAY);
    assert_eq!(due(&world, Duty::Ministry), (Some(late), false));
    assert_eq!(due(&world, Duty::Patients), (None, false));
    takes(&mut world, OPERATOR, Step::Told { duty: Duty::Police });
    let not = Step::NotOwed {
        duty: Duty::Patients,
    };
    takes(&mut world, OPERATOR, not);
    assert!(due(&world, Duty::Police).1 && due(&world, Duty::Patients).1);
    assert!(!due(&world, Duty::Ministry).1);
    // The final report comes weeks after the incident is closed.
    world.does(&staff(OPERATOR), close());
    let last = Step::Told {
        duty: Duty::PpcFinal,
    };
    takes(&mut world, OPERATOR, last);
    assert!(due(&world, Duty::PpcFinal).1);
}

#[test]
fn the_commissions_days_end_at_midnight_in_japan_and_the_day_of_knowing_is_the_first() {
    let at = |utc: &str| utc.parse::<Timestamp>().unwrap();
    // 2024-05-20 06:15 in Okayama; and a minute before the midnight there, and at it.
    for (known, first, last) in [
        (
            "2024-05-19T21:15:00Z",
            "2024-05-22T15:00:00Z",
            "2024-06-18T15:00:00Z",
        ),
        (
            "2024-05-20T14:59:00Z",
            "2024-05-22T15:00:00Z",
            "2024-06-18T15:00:00Z",
        ),
        (
            "2024-05-20T15:00:00Z",
            "2024-05-23T15:00:00Z",
            "2024-06-19T15:00:00Z",
        ),
    ] {
        assert_eq!(Duty::PpcFirst.due(at(known)), Some(at(first)), "{known}");
        assert_eq!(Duty::PpcFinal.due(at(known)), Some(at(last)), "{known}");
    }
}

#[test]
fn s1_68_a_judgement_of_what_leaked_is_revised_and_the_old_one_stays() {
    let mut world = begun();
    let judged = |data, leak| Step::Judged {
        data,
        leak,
        confidence: Confidence::Probable,
    };
    let new = DataSet::New(word(60));
    takes(&mut world, OPERATOR, judged(new, Leak::No));
    takes(&mut world, OPERATOR, judged(DataSet::Known(1), Leak::Yes));
    let sets = incident(&world).judgements();
    let said: Vec<_> = sets[0]
        .revisions
        .iter()
        .map(|taken| taken.step.step.clone())
        .collect();
    assert_eq!(
        said,
        [judged(new, Leak::No), judged(DataSet::Known(1), Leak::Yes)]
    );
    // A revision is no set of its own.
    let refused = refuses(&mut world, OPERATOR, judged(DataSet::Known(2), Leak::No));
    assert_eq!(refused, [Reason::NotFound]);
}

#[test]
fn s1_10_a_notice_is_made_of_what_may_be_said_and_goes_out_after_somebody_else_approved_it() {
    let mut world = begun();
    let first = note(&world);
    world.does(&staff(OPERATOR), noted(first));
    let notice = NoticeKind::First;
    let facts = |number| facts(&[number]);
    let draft = |number| Step::Drafted {
        notice,
        facts: facts(number),
    };
    // Nobody has said that anything may be said.
    assert_eq!(refuses(&mut world, OPERATOR, draft(1)), [Reason::NotFound]);
    // Whoever answers for the hospital says it.
    let refused = refuses(&mut world, OPERATOR, Step::Fact { note: 1 });
    assert_eq!(refused, [Reason::RoleMissing]);
    let refused = refuses(&mut world, DOCTOR, Step::Fact { note: 2 });
    assert_eq!(refused, [Reason::NotFound]);
    takes(&mut world, DOCTOR, Step::Fact { note: 1 });
    takes(&mut world, DOCTOR, draft(1));
    let refused = refuses(&mut world, DOCTOR, Step::Published { draft: 2 });
    assert_eq!(refused, [Reason::NoticeNotApproved]);
    // Not who drafted it.
    let refused = refuses(&mut world, DOCTOR, Step::Approved { draft: 2 });
    assert_eq!(refused, [Reason::SelfApproval]);
    takes(&mut world, OPERATOR, draft(1));
    takes(&mut world, DOCTOR, Step::Approved { draft: 3 });
    takes(&mut world, OPERATOR, Step::Published { draft: 3 });
    let refused = refuses(&mut world, OPERATOR, Step::Published { draft: 3 });
    assert_eq!(refused, [Reason::AlreadyDecided]);
    let notices = incident(&world).notices();
    assert!(notices[0].approved.is_none() && notices[1].published.is_some());
}

#[test]
fn what_was_corrected_is_not_said_outside_any_more() {
    let mut world = with_a_draft();
    let correction = NewNote {
        corrects: Some(1),
        ..note(&world)
    };
    world.does(&staff(OPERATOR), noted(correction));
    let refused = refuses(&mut world, DOCTOR, Step::Approved { draft: 2 });
    assert_eq!(refused, [Reason::FactCorrected]);
    let refused = refuses(&mut world, DOCTOR, Step::Fact { note: 1 });
    assert_eq!(refused, [Reason::FactCorrected]);
    assert!(incident(&world).facts().is_empty());
    // The correction may be.
    takes(&mut world, DOCTOR, Step::Fact { note: 2 });
    assert_eq!(incident(&world).facts().len(), 1);
}

#[test]
fn what_a_second_correction_replaced_is_not_said_either_and_also_not_after_the_incident() {
    let mut world = with_a_fact();
    let corrects = |world: &World| NewNote {
        corrects: Some(1),
        ..note(world)
    };
    let second = corrects(&world);
    world.does(&staff(OPERATOR), noted(second));
    takes(&mut world, DOCTOR, Step::Fact { note: 2 });
    let draft = Step::Drafted {
        notice: NoticeKind::First,
        facts: facts(&[2]),
    };
    takes(&mut world, OPERATOR, draft.clone());
    // When all is over nothing new is written, but what was wrong is still put right.
    world.does(&staff(DOCTOR), close());
    let new = note(&world);
    assert_eq!(
        world.refused(&staff(OPERATOR), noted(new)),
        [Reason::AlreadyDecided]
    );
    let third = corrects(&world);
    world.does(&staff(OPERATOR), noted(third));
    let refused = refuses(&mut world, DOCTOR, Step::Approved { draft: 3 });
    assert_eq!(refused, [Reason::FactCorrected]);
    assert_eq!(
        refuses(&mut world, OPERATOR, draft),
        [Reason::FactCorrected]
    );
    let refused = refuses(&mut world, DOCTOR, Step::Fact { note: 2 });
    assert_eq!(refused, [Reason::FactCorrected]);
    takes(&mut world, DOCTOR, Step::Fact { note: 3 });
}

#[test]
fn a_task_after_an_incident_has_an_owner_and_a_day_and_is_done_once() {
    let mut world = begun();
    world.does(&staff(OPERATOR), close());
    let due = world.now.plus(30 * DAY);
    let owner = person(DOCTOR);
    takes(&mut world, OPERATOR, Step::Given { owner, due });
    takes(&mut world, DOCTOR, Step::Done { task: 1 });
    assert!(incident(&world).given_tasks()[0].done.is_some());
    let refused = refuses(&mut world, DOCTOR, Step::Done { task: 1 });
    assert_eq!(refused, [Reason::AlreadyDecided]);
    let nobody = Step::Given {
        owner: person(99),
        due,
    };
    assert_eq!(refuses(&mut world, OPERATOR, nobody), [Reason::NotFound]);
}

#[test]
fn s1_11_how_long_care_took_to_go_on_is_measured_from_the_first_time_that_it_did() {
    let mut world = begun();
    let paper = Step::Continued {
        care: Care::PaperCharts,
    };
    takes(&mut world, OPERATOR, paper.clone());
    let first = world.now;
    world.now = world.now.plus(HOUR);
    takes(&mut world, OPERATOR, paper);
    let care = incident(&world).care();
    let paper = care.iter().find(|(care, _)| *care == Care::PaperCharts);
    assert_eq!(paper.unwrap().1.unwrap().step.happened, first);
    let early = NewStep {
        happened: world.now.plus(HOUR),
        step: Step::Learned {},
        said: word(50),
    };
    let early = Command::Incidents(IncidentCommand::Step {
        incident: 1,
        step: early,
    });
    assert_eq!(
        world.refused(&staff(OPERATOR), early),
        [Reason::WindowNotPossible]
    );
}

#[test]
fn s1_9_what_is_agreed_in_peace_is_agreed_by_an_approver_and_the_newest_card_counts() {
    let mut world = upgraded(World::hospital());
    let agree = |matter, said| Command::Prepare(PreparationCommand::Agree { matter, said });
    let no_payment = |said| agree(Matter::NoPayment, word(said));
    let refused = world.refused(&staff(OPERATOR), no_payment(61));
    assert_eq!(refused, [Reason::RoleMissing]);
    world.does(&staff(DOCTOR), no_payment(61));
    world.does(&staff(DOCTOR), no_payment(62));
    let card = world.site.policy_card(Matter::NoPayment).unwrap();
    assert_eq!((card.said, &card.by), (word(62), &staff(DOCTOR).who));
    let refused = world.refused(&staff(DOCTOR), agree(Matter::Other, word(63)));
    assert_eq!(refused, [Reason::NotFound]);
}

#[test]
fn whoever_is_to_be_called_is_called_twice_a_year_and_another_number_was_never_tried() {
    let world = upgraded(World::hospital());
    let refused = world.refused(&staff(OPERATOR), try_contact(true));
    assert_eq!(refused, [Reason::NotFound]);
    let mut world = with_a_contact();
    let untried = |world: &World| world.site.contacts_untried(world.now).count();
    assert_eq!(untried(&world), 1);
    world.does(&staff(OPERATOR), try_contact(false));
    assert_eq!(untried(&world), 1, "nobody answered");
    world.does(&staff(OPERATOR), try_contact(true));
    assert_eq!(untried(&world), 0);
    assert!(!world.site.contacts_missing().contains(&ContactRole::Police));
    world.now = world.now.plus(200 * DAY);
    assert_eq!(untried(&world), 1);
    world.does(&staff(OPERATOR), try_contact(true));
    let changed = world.site.contacts().next().unwrap().contact.clone();
    let set = |contact| {
        let number = Some(1);
        Command::Prepare(PreparationCommand::SetContact { number, contact })
    };
    world.does(&staff(OPERATOR), set(Some(changed)));
    assert_eq!(untried(&world), 1);
    world.does(&staff(OPERATOR), set(None));
    assert_eq!(world.site.contacts().count(), 0);
    // Its number is not given to somebody else.
    world.does(&staff(OPERATOR), set_contact());
    assert_eq!(world.site.contacts().next().unwrap().number, 2);
}
