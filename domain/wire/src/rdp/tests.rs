//! Answers that are known, conversations, and bytes as hostile as they like.

use proptest::prelude::*;
use zeroize::Zeroizing;

use super::credssp::known::{Rc4, hmac_md5, md4, response, response_key};
use super::credssp::{self, Chance};
use super::der::tlv;
use super::read::put;
use super::*;
use crate::rfb::{Follow, Passed, ServerSide};

fn hex(text: &str) -> Vec<u8> {
    let text: String = text.split_whitespace().collect();
    data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
}

fn logon() -> Logon {
    Logon::of("Domain\\User", Zeroizing::new("Password".to_owned()))
}

/// RFC 1320 A.5, RFC 2202 §2, and the key "Key" as everybody tries it.
#[test]
fn the_old_ciphers_say_what_is_published_of_them() {
    for (message, digest) in [
        ("", "31d6cfe0d16ae931b73c59d7e0c089c0"),
        ("abc", "a448017aaf21d8525fc10ae87aa6729d"),
        (
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            "e33b4ddc9c38f2199c3e7b164fcc0536",
        ),
    ] {
        assert_eq!(md4(message.as_bytes()).to_vec(), hex(digest), "{message}");
    }
    let sealed = Rc4::new(b"Key").apply(b"Plaintext");
    assert_eq!(sealed, hex("bbf316e8d940af0ad3"));
    let sum = hmac_md5(&[0x0b; 16], &[b"Hi ", b"There"]);
    assert_eq!(sum.to_vec(), hex("9294727a3638bb1c13f48ef8158bfc9d"));
    let long = hmac_md5(
        &[0xaa; 80],
        &[b"Test Using Larger Than Block-Size Key - Hash Key First"],
    );
    assert_eq!(long.to_vec(), hex("6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"));
}

/// MS-NLMP §4.2.4.
#[test]
fn an_account_answers_a_challenge_as_microsoft_publishes_it() {
    let key = response_key(&logon());
    assert_eq!(key.to_vec(), hex("0c868a403bfd7a93a3001ef22ef02e3f"));
    let information = hex("02000c0044006f006d00610069006e00
         01000c005300650072007600650072000000 0000");
    let server = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef];
    let (answer, base) = response(&key, &server, [0; 8], [0xaa; 8], &information);
    assert_eq!(answer[..16], hex("68cd0ab851e51c96aabc927bebef6a1c"));
    assert_eq!(base.to_vec(), hex("8de40ccadbc14a82f15cb0ad0de95ca3"));
}

#[test]
fn l09_a_server_that_ties_no_sign_in_to_its_key_is_given_no_password() {
    let chance = || Chance {
        challenge: [1; 8],
        key: Zeroizing::new([2; 16]),
        nonce: [3; 32],
    };
    let says = |version: u8| {
        let mut challenge = b"NTLMSSP\0\x02\0\0\0".to_vec();
        challenge.resize(56, 0);
        put(&mut challenge, 40, &[4, 0, 4, 0, 48, 0, 0, 0]);
        let token = tlv(0x30, &tlv(0x30, &tlv(0xa0, &tlv(4, &challenge))));
        let body = [tlv(0xa0, &[2, 1, version]), tlv(0xa1, &token)].concat();
        tlv(0x30, &body)
    };
    let answered = |version: u8| {
        let (begun, _) = credssp::begin();
        begun.answer(&says(version), &logon(), b"key", &chance())
    };
    for old in 2..5 {
        let refused = answered(old).err().unwrap();
        assert_eq!(refused, credssp::Refused::TooOld(old.into()));
    }
    let (challenged, _) = answered(6).unwrap();
    // A proof that somebody made who does not know the account.
    let proof = tlv(0xa3, &tlv(4, &[7; 48]));
    let lie = tlv(0x30, &[tlv(0xa0, &[2, 1, 6]), proof].concat());
    let refused = challenged.hand_over(&lie, &logon(), b"key").err().unwrap();
    assert_eq!(refused, Misbehaviour::NotItself.into());
}

fn block(kind: u16, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 4).unwrap();
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), body].concat()
}

