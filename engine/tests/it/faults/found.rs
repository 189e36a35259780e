//! What lies on the disk after a fault, read by the next process: the ledger was verified when it opened;
//! here it is asked what stands, each recording is verified, and the visit's story is told.

use access::{Door, EndReason};
use engine::TargetSecret;
use recording::Ending;

use super::during::During;
use super::steps::{NEW, PLAN, open};
use super::world::World;
use crate::hospital::{code_of, passphrase, until};

/// Two lines: what is found of the broken step, and the story. What was `promised` has to stand.
pub(super) fn look(world: &World, during: During, promised: bool) -> String {
    // What the last process left open is closed within seconds.
    until(
        "every session has its end",
        std::time::Duration::from_secs(60),
        || world.engine.site().live_sessions().next().is_none(),
    );
    let story = story(world, during);
    let (stands, found) = found(world, during);
    assert!(
        stands || !promised,
        "{during:?}: it was answered as done, and {found}"
    );
    format!("{found}\n{story}")
}

/// The session of the visit and its recording; verified, every byte.
fn story(world: &World, during: During) -> String {
    let sessions: Vec<_> = {
        let site = world.engine.site();
        let all = site.sessions();
        all.map(|session| (session.id.clone(), session.ended.clone().unwrap()))
            .collect()
    };
    let Some((session, ended)) = sessions.first() else {
        return "no session".to_owned();
    };
    assert_eq!(sessions.len(), 1);
    let clerk = world.person("clerk");
    let verified = world.run(world.engine.verify_recording(&clerk, session));
    let recording = match verified.unwrap().sound {
        Ok(report) => {
            let sent = report.opened.unwrap().sent;
            let sent = match during {
                // How many passed before the journal was synced is not the table's affair.
                During::Sync => "and what was forwarded is in it".to_owned(),
                _ => format!("{sent} bytes"),
            };
            match report.ending {
                Ending::Ended => format!("its recording is whole: {sent}"),
                Ending::Interrupted => format!("its recording says that it was cut: {sent}"),
                Ending::Open => "its recording is open".to_owned(),
            }
        }
        Err(cause) if *ended != EndReason::EngineerClosed => cause,
        Err(cause) => panic!("{cause}"),
    };
    format!("session {}; {recording}", ended.id())
}

fn found(world: &World, during: During) -> (bool, String) {
    match during {
        During::Start | During::Stop => (true, "it starts".to_owned()),
        During::SignIn => sign_in(world),
        During::Ask => ask(world),
        During::Approve => {
            let grants = world.engine.site().grants().count();
            either(grants == 2, "approved", "not approved")
        }
        During::Seal => {
            let session = world.engine.site().sessions().next().unwrap().id.clone();
            let sealed = world
                .engine
                .summary(&session)
                .is_some_and(|told| told.sealed);
            either(sealed, "packed and sealed", "not sealed")
        }
        During::Open | During::Record | During::Sync | During::Close => {
            let opened = world.engine.site().sessions().next().is_some();
            either(opened, "opened", "not opened")
        }
        During::Join => join(world),
        During::Exchange => exchange(world),
        During::Erase => erase(world),
        During::Isolate | During::Lift => isolation(world, during),
        During::Suspend => suspend(world),
        During::Cosign => cosign(world),
        During::Alarm => {
            let findings = world.engine.findings();
            let of_witnesses = ["finding-witness", "finding-forked", "finding-rolled-back"];
            let stands = findings
                .iter()
                .any(|finding| of_witnesses.contains(&finding.id));
            let (_, isolated) = isolation(world, During::Isolate);
            let alarm = if stands {
                "the alarm stands"
            } else {
                "no alarm"
            };
            (true, format!("{alarm}; {isolated}"))
        }
    }
}

fn either(stands: bool, yes: &str, no: &str) -> (bool, String) {
    (stands, if stands { yes } else { no }.to_owned())
}

fn sign_in(world: &World) -> (bool, String) {
    let connection = world.connection(Door::Engineers);
    let (pass, code) = (passphrase("tanaka"), world.text("code"));
    let again = world.engine.sign_in(&connection, "tanaka", &pass, &code);
    let used_up = world.run(again).is_err();
    either(used_up, "the code is used up", "the code was not used")
}

