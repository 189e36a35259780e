use super::*;

fn screen() -> ServerSize {
    ServerSize::new(20, 18).unwrap()
}

fn take(clipboard: bool, bytes: &[u8]) -> (Result<(), Misbehaviour>, Passed) {
    let (mut side, mut passed) = (ServerSide::new(screen(), clipboard), Passed::default());
    let taken = side.take(bytes, &mut passed);
    (taken, passed)
}

pub(super) fn head(x: u16, y: u16, w: u16, h: u16, encoding: i32) -> Vec<u8> {
    let place = [x, y, w, h].into_iter().flat_map(u16::to_be_bytes);
    place.chain(encoding.to_be_bytes()).collect()
}

pub(super) fn update(rectangles: &[Vec<u8>]) -> Vec<u8> {
    let count = u16::try_from(rectangles.len()).unwrap();
    let start = [0, 0].into_iter().chain(count.to_be_bytes());
    start.chain(rectangles.concat()).collect()
}

fn raw(x: u16, y: u16, w: u16, h: u16) -> Vec<u8> {
    let pixels = vec![7; usize::from(w) * usize::from(h) * 4];
    [head(x, y, w, h, 0), pixels].concat()
}

/// 20 × 18 pixels in four tiles: raw, one colour, rectangles in colours, rectangles in one.
fn hextile() -> Vec<u8> {
    let tiles = [
        vec![1; 1 + 16 * 16 * 4],
        vec![2, 9, 9, 9, 9],
        [&[8 | 16, 2][..], &[5; 12]].concat(),
        [&[4 | 8, 1, 1, 1, 1, 1][..], &[0, 0]].concat(),
    ];
    [head(0, 0, 20, 18, 5), tiles.concat()].concat()
}

/// One of everything that passes.
pub(super) fn everything() -> Vec<u8> {
    let rre = [head(0, 0, 4, 4, 2), vec![0, 0, 0, 2], vec![3; 4 + 24]].concat();
    let copy = [head(0, 0, 4, 4, 1), vec![0; 4]].concat();
    let cursor = [head(3, 3, 9, 2, -239), vec![1; 9 * 2 * 4 + 4]].concat();
    let text = [&[3, 0, 0, 0, 0, 0, 0, 2][..], b"ab"].concat();
    let colours = [&[1, 0, 0, 0, 0, 1][..], &[0; 6]].concat();
    let open_ended = [
        vec![0, 0, 0xff, 0xff],
        raw(0, 0, 1, 1),
        head(0, 0, 0, 0, -224),
    ]
    .concat();
    let parts = [
        update(&[hextile()]),
        update(&[rre, copy, cursor]),
        text,
        vec![2],
        colours,
        open_ended,
        update(&[]),
        update(&[raw(0, 0, 20, 9), raw(0, 9, 20, 9)]),
    ];
    parts.concat()
}

#[test]
fn updates_are_counted_when_they_end_whether_they_show_anything_or_not() {
    let pointer = update(&[head(0, 0, 0, 0, -239)]);
    let said = [pointer, update(&[]), update(&[raw(0, 0, 20, 18)])].concat();
    let (mut side, mut passed) = (ServerSide::new(screen(), true), Passed::default());
    side.take(&said[..said.len() - 1], &mut passed).unwrap();
    assert_eq!((side.updates(), passed.told.len()), (2, 0));
    side.take(&said[said.len() - 1..], &mut passed).unwrap();
    assert_eq!((side.updates(), passed.told.len()), (3, 1));
}

#[test]
fn what_a_server_may_say_passes_as_it_came_in_pieces_of_any_size() {
    let said = everything();
    let (taken, whole) = take(true, &said);
    assert_eq!(taken, Ok(()));
    assert_eq!(whole.bytes, said);
    for size in [1, 2, 3, 5, 7, 64, 1000] {
        let (mut side, mut passed) = (ServerSide::new(screen(), true), Passed::default());
        for piece in said.chunks(size) {
            side.take(piece, &mut passed).unwrap();
        }
        assert_eq!(
            (passed.bytes, passed.told),
            (said.clone(), whole.told.clone())
        );
    }
}

