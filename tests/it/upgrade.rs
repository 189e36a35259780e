//! Committing a site to a new release: what is written before it and after it.

use acceptance::hospital::{Hospital, Plan};

#[test]
fn nothing_of_the_new_level_is_written_until_somebody_commits_the_site_to_it() {
    let mut hospital = Hospital::build(Plan {
        ledger_level: Some(1),
        ..Plan::default()
    });
    hospital.stop("TERM");
    hospital.start();
    let shown = hospital.clerk.asks(["site", "upgrade"]);
    assert_eq!(shown["level"], 1, "{shown:#}");
    assert_eq!(shown["newest"], 2, "{shown:#}");
    let later = shown["entries"].as_array().unwrap();
    assert!(
        later.iter().any(|kind| kind == "ledger_verified"),
        "{shown:#}"
    );
    hospital.clerk.asks(["site", "upgrade", "--commit"]);
    let raised = hospital.events("site_upgraded");
    assert_eq!(raised[0]["event"]["level"], 2, "{raised:#?}");
    assert!(hospital.events("ledger_verified").is_empty());
    hospital.stop("TERM");
    hospital.start();
    acceptance::wait::until("the ledger says that all of it was read", || {
        hospital.events("ledger_verified").pop()
    });
    let shown = hospital.clerk.asks(["site", "upgrade"]);
    assert_eq!(shown["level"], 2, "{shown:#}");
}
