//! What such a client says, message by message.

use super::super::MAX_DRAWING;
use super::super::connect::{CLIENT_KEY, CONNECT_DATA, CREATE_REQUEST};
use super::super::credssp::utf16;
use super::super::der::tlv;
use super::super::mcs::FIRST_USER;
use super::super::misbehaviour::Misbehaviour;
use super::super::read::{per_length, put, short};
use super::super::unit::data_unit;
use crate::rfb::ServerSize;

/// What it calls itself.
const NAME: &str = "sekisho";
/// A Japanese keyboard: its layout, its type and that type's kind (106 keys).
const LAYOUT: [u32; 3] = [0x411, 7, 2];
/// Wanted, at least and at most of MCS: channels, users, bytes of a message (MS-RDPBCGR 4.1.3).
const DOMAINS: [[u16; 8]; 3] = [
    [34, 2, 0, 1, 0, 1, 0xffff, 2],
    [1, 1, 1, 1, 0, 1, 1056, 2],
    [0xffff, 0xfc17, 0xffff, 1, 0, 1, 0xffff, 2],
];
/// Minutes that have to be added to the time here to get that of Greenwich.
const JAPAN: i32 = -540;
/// The server's number in what is said of a share (T.128).
const SERVER: u16 = 1002;

fn block(kind: u16, body: &[u8]) -> Result<Vec<u8>, Misbehaviour> {
    let length = short(body.len().saturating_add(4), "bytes of a block")?;
    Ok([&kind.to_le_bytes()[..], &length, body].concat())
}

/// Connect Initial (2.2.1.3).
pub(super) fn connect(size: ServerSize) -> Result<Vec<u8>, Misbehaviour> {
    let mut core = vec![0; 212];
    let [layout, kind, subtype] = LAYOUT.map(u32::to_le_bytes);
    let name = utf16(NAME);
    let said: [(usize, &[u8]); 16] = [
        // RDP 5 and later.
        (0, &0x0008_0004_u32.to_le_bytes()),
        (4, &size.width.to_le_bytes()),
        (6, &size.height.to_le_bytes()),
        (8, &[0x01, 0xca, 0x03, 0xaa]),
        (12, &layout),
        (16, &2600_u32.to_le_bytes()),
        (20, &name),
        (52, &kind),
        (56, &subtype),
        // Keys in the row of functions.
        (60, &12_u32.to_le_bytes()),
        (128, &[0x01, 0xca, 1, 0]),
        (136, &24_u16.to_le_bytes()),
        (138, &15_u16.to_le_bytes()),
        // Errors have names, and 32 bits are wanted.
        (140, &3_u16.to_le_bytes()),
        (206, &[0, 0]),
        (208, &super::OFFERED.to_le_bytes()),
    ];
    for (at, value) in said {
        put(&mut core, at, value);
    }
    let blocks = [
        block(0xc001, &core)?,
        block(0xc004, &[0x0d, 0, 0, 0, 0, 0, 0, 0])?,
        block(0xc002, &[0; 8])?,
        block(0xc003, &[0; 4])?,
    ]
    .concat();
    let inner = [
        &CREATE_REQUEST[..],
        CLIENT_KEY,
        &per_length(blocks.len())?,
        &blocks,
    ]
    .concat();
    let user_data = [&CONNECT_DATA[..], &per_length(inner.len())?, &inner].concat();
    let mut head = [tlv(4, &[1]), tlv(4, &[1]), tlv(1, &[0xff])].concat();
    for domain in DOMAINS {
        let numbers: Vec<u8> = domain.iter().flat_map(|number| integer(*number)).collect();
        head.extend(tlv(0x30, &numbers));
    }
    head.extend(tlv(4, &user_data));
    data_unit(&[&[0x7f][..], &tlv(0x65, &head)].concat())
}

/// An INTEGER, as short as it may be.
fn integer(number: u16) -> Vec<u8> {
    let [high, low] = number.to_be_bytes();
    match (high, low) {
        (0, 0..0x80) => tlv(2, &[low]),
        (0..0x80, _) => tlv(2, &[high, low]),
        _ => tlv(2, &[0, high, low]),
    }
}

/// Erect Domain and Attach User (2.2.1.5, 2.2.1.6).
pub(super) fn attach() -> Result<Vec<u8>, Misbehaviour> {
    Ok([data_unit(&[4, 1, 0, 1, 0])?, data_unit(&[0x28])?].concat())
}

pub(super) fn join(user: u16, channel: u16) -> Result<Vec<u8>, Misbehaviour> {
    let user = user.saturating_sub(FIRST_USER).to_be_bytes();
    data_unit(&[&[0x38][..], &user, &channel.to_be_bytes()].concat())
}

