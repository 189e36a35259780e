//! Consoles that speak telnet: how they are entered.

use access::{TelnetSignIn, TelnetTarget, USUAL_LOGIN_PROMPT, USUAL_PASSWORD_PROMPT};
use wire::api::v1::{self, TelnetShown};

pub(super) fn shown(known: &TelnetTarget, target: &access::Target) -> TelnetShown {
    TelnetShown {
        sign_in: known.sign_in.as_ref().map(|sign_in| v1::TelnetSignIn {
            user: sign_in.user.clone(),
            login_prompt: Some(sign_in.login_prompt.clone()),
            password_prompt: Some(sign_in.password_prompt.clone()),
        }),
        password: target.secret.is_some(),
    }
}

pub(super) fn registered(form: v1::TelnetTarget) -> TelnetTarget {
    let or_usual = |said: Option<String>, usual: &str| said.unwrap_or_else(|| usual.to_owned());
    TelnetTarget {
        sign_in: form.sign_in.map(|sign_in| TelnetSignIn {
            user: sign_in.user,
            login_prompt: or_usual(sign_in.login_prompt, USUAL_LOGIN_PROMPT),
            password_prompt: or_usual(sign_in.password_prompt, USUAL_PASSWORD_PROMPT),
        }),
    }
}
