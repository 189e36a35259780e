//! RDP: a client and a desktop's server, each as hostile as it likes.

use wire::rdp::credssp::{Chance, begin, message_length};
use wire::rdp::{
    Channels, Client, Connected, ConnectionRequest, Desk, Logon, Rules, Selected, SignIn, Units,
    connect_initial, connect_response, data_unit,
};
use wire::rfb::{Passed, ServerSide};
use zeroize::Zeroizing;

use crate::bytes::{Input, pieces};

/// The channel of input and output, and one that carries nothing.
const IO: u16 = 1003;
const SILENT: u16 = 1004;

/// What either side says before there is a desktop: what was written anew is read again as it stands.
pub(super) fn handshake(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let first = input.u8();
    let channels = Channels {
        count: usize::from(first & 31),
        clipboard: (first & 32 != 0).then_some(0),
    };
    let rest = input.rest();
    let _any = ConnectionRequest::read(rest);
    for sign_in in [SignIn::Nla, SignIn::Tls] {
        let _any = Selected::read(rest, sign_in);
        for clipboard in [false, true] {
            if let Ok((told, channels)) = connect_initial(rest, sign_in, clipboard) {
                assert!(clipboard || channels.clipboard.is_none());
                let again = connect_initial(&told, sign_in, clipboard);
                assert_eq!(again, Ok((told, channels)));
            }
        }
    }
    if let Ok((told, connected)) = connect_response(rest, 3, channels) {
        assert_eq!(connected.channels.len(), channels.count);
        assert_eq!(connect_response(&told, 3, channels), Ok((told, connected)));
    }
}

fn logon() -> Logon {
    Logon::of("d\\u", Zeroizing::new("p".to_owned()))
}

fn desk(input: bool) -> Desk {
    let connected = Connected {
        io: IO,
        channels: vec![SILENT],
        clipboard: None,
    };
    let rules = Rules {
        input,
        ..Rules::default()
    };
    Desk::new(connected, rules, logon())
}

/// The units of a stream, cut as the first byte says.
fn units(turn: u8, stream: &[u8]) -> Vec<Vec<u8>> {
    let (mut units, mut all) = (Units::default(), Vec::new());
    for piece in pieces(stream, turn) {
        units.add(piece);
        loop {
            match units.next_unit() {
                Ok(Some(unit)) => all.push(unit.to_vec()),
                Ok(None) => break,
                Err(_) => return all,
            }
        }
    }
    all
}

/// A client: how it is cut, whether it may work, whether a server was heard before, and its stream.
pub(super) fn up(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let (turn, may, heard) = (input.u8(), input.u8() & 1 != 0, input.u8() & 1 != 0);
    let mut desk = desk(may);
    if heard {
        begun(&mut desk);
    }
    for unit in units(turn, input.rest()) {
        let Ok(up) = desk.up(&unit) else { return };
        assert!(may || (up.keys.is_empty() && up.pointer.is_empty()));
        assert!(up.refused.is_none() || up.pass.is_empty());
        assert_eq!(up.pointer.len() % 6, 0);
    }
}

/// A server, after a client has said who it is.
pub(super) fn down(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let (turn, heard) = (input.u8(), input.u8() & 1 != 0);
    let mut desk = desk(true);
    if heard {
        begun(&mut desk);
    }
    let mut follower = None;
    let mut client = Client::new(800, 600);
    for unit in units(turn, input.rest()) {
        let _any = client.hear(&unit);
        let Ok(down) = desk.down(&unit) else { return };
        let Some(screen) = desk.screen() else {
            assert!(down.shown.is_empty());
            continue;
        };
        // Whatever is told of a screen can be played.
        let side = follower.get_or_insert_with(|| ServerSide::new(screen.size(), false));
        let mut passed = Passed::default();
        assert_eq!(side.take(&down.shown, &mut passed), Ok(()));
        assert_eq!(passed.bytes, down.shown);
    }
}

