//! Through the relay, over real wires: the hospital's firewall lets nothing in.

use std::net::SocketAddr;

use acceptance::hospital::SITE;
use acceptance::lab::{ClientHello, EHR, GATEWAY, Lab, Lin, Net, PUBLIC, Pacs, Place, RELAY};
use acceptance::link::Link;
use acceptance::peers::ConnectProxy;
use acceptance::people::text;
use acceptance::relayed::Relayed;
use acceptance::run::Run;
use acceptance::ssh::{Shell, register, shown};

/// What a hospital's machines usually listen at, and what this laboratory's do.
const PORTS: [u16; 12] = [
    22, 80, 104, 443, 445, 1433, 3306, 3389, 4242, 5432, 8042, 8443,
];

/// From the vendor's side the relay's port answers, and nothing of the hospital.
fn only_the_relay_answers(open: &Relayed) {
    let inside = open.lab.sweep(Place::Vendor, &[Net::DMZ, Net::LAN], &PORTS);
    assert!(inside.is_silent(), "{inside:?}");
    let internet = open.lab.sweep(Place::Vendor, &[Net::INTERNET], &PORTS);
    assert_eq!(internet.open, [RELAY], "{internet:?}");
    let public: Vec<&SocketAddr> = internet
        .refused
        .iter()
        .filter(|at| at.ip() == PUBLIC)
        .collect();
    assert!(public.is_empty(), "the firewall itself answers: {public:?}");
}

#[test]
fn an_engineer_reaches_the_records_through_the_relay_and_a_sweep_finds_nothing_ever() {
    let Some(open) = Relayed::open() else { return };
    only_the_relay_answers(&open);
    let visitor = open.crew();
    visitor
        .engineer
        .tries(["connect", &visitor.target])
        .refused(&["reason-no-grant"]);
    let visit = open.hospital.visit(&visitor.engineer, &visitor.target, &[]);
    let mut link = visitor.link();
    let answer = visitor.psql(&link, "select 6 * 7").ok();
    assert_eq!(answer.text().trim(), "42");
    link.says("cli-being-recorded");
    link.says_done();

    let mut long = visitor.psql(&link, "select pg_sleep(600)").begin();
    open.opened(&visit.visit, 2);
    only_the_relay_answers(&open);
    assert!(!long.ended(), "the session lives while the sweep goes on");
    assert!(!open.lab.reaches(Place::Vendor, GATEWAY));
    link.close();
    assert_ne!(long.finish().code, 0);

    let session = open.hospital.session_of(&visit.visit);
    let vendor = Place::Vendor.address().to_string();
    assert_eq!(open.hospital.ended(&session)["source"], vendor);
    let opened = open.hospital.events("session_opened");
    assert_eq!(opened.len(), 2, "{opened:#?}");
    for entry in &opened {
        assert_eq!(entry["event"]["source"], vendor, "{entry:#}");
        assert_eq!(entry["event"]["address"], EHR.to_string(), "{entry:#}");
    }
    let verified = open.hospital.clerk.asks(["recording", "verify", &session]);
    assert_eq!(verified["verified"], true);
    only_the_relay_answers(&open);
}

#[test]
fn an_engineer_asks_the_image_archive_through_the_relay_and_reaches_nothing_beside_it() {
    let Some(open) = Relayed::open() else { return };
    let vendor = open.hospital.vendor("Images KK");
    let engineer = open.hospital.engineer(&vendor, "images");
    let archive = open.lab.pacs().address();
    open.hospital.target("pacs", &vendor, archive, &[]);
    let visit = open.hospital.visit(&engineer, "pacs", &[]);
    let link = Link::open(&engineer, "pacs");
    let get = |at, password| {
        let ask = || Pacs::get(at, "/system", password);
        open.lab.inside(Place::Vendor, ask)
    };
    assert_eq!(
        get(link.address, Pacs::PASSWORD).unwrap().json()["Name"],
        "PACS"
    );
    // The archive's own password is the archive's to ask for: this is a stream of bytes.
    assert_eq!(get(link.address, "guessed").unwrap().status, 401);
    assert!(!open.lab.reaches(Place::Vendor, archive));
    link.close();
    let session = open.hospital.session_of(&visit.visit);
    let ended = open.hospital.ended(&session);
    assert_eq!(ended["source"], Place::Vendor.address().to_string());
    let verified = open.hospital.clerk.asks(["recording", "verify", &session]);
    assert_eq!(verified["verified"], true);
}

