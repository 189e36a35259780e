//! Who is asking, proved for this request on this connection.

use access::{Command, Employer, Outcome, Reason, Refusal, Sight, Who};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use engine::Engine;
use ids::{
    DeviceId, GrantId, InvitationId, PersonId, RequestId, SessionId, TargetId, VendorId, VisitId,
};
use login::{Connection, Identity};
use wire::Secret;

use crate::answer::{Failed, is_outage};
use crate::keeping::Keep;
use crate::reading::{Reading, Texts, sees};
use crate::{Arrival, Terminals};

/// What every handler stands at: the engine, and the facts of the connection.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) engine: Engine,
    pub(crate) arrival: Arrival,
    pub(crate) terminals: Terminals,
}

impl Desk {
    /// The connection in the site's words, asked anew for each request: a device that was enrolled
    /// or suspended a moment ago counts as that (lesson L14).
    pub(crate) fn connection(&self) -> Connection {
        match &self.arrival {
            Arrival::Network {
                source, device_key, ..
            } => self
                .engine
                .connection(device_key.as_ref(), Some(*source), self.arrival.door()),
            Arrival::Local { .. } => self.engine.local_connection(),
        }
    }

    /// Who shows this token on this connection, a program's or a browser's: asked again while something
    /// lasts. Which of the two may come first is checked where they come in: [`Asker`] takes no cookie's,
    /// `pages::Signed` takes nothing else.
    pub(crate) fn identify(&self, token: Option<&Secret>) -> Result<Identity, Failed> {
        if token.is_some_and(of_a_browser) {
            return self.identify_browser(token, false);
        }
        let token = token.map(Secret::reveal);
        let identity = match &self.arrival {
            Arrival::Network { .. } => self.engine.identify(token, &self.connection()),
            Arrival::Local { uid } => self.engine.identify_local(*uid, token),
        };
        identity.map_err(|_| Failed::SignedOut)
    }

    /// Who shows this cookie; `active` if somebody did something, and a page did not ask by itself.
    pub(crate) fn identify_browser(
        &self,
        cookie: Option<&Secret>,
        active: bool,
    ) -> Result<Identity, Failed> {
        let cookie = cookie.map(Secret::reveal);
        self.engine
            .identify_browser(cookie, &self.connection(), active)
            .map_err(|_| Failed::SignedOut)
    }
}

/// Somebody known: a person with a token of this connection, or whoever is at the local socket.
#[derive(Clone)]
pub(crate) struct Asker {
    pub(crate) engine: Engine,
    pub(crate) by: Identity,
    pub(crate) token: Option<Secret>,
}

impl FromRequestParts<Desk> for Asker {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Failed> {
        desk.arrival.may_call()?;
        let token = bearer(&parts.headers)?;
        if token.as_ref().is_some_and(of_a_browser) {
            return Err(Failed::SignedOut);
        }
        let by = desk.identify(token.as_ref())?;
        let asker = Self {
            engine: desk.engine.clone(),
            by,
            token,
        };
        crate::pages::called(parts, &asker).await?;
        Ok(asker)
    }
}

/// Whether it is a cookie's: worth nothing as a program's token (lesson L15).
fn of_a_browser(token: &Secret) -> bool {
    login::Holder::of(token.reveal()) == login::Holder::Browser
}

/// The token, if one is shown. Anything else in its place is nobody, also at the local socket.
fn bearer(headers: &HeaderMap) -> Result<Option<Secret>, Failed> {
    let mut shown = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = shown.next() else {
        return Ok(None);
    };
    if shown.next().is_some() {
        return Err(Failed::SignedOut);
    }
    let text = value.to_str().map_err(|_| Failed::SignedOut)?;
    let (scheme, token) = text.split_once(' ').ok_or(Failed::SignedOut)?;
    let fits = scheme.eq_ignore_ascii_case("bearer")
        && (1..=wire::session::MAX_TOKEN).contains(&token.len());
    if fits {
        Ok(Some(Secret::from(token)))
    } else {
        Err(Failed::SignedOut)
    }
}

macro_rules! things {
    ($($kind:ident($id:ident)),+) => {
        /// What a call is about. To somebody who does not see it, it does not exist.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(crate) enum Thing {
            $($kind($id)),+
        }

        $(impl From<&$id> for Thing {
            fn from(id: &$id) -> Self {
                Self::$kind(id.clone())
            }
        })+
    };
}

things!(
    Vendor(VendorId),
    Invitation(InvitationId),
    Person(PersonId),
    Device(DeviceId),
    Target(TargetId),
    Request(RequestId),
    Grant(GrantId),
    Visit(VisitId),
    Session(SessionId)
);

/// Who may read something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Whose work it is: the hospital's people, and a vendor's for their own visits. For whatever
    /// holds other people's words or data: files, receipts, the contents of recordings.
    AtWork,
    /// People, the outside custodian too. Root is not a person.
    People,
    /// People, and the machine's operator at the local socket: what it takes to verify and to end.
    AlsoOperator,
}

/// How often a reading is made again because it names texts that were not fetched yet.
const ROUNDS: usize = 3;

