//! What a server says first, and the other way of signing in that it may then ask for.

use super::misbehaviour::malformed;
use super::read::Fields;
use super::write::{packet, text};
use super::{Misbehaviour, Plugin, can, failure};
use crate::statements::{Failure, cut, lossy};

/// The longest name of a server's version.
const MAX_VERSION: usize = 80;
/// The longest challenge that is kept.
const MAX_CHALLENGE: usize = 255;
/// The protocol's version.
const VERSION: u8 = 10;
/// What the gateway's own greeting says of letters: `utf8mb4`.
const UTF8MB4: u8 = 45;
/// Bytes of the gateway's own challenge.
const CHALLENGE: usize = 20;

/// A server's greeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    /// What it calls itself, as far as it can be shown.
    pub version: String,
    /// The number of the connection.
    pub connection: u32,
    /// What is to be answered to prove a password.
    pub challenge: Vec<u8>,
    /// What it is capable of.
    pub capabilities: u32,
    /// In which way somebody signs in, as a rule.
    pub plugin: String,
}

/// What a server says first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Greeted {
    /// It waits for somebody to sign in.
    Greeting(Greeting),
    /// It does not.
    Refused(Failure),
}

impl Greeted {
    /// Reads the first message's body.
    ///
    /// # Errors
    /// If it is not one.
    pub fn read(body: &[u8]) -> Result<Self, Misbehaviour> {
        let mut fields = Fields(body);
        match fields.u8() {
            Some(VERSION) => {}
            Some(0xff) => return Ok(Self::Refused(failure(body))),
            Some(kind) => return Err(Misbehaviour::Unexpected { kind }),
            None => return Err(malformed("greeting")),
        }
        let greeting = greeting(&mut fields).ok_or_else(|| malformed("greeting"))?;
        Ok(Self::Greeting(greeting))
    }
}

fn greeting(fields: &mut Fields<'_>) -> Option<Greeting> {
    let version = lossy(fields.text()?);
    let shown = version.chars().filter(char::is_ascii_graphic).collect();
    let connection = fields.u32()?;
    let mut challenge = fields.bytes(8)?.to_vec();
    fields.u8()?;
    let low = fields.u16()?;
    fields.u8()?;
    fields.u16()?;
    let high = fields.u16()?;
    let length = usize::from(fields.u8()?);
    fields.bytes(10)?;
    let rest = length.saturating_sub(8).max(13).min(fields.0.len());
    challenge.extend_from_slice(fields.bytes(rest)?);
    // One zero ends it.
    if challenge.last() == Some(&0) {
        challenge.pop();
    }
    challenge.truncate(MAX_CHALLENGE);
    Some(Greeting {
        version: cut(shown, MAX_VERSION).0,
        connection,
        challenge,
        capabilities: u32::from(high) << 16 | u32::from(low),
        plugin: lossy(fields.text_or_rest()),
    })
}

impl Greeting {
    /// The gateway's own, in the place of a server that is capable of this: `random` makes the challenge,
    /// which is not looked at again, for nobody proves a password here.
    pub fn ours(&self, random: [u8; CHALLENGE]) -> Vec<u8> {
        let offered = (self.capabilities & can::PASSED)
            | can::MYSQL
            | can::NEEDED
            | can::WITH_DATABASE
            | can::ATTRIBUTES
            | can::LONG_PROOF;
        let [a, b, c, d] = offered.to_le_bytes();
        // No byte of it may be zero.
        let challenge = random.map(|byte| byte % 94 + 33);
        let (first, second) = challenge.split_at(8);
        let length = u8::try_from(CHALLENGE + 1).unwrap_or(u8::MAX);
        let body = [
            &[VERSION][..],
            &text(&self.version),
            &self.connection.to_le_bytes(),
            first,
            &[0, a, b, UTF8MB4, 2, 0, c, d, length],
            &[0; 10],
            second,
            &[0],
            &text(Plugin::Native.name()),
        ];
        packet(0, &body.concat())
    }
}

/// Bytes of a challenge of Ed25519.
const ED25519: usize = 32;

/// Another way of signing in, which a server asks for by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switch {
    /// Its name.
    pub plugin: String,
    /// What is to be answered.
    pub challenge: Vec<u8>,
}

impl Switch {
    /// Reads a message's body.
    ///
    /// # Errors
    /// If it is not one, or asks for the way of before MySQL 4.1.
    pub fn read(body: &[u8]) -> Result<Self, Misbehaviour> {
        let mut fields = Fields(body.get(1..).unwrap_or_default());
        let plugin = fields
            .text()
            .ok_or_else(|| malformed("way of signing in"))?;
        let plugin = cut(lossy(plugin), 64).0;
        let mut challenge = fields.0.get(..MAX_CHALLENGE).unwrap_or(fields.0).to_vec();
        // That of Ed25519 is random bytes and ends with none of the server's: a last zero is its own.
        let whole = Plugin::of(&plugin) == Some(Plugin::Ed25519) && challenge.len() == ED25519;
        if challenge.last() == Some(&0) && !whole {
            challenge.pop();
        }
        Ok(Self { plugin, challenge })
    }
}

#[cfg(test)]
mod switch_tests {
    use super::*;

    fn challenge(plugin: &str, challenge: &[u8]) -> Vec<u8> {
        let body = [&[0xfe], plugin.as_bytes(), &[0], challenge].concat();
        Switch::read(&body).unwrap().challenge
    }

    #[test]
    fn a_challenge_of_ed25519_that_ends_with_zero_stays_whole() {
        let mut random = [7; 32];
        random[31] = 0;
        assert_eq!(challenge("client_ed25519", &random), random);
        let mut native = [7; 21];
        native[20] = 0;
        assert_eq!(challenge("mysql_native_password", &native), [7; 20]);
    }
}
