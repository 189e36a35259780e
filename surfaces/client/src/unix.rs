//! What only Unix has: permissions, owners of connections, local sockets. `not_unix.rs` is its twin.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;

/// A stream to a gateway on this machine.
pub(crate) type LocalStream = UnixStream;

/// Connects to the local socket of a gateway.
pub(crate) async fn connect_local(socket: &Path) -> io::Result<LocalStream> {
    UnixStream::connect(socket).await
}

/// Makes a folder, and those above it, that only its owner enters.
pub(crate) fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes a new file that only its owner reads.
pub(crate) fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// Whether nobody but the owner may open it.
pub(crate) fn is_private(of: &Metadata) -> bool {
    of.mode() & 0o077 == 0
}

/// Brings a folder's entries to the disk, so that a rename survives a loss of power.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Waits until the process is told to stop (SIGINT, SIGTERM, and SIGHUP, which OpenSSH sends to its
/// `ProxyCommand`), so that what belongs to an end can still be done.
pub(crate) async fn told_to_stop() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
    Ok(())
}

/// Standard input and output. A pipe, as `ssh` gives to its `ProxyCommand`, is waited for with everything
/// else; of something other than a pipe a thread of its own reads, which costs each piece two wakings.
///
/// The pipes are opened anew: those who share ours (standard error, a shell around us) keep theirs as
/// they were, blocking.
pub(crate) fn standard_streams() -> (
    Box<dyn AsyncRead + Send + Unpin>,
    Box<dyn AsyncWrite + Send + Unpin>,
) {
    use tokio::net::unix::pipe::OpenOptions;
    let pipes = OpenOptions::new();
    (
        match pipes.open_receiver("/proc/self/fd/0") {
            Ok(pipe) => Box::new(pipe),
            Err(_) => Box::new(tokio::io::stdin()),
        },
        match pipes.open_sender("/proc/self/fd/1") {
            Ok(pipe) => Box::new(pipe),
            Err(_) => Box::new(tokio::io::stdout()),
        },
    )
}

/// Standard input as a terminal that gives each key as it is pressed; restored when dropped.
#[derive(Debug)]
pub(crate) struct Raw(rustix::termios::Termios);

/// Takes the terminal over, if standard input is one.
pub(crate) fn raw() -> io::Result<Option<Raw>> {
    use rustix::termios::{OptionalActions, isatty, tcgetattr, tcsetattr};
    let stdin = rustix::stdio::stdin();
    if !isatty(stdin) {
        return Ok(None);
    }
    let before = tcgetattr(stdin)?;
    let mut raw = before.clone();
    raw.make_raw();
    tcsetattr(stdin, OptionalActions::Now, &raw)?;
    Ok(Some(Raw(before)))
}

impl Drop for Raw {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        // A terminal that is gone needs no restoring.
        let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, &self.0);
    }
}

/// Columns and rows of the terminal of standard output, if it is one.
pub(crate) fn size() -> Option<(u16, u16)> {
    let size = rustix::termios::tcgetwinsize(rustix::stdio::stdout()).ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then_some((size.ws_col, size.ws_row))
}

/// Whether the process at the other end of a loopback connection runs as our own user. `None`: it
/// cannot be found out, and then nobody is served.
pub(crate) fn is_own_peer(peer: SocketAddr, ours: SocketAddr) -> Option<bool> {
    let found = match peer {
        SocketAddr::V4(_) => {
            let plain = owner(&read_table("/proc/self/net/tcp").ok()?, peer, ours);
            // Programs that speak both (all of Java's) dial IPv4 from a socket of IPv6. A computer without
            // IPv6 has no such table.
            let mapped = || owner(&read_table(TCP6).ok()?, mapped(peer), mapped(ours));
            plain.or_else(mapped)
        }
        SocketAddr::V6(_) => owner(&read_table(TCP6).ok()?, peer, ours),
    };
    Some(found? == rustix::process::geteuid().as_raw())
}

const TCP6: &str = "/proc/self/net/tcp6";

/// An IPv4 address as a socket of IPv6 has it (RFC 4291 section 2.5.5.2).
fn mapped(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) => SocketAddr::from((v4.ip().to_ipv6_mapped(), v4.port())),
        SocketAddr::V6(_) => address,
    }
}

