//! Rows of isolation, the kit and the clock.

use access::*;

use super::Row;
use crate::world::*;

/// Isolated, and the kit sealed.
fn isolated() -> World {
    let mut world = World::hospital();
    world.does(&staff(DOCTOR), Command::SealKit);
    world.does(&local(), isolate());
    world
}

/// … and these have agreed to lift it.
fn agreed(by: &Caller, way: LiftWay) -> World {
    let mut world = isolated();
    world.does(by, lift(way));
    world
}

pub(super) fn rows() -> Vec<Row> {
    let h = World::hospital;
    let mut doubted = h();
    let doubt = GatewayNote::ClockDoubted { witness: None };
    doubted.does(&Caller::gateway(), Command::Note(doubt));
    let by_doctor = || agreed(&staff(DOCTOR), LiftWay::Agree);
    let by_nurse = agreed(&staff(NURSE), LiftWay::Agree);
    let by_kit = agreed(&kit(), LiftWay::WithKit);
    let yes = || lift(LiftWay::Agree);
    vec![
        ("isolate", h(), isolate()),
        ("isolate: against what was agreed", by_doctor(), isolate()),
        ("lift: agree, the first", isolated(), yes()),
        ("lift: agree, after another approver", by_doctor(), yes()),
        ("lift: agree, after the approver's own", by_nurse, yes()),
        ("lift: agree, after the kit", by_kit, yes()),
        ("lift: with the kit", isolated(), lift(LiftWay::WithKit)),
        (
            "lift: after a delay, with others there (nobody)",
            isolated(),
            lift(LiftWay::AfterDelay),
        ),
        ("seal_kit", h(), Command::SealKit),
        ("confirm_clock", doubted, Command::ConfirmClock),
    ]
}
