//! Every reason, provoked. A new reason without a sentence here fails
//! [`every_reason_is_provoked_or_given_by_the_engine`].

use access::*;
use ids::*;

use crate::passkeys::passkey;
use crate::risks::{accept_risk, withdraw_risk};
use crate::rotation::{begin_rotation, compromised, granted_ssh};
use crate::secrets::weak;
use crate::world::*;

/// Given by the engine, which alone knows of its disk and its recorder (invariants 6 and 12).
const OF_THE_ENGINE: [&str; 3] = [
    "ledger-unavailable",
    "recorder-unavailable",
    "restored-unconfirmed",
];

macro_rules! refusals {
    ($($id:literal: fn $name:ident() $body:block)+) => {
        $(
            #[test]
            fn $name() {
                let reasons: Vec<Reason> = $body;
                let ids: Vec<_> = reasons.iter().map(Reason::id).collect();
                assert!(ids.contains(&$id), "expected {}, found {ids:?}", $id);
            }
        )+

        const PROVOKED: &[&str] = &[$($id),+];
    };
}

#[test]
fn every_reason_is_provoked_or_given_by_the_engine() {
    for id in Reason::all_ids() {
        assert!(PROVOKED.contains(id) != OF_THE_ENGINE.contains(id), "{id}");
    }
}

#[test]
fn a_reason_is_written_under_its_id() {
    let json = serde_json::to_value(Reason::TooEarly {
        from: Timestamp::from_seconds(0),
    })
    .unwrap();
    assert_eq!(json["id"], "too-early");
    for id in Reason::all_ids() {
        let arguments = serde_json::json!({
            "id": id, "since": 0, "from": 0, "until": 0, "longest_minutes": 1,
            "net": "0.0.0.0/0", "address": "10.0.0.1:1", "what": "sources", "most": 1,
            "channel": "direct-tcpip", "database": "orca", "method": "POST", "target": "ct-1",
            "owner": "handa/person-3",
        });
        let reason: Reason = serde_json::from_value(arguments).unwrap();
        assert_eq!(reason.id(), *id);
        assert!(reason.args().len() <= 3);
    }
}

fn ito() -> Caller {
    engineer(ITO)
}

fn at_billing(world: &World) -> Command {
    Command::RequestVisit(Box::new(world.visit_to(BILLING, HOUR)))
}

fn register(new: NewTarget) -> Vec<Reason> {
    World::hospital().refused(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)))
}

fn registered_with(sources: Vec<SourcePrefix>) -> Vec<Reason> {
    let sources = NonEmpty::from_vec(sources).unwrap();
    let new = NewVendor {
        sources,
        ..new_vendor("新しい会社", "203.0.113.0/24", None)
    };
    World::hospital().refused(&staff(DOCTOR), Command::RegisterVendor(new))
}

fn wide(net: &str, days: u32) -> SourcePrefix {
    let until = World::founded().now.plus(DAY * days);
    let exception = Some(WideException {
        reason: "回線事業者の都合".into(),
        until,
    });
    SourcePrefix {
        exception,
        ..prefix(net)
    }
}

