//! How others of this class were broken (`docs/threats.md`), and that it does not happen here.

use access::*;
use ids::*;

use crate::world::*;

fn ito() -> Caller {
    engineer(ITO)
}

#[test]
fn l07_a_device_factor_counts_only_for_its_own_confirmed_device() {
    let mut world = World::granted();
    world.invite(
        &staff(NURSE),
        InvitationFor::Device {
            person: person(ITO),
        },
    );
    world.accept(Some(enrolment(50)));
    let factors = Factors {
        passphrase: true,
        totp: false,
        device: true,
        passkey: false,
    };
    // A pending device, a colleague's device, and a claim without any device.
    for device in [Some(device(5)), Some(device(2)), None] {
        let caller = Caller {
            factors,
            device,
            ..ito()
        };
        let reasons = world.refused(&caller, open(BILLING));
        assert!(reasons.contains(&Reason::TwoFactorsNeeded), "{reasons:?}");
    }
}

#[test]
fn l08_more_factors_never_lift_a_restriction() {
    let world = World::granted();
    let all = Factors {
        passphrase: true,
        totp: true,
        device: true,
        passkey: false,
    };
    let elsewhere = Source::Address("198.51.100.9".parse().unwrap());
    for factors in [all, BOTH, Factors { totp: false, ..all }] {
        let caller = Caller {
            factors,
            source: elsewhere,
            ..ito()
        };
        let reasons = world.refused(&caller, open(BILLING));
        assert!(reasons.contains(&Reason::SourceNotListed), "{reasons:?}");
    }
}

#[test]
fn l12_a_name_is_the_same_in_full_width_half_width_and_any_case() {
    let mut world = World::hospital();
    let register = |name: &str| Command::RegisterVendor(new_vendor(name, "203.0.113.0/24", None));
    world.does(&staff(DOCTOR), register("Medical システム 1"));
    for name in [
        "ＭＥＤＩＣＡＬ　システム　１",
        "medical ｼｽﾃﾑ 1",
        " Medical  システム 1",
    ] {
        let reasons = world.refused(&staff(DOCTOR), register(name));
        assert_eq!(reasons, [Reason::NameTaken], "{name}");
    }
}

#[test]
fn l13_a_new_site_admits_nobody_and_its_first_invitation_ends_in_an_hour() {
    let mut world = World::founded();
    assert_eq!(world.site.persons().count(), 0);
    assert!(world.site.admitted_sources(world.now).0.is_empty());
    assert!(!world.site.setup_complete());
    let long = Command::Invite {
        purpose: InvitationFor::FirstPerson,
        secret: digest(1),
        until: world.now.plus(HOUR + MINUTE),
    };
    assert_eq!(
        world.refused(&Caller::gateway(), long),
        [Reason::WindowNotPossible]
    );
    world.invite(&Caller::gateway(), InvitationFor::FirstPerson);
    let (caller, command) = world.accept_command(None);
    world.later(HOUR);
    assert_eq!(world.refused(&caller, command), [Reason::InvitationInvalid]);
}

#[test]
fn l13_the_first_persons_code_works_only_on_the_lan_or_the_machine_itself() {
    let mut world = World::founded();
    world.invite(&Caller::gateway(), InvitationFor::FirstPerson);
    let (caller, command) = world.accept_command(None);
    let from = |ip: &str| Caller {
        source: Source::Address(ip.parse().unwrap()),
        ..caller.clone()
    };
    assert_eq!(
        world.refused(&from("203.0.113.9"), command.clone()),
        [Reason::SourceNotListed]
    );
    for near in ["127.0.0.1", "::1", "10.1.200.1"] {
        assert!(
            decide(&world.site, &from(near), command.clone(), world.now).is_ok(),
            "{near}"
        );
    }
}

#[test]
fn l13_there_is_one_first_person() {
    let world = World::clinic();
    let again = world.invite_command(InvitationFor::FirstPerson);
    assert_eq!(
        world.refused(&Caller::gateway(), again.clone()),
        [Reason::AlreadySo]
    );
    assert!(
        world
            .refused(&local(), again)
            .contains(&Reason::PersonNeeded)
    );
}

