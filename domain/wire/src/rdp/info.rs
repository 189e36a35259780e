//! Client Info (MS-RDPBCGR 2.2.1.11): who signs in, written anew with the account from the vault.

use zeroize::Zeroizing;

use super::credssp::utf16;
use super::misbehaviour::{Misbehaviour, cut};
use super::read::{Reader, short};

/// The account that signs in at the server.
#[derive(Clone)]
pub struct Logon {
    /// Its domain; empty for an account of the machine itself.
    pub domain: String,
    /// Its name.
    pub user: String,
    /// Its password.
    pub password: Zeroizing<String>,
}

impl Logon {
    /// Of an account as Windows' people write it: `DOMAIN\user`, or `user` alone.
    pub fn of(account: &str, password: Zeroizing<String>) -> Self {
        let (domain, user) = account.split_once('\\').unwrap_or(("", account));
        Self {
            domain: domain.to_owned(),
            user: user.to_owned(),
            password,
        }
    }
}

/// The kind in the header of security.
pub(super) const INFO: u16 = 0x40;
/// Flags: text as UTF-16, signing in with what is said here, without sound.
const UNICODE: u32 = 0x10;
const AUTOLOGON: u32 = 0x8;
const NO_SOUND: u32 = 0x8_0000;
/// Compression and its kinds, remote programs, sound from the client.
const NEVER: u32 = 0x80 | 0x1e00 | 0x8000 | 0x20_0000;
/// The length of a time zone (2.2.1.11.1.1.1.1).
const TIME_ZONE: usize = 172;

/// What the server gets instead of what a client said; of that a language, flags and the time zone remain.
/// The password that the client may hold is passed over unread.
pub(super) fn rebuilt(body: &[u8], logon: &Logon) -> Result<Zeroizing<Vec<u8>>, Misbehaviour> {
    const WHAT: &str = "a Client Info";
    let mut reader = Reader::of(body, WHAT);
    let head = reader.take(8)?;
    let flags = reader.u32()?;
    if flags & UNICODE == 0 {
        return Err(Misbehaviour::NotAgreed {
            what: "a client without Unicode",
        });
    }
    let mut lengths = [0; 5];
    for length in &mut lengths {
        *length = usize::from(reader.u16()?);
    }
    for length in lengths {
        reader.take(length.saturating_add(2))?;
    }
    let flags = (flags | AUTOLOGON | NO_SOUND) & !NEVER;
    let [domain, user] = [&logon.domain, &logon.user].map(|text| utf16(text));
    let password = utf16(&logon.password);
    // No program in place of the desktop, in no folder: it would be a way around the terms.
    let texts: [&[u8]; 5] = [&domain, &user, &password, &[], &[]];
    let mut out = Zeroizing::new(Vec::with_capacity(1024));
    out.extend_from_slice(head);
    out.extend_from_slice(&flags.to_le_bytes());
    for text in texts {
        out.extend_from_slice(&short(text.len(), "bytes of an account")?);
    }
    for text in texts {
        out.extend_from_slice(text);
        out.extend_from_slice(&[0, 0]);
    }
    if !reader.is_empty() {
        out.extend_from_slice(&extended(reader)?);
    }
    Ok(out)
}

/// The extended part: no address, no folder, no cookie that would enter without a password.
fn extended(mut reader: Reader<'_>) -> Result<Vec<u8>, Misbehaviour> {
    let family = reader.u16()?;
    let address = usize::from(reader.u16()?);
    reader.take(address)?;
    let folder = usize::from(reader.u16()?);
    reader.take(folder)?;
    let mut out = family.to_le_bytes().to_vec();
    let here = utf16("127.0.0.1\0");
    out.extend(short(here.len(), "bytes of an address")?);
    out.extend_from_slice(&here);
    out.extend([2, 0, 0, 0]);
    let Ok(zone) = reader.take(TIME_ZONE) else {
        return Ok(out);
    };
    out.extend(zone);
    let Ok(_session) = reader.u32() else {
        return Ok(out);
    };
    out.extend([0; 4]);
    let Ok(performance) = reader.u32() else {
        return Ok(out);
    };
    out.extend(performance.to_le_bytes());
    out.extend([0, 0]);
    Ok(out)
}

/// Whether this is a licensing message (2.2.1.12, MS-RDPELE): it says its own length too.
pub(super) fn is_licence(body: &[u8]) -> Result<bool, Misbehaviour> {
    let mut reader = Reader::of(body, "a message");
    let (flags, _high) = (reader.u16()?, reader.u16()?);
    let inside = reader.rest();
    let (Ok(_kind), Ok(length)) = (reader.u16(), reader.u16()) else {
        return Ok(false);
    };
    Ok(flags & 0x80 != 0 && usize::from(length) == inside.len())
}

pub(super) fn is_info(body: &[u8]) -> bool {
    body.first_chunk()
        .is_some_and(|flags| u16::from_le_bytes(*flags) & INFO != 0)
}

/// Licensing messages that are too many or too long end the session.
pub(super) fn licence_fits(body: &[u8], seen: usize) -> Result<(), Misbehaviour> {
    const MOST: usize = 8;
    const LONGEST: usize = 16 << 10;
    if seen >= MOST {
        return Err(Misbehaviour::TooMuch {
            what: "licensing messages",
            most: MOST,
        });
    }
    if body.len() > LONGEST {
        return Err(cut("a licensing message"));
    }
    Ok(())
}
