//! The program itself, and real senders: util-linux' `logger` and rsyslog, by datagrams, connections and TLS.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be made ready has failed"
)]

#[expect(
    clippy::indexing_slicing,
    reason = "what is written here has the lengths that it is given"
)]
mod evtx;
mod reader;
mod windows;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// A running `sekisho-logs serve`. It is stopped in order, or ended with the test.
struct Serving {
    child: Child,
    stderr: BufReader<ChildStderr>,
    ways: Vec<(String, SocketAddr)>,
    folder: TempDir,
}

impl Serving {
    fn start(settings: &str, listens: usize) -> Self {
        Self::start_in(TempDir::new().unwrap(), settings, listens)
    }

    fn start_in(folder: TempDir, settings: &str, listens: usize) -> Self {
        let path = folder.path().join("settings.toml");
        std::fs::write(&path, settings).unwrap();
        let mut child = program()
            .args(["--lang", "en", "serve", "--config"])
            .arg(&path)
            .arg("--folder")
            .arg(folder.path().join("kept"))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut ways = Vec::new();
        while ways.len() < listens {
            let mut line = String::new();
            assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "it ended");
            // Logs are received at 127.0.0.1:5514 (UDP).
            let words: Vec<&str> = line.split_whitespace().collect();
            let [.., address, way] = words[..] else {
                panic!("{line}");
            };
            let way = way.trim_matches(['(', ')', '.']).to_owned();
            ways.push((way, address.parse().unwrap_or_else(|_| panic!("{line}"))));
        }
        Self {
            child,
            stderr,
            ways,
            folder,
        }
    }

    fn port(&self, way: &str) -> String {
        let found = self.ways.iter().find(|(known, _)| known == way);
        found.unwrap().1.port().to_string()
    }

    fn kept(&self) -> std::path::PathBuf {
        self.folder.path().join("kept")
    }

    fn asks(&self, args: &[&str]) -> String {
        let mut command = program();
        let command = command.args(["--lang", "en"]).args(args);
        let done = command.arg("--folder").arg(self.kept()).output().unwrap();
        String::from_utf8(done.stdout).unwrap() + &String::from_utf8(done.stderr).unwrap()
    }

    /// Waits until a word is found, as a person would: the program tells of no single message.
    fn finds(&self, word: &str) -> String {
        for _ in 0..100 {
            let found = self.asks(&["search", word]);
            if found.contains(word) {
                return found;
            }
            std::thread::park_timeout(std::time::Duration::from_millis(100));
        }
        panic!("{word} was not found in ten seconds");
    }

    fn stop(mut self) -> (String, TempDir) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).unwrap();
        let mut said = String::new();
        std::io::Read::read_to_string(&mut self.stderr, &mut said).unwrap();
        assert!(self.child.wait().unwrap().success(), "{said}");
        let empty = TempDir::new().unwrap();
        (said, std::mem::replace(&mut self.folder, empty))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_sekisho-logs"))
}

fn logger(args: &[&str]) {
    let done = Command::new("logger").args(args).status().unwrap();
    assert!(done.success());
}

const LOOPBACK: &str = "[[sender]]\nname = \"box\"\naddress = \"127.0.0.1\"\n";

