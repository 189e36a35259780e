//! NTLMv2 (MS-NLMP): three messages, and sealing with what they agree on.

use zeroize::Zeroizing;

use super::super::misbehaviour::{Misbehaviour, cut};
use super::super::read::{Reader, put, short, u16_at, u32_at};
use super::old::{Rc4, hmac_md5, md4};
use super::{Chance, Logon, utf16};

/// Unicode, the target is named, signing, sealing, NTLM, always, extended session security, version, 128
/// bits, a key of our own, 56 bits.
const FLAGS: u32 = 0x1
    | 0x4
    | 0x10
    | 0x20
    | 0x200
    | 0x8000
    | EXTENDED
    | 0x0200_0000
    | 0x2000_0000
    | 0x4000_0000
    | 0x8000_0000;
const EXTENDED: u32 = 0x8_0000;
/// Windows 10, revision 15 (2.2.2.10).
const VERSION: [u8; 8] = [10, 0, 0x61, 0x4a, 0, 0, 0, 15];
const SIGNATURE: &[u8; 8] = b"NTLMSSP\0";
/// Parts of the target's information (2.2.2.1).
const END: u16 = 0;
const FLAG_PART: u16 = 6;
const TIME: u16 = 7;
/// The length of the last message up to its first text, and where its proof of integrity stands.
const HEAD: usize = 88;
const INTEGRITY: usize = 72;

/// The first message.
pub(super) fn negotiate() -> Vec<u8> {
    [
        &SIGNATURE[..],
        &1_u32.to_le_bytes(),
        &FLAGS.to_le_bytes(),
        &[0; 16],
        &VERSION,
    ]
    .concat()
}

/// The key that stands for the account (NTOWFv2).
pub(in super::super) fn response_key(logon: &Logon) -> Zeroizing<[u8; 16]> {
    let user = utf16(&logon.user.to_uppercase());
    let domain = utf16(&logon.domain);
    hmac_md5(&*md4(&utf16(&logon.password)), &[&user, &domain])
}

/// The answer to a challenge, and the key of the session under which our own is sent (3.3.2).
pub(in super::super) fn response(
    key: &[u8; 16],
    server: &[u8; 8],
    time: [u8; 8],
    client: [u8; 8],
    information: &[u8],
) -> (Vec<u8>, Zeroizing<[u8; 16]>) {
    let temp = [
        &[1, 1, 0, 0, 0, 0, 0, 0][..],
        &time,
        &client,
        &[0; 4],
        information,
        &[0; 4],
    ]
    .concat();
    let proof = hmac_md5(key, &[server, &temp]);
    let base = hmac_md5(key, &[&*proof]);
    ([&proof[..], &temp].concat(), base)
}

/// The last message: the answer to the challenge.
pub(super) fn authenticate(
    negotiate: &[u8],
    challenge: &[u8],
    logon: &Logon,
    chance: &Chance,
) -> Result<Vec<u8>, Misbehaviour> {
    const WHAT: &str = "a challenge of NTLM";
    let mut reader = Reader::of(challenge, WHAT);
    let signature = reader.take(12)?;
    if signature != [&SIGNATURE[..], &2_u32.to_le_bytes()].concat() {
        return Err(cut(WHAT));
    }
    let flags = u32_at(challenge, 20).ok_or(cut(WHAT))?;
    let server = challenge.get(24..32).and_then(<[u8]>::first_chunk);
    let server: &[u8; 8] = server.ok_or(cut(WHAT))?;
    let length = u16_at(challenge, 40).ok_or(cut(WHAT))?.into();
    let offset = u32_at(challenge, 44).ok_or(cut(WHAT))?;
    let offset = usize::try_from(offset).map_err(|_| cut(WHAT))?;
    let information = challenge.get(offset..).and_then(|rest| rest.get(..length));
    let (time, information) = completed(information.ok_or(cut(WHAT))?)?;
    let account = response_key(logon);
    let (answer, base) = response(&account, server, time, chance.challenge, &information);
    let key = Rc4::new(&*base).apply(&*chance.key);
    let [domain, user] = [&logon.domain, &logon.user].map(|text| utf16(text));
    let machine = utf16("SEKISHO");
    let mut message = [&SIGNATURE[..], &3_u32.to_le_bytes()].concat();
    let mut body: Vec<u8> = Vec::new();
    for field in [&[0; 24][..], &answer, &domain, &user, &machine, &key] {
        let length = short(field.len(), "bytes of an NTLM message")?;
        let at = u32::try_from(HEAD.saturating_add(body.len())).map_err(|_| cut(WHAT))?;
        message.extend([length, length].as_flattened());
        message.extend(at.to_le_bytes());
        body.extend(field);
    }
    message.extend((FLAGS & flags | EXTENDED).to_le_bytes());
    message.extend(VERSION);
    message.extend([0; 16]);
    message.extend(body);
    let integrity = hmac_md5(&*chance.key, &[negotiate, challenge, &message]);
    put(&mut message, INTEGRITY, &*integrity);
    Ok(message)
}

/// The server's information with what says that integrity is proved, and its time.
fn completed(information: &[u8]) -> Result<([u8; 8], Vec<u8>), Misbehaviour> {
    let mut reader = Reader::of(information, "NTLM's information");
    let (mut time, mut out) = ([0; 8], Vec::new());
    loop {
        let (kind, length) = (reader.u16()?, reader.u16()?);
        let value = reader.take(length.into())?;
        match kind {
            END => break,
            FLAG_PART => continue,
            TIME => time = *value.first_chunk().ok_or(cut("NTLM's time"))?,
            _ => {}
        }
        out.extend(kind.to_le_bytes());
        out.extend(length.to_le_bytes());
        out.extend(value);
    }
    out.extend([6, 0, 4, 0, 2, 0, 0, 0]);
    out.extend([0; 4]);
    Ok((time, out))
}

/// Sealing in one direction (3.4).
pub(super) struct Sealing {
    sign: Zeroizing<[u8; 16]>,
    cipher: Rc4,
    count: u32,
}

impl Sealing {
    pub(super) fn new(key: &[u8; 16], direction: &str) -> Self {
        let derived = |what: &str| {
            let constant = format!("session key to {direction} {what} key magic constant\0");
            let both = Zeroizing::new([&key[..], constant.as_bytes()].concat());
            Zeroizing::new(md5::compute(&*both).0)
        };
        Self {
            sign: derived("signing"),
            cipher: Rc4::new(&*derived("sealing")),
            count: 0,
        }
    }

    fn signature(&mut self, message: &[u8]) -> Vec<u8> {
        let count = self.count.to_le_bytes();
        self.count = self.count.wrapping_add(1);
        let sum = hmac_md5(&*self.sign, &[&count, message]);
        let (sum, _) = sum.split_at(8);
        [&[1, 0, 0, 0][..], &self.cipher.apply(sum), &count].concat()
    }

    pub(super) fn seal(&mut self, message: &[u8]) -> Vec<u8> {
        let sealed = self.cipher.apply(message);
        [self.signature(message), sealed].concat()
    }

    /// `None` if it was not sealed by the other side.
    pub(super) fn open(&mut self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (signature, body) = sealed.split_at_checked(16)?;
        let message = Zeroizing::new(self.cipher.apply(body));
        (self.signature(&message) == signature).then_some(message)
    }
}