impl Asker {
    /// The person, or `None` for the machine's operator.
    pub(crate) fn person(&self) -> Option<&PersonId> {
        match &self.by.caller().who {
            Who::Person(person) => Some(person),
            Who::LocalOperator { .. } | Who::Invitee(_) | Who::Kit | Who::Gateway => None,
        }
    }

    /// What the asker sees, if anything.
    pub(crate) fn sight(&self, readers: Readers) -> Result<Sight, Refusal> {
        let site = self.engine.site();
        let sight = site.sight(self.by.caller(), self.engine.now())?;
        let person = self.person().and_then(|person| site.person(person));
        let lacking = match (readers, person) {
            (Readers::AlsoOperator, _) => None,
            (Readers::AtWork | Readers::People, None) => Some(Reason::PersonNeeded),
            (Readers::AtWork, Some(person)) if person.employer == Employer::Custodian => {
                Some(Reason::NotOfTheHospital)
            }
            (Readers::AtWork | Readers::People, Some(_)) => None,
        };
        match lacking {
            None => Ok(sight),
            Some(reason) => Err(Refusal {
                reasons: vec![reason],
            }),
        }
    }

    /// Reads from the state what the asker sees of it.
    ///
    /// `show` runs while the state is held, so it must not ask the engine anything; it runs again
    /// once the texts that it wanted are fetched. Not on the runtime's threads: the texts lie in a
    /// database.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        readers: Readers,
        show: impl Fn(&Reading<'_>) -> Result<T, Failed> + Send + 'static,
    ) -> Result<T, Failed> {
        let asker = self.clone();
        self.blocking(move || asker.read_here(readers, &show))
            .await?
    }

    fn read_here<T>(
        &self,
        readers: Readers,
        show: &dyn Fn(&Reading<'_>) -> Result<T, Failed>,
    ) -> Result<T, Failed> {
        let sight = self.sight(readers)?;
        let now = self.engine.now();
        let mut texts = Texts::default();
        for _ in 1..ROUNDS {
            let shown = show(&Reading::new(
                &self.engine.site(),
                &sight,
                self.by.caller(),
                &texts,
                now,
            ))?;
            if !texts.fetch(&self.engine) {
                return Ok(shown);
            }
        }
        // A text that came in between the rounds is shown by the next call.
        show(&Reading::new(
            &self.engine.site(),
            &sight,
            self.by.caller(),
            &texts,
            now,
        ))
    }

    /// Runs what waits for a disk.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failed> {
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| Failed::Broken)
    }

    /// Asks the site to do something.
    pub(crate) async fn submit(&self, command: Command) -> Result<Outcome, Refusal> {
        self.engine.submit(&self.by, command).await
    }

    /// Asks the site to do something that brings texts or files with it.
    ///
    /// They are kept only if the command would be allowed as things stand: whoever is refused fills
    /// no disk. The refused command is asked all the same, without them, because a refusal is an
    /// entry too. (If the state changes in between so that it is allowed after all, it stands with
    /// texts that nobody can open, as if they were erased.)
    pub(crate) async fn submit_with(
        &self,
        make: impl Fn(&Keep<'_>) -> Result<Command, Failed> + Send + 'static,
    ) -> Result<Result<Outcome, Refusal>, Failed> {
        let described = make(&Keep::Nothing)?;
        let command = if self.would(described.clone()) {
            let engine = self.engine.clone();
            self.blocking(move || make(&Keep::With(&engine))).await??
        } else {
            described
        };
        Ok(self.submit(command).await)
    }

    /// Whether this would be decided with a yes, as things stand.
    pub(crate) fn would(&self, command: Command) -> bool {
        let now = self.engine.now();
        access::decide(&self.engine.site(), self.by.caller(), command, now).is_ok()
    }

    /// The answer to a command about something: who does not see it learns nothing of it, not even
    /// from the reasons why they may not touch it (lesson L15).
    pub(crate) fn about<T>(&self, thing: &Thing, done: Result<T, Refusal>) -> Result<T, Failed> {
        let refusal = match done {
            Ok(done) => return Ok(done),
            Err(refusal) => refusal,
        };
        if refusal.reasons.iter().all(is_outage) {
            return Err(refusal.into());
        }
        let sight = self.sight(Readers::AlsoOperator)?;
        if sees(&self.engine.site(), &sight, thing) {
            Err(refusal.into())
        } else {
            Err(Failed::NotFound)
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn shown(values: &[&str]) -> Result<Option<Secret>, Failed> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        bearer(&headers)
    }

    #[test]
    fn what_is_not_one_bearer_token_proves_nobody() {
        assert_eq!(shown(&[]), Ok(None));
        assert_eq!(shown(&["Bearer abc"]), Ok(Some(Secret::from("abc"))));
        let long = format!("Bearer {}", "a".repeat(wire::session::MAX_TOKEN + 1));
        for wrong in [
            &["Bearer "][..],
            &["abc"],
            &["Basic abc"],
            &["Bearer a", "Bearer b"],
            &[&long],
        ] {
            assert_eq!(shown(wrong), Err(Failed::SignedOut), "{wrong:?}");
        }
    }
}
