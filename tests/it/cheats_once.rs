//! What counts once, what is random, and what is never used again: tried by somebody in a hurry.

use std::collections::BTreeSet;

use acceptance::files;
use acceptance::hospital::{Hospital, VENDOR_FROM};
use acceptance::people::{Form, begin_to_join, join, moment, text};
use acceptance::phone::Phone;
use acceptance::run::Done;
use wire::Invitation;

#[test]
fn l17_one_invitation_claimed_by_two_at_once_makes_one_person() {
    let hospital = Hospital::shared();
    let vendor = hospital.vendor("Twins KK");
    let invitation = hospital.invite_engineer(&vendor);
    let claims = ["twin-a", "twin-b"].map(|login| {
        let form = Form {
            login,
            name: login,
            contact: "090-0000-0000",
            from: VENDOR_FROM,
        };
        let (run, _, _) = begin_to_join(&hospital.folder, &invitation, &form);
        run.arg("--json").begin()
    });
    let ended: Vec<Done> = std::thread::scope(|scope| {
        let claiming = claims.map(|mut claim| {
            scope.spawn(move || {
                // Both have their secret, or one was turned away before.
                let said = claim.heard_one_of(&["otpauth://", "sekisho:"]);
                if said.contains("otpauth://") {
                    let phone = Phone::scan(&said);
                    claim.write(format!("{}\n", phone.code()).as_bytes());
                }
                claim.close_input();
                claim.finish()
            })
        });
        claiming.map(|claim| claim.join().unwrap()).into()
    });
    let joined = ended.iter().filter(|done| done.code == 0).count();
    assert_eq!(joined, 1, "{ended:#?}");
    let persons = hospital.clerk.asks(["person", "list"]);
    let twins = persons.as_array().unwrap().iter();
    let twins = twins.filter(|person| person["employer"]["vendor"] == vendor.as_str());
    assert_eq!(twins.count(), 1, "{persons:#}");
}

#[test]
fn l18_a_used_code_and_a_used_invitation_stay_used_after_kill_9() {
    let mut hospital = Hospital::own();
    let vendor = hospital.vendor("Once KK");
    let invitation = hospital.invite_engineer(&vendor);
    let form = Form {
        login: "once",
        name: "Once",
        contact: "090-0000-0000",
        from: VENDOR_FROM,
    };
    let engineer = join(&hospital.folder, &invitation, &form);
    hospital.confirm(&engineer);
    engineer.sign_in();
    hospital.stop("KILL");
    hospital.start();
    let again = engineer.login_with(engineer.sekisho(), &engineer.phone.used_code());
    again.done().expect(4);
    let second = Form {
        login: "once-more",
        ..form
    };
    let (run, _, _) = begin_to_join(&hospital.folder, &invitation, &second);
    let refused = run.arg("--json").input("000000\n").done();
    assert_ne!(refused.code, 0, "{refused}");
    assert!(!refused.err.contains("otpauth://"), "{refused}");
    // The next code is as good as ever.
    engineer.sign_in();
}

#[test]
fn l08_of_two_approvals_neither_gives_back_what_the_other_took() {
    let hospital = Hospital::shared();
    let crew = hospital.crew_with(&["--two-approvals"]);
    let requested = hospital
        .request(&crew.engineer, &crew.target, &["--for", "2h"])
        .json();
    let request = text(&requested, "request");
    let approve = ["approve", request.as_str(), "--for"];
    let first = approve.iter().chain(&["30m"]);
    hospital.clerk.tries(first).expect(0);
    let connect = ["connect", crew.target.as_str()];
    crew.engineer.tries(connect).refused(&["reason-no-grant"]);
    let wider = approve.iter().chain(&["1h"]);
    hospital.chief.tries(wider).refused(&["reason-would-widen"]);
    hospital.chief.tries(&approve[..2]).expect(0);
    let visit = text(&requested, "visit");
    let shown = crew.engineer.asks(["visit", "show", &visit]);
    let length = moment(&shown["window"], "until") - moment(&shown["window"], "from");
    assert_eq!(length, 30 * 60 * 1000, "{shown:#}");
    // More factors than were asked for lift nothing either.
    crew.engineer.sign_in();
    crew.engineer.sekisho().args(connect).input("narrow").ok();
}

/// The secret of an invitation that somebody was given.
fn secret(invited: &serde_json::Value) -> Vec<u8> {
    let invitation: Invitation = text(invited, "text").parse().expect("an invitation");
    invitation.secret.reveal().to_vec()
}

