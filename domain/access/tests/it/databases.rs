//! Databases: which account a grant signs in with, in which databases, how much leaves.

use access::*;
use ids::NonEmpty;

use crate::world::*;

fn ito() -> Caller {
    engineer(ITO)
}

fn permit(world: &mut World) -> Permit {
    let Outcome::Opened(permit) = world.does(&ito(), open_database()) else {
        panic!("no session")
    };
    *permit
}

/// Invariant 3, for databases: how the server is entered is what was registered and granted.
#[test]
fn a_permit_to_read_is_the_readers_account_and_one_to_write_is_the_other() {
    for (write, user, secret) in [(false, "sekisho_read", 2), (true, "sekisho_write", 1)] {
        let mut world = World::with_database();
        world.does(&staff(OPERATOR), set_password(true));
        let terms = DatabaseTerms {
            write,
            ..reading(1000)
        };
        let request = world.ask(&ito(), world.database_visit(Some(terms.clone())));
        world.approve(NURSE, &request);
        let permit = permit(&mut world);
        let entry = permit.database().unwrap();
        assert_eq!((entry.user.as_str(), entry.secret), (user, secret));
        assert_eq!((&entry.terms, &entry.server), (&terms, &pinned_server(1)));
        assert_eq!(entry.bytes_left, 1000);
        assert!(permit.ssh().is_none());
    }
}

#[test]
fn who_says_nothing_asks_to_read_where_somebody_may_only_read() {
    let mut world = World::with_database();
    let request = world.ask(&ito(), world.database_visit(None));
    let shown = world.site.request(&request).unwrap().database.clone();
    let usual = DatabaseTerms {
        write: false,
        databases: Databases::Any,
        most_bytes_out: USUAL_BYTES_OUT,
    };
    assert_eq!(shown, Some(usual.clone()));
    world.approve(NURSE, &request);
    let granted = &world.site.grant(&grant(1)).unwrap().terms;
    assert_eq!(granted.database, Some(usual));
    // Without such an account a visit changes data or does not happen, and the approver sees it.
    let mut alone = upgraded(World::hospital());
    alone.does(
        &staff(DOCTOR),
        Command::RegisterTarget(Box::new(without_reader())),
    );
    let request = alone.ask(&ito(), alone.database_visit(None));
    let shown = alone.site.request(&request).unwrap().database.clone();
    assert!(shown.unwrap().write);
}

/// What is registered stands until the level of its words: the release before reads the ledger.
#[test]
fn a_database_is_registered_after_the_site_is_committed_to_this_release() {
    let world = World::hospital();
    let register = Command::RegisterTarget(Box::new(database_target("orca", "10.1.2.6", 1)));
    let refused = world.refused(&staff(DOCTOR), register.clone());
    assert_eq!(refused, [Reason::NotUpgraded]);
    upgraded(World::hospital()).does(&staff(DOCTOR), register);
}

#[test]
fn l39_another_server_key_ends_the_sessions_and_withdraws_the_grants() {
    let mut world = World::in_database(reading(1000));
    let pin = |server| Command::PinDatabaseServer {
        target: target(DATABASE),
        server,
        risk: None,
    };
    let again = world.refused(&staff(NURSE), pin(pinned_server(1)));
    assert_eq!(again, [Reason::AlreadySo]);
    world.does(&staff(NURSE), pin(pinned_server(2)));
    assert_eq!(world.permitted(), Err(EndReason::TargetPinChanged));
    let refused = world.refused(&ito(), open_database());
    assert_eq!(refused, [Reason::GrantWithdrawn]);
    // A new password is no new target.
    let mut world = World::in_database(reading(1000));
    world.does(&staff(NURSE), set_password(true));
    assert!(world.permitted().is_ok());
}

