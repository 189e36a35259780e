//! The invariants of the architecture (§4) that live in this crate.

use access::*;
use ids::*;

use crate::world::*;

fn ito() -> Caller {
    engineer(ITO)
}

/// Invariant 1: all that is wrong is told at once.
#[test]
fn every_check_is_evaluated_and_every_reason_told() {
    let mut world = World::granted();
    world.does(&staff(NURSE), suspend(Subject::Target(target(BILLING))));
    world.does(&staff(NURSE), suspend(Subject::Person(person(ITO))));
    world.does(&staff(NURSE), suspend(Subject::Grant(grant(1))));
    world.does(&local(), isolate());
    world.later(HOUR);
    let source = Source::Address("198.51.100.1".parse().unwrap());
    let factors = Factors {
        passphrase: true,
        totp: false,
        device: false,
        passkey: false,
    };
    let caller = Caller {
        source,
        factors,
        ..ito()
    };
    let reasons = world.refused(&caller, open(BILLING));
    let ids: Vec<_> = reasons.iter().map(Reason::id).collect();
    for id in [
        "site-isolated",
        "person-suspended",
        "two-factors-needed",
        "source-not-listed",
        "device-unknown",
        "target-suspended",
        "grant-withdrawn",
        "too-late",
    ] {
        assert!(ids.contains(&id), "{id} is missing: {ids:?}");
    }
}

/// Invariant 3: what is opened is what was granted, and the entry says so.
#[test]
fn a_permit_says_person_device_grant_target_protocol_address_and_window() {
    let mut world = World::granted();
    let Outcome::Opened(permit) = world.does(&ito(), open(BILLING)) else {
        panic!()
    };
    assert_eq!(
        (permit.person(), permit.device()),
        (&person(ITO), &device(1))
    );
    assert_eq!(
        (permit.grant(), permit.visit(), permit.session()),
        (&grant(1), &visit(1), &session(1))
    );
    assert_eq!(
        (permit.target(), permit.target_name()),
        (&target(BILLING), "billing")
    );
    assert_eq!(
        (permit.protocol(), permit.recording()),
        (Protocol::Tcp, RecordingPolicy::Payload)
    );
    assert_eq!(permit.address().to_string(), "10.1.2.3:5432");
    assert_eq!(
        (permit.until(), permit.quota_left()),
        (world.now.plus(HOUR), 1000)
    );
    let Event::SessionOpened {
        until,
        address,
        source,
        ..
    } = &world.entries.last().unwrap().event
    else {
        panic!()
    };
    assert_eq!((*until, *address), (permit.until(), permit.address()));
    assert_eq!(source.to_string(), "203.0.113.9");
}

/// Invariant 3, for SSH: how the target is entered is what was registered and granted.
#[test]
fn an_ssh_permit_says_account_host_key_terms_and_secret() {
    let mut world = World::with_ssh(true);
    world.does(&staff(OPERATOR), set_secret(SHELL));
    // Who asks for nothing inside asks for a shell and commands, and the approver sees it.
    let request = world.ask(&ito(), world.ssh_visit(None));
    let shown = world.site.request(&request).unwrap().ssh.clone();
    assert_eq!(shown, Some(SshTerms::shell_only()));
    world.approve(NURSE, &request);
    let Outcome::Opened(permit) = world.does(&ito(), open_ssh()) else {
        panic!()
    };
    let entry = permit.ssh().unwrap();
    assert_eq!(
        (entry.target.user.as_str(), entry.target.host_key.as_str()),
        ("maint", HOST_KEY)
    );
    assert_eq!(entry.terms, SshTerms::shell_only());
    assert_eq!((entry.secret, permit.attended()), (2, true));
    assert_eq!(permit.protocol(), Protocol::Ssh);
}

#[test]
fn another_host_key_ends_the_sessions_and_withdraws_the_grants() {
    let mut world = World::in_ssh(all_terms(), false);
    let pin = Command::PinHostKey {
        target: target(SHELL),
        host_key: "ssh-ed25519 AAAA".into(),
    };
    world.does(&staff(NURSE), pin);
    assert_eq!(world.permitted(), Err(EndReason::TargetPinChanged));
    let refused = world.refused(&ito(), open_ssh());
    assert_eq!(refused, [Reason::GrantWithdrawn]);
    // A new password is no new target.
    let mut world = World::in_ssh(all_terms(), false);
    world.does(&staff(NURSE), set_secret(SHELL));
    assert!(world.permitted().is_ok());
}

