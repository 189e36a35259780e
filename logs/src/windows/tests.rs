//! What the rules see, and what they do not.

use std::time::Duration;

use ids::Timestamp;
use watch::Rule;

use super::{Event, Finding, find};

const SECURITY: &str = "Microsoft-Windows-Security-Auditing";

fn at(second: u64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000).plus(Duration::from_secs(second))
}

fn event(second: u64, id: u32, data: &[(&str, &str)]) -> Event {
    let data = data.iter();
    Event {
        at: at(second),
        id,
        record: second,
        channel: "Security".to_owned(),
        computer: "ad1".to_owned(),
        provider: SECURITY.to_owned(),
        data: data
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

fn wrong(second: u64, account: &str, source: &str) -> Event {
    event(
        second,
        4625,
        &[("TargetUserName", account), ("IpAddress", source)],
    )
}

fn right(second: u64, account: &str, source: &str, how: &str, computer: &str) -> Event {
    let data = [
        ("TargetUserName", account),
        ("LogonType", how),
        ("IpAddress", source),
    ];
    Event {
        computer: computer.to_owned(),
        ..event(second, 4624, &data)
    }
}

fn seen(events: Vec<Event>) -> Vec<Finding> {
    find(events.into_iter().map(|event| (event, true)).collect())
}

fn rules(events: Vec<Event>) -> Vec<(Rule, u64)> {
    let seen = seen(events).into_iter();
    seen.map(|finding| (finding.rule, finding.count)).collect()
}

#[test]
fn ten_wrong_passwords_within_ten_minutes_are_told_once_and_nine_are_not() {
    let guesses = |number: u64, every: u64| {
        (0..number)
            .map(|n| wrong(n * every, "Admin", "10.0.0.9"))
            .collect::<Vec<_>>()
    };
    assert_eq!(rules(guesses(9, 1)), []);
    assert_eq!(rules(guesses(10, 60)), [(Rule::WindowsGuessing, 10)]);
    assert_eq!(rules(guesses(10, 70)), [], "too slow for ten minutes");
    assert_eq!(rules(guesses(30, 1)), [(Rule::WindowsGuessing, 30)]);
    let [found] = &seen(guesses(30, 1))[..] else {
        panic!("one");
    };
    assert_eq!(
        (found.about.as_str(), found.by.as_str()),
        ("admin", "10.0.0.9")
    );
    assert_eq!((found.first, found.last), (at(0), at(29)));
}

#[test]
fn one_password_at_many_accounts_and_patient_guessing_are_told_of_their_source() {
    let spread = |accounts: usize| {
        (0..accounts)
            .map(|n| wrong(n as u64, &format!("user{n}"), "10.0.0.9"))
            .collect()
    };
    assert_eq!(rules(spread(4)), []);
    assert_eq!(rules(spread(5)), [(Rule::WindowsGuessing, 5)]);
    assert_eq!(rules(spread(25)), [(Rule::WindowsGuessing, 25)]);
    // One every half hour: below every lock.
    let slow = |number: u64| {
        (0..number)
            .map(|n| wrong(n * 1800, "admin", "10.0.0.9"))
            .collect()
    };
    assert_eq!(rules(slow(39)), []);
    assert_eq!(rules(slow(49)), [(Rule::WindowsGuessing, 49)]);
}

#[test]
fn a_right_password_after_ten_wrong_ones_is_told_and_after_a_mistyping_it_is_not() {
    let then = |wrongs: u64| {
        let mut events: Vec<Event> = (0..wrongs)
            .map(|n| wrong(n * 600, "admin", "10.0.0.9"))
            .collect();
        events.push(right(wrongs * 600, "admin", "10.0.0.9", "10", "ad1"));
        events.push(right(wrongs * 600 + 5, "admin", "10.0.0.9", "10", "ad1"));
        rules(events)
    };
    assert_eq!(then(9), []);
    assert_eq!(then(12), [(Rule::WindowsGuessed, 13)]);
    let elsewhere = vec![right(0, "admin", "10.0.0.8", "10", "ad1")];
    assert_eq!(rules(elsewhere), []);
}

#[test]
fn one_account_at_five_machines_within_ten_minutes_is_told_and_what_goes_everywhere_by_itself_is_not()
 {
    let arrives = |machines: u64, account: &str, how: &str, every: u64| {
        let arrivals = (0..machines).map(|n| {
            let computer = format!("pc{n}");
            right(n * every, account, "10.0.0.9", how, &computer)
        });
        rules(arrivals.collect())
    };
    assert_eq!(arrives(4, "admin", "3", 10), []);
    assert_eq!(arrives(5, "admin", "3", 10), [(Rule::WindowsFanOut, 5)]);
    assert_eq!(arrives(18, "admin", "3", 10), [(Rule::WindowsFanOut, 18)]);
    assert_eq!(
        arrives(18, "admin", "10", 10),
        [],
        "somebody sits before it"
    );
    assert_eq!(arrives(18, "AD1$", "3", 10), []);
    assert_eq!(arrives(18, "ANONYMOUS LOGON", "3", 10), []);
    assert_eq!(arrives(18, "admin", "3", 300), [], "over hours");
}

#[test]
fn single_events_are_told_once_a_day_for_each_account_group_log_and_service() {
    let of = |provider: &str, id: u32, data: &[(&str, &str)]| {
        let one = Event {
            provider: provider.to_owned(),
            ..event(0, id, data)
        };
        let again = Event {
            at: at(3600),
            ..one.clone()
        };
        let next_week = Event {
            at: at(7 * 86_400),
            ..one.clone()
        };
        rules(vec![next_week, one, again])
    };
    let user = [("TargetUserName", "intern"), ("SubjectUserName", "admin")];
    let twice = |rule| [(rule, 2), (rule, 1)];
    assert_eq!(of(SECURITY, 4740, &user), twice(Rule::WindowsLockedOut));
    assert_eq!(of(SECURITY, 4720, &user), twice(Rule::WindowsAccountAdded));
    for group in [4728, 4732, 4756] {
        let joined = [
            ("TargetUserName", "Domain Admins"),
            ("MemberSid", "S-1-5-21"),
        ];
        let found = of(SECURITY, group, &joined);
        assert_eq!(found, twice(Rule::WindowsGroupJoined));
    }
    let event_log = "Microsoft-Windows-Eventlog";
    for cleared in [1102, 104] {
        let found = of(event_log, cleared, &[("SubjectUserName", "admin")]);
        assert_eq!(found, twice(Rule::WindowsLogCleared));
    }
    let service = [("ServiceName", "PSEXESVC"), ("ImagePath", "C:\\x.exe")];
    let found = of("Service Control Manager", 7045, &service);
    assert_eq!(found, twice(Rule::WindowsServiceAdded));
}

#[test]
fn the_same_number_of_another_provider_is_something_else() {
    for id in [4624, 4625, 4720, 4728, 4732, 4740, 4756, 1102, 104, 7045] {
        let other = Event {
            provider: "Hospital Information System".to_owned(),
            ..event(0, id, &[("TargetUserName", "x")])
        };
        assert_eq!(rules(vec![other]), [], "{id}");
    }
}

#[test]
fn what_was_brought_before_is_counted_and_tells_nothing_by_itself() {
    let guesses: Vec<Event> = (0..12).map(|n| wrong(n, "admin", "10.0.0.9")).collect();
    let old = guesses
        .iter()
        .cloned()
        .map(|event| (event, false))
        .collect();
    assert!(find(old).iter().all(|finding| !finding.fresh));
    let last_is_new = guesses.into_iter().enumerate();
    let last_is_new = last_is_new.map(|(n, event)| (event, n == 11)).collect();
    let found = find(last_is_new);
    assert_eq!(found.len(), 1);
    assert!(found[0].fresh);
    assert_eq!(found[0].count, 12);
}

#[test]
fn a_rule_that_sees_thousands_tells_a_thousand_and_counts_the_rest() {
    let added = (0..3_000).map(|n| {
        let name = format!("user{n}");
        event(n, 4720, &[("TargetUserName", name.as_str())])
    });
    let found = seen(added.collect());
    assert_eq!(found.len(), 1_000);
    let counted: u64 = found.iter().map(|finding| finding.count).sum();
    assert_eq!(counted, 3_000);
}
