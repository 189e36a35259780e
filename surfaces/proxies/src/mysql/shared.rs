//! What both directions of a session share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use phrases::Language;
use recording::Direction;
use store::RecordError;
use tokio::sync::Notify;
use wire::mysql::{PatientColumn, Tracker};
use wire::statements::Told;

use super::refusals;
use super::session::ask;
use crate::databases::{Refusal, notes};
use crate::workers::{Live, Session};

/// What both directions of a session share.
pub(super) struct Shared<'a> {
    pub(super) opened: &'a Session,
    pub(super) language: Language,
    tracker: Mutex<Tracker>,
    pub(super) answered: Notify,
    /// The gateway's own answers, which the other direction says.
    answers: Mutex<Vec<u8>>,
    pub(super) to_answer: Notify,
    /// The database that was granted last.
    database: Mutex<Option<String>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where the target keeps the numbers of patients, if the hospital said it.
fn patients(opened: &Session) -> Vec<PatientColumn> {
    let entry = opened.permit().database();
    let named = entry.iter().flat_map(|entry| &entry.patients);
    let named = named.map(|column| PatientColumn {
        schema: column.schema.clone(),
        table: column.table.clone(),
        column: column.column.clone(),
    });
    named.collect()
}

impl<'a> Shared<'a> {
    pub(super) fn new(
        opened: &'a Session,
        language: Language,
        tracked: bool,
        passes_changes: bool,
        database: Option<String>,
    ) -> Self {
        Self {
            opened,
            language,
            tracker: Mutex::new(Tracker::new(tracked, passes_changes).watching(patients(opened))),
            answered: Notify::new(),
            answers: Mutex::default(),
            to_answer: Notify::new(),
            database: Mutex::new(database),
        }
    }

    pub(super) fn live(&self) -> &Live {
        self.opened.live()
    }

    pub(super) fn tracker(&self) -> MutexGuard<'_, Tracker> {
        locked(&self.tracker)
    }

    /// The number of a packet that the gateway says in the place of what comes next.
    pub(super) fn next_packet(&self) -> u8 {
        self.tracker().next_packet()
    }

    /// The session is over: what ran did not end.
    pub(super) fn finish(self) -> Vec<Told> {
        let tracker = self.tracker.into_inner();
        let tracker = tracker.unwrap_or_else(PoisonError::into_inner);
        tracker.finish(self.opened.now())
    }

    /// Notes, then records: only then may it pass.
    pub(super) async fn record(
        &self,
        direction: Direction,
        told: Vec<Told>,
        bytes: &[u8],
    ) -> Result<(), RecordError> {
        notes::record(self.opened, told, direction, bytes).await
    }

    /// Answers in the target's place.
    pub(super) fn answer(&self, refusal: &Refusal) {
        let number = self.tracker().refused();
        locked(&self.answers).extend(refusals::packet(number, refusal));
        self.to_answer.notify_one();
    }

    /// Asks for a database, unless it is the one that was granted last.
    pub(super) async fn enters(&self, name: &str) -> Result<(), Refusal> {
        if locked(&self.database).as_deref() == Some(name) {
            return Ok(());
        }
        match ask(self.opened, name).await {
            Ok(()) => {
                *locked(&self.database) = Some(name.to_owned());
                Ok(())
            }
            Err(reasons) => Err(refusals::database(self.language, &reasons)),
        }
    }

    /// The gateway's own answers that were not said yet.
    pub(super) fn answers(&self) -> Vec<u8> {
        std::mem::take(&mut *locked(&self.answers))
    }
}
