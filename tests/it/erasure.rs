//! Personal data is erased, and every proof still verifies.

use acceptance::hospital::Hospital;
use acceptance::{files, wait};

#[test]
fn an_erased_person_is_in_no_file_of_the_site_and_the_ledger_verifies_as_before() {
    let mut hospital = Hospital::own();
    let crew = hospital.crew();
    let engineer = &crew.engineer;
    let visit = hospital.visit(engineer, &crew.target, &[]);
    engineer
        .sekisho()
        .args(["connect", &crew.target])
        .input("work\n")
        .ok();
    let session = hospital.session_of(&visit.visit);
    hospital.ended(&session);
    let receipt = hospital.folder.join("before.sekisho-receipt");
    hospital
        .clerk
        .sekisho()
        .args(["receipt", "export", &visit.visit, "--out"])
        .arg(&receipt)
        .ok();

    let personal = [
        engineer.name.clone(),
        engineer.login.clone(),
        "090-1234-5678".to_owned(),
    ];
    hospital
        .clerk
        .tries(["person", "erase", &engineer.id])
        .expect(0);
    let persons = hospital.clerk.asks(["person", "list"]);
    let person = persons
        .as_array()
        .unwrap()
        .iter()
        .find(|person| person["id"] == engineer.id.as_str())
        .unwrap();
    assert_eq!(person["erased"], true);
    assert!(
        person["name"].is_null() && person["contact"].is_null(),
        "{person:#}"
    );
    engineer.tries(["connect", &crew.target]).code_is_not(0);

    let exported = hospital.folder.join("ledger-after");
    hospital
        .clerk
        .sekisho()
        .args(["ledger", "export", "--out"])
        .arg(&exported)
        .ok();
    hospital
        .clerk
        .sekisho()
        .args(["ledger", "verify"])
        .arg(&exported)
        .ok();
    hospital
        .clerk
        .sekisho()
        .args(["receipt", "verify"])
        .arg(&receipt)
        .ok();
    assert_eq!(files::holding(&exported, &personal), []);

    let found = wait::within(std::time::Duration::from_secs(10), || {
        let found = files::holding(&hospital.dir, &personal);
        found.is_empty().then_some(())
    });
    assert!(
        found.is_some(),
        "{:?}",
        files::holding(&hospital.dir, &personal)
    );
    hospital.stop("TERM");
    assert_eq!(files::holding(&hospital.dir, &personal), []);
    hospital.start();
    hospital
        .clerk
        .sekisho()
        .args(["recording", "verify", &session])
        .ok();
    let log = hospital.log();
    assert!(!log.contains(&engineer.name), "the log names nobody");
}

trait Refused {
    fn code_is_not(&self, code: i32);
}

impl Refused for acceptance::Done {
    #[track_caller]
    fn code_is_not(&self, code: i32) {
        assert_ne!(self.code, code, "{self}");
    }
}