fn ask(world: &World) -> (bool, String) {
    let before = usize::try_from(world.held["requests"].as_u64().unwrap()).unwrap();
    let asked = world.engine.site().requests().count() > before;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, PLAN);
    let plan = world
        .engine
        .blob(&ids::Digest(digest.as_ref().try_into().unwrap()));
    assert!(plan.is_some() || !asked, "its plan is missing");
    let found = match (asked, plan) {
        (true, _) => "asked, with its plan",
        (false, Some(_)) => "not asked; its plan lies there",
        (false, None) => "not asked",
    };
    (asked, found.to_owned())
}

fn join(world: &World) -> (bool, String) {
    let joined = world.engine.site().persons().count() == 5;
    let invitation: wire::Invitation = world.text("invitation").parse().unwrap();
    let used = {
        let site = world.engine.site();
        let known = site.invitation(&invitation.id).unwrap();
        known.used.is_some()
    };
    assert_eq!(joined, used, "an invitation is used up by whom it let in");
    if !joined {
        return (false, "not joined; the invitation is good".to_owned());
    }
    let shown = std::fs::read_to_string(world.folder.join("shown")).unwrap();
    let signs_in = |world: &World| {
        let code = code_of(&shown, world.engine.now());
        let connection = world.connection(Door::Console);
        let pass = passphrase("newcomer");
        let signing = world.engine.sign_in(&connection, "newcomer", &pass, &code);
        world.run(signing).is_ok()
    };
    assert!(
        !signs_in(world),
        "the code that set the factors up came in again"
    );
    world.pass(std::time::Duration::from_secs(60));
    either(
        signs_in(world),
        "joined, with factors",
        "joined, without factors: a reset",
    )
}

fn exchange(world: &World) -> (bool, String) {
    let opened = open(world).unwrap();
    let Ok(TargetSecret::Password(password)) = opened.target_secret() else {
        panic!("there is no secret that goes with the ledger");
    };
    either(password.as_str() == NEW, "the new secret", "the old secret")
}

fn erase(world: &World) -> (bool, String) {
    let leaving = world.text("leaving").parse().unwrap();
    let (entered, name) = {
        let site = world.engine.site();
        let person = site.person(&leaving).unwrap();
        (person.erased.is_some(), person.name)
    };
    let gone = world.engine.text_of(&name).is_none();
    assert_eq!(entered, gone, "the entry and the texts disagree");
    either(gone, "erased", "not erased")
}

fn isolation(world: &World, during: During) -> (bool, String) {
    let isolated = world.engine.live().is_isolated();
    let entered = world.engine.site().isolated();
    assert!(
        isolated || !entered,
        "the ledger isolates and the gateway does not"
    );
    // By its marker or by its entry: within seconds the gateway enters the one for the other.
    let found = if isolated { "isolated" } else { "not isolated" };
    (isolated == (during == During::Isolate), found.to_owned())
}

fn suspend(world: &World) -> (bool, String) {
    let leaving = world.text("leaving").parse().unwrap();
    let suspended = {
        let site = world.engine.site();
        site.person(&leaving).unwrap().suspended.is_some()
    };
    let (_, isolated) = isolation(world, During::Isolate);
    let found = if suspended {
        "suspended"
    } else {
        "not suspended"
    };
    (suspended, format!("{found}; {isolated}"))
}

fn cosign(world: &World) -> (bool, String) {
    let visit = world.engine.site().visits().next().unwrap().id.clone();
    let clerk = world.person("clerk");
    let receipt = world.run(world.engine.receipt(&clerk, &visit)).unwrap();
    let witness = ledger::Signer::cosigner("tanaka-device", &[9; 32]).unwrap();
    let trust = ledger::Trust {
        site: receipt.site_key.clone(),
        witnesses: vec![witness.verifier().clone()],
    };
    let vouched = ledger::receipt::verify(&receipt, &trust).unwrap();
    either(!vouched.site_only, "cosigned", "not cosigned")
}
