//! The engineer's pages: what they may ask for, asking, their own work, and the report of it.
//!
//! What somebody types here is kept on the gateway as their draft, so that a lost line or an evening
//! between two halves of a form cost nothing; each form is sent once, however often its button is
//! pressed ([`drafts`]).

mod data;
mod desktop;
pub(crate) mod drafts;
mod earlier;
pub(crate) mod extend;
mod fields;
mod form;
pub(crate) mod inert;
mod look;
pub(crate) mod my;
pub(crate) mod report;
mod report_form;
pub(crate) mod request;
mod request_fields;
mod rows;
pub(super) mod sent;
pub(crate) mod targets;
mod terms;
mod web;

use access::Role;
use wire::Said;

use super::failed::PageFailed;
use super::signed::Signed;
use crate::answer::Failed;
use crate::body::Of;

/// What an extractor of a path gives, so that a page says what a page says.
type Number<T> = Result<Of<T>, Failed>;

/// These pages are an engineer's: whoever is none is told whose they are.
fn engineer(signed: &Signed) -> Result<(), PageFailed> {
    if signed.has(Role::Engineer) {
        Ok(())
    } else {
        Err(PageFailed::Because(vec![Said::plain("work-for-engineers")]))
    }
}

/// A value of the query.
fn asked(query: Option<&str>, name: &str) -> Option<String> {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let mut found = pairs.filter(|(key, _)| key == name);
    found.next().map(|(_, value)| value.into_owned())
}