/// Two clipboards: what the terms are, and what either side sends in its chunks, one field each. The lowest bit
/// of a field's first byte says whose it is.
pub(super) fn clipboard(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let terms = input.u8();
    let rules = Rules {
        input: true,
        clipboard_in: terms & 1 != 0,
        clipboard_out: terms & 2 != 0,
    };
    let connected = Connected {
        io: IO,
        channels: vec![SILENT],
        clipboard: rules.clipboard().then_some(SILENT),
    };
    let mut desk = Desk::new(connected, rules, logon());
    begun(&mut desk);
    loop {
        let field = input.field();
        let Some((side, chunk)) = field.split_first() else {
            return;
        };
        if side & 1 == 0 {
            let Ok(up) = desk.up(&said_on(0x64, SILENT, chunk)) else {
                return;
            };
            assert!(rules.clipboard_in || up.pasted.is_none());
            assert!(rules.clipboard() || up.pass.is_empty());
            assert!(up.pasted.is_none() || !up.pass.is_empty());
        } else {
            let Ok(down) = desk.down(&said_on(0x68, SILENT, chunk)) else {
                return;
            };
            assert!(rules.clipboard_out || down.shown.is_empty());
            assert!(rules.clipboard() || down.pass.is_empty());
            assert!(down.shown.is_empty() || !down.pass.is_empty());
        }
    }
}

/// CredSSP of a server: its challenge, and its proof, which nobody can guess.
pub(super) fn credssp(bytes: &[u8]) {
    let _any = message_length(bytes);
    let chance = Chance {
        challenge: [1; 8],
        key: Zeroizing::new([2; 16]),
        nonce: [3; 32],
    };
    let (begun, _) = begin();
    let mut input = Input::of(bytes);
    let challenge = input.field();
    let Ok((challenged, answer)) = begun.answer(challenge, &logon(), b"key", &chance) else {
        return;
    };
    assert_eq!(message_length(&answer), Ok(Some(answer.len())));
    assert!(
        challenged
            .hand_over(input.rest(), &logon(), b"key")
            .is_err()
    );
}

/// A client has joined and said who it is, and the server was content.
fn begun(desk: &mut Desk) {
    let _any = desk.up(&said(0x64, &info()));
    let _any = desk.down(&said(0x68, &able(1, 4)));
    let _any = desk.up(&said(0x64, &able(3, 6)));
}

/// Data on the channel of input and output.
fn said(kind: u8, body: &[u8]) -> Vec<u8> {
    said_on(kind, IO, body)
}

fn said_on(kind: u8, channel: u16, body: &[u8]) -> Vec<u8> {
    let [a, b] = channel.to_be_bytes();
    let length = u16::try_from(body.len()).unwrap_or_default() | 0x8000;
    let head = [kind, 0, 6, a, b, 0x70];
    data_unit(&[&head[..], &length.to_be_bytes(), body].concat()).unwrap_or_default()
}

fn info() -> Vec<u8> {
    let mut info = vec![0x40, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0];
    info.extend([0; 20]);
    info
}

/// Demand Active or Confirm Active with a bitmap set of 64 × 48.
fn able(kind: u8, fixed: usize) -> Vec<u8> {
    let mut body = vec![0; fixed];
    body.extend([4, 0, 32, 0]);
    body.extend(b"RDP\0");
    body.extend([1, 0, 0, 0, 2, 0, 28, 0]);
    let mut set = [0; 24];
    set[8] = 64;
    set[10] = 48;
    body.extend(set);
    share(kind, &body)
}

fn share(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len().saturating_add(6)).unwrap_or_default();
    [&length.to_le_bytes()[..], &[kind | 0x10, 0, 0xea, 3], body].concat()
}

pub(super) fn handshake_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let first = [&[0][..], &wire::rdp::ask_target(SignIn::Nla)].concat();
    let answer = [&[0][..], &wire::rdp::confirm(1)].concat();
    vec![("request", first), ("answer", answer)]
}