#[test]
fn loggers_messages_by_datagram_and_connection_are_kept_found_and_verified() {
    let settings = format!("udp = [\"127.0.0.1:0\"]\ntcp = [\"127.0.0.1:0\"]\n{LOOPBACK}");
    let serving = Serving::start(&settings, 2);
    let (udp, tcp) = (serving.port("UDP"), serving.port("TCP"));
    let to = ["-n", "127.0.0.1", "-t", "probe"];
    let send = |more: &[&str]| logger(&[&to, more].concat());
    send(&["-d", "-P", &udp, "--rfc3164", "datagramold"]);
    send(&["-d", "-P", &udp, "--rfc5424", "datagramnew"]);
    send(&["-T", "-P", &tcp, "--rfc3164", "streamold"]);
    send(&["-T", "-P", &tcp, "--rfc5424", "streamnew"]);
    send(&[
        "-T",
        "-P",
        &tcp,
        "--octet-count",
        "--rfc5424",
        "counted 認証に失敗",
    ]);
    for word in [
        "datagramold",
        "datagramnew",
        "streamold",
        "streamnew",
        "counted",
    ] {
        let found = serving.finds(word);
        assert!(found.contains("127.0.0.1"), "{found}");
    }
    assert!(serving.finds("失敗").contains("counted"));
    let (said, folder) = serving.stop();
    assert!(said.contains("Stopped."), "{said}");
    let kept = folder.path().join("kept");
    let verified = program()
        .args(["--lang", "en", "verify", "--folder"])
        .arg(&kept)
        .output()
        .unwrap();
    assert!(verified.status.success());
    // Five messages, "started" and "stopped".
    let verified = String::from_utf8(verified.stdout).unwrap();
    assert!(verified.contains(": 7 messages"), "{verified}");
    let settings = folder.path().join("settings.toml");
    let senders = program()
        .args(["--lang", "ja", "senders", "--config"])
        .arg(settings)
        .arg("--folder")
        .arg(kept)
        .output()
        .unwrap();
    assert!(senders.status.success());
    let senders = String::from_utf8(senders.stdout).unwrap();
    assert!(
        senders.contains("box（127.0.0.1）: 直近 7 日に 5 件"),
        "{senders}"
    );
}

#[test]
fn a_device_that_was_silent_before_the_start_is_told_of_at_once() {
    let folder = TempDir::new().unwrap();
    let long_ago = ids::Timestamp::from_seconds(
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_secs()
            .try_into()
            .unwrap(),
    )
    .minus(std::time::Duration::from_secs(2 * 86_400));
    let sender = logs::record::Sender {
        way: logs::record::Way::Udp,
        address: "127.0.0.1".parse().unwrap(),
        certificate: None,
    };
    let last = logs::record::Record {
        sender,
        ..logs::record::Record::note(long_ago, "the last word")
    };
    let settings = format!("udp = [\"127.0.0.1:0\"]\n{LOOPBACK}");
    let kept = folder.path().join("kept");
    let (mut store, _found) = logs::store::Store::open(&kept, long_ago).unwrap();
    let _place = store.append(&last).unwrap();
    store.sync().unwrap();
    drop(store);
    let serving = Serving::start_in(folder, &settings, 1);
    let (said, _folder) = serving.stop();
    assert!(said.contains("box has been silent since"), "{said}");
}

#[test]
fn who_is_not_listed_is_not_kept_and_its_refusal_is() {
    let settings =
        "udp = [\"127.0.0.1:0\"]\n[[sender]]\nname = \"known\"\naddress = \"127.0.0.2\"\n";
    let serving = Serving::start(settings, 1);
    let port = serving.port("UDP");
    logger(&["-n", "127.0.0.1", "-d", "-P", &port, "stranger"]);
    // One socket hands over in order: what came later is found, so the stranger's was decided over.
    let known = UdpSocket::bind("127.0.0.2:0").unwrap();
    let to = format!("127.0.0.1:{port}");
    let _sent = known.send_to(b"<13>afterwards", to).unwrap();
    let _found = serving.finds("afterwards");
    let (said, folder) = serving.stop();
    assert!(
        said.contains("1 messages of senders that are not listed"),
        "{said}"
    );
    let kept = folder.path().join("kept");
    let search = |word: &str| {
        let done = program()
            .args(["search", word, "--folder"])
            .arg(&kept)
            .output()
            .unwrap();
        String::from_utf8(done.stdout).unwrap()
    };
    assert_eq!(search("stranger"), "");
    assert!(search("refused").contains("127.0.0.1"));
}

/// A certificate and its key as files; its fingerprint.
fn certificate(folder: &Path, name: &str) -> String {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    std::fs::write(folder.join(format!("{name}.pem")), certificate.pem()).unwrap();
    std::fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
    tunnel::fingerprint(certificate.der()).to_string()
}

