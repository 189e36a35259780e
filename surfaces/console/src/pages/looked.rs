//! That somebody looked is an entry, made before anything is shown (decision 0026): here for every page at
//! once, so that none is forgotten. The engine knows whose looks are entered.

use access::Refusal;
use axum::http::Method;
use axum::http::request::Parts;
use engine::Looked;
use ids::VisitId;

use super::signed::Signed;
use crate::Endpoint;
use crate::asker::Asker;

/// Pages that are asked for again and again by what is open already, and show nothing of their own.
const BESIDE: [&str; 2] = ["live_stream", "asset"];

/// Enters that an inspector opens a page; of others what holds personal data is entered where it is shown.
pub(super) async fn opened(parts: &Parts, asker: &Asker) -> Result<(), Refusal> {
    entered(parts, super::PAGES, asker).await
}

/// The same for a call of the API.
pub(crate) async fn called(parts: &Parts, asker: &Asker) -> Result<(), Refusal> {
    entered(parts, crate::ENDPOINTS, asker).await
}

async fn entered(parts: &Parts, table: &[Endpoint], asker: &Asker) -> Result<(), Refusal> {
    if parts.method != Method::GET {
        return Ok(());
    }
    let Some((name, number)) = named(table, parts.uri.path()) else {
        return Ok(());
    };
    let looked = Looked::at(name, number);
    asker.engine.viewed(&asker.by, looked).await
}

/// The name of what is opened, and the number in its path.
fn named(table: &[Endpoint], path: &str) -> Option<(&'static str, Option<u64>)> {
    let fits = |known: &str| {
        known.split('/').count() == path.split('/').count()
            && known
                .split('/')
                .zip(path.split('/'))
                .all(|(known, given)| known == given || known.starts_with('{'))
    };
    let readable = table.iter().filter(|(method, _, _)| *method == "GET");
    // A path that is written out comes before one with a number in its place, as in the router.
    let mut fitting: Vec<&Endpoint> = readable.filter(|(_, known, _)| fits(known)).collect();
    fitting.sort_by_key(|(_, known, _)| known.contains('{'));
    let (_, known, name) = fitting.first()?;
    if BESIDE.contains(name) {
        return None;
    }
    let parts = known.split('/').zip(path.split('/'));
    let mut numbers = parts.filter(|(known, _)| known.starts_with('{'));
    let number = numbers.next().and_then(|(_, given)| given.parse().ok());
    Some((name, number))
}

impl Signed {
    /// Enters that the reader opens what holds a person's or a patient's data of this visit.
    ///
    /// # Errors
    /// If it cannot be entered: then it is not shown.
    pub(crate) async fn viewed(&self, what: &'static str, visit: &VisitId) -> Result<(), Refusal> {
        let looked = Looked::of(what, visit);
        self.asker.engine.viewed(&self.asker.by, looked).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_opened_has_the_name_of_its_row_and_the_number_in_its_path() {
        assert_eq!(named(crate::PAGES, "/visits"), Some(("visits_page", None)));
        assert_eq!(
            named(crate::PAGES, "/visits/7"),
            Some(("visit_page", Some(7)))
        );
        assert_eq!(named(crate::PAGES, "/live"), None);
        assert_eq!(named(crate::PAGES, "/nothing"), None);
        let api = named(crate::ENDPOINTS, "/api/v1/visits/7/story");
        assert_eq!(api, Some(("tell_visit", Some(7))));
    }
}
