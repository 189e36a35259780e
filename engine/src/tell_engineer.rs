//! A word to the engineer: one line in their terminal, in the recording, and before everybody who watches.

use access::{Command, Protocol, Reason, Refusal, limits};
use ids::{Commitment, Digest, SessionId};
use login::Identity;

use crate::freeze::Notice;
use crate::{Engine, writer};

impl Engine {
    /// Says a word to the engineer of a session. It is entered, then shown.
    ///
    /// # Errors
    /// Every reason why not: whoever may not attend may not speak, a word has a length and a talk a pace,
    /// and a session that is not SSH has no terminal to speak in.
    pub async fn tell_engineer(
        &self,
        by: &Identity,
        session: &SessionId,
        words: &str,
    ) -> Result<(), Refusal> {
        let words = one_line(words).ok_or_else(|| Refusal {
            reasons: vec![Reason::TextTooLong],
        })?;
        let outside = self.no_terminal(session);
        let asked = |words| Command::TellEngineer {
            session: session.clone(),
            words,
        };
        // Whoever is refused fills no disk.
        let nothing = asked(Commitment(Digest([0; 32])));
        let now = self.now();
        let would = access::decide(&self.site(), by.caller(), nothing.clone(), now).is_ok();
        let command = if would && outside.is_empty() {
            asked(self.keep_word(words.clone()).await?)
        } else {
            nothing
        };
        self.submit_with(by.caller().clone(), command, outside)
            .await?;
        if let Some(live) = self.inner.live.session(session) {
            live.freeze.notice(Notice::Said(words));
            live.tell();
        }
        Ok(())
    }

    async fn keep_word(&self, words: String) -> Result<Commitment, Refusal> {
        let engine = self.clone();
        let kept = tokio::task::spawn_blocking(move || engine.commit("word", &words, None));
        kept.await.unwrap_or_else(|_| Err(writer::unavailable()))
    }

    fn no_terminal(&self, session: &SessionId) -> Vec<Reason> {
        let site = self.inner.site();
        let known = site.session(session);
        let grant = known.and_then(|session| site.grant(&session.grant));
        let other = grant.is_some_and(|grant| grant.terms.protocol != Protocol::Ssh);
        Vec::from_iter(other.then_some(Reason::ProtocolNotGranted))
    }
}

/// A text as one line that moves no cursor and turns no writing round; nothing if none is left, or more
/// than fits two lines of a terminal.
fn one_line(text: &str) -> Option<String> {
    let line: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !turns_writing(*c))
        .collect();
    let line = line.trim();
    let fits = !line.is_empty() && line.chars().count() <= limits::LONGEST_WORD;
    fits.then(|| line.to_owned())
}

/// Marks by which a line reads otherwise than it is written (Unicode's bidirectional algorithm), and
/// those of no width.
fn turns_writing(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l28_a_word_is_one_line_without_anything_that_acts() {
        let said = one_line("\u{1b}[2J再起動は\r\n\u{202e}待って\u{7} ください").unwrap();
        assert_eq!(said, "[2J再起動は  待って ください");
    }

    #[test]
    fn l24_a_word_fits_two_lines_of_a_terminal() {
        assert!(one_line(&"あ".repeat(limits::LONGEST_WORD)).is_some());
        assert!(one_line(&"あ".repeat(limits::LONGEST_WORD + 1)).is_none());
        assert!(one_line(" \n\u{200b} ").is_none());
    }
}
