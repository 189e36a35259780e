//! A stunnel at both ends, TLS 1.3, sessions resumed as it does by itself.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::lane::{Lane, Name, Roles};
use crate::process::{Running, free_address, output};

#[derive(Debug)]
pub(crate) struct Stunnel {
    client: Running,
    server: Running,
    entrance: SocketAddr,
}

impl Stunnel {
    pub(crate) fn start(folder: &Path, target: SocketAddr) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let (at, entrance) = (free_address()?, free_address()?);
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
        make.arg(&key).arg("-out").arg(&certificate);
        output(&mut make)?;
        let (key, certificate) = (key.display(), certificate.display());
        let server = one(
            folder,
            "stunnel-server",
            at,
            &format!("accept = {at}\nconnect = {target}\ncert = {certificate}\nkey = {key}\n"),
        )?;
        let client = one(
            folder,
            "stunnel-client",
            entrance,
            &format!(
                "client = yes\naccept = {entrance}\nconnect = {at}\n\
                 CAfile = {certificate}\nverifyPeer = yes\n"
            ),
        )?;
        Ok(Self {
            client,
            server,
            entrance,
        })
    }

    pub(crate) fn lane(&self) -> Lane {
        Lane {
            name: Name::Stunnel,
            entrance: self.entrance,
            roles: Roles {
                gateway: vec![self.server.pid()],
                client: vec![self.client.pid()],
                ..Roles::default()
            },
        }
    }
}

fn one(folder: &Path, name: &'static str, at: SocketAddr, service: &str) -> Result<Running> {
    let config = folder.join(format!("{name}.conf"));
    let lines = format!(
        "foreground = yes\npid =\ndebug = warning\n[bench]\nsslVersionMin = TLSv1.3\n{service}"
    );
    fs::write(&config, lines)?;
    let mut command = Command::new("stunnel");
    command.arg(&config);
    Running::peer(name, &mut command, &folder.join(format!("{name}.log")), at)
}
