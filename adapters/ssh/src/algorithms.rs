//! What is offered: nothing with SHA-1, RSA, CBC or compression.

use std::borrow::Cow;

use russh::keys::{Algorithm, EcdsaCurve};
use russh::{Limits, Preferred, SshId, cipher, compression, kex, mac};

use crate::limits::{BYTES_PER_KEY, TIME_PER_KEY};

/// Hybrid first; `curve25519` for OpenSSH before 9.9 (`russh` has no `sntrup761`); the NIST curves
/// for machines that know no other. The last four are no algorithms but marks: extension negotiation
/// (RFC 8308) and strict key exchange (against Terrapin, CVE-2023-48795).
const KEX: &[kex::Name] = &[
    kex::MLKEM768X25519_SHA256,
    kex::CURVE25519,
    kex::CURVE25519_PRE_RFC_8731,
    kex::ECDH_SHA2_NISTP256,
    kex::ECDH_SHA2_NISTP384,
    kex::EXTENSION_SUPPORT_AS_CLIENT,
    kex::EXTENSION_SUPPORT_AS_SERVER,
    kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT,
    kex::EXTENSION_OPENSSH_STRICT_KEX_AS_SERVER,
];

/// AES-GCM first: with AES instructions it moves twice as much as ChaCha20 here.
const CIPHERS: &[cipher::Name] = &[
    cipher::AES_256_GCM,
    cipher::AES_128_GCM,
    cipher::AES_256_CTR,
    cipher::AES_128_CTR,
    cipher::CHACHA20_POLY1305,
];

/// For engineers' clients without ChaCha20: theirs is the order that counts (RFC 4253 §7.1), OpenSSH
/// puts ChaCha20 first, and every client that knows it knows AES too.
const CIPHERS_SERVED: &[cipher::Name] = &[
    cipher::AES_256_GCM,
    cipher::AES_128_GCM,
    cipher::AES_256_CTR,
    cipher::AES_128_CTR,
];

const MACS: &[mac::Name] = &[
    mac::HMAC_SHA256_ETM,
    mac::HMAC_SHA512_ETM,
    mac::HMAC_SHA256,
    mac::HMAC_SHA512,
];

/// The kinds of keys that we take.
pub(crate) const KEYS: &[Algorithm] = &[
    Algorithm::Ed25519,
    Algorithm::Ecdsa {
        curve: EcdsaCurve::NistP256,
    },
    Algorithm::Ecdsa {
        curve: EcdsaCurve::NistP384,
    },
    Algorithm::Ecdsa {
        curve: EcdsaCurve::NistP521,
    },
];

/// What we offer to engineers' clients.
pub(crate) fn served() -> Preferred {
    Preferred {
        cipher: Cow::Borrowed(CIPHERS_SERVED),
        ..preferred(Cow::Borrowed(KEYS))
    }
}

/// What we offer to targets, with host keys of these kinds only.
pub(crate) fn preferred(keys: Cow<'static, [Algorithm]>) -> Preferred {
    Preferred {
        kex: Cow::Borrowed(KEX),
        key: keys,
        host_key_certificates: Cow::Borrowed(&[]),
        cipher: Cow::Borrowed(CIPHERS),
        mac: Cow::Borrowed(MACS),
        // Before or after sign-in, compression is room for a bomb (CVE-2026-42189).
        compression: Cow::Borrowed(&[compression::NONE]),
    }
}

/// When our side asks for new keys.
pub(crate) fn limits() -> Limits {
    Limits {
        rekey_write_limit: BYTES_PER_KEY,
        rekey_read_limit: BYTES_PER_KEY,
        rekey_time_limit: TIME_PER_KEY,
    }
}

/// How we call ourselves: no version, which would only help who looks for old ones.
pub(crate) fn name() -> SshId {
    SshId::Standard(Cow::Borrowed("SSH-2.0-Sekisho"))
}
