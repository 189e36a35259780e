//! MCS Connect Initial and Connect Response (MS-RDPBCGR 2.2.1.3, 2.2.1.4): what both sides announce of
//! themselves, written anew without what does not pass.

use super::der::{take, tlv};
use super::misbehaviour::{Misbehaviour, cut};
use super::nego::SignIn;
use super::read::{Reader, per_length, put, u16_at, u32_at};
use super::{MAX_CONNECT, MAX_SCREEN};

/// The most channels that a client may ask for (2.2.1.3.4).
const MAX_CHANNELS: usize = 31;
/// A channel's entry: eight bytes of its name, four of options.
const CHANNEL: usize = 12;
/// The channel of clipboards, by its whole name (MS-RDPECLIP 2.1).
const CLIPBOARD: &[u8; 8] = b"cliprdr\0";
/// Its options: initialised, encrypted as everything is, and with the heads of its chunks shown (2.2.1.3.4.1).
const CLIPBOARD_OPTIONS: u32 = 0xc020_0000;
/// The length up to which a client's core data is filled: all that is patched stands before.
const CORE: usize = 212;
/// What T.124 puts before a client's data: its identifier.
pub(super) const CONNECT_DATA: [u8; 7] = [0, 5, 0, 0x14, 0x7c, 0, 1];
/// A conference create request, up to the key that says whose data follows.
pub(super) const CREATE_REQUEST: [u8; 8] = [0, 8, 0, 0x10, 0, 1, 0xc0, 0];
pub(super) const CLIENT_KEY: &[u8] = b"Duca";
const SERVER_KEY: &[u8] = b"McDn";
/// A Japanese keyboard: its layout, type and subtype, for a client that names none.
const JAPANESE: [(usize, u32); 3] = [(12, 0x411), (52, 7), (56, 2)];

/// What was agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// The channel of input and output.
    pub io: u16,
    /// The virtual channels, none of which carries anything but [`Self::clipboard`].
    pub channels: Vec<u16>,
    /// The one of clipboards, if the client asked for it and may have it.
    pub clipboard: Option<u16>,
}

/// What a client asks for.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Channels {
    /// How many virtual channels.
    pub count: usize,
    /// Which of them keeps its name, counted from 0: the one of clipboards.
    pub clipboard: Option<usize>,
}

/// A client's Connect Initial as the server gets it, and the channels that it asks for: each keeps its
/// place under a name that nobody knows, so that numbers stay in step. With `clipboard` the one of clipboards
/// keeps its name too.
///
/// # Errors
/// If it is no Connect Initial, or asks for what cannot be.
pub fn connect_initial(
    body: &[u8],
    sign_in: SignIn,
    clipboard: bool,
) -> Result<(Vec<u8>, Channels), Misbehaviour> {
    let (mut head, user_data) = outer(body, 0x65, 6)?;
    let mut reader = Reader::of(user_data, "a Connect Initial");
    let announced = reader.take(CONNECT_DATA.len())?;
    if announced != CONNECT_DATA {
        return Err(cut("a Connect Initial"));
    }
    // The length of what follows is not believed: clients exist that announce two bytes less.
    reader.per_length()?;
    let mut reader = Reader::of(after(reader.rest(), CLIENT_KEY)?, "a Connect Initial");
    let length = reader.per_length()?;
    let (mut kept, mut channels) = (Vec::new(), Channels::default());
    for (kind, mut block) in blocks(reader.take(length)?)? {
        match kind {
            0xc001 => core(&mut block, sign_in)?,
            // No encryption inside TLS.
            0xc002 => put(&mut block, 0, &[0; 8]),
            0xc003 => channels = blank(&mut block, clipboard)?,
            0xc004 => {
                // No session that already is, no smart card.
                let flags = u32_at(&block, 0).unwrap_or_default() & !(0x2 | 0x40);
                put(&mut block, 0, &flags.to_le_bytes());
                put(&mut block, 4, &[0; 4]);
            }
            // Monitors, the message channel, UDP, and what nobody knows.
            _ => continue,
        }
        write_block(&mut kept, kind, &block)?;
    }
    let inner = [
        &CREATE_REQUEST[..],
        CLIENT_KEY,
        &per_length(kept.len())?,
        &kept,
    ]
    .concat();
    let user_data = [&CONNECT_DATA[..], &per_length(inner.len())?, &inner].concat();
    head.extend(tlv(4, &user_data));
    Ok(([&[0x7f][..], &tlv(0x65, &head)].concat(), channels))
}