#[test]
fn the_relays_wires_carry_nothing_readable_of_ours_and_every_hello_is_hybrid() {
    let Some(mut open) = Relayed::open() else {
        return;
    };
    let relays = open.lab.capture(Place::Relay);
    let records = open.lab.capture(Place::Ehr);
    // The gateway's own connection is seen from its beginning, too.
    open.relay.stop("KILL");
    open.relay.start();
    open.connected(&open.relay.name);
    let (visitor, visit) = open.visitor();
    let question = "select 'ans' || 'wer-cerulean-heron' as marker_of_20261122";
    assert_eq!(visitor.asks(question), "answer-cerulean-heron");
    let records = records.stop();
    let relays = relays.stop();

    for plain in [question, "answer-cerulean-heron"] {
        let held = records.holding(plain.as_bytes());
        assert_eq!(held.len(), 1, "the search finds what is there");
    }
    let engineer = &visitor.engineer;
    let token = engineer.token(SITE);
    let secrets = [
        question,
        "answer-cerulean-heron",
        &engineer.passphrase,
        "marmot sleeps under glacier",
        &engineer.phone.shown,
        &engineer.login,
        &engineer.name,
        &token,
        &visit.grant,
        &visitor.target,
        "monthly inspection",
        "authorization",
        "HTTP/1.1",
    ];
    for plain in secrets {
        let held = relays.holding(plain.as_bytes());
        assert!(held.is_empty(), "{plain:?} from {}", held[0].from);
    }
    let from = |hello: &&ClientHello, who: std::net::Ipv4Addr| hello.from.ip() == who;
    let vendor = Place::Vendor.address();
    let engineers = relays.hellos.iter().filter(|hello| from(hello, vendor));
    // They join, sign in, ask, connect.
    assert!(engineers.count() >= 4, "{:?}", relays.hellos);
    let gateways = relays.hellos.iter().filter(|hello| from(hello, PUBLIC));
    let asked: Vec<Option<&str>> = gateways.map(|hello| hello.name.as_deref()).collect();
    assert!(asked.contains(&Some("first.relay.test")), "{asked:?}");
    for hello in &relays.hellos {
        assert!(hello.is_hybrid(), "{hello:?}");
    }
}

#[test]
fn an_engineer_works_by_ssh_through_the_relay_and_neither_side_of_it_reads_a_word() {
    let Some(open) = Relayed::open() else { return };
    let lin = open.lab.lin();
    let vendor = open.hospital.vendor("Servers KK");
    let engineer = open.hospital.engineer(&vendor, "server");
    let home = shown(&lin.home());
    register(&open.hospital, "server", &vendor, lin, &[]);
    let terms = ["--upload", &home, "--download", &home];
    let shell = Shell::ready(&open.hospital, &engineer, "server", &terms);
    let (relays, lans) = (open.lab.capture(Place::Relay), open.lab.capture(Place::Lin));
    let at_work = |run: Run| engineer.at_home(run).ok();
    let said = at_work(shell.ssh(&["-T"]).arg("echo cerulean-heron-$((6*7))"));
    assert_eq!(said.text(), "cerulean-heron-42\n");
    let patch = shell.file("patch", &"amber-otter 9 lines of a patch\n".repeat(100));
    let far = format!("{}:{home}/patch", shell.host());
    at_work(shell.openssh("scp").arg(&patch).arg(&far));
    assert_eq!(
        std::fs::read(lin.home().join("patch")).unwrap().len(),
        3_100
    );
    let forwarded = shell.ssh(&["-W", &EHR.to_string()]);
    assert_eq!(engineer.at_home(forwarded).done().code, 255);
    only_the_relay_answers(&open);
    let (relays, lans) = (relays.stop(), lans.stop());
    for plain in ["cerulean-heron", "amber-otter", Lin::PASSWORD, "SSH-2.0-"] {
        let held = relays.holding(plain.as_bytes());
        assert!(held.is_empty(), "{plain:?} from {}", held[0].from);
    }
    // The search finds what is there: SSH itself names itself, on the hospital's own wire alone.
    assert!(!lans.holding(b"SSH-2.0-").is_empty());
    let kinds = ["channel_opened", "file_handed_over", "command_refused"];
    let counts = kinds.map(|kind| open.hospital.events(kind).len());
    assert_eq!(counts, [2, 1, 1]);
    let opened = open.hospital.events("session_opened");
    let source = Place::Vendor.address().to_string();
    assert!(
        opened
            .iter()
            .all(|entry| entry["event"]["source"] == source)
    );
}

