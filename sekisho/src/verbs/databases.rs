//! Database servers: which key they show, by which they are known, what may be done inside.

use ids::TargetId;
use wire::Said;
use wire::api::v1::{
    AskServerKey, DatabaseShown, DatabaseTarget, DatabaseTerms, Databases, PinDatabaseServer,
    Protocol, ServerIdentity, ServerKey, ServerShown, Target,
};

use super::risks;
use crate::cli::{RiskArgs, ServerArgs, TargetAdd};
use crate::context::{At, Context};
use crate::failure::{Failure, Kind};
use crate::parse;

/// How a database is known and entered, of what was typed; `None` for a target of another kind.
pub(super) fn registered(args: &TargetAdd) -> Result<Option<DatabaseTarget>, Failure> {
    let is_database = matches!(args.protocol.as_str(), "postgres" | "mysql");
    let (true, Some(user)) = (is_database, &args.user) else {
        return Ok(None);
    };
    Ok(Some(DatabaseTarget {
        user: user.clone(),
        reader: args.reader.clone(),
        server: identity(args.server.clone())?,
    }))
}

pub(super) fn identity(args: ServerArgs) -> Result<ServerIdentity, Failure> {
    let said = Said::plain("cli-server-identity-missing");
    parse::server(args)?.ok_or_else(|| Failure::of(Kind::Usage, said))
}

pub(super) async fn pin(
    at: &At,
    id: &TargetId,
    args: ServerArgs,
    risk: RiskArgs,
) -> Result<(), Failure> {
    let form = PinDatabaseServer {
        risk: risks::typed(at, risk, &args)?,
        server: identity(args)?,
    };
    at.api.pin_database_server(id, &form).await?;
    Ok(())
}

/// What a server shows: of a target by its name or id, or of one to be registered by its address.
pub(super) async fn server_key(
    context: &Context,
    at: &At,
    typed: &str,
    protocol: Option<&str>,
) -> Result<(), Failure> {
    let targets = at.api.targets().await?;
    let known = targets
        .into_iter()
        .find(|listed| client::connect::named(listed, typed));
    let mut address = match known.as_ref().and_then(|known| known.address.clone()) {
        Some(address) => address,
        None => parse::address(typed)?,
    };
    // A console with several names shows the key of the one that it is asked for by.
    if let Some(web) = known.as_ref().and_then(|known| known.web.as_ref()) {
        let name = web
            .host
            .rsplit_once(':')
            .map_or(&*web.host, |(name, _)| name);
        name.clone_into(&mut address.host);
    }
    let protocol = match (protocol, &known) {
        (Some("mysql"), _) => Some(Protocol::Mysql),
        (Some("http"), _) => Some(Protocol::Http),
        (Some("vnc"), _) => Some(Protocol::Vnc),
        (Some("rdp"), _) => Some(Protocol::Rdp),
        (Some(_), _) => Some(Protocol::Postgres),
        (None, Some(known)) if server_of(known).is_some() => Some(known.protocol),
        (None, _) => None,
    };
    let form = AskServerKey { address, protocol };
    let shown = at.api.ask_server_key(&form).await?;
    let pinned = known.as_ref().and_then(server_of);
    context.show(&shown, |context| key_lines(context, &shown, pinned))
}

/// By what the server of a target is known.
fn server_of(known: &Target) -> Option<&ServerIdentity> {
    let database = known.database.as_ref().map(|known| &known.server);
    let web = known.web.as_ref().map(|known| &known.server);
    let desktop = known.desktop.as_ref().map(|known| &known.server);
    database.or(web).or(desktop)
}

fn key_lines(context: &Context, key: &ServerKey, pinned: Option<&ServerIdentity>) -> Vec<String> {
    let ip = key.address.ip.map(|ip| ip.to_string()).unwrap_or_default();
    let address = format!("{}:{} ({ip})", key.address.host, key.address.port);
    match &key.shown {
        ServerShown::Nothing {} => {
            vec![context.say("cli-server-shows-nothing", &[("address", &address)])]
        }
        ServerShown::PlainText {} => {
            vec![context.say("cli-server-without-tls", &[("address", &address)])]
        }
        ServerShown::Tls { spki, words } | ServerShown::OldTls { spki, words } => {
            let is_old = matches!(key.shown, ServerShown::OldTls { .. });
            let same = pinned.map(|pinned| match pinned {
                ServerIdentity::Tls { spki: known } => !is_old && known == spki,
                ServerIdentity::OldTls { spki: known } => is_old && known == spki,
                ServerIdentity::PlainText { .. } => false,
            });
            let then = match same {
                None => "cli-server-key-compare",
                Some(true) => "cli-server-key-same",
                Some(false) => "cli-server-key-differs",
            };
            let mut lines = vec![
                context.say("cli-server-shows", &[("address", &address)]),
                format!("  sha256:{spki}"),
                format!("  {}", words.join(" ")),
                context.say(then, &[]),
            ];
            if is_old {
                lines.push(context.say("cli-server-old-tls", &[]));
            }
            lines
        }
    }
}

pub(super) fn password_said(there: bool) -> &'static str {
    if there {
        "secret-password"
    } else {
        "secret-none"
    }
}

/// By what a server is known, in a list.
pub(super) fn server_text(context: &Context, server: &ServerIdentity) -> String {
    match server {
        ServerIdentity::Tls { spki } => format!("sha256:{spki}"),
        ServerIdentity::OldTls { spki } => {
            context.say("target-old-tls", &[("key", &format!("sha256:{spki}"))])
        }
        ServerIdentity::PlainText { accepted } => {
            context.say("target-plain-text", &[("accepted", accepted)])
        }
    }
}

/// Of a target in a list: its accounts, by what it is known, which passwords are there.
pub(super) fn database_texts(context: &Context, target: &Target) -> Vec<String> {
    let Some(known) = &target.database else {
        return Vec::new();
    };
    let DatabaseShown {
        user,
        reader,
        server,
        ..
    } = known;
    let password = |there: bool| context.say(password_said(there), &[]);
    let server = server_text(context, server);
    let mut texts = vec![server, format!("{user} ({})", password(known.password))];
    if let Some(reader) = reader {
        let there = password(known.reader_password);
        texts.push(context.say("target-reader", &[("reader", reader), ("secret", &there)]));
    }
    texts
}

/// What may be done inside, in one line.
pub(super) fn terms_line(context: &Context, terms: &DatabaseTerms) -> String {
    let write = if terms.write {
        "data-may-change"
    } else {
        "data-is-read"
    };
    let databases = match &terms.databases {
        Databases::Any => context.say("data-any-database", &[]),
        Databases::Only(names) => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            names.join(" ")
        }
    };
    let args = [
        ("write", context.say(write, &[])),
        ("databases", databases),
        ("bytes", terms.most_bytes_out.to_string()),
    ];
    format!("    {}", context.say_of("terms-database-line", &args))
}
