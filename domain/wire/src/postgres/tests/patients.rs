use ids::Timestamp;

use crate::postgres::*;
use crate::statements::{MOST_AT_ONCE, MOST_PATIENTS, Patients};

/// `public.patients (id int, name text)`, and the numbers of its visits elsewhere.
const PATIENTS: u32 = 16_400;
const ID: (u32, u16) = (PATIENTS, 1);
const NAME: (u32, u16) = (PATIENTS, 2);
const ELSEWHERE: (u32, u16) = (16_500, 1);
const COMPUTED: (u32, u16) = (0, 0);

const TEXT: u32 = 25;
const INT4: u32 = 23;
const NUMERIC: u32 = 1700;

fn now() -> Timestamp {
    Timestamp::from_millis(0)
}

/// A server's messages, and what is told of them. What is asked goes by the tracker alone.
struct Server {
    tracker: Tracker,
    side: TargetSide,
}

impl Server {
    fn new() -> Self {
        Self {
            tracker: Tracker::watching(PatientColumns(vec![ID])),
            side: TargetSide::new(),
        }
    }

    fn ask(&mut self, kind: u8, body: &[u8]) {
        self.tracker.asked(kind, body, now());
        let _began = self.tracker.told();
    }

    fn says(&mut self, kind: u8, body: &[u8]) -> Vec<Patients> {
        let bytes = message(kind, body);
        let mut passing = Passing::default();
        // As it arrives: in pieces.
        for piece in bytes.chunks(4096) {
            let taken = self
                .side
                .take(piece, &mut self.tracker, now(), |_| true, &mut passing);
            assert_eq!(taken, Ok(true));
        }
        assert_eq!(passing.bytes, bytes, "everything passes as it came");
        patients(passing.told)
    }

    fn row(&mut self, values: &[Option<&[u8]>]) -> Vec<Patients> {
        let mut body = u16::try_from(values.len()).unwrap().to_be_bytes().to_vec();
        for value in values {
            match value {
                None => body.extend(u32::MAX.to_be_bytes()),
                Some(value) => {
                    body.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
                    body.extend_from_slice(value);
                }
            }
        }
        self.says(b'D', &body)
    }
}

fn patients(told: Vec<Told>) -> Vec<Patients> {
    let told = told.into_iter().filter_map(|told| match told {
        Told::Patients(patients) => Some(patients),
        Told::Began(_) | Told::Ended(_) | Told::Said(_) => None,
    });
    told.collect()
}

fn columns(columns: &[((u32, u16), u32, u16)]) -> Vec<u8> {
    let mut body = u16::try_from(columns.len()).unwrap().to_be_bytes().to_vec();
    for ((table, number), kind, format) in columns {
        body.extend(b"name\0");
        body.extend(table.to_be_bytes());
        body.extend(number.to_be_bytes());
        body.extend(kind.to_be_bytes());
        body.extend([0, 4]);
        body.extend(u32::MAX.to_be_bytes());
        body.extend(format.to_be_bytes());
    }
    body
}

fn these(number: u64, patients: &[&str]) -> Vec<Patients> {
    vec![Patients {
        number,
        patients: patients.iter().map(|one| (*one).to_owned()).collect(),
        all: true,
    }]
}

fn others(number: u64) -> Vec<Patients> {
    vec![Patients {
        number,
        patients: Vec::new(),
        all: false,
    }]
}

#[test]
fn whose_rows_come_out_is_told_with_them_once_a_statement_and_whatever_the_column_is_called() {
    let mut server = Server::new();
    for number in 0..2 {
        server.ask(b'Q', b"select name as id, id as name from patients\0");
        let shape = columns(&[(NAME, TEXT, 0), (ID, INT4, 0)]);
        assert_eq!(server.says(b'T', &shape), []);
        assert_eq!(
            server.row(&[Some(b"9"), Some(b"17")]),
            these(number, &["17"])
        );
        assert_eq!(
            server.row(&[Some(b"9"), Some(b" 4 ")]),
            these(number, &["4"])
        );
        assert_eq!(server.row(&[None, Some(b"17")]), [], "told already");
        assert_eq!(server.row(&[Some(b"9"), None]), [], "nobody");
        assert_eq!(server.says(b'C', b"SELECT 4\0"), []);
        assert_eq!(server.says(b'Z', b"I"), []);
    }
}

