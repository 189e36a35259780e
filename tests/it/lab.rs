//! What the laboratory itself must hold to before anything is proved in it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;
use std::thread;

use acceptance::hospital::invitation_in;
use acceptance::lab::{
    ClientHello, EHR, GATEWAY, LIN, Lab, Lin, Net, PACS, PUBLIC, Pacs, Place, RELAY,
};
use acceptance::leash::Leash;
use acceptance::peers::Postgres;
use acceptance::people::{Form, join};
use acceptance::run::{Run, sekisho};
use acceptance::wait;

/// What a hospital's machines usually listen at, and what this laboratory's do.
const PORTS: [u16; 20] = [
    21, 22, 23, 25, 53, 80, 102, 104, 135, 139, 389, 443, 445, 1433, 3306, 3389, 4242, 5432, 8042,
    8443,
];

#[test]
fn nothing_enters_the_laboratorys_hospital_and_the_gateway_alone_leaves_it() {
    let Some(lab) = Lab::raise() else { return };
    let _open = [
        lab.listen(Place::Gateway, GATEWAY.port()),
        lab.listen(Place::Relay, RELAY.port()),
        lab.listen(Place::Relay, 80),
        lab.listen(Place::Vendor, 443),
        lab.listen(Place::Firewall, 443),
        lab.listen(Place::Ehr, EHR.port()),
        lab.listen(Place::Ehr, 22),
        lab.listen(Place::Pacs, PACS.port()),
        lab.listen(Place::Lin, LIN.port()),
    ];
    let public = SocketAddr::from((PUBLIC, 443));
    let vendors = SocketAddr::from((Place::Vendor.address(), 443));
    let otherwise = SocketAddr::from((Place::Relay.address(), 80));
    let other_port = SocketAddr::from((Place::Ehr.address(), 22));
    let may = [
        (Place::Vendor, RELAY),
        (Place::Stranger, RELAY),
        (Place::Gateway, RELAY),
        (Place::Gateway, EHR),
        (Place::Gateway, PACS),
        (Place::Gateway, LIN),
        (Place::Approver, GATEWAY),
        // The LAN is flat, as hospitals' were.
        (Place::Lin, EHR),
        (Place::Approver, other_port),
    ];
    let must_not = [
        (Place::Vendor, GATEWAY),
        (Place::Vendor, EHR),
        (Place::Vendor, LIN),
        (Place::Vendor, public),
        (Place::Relay, GATEWAY),
        (Place::Relay, LIN),
        (Place::Relay, public),
        (Place::Stranger, GATEWAY),
        (Place::Gateway, otherwise),
        (Place::Gateway, vendors),
        (Place::Gateway, other_port),
        (Place::Lin, RELAY),
        (Place::Lin, GATEWAY),
        (Place::Ehr, vendors),
        (Place::Approver, RELAY),
    ];
    let tries = may.map(|(from, to)| (from, to, true)).into_iter();
    let tries: Vec<_> = tries
        .chain(must_not.map(|(from, to)| (from, to, false)))
        .collect();
    let lab = &lab;
    thread::scope(|scope| {
        for (from, to, wanted) in tries {
            scope.spawn(move || assert_eq!(lab.reaches(from, to), wanted, "{from:?} to {to}"));
        }
    });
}

#[test]
fn a_sweep_finds_what_is_open_and_nothing_of_the_hospital_from_outside() {
    let Some(lab) = Lab::raise() else { return };
    let _open = [
        lab.listen(Place::Gateway, GATEWAY.port()),
        lab.listen(Place::Relay, RELAY.port()),
        lab.listen(Place::Ehr, EHR.port()),
        lab.listen(Place::Lin, LIN.port()),
    ];
    for outside in [Place::Vendor, Place::Relay] {
        let swept = lab.sweep(outside, &[Net::DMZ, Net::LAN], &PORTS);
        assert!(swept.is_silent(), "from {outside:?}: {swept:?}");
    }
    let internet = lab.sweep(Place::Vendor, &[Net::INTERNET], &PORTS);
    assert_eq!(internet.open, [RELAY]);
    assert!(internet.refused.iter().all(|at| at.ip() != PUBLIC));
    let mut from_the_gateway = lab.sweep(Place::Gateway, &[Net::LAN], &PORTS);
    from_the_gateway.open.sort();
    assert_eq!(from_the_gateway.open, [EHR, LIN]);
    assert_eq!(from_the_gateway.refused, [PACS]);
}

