//! What the golden ledgers tell of alerts.

use access::*;

use crate::world::*;

/// A rule sees two things, of which one is settled; the hospital chooses what is done.
pub(super) fn of_its_alerts(world: &mut World) {
    let gateway = Caller::gateway();
    let raise_about = |about, rule: &str, evidence| {
        Command::Alerts(AlertCommand::Raise {
            rule: rule.to_owned(),
            about,
            evidence,
            answer: RuleAnswer::Tell,
            reason: word(9),
        })
    };
    let raise = |rule: &str, evidence| raise_about(AlertAbout::Site, rule, evidence);
    world.does(&gateway, raise("clock-moved", Evidence::Entry(3)));
    let of_a_log = AlertAbout::Log("ad1.hospital.example".to_owned());
    let seen = raise_about(of_a_log, "windows-log-cleared", Evidence::Entry(4));
    world.does(&gateway, seen);
    let moment = Evidence::Recording {
        session: session(1),
        at_millis: 1_500,
    };
    world.does(&gateway, raise("log-cleared", moment));
    let settle = AlertCommand::Settle {
        alert: 1,
        verdict: AlertVerdict::Questioned,
        why: word(43),
    };
    world.does(&staff(DOCTOR), Command::Alerts(settle));
    let answer = AlertCommand::Answer {
        rule: "log-cleared".to_owned(),
        answer: Some(RuleAnswer::Suspend),
    };
    world.does(&staff(DOCTOR), Command::Alerts(answer));
    let note = NewNote {
        happened: world.now,
        said: word(40),
        photo: Some(digest(40)),
        source: NoteSource::Paper { form: 2, line: 5 },
        confidence: Confidence::Unclear,
        corrects: None,
    };
    let noted = IncidentCommand::Note { incident: 1, note };
    world.does(&staff(DOCTOR), Command::Incidents(noted));
    super::response::steps(world);
    let closed = IncidentCommand::Close {
        incident: 1,
        said: word(41),
    };
    world.does(&staff(DOCTOR), Command::Incidents(closed));
    super::response::preparation(world);
    let name = || Decoy::Account("hosyu".to_owned());
    let set = |set| Command::SetDecoy { decoy: name(), set };
    world.does(&staff(DOCTOR), set(true));
    let touched = GatewayNote::DecoyTouched {
        decoy: name(),
        person: None,
        device: None,
        source: Source::Address("198.51.100.7".parse().unwrap()),
    };
    world.does(&gateway, Command::Note(touched));
    let locked = GatewayNote::SignInLocked {
        person: person(ITO),
        source: Source::Address("198.51.100.7".parse().unwrap()),
    };
    world.does(&gateway, Command::Note(locked));
    let inspected = Command::InspectLog {
        until: 4,
        sampled: vec![visit(1)],
        said: word(44),
    };
    world.does(&staff(DOCTOR), inspected);
}
