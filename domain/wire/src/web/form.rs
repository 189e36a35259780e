//! The form with which a console asks for an account and a password, as its page says it (HTML §4.10): read from
//! a stranger's markup, never run.

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use url::Url;
use url::form_urlencoded::Serializer;
use zeroize::Zeroizing;

use super::{Leads, Own, leads};

/// The longest page that is read for a form, in bytes; sign-in pages have pictures and scripts beside them, not inside.
pub const MAX_FORM_PAGE: usize = 512 << 10;

/// Fields of a form that are sent back, and bytes of each: those of a device that says where it is, twenty.
const MOST_FIELDS: usize = 100;
const LONGEST_FIELD: usize = 16 << 10;

/// A form that asks for a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInForm {
    /// Where it leads, as its page says it; nothing for the page itself.
    action: String,
    /// What is sent beside account and password: what is hidden, what is chosen, the button that is pressed.
    others: Vec<(String, String)>,
    /// The field of the account. A device with one account alone asks for none.
    user: Option<String>,
    /// The field of the password.
    password: String,
}

/// Why a page is not one to sign in at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoForm {
    /// It asks for no password.
    NoPassword,
    /// It asks for two in one form: for a new one, or for one to be repeated.
    TwoPasswords,
    /// It would put the password into an address (`method=get`), where logs keep it.
    InAddress,
    /// It is longer, or has more fields, than any that is known.
    TooLarge,
}

/// What is read of one form.
#[derive(Default)]
struct Reading {
    action: String,
    posts: bool,
    others: Vec<(String, String)>,
    /// The text that was asked for last, and what stands in it.
    last_text: Option<(String, String)>,
    user: Option<String>,
    passwords: Vec<String>,
    pressed: bool,
    /// The choice that is open: its field, and whether something was chosen in it.
    choice: Option<(String, bool)>,
    /// Whether the value of what was chosen last is the text behind it.
    is_text: bool,
    too_large: bool,
}

impl SignInForm {
    /// The first form of a page that asks for a password.
    ///
    /// # Errors
    /// If there is none that the gateway could fill in.
    pub fn find(page: &[u8]) -> Result<Self, NoForm> {
        if page.len() > MAX_FORM_PAGE {
            return Err(NoForm::TooLarge);
        }
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        let tokens = Tokenizer::new_with_emitter(page, emitter);
        let mut form: Option<Reading> = None;
        // What cannot fail, for it reads from memory.
        for token in tokens.flatten() {
            match token {
                Token::StartTag(tag) if tag.name.as_slice() == b"form" => {
                    // A form in a form is none (HTML §13.2.6.4.7).
                    form.get_or_insert_with(|| Reading::begin(&tag));
                }
                Token::StartTag(tag) => {
                    if let Some(form) = &mut form {
                        form.tag(&tag);
                    }
                }
                Token::EndTag(tag) if tag.name.as_slice() == b"form" => {
                    if let Some(found) = form.take().and_then(Reading::end) {
                        return found;
                    }
                }
                Token::EndTag(tag) if tag.name.as_slice() == b"select" => {
                    if let Some(form) = &mut form {
                        form.choice = None;
                    }
                }
                Token::String(text) => {
                    if let Some(form) = &mut form {
                        form.text(&text);
                    }
                }
                Token::EndTag(_) | Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
            }
        }
        // Browsers end at the end of the page what was left open.
        form.and_then(Reading::end)
            .unwrap_or(Err(NoForm::NoPassword))
    }

    /// The path and query to which the form of the page at `page` is sent; `None` if that is elsewhere.
    pub fn leads_to(&self, page: &str, own: Own<'_>) -> Option<String> {
        resolve(page, &self.action, own)
    }

    /// What is sent, as `application/x-www-form-urlencoded`.
    pub fn filled(&self, user: &str, password: &str) -> Zeroizing<String> {
        // Whole from the beginning, so that no part of the password stays where it grew.
        let long = |(name, value): &(String, String)| 3 * (name.len() + value.len()) + 2;
        let others: usize = self.others.iter().map(long).sum();
        let room = 3 * (user.len() + password.len() + self.password.len());
        let field = self.user.as_ref().map_or(0, |name| 3 * name.len());
        let text = String::with_capacity(others + room + field + 4);
        let mut said = Serializer::new(text);
        said.extend_pairs(&self.others);
        if let Some(field) = &self.user {
            said.append_pair(field, user);
        }
        said.append_pair(&self.password, password);
        Zeroizing::new(said.finish())
    }
}

