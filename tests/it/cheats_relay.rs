//! A cheating relay between a real gateway and real engineers.

use std::net::{IpAddr, SocketAddr};

use acceptance::hospital::{Crew, Hospital, Plan, SITE, VENDOR_FROM};
use acceptance::link::Link;
use acceptance::run::Done;
use acceptance::{files, wait};
use cheats::client::{Client, Device, said as say};
use cheats::relay::{Mischief, NAME, Relay, Witnessing};
use wire::alpn::SESSION;
use wire::api::v1::Disagreement;
use wire::relay::{FromRelay, WhyNotCosigned};
use wire::session::OpenAnswer;

/// A hospital whose engineers know the cheating relay alone.
struct Stage {
    hospital: Hospital,
    relay: Relay,
    crew: Crew,
    visit: String,
}

/// The clerk registers a relay under this pin.
fn register(hospital: &Hospital, name: &str, relay: &Relay, pin: &str) {
    let witness = relay.witness();
    let clerk = hospital.clerk.sekisho().args(["relay", "add", name]);
    clerk
        .args(["--address", &relay.address().to_string()])
        .args(["--tls-name", NAME, "--key", pin, "--witness", &witness])
        .ok();
}

impl Stage {
    fn set() -> Self {
        let relay = Relay::start(SocketAddr::from(([127, 0, 0, 1], 0)));
        let hospital = Hospital::build(Plan {
            ground: Some(acceptance::ground::Ground {
                engineers: relay.address().to_string(),
                ..acceptance::ground::Ground::loopback()
            }),
            ..Plan::default()
        });
        register(&hospital, "cheat", &relay, relay.pin());
        wait::until("the gateway's connection to the relay", || {
            let relays = hospital.clerk.asks(["relay", "list"]);
            (relays[0]["link"]["connected"] == true).then_some(())
        });
        let crew = hospital.crew();
        let visit = hospital.visit(&crew.engineer, &crew.target, &[]).visit;
        Self {
            hospital,
            relay,
            crew,
            visit,
        }
    }

    fn device(&self) -> Device {
        Device::copied(&self.crew.engineer.home.join("sites").join(SITE))
    }

    /// The engineer's own program.
    fn connects(&self) -> Done {
        let run = self.crew.engineer.sekisho();
        run.args(["connect", &self.crew.target])
            .input("through")
            .done()
    }

    /// Sessions that the ledger knows of this visit.
    fn sessions(&self) -> usize {
        let shown = self.hospital.clerk.asks(["visit", "show", &self.visit]);
        shown["sessions"].as_array().map_or(0, Vec::len)
    }

    /// What a device's own wish is answered with through the relay; nothing if it is closed first.
    fn wishes(&self, device: &Device) -> Vec<u8> {
        let from = VENDOR_FROM.parse().unwrap();
        let knock = device.knock(SESSION);
        let Ok(mut client) = Client::connect(&knock, from, self.relay.address()) else {
            return Vec::new();
        };
        client.says(&say(&device.wish(&self.crew.target)));
        match client.hears::<OpenAnswer>() {
            Some(answer) => format!("{answer:?}").into_bytes(),
            None => Vec::new(),
        }
    }

    /// The same relay, behaving itself.
    fn works(&self) {
        self.relay.does(Mischief::None);
        let done = self.connects();
        assert_eq!(done.expect(0).text(), "through", "{done}");
    }
}

#[test]
fn l41_a_relay_that_lies_about_where_a_client_comes_from_opens_nothing() {
    let stage = Stage::set();
    let device = stage.device();
    let elsewhere: [IpAddr; 3] = [
        // Of the console, of nobody, of another vendor.
        "127.0.2.1".parse().unwrap(),
        "127.0.3.9".parse().unwrap(),
        "127.0.4.1".parse().unwrap(),
    ];
    let other = ["vendor", "add", "Other KK", "--from", "127.0.4.0/24"];
    let clerk = stage.hospital.clerk.sekisho().args(other);
    clerk.args(["--phone", "03-0000-0000"]).ok();
    for address in elsewhere {
        for lie in [Mischief::Declares(address), Mischief::Readdresses(address)] {
            stage.relay.does(lie.clone());
            let answer = String::from_utf8(stage.wishes(&device)).unwrap();
            let refused = answer.is_empty() || answer.contains("source-not-listed");
            assert!(refused, "{lie:?}: {answer}");
        }
    }
    stage.relay.does(Mischief::Moves);
    assert_eq!(stage.wishes(&device), b"");
    assert_eq!((stage.sessions(), stage.crew.echo.accepted()), (0, 0));
    // The right address helps nobody who is not the engineer.
    stage
        .relay
        .does(Mischief::Declares(VENDOR_FROM.parse().unwrap()));
    let mut nobody = device;
    nobody.key = cheats::client::a_key();
    assert_eq!(stage.wishes(&nobody), b"");
    assert_eq!((stage.sessions(), stage.crew.echo.accepted()), (0, 0));
    stage.works();
}

