//! RFB: a viewer and a desktop's server, each as hostile as it likes.

use wire::rfb::{
    Canvas, Damage, Done, Follow, Heard, MAX_CLIPBOARD, MAX_MESSAGE, Misbehaviour, Painted, Passed,
    PixelFormat, Rules, ServerInit, ServerSide, ServerSize, Version, ViewerSide,
};

use crate::bytes::{Input, pieces};

/// A viewer. The first byte says how it is cut into pieces, the second what it may.
pub(super) fn viewer(bytes: &[u8]) {
    if let Ok(done) = Done::read(bytes) {
        let told: Vec<u8> = done.iter().flat_map(Done::told).collect();
        assert_eq!(Done::read(&told).as_ref(), Ok(&done));
    }
    let mut input = Input::of(bytes);
    let (turn, may) = (input.u8(), input.u8());
    let rules = Rules {
        input: may & 1 != 0,
        clipboard: may & 2 != 0,
    };
    let rest = input.rest();
    let (whole, end) = heard(rules, [rest].into_iter());
    let (cut, cut_end) = heard(rules, pieces(rest, turn).into_iter());
    assert_eq!((&whole, &end), (&cut, &cut_end));
    for heard in whole {
        match heard {
            Heard::Message(said) => {
                let first = said.first().copied().unwrap_or_default();
                assert!([0, 2, 3, 5].contains(&first));
            }
            Heard::Text(said) => assert!(rules.clipboard && said.first() == Some(&6)),
            Heard::Key(said) => assert!(rules.input && said[0] == 4),
            Heard::Input => assert!(!rules.input),
            Heard::Clipboard { bytes } => {
                assert!(!rules.clipboard || bytes > 0);
            }
        }
    }
}

/// What was heard, one message beside the other.
fn heard<'a>(
    rules: Rules,
    said: impl Iterator<Item = &'a [u8]>,
) -> (Vec<Heard>, Option<Misbehaviour>) {
    let (mut side, mut all) = (ViewerSide::new(rules), Vec::<Heard>::new());
    let mut end = None;
    for piece in said {
        let mut now = Vec::new();
        end = side.take(piece, &mut now).err();
        for one in now {
            match (all.last_mut(), one) {
                (Some(Heard::Message(before)), Heard::Message(more)) => before.extend(more),
                (_, one) => all.push(one),
            }
        }
        if end.is_some() {
            break;
        }
    }
    let longest = MAX_MESSAGE.max(MAX_CLIPBOARD + 8);
    assert!(longest < 1 << 20);
    (all, end)
}

/// A server. The first byte says how it is cut into pieces, the second whether its clipboard passes.
pub(super) fn server(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let (turn, may) = (input.u8(), input.u8());
    let rest = input.rest();
    if let Some(head) = rest.first_chunk() {
        let _any = ServerInit::read(head);
    }
    if let Some(line) = rest.first_chunk() {
        let _any = Version::read(line);
    }
    if let Some(format) = rest.first_chunk() {
        let _any = PixelFormat::read(format);
    }
    let Ok(size) = ServerSize::new(24, 20) else {
        return;
    };
    let whole = follow(size, may & 1 != 0, [rest].into_iter());
    let cut = follow(size, may & 1 != 0, pieces(rest, turn).into_iter());
    assert_eq!(whole, cut);
    let (passed, told, end) = whole;
    assert!(passed.len() <= rest.len());
    drawn(size, rest, turn);
    // Whoever plays the recording from a keyframe on reads what a viewer read.
    let from = told.iter().rev().find_map(|told| match told {
        Follow::Keyframe { from, size } => Some((*from, *size)),
        Follow::Resized(_) | Follow::Clipboard { .. } => None,
    });
    if let (Some((from, size)), None) = (from, end) {
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let alone = passed.get(from..).unwrap_or_default();
        let (again, told, end) = follow(size, true, [alone].into_iter());
        assert_eq!((again.as_slice(), end), (alone, None));
        assert!(matches!(
            told.first(),
            Some(Follow::Keyframe { from: 0, .. })
        ));
    }
}

/// What is drawn does not depend on how it came, and who is shown the result sees the same.
fn drawn(size: ServerSize, bytes: &[u8], turn: u8) {
    let draw = |said: &[&[u8]]| {
        let mut canvas = Canvas::new(size, PixelFormat::OURS).ok()?;
        let mut painted = Painted::default();
        for piece in said {
            if canvas.take(piece, &mut painted).is_err() {
                break;
            }
        }
        let places = Damage::whole(canvas.size()).take(usize::MAX);
        let picture = [canvas.begin(), canvas.picture(&places)].concat();
        Some((picture, painted))
    };
    let whole = draw(&[bytes]);
    assert_eq!(whole, draw(&pieces(bytes, turn)));
    if let Some((picture, _)) = whole {
        assert_eq!(draw(&[&picture]).map(|(again, _)| again), Some(picture));
    }
}

fn follow<'a>(
    size: ServerSize,
    clipboard: bool,
    said: impl Iterator<Item = &'a [u8]>,
) -> (Vec<u8>, Vec<Follow>, Option<Misbehaviour>) {
    let (mut side, mut passed) = (ServerSide::new(size, clipboard), Passed::default());
    for piece in said {
        if let Err(wrong) = side.take(piece, &mut passed) {
            return (passed.bytes, passed.told, Some(wrong));
        }
    }
    (passed.bytes, passed.told, None)
}

pub(super) fn viewer_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let said = [
        &[3, 3][..],
        &PixelFormat::OURS.request(),
        &[2, 0, 0, 2, 0, 0, 0, 7, 0, 0, 0, 5],
        &[3, 1, 0, 0, 0, 0, 0, 64, 0, 48],
        &[4, 1, 0, 0, 0, 0, 0xff, 0x0d],
        &[5, 1, 0, 3, 0, 4],
        &[6, 0, 0, 0, 0, 0, 0, 2, b'o', b'k'],
    ];
    vec![("session", said.concat())]
}

pub(super) fn server_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let head = |encoding: u8| [&[0, 0, 0, 0, 0, 24, 0, 20, 0, 0, 0][..], &[encoding]].concat();
    let raw = [head(0), vec![5; 24 * 20 * 4]].concat();
    let hextile = [head(5), [2, 1, 1, 1, 1].repeat(4)].concat();
    let update = |rectangle: Vec<u8>| [vec![7, 1, 0, 0, 0, 1], rectangle].concat();
    let text = vec![3, 1, 3, 0, 0, 0, 0, 0, 0, 2, b'o', b'k', 2];
    vec![
        ("raw", update(raw)),
        ("hextile", update(hextile)),
        ("text", text),
    ]
}
