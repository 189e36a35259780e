//! Notifications: mail server, webhooks, who is told how, what was delivered.

use access::{Command, NoticeTerms, Reason, SetNotices, Slot};
use axum::Json;
use engine::{MailForm, SetNoticeError, WebhookForm};
use wire::api::v1::{
    self, Delivery, Done, MAX_LIST, Notifications, RemoveWebhook, Sent, SetMailServer, SetWays,
    SetWebhook, WaysShown, WebhookSet,
};

use super::done;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers};
use crate::body::{Form, Nothing};
use crate::keeping::Keep;
use crate::reading::Reading;
use crate::words;

/// How many of the latest deliveries are shown.
const LATEST: usize = 200;

/// The hospital's people; to others there is nothing here.
pub(crate) async fn show(asker: Asker) -> Answer<Notifications> {
    let shown = asker.read(Readers::People, |reading| {
        if !reading.sees_all() {
            return Err(Failed::NotFound);
        }
        let site = reading.site;
        Ok(Notifications {
            mail: site.mail_server().map(words::mail_said),
            webhooks: site.webhooks().map(words::webhook_said).collect(),
            answer_within: site.answer_within(),
            english: site.notice_terms().is_some_and(|terms| terms.english),
            somebody_can_be_told: site.somebody_can_be_told(),
        })
    });
    shown.await.map(Json)
}

pub(crate) async fn set_mail(asker: Asker, Form(form): Form<SetMailServer>) -> Answer<Done> {
    let user = form.user.filter(|user| !user.trim().is_empty());
    let password = form
        .password
        .filter(|password| !password.reveal().is_empty());
    let form = MailForm {
        host: form.host,
        port: form.port,
        security: words::mail_security(form.security),
        from: form.from,
        user,
        password,
        roots: form.roots.map(String::into_bytes),
    };
    asker.engine.set_mail_server(&asker.by, form).await?;
    done()
}

pub(crate) async fn remove_mail(asker: Asker, _: Nothing) -> Answer<Done> {
    asker.engine.remove_mail_server(&asker.by).await?;
    done()
}

pub(crate) async fn set_webhook(asker: Asker, Form(form): Form<SetWebhook>) -> Answer<WebhookSet> {
    let form = WebhookForm {
        name: form.name,
        preset: words::preset(form.preset),
        url: form.url,
        roots: form.roots.map(String::into_bytes),
    };
    let key = asker.engine.set_webhook(&asker.by, form).await?;
    Ok(Json(WebhookSet { key }))
}

pub(crate) async fn remove_webhook(asker: Asker, Form(form): Form<RemoveWebhook>) -> Answer<Done> {
    asker.engine.remove_webhook(&asker.by, form.name).await?;
    done()
}

pub(crate) async fn set_terms(asker: Asker, Form(form): Form<v1::NoticeTerms>) -> Answer<Done> {
    let terms = NoticeTerms {
        answer_within: form.answer_within,
        english: form.english,
    };
    let command = Command::SetNotices(SetNotices::Terms(terms));
    asker.submit(command).await?;
    done()
}

/// Everybody's for the hospital's people, one's own for others.
pub(crate) async fn ways(asker: Asker) -> Answer<Vec<WaysShown>> {
    let ways = asker.read(Readers::People, |reading| {
        let persons = reading.site.persons();
        let seen = persons.filter(|person| reading.sees(&person.id));
        Ok(seen.filter_map(|person| shown(reading, person)).collect())
    });
    ways.await.map(Json)
}

fn shown(reading: &Reading<'_>, person: &access::Person) -> Option<WaysShown> {
    let ways = reading.site.ways_of(&person.id)?;
    let way = |way: &access::Way| match way {
        access::Way::Mail { address } => {
            let address = reading.person_text(&person.id, address);
            v1::Way::Mail(address.unwrap_or_else(|| "-".to_owned()))
        }
        access::Way::Webhook { name } => v1::Way::Webhook(name.clone()),
    };
    Some(WaysShown {
        person: person.id.clone(),
        ways: ways.ways.iter().map(way).collect(),
        quiet: ways.quiet.iter().map(words::slot_said).collect(),
        sessions: ways.sessions,
    })
}

pub(crate) async fn set_ways(asker: Asker, Form(form): Form<SetWays>) -> Answer<Done> {
    if form.ways.len() > MAX_LIST || form.quiet.len() > MAX_LIST {
        return Err(Failed::field("ways"));
    }
    let person = form.person.clone().or_else(|| asker.person().cloned());
    let Some(person) = person else {
        return Err(Failed::because(Reason::PersonNeeded));
    };
    let quiet: Vec<Slot> = form.quiet.iter().map(words::slot).collect();
    let set = asker.submit_with(move |keep| {
        let ways = form.ways.iter().map(|way| kept(keep, way, &person));
        let ways = access::Ways {
            ways: ways.collect::<Result<_, Failed>>()?,
            quiet: quiet.clone(),
            sessions: form.sessions,
        };
        let person = person.clone();
        Ok(Command::SetNotices(SetNotices::Ways { person, ways }))
    });
    set.await??;
    done()
}

fn kept(keep: &Keep<'_>, way: &v1::Way, person: &ids::PersonId) -> Result<access::Way, Failed> {
    Ok(match way {
        v1::Way::Mail(address) => {
            let address = address.trim();
            if !engine::is_mail_address(address) {
                return Err(Failed::field("ways"));
            }
            access::Way::Mail {
                address: keep.own_line("ways", "mail-address", address, Some(person))?,
            }
        }
        v1::Way::Webhook(name) => access::Way::Webhook { name: name.clone() },
    })
}

/// Sends a message to the asker now.
pub(crate) async fn test(asker: Asker, _: Nothing) -> Answer<Vec<Sent>> {
    let sent = asker.engine.test_notices(&asker.by).await?;
    Ok(Json(sent.iter().map(words::sent_said).collect()))
}

/// The latest, the newest first: all for the hospital's people, one's own for others.
pub(crate) async fn deliveries(asker: Asker) -> Answer<Vec<Delivery>> {
    let list = asker.read(Readers::People, |reading| {
        let all = reading.site.deliveries().iter().rev();
        let seen = all.filter(|told| reading.sees(&told.tried.person));
        Ok(seen.take(LATEST).map(words::delivery_said).collect())
    });
    list.await.map(Json)
}

impl From<SetNoticeError> for Failed {
    fn from(error: SetNoticeError) -> Self {
        match error {
            // An account without a password, and none is held.
            SetNoticeError::Refused(refusal) if refusal.reasons == [Reason::SecretMissing] => {
                Self::field("password")
            }
            SetNoticeError::Refused(refusal) => refusal.into(),
            SetNoticeError::NotAnAddress(_) => Self::field("url"),
            SetNoticeError::NotACertificate => Self::field("roots"),
            SetNoticeError::NotAMailAddress => Self::field("from"),
        }
    }
}
