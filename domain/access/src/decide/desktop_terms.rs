//! Desktops: what may be registered, what may be asked for, how approvals narrow it, what is entered.

use super::asking::{Asking, Reasons};
use super::database_terms::identity_possible;
use super::permit::DesktopEntry;
use crate::limits;
use crate::reason::Reason;
use crate::site::{Grant, Request, Session, Target};
use crate::terms::{DesktopTarget, DesktopTerms, Protocol, ServerIdentity};

impl Asking<'_> {
    /// For a desktop: how it is entered, with the password that the vault must have.
    pub(super) fn desktop_entry(
        &self,
        grant: &Grant,
        target: &Target,
        why: &mut Reasons,
    ) -> Option<DesktopEntry> {
        let known = target.desktop.as_ref()?;
        let terms = why.need(grant.terms.desktop, Reason::ProtocolNotGranted)?;
        why.unless(target.secrets > 0, Reason::SecretMissing);
        Some(DesktopEntry {
            user: known.user.clone(),
            server: known.server.clone(),
            sign_in: known.sign_in,
            terms,
            secret: target.secrets,
        })
    }

    /// Whether the desktop may be entered in a session; no bytes are counted there.
    pub(super) fn desktop_allowed(&self, session: &Session, why: &mut Reasons) -> u64 {
        let grant = self.site.grants.get(&session.grant);
        let terms = grant.and_then(|grant| grant.terms.desktop);
        let channel = "desktop".to_owned();
        why.unless(terms.is_some(), Reason::ChannelNotGranted { channel });
        0
    }
}

/// What must hold of a desktop's server when it is registered.
pub(super) fn desktop_possible(
    protocol: Protocol,
    desktop: Option<&DesktopTarget>,
    why: &mut Reasons,
) {
    let fits = protocol.is_desktop() == desktop.is_some();
    why.unless(fits, Reason::DesktopTermsNotPossible);
    let Some(desktop) = desktop else {
        return;
    };
    if let Some(user) = &desktop.user {
        why.text(user, limits::LONGEST_USER);
    }
    identity_possible(protocol, &desktop.server, why);
    let possible = match desktop.sign_in {
        // An account of Windows is handed to nobody whose key is not known.
        Some(_) => protocol == Protocol::Rdp && desktop.user.is_some() && is_known(&desktop.server),
        None => protocol == Protocol::Vnc,
    };
    why.unless(possible, Reason::DesktopTermsNotPossible);
}

/// Whether a server is known by its key.
fn is_known(server: &ServerIdentity) -> bool {
    server.spki().is_some()
}

/// What must hold of another key of a desktop's server.
pub(super) fn desktop_server_possible(
    target: Option<&Target>,
    server: &ServerIdentity,
    why: &mut Reasons,
) {
    let desktop = target.and_then(|target| target.desktop.as_ref());
    let by_key = desktop.is_some_and(|desktop| desktop.sign_in.is_some());
    why.unless(!by_key || is_known(server), Reason::DesktopTermsNotPossible);
}

/// What a request may ask for at a target.
pub(super) fn desktop_asked(target: &Target, asked: Option<DesktopTerms>, why: &mut Reasons) {
    let possible = target.desktop.is_some() || asked.is_none();
    why.unless(possible, Reason::DesktopTermsNotPossible);
}

/// What a request stands at for desktops: as asked and narrowed so far, or narrower still.
pub(super) fn narrowed_desktop(
    request: &Request,
    narrower: Option<DesktopTerms>,
    why: &mut Reasons,
) -> Option<DesktopTerms> {
    let Some(narrower) = narrower else {
        return request.desktop;
    };
    let asked = why.need(request.desktop, Reason::DesktopTermsNotPossible);
    if let Some(asked) = asked {
        why.unless(narrower.within(asked), Reason::WouldWiden);
    }
    Some(narrower)
}
