//! The notes of database sessions: what docs/formats/statements.md promises, and what an index makes of them.

use ids::Timestamp;

use crate::*;

/// As recordings hold them. A reader of another version reads these: they are never changed, only added to.
const KEPT: [&str; 6] = [
    r#"{"opened":{"channel":0,"what":{"database":{"database":"orca","account":"hosyu_ro","typed":"arai","application":"psql"}},"terminal":null}}"#,
    r#"{"statement":{"channel":0,"number":7,"how":"text","text":"select 1","whole":true}}"#,
    r#"{"statement":{"channel":0,"number":8,"how":"prepared","text":"select $1","whole":false,"parameters":["a",null,"\\x00ff"],"more":2}}"#,
    r#"{"statement_ended":{"channel":0,"number":8,"tags":["SELECT 5"],"rows":5,"bytes_out":120,"bytes_in":0,"millis":12,"outcome":{"failed":{"code":"57014","message":"canceling statement"}}}}"#,
    r#"{"server_said":{"channel":0,"code":"57P01","message":"terminating connection"}}"#,
    r#"{"patients":{"channel":0,"number":8,"patients":["00017","A-4"],"all":true}}"#,
];

#[test]
fn the_notes_of_statements_are_read_and_written_as_they_were() {
    for kept in KEPT {
        let note = ChannelNote::decode(kept.as_bytes()).unwrap();
        assert_eq!(note.to_string(), kept);
        assert_eq!(note.channel(), Some(0));
    }
    for how in ["text", "prepared", "continued", "not_run", "call"] {
        let note = KEPT[1].replace(r#""text","text""#, &format!(r#""{how}","text""#));
        assert!(ChannelNote::decode(note.as_bytes()).is_ok(), "{how}");
    }
    for outcome in ["done", "suspended", "skipped", "unfinished"] {
        let (before, _) = KEPT[3].split_once(r#"{"failed"#).unwrap();
        let note = format!("{before}\"{outcome}\"}}}}");
        assert!(ChannelNote::decode(note.as_bytes()).is_ok(), "{outcome}");
    }
}

fn statement(number: u64, text: &str, parameters: Vec<Option<String>>) -> StatementNote {
    StatementNote {
        channel: 0,
        number,
        how: StatementHow::Prepared,
        text: text.to_owned(),
        whole: true,
        parameters,
        more: 0,
    }
}

#[test]
fn a_note_of_a_statement_keeps_its_bounds_and_says_what_it_left_out() {
    let parameters = vec![Some("\u{1}".repeat(100)); 70];
    let note = statement(0, &"\u{1}".repeat(9000), parameters);
    let note = ChannelNote::Statement(note);
    assert!(note.length() < MAX_NOTE);
    let bytes = note.encode().unwrap();
    let Ok(ChannelNote::Statement(read)) = ChannelNote::decode(&bytes) else {
        panic!("not read back");
    };
    assert!(!read.whole && read.text.len() <= MAX_TEXT);
    assert_eq!((read.parameters.len(), read.more), (40, 30));
}

#[test]
fn a_note_of_patients_keeps_its_bounds_and_says_that_there_were_more() {
    let patients = vec!["\u{1}".repeat(100); MOST_PATIENTS + 1];
    let note = ChannelNote::Patients(PatientsNote {
        channel: 0,
        number: 1,
        patients,
        all: true,
    });
    assert!(note.length() < MAX_NOTE);
    let Ok(ChannelNote::Patients(read)) = ChannelNote::decode(&note.encode().unwrap()) else {
        panic!("not read back");
    };
    assert!(!read.all && read.patients.len() == MOST_PATIENTS);
    assert!(
        read.patients
            .iter()
            .all(|patient| patient.len() <= MAX_PATIENT)
    );
}

#[test]
fn an_index_lists_statements_with_their_parameters_and_answers() {
    let at = Timestamp::from_millis;
    let mut indexer = Indexer::new();
    let mut see = |millis, note: ChannelNote| indexer.see(at(millis), &Content::Channel(note));
    see(1, ChannelNote::decode(KEPT[0].as_bytes()).unwrap());
    let parameters = vec![Some("山田".to_owned()), None];
    let note = statement(3, "select * from p where n = $1", parameters);
    see(2, ChannelNote::Statement(note));
    let ended = StatementEnd {
        channel: 0,
        number: 3,
        tags: vec!["SELECT 2".to_owned()],
        rows: 2,
        bytes_out: 90,
        bytes_in: 0,
        millis: 4,
        outcome: StatementOutcome::Done,
    };
    see(6, ChannelNote::StatementEnded(ended.clone()));
    let index = indexer.finish();
    let [command] = index.channels[0].commands.as_slice() else {
        panic!("{index:?}");
    };
    assert_eq!(command.prompt.as_deref(), Some("orca=>"));
    assert_eq!(
        command.text,
        "select * from p where n = $1 -- $1 = '山田', $2 = null"
    );
    assert_eq!(command.answer, Some(Answer { at: at(6), ended }));
}
