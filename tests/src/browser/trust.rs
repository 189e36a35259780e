//! The site's CA in the key store that Chromium reads on Linux.

use std::path::Path;
use std::process::Command;

use crate::hospital::{Hospital, pinned};
use crate::peers::set_up;
use crate::people::text;

/// Gives a fresh home the site's CA, as the clerk's computer pinned it when joining: for servers, and nothing else.
pub(super) fn trust(home: &Path, hospital: &Hospital) {
    let ca = text(&pinned(&hospital.clerk), "ca");
    let pem = home.join("ca.pem");
    let lines = format!("-----BEGIN CERTIFICATE-----\n{ca}\n-----END CERTIFICATE-----\n");
    std::fs::write(&pem, lines).expect("our own folder");
    let store = home.join(".pki").join("nssdb");
    std::fs::create_dir_all(&store).expect("our own folder");
    let store = format!("sql:{}", store.display());
    set_up(certutil(&store).args(["-N", "--empty-password"]));
    let add = ["-A", "-n", "the site's own CA", "-t", "C,,", "-i"];
    set_up(certutil(&store).args(add).arg(&pem));
}

fn certutil(store: &str) -> Command {
    let mut certutil = Command::new("certutil");
    certutil.args(["-d", store]);
    certutil
}
