//! What is typed: shells and statements.

use std::io::Write as _;

use super::{Stands, Underway, Wish};
use crate::ssh_shell::Terminal;
use crate::telnet_server::Console;
use crate::told::Told;
use crate::{database_ground, mysql_ground, postgres_ground, sshd, telnet_ground};

/// A shell, and OpenSSH's client.
pub(super) struct Shell {
    ground: sshd::Ground,
    terminal: Option<Terminal>,
    /// What is shown when it waits for the engineer.
    ready: &'static str,
    /// What is typed to end the connection from there: what serves others goes on.
    dies: &'static str,
    /// It runs for as long as the session.
    _console: Option<Console>,
}

fn for_shells(wish: Wish) -> sshd::Wish {
    sshd::Wish {
        attended: wish.attended,
        quota_bytes: wish.quota_bytes,
        ..sshd::Wish::default()
    }
}

/// OpenSSH at both ends.
pub(super) fn ssh(wish: Wish) -> Shell {
    let ground = sshd::Ground::new(for_shells(wish));
    Shell {
        terminal: Some(Terminal::open(&ground, &[])),
        ground,
        ready: "This session is recorded.",
        dies: "kill -9 $PPID\n",
        _console: None,
    }
}

/// busybox's telnetd.
pub(super) fn telnet(wish: Wish) -> Shell {
    let console = Console::start();
    let ground = telnet_ground::at(console.address, for_shells(wish));
    Shell {
        terminal: Some(Terminal::open(&ground, &[])),
        ground,
        ready: "ct> ",
        dies: "kill -9 $$\n",
        _console: Some(console),
    }
}

impl Shell {
    fn terminal(&mut self) -> &mut Terminal {
        self.terminal.as_mut().unwrap()
    }
}

impl Underway for Shell {
    fn ground(&self) -> &dyn Stands {
        &self.ground
    }

    fn passes(&mut self) {
        let ready = self.ready;
        let terminal = self.terminal();
        terminal.wait_for(ready);
        terminal.type_in("echo se''en\n");
        terminal.wait_for("seen");
    }

    fn target_dies(&mut self) {
        let dies = self.dies;
        self.terminal().type_in(dies);
    }

    fn engineer_dies(&mut self) {
        let mut terminal = self.terminal.take().unwrap();
        terminal.child.kill().unwrap();
        terminal.child.wait().unwrap();
    }

    fn hears_of_its_end(&mut self) {
        self.terminal().child.wait().unwrap();
    }

    fn does_much(&mut self) {
        let much = "head -c 9000000 /dev/zero | tr '\\0' x\n";
        self.terminal().type_in(much);
    }
}

/// A database, and a program that reads statements as it is told them.
pub(super) struct Database {
    ground: database_ground::Ground,
    client: Option<Told>,
    /// It holds the server, and kills it.
    dies: Box<dyn FnMut()>,
}

fn for_databases(wish: Wish) -> database_ground::Wish {
    database_ground::Wish {
        attended: wish.attended,
        quota_bytes: wish.quota_bytes,
        ..database_ground::Wish::default()
    }
}

/// PostgreSQL and psql.
pub(super) fn postgres(wish: Wish) -> Database {
    let mut server = postgres_ground::Server::start();
    let ground = database_ground::Ground::new(&server, for_databases(wish));
    Database {
        client: Some(Told::by(ground.psql_command(&[]))),
        ground,
        dies: Box::new(move || server.kill()),
    }
}

/// MariaDB and its client.
pub(super) fn mysql(wish: Wish) -> Database {
    let mut server = mysql_ground::Server::start();
    let wish = database_ground::Wish {
        protocol: access::Protocol::Mysql,
        ..for_databases(wish)
    };
    let ground = database_ground::Ground::with_mysql(&server, wish);
    let client = ground.mariadb_command(&["--unbuffered", "orca"]);
    Database {
        client: Some(Told::by(client)),
        ground,
        dies: Box::new(move || server.kill()),
    }
}

impl Underway for Database {
    fn ground(&self) -> &dyn Stands {
        &self.ground
    }

    fn passes(&mut self) {
        let client = self.client.as_mut().unwrap();
        client.says("select 'there';");
        assert_eq!(client.line(), "there");
    }

    fn target_dies(&mut self) {
        (self.dies)();
    }

    fn engineer_dies(&mut self) {
        self.client = None;
    }

    fn hears_of_its_end(&mut self) {
        let mut client = self.client.take().unwrap();
        // It notices when it speaks.
        client.says("select 'again';");
        assert!(!client.complaints().is_empty());
    }

    fn does_much(&mut self) {
        let client = self.client.as_mut().unwrap();
        // So much that no recording of these tests and no disk takes it; it may be over before.
        let statement = format!("select length('{}');", "x".repeat(60_000));
        for _ in 0..100 {
            if writeln!(client.input, "{statement}").is_err() {
                return;
            }
        }
    }
}
