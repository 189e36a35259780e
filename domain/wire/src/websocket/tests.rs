use proptest::prelude::*;

use super::*;

fn all(reader: &mut Reader) -> Result<Vec<Said>, Wrong> {
    let mut said = Vec::new();
    while let Some(next) = reader.said()? {
        said.push(next);
    }
    Ok(said)
}

#[test]
fn the_example_of_the_rfc_is_accepted_as_it_says() {
    assert_eq!(
        accept("dGhlIHNhbXBsZSBub25jZQ==").as_deref(),
        Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    );
    assert_eq!(accept("c2hvcnQ="), None);
    assert_eq!(accept("no key"), None);
}

#[test]
fn the_fragments_of_the_rfc_are_put_together_around_a_ping() {
    let mut reader = Reader::new(Sender::Server, 16);
    reader.take(&[0x02, 0x03, 0x48, 0x65, 0x6c]);
    reader.take(&[0x89, 0x01, 0x2a]);
    reader.take(&[0x80, 0x02, 0x6c, 0x6f]);
    assert_eq!(
        all(&mut reader).unwrap(),
        [Said::Ping(b"*".to_vec()), Said::Message(b"Hello".to_vec())]
    );
}

#[test]
fn l36_what_breaks_the_protocol_or_a_limit_ends_the_line() {
    let wrong = |bytes: &[u8]| {
        let mut reader = Reader::new(Sender::Client, 8);
        reader.take(bytes);
        all(&mut reader).unwrap_err()
    };
    assert_eq!(wrong(&[0x82, 0x01, 0x00]), Wrong::Mask);
    assert_eq!(wrong(&[0xc2, 0x80, 0, 0, 0, 0]), Wrong::Kind);
    assert_eq!(wrong(&[0x83, 0x80, 0, 0, 0, 0]), Wrong::Kind);
    assert_eq!(wrong(&[0x81, 0x80, 0, 0, 0, 0]), Wrong::Text);
    assert_eq!(wrong(&[0x80, 0x80, 0, 0, 0, 0]), Wrong::Fragment);
    assert_eq!(wrong(&[0x09, 0x80, 0, 0, 0, 0]), Wrong::Control);
    assert_eq!(wrong(&[0x89, 0xfe, 0, 126]), Wrong::Control);
    assert_eq!(wrong(&[0x82, 0x89]), Wrong::TooLong(8));
    assert_eq!(
        wrong(&[0x82, 0xff, 0xff, 255, 255, 255, 255, 255, 255, 255]),
        Wrong::TooLong(8)
    );
    let begun = [0x02, 0x85, 0, 0, 0, 0, 1, 2, 3, 4, 5];
    let more = [0x80, 0x84, 0, 0, 0, 0, 1, 2, 3, 4];
    assert_eq!(wrong(&[&begun[..], &more].concat()), Wrong::TooLong(8));
    let nothing = [0x00, 0x80, 0, 0, 0, 0];
    assert_eq!(wrong(&[&begun[..], &nothing].concat()), Wrong::Fragment);
    assert_eq!(wrong(&[&begun[..], &begun].concat()), Wrong::TooLong(8));
}

proptest! {
    #[test]
    fn what_is_sent_is_what_is_read_however_it_is_split(
        messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..70_000), 1..4),
        mask: [u8; 4],
        step in 1usize..5000,
    ) {
        let sent: Vec<u8> = messages.iter().flat_map(|m| masked_message(m, mask)).collect();
        let mut reader = Reader::new(Sender::Client, 70_000);
        let mut read = Vec::new();
        for piece in sent.chunks(step) {
            reader.take(piece);
            read.extend(all(&mut reader).unwrap());
        }
        let expected: Vec<Said> = messages.into_iter().map(Said::Message).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn any_bytes_are_read_or_refused_and_little_is_held(bytes: Vec<u8>) {
        let mut reader = Reader::new(Sender::Client, 64);
        for byte in bytes {
            reader.take(&[byte]);
            if all(&mut reader).is_err() {
                break;
            }
            prop_assert!(reader.received.len() <= 64 + MOST_CONTROL + LONGEST_HEAD);
            prop_assert!(reader.message.as_ref().is_none_or(|held| held.len() <= 64));
        }
    }
}
