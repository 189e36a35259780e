//! Who is not let in, and is told why.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use acceptance::hospital::{Hospital, STRANGER_FROM, VENDOR_FROM};
use acceptance::link::{GONE_WITHIN, Link};
use acceptance::people::{moment, text};
use acceptance::{Person, clock, files, said};

#[test]
fn nobody_approves_their_own_request_and_no_vendor_approves_at_all() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let requested = hospital.request(&crew.engineer, &crew.target, &[]).json();
    let request = text(&requested, "request");
    let refused = crew.engineer.tries(["approve", &request]);
    refused.refused(&[
        "reason-self-approval",
        "reason-not-of-the-hospital",
        "reason-role-missing",
    ]);
    let colleague = hospital.engineer(&crew.vendor, "colleague");
    colleague
        .tries(["approve", &request])
        .refused(&["reason-not-of-the-hospital"]);
    crew.engineer
        .tries(["connect", &crew.target])
        .refused(&["reason-no-grant"]);
    let entered = hospital.events("command_refused");
    let entry = entered
        .iter()
        .find(|entry| {
            entry["event"]["command"] == "approve_request"
                && entry["event"]["caller"]["who"]["person"] == crew.engineer.id.as_str()
        })
        .expect("a refusal is an entry");
    let ids: Vec<&str> = entry["event"]["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|reason| reason["id"].as_str())
        .collect();
    assert!(ids.contains(&"self-approval"), "{entry:#}");
}

#[test]
fn l41_right_credentials_from_an_address_of_the_hospital_are_not_an_engineers() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    hospital.visit(&crew.engineer, &crew.target, &[]);
    // The listener knows only vendors' addresses on the engineers' name.
    let elsewhere = crew
        .engineer
        .from("127.0.2.77")
        .args(["connect", &crew.target])
        .done();
    elsewhere
        .expect(1)
        .says(&said::beginning("connect-closed-without-answer"));
    assert_eq!(crew.echo.accepted(), 0);
}

#[test]
fn l41_right_credentials_from_another_vendors_address_are_refused_with_the_reason() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    hospital.visit(&crew.engineer, &crew.target, &[]);
    hospital.clerk.asks([
        "vendor",
        "add",
        "Somebody Else KK",
        "--from",
        "127.0.4.0/24",
        "--phone",
        "03-0000-0000",
    ]);
    let knock = || {
        crew.engineer
            .from("127.0.4.1")
            .args(["connect", &crew.target])
            .done()
    };
    // The listener learns of the new prefix within a moment; before that it says nothing at all.
    let refused = acceptance::wait::until("a refusal with its reason", || {
        let done = knock();
        (done.code == 3).then_some(done)
    });
    refused.refused(&["reason-source-not-listed"]);
    assert_eq!(crew.echo.accepted(), 0);
}

#[test]
fn a_sign_in_copied_to_another_enrolled_device_is_worth_nothing() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    hospital.visit(&crew.engineer, &crew.target, &[]);
    let other = hospital.engineer(&crew.vendor, "other-device");
    let kept = |person: &Person| person.home.join("sites/handa/sign-in.json");
    std::fs::copy(kept(&crew.engineer), kept(&other)).unwrap();
    let refused = other.tries(["connect", &crew.target]);
    refused.expect(4).says(&said::beginning("error-signed-out"));
    assert_eq!(crew.echo.accepted(), 0);
}

