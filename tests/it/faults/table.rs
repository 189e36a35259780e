//! Every fault, one after the other, and how long each takes.

use std::time::Duration;

use acceptance::lab::Place;
use acceptance::relayed::FIRST;
use acceptance::work::{Pace, Row, Stage};

use super::{
    cut_for_a_moment, cut_for_long, disk_full, far_away, gateway_killed, over, relay_killed,
    target_killed,
};

/// The table of docs/operating/faults.md.
#[test]
#[ignore = "takes a quarter of an hour: cargo xtask lab-faults"]
fn the_table_of_faults() {
    let Some(mut stage) = Stage::set() else {
        return;
    };
    let lab = &stage.open.lab;
    lab.give_up_after(&[Place::Vendor, Place::Relay, Place::Gateway], 8);
    let mut rows = Vec::new();
    for place in [Place::Vendor, Place::Relay, Place::Gateway, Place::Lin] {
        rows.push(cut_for_a_moment(&stage, place));
        for pace in [Pace::Idle, Pace::Busy] {
            rows.push(cut_for_long(&stage, place, pace));
            stage.open.connected(FIRST);
        }
    }
    rows.push(target_killed(&mut stage));
    rows.push(relay_killed(&mut stage));
    rows.push(gateway_killed(&mut stage));
    drop(stage);
    rows.extend(disk_full());
    for each_way in [25, 100] {
        let stage = far_away(Duration::from_millis(each_way)).unwrap();
        rows.push(over(&stage, &format!("{} ms of round trip", each_way * 2)));
    }
    let stage = Stage::set().unwrap();
    for place in [Place::Vendor, Place::Relay, Place::Gateway] {
        stage.open.lab.lose(place, 2);
    }
    rows.push(over(&stage, "2 % of all packets lost on each wire"));
    eprintln!("{}", Row::table(&rows));
}
