//! A ledger with a bit of everything. Its entries are part of the golden ledgers too
//! (`engine/tests/it/golden.rs`), so it names nothing of this crate but `world`.

use access::*;

use crate::world::*;

/// A ledger with a bit of everything.
pub(crate) fn busy() -> World {
    let mut world = World::in_debt();
    let ito = engineer(ITO);
    world.does(&ito, open(BILLING));
    world.does(&staff(NURSE), approve(&request(1)));
    world.does(&Caller::gateway(), close(1));
    world.does(&ito, report(1));
    world.does(
        &staff(DOCTOR),
        Command::ReconfirmSources { vendor: vendor(2) },
    );
    world.does(&staff(DOCTOR), Command::SealKit);
    world.does(&staff(DOCTOR), chain(&[(NURSE, 0), (DOCTOR, 15)]));
    let pin = Command::PinTarget {
        target: target(RECORDS),
        address: pinned("10.1.2.99"),
    };
    world.does(&staff(OPERATOR), pin);
    let viewed = GatewayNote::RecordingViewed {
        by: Who::Person(person(INSPECTOR)),
        session: session(1),
        how: "show".into(),
    };
    let disagreed = GatewayNote::WitnessDisagreed {
        device: Some(device(1)),
        how: "forked".into(),
        size: 7,
        root: digest(3),
    };
    for note in [GatewayNote::Stopped, viewed, disagreed] {
        world.does(&Caller::gateway(), Command::Note(note));
    }
    by_ssh(&mut world);
    world.does(&local(), isolate());
    world.does(&staff(NURSE), lift(LiftWay::Agree));
    world.does(&staff(CUSTODIAN), lift(LiftWay::Agree));
    world.does(
        &staff(DOCTOR),
        Command::ErasePerson {
            person: person(KATO),
        },
    );
    world
}

/// An attended SSH session with a file, relays, and days for reports.
fn by_ssh(world: &mut World) {
    let doctor = staff(DOCTOR);
    let new = NewTarget {
        attended: true,
        ..ssh_target("pacs", "10.1.2.6", 1)
    };
    world.does(&doctor, Command::RegisterTarget(Box::new(new)));
    world.does(&doctor, set_secret(SHELL));
    let request = world.ask(&engineer(ITO), world.ssh_visit(Some(all_terms())));
    world.does(&doctor, narrowed(&request, file_terms()));
    world.does(&engineer(ITO), open_ssh());
    let of = session(2);
    for command in [
        Command::Attend {
            session: of.clone(),
        },
        Command::PauseSession {
            session: of.clone(),
        },
        Command::ContinueSession {
            session: of.clone(),
        },
    ] {
        world.does(&doctor, command);
    }
    let ask = ChannelAsk::Sftp;
    world.does(
        &engineer(ITO),
        Command::OpenChannel {
            session: of.clone(),
            ask,
        },
    );
    let passed = GatewayNote::FileHandedOver {
        session: of.clone(),
        direction: Handover::Out,
        name: word(20),
        bytes: 12,
        sha256: None,
        look: None,
    };
    world.does(&Caller::gateway(), Command::Note(passed));
    world.does(&doctor, Command::LeaveSession { session: of });
    let pin = Command::PinHostKey {
        target: target(SHELL),
        host_key: "ssh-ed25519 AAAA".into(),
    };
    world.does(&doctor, pin);
    world.does(&doctor, Command::SetReportDue { days: 1 });
    for (name, key) in [("tokyo", 1), ("osaka", 2)] {
        world.does(&doctor, register_relay(name, key));
    }
    world.does(&doctor, remove_relay("tokyo"));
}