/// A server's Connect Response as the client gets it, who asked for `channels` and offered the
/// protocols `requested`.
///
/// # Errors
/// If it is no Connect Response, or agrees to what was not asked for.
pub fn connect_response(
    body: &[u8],
    requested: u32,
    channels: Channels,
) -> Result<(Vec<u8>, Connected), Misbehaviour> {
    const WHAT: &str = "a Connect Response";
    let (mut head, user_data) = outer(body, 0x66, 3)?;
    // ENUMERATED 0: it worked.
    if head.first_chunk() != Some(&[0x0a, 1, 0]) {
        return Err(Misbehaviour::NotAgreed {
            what: "a failed Connect Response",
        });
    }
    let mut reader = Reader::of(user_data, WHAT);
    let identifier = reader.take(CONNECT_DATA.len())?;
    reader.per_length()?;
    let inside = reader.rest();
    let data = after(inside, SERVER_KEY)?;
    let before = inside
        .get(..inside.len().saturating_sub(data.len()))
        .unwrap_or_default();
    let mut reader = Reader::of(data, WHAT);
    let length = reader.per_length()?;
    let (mut kept, mut connected) = (Vec::new(), None);
    for (kind, mut block) in blocks(reader.take(length)?)? {
        match kind {
            0x0c01 => {
                // What the client offered to us, and not what we offered: it compares.
                put(&mut block, 4, &requested.to_le_bytes());
                let flags = u32_at(&block, 8).unwrap_or_default() & !0x8;
                put(&mut block, 8, &flags.to_le_bytes());
            }
            0x0c02 => {
                if block.get(..8).is_none_or(|agreed| agreed != [0; 8]) {
                    return Err(Misbehaviour::NotAgreed {
                        what: "encryption inside TLS",
                    });
                }
            }
            0x0c03 => connected = Some(numbers(&block, channels)?),
            _ => continue,
        }
        write_block(&mut kept, kind, &block)?;
    }
    let inner = [before, &per_length(kept.len())?, &kept].concat();
    let user_data = [identifier, &per_length(inner.len())?, &inner].concat();
    head.extend(tlv(4, &user_data));
    let told = [&[0x7f][..], &tlv(0x66, &head)].concat();
    Ok((told, connected.ok_or(cut(WHAT))?))
}

/// The values before the user data, as they are, and the user data.
fn outer(body: &[u8], tag: u8, values: usize) -> Result<(Vec<u8>, &[u8]), Misbehaviour> {
    const WHAT: &str = "a connect message";
    if body.len() > MAX_CONNECT {
        return Err(Misbehaviour::TooMuch {
            what: "bytes of a connect message",
            most: MAX_CONNECT,
        });
    }
    let (first, rest) = body.split_first().ok_or(cut(WHAT))?;
    let (found, mut rest, _) = take(rest)?;
    if *first != 0x7f || found != tag {
        return Err(Misbehaviour::Unexpected {
            what: "an MCS message",
            kind: u32::from(*first) << 8 | u32::from(found),
        });
    }
    let mut head = Vec::new();
    for _ in 0..values {
        let (tag, value, after) = take(rest)?;
        head.extend(tlv(tag, value));
        rest = after;
    }
    match take(rest)? {
        (4, user_data, _) => Ok((head, user_data)),
        (tag, _, _) => Err(Misbehaviour::Unexpected {
            what: "a value of MCS",
            kind: tag.into(),
        }),
    }
}

fn after<'a>(bytes: &'a [u8], key: &[u8]) -> Result<&'a [u8], Misbehaviour> {
    let at = bytes.windows(key.len()).position(|found| found == key);
    at.and_then(|at| bytes.get(at.saturating_add(key.len())..))
        .ok_or(cut("a conference's data"))
}

fn blocks(bytes: &[u8]) -> Result<Vec<(u16, Vec<u8>)>, Misbehaviour> {
    let mut reader = Reader::of(bytes, "a block of settings");
    let mut blocks = Vec::new();
    while !reader.is_empty() {
        let (kind, length) = (reader.u16()?, usize::from(reader.u16()?));
        let length = length.checked_sub(4).ok_or(cut("a block of settings"))?;
        blocks.push((kind, reader.take(length)?.to_vec()));
    }
    Ok(blocks)
}

