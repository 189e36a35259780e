//! Real servers on loopback, as the targets of a hospital.

mod echo;
mod hook;
mod mail;
mod mariadb;
mod openssh;
mod openssl;
mod postgres;
mod proxy;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

pub use echo::{Echo, Gone};
pub use hook::Hook;
pub use mail::MailServer;
pub use mariadb::MariaDb;
pub use openssh::OpenSsh;
pub use postgres::Postgres;
pub use proxy::ConnectProxy;

use crate::wait;

/// A port of 127.0.0.1 that nobody has, below those that the system gives to outgoing connections:
/// nobody takes it by accident before its server does.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let first = std::process::id().wrapping_mul(61);
    let mut tried = std::iter::repeat_with(|| NEXT.fetch_add(1, Ordering::Relaxed)).take(10_000);
    let port = tried.find_map(|next| {
        let port = u16::try_from(18_000 + first.wrapping_add(next) % 14_000).ok()?;
        TcpListener::bind(("127.0.0.1", port)).ok().map(|_| port)
    });
    port.expect("loopback has a free port")
}

/// Whether this test runs as root.
pub fn is_root() -> bool {
    number("-u", None) == 0
}

/// A number of a user, as `id` says it.
pub(crate) fn number(what: &str, user: Option<&str>) -> u32 {
    let mut id = Command::new("id");
    id.arg(what).args(user);
    let output = id.output().expect("id runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.trim()
        .parse()
        .unwrap_or_else(|_| panic!("{id:?} says {text:?}"))
}

/// A command as another user, without a process in between.
pub fn as_user(user: &str, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command
        .arg(format!("--reuid={}", number("-u", Some(user))))
        .arg(format!("--regid={}", number("-g", Some(user))))
        .args(["--clear-groups", "--"])
        .arg(program);
    command
}

/// Waits until somebody answers there.
pub(crate) fn answers(address: SocketAddr) {
    wait::until(&format!("a server at {address}"), || {
        TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok()
    });
}

/// Runs a command that sets something up.
pub(crate) fn set_up(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|cause| panic!("{command:?}: {cause}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
