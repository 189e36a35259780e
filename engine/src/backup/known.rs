//! What a backup asks of the ledger that it takes.

use std::collections::BTreeMap;

use access::{Entry, Event, Founding};
use ids::{Digest, SessionId};
use store::View;
use vault::KitPublic;

use super::{BackupError, damaged};

/// What the ledger of a view says of its site and its recordings.
#[derive(Default)]
pub(super) struct Known {
    founding: Option<Founding>,
    pub(super) sessions: Vec<SessionId>,
    pub(super) sealed: BTreeMap<(SessionId, u32), Digest>,
}

impl Known {
    /// Verifies the whole ledger of a view and reads it.
    pub(super) fn read(view: &View) -> Result<Self, BackupError> {
        let mut known = Self::default();
        view.verify(&mut |bytes| {
            let entry = ledger::canonical::decode(bytes).ok();
            // One that this release does not understand is backed up all the same.
            if let Some(entry) = entry.and_then(|value| Entry::from_value(value).ok()) {
                known.learn(entry.event);
            }
        })?;
        Ok(known)
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a backup asks for three things; a new event does not concern it by itself"
    )]
    fn learn(&mut self, event: Event) {
        match event {
            Event::SiteFounded { founding } => self.founding = Some(founding),
            Event::SessionOpened { session, .. } => self.sessions.push(session),
            Event::SegmentSealed {
                session,
                number,
                sha256,
                ..
            } => {
                self.sealed.insert((session, number), sha256);
            }
            _ => {}
        }
    }

    pub(super) fn kit(&self) -> Result<KitPublic, BackupError> {
        let founding = self.founding.as_ref();
        let founding = founding.ok_or_else(|| damaged("the ledger does not begin with its kit"))?;
        let signing: ledger::Verifier = founding.kit_vkey.parse().map_err(damaged)?;
        Ok(KitPublic {
            signing: *signing.public_key(),
            recording: founding.kit_seal.parse().map_err(damaged)?,
        })
    }
}