/// A reference that a console's page at `page` gives, as a path with its query; `None` if it leads elsewhere.
pub fn resolve(page: &str, reference: &str, own: Own<'_>) -> Option<String> {
    // What browsers read in two ways is elsewhere; an empty one is the page itself.
    let Leads::Inside(reference) = leads(reference, own) else {
        return None;
    };
    let base = Url::parse(&format!("{}://{}", own.scheme(), own.host)).ok()?;
    let at = base.join(page).ok()?.join(&reference).ok()?;
    // A path that begins with two strokes is a name to a browser.
    if at.origin() != base.origin() || at.path().starts_with("//") {
        return None;
    }
    let query = at.query().map(|query| format!("?{query}"));
    Some(format!("{}{}", at.path(), query.unwrap_or_default()))
}

impl Reading {
    fn begin(tag: &StartTag<()>) -> Self {
        Self {
            action: attribute(tag, b"action").unwrap_or_default(),
            posts: attribute(tag, b"method")
                .is_some_and(|method| method.eq_ignore_ascii_case("post")),
            ..Self::default()
        }
    }

    fn tag(&mut self, tag: &StartTag<()>) {
        match tag.name.as_slice() {
            b"input" => self.input(tag),
            b"button" | b"select" if has(tag, b"disabled") => {}
            b"button" => {
                let kind = attribute(tag, b"type").unwrap_or_default();
                if !kind.eq_ignore_ascii_case("button") && !kind.eq_ignore_ascii_case("reset") {
                    self.press(tag);
                }
            }
            b"select" => {
                self.choice = attribute(tag, b"name").map(|name| (name, false));
            }
            b"option" => self.option(tag),
            _ => {}
        }
    }

    fn input(&mut self, tag: &StartTag<()>) {
        let kind = attribute(tag, b"type").unwrap_or_default();
        let Some(name) = attribute(tag, b"name").filter(|name| !name.is_empty()) else {
            return;
        };
        if has(tag, b"disabled") {
            return;
        }
        let value = || attribute(tag, b"value").unwrap_or_default();
        match kind.to_ascii_lowercase().as_str() {
            "password" => {
                // The account is asked for right before its password.
                if self.passwords.is_empty() {
                    self.user = self.last_text.take().map(|(name, _)| name);
                }
                self.passwords.push(name);
            }
            "hidden" => self.other(name, value()),
            "submit" => self.press(tag),
            "checkbox" | "radio" if has(tag, b"checked") => {
                let value = attribute(tag, b"value").unwrap_or_else(|| "on".to_owned());
                self.other(name, value);
            }
            // Nothing is sent of a picture that is not pressed, nor of what is not chosen.
            "checkbox" | "radio" | "button" | "reset" | "image" | "file" => {}
            _ => {
                // Another text before it was not the account: it is sent as it stands there.
                if let Some((before, stands)) = self.last_text.replace((name, value())) {
                    self.other(before, stands);
                }
            }
        }
    }

    /// A browser sends the button that is pressed: the first.
    fn press(&mut self, tag: &StartTag<()>) {
        if self.pressed {
            return;
        }
        self.pressed = true;
        if let Some(name) = attribute(tag, b"name").filter(|name| !name.is_empty()) {
            let value = attribute(tag, b"value").unwrap_or_default();
            self.other(name, value);
        }
    }

    /// What stands in a list: the first, until one says that it is chosen.
    fn option(&mut self, tag: &StartTag<()>) {
        let Some((name, begun)) = self.choice.clone() else {
            return;
        };
        self.is_text = false;
        let is_text = !has(tag, b"value");
        let value = attribute(tag, b"value").unwrap_or_default();
        if !begun {
            self.is_text = is_text;
            self.other(name.clone(), value);
            self.choice = Some((name, true));
        } else if has(tag, b"selected")
            && let Some(chosen) = self.chosen(&name)
        {
            *chosen = value;
            self.is_text = is_text;
        }
    }

    /// What stands behind an option without a value is its value.
    fn text(&mut self, text: &[u8]) {
        let Some((name, _)) = self.choice.clone().filter(|_| self.is_text) else {
            return;
        };
        let text = String::from_utf8_lossy(text);
        let text = text.trim();
        self.is_text = text.is_empty();
        if let Some(chosen) = self.chosen(&name)
            && text.len() <= LONGEST_FIELD
        {
            text.clone_into(chosen);
        }
    }

    /// What is sent of the list that is open.
    fn chosen(&mut self, name: &str) -> Option<&mut String> {
        let mut latest = self.others.iter_mut().rev();
        let found = latest.find(|(field, _)| field == name);
        found.map(|(_, chosen)| chosen)
    }

    fn other(&mut self, name: String, value: String) {
        if self.others.len() >= MOST_FIELDS || name.len() + value.len() > LONGEST_FIELD {
            self.too_large = true;
            return;
        }
        self.others.push((name, value));
    }