#[test]
fn l40_a_relay_that_alters_swaps_or_impersonates_is_refused_and_reads_nothing() {
    let stage = Stage::set();
    stage.works();
    let device = stage.device();
    assert_ne!(stage.wishes(&device), b"");
    let whole = stage.relay.captured().len();
    // In the hello, in the certificates, in the wish; in the answers to them.
    for mischief in [
        Mischief::AltersUp(40),
        Mischief::AltersUp(whole / 2),
        Mischief::AltersUp(whole * 3 / 4),
        Mischief::AltersUp(whole - 60),
        Mischief::AltersDown(30),
        Mischief::AltersDown(1300),
        Mischief::AltersDown(2000),
    ] {
        stage.relay.does(mischief.clone());
        let before = stage.sessions();
        let answer = String::from_utf8(stage.wishes(&device)).unwrap();
        assert!(!answer.contains("Opened"), "{mischief:?}: {answer}");
        assert!(stage.sessions() <= before + 1, "{mischief:?}");
    }
    // Whoever answers in the site's place, the engineer's program says so and sends no word.
    stage.relay.does(Mischief::Impersonates);
    let clients = stage.relay.clients();
    let done = stage.connects();
    assert_ne!(done.code, 0, "{done}");
    assert!(stage.relay.clients() > clients);
    assert_eq!(
        stage.relay.captured(),
        b"",
        "something was said to a stranger"
    );
    // To the gateway too: a relay that shows another key than the registered one is none.
    let other = Relay::start(SocketAddr::from(([127, 0, 0, 1], 0)));
    let registered = Relay::start(SocketAddr::from(([127, 0, 0, 1], 0)));
    register(&stage.hospital, "other", &other, registered.pin());
    wait::until("the gateway's word about it", || {
        let log = stage.hospital.log();
        log.contains("not the relay that is pinned").then_some(())
    });
    let relays = stage.hospital.clerk.asks(["relay", "list"]);
    let is_other = |relay: &&serde_json::Value| relay["relay"]["name"] == "other";
    let listed = relays.as_array().unwrap().iter().find(is_other).unwrap();
    assert_eq!(listed["link"]["connected"], false, "{listed:#}");
    // Two of them, crosswise: neither hears the other's site.
    stage.relay.does(Mischief::Swaps);
    let answers = std::thread::scope(|scope| {
        let two = [(); 2].map(|()| scope.spawn(|| stage.wishes(&device)));
        two.map(|one| one.join().unwrap())
    });
    assert_eq!(answers, [b"", b""]);
    stage.works();
    // What it carried of an honest session holds nothing that can be read.
    let carried = stage.relay.captured();
    for word in ["through", &stage.crew.target, &device.token] {
        assert!(!files::contains(&carried, word.as_bytes()), "{word}");
    }
}

#[test]
fn l16_a_session_that_a_relay_has_captured_and_plays_again_opens_nothing() {
    let stage = Stage::set();
    let device = stage.device();
    stage.relay.does(Mischief::None);
    assert!(!stage.wishes(&device).is_empty());
    let captured = stage.relay.captured();
    assert!(captured.len() > 1000, "{}", captured.len());
    let sessions = stage.sessions();
    assert_eq!(sessions, 1);
    let from = SocketAddr::new(VENDOR_FROM.parse().unwrap(), 40_000);
    for played in [captured.clone(), [captured.clone(), captured].concat()] {
        let answer = stage.relay.replays(from, &played).unwrap();
        assert!(!files::contains(&answer, stage.crew.target.as_bytes()));
    }
    // A gateway's own connection, given to it with another one's header.
    stage.relay.does(Mischief::Moves);
    assert_eq!(stage.wishes(&device), b"");
    assert_eq!(stage.sessions(), sessions);
    stage.works();
}

#[test]
fn l35_a_relay_that_keeps_its_clients_keeps_neither_the_gateway_nor_a_live_session() {
    let stage = Stage::set();
    let mut link = Link::open(&stage.crew.engineer, &stage.crew.target);
    let mut live = link.live();
    stage.relay.does(Mischief::Keeps);
    let kept: Vec<_> = (0..50)
        .map(|_| {
            let from = VENDOR_FROM.parse().unwrap();
            let mut kept = cheats::tls::dial(from, stage.relay.address()).unwrap();
            let hello = stage.device().knock(SESSION).hello();
            std::io::Write::write_all(&mut kept, &hello).unwrap();
            kept
        })
        .collect();
    for _ in 0..40 {
        stage.relay.says(FromRelay::Need { count: 256 });
    }
    live.echo(b"undisturbed");
    // The hospital's own people do not go through it.
    stage.hospital.clerk.asks(["sessions"]);
    drop(kept);
    stage.works();
    live.echo(b"still undisturbed");
}

#[test]
fn l30_a_relay_that_lies_as_a_witness_vouches_for_nothing_and_isolates_nobody() {
    let stage = Stage::set();
    // After the first of each pair it is asked again at once.
    let remembers = || Witnessing::Refuses(WhyNotCosigned::Remembers { size: 1 });
    let lies = [
        remembers(),
        Witnessing::Refuses(WhyNotCosigned::Disagrees {
            how: Disagreement::Forked,
            held: "sekisho/handa/ledger\n99999\nAAAA\n\n— nobody AAAA\n".to_owned(),
        }),
        remembers(),
        Witnessing::SignsWithAnother,
    ];
    let kinds = lies.len();
    stage.relay.witnesses(lies);
    let cosigned = || stage.hospital.clerk.asks(["relay", "list"])[0]["cosigned_at"].clone();
    let before = cosigned();
    let asked = stage.relay.asked();
    // It is asked again and again as long as it has not signed.
    stage.hospital.vendor("Grown KK");
    wait::until("every lie", || {
        (stage.relay.asked() >= asked + kinds).then_some(())
    });
    stage.works();
    let status = stage.hospital.root().args(["site", "status"]).json();
    assert!(status["isolation"].is_null(), "{status:#}");
    assert_eq!(cosigned(), before);
}