/// What a client with these channels announces.
fn initial(names: &[&str]) -> Vec<u8> {
    let mut core = vec![0; 212];
    put(&mut core, 4, &[0x00, 0x04, 0x00, 0x03]);
    put(&mut core, 140, &[0xff, 0xff]);
    let mut net = u32::try_from(names.len()).unwrap().to_le_bytes().to_vec();
    for name in names {
        let mut channel = [0; 12];
        channel[..name.len()].copy_from_slice(name.as_bytes());
        net.extend(channel);
    }
    let blocks = [
        block(0xc001, &core),
        block(0xc002, &[0x1b, 0, 0, 0, 0, 0, 0, 0]),
        block(0xc003, &net),
        block(0xc004, &[0x5f, 0, 0, 0, 9, 0, 0, 0]),
        block(0xc006, &[0; 4]),
        block(0xc00a, &[5, 3, 0, 0]),
    ]
    .concat();
    let long = |length: usize| (0x8000 | u16::try_from(length).unwrap()).to_be_bytes();
    let inner = [
        &[0, 8, 0, 0x10, 0, 1, 0xc0, 0][..],
        b"Duca",
        &long(blocks.len()),
        &blocks,
    ]
    .concat();
    let data = [&[0, 5, 0, 0x14, 0x7c, 0, 1][..], &long(inner.len()), &inner].concat();
    let head = [
        tlv(4, &[1]),
        tlv(4, &[1]),
        tlv(1, &[0xff]),
        tlv(0x30, &[]),
        tlv(0x30, &[]),
        tlv(0x30, &[]),
        tlv(4, &data),
    ]
    .concat();
    [&[0x7f][..], &tlv(0x65, &head)].concat()
}

/// L31: no channel into the other's computer is opened by a name.
#[test]
fn l31_a_clients_channels_reach_the_server_under_names_that_nobody_knows() {
    let names = ["rdpdr", "rdpsnd", "cliprdr", "drdynvc"];
    let (told, channels) = connect_initial(&initial(&names), SignIn::Tls, false).unwrap();
    assert_eq!((channels.count, channels.clipboard), (names.len(), None));
    let has = |what: &[u8]| told.windows(what.len()).any(|found| found == what);
    for name in names {
        assert!(!has(name.as_bytes()), "{name}");
    }
    assert!(has(b"off0") && has(b"off3"));
    // No message channel, no UDP.
    assert!(!has(&[6, 0xc0, 8, 0]) && !has(&[0x0a, 0xc0, 8, 0]));
    // And it is read again as it was written.
    let (again, _) = connect_initial(&told, SignIn::Tls, false).unwrap();
    assert_eq!(again, told);
}

#[test]
fn a_server_that_chooses_another_sign_in_is_told_apart() {
    for (sign_in, other) in [(SignIn::Nla, 1), (SignIn::Tls, 2)] {
        let mut answer = confirm(1);
        answer[15] = other;
        let read = Selected::read(&answer, sign_in).unwrap();
        assert_eq!(read, Selected::Other { code: other.into() });
    }
    assert!(ConnectionRequest::read(&ask_target(SignIn::Nla)).is_ok());
}

/// A bitmap update of one colour.
fn painted(width: u16, height: u16, colour: [u8; 3]) -> Vec<u8> {
    let [red, green, blue] = colour;
    let size = usize::from(width) * usize::from(height);
    let mut bitmap = vec![0x20];
    for value in [red, green, blue] {
        bitmap.extend(std::iter::repeat_n(value, size));
    }
    let numbers = [
        1,
        1,
        0,
        0,
        width - 1,
        height - 1,
        width,
        height,
        32,
        0x401,
        u16::try_from(bitmap.len()).unwrap(),
    ];
    let numbers = numbers.map(u16::to_le_bytes);
    [numbers.as_flattened(), &bitmap].concat()
}

#[test]
fn a_drawing_is_told_in_a_form_that_a_recording_is_played_from() {
    let mut screen = Screen::new(40, 30).unwrap();
    let mut shown = screen.whole();
    let keyframe = shown.len();
    screen
        .draw(&painted(8, 8, [0xff, 0, 0x80]), &mut shown)
        .unwrap();
    assert_eq!(screen.pixels()[0], 0x00ff_0080);
    assert_eq!(screen.pixels()[8], 0);
    shown.extend(screen.whole());
    let (mut side, mut passed) = (ServerSide::new(screen.size(), false), Passed::default());
    side.take(&shown, &mut passed).unwrap();
    let from = passed.told.iter().map(|told| match told {
        Follow::Keyframe { from, .. } => *from,
        other @ (Follow::Resized(_) | Follow::Clipboard { .. }) => panic!("{other:?}"),
    });
    let from: Vec<u64> = from.collect();
    assert_eq!(from[0], 0);
    assert_eq!(from.len(), 2);
    assert!(from[1] > u64::try_from(keyframe).unwrap());
}