/// シQ-23 of the guideline's questions and answers: what is named holds from the next session on.
#[test]
fn columns_of_patients_are_named_of_databases_alone_and_stand_in_the_next_permit() {
    let mut world = World::with_database();
    world.does(&staff(OPERATOR), set_password(true));
    let named = |columns: &[[&str; 3]]| Command::NamePatientColumns {
        target: target(DATABASE),
        columns: columns.iter().map(patient_column).collect(),
    };
    for wrong in [["public", "tbl_ptinf", ""], ["a\nb", "t", "c"]] {
        let refused = world.refused(&staff(DOCTOR), named(&[wrong]));
        assert_eq!(refused, [Reason::TextTooLong]);
    }
    let many: Vec<String> = (0..17).map(|n| format!("c{n}")).collect();
    let many: Vec<[&str; 3]> = many.iter().map(|column| ["s", "t", column]).collect();
    assert_eq!(world.refused(&staff(DOCTOR), named(&many)).len(), 1);
    let other = Command::NamePatientColumns {
        target: target(BILLING),
        columns: vec![patient_column(&["s", "t", "c"])],
    };
    let refused = world.refused(&staff(DOCTOR), other);
    assert_eq!(refused, [Reason::DatabaseTermsNotPossible]);
    let columns = [
        ["public", "tbl_ptinf", "ptid"],
        ["public", "受診", "患者番号"],
    ];
    world.does(&staff(DOCTOR), named(&columns));
    assert_eq!(
        world.refused(&staff(DOCTOR), named(&columns)),
        [Reason::AlreadySo]
    );
    let request = world.ask(&ito(), world.database_visit(Some(reading(1000))));
    world.approve(NURSE, &request);
    let entry = permit(&mut world).database().unwrap().clone();
    assert_eq!(
        entry.patients,
        columns.iter().map(patient_column).collect::<Vec<_>>()
    );
    world.does(&staff(DOCTOR), named(&[]));
    assert!(world.permitted().is_ok(), "a session that is open goes on");
}

fn patient_column([schema, table, column]: &[&str; 3]) -> PatientColumn {
    PatientColumn {
        schema: (*schema).to_owned(),
        table: (*table).to_owned(),
        column: (*column).to_owned(),
    }
}

#[test]
fn a_risk_is_accepted_in_words_or_not_at_all() {
    let world = upgraded(World::hospital());
    let now = world.now;
    let accepted = |accepted: &str| {
        let mut new = database_target("orca", "10.1.2.6", 1);
        let plain = ServerIdentity::PlainText {
            accepted: accepted.into(),
        };
        new.database.as_mut().unwrap().server = plain;
        new.risk = Some(risk_until(now.plus(DAY)));
        Command::RegisterTarget(Box::new(new))
    };
    for words in ["", "  ", "a\nb", &"x".repeat(201)] {
        let refused = world.refused(&staff(DOCTOR), accepted(words));
        assert_eq!(refused, [Reason::TextTooLong], "{words:?}");
    }
    let mut world = world;
    world.does(
        &staff(DOCTOR),
        accepted("the server is too old; IT section"),
    );
}

/// A second database asked for is a second decision (L9).
#[test]
fn l09_a_database_that_the_terms_do_not_name_is_refused_by_its_name() {
    let world = World::in_database(only(&["orca", "ＯＲＣＡ"]));
    for (name, fits) in [
        ("orca", true),
        ("ＯＲＣＡ", true),
        ("Orca", false),
        ("orca ", false),
        ("orca\0", false),
        ("postgres", false),
        ("", false),
    ] {
        let decided = decide(&world.site, &ito(), channel(database(name)), world.now);
        assert_eq!(decided.is_ok(), fits, "{name:?}");
    }
    let long = "x".repeat(10_000);
    let refused = world.refused(&ito(), channel(database(&long)));
    let Reason::DatabaseNotGranted { database } = &refused[0] else {
        panic!("{refused:?}")
    };
    assert_eq!(database.len(), 64, "a refusal does not grow with its asker");
}

/// The name of a database in a refusal has no character in it that moves a cursor or ends a line.
#[test]
fn a_refused_name_is_told_without_its_control_characters() {
    let world = World::in_database(only(&["orca"]));
    let refused = world.refused(&ito(), channel(database("or\u{1b}[2Jca\n")));
    let told = Reason::DatabaseNotGranted {
        database: "or[2Jca".into(),
    };
    assert_eq!(refused, [told]);
}