/// Has rsyslog send a message with a certificate, and ends it when `until` has been seen or it can be no more.
fn rsyslog(folder: &Path, name: &str, port: &str, message: &str, until: impl FnOnce()) {
    let said = folder.join(format!("{name}.said"));
    std::fs::write(&said, format!("{message}\n")).unwrap();
    let at = folder.display();
    let settings = format!(
        "global(workDirectory=\"{at}\" defaultNetstreamDriverCAFile=\"{at}/here.pem\" \
           defaultNetstreamDriverCertFile=\"{at}/{name}.pem\" defaultNetstreamDriverKeyFile=\"{at}/{name}.key\")\n\
         module(load=\"imfile\")\n\
         input(type=\"imfile\" file=\"{}\" tag=\"vpn\" reopenOnTruncate=\"on\")\n\
         action(type=\"omfwd\" target=\"127.0.0.1\" port=\"{port}\" protocol=\"tcp\" streamDriver=\"gtls\" \
           streamDriverMode=\"1\" streamDriverAuthMode=\"anon\" template=\"RSYSLOG_SyslogProtocol23Format\")\n",
        said.display()
    );
    let path = folder.join(format!("{name}.conf"));
    std::fs::write(&path, settings).unwrap();
    let errors = File::create(folder.join(format!("{name}.errors"))).unwrap();
    let mut child = Command::new("rsyslogd")
        .args(["-n", "-i", "NONE", "-f"])
        .arg(&path)
        .stdout(Stdio::null())
        .stderr(errors)
        .spawn()
        .unwrap();
    until();
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn rsyslog_is_known_by_its_certificate_and_another_certificate_is_not_heard() {
    let folder = TempDir::new().unwrap();
    let _ours = certificate(folder.path(), "here");
    let listed = certificate(folder.path(), "vpn");
    let _stranger = certificate(folder.path(), "stranger");
    let at = folder.path().display();
    let settings = format!(
        "[tls]\nlisten = [\"127.0.0.1:0\"]\ncertificate = \"{at}/here.pem\"\nkey = \"{at}/here.key\"\n\
         [[sender]]\nname = \"vpn\"\ncertificate = \"{listed}\"\n"
    );
    let serving = Serving::start(&settings, 1);
    let port = serving.port("TLS");
    rsyslog(folder.path(), "stranger", &port, "fromstranger", || {
        // It is told of the refusal by TLS, and says so.
        let errors = folder.path().join("stranger.errors");
        for _ in 0..50 {
            if std::fs::read_to_string(&errors).is_ok_and(|said| !said.is_empty()) {
                break;
            }
            std::thread::park_timeout(std::time::Duration::from_millis(100));
        }
        let said = std::fs::read_to_string(&errors).unwrap();
        assert!(said.contains("TLS"), "{said}");
    });
    rsyslog(folder.path(), "vpn", &port, "fromvpn", || {
        let _found = serving.finds("fromvpn");
    });
    assert!(!serving.asks(&["search", "fromstranger"]).contains("vpn"));
    let (_said, _folder) = serving.stop();
}

#[test]
fn what_cannot_be_meant_is_said_and_nothing_is_started() {
    let folder = TempDir::new().unwrap();
    let settings = folder.path().join("settings.toml");
    let serve = |text: &str, language: &str| {
        std::fs::write(&settings, text).unwrap();
        let mut command = program();
        let command = command
            .args(["--lang", language, "serve", "--config"])
            .arg(&settings);
        let done = command
            .arg("--folder")
            .arg(folder.path().join("kept"))
            .output()
            .unwrap();
        assert!(!done.status.success());
        String::from_utf8(done.stderr).unwrap()
    };
    assert!(serve("", "ja").contains("は使えません"));
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = format!("tcp = [\"{}\"]", held.local_addr().unwrap());
    assert!(serve(&taken, "en").contains("Nothing can be received at 127.0.0.1"));
}
