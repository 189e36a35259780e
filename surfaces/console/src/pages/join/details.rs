//! Who somebody is who joins. What they typed stands there again when something is wrong, but for the
//! passphrase.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;
use phrases::{Language, say};
use wire::join::JoinStart;
use wire::{Invitation, Purpose, Said};

use super::super::page::Page;
use super::super::parts;
use super::super::posted::Posted;
use super::{secret, told, within_limits};

/// The reason of an invitation that is not good.
const INVALID: &str = "reason-invitation-invalid";

/// The fields, as they were typed.
pub(super) struct Details {
    invitation: String,
    purpose: Purpose,
    name: String,
    login: String,
    contact: String,
}

impl Details {
    /// Nothing typed yet.
    pub(super) fn empty(invitation: &str, purpose: Purpose) -> Self {
        Self {
            invitation: invitation.to_owned(),
            purpose,
            name: String::new(),
            login: String::new(),
            contact: String::new(),
        }
    }

    /// As they were sent.
    pub(super) fn posted(posted: &Posted, purpose: Purpose) -> Self {
        let text = |name: &str| posted.text(name).to_owned();
        Self {
            invitation: text("invitation"),
            purpose,
            name: text("name"),
            login: text("login"),
            contact: text("contact"),
        }
    }

    fn is_new_person(&self) -> bool {
        match self.purpose {
            Purpose::Person | Purpose::Engineer => true,
            Purpose::Factors | Purpose::Device => false,
        }
    }

    /// The first message of joining.
    ///
    /// # Errors
    /// If the passphrase was not typed twice alike, or a field is too long.
    pub(super) fn start(
        &self,
        invitation: &Invitation,
        posted: &Posted,
    ) -> Result<JoinStart, Said> {
        if posted.text("passphrase") != posted.text("again") {
            return Err(Said::plain("join-passphrases-differ"));
        }
        let of_new = |text: &str| self.is_new_person().then(|| text.to_owned());
        within_limits(JoinStart {
            invitation: invitation.id.clone(),
            secret: invitation.secret.clone(),
            name: of_new(&self.name),
            login: of_new(&self.login),
            contact: of_new(&self.contact),
            passphrase: secret(posted.text("passphrase")),
            device: None,
        })
    }

    /// The page, with what is wrong above it.
    pub(super) fn page(&self, language: Language, wrong: &[Said]) -> Response {
        let word = |id: &str| say(language, id, &[]);
        let title = word("join-details-title");
        let line = |name: &str, id: &str, hint: &str, value: &str| {
            parts::line(name, &word(id), Some(&word(hint)), value, true)
        };
        let main = html! {
            h1 { (title) }
            (told(language, wrong))
            form.narrow method="post" action="/join/start" {
                input type="hidden" name="invitation" value=(self.invitation);
                @if self.is_new_person() {
                    (line("name", "join-name", "join-name-hint", &self.name))
                    (line("login", "join-login", "join-login-hint", &self.login))
                    (line("contact", "join-contact", "join-contact-hint", &self.contact))
                } @else {
                    p { (word("join-new-factors")) }
                }
                div.field {
                    label for="passphrase" { (word("join-passphrase")) }
                    input #passphrase type="password" name="passphrase" autocomplete="new-password"
                        maxlength="1024" required aria-describedby="about-passphrase";
                    p.hint #about-passphrase { (word("join-passphrase-hint")) }
                }
                div.field {
                    label for="again" { (word("join-passphrase-again")) }
                    input #again type="password" name="again" autocomplete="new-password"
                        maxlength="1024" required;
                }
                button.primary type="submit" { (word("join-go-on")) }
            }
        };
        let page = Page::plain(language, &title).main(main);
        if wrong.is_empty() {
            return page.into_response();
        }
        // A stranger who tries invitations is counted like one who tries passphrases.
        let status = if wrong.iter().any(|said| said.id == INVALID) {
            StatusCode::UNAUTHORIZED
        } else {
            StatusCode::FORBIDDEN
        };
        (status, page).into_response()
    }
}