#[test]
fn another_confirmed_device_of_the_same_engineer_is_not_the_one_that_was_granted() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    hospital.visit(&crew.engineer, &crew.target, &[]);
    let invited = hospital.clerk.asks(["person", "device", &crew.engineer.id]);
    let home = hospital.folder.join("home-second-device");
    let joined = acceptance::sekisho()
        .arg("--home")
        .arg(&home)
        .args([
            "--from-address",
            VENDOR_FROM,
            "join",
            &text(&invited, "text"),
        ])
        .args(["--device-label", "the second PC"])
        .json();
    let second = on_the_second_device(&crew.engineer, home, text(&joined, "device"));
    let login = |person: &Person| {
        person
            .login_with(person.sekisho(), &crew.engineer.phone.code())
            .done()
    };
    let pending = login(&second);
    if pending.code == 0 {
        second
            .tries(["connect", &crew.target])
            .refused(&["reason-device-pending"]);
    } else {
        pending.expect(4);
    }
    let words: Vec<String> = joined["words"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap().to_owned())
        .collect();
    let mut confirm = vec![
        "device".to_owned(),
        "confirm".to_owned(),
        text(&joined, "device"),
    ];
    confirm.extend(words);
    hospital.clerk.tries(confirm).expect(0);
    login(&second).expect(0);
    second
        .tries(["connect", &crew.target])
        .refused(&["reason-device-not-granted"]);
    assert_eq!(crew.echo.accepted(), 0);
}

fn on_the_second_device(person: &Person, home: std::path::PathBuf, device: String) -> Person {
    let passphrase = home.with_file_name(format!("passphrase-{}", person.login));
    assert!(passphrase.is_file());
    Person {
        login: person.login.clone(),
        name: person.name.clone(),
        id: person.id.clone(),
        from: person.from,
        at: person.at.clone(),
        home,
        passphrase: person.passphrase.clone(),
        phone: acceptance::phone::Phone::scan(&format!("?secret={}", person.phone.shown)),
        device: Some(device),
        words: Vec::new(),
        joined: person.joined.clone(),
    }
}

#[test]
fn a_device_is_pending_until_its_words_were_compared_by_phone() {
    let hospital = Hospital::shared();
    let vendor = hospital.vendor("Newcomers KK");
    let engineer = hospital.pending_engineer(&vendor, "newcomer");
    let echo = acceptance::peers::Echo::start();
    hospital.target("newcomers-own", &vendor, echo.address(), &[]);
    let pending = engineer
        .login_with(engineer.sekisho(), &engineer.phone.code())
        .done();
    // The factors are right; the device is what they wait for.
    pending.expect(0);
    hospital
        .request(&engineer, "newcomers-own", &[])
        .done()
        .refused(&["reason-device-pending"]);
    engineer
        .tries(["connect", "newcomers-own"])
        .refused(&["reason-device-pending"]);
    let device = engineer.device.clone().unwrap();
    let mut wrong = engineer.words.clone();
    wrong.rotate_left(1);
    let mut confirm = vec!["device".to_owned(), "confirm".to_owned(), device];
    confirm.extend(wrong);
    hospital
        .clerk
        .tries(confirm)
        .refused(&["reason-words-differ"]);
    hospital.confirm(&engineer);
    hospital.request(&engineer, "newcomers-own", &[]).ok();
}

#[test]
fn l10_a_one_time_code_that_was_used_is_refused_and_so_is_a_wrong_one() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let engineer = &crew.engineer;
    let again = engineer
        .login_with(engineer.sekisho(), &engineer.phone.used_code())
        .done();
    again
        .expect(4)
        .says(&said::beginning("error-sign-in-failed"));
    let wrong = engineer
        .login_with(engineer.sekisho(), &engineer.phone.wrong_code())
        .done();
    wrong.expect(4);
    assert_eq!(
        said_only(&again.err),
        said_only(&wrong.err),
        "one answer for every cause"
    );
    let nobody = engineer
        .sekisho()
        .args([
            "login",
            "--login",
            "nobody-at-all",
            "--code",
            "123456",
            "--passphrase-file",
        ])
        .arg(engineer.passphrase_file())
        .done();
    assert_eq!(said_only(&again.err), said_only(&nobody.expect(4).err));
}

fn said_only(text: &str) -> String {
    text.trim().to_owned()
}