#[test]
fn what_left_in_one_session_is_left_over_for_the_next_no_more() {
    let mut world = World::in_database(reading(1000));
    world.does(&Caller::gateway(), close_having_given(1, 400));
    let second = permit(&mut world);
    assert_eq!(second.database().unwrap().bytes_left, 600);
    world.does(&Caller::gateway(), close_having_given(2, 600));
    let refused = world.refused(&ito(), open_database());
    assert_eq!(refused, [Reason::DataUsedUp]);
}

#[test]
fn an_approval_narrows_and_never_widens_what_may_be_done_in_a_database() {
    let writing = DatabaseTerms {
        write: true,
        ..only(&["orca", "jma"])
    };
    let fits = |asked: &DatabaseTerms, narrower: &DatabaseTerms| {
        let mut world = World::with_database();
        let request = world.ask(&ito(), world.database_visit(Some(asked.clone())));
        let approval = narrowed_database(&request, narrower.clone());
        let approved = world.tries(&staff(NURSE), approval);
        let reasons = approved.map(drop);
        if reasons.is_ok() {
            let granted = &world.site.grant(&grant(1)).unwrap().terms;
            assert_eq!(granted.database.as_ref(), Some(narrower));
        }
        reasons
    };
    let less = [
        DatabaseTerms {
            write: false,
            ..writing.clone()
        },
        DatabaseTerms {
            databases: only(&["jma"]).databases,
            ..writing.clone()
        },
        DatabaseTerms {
            most_bytes_out: 1,
            ..writing.clone()
        },
    ];
    for narrower in less {
        assert_eq!(fits(&writing, &narrower), Ok(()));
        // The other way round it is more.
        assert_eq!(fits(&narrower, &writing), Err(vec![Reason::WouldWiden]));
    }
    let any = DatabaseTerms {
        databases: Databases::Any,
        ..writing.clone()
    };
    assert_eq!(fits(&writing, &any), Err(vec![Reason::WouldWiden]));
    assert_eq!(fits(&any, &writing), Ok(()));
}

#[test]
fn l08_two_approvers_narrow_a_database_one_after_the_other() {
    let mut world = upgraded(World::hospital());
    let new = NewTarget {
        approvals: Approvals::Two,
        ..database_target("orca", "10.1.2.6", 1)
    };
    world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)));
    let asked = DatabaseTerms {
        write: true,
        ..reading(1000)
    };
    let request = world.ask(&ito(), world.database_visit(Some(asked.clone())));
    world.does(&staff(NURSE), narrowed_database(&request, reading(1000)));
    let refused = world.refused(&staff(DOCTOR), narrowed_database(&request, asked));
    assert_eq!(refused, [Reason::WouldWiden]);
    world.approve(DOCTOR, &request);
    let granted = &world.site.grant(&grant(1)).unwrap().terms;
    assert_eq!(granted.database, Some(reading(1000)));
}

#[test]
fn terms_are_within_themselves_and_within_what_allows_more() {
    let names = |names: &[&str]| only(names).databases;
    let every = [names(&["a"]), names(&["a", "b"]), Databases::Any];
    for (n, databases) in every.iter().enumerate() {
        for (more, others) in every.iter().enumerate() {
            let of = |databases: &Databases| DatabaseTerms {
                databases: databases.clone(),
                ..reading(1)
            };
            assert_eq!(of(databases).within(&of(others)), n <= more);
        }
    }
    let one = NonEmpty::one("a".to_owned());
    assert!(Databases::Only(one).allow("a"));
}

#[test]
fn a_mysql_is_registered_and_entered_like_any_database_and_by_its_own_protocol_alone() {
    let mut world = upgraded(World::hospital());
    let target = NewTarget {
        protocol: Protocol::Mysql,
        ..database_target("ris", "10.1.2.6", 1)
    };
    let bare = NewTarget {
        database: None,
        ..target.clone()
    };
    let refused = world.refused(&staff(DOCTOR), Command::RegisterTarget(Box::new(bare)));
    assert_eq!(refused, [Reason::DatabaseTermsNotPossible]);
    world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(target)));
    assert!(Protocol::Mysql.is_database() && !Protocol::Tcp.is_database());
}
