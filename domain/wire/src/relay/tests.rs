use std::net::{IpAddr, SocketAddr};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::data::{ClientHeader, DataHello, HELLO_MAGIC, MAC};
use super::*;
use crate::{Decoding, MAX_FRAME, NotEncodable, decode, encode};

fn round<M: Message + PartialEq + fmt::Debug>(message: &M) {
    let frame = encode(message).unwrap();
    assert!(frame.len() <= 4 + M::MOST);
    let followed = [&frame[..], b"next"].concat();
    assert_eq!(
        decode::<M>(&followed).unwrap(),
        Decoding::Complete {
            message: decoded::<M>(&frame),
            used: frame.len()
        }
    );
    assert_eq!(&decoded::<M>(&frame), message);
}

fn decoded<M: Message + fmt::Debug>(frame: &[u8]) -> M {
    match decode::<M>(frame).unwrap() {
        Decoding::Complete { message, .. } => message,
        Decoding::Needs(more) => panic!("needs {more}"),
    }
}

fn announced(prefixes: usize) -> FromGateway {
    let prefix = "2001:db8:1234:5678:9abc:def0:1234:5678/128";
    FromGateway::Announce {
        names: vec![AnnouncedName {
            name: "n".repeat(MAX_NAME),
            prefixes: vec![prefix.parse().unwrap(); prefixes],
            per_minute: u32::MAX,
            acme: true,
        }],
    }
}

#[test]
fn the_longest_announcement_that_the_limits_allow_is_framed() {
    round(&announced(MAX_PREFIXES));
    assert_eq!(
        encode(&announced(MAX_PREFIXES + 1)),
        Err(NotEncodable::Field(Misbehaviour::TooManyItems {
            field: "names.prefixes",
            most: MAX_PREFIXES
        }))
    );
}

/// A relay of before orders were announced knows no such field: it is not sent while none is open.
#[test]
fn a_name_without_an_open_order_is_announced_as_it_always_was() {
    let FromGateway::Announce { mut names } = announced(1) else {
        panic!("not an announcement");
    };
    let written = |names: &[AnnouncedName]| serde_json::to_string(&names).unwrap();
    assert!(written(&names).contains("\"acme\":true"));
    names[0].acme = false;
    assert!(!written(&names).contains("acme"), "{}", written(&names));
    let before = r#"{"name":"a.example","prefixes":[],"per_minute":1}"#;
    assert!(!serde_json::from_str::<AnnouncedName>(before).unwrap().acme);
}

#[test]
fn the_longest_checkpoint_that_the_limits_allow_is_framed() {
    round(&FromGateway::Cosign {
        number: u64::MAX,
        checkpoint: Offered {
            from: u64::MAX,
            note: "n".repeat(MAX_CHECKPOINT),
            resumed: Some("r".repeat(MAX_RESUMED)),
            proof: vec![Digest([255; 32]); MAX_PROOF],
        },
    });
    round(&FromRelay::NotCosigned {
        number: u64::MAX,
        why: WhyNotCosigned::Disagrees {
            how: Disagreement::Forked,
            held: "h".repeat(MAX_CHECKPOINT),
        },
    });
}

#[test]
fn l34_a_relay_is_not_listened_to_for_longer_than_a_frame() {
    let announced = u32::try_from(MAX_FRAME).unwrap() + 1;
    assert!(matches!(
        decode::<FromRelay>(&announced.to_be_bytes()),
        Err(Misbehaviour::FrameTooLong { .. })
    ));
    assert!(matches!(
        decode::<FromGateway>(&announced.to_be_bytes()),
        Ok(Decoding::Needs(_))
    ));
}

#[test]
fn a_self_test_tries_no_more_ports_than_agreed() {
    let probe = |ports| FromGateway::Probe { number: 1, ports };
    round(&probe(vec![65535; MAX_PORTS]));
    assert!(encode(&probe(vec![1; MAX_PORTS + 1])).is_err());
}

#[test]
fn l41_a_header_with_an_address_that_nobody_has_is_refused() {
    let header = |peer: &str| ClientHeader {
        number: 1,
        peer: peer.parse().unwrap(),
    };
    for peer in ["0.0.0.0:1", "[::]:1", "224.0.0.1:1", "[ff02::1]:1"] {
        assert!(ClientHeader::decode(&header(peer).encode(&[0; MAC])).is_err());
    }
    let mut unknown = header("192.0.2.1:1").encode(&[0; MAC]);
    for kind in [0, 6, 255] {
        unknown[12] = kind;
        assert!(ClientHeader::decode(&unknown).is_err());
    }
}

#[test]
fn l41_an_ipv4_address_has_one_spelling() {
    let plain = ClientHeader {
        number: 7,
        peer: "192.0.2.1:443".parse().unwrap(),
    };
    let mapped = ClientHeader {
        number: 7,
        peer: "[::ffff:192.0.2.1]:443".parse().unwrap(),
    };
    assert_eq!(plain.encode(&[9; MAC]), mapped.encode(&[9; MAC]));
    assert_eq!(
        plain.covered(LinkId([1; 16])),
        mapped.covered(LinkId([1; 16]))
    );
}

#[test]
fn a_hello_never_looks_like_tls() {
    // A TLS record begins with its content type: 20 to 24.
    assert!(!(20..=24).contains(&HELLO_MAGIC[0]));
}

fn prefixes() -> impl Strategy<Value = IpNet> {
    prop_oneof![
        (any::<[u8; 4]>(), 0u8..=32).prop_map(|(address, length)| IpNet::new(
            address.into(),
            length
        )
        .unwrap()),
        (any::<[u8; 16]>(), 0u8..=128).prop_map(|(address, length)| IpNet::new(
            address.into(),
            length
        )
        .unwrap()),
    ]
}

