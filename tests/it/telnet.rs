//! A console that speaks telnet behind the gateway, end to end: registered on an accepted risk, granted, worked with OpenSSH's client and
//! in a page, recorded, verified and played.

use acceptance::canary::{self, Kind};
use acceptance::files;
use acceptance::hospital::Hospital;
use acceptance::people::text;
use acceptance::ssh::Shell;
use wire::terminal::Over;

use crate::paged::Paged;
use crate::telnet_server::{Console, PASSWORD};

#[test]
fn a_console_by_telnet_is_worked_by_ssh_and_in_a_page_and_nobody_sees_its_password() {
    let hospital = Hospital::own();
    let console = Console::start();
    let vendor = hospital.vendor("Modalities KK");
    let engineer = hospital.engineer(&vendor, "modality");
    let add = [
        "target",
        "add",
        "ct",
        "--vendor",
        &vendor,
        "--protocol",
        "telnet",
    ];
    let address = console.address.to_string();
    let how = ["--address", &address, "--user", "service"];
    let without_risk = hospital.clerk.tries(add.iter().chain(&how));
    let why = without_risk.to_string();
    assert!(why.contains("that nobody has accepted"), "{why}");
    let telnet = ["--protocol", "telnet", "--user", "service"];
    hospital.target("ct", &vendor, console.address, &telnet);
    canary::hand(Kind::TargetPassword, PASSWORD);
    let secret = ["target", "secret", "ct", "--password-stdin"];
    let set = hospital.clerk.sekisho().args(secret);
    set.input(format!("{PASSWORD}\n")).ok();

    let at = Shell::ready(&hospital, &engineer, "ct", &[]);
    let visit = at.visit.visit.clone();
    let ssh = at.ssh(&["-tt"]).input("echo by-$((40+2))\rexit\r").done();
    let shown = ssh.to_string();
    assert!(shown.contains("by-42"), "{shown}");
    assert!(!shown.contains(PASSWORD), "{shown}");
    let by_ssh = hospital.session_of(&visit);
    let ended = hospital.ended(&by_ssh);
    assert_eq!(text(&ended["ended"]["reason"], "id"), "end-target-closed");
    let command = at.ssh(&[]).arg("id").done();
    assert_ne!(command.code, 0, "{command}");

    let paged = Paged::signed_in(&hospital, &engineer);
    let number = visit.rsplit('-').next().unwrap();
    let page = paged.gets(&format!("/visits/{number}/terminal"));
    assert_eq!(page.status, 200, "{}", page.head);
    let mut line = paged.sits_down(&visit);
    line.types("echo in-$((40+3)); stty size\r");
    let screen = line.sees("30 100");
    assert!(screen.contains("in-43"), "{screen}");
    line.types("exit\r");
    assert_eq!(line.ends().0, Over::Ended);

    let verified = hospital.clerk.asks(["recording", "verify", &by_ssh]);
    assert_eq!(verified["verified"], true);
    let play = ["recording", "play", by_ssh.as_str(), "--speed", "1000"];
    let played = hospital.clerk.sekisho().args(play).ok();
    played.says("by-42");
    let found = files::holding(&hospital.folder, &[PASSWORD.to_owned()]);
    assert!(found.is_empty(), "{found:?}");
}