#[test]
fn l14_authority_is_asked_again_at_every_connection() {
    let mut world = World::connected();
    world.does(&staff(NURSE), suspend(Subject::Vendor(vendor(1))));
    let ended = world.site.still_permitted(&session(1), world.now);
    assert_eq!(ended, Err(EndReason::VendorSuspended));
    assert!(
        world
            .refused(&ito(), open(BILLING))
            .contains(&Reason::VendorSuspended)
    );
}

#[test]
fn l14_an_invitation_is_void_once_who_made_it_is_suspended() {
    let mut world = World::hospital();
    let (employer, roles) = (Employer::Vendor(vendor(2)), NonEmpty::one(Role::Engineer));
    world.invite(&staff(OPERATOR), InvitationFor::Person { employer, roles });
    world.does(&staff(NURSE), suspend(Subject::Person(person(OPERATOR))));
    let (caller, command) = world.accept_command(Some(enrolment(50)));
    assert_eq!(world.refused(&caller, command), [Reason::InvitationInvalid]);
}

#[test]
fn l16_a_session_id_is_not_a_capability_and_signing_out_ends_the_sessions() {
    let mut world = World::connected();
    let end = Command::EndSession {
        session: session(1),
    };
    assert!(
        world
            .refused(&engineer(KATO), end.clone())
            .contains(&Reason::NotYours)
    );
    let stranger = world.refused(&engineer(OTHER), end);
    assert!(stranger.contains(&Reason::NotFound) && !stranger.contains(&Reason::NotYours));
    let out = GatewayNote::SignedOut {
        person: person(ITO),
        of: None,
    };
    world.does(&Caller::gateway(), Command::Note(out));
    let ended = world.site.still_permitted(&session(1), world.now);
    assert_eq!(ended, Err(EndReason::SignedOut));
}

#[test]
fn l16_signing_out_ends_what_was_opened_with_that_sign_in_and_nothing_else() {
    for (of, ends) in [
        (SignInOf::Device(device(1)), true),
        (SignInOf::Device(device(2)), false),
        (SignInOf::NoDevice, false),
    ] {
        let mut world = World::connected();
        let out = GatewayNote::SignedOut {
            person: person(ITO),
            of: Some(of.clone()),
        };
        world.does(&Caller::gateway(), Command::Note(out));
        let still = world.site.still_permitted(&session(1), world.now);
        let ended = still == Err(EndReason::SignedOut);
        assert_eq!(ended, ends, "{of:?}: {still:?}");
    }
}

#[test]
fn a_visit_that_brings_no_files_in_takes_one_pasted_line_and_no_pasted_text() {
    let none = SshTerms::shell_only();
    let some = SshTerms {
        upload: Files::Yes {
            paths: Paths::Anywhere,
            most_bytes: 1,
        },
        ..SshTerms::shell_only()
    };
    let longest = vec![b'a'; LONGEST_PASTED_LINE];
    let longer = vec![b'a'; LONGEST_PASTED_LINE + 1];
    for (pasted, one_line) in [
        (&b"systemctl status lis"[..], true),
        (&longest, true),
        (&longer, false),
        (b"one\rtwo", false),
        (b"one\n", false),
    ] {
        assert_eq!(none.takes_paste(pasted), one_line);
        assert!(some.takes_paste(pasted));
    }
}

#[test]
fn l17_a_hundred_redemptions_of_a_one_use_grant_give_one_session() {
    let mut world = World::hospital();
    let asked = NewVisit {
        sessions: Sessions::Once,
        ..world.visit_to(BILLING, HOUR)
    };
    let request = world.ask(&ito(), asked);
    world.approve(NURSE, &request);
    let opened = (0..100)
        .filter(|_| world.tries(&ito(), open(BILLING)).is_ok())
        .count();
    assert_eq!(opened, 1);
}

#[test]
fn l17_two_decisions_on_the_same_state_do_not_both_become_entries() {
    let mut world = World::hospital();
    let asked = NewVisit {
        sessions: Sessions::Once,
        ..world.visit_to(BILLING, HOUR)
    };
    let request = world.ask(&ito(), asked);
    world.approve(NURSE, &request);
    let first = decide(&world.site, &ito(), open(BILLING), world.now).unwrap();
    let second = decide(&world.site, &ito(), open(BILLING), world.now).unwrap();
    let first = world.site.enter(&ito(), first.events, world.now);
    let second = world.site.enter(&ito(), second.events, world.now);
    world.site.apply(&first[0]).unwrap();
    let refused = world.site.clone().apply(&second[0]);
    assert!(
        matches!(refused, Err(ApplyError::NotTheNextId { .. })),
        "{refused:?}"
    );
}

