//! Database servers: how they are known, and which key one shows.

use axum::response::Response;
use ids::TargetId;
use maud::{Markup, html};
use wire::api::v1::{
    AskServerKey, DatabaseShown, DatabaseTarget, DesktopSignIn, DesktopTarget, PinDatabaseServer,
    Protocol, ServerIdentity, ServerKey, ServerShown, Target,
};

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::targets::{address_fields, found, path, typed_address};
use super::{Act, Number, choice, consoles, of, of_the_hospital, read, risks};
use crate::answer::Failed;
use crate::api::databases as api;
use crate::body::{Form, Of};

/// The port that PostgreSQL listens on.
pub(super) const PORT: &str = "5432";

/// How a database is known and entered, for people.
pub(super) fn card(signed: &Signed, target: &Target) -> Markup {
    let Some(known) = &target.database else {
        return html! {};
    };
    let accounts = accounts(signed, known);
    let body = html! {
        (parts::facts(&accounts))
        (identity(signed, &known.server, &known.words))
    };
    parts::card(&html! { (signed.say("setup-server", &[])) }, &body)
}

/// A desktop's the same.
pub(super) fn desktop_card(signed: &Signed, target: &Target) -> Markup {
    let Some(known) = &target.desktop else {
        return html! {};
    };
    let account = match &known.user {
        None => html! { (signed.say("setup-desktop-no-user", &[])) },
        Some(user) => html! { code { (user) } },
    };
    let body = html! {
        (parts::facts(&[(signed.say("setup-account", &[]), account)]))
        (identity(signed, &known.server, &known.words))
    };
    parts::card(&html! { (signed.say("setup-server", &[])) }, &body)
}

/// By what a server is known.
pub(super) fn identity(signed: &Signed, server: &ServerIdentity, key: &[String]) -> Markup {
    html! {
        @match server {
            ServerIdentity::Tls { spki } | ServerIdentity::OldTls { spki } => {
                @if matches!(server, ServerIdentity::OldTls { .. }) {
                    (parts::notice(Tone::Look, &html! { p { (signed.say("setup-server-old-shown", &[])) } }))
                }
                p { (signed.say("setup-server-compare", &[])) }
                (words(key))
                p { code { "sha256:" (spki) } }
                p.hint { (signed.say("setup-server-how", &[])) }
            }
            ServerIdentity::PlainText { accepted } => {
                (parts::notice(Tone::Look, &html! {
                    p { (signed.say("setup-server-plain-shown", &[("accepted", accepted)])) }
                }))
            }
        }
    }
}

fn accounts(signed: &Signed, known: &DatabaseShown) -> Vec<(String, Markup)> {
    let account = |id: &str, user: Option<&str>, there: bool| {
        let value = match user {
            None => html! { (signed.say("setup-reader-none", &[])) },
            Some(user) => html! { code { (user) } " " (password(signed, there)) },
        };
        (signed.say(id, &[]), value)
    };
    let reader = known.reader.as_deref();
    vec![
        account("setup-reader", reader, known.reader_password),
        account("setup-writer", Some(&known.user), known.password),
    ]
}

pub(super) fn password(signed: &Signed, there: bool) -> Markup {
    if there {
        parts::tag(Tone::Good, &signed.say("setup-secret-there", &[]))
    } else {
        parts::tag(Tone::Look, &signed.say("setup-secret-none", &[]))
    }
}

/// Whether each of its accounts has its password.
pub(super) fn secrets(signed: &Signed, known: &DatabaseShown) -> Markup {
    let there = known.password && (known.reader.is_none() || known.reader_password);
    password(signed, there)
}

fn words(words: &[String]) -> Markup {
    html! { ol.words { @for word in words { li lang="ja" { (word) } } } }
}

/// The fields by which a server is known.
pub(super) fn server_fields(signed: &Signed) -> Markup {
    let word = |id: &str| signed.say(id, &[]);
    let ways = [
        ("tls".to_owned(), word("setup-server-tls")),
        ("old-tls".to_owned(), word("setup-server-old")),
        ("plain".to_owned(), word("setup-server-plain")),
    ];
    html! {
        (choice("server", &word("setup-server"), Some(&word("setup-server-hint")), &ways, "tls"))
        (parts::line("server-key", &word("setup-server-key"), Some(&word("setup-server-key-hint")), "", false))
        p { a href="/setup/server-key" { (word("setup-server-ask")) } }
    }
}

pub(super) fn typed_server(posted: &Posted) -> Result<ServerIdentity, Failed> {
    let key = || {
        let typed = posted.text("server-key").trim();
        let hex = typed.strip_prefix("sha256:").unwrap_or(typed);
        hex.parse().map_err(|_| Failed::field("server-key"))
    };
    match posted.text("server") {
        "tls" => Ok(ServerIdentity::Tls { spki: key()? }),
        "old-tls" => Ok(ServerIdentity::OldTls { spki: key()? }),
        "plain" => Ok(ServerIdentity::PlainText {
            accepted: posted.text("accepted").to_owned(),
        }),
        _ => Err(Failed::field("server")),
    }
}