/// Data on a channel.
pub(super) fn send(user: u16, channel: u16, body: &[u8]) -> Result<Vec<u8>, Misbehaviour> {
    let user = user.saturating_sub(FIRST_USER).to_be_bytes();
    let head = [&[0x64][..], &user, &channel.to_be_bytes(), &[0x70]].concat();
    data_unit(&[&head[..], &per_length(body.len())?, body].concat())
}

/// Client Info (2.2.1.11), without an account: the proxy says it.
pub(super) fn info() -> Vec<u8> {
    // A mouse, no Ctrl+Alt+Del before signing in, Unicode, the Windows key, errors of signing in, no sound.
    const FLAGS: u32 = 0x1 | 0x2 | 0x10 | 0x100 | 0x1_0000 | 0x8_0000;
    // No wallpaper, no window that is dragged whole, no menus that move; smooth letters.
    const PERFORMANCE: u32 = 0x1 | 0x2 | 0x4 | 0x80;
    let address = utf16("127.0.0.1\0");
    let mut zone = vec![0; 172];
    put(&mut zone, 0, &JAPAN.to_le_bytes());
    [
        &u32::from(super::info::INFO).to_le_bytes()[..],
        &[0; 4],
        &FLAGS.to_le_bytes(),
        &[0; 10],
        &[0; 10],
        &[2, 0],
        &u16::try_from(address.len()).unwrap_or(0).to_le_bytes(),
        &address,
        &[2, 0, 0, 0],
        &zone,
        &[0; 4],
        &PERFORMANCE.to_le_bytes(),
        &[0, 0],
    ]
    .concat()
}

/// What is said to a desktop that is offered: what this client can do, and that it is ready (2.2.1.13.2 to 2.2.1.18).
pub(super) fn ready(share: u32, user: u16, size: ServerSize) -> Result<[Vec<u8>; 5], Misbehaviour> {
    let [user_low, user_high] = SERVER.to_le_bytes();
    Ok([
        confirm(share, user, size)?,
        message(share, user, 31, &[1, 0, user_low, user_high])?,
        // Control: together; then asked for.
        message(share, user, 20, &[4, 0, 0, 0, 0, 0, 0, 0])?,
        message(share, user, 20, &[1, 0, 0, 0, 0, 0, 0, 0])?,
        // Fonts: none.
        message(share, user, 39, &[0, 0, 0, 0, 3, 0, 0x32, 0])?,
    ])
}

fn control(kind: u16, user: u16, body: &[u8]) -> Result<Vec<u8>, Misbehaviour> {
    let length = short(body.len().saturating_add(6), "bytes of a share message")?;
    Ok([&length[..], &kind.to_le_bytes(), &user.to_le_bytes(), body].concat())
}

/// A share message of data (2.2.8.1.1.1.2).
fn message(share: u32, user: u16, kind: u8, body: &[u8]) -> Result<Vec<u8>, Misbehaviour> {
    let length = short(body.len().saturating_add(18), "bytes of a share message")?;
    let head = [&share.to_le_bytes()[..], &[0, 1], &length, &[kind, 0, 0, 0]].concat();
    control(0x17, user, &[&head[..], body].concat())
}

fn confirm(share: u32, user: u16, size: ServerSize) -> Result<Vec<u8>, Misbehaviour> {
    let sets = capabilities(size);
    let mut all = Vec::new();
    for (kind, body) in &sets {
        all.extend(block(*kind, body)?);
    }
    let name = [NAME.as_bytes(), &[0]].concat();
    let body = [
        &share.to_le_bytes()[..],
        &SERVER.to_le_bytes(),
        &short(name.len(), "bytes of a name")?,
        &short(all.len().saturating_add(4), "bytes of capabilities")?,
        &name,
        &short(sets.len(), "capabilities")?,
        &[0, 0],
        &all,
    ]
    .concat();
    control(0x13, user, &body)
}

