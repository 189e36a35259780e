//! Web consoles: how they are known.

use access::{WebSignIn, WebTarget};
use wire::api::v1::{self, ServerIdentity, WebShown};

use crate::words;

pub(super) fn shown(known: &WebTarget, target: &access::Target) -> WebShown {
    let server = words::server_said(&known.server);
    let words = match &server {
        ServerIdentity::Tls { spki } | ServerIdentity::OldTls { spki } => words::key_words(spki),
        ServerIdentity::PlainText { .. } => Vec::new(),
    };
    WebShown {
        server,
        words,
        host: known.host.clone(),
        sign_in: match &known.sign_in {
            WebSignIn::Nothing => v1::WebSignIn::Nothing {},
            WebSignIn::Basic { user } => v1::WebSignIn::Basic { user: user.clone() },
            WebSignIn::Header { name } => v1::WebSignIn::Header { name: name.clone() },
            WebSignIn::Form { user, page } => v1::WebSignIn::Form {
                user: user.clone(),
                page: page.clone(),
            },
        },
        secret: target.secret.is_some(),
    }
}

pub(super) fn registered(form: v1::WebTarget) -> WebTarget {
    WebTarget {
        server: words::server(form.server),
        host: form.host,
        sign_in: match form.sign_in {
            v1::WebSignIn::Nothing {} => WebSignIn::Nothing,
            v1::WebSignIn::Basic { user } => WebSignIn::Basic { user },
            v1::WebSignIn::Header { name } => WebSignIn::Header { name },
            v1::WebSignIn::Form { user, page } => WebSignIn::Form { user, page },
        },
    }
}
