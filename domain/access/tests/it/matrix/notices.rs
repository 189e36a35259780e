//! Rows of notifications: who sets them, and what the gateway enters.

use access::*;
use ids::NonEmpty;

use super::Row;
use crate::world::*;

pub(crate) fn mail() -> MailServer {
    MailServer {
        host: "mail.example.jp".into(),
        port: 587,
        security: MailSecurity::StartTls,
        from: "sekisho@example.jp".into(),
        user: Some("sekisho".into()),
        secret: Some(1),
        roots: None,
    }
}

pub(crate) fn webhook(name: &str, secret: u64) -> Webhook {
    Webhook {
        name: name.into(),
        preset: Preset::Slack,
        address: "hooks.example.jp:443".into(),
        secret,
        roots: None,
    }
}

pub(crate) fn by_mail(n: u64) -> Ways {
    Ways {
        ways: vec![Way::Mail {
            address: word(500 + n),
        }],
        ..Ways::default()
    }
}

pub(crate) fn set_ways(n: u64, ways: Ways) -> Command {
    Command::SetNotices(SetNotices::Ways {
        person: person(n),
        ways,
    })
}

pub(crate) fn told(about: About, n: u64, failed: Option<Undelivered>) -> Command {
    let tried = Tried {
        person: person(n),
        sent: vec![Sent {
            way: WayKind::Mail,
            failed,
        }],
        tries: 1,
    };
    Command::Note(GatewayNote::Notice(NoticeNote::Delivered {
        about,
        told: NonEmpty::one(tried),
    }))
}

/// Mail is set up, and the nurse was told of a request that nobody has answered for an hour.
fn waiting() -> World {
    let mut world = upgraded(World::hospital());
    let server = SetNotices::Mail(Some(mail()));
    world.does(&staff(OPERATOR), Command::SetNotices(server));
    let asked = world.visit_to(BILLING, HOUR * 2);
    let request = world.ask(&engineer(ITO), asked);
    world.does(
        &Caller::gateway(),
        told(About::Request(request), NURSE, None),
    );
    world.later(HOUR);
    world
}

pub(super) fn rows() -> Vec<Row> {
    [settings(), ways(), notes()].concat()
}

fn settings() -> Vec<Row> {
    let h = || upgraded(World::hospital());
    let mut hooked = h();
    let set = |webhook| Command::SetNotices(SetNotices::Webhook(webhook));
    hooked.does(&staff(OPERATOR), set(webhook("duty-room", 1)));
    let name = "duty-room".to_owned();
    let remove = Command::SetNotices(SetNotices::RemoveWebhook { name });
    let terms = SetNotices::Terms(NoticeTerms {
        answer_within: 30,
        english: false,
    });
    let server = SetNotices::Mail(Some(mail()));
    vec![
        ("set_mail_server", h(), Command::SetNotices(server)),
        ("set_webhook", h(), set(webhook("duty-room", 1))),
        ("remove_webhook", hooked, remove),
        ("set_notice_terms", h(), Command::SetNotices(terms)),
    ]
}

fn ways() -> Vec<Row> {
    let h = || upgraded(World::hospital());
    let of = |n| set_ways(n, by_mail(n));
    vec![
        ("set_ways: the engineer's own", h(), of(ITO)),
        ("set_ways: the approver's own", h(), of(NURSE)),
        ("set_ways: another approver's", h(), of(DOCTOR)),
        ("set_ways: the operator's own", h(), of(OPERATOR)),
        ("set_ways: the inspector's own", h(), of(INSPECTOR)),
    ]
}

fn notes() -> Vec<Row> {
    let note = |note| Command::Note(GatewayNote::Notice(note));
    let unanswered = NoticeNote::Unanswered {
        request: request(1),
    };
    let seen = NoticeNote::Seen {
        about: About::Request(request(1)),
        person: person(NURSE),
    };
    let failed = told(
        About::Request(request(1)),
        DOCTOR,
        Some(Undelivered::Unreachable),
    );
    vec![
        ("note: nobody answered", waiting(), note(unanswered)),
        ("note: a message was given up", waiting(), failed),
        ("note: a message was opened", waiting(), note(seen)),
    ]
}