#[test]
fn l19_with_no_approver_in_standing_nothing_is_approved() {
    let mut world = World::clinic();
    let doctor = staff(DOCTOR);
    world.does(
        &doctor,
        Command::RegisterVendor(new_vendor("会社", "203.0.113.0/24", None)),
    );
    world.join(Employer::Vendor(vendor(1)), Role::Engineer);
    world.does(
        &doctor,
        Command::RegisterTarget(Box::new(new_target("billing", "10.1.2.3", 1))),
    );
    world.join(Employer::Hospital, Role::Approver);
    world.invite(
        &staff(3),
        InvitationFor::Factors {
            person: person(DOCTOR),
        },
    );
    let factors = InvitationFor::Factors { person: person(3) };
    // Both approvers' factors are void now: there is nobody to say yes.
    let void = world.site.enter(
        &kit(),
        vec![Event::FactorsReset { person: person(3) }],
        world.now,
    );
    world.site.apply(&void[0]).unwrap();
    let asker = Caller {
        who: Who::Person(person(2)),
        device: Some(device(1)),
        ..ito()
    };
    let asked = Command::RequestVisit(Box::new(world.visit_to(BILLING, HOUR)));
    assert_eq!(world.refused(&asker, asked), [Reason::NobodyToApprove]);
    assert!(
        !world
            .refused(&doctor, world.invite_command(factors))
            .is_empty()
    );
}

#[test]
fn l20_an_operator_makes_no_approver_and_resets_none() {
    let world = World::hospital();
    let roles = NonEmpty::one(Role::Approver);
    let approver = InvitationFor::Person {
        employer: Employer::Hospital,
        roles,
    };
    let custodian = InvitationFor::Person {
        employer: Employer::Custodian,
        roles: NonEmpty::one(Role::Inspector),
    };
    let factors = InvitationFor::Factors {
        person: person(NURSE),
    };
    for purpose in [approver, custodian, factors] {
        let reasons = world.refused(&staff(OPERATOR), world.invite_command(purpose));
        assert_eq!(reasons, [Reason::RoleMissing]);
    }
}

#[test]
fn l20_nobody_resets_their_own_factors() {
    let world = World::hospital();
    let own = world.invite_command(InvitationFor::Factors {
        person: person(NURSE),
    });
    assert_eq!(
        world.refused(&staff(NURSE), own),
        [Reason::SecondPersonNeeded]
    );
}

#[test]
fn l20_an_acceptance_brings_only_what_the_invitation_says() {
    let mut world = World::hospital();
    let roles = NonEmpty::one(Role::Operator);
    world.invite(
        &staff(DOCTOR),
        InvitationFor::Person {
            employer: Employer::Hospital,
            roles,
        },
    );
    let Outcome::Person { person, .. } = world.accept(None) else {
        panic!()
    };
    let person = world.site.person(&person).unwrap();
    assert_eq!(person.roles.as_slice(), [Role::Operator]);
}

#[test]
fn l21_an_extension_keeps_person_device_target_address_and_recording() {
    let mut world = World::granted();
    let until = world.now.plus(HOUR * 2);
    world.does(
        &ito(),
        Command::RequestExtension {
            visit: visit(1),
            until,
        },
    );
    world.approve(NURSE, &request(2));
    let (base, more) = (
        world.site.grant(&grant(1)).unwrap(),
        world.site.grant(&grant(2)).unwrap(),
    );
    let expected = Terms {
        window: more.terms.window,
        ..base.terms.clone()
    };
    assert_eq!(more.terms, expected);
    assert_eq!(
        more.terms.window,
        Window {
            from: base.terms.window.until,
            until
        }
    );
}

#[test]
fn l21_an_extension_keeps_the_terms_for_ssh_and_gives_no_new_bytes() {
    let mut world = World::in_ssh(file_terms(), true);
    let until = world.now.plus(HOUR * 2);
    world.does(
        &ito(),
        Command::RequestExtension {
            visit: visit(1),
            until,
        },
    );
    let more = narrowed(&request(2), all_terms());
    assert_eq!(
        world.refused(&staff(NURSE), more),
        [Reason::SshTermsNotPossible]
    );
    world.approve(NURSE, &request(2));
    let terms = |n| world.site.grant(&grant(n)).unwrap().terms.clone();
    assert_eq!((terms(2).ssh, terms(2).attended), (terms(1).ssh, true));

    world.does(&staff(NURSE), attend());
    world.does(&Caller::gateway(), handed_over(Handover::In, 1000));
    world.later(HOUR);
    assert_eq!(
        world.refused(&ito(), channel(upload("/srv/in/a"))),
        [Reason::FilesUsedUp]
    );
}

