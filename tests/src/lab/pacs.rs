//! Orthanc, an image archive that speaks HTTP.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;

use data_encoding::BASE64;
use serde_json::json;

use crate::leash::Leash;
use crate::local::Answer;
use crate::peers::answers;

/// A running archive with one user.
#[derive(Debug)]
pub struct Pacs {
    address: SocketAddr,
    _leash: Leash,
}

impl Pacs {
    /// Its user.
    pub const USER: &'static str = "pacs";
    /// The user's password.
    pub const PASSWORD: &'static str = "Pacs-Pass-1";

    /// Starts it, to listen at this port of everywhere here.
    pub(super) fn start(address: SocketAddr) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("sekisho-orthanc-")
            .tempdir()
            .expect("a temporary folder")
            .keep();
        let configuration = folder.join("orthanc.json");
        std::fs::write(&configuration, configured(&folder, address)).expect("our own folder");
        let mut server = Command::new("Orthanc");
        server.arg(&configuration);
        // It would write its index to the end; the folder goes anyway.
        let leash = Leash::start(&server, &folder.join("orthanc"), Some(&folder), "KILL");
        answers(address);
        Self {
            address,
            _leash: leash,
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks an archive there, from where the thread stands; `password` is [`Self::PASSWORD`] or not.
    pub fn get(at: SocketAddr, path: &str, password: &str) -> std::io::Result<Answer> {
        let mut stream = TcpStream::connect(at)?;
        let who = BASE64.encode(format!("{}:{password}", Self::USER).as_bytes());
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {at}\r\nauthorization: Basic {who}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(crate::local::read(&String::from_utf8_lossy(&answer)))
    }
}

fn configured(folder: &Path, address: SocketAddr) -> String {
    let data = folder.join("data");
    json!({
        "Name": "PACS",
        "StorageDirectory": data,
        "IndexDirectory": data,
        "HttpPort": address.port(),
        "DicomServerEnabled": false,
        "RemoteAccessAllowed": true,
        "AuthenticationEnabled": true,
        "RegisteredUsers": { Pacs::USER: Pacs::PASSWORD },
        "Plugins": [],
    })
    .to_string()
}
