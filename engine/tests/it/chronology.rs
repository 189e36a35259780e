//! The chronology of an incident: in the order in which things happened, and provable to a stranger.

use std::net::SocketAddr;
use std::time::Duration;

use access::{Command, Confidence, IncidentCommand, NewNote, NoteSource, Reason};

use crate::hospital::Staffed;

const HOUR: Duration = Duration::from_secs(3600);

fn staffed() -> Staffed {
    let nobody: SocketAddr = "127.0.0.1:9".parse().unwrap();
    Staffed::with_target(nobody)
}

fn does(staffed: &Staffed, command: IncidentCommand) -> Result<(), Vec<Reason>> {
    let engine = &staffed.hospital.engine;
    let submitted = engine.submit(&staffed.clerk, Command::Incidents(command));
    let done = staffed.hospital.run(submitted);
    done.map(drop).map_err(|refusal| refusal.reasons)
}

fn note(staffed: &Staffed, ago: Duration, said: &str) {
    let engine = &staffed.hospital.engine;
    let note = NewNote {
        happened: engine.now().minus(ago),
        said: engine.commit("incident-note", said, None).unwrap(),
        photo: None,
        source: NoteSource::Told,
        confidence: Confidence::Probable,
        corrects: None,
    };
    does(staffed, IncidentCommand::Note { incident: 1, note }).unwrap();
}

#[test]
fn s1_24_what_was_heard_later_stands_where_it_happened_beside_what_the_ledger_knows() {
    let staffed = staffed();
    let engine = &staffed.hospital.engine;
    staffed.hospital.pass(2 * HOUR);
    does(&staffed, IncidentCommand::Begin).unwrap();
    staffed.hospital.pass(HOUR / 4);
    let isolating = engine.isolate(&staffed.clerk, "nobody explains the alert");
    staffed.hospital.run(isolating).unwrap();
    note(&staffed, Duration::ZERO, "the ward has paper charts");
    note(&staffed, HOUR / 12, "the printer said so before");
    let told = engine.chronology(1).unwrap();
    let rows: Vec<(&str, Option<u32>)> = told
        .rows
        .iter()
        .map(|row| (row.kind, row.note.as_ref().map(|(number, _)| *number)))
        .collect();
    let expected = [
        ("incident_begun", None),
        ("incident_noted", Some(2)),
        ("isolated", None),
        ("incident_noted", Some(1)),
    ];
    assert_eq!(rows, expected);
    assert_eq!(
        engine.chronology(2).unwrap_err().reasons,
        [Reason::NotFound]
    );
}

#[test]
fn s1_24_each_row_is_proved_to_a_checkpoint_and_no_other_entry_is() {
    let staffed = staffed();
    let engine = &staffed.hospital.engine;
    does(&staffed, IncidentCommand::Begin).unwrap();
    note(&staffed, Duration::ZERO, "it began");
    let told = engine.chronology(1).unwrap();
    let (checkpoint, proved) = engine.prove_chronology(&told).unwrap();
    assert_eq!(proved.len(), told.rows.len());
    let (size, root) = signed_size_and_root(&checkpoint);
    for one in &proved {
        let leaf = ledger::tree::leaf_hash(&one.bytes);
        let verify =
            |leaf| ledger::tree::verify_inclusion(leaf, one.entry, size, &one.proof, &root);
        assert_eq!(verify(&leaf), Ok(()));
        let other = ledger::tree::leaf_hash(b"another entry");
        assert!(verify(&other).is_err());
    }
}

/// What a checkpoint says (C2SP tlog-checkpoint): its second and third line.
fn signed_size_and_root(checkpoint: &str) -> (u64, ids::Digest) {
    let mut lines = checkpoint.lines().skip(1);
    let size = lines.next().unwrap().parse().unwrap();
    let root = data_encoding::BASE64.decode(lines.next().unwrap().as_bytes());
    let root: [u8; 32] = root.unwrap().try_into().unwrap();
    (size, ids::Digest(root))
}
