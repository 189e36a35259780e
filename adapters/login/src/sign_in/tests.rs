use std::sync::OnceLock;

use super::*;
use crate::Identity;
use crate::attempts::{About, Record};
use crate::identity::ProvedDevice;
use access::Who;
use ids::SiteId;

const RIGHT: &str = "teapot under the iron bridge";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000 + seconds)
}

fn site() -> SiteId {
    "handa".parse().unwrap()
}

fn secret() -> Secret {
    Secret::from_bytes(b"12345678901234567890").unwrap()
}

fn code(now: Timestamp) -> String {
    String::from_utf8(secret().code(Step::of(now)).to_vec()).unwrap()
}

fn known(last_step: Option<Step>) -> Subject {
    static HASH: OnceLock<Hash> = OnceLock::new();
    let passphrase = HASH
        .get_or_init(|| Passphrase::new(RIGHT).hash().unwrap())
        .clone();
    Subject::Known(Box::new(Known {
        person: PersonId::new(&site(), 3),
        passphrase,
        totp: secret(),
        last_step,
    }))
}

fn claim(passphrase: &str, code: &str) -> Claim {
    Claim {
        passphrase: Passphrase::new(passphrase),
        code: Zeroizing::new(code.to_owned()),
    }
}

fn from(owner: Option<u64>) -> Connection {
    let device = owner.map(|owner| ProvedDevice {
        id: DeviceId::new(&site(), 8),
        owner: PersonId::new(&site(), owner),
    });
    let source = Source::Address("192.0.2.7".parse().unwrap());
    Connection {
        device,
        source,
        door: Door::Engineers,
    }
}

fn why(answer: &Answer) -> Option<Why> {
    assert_eq!(
        matches!(answer.outcome, Outcome::Failed(Failed)),
        answer.why.is_some()
    );
    assert_eq!(answer.used_step.is_none(), answer.why.is_some());
    answer.why
}

#[test]
fn two_right_factors_sign_a_person_in_with_the_device_of_the_connection() {
    let now = at(0);
    let answer = sign_in(
        &claim(RIGHT, &code(now)),
        &known(None),
        Records::default(),
        &from(Some(3)),
        now,
    );
    let Outcome::SignedIn(signed_in) = &answer.outcome else {
        panic!("{answer:?}")
    };
    assert_eq!(answer.used_step, Some(Step::of(now)));
    let identity = Identity::from_sign_in(signed_in);
    let caller = identity.caller();
    assert_eq!(caller.who, Who::Person(PersonId::new(&site(), 3)));
    assert!(caller.factors.passphrase && caller.factors.totp && caller.factors.device);
    assert_eq!(caller.device, Some(DeviceId::new(&site(), 8)));

    let answer = sign_in(
        &claim(RIGHT, &code(now)),
        &known(None),
        Records::default(),
        &from(None),
        now,
    );
    let Outcome::SignedIn(signed_in) = &answer.outcome else {
        panic!("{answer:?}")
    };
    assert!(!Identity::from_sign_in(signed_in).caller().factors.device);
}

#[test]
fn one_right_factor_is_none() {
    let now = at(0);
    for (passphrase, shown, because) in [
        ("wrong", code(now), Why::WrongPassphrase),
        (RIGHT, "000000".to_owned(), Why::WrongCode),
        (RIGHT, String::new(), Why::WrongCode),
        ("", String::new(), Why::WrongPassphrase),
    ] {
        let answer = sign_in(
            &claim(passphrase, &shown),
            &known(None),
            Records::default(),
            &from(None),
            now,
        );
        assert_eq!(why(&answer), Some(because));
        assert_eq!(answer.attempts.name.failures(), 1);
    }
}