#[test]
fn l22_a_live_session_ends_at_its_deadline_unless_more_time_was_approved() {
    let mut world = World::connected();
    let deadline = world.now.plus(HOUR);
    assert_eq!(
        world.site.still_permitted(&session(1), world.now),
        Ok(deadline)
    );
    assert_eq!(
        world.site.still_permitted(&session(1), deadline),
        Err(EndReason::Deadline)
    );
    let until = deadline.plus(HOUR);
    world.does(
        &ito(),
        Command::RequestExtension {
            visit: visit(1),
            until,
        },
    );
    // Asked is not approved.
    assert_eq!(
        world.site.still_permitted(&session(1), deadline),
        Err(EndReason::Deadline)
    );
    world.approve(NURSE, &request(2));
    assert_eq!(world.site.still_permitted(&session(1), deadline), Ok(until));
    // The extension can be taken away by itself; the first deadline then holds again.
    world.does(&staff(NURSE), suspend(Subject::Grant(grant(2))));
    assert_eq!(
        world.site.still_permitted(&session(1), world.now),
        Ok(deadline)
    );
}

#[test]
fn l22_more_time_is_not_approved_after_the_end() {
    let mut world = World::connected();
    let until = world.now.plus(HOUR * 2);
    world.does(
        &ito(),
        Command::RequestExtension {
            visit: visit(1),
            until,
        },
    );
    world.later(HOUR);
    assert!(
        world
            .refused(&staff(NURSE), approve(&request(2)))
            .contains(&Reason::RequestExpired)
    );
}

#[test]
fn l23_nothing_passes_before_the_first_attendant_and_nobody_in_ten_minutes_is_the_end() {
    let mut world = World::in_ssh(all_terms(), true);
    assert_eq!(world.frozen(), Some(Frozen::AwaitingAttendant));
    let refused = world.refused(&ito(), channel(ChannelAsk::Shell));
    assert_eq!(refused, [Reason::SessionFrozen]);
    assert_eq!(world.permitted(), Ok(world.now.plus(MINUTE * 10)));
    world.later(MINUTE * 10 - SECOND);
    assert!(world.permitted().is_ok());
    let mut in_time = world.clone();
    in_time.does(&staff(NURSE), attend());
    assert_eq!(in_time.frozen(), None);
    in_time.does(&ito(), channel(ChannelAsk::Shell));

    world.later(SECOND);
    assert_eq!(world.permitted(), Err(EndReason::AttendantMissing));
    let too_late = world.refused(&staff(NURSE), attend());
    assert_eq!(
        too_late,
        [Reason::NotFound],
        "who comes too late revives nothing"
    );
}

#[test]
fn l23_the_attendant_leaves_and_the_session_freezes_at_once_and_ends_after_two_minutes() {
    let mut world = World::in_ssh(all_terms(), true);
    let deadline = world.now.plus(HOUR);
    world.does(&staff(NURSE), attend());
    world.later(MINUTE * 30);
    assert_eq!(
        (world.frozen(), world.permitted()),
        (None, Ok(deadline)),
        "never before"
    );
    world.does(&staff(NURSE), leave());
    assert_eq!(world.frozen(), Some(Frozen::AwaitingAttendant));
    for ask in [ChannelAsk::Exec, upload("/a"), download("/a")] {
        assert_eq!(world.refused(&ito(), channel(ask)), [Reason::SessionFrozen]);
    }
    assert_eq!(world.permitted(), Ok(world.now.plus(MINUTE * 2)));
    world.later(MINUTE * 2 - SECOND);
    assert!(world.permitted().is_ok());
    world.later(SECOND);
    assert_eq!(world.permitted(), Err(EndReason::AttendantMissing));
}

