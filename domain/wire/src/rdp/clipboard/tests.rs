//! What passes of two clipboards, and what does not.

use proptest::prelude::*;

use super::*;

/// A message as its side sends it.
fn message(kind: u16, flags: u16, body: &[u8]) -> Vec<u8> {
    passes(kind, flags, body).pass.unwrap().to_vec()
}

fn chunked(message: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    chunks::cut_up(message)
}

/// What is heard of a whole message.
fn hears(at: &mut Clipboards, side: Side, message: &[u8]) -> Heard {
    let mut last = Heard::default();
    for chunk in chunked(message) {
        assert!(last.pass.is_none(), "before its last chunk");
        last = at.hear(side, &chunk).unwrap();
    }
    last
}

fn list_of(formats: &[u32]) -> Vec<u8> {
    let entry = |number: &u32| [&number.to_le_bytes()[..], &[b'H'; 32]].concat();
    let entries: Vec<u8> = formats.iter().flat_map(entry).collect();
    message(kind::FORMAT_LIST, 0, &entries)
}

fn asks(format: u32) -> Vec<u8> {
    message(kind::FORMAT_DATA_REQUEST, 0, &format.to_le_bytes())
}

fn holds(text: &str) -> Vec<u8> {
    let units: Vec<u8> = text
        .encode_utf16()
        .chain([0])
        .flat_map(u16::to_le_bytes)
        .collect();
    message(kind::FORMAT_DATA_RESPONSE, OK, &units)
}

fn passed(heard: &Heard) -> &[u8] {
    heard.pass.as_ref().map_or(&[], |pass| pass)
}

const WAYS: [(Side, Side); 2] = [(Side::Client, Side::Server), (Side::Server, Side::Client)];

/// A text goes from `from`, if the terms open that way, and never the other.
#[test]
fn a_text_passes_in_the_direction_of_the_terms_and_in_no_other() {
    for (from, to) in WAYS {
        for granted in [false, true] {
            let into = (from == Side::Client) == granted;
            let mut at = Clipboards::new(into, !into);
            let listed = hears(&mut at, from, &list_of(&[1, 13, 0xc0de]));
            let asked = hears(&mut at, to, &asks(13));
            let answered = hears(&mut at, from, &holds("患者 12345"));
            if granted {
                let mut entry = 13_u32.to_le_bytes().to_vec();
                entry.resize(ENTRY, 0);
                assert_eq!(
                    passed(&listed),
                    message(kind::FORMAT_LIST, 0, &entry),
                    "text alone, without a name"
                );
                assert_eq!(passed(&asked), asks(13));
                assert_eq!(passed(&answered), holds("患者 12345"));
                assert_eq!(answered.text.unwrap().as_str(), "患者 12345");
            } else {
                assert_eq!(passed(&listed), list_of(&[]), "nothing is there");
                assert_eq!(listed.refused, Some(way(from)));
                assert!(asked.pass.is_none() && asked.refused.is_some());
                assert!(answered.pass.is_none() && answered.text.is_none());
                assert_eq!(answered.refused, Some(way(from)));
            }
        }
    }
}

#[test]
fn files_pictures_and_locks_are_neither_offered_nor_asked_for() {
    let mut at = Clipboards::new(true, true);
    for (from, to) in WAYS {
        // A list of files, a picture, HTML.
        let listed = hears(&mut at, from, &list_of(&[0xc0bc, 8, 0xc00d]));
        assert_eq!(passed(&listed), list_of(&[]));
        for format in [0xc0bc, 8, 13] {
            assert!(hears(&mut at, to, &asks(format)).pass.is_none());
        }
        for kind in [8, 9, 10, 11, 0, 12, u16::MAX] {
            let heard = hears(&mut at, from, &message(kind, 0, &[0; 28]));
            assert!(heard.pass.is_none(), "{kind}");
        }
        // What it could do with files it does not tell.
        let all = message(kind::CAPS, 0, &[0xff; 16]);
        let none = message(kind::CAPS, 0, &NO_FLAGS);
        assert_eq!(passed(&hears(&mut at, from, &all)), none);
    }
    let folder = message(6, 0, &[b'x'; 520]);
    assert!(hears(&mut at, Side::Client, &folder).pass.is_none());
}

