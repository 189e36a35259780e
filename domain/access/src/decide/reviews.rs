//! Reviewing a visit that is over, and signing it (確認・署名).

use ids::{Commitment, Digest, VisitId};

use super::asking::{Asking, Reasons};
use super::{Decided, Outcome};
use crate::event::Event;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::site::Visit;
use crate::terms::Verdict;

impl Asking<'_> {
    /// An approver of the hospital signs for what the visit was; nobody of the vendor does, no custodian
    /// and no inspector.
    pub(super) fn review_visit(
        &self,
        visit: VisitId,
        verdict: Verdict,
        report: Option<Digest>,
        note: Option<Commitment>,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let reviewer = self.approver(&mut why);
        let found = why.need(self.site.visits.get(&visit), Reason::NotFound);
        let (Some(reviewer), Some(found)) = (reviewer, found) else {
            return Err(why.refusal());
        };
        why.unless(found.grant.is_some(), Reason::NoGrant);
        let over = found.grant.is_none() || self.site.visit_over(found, self.now);
        why.unless(over, Reason::VisitNotOver);
        self.was_read(found, report, &mut why);
        // Nobody is asked without a question, and no report is signed that is not there.
        let unsaid = verdict == Verdict::Questioned || owed(found);
        why.unless(note.is_some() || !unsaid, Reason::NoteNeeded);
        let by_them = found.reviewed().filter(|last| last.by == reviewer.id);
        let accepted = |verdict| verdict == Verdict::Accepted;
        let again = by_them.is_some_and(|last| accepted(last.verdict) && accepted(verdict));
        why.unless(!again, Reason::AlreadySo);
        let most = limits::MOST_REVIEWS;
        why.limit(found.reviews.len() + 1, most, "reviews");
        why.settle()?;
        let reviewed = Event::VisitReviewed {
            visit,
            verdict,
            report,
            note,
        };
        Decided::one(reviewed, Outcome::Done)
    }

    /// What is signed is what was read: a report that was filed meanwhile is read first.
    fn was_read(&self, visit: &Visit, report: Option<Digest>, why: &mut Reasons) {
        let counts = visit.reports.last().map(|(report, _, _)| *report);
        why.unless(report == counts, Reason::ReportNotRead);
    }
}

/// Whether somebody came and wrote no report.
fn owed(visit: &Visit) -> bool {
    !visit.sessions.is_empty() && visit.reports.is_empty()
}