/// A visit through a relay that the gateway reaches in some other way.
fn a_visit_works(open: &Relayed) {
    let (visitor, visit) = open.visitor();
    assert_eq!(visitor.asks("select 6 * 7"), "42");
    let session = open.hospital.session_of(&visit.visit);
    let vendor = Place::Vendor.address().to_string();
    assert_eq!(open.hospital.ended(&session)["source"], vendor);
}

#[test]
fn a_firewall_that_insists_on_tls_sees_tls_from_the_first_byte_of_every_connection() {
    let Some(open) = Relayed::open_with("\n[relay_way]\nwrap = \"tls\"\n") else {
        return;
    };
    let capture = open.lab.capture_on(Place::Firewall, "dmz");
    a_visit_works(&open);
    let captured = capture.stop();
    let gateway = Place::Gateway.address();
    let began: Vec<_> = captured
        .streams
        .iter()
        .filter(|stream| stream.from.ip() == gateway && stream.to == RELAY)
        .collect();
    // A handshake record of TLS (RFC 8446, 5.1). The control connection began before.
    let in_tls = began.iter().filter(|stream| stream.bytes[0] == 0x16);
    assert!(in_tls.count() >= 3, "{} connections", began.len());
    let bare = began.iter().filter(|stream| {
        // A record of application data is the control connection's.
        !matches!(stream.bytes[..3], [0x16 | 0x17, 0x03, 0x01 | 0x03])
    });
    assert_eq!(bare.count(), 0, "something is not TLS");
}

#[test]
fn a_hospital_whose_only_way_out_is_a_proxy_is_reached_through_it() {
    let Some(lab) = Lab::raise() else { return };
    let at: SocketAddr = "192.0.2.1:3128".parse().unwrap();
    for rule in [
        "add rule inet fw input iifname \"dmz\" tcp dport 3128 accept",
        "insert rule inet fw forward iifname \"dmz\" oifname \"wan\" drop",
    ] {
        lab.run(Place::Firewall, Run::of("nft").arg(rule)).ok();
    }
    let proxy = lab.inside(Place::Firewall, || ConnectProxy::start(at));
    let way = format!("\n[relay_way]\nhttp-connect = \"{at}\"\n");
    let open = Relayed::stand(lab, &way);
    assert!(!open.lab.reaches(Place::Gateway, RELAY));
    a_visit_works(&open);
    let asked = proxy.asked();
    assert!(asked.len() >= 3, "{asked:?}");
    for head in asked {
        assert!(head.starts_with("CONNECT 198.51.100.20:443 "), "{head}");
    }
}

#[test]
fn doctor_has_the_relay_try_the_hospital_and_names_a_port_that_somebody_opened() {
    let Some(open) = Relayed::open() else { return };
    let outside = || open.hospital.clerk.tries(["doctor", "--outside"]);
    let before = outside();
    let nothing = "Seen from the relay first, nothing answers at 198.51.100.254.";
    before.expect(0).says(nothing);
    // Somebody forwards the public address' port to the Linux server.
    let _lin = open.lab.lin();
    for rule in [
        "add chain ip nat pre { type nat hook prerouting priority dstnat; }",
        "add rule ip nat pre iifname \"wan\" tcp dport 22 dnat to 203.0.113.14:22",
        "insert rule inet fw forward iifname \"wan\" ip daddr 203.0.113.14 tcp dport 22 accept",
    ] {
        let nft = Run::of("nft").arg(rule);
        open.lab.run(Place::Firewall, nft).ok();
    }
    let after = outside();
    let named = "these ports answer at 198.51.100.254: 22.";
    after.expect(1).says(named);
    let shown = open
        .hospital
        .clerk
        .tries(["--json", "doctor", "--outside"])
        .json();
    let found = shown.as_array().unwrap();
    let check = found.iter().find(|found| found["check"] == "outside");
    let check = check.unwrap();
    assert_eq!(check["well"], false);
    assert!(text(check, "said").contains(named), "{check:#}");
    // Only what is asked for is tried.
    let other = ["doctor", "--outside", "--ports", "443", "3389"];
    open.hospital.clerk.tries(other).expect(0).says(nothing);
}
