//! What is said before a screen is shown: versions, types of security, answers to a password's question.

use zeroize::Zeroizing;

use super::Misbehaviour;

/// A version of RFB (RFC 6143 §7.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 3.3: the server says which type of security it is.
    V3_3,
    /// 3.7: the viewer chooses one.
    V3_7,
    /// 3.8: as 3.7, and a refusal says why.
    V3_8,
}

impl Version {
    /// Reads the first line of either side, and takes what is newer for 3.8, and what stands between two
    /// for the older, as servers and viewers with numbers of their own mean it.
    ///
    /// # Errors
    /// If it is not one.
    pub fn read(line: &[u8; 12]) -> Result<Self, Misbehaviour> {
        let numbers = line
            .strip_prefix(b"RFB ")
            .and_then(|rest| rest.strip_suffix(b"\n"))
            .filter(|rest| rest.get(3) == Some(&b'.'))
            .and_then(|rest| Some((number(rest.get(..3)?)?, number(rest.get(4..)?)?)));
        match numbers {
            Some((3, 0..=6)) => Ok(Self::V3_3),
            Some((3, 7)) => Ok(Self::V3_7),
            Some((3.., _)) => Ok(Self::V3_8),
            _ => Err(Misbehaviour::NotRfb),
        }
    }

    /// Its line.
    pub fn line(self) -> &'static [u8; 12] {
        match self {
            Self::V3_3 => b"RFB 003.003\n",
            Self::V3_7 => b"RFB 003.007\n",
            Self::V3_8 => b"RFB 003.008\n",
        }
    }
}

fn number(digits: &[u8]) -> Option<u16> {
    let digits = digits.iter().all(u8::is_ascii_digit).then_some(digits)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Types of security by number (RFC 6143 §7.2, and VeNCrypt's in the community's description of RFB).
pub mod security {
    /// Nothing is asked.
    pub const NONE: u8 = 1;
    /// A challenge, answered with a password of eight bytes.
    pub const VNC: u8 = 2;
    /// TLS and others inside.
    pub const VENCRYPT: u8 = 19;
    /// The one version of VeNCrypt that anybody speaks.
    pub const VENCRYPT_VERSION: [u8; 2] = [0, 2];
    /// Types inside VeNCrypt that a gateway accepts: those with a certificate, whose key is pinned.
    pub mod x509 {
        /// TLS with a certificate, then [`VNC`](super::VNC).
        pub const VNC: u32 = 261;
        /// TLS with a certificate, then a name and a password.
        pub const PLAIN: u32 = 262;
    }
}

/// A name and a password as VeNCrypt's Plain takes them; `None` if they are longer than any that is typed.
pub fn plain_answer(user: &str, password: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let of = |bytes: &[u8]| u16::try_from(bytes.len()).ok().map(u32::from);
    let lengths = [of(user.as_bytes())?, of(password)?].map(u32::to_be_bytes);
    let said = [lengths.as_flattened(), user.as_bytes(), password].concat();
    Some(Zeroizing::new(said))
}

/// A sentence with its length before it, as the reason of a refusal is said.
pub fn failure(reason: &str) -> Vec<u8> {
    let length = u32::try_from(reason.len()).unwrap_or(0);
    [&length.to_be_bytes()[..], reason.as_bytes()].concat()
}
