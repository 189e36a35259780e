//! What a bare Debian machine lacks, and installing it.

use std::path::Path;
use std::process::Command;

use crate::running::{find, root, succeeds};

/// A tool that is run, or a file that must be there, and the Debian package that brings it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tool {
    /// The program, or the whole path of the file.
    program: &'static str,
    /// Its package.
    package: &'static str,
}

const fn tool(program: &'static str, package: &'static str) -> Tool {
    Tool { program, package }
}

/// What the demo needs: the server that is maintained, and the engineer's own programs.
pub(crate) const FOR_DEMO: &[Tool] = &[
    tool("sshd", "openssh-server"),
    tool("ssh", "openssh-client"),
    tool("sftp", "openssh-client"),
    tool("ssh-keygen", "openssh-client"),
];

/// The far ends that the acceptance tests talk to, and what their laboratory is built of and watched
/// with.
pub(crate) const FOR_TESTS: &[Tool] = &[
    // What `old-tls` is built with.
    tool("/usr/include/openssl/ssl.h", "libssl-dev"),
    tool("pkg-config", "pkgconf"),
    // A collector of the ledger, with TLS; and what sends to `sekisho-logs`.
    tool("rsyslogd", "rsyslog"),
    tool("evtxexport", "libevtx-utils"),
    tool(
        "/usr/share/doc/rsyslog-openssl/copyright",
        "rsyslog-openssl",
    ),
    tool("logger", "bsdutils"),
    tool("/usr/share/doc/rsyslog-gnutls/copyright", "rsyslog-gnutls"),
    tool("initdb", "postgresql"),
    tool("psql", "postgresql-client"),
    // The extended protocol, with pipelines.
    tool(
        "/usr/lib/python3/dist-packages/psycopg/__init__.py",
        "python3-psycopg",
    ),
    // A vendor's program: it is compiled when it is run.
    tool("javac", "openjdk-17-jdk-headless"),
    tool("/usr/share/java/postgresql.jar", "libpostgresql-jdbc-java"),
    tool("/usr/share/java/mariadb-java-client.jar", "libmariadb-java"),
    tool("mariadbd", "mariadb-server"),
    tool("mariadb", "mariadb-client"),
    tool(
        "/usr/lib/python3/dist-packages/pymysql/__init__.py",
        "python3-pymysql",
    ),
    // A desktop, a viewer, and what shows what reached it.
    tool("Xtigervnc", "tigervnc-standalone-server"),
    tool("tigervncpasswd", "tigervnc-tools"),
    tool("xtigervncviewer", "tigervnc-viewer"),
    tool("xev", "x11-utils"),
    tool("xsetroot", "x11-xserver-utils"),
    tool("xterm", "xterm"),
    // A desktop over RDP, a client, and screens without monitors for both.
    tool("freerdp-shadow-cli", "freerdp2-shadow-x11"),
    tool("xfreerdp", "freerdp2-x11"),
    tool("xrdp", "xrdp"),
    tool("Xvfb", "xvfb"),
    tool("xwd", "x11-apps"),
    tool("xclip", "xclip"),
    tool("xdotool", "xdotool"),
    tool("sshd", "openssh-server"),
    tool("ssh", "openssh-client"),
    tool("ssh-keygen", "openssh-client"),
    tool("openssl", "openssl"),
    tool("pebble", "pebble"),
    tool("ip", "iproute2"),
    tool("nft", "nftables"),
    tool("tshark", "tshark"),
    tool("plink", "putty-tools"),
    // A console that speaks telnet; the package `busybox` has no telnetd.
    tool("busybox", "busybox-static"),
    tool("Orthanc", "orthanc"),
    // A console that signs people in by a form, and what it runs in: without it a whole web server comes along.
    tool("php-cgi", "php-cgi"),
    tool("/usr/share/doc/php-pgsql/copyright", "php-pgsql"),
    tool("/usr/share/adminer/adminer.php", "adminer"),
    tool("/usr/sbin/nginx", "nginx-light"),
    tool("curl", "curl"),
    tool(
        "/usr/lib/python3/dist-packages/websockets/__init__.py",
        "python3-websockets",
    ),
    tool("faketime", "faketime"),
    tool("swtpm", "swtpm"),
    tool("tpm2", "tpm2-tools"),
    tool("clamd", "clamav-daemon"),
    tool("strace", "strace"),
    tool("exim4", "exim4-daemon-light"),
    tool("chromium", "chromium"),
    tool("certutil", "libnss3-tools"),
    // Without it every Japanese page is a page of boxes.
    tool(
        "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
        "fonts-ipaexfont-gothic",
    ),
];