/// A recording is played from any of them on, so each is read alone here.
#[test]
fn an_update_that_shows_the_whole_screen_is_a_keyframe_and_can_be_read_alone() {
    let said = everything();
    let (_, passed) = take(true, &said);
    let last = update(&[raw(0, 0, 20, 9), raw(0, 9, 20, 9)]).len();
    let size = screen();
    let keyframe = |from: usize| Follow::Keyframe {
        from: u64::try_from(from).unwrap(),
        size,
    };
    assert_eq!(passed.told, [keyframe(0), keyframe(said.len() - last)]);
    let (alone, again) = take(true, &said[said.len() - last..]);
    assert_eq!((alone, again.told), (Ok(()), vec![keyframe(0)]));
}

#[test]
fn what_leaves_a_gap_overlaps_or_copies_is_no_keyframe() {
    let copy = [head(0, 9, 20, 9, 1), vec![0; 4]].concat();
    for (why, parts) in [
        ("a gap", vec![raw(0, 0, 20, 17)]),
        ("twice the same", vec![raw(0, 0, 20, 9), raw(0, 0, 20, 9)]),
        ("a copy", vec![raw(0, 0, 20, 9), copy]),
        (
            "a new size",
            vec![head(0, 0, 20, 18, -223), raw(0, 0, 20, 18)],
        ),
    ] {
        let (taken, passed) = take(true, &update(&parts));
        assert_eq!(taken, Ok(()), "{why}");
        let keyframe = |told: &Follow| matches!(told, Follow::Keyframe { .. });
        assert!(!passed.told.iter().any(keyframe), "{why}");
    }
}

#[test]
fn a_new_size_counts_from_the_next_rectangle_on() {
    let said = [
        update(&[head(0, 0, 30, 30, -223)]),
        update(&[raw(25, 25, 5, 5), raw(0, 0, 1, 1)]),
    ];
    let (taken, passed) = take(true, &said.concat());
    assert_eq!(taken, Ok(()));
    let size = ServerSize::new(30, 30).unwrap();
    assert_eq!(passed.told, [Follow::Resized(size)]);
}

/// The desktop's clipboard leaves by the terms alone; what comes after it passes as if it had not been.
#[test]
fn a_clipboard_of_the_desktop_does_not_leave_unless_the_terms_say_so() {
    let said = |length: i32, text: &[u8]| {
        let text = [&[3, 0, 0, 0][..], &length.to_be_bytes(), text].concat();
        [text, update(&[raw(0, 0, 20, 18)])].concat()
    };
    let plain = said(6, b"secret");
    let (taken, passed) = take(false, &plain);
    assert_eq!((taken, passed.bytes.as_slice()), (Ok(()), &plain[14..]));
    let keyframe = Follow::Keyframe {
        from: 0,
        size: screen(),
    };
    assert_eq!(passed.told, [Follow::Clipboard { bytes: 6 }, keyframe]);
    assert_eq!(take(true, &plain).1.bytes, plain);
    let extended = said(-6, b"secret");
    assert_eq!(take(true, &extended).1.bytes, extended[14..]);
}

#[test]
fn l33_a_server_that_lies_about_rectangles_is_named() {
    let told = |bytes: &[u8]| take(true, bytes).0.unwrap_err();
    for (place, encoding) in [
        ((1, 0, 20, 18), 0),
        ((0, 1, 20, 18), 5),
        ((65535, 0, 1, 1), 1),
    ] {
        let (x, y, w, h) = place;
        let refused = told(&update(&[head(x, y, w, h, encoding)]));
        assert_eq!(refused, Misbehaviour::Rectangle { field: "place" });
    }
    for encoding in [7, 16, 6, -308, -1_063_131_698] {
        let refused = told(&update(&[head(0, 0, 1, 1, encoding)]));
        assert_eq!(refused, Misbehaviour::Encoding { encoding });
    }
    let rre = [head(0, 0, 4, 4, 2), vec![0, 0, 0, 17]].concat();
    let inside = Misbehaviour::Rectangle {
        field: "number inside",
    };
    assert_eq!(told(&update(&[rre])), inside);
    let pointer = update(&[head(0, 0, 513, 1, -239)]);
    assert_eq!(told(&pointer), Misbehaviour::Rectangle { field: "pointer" });
    let screen = update(&[head(0, 0, 0, 5, -223)]);
    assert!(matches!(told(&screen), Misbehaviour::Screen { .. }));
    assert_eq!(told(&[150]), Misbehaviour::Unexpected { kind: 150 });
}
