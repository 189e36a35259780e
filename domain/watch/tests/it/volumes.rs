//! Volumes: rows, files, patients, bytes.

use access::*;
use watch::{Row, Rule};

use crate::ward::Ward;
use crate::world::*;

const MIB: u64 = 1 << 20;

/// The hospital, with an open visit of this kind.
fn visited(kind: KindOfWork, patients: PatientData) -> Ward {
    let mut ward = Ward::of(World::hospital());
    ward.visits(|asked| {
        asked.kind = kind;
        asked.patients = patients;
    });
    assert_eq!(ward.fired(), []);
    ward
}

fn touched() -> PatientData {
    PatientData::Touched { reason: word(6) }
}

#[test]
fn bulk_reading_is_told_of_once_and_an_extraction_that_was_approved_is_not() {
    let mut ward = visited(KindOfWork::Fault, touched());
    assert_eq!(ward.reads(Row::Rows(19_000)), []);
    assert_eq!(ward.reads(Row::Rows(1_000)), [Rule::BulkRead]);
    assert_eq!(ward.reads(Row::Rows(1_000_000)), []);
    let mut ward = visited(KindOfWork::DataExtraction, touched());
    assert_eq!(ward.reads(Row::Rows(1_000_000)), []);
}

#[test]
fn many_files_out_are_told_of_once_and_as_many_in_are_not() {
    let mut ward = visited(KindOfWork::Fault, touched());
    let pass = |ward: &mut Ward, direction| {
        ward.enters(Event::FileHandedOver {
            session: session(1),
            visit: visit(1),
            direction,
            name: word(40),
            bytes: 10,
            sha256: None,
            look: None,
        })
    };
    for _ in 0..120 {
        assert_eq!(pass(&mut ward, Handover::In), []);
    }
    for _ in 0..99 {
        assert_eq!(pass(&mut ward, Handover::Out), []);
    }
    assert_eq!(pass(&mut ward, Handover::Out), [Rule::ManyFilesOut]);
    assert_eq!(pass(&mut ward, Handover::Out), []);
}

#[test]
fn far_more_than_ever_before_is_told_of_once_and_thrice_as_much_is_not() {
    let mut ward = Ward::of(World::hospital());
    for _ in 0..3 {
        let open = ward.visits(|_| {});
        assert_eq!(ward.closes(open, 50 * MIB, 0), []);
        ward.world.later(2 * HOUR);
    }
    let open = ward.visits(|_| {});
    assert_eq!(ward.closes(open, 150 * MIB, 0), []);
    ward.world.later(2 * HOUR);
    let one = ward.visits(|_| {});
    ward.world.does(&engineer(ITO), open_again());
    let other = session(ward.world.site.sessions().count() as u64);
    assert_eq!(ward.closes(one, 601 * MIB, 0), [Rule::VolumeBeyondHabit]);
    assert_eq!(ward.closes(other, 10 * MIB, 0), []);
}

fn open_again() -> Command {
    open(BILLING)
}

#[test]
fn little_is_nobodys_loss_however_rare_and_a_first_visit_has_no_habit() {
    let mut ward = Ward::of(World::hospital());
    for _ in 0..3 {
        let open = ward.visits(|_| {});
        assert_eq!(ward.closes(open, 1_000, 0), []);
        ward.world.later(2 * HOUR);
    }
    let open = ward.visits(|_| {});
    assert_eq!(ward.closes(open, 60 * MIB, 0), []);
    let mut ward = Ward::of(World::hospital());
    let open = ward.visits(|_| {});
    assert_eq!(ward.closes(open, 200 * MIB, 0), []);
    let mut ward = Ward::of(World::hospital());
    let open = ward.visits(|_| {});
    assert_eq!(ward.closes(open, 300 * MIB, 0), [Rule::VolumeBeyondHabit]);
}

#[test]
fn more_than_the_terms_allow_is_told_of_once_and_all_that_they_allow_is_not() {
    let ends = |ward: &mut Ward, number, reason| {
        ward.does(
            &Caller::gateway(),
            Command::CloseSession {
                session: session(number),
                reason,
                sent: 1,
                received: 1,
                data_out: 5,
            },
        )
    };
    let mut ward = visited(KindOfWork::Fault, touched());
    ward.world.does(&engineer(ITO), open_again());
    assert_eq!(ends(&mut ward, 1, EndReason::EngineerClosed), []);
    let used_up = EndReason::DataUsedUp;
    assert_eq!(ends(&mut ward, 2, used_up), [Rule::VolumeBeyondTerms]);
    let refused = vec![Reason::DataUsedUp];
    let by = engineer(KATO);
    assert_eq!(
        ward.was_refused(&by, "open_session", refused, 1),
        [Rule::VolumeBeyondTerms]
    );
}

fn numbers(from: u32, many: u32) -> Vec<String> {
    (from..from + many).map(|n| format!("{n:08}")).collect()
}

#[test]
fn many_patients_are_told_of_once_and_one_patient_many_times_is_not() {
    let mut ward = visited(KindOfWork::Fault, touched());
    let patients =
        |ward: &mut Ward, numbers: &[String], all| ward.reads(Row::Patients { numbers, all });
    for _ in 0..500 {
        assert_eq!(patients(&mut ward, &numbers(1, 1), true), []);
    }
    assert_eq!(patients(&mut ward, &numbers(2, 98), true), []);
    let one_more = numbers(200, 1);
    assert_eq!(patients(&mut ward, &one_more, true), [Rule::ManyPatients]);
    assert_eq!(patients(&mut ward, &numbers(300, 50), true), []);
    let mut ward = visited(KindOfWork::Fault, touched());
    assert_eq!(patients(&mut ward, &[], false), [Rule::ManyPatients]);
    let mut ward = visited(KindOfWork::DataExtraction, touched());
    assert_eq!(patients(&mut ward, &numbers(1, 150), false), []);
}

#[test]
fn patients_of_whom_the_plan_says_nothing_are_told_of_once_and_declared_ones_are_not() {
    let mut ward = visited(KindOfWork::Fault, PatientData::None);
    let one = numbers(1, 1);
    let row = Row::Patients {
        numbers: &one,
        all: true,
    };
    assert_eq!(ward.reads(row), [Rule::PatientsUndeclared]);
    assert_eq!(ward.reads(row), []);
    let mut ward = visited(KindOfWork::Fault, touched());
    assert_eq!(ward.reads(row), []);
}
