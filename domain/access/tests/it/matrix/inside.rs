//! Rows of sessions and of what is done inside them: the hospital may stop them, and only who opened
//! one uses it.

use access::*;

use super::{Row, two_visits};
use crate::world::*;

pub(super) fn rows() -> Vec<Row> {
    [sessions(), channels(), attendance()].concat()
}

/// Ito's and Kato's grants for the SSH target, both unused.
fn two_ssh_grants() -> World {
    let mut world = World::with_ssh(false);
    for n in [ITO, KATO] {
        let asked = world.ssh_visit(Some(all_terms()));
        let request = world.ask(&engineer(n), asked);
        world.approve(NURSE, &request);
    }
    world
}

fn sessions() -> Vec<Row> {
    let end = |n| Command::EndSession {
        session: session(n),
    };
    let with = |n, to, protocol| Command::OpenSession {
        target: target(to),
        grant: Some(grant(n)),
        protocol,
    };
    let in_database = || World::in_database(reading(1000));
    let tcp = |n| with(n, BILLING, Protocol::Tcp);
    let ssh = |n| with(n, SHELL, Protocol::Ssh);
    vec![
        ("open_session: the engineer's grant", two_visits(), tcp(1)),
        ("open_session: the colleague's grant", two_visits(), tcp(2)),
        (
            "open_session: SSH, the engineer's grant",
            two_ssh_grants(),
            ssh(1),
        ),
        (
            "open_session: SSH, the colleague's grant",
            two_ssh_grants(),
            ssh(2),
        ),
        (
            "open_session: TCP to an SSH target (nobody)",
            two_ssh_grants(),
            with(1, SHELL, Protocol::Tcp),
        ),
        (
            "open_session: a database, the engineer's grant",
            in_database(),
            with(1, DATABASE, Protocol::Postgres),
        ),
        (
            "open_session: MySQL to a PostgreSQL (nobody)",
            in_database(),
            with(1, DATABASE, Protocol::Mysql),
        ),
        (
            "open_session: a web console, the engineer's grant",
            World::at_a_console(looking()),
            with(1, CONSOLE, Protocol::Http),
        ),
        (
            "open_session: a desktop, the engineer's grant",
            World::on_desktop(DesktopTerms::USUAL),
            with(1, DATABASE, Protocol::Vnc),
        ),
        (
            "open_session: RDP to a desktop over VNC (nobody)",
            World::on_desktop(DesktopTerms::USUAL),
            with(1, DATABASE, Protocol::Rdp),
        ),
        (
            "open_session: a console by telnet, the engineer's grant",
            World::at_a_console_by_telnet(),
            with(1, DATABASE, Protocol::Telnet),
        ),
        (
            "open_session: SSH to a console by telnet (nobody)",
            World::at_a_console_by_telnet(),
            with(1, DATABASE, Protocol::Ssh),
        ),
        (
            "open_session: TCP to a database (nobody)",
            in_database(),
            with(1, DATABASE, Protocol::Tcp),
        ),
        ("close_session: the engineer's", two_visits(), close(1)),
        ("close_session: the colleague's", two_visits(), close(2)),
        ("end_session: the engineer's", two_visits(), end(1)),
        ("end_session: the colleague's", two_visits(), end(2)),
    ]
}

fn channels() -> Vec<Row> {
    let open = World::in_ssh(all_terms(), false);
    let path = || "/srv/in/a".to_owned();
    let moves = ChannelAsk::Move {
        from: path(),
        to: "/srv/in/b".into(),
    };
    let rows = vec![
        ("open_channel: a shell", ChannelAsk::Shell),
        ("open_channel: a command", ChannelAsk::Exec),
        ("open_channel: SFTP", ChannelAsk::Sftp),
        ("open_channel: SCP, upload", ChannelAsk::Scp(Handover::In)),
        (
            "open_channel: SCP, download",
            ChannelAsk::Scp(Handover::Out),
        ),
        ("open_channel: a file, upload", upload("/srv/in/a")),
        ("open_channel: a file, download", download("/srv/in/a")),
        (
            "open_channel: a change",
            ChannelAsk::Change { path: path() },
        ),
        ("open_channel: a rename", moves),
        ("open_channel: a look", ChannelAsk::Look { path: path() }),
        ("open_channel: direct TCP (nobody)", ChannelAsk::DirectTcp),
        ("open_channel: remote TCP (nobody)", ChannelAsk::RemoteTcp),
        ("open_channel: a socket (nobody)", ChannelAsk::StreamLocal),
        ("open_channel: the agent (nobody)", ChannelAsk::Agent),
        ("open_channel: a display (nobody)", ChannelAsk::X11),
        ("open_channel: a subsystem (nobody)", ChannelAsk::Subsystem),
        ("open_channel: anything else (nobody)", ChannelAsk::Unknown),
    ];
    let rows = rows.into_iter();
    let in_ssh = rows.map(|(row, ask)| (row, open.clone(), channel(ask)));
    let database = (
        "open_channel: a database",
        World::in_database(only(&["orca"])),
        channel(database("orca")),
    );
    let at_a_console = |row, ask| (row, World::at_a_console(changing()), channel(ask));
    let web = [
        at_a_console("open_channel: a web console", ChannelAsk::Web),
        at_a_console("open_channel: a web request", web_request("POST", "/app")),
        at_a_console("open_channel: a web line", ChannelAsk::WebLine),
    ];
    let desktop = (
        "open_channel: a desktop",
        World::on_desktop(DesktopTerms::USUAL),
        channel(ChannelAsk::Desktop),
    );
    in_ssh.chain([database, desktop]).chain(web).collect()
}

fn attendance() -> Vec<Row> {
    let open = World::in_ssh(all_terms(), false);
    let attended = |by: u64| {
        let mut world = open.clone();
        world.does(&staff(by), attend());
        world
    };
    let mut upgraded = open.clone();
    upgraded.does(&staff(DOCTOR), Command::UpgradeSite);
    let paused = |by: &Caller| {
        let mut world = open.clone();
        world.does(by, pause());
        world
    };
    vec![
        ("attend: the engineer's session", open.clone(), attend()),
        ("leave_session: the approver's", attended(NURSE), leave()),
        ("leave_session: the operator's", attended(OPERATOR), leave()),
        ("pause_session: the engineer's", open.clone(), pause()),
        (
            "continue_session: paused by another approver",
            paused(&staff(DOCTOR)),
            go_on(),
        ),
        (
            "continue_session: paused by the machine's operator",
            paused(&local()),
            go_on(),
        ),
        ("tell_engineer: the engineer", upgraded, tell_engineer()),
    ]
}
