//! What goes wrong between machines: cables, and air that loses packets.

use super::place::Place;
use super::spaces::{INTERNET, LAN, feed};
use super::{Lab, network};

impl Lab {
    /// Cuts a place's cable, at the switch's end: the machine there keeps its addresses and routes, as
    /// one does whose cable is out, and nothing passes either way. Nobody is told.
    pub fn cut(&self, place: Place) {
        self.port(place, "down");
    }

    /// Plugs it in again.
    pub fn plug(&self, place: Place) {
        self.port(place, "up");
    }

    fn port(&self, place: Place, state: &str) {
        let (space, port) = if place == Place::Gateway {
            // Its other end is the firewall's own.
            (Place::Firewall.name(), "dmz".to_owned())
        } else if network::OUTSIDE.contains(&place) {
            (INTERNET, port_of(place))
        } else {
            (LAN, port_of(place))
        };
        self.spaces
            .configure(space, &format!("link set {port} {state}\n"));
    }

    /// From now on this place loses so many of a hundred packets that come to it, at random. Packets are
    /// those of a wire: the kernel's own bundles of many are switched off on the way there.
    pub fn lose(&self, place: Place, percent: u8) {
        let script = "link set dev eth0 gso_max_segs 1 gso_max_size 2048\n";
        self.spaces.configure(place.name(), script);
        let rules = format!(
            "table inet loss {{\n chain in {{\n  type filter hook input priority -300;\n  \
             iifname \"eth0\" numgen random mod 100 < {percent} drop\n }}\n}}\n"
        );
        feed(self.spot(place).enter().args(["nft", "-f", "-"]), &rules);
    }

    /// After so many retransmissions that nobody answers a connection of these machines is given up
    /// (`tcp(7)`, `tcp_retries2`): what docs/operating/install.md asks of their operators is 8.
    pub fn give_up_after(&self, places: &[Place], retries: u8) {
        for place in places {
            self.inside(*place, || {
                let file = "/proc/sys/net/ipv4/tcp_retries2";
                std::fs::write(file, retries.to_string()).expect("root may set its own namespace");
            });
        }
    }

    /// The state of every TCP connection of a place, a line each, with its timers.
    pub fn connections(&self, place: Place) -> Vec<String> {
        let ss = crate::run::Run::of("ss").args(["-H", "-t", "-n", "-o", "state", "established"]);
        let said = self.run(place, ss).ok().text();
        said.lines().map(str::to_owned).collect()
    }
}

fn port_of(place: Place) -> String {
    format!("v-{}", place.name())
}