#[test]
fn l23_who_returns_in_time_thaws_the_session_and_another_one_may_stand_in() {
    let mut world = World::in_ssh(all_terms(), true);
    world.does(&staff(NURSE), attend());
    // One of two leaves: nothing happens.
    world.does(&staff(OPERATOR), attend());
    world.does(&staff(NURSE), leave());
    assert_eq!(world.frozen(), None);
    world.does(&staff(OPERATOR), leave());
    assert_eq!(world.frozen(), Some(Frozen::AwaitingAttendant));
    world.later(MINUTE);
    world.does(&staff(NURSE), attend());
    assert_eq!(world.frozen(), None);
    world.later(MINUTE * 5);
    world.does(&ito(), channel(ChannelAsk::Shell));
    // The two minutes begin anew.
    world.does(&staff(NURSE), leave());
    assert_eq!(world.permitted(), Ok(world.now.plus(MINUTE * 2)));
}

#[test]
fn l23_an_attendant_who_may_act_no_more_has_left() {
    let reset = World::hospital().invite_command(InvitationFor::Factors {
        person: person(NURSE),
    });
    let out = Command::Note(GatewayNote::SignedOut {
        person: person(NURSE),
        of: Some(SignInOf::NoDevice),
    });
    let erase = Command::ErasePerson {
        person: person(NURSE),
    };
    for (removal, by) in [
        (suspend(Subject::Person(person(NURSE))), staff(DOCTOR)),
        (reset, staff(DOCTOR)),
        (erase, staff(DOCTOR)),
        (out, Caller::gateway()),
    ] {
        let mut world = World::in_ssh(all_terms(), true);
        world.does(&staff(NURSE), attend());
        world.later(MINUTE * 30);
        let name = removal.name();
        world.does(&by, removal);
        assert_eq!(world.frozen(), Some(Frozen::AwaitingAttendant), "{name}");
        let grace = Ok(world.now.plus(MINUTE * 2));
        assert_eq!(world.permitted(), grace, "{name}");
    }
    // Whose suspension is lifted does not attend again by that alone.
    let mut world = World::in_ssh(all_terms(), true);
    world.does(&staff(NURSE), attend());
    let subject = Subject::Person(person(NURSE));
    world.does(&staff(DOCTOR), suspend(subject.clone()));
    world.does(&staff(DOCTOR), Command::Resume { subject });
    assert_eq!(world.frozen(), Some(Frozen::AwaitingAttendant));
    world.does(&staff(NURSE), attend());
    assert_eq!(world.frozen(), None);
}

#[test]
fn l23_a_paused_session_stays_paused_whoever_attends_and_ends_at_its_deadline() {
    let mut world = World::in_ssh(all_terms(), true);
    world.does(&staff(NURSE), attend());
    world.does(&staff(NURSE), pause());
    assert_eq!(world.frozen(), Some(Frozen::Paused));
    world.does(&staff(DOCTOR), attend());
    assert_eq!(world.frozen(), Some(Frozen::Paused));
    world.later(HOUR);
    assert_eq!(world.permitted(), Err(EndReason::Deadline));
    assert_eq!(world.refused(&staff(DOCTOR), go_on()), [Reason::NotFound]);
}

/// Pausing takes access away, continuing gives it back: root is not a person.
#[test]
fn l23_the_machines_operator_pauses_and_a_person_of_the_hospital_continues() {
    let mut world = World::in_ssh(all_terms(), false);
    world.does(&local(), pause());
    assert_eq!(world.refused(&local(), go_on()), [Reason::PersonNeeded]);
    world.does(&staff(OPERATOR), go_on());
    assert_eq!(world.frozen(), None);
}

/// An attendant whose factors or standing are gone leaves all the same (invariant 15).
#[test]
fn l23_leaving_waits_for_no_factor() {
    let mut world = World::in_ssh(all_terms(), true);
    world.does(&staff(NURSE), attend());
    let bare = Caller {
        factors: Factors::default(),
        source: Source::Unknown,
        ..staff(NURSE)
    };
    world.does(&bare, leave());
    assert_eq!(world.frozen(), Some(Frozen::AwaitingAttendant));
}

