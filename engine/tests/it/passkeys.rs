//! Passkeys: added, signed in by, touched; and every hand in which a challenge or a cookie is worth nothing.

use std::time::Duration;

use access::{Command, Door, Protocol, Reason, Subject};
use engine::{Fresh, NotTouched, OwnPasskey, PasskeyError, SignedIn, adding_a_passkey};
use ids::Digest;
use login::{Connection, Identity};
use serde_json::Value;

use crate::authenticator::{Flaws, Key, Maker};
use crate::hospital::{Hospital, LAN, Person, Staffed, VENDOR, passphrase};

const CONSOLE: &str = "https://console.test:4443";
const GATE: &str = "https://maintenance.test:4443";
const MINUTE: Duration = Duration::from_secs(60);

fn staffed() -> Staffed {
    Staffed::with_target("127.0.0.1:5432".parse().unwrap())
}

/// A browser of a hospital person on the LAN, or of an engineer at their firm.
fn browser(hospital: &Hospital, door: Door) -> Connection {
    let source = match door {
        Door::Engineers => VENDOR,
        Door::Console | Door::Local | Door::Inside => LAN,
    };
    hospital
        .engine
        .connection(None, Some(source.parse().unwrap()), door)
}

fn origin(door: Door) -> &'static str {
    match door {
        Door::Engineers => GATE,
        Door::Console | Door::Local | Door::Inside => CONSOLE,
    }
}

/// Signed in with passphrase and code, in a browser.
fn in_browser(hospital: &Hospital, person: &mut Person) -> (Identity, SignedIn) {
    hospital.pass(MINUTE);
    let connection = browser(hospital, person.door);
    let code = person.code(hospital.engine.now());
    let pass = passphrase(&person.login);
    let claimed = (person.login.as_str(), pass.as_str(), code.as_str());
    let signed_in = hospital
        .engine
        .sign_in_in_browser(&connection, claimed, "Firefox");
    let signed_in = hospital.run(signed_in).unwrap();
    let identity = known(hospital, person.door, &signed_in).unwrap();
    (identity, signed_in)
}

fn known(hospital: &Hospital, door: Door, signed_in: &SignedIn) -> Option<Identity> {
    let connection = browser(hospital, door);
    let token = signed_in.token.as_str();
    hospital
        .engine
        .identify_browser(Some(token), &connection, true)
        .ok()
}

fn add(
    hospital: &Hospital,
    by: &Identity,
    key: &Key,
    maker: Option<&Maker>,
    flaws: &Flaws,
) -> Result<OwnPasskey, PasskeyError> {
    let engine = &hospital.engine;
    let options = hospital.run(engine.add_passkey_begin(by, "鍵", Fresh::JustSignedIn))?;
    let answer = key.create(&options, origin(by.caller().door), maker, flaws);
    let added = hospital.run(engine.add_passkey_finish(by, &answer))?;
    let own = engine.own_passkeys(by)?;
    let added = own.into_iter().find(|own| own.id == added.id);
    Ok(added.unwrap())
}

fn said(error: &PasskeyError) -> Vec<&str> {
    error.reasons.iter().map(|said| said.id.as_str()).collect()
}

/// The answer to a sign-in, as the key gives it, and what the browser keeps.
fn begun(hospital: &Hospital, door: Door, login: &str) -> (Value, String) {
    let connection = browser(hospital, door);
    let begun = hospital.run(hospital.engine.passkey_sign_in_begin(&connection, login));
    let begun = begun.unwrap();
    (begun.options, begun.browser.to_string())
}

fn finish(hospital: &Hospital, door: Door, kept: &str, answer: &str) -> Option<SignedIn> {
    let connection = browser(hospital, door);
    let engine = &hospital.engine;
    let finishing = engine.passkey_sign_in_finish(&connection, kept, answer, "Firefox");
    hospital.run(finishing).ok()
}

fn sign_in(hospital: &Hospital, door: Door, login: &str, key: &Key) -> Option<SignedIn> {
    let (options, kept) = begun(hospital, door, login);
    let answer = key.get(&options, origin(door), &Flaws::default());
    finish(hospital, door, &kept, &answer)
}

/// A clerk with a passkey, signed in by it.
struct Clerk {
    hospital: Hospital,
    person: Person,
    key: Key,
    identity: Identity,
    signed_in: SignedIn,
}

fn clerk() -> Clerk {
    let hospital = Hospital::founded();
    let mut person = hospital.set_up();
    let (by, _) = in_browser(&hospital, &mut person);
    let key = Key::new();
    add(&hospital, &by, &key, None, &Flaws::default()).unwrap();
    let signed_in = sign_in(&hospital, Door::Console, &person.login, &key).unwrap();
    let identity = known(&hospital, Door::Console, &signed_in).unwrap();
    Clerk {
        hospital,
        person,
        key,
        identity,
        signed_in,
    }
}