#[test]
fn a_run_of_a_plane_adds_to_the_row_above() {
    // A row of 5, 5, 5; then differences of +1, then twice the same difference.
    let plane = [0x12, 5, 0x12, 2];
    let planes = [&[0x30][..], &plane, &plane, &plane].concat();
    let error = planar::decode(&planes, 3, 2);
    assert!(error.is_err(), "two and thirty more than the row has");
    let plane = [0x13, 5, 0x13, 2];
    let planes = [&[0x30][..], &plane, &plane, &plane].concat();
    let pixels = planar::decode(&planes, 4, 2).unwrap();
    assert_eq!(pixels[..4], [0x0005_0505; 4]);
    assert_eq!(pixels[4..], [0x0006_0606; 4]);
}

fn desk(input: bool) -> Desk {
    under(Rules {
        input,
        ..Rules::default()
    })
}

/// A desk whose client asked for two channels, the first for clipboards.
fn under(rules: Rules) -> Desk {
    let connected = Connected {
        io: 1003,
        channels: vec![1004, 1005],
        clipboard: rules.clipboard().then_some(1004),
    };
    Desk::new(connected, rules, logon())
}

/// Data on a channel, from the client (0x64) or the server (0x68).
fn said(kind: u8, channel: u16, body: &[u8]) -> Vec<u8> {
    let [a, b] = channel.to_be_bytes();
    let length = (0x8000 | u16::try_from(body.len()).unwrap()).to_be_bytes();
    data_unit(&[&[kind, 0, 6, a, b, 0x70][..], &length, body].concat()).unwrap()
}

fn share(kind: u16, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 6).unwrap();
    let head = [length, kind | 0x10, 0x3ea].map(u16::to_le_bytes);
    [head.as_flattened(), body].concat()
}

fn data(kind: u8, body: &[u8]) -> Vec<u8> {
    let head = [0, 0, 1, 0, 0, 1, 0, 0, kind, 0, 0, 0];
    share(7, &[&head[..], body].concat())
}

/// Demand Active (fixed part of 4 bytes) or Confirm Active (6) with these sets.
fn able(kind: u16, fixed: usize, sets: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut body = vec![0; fixed];
    let all: Vec<u8> = sets
        .iter()
        .flat_map(|(kind, set)| block(*kind, set))
        .collect();
    let numbers = [4, u16::try_from(all.len() + 4).unwrap()];
    body.extend(numbers.map(u16::to_le_bytes).as_flattened());
    body.extend(b"RDP\0");
    body.extend(u16::try_from(sets.len()).unwrap().to_le_bytes());
    body.extend([0, 0]);
    body.extend(all);
    share(kind, &body)
}

fn bitmap_set(width: u16, height: u16) -> Vec<u8> {
    let mut set = vec![0; 24];
    put(&mut set, 8, &width.to_le_bytes());
    put(&mut set, 10, &height.to_le_bytes());
    put(&mut set, 19, &[0xff]);
    set
}

/// A desk at which everything was said up to the desktop.
fn live(input: bool) -> Desk {
    alive(desk(input))
}

fn alive(mut desk: Desk) -> Desk {
    let attached = data_unit(&[0x2e, 0, 0, 6]).unwrap();
    desk.down(&attached).unwrap();
    for channel in [1007_u16, 1003, 1004] {
        let [a, b] = channel.to_be_bytes();
        desk.up(&data_unit(&[0x38, 0, 6, a, b]).unwrap()).unwrap();
    }
    let mut info = vec![0x40, 0, 0, 0, 0, 0, 0, 0, 0x90, 0, 0, 0];
    info.extend([0; 8]);
    info.extend([4, 0]);
    info.extend([0; 8]);
    info.extend([b'c', 0, b'm', 0, 0, 0]);
    let passed = desk.up(&said(0x64, 1003, &info)).unwrap().pass;
    let has = |text: &str| {
        let text: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        passed.windows(text.len()).any(|found| found == text)
    };
    assert!(has("Password") && has("User") && has("Domain") && !has("cm"));
    let demand = able(1, 4, &[(2, bitmap_set(64, 48)), (28, vec![1; 8])]);
    let down = desk.down(&said(0x68, 1003, &demand)).unwrap();
    assert!(down.begun);
    let confirm = able(
        3,
        6,
        &[(2, bitmap_set(64, 48)), (3, vec![1; 84]), (29, vec![1; 8])],
    );
    let up = desk.up(&said(0x64, 1003, &confirm)).unwrap();
    // Of what draws without bitmaps nothing is left, and what was said of codecs is gone.
    assert!(up.pass.len() < said(0x64, 1003, &confirm).len());
    assert!(up.pass.windows(32).any(|zero| zero == [0; 32]));
    desk
}

