//! Every page of the console holds to what every page must hold to; and pictures of them all.

use acceptance::Hospital;
use acceptance::browser::Browser;
use acceptance::canary;
use acceptance::lab::Lin;
use acceptance::link::Link;
use acceptance::peers::free_port;
use acceptance::people::text;
use acceptance::run::sekisho;
use acceptance::ssh::{Shell, register};
use acceptance::wait;

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
    let targets = hospital.clerk.asks(["target", "list"]);
    let alert = alert(&hospital, &crew.vendor);
    // A device that waits for its words.
    let newcomer = hospital.pending_engineer(&crew.vendor, "newcomer");
    let device = newcomer.device.clone().expect("an engineer has a device");
    let mut browser = Browser::before(&hospital)
        .with("engineer", &crew.engineer)
        .fact("request", number(&text(&waiting, "request")))
        .fact("visit", number(&visit.visit))
        .fact("session", number(&hospital.session_of(&visit.visit)))
        .fact("vendor", number(&crew.vendor))
        .fact("target", number(&text(&targets[0], "id")))
        .fact("person", number(&crew.engineer.id))
        .fact("device", number(&device))
        .fact("alert", alert)
        .fact("incident", 1_u64)
        .fact("rule", 1)
        .fact("relay", relay(&hospital));
    if let Ok(folder) = std::env::var(SCREENS) {
        browser = browser.fact("screens", folder);
    }
    browser.tells(&["pages"]);
}

fn number(id: &str) -> u64 {
    let digits = id.rsplit('-').next().and_then(|digits| digits.parse().ok());
    digits.unwrap_or_else(|| panic!("{id} has no number"))
}

/// Something that a rule has seen; its number.
fn alert(hospital: &Hospital, vendor: &str) -> u64 {
    let lin = Lin::on_loopback().expect("a server by SSH");
    let engineer = hospital.engineer(vendor, "cleaner");
    register(hospital, "files", vendor, &lin, &[]);
    let shell = Shell::ready(hospital, &engineer, "files", &[]);
    let ssh = shell.ssh(&["-T"]).arg("history -c").begin();
    let number = wait::until("an alert", || {
        hospital.clerk.asks(["alerts"])[0]["number"].as_u64()
    });
    // It stands still until somebody ends it.
    let session = hospital.session_of(&shell.visit.visit);
    hospital.clerk.tries(["end", &session]);
    ssh.finish();
    number
}

/// A relay that the site knows and does not reach; its name.
fn relay(hospital: &Hospital) -> &'static str {
    const NAME: &str = "first";
    let dir = hospital.folder.join("relay");
    let address = format!("127.0.0.1:{}", free_port());
    let relay = |verb: &str| sekisho().args(["relay", verb]).arg(&dir);
    let init = relay("init").args(["--listen", &address]);
    init.args(["--name", "first.relay.test"]).ok();
    canary::hand_relay(&dir);
    let shown = relay("show").json();
    let add = hospital.clerk.sekisho().args(["relay", "add", NAME]);
    add.args(["--address", &address, "--tls-name", "first.relay.test"])
        .args([
            "--key",
            &text(&shown, "key"),
            "--witness",
            &text(&shown, "witness"),
        ])
        .ok();
    NAME
}