/// Reads a table of the kernel's in as few reads as it allows: between two reads lines may move, and a
/// line that is missed is a connection that is not served.
fn read_table(path: &str) -> io::Result<String> {
    const LARGE: usize = 1 << 20;
    let mut text = String::with_capacity(LARGE);
    File::open(path)?.read_to_string(&mut text)?;
    Ok(text)
}

/// The owner of the socket `local` that is connected to `remote`, from the text of `/proc/net/tcp`
/// (proc_pid_net(5)). A socket that no process holds any more has no owner.
fn owner(table: &str, local: SocketAddr, remote: SocketAddr) -> Option<u32> {
    let (local, remote) = (in_hex(local), in_hex(remote));
    table.lines().skip(1).find_map(|line| {
        // sl local remote state queues timer retransmits uid timeout inode …
        let mut fields = line.split_ascii_whitespace().skip(1);
        let same = fields.next()? == local && fields.next()? == remote;
        let uid = fields.nth(4)?.parse().ok()?;
        let held = fields.nth(1)? != "0";
        (same && held).then_some(uid)
    })
}

/// An address as the kernel prints it: 32-bit words in the machine's own byte order, then the port.
fn in_hex(address: SocketAddr) -> String {
    let word = |bytes: &[u8]| match <[u8; 4]>::try_from(bytes) {
        Ok(bytes) => format!("{:08X}", u32::from_ne_bytes(bytes)),
        Err(_) => String::new(),
    };
    let host = match address {
        SocketAddr::V4(address) => word(&address.ip().octets()),
        SocketAddr::V6(address) => address.ip().octets().chunks_exact(4).map(word).collect(),
    };
    format!("{host}:{:04X}", address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   112        0 23456 1 0000 100 0 0 10 0
   1: 0100007F:C350 0100007F:1538 01 00000000:00000000 00:00000000 00000000  1001        0 34567 1 0000 20 4 30 10 -1
   2: 0100007F:1538 0100007F:C350 01 00000000:00000000 00:00000000 00000000   112        0 34568 1 0000 20 4 30 10 -1
   3: 0100007F:C351 0100007F:1538 06 00000000:00000000 03:00000F2A 00000000     0        0 0 3 0000
";

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn l37_the_owner_of_a_loopback_connection_is_the_one_who_dialled_not_the_one_who_listens() {
        let ours = at("127.0.0.1:5432");
        assert_eq!(owner(TABLE, at("127.0.0.1:50000"), ours), Some(1001));
        assert_eq!(owner(TABLE, ours, at("127.0.0.1:50000")), Some(112));
    }

    #[test]
    fn l37_a_connection_that_nobody_holds_has_no_owner_not_even_root() {
        let ours = at("127.0.0.1:5432");
        assert_eq!(owner(TABLE, at("127.0.0.1:50001"), ours), None);
        assert_eq!(owner(TABLE, at("127.0.0.1:50002"), ours), None);
        assert_eq!(owner("", at("127.0.0.1:50000"), ours), None);
        assert_eq!(owner("sl\n 0: x", at("127.0.0.1:50000"), ours), None);
    }

    #[test]
    fn an_ipv6_address_is_written_as_the_kernel_writes_it() {
        assert_eq!(
            in_hex(at("[::1]:443")),
            "00000000000000000000000001000000:01BB"
        );
    }

    #[test]
    fn l37_our_own_connection_is_found_in_the_real_table() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let ours = listener.local_addr().unwrap();
        let dialled = std::net::TcpStream::connect(ours).unwrap();
        let (_accepted, peer) = listener.accept().unwrap();
        assert_eq!(dialled.local_addr().unwrap(), peer);
        assert_eq!(is_own_peer(peer, ours), Some(true));
    }

    #[test]
    fn l37_a_program_that_dials_ipv4_from_a_socket_of_ipv6_is_known() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let ours = listener.local_addr().unwrap();
        let dialled = std::net::TcpStream::connect(mapped(ours)).unwrap();
        let (_accepted, peer) = listener.accept().unwrap();
        assert_eq!(dialled.local_addr().unwrap(), mapped(peer));
        assert!(peer.is_ipv4());
        assert_eq!(is_own_peer(peer, ours), Some(true));
        drop(dialled);
        assert_eq!(is_own_peer(peer, ours), None);
    }
}
