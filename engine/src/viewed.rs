//! Who opened what holds a person's or a patient's data: an entry, made before it is shown. Of an inspector
//! everything that they open is one (decision 0026).

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use access::{GatewayNote, Refusal, Who};
use ids::{PersonId, Timestamp, VisitId};
use login::Identity;

use crate::live::lock;
use crate::{Engine, Inner};

/// The same person at the same thing within this time is one entry: somebody who reads a page, goes back
/// and opens it again.
const ONE_VIEW: Duration = Duration::from_secs(15 * 60);

/// Views that are remembered to be told as one. Beyond it each is an entry of its own.
const MOST: usize = 4096;

/// What somebody opens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Looked {
    /// The page's or the call's name, as it stands in the ledger.
    pub what: &'static str,
    /// The number of the thing, where there are several.
    pub number: Option<u64>,
    /// The visit that it belongs to, if any.
    pub visit: Option<VisitId>,
    /// Whether it holds a person's or a patient's data: then everybody's view is an entry. Otherwise an
    /// inspector's.
    pub personal: bool,
}

impl Looked {
    /// A page without such data.
    pub fn at(what: &'static str, number: Option<u64>) -> Self {
        Self {
            what,
            number,
            visit: None,
            personal: false,
        }
    }

    /// Something of a visit: its request, plan, report.
    pub fn of(what: &'static str, visit: &VisitId) -> Self {
        Self {
            what,
            number: None,
            visit: Some(visit.clone()),
            personal: true,
        }
    }
}

/// The views of the last while.
#[derive(Default)]
pub(crate) struct Views(Mutex<BTreeMap<(PersonId, Looked), Timestamp>>);

impl Engine {
    /// Enters that the caller opens this, unless they did a moment ago. To be waited for before it is
    /// shown. A vendor's engineer sees their own visits and is not entered; who is no person sees nothing
    /// personal.
    ///
    /// # Errors
    /// If it cannot be entered: then it is not shown.
    pub async fn viewed(&self, by: &Identity, looked: Looked) -> Result<(), Refusal> {
        let Some(person) = self.inner.entered_when_looking(by, &looked) else {
            return Ok(());
        };
        let now = self.now();
        let key = (person, looked);
        if self.inner.views.lately(&key, now) {
            return Ok(());
        }
        let (_, looked) = &key;
        let note = GatewayNote::Viewed {
            by: by.caller().who.clone(),
            what: looked.what.to_owned(),
            number: looked.number,
            visit: looked.visit.clone(),
        };
        self.note(note).await?;
        self.inner.views.remember(key, now);
        Ok(())
    }
}

impl Inner {
    /// The person whose look is entered, if it is.
    fn entered_when_looking(&self, by: &Identity, looked: &Looked) -> Option<PersonId> {
        let Who::Person(person) = &by.caller().who else {
            return None;
        };
        let site = self.site();
        let known = site.person(person)?;
        let vendors = matches!(known.employer, access::Employer::Vendor(_));
        let inspects = known.has(access::Role::Inspector);
        let entered = site.writes("viewed") && !vendors && (looked.personal || inspects);
        entered.then(|| person.clone())
    }
}

impl Views {
    pub(crate) fn lately(&self, key: &(PersonId, Looked), now: Timestamp) -> bool {
        let views = lock(&self.0);
        views
            .get(key)
            .is_some_and(|at| now.since(*at) < ONE_VIEW && *at <= now)
    }

    pub(crate) fn remember(&self, key: (PersonId, Looked), now: Timestamp) {
        let mut views = lock(&self.0);
        if views.len() >= MOST {
            views.retain(|_, at| now.since(*at) < ONE_VIEW);
        }
        if views.len() < MOST {
            views.insert(key, now);
        }
    }
}