pub(super) fn up_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let keys = [0x08, 6, 0x00, 0x29, 0x03, 0x29];
    let pointer = [0x04, 9, 0x20, 0x00, 0x90, 3, 0, 4, 0];
    let live = [&[5, 1, 1][..], &keys, &pointer].concat();
    let begins = [
        vec![3, 1, 0],
        data_unit(&[0x28]).unwrap_or_default(),
        said(0x64, &info()),
    ];
    vec![("live", live), ("begins", begins.concat())]
}

pub(super) fn down_seeds() -> Vec<(&'static str, Vec<u8>)> {
    // One bitmap of 2 × 2, planar and without runs.
    let numbers: [u16; 11] = [1, 1, 0, 0, 1, 1, 2, 2, 32, 0x401, 13];
    let bitmap = [&[0x20][..], &[0x40; 12]].concat();
    let update = [numbers.map(u16::to_le_bytes).as_flattened(), &bitmap].concat();
    let length = u8::try_from(update.len()).unwrap_or_default();
    let unit = [&[0, length.saturating_add(5), 1, length, 0][..], &update].concat();
    let slow = [&[0, 0, 1, 0, 0, 1, 0, 0, 2, 0, 0, 0][..], &update];
    let slow = said(0x68, &share(7, &slow.concat()));
    vec![
        ("fast", [&[3, 1][..], &unit].concat()),
        ("slow", [&[3, 1][..], &slow].concat()),
        ("begins", [&[3, 0][..], &said(0x68, &able(1, 4))].concat()),
    ]
}

pub(super) fn clipboard_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let chunk = |side: u8, kind: u8, flags: u8, body: &[u8]| {
        let length = u8::try_from(body.len()).unwrap_or_default();
        let head = [length.saturating_add(8), 0, 0, 0, 3, 0, 0, 0];
        let message = [kind, 0, flags, 0, length, 0, 0, 0];
        crate::bytes::field(&[&[side][..], &head, &message, body].concat())
    };
    let mut entry = [0; 36];
    entry[0] = 13;
    let text = [b'a', 0, 0, 0];
    let copied = |from: u8| {
        let to = from ^ 1;
        [
            chunk(1, 7, 0, &[1, 0, 0, 0, 1, 0, 12, 0, 2, 0, 0, 0, 2, 0, 0, 0]),
            chunk(1, 1, 0, &[]),
            chunk(from, 2, 0, &entry),
            chunk(to, 3, 1, &[]),
            chunk(to, 4, 0, &[13, 0, 0, 0]),
            chunk(from, 5, 1, &text),
            chunk(from, 8, 0, &[0; 28]),
        ]
        .concat()
    };
    vec![
        ("in", [&[1][..], &copied(0)].concat()),
        ("out", [&[2][..], &copied(1)].concat()),
        ("none", [&[0][..], &copied(1)].concat()),
    ]
}

pub(super) fn credssp_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let mut challenge = b"NTLMSSP\0\x02\0\0\0".to_vec();
    challenge.resize(56, 0);
    for (place, byte) in challenge.iter_mut().skip(40).zip([4, 0, 4, 0, 52]) {
        *place = byte;
    }
    let wrapped = |tag: u8, value: Vec<u8>| {
        let length = u8::try_from(value.len()).unwrap_or_default();
        [vec![tag, length], value].concat()
    };
    let token = wrapped(0xa0, wrapped(4, challenge));
    let tokens = wrapped(0xa1, wrapped(0x30, wrapped(0x30, token)));
    let version = [0xa0, 3, 2, 1, 6];
    let message = wrapped(0x30, [&version[..], &tokens].concat());
    let proof = wrapped(0xa3, wrapped(4, vec![9; 48]));
    let proof = wrapped(0x30, [&version[..], &proof].concat());
    let both = [crate::bytes::field(&message), proof].concat();
    vec![("challenge", both)]
}
