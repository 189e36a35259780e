//! The words of notifications on both sides of the border.

use wire::api::v1;

pub(crate) fn mail_security(word: v1::MailSecurity) -> access::MailSecurity {
    match word {
        v1::MailSecurity::StartTls => access::MailSecurity::StartTls,
        v1::MailSecurity::Implicit => access::MailSecurity::Implicit,
        v1::MailSecurity::DangerousPlaintext => access::MailSecurity::DangerousPlaintext,
    }
}

pub(crate) fn mail_said(server: &access::MailServer) -> v1::MailShown {
    v1::MailShown {
        host: server.host.clone(),
        port: server.port,
        security: match server.security {
            access::MailSecurity::StartTls => v1::MailSecurity::StartTls,
            access::MailSecurity::Implicit => v1::MailSecurity::Implicit,
            access::MailSecurity::DangerousPlaintext => v1::MailSecurity::DangerousPlaintext,
        },
        from: server.from.clone(),
        user: server.user.clone(),
        own_roots: server.roots.is_some(),
    }
}

pub(crate) fn preset(word: v1::Preset) -> access::Preset {
    match word {
        v1::Preset::Generic => access::Preset::Generic,
        v1::Preset::Slack => access::Preset::Slack,
        v1::Preset::Teams => access::Preset::Teams,
        v1::Preset::LineWorks => access::Preset::LineWorks,
    }
}

pub(crate) fn webhook_said(webhook: &access::Webhook) -> v1::WebhookShown {
    v1::WebhookShown {
        name: webhook.name.clone(),
        preset: match webhook.preset {
            access::Preset::Generic => v1::Preset::Generic,
            access::Preset::Slack => v1::Preset::Slack,
            access::Preset::Teams => v1::Preset::Teams,
            access::Preset::LineWorks => v1::Preset::LineWorks,
        },
        address: webhook.address.clone(),
        own_roots: webhook.roots.is_some(),
    }
}

pub(crate) fn slot(slot: &v1::Slot) -> access::Slot {
    access::Slot {
        weekday: slot.weekday,
        from: slot.from,
        to: slot.to,
    }
}

pub(crate) fn slot_said(slot: &access::Slot) -> v1::Slot {
    v1::Slot {
        weekday: slot.weekday,
        from: slot.from,
        to: slot.to,
    }
}

pub(crate) fn sent_said(sent: &access::Sent) -> v1::Sent {
    use access::Undelivered;
    v1::Sent {
        way: match sent.way {
            access::WayKind::Mail => v1::WayKind::Mail,
            access::WayKind::Webhook => v1::WayKind::Webhook,
        },
        failed: sent.failed.map(|failed| match failed {
            Undelivered::Unreachable => v1::Undelivered::Unreachable,
            Undelivered::Untrusted => v1::Undelivered::Untrusted,
            Undelivered::NotSignedIn => v1::Undelivered::NotSignedIn,
            Undelivered::Rejected => v1::Undelivered::Rejected,
            Undelivered::NotUsable => v1::Undelivered::NotUsable,
        }),
    }
}

pub(crate) fn delivery_said(told: &access::Delivery) -> v1::Delivery {
    v1::Delivery {
        about: about_said(&told.about),
        person: told.tried.person.clone(),
        at: told.at,
        sent: told.tried.sent.iter().map(sent_said).collect(),
        tries: told.tried.tries,
        seen: told.seen,
    }
}

fn about_said(about: &access::About) -> v1::NoticeAbout {
    use access::About;
    use v1::NoticeAbout;
    match about {
        About::Request(id) => NoticeAbout::Request(id.clone()),
        About::Unanswered(id) => NoticeAbout::Unanswered(id.clone()),
        About::Emergency { request, .. } => NoticeAbout::Emergency(request.clone()),
        About::SessionBegan(id) => NoticeAbout::SessionBegan(id.clone()),
        About::SessionEnded(id) => NoticeAbout::SessionEnded(id.clone()),
        About::ReportOverdue(id) => NoticeAbout::ReportOverdue(id.clone()),
        About::Alert(number) => NoticeAbout::Alert(*number),
        About::InspectionDue { .. } => NoticeAbout::InspectionDue {},
        About::Isolated { .. } => NoticeAbout::Isolated {},
        About::DeviceWaits(id) => NoticeAbout::DeviceWaits(id.clone()),
        About::FileWaits { visit, .. } => NoticeAbout::FileWaits(visit.clone()),
        About::FileInfected(id) => NoticeAbout::FileInfected(id.clone()),
        About::Question { visit, .. } => NoticeAbout::Question(visit.clone()),
        About::RiskEnds { target, .. } => NoticeAbout::RiskEnds(target.clone()),
        About::RiskEnded { target, .. } => NoticeAbout::RiskEnded(target.clone()),
        About::Finding(id) => NoticeAbout::Finding(id.clone()),
        About::Test => NoticeAbout::Test {},
    }
}