    /// `None` if it asks for no password.
    fn end(mut self) -> Option<Result<SignInForm, NoForm>> {
        if !self.passwords.is_empty()
            && let Some((name, stands)) = self.last_text.take()
        {
            self.other(name, stands);
        }
        let mut passwords = self.passwords.into_iter();
        let password = passwords.next()?;
        if passwords.next().is_some() {
            return Some(Err(NoForm::TwoPasswords));
        }
        if self.too_large {
            return Some(Err(NoForm::TooLarge));
        }
        if !self.posts {
            return Some(Err(NoForm::InAddress));
        }
        Some(Ok(SignInForm {
            action: self.action,
            others: self.others,
            user: self.user,
            password,
        }))
    }
}

fn attribute(tag: &StartTag<()>, name: &[u8]) -> Option<String> {
    let value = tag.attributes.get(name)?;
    Some(String::from_utf8_lossy(value).into_owned())
}

fn has(tag: &StartTag<()>, name: &[u8]) -> bool {
    tag.attributes.contains_key(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: Own<'_> = Own {
        tls: true,
        host: "console.test:8443",
    };

    fn filled(page: &str) -> String {
        let form = SignInForm::find(page.as_bytes()).unwrap();
        form.filled("maint", "p&ss word").to_string()
    }

    #[test]
    fn account_and_password_go_into_the_fields_of_the_page_beside_what_it_hides() {
        let page = "<!DOCTYPE html><title>Sign in</title>\
            <form action=/search><input name=q></form>\
            <FORM method=POST action='do?x=1'>\
            <input type=hidden name=csrf value='a&amp;b'>\
            <input name=login><input TYPE=Password name=secret>\
            <select name=lang><option value=en><option value=ja selected>日本語</select>\
            <input type=checkbox name=keep><input type=checkbox name=agree checked>\
            <button name=go value=1>OK</button><button name=cancel value=1>Cancel</button></form>";
        assert_eq!(
            filled(page),
            "csrf=a%26b&lang=ja&agree=on&go=1&login=maint&secret=p%26ss+word"
        );
        let form = SignInForm::find(page.as_bytes()).unwrap();
        let leads = form.leads_to("/ui/login?next=x", OWN);
        assert_eq!(leads.as_deref(), Some("/ui/do?x=1"));
    }

    #[test]
    fn a_form_without_an_action_is_sent_to_its_page() {
        let page = "<form method=post><input type=password name=p>";
        let form = SignInForm::find(page.as_bytes()).unwrap();
        assert_eq!(form.leads_to("/a?b", OWN).as_deref(), Some("/a?b"));
        assert_eq!(
            &*form.filled("maint", "x"),
            "p=x",
            "no account is asked for"
        );
    }

    #[test]
    fn l5_a_form_that_leads_elsewhere_gets_no_password() {
        for action in [
            "https://elsewhere.test/login",
            "//elsewhere.test/",
            "http://console.test:8443/",
            "https://console.test:8444/",
            "javascript:send()",
            "\\\\elsewhere.test\\x",
            "ht\ntps://elsewhere.test/",
            "/.//elsewhere.test/",
        ] {
            let page = format!(
                "<form method=post action=\"{action}\"><input type=password name=p></form>"
            );
            let form = SignInForm::find(page.as_bytes()).unwrap();
            assert_eq!(form.leads_to("/login", OWN), None, "{action:?}");
        }
    }

    #[test]
    fn a_page_that_asks_for_something_else_is_none_to_sign_in_at() {
        let script = "<script>'<form method=post><input type=password name=p></form>'</script>";
        let comment = "<!-- <form method=post><input type=password name=p></form> -->";
        for (page, why) in [
            ("", NoForm::NoPassword),
            (
                "<form method=post><input name=q></form>",
                NoForm::NoPassword,
            ),
            ("<input type=password name=p>", NoForm::NoPassword),
            (script, NoForm::NoPassword),
            (comment, NoForm::NoPassword),
            (
                "<form><input type=password name=p></form>",
                NoForm::InAddress,
            ),
            (
                "<form method=post><input type=password name=p><input type=password name=q></form>",
                NoForm::TwoPasswords,
            ),
        ] {
            assert_eq!(SignInForm::find(page.as_bytes()), Err(why), "{page}");
        }
        let many = format!(
            "<form method=post>{}<input type=password name=p></form>",
            "<input type=hidden name=x>".repeat(MOST_FIELDS + 1)
        );
        assert_eq!(SignInForm::find(many.as_bytes()), Err(NoForm::TooLarge));
        let long = vec![b' '; MAX_FORM_PAGE + 1];
        assert_eq!(SignInForm::find(&long), Err(NoForm::TooLarge));
    }

    #[test]
    fn what_stands_in_a_list_is_sent_as_a_browser_would() {
        let page = "<form method=post><select name=a><option value=1><option value=2></select>\
            <select name=domain><option>LOCAL<option selected> AD </option><option>x</select>\
            <select name=off disabled><option>1</select>\
            <input name=realm value=x><input name=user><input type=password name=p><input name=db>";
        assert_eq!(
            filled(page),
            "a=1&domain=AD&realm=x&db=&user=maint&p=p%26ss+word"
        );
    }
}
