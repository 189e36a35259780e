//! What the golden ledgers tell of databases.

use access::*;

use crate::world::*;

/// A database is registered, pinned anew, and visited once to read.
pub(super) fn of_a_database(world: &mut World) {
    let next = |count: usize| u64::try_from(count).unwrap() + 1;
    let at = target(next(world.site.targets().count()));
    let secret = |reader| Command::SetTargetSecret {
        target: at.clone(),
        kind: SecretKind::Password,
        reader,
        new: NewSecret::default(),
    };
    let pinned = |n| Command::PinDatabaseServer {
        target: at.clone(),
        server: pinned_server(n),
        risk: None,
    };
    let plain = Command::PinDatabaseServer {
        target: at.clone(),
        server: ServerIdentity::PlainText {
            accepted: "too old for TLS; IT section".into(),
        },
        risk: Some(risk_until(world.now.plus(90 * DAY))),
    };
    let renewed = Command::AcceptRisk {
        target: at.clone(),
        risk: risk_until(world.now.plus(180 * DAY)),
    };
    let withdrawn = Command::WithdrawRisk {
        target: at.clone(),
        reason: "it is replaced".into(),
    };
    let new = database_target("orca", "10.1.2.60", 1);
    let told = [
        Command::RegisterTarget(Box::new(new)),
        secret(false),
        secret(true),
        plain,
        renewed,
        withdrawn,
        pinned(2),
        Command::NamePatientColumns {
            target: at.clone(),
            columns: vec![PatientColumn {
                schema: "public".into(),
                table: "tbl_ptinf".into(),
                column: "ptid".into(),
            }],
        },
    ];
    for command in told {
        world.does(&staff(DOCTOR), command);
    }
    super::secrets::of_its_secrets(world, &at);
    super::alerts::of_its_alerts(world);
    let number = next(world.site.requests().count());
    let (asked, of) = (request(number), visit(next(world.site.visits().count())));
    let session = session(next(world.site.sessions().count()));
    let wanted = DatabaseTerms {
        write: true,
        ..only(&["orca", "jma"])
    };
    let asking = Event::VisitRequested {
        request: asked.clone(),
        visit: of.clone(),
        person: person(ITO),
        vendor: vendor(1),
        device: device(1),
        asked: NewVisit {
            target: at.clone(),
            ..world.database_visit(Some(wanted))
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
            database: Some(only(&["orca"])),
            web: None,
            desktop: None,
        },
        Event::ApprovalGranted {
            request: asked,
            visit: of.clone(),
            grant: grant(number),
            extends: None,
            terms: terms(world, at.clone()),
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
        protocol: Protocol::Postgres,
        address: "10.1.2.60:5432".parse().unwrap(),
        source: "203.0.113.9".parse().unwrap(),
        until: world.until(HOUR).until,
        recording: RecordingPolicy::Payload,
        quota_left: 1000,
    };
    let entered = Event::ChannelOpened {
        session: session.clone(),
        visit: of.clone(),
        channel: "database".into(),
    };
    world.enter(&engineer(ITO), vec![opened, entered]);
    let closed = Event::SessionClosed {
        session,
        visit: of,
        reason: EndReason::DataUsedUp,
        sent: 100,
        received: 1400,
        data_out: 1000,
    };
    world.enter(&Caller::gateway(), vec![closed]);
    let other = NewTarget {
        protocol: Protocol::Mysql,
        ..database_target("ris", "10.1.2.61", 1)
    };
    world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(other)));
}

fn terms(world: &World, at: ids::TargetId) -> Terms {
    Terms {
        person: person(ITO),
        device: device(1),
        target: at,
        protocol: Protocol::Postgres,
        address: pinned("10.1.2.60"),
        window: world.until(HOUR),
        sessions: Sessions::AtOnce(2),
        recording: RecordingPolicy::Payload,
        quota_bytes: 1000,
        ssh: None,
        database: Some(only(&["orca"])),
        web: None,
        desktop: None,
        attended: false,
    }
}