#[test]
fn a_text_that_nobody_asked_for_is_not_passed_and_one_question_has_one_answer() {
    for (from, to) in WAYS {
        let mut at = Clipboards::new(true, true);
        hears(&mut at, from, &list_of(&[13]));
        assert!(hears(&mut at, from, &holds("unasked")).pass.is_none());
        hears(&mut at, to, &asks(13));
        assert!(hears(&mut at, from, &holds("asked")).text.is_some());
        let again = hears(&mut at, from, &holds("again"));
        assert!(again.pass.is_none() && again.text.is_none());
    }
}

#[test]
fn a_text_that_cannot_be_recorded_is_answered_with_nothing() {
    let long = holds(&"x".repeat(MAX_TEXT + 1));
    let far_too_long = message(kind::FORMAT_DATA_RESPONSE, OK, &vec![b'x'; 3 * MAX_TEXT]);
    let broken = message(kind::FORMAT_DATA_RESPONSE, OK, &[0, 0xd8, b'x', 0, 0, 0]);
    for answer in [long, far_too_long, broken] {
        let mut at = Clipboards::new(true, true);
        hears(&mut at, Side::Server, &list_of(&[13]));
        hears(&mut at, Side::Client, &asks(13));
        let heard = hears(&mut at, Side::Server, &answer);
        let nothing = message(kind::FORMAT_DATA_RESPONSE, FAILED, &[]);
        assert_eq!(passed(&heard), nothing);
        assert!(heard.text.is_none() && heard.refused.is_some());
        // The next one is heard again.
        hears(&mut at, Side::Client, &asks(13));
        let heard = hears(&mut at, Side::Server, &holds("short"));
        assert_eq!(passed(&heard), holds("short"));
    }
}

#[test]
fn chunks_that_do_not_make_a_message_are_not_waited_for() {
    let chunk = |total: u32, flags: u32, bytes: &[u8]| {
        let head = [total, flags].map(u32::to_le_bytes);
        [head.as_flattened(), bytes].concat()
    };
    let wrong = [
        chunk(8, 2, &[0; 8]),
        chunk(8, 3, &[0; 9]),
        chunk(9, 3, &[0; 8]),
        chunk(8, 3 | 0x0020_0000, &[0; 8]),
        vec![8, 0, 0, 0],
    ];
    for wrong in wrong {
        let mut at = Clipboards::new(true, true);
        assert!(at.hear(Side::Server, &wrong).is_err());
    }
    let mut at = Clipboards::new(true, true);
    at.hear(Side::Server, &chunk(16, 1, &[0; 8])).unwrap();
    assert!(at.hear(Side::Server, &chunk(16, 1, &[0; 8])).is_err());
}

proptest! {
    #[test]
    fn any_text_arrives_as_it_was_and_is_kept_so(text in "[^\0]{0,3000}") {
        let mut at = Clipboards::new(true, false);
        hears(&mut at, Side::Client, &list_of(&[13]));
        hears(&mut at, Side::Server, &asks(13));
        let heard = hears(&mut at, Side::Client, &holds(&text));
        prop_assert_eq!(passed(&heard), holds(&text));
        let kept = heard.text.unwrap();
        prop_assert_eq!(kept.as_str(), text);
    }

    #[test]
    fn whatever_is_said_no_text_passes_against_the_terms(
        said in prop::collection::vec((any::<bool>(), 0_u16..13, 0_u16..3, prop::collection::vec(any::<u8>(), 0..80)), 0..40),
        into in any::<bool>(), out in any::<bool>(),
    ) {
        let mut at = Clipboards::new(into, out);
        for (up, kind, flags, body) in said {
            let side = if up { Side::Client } else { Side::Server };
            for chunk in chunked(&message(kind, flags, &body)) {
                let Ok(heard) = at.hear(side, &chunk) else { return Ok(()) };
                let may = if up { into } else { out };
                prop_assert!(may || heard.text.is_none());
                prop_assert_eq!(heard.text.is_some(), passed(&heard).starts_with(&[5, 0, 1, 0]));
            }
        }
    }
}
