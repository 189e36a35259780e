//! The handlers, one file per subject.

pub(crate) mod alerts;
pub(crate) mod attending;
pub(crate) mod attestation;
pub(crate) mod certificates;
pub(crate) mod databases;
pub(crate) mod decoys;
pub(crate) mod devices;
pub(crate) mod emergency_accounts;
pub(crate) mod files;
pub(crate) mod incidents;
pub(crate) mod inspection;
pub(crate) mod ledger;
pub(crate) mod notify;
pub(crate) mod people;
pub(crate) mod reach;
pub(crate) mod recordings;
pub(crate) mod relays;
pub(crate) mod replays;
pub(crate) mod reports;
pub(crate) mod requests;
pub(crate) mod response;
pub(crate) mod reviews;
pub(crate) mod risks;
pub(crate) mod rotation;
pub(crate) mod rotation_way;
pub(crate) mod search;
pub(crate) mod secrets;
pub(crate) mod sessions;
pub(crate) mod signing_in;
pub(crate) mod site;
pub(crate) mod status;
pub(crate) mod stories;
pub(crate) mod targets;
mod telnet;
pub(crate) mod upgrade;
pub(crate) mod vendors;
pub(crate) mod visit_accounts;
pub(crate) mod visits;
pub(crate) mod web;

use std::collections::VecDeque;

use axum::Json;
use wire::api::v1::Done;

use crate::answer::Answer;

/// How many of the newest a list holds. Older ones follow with `?before=NUMBER`.
const LATEST: usize = 500;

fn done() -> Answer<Done> {
    Ok(Json(Done {}))
}

/// So many of the newest items before a number, in their order. Who asks for no number gets all that are
/// still open beside them.
fn latest<T>(
    items: impl Iterator<Item = T>,
    before: Option<u64>,
    most: usize,
    number: impl Fn(&T) -> u64,
    open: impl Fn(&T) -> bool,
) -> Vec<T> {
    let mut kept = Vec::new();
    let mut newest = VecDeque::new();
    for item in items.filter(|item| before.is_none_or(|before| number(item) < before)) {
        if before.is_none() && open(&item) {
            kept.push(item);
            continue;
        }
        newest.push_back(item);
        if newest.len() > most {
            newest.pop_front();
        }
    }
    kept.extend(newest);
    kept.sort_by_key(number);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_holds_the_newest_and_whatever_is_still_open() {
        let number = |item: &u64| *item;
        let open = |item: &u64| *item == 2;
        let all = || 1..=600u64;
        let first = latest(all(), None, 500, number, open);
        assert_eq!(first.first(), Some(&2));
        assert_eq!(first.get(1), Some(&101));
        assert_eq!(first.len(), 501);
        let older = latest(all(), Some(101), 500, number, open);
        assert_eq!(older, (1..=100).collect::<Vec<_>>());
        assert_eq!(latest(all(), None, 0, number, open), [2]);
    }
}
