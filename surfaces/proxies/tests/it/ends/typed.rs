//! What is typed: shells and statements.

use access::EndReason;
use proxies::workers::Workers;

use super::{Underway, Wish};
use crate::database_ground;
use crate::hospital::Staffed;
use crate::ssh_shell::Terminal;
use crate::telnet_server::Console;
use crate::told::Told;
use crate::{mysql_ground, postgres_ground, sshd, telnet_ground};

/// OpenSSH at both ends.
pub(super) struct Ssh {
    ground: sshd::Ground,
    terminal: Option<Terminal>,
}

impl Underway for Ssh {
    fn begin(wish: Wish) -> Self {
        let ground = sshd::Ground::new(sshd::Wish {
            attended: wish.attended,
            quota_bytes: wish.quota_bytes,
            ..sshd::Wish::default()
        });
        let terminal = Some(Terminal::open(&ground, &[]));
        Self { ground, terminal }
    }

    fn staffed(&self) -> &Staffed {
        &self.ground.staffed
    }

    fn workers(&self) -> &Workers {
        &self.ground.workers
    }

    fn end(&self) -> EndReason {
        self.ground.end()
    }

    fn passes(&mut self) {
        let terminal = self.terminal.as_mut().unwrap();
        terminal.wait_for("This session is recorded.");
        terminal.type_in("echo se''en\n");
        terminal.wait_for("seen");
    }

    fn target_dies(&mut self) {
        self.terminal.as_mut().unwrap().type_in("kill -9 $PPID\n");
    }

    fn engineer_dies(&mut self) {
        let mut terminal = self.terminal.take().unwrap();
        terminal.child.kill().unwrap();
        terminal.child.wait().unwrap();
    }

    fn hears_of_its_end(&mut self) {
        self.terminal.as_mut().unwrap().child.wait().unwrap();
    }

    fn does_much(&mut self) {
        let much = "head -c 9000000 /dev/zero | tr '\\0' x\n";
        self.terminal.as_mut().unwrap().type_in(much);
    }
}

/// busybox's telnetd, and OpenSSH's client at the gateway.
pub(super) struct Telnet {
    console: Option<Console>,
    ground: sshd::Ground,
    terminal: Option<Terminal>,
}

impl Underway for Telnet {
    fn begin(wish: Wish) -> Self {
        let console = Console::start();
        let wish = sshd::Wish {
            attended: wish.attended,
            quota_bytes: wish.quota_bytes,
            ..sshd::Wish::default()
        };
        let ground = telnet_ground::at(console.address, wish);
        let terminal = Some(Terminal::open(&ground, &[]));
        Self {
            console: Some(console),
            ground,
            terminal,
        }
    }

    fn staffed(&self) -> &Staffed {
        &self.ground.staffed
    }

    fn workers(&self) -> &Workers {
        &self.ground.workers
    }

    fn end(&self) -> EndReason {
        self.ground.end()
    }

    fn passes(&mut self) {
        let terminal = self.terminal.as_mut().unwrap();
        terminal.wait_for("ct> ");
        terminal.type_in("echo se''en\n");
        terminal.wait_for("seen");
    }

    /// Its shell, and with it the connection: what serves others goes on.
    fn target_dies(&mut self) {
        self.terminal.as_mut().unwrap().type_in("kill -9 $$\n");
    }

    fn engineer_dies(&mut self) {
        let mut terminal = self.terminal.take().unwrap();
        terminal.child.kill().unwrap();
        terminal.child.wait().unwrap();
    }

    fn hears_of_its_end(&mut self) {
        self.terminal.as_mut().unwrap().child.wait().unwrap();
        self.console = None;
    }

    fn does_much(&mut self) {
        let much = "head -c 9000000 /dev/zero | tr '\\0' x\n";
        self.terminal.as_mut().unwrap().type_in(much);
    }
}

/// PostgreSQL and psql.
pub(super) struct Postgres {
    server: postgres_ground::Server,
    ground: database_ground::Ground,
    psql: Option<Told>,
}

fn wish(of: Wish) -> database_ground::Wish {
    database_ground::Wish {
        attended: of.attended,
        quota_bytes: of.quota_bytes,
        ..database_ground::Wish::default()
    }
}

/// So much that no recording of these tests and no disk takes it.
fn much(told: &mut Told) {
    let long = "x".repeat(60_000);
    // It may be over already.
    let mut goes_on = || {
        use std::io::Write as _;
        writeln!(told.input, "select length('{long}');").is_ok()
    };
    for _ in 0..100 {
        if !goes_on() {
            return;
        }
    }
}

impl Underway for Postgres {
    fn begin(of: Wish) -> Self {
        let server = postgres_ground::Server::start();
        let ground = database_ground::Ground::new(&server, wish(of));
        let psql = Some(Told::by(ground.psql_command(&[])));
        Self {
            server,
            ground,
            psql,
        }
    }

    fn staffed(&self) -> &Staffed {
        &self.ground.staffed
    }

    fn workers(&self) -> &Workers {
        &self.ground.workers
    }

    fn end(&self) -> EndReason {
        self.ground.end()
    }

    fn passes(&mut self) {
        let psql = self.psql.as_mut().unwrap();
        psql.says("select 'there';");
        assert_eq!(psql.line(), "there");
    }

    fn target_dies(&mut self) {
        self.server.kill();
    }

    fn engineer_dies(&mut self) {
        self.psql = None;
    }

    fn hears_of_its_end(&mut self) {
        let mut psql = self.psql.take().unwrap();
        // It notices when it speaks.
        psql.says("select 'again';");
        assert!(!psql.complaints().is_empty());
    }

    fn does_much(&mut self) {
        much(self.psql.as_mut().unwrap());
    }
}

/// MariaDB and its client.
pub(super) struct Mysql {
    server: mysql_ground::Server,
    ground: database_ground::Ground,
    client: Option<Told>,
}

impl Underway for Mysql {
    fn begin(of: Wish) -> Self {
        let server = mysql_ground::Server::start();
        let wish = database_ground::Wish {
            protocol: access::Protocol::Mysql,
            ..wish(of)
        };
        let ground = database_ground::Ground::with_mysql(&server, wish);
        let client = Told::by(ground.mariadb_command(&["--unbuffered", "orca"]));
        Self {
            server,
            ground,
            client: Some(client),
        }
    }

    fn staffed(&self) -> &Staffed {
        &self.ground.staffed
    }

    fn workers(&self) -> &Workers {
        &self.ground.workers
    }

    fn end(&self) -> EndReason {
        self.ground.end()
    }

    fn passes(&mut self) {
        let client = self.client.as_mut().unwrap();
        client.says("select 'there';");
        assert_eq!(client.line(), "there");
    }

    fn target_dies(&mut self) {
        self.server.kill();
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
        much(self.client.as_mut().unwrap());
    }
}