/// What the stories in front of Chromium stand on, from npm.
const BROWSER: &str = "tests/browser";

/// What the benches are compared with.
pub(crate) const FOR_BENCHES: &[Tool] = &[
    tool("sshd", "openssh-server"),
    tool("ssh", "openssh-client"),
    tool("ssh-keygen", "openssh-client"),
    tool("openssl", "openssl"),
    tool("stunnel", "stunnel4"),
    tool("haproxy", "haproxy"),
    tool("ip", "iproute2"),
    tool("nft", "nftables"),
    tool("ocserv", "ocserv"),
    tool("openconnect", "openconnect"),
    tool("wg", "wireguard-tools"),
    tool("wireguard-go", "wireguard-go"),
    tool("psql", "postgresql-client"),
    tool("pgbench", "postgresql"),
    tool("pgbouncer", "pgbouncer"),
    tool("/usr/sbin/nginx", "nginx-light"),
    tool("wrk", "wrk"),
    tool("curl", "curl"),
    tool("Xtigervnc", "tigervnc-standalone-server"),
    tool("tigervncpasswd", "tigervnc-tools"),
    tool("xterm", "xterm"),
];

/// Installs as root, and lets no package start a service: `policy-rc.d` forbids it while we install,
/// and is taken away again if it was not there before. Nobody but root may capture packets afterwards
/// either. A mirror that fails once is asked again: lists and packages may be of different minutes.
const INSTALL: &str = r#"
set -e
export DEBIAN_FRONTEND=noninteractive
if [ ! -e /usr/sbin/policy-rc.d ]; then
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
fi
if command -v debconf-set-selections >/dev/null; then
  echo "wireshark-common wireshark-common/install-setuid boolean false" | debconf-set-selections
fi
apt() { apt-get -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 -qq "$@"; }
renew() { apt update || echo "the package lists could not be renewed" >&2; }
renew
apt install -y --no-install-recommends "$@" || {
  renew
  apt install -y --no-install-recommends "$@"
}
"#;

/// Sees to it that every tool is there.
///
/// # Errors
///
/// What is missing and why it could not be installed, in words for the person at the terminal.
pub(crate) fn prepare(tools: &[Tool]) -> Result<(), String> {
    let needed = packages(&missing(tools));
    if needed.is_empty() {
        return Ok(());
    }
    let Some(mut install) = installer() else {
        return Err(cannot(
            &needed,
            "this is not a Debian machine, or neither root nor sudo is at hand",
        ));
    };
    println!("installing {}", needed.join(" "));
    let installed = succeeds(install.args(["sh", "-c", INSTALL, "sh"]).args(&needed));
    let needed = packages(&missing(tools));
    match (installed, needed.is_empty()) {
        (_, true) => Ok(()),
        (false, false) => Err(cannot(&needed, "apt-get failed")),
        (true, false) => Err(cannot(&needed, "apt-get brought something else")),
    }
}

/// Sees to it that what the browser's stories stand on lies there as the lock file says: checked by its
/// integrity, without running anything that the packages bring. Where it does, no network is asked.
///
/// # Errors
/// Why it could not be installed.
pub(crate) fn prepare_browser() -> Result<(), String> {
    let folder = root().join(BROWSER);
    if is_put_down(&folder) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    if succeeds(npm.current_dir(&folder)) {
        return Ok(());
    }
    Err(format!(
        "`npm ci --ignore-scripts` failed in {BROWSER}: the browser's tests need Node 20 or later and npm."
    ))
}