#[test]
fn a_passkey_alone_signs_a_clerk_in_and_stands_in_for_both_factors() {
    let clerk = clerk();
    let caller = clerk.identity.caller();
    assert!(caller.factors.passkey && caller.factors.are_two_classes());
    assert!(!caller.factors.passphrase && !caller.factors.totp);
    assert_eq!(caller.device, None);
    let engine = &clerk.hospital.engine;
    let confirmed = engine.submit(&clerk.identity, Command::SealKit);
    let refused = clerk.hospital.run(confirmed).unwrap_err();
    assert_eq!(
        refused.reasons,
        [Reason::AlreadySo],
        "only the thing says no"
    );
    // Again after a restart: what is kept is kept.
    let Clerk {
        hospital,
        person,
        key,
        ..
    } = clerk;
    let hospital = hospital.restarted();
    assert!(sign_in(&hospital, Door::Console, &person.login, &key).is_some());
}

#[test]
fn invariant_3_an_engineer_works_from_a_browser_with_an_attested_passkey_whose_words_were_compared()
{
    let mut ready = staffed();
    let maker = Maker::new("Keys Ltd.");
    let hospital = &ready.hospital;
    let engine = &hospital.engine;
    let pem = maker.pem();
    let trusted = engine.trust_attestation(&ready.clerk, "Keys Ltd.", &pem);
    hospital.run(trusted).unwrap();
    let (by, _) = in_browser(hospital, &mut ready.person);
    let key = Key::new();
    let added = add(hospital, &by, &key, Some(&maker), &Flaws::default()).unwrap();
    let device = added.device.unwrap();
    assert!(device.confirmed.is_none() && device.words.len() == 8);
    // Passphrase and code without a device open nothing; nor does the passkey before its words.
    let opened = |by: &Identity| hospital.run(engine.open_session(by, "db", None, Protocol::Tcp));
    assert!(
        opened(&by)
            .unwrap_err()
            .reasons
            .contains(&Reason::DeviceUnknown)
    );
    let login = ready.person.login.clone();
    let by_key = || {
        let signed_in = sign_in(hospital, Door::Engineers, &login, &key).unwrap();
        known(hospital, Door::Engineers, &signed_in).unwrap()
    };
    let pending = opened(&by_key()).unwrap_err().reasons;
    assert!(pending.contains(&Reason::DevicePending), "{pending:?}");
    let confirm = Command::ConfirmDevice {
        device: device.id.clone(),
        words: device.words,
    };
    hospital.run(engine.submit(&ready.clerk, confirm)).unwrap();
    let by = by_key();
    assert_eq!(by.caller().device, Some(device.id.clone()));
    let request = hospital.request(&by, &ready.target, 10 * MINUTE, None);
    hospital.approve(&ready.clerk, &request);
    let session = opened(&by).unwrap();
    // It is no witness, and suspended like any device: the session ends, and it signs nobody in.
    assert!(engine.cosigned(&by, &engine.checkpoint()).is_err());
    let suspend = Command::Suspend {
        subject: Subject::Device(device.id),
        reason: hospital.text("reason"),
    };
    hospital.run(engine.submit(&ready.clerk, suspend)).unwrap();
    assert!(session.live().ended().is_some());
    assert!(sign_in(hospital, Door::Engineers, &login, &key).is_none());
}

#[test]
fn an_engineers_passkey_that_may_be_copied_is_refused_with_what_to_do() {
    let mut ready = staffed();
    let (maker, unknown) = (Maker::new("Keys Ltd."), Maker::new("Unknown Keys"));
    let hospital = &ready.hospital;
    let (by, _) = in_browser(hospital, &mut ready.person);
    let honest = Flaws::default();
    // Nobody is trusted yet.
    let refused = add(hospital, &by, &Key::new(), Some(&maker), &honest).unwrap_err();
    assert_eq!(said(&refused), ["reason-passkey-not-attested"]);
    let pem = maker.pem();
    let engine = &hospital.engine;
    let trusted = engine.trust_attestation(&ready.clerk, "Keys Ltd.", &pem);
    hospital.run(trusted).unwrap();
    let synced = Flaws {
        synced: true,
        ..Flaws::default()
    };
    for (maker, flaws) in [
        (None, &honest),
        (Some(&unknown), &honest),
        (Some(&maker), &synced),
    ] {
        let refused = add(hospital, &by, &Key::new(), maker, flaws).unwrap_err();
        assert_eq!(said(&refused), ["reason-passkey-not-attested"]);
    }
    assert!(add(hospital, &by, &Key::new(), Some(&maker), &honest).is_ok());
}

