//! What concerns the whole site: cutting everything, letting it live again, and being prepared.

use access::{ChainLink, Command, LiftWay, Outcome, Subject};
use axum::Json;
use ids::Commitment;
use wire::Secret;
use wire::api::v1::{
    self, Done, Envelope, Isolate, IsolateOf, Lift, Lifted, MAX_TEXT, SetNightChain,
};

use super::done;
use super::vendors::{reason_that_never_waits, thing};
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers};
use crate::body::{Form, Nothing};
use crate::keeping::Keep;
use crate::words;

/// Codes in an envelope: a year of emergencies, on one sheet of paper.
const CODES: usize = 10;

/// Everything has ended when this is answered, whether or not it could be entered yet.
pub(crate) async fn isolate(asker: Asker, Form(form): Form<Isolate>) -> Answer<Done> {
    let reason = reason_that_never_waits(&form.reason);
    if let Some(of) = form.of {
        let subject = subject(of);
        let thing = thing(&subject);
        let isolated = asker.engine.isolate_one(&asker.by, subject, reason).await;
        asker.about(&thing, isolated)?;
        return done();
    }
    let isolated = asker.engine.isolate(&asker.by, reason).await?;
    if !isolated.entered {
        tracing::error!("the isolation is in force and not in the ledger yet");
    }
    done()
}

fn subject(of: IsolateOf) -> Subject {
    match of {
        IsolateOf::Vendor(id) => Subject::Vendor(id),
        IsolateOf::Person(id) => Subject::Person(id),
        IsolateOf::Device(id) => Subject::Device(id),
        IsolateOf::Target(id) => Subject::Target(id),
    }
}

/// One person's agreement to lift the isolation of one; nothing is lifted without a reason.
async fn lift_one(asker: Asker, of: IsolateOf, form: &Lift) -> Answer<Lifted> {
    if form.way != v1::LiftWay::Agree {
        return Err(Failed::field("way"));
    }
    let why = form.why.clone().ok_or_else(|| Failed::field("why"))?;
    let subject = subject(of);
    let thing = thing(&subject);
    let lifted = asker.submit_with(move |keep| {
        let why = keep.text("why", "lift-reason", &why)?;
        let subject = subject.clone();
        Ok(Command::LiftOne { subject, why })
    });
    let Outcome::Lift { lifted, until } = asker.about(&thing, lifted.await?)? else {
        return Err(Failed::Broken);
    };
    Ok(Json(Lifted {
        lifted,
        delay_until: until,
    }))
}

pub(crate) async fn lift(asker: Asker, Form(form): Form<Lift>) -> Answer<Lifted> {
    if let Some(of) = form.of.clone() {
        return lift_one(asker, of, &form).await;
    }
    let (way, signature) = match &form.way {
        v1::LiftWay::Agree => (LiftWay::Agree, None),
        v1::LiftWay::WithKit { signature } => (LiftWay::WithKit, Some(signature.as_str())),
        v1::LiftWay::AfterDelay => (LiftWay::AfterDelay, None),
    };
    if signature.is_some_and(|signature| signature.len() > MAX_TEXT) {
        return Err(Failed::field("signature"));
    }
    let why = reason_of(&asker, way, form.why.clone()).await?;
    let lifted = asker.engine.lift(&asker.by, way, why, signature).await?;
    let Outcome::Lift { lifted, until } = lifted else {
        return Err(Failed::Broken);
    };
    Ok(Json(Lifted {
        lifted,
        delay_until: until,
    }))
}

/// Why it may be lifted; of whoever would be refused nothing is kept.
async fn reason_of(
    asker: &Asker,
    way: LiftWay,
    why: Option<String>,
) -> Result<Option<Commitment>, Failed> {
    let Some(why) = why else {
        return Ok(None);
    };
    let measured = Keep::Nothing.text("why", "lift-reason", &why)?;
    if !asker.would(Command::Lift { way, why: None }) {
        return Ok(Some(measured));
    }
    let engine = asker.engine.clone();
    let kept = asker.blocking(move || Keep::With(&engine).text("why", "lift-reason", &why));
    kept.await?.map(Some)
}

/// The hospital's people; a vendor's engineer reads an empty list.
pub(crate) async fn night_chain(asker: Asker) -> Answer<Vec<v1::ChainLink>> {
    let chain = asker.read(Readers::People, |reading| {
        let links = reading.site.night_chain().iter();
        let links = links.filter(|_| reading.sees_all());
        Ok(links
            .map(|link| v1::ChainLink {
                person: link.person.clone(),
                after_minutes: link.after_minutes,
            })
            .collect())
    });
    chain.await.map(Json)
}

pub(crate) async fn set_night_chain(asker: Asker, Form(form): Form<SetNightChain>) -> Answer<Done> {
    let chain = words::mapped(&form.chain, |link| ChainLink {
        person: link.person.clone(),
        after_minutes: link.after_minutes,
    });
    let chain = chain.ok_or_else(|| Failed::field("chain"))?;
    asker.submit(Command::SetNightChain { chain }).await?;
    done()
}

/// A new set of codes, shown this once.
pub(crate) async fn seal_envelope(asker: Asker, _: Nothing) -> Answer<Envelope> {
    let sealed = asker.engine.seal_envelope(&asker.by, CODES).await?;
    let codes = sealed.0.iter().map(|code| Secret::from(code.as_str()));
    Ok(Json(Envelope {
        codes: codes.collect(),
    }))
}

pub(crate) async fn seal_kit(asker: Asker, _: Nothing) -> Answer<Done> {
    asker.submit(Command::SealKit).await?;
    done()
}

pub(crate) async fn confirm_clock(asker: Asker, _: Nothing) -> Answer<Done> {
    asker.submit(Command::ConfirmClock).await?;
    done()
}
