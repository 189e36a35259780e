//! What tshark says of packets, put together to the streams that the two ends saw.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use data_encoding::HEXLOWER_PERMISSIVE;

/// X25519MLKEM768, the hybrid group (draft-ietf-tls-ecdhe-mlkem, IANA's number 4588).
pub const HYBRID: u16 = 0x11ec;

/// One direction of a TCP connection, as its receiver saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// Who sent.
    pub from: SocketAddr,
    /// To whom.
    pub to: SocketAddr,
    /// What was sent. Bytes that were not captured are zero.
    pub bytes: Vec<u8>,
}

/// How a TLS client begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientHello {
    /// The client.
    pub from: SocketAddr,
    /// The server.
    pub to: SocketAddr,
    /// The name that it asks for.
    pub name: Option<String>,
    /// The groups for key exchange that it offers.
    pub groups: Vec<u16>,
}

impl ClientHello {
    /// Whether it offers [`HYBRID`].
    pub fn is_hybrid(&self) -> bool {
        self.groups.contains(&HYBRID)
    }
}

/// The pieces of a direction: sequence number, payload.
type Pieces = BTreeMap<(u64, SocketAddr, SocketAddr), Vec<(u32, Vec<u8>)>>;

/// Reads tshark's lines.
pub(super) fn read(lines: &str) -> (Vec<Stream>, Vec<ClientHello>) {
    let mut pieces = Pieces::new();
    let mut hellos = Vec::new();
    for line in lines.lines() {
        let packet = Packet::read(line).unwrap_or_else(|| panic!("not a packet: {line}"));
        hellos.extend(packet.hello());
        if !packet.payload.is_empty() {
            let direction = pieces.entry((packet.stream, packet.from, packet.to));
            let pieces = direction.or_default();
            pieces.push((packet.sequence, packet.payload));
        }
    }
    let streams = pieces.into_iter().map(|((_, from, to), pieces)| Stream {
        from,
        to,
        bytes: assemble(&pieces),
    });
    (streams.collect(), hellos)
}

struct Packet<'a> {
    stream: u64,
    from: SocketAddr,
    to: SocketAddr,
    sequence: u32,
    payload: Vec<u8>,
    handshakes: &'a str,
    name: &'a str,
    groups: &'a str,
}

impl<'a> Packet<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let mut fields = line.split('|');
        let mut next = || fields.next();
        let stream = next()?.parse().ok()?;
        let from = address(next()?, next()?)?;
        let to = address(next()?, next()?)?;
        let sequence = next()?.parse().ok()?;
        let payload = next()?.replace(':', "");
        Some(Self {
            stream,
            from,
            to,
            sequence,
            payload: HEXLOWER_PERMISSIVE.decode(payload.as_bytes()).ok()?,
            handshakes: next()?,
            name: next()?,
            groups: next()?,
        })
    }

    fn hello(&self) -> Option<ClientHello> {
        // RFC 8446, 4: client_hello is 1.
        let begins = self.handshakes.split(',').any(|kind| kind == "1");
        begins.then(|| ClientHello {
            from: self.from,
            to: self.to,
            name: (!self.name.is_empty()).then(|| self.name.to_owned()),
            groups: self.groups.split(',').filter_map(number).collect(),
        })
    }
}

fn address(ip: &str, port: &str) -> Option<SocketAddr> {
    Some(SocketAddr::new(ip.parse().ok()?, port.parse().ok()?))
}

/// `0x11ec` or `4588`.
fn number(text: &str) -> Option<u16> {
    match text.strip_prefix("0x") {
        Some(digits) => u16::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// Puts pieces in their places: what was sent twice stands once, what overtook stands behind.
fn assemble(pieces: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let Some((first, _)) = pieces.first() else {
        return Vec::new();
    };
    // Sequence numbers wrap: those within 2 GiB before the first seen one are before it.
    let place = |sequence: u32| i64::from(sequence.wrapping_sub(*first).cast_signed());
    let begins = pieces.iter().map(|(sequence, _)| place(*sequence)).min();
    let mut whole = Vec::new();
    for (sequence, bytes) in pieces {
        let at = usize::try_from(place(*sequence) - begins.unwrap_or(0)).unwrap_or(0);
        let end = at + bytes.len();
        if whole.len() < end {
            whole.resize(end, 0);
        }
        whole[at..end].copy_from_slice(bytes);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::{assemble, read};

    #[test]
    fn a_stream_is_whole_however_its_packets_came() {
        let pieces = [
            (u32::MAX, b"bc".to_vec()),
            (u32::MAX - 1, b"a".to_vec()),
            (3, b"fg".to_vec()),
            (u32::MAX, b"bc".to_vec()),
            (1, b"de".to_vec()),
        ];
        assert_eq!(assemble(&pieces), b"abcdefg");
        assert!(assemble(&[]).is_empty());
    }

    #[test]
    fn a_hello_is_read_with_its_name_and_groups() {
        let lines = "0|198.51.100.10|4000|198.51.100.20|443|7|160301|1|gate.test|0x11ec,0x001d\n\
                     0|198.51.100.20|443|198.51.100.10|4000|9|||| \n";
        let (streams, hellos) = read(lines);
        assert_eq!(streams.len(), 1);
        assert_eq!(hellos.len(), 1);
        assert_eq!(hellos[0].name.as_deref(), Some("gate.test"));
        assert_eq!(hellos[0].groups, [0x11ec, 0x001d]);
        assert!(hellos[0].is_hybrid());
    }
}