#[test]
fn an_answer_without_verification_from_elsewhere_or_of_another_door_signs_nobody_in() {
    let clerk = clerk();
    let flawed = [
        (
            CONSOLE,
            Flaws {
                unverified: true,
                ..Flaws::default()
            },
        ),
        (GATE, Flaws::default()),
        ("https://evil.test:4443", Flaws::default()),
        (
            CONSOLE,
            Flaws {
                rp: Some("maintenance.test"),
                ..Flaws::default()
            },
        ),
        (
            CONSOLE,
            Flaws {
                counter: Some(0),
                ..Flaws::default()
            },
        ),
    ];
    let login = &clerk.person.login;
    for (origin, flaws) in flawed {
        let (options, kept) = begun(&clerk.hospital, Door::Console, login);
        let answer = clerk.key.get(&options, origin, &flaws);
        assert!(
            finish(&clerk.hospital, Door::Console, &kept, &answer).is_none(),
            "{origin}"
        );
    }
    // Five failures: even the right one waits now (S1-17).
    assert!(sign_in(&clerk.hospital, Door::Console, login, &clerk.key).is_none());
    clerk.hospital.pass(3 * MINUTE);
    // At the other door the console's key is not even asked for.
    let (options, kept) = begun(&clerk.hospital, Door::Engineers, login);
    let answer = clerk.key.get(&options, GATE, &Flaws::default());
    assert!(finish(&clerk.hospital, Door::Engineers, &kept, &answer).is_none());
    clerk.hospital.pass(5 * MINUTE);
    assert!(sign_in(&clerk.hospital, Door::Console, login, &clerk.key).is_some());
}

#[test]
fn l4_a_sign_in_begun_in_one_browser_is_not_finished_in_another() {
    let clerk = clerk();
    let login = &clerk.person.login;
    let answer = |options: &Value| clerk.key.get(options, CONSOLE, &Flaws::default());
    let (options, _) = begun(&clerk.hospital, Door::Console, login);
    let (_, others) = begun(&clerk.hospital, Door::Console, login);
    for kept in ["", "x", &others] {
        assert!(finish(&clerk.hospital, Door::Console, kept, &answer(&options)).is_none());
        // It is used up, and begins anew.
        let (again, kept) = begun(&clerk.hospital, Door::Console, login);
        assert!(finish(&clerk.hospital, Door::Console, &kept, &answer(&again)).is_some());
    }
}

#[test]
fn an_answer_signs_in_once_and_within_two_minutes() {
    let clerk = clerk();
    let login = &clerk.person.login;
    let (options, kept) = begun(&clerk.hospital, Door::Console, login);
    let answer = clerk.key.get(&options, CONSOLE, &Flaws::default());
    assert!(finish(&clerk.hospital, Door::Console, &kept, &answer).is_some());
    assert!(finish(&clerk.hospital, Door::Console, &kept, &answer).is_none());
    let (options, kept) = begun(&clerk.hospital, Door::Console, login);
    let answer = clerk.key.get(&options, CONSOLE, &Flaws::default());
    clerk.hospital.pass(2 * MINUTE);
    assert!(finish(&clerk.hospital, Door::Console, &kept, &answer).is_none());
}

#[test]
fn l10_a_name_that_nobody_has_is_asked_like_any_and_always_the_same() {
    let clerk = clerk();
    let shape = |login: &str| {
        let (mut options, _) = begun(&clerk.hospital, Door::Console, login);
        let ids = options["allowCredentials"].take();
        options["challenge"] = "…".into();
        (options.to_string(), ids)
    };
    let (known, ids) = shape(&clerk.person.login);
    assert_eq!(ids[0]["id"], clerk.key.id());
    for nobody in ["nobody", "", "\u{202e}"] {
        let (options, ids) = shape(nobody);
        assert_eq!(options, known);
        assert_eq!(ids, shape(nobody).1);
        assert!(!ids.as_array().unwrap().is_empty());
        assert!(sign_in(&clerk.hospital, Door::Console, nobody, &clerk.key).is_none());
    }
}

fn act(n: u8) -> Digest {
    Digest([n; 32])
}