refusals! {
    "site-isolated": fn an_isolated_site_admits_nobody() {
        let mut world = World::granted();
        world.does(&staff(NURSE), isolate());
        world.refused(&ito(), open(BILLING))
    }

    "setup-incomplete": fn no_session_before_the_setup_is_complete() {
        let mut world = World::granted();
        for n in [NURSE, CUSTODIAN] {
            world.does(&staff(DOCTOR), suspend(Subject::Person(person(n))));
        }
        world.refused(&ito(), open(BILLING))
    }

    "clock-in-doubt": fn nothing_is_admitted_while_the_clock_is_behind_the_ledger() {
        let mut world = World::granted();
        world.now = world.now.minus(MINUTE);
        world.refused(&ito(), open(BILLING))
    }

    "two-factors-needed": fn two_factors_of_one_class_are_one() {
        let factors = Factors { passphrase: false, totp: true, device: false, passkey: false };
        World::hospital().refused(&Caller { factors, ..staff(NURSE) }, isolate())
    }

    "role-missing": fn an_inspector_only_reads() {
        World::hospital().refused(&staff(INSPECTOR), isolate())
    }

    "person-needed": fn root_is_not_a_person() {
        let mut world = World::hospital();
        let request = world.ask(&ito(), world.visit_to(BILLING, HOUR));
        world.refused(&local(), approve(&request))
    }

    "not-found": fn an_engineer_does_not_learn_of_other_vendors_targets() {
        let world = World::granted();
        let reasons = world.refused(&engineer(OTHER), open(BILLING));
        assert!(!reasons.contains(&Reason::TargetNotMaintained));
        let unknown = world.refused(&engineer(OTHER), open(99));
        assert_eq!(reasons, unknown, "a target of others answers like one that does not exist");
        reasons
    }

    "not-yours": fn an_engineer_does_not_file_a_colleagues_report() {
        World::connected().refused(&engineer(KATO), report(1))
    }

    "self-approval": fn a_vendor_cannot_approve_their_own_request() {
        let mut world = World::hospital();
        let request = world.ask(&ito(), world.visit_to(BILLING, HOUR));
        world.refused(&ito(), approve(&request))
    }

    "not-of-the-hospital": fn a_colleague_of_the_vendor_cannot_approve() {
        let mut world = World::hospital();
        let request = world.ask(&ito(), world.visit_to(BILLING, HOUR));
        world.refused(&engineer(KATO), approve(&request))
    }

    "already-approved-by-you": fn one_person_is_not_two() {
        let mut world = World::hospital();
        let request = world.ask(&ito(), world.visit_to(RECORDS, HOUR));
        assert_eq!(world.approve(NURSE, &request), Outcome::AwaitingSecondApproval);
        world.refused(&staff(NURSE), approve(&request))
    }

    "already-decided": fn a_refused_request_stays_refused() {
        let mut world = World::hospital();
        let request = world.ask(&ito(), world.visit_to(BILLING, HOUR));
        world.does(&staff(NURSE), refuse(&request));
        world.refused(&staff(DOCTOR), approve(&request))
    }

    "request-expired": fn an_unanswered_request_runs_out() {
        let mut world = World::hospital();
        let request = world.ask(&ito(), world.visit_to(BILLING, HOUR));
        world.later(HOUR);
        world.refused(&staff(NURSE), approve(&request))
    }

    "nobody-to-approve": fn nobody_reachable_is_no() {
        let mut world = World::hospital();
        world.does(&staff(DOCTOR), suspend(Subject::Person(person(NURSE))));
        let asked = Command::RequestVisit(Box::new(world.visit_to(RECORDS, HOUR)));
        world.refused(&ito(), asked)
    }

    "vendor-suspended": fn a_suspended_vendor_stays_out_with_its_sub_contractors() {
        let mut world = World::granted();
        world.does(&staff(NURSE), suspend(Subject::Vendor(vendor(1))));
        let asked = at_billing(&world);
        assert!(world.refused(&engineer(SUB), asked).contains(&Reason::VendorSuspended));
        world.refused(&ito(), open(BILLING))
    }

    "person-suspended": fn a_suspended_person_stays_out() {
        let mut world = World::granted();
        world.does(&staff(NURSE), suspend(Subject::Person(person(ITO))));
        world.refused(&ito(), open(BILLING))
    }

    "person-time-over": fn an_inspector_looks_until_their_day() {
        let mut world = World::hospital();
        world.does(&staff(DOCTOR), Command::UpgradeSite);
        let until = world.now.plus(DAY);
        world.does(&staff(OPERATOR), limit(INSPECTOR, until));
        world.later(DAY);
        let refused = world.site.sight(&staff(INSPECTOR), world.now);
        refused.unwrap_err().reasons
    }

    "factors-not-set-up": fn reset_factors_are_no_factors() {
        let mut world = World::granted();
        world.invite(&staff(NURSE), InvitationFor::Factors { person: person(ITO) });
        world.refused(&ito(), open(BILLING))
    }

    "device-unknown": fn a_passphrase_and_a_code_alone_do_not_serve_an_engineer() {
        let browser = Caller { factors: BOTH, device: None, ..ito() };
        World::granted().refused(&browser, open(BILLING))
    }

    "device-pending": fn a_device_waits_for_its_words() {
        let mut world = World::granted();
        world.invite(&staff(NURSE), InvitationFor::Device { person: person(ITO) });
        world.accept(Some(enrolment(50)));
        world.refused(&Caller { device: Some(device(5)), ..ito() }, open(BILLING))
    }

    "device-suspended": fn a_suspended_device_stays_out() {
        let mut world = World::granted();
        world.does(&ito(), suspend(Subject::Device(device(1))));
        world.refused(&ito(), open(BILLING))
    }

    "device-not-granted": fn a_grant_names_its_device() {
        let mut world = World::granted();
        world.invite(&staff(NURSE), InvitationFor::Device { person: person(ITO) });
        world.accept(Some(enrolment(50)));
        world.confirm(5);
        world.refused(&Caller { device: Some(device(5)), ..ito() }, open(BILLING))
    }

    "target-suspended": fn a_suspended_target_is_not_opened() {
        let mut world = World::granted();
        world.does(&staff(OPERATOR), suspend(Subject::Target(target(BILLING))));
        world.refused(&ito(), open(BILLING))
    }

    "target-not-maintained": fn a_sub_contractor_is_listed_only_beside_its_vendor() {
        register(new_target("dialysis", "10.1.2.9", 3))
    }

    "protocol-not-granted": fn a_target_speaks_the_protocol_that_it_was_registered_for() {
        let open = |target_number, protocol| Command::OpenSession {
            target: target(target_number),
            grant: None,
            protocol,
        };
        let mut world = World::in_ssh(all_terms(), false);
        let reasons = world.refused(&ito(), open(SHELL, Protocol::Tcp));
        let request = world.ask(&ito(), world.visit_to(BILLING, HOUR));
        world.approve(NURSE, &request);
        assert_eq!(world.refused(&ito(), open(BILLING, Protocol::Ssh)), reasons);
        let pin = Command::PinHostKey { target: target(BILLING), host_key: HOST_KEY.into() };
        assert_eq!(world.refused(&staff(DOCTOR), pin), reasons);
        assert_eq!(world.refused(&staff(DOCTOR), set_secret(BILLING)), reasons);
        reasons
    }

    "channel-not-granted": fn a_port_is_never_forwarded() {
        World::in_ssh(all_terms(), false).refused(&ito(), channel(ChannelAsk::DirectTcp))
    }

    "path-not-granted": fn a_file_lies_where_the_grant_says() {
        World::in_ssh(file_terms(), false).refused(&ito(), channel(download("/etc/shadow")))
    }

    "files-used-up": fn no_more_bytes_of_files_than_granted() {
        let mut world = World::in_ssh(file_terms(), false);
        world.does(&Caller::gateway(), handed_over(Handover::Out, 1000));
        world.refused(&ito(), channel(download("/srv/out/a")))
    }

    "alert-open": fn nobody_goes_on_elsewhere_with_what_a_rule_has_paused() {
        let world = crate::alerts::alerted(RuleAnswer::Pause);
        world.refused(&engineer(ITO), open(BILLING))
    }

    "in-use": fn nobody_makes_a_decoy_of_what_was_visited() {
        let world = upgraded(World::connected());
        let decoy = Decoy::Target(target(BILLING));
        world.refused(&staff(OPERATOR), Command::SetDecoy { decoy, set: true })
    }

    "session-frozen": fn nothing_opens_in_a_paused_session() {
        let mut world = World::in_ssh(all_terms(), false);
        world.does(&local(), pause());
        let reasons = world.refused(&ito(), channel(ChannelAsk::Shell));
        world.does(&staff(NURSE), go_on());
        world.does(&ito(), channel(ChannelAsk::Shell));
        reasons
    }

    "secret-missing": fn a_target_without_a_secret_is_not_opened() {
        let mut world = World::hospital();
        world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(ssh_target("pacs", "10.1.2.6", 1))));
        let request = world.ask(&ito(), world.ssh_visit(None));
        world.approve(NURSE, &request);
        let reasons = world.refused(&ito(), open_ssh());
        world.does(&staff(OPERATOR), set_secret(SHELL));
        world.does(&ito(), open_ssh());
        reasons
    }

    "host-key-not-possible": fn a_host_key_is_of_a_kind_without_a_known_attack() {
        let world = World::with_ssh(false);
        let pinned = |host_key: &str| Command::PinHostKey {
            target: target(SHELL),
            host_key: host_key.into(),
        };
        let long = format!("ssh-ed25519 {}", "A".repeat(400));
        for key in ["", "ssh-ed25519", "ssh-ed25519 ", "ssh-ed25519 AA AA", "ssh-dss AAAA", " ssh-ed25519 AAAA", "ssh-ed25519 AA\nAA", &long] {
            let reasons = world.refused(&staff(DOCTOR), pinned(key));
            assert_eq!(reasons, [Reason::HostKeyNotPossible], "{key}");
        }
        assert_eq!(world.refused(&staff(DOCTOR), pinned(HOST_KEY)), [Reason::AlreadySo]);
        world.refused(&staff(DOCTOR), pinned("ssh-rsa AAAA"))
    }

    "ssh-terms-not-possible": fn terms_for_ssh_belong_to_a_target_for_ssh_and_allow_something() {
        let mut world = World::with_ssh(false);
        let asked = |visit: NewVisit| Command::RequestVisit(Box::new(visit));
        let of_files = |files| SshTerms { upload: files, ..SshTerms::shell_only() };
        let of_folder = |folder: &str| of_files(files(under(&[folder])));
        for terms in [
            no_terms(),
            of_folder("srv/in"),
            of_folder("/srv/../etc"),
            of_files(Files::Yes { paths: Paths::Anywhere, most_bytes: 0 }),
            of_files(Files::Yes { paths: Paths::Anywhere, most_bytes: u64::MAX }),
        ] {
            let reasons = world.refused(&ito(), asked(world.ssh_visit(Some(terms))));
            assert_eq!(reasons, [Reason::SshTermsNotPossible]);
        }
        let tcp_with_key = NewTarget { protocol: Protocol::Tcp, ..ssh_target("x", "10.1.2.9", 1) };
        assert_eq!(register(tcp_with_key), [Reason::SshTermsNotPossible]);
        let ssh_without = NewTarget { ssh: None, ..ssh_target("x", "10.1.2.9", 1) };
        assert_eq!(register(ssh_without), [Reason::SshTermsNotPossible]);
        let billing = NewVisit { ssh: Some(all_terms()), ..world.visit_to(BILLING, HOUR) };
        assert_eq!(world.refused(&ito(), asked(billing)), [Reason::SshTermsNotPossible]);
        // An approval does not speak of SSH either where there is none.
        let request = world.ask(&ito(), world.visit_to(BILLING, HOUR));
        world.refused(&staff(NURSE), narrowed(&request, SshTerms::shell_only()))
    }

    "database-terms-not-possible": fn terms_for_databases_belong_to_a_database_and_allow_something() {
        let mut world = World::with_database();
        let asked = |visit: NewVisit| Command::RequestVisit(Box::new(visit));
        for most_bytes_out in [0, u64::MAX] {
            let terms = reading(most_bytes_out);
            let reasons = world.refused(&ito(), asked(world.database_visit(Some(terms))));
            assert_eq!(reasons, [Reason::DatabaseTermsNotPossible]);
        }
        for name in ["", "a\0b", &"x".repeat(65)] {
            let reasons = world.refused(&ito(), asked(world.database_visit(Some(only(&[name])))));
            assert_eq!(reasons, [Reason::TextTooLong], "{name:?}");
        }
        let many = vec!["x"; 17];
        let reasons = world.refused(&ito(), asked(world.database_visit(Some(only(&many)))));
        assert_eq!(reasons[0].id(), "too-many");
        let of_tcp = NewTarget { protocol: Protocol::Tcp, ..database_target("x", "10.1.2.9", 1) };
        assert_eq!(register(of_tcp), [Reason::DatabaseTermsNotPossible]);
        let without = NewTarget { database: None, ..database_target("x", "10.1.2.9", 1) };
        assert_eq!(register(without), [Reason::DatabaseTermsNotPossible]);
        let billing = NewVisit { database: Some(reading(1)), ..world.visit_to(BILLING, HOUR) };
        assert_eq!(world.refused(&ito(), asked(billing)), [Reason::DatabaseTermsNotPossible]);
        let request = world.ask(&ito(), world.visit_to(BILLING, HOUR));
        world.refused(&staff(NURSE), narrowed_database(&request, reading(1)))
    }

    "web-terms-not-possible": fn terms_for_consoles_belong_to_a_console_and_can_be_said() {
        let mut world = World::at_a_console(looking());
        let asked = |visit: NewVisit| Command::RequestVisit(Box::new(visit));
        for most_bytes_out in [0, u64::MAX] {
            let terms = WebTerms { most_bytes_out, ..looking() };
            let reasons = world.refused(&ito(), asked(world.console_visit(Some(terms))));
            assert_eq!(reasons, [Reason::WebTermsNotPossible]);
        }
        for path in ["app", "/app/../x", "/app%2f", "/app?x", "/app;v=1", "/a//b"] {
            let terms = WebTerms { paths: Paths::Under(NonEmpty::one(path.into())), ..looking() };
            let reasons = world.refused(&ito(), asked(world.console_visit(Some(terms))));
            assert_eq!(reasons, [Reason::WebTermsNotPossible], "{path}");
        }
        let at = |change: fn(&mut WebTarget)| {
            let mut new = console_target("x", "10.1.2.9", 1);
            change(new.web.as_mut().unwrap());
            register(new)
        };
        let not_possible = [Reason::WebTermsNotPossible];
        let two_lines = at(|web| web.host = "a\r\nb".into());
        assert_eq!(two_lines, [Reason::TextTooLong, Reason::WebTermsNotPossible]);
        assert_eq!(at(|web| web.host = "a/b".into()), not_possible);
        for name in ["Host", "content-length", "a b", "X_Key"] {
            let mut new = console_target("x", "10.1.2.9", 1);
            new.web.as_mut().unwrap().sign_in = WebSignIn::Header { name: name.into() };
            assert_eq!(register(new), not_possible, "{name}");
        }
        assert_eq!(at(|web| web.sign_in = WebSignIn::Basic { user: "a:b".into() }), not_possible);
        let of_tcp = NewTarget { protocol: Protocol::Tcp, ..console_target("x", "10.1.2.9", 1) };
        assert_eq!(register(of_tcp), not_possible);
        let without = NewTarget { web: None, ..console_target("x", "10.1.2.9", 1) };
        assert_eq!(register(without), not_possible);
        let request = world.ask(&ito(), world.visit_to(BILLING, HOUR));
        world.refused(&staff(NURSE), narrowed_web(&request, looking()))
    }

    "method-not-granted": fn who_only_looks_changes_nothing() {
        World::at_a_console(looking()).refused(&ito(), channel(web_request("POST", "/app")))
    }

    "reader-missing": fn reading_alone_needs_an_account_that_can_do_no_more() {
        let mut same = database_target("x", "10.1.2.9", 1);
        let known = same.database.as_mut().unwrap();
        known.reader = Some(known.user.clone());
        assert_eq!(register(same), [Reason::ReaderMissing]);
        let mut world = upgraded(World::hospital());
        world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(without_reader())));
        assert_eq!(world.refused(&staff(DOCTOR), set_password(true)), [Reason::ReaderMissing]);
        let asked = world.database_visit(Some(reading(1)));
        let asked = Command::RequestVisit(Box::new(asked));
        assert_eq!(world.refused(&ito(), asked), [Reason::ReaderMissing]);
        // An approval cannot make a visit one that only reads either.
        let request = world.ask(&ito(), world.database_visit(None));
        world.refused(&staff(NURSE), narrowed_database(&request, reading(1)))
    }

    "desktop-terms-not-possible": fn terms_for_desktops_belong_to_a_desktop() {
        let billing = NewVisit { desktop: Some(DesktopTerms::USUAL), ..World::hospital().visit_to(BILLING, HOUR) };
        assert_eq!(World::hospital().refused(&ito(), Command::RequestVisit(Box::new(billing))), [Reason::DesktopTermsNotPossible]);
        let world = World::with_desktop();
        let register = |new| world.refused(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)));
        let without = NewTarget { desktop: None, ..desktop_target("x", "10.1.2.9", 1) };
        assert_eq!(register(without), [Reason::DesktopTermsNotPossible]);
        let of_tcp = NewTarget { protocol: Protocol::Tcp, ..desktop_target("x", "10.1.2.9", 1) };
        register(of_tcp)
    }

    "telnet-not-possible": fn a_console_by_telnet_says_how_it_is_entered_and_nothing_else_does() {
        let world = World::with_console_by_telnet();
        let register = |new| world.refused(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)));
        let how = |user: &str, login: &str, password: &str| NewTarget {
            telnet: Some(TelnetTarget { sign_in: Some(TelnetSignIn { user: Some(user.into()), login_prompt: login.into(), password_prompt: password.into() }) }),
            ..telnet_target("x", "10.1.2.9", 1)
        };
        // Where the two questions look alike, the password could be typed where it is shown.
        for (user, login, password) in [("a", "login:", "login:"), ("a", "assword:", "Password:"), ("a\nb", "login:", "Password:"), ("a", " login:", "Password:"), ("a", "login:", " ")] {
            assert!(register(how(user, login, password)).contains(&Reason::TelnetNotPossible));
        }
        let without = NewTarget { telnet: None, ..telnet_target("x", "10.1.2.9", 1) };
        assert_eq!(register(without), [Reason::TelnetNotPossible]);
        let of_tcp = NewTarget { protocol: Protocol::Tcp, ..telnet_target("x", "10.1.2.9", 1) };
        register(of_tcp)
    }

    "password-needed": fn a_database_is_entered_with_a_password() {
        World::with_database().refused(&staff(DOCTOR), set_secret(DATABASE))
    }

    "database-not-granted": fn a_session_stays_in_the_databases_of_its_grant() {
        World::in_database(only(&["orca"])).refused(&ito(), channel(database("postgres")))
    }

    "data-used-up": fn no_more_leaves_a_database_than_granted() {
        let mut world = World::in_database(reading(1000));
        world.does(&Caller::gateway(), close_having_given(1, 1000));
        world.refused(&ito(), open_database())
    }

    "source-not-listed": fn an_address_outside_the_vendors_list_stays_out() {
        let elsewhere = Source::Address("198.51.100.9".parse().unwrap());
        World::granted().refused(&Caller { source: elsewhere, ..ito() }, open(BILLING))
    }

    "outside-needs-passkey": fn from_outside_the_lan_a_passphrase_and_a_code_are_not_enough() {
        let mut world = upgraded(World::hospital());
        world.does(&staff(DOCTOR), open_console());
        world.refused(&crate::reach::outside(staff(NURSE)), Command::SetReportDue { days: 3 })
    }

    "source-unknown": fn an_unknown_address_is_a_no() {
        World::granted().refused(&Caller { source: Source::Unknown, ..ito() }, open(BILLING))
    }

    "sources-not-reconfirmed": fn a_list_of_sources_is_confirmed_every_180_days() {
        let mut world = World::hospital();
        world.later(DAY * 180);
        let asked = at_billing(&world);
        world.refused(&ito(), asked)
    }

    "wide-exception-ended": fn a_wide_prefix_ends_with_its_exception() {
        let mut world = World::hospital();
        let sources = NonEmpty::one(wide("203.0.0.0/8", 90));
        world.does(&staff(DOCTOR), Command::ChangeSources { vendor: vendor(1), sources });
        let asked = at_billing(&world);
        world.does(&ito(), asked);
        world.later(DAY * 90);
        let asked = at_billing(&world);
        world.refused(&ito(), asked)
    }

    "no-grant": fn there_is_no_session_without_a_grant() {
        World::hospital().refused(&ito(), open(BILLING))
    }

    "too-early": fn a_window_does_not_open_before_its_time() {
        let mut world = World::hospital();
        let mut asked = world.visit_to(BILLING, HOUR);
        asked.window = Window { from: world.now.plus(HOUR), until: world.now.plus(HOUR * 2) };
        let request = world.ask(&ito(), asked);
        world.approve(NURSE, &request);
        world.refused(&ito(), open(BILLING))
    }

    "too-late": fn a_window_closes_at_its_end() {
        let mut world = World::granted();
        world.later(HOUR);
        world.refused(&ito(), open(BILLING))
    }

    "grant-withdrawn": fn a_withdrawn_grant_stays_withdrawn() {
        let mut world = World::granted();
        world.does(&staff(NURSE), suspend(Subject::Grant(grant(1))));
        let resume = Command::Resume { subject: Subject::Grant(grant(1)) };
        assert!(world.refused(&staff(NURSE), resume).contains(&Reason::GrantWithdrawn));
        world.refused(&ito(), open(BILLING))
    }

    "grant-used-up": fn a_one_use_grant_is_used_once() {
        let mut world = World::hospital();
        let asked = NewVisit { sessions: Sessions::Once, ..world.visit_to(BILLING, HOUR) };
        let request = world.ask(&ito(), asked);
        world.approve(NURSE, &request);
        world.does(&ito(), open(BILLING));
        world.does(&Caller::gateway(), close(1));
        world.refused(&ito(), open(BILLING))
    }

    "too-many-sessions": fn no_more_connections_at_once_than_granted() {
        let mut world = World::connected();
        world.does(&ito(), open(BILLING));
        world.refused(&ito(), open(BILLING))
    }

    "outside-hours": fn a_window_lies_inside_the_targets_hours() {
        let mut world = World::hospital();
        // Monday to Friday, nine to five; the world begins on a Saturday.
        let slots = (0..5).map(|weekday| Slot { weekday, from: 540, to: 1020 }).collect();
        let hours = Hours::Only(NonEmpty::from_vec(slots).unwrap());
        let new = NewTarget { hours, ..new_target("office", "10.1.2.8", 1) };
        world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)));
        let asked = Command::RequestVisit(Box::new(world.visit_to(4, HOUR)));
        world.refused(&ito(), asked)
    }

    "window-too-long": fn a_window_is_no_longer_than_the_target_allows() {
        let world = World::hospital();
        let asked = Command::RequestVisit(Box::new(world.visit_to(BILLING, HOUR * 4)));
        world.refused(&ito(), asked)
    }

    "window-not-possible": fn a_window_in_the_past_is_not_possible() {
        let world = World::hospital();
        let mut asked = world.visit_to(BILLING, HOUR);
        asked.window = Window { from: world.now.minus(HOUR), until: world.now };
        world.refused(&ito(), Command::RequestVisit(Box::new(asked)))
    }

    "would-widen": fn an_approval_may_narrow_and_never_widen() {
        let mut world = World::hospital();
        let request = world.ask(&ito(), world.visit_to(BILLING, HOUR));
        let mut to_ssh = World::with_ssh(false);
        let asked = to_ssh.ssh_visit(Some(file_terms()));
        let of_files = to_ssh.ask(&ito(), asked);
        let more = SshTerms { exec: true, ..file_terms() };
        assert_eq!(to_ssh.refused(&staff(NURSE), narrowed(&of_files, more)), [Reason::WouldWiden]);
        let narrower = Some(world.until(HOUR * 2));
        let approval = Command::ApproveRequest { request, conditions: None, narrower, ssh: None, database: None, web: None, desktop: None };
        world.refused(&staff(NURSE), approval)
    }

    "quota-used-up": fn a_visit_records_no_more_than_its_quota() {
        let mut world = World::connected();
        world.does(&Caller::gateway(), close(1));
        world.does(&ito(), open(BILLING));
        world.does(&Caller::gateway(), close(2));
        world.refused(&ito(), open(BILLING))
    }

    "debt-unpaid": fn the_debt_of_an_emergency_blocks_the_vendors_next_visit() {
        let world = World::in_debt();
        let asked = at_billing(&world);
        assert!(world.refused(&engineer(SUB), asked.clone()).iter().any(|r| r.id() == "debt-unpaid"));
        world.refused(&engineer(KATO), asked)
    }

    "visit-not-over": fn nobody_signs_while_somebody_is_inside() {
        let mut world = upgraded(World::connected());
        world.later(HOUR * 2);
        world.refused(&staff(NURSE), review(1, Verdict::Accepted, false, Some(1)))
    }

    "note-needed": fn a_question_is_asked_in_words() {
        World::reported().refused(&staff(NURSE), review(1, Verdict::Questioned, true, None))
    }

    "report-not-read": fn what_was_not_read_is_not_signed() {
        World::reported().refused(&staff(NURSE), review(1, Verdict::Accepted, false, Some(1)))
    }

    "report-missing": fn a_visit_without_a_report_blocks_the_next_after_a_week() {
        let mut world = World::connected();
        world.later(HOUR + DAY * 7);
        let asked = at_billing(&world);
        let reasons = world.refused(&ito(), asked.clone());
        // A colleague reported theirs, or has none to report.
        world.does(&engineer(KATO), asked.clone());
        world.does(&ito(), report(1));
        world.does(&ito(), asked);
        reasons
    }

    "emergency-not-marked": fn only_marked_targets_open_in_an_emergency() {
        let mut world = World::hospital();
        world.does(&staff(NURSE), chain(&[(NURSE, 0)]));
        let request = world.ask(&engineer(OTHER), world.visit_to(IMAGING, HOUR));
        world.refused(&staff(NURSE), duty(&request))
    }

    "not-on-duty": fn an_emergency_is_opened_by_who_is_on_duty() {
        let mut world = World::hospital();
        world.does(&staff(NURSE), chain(&[(NURSE, 0)]));
        let request = world.ask(&ito(), world.visit_to(BILLING, HOUR));
        world.refused(&staff(DOCTOR), duty(&request))
    }

    "emergency-code-wrong": fn an_emergency_code_opens_once() {
        let mut world = World::in_debt();
        world.does(&staff(NURSE), approve(&request(1)));
        let next = world.ask(&ito(), world.visit_to(BILLING, HOUR));
        world.refused(&ito(), envelope(&next, 1))
    }

    "invitation-invalid": fn an_invitation_is_used_once() {
        let mut world = World::clinic();
        world.join(Employer::Hospital, Role::Approver);
        let (caller, command) = world.accept_command(None);
        world.refused(&caller, command)
    }

    "device-needed": fn an_engineer_enrols_a_device_and_nobody_else_does() {
        let mut world = World::hospital();
        world.invite(&staff(DOCTOR), InvitationFor::Device { person: person(ITO) });
        let (caller, without) = world.accept_command(None);
        let reasons = world.refused(&caller, without);
        let (employer, roles) = (Employer::Hospital, NonEmpty::one(Role::Inspector));
        world.invite(&staff(DOCTOR), InvitationFor::Person { employer, roles });
        let (caller, with) = world.accept_command(Some(enrolment(60)));
        assert!(world.refused(&caller, with).contains(&Reason::DeviceNeeded));
        reasons
    }

    "passkey-not-attested": fn an_engineers_passkey_needs_a_maker_whom_the_hospital_trusts() {
        let world = upgraded(World::hospital());
        let unattested = NewPasskey { attested: None, ..passkey(1, true) };
        let unattested = Command::AddPasskey(unattested);
        assert_eq!(world.refused(&ito(), unattested), [Reason::PasskeyNotAttested]);
        // Attested, by a maker of whom the hospital knows nothing.
        world.refused(&ito(), Command::AddPasskey(passkey(1, true)))
    }

    "words-differ": fn a_device_is_confirmed_by_its_own_words() {
        let mut world = World::hospital();
        world.invite(&staff(NURSE), InvitationFor::Device { person: person(ITO) });
        world.accept(Some(enrolment(50)));
        let Command::ConfirmDevice { words, .. } = world.confirm_command(1) else { unreachable!() };
        world.refused(&staff(NURSE), Command::ConfirmDevice { device: device(5), words })
    }

    "key-known": fn a_key_enrols_once() {
        let mut world = World::hospital();
        world.invite(&staff(NURSE), InvitationFor::Device { person: person(ITO) });
        let (caller, command) = world.accept_command(Some(enrolment(1)));
        let reasons = world.refused(&caller, command);
        // One relay under two names would be two witnesses that are one.
        world.does(&staff(NURSE), register_relay("tokyo", 1));
        let again = NewRelay { key: digest(1), ..new_relay("osaka", 2) };
        assert_eq!(world.refused(&staff(NURSE), Command::RegisterRelay(again)), [Reason::KeyKnown]);
        let again = NewRelay { witness: new_relay("tokyo", 1).witness, ..new_relay("osaka", 2) };
        assert_eq!(world.refused(&staff(NURSE), Command::RegisterRelay(again)), [Reason::KeyKnown]);
        reasons
    }

    "name-taken": fn two_targets_do_not_share_a_name() {
        let mut world = World::hospital();
        world.does(&staff(NURSE), register_relay("tokyo", 1));
        assert_eq!(world.refused(&staff(NURSE), register_relay("Tokyo", 2)), [Reason::NameTaken]);
        world.does(&staff(NURSE), remove_relay("tokyo"));
        world.does(&staff(NURSE), register_relay("Tokyo", 1));
        register(new_target("Billing", "10.1.2.9", 1))
    }

    "name-not-possible": fn a_targets_name_is_safe_in_a_command_line() {
        for name in ["", "-x", "x-", "a b", "a;b", "受付", &"a".repeat(33)] {
            let reasons = register(new_target(name, "10.1.2.9", 1));
            assert!(reasons.contains(&Reason::NameNotPossible), "{name}");
        }
        register(new_target("../x", "10.1.2.9", 1))
    }

    "text-too-long": fn every_text_has_a_limit() {
        let new = new_vendor(&"あ".repeat(81), "203.0.113.0/24", None);
        let world = World::hospital();
        let empty = new_vendor("  ", "203.0.113.0/24", None);
        assert!(world.refused(&staff(DOCTOR), Command::RegisterVendor(empty)).contains(&Reason::TextTooLong));
        world.refused(&staff(DOCTOR), Command::RegisterVendor(new))
    }

    "prefix-too-wide": fn a_source_list_never_means_everybody() {
        for everybody in [prefix("0.0.0.0/0"), prefix("::/0"), wide("0.0.0.0/0", 30), wide("::/0", 30)] {
            assert_eq!(registered_with(vec![everybody])[0].id(), "prefix-too-wide");
        }
        assert_eq!(registered_with(vec![prefix("2001:db8::/31")])[0].id(), "prefix-too-wide");
        registered_with(vec![prefix("203.0.0.0/15")])
    }

    "exception-not-possible": fn an_exception_lasts_90_days_and_only_where_it_is_needed() {
        assert!(registered_with(vec![wide("203.0.113.0/24", 30)]).contains(&Reason::ExceptionNotPossible));
        assert!(registered_with(vec![wide("203.0.0.0/15", 0)]).contains(&Reason::ExceptionNotPossible));
        registered_with(vec![wide("203.0.0.0/15", 91)])
    }

    "address-not-allowed": fn the_gateway_itself_is_never_a_target() {
        for (address, port) in [("10.1.0.2", 443), ("127.0.0.1", 443), ("::1", 443), ("0.0.0.0", 5432), ("224.0.0.1", 5432), ("10.1.2.9", 0)] {
            let address = PinnedAddress { port, ..pinned(address) };
            let reasons = register(NewTarget { address, ..new_target("x", "10.1.2.9", 1) });
            assert_eq!(reasons[0].id(), "address-not-allowed");
        }
        for address in ["10.1.0.2:443", "0.0.0.0:443", "[::1]:443", "relay.example", "relay.example:0", "relay example:443", ":443", "a..b:1", "10.1.2.3"] {
            let relay = NewRelay { address: address.into(), ..new_relay("tokyo", 1) };
            let reasons = World::hospital().refused(&staff(DOCTOR), Command::RegisterRelay(relay));
            assert_eq!(reasons[0].id(), "address-not-allowed", "{address}");
        }
        let mapped = PinnedAddress { port: 443, ..pinned("::ffff:10.1.0.2") };
        register(NewTarget { address: mapped, ..new_target("x", "10.1.2.9", 1) })
    }

    "roles-not-possible": fn an_engineer_of_a_vendor_is_nothing_else() {
        let world = World::hospital();
        let pairs = [
            (Employer::Vendor(vendor(1)), Role::Approver),
            (Employer::Hospital, Role::Engineer),
            (Employer::Custodian, Role::Approver),
        ];
        for (employer, role) in pairs {
            let purpose = InvitationFor::Person { employer, roles: NonEmpty::one(role) };
            let reasons = world.refused(&staff(DOCTOR), world.invite_command(purpose));
            assert!(reasons.contains(&Reason::RolesNotPossible));
        }
        let roles = NonEmpty::from_vec(vec![Role::Approver, Role::Approver]).unwrap();
        let purpose = InvitationFor::Person { employer: Employer::Hospital, roles };
        world.refused(&staff(DOCTOR), world.invite_command(purpose))
    }

    "last-one": fn the_last_approver_is_not_removed() {
        let mut world = World::hospital();
        world.does(&staff(DOCTOR), suspend(Subject::Person(person(NURSE))));
        let erase = Command::ErasePerson { person: person(DOCTOR) };
        assert!(world.refused(&staff(DOCTOR), erase).contains(&Reason::LastOne));
        world.refused(&staff(OPERATOR), suspend(Subject::Person(person(DOCTOR))))
    }

    "second-person-needed": fn one_person_does_not_lift_an_isolation() {
        let mut world = World::hospital();
        world.does(&staff(NURSE), isolate());
        world.does(&staff(NURSE), lift(LiftWay::Agree));
        world.refused(&staff(NURSE), lift(LiftWay::Agree))
    }

    "delay-not-over": fn a_single_doctor_waits_a_day() {
        let mut world = World::clinic();
        world.does(&local(), isolate());
        world.does(&staff(DOCTOR), lift(LiftWay::AfterDelay));
        world.later(DAY - MINUTE);
        world.refused(&staff(DOCTOR), lift(LiftWay::AfterDelay))
    }

    "already-so": fn what_is_so_already_is_not_entered_again() {
        let mut world = World::hospital();
        world.does(&staff(NURSE), isolate());
        let reasons = world.refused(&local(), isolate());
        let mut world = World::in_ssh(all_terms(), false);
        for (step, by) in [(pause(), local()), (attend(), staff(NURSE))] {
            world.does(&by, step.clone());
            assert_eq!(world.refused(&staff(NURSE), step), reasons);
        }
        world.does(&staff(NURSE), go_on());
        assert_eq!(world.refused(&staff(NURSE), go_on()), reasons);
        assert_eq!(world.refused(&staff(DOCTOR), leave()), reasons);
        let days = Command::SetReportDue { days: limits::REPORT_DUE_DAYS };
        assert_eq!(world.refused(&staff(DOCTOR), days), reasons);
        reasons
    }

    "not-upgraded": fn nothing_is_entered_that_the_release_before_cannot_read() {
        let mut world = World::hospital();
        let (size, root) = (1, digest(1));
        let verified = || Command::Note(GatewayNote::LedgerVerified { size, root });
        let reasons = world.refused(&Caller::gateway(), verified());
        world.does(&staff(DOCTOR), Command::UpgradeSite);
        world.does(&Caller::gateway(), verified());
        assert_eq!(world.refused(&staff(DOCTOR), Command::UpgradeSite), [Reason::AlreadySo]);
        reasons
    }

    "secret-guessable": fn a_secret_that_is_guessed_is_not_taken() {
        upgraded(World::with_ssh(false)).refused(&staff(OPERATOR), weak(&[SecretWeakness::Guessable], None))
    }

    "secret-listed": fn a_secret_that_stands_on_a_list_is_not_taken() {
        upgraded(World::with_ssh(false)).refused(&staff(OPERATOR), weak(&[SecretWeakness::Listed], None))
    }

    "secret-shared": fn a_secret_of_two_accounts_is_not_taken_where_the_hospital_says_so() {
        let mut world = upgraded(World::with_ssh(false));
        let refused = RefusedSecrets::WeakOrShared;
        let policy = SecretPolicy { refused, ..SecretPolicy::default() };
        world.does(&staff(OPERATOR), Command::SetSecretPolicy(policy));
        world.refused(&staff(OPERATOR), weak(&[SecretWeakness::Shared], None))
    }

    "secret-compromised": fn nobody_enters_with_a_secret_that_others_may_know() {
        let mut world = granted_ssh();
        world.does(&staff(OPERATOR), compromised());
        world.refused(&ito(), open_ssh())
    }

    "secret-rotating": fn nobody_enters_while_a_secret_is_replaced() {
        let mut world = granted_ssh();
        world.does(&staff(OPERATOR), begin_rotation());
        assert_eq!(world.refused(&staff(OPERATOR), begin_rotation()), [Reason::SecretRotating]);
        world.refused(&ito(), open_ssh())
    }

    "secret-in-use": fn a_secret_is_not_replaced_under_a_session() {
        let mut world = granted_ssh();
        world.does(&ito(), open_ssh());
        world.refused(&staff(OPERATOR), begin_rotation())
    }

    "risk-not-accepted": fn what_rests_on_a_risk_is_not_registered_without_one() {
        let world = upgraded(World::hospital());
        let new = new_target("console", "10.1.2.9", 1);
        world.refused(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)))
    }

    "risk-over": fn nobody_enters_what_rests_on_a_risk_that_was_withdrawn() {
        let mut world = upgraded(World::hospital());
        world.does(&staff(DOCTOR), withdraw_risk(BILLING));
        world.refused(&ito(), Command::RequestVisit(Box::new(world.visit_to(BILLING, HOUR))))
    }

    "old-tls-not-possible": fn l34_old_tls_is_for_web_consoles_and_rdp_alone() {
        let old = ServerIdentity::OldTls { spki: Digest([9; 32]) };
        let mut database = database_target("x", "10.1.2.9", 1);
        database.database.as_mut().unwrap().server = old.clone();
        database.risk = Some(risk_until(World::hospital().now.plus(DAY)));
        assert_eq!(register(database), [Reason::OldTlsNotPossible]);
        let world = World::with_database();
        let risk = Some(risk_until(world.now.plus(DAY)));
        let pin = Command::PinDatabaseServer { target: target(DATABASE), server: old, risk };
        world.refused(&staff(DOCTOR), pin)
    }

    "risk-not-possible": fn a_risk_is_owned_by_a_person_of_the_hospital_and_ends_within_a_year() {
        let mut world = upgraded(World::with_ssh(false));
        // A target that rests on none.
        assert_eq!(world.refused(&staff(DOCTOR), accept_risk(SHELL)), [Reason::RiskNotPossible]);
        assert_eq!(world.refused(&staff(DOCTOR), withdraw_risk(SHELL)), [Reason::RiskNotPossible]);
        let accept = |risk| Command::AcceptRisk { target: target(BILLING), risk };
        let year = world.now.plus(limits::RISK_LASTS);
        for until in [world.now, world.now.minus(DAY), year.plus(SECOND)] {
            let refused = world.refused(&staff(DOCTOR), accept(risk_until(until)));
            assert_eq!(refused, [Reason::RiskNotPossible], "{until}");
        }
        for nobody in [ITO, CUSTODIAN, 99] {
            let risk = NewRisk { owner: person(nobody), ..risk_until(year) };
            let refused = world.refused(&staff(DOCTOR), accept(risk));
            assert_eq!(refused, [Reason::RiskNotPossible], "{nobody}");
        }
        world.does(&staff(DOCTOR), accept(risk_until(year)));
        world.refused(&staff(DOCTOR), accept(risk_until(year.plus(SECOND))))
    }

    "rotation-not-possible": fn what_the_gateway_cannot_replace_it_is_not_asked_to() {
        let mut world = upgraded(World::with_ssh(false));
        let asked = |target, after_visits| Command::SetSecretPolicy(SecretPolicy {
            rotation: Some(RotationTerms {
                targets: NonEmpty::one(target),
                after_visits,
                every_days: None,
            }),
            ..SecretPolicy::default()
        });
        let nothing = world.refused(&staff(OPERATOR), asked(target(SHELL), false));
        assert_eq!(nothing, [Reason::RotationNotPossible]);
        world.does(&staff(OPERATOR), asked(target(SHELL), true));
        world.refused(&staff(OPERATOR), asked(target(BILLING), true))
    }

    "rotation-way-not-possible": fn only_a_password_that_is_entered_by_ssh_is_replaced_in_another_way() {
        let mut world = crate::rotation_way::world();
        world.does(&staff(OPERATOR), crate::rotation_way::by(Some(RotationWay::Windows)));
        let elsewhere = Command::SetRotationWay {
            target: target(BILLING),
            way: Some(RotationWay::Windows),
        };
        world.refused(&staff(OPERATOR), elsewhere)
    }

    "rotation-way-not-provable": fn lines_that_nobody_answers_are_not_said_to_a_device() {
        let lines = "expect #\nsend password {new}";
        let way = Dialogue::parse(lines.lines()).map(RotationWay::Device);
        crate::rotation_way::world().refused(&staff(OPERATOR), crate::rotation_way::by(way))
    }

    "rotation-way-needs-password": fn no_key_is_set_where_a_password_is_replaced_at_a_device() {
        let mut world = crate::rotation_way::world();
        world.does(&staff(OPERATOR), crate::rotation_way::by(Some(RotationWay::Windows)));
        let refused = world.refused(&staff(OPERATOR), set_secret(SHELL));
        world.does(&staff(OPERATOR), crate::rotation_way::by(None));
        world.does(&staff(OPERATOR), set_secret(SHELL));
        refused
    }

    "visit-accounts-not-possible": fn only_where_the_gateway_knows_how_visits_have_accounts() {
        let world = upgraded(World::with_ssh(false));
        let accounts = Some(VisitAccounts { manager: "root".to_owned(), groups: Vec::new() });
        world.refused(
            &staff(OPERATOR),
            Command::SetVisitAccounts { target: target(BILLING), accounts },
        )
    }

    "visit-account-stands": fn how_accounts_are_made_stays_while_one_is_there() {
        crate::visit_accounts::with_account()
            .refused(&staff(OPERATOR), crate::visit_accounts::choose(None))
    }

    "for-emergencies": fn nobody_visits_under_an_emergency_account() {
        crate::emergency_accounts::kept().refused(&ito(), open_ssh())
    }

    "emergency-account-not-possible": fn only_an_account_that_the_gateway_can_replace_is_for_emergencies() {
        let terms = Some(crate::emergency_accounts::terms());
        upgraded(World::with_ssh(false)).refused(
            &staff(OPERATOR),
            Command::SetEmergencyAccount { target: target(BILLING), terms },
        )
    }

    "envelope-not-ordered": fn an_emergency_accounts_secret_changes_when_somebody_ordered_an_envelope() {
        crate::emergency_accounts::kept().refused(&staff(OPERATOR), begin_rotation())
    }

    "envelope-not-ready": fn an_envelope_is_printed_when_the_target_has_its_secret() {
        let mut world = crate::emergency_accounts::kept();
        world.does(&staff(DOCTOR), crate::emergency_accounts::order());
        world.refused(&staff(NURSE), crate::emergency_accounts::print(1))
    }

    "envelope-second-person": fn whoever_ordered_an_envelope_does_not_print_it() {
        crate::emergency_accounts::ready()
            .refused(&staff(DOCTOR), crate::emergency_accounts::print(1))
    }

    "envelope-printed": fn an_envelope_is_printed_once() {
        crate::emergency_accounts::printed()
            .refused(&staff(OPERATOR), crate::emergency_accounts::print(1))
    }

    "not-isolated": fn there_is_nothing_to_lift() {
        World::hospital().refused(&staff(NURSE), lift(LiftWay::Agree))
    }

    "not-preserved": fn evidence_is_kept_before_anything_is_changed() {
        let mut world = crate::incidents::begun();
        let change = response::Change::Firmware;
        crate::response::refuses(&mut world, OPERATOR, response::Step::Changed { change })
    }

    "fact-corrected": fn what_was_corrected_is_not_said_outside() {
        let mut world = crate::response::with_a_draft();
        let correction = NewNote {
            corrects: Some(1),
            ..crate::incidents::note(&world)
        };
        world.does(&staff(OPERATOR), crate::incidents::noted(correction));
        crate::response::refuses(&mut world, DOCTOR, response::Step::Approved { draft: 2 })
    }

    "notice-not-approved": fn a_notice_goes_out_after_somebody_else_approved_it() {
        let mut world = crate::response::with_a_draft();
        crate::response::refuses(&mut world, OPERATOR, response::Step::Published { draft: 2 })
    }

    "too-many": fn every_list_has_a_limit() {
        let mut world = World::hospital();
        for n in 0..4 {
            world.does(&staff(DOCTOR), register_relay(&format!("relay-{n}"), n));
        }
        assert_eq!(world.refused(&staff(DOCTOR), register_relay("fifth", 5))[0].id(), "too-many");
        for days in [0, 31] {
            let due = Command::SetReportDue { days };
            assert_eq!(world.refused(&staff(DOCTOR), due)[0].id(), "too-many");
        }
        let world = World::with_ssh(false);
        let folders: Vec<String> = (0..17).map(|n| format!("/srv/{n}")).collect();
        let paths = Paths::Under(NonEmpty::from_vec(folders).unwrap());
        let terms = SshTerms { upload: files(paths), ..no_terms() };
        let asked = Command::RequestVisit(Box::new(world.ssh_visit(Some(terms))));
        assert_eq!(world.refused(&ito(), asked)[0].id(), "too-many");
        let many = (0..17).map(|n| prefix(&format!("203.0.{n}.0/24"))).collect();
        registered_with(many)
    }
}
