//! What a program answers to a greeting.

use super::misbehaviour::malformed;
use super::read::Fields;
use super::write::{counted, packet, text};
use super::{Misbehaviour, can};
use crate::statements::lossy;

/// The longest name of an account, a database, a program.
const MAX_NAME: usize = 256;

/// A program's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum First {
    /// It wants TLS first.
    Tls,
    /// It signs in.
    Login(Login),
}

/// What a program signs in with. A password is not among it: it proves nothing here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Login {
    /// What the program is capable of.
    pub capabilities: u32,
    /// The longest message that it takes, in bytes.
    pub longest: u32,
    /// Its letters, by their number.
    pub letters: u8,
    /// The user's name as it was typed: it is not used.
    pub user: String,
    /// The database, if one was named.
    pub database: Option<String>,
    /// The name that the program gives itself.
    pub application: String,
}

impl Login {
    /// Reads a message's body.
    ///
    /// # Errors
    /// If it is not one, or is of a program from before MySQL 4.1.
    pub fn read(body: &[u8]) -> Result<First, Misbehaviour> {
        let mut fields = Fields(body);
        let short = || malformed("sign-in");
        let capabilities = fields.u32().ok_or_else(short)?;
        if capabilities & can::PROTOCOL_41 == 0 {
            return Err(malformed("version of the protocol"));
        }
        let longest = fields.u32().ok_or_else(short)?;
        let letters = fields.u8().ok_or_else(short)?;
        fields.bytes(23).ok_or_else(short)?;
        if capabilities & can::TLS != 0 {
            return Ok(First::Tls);
        }
        let user = lossy(fields.text().ok_or_else(short)?);
        if capabilities & can::LONG_PROOF != 0 {
            fields.counted().ok_or_else(short)?;
        } else if capabilities & can::SECURE != 0 {
            let length = fields.u8().ok_or_else(short)?;
            fields.bytes(length.into()).ok_or_else(short)?;
        } else {
            fields.text().ok_or_else(short)?;
        }
        let mut read = Self {
            capabilities,
            longest,
            letters,
            user,
            ..Self::default()
        };
        if capabilities & can::WITH_DATABASE != 0 {
            let named = fields.text_or_rest();
            read.database = (!named.is_empty()).then(|| lossy(named));
        }
        if capabilities & can::PLUGIN != 0 {
            fields.text_or_rest();
        }
        if capabilities & can::ATTRIBUTES != 0 && !fields.0.is_empty() {
            read.application = application(Fields(fields.counted().ok_or_else(short)?));
        }
        let database = read.database.as_deref().unwrap_or_default();
        let names = [&*read.user, database, &*read.application];
        if names.iter().any(|name| name.len() > MAX_NAME) {
            return Err(malformed("name"));
        }
        Ok(First::Login(read))
    }

    /// What goes on to the target: this account, this proof, what both sides can. `tracked`: whether the
    /// target is to tell of another database.
    pub fn ours(&self, user: &str, plugin: &str, proof: &[u8], can_too: u32) -> Vec<u8> {
        let database = self.database.as_deref();
        let body = [
            &self.start(can_too)[..],
            &text(user),
            &if can_too & can::LONG_PROOF == 0 {
                let length = u8::try_from(proof.len()).unwrap_or(u8::MAX);
                [&[length], proof].concat()
            } else {
                counted(proof)
            },
            &database.map(text).unwrap_or_default(),
            &text(plugin),
        ];
        body.concat()
    }

    /// The beginning of it, which asks for TLS where it has that bit and ends there.
    pub fn question_for_tls(&self, can_too: u32) -> Vec<u8> {
        let mut start = self.start(can_too);
        if let Some(second) = start.get_mut(1) {
            *second |= (can::TLS >> 8).to_le_bytes()[0];
        }
        packet(1, &start)
    }

    fn start(&self, can_too: u32) -> Vec<u8> {
        let both = self.capabilities & can_too & can::PASSED;
        let mut said = both | can::MYSQL | can::NEEDED | (can_too & (can::LONG_PROOF | can::TRACK));
        if self.database.is_some() {
            said |= can::WITH_DATABASE;
        }
        let said = said.to_le_bytes();
        [
            &said[..],
            &self.longest.to_le_bytes(),
            &[self.letters],
            &[0; 23],
        ]
        .concat()
    }

    /// Whether the program is told when the database is another.
    pub fn is_told_of_changes(&self) -> bool {
        self.capabilities & can::TRACK != 0
    }

    /// Whether texts of the gateway's own may have other letters than ASCII.
    pub fn reads_utf8(&self) -> bool {
        matches!(self.letters, 33 | 45 | 46 | 76 | 83 | 192..=215 | 223..=247 | 254 | 255)
    }
}

/// The program's name among what it says of itself.
fn application(mut said: Fields<'_>) -> String {
    let mut library = String::new();
    while let (Some(name), Some(value)) = (said.counted(), said.counted()) {
        match name {
            b"program_name" => return lossy(value),
            b"_client_name" => library = lossy(value),
            _ => {}
        }
    }
    library
}
