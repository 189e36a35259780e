//! What the programs that show a desktop over RDP are told.

use std::net::SocketAddr;
use std::path::Path;

use crate::failure::{Failure, Kind};

/// Writes the file that mstsc is started with: where, and that nothing of this computer is offered but copied text, for
/// nothing else would pass.
pub(super) fn write_file(path: &Path, is_rdp: bool, listening: SocketAddr) -> Result<(), Failure> {
    if !is_rdp {
        return Err(Failure::new(Kind::Usage, "connect-rdp-file-not-for"));
    }
    client::keep::write_new_private(path, file(listening).as_bytes())
        .map_err(|cause| Failure::unwritable(path, &cause))
}

/// The settings, by name, kind and value. The gateway signs in at the desktop, so nothing is asked for here.
fn file(listening: SocketAddr) -> String {
    let address = listening.to_string();
    let settings = [
        ("full address", "s", address.as_str()),
        ("enablecredsspsupport", "i", "0"),
        ("authentication level", "i", "0"),
        ("prompt for credentials", "i", "0"),
        ("username", "s", "sekisho"),
        ("session bpp", "i", "32"),
        ("autoreconnection enabled", "i", "0"),
        ("networkautodetect", "i", "0"),
        ("keyboardhook", "i", "1"),
        ("audiomode", "i", "2"),
        ("audiocapturemode", "i", "0"),
        // Which texts pass, and which way, the gateway decides by the visit's terms; files never do.
        ("redirectclipboard", "i", "1"),
        ("redirectprinters", "i", "0"),
        ("redirectsmartcards", "i", "0"),
        ("redirectcomports", "i", "0"),
        ("redirectwebauthn", "i", "0"),
        ("drivestoredirect", "s", ""),
        ("usbdevicestoredirect", "s", ""),
        ("camerastoredirect", "s", ""),
    ];
    settings
        .map(|(name, kind, value)| format!("{name}:{kind}:{value}\r\n"))
        .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_names_the_port_and_offers_nothing_of_this_computer_but_copied_text() {
        let text = file("127.0.0.1:3390".parse().unwrap());
        assert!(text.starts_with("full address:s:127.0.0.1:3390\r\n"));
        for nothing in ["redirectprinters:i:0", "drivestoredirect:s:\r\n"] {
            assert!(text.contains(nothing), "{nothing}");
        }
        assert!(!text.to_lowercase().contains("password"));
    }
}
