//! What the gateway says to the engineer, in their terminal or their program.

use access::{EndReason, Refusal};
use ids::Timestamp;
use phrases::{Language, say};

/// Their language, from the variables that their own client sends: POSIX's order of precedence.
#[derive(Debug, Default, Clone)]
pub(crate) struct Locale {
    all: Option<String>,
    messages: Option<String>,
    lang: Option<String>,
}

impl Locale {
    /// Takes a variable, if it says something of the language.
    pub(crate) fn learn(&mut self, name: &str, value: &str) {
        let slot = match name {
            "LC_ALL" => &mut self.all,
            "LC_MESSAGES" => &mut self.messages,
            "LANG" => &mut self.lang,
            _ => return,
        };
        if !value.is_empty() {
            *slot = Some(value.to_owned());
        }
    }

    /// Japanese, unless they say otherwise.
    pub(crate) fn language(&self) -> Language {
        let said = [&self.all, &self.messages, &self.lang];
        let first = said.into_iter().flatten().next();
        first.map_or_else(Language::default, |locale| Language::from_locale(locale))
    }
}

/// Why something was refused: every reason.
pub(crate) fn reasons(language: Language, refusal: &Refusal) -> String {
    let all: Vec<String> = refusal
        .reasons
        .iter()
        .map(|reason| {
            let args = reason.args();
            let args: Vec<(&str, &str)> = args.iter().map(|(n, v)| (*n, v.as_str())).collect();
            say(language, &format!("reason-{}", reason.id()), &args)
        })
        .collect();
    all.join(" ")
}

/// That a channel was refused.
pub(crate) fn channel_refused(language: Language, refusal: &Refusal) -> String {
    let reason = reasons(language, refusal);
    say(language, "session-channel-refused", &[("reason", &reason)])
}

/// That a server gives licences to its clients, which a page's own client cannot hold.
pub(crate) fn wants_licence(language: Language) -> String {
    say(language, "desktop-wants-licence", &[])
}

/// That a file was refused.
pub(crate) fn file_refused(language: Language, reason: &str) -> String {
    say(language, "session-file-refused", &[("reason", reason)])
}

/// That the session is over.
pub(crate) fn ended(language: Language, end: &EndReason) -> String {
    let reason = say(language, &format!("end-{}", end.id()), &[]);
    say(language, "session-ended", &[("reason", &reason)])
}

/// That it ends soon.
pub(crate) fn ends_soon(language: Language, at: Timestamp, now: Timestamp) -> String {
    let minutes = at.since(now).as_secs().div_ceil(60).to_string();
    say(language, "session-ends-soon", &[("minutes", &minutes)])
}

/// What somebody of the hospital says: one line already.
pub(crate) fn from_the_hospital(language: Language, text: &str) -> String {
    say(language, "session-said", &[("text", text)])
}

/// To the minute, as people write it: the zone is the hospital's, as everywhere.
pub(crate) fn minute(at: Timestamp) -> String {
    let text = at.to_string().replacen('T', " ", 1);
    text.get(..16).unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_japanese_unless_the_engineers_client_says_otherwise() {
        let mut locale = Locale::default();
        assert_eq!(locale.language(), Language::Ja);
        locale.learn("LANG", "en_US.UTF-8");
        assert_eq!(locale.language(), Language::En);
        locale.learn("LC_ALL", "ja_JP.UTF-8");
        locale.learn("LC_MESSAGES", "");
        assert_eq!(locale.language(), Language::Ja);
    }

    #[test]
    fn moments_are_told_to_the_minute() {
        let at: Timestamp = "2026-11-21T09:30:15+09:00".parse().unwrap();
        assert_eq!(minute(at), "2026-11-21 09:30");
    }
}