#[test]
fn the_hospitals_servers_answer_the_gateway() {
    let Some(lab) = Lab::raise() else { return };
    let ehr = lab.ehr().address();
    let asked = lab.run(
        Place::Gateway,
        Postgres::psql(ehr).args(["-c", "select 6 * 7"]),
    );
    asked.ok().says("42");
    let wrong = Postgres::psql(ehr)
        .env("PGPASSWORD", "guessed")
        .args(["-c", ""]);
    lab.run(Place::Gateway, wrong).done().expect(2);

    let pacs = lab.pacs().address();
    let get = |password: &str| {
        lab.inside(Place::Gateway, || Pacs::get(pacs, "/system", password))
            .expect("it answers")
    };
    assert_eq!(get(Pacs::PASSWORD).json()["Name"], "PACS");
    assert_eq!(get("guessed").status, 401);

    let lin = lab.lin();
    let by_key = lab.run(Place::Gateway, lin.ssh().arg("id -un; echo kept >kept"));
    assert_eq!(by_key.ok().text().trim(), Lin::USER);
    assert!(lin.home().join("kept").is_file());
    let by_password = |password: &str| {
        let plink = Run::of("plink")
            .args(["-batch", "-no-antispoof", "-ssh", "-hostkey"])
            .arg(lin.fingerprint())
            .args(["-pw", password])
            .arg(format!("{}@{}", Lin::USER, LIN.ip()))
            .arg("echo by password");
        lab.run(Place::Gateway, plink)
            .env("HOME", lab.folder())
            .done()
    };
    by_password(Lin::PASSWORD).expect(0).says("by password");
    assert_ne!(by_password("guessed").code, 0);
}

#[test]
fn a_capture_holds_what_was_said_and_how_tls_began() {
    let Some(lab) = Lab::raise() else { return };
    let relay = lab.listen(Place::Relay, RELAY.port());
    let capture = lab.capture(Place::Relay);
    let accepting = thread::spawn(move || {
        let mut said = String::new();
        for _ in 0..2 {
            let (mut stream, _) = relay.accept().unwrap();
            let mut bytes = [0; 4096];
            let read = stream.read(&mut bytes).unwrap();
            said.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
        said
    });
    lab.inside(Place::Vendor, || {
        let mut stream = TcpStream::connect(RELAY).unwrap();
        stream.write_all(b"the patient's name").unwrap();
    });
    let old = ["s_client", "-servername", "gate.handa.test", "-connect"];
    let old = Run::of("openssl").args(old).arg(RELAY.to_string());
    assert_ne!(lab.run(Place::Vendor, old).done().code, 0);
    assert!(accepting.join().unwrap().contains("gate.handa.test"));
    let captured = capture.stop();
    let held = captured.holding(b"the patient's name");
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].from.ip(), Place::Vendor.address());
    assert_eq!(held[0].to, RELAY);
    assert!(captured.holding(b"another patient's name").is_empty());
    assert_eq!(captured.hellos.len(), 1, "{captured:?}");
    let hello = &captured.hellos[0];
    assert_eq!(hello.name.as_deref(), Some("gate.handa.test"));
    assert!(hello.groups.contains(&0x1d), "X25519: {hello:?}");
    assert!(!hello.is_hybrid(), "Debian's OpenSSL has learned it");
}

