//! The makers of security keys whose word the hospital takes.

use access::Command;
use axum::Json;
use engine::RootNotTrusted;
use wire::api::v1::{AddAttestationRoot, AttestationRoot, Done, RemoveAttestationRoot};

use super::done;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers};
use crate::body::Form;

/// The hospital's people; a vendor's engineer reads an empty list.
pub(crate) async fn list(asker: Asker) -> Answer<Vec<AttestationRoot>> {
    let roots = asker.read(Readers::AtWork, |reading| {
        let roots = reading.site.attestation_roots();
        let roots = roots.filter(|_| reading.sees_all());
        let roots = roots.map(|root| AttestationRoot {
            name: root.name.clone(),
            sha256: root.sha256,
            since: root.since,
        });
        Ok(roots.collect())
    });
    roots.await.map(Json)
}

/// Trusts one more.
pub(crate) async fn add(asker: Asker, Form(form): Form<AddAttestationRoot>) -> Answer<Done> {
    let AddAttestationRoot { name, pem } = form;
    match asker.engine.trust_attestation(&asker.by, &name, &pem).await {
        Ok(_) => done(),
        Err(RootNotTrusted::Refused(refusal)) => Err(refusal.into()),
        Err(RootNotTrusted::NotARoot(_)) => Err(Failed::field("pem")),
    }
}

/// Trusts one no more.
pub(crate) async fn remove(asker: Asker, Form(form): Form<RemoveAttestationRoot>) -> Answer<Done> {
    let name = form.name;
    asker.submit(Command::DistrustAttestation { name }).await?;
    done()
}
