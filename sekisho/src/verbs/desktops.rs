//! Desktops: by what a server is known, what may be done inside.

use wire::api::v1::{DesktopSignIn, DesktopTarget, DesktopTerms, Target};

use super::databases::{identity, password_said, server_text};
use crate::cli::TargetAdd;
use crate::context::Context;
use crate::failure::Failure;

/// How a desktop is known and entered, of what was typed; `None` for a target of another kind.
pub(super) fn registered(args: &TargetAdd) -> Result<Option<DesktopTarget>, Failure> {
    let sign_in = match (args.protocol.as_str(), args.tls_only) {
        ("vnc", _) => None,
        ("rdp", false) => Some(DesktopSignIn::Nla),
        ("rdp", true) => Some(DesktopSignIn::Tls),
        _ => return Ok(None),
    };
    Ok(Some(DesktopTarget {
        user: args.user.clone(),
        server: identity(args.server.clone())?,
        sign_in,
    }))
}

/// Of a target in a list: by what it is known, its account, whether its password is there.
pub(super) fn desktop_texts(context: &Context, target: &Target) -> Vec<String> {
    let Some(known) = &target.desktop else {
        return Vec::new();
    };
    let password = context.say(password_said(known.password), &[]);
    let user = known.user.as_deref().unwrap_or("-");
    vec![
        server_text(context, &known.server),
        format!("{user} ({password})"),
    ]
}

/// What may be done inside, in one line.
pub(super) fn terms_line(context: &Context, terms: DesktopTerms) -> String {
    let input = if terms.input {
        "desktop-is-worked"
    } else {
        "desktop-is-looked-at"
    };
    let clipboard = match (terms.clipboard_in, terms.clipboard_out) {
        (false, false) => "clipboard-closed",
        (true, false) => "clipboard-in",
        (false, true) => "clipboard-out",
        (true, true) => "clipboard-both",
    };
    let args = [
        ("input", context.say(input, &[])),
        ("clipboard", context.say(clipboard, &[])),
    ];
    format!("    {}", context.say_of("terms-desktop-line", &args))
}
