//! The certificates that the machine trusts, as its distribution keeps them.

use std::path::Path;

/// Where distributions keep all of them in one file: Debian, Red Hat, SUSE, Alpine.
const BUNDLES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// The most that is read: three times what Debian has.
const MOST: u64 = 1 << 20;

/// The machine's trusted certificates, PEM; `None` if it has none.
pub fn platform_roots() -> Option<Vec<u8>> {
    let mut bundles = BUNDLES.iter().map(Path::new);
    bundles.find_map(|path| {
        let small = std::fs::metadata(path).ok()?.len() <= MOST;
        std::fs::read(path).ok().filter(|_| small)
    })
}
