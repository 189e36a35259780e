//! Consoles by telnet: registered, asked for and entered only on an accepted risk; a shell there, and nothing else.

use access::*;

use crate::world::*;

fn ito() -> Caller {
    engineer(ITO)
}

fn register(new: NewTarget) -> Command {
    Command::RegisterTarget(Box::new(new))
}

fn asking_nobody() -> NewTarget {
    NewTarget {
        telnet: Some(TelnetTarget { sign_in: None }),
        ..telnet_target("ct", "10.1.2.7", 1)
    }
}

fn channel(ask: ChannelAsk) -> Command {
    let session = session(1);
    Command::OpenChannel { session, ask }
}

#[test]
fn a_permit_for_a_console_says_at_which_prompts_it_is_signed_in_and_no_password() {
    let mut world = World::with_console_by_telnet();
    let request = world.ask(&ito(), world.visit_to(DATABASE, HOUR));
    let shown = world.site.request(&request).unwrap().ssh.clone();
    assert_eq!(shown, Some(SshTerms::terminal_only()));
    world.approve(NURSE, &request);
    let Outcome::Opened(permit) = world.does(&ito(), open_telnet()) else {
        panic!("not opened");
    };
    let entry = permit.telnet().unwrap();
    assert_eq!(entry.secret, 1);
    let sign_in = entry.sign_in.as_ref().unwrap();
    assert_eq!(sign_in.user.as_deref(), Some("service"));
    assert!(permit.ssh().is_none() && permit.desktop().is_none());
}

#[test]
fn s1_35_a_console_by_telnet_is_registered_with_an_accepted_risk_or_not_at_all() {
    let world = upgraded(World::hospital());
    let without = NewTarget {
        risk: None,
        ..telnet_target("ct", "10.1.2.7", 1)
    };
    let why = world.refused(&staff(DOCTOR), register(without));
    let target = "ct".to_owned();
    assert_eq!(why, [Reason::RiskNotAccepted { target }]);
    let before = World::hospital();
    let why = before.refused(&staff(DOCTOR), register(telnet_target("ct", "10.1.2.7", 1)));
    assert_eq!(why, [Reason::NotUpgraded]);
}

#[test]
fn s1_35_nobody_asks_for_or_enters_a_console_whose_risk_is_over_and_what_runs_ends() {
    let mut world = World::at_a_console_by_telnet();
    let withdraw = Command::WithdrawRisk {
        target: target(DATABASE),
        reason: "the device is gone".into(),
    };
    let known = world.site.target(&target(DATABASE)).unwrap();
    assert_eq!(known.rests_on(), Some(RiskKind::Telnet));
    world.does(&staff(DOCTOR), withdraw);
    assert_eq!(world.permitted(), Err(EndReason::RiskOver));
    let asked = Command::RequestVisit(Box::new(world.visit_to(DATABASE, HOUR)));
    for refused in [open_telnet(), asked] {
        let why = world.refused(&ito(), refused);
        assert!(matches!(why[..], [Reason::RiskOver { .. }]), "{why:?}");
    }
}

#[test]
fn a_console_has_a_shell_and_nothing_else_whatever_is_asked_for() {
    let mut world = World::with_console_by_telnet();
    let more = NewVisit {
        ssh: Some(SshTerms::shell_only()),
        ..world.visit_to(DATABASE, HOUR)
    };
    let why = world.refused(&ito(), Command::RequestVisit(Box::new(more)));
    assert_eq!(why, [Reason::SshTermsNotPossible]);
    let same = NewVisit {
        ssh: Some(SshTerms::terminal_only()),
        ..world.visit_to(DATABASE, HOUR)
    };
    let request = world.ask(&ito(), same);
    world.approve(NURSE, &request);
    world.does(&ito(), open_telnet());
    for ask in [
        ChannelAsk::Exec,
        ChannelAsk::Sftp,
        ChannelAsk::DirectTcp,
        ChannelAsk::Desktop,
    ] {
        let id = ask.id().to_owned();
        let why = world.refused(&ito(), channel(ask));
        assert_eq!(why, [Reason::ChannelNotGranted { channel: id }]);
    }
    world.does(&ito(), channel(ChannelAsk::Shell));
}

#[test]
fn a_console_that_asks_nobody_needs_no_password_and_takes_none() {
    let mut world = upgraded(World::hospital());
    world.does(&staff(DOCTOR), register(asking_nobody()));
    let known = world.site.target(&target(DATABASE)).unwrap();
    assert!(!known.lacks_a_secret() && known.accounts().next().is_none());
    let why = world.refused(&staff(DOCTOR), set_password(false));
    assert_eq!(why, [Reason::ProtocolNotGranted]);
    let request = world.ask(&ito(), world.visit_to(DATABASE, HOUR));
    world.approve(NURSE, &request);
    world.does(&ito(), open_telnet());
}

#[test]
fn a_console_that_asks_is_entered_with_a_password_of_the_vault_and_only_with_one() {
    let mut world = upgraded(World::hospital());
    world.does(&staff(DOCTOR), register(telnet_target("ct", "10.1.2.7", 1)));
    assert!(
        world
            .site
            .target(&target(DATABASE))
            .unwrap()
            .lacks_a_secret()
    );
    let request = world.ask(&ito(), world.visit_to(DATABASE, HOUR));
    world.approve(NURSE, &request);
    assert_eq!(
        world.refused(&ito(), open_telnet()),
        [Reason::SecretMissing]
    );
    let why = world.refused(&staff(DOCTOR), set_secret(DATABASE));
    assert_eq!(why, [Reason::PasswordNeeded]);
    world.does(&staff(DOCTOR), set_password(false));
    world.does(&ito(), open_telnet());
}

#[test]
fn who_approves_is_told_that_everything_can_be_read_on_the_way() {
    let mut world = World::with_console_by_telnet();
    let request = world.ask(&ito(), world.visit_to(DATABASE, HOUR));
    let request = world.site.request(&request).unwrap().clone();
    assert!(world.site.unusual(&request).contains(&Unusual::Telnet));
}