#[test]
fn rows_of_another_table_and_counts_touch_nobody() {
    let mut server = Server::new();
    server.ask(
        b'Q',
        b"select id from elsewhere; select count(*) from patients\0",
    );
    server.says(b'T', &columns(&[(ELSEWHERE, INT4, 0)]));
    assert_eq!(server.row(&[Some(b"17")]), []);
    server.says(b'C', b"SELECT 1\0");
    server.says(b'T', &columns(&[(COMPUTED, 20, 0)]));
    assert_eq!(server.row(&[Some(b"1000")]), []);
    server.says(b'C', b"SELECT 1\0");
    assert_eq!(server.says(b'Z', b"I"), []);
}

#[test]
fn rows_of_patients_that_do_not_say_whose_they_are_are_told_as_such() {
    let mut server = Server::new();
    server.ask(b'Q', b"select name from patients\0");
    server.says(b'T', &columns(&[(NAME, TEXT, 0)]));
    assert_eq!(server.row(&[Some(b"Sato")]), others(0));
    assert_eq!(server.row(&[Some(b"Ito")]), [], "once");
    server.says(b'C', b"SELECT 2\0");
    server.says(b'Z', b"I");
    // A copy, and the result of a function, say nothing of columns.
    server.ask(b'Q', b"copy patients to stdout\0");
    server.says(b'H', b"\0\0\x02\0\0\0\0");
    assert_eq!(server.says(b'd', b"1\tSato\n"), others(1));
}

/// Whoever never asks what a result looks like does not hide it.
#[test]
fn rows_whose_columns_nobody_asked_for_are_told_as_of_others() {
    let mut server = Server::new();
    server.ask(b'P', b"\0select * from patients\0\0\0");
    server.ask(b'B', b"\0\0\0\0\0\0\0\0");
    server.ask(b'E', b"\0\0\0\0\0");
    server.says(b'1', b"");
    server.says(b'2', b"");
    assert_eq!(server.row(&[Some(b"17"), Some(b"Sato")]), others(0));
}

#[test]
fn a_statement_that_was_described_once_is_known_whenever_it_runs_in_whichever_form() {
    let mut server = Server::new();
    server.ask(b'P', b"s\0select * from patients\0\0\0");
    server.ask(b'D', b"Ss\0");
    server.ask(b'S', b"");
    server.says(b'1', b"");
    server.says(b't', b"\0\0");
    server.says(b'T', &columns(&[(ID, INT4, 0), (NAME, TEXT, 0)]));
    server.says(b'Z', b"I");
    for (number, formats, value) in [
        (0, &b"\0\0"[..], &b"258"[..]),
        (1, b"\0\x01\0\x01", b"\0\0\x01\x02"),
        (2, b"\0\x02\0\x01\0\0", b"\0\0\x01\x02"),
    ] {
        let bind = [b"p\0s\0\0\0\0\x01\0\0\0\x02ab", formats].concat();
        server.ask(b'B', &bind);
        server.ask(b'E', b"p\0\0\0\0\0");
        server.ask(b'S', b"");
        server.says(b'2', b"");
        assert_eq!(server.row(&[Some(value), None]), these(number, &["258"]));
        server.says(b'C', b"SELECT 1\0");
        server.says(b'Z', b"I");
    }
    // Something else under the same name is something else.
    server.ask(b'P', b"s\0select name from patients\0\0\0");
    server.ask(b'B', b"\0s\0\0\0\0\0\0\0");
    server.ask(b'E', b"\0\0\0\0\0");
    server.says(b'1', b"");
    server.says(b'2', b"");
    assert_eq!(server.row(&[Some(b"Sato")]), others(3));
}

