//! The wires, the addresses and the firewall.

use std::fmt::Write as _;

use super::place::Place;
use super::spaces::{INTERNET, LAN, Spaces, feed};

const RULES: &str = include_str!("firewall.nft");

pub(super) const OUTSIDE: [Place; 3] = [Place::Vendor, Place::Stranger, Place::Relay];
const INSIDE: [Place; 4] = [Place::Ehr, Place::Pacs, Place::Lin, Place::Approver];

/// Builds everything. The firewall has its rules before it forwards, and forwards before anybody is
/// connected to it.
pub(super) fn build(spaces: &Spaces) {
    spaces.configure(INTERNET, &switch(spaces, &OUTSIDE, "wan"));
    spaces.configure(LAN, &switch(spaces, &INSIDE, "lan"));
    let firewall = Place::Firewall.name();
    let standing = spaces.spot(firewall);
    feed(standing.enter().args(["nft", "-f", "-"]), RULES);
    standing.inside(|| {
        std::fs::write("/proc/sys/net/ipv4/ip_forward", "1").expect("the firewall can route");
    });
    spaces.configure(
        firewall,
        &format!(
            "link add dmz type veth peer name eth0 netns {}\n\
             addr add 198.51.100.254/24 dev wan\naddr add 203.0.113.1/24 dev lan\n\
             addr add 192.0.2.1/24 dev dmz\n\
             link set lo up\nlink set wan up\nlink set lan up\nlink set dmz up\n",
            spaces.name(Place::Gateway.name())
        ),
    );
    for place in OUTSIDE.iter().chain(&INSIDE).chain(&[Place::Gateway]) {
        spaces.configure(place.name(), &host(*place));
    }
}

/// A segment with these hosts on it, and one leg of the firewall.
fn switch(spaces: &Spaces, hosts: &[Place], leg: &str) -> String {
    let mut script = "link add br0 type bridge\nlink set br0 up\n".to_owned();
    let mut plug = |near: &str, far: &str, whose: &str| {
        let whose = spaces.name(whose);
        let _infallible = write!(
            script,
            "link add v-{near} type veth peer name {far} netns {whose}\n\
             link set v-{near} master br0 up\n"
        );
    };
    for host in hosts {
        plug(host.name(), "eth0", host.name());
    }
    plug(leg, leg, Place::Firewall.name());
    script
}

fn host(place: Place) -> String {
    let mut script = format!(
        "addr add {}/24 dev eth0\nlink set lo up\nlink set eth0 up\n",
        place.address()
    );
    let routes: &[&str] = if OUTSIDE.contains(&place) {
        &["192.0.2.0/24", "203.0.113.0/24"]
    } else {
        &["default"]
    };
    for route in routes {
        let _infallible = writeln!(script, "route add {route} via {}", place.router());
    }
    script
}
