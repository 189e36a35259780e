//! What the receiver of other devices' logs tells, and how it is heard.

use access::*;
use ids::Timestamp;

use crate::world::*;

fn at(month: &str, line: u64) -> ToldAt {
    ToldAt {
        month: month.to_owned(),
        line,
    }
}

fn found(device: &str) -> ForeignTold {
    ForeignTold::Found(ForeignFound {
        rule: "windows-log-cleared".to_owned(),
        device: device.to_owned(),
        count: 1,
        first: Timestamp::from_seconds(1),
        last: Timestamp::from_seconds(2),
    })
}

fn sealed(entries: u64) -> ForeignTold {
    ForeignTold::Sealed(ForeignHead {
        file: "2026-11-24.001.log".to_owned(),
        entries,
        head: digest(3),
    })
}

fn told(at: ToldAt, told: ForeignTold) -> Command {
    Command::Note(GatewayNote::ForeignLog { at, told })
}

#[test]
fn each_line_is_entered_once_and_the_months_follow_each_other() {
    let mut world = upgraded(World::hospital());
    let gateway = Caller::gateway();
    world.does(&gateway, told(at("2026-11", 7), found("ad1")));
    for before in [at("2026-11", 7), at("2026-11", 6), at("2026-10", 90)] {
        let again = world.refused(&gateway, told(before, found("ad1")));
        assert_eq!(again, [Reason::AlreadySo]);
    }
    world.does(&gateway, told(at("2026-11", 8), sealed(5)));
    world.does(&gateway, told(at("2026-12", 1), found("ad1")));
    let heard = world.site.foreign_logs();
    assert_eq!(heard.heard, Some(at("2026-12", 1)));
    assert_eq!(heard.head.as_ref().map(|head| head.entries), Some(5));
}

#[test]
fn nobody_but_the_gateway_can_say_it_and_its_words_have_bounds() {
    let world = upgraded(World::hospital());
    let said = told(at("2026-11", 1), found("ad1"));
    for by in [staff(DOCTOR), staff(OPERATOR), engineer(ITO)] {
        assert_eq!(world.refused(&by, said.clone()), [Reason::RoleMissing]);
    }
    let gateway = Caller::gateway();
    let long = "x".repeat(81);
    for device in ["", " ", "a\nb", long.as_str()] {
        let no = world.refused(&gateway, told(at("2026-11", 1), found(device)));
        assert_eq!(no, [Reason::TextTooLong]);
    }
    for month in ["2026-1", "2026/11", "20261101", "２０２"] {
        let no = world.refused(&gateway, told(at(month, 1), found("ad1")));
        assert_eq!(no, [Reason::TextTooLong], "{month}");
    }
    let no = world.refused(&gateway, told(at("2026-11", 0), found("ad1")));
    assert_eq!(no, [Reason::TextTooLong]);
}

#[test]
fn an_alert_about_a_log_touches_no_session_and_begins_an_incident() {
    let mut world = upgraded(World::connected());
    let about = AlertAbout::Log("ad1".to_owned());
    let raise = Command::Alerts(AlertCommand::Raise {
        rule: "windows-log-cleared".to_owned(),
        about: about.clone(),
        evidence: Evidence::Entry(1),
        answer: RuleAnswer::Tell,
        reason: word(9),
    });
    world.does(&Caller::gateway(), raise);
    assert_eq!(world.site.live_sessions().count(), 1);
    assert_eq!(
        world.site.alerts().next().map(|alert| &alert.about),
        Some(&about)
    );
    assert_eq!(world.site.incidents().count(), 1);
}
