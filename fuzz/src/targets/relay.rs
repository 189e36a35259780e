//! What gateway and relay say to each other.

use std::net::SocketAddr;

use wire::Decoding;
use wire::relay::data::{ClientHeader, DataHello, MAC};
use wire::relay::{FromGateway, FromRelay, LinkId};

use super::messages::{framed, message};

pub(super) fn control(bytes: &[u8]) {
    message::<FromGateway>(bytes);
    message::<FromRelay>(bytes);
}

pub(super) fn control_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let announce = r#"{"v":1,"type":"announce","names":[{"name":"e.handa.example","prefixes":["203.0.113.0/24","2001:db8::/48"],"per_minute":60}]}"#;
    let cosign = r#"{"v":1,"type":"cosign","number":3,"checkpoint":{"from":2,"note":"sekisho/handa\n3\nAA==\n\n","proof":["0000000000000000000000000000000000000000000000000000000000000001"]}}"#;
    let probe = r#"{"v":1,"type":"probe","number":4,"ports":[22,443]}"#;
    let welcome = r#"{"v":1,"type":"welcome","link":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15],"seen":"198.51.100.7"}"#;
    let disagrees = r#"{"v":1,"type":"not_cosigned","number":3,"why":{"disagrees":{"how":"forked","held":"note"}}}"#;
    let remembers = r#"{"v":1,"type":"not_cosigned","number":3,"why":{"remembers":{"size":9}}}"#;
    let all = [
        ("announce", announce),
        ("cosign", cosign),
        ("probe", probe),
        ("pong", r#"{"v":1,"type":"pong"}"#),
        ("welcome", welcome),
        ("need", r#"{"v":1,"type":"need","count":2}"#),
        ("disagrees", disagrees),
        ("remembers", remembers),
        ("probed", r#"{"v":1,"type":"probed","number":4,"open":[]}"#),
    ];
    all.map(|(name, json)| (name, framed(json))).to_vec()
}

/// Reads what begins a data connection; it must be written the same, and its MAC must cover all of it.
pub(super) fn data(bytes: &[u8]) {
    match DataHello::decode(bytes) {
        Err(_) => {}
        Ok(Decoding::Needs(missing)) => assert_eq!(missing, DataHello::LENGTH - bytes.len()),
        Ok(Decoding::Complete { message, used }) => {
            let (hello, mac) = message;
            assert_eq!(Some(&hello.encode(&mac)[..]), bytes.get(..used));
            let mut other = hello;
            other.number ^= 1;
            assert_ne!(hello.covered(), other.covered());
        }
    }
    match ClientHeader::decode(bytes) {
        Err(_) => {}
        Ok(Decoding::Needs(missing)) => assert_eq!(missing, ClientHeader::LENGTH - bytes.len()),
        Ok(Decoding::Complete { message, used }) => header(message, bytes.get(..used)),
    }
}

fn header((header, mac): (ClientHeader, [u8; MAC]), bytes: Option<&[u8]>) {
    let again = header.encode(&mac);
    let read = Decoding::Complete {
        used: again.len(),
        message: (header, mac),
    };
    assert_eq!(ClientHeader::decode(&again), Ok(read));
    // One address has one spelling: two readers see the same client.
    assert_eq!(Some(&again[..]), bytes);
    let links = [LinkId([1; 16]), LinkId([2; 16])];
    assert_ne!(header.covered(links[0]), header.covered(links[1]));
}

pub(super) fn data_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let hello = DataHello {
        link: LinkId([7; 16]),
        number: 41,
    };
    let client = |peer: &str| {
        let peer: SocketAddr = peer.parse().unwrap();
        ClientHeader { number: 41, peer }.encode(&[0xaa; MAC])
    };
    vec![
        ("hello", hello.encode(&[0x55; MAC])),
        ("ipv4", client("203.0.113.9:40000")),
        ("ipv6", client("[2001:db8::9]:40000")),
    ]
}