#[test]
fn l12_a_login_name_in_full_width_or_capitals_is_the_same_name() {
    let hospital = Hospital::shared();
    let vendor = hospital.vendor("Widths KK");
    let engineer = hospital.pending_engineer(&vendor, "width");
    let done = engineer
        .sekisho()
        .args([
            "login",
            "--login",
            "ＷＩＤＴＨ",
            "--code",
            &engineer.phone.code(),
            "--passphrase-file",
        ])
        .arg(engineer.passphrase_file())
        .done();
    done.expect(0);
    let invitation = hospital.invite_engineer(&vendor);
    let form = acceptance::people::Form {
        login: "Ｗidth",
        name: "another",
        contact: "090",
        from: VENDOR_FROM,
    };
    let (run, ..) = acceptance::people::begin_to_join(&hospital.folder, &invitation, &form);
    run.input("000000\n").done().refused(&["reason-name-taken"]);
}

#[test]
fn a_connection_before_its_window_is_told_when_it_begins() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let begins = clock::next(6, "09:00");
    hospital.visit(
        &crew.engineer,
        &crew.target,
        &["--from", &begins, "--for", "1h"],
    );
    let done = crew.engineer.tries(["connect", &crew.target]);
    done.refused(&["reason-too-early"]).says(&begins);
}

#[test]
fn l22_a_session_ends_by_itself_at_its_deadline_and_none_opens_after_it() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &["--for", "10s"]);
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut live = link.live();
    let shown = hospital.clerk.asks(["visit", "show", &visit.visit]);
    let until = moment(&shown["window"], "until");
    live.gone();
    let late = since(until);
    assert!(
        late < GONE_WITHIN,
        "it was closed {late:?} after its deadline"
    );
    assert!(
        crew.echo.gone(1, GONE_WITHIN).is_some(),
        "the target's side is closed, too"
    );
    link.says("end-deadline");
    let session = hospital.session_of(&visit.visit);
    assert_eq!(
        hospital.ended(&session)["ended"]["reason"]["id"],
        "end-deadline"
    );
    crew.engineer
        .tries(["connect", &crew.target])
        .refused(&["reason-too-late"]);
    let mut again = link.dial();
    again.gone();
    link.says("reason-too-late");
    assert_eq!(crew.echo.accepted(), 1);
}

/// How long ago a moment was; panics if it has not come.
fn since(moment: i64) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let then = Duration::from_millis(u64::try_from(moment).unwrap());
    now.checked_sub(then)
        .unwrap_or_else(|| panic!("closed {:?} before its deadline", then - now))
}

#[test]
fn l19_a_target_of_two_approvals_wants_two_different_persons() {
    let hospital = Hospital::shared();
    let crew = hospital.crew_with(&["--two-approvals"]);
    let requested = hospital.request(&crew.engineer, &crew.target, &[]).json();
    let request = text(&requested, "request");
    let first = hospital.clerk.asks(["approve", &request]);
    assert_eq!(first, "awaiting_second_approval");
    hospital
        .clerk
        .tries(["approve", &request])
        .refused(&["reason-already-approved-by-you"]);
    crew.engineer
        .tries(["connect", &crew.target])
        .refused(&["reason-no-grant"]);
    let second = hospital.chief.asks(["approve", &request]);
    assert!(second["granted"]["grant"].is_string(), "{second:#}");
}

#[test]
fn a_refused_request_tells_the_engineer_why() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let requested = hospital.request(&crew.engineer, &crew.target, &[]).json();
    let request = text(&requested, "request");
    hospital
        .clerk
        .asks(["refuse", &request, "--reason", "the ward is full"]);
    let list = crew.engineer.asks(["requests", "--all"]);
    let found = list
        .as_array()
        .unwrap()
        .iter()
        .find(|found| found["id"] == request.as_str())
        .unwrap();
    assert_eq!(found["state"]["refused"]["reason"], "the ward is full");
    crew.engineer
        .tries(["connect", &crew.target])
        .refused(&["reason-no-grant"]);
    hospital
        .clerk
        .tries(["approve", &request])
        .refused(&["reason-already-decided"]);
}