#[test]
fn people_join_over_the_hospitals_own_network_and_every_hello_of_ours_is_hybrid() {
    let Some(lab) = Lab::raise() else { return };
    let capture = lab.capture(Place::Gateway);
    let site = lab.folder().join("site");
    let here = GATEWAY.to_string();
    let name = ["--id", "handa", "--name", "半田病院", "--listen", &here];
    let names = ["--engineers-name", "in.test", "--console-name", "desk.test"];
    let at = ["--engineers-address", &here, "--console-address", &here];
    let init = sekisho().args(["site", "init"]).arg(&site);
    let init = init.args(name).args(names).args(at);
    let init = init.args(["--lan", "203.0.113.0/24", "--dangerous-key-beside-data"]);
    let founded = init.arg("--kit-out").arg(lab.folder().join("kit")).ok();
    let gateway = sekisho().args(["--json", "gateway"]).arg(&site);
    let gateway = lab.spot(Place::Gateway).run(gateway).into_command();
    let _gateway = Leash::start(&gateway, &lab.folder().join("gateway"), None, "KILL");
    wait::until("the gateway", || {
        lab.reaches(Place::Approver, GATEWAY).then_some(())
    });
    let form = Form {
        login: "sato",
        name: "佐藤 花子",
        contact: "0569-22-1111",
        from: &Place::Approver.address().to_string(),
    };
    let clerk = lab.inside(Place::Approver, || {
        let clerk = join(lab.folder(), &invitation_in(&founded.text()), &form);
        clerk.sign_in();
        clerk
    });
    let status = ["--json", "site", "status"];
    lab.run(Place::Approver, clerk.sekisho().args(status)).ok();
    assert!(!lab.reaches(Place::Vendor, GATEWAY));
    let captured = capture.stop();
    assert!(captured.holding(clerk.passphrase.as_bytes()).is_empty());
    let from_the_pc = |hello: &&ClientHello| hello.from.ip() == Place::Approver.address();
    assert!(captured.hellos.iter().filter(from_the_pc).count() >= 3);
    for hello in &captured.hellos {
        assert!(hello.is_hybrid(), "{hello:?}");
    }
}

#[test]
fn a_laboratory_is_gone_when_it_is_dropped_even_by_a_panic() {
    let Some(lab) = Lab::raise() else { return };
    let namespaces = lab.namespaces();
    let there = |name: &String| Path::new("/run/netns").join(name).exists();
    assert!(namespaces.iter().all(there));
    let other = Lab::raise().unwrap();
    // Only what stands there already is ended with it.
    let stays = Run::of("sh").args(["-c", "echo here; exec sleep 1000"]);
    let mut left = lab.run(Place::Lin, stays).begin();
    wait::until("something that runs there", || {
        left.answered().starts_with(b"here").then_some(())
    });
    let failed = catch_unwind(AssertUnwindSafe(move || {
        let _raised = lab;
        assert_eq!(1, 2, "a test that fails");
    }));
    assert!(failed.is_err());
    assert!(!namespaces.iter().any(there));
    wait::until("the end of what ran there", || left.ended().then_some(()));
    assert!(other.namespaces().iter().all(there), "another stands");
}

#[test]
fn what_a_killed_process_has_left_behind_goes_when_the_next_laboratory_is_raised() {
    let Some(first) = Lab::raise() else { return };
    let mut gone = Command::new("true").spawn().unwrap();
    let dead = format!("sk{}-1-0-vendor", gone.id());
    gone.wait().unwrap();
    // Named only when somebody stands there: any other test may raise one and clean up meanwhile.
    let sleep = ["--net", "sleep", "1000"];
    let mut left = Command::new("unshare").args(sleep).spawn().unwrap();
    let space = |process: &str| std::fs::read_link(format!("/proc/{process}/ns/net")).unwrap();
    let number = left.id().to_string();
    wait::until("its own namespace", || {
        (space(&number) != space("self")).then_some(())
    });
    let named = ["netns", "attach", &dead, &number];
    assert!(Command::new("ip").args(named).status().unwrap().success());
    let lab = Lab::raise().unwrap();
    left.wait().unwrap();
    assert!(!Path::new("/run/netns").join(&dead).exists());
    let there = |name: &String| Path::new("/run/netns").join(name).exists();
    assert!(lab.namespaces().iter().all(there));
    assert!(first.namespaces().iter().all(there));
}