#[test]
fn numbers_in_binary_are_written_as_people_know_them_and_what_cannot_be_is_said() {
    let digits = |weight: u16, sign: u16, digits: &[u16]| -> Vec<u8> {
        let count = u16::try_from(digits.len()).unwrap();
        let fields = [count, weight, sign, 0]
            .into_iter()
            .chain(digits.iter().copied());
        fields.flat_map(u16::to_be_bytes).collect()
    };
    for (kind, value, expected) in [
        (21, vec![0, 7], Some("7")),
        (20, vec![0, 0, 0, 0, 0, 0, 1, 0], Some("256")),
        (NUMERIC, digits(1, 0, &[12, 34]), Some("120034")),
        (NUMERIC, digits(2, 0, &[1]), Some("100000000")),
        (NUMERIC, digits(0, 0, &[]), Some("0")),
        (NUMERIC, digits(0, 0, &[1, 5000]), None),
        (NUMERIC, digits(0xffff, 0, &[5000]), None),
        (
            2950,
            (0..16).collect(),
            Some("00010203-0405-0607-0809-0a0b0c0d0e0f"),
        ),
        (INT4, vec![1], None),
        (1043, b"A-17".to_vec(), Some("A-17")),
        (700, vec![0, 0, 0, 0], None),
    ] {
        let mut server = Server::new();
        server.ask(b'Q', b"select id\0");
        server.says(b'T', &columns(&[(ID, kind, 1)]));
        let told = server.row(&[Some(&value)]);
        match expected {
            Some(patient) => assert_eq!(told, these(0, &[patient]), "{kind}"),
            None => assert_eq!(told, others(0), "{kind}"),
        }
    }
}

#[test]
fn a_register_that_is_carried_out_is_told_up_to_its_limit_and_that_it_is_more() {
    let mut server = Server::new();
    server.ask(b'Q', b"select id from patients\0");
    server.says(b'T', &columns(&[(ID, INT4, 0)]));
    let mut told = Vec::new();
    for patient in 0..MOST_PATIENTS + 2 {
        told.extend(server.row(&[Some(patient.to_string().as_bytes())]));
    }
    let listed: usize = told.iter().map(|one| one.patients.len()).sum();
    assert_eq!(listed, MOST_PATIENTS);
    assert_eq!(told.iter().filter(|one| !one.all).count(), 1);
    assert!(told.iter().all(|one| one.patients.len() <= MOST_AT_ONCE));
}

#[test]
fn a_number_behind_what_is_kept_of_a_row_and_one_that_acts_are_told_as_of_others() {
    let long = vec![b'x'; 3 * KEPT];
    for values in [
        [Some(&long[..]), Some(&b"17"[..])],
        [None, Some(b"1\x1b[2J")],
    ] {
        let mut server = Server::new();
        server.ask(b'Q', b"select name, id from patients\0");
        server.says(b'T', &columns(&[(NAME, TEXT, 0), (ID, INT4, 0)]));
        assert_eq!(server.row(&values), others(0));
    }
}

#[test]
fn without_columns_nothing_is_told_and_rows_pass_unread() {
    let mut tracker = Tracker::watching(PatientColumns::default());
    tracker.asked(b'Q', b"select * from patients\0", now());
    let shape = message(b'T', &columns(&[(ID, INT4, 0)]));
    let row = message(b'D', b"\0\x01\0\0\0\x0217");
    let mut passing = Passing::default();
    let bytes = [shape, row].concat();
    let taken = TargetSide::new().take(&bytes, &mut tracker, now(), |_| true, &mut passing);
    assert_eq!(taken, Ok(true));
    assert_eq!(patients(passing.told), []);
}
