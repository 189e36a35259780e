//! A stunnel at both ends, TLS 1.3, sessions resumed as it does by itself.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::certificate;
use crate::lane::{Lane, Name, Roles};
use crate::process::{Running, free_address};
use crate::room::Room;

#[derive(Debug)]
pub(crate) struct Stunnel {
    client: Running,
    server: Running,
    /// Of the server.
    at: SocketAddr,
    entrance: SocketAddr,
}

impl Stunnel {
    pub(crate) fn start(folder: &Path, target: SocketAddr) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let (at, entrance) = (free_address()?, free_address()?);
        let (key, certificate) = certificate::make(folder)?;
        let (key, certificate) = (key.display(), certificate.display());
        let service =
            format!("accept = {at}\nconnect = {target}\ncert = {certificate}\nkey = {key}\n");
        let mut serve = command(folder, "stunnel-server", &service)?;
        let mut dial = command(folder, "stunnel-client", &dialling(folder, entrance, at))?;
        let log = |name: &str| folder.join(format!("{name}.log"));
        Ok(Self {
            server: Running::peer("stunnel", &mut serve, &log("stunnel-server"), at)?,
            client: Running::peer("stunnel", &mut dial, &log("stunnel-client"), entrance)?,
            at,
            entrance,
        })
    }

    pub(crate) fn server_address(&self) -> SocketAddr {
        self.at
    }

    /// Another client, in a room, which knows the server at `at`.
    pub(crate) fn far_client(
        &self,
        folder: &Path,
        room: &Room,
        at: SocketAddr,
    ) -> Result<(Running, SocketAddr)> {
        let entrance = free_address()?;
        let inner = command(folder, "stunnel-far", &dialling(folder, entrance, at))?;
        let mut dial = room.enter();
        dial.arg(inner.get_program()).args(inner.get_args());
        let log = folder.join("stunnel-far.log");
        let client = Running::peer_inside(room, "stunnel", &mut dial, &log, entrance)?;
        Ok((client, entrance))
    }

    pub(crate) fn lane(&self) -> Lane {
        Lane {
            name: Name::Stunnel,
            entrance: self.entrance.into(),
            roles: Roles {
                gateway: vec![self.server.pid()],
                client: vec![self.client.pid()],
                ..Roles::default()
            },
        }
    }
}

/// A client's service.
fn dialling(folder: &Path, entrance: SocketAddr, at: SocketAddr) -> String {
    let certificate = folder.join("certificate.pem");
    let certificate = certificate.display();
    format!(
        "client = yes\naccept = {entrance}\nconnect = {at}\n\
         CAfile = {certificate}\nverifyPeer = yes\n"
    )
}

fn command(folder: &Path, name: &str, service: &str) -> Result<Command> {
    let config = folder.join(format!("{name}.conf"));
    let lines = format!(
        "foreground = yes\npid =\ndebug = warning\n[bench]\nsslVersionMin = TLSv1.3\n{service}"
    );
    fs::write(&config, lines)?;
    let mut command = Command::new("stunnel");
    command.arg(&config);
    Ok(command)
}
