//! What the golden ledgers tell of consoles by telnet.

use access::*;

use crate::world::*;

/// A console is registered on an accepted risk, and asked for.
pub(super) fn of_a_console_by_telnet(world: &mut World) {
    let next = |count: usize| u64::try_from(count).unwrap() + 1;
    let at = target(next(world.site.targets().count()));
    let new = NewTarget {
        risk: Some(risk_until(world.now.plus(200 * DAY))),
        ..telnet_target("xray", "10.1.2.62", 1)
    };
    let secret = Command::SetTargetSecret {
        target: at.clone(),
        kind: SecretKind::Password,
        reader: false,
        new: NewSecret::default(),
    };
    for command in [Command::RegisterTarget(Box::new(new)), secret] {
        world.does(&staff(DOCTOR), command);
    }
    let asking = Event::VisitRequested {
        request: request(next(world.site.requests().count())),
        visit: visit(next(world.site.visits().count())),
        person: person(ITO),
        vendor: vendor(1),
        device: device(1),
        asked: NewVisit {
            target: at,
            ssh: Some(SshTerms::terminal_only()),
            ..world.visit_to(BILLING, HOUR)
        },
    };
    world.enter(&engineer(ITO), vec![asking]);
}
