//! A security key in software, and the browser before it: for tests of every crate that meets passkeys.
//! It does what it is told, also what no honest one does.

use std::cell::Cell;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyUsagePurpose,
};
use serde_json::{Value, json};

/// FIDO's extension with the model of an authenticator.
const AAGUID: &[u64] = &[1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];

/// The model of every key here.
const MODEL: [u8; 16] = *b"sekisho-test-key";

/// A maker of authenticators: its root certificate, and the one under it in each key.
pub(crate) struct Maker {
    root: Vec<u8>,
    leaf: Vec<u8>,
    key: EcdsaKeyPair,
}

impl Maker {
    /// A maker whom nobody knows yet.
    pub(crate) fn new(name: &str) -> Self {
        let root_key = rcgen::KeyPair::generate().unwrap();
        let mut root = params(&format!("{name} root"));
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let certificate = root.self_signed(&root_key).unwrap();
        let issuer = Issuer::new(root, root_key);
        let leaf_key = rcgen::KeyPair::generate().unwrap();
        let mut leaf = params(name);
        leaf.distinguished_name
            .push(DnType::OrganizationalUnitName, "Authenticator Attestation");
        leaf.is_ca = IsCa::ExplicitNoCa;
        let model = [&[0x04, 0x10], MODEL.as_slice()].concat();
        let model = CustomExtension::from_oid_content(AAGUID, model);
        leaf.custom_extensions = vec![model];
        let leaf = leaf.signed_by(&leaf_key, &issuer).unwrap();
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &leaf_key.serialize_der());
        Self {
            root: certificate.der().to_vec(),
            leaf: leaf.der().to_vec(),
            key: key.unwrap(),
        }
    }

    /// Its root, as it publishes it.
    pub(crate) fn pem(&self) -> String {
        let body = data_encoding::BASE64.encode(&self.root);
        let lines: Vec<&str> = body
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            lines.join("\n")
        )
    }
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.not_before = rcgen::date_time_ymd(2000, 1, 1);
    params.not_after = rcgen::date_time_ymd(2100, 1, 1);
    let subject = &mut params.distinguished_name;
    subject.push(DnType::CountryName, "JP");
    subject.push(DnType::OrganizationName, name);
    subject.push(DnType::CommonName, name);
    params
}

/// What a key or a browser does wrong. The default does everything right.
#[derive(Clone, Default)]
pub(crate) struct Flaws {
    /// It does not ask for the PIN.
    pub(crate) unverified: bool,
    /// Its keys are copied to other devices.
    pub(crate) synced: bool,
    /// It says that it was touched for this name.
    pub(crate) rp: Option<&'static str>,
    /// It says this of its counter.
    pub(crate) counter: Option<u32>,
    /// It signs this challenge.
    pub(crate) challenge: Option<String>,
}

/// One key in one authenticator.
pub(crate) struct Key {
    pair: EcdsaKeyPair,
    id: Vec<u8>,
    counter: Cell<u32>,
    synced: Cell<bool>,
}

