//! Who reviewed a visit and signed for it.

use wire::api::v1::{Review, Verdict, Visit};

use crate::context::Context;
use crate::layout::{heading, wrapped};

pub(super) fn reviews(context: &Context, visit: &Visit) -> Vec<String> {
    let said = |id: &str| context.say(id, &[]);
    let mut lines = heading(&said("visits-review"), None);
    if visit.reviews.is_empty() {
        lines.extend(wrapped("  ", &said("visits-review-none")));
    }
    for review in &visit.reviews {
        lines.extend(wrapped("  ", &signed(context, review)));
        let note = review.note.iter();
        lines.extend(note.flat_map(|note| wrapped("    ", note)));
    }
    lines
}

fn signed(context: &Context, review: &Review) -> String {
    let verdict = match review.verdict {
        Verdict::Accepted => "visits-accepted",
        Verdict::Questioned => "visits-asked",
    };
    let by = match &review.by_name {
        Some(name) => format!("{name} ({})", review.by),
        None => review.by.to_string(),
    };
    let report = review.report.map(|report| format!(" (SHA-256 {report})"));
    let verdict = context.say(verdict, &[]);
    format!(
        "{verdict}  {by}  {}{}",
        review.at,
        report.unwrap_or_default()
    )
}