/// Invariant 5: an emergency replaces the approval, and no other term.
#[test]
fn an_emergency_opens_what_was_asked_for_and_no_more_inside() {
    let mut world = World::hospital();
    world.does(&staff(NURSE), Command::SealEnvelope { codes: codes(&[1]) });
    let new = NewTarget {
        emergency: true,
        approvals: Approvals::Two,
        attended: true,
        ..ssh_target("pacs", "10.1.2.6", 1)
    };
    world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)));
    let request = world.ask(&ito(), world.ssh_visit(Some(all_terms())));
    // One of two had approved less: the emergency does not give back what was taken.
    world.does(&staff(NURSE), narrowed(&request, file_terms()));
    world.does(&ito(), envelope(&request, 1));
    let terms = &world.site.grant(&grant(1)).unwrap().terms;
    assert_eq!((&terms.ssh, terms.attended), (&Some(file_terms()), true));
    let again = narrowed(&request, file_terms());
    let refused = world.refused(&staff(DOCTOR), again);
    assert_eq!(
        refused,
        [Reason::AlreadyDecided],
        "a debt is judged, not changed"
    );
}

/// Invariant 4: whatever its terms rest on, when it goes, the session goes, for that reason.
#[test]
fn a_live_session_ends_with_whatever_its_terms_rest_on() {
    let by = staff(NURSE);
    let change = Command::ChangeSources {
        vendor: vendor(1),
        sources: sources("192.0.2.0/24"),
    };
    let pin = Command::PinTarget {
        target: target(BILLING),
        address: pinned("10.1.2.9"),
    };
    let factors = World::connected().invite_command(InvitationFor::Factors {
        person: person(ITO),
    });
    let cases = [
        (
            suspend(Subject::Vendor(vendor(1))),
            EndReason::VendorSuspended,
        ),
        (
            suspend(Subject::Person(person(ITO))),
            EndReason::PersonSuspended,
        ),
        (
            suspend(Subject::Device(device(1))),
            EndReason::DeviceSuspended,
        ),
        (
            suspend(Subject::Target(target(BILLING))),
            EndReason::TargetSuspended,
        ),
        (suspend(Subject::Grant(grant(1))), EndReason::GrantWithdrawn),
        (
            Command::ErasePerson {
                person: person(ITO),
            },
            EndReason::PersonSuspended,
        ),
        (
            Command::EndSession {
                session: session(1),
            },
            EndReason::EndedBy(person(NURSE)),
        ),
        (factors, EndReason::PersonSuspended),
        (isolate(), EndReason::Isolated),
        (change, EndReason::SourceWithdrawn),
        (pin, EndReason::TargetPinChanged),
    ];
    for (command, expected) in cases {
        let mut world = World::connected();
        assert!(world.site.still_permitted(&session(1), world.now).is_ok());
        world.does(&by, command);
        assert_eq!(
            world.site.still_permitted(&session(1), world.now),
            Err(expected)
        );
    }
}

#[test]
fn a_suspension_lifted_at_once_does_not_revive_a_session() {
    let mut world = World::connected();
    world.does(&staff(NURSE), suspend(Subject::Vendor(vendor(1))));
    world.does(
        &staff(NURSE),
        Command::Resume {
            subject: Subject::Vendor(vendor(1)),
        },
    );
    let ended = world.site.still_permitted(&session(1), world.now);
    assert_eq!(ended, Err(EndReason::VendorSuspended));
}

#[test]
fn bytes_that_are_not_kept_use_up_no_quota() {
    let mut world = World::hospital();
    let recording = RecordingPolicy::MetadataOnly;
    let new = NewTarget {
        recording,
        ..new_target("big", "10.1.2.8", 1)
    };
    world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)));
    let request = world.ask(&ito(), world.visit_to(4, HOUR));
    world.approve(NURSE, &request);
    for number in 1..4 {
        world.does(&ito(), open(4));
        world.does(&Caller::gateway(), close(number));
    }
}

