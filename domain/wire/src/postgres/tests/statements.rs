use ids::Timestamp;

use crate::postgres::*;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// A conversation between both sides, message by message.
#[derive(Default)]
struct Talk(Tracker);

impl Talk {
    fn ask(&mut self, kind: u8, body: &[u8]) -> Vec<Told> {
        self.0.asked(kind, body, at(0));
        self.0.told()
    }

    fn answer(&mut self, kind: u8, body: &[u8]) -> Vec<Told> {
        self.0.answered(kind, body, at(5));
        self.0.told()
    }

    fn began(&mut self, kind: u8, body: &[u8]) -> Statement {
        match self.ask(kind, body).as_slice() {
            [Told::Began(statement)] => statement.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn ended(&mut self, kind: u8, body: &[u8]) -> Ended {
        match self.answer(kind, body).as_slice() {
            [Told::Ended(ended)] => ended.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// Parse, Bind, Describe, Execute without names.
    fn run(&mut self, text: &str) -> Statement {
        let parse = [b"\0", text.as_bytes(), b"\0\0\0"].concat();
        assert_eq!(self.ask(b'P', &parse), []);
        assert_eq!(self.ask(b'B', b"\0\0\0\0\0\0\0\0"), []);
        assert_eq!(self.ask(b'D', b"P\0"), []);
        self.began(b'E', b"\0\0\0\0\0")
    }

    fn answered_before_rows(&mut self) {
        for kind in [b'1', b'2', b'n'] {
            assert_eq!(self.answer(kind, b""), []);
        }
    }
}

fn failure(code: &str) -> Vec<u8> {
    [
        b"SERROR\0VERROR\0C",
        code.as_bytes(),
        b"\0Mno such table\0\0",
    ]
    .concat()
}

#[test]
fn a_text_with_two_statements_is_one_entry_with_both_tags() {
    let mut talk = Talk::default();
    let statement = talk.began(b'Q', b"select 1; delete from t\0");
    assert_eq!((statement.number, statement.how), (0, How::Simple));
    assert_eq!(statement.text, "select 1; delete from t");
    assert!(talk.0.is_busy());
    talk.0.came_out(7);
    assert_eq!(talk.answer(b'C', b"SELECT 1\0"), []);
    assert_eq!(talk.answer(b'C', b"DELETE 3\0"), []);
    let ended = talk.ended(b'Z', b"I");
    assert_eq!(ended.tags, ["SELECT 1", "DELETE 3"]);
    assert_eq!((ended.rows, ended.bytes_out, ended.millis), (1, 7, 5));
    assert_eq!(ended.outcome, Outcome::Done);
    assert!(!talk.0.is_busy());
}

#[test]
fn a_pipeline_is_answered_in_order_and_what_follows_a_failure_was_not_run() {
    let mut talk = Talk::default();
    for text in ["one", "two", "three"] {
        talk.run(text);
    }
    talk.ask(b'S', b"");
    talk.run("four");
    talk.ask(b'S', b"");
    talk.answered_before_rows();
    assert_eq!(talk.ended(b'C', b"INSERT 0 1\0").number, 0);
    let told = talk.answer(b'E', &failure("42P01"));
    let [Told::Ended(second), Told::Ended(third)] = told.as_slice() else {
        panic!("{told:?}");
    };
    let Outcome::Failed(why) = &second.outcome else {
        panic!("{second:?}");
    };
    assert_eq!((second.number, why.code.as_str()), (1, "42P01"));
    assert_eq!((third.number, &third.outcome), (2, &Outcome::Skipped));
    assert_eq!(talk.answer(b'Z', b"I"), []);
    talk.answered_before_rows();
    assert_eq!(talk.ended(b'C', b"INSERT 0 1\0").number, 3);
}

#[test]
fn what_is_sent_between_a_failure_and_the_end_of_its_series_is_told_as_not_run() {
    let mut talk = Talk::default();
    talk.run("one");
    talk.answer(b'E', &failure("42601"));
    talk.ask(b'P', b"\0two\0\0\0");
    let told = talk.ask(b'E', b"\0\0\0\0\0");
    assert!(matches!(
        told.as_slice(),
        [
            Told::Began(_),
            Told::Ended(Ended {
                outcome: Outcome::Skipped,
                ..
            })
        ]
    ));
    talk.ask(b'S', b"");
    talk.answer(b'Z', b"I");
    talk.run("three");
    talk.answered_before_rows();
    assert_eq!(talk.ended(b'C', b"SELECT 0\0").outcome, Outcome::Done);
}

#[test]
fn a_statement_that_cannot_be_prepared_is_told_though_it_never_ran() {
    let mut talk = Talk::default();
    talk.ask(b'P', b"s1\0selec\0\0\0");
    talk.ask(b'S', b"");
    let told = talk.answer(b'E', &failure("42601"));
    let [Told::Began(statement), Told::Ended(ended)] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!(
        (statement.text.as_str(), statement.how),
        ("selec", How::Prepared)
    );
    assert!(matches!(ended.outcome, Outcome::Failed(_)));
}

#[test]
fn parameters_are_told_as_text_or_as_bytes_and_a_portal_may_run_on() {
    let mut talk = Talk::default();
    talk.ask(b'P', b"s\0select $1, $2, $3\0\0\0");
    let bind =
        b"p\0s\0\0\x03\0\0\0\x01\0\0\0\x03\0\0\0\x02ab\0\0\0\x02\x01\xff\xff\xff\xff\xff\0\0";
    talk.ask(b'B', bind);
    let statement = talk.began(b'E', b"p\0\0\0\0\x02");
    assert_eq!(statement.how, How::Extended);
    assert_eq!(statement.text, "select $1, $2, $3");
    let expected = [Some("ab".to_owned()), Some("\\x01ff".to_owned()), None];
    assert_eq!(statement.parameters, expected);
    talk.answer(b'1', b"");
    talk.answer(b'2', b"");
    assert_eq!(talk.ended(b's', b"").outcome, Outcome::Suspended);
    let again = talk.began(b'E', b"p\0\0\0\0\x02");
    assert_eq!((again.number, again.how), (1, How::Continued));
}

/// What runs under a name stands in the list as it is, whatever is prepared under the same name.
#[test]
fn a_name_means_what_the_server_has_under_it_and_not_what_was_only_asked_for() {
    let mut talk = Talk::default();
    let bind = b"\0s\0\0\0\0\0\0\0";
    talk.ask(b'P', b"s\0delete from t\0\0\0");
    talk.ask(b'S', b"");
    talk.answer(b'1', b"");
    talk.answer(b'Z', b"I");
    // The name is taken: the server says no.
    talk.ask(b'P', b"s\0select 1\0\0\0");
    talk.ask(b'S', b"");
    talk.answer(b'E', &failure("42P05"));
    talk.answer(b'Z', b"I");
    talk.ask(b'B', bind);
    assert_eq!(talk.began(b'E', b"\0\0\0\0\0").text, "delete from t");
    talk.ask(b'S', b"");
    // The same before the server has answered: either may be meant.
    talk.ask(b'P', b"s\0select 1\0\0\0");
    talk.ask(b'S', b"");
    talk.ask(b'B', bind);
    let either = talk.began(b'E', b"\0\0\0\0\0").text;
    assert_eq!(either, "select 1\n-- or --\ndelete from t");
}

#[test]
fn a_portal_means_what_the_server_has_under_it_and_names_are_as_long_as_there() {
    let mut talk = Talk::default();
    let long = "p".repeat(63);
    for (name, text) in [("", "select 1"), ("d", "delete from t")] {
        talk.ask(b'P', format!("{name}\0{text}\0\0\0").as_bytes());
        talk.answer(b'1', b"");
    }
    // Of both names the server keeps the same: the second portal is refused.
    let bind = |end: &str, name: &str| format!("{long}{end}\0{name}\0\0\0\0\0\0\0").into_bytes();
    talk.ask(b'B', &bind("x", "d"));
    talk.answer(b'2', b"");
    talk.ask(b'B', &bind("y", ""));
    talk.answer(b'E', &failure("42P03"));
    talk.ask(b'S', b"");
    talk.answer(b'Z', b"T");
    let run = format!("{long}y\0\0\0\0\0").into_bytes();
    assert_eq!(talk.began(b'E', &run).text, "delete from t");
}

#[test]
fn a_copy_in_counts_its_bytes_and_swallows_the_end_of_a_series_sent_before_its_data() {
    let mut talk = Talk::default();
    talk.run("copy t from stdin");
    talk.ask(b'S', b"");
    talk.answered_before_rows();
    talk.answer(b'G', b"\0\0\0");
    talk.0.copied_in(10);
    talk.0.copied_in(5);
    talk.ask(b'c', b"");
    talk.ask(b'S', b"");
    let ended = talk.ended(b'C', b"COPY 2\0");
    assert_eq!((ended.bytes_in, ended.tags.len()), (15, 1));
    talk.answer(b'Z', b"I");
    assert!(
        !talk.0.is_busy(),
        "the first end of the series is not answered"
    );
}

#[test]
fn what_ran_when_the_session_ended_did_not_end() {
    let mut talk = Talk::default();
    talk.began(b'Q', b"select pg_sleep(100)\0");
    let told = talk.0.finish(at(70));
    let [Told::Ended(ended)] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!((&ended.outcome, ended.millis), (&Outcome::Unfinished, 70));
}

#[test]
fn a_server_that_ends_the_session_unasked_is_quoted() {
    let mut talk = Talk::default();
    let said = talk.answer(b'E', b"SFATAL\0C57P01\0Mshutting down\0\0");
    assert!(matches!(said.as_slice(), [Told::Said(why)] if why.fatal && why.code == "57P01"));
}
