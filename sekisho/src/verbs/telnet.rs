//! Consoles that speak telnet: at which prompts the gateway signs in.

use wire::api::v1::{Target, TelnetSignIn, TelnetTarget};

use super::databases::password_said;
use crate::cli::TargetAdd;
use crate::context::Context;

/// How a console is entered by telnet, of what was typed; `None` for a target of another kind.
pub(super) fn registered(args: &TargetAdd) -> Option<TelnetTarget> {
    if args.protocol != "telnet" {
        return None;
    }
    let sign_in = TelnetSignIn {
        user: args.user.clone(),
        login_prompt: args.login_prompt.clone(),
        password_prompt: args.password_prompt.clone(),
    };
    Some(TelnetTarget {
        sign_in: (!args.no_sign_in).then_some(sign_in),
    })
}

/// Of a target in a list: its account, whether its password is there.
pub(super) fn console_text(context: &Context, target: &Target) -> Option<String> {
    let known = target.telnet.as_ref()?;
    let sign_in = known.sign_in.as_ref()?;
    let password = context.say(password_said(known.password), &[]);
    let user = sign_in.user.as_deref().unwrap_or("-");
    Some(format!("{user} ({password})"))
}
