//! What a page is told, in its reader's language.

use access::EndReason;
use phrases::{Language, say};
use wire::Said;
use wire::terminal::{Over, ToPage};

/// The locale that our client names, as an engineer's own would: the gateway's sentences follow it.
pub(crate) fn language_variable(language: Language) -> &'static str {
    match language {
        Language::Ja => "ja_JP.UTF-8",
        Language::En => "en_US.UTF-8",
    }
}

/// How a session ended.
pub(super) fn ended(language: Language, end: &EndReason) -> String {
    let reason = say(language, &format!("end-{}", end.id()), &[]);
    say(language, "session-ended", &[("reason", &reason)])
}

/// Why it was not opened: every reason.
pub(super) fn refused(language: Language, reasons: &[Said]) -> String {
    let sentences: Vec<String> = reasons
        .iter()
        .map(|reason| crate::pages::sentence(language, reason))
        .collect();
    sentences.join("\n")
}

/// The last message, with the sentence of its kind.
pub(super) fn over(language: Language, why: Over) -> ToPage {
    let sentence = match why {
        Over::Ended => "terminal-ended",
        Over::Refused => "terminal-refused",
        Over::Elsewhere => "terminal-elsewhere",
        Over::TakenOver => "terminal-taken-over",
        Over::SignedOut => "terminal-signed-out",
        Over::Ticket => "terminal-ticket",
        Over::Misbehaved => "terminal-misbehaved",
    };
    let text = say(language, sentence, &[]);
    ToPage::Over { why, text }
}