#[test]
fn l24_every_number_and_list_has_a_limit() {
    let mut world = World::hospital();
    let visit = world.visit_to(BILLING, HOUR);
    let file = FileHandover {
        direction: Handover::In,
        name: word(1),
        sha256: None,
    };
    let files = NewVisit {
        files: vec![file; limits::MOST_FILES + 1],
        ..visit.clone()
    };
    let none_at_once = NewVisit {
        sessions: Sessions::AtOnce(0),
        ..visit.clone()
    };
    let most = Sessions::AtOnce(limits::MOST_AT_ONCE + 1);
    let many_at_once = NewVisit {
        sessions: most,
        ..visit.clone()
    };
    for asked in [files, none_at_once, many_at_once] {
        let reasons = world.refused(&ito(), Command::RequestVisit(Box::new(asked)));
        assert!(
            matches!(reasons[..], [Reason::TooMany { .. }]),
            "{reasons:?}"
        );
    }
    for _ in 0..limits::MOST_REQUESTS_OF_A_PERSON {
        world.ask(&ito(), visit.clone());
    }
    let reasons = world.refused(&ito(), Command::RequestVisit(Box::new(visit)));
    assert!(
        matches!(reasons[..], [Reason::TooMany { .. }]),
        "{reasons:?}"
    );
    let numbers: Vec<u64> = (0..25).collect();
    let many = Command::SealEnvelope {
        codes: codes(&numbers),
    };
    assert!(matches!(
        world.refused(&staff(NURSE), many)[..],
        [Reason::TooMany { .. }]
    ));
}

#[test]
fn l24_the_largest_entries_stay_under_16_kib() {
    let mut world = World::hospital();
    for folder in [
        "a".repeat(limits::LONGEST_TEXT - 1),
        "\"".repeat(99),
        "漢".repeat(66),
    ] {
        largest_request(&mut world, &folder);
    }
    let until = world.now.plus(DAY * 90);
    let text = "漢".repeat(limits::LONGEST_TEXT);
    let wide: Vec<SourcePrefix> = (0..limits::MOST_SOURCES)
        .map(|n| SourcePrefix {
            exception: Some(WideException {
                reason: text.clone(),
                until,
            }),
            ..prefix(&format!("2001:db{n:x}::/31"))
        })
        .collect();
    let sources = NonEmpty::from_vec(wide).unwrap();
    world.does(
        &staff(DOCTOR),
        Command::ChangeSources {
            vendor: vendor(1),
            sources,
        },
    );
    let numbers: Vec<u64> = (0..limits::MOST_CODES as u64).collect();
    world.does(
        &staff(NURSE),
        Command::SealEnvelope {
            codes: codes(&numbers),
        },
    );
    let reasons = vec![
        Reason::AddressNotAllowed {
            address: text.clone()
        };
        16
    ];
    let refused = GatewayNote::Refused {
        caller: ito(),
        command: "register_target".into(),
        reasons,
        times: u32::MAX,
        visit: None,
    };
    world.does(&Caller::gateway(), Command::Note(refused));
    for entry in &world.entries {
        let length = entry.to_value().unwrap().to_string().len();
        assert!(
            length <= 16 * 1024,
            "{} is {length} bytes",
            entry.event.kind()
        );
    }
}

/// As many long folders as may stand in a request both ways, beside as many files as it may name,
/// asked for and approved with conditions.
fn largest_request(world: &mut World, folder: &str) {
    let address = PinnedAddress {
        host: "h".repeat(limits::LONGEST_HOST),
        ..pinned("10.1.2.9")
    };
    let name = format!("ssh-{}", world.site.targets().count());
    let new = NewTarget {
        address,
        ..ssh_target(&name, "10.1.2.9", 1)
    };
    let Outcome::Target(target) =
        world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)))
    else {
        panic!()
    };
    let folders = vec![format!("/{folder}"); limits::MOST_FOLDERS];
    let paths = Paths::Under(NonEmpty::from_vec(folders).unwrap());
    let files = Files::Yes {
        paths,
        most_bytes: limits::LARGEST_QUOTA,
    };
    let terms = SshTerms {
        upload: files.clone(),
        download: files,
        ..SshTerms::shell_only()
    };
    let file = FileHandover {
        direction: Handover::In,
        name: word(1),
        sha256: Some(digest(1)),
    };
    let asked = NewVisit {
        target,
        ssh: Some(terms.clone()),
        database: None,
        web: None,
        desktop: None,
        care: CareImpact::Affected { how: word(2) },
        sub_contractor: Some(vendor(3)),
        files: vec![file; limits::MOST_FILES],
        ..world.visit_to(BILLING, HOUR)
    };
    let request = world.ask(&ito(), asked);
    let approval = Command::ApproveRequest {
        request,
        conditions: Some(word(3)),
        narrower: Some(world.until(MINUTE)),
        ssh: Some(terms),
        database: None,
        web: None,
        desktop: None,
    };
    world.does(&staff(NURSE), approval);
}

