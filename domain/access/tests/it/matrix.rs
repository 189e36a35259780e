//! The access matrix: who × may do × what, decided by `decide` and reviewed as one text file.
//!
//! Each row's world is such that nothing but the asker decides. After a change that was
//! meant, the failing test prints the new text: put it into the file and review the difference.

use std::collections::BTreeSet;
use std::fmt::Write;

use access::*;
use ids::*;

use crate::world::*;

type Row = (&'static str, World, Command);

fn columns() -> Vec<(&'static str, Caller)> {
    let nobody = Caller {
        factors: Factors::default(),
        ..staff(99)
    };
    vec![
        ("nobody", nobody),
        ("engineer", engineer(ITO)),
        ("other-vendor", engineer(OTHER)),
        ("approver", staff(NURSE)),
        ("operator", staff(OPERATOR)),
        ("inspector", staff(INSPECTOR)),
        ("custodian", staff(CUSTODIAN)),
        ("local", local()),
        ("kit", kit()),
        ("gateway", Caller::gateway()),
        ("invitee", invitee(10)),
    ]
}

/// Kato's visit beside Ito's, both connected.
fn two_visits() -> World {
    let mut world = World::connected();
    let request = world.ask(&engineer(KATO), world.visit_to(BILLING, HOUR));
    world.approve(DOCTOR, &request);
    world.does(&engineer(KATO), open(BILLING));
    world
}

/// Requests of Ito and Kato that nobody has answered.
fn two_requests() -> World {
    let mut world = World::hospital();
    world.does(&staff(DOCTOR), chain(&[(NURSE, 0)]));
    world.does(&staff(DOCTOR), Command::SealEnvelope { codes: codes(&[1]) });
    for n in [ITO, KATO] {
        world.ask(&engineer(n), world.visit_to(BILLING, HOUR));
    }
    world
}

/// A tenth invitation, for a second device of Ito.
fn invited() -> World {
    let mut world = World::hospital();
    world.invite(
        &staff(DOCTOR),
        InvitationFor::Device {
            person: person(ITO),
        },
    );
    world
}

fn people() -> Vec<Row> {
    let hospital = World::hospital();
    let invite = |purpose| hospital.invite_command(purpose);
    let for_person = |employer, role| {
        invite(InvitationFor::Person {
            employer,
            roles: NonEmpty::one(role),
        })
    };
    let engineer = for_person(Employer::Vendor(vendor(1)), Role::Engineer);
    let mut enrolled = invited();
    enrolled.accept(Some(enrolment(50)));
    let confirm = enrolled.confirm_command(5);
    let founded = World::founded();
    let first = founded.invite_command(InvitationFor::FirstPerson);
    let of = |n| InvitationFor::Factors { person: person(n) };
    let take_back = Command::WithdrawInvitation {
        invitation: invitation(10),
    };
    let accept = invited().accept_command(Some(enrolment(50))).1;
    let erase = |n| Command::ErasePerson { person: person(n) };
    let h = || hospital.clone();
    vec![
        ("invite: the first person", founded, first),
        (
            "invite: an approver",
            h(),
            for_person(Employer::Hospital, Role::Approver),
        ),
        (
            "invite: an operator",
            h(),
            for_person(Employer::Hospital, Role::Operator),
        ),
        (
            "invite: a custodian",
            h(),
            for_person(Employer::Custodian, Role::Inspector),
        ),
        ("invite: an engineer", h(), engineer),
        (
            "invite: a device of an engineer",
            h(),
            invite(InvitationFor::Device {
                person: person(ITO),
            }),
        ),
        ("invite: new factors of an engineer", h(), invite(of(ITO))),
        (
            "invite: new factors of an approver",
            h(),
            delayed(&hospital, of(DOCTOR)),
        ),
        ("withdraw_invitation", invited(), take_back),
        ("accept_invitation", invited(), accept),
        ("confirm_device", enrolled, confirm),
        ("erase_person: an engineer", h(), erase(ITO)),
        ("erase_person: an approver", h(), erase(DOCTOR)),
    ]
}

/// An invitation long enough for the kit's delay.
fn delayed(world: &World, purpose: InvitationFor) -> Command {
    Command::Invite {
        purpose,
        secret: digest(12),
        until: world.now.plus(DAY * 2),
    }
}

fn registers() -> Vec<Row> {
    let h = World::hospital;
    let mut suspended = h();
    suspended.does(&staff(DOCTOR), suspend(Subject::Vendor(vendor(2))));
    let new = new_vendor("新しい会社", "203.0.113.0/24", None);
    let change = Command::ChangeSources {
        vendor: vendor(1),
        sources: sources("203.0.113.0/24"),
    };
    let reconfirm = Command::ReconfirmSources { vendor: vendor(1) };
    let target_new = Command::RegisterTarget(new_target("x", "10.1.2.9", 1));
    let pin = Command::PinTarget {
        target: target(BILLING),
        address: pinned("10.1.2.9"),
    };
    let pin_key = Command::PinHostKey {
        target: target(SHELL),
        host_key: "ssh-ed25519 AAAA".into(),
    };
    let mut relayed = h();
    relayed.does(&staff(DOCTOR), register_relay("tokyo", 1));
    vec![
        ("pin_host_key", World::with_ssh(false), pin_key),
        (
            "set_target_secret",
            World::with_ssh(false),
            set_secret(SHELL),
        ),
        ("register_relay", h(), register_relay("tokyo", 1)),
        ("remove_relay", relayed, remove_relay("tokyo")),
        ("set_report_due", h(), Command::SetReportDue { days: 3 }),
        ("register_vendor", h(), Command::RegisterVendor(new)),
        ("change_sources", h(), change),
        ("reconfirm_sources", h(), reconfirm),
        ("register_target", h(), target_new),
        ("pin_target", h(), pin),
        (
            "suspend: a vendor",
            h(),
            suspend(Subject::Vendor(vendor(1))),
        ),
        (
            "suspend: a person",
            h(),
            suspend(Subject::Person(person(KATO))),
        ),
        (
            "suspend: the engineer's own device",
            h(),
            suspend(Subject::Device(device(1))),
        ),
        (
            "suspend: a colleague's device",
            h(),
            suspend(Subject::Device(device(2))),
        ),
        (
            "suspend: a target",
            h(),
            suspend(Subject::Target(target(BILLING))),
        ),
        (
            "suspend: the engineer's own grant",
            two_visits(),
            suspend(Subject::Grant(grant(1))),
        ),
        (
            "suspend: a colleague's grant",
            two_visits(),
            suspend(Subject::Grant(grant(2))),
        ),
        (
            "resume",
            suspended,
            Command::Resume {
                subject: Subject::Vendor(vendor(2)),
            },
        ),
    ]
}

fn errands() -> Vec<Row> {
    let hospital = World::hospital();
    let to = |n| Command::RequestVisit(Box::new(hospital.visit_to(n, HOUR)));
    let withdraw = |n| Command::WithdrawRequest {
        request: request(n),
    };
    let until = hospital.now.plus(HOUR * 2);
    let extend = |n| Command::RequestExtension {
        visit: visit(n),
        until,
    };
    let end = |n| Command::EndSession {
        session: session(n),
    };
    let with = |n, t| Command::OpenSession {
        target: target(t),
        grant: Some(grant(n)),
        protocol: Protocol::Tcp,
    };
    let h = || hospital.clone();
    vec![
        (
            "request_visit: a target of the engineer's vendor",
            h(),
            to(BILLING),
        ),
        (
            "request_visit: a target of the other vendor",
            h(),
            to(IMAGING),
        ),
        (
            "request_extension: the engineer's own visit",
            two_visits(),
            extend(1),
        ),
        (
            "request_extension: a colleague's visit",
            two_visits(),
            extend(2),
        ),
        (
            "withdraw_request: the engineer's own",
            two_requests(),
            withdraw(1),
        ),
        (
            "withdraw_request: a colleague's",
            two_requests(),
            withdraw(2),
        ),
        (
            "approve_request: the engineer's own",
            two_requests(),
            approve(&request(1)),
        ),
        (
            "approve_request: a colleague's",
            two_requests(),
            approve(&request(2)),
        ),
        (
            "approve_request: an emergency's debt",
            World::in_debt(),
            approve(&request(1)),
        ),
        ("refuse_request", two_requests(), refuse(&request(1))),
        ("open_emergency: on duty", two_requests(), duty(&request(1))),
        (
            "open_emergency: by the envelope",
            two_requests(),
            envelope(&request(1), 1),
        ),
        (
            "open_emergency: a colleague's, by the envelope",
            two_requests(),
            envelope(&request(2), 1),
        ),
        (
            "seal_envelope",
            h(),
            Command::SealEnvelope { codes: codes(&[1]) },
        ),
        ("set_night_chain", h(), chain(&[(NURSE, 0)])),
        (
            "open_session: the engineer's own grant",
            two_visits(),
            with(1, BILLING),
        ),
        (
            "open_session: a colleague's grant",
            two_visits(),
            with(2, BILLING),
        ),
        ("close_session", two_visits(), close(1)),
        ("end_session: the engineer's own", two_visits(), end(1)),
        ("end_session: a colleague's", two_visits(), end(2)),
        (
            "file_report: the engineer's own visit",
            two_visits(),
            report(1),
        ),
        ("file_report: a colleague's visit", two_visits(), report(2)),
    ]
}

/// Inside a session that Ito has open: the hospital may stop it, and only Ito uses it.
fn inside() -> Vec<Row> {
    let open = World::in_ssh(all_terms(), false);
    let mut attended = open.clone();
    attended.does(&staff(NURSE), attend());
    let mut paused = open.clone();
    paused.does(&staff(DOCTOR), pause());
    let o = || open.clone();
    vec![
        ("open_channel: a shell", o(), channel(ChannelAsk::Shell)),
        ("open_channel: a file", o(), channel(upload("/srv/in/a"))),
        ("attend", o(), attend()),
        ("leave_session: the approver's", attended, leave()),
        ("pause_session", o(), pause()),
        ("continue_session", paused, go_on()),
    ]
}

fn upkeep() -> Vec<Row> {
    let mut isolated = World::hospital();
    isolated.does(&staff(DOCTOR), Command::SealKit);
    isolated.does(&local(), isolate());
    let mut doubted = World::hospital();
    doubted.does(
        &Caller::gateway(),
        Command::Note(GatewayNote::ClockDoubted { witness: None }),
    );
    let h = World::hospital;
    vec![
        ("isolate", h(), isolate()),
        ("lift: agree", isolated.clone(), lift(LiftWay::Agree)),
        (
            "lift: with the kit",
            isolated.clone(),
            lift(LiftWay::WithKit),
        ),
        (
            "lift: after a delay, with others there",
            isolated,
            lift(LiftWay::AfterDelay),
        ),
        ("seal_kit", h(), Command::SealKit),
        ("confirm_clock", doubted, Command::ConfirmClock),
        ("note", h(), Command::Note(GatewayNote::Stopped)),
    ]
}

fn printed(rows: &[Row]) -> String {
    let columns = columns();
    let mut text = format!("{:<52}", "command");
    for (name, _) in &columns {
        write!(text, "{name:<14}").unwrap();
    }
    text = text.trim_end().to_owned() + "\n";
    for (row, world, command) in rows {
        let cells = columns
            .iter()
            .map(|(_, caller)| decide(&world.site, caller, command.clone(), world.now).is_ok());
        text += &line(row, cells);
    }
    let world = World::hospital();
    let reads = columns
        .iter()
        .map(|(_, caller)| world.site.sight(caller, world.now));
    text += &line("(read anything)", reads.clone().map(|sight| sight.is_ok()));
    text += &line(
        "(read what is not one's own)",
        reads.map(|sight| sight == Ok(Sight::Everything)),
    );
    text
}

fn line(row: &str, cells: impl Iterator<Item = bool>) -> String {
    let cells: String = cells
        .map(|yes| format!("{:<14}", if yes { "yes" } else { "-" }))
        .collect();
    format!("{row:<52}{cells}").trim_end().to_owned() + "\n"
}

#[test]
fn the_access_matrix_is_the_reviewed_one() {
    let rows: Vec<Row> = [people(), registers(), errands(), inside(), upkeep()].concat();
    let covered: BTreeSet<&str> = rows.iter().map(|(_, _, command)| command.name()).collect();
    let all: BTreeSet<&str> = Command::NAMES.iter().copied().collect();
    assert_eq!(covered, all, "every command has its row");
    for (row, _, command) in &rows {
        assert!(row.starts_with(command.name()), "{row}");
    }

    let found = printed(&rows);
    let reviewed = include_str!("commands.txt");
    assert!(
        found == reviewed,
        "the matrix is now:\n\n{found}\n(end of the matrix)"
    );
}
