//! Signing in and out.

use access::Sight;
use axum::Json;
use axum::extract::State;
use wire::Secret;
use wire::api::v1::{self, Done, SignIn, SignedIn};

use super::done;
use super::status::me;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Desk};
use crate::body::{Nothing, StrangersForm};
use crate::reading::{Reading, Texts};

/// Open to strangers: one answer for a name that nobody has, a wrong factor and a lock.
pub(crate) async fn sign_in(
    State(desk): State<Desk>,
    StrangersForm(form): StrangersForm<SignIn>,
) -> Answer<SignedIn> {
    desk.arrival.may_call()?;
    let connection = desk.connection();
    let code = form.totp.as_ref().map(Secret::reveal).unwrap_or_default();
    let engine = &desk.engine;
    let signed_in = engine
        .sign_in(&connection, &form.login, form.passphrase.reveal(), code)
        .await
        .map_err(|_| Failed::Unproved)?;
    let token = Secret::from(signed_in.token.as_str());
    let by = match &desk.arrival {
        crate::Arrival::Network { .. } => engine.identify(Some(token.reveal()), &connection),
        crate::Arrival::Local { uid } => engine.identify_local(*uid, Some(token.reveal())),
    };
    let asker = Asker {
        engine: engine.clone(),
        by: by.map_err(|_| Failed::Unproved)?,
        token: None,
    };
    let me = asker.blocking({
        let asker = asker.clone();
        move || who_i_am(&asker)
    });
    Ok(Json(SignedIn {
        token,
        until: signed_in.until,
        me: me.await?.ok_or(Failed::Broken)?,
    }))
}

/// Who signed in is told who they are, also if they may do nothing here now (a pending device, a
/// suspended vendor): they see their own name and no more.
fn who_i_am(asker: &Asker) -> Option<v1::Me> {
    let nothing = Sight::Own {
        person: asker.person()?.clone(),
        vendor: ids::VendorId::new(asker.engine.id(), 0),
    };
    let mut texts = Texts::default();
    let now = asker.engine.now();
    let caller = asker.by.caller();
    me(&Reading::new(
        &asker.engine.site(),
        &nothing,
        caller,
        &texts,
        now,
    ))?;
    texts.fetch(&asker.engine);
    me(&Reading::new(
        &asker.engine.site(),
        &nothing,
        caller,
        &texts,
        now,
    ))
}

/// The token ends, and the sessions that were opened with it.
pub(crate) async fn sign_out(asker: Asker, _: Nothing) -> Answer<Done> {
    let Some(token) = &asker.token else {
        return Err(Failed::SignedOut);
    };
    asker.engine.sign_out(&asker.by, token.reveal()).await;
    done()
}
