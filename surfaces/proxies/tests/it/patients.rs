//! Whose data come out of real databases: told in the recording, whichever program asks and however.

use recording::{ChannelNote, PatientsNote};

use crate::database_ground::{Ground, Wish};
use crate::mysql_ground;
use crate::postgres_ground::Server;
use crate::seen::{Ran, Recorded};

/// Patients who came out, and how often others did who are not listed.
fn touched(recorded: &Recorded) -> (Vec<String>, usize) {
    let notes = recorded.notes.iter().filter_map(|note| match note {
        ChannelNote::Patients(patients) => Some(patients.clone()),
        _ => None,
    });
    let notes: Vec<PatientsNote> = notes.collect();
    let others = notes.iter().filter(|note| !note.all).count();
    (
        notes.into_iter().flat_map(|note| note.patients).collect(),
        others,
    )
}

fn named(patients: &'static [[&'static str; 3]]) -> Wish {
    Wish {
        patients,
        ..Wish::default()
    }
}

/// シQ-23 of the guideline's questions and answers.
#[test]
fn psql_shows_whose_rows_came_out_and_that_others_did() {
    let server = Server::start();
    let ground = Ground::new(&server, named(&[["public", "patients", "id"]]));
    let ran = ground.psql(&[
        "-c",
        "select name, id as x from patients where id in (7, 3) order by id desc",
        "-c",
        "select count(*) from patients",
        "-c",
        "select p.id from patients p join patients q on q.id = p.id + 1 where p.id = 990",
        "-c",
        "update patients set name = 'y' where id = 12 returning id",
    ]);
    assert!(ran.out.contains("name 7|7"), "{ran:?}");
    let recorded = ground.recorded();
    let numbers = ["7", "3", "990", "12"].map(str::to_owned);
    assert_eq!(touched(&recorded), (numbers.to_vec(), 0));
    let listed = &recorded.index.channels[0].patients;
    assert!(listed.iter().map(|story| story.at).is_sorted());
    assert_eq!(
        listed.len(),
        3,
        "once a statement, and none where nobody came out"
    );
}

#[test]
fn names_without_numbers_copies_and_a_whole_register_are_told_as_of_others() {
    let server = Server::start();
    for (statement, told) in [
        ("select name from patients where id = 5", (0, 1)),
        ("copy patients to stdout", (0, 1)),
        ("select id + 0 from patients", (0, 0)),
        (
            "select * from patients cross join generate_series(1, 3)",
            (1000, 0),
        ),
    ] {
        let ground = Ground::new(&server, named(&[["public", "patients", "id"]]));
        let ran = ground.psql(&["-c", statement]);
        assert!(!ran.out.is_empty(), "{ran:?}");
        let (listed, others) = touched(&ground.recorded());
        assert_eq!((listed.len(), others), told, "{statement}");
    }
}

/// The program asks for another encoding, prepares, and takes what comes in binary.
#[test]
fn psycopg_in_binary_and_a_table_with_a_japanese_name_are_read_as_well() {
    let server = Server::start();
    let table = "create table 患者 (\"番 号\" numeric(10), 名 text); \
                 insert into 患者 values (120034, '佐藤'), (null, '不明'); grant all on 患者 to maint";
    server.does_there(table);
    let ground = Ground::new(
        &server,
        named(&[["public", "患者", "番 号"], ["gone", "x", "y"]]),
    );
    let program = "import psycopg\n\
        with psycopg.connect(client_encoding='EUC_JP', prepare_threshold=0) as c:\n\
        \x20for n in range(3):\n\
        \x20 print(c.cursor(binary=True).execute('select * from 患者 where 名 = %s', ('佐藤',)).fetchall())\n";
    let mut python = ground.client("/usr/bin/python3");
    let ran = Ran::of(python.args(["-c", program]).output().unwrap());
    assert!(ran.out.contains("120034"), "{ran:?}");
    let number = "120034".to_owned();
    let expected = (vec![number.clone(), number.clone(), number], 0);
    assert_eq!(touched(&ground.recorded()), expected);
}

#[test]
fn the_mariadb_client_shows_whose_rows_came_out_and_that_others_did() {
    let server = mysql_ground::Server::start();
    let wish = Wish {
        patients: &[["orca", "patients", "id"]],
        ..mysql_ground::wish()
    };
    let ground = Ground::with_mysql(&server, wish);
    let ran = ground.mariadb(
        "select name, id as x from patients where id in (7, 3) order by id desc; \
         select count(*) from patients; select name from patients where id = 5",
    );
    assert!(ran.out.contains("7"), "{ran:?}");
    let numbers = ["7", "3"].map(str::to_owned);
    assert_eq!(touched(&ground.recorded()), (numbers.to_vec(), 1));
}
