//! What is done on a target, as it stood on the screen.

use watch::{Group, Row, Rule};

use crate::ward::Ward;
use crate::world::*;

/// For each rule a line that fires it, and the nearest honest one.
const LINES: [(Rule, &str, &str); 9] = [
    (Rule::SecondHop, "psexec \\\\10.1.2.9 cmd", "ssh -V"),
    (Rule::NetworkSweep, "nmap -sS 10.1.0.0/16", "ping 10.1.2.4"),
    (
        Rule::BackupsDeleted,
        "vssadmin delete shadows /all /quiet",
        "vssadmin list shadows",
    ),
    (
        Rule::BackupFilesRemoved,
        "rm -rf /mnt/backup/2024-05",
        "rm /mnt/backup/2024-05.log",
    ),
    (
        Rule::SecurityStopped,
        "net stop ntrtscan",
        "net stop spooler",
    ),
    (
        Rule::AccountAdded,
        "net user support P@ss /add",
        "net user support",
    ),
    (
        Rule::LogCleared,
        "wevtutil cl Security",
        "wevtutil qe Security",
    ),
    (
        Rule::RemoteTool,
        "AnyDesk.exe --install C:\\x --silent",
        "winget list",
    ),
    (
        Rule::CredentialsDumped,
        "rundll32 comsvcs.dll, MiniDump 612 C:\\l.dmp full",
        "rundll32 printui.dll,PrintUIEntry /il",
    ),
];

#[test]
fn each_sign_fires_its_rule_once_for_a_visit_and_the_honest_line_beside_it_does_not() {
    for (rule, line, honest) in LINES {
        let mut ward = Ward::of(World::connected());
        assert_eq!(ward.reads(Row::Command(honest)), [], "{honest}");
        assert_eq!(ward.reads(Row::Command(line)), [rule], "{line}");
        assert_eq!(ward.reads(Row::Command(line)), [], "{line} again");
        let sighting = ward.seen.last().unwrap();
        assert_eq!(sighting.group, Group::Visit(visit(1)));
        assert_eq!(sighting.of.person, Some(person(ITO)));
        assert_eq!(sighting.entry, None);
    }
}

#[test]
fn of_a_command_that_is_given_again_after_a_minute_one_is_told_again() {
    let mut ward = Ward::of(World::connected());
    let line = Row::Command("wevtutil cl Security");
    assert_eq!(ward.reads(line), [Rule::LogCleared]);
    ward.world.later(MINUTE / 2);
    assert_eq!(ward.reads(line), []);
    ward.world.later(MINUTE / 2);
    assert_eq!(ward.reads(line), [Rule::LogCleared]);
}

#[test]
fn one_line_may_be_a_sign_of_several_things_and_of_each_one_is_told() {
    let mut ward = Ward::of(World::connected());
    let line = "vssadmin delete shadows /all & wevtutil cl System";
    let fired = ward.reads(Row::Command(line));
    assert_eq!(fired, [Rule::BackupsDeleted, Rule::LogCleared]);
}

#[test]
fn a_row_of_a_session_that_is_not_known_is_of_nobody_and_lost_to_nobody() {
    let mut ward = Ward::of(World::granted());
    let line = Row::Command("wevtutil cl System");
    assert_eq!(ward.reads_of(&session(77), line), [Rule::LogCleared]);
    assert_eq!(ward.seen.last().unwrap().group, Group::Site);
}
