//! An engineer's device in the hands of somebody who holds to no protocol.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr};
use std::path::Path;

use rcgen::{CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde_json::{Value, json};
use wire::{Decoding, Message, decode};

use crate::tls::{Knock, Wire};

/// What a device keeps of a site, copied by somebody.
#[derive(Debug, Clone)]
pub struct Device {
    /// The engineers' name of the site (SNI).
    pub name: String,
    /// The certificate, DER.
    pub certificate: Vec<u8>,
    /// The key, PKCS #8.
    pub key: Vec<u8>,
    /// The site's CA, DER.
    pub ca: Vec<u8>,
    /// The token of the last sign-in.
    pub token: String,
}

impl Device {
    /// Copied from a computer's folder (`HOME/sites/SITE`).
    ///
    /// # Panics
    /// If no engineer has joined and signed in there.
    pub fn copied(site: &Path) -> Self {
        let file = |name: &str| {
            let path = site.join(name);
            std::fs::read(&path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()))
        };
        let kept: Value = serde_json::from_slice(&file("site.json")).expect("JSON");
        let sign_in: Value = serde_json::from_slice(&file("sign-in.json")).expect("JSON");
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let ca: wire::Bytes = serde_json::from_value(kept["ca"].clone()).expect("a CA");
        Self {
            name: text(&kept["name"]),
            certificate: file("device.crt"),
            key: file("device.key"),
            ca: ca.0,
            token: text(&sign_in["token"]),
        }
    }

    /// Asks as this device.
    pub fn knock(&self, alpn: &[u8]) -> Knock {
        Knock::asking(&self.name, alpn).showing(vec![self.certificate.clone()], &self.key)
    }

    /// What opens a session, as JSON: to be changed before it is sent.
    pub fn wish(&self, target: &str) -> Value {
        json!({"v": 1, "token": self.token, "target": target, "channel": "tcp"})
    }
}

/// A new key, PKCS #8.
pub fn a_key() -> Vec<u8> {
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("randomness");
    pair.serialize_der()
}

/// A certificate for `subject` (PKCS #8), issued by the owner of `issuer` as if it were the CA that
/// `like` shows: the same names, another key.
pub fn issued(like: &[u8], issuer: &[u8], subject: &[u8], is_ca: bool) -> Vec<u8> {
    let issuer = Issuer::from_ca_cert_der(&like.to_vec().into(), pair(issuer)).expect("a CA");
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "a device, it says");
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    if is_ca {
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    }
    let made = params.signed_by(&pair(subject), &issuer).expect("issued");
    made.der().to_vec()
}

fn pair(pkcs8: &[u8]) -> KeyPair {
    let der = PrivatePkcs8KeyDer::from(pkcs8);
    KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_ECDSA_P256_SHA256).expect("a key")
}

/// A frame around any content: its length in four bytes, big-endian.
pub fn frame(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("a length");
    [&length.to_be_bytes()[..], content].concat()
}

/// A frame around a JSON value.
pub fn said(value: &Value) -> Vec<u8> {
    frame(value.to_string().as_bytes())
}

/// A connection to a site, at any of its protocols.
#[derive(Debug)]
pub struct Client {
    wire: Wire,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// If the handshake is not taken.
    pub fn connect(knock: &Knock, from: IpAddr, to: SocketAddr) -> io::Result<Self> {
        knock.connect(from, to).map(|wire| Self { wire })
    }

    /// Says something. Whether the other side still listens is not asked.
    pub fn says(&mut self, bytes: &[u8]) {
        let _gone = self.wire.write_all(bytes).and_then(|()| self.wire.flush());
    }

    /// Hears one message; `None` if the connection ends instead.
    ///
    /// # Panics
    /// If nothing comes for [`crate::tls::PATIENCE`], or something that is no such message.
    pub fn hears<M: Message>(&mut self) -> Option<M> {
        let mut bytes = Vec::new();
        loop {
            let missing = match decode(&bytes).expect("a message of ours") {
                Decoding::Complete { message, .. } => return Some(message),
                Decoding::Needs(missing) => missing,
            };
            let at = bytes.len();
            bytes.resize(at + missing, 0);
            if let Err(cause) = self.wire.read_exact(&mut bytes[at..]) {
                not_left_open(&cause);
                return None;
            }
        }
    }

    /// Everything up to the end of the connection, however it ends.
    ///
    /// # Panics
    /// If it is left open.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        if let Err(cause) = self.wire.read_to_end(&mut rest) {
            not_left_open(&cause);
        }
        rest
    }

    /// Hears exactly so many bytes; `None` if the connection ends before.
    pub fn exactly(&mut self, count: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; count];
        match self.wire.read_exact(&mut bytes) {
            Ok(()) => Some(bytes),
            Err(cause) => {
                not_left_open(&cause);
                None
            }
        }
    }

    /// One call of the HTTP API: the status and the whole answer. The connection ends with it.
    pub fn calls(&mut self, request: &[u8]) -> (Option<u16>, String) {
        self.says(request);
        let answer = String::from_utf8_lossy(&self.rest()).into_owned();
        let status = answer.split(' ').nth(1).and_then(|word| word.parse().ok());
        (status, answer)
    }

    /// Ends it without a word of TLS.
    pub fn hangs_up(self) {
        let _gone = self.wire.sock.shutdown(Shutdown::Both);
    }
}

fn not_left_open(cause: &io::Error) {
    assert_ne!(
        cause.kind(),
        io::ErrorKind::WouldBlock,
        "the connection is left open"
    );
}