impl Key {
    /// A fresh one.
    pub(crate) fn new() -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random);
        let pkcs8 = pkcs8.unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref());
        let pair = pair.unwrap();
        let id = sha256(pair.public_key().as_ref())[..20].to_vec();
        Self {
            pair,
            id,
            counter: Cell::new(1),
            synced: Cell::new(false),
        }
    }

    /// Answers the options of a registration, at this origin, attested by a maker or by nobody.
    pub(crate) fn create(
        &self,
        options: &Value,
        origin: &str,
        maker: Option<&Maker>,
        flaws: &Flaws,
    ) -> String {
        self.synced.set(flaws.synced);
        let rp = flaws.rp.unwrap_or(options["rp"]["id"].as_str().unwrap());
        let mut data = self.data(rp, 0x40, flaws);
        data.extend_from_slice(&MODEL);
        data.extend_from_slice(&u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend_from_slice(&self.id);
        data.extend_from_slice(&self.cose());
        let client = client_data("webauthn.create", options, origin, flaws);
        let (format, statement) = match maker {
            None => ("none", map(&[])),
            Some(maker) => {
                let signed = [data.as_slice(), &sha256(client.as_bytes())].concat();
                let signature = sign(&maker.key, &signed);
                let chain = [head(4, 1), bytes(&maker.leaf)].concat();
                let statement = map(&[
                    (text("alg"), head(1, 6)),
                    (text("sig"), bytes(&signature)),
                    (text("x5c"), chain),
                ]);
                ("packed", statement)
            }
        };
        let object = map(&[
            (text("fmt"), text(format)),
            (text("attStmt"), statement),
            (text("authData"), bytes(&data)),
        ]);
        self.answer(json!({
            "attestationObject": encoded(&object),
            "clientDataJSON": encoded(client.as_bytes()),
            "transports": ["usb"],
        }))
    }

    /// Answers the options of a sign-in or a touch, at this origin.
    pub(crate) fn get(&self, options: &Value, origin: &str, flaws: &Flaws) -> String {
        let rp = flaws.rp.unwrap_or(options["rpId"].as_str().unwrap());
        let data = self.data(rp, 0, flaws);
        let client = client_data("webauthn.get", options, origin, flaws);
        let signed = [data.as_slice(), &sha256(client.as_bytes())].concat();
        self.answer(json!({
            "authenticatorData": encoded(&data),
            "clientDataJSON": encoded(client.as_bytes()),
            "signature": encoded(&sign(&self.pair, &signed)),
            "userHandle": null,
        }))
    }

    /// Its id, as options name it.
    pub(crate) fn id(&self) -> String {
        encoded(&self.id)
    }

    fn answer(&self, response: Value) -> String {
        let answer = json!({
            "id": self.id(),
            "rawId": self.id(),
            "type": "public-key",
            "authenticatorAttachment": "cross-platform",
            "clientExtensionResults": {},
            "response": response,
        });
        answer.to_string()
    }

    fn data(&self, rp: &str, flags: u8, flaws: &Flaws) -> Vec<u8> {
        let verified = if flaws.unverified { 0 } else { 0x04 };
        let synced = if flaws.synced || self.synced.get() {
            0x18
        } else {
            0
        };
        let counter = flaws.counter.unwrap_or(self.counter.get());
        self.counter.set(self.counter.get() + 1);
        let mut data = sha256(rp.as_bytes()).to_vec();
        data.push(0x01 | verified | synced | flags);
        data.extend_from_slice(&counter.to_be_bytes());
        data
    }

    /// EC2, ES256, P-256.
    fn cose(&self) -> Vec<u8> {
        let point = self.pair.public_key().as_ref();
        map(&[
            (head(0, 1), head(0, 2)),
            (head(0, 3), head(1, 6)),
            (head(1, 0), head(0, 1)),
            (head(1, 1), bytes(&point[1..33])),
            (head(1, 2), bytes(&point[33..])),
        ])
    }
}

fn client_data(kind: &str, options: &Value, origin: &str, flaws: &Flaws) -> String {
    let put = options["challenge"].as_str().unwrap().to_owned();
    let challenge = flaws.challenge.clone().unwrap_or(put);
    json!({
        "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false,
    })
    .to_string()
}

fn sign(pair: &EcdsaKeyPair, message: &[u8]) -> Vec<u8> {
    let signature = pair.sign(&SystemRandom::new(), message).unwrap();
    signature.as_ref().to_vec()
}

fn sha256(of: &[u8]) -> [u8; 32] {
    digest(&SHA256, of).as_ref().try_into().unwrap()
}

fn encoded(of: &[u8]) -> String {
    BASE64URL_NOPAD.encode(of)
}

/// The head of a CBOR item (RFC 8949): its major type and its number or length.
fn head(major: u8, number: usize) -> Vec<u8> {
    let major = major << 5;
    match number {
        0..=23 => vec![major | u8::try_from(number).unwrap()],
        24..=255 => vec![major | 24, u8::try_from(number).unwrap()],
        _ => {
            let number = u16::try_from(number).unwrap().to_be_bytes();
            [&[major | 25], number.as_slice()].concat()
        }
    }
}

fn bytes(of: &[u8]) -> Vec<u8> {
    [head(2, of.len()), of.to_vec()].concat()
}

fn text(of: &str) -> Vec<u8> {
    [head(3, of.len()), of.as_bytes().to_vec()].concat()
}

fn map(pairs: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let pairs_of = pairs
        .iter()
        .map(|(key, value)| [key.as_slice(), value].concat());
    let body: Vec<u8> = pairs_of.flatten().collect();
    [head(5, pairs.len()), body].concat()
}
