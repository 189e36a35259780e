//! Channel × terms: what may be opened inside a session, reviewed as `tests/matrix/channels.txt` (L9).
//!
//! A `yes` of a file says how many bytes may still pass. After a change that was meant, the failing
//! test prints the new text: put it into the file and review the difference.

use std::collections::BTreeSet;
use std::fmt::Write;

use access::*;

use crate::world::*;

/// Every reason that can stand in the table, and how it is shortened there.
const SHORT: &[(&str, &str)] = &[
    ("channel-not-granted", "channel"),
    ("path-not-granted", "path"),
    ("files-used-up", "used-up"),
    ("database-not-granted", "database"),
    ("data-used-up", "data"),
    ("method-not-granted", "method"),
    ("session-frozen", "frozen"),
    ("not-found", "not-found"),
    ("too-late", "too-late"),
];

/// Requests: one that looks, one that changes, ones that lead elsewhere; inside, beside, and a path that could be
/// read in two ways.
const WEB: [(&str, &str); 7] = [
    ("GET", "/app/x"),
    ("HEAD", "/application"),
    ("GET", ""),
    ("POST", "/app"),
    ("DELETE", "/"),
    ("TRACE", "/app"),
    ("CONNECT", "/app"),
];

/// Paths that an upload is tried with: inside, beside, above, and not resolved.
const PATHS: &[&str] = &[
    "/srv/in",
    "/srv/in/",
    "/srv/in/a.txt",
    "/srv/in/sub/b.txt",
    "/srv/input/a.txt",
    "/srv/in.txt",
    "/srv",
    "/",
    "/etc/passwd",
    "/srv/in/../out/a.txt",
    "/srv/in/./a.txt",
    "/srv/in//a.txt",
    "//srv/in/a.txt",
    "srv/in/a.txt",
    "../in/a.txt",
    "",
    r"/srv/in/..\..\a.txt",
    "/srv/in/.. /a.txt",
];

/// From where to where something is moved: within, out of and into the folders, above one, and into one
/// by another name of it.
const MOVES: [(&str, &str); 9] = [
    ("/srv/in/a", "/srv/in/b"),
    ("/srv/in/a", "/srv/in/../b"),
    ("/srv/in/a", "/srv/out/b"),
    ("/srv/out/a", "/srv/in/b"),
    ("/srv/out/a", "/srv/out/b"),
    ("/etc/a", "/srv/in/b"),
    ("/etc", "/srv"),
    ("/srv/in/a", "/SRV/Out. /b"),
    ("/srv/in/a", "/srv/OUT~1/b"),
];

pub(crate) fn asks() -> Vec<(String, ChannelAsk)> {
    let mut asks: Vec<ChannelAsk> = vec![
        ChannelAsk::Shell,
        ChannelAsk::Exec,
        ChannelAsk::Sftp,
        ChannelAsk::Scp(Handover::In),
        ChannelAsk::Scp(Handover::Out),
    ];
    asks.extend(PATHS.iter().map(|path| upload(path)));
    asks.extend(["/srv/out/a.txt", "/srv/in/a.txt", "/srv", "/srv/out/../x"].map(download));
    let change = |path: &str| ChannelAsk::Change { path: path.into() };
    asks.extend(["/srv/in/a.txt", "/srv/out/a.txt", "/", "/srv/in/../x"].map(change));
    let moves = |(from, to): (&str, &str)| ChannelAsk::Move {
        from: from.into(),
        to: to.into(),
    };
    asks.extend(MOVES.map(moves));
    let look = |path: &str| ChannelAsk::Look { path: path.into() };
    asks.extend(["/srv/in", "/srv/out/a.txt", "/srv", "/", "/srv/out/.."].map(look));
    asks.extend(["orca", "postgres", ""].map(database));
    asks.push(ChannelAsk::Web);
    asks.extend(WEB.map(|(method, path)| web_request(method, path)));
    asks.push(ChannelAsk::WebLine);
    asks.push(ChannelAsk::Desktop);
    asks.extend(never());
    asks.into_iter().map(named).collect()
}

