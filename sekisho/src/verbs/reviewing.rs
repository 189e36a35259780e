//! Reviewing a visit that is over, and signing it.

use ids::VisitId;
use wire::api::v1::{ReviewVisit, Verdict};

use crate::context::{At, Context};
use crate::failure::Failure;

/// Signs for the report that counts, or asks about it.
pub(super) async fn review(
    context: &Context,
    at: &At,
    visit: &VisitId,
    question: Option<String>,
    note: Option<String>,
) -> Result<(), Failure> {
    let report = at.api.visit(visit).await?.report;
    let (verdict, note) = match question {
        Some(question) => (Verdict::Questioned, Some(question)),
        None => (Verdict::Accepted, note),
    };
    let form = ReviewVisit {
        verdict,
        report,
        note,
    };
    let reviewed = at.api.review_visit(visit, &form).await?;
    let visit = visit.to_string();
    let said = match verdict {
        Verdict::Accepted => "cli-reviewed",
        Verdict::Questioned => "cli-questioned",
    };
    context.show(&reviewed, |context| {
        vec![context.say(said, &[("visit", &visit)])]
    })
}
