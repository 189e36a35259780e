//! Rows of what is registered, and of taking access away and giving it back.

use access::response::Step;
use access::*;

use super::{Row, two_visits};
use crate::alerts::{alerted, answer_rule, raise, settle};
use crate::decoys::set_decoy;
use crate::emergency_accounts::{keep_for_emergencies, kept, order, print, printed, ready, see};
use crate::incidents::{begin, begun, close, note, noted};
use crate::inspection::inspect;
use crate::isolation::{isolate_one, lift_one};
use crate::response::{agree, set_contact, step, try_contact, with_a_contact, with_a_draft};
use crate::risks::{accept_risk, withdraw_risk};
use crate::rotation::{begin_rotation, end_rotation};
use crate::rotation_way::{by, world as with_password};
use crate::visit_accounts::{choose, end_account, with_account};
use crate::world::*;

pub(super) fn rows() -> Vec<Row> {
    [
        registers(),
        targets(),
        suspensions(),
        isolations_of_one(),
        resumptions(),
    ]
    .concat()
}

fn registers() -> Vec<Row> {
    let h = World::hospital;
    let new = new_vendor("新しい会社", "203.0.113.0/24", None);
    let change = |n| Command::ChangeSources {
        vendor: vendor(n),
        sources: sources("203.0.113.0/24"),
    };
    let reconfirm = |n| Command::ReconfirmSources { vendor: vendor(n) };
    let mut relayed = h();
    relayed.does(&staff(DOCTOR), register_relay("tokyo", 1));
    let mut opened = upgraded(h());
    opened.does(&staff(DOCTOR), open_console());
    vec![
        ("register_vendor", h(), Command::RegisterVendor(new)),
        ("change_sources: the engineer's vendor's", h(), change(1)),
        ("change_sources: the other vendor's", h(), change(2)),
        (
            "reconfirm_sources: the engineer's vendor's",
            h(),
            reconfirm(1),
        ),
        ("reconfirm_sources: the other vendor's", h(), reconfirm(2)),
        ("register_relay", h(), register_relay("tokyo", 1)),
        ("remove_relay", relayed, remove_relay("tokyo")),
        ("open_console", upgraded(h()), open_console()),
        ("close_console", opened, Command::CloseConsole),
        ("set_report_due", h(), Command::SetReportDue { days: 3 }),
        ("upgrade_site", h(), Command::UpgradeSite),
    ]
}

fn targets() -> Vec<Row> {
    let new = Command::RegisterTarget(Box::new(new_target("x", "10.1.2.9", 1)));
    let pin = |n| Command::PinTarget {
        target: target(n),
        address: pinned("10.1.2.9"),
    };
    let pin_key = Command::PinHostKey {
        target: target(SHELL),
        host_key: "ssh-ed25519 AAAA".into(),
    };
    let pin_server = Command::PinDatabaseServer {
        target: target(DATABASE),
        server: pinned_server(2),
        risk: None,
    };
    let name_patients = Command::NamePatientColumns {
        target: target(DATABASE),
        columns: vec![PatientColumn {
            schema: "public".into(),
            table: "tbl_ptinf".into(),
            column: "ptid".into(),
        }],
    };
    let database = database_target("orca", "10.1.2.6", 1);
    let h = World::hospital;
    let mut terms = h().site.target(&target(BILLING)).unwrap().terms();
    terms.longest_minutes += 1;
    let change_terms = Command::ChangeTargetTerms {
        target: target(BILLING),
        terms,
    };
    let ssh = || World::with_ssh(false);
    let mut rotating = upgraded(ssh());
    rotating.does(&staff(OPERATOR), begin_rotation());
    vec![
        ("register_target", h(), new),
        (
            "register_target: a database",
            upgraded(h()),
            Command::RegisterTarget(Box::new(database)),
        ),
        ("pin_target: of the engineer's vendor", h(), pin(BILLING)),
        ("pin_target: of the other vendor", h(), pin(IMAGING)),
        ("pin_host_key", ssh(), pin_key),
        ("pin_database_server", World::with_database(), pin_server),
        (
            "name_patient_columns",
            World::with_database(),
            name_patients,
        ),
        ("set_emergency_account", kept(), keep_for_emergencies(None)),
        ("order_envelope", kept(), order()),
        ("print_envelope", ready(), print(1)),
        ("see_envelope", printed(), see(1, EnvelopeFound::Opened)),
        (
            "see_envelope: what a target says",
            printed(),
            see(1, EnvelopeFound::SecretDiffers),
        ),
        ("set_visit_accounts", upgraded(ssh()), choose(Some("root"))),
        (
            "set_rotation_way",
            with_password(),
            by(Some(RotationWay::Windows)),
        ),
        ("end_visit_account", account_left(), end_account(None)),
        ("set_target_secret", ssh(), set_secret(SHELL)),
        (
            "check_secrets",
            upgraded(ssh()),
            Command::CheckSecrets {
                found: Vec::new(),
                whole: true,
            },
        ),
        (
            "compromise_secret",
            upgraded(ssh()),
            Command::CompromiseSecret {
                target: target(SHELL),
                reader: false,
                why: "it stood in a mail".to_owned(),
            },
        ),
        (
            "raise_alert",
            upgraded(World::connected()),
            raise(
                "log-cleared",
                AlertAbout::Visit(visit(1)),
                RuleAnswer::Suspend,
            ),
        ),
        ("settle_alert", alerted(RuleAnswer::Tell), settle(1)),
        ("answer_rule", upgraded(h()), answer_rule()),
        ("begin_incident", upgraded(h()), begin()),
        ("note_incident", begun(), noted(note(&begun()))),
        ("step_incident", begun(), step(&begun(), Step::Learned {})),
        (
            "step_incident: approve a notice",
            with_a_draft(),
            step(&with_a_draft(), Step::Approved { draft: 2 }),
        ),
        ("close_incident", begun(), close()),
        ("agree_policy", upgraded(h()), agree()),
        ("set_contact", upgraded(h()), set_contact()),
        ("try_contact", with_a_contact(), try_contact(true)),
        (
            "set_decoy",
            upgraded(h()),
            set_decoy(Decoy::Account("hosyu".to_owned())),
        ),
        ("inspect_log", upgraded(h()), inspect(3)),
        ("accept_risk", upgraded(h()), accept_risk(BILLING)),
        ("withdraw_risk", upgraded(h()), withdraw_risk(BILLING)),
        ("begin_rotation", upgraded(ssh()), begin_rotation()),
        ("end_rotation", rotating, end_rotation(Works::New, None)),
        (
            "set_secret_policy",
            upgraded(ssh()),
            Command::SetSecretPolicy(SecretPolicy {
                oldest_days: 90,
                ..SecretPolicy::default()
            }),
        ),
        (
            "set_target_secret: of a database's reader",
            World::with_database(),
            set_password(true),
        ),
        ("change_target_terms", upgraded(h()), change_terms),
    ]
}