fn from_gateways() -> impl Strategy<Value = FromGateway> {
    let name = (
        "[a-z.]{1,40}",
        vec(prefixes(), 0..20),
        any::<u32>(),
        any::<bool>(),
    )
        .prop_map(|(name, prefixes, per_minute, acme)| AnnouncedName {
            name,
            prefixes,
            per_minute,
            acme,
        });
    let offered = (
        any::<u64>(),
        ".{1,60}",
        option::of(".{1,60}"),
        vec(any::<[u8; 32]>(), 0..9),
    )
        .prop_map(|(from, note, resumed, proof)| Offered {
            from,
            note,
            resumed,
            proof: proof.into_iter().map(Digest).collect(),
        });
    prop_oneof![
        vec(name, 0..MAX_NAMES).prop_map(|names| FromGateway::Announce { names }),
        (any::<u64>(), offered)
            .prop_map(|(number, checkpoint)| FromGateway::Cosign { number, checkpoint }),
        (any::<u64>(), vec(any::<u16>(), 0..MAX_PORTS))
            .prop_map(|(number, ports)| FromGateway::Probe { number, ports }),
        Just(FromGateway::Pong {}),
    ]
}

fn from_relays() -> impl Strategy<Value = FromRelay> {
    let why = prop_oneof![
        any::<u64>().prop_map(|size| WhyNotCosigned::Remembers { size }),
        ".{0,60}".prop_map(|held| WhyNotCosigned::Disagrees {
            how: Disagreement::RolledBack,
            held
        }),
        Just(WhyNotCosigned::Unavailable),
    ];
    prop_oneof![
        (any::<[u8; 16]>(), any::<IpAddr>()).prop_map(|(link, seen)| FromRelay::Welcome {
            link: LinkId(link),
            seen
        }),
        vec("[a-z.]{1,40}", 0..MAX_NAMES).prop_map(|names| FromRelay::NotAnnounced { names }),
        (0..=MAX_NEED).prop_map(|count| FromRelay::Need { count }),
        (any::<u64>(), ".{1,60}").prop_map(|(number, note)| FromRelay::Cosigned { number, note }),
        (any::<u64>(), why).prop_map(|(number, why)| FromRelay::NotCosigned { number, why }),
        (any::<u64>(), vec(any::<u16>(), 0..MAX_PORTS))
            .prop_map(|(number, open)| FromRelay::Probed { number, open }),
        any::<u64>().prop_map(|number| FromRelay::Busy { number }),
        Just(FromRelay::Ping {}),
        Just(FromRelay::Draining {}),
    ]
}

proptest! {
    #[test]
    fn what_gateway_and_relay_say_reads_back_as_it_was_written(
        gateway in from_gateways(), relay in from_relays(),
    ) {
        round(&gateway);
        round(&relay);
    }

    #[test]
    fn a_hello_reads_back_as_it_was_written(link in any::<[u8; 16]>(), number in any::<u64>(), mac in any::<[u8; 32]>()) {
        let hello = DataHello { link: LinkId(link), number };
        let bytes = hello.encode(&mac);
        assert_eq!(bytes.len(), DataHello::LENGTH);
        for end in 0..bytes.len() {
            assert_eq!(DataHello::decode(&bytes[..end]), Ok(Decoding::Needs(bytes.len() - end)));
        }
        assert_eq!(DataHello::decode(&bytes), Ok(Decoding::Complete { message: (hello, mac), used: bytes.len() }));
    }

    #[test]
    fn a_header_reads_back_as_it_was_written(number in any::<u64>(), address in any::<IpAddr>(), port in any::<u16>(), mac in any::<[u8; 32]>()) {
        let address = address.to_canonical();
        prop_assume!(!address.is_unspecified() && !address.is_multicast());
        let header = ClientHeader { number, peer: SocketAddr::new(address, port) };
        let bytes = header.encode(&mac);
        assert_eq!(bytes.len(), ClientHeader::LENGTH);
        for end in 0..bytes.len() {
            assert_eq!(ClientHeader::decode(&bytes[..end]), Ok(Decoding::Needs(bytes.len() - end)));
        }
        assert_eq!(ClientHeader::decode(&bytes), Ok(Decoding::Complete { message: (header, mac), used: bytes.len() }));
    }

    #[test]
    fn every_field_of_hello_and_header_is_covered_by_the_mac(
        number in any::<u64>(), other in any::<u64>(), address in any::<[u8; 4]>(), port in any::<u16>(),
    ) {
        prop_assume!(number != other);
        let hello = |link, number| DataHello { link: LinkId([link; 16]), number }.covered();
        assert_ne!(hello(1, number), hello(1, other));
        assert_ne!(hello(1, number), hello(2, number));
        let header = |link, number, address: [u8; 4], port| {
            ClientHeader { number, peer: SocketAddr::from((address, port)) }.covered(LinkId([link; 16]))
        };
        let [a, b, c, d] = address;
        let base = header(1, number, address, port);
        assert_ne!(base, header(2, number, address, port));
        assert_ne!(base, header(1, other, address, port));
        assert_ne!(base, header(1, number, [a, b, c, d ^ 1], port));
        assert_ne!(base, header(1, number, address, port ^ 1));
        assert_ne!(base, hello(1, number));
    }

    #[test]
    fn l34_no_bytes_make_a_relay_decoder_panic(bytes in vec(any::<u8>(), 0..200), magic in any::<bool>()) {
        let _ = decode::<FromGateway>(&bytes);
        let _ = decode::<FromRelay>(&bytes);
        let bytes = if magic { [&b"SKD1"[..], &bytes].concat() } else { [&b"SKC1"[..], &bytes].concat() };
        let _ = DataHello::decode(&bytes);
        let _ = ClientHeader::decode(&bytes);
    }
}
