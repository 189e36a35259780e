//! From where people of the hospital may come: the LAN, and what was opened beyond it.

use std::net::IpAddr;

use access::*;
use ids::NonEmpty;

use crate::world::*;

/// The same caller from a network that [`open_console`] opens.
pub(crate) fn outside(caller: Caller) -> Caller {
    Caller {
        source: Source::Address("192.0.2.9".parse().unwrap()),
        ..caller
    }
}

fn with_passkey(caller: Caller) -> Caller {
    Caller {
        factors: Factors {
            passkey: true,
            ..Factors::default()
        },
        ..caller
    }
}

fn anything() -> Command {
    Command::SetReportDue { days: 3 }
}

#[test]
fn the_console_is_open_to_the_lan_alone_until_somebody_of_the_hospital_opens_it() {
    let mut world = upgraded(World::hospital());
    let from_outside = with_passkey(outside(staff(NURSE)));
    let refused = |world: &mut World| world.refused(&from_outside, anything());
    assert_eq!(refused(&mut world), [Reason::SourceNotListed]);
    world.does(&staff(DOCTOR), open_console());
    world.does(&from_outside, anything());
    world.does(&staff(DOCTOR), Command::CloseConsole);
    assert!(refused(&mut world).contains(&Reason::SourceNotListed));
    assert_eq!(world.site.console_reach(), None);
}

#[test]
fn what_is_opened_is_the_console_and_those_networks() {
    let mut world = upgraded(World::hospital());
    world.does(&staff(DOCTOR), open_console());
    let nurse = with_passkey(outside(staff(NURSE)));
    let elsewhere = Source::Address("198.51.100.9".parse().unwrap());
    for caller in [
        Caller {
            source: elsewhere,
            ..nurse.clone()
        },
        Caller {
            door: Door::Engineers,
            ..nurse.clone()
        },
    ] {
        assert_eq!(
            world.refused(&caller, anything()),
            [Reason::SourceNotListed]
        );
    }
    let unknown = Caller {
        source: Source::Unknown,
        ..nurse
    };
    assert_eq!(world.refused(&unknown, anything()), [Reason::SourceUnknown]);
    // A vendor's people come from their own networks as before, and by nothing else.
    let engineer = with_passkey(Caller {
        door: Door::Console,
        ..outside(engineer(ITO))
    });
    assert!(
        world
            .refused(&engineer, anything())
            .contains(&Reason::SourceNotListed)
    );
}

/// Reading is decided like everything else.
#[test]
fn who_is_outside_with_a_passphrase_and_a_code_reads_nothing_either() {
    let mut world = upgraded(World::hospital());
    world.does(&staff(DOCTOR), open_console());
    let sees = |caller: &Caller| world.site.sight(caller, world.now);
    let refused = sees(&outside(staff(NURSE))).unwrap_err();
    assert_eq!(refused.reasons, [Reason::OutsideNeedsPasskey]);
    assert!(sees(&with_passkey(outside(staff(NURSE)))).is_ok());
    assert!(sees(&staff(NURSE)).is_ok());
}

#[test]
fn everybody_is_said_by_name_and_never_by_an_endless_network() {
    let mut world = upgraded(World::hospital());
    let reach = |from| {
        Command::OpenConsole(ConsoleReach {
            from,
            way: ReachWay::Port,
        })
    };
    let all = ReachFrom::Prefixes(NonEmpty::one("0.0.0.0/0".parse().unwrap()));
    let too_wide = Reason::PrefixTooWide {
        net: "0.0.0.0/0".to_owned(),
    };
    assert_eq!(world.refused(&staff(DOCTOR), reach(all)), [too_wide]);
    let many = vec!["192.0.2.0/24".parse().unwrap(); limits::MOST_CONSOLE_PREFIXES + 1];
    let many = ReachFrom::Prefixes(NonEmpty::from_vec(many).unwrap());
    assert!(matches!(
        world.refused(&staff(DOCTOR), reach(many))[..],
        [Reason::TooMany { .. }]
    ));
    assert_eq!(
        world.refused(&staff(DOCTOR), Command::CloseConsole),
        [Reason::AlreadySo]
    );
    world.does(&staff(DOCTOR), reach(ReachFrom::Anywhere));
    let same = world.refused(&staff(DOCTOR), reach(ReachFrom::Anywhere));
    assert_eq!(same, [Reason::AlreadySo]);
    let opened = world.site.console_reach().unwrap();
    for address in ["203.0.113.77", "2001:db8::7"] {
        let address: IpAddr = address.parse().unwrap();
        assert!(opened.admits(address));
        assert!(opened.networks().iter().any(|net| net.contains(&address)));
    }
}

#[test]
fn the_lan_is_the_lan_whatever_is_opened() {
    let mut world = upgraded(World::hospital());
    world.does(&staff(DOCTOR), open_console());
    let of_the_lan = |source| world.site.is_of_the_lan(source);
    let address = |text: &str| Source::Address(text.parse().unwrap());
    assert!(of_the_lan(address("10.1.0.7")));
    assert!(of_the_lan(address("::ffff:10.1.0.7")));
    assert!(!of_the_lan(address("192.0.2.9")));
    assert!(!of_the_lan(Source::Unknown));
}
