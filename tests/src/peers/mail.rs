//! Exim as a hospital's mail server: STARTTLS at one port, TLS from the first byte at another, and
//! nobody without an account.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{answers, free_port, is_root, number};
use crate::leash::Leash;
use crate::peers::openssl::self_signed;
use crate::wait;

/// Debian's user for it; another one of ours when we are not root.
const USER: &str = "Debian-exim";

/// A running mail server. It takes mail for `hospital.example` from its one account.
#[derive(Debug)]
pub struct MailServer {
    /// Where TLS begins with STARTTLS.
    pub start_tls: u16,
    /// Where TLS is there from the first byte.
    pub implicit: u16,
    /// Where nothing of TLS is known.
    pub plain: u16,
    /// The certificate that vouches for it, PEM.
    pub roots: PathBuf,
    mails: PathBuf,
    _leash: Leash,
}

impl MailServer {
    /// The account.
    pub const USER: &'static str = "sekisho";
    /// Its password.
    pub const PASSWORD: &'static str = "Mail-Pass-1";

    /// Starts one.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("sekisho-exim-")
            .tempdir()
            .expect("a temporary folder")
            .keep();
        self_signed(&folder);
        let ports = [free_port(), free_port(), free_port()];
        let conf = folder.join("exim.conf");
        std::fs::write(&conf, config(&folder, ports)).expect("our own folder");
        for below in ["spool", "mail"] {
            std::fs::create_dir(folder.join(below)).expect("our own folder");
        }
        hand_over(&folder);
        let mut server = Command::new(program());
        server.args(["-bdf", "-q1m", "-C"]).arg(&conf);
        let leash = Leash::start(&server, &folder.join("exim"), Some(&folder), "TERM");
        for port in ports {
            answers(SocketAddr::from(([127, 0, 0, 1], port)));
        }
        let [start_tls, implicit, plain] = ports;
        Self {
            start_tls,
            implicit,
            plain,
            roots: folder.join("cert.pem"),
            mails: folder.join("mail/all"),
            _leash: leash,
        }
    }

    /// Everything that was delivered so far.
    pub fn delivered(&self) -> String {
        std::fs::read_to_string(&self.mails).unwrap_or_default()
    }

    /// Waits for a mail with these words in its head.
    pub fn waits_for(&self, words: &str) -> String {
        wait::until(&format!("a mail with {words:?}"), || {
            let delivered = self.delivered();
            delivered.contains(words).then_some(delivered)
        })
    }
}

fn program() -> &'static Path {
    let known = ["/usr/sbin/exim4", "/usr/sbin/exim"].map(Path::new);
    let found = known.into_iter().find(|path| path.exists());
    found.expect("Exim is installed: `cargo xtask test` does that")
}

/// Exim refuses to deliver as root.
fn hand_over(folder: &Path) {
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder, open).expect("our own folder");
    if !is_root() {
        return;
    }
    let owner = (number("-u", Some(USER)), number("-g", Some(USER)));
    for below in ["", "spool", "mail", "key.pem", "cert.pem"] {
        let path = folder.join(below);
        std::os::unix::fs::chown(path, Some(owner.0), Some(owner.1)).expect("root may");
    }
}

fn config(folder: &Path, [start_tls, implicit, plain]: [u16; 3]) -> String {
    let folder = folder.display();
    let (user, group) = match is_root() {
        true => (USER.to_owned(), USER.to_owned()),
        false => (
            number("-u", None).to_string(),
            number("-g", None).to_string(),
        ),
    };
    let (account, password) = (MailServer::USER, MailServer::PASSWORD);
    format!(
        "daemon_smtp_ports = {start_tls} : {implicit} : {plain}
tls_on_connect_ports = {implicit}
local_interfaces = 127.0.0.1
primary_hostname = localhost
spool_directory = {folder}/spool
log_file_path = {folder}/log-%s
pid_file_path = {folder}/exim4.pid
exim_user = {user}
exim_group = {group}
deliver_drop_privilege = true
keep_environment =
tls_advertise_hosts = ${{if eq{{$received_port}}{{{plain}}}{{}}{{*}}}}
tls_certificate = {folder}/cert.pem
tls_privatekey = {folder}/key.pem
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
acl_smtp_rcpt = acl_rcpt
host_lookup =
rfc1413_hosts =
disable_ipv6 = true
begin acl
acl_rcpt:
  deny message = authentication required
       !authenticated = *
  accept domains = hospital.example
  deny message = no such domain
begin routers
all:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  file = {folder}/mail/all
  mode = 0644
  mode_fail_narrower = false
begin retry
begin rewrite
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{account}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
"
    )
}
