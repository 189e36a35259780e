//! MySQL and MariaDB: what both sides begin with, and whole conversations between two hostile sides.

use ids::Timestamp;
use wire::mysql::{
    Asked, Done, EngineerSide, First, Greeted, Greeting, Login, PatientColumn, Plugin, Switch,
    Taken, TargetSide, Tracker, can, failure, first_text, more_than_reading, packet, prove, query,
};
use wire::statements::{Ended, MAX_PATIENT, MOST_AT_ONCE, Outcome, Told};

use crate::bytes::{Input, field, pieces};

/// What comes before the first command, of either side, and what an account may do.
pub(super) fn first(bytes: &[u8]) {
    if let Ok(Greeted::Greeting(greeting)) = Greeted::read(bytes) {
        // What is offered in its place is of the list, whatever it says of itself.
        let ours = greeting.ours([7; 20]);
        let Ok(Greeted::Greeting(read)) = Greeted::read(ours.get(4..).unwrap_or_default()) else {
            panic!("our own greeting cannot be read");
        };
        let others = can::LOCAL_FILES | can::TLS | 1 << 5 | 1 << 24 | 1 << 27;
        assert_eq!(read.capabilities & others, 0);
        assert_eq!(read.version, greeting.version);
        assert!(greeting.version.len() <= 80 && greeting.challenge.len() <= 255);
    }
    if let Ok(First::Login(login)) = Login::read(bytes) {
        let ours = login.ours("maint", "plugin", b"proof", u32::MAX);
        let Ok(First::Login(read)) = Login::read(&ours) else {
            panic!("our own sign-in cannot be read");
        };
        assert_eq!(read.capabilities & can::LOCAL_FILES, 0);
        assert_eq!(read.user, "maint");
    }
    if let Ok(switch) = Switch::read(bytes) {
        assert!(switch.plugin.len() <= 64 && switch.challenge.len() <= 255);
        if let Some(plugin) = Plugin::of(&switch.plugin) {
            let proof = prove(plugin, b"secret", &switch.challenge, false, |_, _| {
                Vec::new().into()
            });
            let holds = |proof: &[u8]| proof.windows(6).any(|window| window == b"secret");
            assert!(!proof.is_ok_and(|proof| holds(&proof)));
        }
    }
    let _any = (Done::read(bytes, true), failure(bytes), first_text(bytes));
    let text = String::from_utf8_lossy(bytes);
    let more = more_than_reading(&text);
    let changes = ["INSERT ON", "UPDATE ON", "DELETE ON", "ALL PRIVILEGES ON"];
    let quoted = text.contains(['`', '\'', '"', '(']);
    if !quoted && changes.iter().any(|right| text.contains(right)) {
        assert!(more.is_some(), "{text}");
    }
}

/// Both sides in turns. The first byte says how they are cut into pieces; fields alternate.
pub(super) fn conversation(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let turn = input.u8();
    let (mut engineer, mut target) = (EngineerSide::new(), TargetSide::new());
    let watched = PatientColumn {
        schema: "s".to_owned(),
        table: "t".to_owned(),
        column: "c".to_owned(),
    };
    let tracker = Tracker::new(turn & 1 == 0, turn & 2 == 0);
    let mut tracker = tracker.watching(vec![watched]);
    let mut purse = 1000_u64;
    let (mut began, mut ended) = (Vec::new(), Vec::new());
    let mut now = 0;
    let mut learn = |told: Vec<Told>| {
        for told in told {
            match told {
                Told::Began(statement) => began.push(statement.number),
                Told::Ended(Ended { number, .. }) => ended.push(number),
                Told::Said(_) => {}
                Told::Patients(told) => assert!(
                    told.patients.len() <= MOST_AT_ONCE
                        && told.patients.iter().all(|one| one.len() <= MAX_PATIENT)
                ),
            }
        }
    };
    'talk: while !input.is_empty() {
        for side in [true, false] {
            let said = input.field();
            for piece in pieces(said, turn) {
                now += 1;
                let at = Timestamp::from_millis(now);
                let mut rest = piece;
                let mut out = Vec::new();
                let over = if side {
                    let taken = engineer.take(&mut rest, &mut tracker, at, &mut out);
                    match &taken {
                        Ok(Asked::Database(_)) => engineer.granted(&mut tracker, at, &mut out),
                        Ok(Asked::NotOffered(_)) => {
                            let _number = tracker.refused();
                        }
                        Ok(Asked::Everything | Asked::Waits | Asked::Over) | Err(_) => {}
                    }
                    matches!(taken, Ok(Asked::Over) | Err(_))
                } else {
                    let before = purse;
                    let spend = |bytes: u64| match purse.checked_sub(bytes) {
                        Some(left) => {
                            purse = left;
                            true
                        }
                        None => false,
                    };
                    let taken = target.take(&mut rest, &mut tracker, at, spend, &mut out);
                    if let Ok(Taken::Database { .. }) = taken {
                        target.granted(&mut out);
                    }
                    assert!(purse <= before);
                    matches!(taken, Ok(Taken::Spent) | Err(_))
                };
                learn(tracker.told());
                if over {
                    break 'talk;
                }
            }
        }
    }
    let left = tracker.finish(Timestamp::from_millis(now));
    for told in &left {
        if let Told::Ended(end) = told {
            assert_eq!(end.outcome, Outcome::Unfinished);
        }
    }
    learn(left);
    // Numbers are given in order, and every statement ends exactly once.
    assert!(
        began
            .iter()
            .copied()
            .eq(0..u64::try_from(began.len()).unwrap())
    );
    ended.sort_unstable();
    assert_eq!(ended, began);
}

