//! Reviews of visits: an approver of the hospital signs for what a visit was.

use access::Command;
use ids::VisitId;
use wire::api::v1::{Done, Review, ReviewVisit};

use super::done;
use crate::answer::Answer;
use crate::asker::{Asker, Thing};
use crate::body::{Form, Of};
use crate::reading::Reading;
use crate::words;

pub(crate) async fn review(
    asker: Asker,
    Of(visit): Of<VisitId>,
    Form(form): Form<ReviewVisit>,
) -> Answer<Done> {
    let thing = Thing::from(&visit);
    let reviewed = asker.submit_with(move |keep| {
        let note = form.note.as_deref();
        let note = note.map(|note| keep.text("note", "review-note", note));
        Ok(Command::ReviewVisit {
            visit: visit.clone(),
            verdict: words::verdict(form.verdict),
            report: form.report,
            note: note.transpose()?,
        })
    });
    asker.about(&thing, reviewed.await?)?;
    done()
}

/// The reviews of a visit, in order: for the hospital, and for the firm that may have to answer.
pub(super) fn shown(reading: &Reading<'_>, visit: &access::Visit) -> Vec<Review> {
    let reviews = visit.reviews.iter();
    reviews
        .map(|review| Review {
            by: review.by.clone(),
            by_name: reading.name(&review.by),
            at: review.at,
            verdict: words::verdict_said(review.verdict),
            report: review.report,
            note: review
                .note
                .as_ref()
                .and_then(|note| reading.visit_text(&visit.id, note)),
        })
        .collect()
}
