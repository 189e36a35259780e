//! Web consoles: how they are known, what they are called, and with what the gateway signs in.

use maud::{Markup, html};
use wire::api::v1::{Target, WebShown, WebSignIn, WebTarget, usual_web_host};

use super::super::parts;
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::databases::{identity, password, typed_server};
use super::{choice, row};
use crate::answer::Failed;

/// How a console is known and entered, for people.
pub(super) fn card(signed: &Signed, target: &Target) -> Markup {
    let Some(known) = &target.web else {
        return html! {};
    };
    let sign_in = match &known.sign_in {
        WebSignIn::Nothing {} => html! { (signed.say("target-web-sign-in-nothing", &[])) },
        WebSignIn::Basic { user } => html! { code { (user) } " " (secret(signed, known)) },
        WebSignIn::Header { name } => {
            html! { (signed.say("setup-web-header", &[])) " " code { (name) } " " (secret(signed, known)) }
        }
        WebSignIn::Form { user, page } => {
            html! { code { (user) } " " (secret(signed, known)) " " (signed.say("target-web-at-form", &[("page", page)])) }
        }
    };
    let body = html! {
        (parts::facts(&[
            row(signed, "setup-web-host", html! { code { (known.host) } }),
            row(signed, "setup-web-sign-in", sign_in),
        ]))
        (identity(signed, &known.server, &known.words))
    };
    parts::card(&html! { (signed.say("setup-server", &[])) }, &body)
}

/// Whether it has what it is signed in at with; nothing is said of one that needs nothing.
pub(super) fn secret(signed: &Signed, known: &WebShown) -> Markup {
    if needs_secret(known) {
        password(signed, known.secret)
    } else {
        html! { "—" }
    }
}

/// Whether it is signed in at with a secret.
pub(super) fn needs_secret(known: &WebShown) -> bool {
    known.sign_in != WebSignIn::Nothing {}
}

/// The fields of how it is signed in at and what it is called.
pub(super) fn fields(signed: &Signed) -> Markup {
    let word = |id: &str| signed.say(id, &[]);
    let ways = [
        ("basic".to_owned(), word("setup-web-basic")),
        ("form".to_owned(), word("setup-web-form")),
        ("header".to_owned(), word("setup-web-header")),
        ("nothing".to_owned(), word("target-web-sign-in-nothing")),
    ];
    html! {
        (choice("sign-in", &word("setup-web-sign-in"), Some(&word("setup-web-sign-in-hint")), &ways, "basic"))
        (parts::line("sign-in-page", &word("setup-web-page"), Some(&word("setup-web-page-hint")), "", false))
        (parts::line("header", &word("setup-web-header-name"), Some(&word("setup-web-header-hint")), "", false))
        (parts::line("web-host", &word("setup-web-host"), Some(&word("setup-web-host-hint")), "", false))
    }
}

/// How the one that is registered is known and entered.
pub(super) fn typed(posted: &Posted) -> Result<WebTarget, Failed> {
    let sign_in = match posted.text("sign-in") {
        "basic" => WebSignIn::Basic {
            user: posted.text("user").to_owned(),
        },
        "form" => WebSignIn::Form {
            user: posted.text("user").to_owned(),
            page: posted.text("sign-in-page").to_owned(),
        },
        "header" => WebSignIn::Header {
            name: posted.text("header").to_owned(),
        },
        "nothing" => WebSignIn::Nothing {},
        _ => return Err(Failed::field("sign-in")),
    };
    let server = typed_server(posted)?;
    let address = format!("{}:{}", posted.text("host"), posted.text("port"));
    let host = posted.some("web-host").map(str::to_owned);
    Ok(WebTarget {
        host: host.unwrap_or_else(|| usual_web_host(&address, &server)),
        server,
        sign_in,
    })
}