#[test]
fn l15_an_engineer_learns_nothing_of_another_vendors_targets_and_visits() {
    let hospital = Hospital::shared();
    let ours = hospital.crew();
    let theirs = hospital.crew();
    let visit = hospital.visit(&theirs.engineer, &theirs.target, &[]);
    let targets = ours.engineer.asks(["target", "list"]);
    let names: Vec<&str> = targets
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|target| target["name"].as_str())
        .collect();
    assert_eq!(names, [ours.target.as_str()]);
    ours.engineer
        .tries(["visit", "show", &visit.visit])
        .expect(7);
    ours.engineer
        .tries(["connect", &theirs.target])
        .says(&said::beginning("reason-not-found"));
    let out = hospital.folder.join("not-ours.sekisho-receipt");
    ours.engineer
        .sekisho()
        .args(["receipt", "export", &visit.visit, "--out"])
        .arg(&out)
        .done()
        .expect(7);
    assert!(!out.exists());
}

#[test]
fn l31_the_gateway_itself_and_metadata_services_cannot_be_targets() {
    let hospital = Hospital::shared();
    let vendor = hospital.vendor("Mischief KK");
    let own = hospital.address.to_string();
    for address in [own.as_str(), "0.0.0.0:22", "localhost:5432", "224.0.0.1:80"] {
        let done = hospital.clerk.tries([
            "target",
            "add",
            "mischief",
            "--vendor",
            &vendor,
            "--address",
            address,
        ]);
        assert_eq!(done.code, 3, "{address}: {done}");
        done.says("cannot be a target");
    }
}

#[test]
fn a_vendor_has_addresses_and_none_of_them_is_the_whole_internet() {
    let hospital = Hospital::shared();
    for net in ["0.0.0.0/0", "::/0", "10.0.0.0/8"] {
        let done = hospital.clerk.tries([
            "vendor",
            "add",
            "Wide KK",
            "--from",
            net,
            "--phone",
            "03-0000-0000",
        ]);
        assert_eq!(done.code, 3, "{net}: {done}");
        done.says("is too wide");
    }
    let none = hospital
        .clerk
        .tries(["vendor", "add", "Nowhere KK", "--phone", "03-0000-0000"]);
    none.expect(2);
}

#[test]
fn l37_the_local_port_serves_its_owners_programs_only() {
    if !acceptance::peers::is_root() {
        eprintln!("skipped: only root can be another user");
        return;
    }
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    hospital.visit(&crew.engineer, &crew.target, &[]);
    let mut link = Link::open(&crew.engineer, &crew.target);
    let script = format!(
        "exec 3<>/dev/tcp/127.0.0.1/{}; echo hello >&3; cat <&3",
        link.address.port()
    );
    let mut stranger = acceptance::peers::as_user("nobody", std::path::Path::new("/bin/bash"));
    let output = stranger.args(["-c", &script]).output().unwrap();
    assert!(output.stdout.is_empty(), "{output:?}");
    link.says("error-other-user");
    assert_eq!(crew.echo.accepted(), 0);
    link.live();
}

#[test]
fn l17_two_racing_redemptions_of_a_grant_for_one_connection_give_one_session() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &["--once"]);
    let racers: Vec<_> = (0..6)
        .map(|_| {
            crew.engineer
                .sekisho()
                .args(["connect", &crew.target])
                .begin()
        })
        .collect();
    let done: Vec<_> = racers
        .into_iter()
        .map(|mut racer| {
            racer.write(b"one of us\n");
            racer.close_input();
            racer.finish()
        })
        .collect();
    let through = done.iter().filter(|done| done.code == 0).count();
    assert_eq!(
        through,
        1,
        "{}",
        done.iter().map(ToString::to_string).collect::<String>()
    );
    for refused in done.iter().filter(|done| done.code != 0) {
        refused.refused(&["reason-grant-used-up"]);
    }
    assert_eq!(crew.echo.accepted(), 1);
    assert!(files::contains(&crew.echo.heard(), b"one of us"));
    let shown = hospital.clerk.asks(["visit", "show", &visit.visit]);
    assert_eq!(shown["sessions"].as_array().map(Vec::len), Some(1));
}

#[test]
fn an_address_that_nobody_listed_gets_not_even_a_sign_in() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let engineer = &crew.engineer;
    let done = engineer
        .login_with(engineer.from(STRANGER_FROM), &engineer.phone.wrong_code())
        .done();
    done.expect(1)
        .says(&said::beginning("connect-closed-without-answer"));
}
