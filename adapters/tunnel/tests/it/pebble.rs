//! Orders at an authority that is not ours: Debian's pebble, with its own DNS.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use tunnel::acme::{Authority, Ordered, Roots};
use tunnel::link::{Link, Via};
use tunnel::{Challenge, Listener, WebCertificate, fingerprint};
use wire::relay::AnnouncedName;

use crate::cheat::Cheat;
use crate::relayed::{Relayed, vendors};
use crate::testsite::{CONSOLE, ENGINEERS, TestSite, new_ca, now, validity};

/// The authority and its DNS, for names whose proof is looked for at one port of this machine.
struct Pebble {
    folder: TempDir,
    directory: String,
    running: Vec<Child>,
}

impl Drop for Pebble {
    fn drop(&mut self) {
        for child in &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn free_tcp() -> u16 {
    let bound = TcpListener::bind("127.0.0.1:0").unwrap();
    bound.local_addr().unwrap().port()
}

fn free_udp() -> u16 {
    let bound = UdpSocket::bind("127.0.0.1:0").unwrap();
    bound.local_addr().unwrap().port()
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = data_encoding::BASE64.encode(der);
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

fn begin(program: &str, arguments: &[&str], folder: &Path) -> Option<Child> {
    let log = std::fs::File::create(folder.join(format!("{program}.log"))).unwrap();
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("PEBBLE_VA_NOSLEEP", "1")
        // Refused nonces by chance would refuse whole orders by chance.
        .env("PEBBLE_WFE_NONCEREJECT", "0")
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log);
    match command.spawn() {
        Ok(child) => Some(child),
        Err(missing) => {
            println!("not tried: {program} cannot be run ({missing})");
            None
        }
    }
}

impl Pebble {
    /// `None` where there is none.
    async fn looking_at(port: u16) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        // Its own server's certificate is one of a CA like ours: for a name of this machine.
        let ca = new_ca();
        let server = ca.issue_server(&["localhost"], validity()).unwrap();
        let written = |name: &str, text: String| -> PathBuf {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        written("root.pem", pem("CERTIFICATE", ca.certificate()));
        let chain = written("server.pem", pem("CERTIFICATE", &server.certificate));
        let key = written("server.key", pem("PRIVATE KEY", &server.key));
        let (listens, dns) = (free_tcp(), free_udp());
        let config = format!(
            r#"{{"pebble": {{"listenAddress": "127.0.0.1:{listens}", "certificate": {chain:?},
                "privateKey": {key:?}, "httpPort": 1, "tlsPort": {port}}}}}"#
        );
        let config = written("pebble.json", config).display().to_string();
        let dns = format!("127.0.0.1:{dns}");
        let names = [
            "-defaultIPv4",
            "127.0.0.1",
            "-defaultIPv6",
            "",
            "-dns01",
            &dns,
            "-http01",
            "",
            "-https01",
            "",
            "-tlsalpn01",
            "",
            "-management",
            "127.0.0.1:0",
        ];
        let mut running = vec![begin("pebble-challtestsrv", &names, folder.path())?];
        let arguments = ["-config", &config, "-dnsserver", &dns, "-strict"];
        running.push(begin("pebble", &arguments, folder.path())?);
        let mut pebble = Self {
            folder,
            directory: format!("https://localhost:{listens}/dir"),
            running,
        };
        let address = SocketAddr::from(([127, 0, 0, 1], listens));
        while tokio::net::TcpStream::connect(address).await.is_err() {
            for child in &mut pebble.running {
                let ended = child.try_wait().unwrap();
                assert!(ended.is_none(), "{ended:?}: {}", pebble_log(&pebble.folder));
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        Some(pebble)
    }

    fn authority(&self) -> Authority {
        let root = std::fs::read(self.folder.path().join("root.pem")).unwrap();
        Authority {
            directory: self.directory.clone(),
            contact: Some("it@handa.example".to_owned()),
            roots: Roots::read(&root).unwrap(),
            via: Via::Direct,
        }
    }
}

fn pebble_log(folder: &TempDir) -> String {
    ["pebble", "pebble-challtestsrv"]
        .map(|name| std::fs::read_to_string(folder.path().join(format!("{name}.log"))))
        .map(Result::unwrap_or_default)
        .concat()
}