#[test]
fn l10_a_code_works_once_and_no_earlier_one_after_it() {
    let now = at(0);
    let used = Some(Step::of(now));
    let again = sign_in(
        &claim(RIGHT, &code(now)),
        &known(used),
        Records::default(),
        &from(None),
        now,
    );
    assert_eq!(why(&again), Some(Why::CodeUsedBefore));
    let earlier = claim(RIGHT, &code(at(-30)));
    let answer = sign_in(&earlier, &known(used), Records::default(), &from(None), now);
    assert_eq!(why(&answer), Some(Why::CodeUsedBefore));
    let next = sign_in(
        &claim(RIGHT, &code(at(30))),
        &known(used),
        Records::default(),
        &from(None),
        at(30),
    );
    assert_eq!(why(&next), None);
}

#[test]
fn l10_unknown_wrong_and_locked_are_answered_alike() {
    let now = at(0);
    let locked = Records {
        name: (0..5).fold(Record::default(), |record, _| {
            record.after_failure(About::Name, now)
        }),
        ..Records::default()
    };
    let right = claim(RIGHT, &code(now));
    let answers = [
        sign_in(
            &right,
            &Subject::Unknown,
            Records::default(),
            &from(None),
            now,
        ),
        sign_in(
            &claim("wrong", &code(now)),
            &known(None),
            Records::default(),
            &from(None),
            now,
        ),
        sign_in(&right, &known(None), locked, &from(None), now),
    ];
    let said = answers
        .each_ref()
        .map(|answer| format!("{:?}", answer.outcome));
    assert!(said.iter().all(|one| *one == said[0]));
    assert_eq!(
        answers.each_ref().map(why),
        [
            Some(Why::UnknownName),
            Some(Why::WrongPassphrase),
            Some(Why::Locked)
        ]
    );
    assert_eq!(
        answers[2].attempts, locked,
        "knocking at a locked door prolongs nothing"
    );
}

#[test]
fn s1_17_after_the_fifth_failure_even_the_right_factors_wait() {
    let mut attempts = Records::default();
    for n in 0..5 {
        let wrong = claim("wrong", "000000");
        attempts = sign_in(&wrong, &known(None), attempts, &from(None), at(n)).attempts;
    }
    let answer = sign_in(
        &claim(RIGHT, &code(at(5))),
        &known(None),
        attempts,
        &from(None),
        at(5),
    );
    assert_eq!(why(&answer), Some(Why::Locked));
    let later = at(300);
    let answer = sign_in(
        &claim(RIGHT, &code(later)),
        &known(None),
        attempts,
        &from(None),
        later,
    );
    assert_eq!(why(&answer), None);
    assert_eq!(answer.attempts.name.failures(), 0);
    assert_eq!(answer.attempts.source.failures(), 5);
}

#[test]
fn l2_one_persons_factors_never_sign_another_in() {
    let now = at(0);
    let right = claim(RIGHT, &code(now));
    let answer = sign_in(
        &right,
        &known(None),
        Records::default(),
        &from(Some(9)),
        now,
    );
    assert_eq!(why(&answer), Some(Why::DeviceOfAnother));
    let other = Subject::Known(Box::new(Known {
        person: PersonId::new(&site(), 1),
        passphrase: dummy(),
        totp: secret(),
        last_step: None,
    }));
    let answer = sign_in(&right, &other, answer.attempts, &from(None), now);
    assert_eq!(why(&answer), Some(Why::WrongPassphrase));
}

#[test]
fn l29_debug_of_a_claim_and_its_answer_shows_no_factor() {
    let now = at(0);
    let right = claim(RIGHT, &code(now));
    let subject = known(None);
    let answer = sign_in(&right, &subject, Records::default(), &from(None), now);
    let said = format!("{right:?} {subject:?} {answer:?}");
    assert!(!said.contains("teapot") && !said.contains(&code(now)) && !said.contains("argon2"));
}

#[test]
fn l10_failures_on_a_device_count_even_if_no_record_of_it_was_found() {
    let wrong = claim("wrong", "000000");
    let answer = sign_in(
        &wrong,
        &known(None),
        Records::default(),
        &from(Some(3)),
        at(0),
    );
    assert_eq!(
        answer.attempts.device.map(|device| device.failures()),
        Some(1)
    );
}
