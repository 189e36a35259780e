//! Joining by a link, and the operator's pages, in a browser.

use std::cell::RefCell;

use acceptance::Hospital;
use acceptance::browser::Browser;
use acceptance::people::text;
use acceptance::phone::Phone;
use serde_json::json;

/// The number of an id.
fn number(id: &str) -> u64 {
    let digits = id.rsplit('-').next().and_then(|digits| digits.parse().ok());
    digits.unwrap_or_else(|| panic!("{id} has no number"))
}

#[test]
fn l4_an_invitation_is_accepted_in_the_browser_that_opened_its_link() {
    let hospital = Hospital::own();
    let phone: RefCell<Option<Phone>> = RefCell::new(None);
    let newcomer = json!({
        "login": "kobayashi",
        "name": "小林 三郎",
        "passphrase": "marmot-Lighthouse seven purple staircases",
        "from": "127.0.2.5",
    });
    Browser::before(&hospital)
        .fact("newcomer", newcomer)
        .answers("authenticator", |asked| {
            let address = format!("otpauth://totp/x?secret={}", text(asked, "secret"));
            phone.replace(Some(Phone::scan(&address)));
            json!({})
        })
        .answers("newcomers_code", |_| {
            let phone = phone.borrow();
            json!({ "code": phone.as_ref().expect("it was set up").code() })
        })
        .tells(&["join"]);
}

#[test]
fn what_an_operator_changes_on_a_page_is_what_the_ledger_and_the_command_line_say() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    let targets = hospital.clerk.asks(["target", "list"]);
    Browser::before(&hospital)
        .fact("target", number(&text(&targets[0], "id")))
        .fact("vendor", number(&crew.vendor))
        .tells(&["operator"]);
}
