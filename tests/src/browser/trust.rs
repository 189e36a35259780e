//! What vouches for the console, in the key store that Chromium reads on Linux.

use std::path::Path;
use std::process::Command;

use crate::peers::set_up;

/// Gives a fresh home this certificate (PEM): for servers, and nothing else.
pub(super) fn trust(home: &Path, root: &str) {
    let pem = home.join("ca.pem");
    std::fs::write(&pem, root).expect("our own folder");
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
