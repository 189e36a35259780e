//! Chromium believes the console because the site's CA is known to its computer, and for no other reason.

use acceptance::Hospital;
use acceptance::browser::Browser;

#[test]
fn a_browser_that_knows_the_sites_ca_believes_the_console_and_comes_from_where_its_person_stands() {
    let hospital = Hospital::shared();
    Browser::before(hospital).tells(&["trust"]);
}
