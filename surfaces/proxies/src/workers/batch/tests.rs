use proptest::prelude::*;

use super::*;

/// A packet with calls of these contents.
fn packet(calls: &[&[u8]]) -> Vec<u8> {
    let mut packet = empty();
    for call in calls {
        packet.extend(u32::try_from(call.len()).unwrap().to_be_bytes());
        packet.extend(*call);
    }
    packet
}

#[test]
fn what_one_read_brings_crosses_in_one_packet_as_it_is() {
    let mut batch = Batch::default();
    batch.note(ChannelNote::Closed { channel: 3 });
    batch.show_output(3, b"shown");
    batch.stream(3, Direction::FromTarget, Stream::Error, b"\0\xff");
    batch.typed(1, 7, b"sealed");
    batch.raw(Direction::ToTarget, b"\xff\0");
    let mut packets = batch.packets().unwrap();
    assert_eq!(packets.len(), 1);
    head(&mut packets[0], 5, 6, 7);
    let came = Came::read(&packets[0]).unwrap();
    assert_eq!((came.number, came.sent, came.received), (5, 6, 7));
    let calls: Option<Vec<Called<'_>>> = came.calls().collect();
    let calls = calls.unwrap();
    assert!(matches!(
        calls[..],
        [
            Called::Said(Call::Note(ChannelNote::Closed { channel: 3 })),
            Called::Output {
                channel: 3,
                bytes: b"shown"
            },
            Called::Stream {
                channel: 3,
                direction: Direction::FromTarget,
                stream: Stream::Error,
                bytes: b"\0\xff"
            },
            Called::Typed {
                channel: 1,
                line: 7,
                sealed: b"sealed"
            },
            Called::Raw {
                direction: Direction::ToTarget,
                bytes: b"\xff\0"
            },
        ]
    ));
}

#[test]
fn what_a_packet_does_not_take_begins_another_and_what_none_takes_does_not_cross() {
    let mut batch = Batch::default();
    let bytes = vec![7; MAX_BYTES * 3 + 1];
    batch.stream(0, Direction::ToTarget, Stream::Output, &bytes);
    let packets = batch.packets().unwrap();
    assert!(packets.iter().all(|packet| packet.len() <= MAX_PACKET));
    let crossed: usize = packets
        .iter()
        .flat_map(|packet| Came::read(packet).unwrap().calls())
        .map(|called| match called {
            Some(Called::Stream { bytes, .. }) => bytes.len(),
            other => panic!("{other:?}"),
        })
        .sum();
    assert_eq!(crossed, bytes.len());

    let mut batch = Batch::of(&Call::Ended);
    batch.say(&Call::Notice("x".repeat(MAX_PACKET)));
    assert!(batch.packets().is_none());
}

#[test]
fn whatever_a_worker_sends_is_a_call_or_none() {
    let deep = [b"c".as_slice(), &b"[".repeat(100_000)].concat();
    for call in [
        &b""[..],
        b"c",
        b"cnull",
        b"c{\"Note\":{\"paused\":{}}}",
        b"s",
        b"s\0\0\0\0",
        b"s\0\0\0\0\x02\0",
        b"s\0\0\0\0\0\x09x",
        b"t\0\0\0\0\0\0\0",
        b"o\0\0",
        b"x",
        &deep,
    ] {
        let packet = packet(&[b"o\0\0\0\0", call, b"o\0\0\0\0"]);
        let calls: Vec<_> = Came::read(&packet).unwrap().calls().collect();
        assert!(matches!(calls[..], [Some(_), None]), "{call:?}");
    }
    assert!(Came::read(&[0; HEAD - 1]).is_none());
    assert_eq!(Came::read(&[0; HEAD]).unwrap().calls().count(), 0);
}

proptest! {
    #[test]
    fn any_bytes_are_calls_or_none_and_no_more_of_them_than_bytes(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..400),
        length in 0_u8..40,
    ) {
        // A length that can be, so that more than the first heading is read.
        if let Some(heading) = bytes.get_mut(HEAD..HEAD + CALL) {
            heading.copy_from_slice(&u32::from(length).to_be_bytes());
        }
        let Some(came) = Came::read(&bytes) else {
            prop_assert!(bytes.len() < HEAD);
            return Ok(());
        };
        let calls: Vec<_> = came.calls().collect();
        prop_assert!(calls.len() <= bytes.len() / CALL);
        let wrong = calls.iter().position(Option::is_none);
        prop_assert!(wrong.is_none_or(|wrong| wrong + 1 == calls.len()));
    }

    #[test]
    fn every_stream_crosses_as_it_is(
        channel: u32,
        bytes in proptest::collection::vec(any::<u8>(), 1..300),
    ) {
        let mut batch = Batch::default();
        batch.stream(channel, Direction::ToTarget, Stream::Output, &bytes);
        let packets = batch.packets().unwrap();
        let called = Came::read(&packets[0]).unwrap().calls().next().unwrap();
        let same = matches!(
            called,
            Some(Called::Stream { channel: of, bytes: crossed, .. }) if of == channel && crossed == bytes
        );
        prop_assert!(same);
    }
}
