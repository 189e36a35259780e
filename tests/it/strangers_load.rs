//! Many strangers at once: what they cost is bounded, and whoever is expected is let in meanwhile.

use std::io::{ErrorKind, Read};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use acceptance::cost::{Cost, may_hold};
use acceptance::hospital::Hospital;
use acceptance::wait;
use socket2::{Domain, Socket, Type};

/// Of each kind that stands; they come back when they are closed.
const EACH: usize = 1_000;
/// Of those that say a byte now and then, and never read.
const SLOW: usize = 200;
/// The handshakes that a gateway has under way at most (`tunnel::listener::Limits`).
const HALF_OPEN: usize = 2_048;
/// What those may take together, as is stated there, KiB.
const MEMORY: u64 = 40 * 1024;
/// What the honest visit takes beside them: sockets, recording and journal, SQLite's pages.
const DESCRIPTORS_OF_THE_VISIT: usize = 64;
const MEMORY_OF_THE_VISIT: u64 = 24 * 1024;

/// The beginning of a TLS handshake that never goes on.
const HELLO: &[u8] = &[
    0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03,
];

/// What a stranger does with a connection.
#[derive(Debug, Clone, Copy)]
enum Manner {
    /// Nothing.
    Silent,
    /// Begins a handshake, and stops.
    Stalled,
    /// Says what nobody should say first.
    Wrong,
    /// A byte of its hello now and then, and reads nothing.
    Slow,
}

/// Each comes from an address that a vendor has registered, but for a thousand more from elsewhere.
struct Stranger {
    manner: Manner,
    from: SocketAddr,
    socket: Option<Socket>,
    said: usize,
}

impl Stranger {
    fn all() -> Vec<Self> {
        let manners = [
            (Manner::Silent, EACH),
            (Manner::Stalled, EACH),
            (Manner::Wrong, EACH),
            (Manner::Slow, SLOW),
        ];
        let listed = manners
            .into_iter()
            .flat_map(|(manner, count)| std::iter::repeat_n((manner, 1), count));
        let others = std::iter::repeat_n((Manner::Silent, 3), EACH);
        let number = (20_u8..220).cycle();
        let all = listed.chain(others).zip(number);
        all.map(|((manner, net), number)| Self {
            manner,
            from: SocketAddr::from(([127, 0, net, number], 0)),
            socket: None,
            said: 0,
        })
        .collect()
    }

    /// Comes again if it was closed; else goes on. True if it stands.
    fn goes_on(&mut self, to: SocketAddr) -> bool {
        let gone = self.socket.as_ref().is_none_or(gone);
        if gone {
            self.said = 0;
            self.socket = knock(self.from, to);
        }
        let Some(socket) = &self.socket else {
            return false;
        };
        let say: &[u8] = match self.manner {
            Manner::Silent => &[],
            Manner::Stalled if gone => HELLO,
            Manner::Wrong if gone => b"SSH-2.0-nobody\r\nGET / HTTP/1.1\r\n\r\n",
            Manner::Stalled | Manner::Wrong => &[],
            Manner::Slow => HELLO.get(self.said..=self.said).unwrap_or(&[0]),
        };
        self.said += usize::from(!say.is_empty());
        // One that is closed just now comes again in the next round.
        let _closed = socket.send(say);
        true
    }
}

/// A connection from one address to another, not waited for afterwards.
pub(crate) fn knock(from: SocketAddr, to: SocketAddr) -> Option<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).ok()?;
    socket.bind(&from.into()).ok()?;
    socket
        .connect_timeout(&to.into(), Duration::from_secs(1))
        .ok()?;
    socket.set_nonblocking(true).ok()?;
    Some(socket)
}

/// Whether the other side has closed.
pub(crate) fn gone(mut socket: &Socket) -> bool {
    match socket.read(&mut [0; 16]) {
        Ok(read) => read == 0,
        Err(cause) => cause.kind() != ErrorKind::WouldBlock,
    }
}

/// Strangers who come until it is over.
#[derive(Default)]
struct Crowd {
    stand: AtomicUsize,
    rounds: AtomicUsize,
    over: AtomicBool,
}

impl Crowd {
    fn presses(&self, to: SocketAddr) {
        let mut strangers = Stranger::all();
        while !self.over.load(Ordering::Relaxed) {
            let mut stand = 0;
            for stranger in &mut strangers {
                if self.over.load(Ordering::Relaxed) {
                    return;
                }
                stand += usize::from(stranger.goes_on(to));
            }
            self.stand.store(stand, Ordering::Relaxed);
            self.rounds.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn l35_thousands_of_strangers_cost_what_is_stated_and_an_engineers_visit_opens_among_them() {
    // This process holds the other end of each.
    if !may_hold(8 * 1024) {
        eprintln!("skipped: this system allows too few descriptors");
        return;
    }
    let hospital = Hospital::own();
    let crew = hospital.crew();
    hospital.visit(&crew.engineer, &crew.target, &[]);
    let through = || {
        let connect = crew.engineer.sekisho().args(["connect", &crew.target]);
        assert_eq!(connect.input("through").ok().text(), "through");
    };
    // What a first visit needs once and for all is there.
    through();
    let cost = || Cost::of(hospital.gateway().pid());
    let (quiet, crowd) = (cost(), &Crowd::default());
    let most = std::thread::scope(|scope| {
        scope.spawn(|| crowd.presses(hospital.address));
        let during = catch_unwind(AssertUnwindSafe(|| {
            wait::until("a thousand strangers, and all of them once", || {
                let stand = crowd.stand.load(Ordering::Relaxed) >= EACH;
                (stand && crowd.rounds.load(Ordering::Relaxed) >= 2).then_some(())
            });
            let before = cost();
            through();
            [before, cost()]
        }));
        crowd.over.store(true, Ordering::Relaxed);
        during.unwrap_or_else(|panic| resume_unwind(panic))
    });
    eprintln!("quiet {quiet:?}, among strangers {most:?}");
    for cost in most {
        if let Some(more) = cost.more_than(&quiet) {
            assert!(
                more <= HALF_OPEN + DESCRIPTORS_OF_THE_VISIT,
                "{more} descriptors more"
            );
        }
        let more = cost.memory.saturating_sub(quiet.memory);
        assert!(more <= MEMORY + MEMORY_OF_THE_VISIT, "{more} KiB more");
    }
    wait::until("the strangers' descriptors", || {
        let more = cost().more_than(&quiet).unwrap_or(0);
        (more <= DESCRIPTORS_OF_THE_VISIT).then_some(())
    });
    through();
}
