//! Maintenance companies.

use access::{Command, NewVendor, Outcome, Subject};
use axum::Json;
use ids::VendorId;
use wire::api::v1::{AddVendor, Added, ChangeSources, Done, Suspend, Vendor};

use super::done;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers, Thing};
use crate::body::{Form, Nothing, Of};
use crate::reading::Reading;
use crate::words;

pub(crate) async fn list(asker: Asker) -> Answer<Vec<Vendor>> {
    let list = asker.read(Readers::People, |reading| {
        let seen = reading
            .site
            .vendors()
            .filter(|vendor| reading.sees(&vendor.id));
        Ok(seen.map(|vendor| shown(reading, vendor)).collect())
    });
    list.await.map(Json)
}

fn shown(reading: &Reading<'_>, vendor: &access::Vendor) -> Vendor {
    let debt = reading.site.debts().find(|debt| debt.vendor == vendor.id);
    Vendor {
        id: vendor.id.clone(),
        name: vendor.name.clone(),
        parent: vendor.parent.clone(),
        sources: vendor.sources.iter().map(words::source_said).collect(),
        sources_confirmed_at: vendor.confirmed,
        phone: reading.vendor_text(&vendor.id, &vendor.phone),
        suspended: vendor.suspended.is_some(),
        debt_since: debt.map(|debt| debt.since),
    }
}

pub(crate) async fn add(asker: Asker, Form(form): Form<AddVendor>) -> Answer<Added> {
    let sources = words::sources(&form.sources)?;
    let added = asker.submit_with(move |keep| {
        Ok(Command::RegisterVendor(NewVendor {
            name: form.name.clone(),
            parent: form.parent.clone(),
            sources: sources.clone(),
            phone: keep.line("phone", "phone", &form.phone)?,
        }))
    });
    let Outcome::Vendor(vendor) = added.await?? else {
        return Err(Failed::Broken);
    };
    Ok(Json(Added {
        id: vendor.to_string(),
    }))
}

pub(crate) async fn suspend(
    asker: Asker,
    Of(vendor): Of<VendorId>,
    Form(form): Form<Suspend>,
) -> Answer<Done> {
    asker.suspend(Subject::Vendor(vendor), form).await
}

pub(crate) async fn resume(asker: Asker, Of(vendor): Of<VendorId>, _: Nothing) -> Answer<Done> {
    asker.resume(Subject::Vendor(vendor)).await
}

pub(crate) async fn change_sources(
    asker: Asker,
    Of(vendor): Of<VendorId>,
    Form(form): Form<ChangeSources>,
) -> Answer<Done> {
    let thing = Thing::from(&vendor);
    let sources = words::sources(&form.sources)?;
    let changed = asker
        .submit(Command::ChangeSources { vendor, sources })
        .await;
    asker.about(&thing, changed)?;
    done()
}

pub(crate) async fn reconfirm_sources(
    asker: Asker,
    Of(vendor): Of<VendorId>,
    _: Nothing,
) -> Answer<Done> {
    let thing = Thing::from(&vendor);
    let confirmed = asker.submit(Command::ReconfirmSources { vendor }).await;
    asker.about(&thing, confirmed)?;
    done()
}

impl Asker {
    /// Suspends something: its sessions end now, the entry follows.
    pub(super) async fn suspend(&self, subject: Subject, form: Suspend) -> Answer<Done> {
        let thing = thing(&subject);
        let reason = reason_that_never_waits(&form.reason);
        let suspended = self.engine.suspend(&self.by, subject, reason).await;
        self.about(&thing, suspended)?;
        done()
    }

    /// Lifts a suspension.
    pub(super) async fn resume(&self, subject: Subject) -> Answer<Done> {
        let thing = thing(&subject);
        let resumed = self.submit(Command::Resume { subject }).await;
        self.about(&thing, resumed)?;
        done()
    }
}

pub(super) fn thing(subject: &Subject) -> Thing {
    match subject {
        Subject::Vendor(id) => id.into(),
        Subject::Person(id) => id.into(),
        Subject::Device(id) => id.into(),
        Subject::Target(id) => id.into(),
        Subject::Grant(id) => id.into(),
    }
}

/// Taking access away never waits (invariant 15): not for a reason either. A missing one is a dash,
/// a long one is cut.
pub(super) fn reason_that_never_waits(reason: &str) -> &str {
    let reason = reason.trim();
    if reason.is_empty() {
        return "—";
    }
    let end = reason.floor_char_boundary(wire::api::v1::MAX_TEXT);
    reason.get(..end).unwrap_or("—")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taking_access_away_does_not_fail_for_its_reason() {
        assert_eq!(reason_that_never_waits(" \n"), "—");
        let long = "長".repeat(4000);
        let cut = reason_that_never_waits(&long);
        assert!(cut.len() <= wire::api::v1::MAX_TEXT && cut.len() > 4000);
    }
}