pub(super) fn first_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let greeting = Greeting {
        version: "5.5.5-10.11.6-MariaDB".to_owned(),
        connection: 7,
        challenge: Vec::new(),
        capabilities: u32::MAX,
        plugin: String::new(),
    };
    let body = |packet: Vec<u8>| packet.get(4..).unwrap_or_default().to_vec();
    let login = Login {
        capabilities: !can::TLS,
        letters: 45,
        database: Some("orca".to_owned()),
        ..Login::default()
    };
    vec![
        ("greeting", body(greeting.ours([7; 20]))),
        (
            "login",
            login.ours("arai", "mysql_native_password", b"", u32::MAX),
        ),
        ("tls", body(login.question_for_tls(0))),
        (
            "switch",
            [&b"\xfeclient_ed25519\0"[..], &[9; 32], &[0]].concat(),
        ),
        (
            "done",
            b"\x00\x03\x00\x02\x40\x00\x00\x04text\x07\x01\x05\x04orca".to_vec(),
        ),
        ("failure", b"\xff\x7a\x04#42S02no".to_vec()),
        (
            "grant",
            b"GRANT SELECT (`a`), INSERT ON `b`.* TO `c`@`%`".to_vec(),
        ),
    ]
}

pub(super) fn conversation_seeds() -> Vec<(&'static str, Vec<u8>)> {
    const OK: &[u8] = &[0, 0, 0, 2, 0, 0, 0];
    const END: &[u8] = &[0xfe, 0, 0, 2, 0];
    let numbered = |bodies: &[&[u8]]| {
        let all = (1_u8..)
            .zip(bodies)
            .map(|(number, body)| packet(number, body));
        all.collect::<Vec<_>>().concat()
    };
    let rows = numbered(&[&[1], b"\x03def", END, b"\x011", END]);
    let prepared = numbered(&[b"\x00\x01\0\0\0\x01\0\x01\0\0\0\0", b"p", END, b"c", END]);
    let execute = b"\x17\x01\0\0\0\0\x01\0\0\0\0\x01\x08\0\x09\0\0\0\0\0\0\0";
    let talk = |turn: u8, said: &[&[u8]]| {
        let fields = said.iter().map(|said| field(said));
        [vec![turn], fields.collect::<Vec<_>>().concat()].concat()
    };
    let changed = packet(1, b"\x00\x00\x00\x02\x40\x00\x00\x00\x08\x01\x06\x05other");
    vec![
        ("query", talk(0, &[&query("select 1"), &rows])),
        (
            "prepared",
            talk(
                5,
                &[
                    &packet(0, b"\x16select ?"),
                    &prepared,
                    &packet(0, execute),
                    &rows,
                ],
            ),
        ),
        ("database", talk(4, &[&packet(0, b"\x02other"), &changed])),
        (
            "refused",
            talk(
                3,
                &[
                    &packet(0, b"\x11root\0"),
                    &[],
                    &query("do 1"),
                    &packet(1, OK),
                ],
            ),
        ),
        (
            "file",
            talk(1, &[&query("select 1"), &packet(1, b"\xfb/etc/passwd")]),
        ),
        (
            "long",
            talk(
                7,
                &[
                    &packet(0, b"\x18\x01\0\0\0\0\0data"),
                    &[],
                    &packet(0, execute),
                    &rows,
                ],
            ),
        ),
    ]
}