/// The account of a visit that is over.
fn account_left() -> World {
    let mut world = with_account();
    world.does(&staff(NURSE), suspend(Subject::Grant(grant(1))));
    world
}

fn suspensions() -> Vec<Row> {
    let h = World::hospital;
    let of_person = |n| suspend(Subject::Person(person(n)));
    let of_device = |n| suspend(Subject::Device(device(n)));
    let of_grant = |n| suspend(Subject::Grant(grant(n)));
    let of_vendor = |n| suspend(Subject::Vendor(vendor(n)));
    let of_target = |n| suspend(Subject::Target(target(n)));
    vec![
        ("suspend: the engineer's vendor", h(), of_vendor(1)),
        ("suspend: the other vendor", h(), of_vendor(2)),
        ("suspend: the engineer", h(), of_person(ITO)),
        ("suspend: the operator", h(), of_person(OPERATOR)),
        ("suspend: the approver", h(), of_person(NURSE)),
        ("suspend: another approver", h(), of_person(DOCTOR)),
        ("suspend: the engineer's device", h(), of_device(1)),
        ("suspend: the colleague's device", h(), of_device(2)),
        (
            "suspend: a target of the engineer's",
            h(),
            of_target(BILLING),
        ),
        (
            "suspend: a target of the other vendor",
            h(),
            of_target(IMAGING),
        ),
        ("suspend: the engineer's grant", two_visits(), of_grant(1)),
        ("suspend: the colleague's grant", two_visits(), of_grant(2)),
    ]
}

/// One agrees here; the second person's agreement is asked for in a test of its own.
fn isolations_of_one() -> Vec<Row> {
    let isolated = |subject: Subject| {
        let mut world = upgraded(World::hospital());
        world.does(&staff(DOCTOR), isolate_one(subject.clone()));
        (world, lift_one(subject))
    };
    let rows = [
        (
            "isolate_one: the engineer's vendor",
            "lift_one: the engineer's vendor",
            Subject::Vendor(vendor(1)),
        ),
        (
            "isolate_one: the engineer",
            "lift_one: the engineer",
            Subject::Person(person(ITO)),
        ),
        (
            "isolate_one: the engineer's device",
            "lift_one: the engineer's device",
            Subject::Device(device(1)),
        ),
        (
            "isolate_one: a target",
            "lift_one: a target",
            Subject::Target(target(BILLING)),
        ),
    ];
    let mut all = Vec::new();
    for (isolating, lifting, subject) in rows {
        let (world, lift) = isolated(subject.clone());
        all.push((isolating, upgraded(World::hospital()), isolate_one(subject)));
        all.push((lifting, world, lift));
    }
    all
}

/// Each is suspended in a world of its own, so that who is suspended does not ask in another's row.
fn resumptions() -> Vec<Row> {
    let of = |subject: Subject| {
        let mut world = two_visits();
        world.does(&staff(DOCTOR), suspend(subject.clone()));
        (world, Command::Resume { subject })
    };
    let rows = vec![
        ("resume: the other vendor", Subject::Vendor(vendor(2))),
        ("resume: the engineer's vendor", Subject::Vendor(vendor(1))),
        ("resume: the engineer", Subject::Person(person(ITO))),
        ("resume: the operator", Subject::Person(person(OPERATOR))),
        (
            "resume: the approver (nobody)",
            Subject::Person(person(NURSE)),
        ),
        ("resume: the engineer's device", Subject::Device(device(1))),
        ("resume: the colleague's device", Subject::Device(device(2))),
        ("resume: a target", Subject::Target(target(BILLING))),
        (
            "resume: the engineer's grant (nobody)",
            Subject::Grant(grant(1)),
        ),
    ];
    let rows = rows.into_iter();
    rows.map(|(row, subject)| {
        let (world, command) = of(subject);
        (row, world, command)
    })
    .collect()
}