#[test]
fn a_touch_is_for_one_person_one_action_once_and_for_two_minutes() {
    let clerk = clerk();
    let (hospital, by) = (&clerk.hospital, &clerk.identity);
    let engine = &hospital.engine;
    let touched = |of: u8| {
        let options = engine.touch_begin(by, &act(of)).unwrap();
        clerk.key.get(&options, CONSOLE, &Flaws::default())
    };
    let answer = touched(1);
    assert!(engine.touch_finish(by, &act(1), &answer).is_ok());
    assert_eq!(
        engine.touch_finish(by, &act(1), &answer),
        Err(NotTouched),
        "once"
    );
    let answer = touched(1);
    assert_eq!(
        engine.touch_finish(by, &act(2), &answer),
        Err(NotTouched),
        "another act"
    );
    assert_eq!(
        engine.touch_finish(by, &act(1), &answer),
        Err(NotTouched),
        "used up"
    );
    let answer = touched(1);
    hospital.pass(2 * MINUTE);
    assert_eq!(
        engine.touch_finish(by, &act(1), &answer),
        Err(NotTouched),
        "late"
    );
    // What was given for a sign-in is no touch, and the other way round.
    let (options, kept) = begun(hospital, Door::Console, &clerk.person.login);
    let answer = clerk.key.get(&options, CONSOLE, &Flaws::default());
    assert_eq!(engine.touch_finish(by, &act(1), &answer), Err(NotTouched));
    assert!(finish(hospital, Door::Console, &kept, &touched(1)).is_none());
    let unverified = Flaws {
        unverified: true,
        ..Flaws::default()
    };
    let options = engine.touch_begin(by, &act(1)).unwrap();
    let answer = clerk.key.get(&options, CONSOLE, &unverified);
    assert_eq!(engine.touch_finish(by, &act(1), &answer), Err(NotTouched));
}

#[test]
fn a_touch_of_one_person_is_none_of_anothers() {
    let clerk = clerk();
    let hospital = &clerk.hospital;
    let invitation = hospital.invite(
        &clerk.identity,
        access::Employer::Hospital,
        access::Role::Operator,
    );
    let mut other = hospital.join(&invitation, "ono", Door::Console, LAN, false);
    let (ono, _) = in_browser(hospital, &mut other);
    let engine = &hospital.engine;
    assert!(
        engine.touch_begin(&ono, &act(1)).is_err(),
        "ono has no passkey"
    );
    add(hospital, &ono, &Key::new(), None, &Flaws::default()).unwrap();
    let options = engine.touch_begin(&clerk.identity, &act(1)).unwrap();
    let answer = clerk.key.get(&options, CONSOLE, &Flaws::default());
    assert_eq!(engine.touch_finish(&ono, &act(1), &answer), Err(NotTouched));
    // Nor with a key of somebody else's for one's own challenge.
    let options = engine.touch_begin(&ono, &act(1)).unwrap();
    let answer = clerk.key.get(&options, CONSOLE, &Flaws::default());
    assert_eq!(engine.touch_finish(&ono, &act(1), &answer), Err(NotTouched));
}

#[test]
fn a_passkey_is_added_by_somebody_who_is_there_now() {
    let mut clerk = clerk();
    let hospital = &clerk.hospital;
    let engine = &hospital.engine;
    hospital.pass(11 * MINUTE);
    let by = known(hospital, Door::Console, &clerk.signed_in).unwrap();
    let begin = |fresh| hospital.run(engine.add_passkey_begin(&by, "鍵", fresh));
    let stale = begin(Fresh::JustSignedIn).unwrap_err();
    assert_eq!(said(&stale), ["passkey-not-fresh"]);
    assert!(begin(Fresh::Code("000000")).is_err());
    let code = clerk.person.code(engine.now());
    assert!(begin(Fresh::Code(&code)).is_ok());
    let options = engine.touch_begin(&by, &adding_a_passkey()).unwrap();
    let answer = clerk.key.get(&options, CONSOLE, &Flaws::default());
    let options = begin(Fresh::Touch(&answer)).unwrap();
    // The authenticator that has one already is told not to make another.
    assert_eq!(options["excludeCredentials"][0]["id"], clerk.key.id());
    let again = clerk.key.create(&options, CONSOLE, None, &Flaws::default());
    assert!(
        hospital
            .run(engine.add_passkey_finish(&by, &again))
            .is_err()
    );
}

#[test]
fn l14_a_passkey_that_was_removed_signs_nobody_in_and_ends_what_it_began() {
    let clerk = clerk();
    let (hospital, engine) = (&clerk.hospital, &clerk.hospital.engine);
    let own = engine.own_passkeys(&clerk.identity).unwrap();
    assert!(own[0].last_used.is_some());
    hospital
        .run(engine.remove_passkey(&clerk.identity, &own[0].id))
        .unwrap();
    assert!(known(hospital, Door::Console, &clerk.signed_in).is_none());
    assert!(sign_in(hospital, Door::Console, &clerk.person.login, &clerk.key).is_none());
}