/// npm leaves a copy of the lock file, last of all.
fn is_put_down(folder: &Path) -> bool {
    let written = |file: &str| std::fs::metadata(folder.join(file))?.modified();
    let put_down = written("node_modules/.package-lock.json");
    matches!((written("package-lock.json"), put_down), (Ok(lock), Ok(copy)) if copy >= lock)
}

fn cannot(needed: &[&str], why: &str) -> String {
    let needed = needed.join(" ");
    format!(
        "The tests run against real servers, and these packages are missing: {needed}\n\
         They could not be installed: {why}.\n\
         Install them as root (apt-get install {needed}) and run this again."
    )
}

fn missing(tools: &[Tool]) -> Vec<Tool> {
    tools
        .iter()
        .copied()
        .filter(|tool| !is_there(tool.program))
        .collect()
}

fn packages(tools: &[Tool]) -> Vec<&'static str> {
    let mut packages: Vec<&str> = tools.iter().map(|tool| tool.package).collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

/// Debian keeps PostgreSQL's server programs by version, outside every path.
fn is_there(program: &str) -> bool {
    // A whole path stays itself when it is joined to a folder.
    if find(program).is_some() {
        return true;
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    versions
        .filter_map(Result::ok)
        .any(|version| version.path().join("bin").join(program).is_file())
}

/// A command under which what follows runs as root: nothing for root, sudo without a question for
/// others.
fn installer() -> Option<Command> {
    find("apt-get")?;
    if is_root() {
        return Some(Command::new("env"));
    }
    find("sudo")?;
    let mut sudo = Command::new("sudo");
    // On a terminal sudo may ask for the password; in CI nobody would answer.
    if std::env::var_os("CI").is_some() {
        sudo.arg("--non-interactive");
    }
    Some(sudo)
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(Path::new("/proc/self")).is_ok_and(|process| process.uid() == 0)
}

#[cfg(test)]
mod tests {
    use super::{
        FOR_BENCHES, FOR_TESTS, INSTALL, cannot, is_put_down, is_there, missing, packages, tool,
    };

    #[test]
    fn a_package_is_asked_for_once_however_many_tools_it_brings() {
        let tools = [
            tool("ssh", "openssh-client"),
            tool("ssh-keygen", "openssh-client"),
        ];
        assert_eq!(packages(&tools), ["openssh-client"]);
    }

    #[test]
    fn only_what_is_not_there_is_missing() {
        let tools = [
            tool("sh", "dash"),
            tool("no-such-program-anywhere", "nothing"),
        ];
        assert_eq!(packages(&missing(&tools)), ["nothing"]);
        assert!(is_there("sh"));
    }

    #[test]
    fn a_file_that_is_there_is_not_missing() {
        assert!(is_there("/bin/sh"));
        assert!(!is_there("/no/such/font.ttf"));
    }

    #[test]
    fn what_lies_there_since_the_lock_file_changed_is_not_put_down_again() {
        let folder = std::env::temp_dir().join(format!("sekisho-npm-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("node_modules")).unwrap();
        std::fs::write(folder.join("package-lock.json"), "{}").unwrap();
        assert!(!is_put_down(&folder));
        std::fs::write(folder.join("node_modules/.package-lock.json"), "{}").unwrap();
        assert!(is_put_down(&folder));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn installing_waits_for_the_lock_and_starts_no_service() {
        assert!(INSTALL.contains("DPkg::Lock::Timeout=600"));
        assert!(INSTALL.contains("policy-rc.d"));
    }

    #[test]
    fn who_cannot_install_is_told_what_to_type() {
        let said = cannot(&["openssl", "postgresql"], "apt-get failed");
        assert!(said.contains("apt-get install openssl postgresql"));
    }

    #[test]
    fn the_tests_and_benches_name_their_far_ends() {
        assert!(packages(FOR_TESTS).contains(&"postgresql"));
        assert!(packages(FOR_TESTS).contains(&"orthanc"));
        assert!(packages(FOR_BENCHES).contains(&"stunnel4"));
    }
}