#[test]
fn l11_codes_to_begin_anew_are_random_used_once_and_never_given_to_oneself() {
    let hospital = Hospital::shared();
    let vendor = hospital.vendor("Forgetful KK");
    let engineer = hospital.engineer(&vendor, "forgetful");
    let invite = [
        "person", "invite", "--vendor", &vendor, "--role", "engineer",
    ];
    let mut secrets: Vec<Vec<u8>> = (0..32)
        .map(|_| secret(&hospital.clerk.asks(invite)))
        .collect();
    let reset = ["person", "reset", engineer.id.as_str()];
    let own = ["person", "reset", hospital.clerk.id.as_str()];
    assert_ne!(engineer.tries(reset).code, 0);
    assert_ne!(hospital.clerk.tries(own).code, 0);
    let invited = hospital.clerk.asks(reset);
    secrets.push(secret(&invited));
    // 128 bits each, none of them the same in all: a counter, a clock or a seed would stand still.
    let length = secrets[0].len();
    assert!(length >= 16, "{length} bytes");
    let distinct: BTreeSet<&Vec<u8>> = secrets.iter().collect();
    assert_eq!(distinct.len(), secrets.len());
    for bit in 0..length * 8 {
        let set = secrets
            .iter()
            .filter(|one| one[bit / 8] >> (bit % 8) & 1 == 1);
        let count = set.count();
        assert!(count > 0 && count < secrets.len(), "bit {bit} never moves");
    }
    // Somebody else's code under a number that is known.
    let mut guessed: Invitation = text(&invited, "text").parse().unwrap();
    guessed.secret = wire::SecretBytes::new(secrets[0].clone());
    let form = Form {
        login: "guesser",
        name: "Guesser",
        contact: "090-0000-0000",
        from: VENDOR_FROM,
    };
    let (run, _, _) = begin_to_join(&hospital.folder, &guessed.to_string(), &form);
    let refused = run.arg("--json").input("000000\n").done();
    assert_ne!(refused.code, 0, "{refused}");
    assert!(!refused.err.contains("otpauth://"), "{refused}");
}

/// Windows of bytes that no text has: with so many of them no two are equal by accident.
fn windows(bytes: &[u8]) -> BTreeSet<&[u8]> {
    let raw = |window: &&[u8]| window.iter().filter(|byte| **byte >= 0x80).count() >= 4;
    bytes.windows(16).filter(raw).collect()
}

#[test]
fn l38_the_same_words_in_two_sessions_leave_no_equal_block_on_the_disk() {
    let mut hospital = Hospital::own();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let words: Vec<u8> = b"the same walnut words \xe3\x81\x99\xe3\x81\xbf "
        .iter()
        .copied()
        .cycle()
        .take(48 * 1024)
        .collect();
    let mut sessions = Vec::new();
    for _ in 0..2 {
        let run = crew.engineer.sekisho().args(["connect", &crew.target]);
        assert_eq!(run.input(words.clone()).ok().out, words);
        sessions.push(hospital.session_of(&visit.visit));
        hospital.ended(sessions.last().unwrap());
    }
    let [one, two] = sessions.as_slice() else {
        panic!("two sessions")
    };
    assert_ne!(one, two);
    let kept = [one, two].map(|session| {
        let out = hospital.folder.join(session.replace('/', "-"));
        let export = ["recording", "export", session.as_str(), "--out"];
        hospital.clerk.sekisho().args(export).arg(&out).ok();
        out
    });
    hospital.stop("TERM");
    // No word of it in the clear, in whatever the site keeps.
    let clear = "walnut words the same".to_owned();
    assert_eq!(files::holding(&hospital.dir, &[clear]), []);
    let read = |folder: &std::path::Path| {
        let paths = files::below(folder);
        let files = paths.iter().map(|path| std::fs::read(path).unwrap());
        files.collect::<Vec<Vec<u8>>>()
    };
    let [one, two] = kept.map(|folder| read(&folder));
    let of_one: BTreeSet<&[u8]> = one.iter().flat_map(|file| windows(file)).collect();
    let of_two: BTreeSet<&[u8]> = two.iter().flat_map(|file| windows(file)).collect();
    assert!(of_one.len() > 100 && of_two.len() > 100, "nothing was kept");
    let both: Vec<_> = of_one.intersection(&of_two).collect();
    assert!(
        both.is_empty(),
        "{} equal blocks: {:?}",
        both.len(),
        both[0]
    );
}
