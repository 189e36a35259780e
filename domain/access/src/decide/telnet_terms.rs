//! Telnet: what may be registered, what is entered.

use super::asking::{Asking, Reasons};
use super::permit::TelnetEntry;
use crate::limits;
use crate::reason::Reason;
use crate::site::Target;
use crate::terms::{Protocol, SshTerms, TelnetTarget};

impl Asking<'_> {
    /// For a console that speaks telnet: how it is signed in at, with the password that the vault must have.
    pub(super) fn telnet_entry(&self, target: &Target, why: &mut Reasons) -> Option<TelnetEntry> {
        let known = target.telnet.as_ref()?;
        if known.sign_in.is_some() {
            why.unless(target.secret.is_some(), Reason::SecretMissing);
            self.usable(target, false, why);
        }
        Some(TelnetEntry {
            sign_in: known.sign_in.clone(),
            secret: target.secrets,
        })
    }
}

/// What must hold of a console that is registered.
pub(super) fn telnet_possible(
    protocol: Protocol,
    telnet: Option<&TelnetTarget>,
    why: &mut Reasons,
) {
    let fits = (protocol == Protocol::Telnet) == telnet.is_some();
    why.unless(fits, Reason::TelnetNotPossible);
    let Some(sign_in) = telnet.and_then(|telnet| telnet.sign_in.as_ref()) else {
        return;
    };
    if let Some(user) = &sign_in.user {
        why.text(user, limits::LONGEST_USER);
        // It is typed: a control character would be a key.
        let plain = !user.chars().any(char::is_control);
        why.unless(plain, Reason::TelnetNotPossible);
    }
    for prompt in [&sign_in.login_prompt, &sign_in.password_prompt] {
        why.text(prompt, limits::LONGEST_PROMPT);
        // Where two look alike, the password could be typed where it is shown.
        let plain = !prompt.trim().is_empty() && prompt.trim() == prompt;
        why.unless(plain, Reason::TelnetNotPossible);
    }
    let (login, password) = (&sign_in.login_prompt, &sign_in.password_prompt);
    let alike = may_be_both(login, password) || may_be_both(password, login);
    why.unless(sign_in.user.is_none() || !alike, Reason::TelnetNotPossible);
}

/// Whether what ends with one prompt ends with the other too, as they are compared: whatever their case.
fn may_be_both(one: &str, other: &str) -> bool {
    one.to_lowercase().ends_with(&other.to_lowercase())
}

/// Whether a request may ask for these terms of SSH at a target.
pub(super) fn inside_asked(target: &Target, asked: Option<&SshTerms>, why: &mut Reasons) {
    let possible = match (target.protocol, asked) {
        (_, None) | (Protocol::Ssh, Some(_)) => true,
        (Protocol::Telnet, Some(asked)) => asked.within(&SshTerms::terminal_only()),
        (
            Protocol::Tcp
            | Protocol::Postgres
            | Protocol::Mysql
            | Protocol::Http
            | Protocol::Vnc
            | Protocol::Rdp,
            Some(_),
        ) => false,
    };
    why.unless(possible, Reason::SshTermsNotPossible);
}
