//! Decoys: which there are, and setting them.

use access::Decoy;
use axum::Json;
use wire::api::v1::{DecoyList, DecoyName, Done, SetDecoy};

use super::done;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers};
use crate::body::Form;

/// The decoys, to whoever sees everything: to an engineer there are none.
pub(crate) async fn list(asker: Asker) -> Answer<DecoyList> {
    let read = asker.read(Readers::People, |reading| {
        let decoys = reading.site.decoys().iter().map(|decoy| match decoy {
            Decoy::Target(target) => DecoyName::Target(target.clone()),
            Decoy::Account(name) => DecoyName::Account(name.clone()),
        });
        reading
            .sees_all()
            .then(|| DecoyList {
                decoys: decoys.collect(),
            })
            .ok_or(Failed::NotFound)
    });
    read.await.map(Json)
}

/// Makes something a decoy, or no decoy any more.
pub(crate) async fn set(asker: Asker, Form(form): Form<SetDecoy>) -> Answer<Done> {
    let decoy = match form.decoy {
        DecoyName::Target(target) => Decoy::Target(target),
        DecoyName::Account(name) if name.trim().is_empty() => return Err(Failed::field("name")),
        DecoyName::Account(name) => Decoy::Account(name),
    };
    asker.engine.set_decoy(&asker.by, decoy, form.set).await?;
    done()
}
