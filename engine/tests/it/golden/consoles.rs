//! What the golden ledgers tell of web consoles.

use access::*;

use crate::world::*;

/// A web console is registered, and visited once to look.
pub(super) fn of_a_console(world: &mut World) {
    let next = |count: usize| u64::try_from(count).unwrap() + 1;
    let at = target(next(world.site.targets().count()));
    let new = console_target("pacs-web", "10.1.2.61", 1);
    world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)));
    let secret = Command::SetTargetSecret {
        target: at.clone(),
        kind: SecretKind::Password,
        reader: false,
        new: NewSecret::default(),
    };
    world.does(&staff(DOCTOR), secret);
    let number = next(world.site.requests().count());
    let (asked, of) = (request(number), visit(next(world.site.visits().count())));
    let session = session(next(world.site.sessions().count()));
    let asking = Event::VisitRequested {
        request: asked.clone(),
        visit: of.clone(),
        person: person(ITO),
        vendor: vendor(1),
        device: device(1),
        asked: NewVisit {
            target: at.clone(),
            ..world.console_visit(Some(changing()))
        },
    };
    world.enter(&engineer(ITO), vec![asking]);
    let approved = vec![
        Event::ApprovalGiven {
            request: asked.clone(),
            visit: of.clone(),
            conditions: None,
            narrower: None,
            ssh: None,
            database: None,
            web: Some(looking()),
            desktop: None,
        },
        Event::ApprovalGranted {
            request: asked,
            visit: of.clone(),
            grant: grant(number),
            extends: None,
            terms: Terms {
                person: person(ITO),
                device: device(1),
                target: at.clone(),
                protocol: Protocol::Http,
                address: pinned("10.1.2.61"),
                window: world.until(HOUR),
                sessions: Sessions::Once,
                recording: RecordingPolicy::Payload,
                quota_bytes: 1000,
                ssh: None,
                database: None,
                web: Some(looking()),
                attended: false,
                desktop: None,
            },
        },
    ];
    world.enter(&staff(NURSE), approved);
    let opened = Event::SessionOpened {
        session: session.clone(),
        visit: of.clone(),
        grant: grant(number),
        person: person(ITO),
        device: device(1),
        target: at,
        protocol: Protocol::Http,
        address: "10.1.2.61:8043".parse().unwrap(),
        source: "203.0.113.9".parse().unwrap(),
        until: world.until(HOUR).until,
        recording: RecordingPolicy::Payload,
        quota_left: 1000,
    };
    let entered = |channel: &str| Event::ChannelOpened {
        session: session.clone(),
        visit: of.clone(),
        channel: channel.into(),
    };
    let entered = vec![opened, entered("web"), entered("web-line")];
    world.enter(&engineer(ITO), entered);
    let closed = Event::SessionClosed {
        session,
        visit: of,
        reason: EndReason::EngineerClosed,
        sent: 100,
        received: 900,
        data_out: 900,
    };
    world.enter(&Caller::gateway(), vec![closed]);
}
