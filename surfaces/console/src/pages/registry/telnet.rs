//! Consoles that speak telnet: at which prompts the gateway signs in.

use access::{USUAL_LOGIN_PROMPT, USUAL_PASSWORD_PROMPT};
use maud::{Markup, html};
use wire::api::v1::{Target, TelnetShown, TelnetSignIn, TelnetTarget};

use super::super::parts::{self, Tone};
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::databases::password;
use super::row;

/// How a console is entered, for people.
pub(super) fn card(signed: &Signed, target: &Target) -> Markup {
    let Some(known) = &target.telnet else {
        return html! {};
    };
    let rows = match &known.sign_in {
        None => vec![row(
            signed,
            "setup-ssh-user",
            signed.say("setup-telnet-asks-nobody", &[]),
        )],
        Some(sign_in) => sign_in_rows(signed, sign_in),
    };
    let body = html! {
        (parts::facts(&rows))
        (parts::notice(Tone::Look, &html! { p { (signed.say("setup-telnet-known-by-address", &[])) } }))
    };
    parts::card(&html! { (signed.say("setup-telnet", &[])) }, &body)
}

fn sign_in_rows(signed: &Signed, sign_in: &TelnetSignIn) -> Vec<(String, Markup)> {
    let prompt = |id: &str, prompt: Option<&str>| {
        row(signed, id, html! { code { (prompt.unwrap_or("—")) } })
    };
    let password = prompt("setup-telnet-password", sign_in.password_prompt.as_deref());
    match &sign_in.user {
        None => {
            let alone = signed.say("setup-telnet-no-user", &[]);
            vec![row(signed, "setup-ssh-user", alone), password]
        }
        Some(user) => vec![
            row(signed, "setup-ssh-user", html! { code { (user) } }),
            prompt("setup-telnet-login", sign_in.login_prompt.as_deref()),
            password,
        ],
    }
}

/// Whether its password is there; nothing is said of one that asks nobody.
pub(super) fn secret(signed: &Signed, known: &TelnetShown) -> Markup {
    if needs_secret(known) {
        password(signed, known.password)
    } else {
        html! { "—" }
    }
}

/// Whether it is signed in at with a password.
pub(super) fn needs_secret(known: &TelnetShown) -> bool {
    known.sign_in.is_some()
}

/// The fields of the prompts.
pub(super) fn fields(signed: &Signed) -> Markup {
    let line = |name: &str, id: &str, usual: &str| {
        let hint = signed.say(&format!("{id}-hint"), &[]);
        parts::line(name, &signed.say(id, &[]), Some(&hint), usual, false)
    };
    html! {
        (line("login-prompt", "setup-telnet-login", USUAL_LOGIN_PROMPT))
        (line("password-prompt", "setup-telnet-password", USUAL_PASSWORD_PROMPT))
    }
}

/// How the one that is registered is entered. Without a prompt for a password nobody is asked for one.
pub(super) fn typed(posted: &Posted) -> TelnetTarget {
    let typed = |name: &str| posted.some(name).map(str::to_owned);
    let sign_in = typed("password-prompt").map(|password_prompt| TelnetSignIn {
        user: typed("user"),
        login_prompt: typed("login-prompt"),
        password_prompt: Some(password_prompt),
    });
    TelnetTarget { sign_in }
}