#[test]
fn the_vaults_account_signs_in_and_the_program_of_a_client_is_not_started() {
    assert_eq!(live(true).screen().unwrap().size().width, 64);
}

#[test]
fn what_cannot_be_seen_in_a_recording_does_not_pass() {
    let orders = said(0x68, 1003, &data(2, &[0, 0, 0, 0]));
    assert!(live(true).down(&orders).is_err());
    for code in [0, 4] {
        assert!(live(true).down(&[0, 6, code, 1, 0, 0]).is_err(), "{code}");
    }
    let redirection = said(0x68, 1003, &share(10, &[0; 8]));
    assert_eq!(
        live(true).down(&redirection).unwrap_err(),
        Misbehaviour::Redirects
    );
    // Who entered, with the cookie that enters again.
    let cookie = said(0x68, 1003, &data(38, &[0; 32]));
    assert_eq!(live(true).down(&cookie).unwrap(), Down::default());
    // A client that would blind the recording, and type on.
    let blind = said(0x64, 1003, &data(35, &[0; 4]));
    assert!(live(true).up(&blind).unwrap().pass.is_empty());
    let mut huge = live(true);
    huge.down(&said(0x68, 1003, &share(6, &[0; 6]))).unwrap();
    let demand = able(1, 4, &[(2, bitmap_set(8192, 8192))]);
    assert!(huge.down(&said(0x68, 1003, &demand)).is_err());
}

#[test]
fn nothing_passes_on_a_virtual_channel_in_either_direction() {
    let mut desk = live(true);
    let up = desk.up(&said(0x64, 1004, &[0; 16])).unwrap();
    assert!(up.pass.is_empty() && up.refused.is_some());
    let down = desk.down(&said(0x68, 1005, &[0; 16])).unwrap();
    assert_eq!(down, Down::default());
    assert!(desk.up(&said(0x64, 1009, &[0; 16])).is_err());
}

/// A message of a clipboard, in one chunk.
fn copied(kind: u8, flags: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap();
    let message = [&[kind, 0, flags, 0][..], &length.to_le_bytes(), body].concat();
    let total = u32::try_from(message.len()).unwrap();
    [&total.to_le_bytes()[..], &[3, 0, 0, 0], &message].concat()
}

#[test]
fn a_text_from_the_desktop_is_told_to_the_recording_with_what_is_passed() {
    let rules = Rules {
        clipboard_out: true,
        ..Rules::default()
    };
    let mut desk = alive(under(rules));
    let mut entry = vec![13, 0, 0, 0];
    entry.resize(36, 0);
    let down = desk.down(&said(0x68, 1004, &copied(2, 0, &entry))).unwrap();
    assert!(!down.pass.is_empty() && down.shown.is_empty());
    let up = desk.up(&said(0x64, 1004, &copied(4, 0, &[13, 0, 0, 0])));
    assert!(!up.unwrap().pass.is_empty());
    let text = [0x42, 0x30, 0, 0];
    let down = desk.down(&said(0x68, 1004, &copied(5, 1, &text))).unwrap();
    assert_eq!(down.shown, [3, 0, 0, 0, 0, 0, 0, 3, 0xe3, 0x81, 0x82]);
    assert!(down.pass.ends_with(&text));
    // The other way is closed, and nothing is on the other channel.
    let up = desk.up(&said(0x64, 1004, &copied(2, 0, &entry))).unwrap();
    assert!(!up.pass.windows(4).any(|part| part == [13, 0, 0, 0]));
    assert_eq!(up.refused, Some("clipboard to the desktop"));
    let other = desk.down(&said(0x68, 1005, &copied(2, 0, &entry))).unwrap();
    assert_eq!(other, Down::default());
}