#[test]
fn a_source_listed_again_does_not_revive_a_session() {
    let mut world = World::connected();
    for net in ["192.0.2.0/24", "203.0.113.0/24"] {
        let sources = sources(net);
        world.does(
            &staff(NURSE),
            Command::ChangeSources {
                vendor: vendor(1),
                sources,
            },
        );
    }
    let ended = world.site.still_permitted(&session(1), world.now);
    assert_eq!(ended, Err(EndReason::SourceWithdrawn));
}

#[test]
fn suspending_a_vendor_ends_its_sub_contractors_sessions() {
    let mut world = World::hospital();
    let request = world.ask(&engineer(SUB), world.visit_to(BILLING, HOUR));
    world.approve(NURSE, &request);
    world.does(&engineer(SUB), open(BILLING));
    world.does(&staff(NURSE), suspend(Subject::Vendor(vendor(1))));
    let ended = world.site.still_permitted(&session(1), world.now);
    assert_eq!(ended, Err(EndReason::VendorSuspended));
}

#[test]
fn a_sub_contractor_acts_only_where_its_vendor_maintains() {
    let world = World::hospital();
    let asked = Command::RequestVisit(Box::new(world.visit_to(IMAGING, HOUR)));
    assert_eq!(world.refused(&engineer(SUB), asked), [Reason::NotFound]);
}

#[test]
fn a_session_ends_with_the_targets_hours_also_inside_its_window() {
    let mut world = World::hospital();
    // Saturday 20:00 to midnight and Sunday 0:00 to 0:30 are one stretch.
    let slots = vec![
        Slot {
            weekday: 5,
            from: 1200,
            to: 1440,
        },
        Slot {
            weekday: 6,
            from: 0,
            to: 30,
        },
    ];
    let hours = Hours::Only(NonEmpty::from_vec(slots).unwrap());
    assert_eq!(
        hours.open_until(world.now),
        Some(world.now.plus(MINUTE * 150))
    );
    let new = NewTarget {
        hours,
        ..new_target("night", "10.1.2.8", 1)
    };
    world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)));
    let request = world.ask(&ito(), world.visit_to(4, MINUTE * 150));
    world.approve(NURSE, &request);
    let Outcome::Opened(permit) = world.does(&ito(), open(4)) else {
        panic!()
    };
    assert_eq!(permit.until(), world.now.plus(MINUTE * 150));
    let too_long = Command::RequestVisit(Box::new(world.visit_to(4, MINUTE * 151)));
    assert_eq!(world.refused(&ito(), too_long), [Reason::OutsideHours]);
}

/// Invariant 10.
#[test]
fn a_site_without_vendors_lets_no_engineer_in() {
    let world = World::clinic();
    let (engineers, lan) = world.site.admitted_sources(world.now);
    assert!(engineers.is_empty());
    assert_eq!(lan.len(), 1);
    let mut wide = founding();
    wide.lan = NonEmpty::one("0.0.0.0/0".parse().unwrap());
    let refusal = Site::empty(handa()).found(wide, world.now).unwrap_err();
    assert_eq!(refusal.reasons[0].id(), "prefix-too-wide");
}

/// Invariant 13.
#[test]
fn loopback_and_metadata_addresses_are_targets_only_if_that_very_address_was_typed() {
    for ip in [
        "127.0.0.1",
        "169.254.169.254",
        "::1",
        "fe80::1",
        "fd00:ec2::254",
    ] {
        let mut world = World::hospital();
        let named = PinnedAddress {
            host: "db.example".into(),
            ..pinned(ip)
        };
        let new = NewTarget {
            address: named,
            ..new_target("x", "10.1.2.9", 1)
        };
        let reasons = world.refused(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)));
        assert_eq!(reasons[0].id(), "address-not-allowed", "{ip}");
        world.does(
            &staff(DOCTOR),
            Command::RegisterTarget(Box::new(new_target("x", ip, 1))),
        );
    }
}

