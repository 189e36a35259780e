//! What was told and opened, and what somebody has to look at.

use access::{About, GatewayNote, NoticeNote, Site};
use ids::RequestId;
use login::Identity;

use crate::Engine;

impl Engine {
    /// A person has opened a request: if they were told of it, that is entered, once.
    pub async fn request_opened(&self, by: &Identity, request: &RequestId) {
        let access::Who::Person(person) = &by.caller().who else {
            return;
        };
        let about = About::Request(request.clone());
        if !self.inner.site().unseen(&about, person) {
            return;
        }
        let person = person.clone();
        let seen = NoticeNote::Seen { about, person };
        // Two calls at once: the second one is told that it is so already.
        let _entered = self.note(GatewayNote::Notice(seen)).await;
    }

    /// What somebody has to look at about notifications.
    pub(crate) fn notice_findings(
        &self,
        site: &Site,
        found: &mut impl FnMut(&'static str, String, bool),
    ) {
        let set_up = site.mail_server().is_some() || site.webhooks().next().is_some();
        if set_up && !site.somebody_can_be_told() {
            found("finding-nobody-told", String::new(), false);
        }
        let last = site.deliveries().last();
        if let Some(last) = last.filter(|last| !last.tried.arrived()) {
            found("finding-undelivered", last.at.to_string(), false);
        }
    }
}

/// Whether this is one mail address and nothing else.
pub fn is_mail_address(text: &str) -> bool {
    notify::mail::is_address(text)
}
