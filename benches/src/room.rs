//! A network namespace beside this machine's own, joined to it by a wire: where the engineer's end of a
//! VPN stands, whose packets would otherwise never leave the machine.

use std::fs::File;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::AsFd;
use std::process::Command;

use anyhow::{Context as _, Result};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::process::output;

/// Our end of the wire.
pub(crate) const HERE: Ipv4Addr = Ipv4Addr::new(10, 213, 77, 1);
/// The room's end.
pub(crate) const THERE: Ipv4Addr = Ipv4Addr::new(10, 213, 77, 2);

/// The room. Dropping it removes it and the wire.
#[derive(Debug)]
pub(crate) struct Room {
    name: String,
    wire: String,
}

impl Room {
    /// Makes it.
    ///
    /// # Errors
    /// Where the system does not let us, and who is not root.
    pub(crate) fn open() -> Result<Self> {
        // Names of interfaces are short.
        let number = std::process::id() % 100_000;
        let room = Self {
            name: format!("skbench{number}"),
            wire: format!("skb{number}"),
        };
        room.wired().context("a network namespace beside ours")?;
        Ok(room)
    }

    fn wired(&self) -> Result<()> {
        let (name, wire) = (&self.name, &self.wire);
        let (here, there) = (format!("{HERE}/24"), format!("{THERE}/24"));
        let (_, far) = self.interfaces();
        ip(&["netns", "add", name])?;
        ip(&["link", "add", wire, "type", "veth", "peer", "name", &far])?;
        ip(&["link", "set", &far, "netns", name])?;
        ip(&["addr", "add", &here, "dev", wire])?;
        ip(&["link", "set", wire, "up"])?;
        ip(&["-n", name, "addr", "add", &there, "dev", &far])?;
        ip(&["-n", name, "link", "set", &far, "up"])?;
        ip(&["-n", name, "link", "set", "lo", "up"])
    }

    /// Of the room: an address for an interface there, which is then up.
    pub(crate) fn address(&self, interface: &str, address: IpAddr) -> Result<()> {
        let address = format!("{address}/24");
        ip(&["-n", &self.name, "addr", "add", &address, "dev", interface])?;
        ip(&["-n", &self.name, "link", "set", interface, "up"])
    }

    /// A command that becomes its arguments inside: its number is the program's.
    pub(crate) fn enter(&self) -> Command {
        let mut enter = Command::new("nsenter");
        enter.arg(format!("--net={}", self.path())).arg("--");
        enter
    }

    /// Does something on a thread that stands inside: sockets that it makes stay of that place.
    pub(crate) fn inside<T: Send>(&self, work: impl FnOnce() -> T + Send) -> io::Result<T> {
        let namespace = File::open(self.path())?;
        let standing_there = || -> io::Result<T> {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))?;
            Ok(work())
        };
        let done = std::thread::scope(|scope| scope.spawn(standing_there).join());
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    /// Both ends of the wire: ours, and the room's.
    pub(crate) fn interfaces(&self) -> (&str, String) {
        (&self.wire, format!("{}r", self.wire))
    }

    fn path(&self) -> String {
        format!("/run/netns/{}", self.name)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // What was never made needs no removing.
        let _gone = ip(&["link", "del", &self.wire]);
        let _gone = ip(&["netns", "del", &self.name]);
    }
}

/// One command of `ip`, in this machine's own network.
pub(crate) fn ip(arguments: &[&str]) -> Result<()> {
    output(Command::new("ip").args(arguments)).map(drop)
}