/// How a desktop that is registered is known and entered.
/// Over RDP it is signed in at before anything is shown; otherwise with `sekisho target add`.
pub(super) fn typed_desktop(posted: &Posted, protocol: Protocol) -> Result<DesktopTarget, Failed> {
    Ok(DesktopTarget {
        user: posted.some("user").map(str::to_owned),
        server: typed_server(posted)?,
        sign_in: (protocol == Protocol::Rdp).then_some(DesktopSignIn::Nla),
    })
}

/// How the one that is registered is known and entered.
pub(super) fn typed(posted: &Posted) -> Result<DatabaseTarget, Failed> {
    Ok(DatabaseTarget {
        user: posted.text("user").to_owned(),
        reader: posted.some("reader").map(str::to_owned),
        server: typed_server(posted)?,
    })
}

/// The form of another server key.
pub(crate) async fn server_form(
    signed: Signed,
    number: Number<TargetId>,
) -> Result<Page, PageFailed> {
    let target = found(&signed, of(number)?).await?;
    let path = path(&target.id);
    let act = Act {
        title: "setup-server-pin",
        about: &target.name,
        risk: "setup-server-risk",
        to: &format!("{path}/server"),
        back: &path,
    };
    let fields = html! { (card(&signed, &target)) (desktop_card(&signed, &target)) (consoles::card(&signed, &target)) (server_fields(&signed))
    (risks::fields(&signed, &risks::owners(&signed).await?, false)) };
    Ok(act.page(&signed, &fields).await)
}

/// Pins it.
pub(crate) async fn pin_server(
    signed: Signed,
    number: Number<TargetId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let target = of(number)?;
    signed.fresh(&posted).await?;
    let path = path(&target);
    let server = typed_server(&posted)?;
    let form = PinDatabaseServer {
        risk: risks::typed_for(&posted, None, Some(&server))?,
        server,
    };
    read(api::pin_server(signed.asker.clone(), Of(target), Form(form)).await)?;
    Ok(done(&path, "done-changed"))
}

/// The page on which a server is asked for its key.
pub(crate) async fn key_form(signed: Signed) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    Ok(key_page(&signed, &html! {}).await)
}

/// Asks it, and shows what it showed.
pub(crate) async fn ask_key(signed: Signed, posted: Posted) -> Result<Page, PageFailed> {
    let form = AskServerKey {
        address: typed_address(&posted)?,
        protocol: match posted.text("protocol") {
            "mysql" => Some(Protocol::Mysql),
            "vnc" => Some(Protocol::Vnc),
            "rdp" => Some(Protocol::Rdp),
            "http" => Some(Protocol::Http),
            _ => None,
        },
    };
    let key = read(api::server_key(signed.asker.clone(), Form(form)).await)?;
    Ok(key_page(&signed, &shown(&signed, &key)).await)
}

async fn key_page(signed: &Signed, shown: &Markup) -> Page {
    let title = signed.say("setup-server-ask", &[]);
    let protocols = [
        ("postgres".to_owned(), signed.say("protocol-postgres", &[])),
        ("mysql".to_owned(), signed.say("protocol-mysql", &[])),
        ("vnc".to_owned(), signed.say("protocol-vnc", &[])),
        ("rdp".to_owned(), signed.say("protocol-rdp", &[])),
        ("http".to_owned(), signed.say("protocol-http", &[])),
    ];
    let main = html! {
        h1 { (title) }
        p.lead { (signed.say("setup-server-ask-why", &[])) }
        (shown)
        form.narrow method="post" action="/setup/server-key" {
            (address_fields(signed, "", PORT))
            (choice("protocol", &signed.say("setup-protocol", &[]), None, &protocols, "postgres"))
            p.actions {
                button.primary type="submit" { (title) }
                " "
                a href="/setup/targets" { (signed.say("setup-not-now", &[])) }
            }
        }
    };
    Page::new(signed, &title).await.main(main)
}

fn shown(signed: &Signed, key: &ServerKey) -> Markup {
    let address = format!("{}:{}", key.address.host, key.address.port);
    let note = |id: &str| {
        let said = signed.say(id, &[("address", &address)]);
        parts::notice(Tone::Look, &html! { p { (said) } })
    };
    let shown = &key.shown;
    match shown {
        ServerShown::Nothing {} => note("setup-server-nothing"),
        ServerShown::PlainText {} => note("setup-server-no-tls"),
        ServerShown::Tls { spki, words: key } | ServerShown::OldTls { spki, words: key } => {
            let is_old = matches!(shown, ServerShown::OldTls { .. });
            let body = html! {
                @if is_old {
                    (parts::notice(Tone::Look, &html! { p { (signed.say("setup-server-old-seen", &[])) } }))
                }
                (words(key))
                p { code { "sha256:" (spki) } }
                p { (signed.say("setup-server-compare", &[])) }
                p.hint { (signed.say("setup-server-how", &[])) }
            };
            parts::card(&html! { (address) }, &body)
        }
    }
}
