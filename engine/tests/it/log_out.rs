//! The ledger at a collector of the hospital's: Debian's rsyslog, with TLS.

#![expect(
    clippy::print_stdout,
    reason = "what rsyslog said is shown with a failed test"
)]

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use engine::LogOut;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use syslog::Style;

use crate::hospital::{Hospital, until};

/// How long a test waits for a collector; on a loaded machine too.
const LONG: Duration = Duration::from_secs(60);

/// An rsyslog with its own configuration, folder and port.
struct Rsyslog {
    folder: tempfile::TempDir,
    port: u16,
    running: Option<Child>,
    /// Vouches for it, and for whom it lets in.
    authority: CertifiedIssuer<'static, KeyPair>,
}

impl Rsyslog {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = authority();
        let rsyslog = Self {
            folder,
            port: free_port(),
            running: None,
            authority,
        };
        let (chain, key) = rsyslog.certificate("collector.test");
        std::fs::write(rsyslog.at("ca.pem"), rsyslog.authority.pem()).unwrap();
        std::fs::write(rsyslog.at("cert.pem"), chain).unwrap();
        std::fs::write(rsyslog.at("key.pem"), key).unwrap();
        let at = |name| rsyslog.at(name).display().to_string();
        let configuration = format!(
            r#"global(workDirectory="{work}" maxMessageSize="128k" defaultNetstreamDriver="ossl"
                defaultNetstreamDriverCAFile="{ca}" defaultNetstreamDriverCertFile="{cert}"
                defaultNetstreamDriverKeyFile="{key}")
            module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="x509/certvalid")
            template(name="line" type="string" string="%structured-data%\t%msg%\n")
            input(type="imtcp" address="127.0.0.1" port="{port}" supportOctetCountedFraming="on" ruleset="all")
            ruleset(name="all") {{ action(type="omfile" file="{log}" template="line") }}
            "#,
            work = rsyslog.folder.path().display(),
            ca = at("ca.pem"),
            cert = at("cert.pem"),
            key = at("key.pem"),
            log = at("log"),
            port = rsyslog.port,
        );
        std::fs::write(rsyslog.at("conf"), configuration).unwrap();
        rsyslog
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A certificate of its authority and the key, PEM.
    fn certificate(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let names = vec![name.to_owned(), "127.0.0.1".to_owned()];
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.signed_by(&key, &self.authority).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    fn start(&mut self) {
        let errors = std::fs::File::create(self.at("errors")).unwrap();
        let running = Command::new("/usr/sbin/rsyslogd")
            .arg("-n")
            .args(["-f".as_ref(), self.at("conf").as_os_str()])
            .args(["-i".as_ref(), self.at("pid").as_os_str()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(errors)
            .spawn()
            .unwrap();
        self.running = Some(running);
        let ready = || std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok();
        until("rsyslog listens", LONG, ready);
    }

    /// SIGKILL: what it holds in memory is gone.
    fn kill(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.kill().unwrap();
            running.wait().unwrap();
        }
    }

    /// How the engine is to reach it, with a certificate of ours.
    fn log_out(&self) -> LogOut {
        let (chain, key) = self.certificate("gateway.test");
        let ours = tunnel::ClientCertificate::from_pem(chain.as_bytes(), key.as_bytes()).unwrap();
        LogOut {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            roots: self.authority.pem().into_bytes(),
            ours: Some(ours),
            style: Style::Structured { enterprise: 32473 },
        }
    }

    fn log(&self) -> String {
        read(&self.at("log"))
    }

    /// Numbers and leaves of what it wrote, in order.
    fn arrived(&self) -> Vec<(u64, String)> {
        let log = self.log();
        let value = |line: &str, name: &str| {
            let (_, rest) = line.split_once(&format!(" {name}=\"")).unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        // The last line may be half written.
        let whole = log
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'));
        whole
            .map(|line| (value(line, "entry").parse().unwrap(), value(line, "leaf")))
            .collect()
    }
}

impl Drop for Rsyslog {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            // Shown with a failed test alone.
            println!("rsyslog said: {}", read(&self.at("errors")));
        }
    }
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params
        .distinguished_name
        .push(DnType::CommonName, "authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

fn has_finding(hospital: &Hospital, id: &str) -> bool {
    let findings = hospital.engine.findings();
    findings.iter().any(|finding| finding.id == id)
}

fn ledger_size(hospital: &Hospital) -> u64 {
    hospital.engine.status().size
}

/// All numbers from 0 to the end without a gap; a number that came twice came with the same leaf.
fn assert_whole(arrived: &[(u64, String)], size: u64) {
    let mut leaves = BTreeMap::new();
    for (number, leaf) in arrived {
        let before = leaves.insert(*number, leaf);
        assert!(before.is_none_or(|before| before == leaf), "{number}");
    }
    let numbers: Vec<u64> = leaves.into_keys().collect();
    assert_eq!(numbers, (0..size).collect::<Vec<_>>());
}

/// Every entry so far has arrived, and is known to have.
fn until_proved(hospital: &Hospital, collector: &Rsyslog) {
    let size = ledger_size(hospital);
    until("it is proved", LONG, || {
        hospital
            .engine
            .log_out_sent()
            .is_some_and(|sent| sent >= size)
    });
    // What it has read it writes soon.
    until("it is written", LONG, || {
        let arrived = collector.arrived();
        arrived.iter().any(|(number, _)| number + 1 >= size)
    });
}

#[test]
fn every_entry_arrives_in_order_and_once() {
    let mut collector = Rsyslog::new();
    collector.start();
    let hospital = Hospital::founded();
    let mut clerk = hospital.set_up();
    hospital.engine.send_log_out(collector.log_out()).unwrap();
    until_proved(&hospital, &collector);
    hospital.pass(Duration::from_secs(60));
    let clerk = hospital.signed_in(&mut clerk);
    let _vendor = hospital.vendor(&clerk, "127.0.1.0/24");
    until_proved(&hospital, &collector);
    let size = ledger_size(&hospital);
    let arrived = collector.arrived();
    let numbers: Vec<u64> = arrived.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (0..size).collect::<Vec<_>>());
    let log = collector.log();
    assert!(log.contains("\"kind\":\"vendor_registered\""), "{log}");
    assert!(
        log.contains("[origin software=\"sekisho\" swVersion="),
        "{log}"
    );
    hospital.engine.stop();
}

#[test]
fn a_collector_that_is_killed_misses_nothing_and_doubles_have_the_same_number_and_leaf() {
    let mut collector = Rsyslog::new();
    collector.start();
    let hospital = Hospital::founded();
    let mut clerk = hospital.set_up();
    hospital.engine.send_log_out(collector.log_out()).unwrap();
    until("something arrives", LONG, || {
        !collector.arrived().is_empty()
    });
    collector.kill();
    hospital.pass(Duration::from_secs(60));
    let clerk = hospital.signed_in(&mut clerk);
    let _vendor = hospital.vendor(&clerk, "127.0.1.0/24");
    until("it is noticed", LONG, || {
        hospital.pass(Duration::from_secs(1));
        has_finding(&hospital, "finding-log-out-behind")
    });
    collector.start();
    until_proved(&hospital, &collector);
    until("it is well", LONG, || {
        !has_finding(&hospital, "finding-log-out-behind")
    });
    assert_whole(&collector.arrived(), ledger_size(&hospital));
    hospital.engine.stop();
}

#[test]
fn a_collector_that_nobody_vouches_for_is_sent_nothing_and_that_is_a_finding() {
    let mut collector = Rsyslog::new();
    collector.start();
    let hospital = Hospital::founded();
    let to = LogOut {
        roots: authority().pem().into_bytes(),
        ..collector.log_out()
    };
    hospital.engine.send_log_out(to).unwrap();
    until("it is noticed", LONG, || {
        has_finding(&hospital, "finding-log-out-untrusted")
    });
    assert_eq!(collector.log(), "");
    assert_eq!(hospital.engine.log_out_sent(), Some(0));
    hospital.engine.stop();
}

#[test]
fn a_gateway_that_its_collector_does_not_let_in_never_believes_that_it_was_heard() {
    let mut collector = Rsyslog::new();
    collector.start();
    let hospital = Hospital::founded();
    let to = LogOut {
        ours: None,
        ..collector.log_out()
    };
    hospital.engine.send_log_out(to).unwrap();
    until("it is noticed", LONG, || {
        hospital.pass(Duration::from_secs(61));
        has_finding(&hospital, "finding-log-out-behind")
            || has_finding(&hospital, "finding-log-out-untrusted")
    });
    assert_eq!(collector.log(), "");
    assert_eq!(hospital.engine.log_out_sent(), Some(0));
    hospital.engine.stop();
}

#[test]
fn what_was_not_proved_before_a_stop_is_sent_again_after_the_start() {
    let mut collector = Rsyslog::new();
    collector.start();
    let hospital = Hospital::founded();
    hospital.engine.send_log_out(collector.log_out()).unwrap();
    until("something arrives", LONG, || {
        !collector.arrived().is_empty()
    });
    let hospital = hospital.restarted();
    hospital.engine.send_log_out(collector.log_out()).unwrap();
    until_proved(&hospital, &collector);
    assert_whole(&collector.arrived(), ledger_size(&hospital));
    hospital.engine.stop();
}

#[test]
fn a_stop_does_not_wait_for_a_collector_that_reads_nothing() {
    let deaf = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let mut collector = Rsyslog::new();
    collector.port = deaf.local_addr().unwrap().port();
    let hospital = Hospital::founded();
    hospital.engine.send_log_out(collector.log_out()).unwrap();
    let (_stream, _) = deaf.accept().unwrap();
    let began = std::time::Instant::now();
    hospital.engine.stop();
    assert!(began.elapsed() < Duration::from_secs(10));
}
