//! Searching the ledger and the commands in recordings, within what the asker sees.

use access::search::{MOST_WORDS, Wanted, Word};
use access::{Event, Who};
use axum::Json;
use ids::VisitId;
use wire::Said;
use wire::api::v1::{Found, FoundCommand, FoundEntry, MAX_LINE, Search};

use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers};
use crate::body::Form;
use crate::reading::Reading;

/// Entries in one answer.
const MOST: usize = 100;

pub(crate) async fn search(asker: Asker, Form(form): Form<Search>) -> Answer<Found> {
    asker.sight(Readers::AlsoOperator)?;
    let wanted = wanted(&form)?;
    let looked = engine::Looked::at("search", None);
    asker.engine.viewed(&asker.by, looked).await?;
    let found = asker.engine.search(&asker.by, wanted).await?;
    let shown = asker.read(Readers::AlsoOperator, move |reading| shown(reading, &found));
    shown.await.map(Json)
}

fn wanted(form: &Search) -> Result<Wanted, Failed> {
    if form.text.len() > MAX_LINE {
        return Err(Failed::field("text"));
    }
    let kinds = match &form.kind {
        None => None,
        Some(kind) => {
            let known = Event::KINDS.iter().find(|known| *known == kind);
            Some(vec![*known.ok_or_else(|| Failed::field("kind"))?])
        }
    };
    let words = form.text.split_whitespace().take(MOST_WORDS).map(word);
    Ok(Wanted {
        words: words.collect(),
        kinds,
        person: form.person.clone(),
        vendor: form.vendor.clone(),
        target: form.target.clone(),
        visit: form.visit.clone(),
        from: form.from,
        until: form.until,
        before: form.before,
        most: MOST,
    })
}

/// A word means the kinds of entries in whose sentence it stands, in either language.
fn word(text: &str) -> Word {
    let text = text.to_lowercase();
    let says = |kind: &&&str| {
        let id = sentence(kind);
        kind.contains(&text)
            || phrases::Language::ALL.iter().any(|language| {
                phrases::say(*language, &id, &[])
                    .to_lowercase()
                    .contains(&text)
            })
    };
    Word {
        kinds: Event::KINDS.iter().filter(says).copied().collect(),
        text,
        texts: Vec::new(),
    }
}

/// The id of the sentence of a kind of entry.
pub(crate) fn sentence(kind: &str) -> String {
    format!("entry-{}", kind.replace('_', "-"))
}

fn shown(reading: &Reading<'_>, found: &engine::Findings) -> Result<Found, Failed> {
    let entries = found.entries.iter();
    let commands = found.commands.iter().filter_map(|command| {
        let session = reading.site.session(&command.session)?;
        Some(FoundCommand {
            session: command.session.clone(),
            visit: session.visit.clone(),
            channel: command.channel,
            at: command.at,
            at_millis: command
                .at
                .as_millis()
                .saturating_sub(session.opened.as_millis()),
            text: command.text.clone(),
        })
    });
    Ok(Found {
        entries: entries
            .map(|(number, entry)| entry_shown(reading, *number, entry))
            .collect(),
        more: found.more,
        commands: commands.collect(),
        unread: found.unread,
        behind: found.behind,
    })
}

fn entry_shown(reading: &Reading<'_>, number: u64, entry: &access::Entry) -> FoundEntry {
    let by = match &entry.by.who {
        Who::Person(person) => Some(person.clone()),
        Who::LocalOperator { .. } | Who::Invitee(_) | Who::Kit | Who::Gateway => None,
    };
    let visit: Option<&VisitId> = entry.event.visit();
    let of = visit.and_then(|visit| reading.site.visit(visit));
    let target = of.and_then(|visit| reading.site.target(&visit.target));
    let vendor = of.and_then(|visit| reading.site.vendor(&visit.vendor));
    let kind = entry.event.kind();
    FoundEntry {
        number,
        at: entry.at,
        kind: kind.to_owned(),
        what: Said::plain(&sentence(kind)),
        by_name: by.as_ref().and_then(|by| reading.name(by)),
        by,
        visit: visit.cloned(),
        target_name: target.map(|target| target.name.clone()),
        vendor_name: vendor.map(|vendor| vendor.name.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_entry_has_its_sentence_in_both_languages() {
        for kind in Event::KINDS {
            for language in phrases::Language::ALL {
                assert!(phrases::knows(language, &sentence(kind)), "{kind}");
            }
        }
    }

    #[test]
    fn l24_a_question_has_a_length_and_so_many_words() {
        let of = |text: String| {
            wanted(&Search {
                text,
                ..Search::default()
            })
        };
        assert!(of("a".repeat(MAX_LINE + 1)).is_err());
        let many = of("a ".repeat(MAX_LINE / 2)).unwrap();
        assert_eq!(many.words.len(), MOST_WORDS);
    }

    #[test]
    fn a_word_means_the_entries_that_say_it() {
        assert!(word("session_opened").kinds.contains(&"session_opened"));
        assert!(word("接続遮断").kinds.contains(&"isolated"));
    }
}
