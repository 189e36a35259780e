use ids::Timestamp;

use crate::mysql::*;
use crate::statements::{Patients, Told};

fn now() -> Timestamp {
    Timestamp::from_millis(0)
}

fn watched(table: &str, column: &str) -> PatientColumn {
    PatientColumn {
        schema: "orca".to_owned(),
        table: table.to_owned(),
        column: column.to_owned(),
    }
}

const LONG: u8 = 3;
const VARCHAR: u8 = 253;
const END: &[u8] = &[0xfe, 0, 0, 2, 0];

/// One session: what is asked, what comes, what is told of patients.
struct Talk {
    engineer: EngineerSide,
    target: TargetSide,
    tracker: Tracker,
}

impl Talk {
    fn new() -> Self {
        let tracker = Tracker::new(false, false);
        Self {
            engineer: EngineerSide::new(),
            target: TargetSide::new(),
            tracker: tracker.watching(vec![watched("patients", "id")]),
        }
    }

    fn asks(&mut self, body: &[u8]) {
        let bytes = packet(0, body);
        let mut out = Vec::new();
        let taken = self
            .engineer
            .take(&mut &bytes[..], &mut self.tracker, now(), &mut out);
        assert!(taken.is_ok());
        assert_eq!(out, bytes);
        let _began = self.tracker.told();
    }

    /// Messages of the target's, in pieces; everything passes as it came.
    fn hears(&mut self, bodies: &[&[u8]]) -> Vec<Patients> {
        let all = (1..).zip(bodies).map(|(number, body)| packet(number, body));
        let bytes = all.collect::<Vec<_>>().concat();
        let (mut out, mut told) = (Vec::new(), Vec::new());
        for mut piece in bytes.chunks(1000) {
            let taken = self
                .target
                .take(&mut piece, &mut self.tracker, now(), |_| true, &mut out);
            assert_eq!(taken, Ok(Taken::Everything));
            told.extend(self.tracker.told());
        }
        assert_eq!(out, bytes);
        let patients = told.into_iter().filter_map(|told| match told {
            Told::Patients(patients) => Some(patients),
            Told::Began(_) | Told::Ended(_) | Told::Said(_) => None,
        });
        patients.collect()
    }
}

fn counted(text: &[u8]) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap();
    let length = match u8::try_from(length) {
        Ok(short @ ..=0xfa) => vec![short],
        _ => [&[0xfc][..], &length.to_le_bytes()].concat(),
    };
    [&length, text].concat()
}

/// A column of this table, under a name that the statement gave it.
fn column(table: &str, name: &str, kind: u8) -> Vec<u8> {
    let names = [
        b"def",
        &b"orca"[..],
        b"alias",
        table.as_bytes(),
        b"shown",
        name.as_bytes(),
    ];
    let names = names.map(counted).concat();
    let rest = [12, 33, 0, 4, 0, 0, 0, kind, 32, 0, 0, 0, 0];
    [&names[..], &rest].concat()
}

fn these(number: u64, patients: &[&str]) -> Patients {
    Patients {
        number,
        patients: patients.iter().map(|one| (*one).to_owned()).collect(),
        all: true,
    }
}

fn others(number: u64) -> Patients {
    Patients {
        number,
        patients: Vec::new(),
        all: false,
    }
}

#[test]
fn whose_rows_come_out_is_told_with_them_whatever_the_column_is_called() {
    let mut talk = Talk::new();
    talk.asks(b"\x03select name, id as x from patients");
    let (name, id) = (
        column("patients", "name", VARCHAR),
        column("PATIENTS", "ID", LONG),
    );
    let told = talk.hears(&[
        b"\x02",
        &name,
        &id,
        END,
        b"\x04Sato\x0217",
        b"\xfb\x0218",
        b"\x03Ito\xfb",
        b"\x03Ito\x0217",
        END,
    ]);
    assert_eq!(told, [these(0, &["17", "18"])]);
}

#[test]
fn rows_of_another_table_touch_nobody_and_rows_without_the_number_are_told_as_of_others() {
    let mut talk = Talk::new();
    talk.asks(b"\x03select id from elsewhere");
    let other = column("elsewhere", "id", LONG);
    assert_eq!(talk.hears(&[b"\x01", &other, END, b"\x0217", END]), []);
    talk.asks(b"\x03select name from patients");
    let name = column("patients", "name", VARCHAR);
    let rows: [&[u8]; 6] = [b"\x01", &name, END, b"\x04Sato", b"\x03Ito", END];
    assert_eq!(talk.hears(&rows), [others(1)], "once");
    talk.asks(b"\x03select count(*) from patients");
    let computed = column("", "", LONG);
    assert_eq!(talk.hears(&[b"\x01", &computed, END, b"\x041000", END]), []);
}

#[test]
fn a_prepared_statement_gives_its_numbers_in_binary_at_once_and_when_they_are_fetched() {
    let mut talk = Talk::new();
    talk.asks(b"\x16select name, id from patients");
    talk.hears(&[&[0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]);
    let (name, id) = (
        column("patients", "name", VARCHAR),
        column("patients", "id", LONG),
    );
    let row = |nulls: u8, values: &[u8]| [&[0, nulls][..], values].concat();
    let both = row(0, b"\x04Sato\x01\x02\0\0");
    let nameless = row(1 << 2, &[7, 0, 0, 0]);
    let nobody = row(1 << 3, b"\x03Ito");
    talk.asks(b"\x17\x07\0\0\0\0\x01\0\0\0");
    let told = talk.hears(&[b"\x02", &name, &id, END, &both, &nameless, &nobody, END]);
    assert_eq!(told, [these(0, &["513", "7"])]);
    // With a cursor: the columns now, the rows when they are asked for.
    talk.asks(b"\x17\x07\0\0\0\x01\x01\0\0\0");
    let cursor = &[0xfe, 0, 0, 0x42, 0];
    assert_eq!(talk.hears(&[b"\x02", &name, &id, cursor]), []);
    talk.asks(b"\x1c\x07\0\0\0\x01\0\0\0");
    assert_eq!(talk.hears(&[&nameless, END]), [these(2, &["7"])]);
}

#[test]
fn what_cannot_be_read_is_told_as_of_others_and_passes_all_the_same() {
    let mut talk = Talk::new();
    talk.asks(b"\x03select name, id from patients");
    let (name, id) = (
        column("patients", "name", VARCHAR),
        column("patients", "id", LONG),
    );
    let long = [&counted(&vec![b'x'; 3 * KEPT])[..], b"\x0217"].concat();
    let told = talk.hears(&[b"\x02", &name, &id, END, &long, b"\x04Sato\x0218", END]);
    assert_eq!(told, [others(0), these(0, &["18"])]);
    // A column that is none.
    talk.asks(b"\x03select 1");
    let told = talk.hears(&[b"\x01", b"\x03def\xff", END, b"\x0217", END]);
    assert_eq!(told, [others(1)]);
}
