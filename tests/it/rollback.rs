//! A ledger that was put back, and how an honest restore goes on.

use acceptance::hospital::Hospital;
use acceptance::{files, said, sekisho};

#[test]
fn a_rolled_back_site_is_refused_by_who_saw_more_and_isolates_itself_until_the_kit_resumes_it() {
    let mut hospital = Hospital::own();
    let crew = hospital.crew();
    hospital.visit(&crew.engineer, &crew.target, &[]);
    hospital.stop("TERM");
    let backup = hospital.folder.join("backup");
    files::copy(&hospital.dir, &backup);

    // Business goes on, and the engineer's device sees it.
    hospital.start();
    crew.engineer
        .sekisho()
        .args(["connect", &crew.target])
        .input("after the backup")
        .ok();
    hospital.clerk.asks(["vendor", "list"]);
    hospital.stop("TERM");

    // Somebody puts the old state back.
    std::fs::rename(&hospital.dir, hospital.folder.join("lost")).unwrap();
    files::copy(&backup, &hospital.dir);
    hospital.start();
    let refused = crew.engineer.tries(["connect", &crew.target]);
    refused
        .expect(6)
        .says(&said::beginning("error-ledger-rolled-back"));
    refused.says(&said::beginning("cli-alarm-raised"));
    assert_eq!(crew.echo.accepted(), 1);

    // The alarm is on the hospital's side, too.
    let status = hospital.root().args(["site", "status"]).json();
    assert!(!status["isolation"].is_null(), "{status:#}");
    assert!(
        status["alarms"].to_string().contains("finding-rolled-back"),
        "{status:#}"
    );
    let again = crew.engineer.tries(["connect", &crew.target]);
    again.expect(6);
    let alarms = hospital.root();
    let out = hospital.folder.join("ledger-after-alarm");
    alarms.args(["ledger", "export", "--out"]).arg(&out).ok();
    let entries = acceptance::hospital::entries_in(&out);
    let alarm = entries
        .iter()
        .find(|entry| entry["event"]["kind"] == "witness_disagreed")
        .unwrap();
    assert_eq!(alarm["event"]["how"], "rolled-back", "{alarm:#}");

    // It was an honest restore: the hospital says so with its kit.
    hospital.stop("TERM");
    let resume = || {
        sekisho()
            .arg("--home")
            .arg(hospital.folder.join("home-root"))
            .arg("--site-dir")
            .arg(&hospital.dir)
            .args(["site", "resume"])
    };
    let wrong = resume()
        .input(format!("{}\n{}\n", hospital.kit[0], hospital.kit[0]))
        .done();
    assert_ne!(wrong.code, 0, "{wrong}");
    resume().input(hospital.typed_kit()).ok();
    hospital.start();
    let mut told = crew.engineer.tries(["connect", &crew.target]);
    if told.code == 3 {
        told.refused(&["reason-site-isolated"]);
        told.says(&said::beginning("error-ledger-resumed"));
        hospital.clerk.tries(["lift"]).expect(0);
        hospital.chief.tries(["lift"]).expect(0);
        told = crew
            .engineer
            .sekisho()
            .args(["connect", &crew.target])
            .input("on we go")
            .done();
    } else {
        told.says(&said::beginning("error-ledger-resumed"));
    }
    told.expect(0);
    // It was said once; from now on it is the ledger.
    let later = crew
        .engineer
        .sekisho()
        .args(["connect", &crew.target])
        .input("and on")
        .ok();
    assert!(
        !later.err.contains(&said::beginning("error-ledger-resumed")),
        "{later}"
    );
}
