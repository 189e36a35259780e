//! Servers of databases and desktops: how they are known.

use access::{Command, DatabaseTarget, DesktopTarget};
use axum::Json;
use ids::TargetId;
use wire::api::v1::{
    self, Address, AskServerKey, DatabaseShown, DesktopShown, Done, NamePatientColumns,
    PinDatabaseServer, ServerIdentity, ServerKey, ServerShown,
};

use super::{done, targets};
use crate::answer::Answer;
use crate::asker::{Asker, Thing};
use crate::body::{Form, Of};
use crate::words;

pub(super) fn shown(known: &DatabaseTarget, target: &access::Target) -> DatabaseShown {
    let server = words::server_said(&known.server);
    let words = in_words(&server);
    DatabaseShown {
        user: known.user.clone(),
        reader: known.reader.clone(),
        server,
        words,
        password: target.secret.is_some(),
        reader_password: target.reader_secrets > 0,
        patients: target.patients.iter().map(column_said).collect(),
    }
}

fn in_words(server: &ServerIdentity) -> Vec<String> {
    match server {
        ServerIdentity::Tls { spki } | ServerIdentity::OldTls { spki } => words::key_words(spki),
        ServerIdentity::PlainText { .. } => Vec::new(),
    }
}

pub(super) fn desktop_shown(known: &DesktopTarget, target: &access::Target) -> DesktopShown {
    let server = words::server_said(&known.server);
    DesktopShown {
        user: known.user.clone(),
        words: in_words(&server),
        server,
        sign_in: known.sign_in.map(words::desktop_sign_in_said),
        password: target.secret.is_some(),
    }
}

pub(super) fn desktop_registered(form: v1::DesktopTarget) -> DesktopTarget {
    DesktopTarget {
        user: form.user,
        server: words::server(form.server),
        sign_in: form.sign_in.map(words::desktop_sign_in),
    }
}

pub(super) fn registered(form: v1::DatabaseTarget) -> DatabaseTarget {
    DatabaseTarget {
        user: form.user,
        reader: form.reader,
        server: words::server(form.server),
    }
}

pub(crate) async fn pin_server(
    asker: Asker,
    Of(target): Of<TargetId>,
    Form(form): Form<PinDatabaseServer>,
) -> Answer<Done> {
    let thing = Thing::from(&target);
    let server = words::server(form.server);
    let risk = form.risk.map(super::risks::accepted);
    let pinned = asker
        .submit(Command::PinDatabaseServer {
            target,
            server,
            risk,
        })
        .await;
    asker.about(&thing, pinned)?;
    done()
}

fn column_said(column: &access::PatientColumn) -> v1::PatientColumn {
    v1::PatientColumn {
        schema: column.schema.clone(),
        table: column.table.clone(),
        column: column.column.clone(),
    }
}

pub(crate) async fn name_patients(
    asker: Asker,
    Of(target): Of<TargetId>,
    Form(form): Form<NamePatientColumns>,
) -> Answer<Done> {
    let thing = Thing::from(&target);
    let columns = form
        .columns
        .into_iter()
        .map(|column| access::PatientColumn {
            schema: column.schema,
            table: column.table,
            column: column.column,
        });
    let columns = columns.collect();
    let command = Command::NamePatientColumns { target, columns };
    let named = asker.submit(command).await;
    asker.about(&thing, named)?;
    done()
}

/// What a server shows now. Whoever pins it compares it at the server first.
pub(crate) async fn server_key(asker: Asker, Form(form): Form<AskServerKey>) -> Answer<ServerKey> {
    let asked = match form.address.ip {
        Some(_) => engine::ServerAsked::Pinned(targets::pinned(&form.address)),
        None => engine::ServerAsked::Named(targets::typed(&form.address)),
    };
    let speaks = form
        .protocol
        .map_or(access::Protocol::Postgres, words::protocol);
    let (address, shown) = asker.engine.server_key(&asker.by, asked, speaks).await?;
    Ok(Json(ServerKey {
        address: Address {
            host: address.host,
            ip: Some(address.ip),
            port: address.port,
        },
        shown: match shown {
            engine::ServerShown::Tls { spki } => ServerShown::Tls {
                words: words::key_words(&spki),
                spki,
            },
            engine::ServerShown::OldTls { spki } => ServerShown::OldTls {
                words: words::key_words(&spki),
                spki,
            },
            engine::ServerShown::PlainText => ServerShown::PlainText {},
            engine::ServerShown::Nothing => ServerShown::Nothing {},
        },
    }))
}