/// Invariant 14.
#[test]
fn a_clock_turned_back_opens_no_window_even_when_it_is_confirmed() {
    let mut world = World::granted();
    world.later(HOUR);
    world.does(&Caller::gateway(), Command::Note(GatewayNote::Stopped));
    world.now = world.now.minus(MINUTE * 30);
    assert!(
        world
            .refused(&ito(), open(BILLING))
            .contains(&Reason::ClockInDoubt)
    );
    world.does(&staff(NURSE), Command::ConfirmClock);
    let reasons = world.refused(&ito(), open(BILLING));
    assert!(!reasons.contains(&Reason::ClockInDoubt));
    assert!(
        reasons.iter().any(|reason| reason.id() == "too-late"),
        "{reasons:?}"
    );
    // Turned back once more, it is in doubt once more.
    world.now = world.now.minus(MINUTE);
    assert!(
        world
            .refused(&ito(), open(BILLING))
            .contains(&Reason::ClockInDoubt)
    );
}

#[test]
fn an_approval_narrows_and_the_second_one_narrows_further() {
    let mut world = World::hospital();
    let request = world.ask(&ito(), world.visit_to(RECORDS, HOUR * 2));
    let narrow = |world: &World, minutes: u32| Command::ApproveRequest {
        request: request.clone(),
        conditions: Some(word(3)),
        narrower: Some(world.until(MINUTE * minutes)),
        ssh: None,
        database: None,
        web: None,
        desktop: None,
    };
    let first = narrow(&world, 60);
    world.does(&staff(NURSE), first);
    let wider = narrow(&world, 61);
    assert_eq!(world.refused(&staff(DOCTOR), wider), [Reason::WouldWiden]);
    let second = narrow(&world, 30);
    let Outcome::Granted { until, .. } = world.does(&staff(DOCTOR), second) else {
        panic!()
    };
    assert_eq!(until, world.now.plus(MINUTE * 30));
}

#[test]
fn a_report_is_due_as_many_days_after_the_end_as_the_hospital_set() {
    let mut world = World::connected();
    let asks = |world: &World| Command::RequestVisit(Box::new(world.visit_to(BILLING, HOUR)));
    world.does(&staff(OPERATOR), Command::SetReportDue { days: 2 });
    // The end is that of the last extension.
    let until = world.now.plus(HOUR * 2);
    world.does(
        &ito(),
        Command::RequestExtension {
            visit: visit(1),
            until,
        },
    );
    world.approve(NURSE, &request(2));
    world.later(HOUR * 2 + DAY * 2 - MINUTE);
    let in_time = asks(&world);
    assert!(decide(&world.site, &ito(), in_time, world.now).is_ok());
    let overdue = |world: &World| {
        let visit = world.site.visit(&visit(1)).unwrap();
        world.site.report_overdue(visit, world.now)
    };
    assert_eq!(overdue(&world), None);
    world.later(MINUTE);
    assert_eq!(world.refused(&ito(), asks(&world)), [Reason::ReportMissing]);
    assert_eq!(overdue(&world), Some(world.now));
    world.does(&staff(OPERATOR), Command::SetReportDue { days: 3 });
    world.does(&ito(), asks(&world));
}

#[test]
fn a_visit_without_a_session_owes_no_report() {
    let mut world = World::granted();
    world.later(DAY * 30);
    let asked = world.visit_to(BILLING, HOUR);
    world.ask(&ito(), asked);
}

#[test]
fn a_request_taken_back_is_over() {
    let mut world = World::hospital();
    let request = world.ask(&ito(), world.visit_to(BILLING, HOUR));
    world.does(
        &ito(),
        Command::WithdrawRequest {
            request: request.clone(),
        },
    );
    assert_eq!(
        world.refused(&staff(NURSE), approve(&request)),
        [Reason::AlreadyDecided]
    );
}

#[test]
fn an_engineer_sees_what_concerns_their_vendor() {
    let world = World::connected();
    let ours = world.site.sight(&engineer(KATO), world.now).unwrap();
    let theirs = world.site.sight(&engineer(OTHER), world.now).unwrap();
    let all = world.site.sight(&staff(INSPECTOR), world.now).unwrap();
    for (sight, billing, imaging, visited) in [
        (ours, true, false, true),
        (theirs, false, true, false),
        (all, true, true, true),
    ] {
        assert_eq!(world.site.sees_target(&sight, &target(BILLING)), billing);
        assert_eq!(world.site.sees_target(&sight, &target(IMAGING)), imaging);
        assert_eq!(world.site.sees_visit(&sight, &visit(1)), visited);
    }
}
