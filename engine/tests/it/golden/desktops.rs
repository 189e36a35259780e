//! What the golden ledgers tell of desktops.

use access::*;

use crate::world::*;

/// A desktop is registered, narrowed to looking, and visited once.
pub(super) fn of_a_desktop(world: &mut World) {
    let next = |count: usize| u64::try_from(count).unwrap() + 1;
    let at = target(next(world.site.targets().count()));
    let mut new = desktop_target("ct", "10.1.2.61", 1);
    new.desktop.as_mut().unwrap().user = Some("service".into());
    let secret = Command::SetTargetSecret {
        target: at.clone(),
        kind: SecretKind::Password,
        reader: false,
        new: NewSecret::default(),
    };
    for command in [Command::RegisterTarget(Box::new(new)), secret] {
        world.does(&staff(DOCTOR), command);
    }
    let number = next(world.site.requests().count());
    let (asked, of) = (request(number), visit(next(world.site.visits().count())));
    let session = session(next(world.site.sessions().count()));
    let wanted = DesktopTerms {
        clipboard_out: true,
        clipboard_in: true,
        ..DesktopTerms::USUAL
    };
    let looks = DesktopTerms {
        input: false,
        ..wanted
    };
    let asking = Event::VisitRequested {
        request: asked.clone(),
        visit: of.clone(),
        person: person(ITO),
        vendor: vendor(1),
        device: device(1),
        asked: NewVisit {
            target: at.clone(),
            ..world.desktop_visit(Some(wanted))
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
            desktop: Some(looks),
            web: None,
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
                protocol: Protocol::Vnc,
                address: pinned("10.1.2.61"),
                window: world.until(HOUR),
                sessions: Sessions::AtOnce(2),
                recording: RecordingPolicy::Payload,
                quota_bytes: 1000,
                ssh: None,
                database: None,
                desktop: Some(looks),
                attended: false,
                web: None,
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
        protocol: Protocol::Vnc,
        address: "10.1.2.61:5900".parse().unwrap(),
        source: "203.0.113.9".parse().unwrap(),
        until: world.until(HOUR).until,
        recording: RecordingPolicy::Payload,
        quota_left: 1000,
    };
    let entered = Event::ChannelOpened {
        session: session.clone(),
        visit: of.clone(),
        channel: "desktop".into(),
    };
    world.enter(&engineer(ITO), vec![opened, entered]);
    let closed = Event::SessionClosed {
        session,
        visit: of,
        reason: EndReason::EngineerClosed,
        sent: 100,
        received: 1400,
        data_out: 0,
    };
    world.enter(&Caller::gateway(), vec![closed]);
}