/// What no terms grant.
fn never() -> Vec<ChannelAsk> {
    vec![
        ChannelAsk::DirectTcp,
        ChannelAsk::RemoteTcp,
        ChannelAsk::StreamLocal,
        ChannelAsk::Agent,
        ChannelAsk::X11,
        ChannelAsk::Subsystem,
        ChannelAsk::Unknown,
    ]
}

fn named(ask: ChannelAsk) -> (String, ChannelAsk) {
    if let ChannelAsk::WebRequest { method, path } = &ask {
        return (format!("{} {method} {path:?}", ask.id()), ask);
    }
    if let ChannelAsk::Move { from, to } = &ask {
        return (format!("{} {from:?} {to:?}", ask.id()), ask);
    }
    let path = if let ChannelAsk::File { path, .. }
    | ChannelAsk::Database { name: path }
    | ChannelAsk::Change { path }
    | ChannelAsk::Look { path } = &ask
    {
        format!(" {path:?}")
    } else {
        String::new()
    };
    (format!("{}{path}", ask.id()), ask)
}

/// A world with a session of Ito's, and who asks there.
type Column = (&'static str, World, Caller);

fn columns() -> Vec<Column> {
    let with = |terms| World::in_ssh(terms, false);
    let only = |terms: fn(&mut SshTerms)| {
        let mut own = no_terms();
        terms(&mut own);
        with(own)
    };
    let mut used_up = with(file_terms());
    for direction in [Handover::In, Handover::Out] {
        used_up.does(&Caller::gateway(), handed_over(direction, 1000));
    }
    let mut paused = with(all_terms());
    paused.does(&staff(NURSE), pause());
    let mut ended = with(all_terms());
    ended.does(&staff(NURSE), end());
    let mut too_late = with(all_terms());
    too_late.later(HOUR);
    let mut second_device = with(all_terms());
    second_device.invite(
        &staff(NURSE),
        InvitationFor::Device {
            person: person(ITO),
        },
    );
    second_device.accept(Some(enrolment(50)));
    second_device.confirm(5);
    let other_device = Caller {
        device: Some(device(5)),
        ..engineer(ITO)
    };
    let ito = || engineer(ITO);
    let up_not_down = SshTerms {
        upload: files(Paths::Anywhere),
        ..file_terms()
    };
    let one_file = |terms: &mut SshTerms| terms.upload = files(under(&["/srv/in/a.txt"]));
    vec![
        ("shell", only(|terms| terms.shell = true), ito()),
        ("exec", only(|terms| terms.exec = true), ito()),
        ("shell+exec", with(SshTerms::shell_only()), ito()),
        (
            "upload",
            only(|terms| terms.upload = files(under(&["/srv/in"]))),
            ito(),
        ),
        (
            "download",
            only(|terms| terms.download = files(under(&["/srv/out"]))),
            ito(),
        ),
        ("both", with(file_terms()), ito()),
        ("up-not-down", with(up_not_down), ito()),
        ("one-file", only(one_file), ito()),
        ("anywhere", with(all_terms()), ito()),
        ("used-up", used_up, ito()),
        ("paused", paused, ito()),
        ("unattended", World::in_ssh(all_terms(), true), ito()),
        ("colleague", with(all_terms()), engineer(KATO)),
        ("other-vendor", with(all_terms()), engineer(OTHER)),
        ("other-device", second_device, other_device),
        ("ended", ended, ito()),
        ("too-late", too_late, ito()),
        ("tcp", World::connected(), ito()),
        ("database", World::in_database(reading(1000)), ito()),
        (
            "one-database",
            World::in_database(crate::world::only(&["orca"])),
            ito(),
        ),
        ("data-used-up", data_used_up(), ito()),
        ("web", World::at_a_console(changing()), ito()),
        ("web-looks", World::at_a_console(looking()), ito()),
        ("desktop", World::on_desktop(DesktopTerms::USUAL), ito()),
    ]
}

/// Two sessions of one visit at a database: the first has taken everything out, the second is Ito's.
fn data_used_up() -> World {
    let mut world = World::in_database(reading(1000));
    world.does(&engineer(ITO), open_database());
    world.does(&Caller::gateway(), close_having_given(2, 1000));
    world
}

fn end() -> Command {
    Command::EndSession {
        session: session(1),
    }
}

fn answer(world: &World, caller: &Caller, ask: &ChannelAsk) -> String {
    match decide(&world.site, caller, channel(ask.clone()), world.now) {
        Ok(Decided {
            outcome: Outcome::Channel { bytes_left: 0 },
            ..
        }) => "yes".to_owned(),
        Ok(Decided {
            outcome: Outcome::Channel { bytes_left },
            ..
        }) => format!("yes:{bytes_left}"),
        Ok(decided) => panic!("{decided:?}"),
        Err(refusal) => {
            let short = |reason: &Reason| {
                let found = SHORT.iter().find(|(id, _)| *id == reason.id());
                found.map_or_else(|| panic!("{reason:?}"), |(_, short)| *short)
            };
            let all: Vec<&str> = refusal.reasons.iter().map(short).collect();
            all.join("+")
        }
    }
}

fn printed() -> String {
    let columns = columns();
    let mut text = String::new();
    for (id, short) in SHORT.iter().filter(|(id, short)| id != short) {
        writeln!(text, "# {short}: {id}").unwrap();
    }
    write!(text, "{:<36}", "ask").unwrap();
    for (name, ..) in &columns {
        write!(text, "{name:<18}").unwrap();
    }
    text = text.trim_end().to_owned() + "\n";
    for (name, ask) in asks() {
        let mut line = format!("{name:<36}");
        for (_, world, caller) in &columns {
            write!(line, "{:<18}", answer(world, caller, &ask)).unwrap();
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

#[test]
fn what_may_be_opened_in_a_session_is_the_reviewed_table() {
    let found = printed();
    let reviewed = include_str!("../../../../tests/matrix/channels.txt");
    assert!(
        found == reviewed,
        "the table is now:\n\n{found}\n(end of the table)"
    );
}

#[test]
fn every_kind_of_ask_stands_in_the_table() {
    let asked: BTreeSet<&str> = asks().iter().map(|(_, ask)| ask.id()).collect();
    assert_eq!(asked.len(), 22, "{asked:?}");
    let source = include_str!("../../src/terms/ssh.rs");
    let (_, ids) = source.split_once("impl ChannelAsk {").unwrap();
    let (ids, _) = ids.split_once("\n}\n").unwrap();
    let named: BTreeSet<&str> = ids
        .lines()
        .filter_map(|line| line.split_once("=> \"")?.1.split_once('"'))
        .map(|(id, _)| id)
        .collect();
    assert_eq!(asked, named);
}

#[test]
fn l09_forwarding_agent_display_and_foreign_subsystems_are_granted_by_no_terms() {
    let world = World::in_ssh(all_terms(), false);
    for ask in never() {
        let channel_id = ask.id().to_owned();
        let refused = world.refused(&engineer(ITO), channel(ask));
        let expected = Reason::ChannelNotGranted {
            channel: channel_id,
        };
        assert_eq!(refused, [expected]);
    }
}

/// SFTP and SCP open with the terms of files, and each file is asked for by itself, whichever of
/// them carries it: there is no way to a file that knows other terms.
#[test]
fn l09_a_shell_or_a_command_gives_no_file_and_a_file_gives_no_shell() {
    let shell = World::in_ssh(SshTerms::shell_only(), false);
    for ask in [
        ChannelAsk::Sftp,
        ChannelAsk::Scp(Handover::In),
        ChannelAsk::Scp(Handover::Out),
        upload("/srv/in/a"),
        download("/srv/out/a"),
    ] {
        let refused = shell.refused(&engineer(ITO), channel(ask));
        assert_eq!(refused[0].id(), "channel-not-granted");
    }
    let files = World::in_ssh(file_terms(), false);
    for ask in [ChannelAsk::Shell, ChannelAsk::Exec] {
        let refused = files.refused(&engineer(ITO), channel(ask));
        assert_eq!(refused[0].id(), "channel-not-granted");
    }
}

/// Every channel is an entry before the target hears of it; a file inside one has its own.
#[test]
fn l09_every_channel_that_opens_is_an_entry_that_names_it() {
    let mut world = World::in_ssh(all_terms(), false);
    for ask in [
        ChannelAsk::Shell,
        ChannelAsk::Exec,
        ChannelAsk::Sftp,
        ChannelAsk::Scp(Handover::In),
        ChannelAsk::Scp(Handover::Out),
    ] {
        let id = ask.id();
        world.does(&engineer(ITO), channel(ask));
        let last = &world.entries.last().unwrap().event;
        assert!(
            matches!(last, Event::ChannelOpened { channel, .. } if channel == id),
            "{last:?}"
        );
    }
    let before = world.entries.len();
    world.does(&engineer(ITO), channel(upload("/srv/in/a")));
    assert_eq!(
        world.entries.len(),
        before,
        "a file is entered when it has passed"
    );
}

#[test]
fn a_session_has_an_end_of_channels() {
    let mut world = World::in_ssh(all_terms(), false);
    for _ in 0..limits::MOST_CHANNELS {
        world.does(&engineer(ITO), channel(ChannelAsk::Exec));
        world.entries.clear();
    }
    let refused = world.refused(&engineer(ITO), channel(ChannelAsk::Exec));
    assert_eq!(refused[0].id(), "too-many");
    world.does(&engineer(ITO), channel(upload("/srv/in/a")));
}

/// A program that takes empty files without end makes an entry of each: there is an end of them.
#[test]
fn files_are_counted_over_the_whole_visit_and_have_an_end() {
    let mut world = World::in_ssh(all_terms(), false);
    for number in 0..limits::MOST_FILES_PASSED {
        if number + 1 == limits::MOST_FILES_PASSED {
            world.does(&engineer(ITO), channel(upload("/a")));
        }
        let direction = if number % 2 == 0 {
            Handover::In
        } else {
            Handover::Out
        };
        world.passes_in_short(direction);
    }
    for ask in [upload("/a"), download("/a")] {
        let refused = world.refused(&engineer(ITO), channel(ask));
        assert_eq!(refused, [Reason::FilesUsedUp]);
    }
}

#[test]
fn bytes_of_files_are_counted_each_way_over_the_whole_visit() {
    let mut world = World::in_ssh(all_terms(), false);
    let left = |world: &mut World, ask: ChannelAsk| {
        let Outcome::Channel { bytes_left } = world.does(&engineer(ITO), channel(ask)) else {
            panic!()
        };
        bytes_left
    };
    world.does(&Caller::gateway(), handed_over(Handover::In, 400));
    world.does(&Caller::gateway(), close(1));
    // Another connection of the same visit goes on where the first one stopped.
    world.does(&engineer(ITO), open_ssh());
    let second = |ask| Command::OpenChannel {
        session: session(2),
        ask,
    };
    let Outcome::Channel { bytes_left } = world.does(&engineer(ITO), second(upload("/a"))) else {
        panic!()
    };
    assert_eq!(bytes_left, 600);
    let mut world = World::in_ssh(all_terms(), false);
    world.does(&Caller::gateway(), handed_over(Handover::In, u64::MAX));
    let refused = world.refused(&engineer(ITO), channel(upload("/a")));
    assert_eq!(refused, [Reason::FilesUsedUp]);
    assert_eq!(left(&mut world, download("/a")), 1000);
}