/// Bitmaps and pointers, keys by place and as letters, and nothing else (2.2.7).
fn capabilities(size: ServerSize) -> Vec<(u16, Vec<u8>)> {
    let of = |length: usize, said: &[(usize, &[u8])]| {
        let mut body = vec![0; length];
        for (at, value) in said {
            put(&mut body, *at, value);
        }
        body
    };
    let [width, height] = [size.width, size.height].map(u16::to_le_bytes);
    let [layout, kind, subtype] = LAYOUT.map(u32::to_le_bytes);
    let most = u32::try_from(MAX_DRAWING).unwrap_or(u32::MAX).to_le_bytes();
    vec![
        // General: output in short messages, bitmaps without the older header, long credentials.
        (1, of(20, &[(0, &[1, 0, 3, 0, 0, 2]), (10, &[0x05, 0x04])])),
        // Bitmaps: 32 bits, the screen's size, which may change; compressed, without alpha.
        (
            2,
            of(
                24,
                &[
                    (0, &[32, 0, 1, 0, 1, 0, 1, 0]),
                    (8, &width),
                    (10, &height),
                    (14, &[1, 0, 1, 0]),
                    (19, &[8, 1, 0]),
                ],
            ),
        ),
        // Orders: none.
        (
            3,
            of(84, &[(20, &[1, 0, 20, 0]), (26, &[1, 0]), (30, &[0x22, 0])]),
        ),
        // No cache of bitmaps.
        (4, vec![0; 36]),
        (5, vec![0, 0, 0, 0, 2, 0, 2, 0]),
        (7, vec![0; 8]),
        (8, vec![1, 0, 20, 0, 20, 0]),
        (9, vec![0; 4]),
        (10, vec![6, 0, 0, 0]),
        // Input: places of keys, short messages, letters.
        (
            13,
            of(
                84,
                &[
                    (0, &[0x39, 0]),
                    (4, &layout),
                    (8, &kind),
                    (12, &subtype),
                    (16, &[12, 0, 0, 0]),
                ],
            ),
        ),
        (14, vec![1, 0, 0, 0]),
        (15, vec![0; 4]),
        (16, vec![0; 48]),
        (20, vec![0; 8]),
        (26, most.to_vec()),
    ]
}

/// Events of input in a short message (2.2.8.1.2), at most fifteen; nothing for none.
fn events(events: &[Vec<u8>]) -> Vec<u8> {
    let count = u8::try_from(events.len()).unwrap_or(0) & 15;
    if count == 0 {
        return Vec::new();
    }
    let body = events.concat();
    let length = u8::try_from(body.len().saturating_add(2)).unwrap_or(0) & 0x7f;
    [&[count << 2, length][..], &body].concat()
}

/// A key (2.2.8.1.2.2.1), or a letter that no key was pressed for (2.2.8.1.2.2.2).
pub(super) fn key(down: bool, symbol: u32, place: u8) -> Vec<u8> {
    const EXTENDED: u8 = 2;
    const EXTENDED_1: u8 = 4;
    const PAUSE: u8 = 0xc6;
    let up = u8::from(!down);
    match place {
        0 => letter(up, symbol),
        // Pause is Control with a prefix of its own, then NumLock.
        PAUSE => events(&[vec![up | EXTENDED_1, 0x1d], vec![up, 0x45]]),
        0x80.. => events(&[vec![up | EXTENDED, place & 0x7f]]),
        _ => events(&[vec![up, place]]),
    }
}

fn letter(up: u8, symbol: u32) -> Vec<u8> {
    const LETTER: u8 = 4 << 5;
    let number = match symbol {
        0x20..=0xff => symbol,
        0x0100_0100..=0x0110_ffff => symbol & 0x00ff_ffff,
        _ => return Vec::new(),
    };
    let Some(letter) = char::from_u32(number) else {
        return Vec::new();
    };
    let mut units = [0; 2];
    let units = letter.encode_utf16(&mut units);
    let each = units.iter().map(|unit| {
        let [low, high] = unit.to_le_bytes();
        vec![LETTER | up, low, high]
    });
    events(&each.collect::<Vec<_>>())
}

/// The pointer (2.2.8.1.2.2.3): where it is, then what of it changed.
pub(super) fn pointer(before: u8, now: u8, at: [u16; 2]) -> Vec<u8> {
    const MOVED: u16 = 0x0800;
    const DOWN: u16 = 0x8000;
    /// RFB's bit, and RDP's.
    const BUTTONS: [(u8, u16); 3] = [(1, 0x1000), (2, 0x4000), (4, 0x2000)];
    /// A wheel's step up, and one down.
    const WHEELS: [(u8, u16); 2] = [(8, 0x0278), (16, 0x0388)];
    let [x, y] = at;
    let event = |flags: u16| {
        let head = [1_u8 << 5];
        [
            &head[..],
            &flags.to_le_bytes(),
            &x.to_le_bytes(),
            &y.to_le_bytes(),
        ]
        .concat()
    };
    let mut all = vec![event(MOVED)];
    for (bit, button) in BUTTONS {
        match (before & bit, now & bit) {
            (0, 1..) => all.push(event(button | DOWN)),
            (1.., 0) => all.push(event(button)),
            _ => {}
        }
    }
    for (bit, wheel) in WHEELS {
        if before & bit == 0 && now & bit != 0 {
            all.push(event(wheel));
        }
    }
    events(&all)
}