#[test]
fn only_the_channel_of_clipboards_keeps_its_name_and_only_where_the_terms_need_it() {
    let names = ["rdpdr", "cliprdr", "cliprdr", "cliprdr2"];
    let (told, channels) = connect_initial(&initial(&names), SignIn::Tls, true).unwrap();
    assert_eq!((channels.count, channels.clipboard), (4, Some(1)));
    let kept = told.windows(7).filter(|part| *part == b"cliprdr");
    assert_eq!(kept.count(), 1);
    let (again, same) = connect_initial(&told, SignIn::Tls, true).unwrap();
    assert_eq!((again, same), (told, channels));
    // Who did not ask gets none.
    let (_, channels) = connect_initial(&initial(&["rdpdr"]), SignIn::Tls, true).unwrap();
    assert_eq!(channels.clipboard, None);
}

#[test]
fn keys_and_pointer_pass_only_where_the_terms_say_so() {
    // 全角/半角 down and up, extended; then the pointer with its left button.
    let keys = [0x08, 6, 0x00, 0x29, 0x03, 0x29];
    let pointer = [0x04, 9, 0x20, 0x00, 0x90, 3, 0, 4, 0];
    // Before the desktop is there, nobody types.
    assert!(desk(true).up(&keys).is_err());
    let mut desk = live(true);
    let up = desk.up(&keys).unwrap();
    assert_eq!(*up.pass, keys);
    let recorded: Vec<[u8; 8]> = up.keys.iter().map(|key| key.as_rfb()).collect();
    assert_eq!(
        recorded,
        [[4, 1, 0, 0, 0, 0, 0, 0x29], [4, 0, 0, 0, 1, 0, 0, 0x29]]
    );
    assert_eq!(desk.up(&pointer).unwrap().pointer, [5, 1, 0, 3, 0, 4]);
    let mut looks = live(false);
    for unit in [&keys[..], &pointer] {
        let up = looks.up(unit).unwrap();
        assert!(up.pass.is_empty() && up.keys.is_empty() && up.refused.is_some());
    }
}

fn cut_up(bytes: &[u8], at: usize) -> Vec<Vec<u8>> {
    let (mut units, mut cut) = (Units::default(), Vec::new());
    for piece in [&bytes[..at.min(bytes.len())], &bytes[at.min(bytes.len())..]] {
        units.add(piece);
        while let Ok(Some(unit)) = units.next_unit() {
            cut.push(unit.to_vec());
        }
    }
    cut
}

proptest! {
    #[test]
    fn a_stream_is_cut_into_the_same_units_wherever_it_is_broken(
        lengths in prop::collection::vec(0_usize..300, 0..6), at in 0_usize..900,
    ) {
        let units: Vec<Vec<u8>> = lengths.iter().map(|n| data_unit(&vec![7; *n]).unwrap()).collect();
        prop_assert_eq!(cut_up(&units.concat(), at), units);
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _any = ConnectionRequest::read(&bytes);
        let _any = Selected::read(&bytes, SignIn::Nla);
        let _any = connect_initial(&bytes, SignIn::Nla, true);
        let _any = connect_response(&bytes, 1, Channels::default());
        let _any = credssp::message_length(&bytes);
        let _any = planar::decode(&bytes, 16, 16);
        let (mut up, mut down) = (live(true), live(true));
        let _any = (up.up(&bytes), down.down(&bytes));
        let io = [said(0x64, 1003, &bytes), said(0x68, 1003, &bytes)];
        let _any = (up.up(&io[0]), down.down(&io[1]));
        let kinds = bytes.first().copied().unwrap_or_default();
        let inside = data(kinds, &bytes);
        let _any = (up.up(&said(0x64, 1003, &inside)), down.down(&said(0x68, 1003, &inside)));
    }

    #[test]
    fn what_is_told_of_any_screen_is_followed_to_its_end(
        pixels in prop::collection::vec(0_u32..3, 33 * 18), width in 1_u16..34,
    ) {
        let height = 18;
        let mut screen = Screen::new(width, height).unwrap();
        let body: Vec<u8> = pixels.iter()
            .take(usize::from(width) * usize::from(height))
            .flat_map(|pixel| (pixel * 0x10).to_le_bytes())
            .collect();
        let length = u16::try_from(body.len()).unwrap();
        let head = [1, 1, 0, 0, width - 1, height - 1, width, height, 32, 0, length];
        let update = [head.map(u16::to_le_bytes).as_flattened(), &body].concat();
        let mut shown = Vec::new();
        screen.draw(&update, &mut shown).unwrap();
        let (mut side, mut passed) = (ServerSide::new(screen.size(), false), Passed::default());
        side.take(&shown, &mut passed).unwrap();
        prop_assert_eq!(passed.told.len(), 1);
        prop_assert_eq!(&passed.bytes, &shown);
    }
}