#[test]
fn l15_a_cookie_is_no_token_of_a_program_and_a_token_no_cookie() {
    let clerk = clerk();
    let mut person = clerk.person;
    let engine = &clerk.hospital.engine;
    let connection = browser(&clerk.hospital, Door::Console);
    let cookie = clerk.signed_in.token.as_str();
    assert!(engine.identify(Some(cookie), &connection).is_err());
    clerk.hospital.pass(MINUTE);
    let code = person.code(engine.now());
    let pass = passphrase(&person.login);
    let signing = engine.sign_in(&connection, &person.login, &pass, &code);
    let program = clerk.hospital.run(signing).unwrap();
    let token = Some(program.token.as_str());
    assert!(engine.identify(token, &connection).is_ok());
    assert!(engine.identify_browser(token, &connection, true).is_err());
}

#[test]
fn l16_a_browser_that_nobody_touches_is_signed_out_after_a_quarter_of_an_hour() {
    let clerk = clerk();
    let (hospital, engine) = (&clerk.hospital, &clerk.hospital.engine);
    let connection = browser(hospital, Door::Console);
    let cookie = Some(clerk.signed_in.token.as_str());
    let asks = |active| engine.identify_browser(cookie, &connection, active).is_ok();
    for _ in 0..4 {
        hospital.pass(14 * MINUTE);
        assert!(asks(true));
    }
    // A page that asks by itself keeps nobody signed in.
    hospital.pass(14 * MINUTE);
    assert!(asks(false));
    hospital.pass(MINUTE);
    assert!(!asks(false) && !asks(true));
}

#[test]
fn a_browser_in_use_is_signed_out_with_the_shift() {
    let clerk = clerk();
    let connection = browser(&clerk.hospital, Door::Console);
    let cookie = Some(clerk.signed_in.token.as_str());
    let asks = || {
        let engine = &clerk.hospital.engine;
        engine.identify_browser(cookie, &connection, true).is_ok()
    };
    for _ in 0..47 {
        clerk.hospital.pass(10 * MINUTE);
        assert!(asks());
    }
    clerk.hospital.pass(10 * MINUTE);
    assert!(!asks());
}

#[test]
fn ones_own_sign_ins_are_listed_and_ended_from_another_browser() {
    let clerk = clerk();
    let mut person = clerk.person;
    let engine = &clerk.hospital.engine;
    let (elsewhere, other) = in_browser(&clerk.hospital, &mut person);
    let listed = engine
        .own_sign_ins(&elsewhere, other.token.as_str())
        .unwrap();
    let this = listed.iter().find(|own| own.this).unwrap();
    assert_eq!(
        (this.agent.as_str(), this.source.as_str()),
        ("Firefox", LAN)
    );
    assert!(this.browser && !this.passkey);
    let stolen = listed.iter().find(|own| own.passkey).unwrap();
    let end = |id: &Digest| clerk.hospital.run(engine.end_own_sign_in(&elsewhere, id));
    assert_eq!(end(&stolen.id), Ok(true));
    assert_eq!(end(&stolen.id), Ok(false));
    assert!(known(&clerk.hospital, Door::Console, &clerk.signed_in).is_none());
    assert!(known(&clerk.hospital, Door::Console, &other).is_some());
    let ending = engine.end_other_sign_ins(&elsewhere, other.token.as_str());
    clerk.hospital.run(ending).unwrap();
    let left = engine
        .own_sign_ins(&elsewhere, other.token.as_str())
        .unwrap();
    assert_eq!(left.len(), 1);
}

#[test]
fn what_a_browser_calls_itself_is_one_short_line_of_plain_text() {
    let hospital = Hospital::founded();
    let mut person = hospital.set_up();
    hospital.pass(MINUTE);
    let connection = browser(&hospital, Door::Console);
    let code = person.code(hospital.engine.now());
    let pass = passphrase(&person.login);
    let claimed = (person.login.as_str(), pass.as_str(), code.as_str());
    let agent = format!("\u{1b}[31m<b>\r\n\u{202e}半田{}", "x".repeat(1000));
    let signed_in = hospital
        .engine
        .sign_in_in_browser(&connection, claimed, &agent);
    let signed_in = hospital.run(signed_in).unwrap();
    let by = known(&hospital, Door::Console, &signed_in).unwrap();
    let listed = hospital
        .engine
        .own_sign_ins(&by, signed_in.token.as_str())
        .unwrap();
    let own = listed.iter().find(|own| own.this).unwrap();
    assert!(own.agent.starts_with("[31m<b>x") && own.agent.len() == 200);
}