#[test]
fn l24_folders_that_no_entry_could_hold_are_refused() {
    let world = World::with_ssh(false);
    for folder in ["漢".repeat(199), "\"".repeat(199)] {
        let folders = vec![format!("/{folder}"); limits::MOST_FOLDERS];
        let paths = Paths::Under(NonEmpty::from_vec(folders).unwrap());
        let terms = SshTerms {
            upload: files(paths.clone()),
            download: files(paths),
            ..no_terms()
        };
        let asked = Command::RequestVisit(Box::new(world.ssh_visit(Some(terms))));
        assert_eq!(world.refused(&ito(), asked), [Reason::TextTooLong]);
    }
}

#[test]
fn l41_an_unknown_address_is_refused_to_everybody_who_comes_over_the_network() {
    let world = World::hospital();
    for caller in [staff(NURSE), staff(CUSTODIAN), engineer(ITO)] {
        let unknown = Caller {
            source: Source::Unknown,
            ..caller
        };
        let refusal = world.site.sight(&unknown, world.now).unwrap_err();
        assert_eq!(refusal.reasons, [Reason::SourceUnknown]);
    }
    // The local socket is no place for an engineer.
    let socket = Caller {
        source: Source::Local,
        ..ito()
    };
    let refusal = world.site.sight(&socket, world.now).unwrap_err();
    assert_eq!(refusal.reasons, [Reason::SourceUnknown]);
}

#[test]
fn l41_a_mapped_address_is_the_address_it_maps() {
    let mut world = World::granted();
    let mapped = Source::Address("::ffff:203.0.113.9".parse().unwrap());
    world.does(
        &Caller {
            source: mapped,
            ..ito()
        },
        open(BILLING),
    );
    assert_eq!(
        world.site.session(&session(1)).unwrap().source.to_string(),
        "203.0.113.9"
    );
}

/// What is not one's own answers like what does not exist (object by object, lesson L15).
#[test]
fn l15_an_engineer_learns_nothing_of_things_by_asking_for_what_only_the_hospital_does() {
    let mut world = World::connected();
    world.does(&staff(DOCTOR), Command::SealEnvelope { codes: codes(&[1]) });
    let pin = |n| Command::PinTarget {
        target: target(n),
        address: pinned("10.1.2.77"),
    };
    let of_vendor = |n| suspend(Subject::Vendor(vendor(n)));
    let of_request = |n| approve(&request(n));
    let opening = |n| envelope(&request(n), 1);
    let confirming = |n| Command::ConfirmDevice {
        device: device(n),
        words: vec![],
    };
    let key_of = |n| Command::PinHostKey {
        target: target(n),
        host_key: HOST_KEY.into(),
    };
    world.does(&staff(DOCTOR), register_relay("tokyo", 1));
    let inside = |n| -> [Command; 5] {
        let session = session(n);
        let ask = ChannelAsk::Shell;
        [
            Command::OpenChannel {
                session: session.clone(),
                ask,
            },
            Command::Attend {
                session: session.clone(),
            },
            Command::LeaveSession {
                session: session.clone(),
            },
            Command::PauseSession {
                session: session.clone(),
            },
            Command::ContinueSession { session },
        ]
    };
    let known: Vec<Command> = vec![
        pin(1),
        of_vendor(2),
        of_request(1),
        opening(1),
        confirming(1),
        key_of(1),
        set_secret(1),
        remove_relay("tokyo"),
    ];
    let known = known.into_iter().chain(inside(1));
    let unknown = vec![
        pin(99),
        of_vendor(99),
        of_request(99),
        opening(99),
        confirming(99),
        key_of(99),
        set_secret(99),
        remove_relay("osaka"),
    ];
    let unknown = unknown.into_iter().chain(inside(99));
    for (known, unknown) in known.zip(unknown) {
        let name = known.name();
        let stranger = engineer(OTHER);
        assert_eq!(
            world.refused(&stranger, known),
            world.refused(&stranger, unknown),
            "{name}"
        );
    }
}
