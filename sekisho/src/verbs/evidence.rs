//! Ledger, receipts, recordings: exported from a site, verified anywhere.

use std::path::Path;

use client::KeepError;
use client::verify::{self, VerifyError};
use ids::{SessionId, VisitId};
use ledger::trust::Cosigned;
use ledger::{Trust, Verifier};
use wire::api::v1::{Direction, FrameContent, FrameShown, LedgerExport, Recording};

use super::connecting::vouch;
use super::replaying::{self, Pace};
use crate::cli::{Keys, LedgerVerb, ReceiptVerb, RecordingVerb};
use crate::context::{At, Context, inert};
use crate::failure::{Failure, Kind};

/// How much of a frame's bytes a line shows.
const SHOWN: usize = 120;

/// Keys that are trusted, and whether the site's came from somewhere else than the file itself.
struct Trusted {
    trust: Trust,
    independent: bool,
}

pub(super) async fn ledger(context: &Context, verb: LedgerVerb) -> Result<(), Failure> {
    match verb {
        LedgerVerb::Verify { path, keys } => {
            let trusted = trusted_for_export(context, &keys, &path)?;
            let verified = verify::ledger(&path, &trusted.trust)?;
            let shown = serde_json::json!({
                "verified": true,
                "ledger": verified.checkpoint.origin,
                "size": verified.checkpoint.size,
                "root": verified.checkpoint.root,
                "site_key_independent": trusted.independent,
                "cosigned": cosigned_json(&verified.cosigned),
                "strangers": verified.strangers,
                "site_only": verified.site_only(),
            });
            context.show(&shown, |context| {
                let args = [
                    ("origin", verified.checkpoint.origin.clone()),
                    ("size", verified.checkpoint.size.to_string()),
                    ("root", verified.checkpoint.root.to_string()),
                ];
                let mut lines = vec![
                    context.say("cli-verified", &[]),
                    context.say_of("cli-ledger-holds", &args),
                ];
                lines.extend(who_vouches(
                    context,
                    &trusted,
                    &verified.cosigned,
                    &verified.strangers,
                ));
                lines
            })
        }
        LedgerVerb::Export { out } => {
            let export = context.at().await?.api.export_ledger().await?;
            verify::write_export(&out, &export.files)
                .map_err(|cause| Failure::unwritable(&out, &cause))?;
            written(context, &out)
        }
    }
}

pub(super) async fn receipt(context: &Context, verb: ReceiptVerb) -> Result<(), Failure> {
    match verb {
        ReceiptVerb::Export { visit, out } => {
            let at = context.at().await?;
            let visit = VisitId::parse_at(&at.site, &visit)?;
            vouch(context, &at).await?;
            let bytes = at.api.receipt(&visit).await?;
            write(&out, &bytes)?;
            written(context, &out)
        }
        ReceiptVerb::Verify { file, keys } => {
            let site = verify::site_of_receipt(&file)?;
            let trusted = trusted(context, &keys, &site)?
                .ok_or_else(|| Failure::new(Kind::Usage, "cli-site-key-needed"))?;
            let vouched = verify::receipt(&file, &trusted.trust)?;
            let openings: Vec<_> = vouched
                .openings
                .iter()
                .map(|opening| serde_json::json!({"label": opening.label, "value": opening.value}))
                .collect();
            let shown = serde_json::json!({
                "verified": true,
                "visit": vouched.visit,
                "entries": vouched.entries.len(),
                "parts": vouched.parts,
                "seals": vouched.seals,
                "openings": openings,
                "size": vouched.checkpoint.size,
                "root": vouched.checkpoint.root,
                "cosigned": cosigned_json(&vouched.cosigned),
                "strangers": vouched.strangers,
                "site_only": vouched.site_only,
            });
            context.show(&shown, |context| {
                let args = [
                    ("visit", vouched.visit.to_string()),
                    ("entries", vouched.entries.len().to_string()),
                    ("seals", vouched.seals.len().to_string()),
                ];
                let mut lines = vec![
                    context.say("cli-verified", &[]),
                    context.say_of("cli-receipt-holds", &args),
                ];
                lines.extend(who_vouches(
                    context,
                    &trusted,
                    &vouched.cosigned,
                    &vouched.strangers,
                ));
                lines
            })
        }
    }
}

