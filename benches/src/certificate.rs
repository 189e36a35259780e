//! A key and a certificate of its own, for servers that the benches start.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::process::output;

/// Makes both in this folder, and gives their files: the key's and the certificate's.
pub(crate) fn make(folder: &Path) -> Result<(PathBuf, PathBuf)> {
    let (key, certificate) = (folder.join("key.pem"), folder.join("certificate.pem"));
    let mut make = Command::new("openssl");
    make.args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
    ]);
    make.args(["-nodes", "-days", "2", "-subj", "/CN=bench", "-keyout"]);
    output(make.arg(&key).arg("-out").arg(&certificate))?;
    Ok((key, certificate))
}
