//! Desktops: how they are registered and entered, what a visit may do there, how approvals narrow it.

use access::*;

use crate::world::*;

fn ito() -> Caller {
    engineer(ITO)
}

const LOOKS: DesktopTerms = DesktopTerms {
    input: false,
    clipboard_in: false,
    clipboard_out: false,
};

const ALL: DesktopTerms = DesktopTerms {
    input: true,
    clipboard_in: true,
    clipboard_out: true,
};

/// Invariant 3, for desktops: how the server is entered is what was registered and granted.
#[test]
fn a_permit_for_a_desktop_says_how_it_is_entered_and_what_may_be_done() {
    let mut world = World::with_desktop();
    let request = world.ask(&ito(), world.desktop_visit(Some(LOOKS)));
    world.approve(NURSE, &request);
    let Outcome::Opened(permit) = world.does(&ito(), open_desktop()) else {
        panic!("not opened");
    };
    let entry = permit.desktop().unwrap();
    assert_eq!((entry.terms, entry.secret), (LOOKS, 1));
    assert_eq!(entry.server, pinned_server(1));
    assert!(permit.ssh().is_none() && permit.database().is_none());
}

/// A clipboard that nobody asked for is closed in both directions.
#[test]
fn a_request_that_says_nothing_opens_no_clipboard() {
    let mut world = World::with_desktop();
    let request = world.ask(&ito(), world.desktop_visit(None));
    let shown = world.site.request(&request).unwrap().desktop;
    assert_eq!(shown, Some(DesktopTerms::USUAL));
    world.approve(NURSE, &request);
    let granted = world.site.grants().next().unwrap().terms.desktop;
    assert_eq!(granted, Some(DesktopTerms::USUAL));
}

#[test]
fn a_desktop_is_registered_after_the_site_is_committed_to_this_release() {
    let world = World::hospital();
    let register = Command::RegisterTarget(Box::new(desktop_target("ct", "10.1.2.7", 1)));
    let refused = world.refused(&staff(DOCTOR), register.clone());
    assert_eq!(refused, [Reason::NotUpgraded]);
    upgraded(World::hospital()).does(&staff(DOCTOR), register);
}

#[test]
fn a_desktop_is_entered_with_a_password_from_the_vault_and_only_with_one() {
    let mut world = upgraded_without_password();
    let request = world.ask(&ito(), world.desktop_visit(None));
    world.approve(NURSE, &request);
    let refused = world.refused(&ito(), open_desktop());
    assert_eq!(refused, [Reason::SecretMissing]);
    let reader = world.refused(&staff(DOCTOR), set_password(true));
    assert_eq!(reader, [Reason::ReaderMissing]);
    let key = world.refused(&staff(DOCTOR), set_secret(DATABASE));
    assert_eq!(key, [Reason::PasswordNeeded]);
}

fn upgraded_without_password() -> World {
    let mut world = upgraded(World::hospital());
    let new = desktop_target("ct", "10.1.2.7", 1);
    world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)));
    world
}

#[test]
fn another_key_of_the_server_ends_sessions_and_withdraws_grants() {
    let mut world = World::on_desktop(ALL);
    let pin = |server| Command::PinDatabaseServer {
        target: target(DATABASE),
        server,
        risk: None,
    };
    let same = world.refused(&staff(DOCTOR), pin(pinned_server(1)));
    assert_eq!(same, [Reason::AlreadySo]);
    world.does(&staff(DOCTOR), pin(pinned_server(2)));
    assert_eq!(world.permitted(), Err(EndReason::TargetPinChanged));
}

#[test]
fn l08_an_approval_narrows_and_never_widens_what_may_be_done_at_a_desktop() {
    let every = |n: u8| DesktopTerms {
        input: n & 1 != 0,
        clipboard_in: n & 2 != 0,
        clipboard_out: n & 4 != 0,
    };
    for asked in (0..8).map(every) {
        for narrower in (0..8).map(every) {
            let wider = (narrower.input && !asked.input)
                || (narrower.clipboard_in && !asked.clipboard_in)
                || (narrower.clipboard_out && !asked.clipboard_out);
            let mut world = World::with_desktop();
            let request = world.ask(&ito(), world.desktop_visit(Some(asked)));
            let approval = narrowed_desktop(&request, narrower);
            if wider {
                assert_eq!(world.refused(&staff(NURSE), approval), [Reason::WouldWiden]);
            } else {
                world.does(&staff(NURSE), approval);
                let granted = world.site.grants().next().unwrap().terms.desktop;
                assert_eq!(granted, Some(narrower));
            }
        }
    }
}

fn over_rdp(sign_in: Option<DesktopSignIn>, user: Option<&str>, server: ServerIdentity) -> Command {
    let open = matches!(server, ServerIdentity::PlainText { .. });
    let new = NewTarget {
        protocol: Protocol::Rdp,
        risk: open.then(|| risk_until(World::hospital().now.plus(DAY))),
        desktop: Some(DesktopTarget {
            user: user.map(str::to_owned),
            server,
            sign_in,
        }),
        ..desktop_target("windows", "10.1.2.9", 1)
    };
    Command::RegisterTarget(Box::new(new))
}

/// An account of Windows opens more than one desktop: it is said to a server with a known key, in the way
/// that was registered.
#[test]
fn a_desktop_over_rdp_is_registered_with_its_key_an_account_and_a_way_to_sign_in() {
    let world = World::with_desktop();
    let nla = Some(DesktopSignIn::Nla);
    let plain = ServerIdentity::PlainText {
        accepted: "a server of 2008; IT section".to_owned(),
    };
    for impossible in [
        over_rdp(None, Some("maint"), pinned_server(1)),
        over_rdp(nla, None, pinned_server(1)),
        over_rdp(nla, Some("maint"), plain.clone()),
    ] {
        let refused = world.refused(&staff(DOCTOR), impossible);
        assert_eq!(refused, [Reason::DesktopTermsNotPossible]);
    }
    let of_vnc = NewTarget {
        desktop: Some(DesktopTarget {
            user: None,
            server: pinned_server(1),
            sign_in: nla,
        }),
        ..desktop_target("x", "10.1.2.8", 1)
    };
    let refused = world.refused(&staff(DOCTOR), Command::RegisterTarget(Box::new(of_vnc)));
    assert_eq!(refused, [Reason::DesktopTermsNotPossible]);
    let (world, windows) = with_windows();
    let pin = Command::PinDatabaseServer {
        target: windows,
        server: plain,
        risk: Some(risk_until(world.now.plus(DAY))),
    };
    let refused = world.refused(&staff(DOCTOR), pin);
    assert_eq!(refused, [Reason::DesktopTermsNotPossible]);
}

fn with_windows() -> (World, ids::TargetId) {
    let mut world = World::with_desktop();
    let nla = over_rdp(Some(DesktopSignIn::Nla), Some("maint"), pinned_server(1));
    let Outcome::Target(windows) = world.does(&staff(DOCTOR), nla) else {
        panic!("not registered");
    };
    (world, windows)
}

#[test]
fn over_rdp_a_clipboard_can_be_asked_for_in_each_direction() {
    let (mut world, windows) = with_windows();
    let visit = |desktop| {
        let asked = NewVisit {
            target: windows.clone(),
            ..world.desktop_visit(Some(desktop))
        };
        Command::RequestVisit(Box::new(asked))
    };
    let one_way = DesktopTerms {
        clipboard_out: false,
        ..ALL
    };
    for asked in [ALL, LOOKS, one_way, DesktopTerms::USUAL].map(visit) {
        world.does(&ito(), asked);
    }
}