fn write_block(to: &mut Vec<u8>, kind: u16, block: &[u8]) -> Result<(), Misbehaviour> {
    let length = block.len().saturating_add(4);
    to.extend(kind.to_le_bytes());
    to.extend(super::read::short(length, "bytes of a block")?);
    to.extend(block);
    Ok(())
}

/// What a client says of itself: 32 bits of colour, no graphics pipeline, a size that can be followed.
fn core(block: &mut Vec<u8>, sign_in: SignIn) -> Result<(), Misbehaviour> {
    if block.len() < 132 {
        return Err(cut("a client's core data"));
    }
    if block.len() < CORE {
        block.resize(CORE, 0);
    }
    let (width, height) = (u16_at(block, 4), u16_at(block, 6));
    let (width, height) = (width.unwrap_or_default(), height.unwrap_or_default());
    let pixels = usize::from(width).saturating_mul(usize::from(height));
    if pixels == 0 || pixels > MAX_SCREEN {
        return Err(Misbehaviour::Screen { width, height });
    }
    if u32_at(block, 12) == Some(0) {
        for (at, value) in JAPANESE {
            put(block, at, &value.to_le_bytes());
        }
    }
    put(block, 136, &24_u16.to_le_bytes());
    let depths = u16_at(block, 138).unwrap_or_default() | 8;
    put(block, 138, &depths.to_le_bytes());
    let early = u16_at(block, 140).unwrap_or_default();
    // 32 bits wanted; no measuring of the network, graphics, other time zones, heartbeats, skipped joins.
    let early = early & !(0x80 | 0x100 | 0x200 | 0x400 | 0x800) | 0x2;
    put(block, 140, &early.to_le_bytes());
    put(block, 208, &sign_in.chosen().to_le_bytes());
    Ok(())
}

/// Gives every channel a name that means nothing, but the first of clipboards, if that may be.
fn blank(block: &mut [u8], clipboard: bool) -> Result<Channels, Misbehaviour> {
    let count = u32_at(block, 0).ok_or(cut("a list of channels"))?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let listed = block.get_mut(4..).unwrap_or_default();
    if count > MAX_CHANNELS {
        return Err(Misbehaviour::TooMuch {
            what: "channels",
            most: MAX_CHANNELS,
        });
    }
    if listed.len() < count.saturating_mul(CHANNEL) {
        return Err(cut("a list of channels"));
    }
    let mut channels = Channels {
        count,
        clipboard: None,
    };
    for (number, channel) in listed.chunks_exact_mut(CHANNEL).take(count).enumerate() {
        let keeps = clipboard && channels.clipboard.is_none() && channel.starts_with(CLIPBOARD);
        channel.fill(0);
        if keeps {
            channels.clipboard = Some(number);
            put(channel, 0, CLIPBOARD);
            put(channel, 8, &CLIPBOARD_OPTIONS.to_le_bytes());
            continue;
        }
        put(channel, 0, format!("off{number}").as_bytes());
        // Initialised (2.2.1.3.4.1), as every channel is.
        put(channel, 8, &0x8000_0000_u32.to_le_bytes());
    }
    Ok(channels)
}

/// The numbers that the server gave to the channels.
fn numbers(block: &[u8], asked: Channels) -> Result<Connected, Misbehaviour> {
    let mut reader = Reader::of(block, "the numbers of channels");
    let (io, count) = (reader.u16()?, usize::from(reader.u16()?));
    let mut channels = Vec::with_capacity(asked.count);
    for _ in 0..count.min(asked.count) {
        let number = reader.u16()?;
        let taken = number == 0 || number == io || channels.contains(&number);
        if taken {
            return Err(Misbehaviour::Unexpected {
                what: "a channel's number",
                kind: number.into(),
            });
        }
        channels.push(number);
    }
    if count != asked.count || io == 0 {
        return Err(Misbehaviour::NotAgreed {
            what: "the number of channels",
        });
    }
    let clipboard = asked.clipboard.and_then(|at| channels.get(at).copied());
    Ok(Connected {
        io,
        channels,
        clipboard,
    })
}
