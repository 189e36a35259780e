//! How far somebody reached, from the recordings of real sessions.

use acceptance::browser::Browser;
use acceptance::hospital::Hospital;
use acceptance::lab::Lin;
use acceptance::people::{Person, text};
use acceptance::ssh::{Shell, register};
use serde_json::Value;

fn number(id: &str) -> u64 {
    id.rsplit('-').next().unwrap().parse().unwrap()
}

fn texts(told: &Value, list: &str, field: &str) -> Vec<String> {
    let list = told[list].as_array().unwrap().iter();
    list.map(|one| text(one, field)).collect()
}

/// Gives one command in a visit of their own.
fn gives(hospital: &Hospital, engineer: &Person, command: &str) {
    let shell = Shell::ready(hospital, engineer, "files", &[]);
    shell.ssh(&["-T"]).arg(command).ok();
    hospital
        .clerk
        .tries(["end", &hospital.session_of(&shell.visit.visit)]);
}

#[test]
fn s0_29_what_a_device_touched_is_told_exactly_and_nothing_of_another() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::own();
    let vendor = hospital.vendor("Servers KK");
    let (first, second) = (
        hospital.engineer(&vendor, "first"),
        hospital.engineer(&vendor, "second"),
    );
    register(&hospital, "files", &vendor, &lin, &[]);
    let (command, other) = ("echo of-the-first", "echo of-the-second");
    gives(&hospital, &first, command);
    gives(&hospital, &second, other);
    let device = first.device.clone().expect("an engineer has a device");
    let told = hospital.clerk.asks(["reach", "--device", &device]);
    assert_eq!(texts(&told, "commands", "text"), [command]);
    assert_eq!(texts(&told, "sessions", "device"), [device.as_str()]);
    assert_eq!(texts(&told, "sessions", "content"), ["content-read"]);
    let told = hospital.clerk.asks(["reach", "--vendor", &vendor]);
    assert_eq!(texts(&told, "commands", "text"), [command, other]);
    let secret = text(&told["sessions"][0], "target");
    let of_the_secret = hospital.clerk.asks(["reach", "--secret", &secret]);
    assert_eq!(of_the_secret["commands"], told["commands"]);
    // Not for whoever is asked about, and of one thing at a time.
    let refused = first.tries(["reach", "--device", &device]);
    refused.refused(&["reason-not-of-the-hospital"]);
    let two = ["reach", "--device", &device, "--vendor", &vendor];
    hospital.clerk.tries(two).expect(2);
    Browser::before(&hospital)
        .fact("device", number(&device))
        .fact("command", command)
        .fact("other", other)
        .tells(&["reach"]);
}
