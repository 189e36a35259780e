use super::server::{everything, head, update};
use super::*;

const SIZE: ServerSize = ServerSize {
    width: 20,
    height: 18,
};

fn canvas() -> Canvas {
    Canvas::new(SIZE, PixelFormat::OURS).unwrap()
}

fn drawn(canvas: &mut Canvas, bytes: &[u8]) -> Painted {
    let mut painted = Painted::default();
    canvas.take(bytes, &mut painted).unwrap();
    painted
}

/// The pixel at a place, as somebody is shown it.
fn pixel(canvas: &Canvas, x: u16, y: u16) -> u32 {
    let picture = canvas.picture(&[[x, y, 1, 1]]);
    u32::from_le_bytes(*picture[picture.len() - 4..].first_chunk().unwrap())
}

#[test]
fn who_is_shown_what_stands_there_sees_what_was_drawn_in_whatever_pieces_it_came() {
    let (mut whole, mut pieces) = (canvas(), canvas());
    let said = everything();
    let painted = drawn(&mut whole, &said);
    let mut parts = Painted::default();
    for byte in said.chunks(1) {
        pieces.take(byte, &mut parts).unwrap();
    }
    assert_eq!(painted, parts);
    assert_eq!(painted.texts, [b"ab".to_vec()]);
    let all = Damage::whole(whole.size()).take(usize::MAX);
    let picture = [whole.begin(), whole.picture(&all)].concat();
    let mut again = Canvas::new(whole.size(), PixelFormat::OURS).unwrap();
    drawn(&mut again, &picture);
    let places = Damage::whole(again.size()).take(usize::MAX);
    assert_eq!(again.picture(&places), whole.picture(&all));
}

#[test]
fn each_encoding_draws_where_it_says_and_nowhere_else() {
    let mut canvas = canvas();
    let colour = |value: u32| value.to_le_bytes().to_vec();
    let raw = [head(1, 1, 2, 1, 0), colour(0x11), colour(0x22)].concat();
    let rre = [
        head(4, 0, 4, 4, 2),
        vec![0, 0, 0, 1],
        colour(0x33),
        colour(0x44),
        vec![0, 1, 0, 1, 0, 9, 0, 1],
    ];
    let tile = [
        head(16, 2, 4, 4, 5),
        vec![2 | 4 | 8],
        colour(0x55),
        colour(0x66),
        vec![1, 0x11, 0x10],
    ];
    let painted = drawn(&mut canvas, &update(&[raw, rre.concat(), tile.concat()]));
    assert_eq!(painted.places, [[1, 1, 2, 1], [4, 0, 4, 4], [16, 2, 4, 4]]);
    assert_eq!(painted.updates, 1);
    let seen = [(0, 1), (1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (7, 1)];
    let seen = seen.map(|(x, y)| pixel(&canvas, x, y));
    assert_eq!(seen, [0, 0x11, 0x22, 0, 0x33, 0x44, 0x44]);
    assert_eq!(pixel(&canvas, 8, 1), 0, "what hangs over is not drawn");
    let seen = [(16, 2), (17, 3), (18, 3), (19, 3)].map(|(x, y)| pixel(&canvas, x, y));
    assert_eq!(seen, [0x55, 0x66, 0x66, 0x55]);
    // A copy over itself, downwards and to the right.
    let copy = [head(2, 2, 6, 4, 1), vec![0, 1, 0, 1]].concat();
    drawn(&mut canvas, &update(&[copy]));
    assert_eq!(
        [(2, 2), (3, 2), (6, 2)].map(|(x, y)| pixel(&canvas, x, y)),
        [0x11, 0x22, 0x44]
    );
}

#[test]
fn another_size_is_black_and_one_that_cannot_be_kept_is_refused() {
    let mut canvas = canvas();
    let painted = drawn(&mut canvas, &update(&[head(0, 0, 40, 30, -223)]));
    assert!(painted.resized);
    assert_eq!((canvas.size().width, canvas.size().height), (40, 30));
    assert_eq!(pixel(&canvas, 39, 29), 0);
    let mut painted = Painted::default();
    let too_large = canvas.take(&update(&[head(0, 0, 5000, 5000, -223)]), &mut painted);
    assert!(matches!(too_large, Err(Misbehaviour::Screen { .. })));
}

#[test]
fn pixels_of_another_format_are_shown_in_ours() {
    let mut format = *PixelFormat::OURS.as_bytes();
    format[10..13].copy_from_slice(&[0, 8, 16]);
    let mut canvas = canvas();
    canvas.write_as(PixelFormat::read(&format).unwrap());
    let raw = [head(0, 0, 1, 1, 0), vec![0x11, 0x22, 0x33, 0]].concat();
    drawn(&mut canvas, &update(&[raw]));
    assert_eq!(pixel(&canvas, 0, 0), 0x0011_2233);
}

#[test]
fn damage_is_shown_once_in_turn_and_is_never_more_than_the_screen() {
    let size = ServerSize::new(200, 130).unwrap();
    let mut damage = Damage::whole(size);
    for _ in 0..1000 {
        damage.add([0, 0, 200, 130]);
        damage.add([199, 129, u16::MAX, u16::MAX]);
    }
    let mut others = 0;
    for _ in 0..12 {
        // The first corner changes all the time.
        damage.add([0, 0, 1, 1]);
        let places = damage.take(1);
        assert_eq!(places.len(), 1);
        others += usize::from(places[0] != [0, 0, 64, 64]);
    }
    assert_eq!(others, 11, "and keeps nothing else back");
    damage.take(usize::MAX);
    assert!(damage.is_empty());
    damage.add([60, 10, 10, 1]);
    assert_eq!(damage.take(usize::MAX), [[0, 0, 128, 64]]);
}

#[test]
fn what_a_page_does_is_read_whole_or_not_at_all() {
    let key = [255, 0, 0, 1, 0, 0, 0xff, 0x2a, 0, 0, 0, 0x29];
    let done = Done::read(&[&key[..], &[5, 1, 0, 2, 0, 3]].concat()).unwrap();
    assert_eq!(done[0].plain().unwrap(), [4, 1, 0, 0, 0, 0, 0xff, 0x2a]);
    assert_eq!(done[0].told(), key);
    assert_eq!(done[1], Done::Pointer([5, 1, 0, 2, 0, 3]));
    assert!(!format!("{done:?}").contains("42"));
    let nothing = Done::Key {
        down: true,
        symbol: 0,
        place: 0x29,
    };
    assert_eq!(nothing.plain(), None);
    for wrong in [
        &key[..11],
        &[5, 1],
        &[0; 20],
        &[6, 0, 0, 0, 255, 0, 0, 0],
        &[3],
    ] {
        assert!(Done::read(wrong).is_err(), "{wrong:?}");
    }
}