/// Orders for a name; the listener shows the proof, and the relay is told if there is one.
async fn order(
    pebble: &Pebble,
    account: Option<&[u8]>,
    name: &str,
    listener: &Listener,
    link: Option<&Link>,
) -> Result<Ordered, tunnel::acme::AcmeError> {
    let announced = |acme| {
        let announced = vendors().into_iter();
        announced
            .map(|name| AnnouncedName { acme, ..name })
            .collect()
    };
    let open = async |digest| {
        let challenge = Challenge::new(name, digest).unwrap();
        listener.answer(vec![challenge]);
        if let Some(link) = link {
            link.announce(announced(true)).unwrap();
            link.heard().await.unwrap();
        }
    };
    let close = || {
        listener.answer(Vec::new());
        if let Some(link) = link {
            link.announce(announced(false)).unwrap();
        }
    };
    pebble.authority().order(account, name, open, close).await
}

fn read(ordered: &Ordered, name: &str) -> WebCertificate {
    let chain = ordered.chain.as_bytes();
    WebCertificate::read(chain, ordered.key.as_bytes(), name, now()).unwrap()
}

#[tokio::test]
async fn an_authority_issues_a_certificate_that_browsers_are_shown_then() {
    let site = TestSite::open().await;
    let Some(pebble) = Pebble::looking_at(site.address().port()).await else {
        return;
    };
    let first = order(&pebble, None, CONSOLE, &site.listener, None)
        .await
        .unwrap();
    let shown = read(&first, CONSOLE);
    assert!(
        shown.facts().issuer.contains("Pebble"),
        "{}",
        shown.facts().issuer
    );
    let own = site
        .ca
        .issue_server(&[ENGINEERS, CONSOLE], validity())
        .unwrap();
    let tls = tunnel::SiteTls::new(site.ca.certificate(), own);
    let tls = tls.for_browsers(tunnel::Door::Console, shown.clone());
    site.listener.renew(&tls).unwrap();
    let browser = Cheat::asking(CONSOLE, wire::alpn::HTTP);
    let stream = browser.connect(site.address()).await.unwrap();
    let chain = stream.get_ref().1.peer_certificates().unwrap();
    assert_eq!(fingerprint(&chain[0]), shown.facts().fingerprint);
    // Again with the same account: another key, another certificate.
    let again = order(&pebble, Some(&first.account), CONSOLE, &site.listener, None)
        .await
        .unwrap();
    assert_eq!(again.account_address, first.account_address);
    let kept = tunnel::acme::account_address(&again.account);
    assert_eq!(kept, Some(first.account_address.clone()));
    assert_ne!(
        read(&again, CONSOLE).facts().fingerprint,
        shown.facts().fingerprint
    );
    // Nobody is answered any more.
    let authority = Cheat::asking(CONSOLE, wire::alpn::ACME);
    assert!(authority.connect(site.address()).await.is_err());
}

#[tokio::test]
async fn an_authority_looks_through_the_relay_while_its_order_is_open() {
    let relayed = Relayed::open().await;
    let Some(pebble) = Pebble::looking_at(relayed.address().port()).await else {
        return;
    };
    let (listener, link) = (&relayed.site.listener, Some(&relayed.link));
    // Nobody comes in from where the authority is but by its order.
    listener.admit(tunnel::Admission::default());
    let ordered = order(&pebble, None, ENGINEERS, listener, link).await;
    let ordered = ordered.unwrap_or_else(|cause| panic!("{cause}\n{}", pebble_log(&pebble.folder)));
    assert!(read(&ordered, ENGINEERS).facts().issuer.contains("Pebble"));
}

#[tokio::test]
async fn an_authority_that_does_not_find_the_proof_is_quoted_and_the_door_is_closed_again() {
    let site = TestSite::open().await;
    // At this port nobody listens.
    let Some(pebble) = Pebble::looking_at(free_tcp()).await else {
        return;
    };
    let refused = order(&pebble, None, CONSOLE, &site.listener, None)
        .await
        .unwrap_err();
    let said = refused.to_string();
    assert!(
        said.contains(CONSOLE) && said.contains("Failed to connect"),
        "{said}"
    );
    let authority = Cheat::asking(CONSOLE, wire::alpn::ACME);
    assert!(authority.connect(site.address()).await.is_err());
}

#[tokio::test]
async fn an_authority_that_is_not_the_one_is_not_spoken_to() {
    let site = TestSite::open().await;
    let Some(pebble) = Pebble::looking_at(site.address().port()).await else {
        return;
    };
    let other = pem("CERTIFICATE", new_ca().certificate());
    let authority = Authority {
        roots: Roots::read(other.as_bytes()).unwrap(),
        ..pebble.authority()
    };
    let refused = authority.order(None, CONSOLE, async |_| (), || ()).await;
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("gave no certificate"), "{said}");
    assert!(Roots::read(b"no root").is_err());
}
