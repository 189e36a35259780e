//! Certificates of servers that are not ours.

use std::path::Path;
use std::process::Command;

use super::set_up;

/// A certificate for `localhost` and its key, made for this test: `cert.pem` and `key.pem`.
pub(crate) fn self_signed(folder: &Path) {
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "30"]);
    openssl.args(["-pkeyopt", "ec_paramgen_curve:prime256v1"]);
    openssl.args(["-subj", "/CN=localhost"]);
    openssl.args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
    openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    openssl.arg("-keyout").arg(folder.join("key.pem"));
    openssl.arg("-out").arg(folder.join("cert.pem"));
    set_up(&mut openssl);
}
