//! Every page of the console holds to what every page must hold to; and pictures of them all.

use acceptance::Hospital;
use acceptance::browser::Browser;
use acceptance::link::Link;
use acceptance::people::text;

/// The variable in which `cargo xtask screens` names a folder for pictures.
const SCREENS: &str = "SEKISHO_SCREENS";

#[test]
fn every_page_is_valid_reachable_by_everybody_inert_and_fits_a_telephone() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let waiting = hospital.request(&crew.engineer, &crew.target, &[]).json();
    // While it is open, somebody may join.
    let _open = hospital.invite_engineer(&crew.vendor);
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut live = link.live();
    live.echo(b"somebody is inside");
    let number = |id: &str| -> u64 {
        let digits = id.rsplit('-').next().and_then(|digits| digits.parse().ok());
        digits.unwrap_or_else(|| panic!("{id} has no number"))
    };
    let mut browser = Browser::before(&hospital)
        .with("engineer", &crew.engineer)
        .fact("first", 1)
        .fact("request", number(&text(&waiting, "request")))
        .fact("visit", number(&visit.visit))
        .fact("session", number(&hospital.session_of(&visit.visit)));
    if let Ok(folder) = std::env::var(SCREENS) {
        browser = browser.fact("screens", folder);
    }
    browser.tells(&["pages"]);
}
