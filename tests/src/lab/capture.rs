//! Wireshark's own programs on a wire of the laboratory.

use std::fmt::Write as _;
use std::io::{Read, Seek, SeekFrom};
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use super::streams::{ClientHello, Stream, read};
use super::{Lab, Place};
use crate::files;
use crate::leash::Leash;
use crate::wait;

/// What a capture is read with, in the order in which [`read`] expects it.
const FIELDS: [&str; 10] = [
    "tcp.stream",
    "ip.src",
    "tcp.srcport",
    "ip.dst",
    "tcp.dstport",
    "tcp.seq_raw",
    "tcp.payload",
    "tls.handshake.type",
    "tls.handshake.extensions_server_name",
    "tls.handshake.extensions_supported_group",
];

/// A capture that runs.
#[derive(Debug)]
pub struct Capture<'lab> {
    lab: &'lab Lab,
    place: Place,
    file: PathBuf,
    leash: Leash,
}

/// What was on the wire.
#[derive(Debug, Clone, Default)]
pub struct Captured {
    /// Each direction of each TCP connection.
    pub streams: Vec<Stream>,
    /// Every TLS ClientHello that began one.
    pub hellos: Vec<ClientHello>,
}

impl Captured {
    /// The directions of connections in which these bytes stand.
    pub fn holding(&self, plain: &[u8]) -> Vec<&Stream> {
        let streams = self.streams.iter();
        streams
            .filter(|stream| files::contains(&stream.bytes, plain))
            .collect()
    }
}

impl Lab {
    /// Captures what passes this place's wire, from now on.
    pub fn capture(&self, place: Place) -> Capture<'_> {
        self.capture_on(place, "eth0")
    }

    /// Captures one interface of a place: `eth0`, `lo`; the firewall's are `wan`, `lan`, `dmz`.
    pub fn capture_on(&self, place: Place, interface: &str) -> Capture<'_> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let file = self.folder().join(format!("capture-{number}.pcap"));
        let mut dumpcap = Command::new("dumpcap");
        dumpcap
            .args(["-q", "-P", "-B", "32", "-i", interface, "-w"])
            .arg(&file);
        let leash = self.inside(place, || Leash::start(&dumpcap, &file, None, "KILL"));
        let log = file.with_extension("log");
        // It names its file when it listens.
        wait::until("dumpcap", || {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            assert!(leash.runs(), "dumpcap has ended: {said}");
            said.contains("File: ").then_some(())
        });
        Capture {
            lab: self,
            place,
            file,
            leash,
        }
    }
}

impl Capture<'_> {
    /// Ends the capture, once everything that is on the wire now stands in it.
    ///
    /// # Panics
    /// If packets were lost: what was not seen proves nothing.
    pub fn stop(self) -> Captured {
        self.see_the_end();
        self.leash.end("TERM");
        let log = self.file.with_extension("log");
        let said = std::fs::read_to_string(log).expect("dumpcap has a log");
        assert_eq!(lost(&said), Some(0), "packets were lost: {said}");
        let (streams, hellos) = read(&decoded(&self.file));
        Captured { streams, hellos }
    }

    /// Sends a packet over the same wire, and waits until it is in the file.
    fn see_the_end(&self) {
        let mark = format!("the end of {}", self.file.display()).into_bytes();
        self.lab.inside(self.place, || {
            let socket = UdpSocket::bind("0.0.0.0:0").expect("a socket");
            for to in self.place.neighbours() {
                // The discard port; nobody has to be there.
                let _refused = socket.send_to(&mark, (to, 9));
            }
        });
        let mut file = std::fs::File::open(&self.file).expect("dumpcap has a file");
        let (mut seen, mut at) = (Vec::new(), 0);
        wait::until("the last packet in the capture", || {
            // What was read before may end within the mark.
            seen.drain(..seen.len().saturating_sub(mark.len()));
            file.seek(SeekFrom::Start(at)).ok()?;
            at += u64::try_from(file.read_to_end(&mut seen).ok()?).ok()?;
            files::contains(&seen, &mark).then_some(())
        });
    }
}

/// `Packets received/dropped on interface 'eth0': 120/0 (…)`
fn lost(said: &str) -> Option<u64> {
    let line = said
        .lines()
        .find(|line| line.contains("received/dropped"))?;
    let (_, counts) = line.split_once("': ")?;
    let (_, dropped) = counts.split_once('/')?;
    dropped.split(' ').next()?.parse().ok()
}

/// A line per TCP packet.
fn decoded(file: &Path) -> String {
    let mut tshark = Command::new("tshark");
    tshark.arg("-n").arg("-r").arg(file);
    tshark.args(["-Y", "tcp", "-T", "fields", "-E", "separator=|"]);
    for field in FIELDS {
        tshark.args(["-e", field]);
    }
    let output = tshark.output().expect("tshark runs");
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let _infallible = write!(said, "{}", String::from_utf8_lossy(&output.stderr));
        panic!("tshark cannot read {}: {said}", file.display());
    }
    said
}