/// For an exported ledger of a site that nobody named and this computer never joined: the key that it
/// names itself, which is said.
fn trusted_for_export(context: &Context, keys: &Keys, folder: &Path) -> Result<Trusted, Failure> {
    let claimed = verify::claimed_site_key(folder)?;
    let site = claimed.name().strip_prefix("sekisho/").unwrap_or_default();
    if let Some(trusted) = trusted(context, keys, site)? {
        return Ok(trusted);
    }
    let witnesses = given_witnesses(keys)?;
    Ok(Trusted {
        trust: Trust {
            site: claimed,
            witnesses,
        },
        independent: false,
    })
}

/// The keys as given; without them, those that were pinned when this computer joined the site.
fn trusted(context: &Context, keys: &Keys, site: &str) -> Result<Option<Trusted>, Failure> {
    let mut witnesses = given_witnesses(keys)?;
    if let Some(given) = &keys.site_key {
        let site = verify::key(given)?;
        return Ok(Some(Trusted {
            trust: Trust { site, witnesses },
            independent: true,
        }));
    }
    let (Ok(home), Ok(site)) = (context.home(), site.parse()) else {
        return Ok(None);
    };
    let membership = match home.site(&site) {
        Ok(membership) => membership,
        Err(KeepError::NotJoined) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    // Our own signature vouches for what we saw ourselves.
    let own = membership.witness()?;
    witnesses.extend(own.map(|signer| signer.verifier().clone()));
    let site = membership.pinned().site_key.clone();
    Ok(Some(Trusted {
        trust: Trust { site, witnesses },
        independent: true,
    }))
}

fn given_witnesses(keys: &Keys) -> Result<Vec<Verifier>, Failure> {
    let given = keys.witness.iter().map(|given| verify::key(given));
    Ok(given.collect::<Result<Vec<Verifier>, VerifyError>>()?)
}

fn who_vouches(
    context: &Context,
    trusted: &Trusted,
    cosigned: &[Cosigned],
    strangers: &[String],
) -> Vec<String> {
    let mut lines = Vec::new();
    if !trusted.independent {
        lines.push(context.say(
            "cli-site-key-claimed",
            &[("key", &trusted.trust.site.to_string())],
        ));
    }
    lines.extend(cosigned.iter().map(|by| {
        let at = by.at.to_string();
        context.say("cli-cosigned", &[("name", &by.name), ("at", &at)])
    }));
    if !strangers.is_empty() {
        let names = strangers.join(" ");
        lines.push(context.say("cli-strangers", &[("names", &names)]));
    }
    if cosigned.is_empty() {
        lines.push(context.say("cli-site-only", &[]));
    }
    lines
}

fn cosigned_json(cosigned: &[Cosigned]) -> Vec<serde_json::Value> {
    cosigned
        .iter()
        .map(|by| serde_json::json!({"name": by.name, "at": by.at}))
        .collect()
}

pub(super) async fn recording(context: &Context, verb: RecordingVerb) -> Result<(), Failure> {
    if let RecordingVerb::VerifyFiles { dir, ledger, keys } = verb {
        return verify_files(context, &dir, &ledger, &keys);
    }
    let at = context.at().await?;
    let id = |text: &str| SessionId::parse_at(&at.site, text);
    match verb {
        RecordingVerb::VerifyFiles { .. } => Ok(()),
        RecordingVerb::List => {
            let recordings = at.api.recordings().await?;
            context.show(&recordings, |_| {
                recordings.iter().map(recording_line).collect()
            })
        }
        RecordingVerb::Show { session, frames } => {
            replaying::show(context, &at, &id(&session)?, frames).await
        }
        RecordingVerb::Play {
            session,
            channel,
            speed,
            idle,
        } => {
            let pace = Pace {
                channel,
                speed,
                idle,
            };
            replaying::play(context, &at, &id(&session)?, pace).await
        }
        RecordingVerb::Verify { session } => verify_recording(context, &at, &id(&session)?).await,
        RecordingVerb::Export {
            session,
            out,
            format,
            cast,
            channel,
        } => {
            let id = id(&session)?;
            if let (Some(path), Some(channel)) = (cast, channel) {
                return replaying::cast(context, &at, &id, &path, channel).await;
            }
            let out = out.ok_or_else(|| Failure::new(Kind::Usage, "cli-usage-wrong"))?;
            let bytes = at.api.export_recording(&id).await?;
            if format == "json" {
                write(&out, &bytes)?;
            } else {
                write_segments(&out, &id, &bytes)?;
            }
            written(context, &out)
        }
    }
}

fn recording_line(recording: &Recording) -> String {
    format!(
        "{}  {}  {}  {} bytes",
        recording.session, recording.visit, recording.opened_at, recording.bytes
    )
}

/// What the site finds when it reads a recording whole: broken, it is a failure that names the place.
async fn verify_recording(context: &Context, at: &At, id: &SessionId) -> Result<(), Failure> {
    let verified = at.api.verify_recording(id).await?;
    context.show(&verified, |context| {
        let bytes = [
            ("sent", verified.sent.to_string()),
            ("received", verified.received.to_string()),
        ];
        let first = match &verified.broken_at {
            None => context.say("cli-verified", &[]),
            Some(place) => context.say("cli-broken", &[("place", place)]),
        };
        vec![first, context.say_of("cli-recording-bytes", &bytes)]
    })?;
    if verified.verified {
        return Ok(());
    }
    let place = verified.broken_at.unwrap_or_default();
    let said = wire::Said::plain("cli-broken").with("place", place);
    Err(Failure::of(Kind::NotVerified, said))
}

/// The sealed files of a recording, in a folder and under names as the site has them, so that
/// `recording verify-files` finds them.
fn write_segments(out: &Path, id: &SessionId, answer: &[u8]) -> Result<(), Failure> {
    let mut export: LedgerExport = serde_json::from_slice(answer).map_err(Failure::internal)?;
    for file in &mut export.files {
        let name = format!("{}-session-{}/{}", id.site(), id.number(), file.path);
        file.path = name;
    }
    verify::write_export(out, &export.files).map_err(|cause| Failure::unwritable(out, &cause))
}

/// One frame as inert text: what a target says must not steer the reviewer's terminal.
pub(super) fn frame_line(frame: &FrameShown) -> String {
    let way = match frame.direction {
        Direction::Sent => ">",
        Direction::Received => "<",
        Direction::Gateway => "=",
    };
    let content = match &frame.content {
        FrameContent::Data(bytes) => {
            let shown = bytes.0.get(..SHOWN).unwrap_or(&bytes.0);
            shown.escape_ascii().to_string()
        }
        FrameContent::Size(size) => format!("({size})"),
        FrameContent::Notice(text) | FrameContent::End(text) => inert(text),
    };
    format!("{:>10} {way} {content}", frame.at_millis)
}

fn verify_files(
    context: &Context,
    dir: &Path,
    exported: &Path,
    keys: &Keys,
) -> Result<(), Failure> {
    let trusted = trusted_for_export(context, keys, exported)?;
    let found = verify::recordings(dir, exported, &trusted.trust)?;
    if found.segments == 0 {
        return Err(VerifyError::Unreadable {
            path: dir.to_owned(),
            cause: std::io::ErrorKind::NotFound.into(),
        }
        .into());
    }
    let shown = serde_json::json!({
        "verified": true,
        "segments": found.segments,
        "sessions": found.sessions,
        "complete": found.complete,
        "site_key_independent": trusted.independent,
    });
    context.show(&shown, |context| {
        let args = [
            ("segments", found.segments.to_string()),
            ("sessions", found.sessions.len().to_string()),
            ("complete", found.complete.len().to_string()),
        ];
        let mut lines = vec![
            context.say("cli-verified", &[]),
            context.say_of("cli-segments-hold", &args),
        ];
        let ledger = &found.ledger;
        lines.extend(who_vouches(
            context,
            &trusted,
            &ledger.cosigned,
            &ledger.strangers,
        ));
        lines
    })
}

pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    client::keep::write_new_private(path, bytes).map_err(|cause| Failure::unwritable(path, &cause))
}

pub(super) fn written(context: &Context, path: &Path) -> Result<(), Failure> {
    let shown = serde_json::json!({"written": path});
    context.show(&shown, |context| {
        vec![context.say("cli-written", &[("path", &path.display().to_string())])]
    })
}
