//! Drafts as the pages save them: by a button, by the island while somebody types, and before a form is
//! sent. A draft is sent once: its id is the one use of its form (lesson L17).

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::{Claim, DraftFile, DraftFileSaved, DraftOf, DraftWritten, SaveDraftError};
use serde_json::json;
use wire::Said;

use super::super::failed::PageFailed;
use super::super::page::done;
use super::super::signed::Signed;
use super::engineer;
use super::sent::{Sent, Values};
use crate::answer::Failed;

/// Fields that are about the draft and no part of it.
const ABOUT: [&str; 4] = ["do", "draft", "version", "of"];
/// The length of a draft's id.
const ID: usize = 32;

/// Which draft a form is of, and which version of it its writer saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Which {
    pub(super) id: String,
    pub(super) version: u64,
}

impl Which {
    /// One that nobody has saved yet.
    pub(super) fn new(signed: &Signed) -> Result<Self, PageFailed> {
        let id = signed.asker.engine.new_draft_id().ok_or(Failed::Broken)?;
        Ok(Self { id, version: 0 })
    }

    /// One that has its id and that nobody has saved yet; `None` if no id of ours looks like that.
    pub(super) fn begun(id: &str) -> Option<Self> {
        let ours = id.len() == ID && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        ours.then(|| Self {
            id: id.to_owned(),
            version: 0,
        })
    }

    /// As a form names it.
    pub(super) fn of(values: &Values) -> Result<Self, PageFailed> {
        let version = values.text("version").parse().ok();
        match (Self::begun(values.text("draft")), version) {
            (Some(which), Some(version)) => Ok(Self { version, ..which }),
            _ => Err(Failed::field("draft").into()),
        }
    }
}

/// The fields of a form that are kept.
pub(super) fn kept(values: &Values) -> Values {
    let own = values
        .0
        .iter()
        .filter(|(name, _)| !ABOUT.contains(&name.as_str()));
    Values(own.cloned().collect())
}

/// A draft as it is read again.
pub(super) struct Read {
    pub(super) which: Which,
    pub(super) values: Values,
    pub(super) file: Option<DraftFile>,
    pub(super) claimed: bool,
    pub(super) became: Option<String>,
}

/// A draft of this reader, of this kind. Another's does not exist (lesson L15).
pub(super) async fn read(signed: &Signed, id: &str, of: &DraftOf) -> Result<Read, PageFailed> {
    let found = find(signed, id, of).await?;
    Ok(found.ok_or(Failed::NotFound)?)
}

/// The same; `None` if there is none.
pub(super) async fn find(
    signed: &Signed,
    id: &str,
    of: &DraftOf,
) -> Result<Option<Read>, PageFailed> {
    let asker = signed.asker.clone();
    let (id, word) = (id.to_owned(), of.word());
    let found = asker.blocking({
        let asker = asker.clone();
        move || asker.engine.draft(&asker.by, &id)
    });
    let found = found.await?.filter(|(draft, _)| draft.kind == word);
    Ok(found.map(|(draft, fields)| Read {
        which: Which {
            id: draft.id,
            version: draft.version,
        },
        values: Values(fields),
        file: draft.file,
        claimed: draft.claimed,
        became: draft.became,
    }))
}

/// Saves what a form holds. The file stays as it is unless another came, or it is to go.
pub(super) async fn save(
    signed: &Signed,
    which: &Which,
    of: DraftOf,
    sent: &Sent,
) -> Result<Result<u64, SaveDraftError>, PageFailed> {
    let file = match &sent.file {
        Some(file) => DraftFileSaved::New(file.clone()),
        None if sent.values.text("do") == "drop-file" => DraftFileSaved::Removed,
        None => DraftFileSaved::Same,
    };
    let written = DraftWritten {
        id: which.id.clone(),
        of,
        version: which.version,
        fields: kept(&sent.values).0,
        file,
    };
    let asker = signed.asker.clone();
    let saved = asker.blocking({
        let asker = asker.clone();
        move || asker.engine.save_draft(&asker.by, written)
    });
    Ok(saved.await?)
}

/// What came of sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sending {
    /// It was sent, now or by an earlier press of the button.
    Sent,
    /// Another press of the button is sending it.
    BeingSent,
}

/// Sends a draft once. What is asked of the site goes on to its end although the browser has gone.
pub(super) async fn send_once<F>(
    signed: &Signed,
    which: &Which,
    sending: F,
) -> Result<Result<Sending, Failed>, PageFailed>
where
    F: Future<Output = Result<String, Failed>> + Send + 'static,
{
    let asker = signed.asker.clone();
    let id = which.id.clone();
    let sent = tokio::spawn(async move {
        let claim = asker.blocking({
            let (asker, id) = (asker.clone(), id.clone());
            move || asker.engine.claim_draft(&asker.by, &id)
        });
        match claim.await? {
            Ok(Claim::Yours) => {}
            Ok(Claim::Another(Some(_))) => return Ok(Ok(Sending::Sent)),
            Ok(Claim::Another(None)) => return Ok(Ok(Sending::BeingSent)),
            Ok(Claim::Unknown) => return Err(Failed::NotFound),
            Err(_) => return Err(Failed::Broken),
        }
        let became = sending.await;
        let kept = asker.blocking({
            let (asker, became) = (asker.clone(), became.clone());
            move || match became {
                Ok(became) => asker.engine.settle_draft(&asker.by, &id, &became),
                Err(_) => asker.engine.unclaim_draft(&asker.by, &id),
            }
        });
        kept.await?;
        Ok(became.map(|_| Sending::Sent))
    });
    let sent = sent.await.map_err(|_| Failed::Broken)?;
    Ok(sent?)
}

/// The sentence for a draft that was not saved; `None` if it was sent already.
pub(super) fn unsaved(cause: &SaveDraftError) -> Option<&'static str> {
    match cause {
        SaveDraftError::TooMany => Some("work-draft-too-many"),
        SaveDraftError::ChangedElsewhere(_) => Some("work-draft-elsewhere"),
        SaveDraftError::Sent => None,
        SaveDraftError::Local(_) => Some("work-draft-not-kept"),
    }
}

/// The island's call: the same draft, answered with its new version or a sentence.
pub(crate) async fn keep(signed: Signed, sent: Sent) -> Result<Response, PageFailed> {
    engineer(&signed)?;
    let which = Which::of(&sent.values)?;
    let site = signed.asker.engine.id().clone();
    let of = DraftOf::of(&site, sent.values.text("of")).ok_or(Failed::field("of"))?;
    let said = |status: StatusCode, id: &str| {
        let said = json!({"said": signed.say(id, &[])});
        (status, Json(said)).into_response()
    };
    Ok(match save(&signed, &which, of, &sent).await? {
        Ok(version) => Json(json!({"version": version})).into_response(),
        Err(cause) => match unsaved(&cause) {
            Some(id) => said(StatusCode::CONFLICT, id),
            None => said(StatusCode::GONE, "work-draft-sent"),
        },
    })
}

/// Throws a draft away.
pub(crate) async fn discard(signed: Signed, sent: Sent) -> Result<Response, PageFailed> {
    engineer(&signed)?;
    let id = sent.values.text("draft").to_owned();
    let asker = signed.asker.clone();
    let gone = asker.blocking({
        let asker = asker.clone();
        move || asker.engine.discard_draft(&asker.by, &id)
    });
    if gone.await? {
        Ok(done("/my", "done-draft-discarded"))
    } else {
        Err(PageFailed::Because(vec![Said::plain("work-draft-gone")]))
    }
}
