use super::*;

const ALL: Rules = Rules {
    input: true,
    clipboard: true,
};

fn heard(rules: Rules, bytes: &[u8]) -> Result<Vec<Heard>, Misbehaviour> {
    let mut side = ViewerSide::new(rules);
    let mut heard = Vec::new();
    side.take(bytes, &mut heard).map(|()| heard)
}

fn text(length: i32, text: &[u8]) -> Vec<u8> {
    [&[6, 0, 0, 0][..], &length.to_be_bytes(), text].concat()
}

fn encodings(numbers: &[i32]) -> Vec<u8> {
    let count = u16::try_from(numbers.len()).unwrap();
    let numbers = numbers.iter().flat_map(|number| number.to_be_bytes());
    [2, 0]
        .into_iter()
        .chain(count.to_be_bytes())
        .chain(numbers)
        .collect()
}

#[test]
fn a_server_hears_of_no_encoding_that_cannot_be_followed() {
    // Tight, ZRLE, Hextile, the extended clipboard, continuous updates, fences, the pointer, Hextile again.
    let named = encodings(&[7, 16, 5, -1_063_131_698, -313, -312, -239, 5]);
    let passed = encodings(&[5, -239, 0]);
    assert_eq!(heard(ALL, &named), Ok(vec![Heard::Message(passed)]));
    assert!(matches!(
        heard(ALL, &[2, 0, 0xff, 0xff]),
        Err(Misbehaviour::TooLong { .. })
    ));
}

#[test]
fn a_key_is_heard_apart_from_everything_else_in_its_order() {
    let key = [4, 1, 0, 0, 0, 0, 0, b'a'];
    let pointer = [5, 1, 0, 10, 0, 20];
    let said = [
        &request_all(ServerSize::new(4, 4).unwrap())[..],
        &pointer,
        &key,
        &pointer,
    ]
    .concat();
    let first = said[..16].to_vec();
    let expected = vec![
        Heard::Message(first),
        Heard::Key(key),
        Heard::Message(pointer.to_vec()),
    ];
    assert_eq!(heard(ALL, &said), Ok(expected));
}

#[test]
fn who_only_looks_presses_and_points_at_nothing() {
    let rules = Rules {
        input: false,
        ..ALL
    };
    let said = [&[4, 1, 0, 0, 0, 0, 0, b'a'][..], &[5, 1, 0, 10, 0, 20]].concat();
    assert_eq!(heard(rules, &said), Ok(vec![Heard::Input, Heard::Input]));
}

/// What a clipboard holds passes where the terms say so, and never in a form that is not read.
#[test]
fn a_clipboard_passes_by_the_terms_alone() {
    let closed = Rules {
        clipboard: false,
        ..ALL
    };
    let after = [5, 0, 0, 1, 0, 1];
    let said = [text(3, b"abc"), after.to_vec()].concat();
    let passes = vec![Heard::Text(text(3, b"abc")), Heard::Message(after.to_vec())];
    assert_eq!(heard(ALL, &said), Ok(passes));
    assert_eq!(Heard::latin_1(&text(3, b"a\xe9c")), "a\u{e9}c");
    let dropped = |bytes| vec![Heard::Clipboard { bytes }, Heard::Message(after.to_vec())];
    assert_eq!(heard(closed, &said), Ok(dropped(3)));
    let extended = [text(-3, b"abc"), after.to_vec()].concat();
    assert_eq!(heard(ALL, &extended), Ok(dropped(3)));
    let empty = text(0, b"");
    assert_eq!(
        heard(closed, &empty),
        Ok(vec![Heard::Clipboard { bytes: 0 }])
    );
    let large = vec![b'x'; MAX_CLIPBOARD + 1];
    let large = [
        text(i32::try_from(large.len()).unwrap(), &large),
        after.to_vec(),
    ]
    .concat();
    assert_eq!(heard(ALL, &large), Ok(dropped(MAX_CLIPBOARD as u64 + 1)));
}

#[test]
fn pixels_of_another_size_and_messages_of_no_list_end_it() {
    let mut format = *PixelFormat::OURS.as_bytes();
    let ask = |format: &[u8; 16]| heard(ALL, &[&[0, 0, 0, 0][..], format].concat());
    assert!(ask(&format).is_ok());
    format[10..13].copy_from_slice(&[0, 8, 16]);
    assert!(ask(&format).is_ok(), "the viewer chooses where red stands");
    format[0] = 8;
    assert_eq!(ask(&format), Err(Misbehaviour::Pixels { bits: 8 }));
    for kind in [1, 7, 150, 248, 250, 251, 252, 255] {
        let refused = heard(ALL, &[kind]);
        assert_eq!(refused, Err(Misbehaviour::Unexpected { kind }), "{kind}");
    }
}

#[test]
fn a_viewer_is_heard_the_same_in_pieces_of_any_size() {
    let said = [
        encodings(&[5, 1]),
        PixelFormat::OURS.request(),
        text(5, b"hello"),
        vec![4, 0, 0, 0, 0, 0, 0xff, 0x0d],
        text(-2, b"xx"),
        vec![5, 0, 0, 1, 0, 1],
    ]
    .concat();
    let whole = joined(heard(ALL, &said).unwrap());
    for size in 1..said.len() {
        let (mut side, mut pieces) = (ViewerSide::new(ALL), Vec::new());
        for piece in said.chunks(size) {
            side.take(piece, &mut pieces).unwrap();
        }
        assert_eq!(joined(pieces), whole, "in pieces of {size}");
    }
}

/// Messages beside each other, together.
fn joined(heard: Vec<Heard>) -> Vec<Heard> {
    let mut joined: Vec<Heard> = Vec::new();
    for one in heard {
        match (joined.last_mut(), one) {
            (Some(Heard::Message(before)), Heard::Message(more)) => before.extend(more),
            (_, one) => joined.push(one),
        }
    }
    joined
}
