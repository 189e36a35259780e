//! The play: the visit, step by step, from the request to the proofs.

use std::path::Path;
use std::time::Instant;

use client::api::Api;
use client::connect::how_it_ended;
use client::witness::compare;
use ids::{NonEmpty, Timestamp, VisitId};
use ledger::Trust;
use wire::api::v1;

use super::console::Cast;
use super::hands::Hands;
use super::preparing::{
    a_relay_is_connected, clerk_registers_target, clerk_sets_up, engineer_enrols,
};
use super::refusing::{
    a_used_code_is_refused, after_the_deadline_nothing_opens, an_unknown_device_is_refused,
    an_unlisted_address_is_refused, another_vendors_address_is_refused, self_approval_is_refused,
    whole,
};
use super::stage::{Actor, STEP, Stage, TARGET, VISIT_LASTS};
use super::{Ledger, Played, Receipt, Recording, Visit};
use crate::context::Context;
use crate::failure::{Failure, Family, Kind};

/// The whole visit.
pub(super) async fn play(
    context: &Context,
    stage: &mut Stage,
    began: Instant,
) -> Result<(Played, Cast), Failure> {
    let mut refused = Vec::new();
    let mut clerk = clerk_sets_up(context, stage).await?;
    a_relay_is_connected(context, stage, &clerk).await?;
    let (vendor, mut engineer) = engineer_enrols(context, stage, &mut clerk).await?;
    clerk_registers_target(context, stage, &clerk, &vendor).await?;
    refused.push(a_used_code_is_refused(context, &mut engineer).await?);
    refused.push(an_unlisted_address_is_refused(context, &engineer).await);
    refused.push(an_unknown_device_is_refused(context, stage, &engineer).await?);
    let (visit, request) = engineer_asks(context, stage, &engineer).await?;
    refused.push(self_approval_is_refused(context, &engineer, &request).await?);
    clerk
        .api()?
        .approve(
            &request,
            &v1::Approve {
                conditions: None,
                narrower: None,
                database: None,
                web: None,
                desktop: None,
                ssh: None,
            },
        )
        .await?;
    context.tell("demo-approved", &[("request", &request.to_string())]);
    refused.push(another_vendors_address_is_refused(context, &engineer).await);
    let hands = Hands::of(context, stage, &engineer).await?;
    hands.work(context, stage).await?;
    refused.push(hands.forwarding_is_refused(context, stage, &clerk).await?);
    refused.push(
        hands
            .a_download_outside_is_refused(context, stage, &clerk)
            .await?,
    );
    let attended = an_attendant_ends_a_session(context, &clerk, &hands).await?;
    let ended = hands.stays_until_the_deadline(context, &engineer).await?;
    refused.push(after_the_deadline_nothing_opens(context, &engineer).await);
    engineer_reports(context, &engineer, &visit).await?;
    clerk_collates(context, &clerk, &visit).await?;
    let evidence = clerk_verifies(context, stage, &clerk, &engineer, &visit).await?;
    let played = Played {
        visit: Visit {
            id: visit.to_string(),
            target: TARGET.to_owned(),
            way: "relay",
            protocol: "ssh",
            attended,
            ended,
        },
        ledger: evidence.0,
        recording: evidence.1,
        receipt: evidence.2,
        refused,
        elapsed_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
    };
    let cast = Cast {
        clerk,
        engineer,
        hands,
    };
    Ok((played, cast))
}

async fn engineer_asks(
    context: &Context,
    stage: &Stage,
    engineer: &Actor,
) -> Result<(VisitId, ids::RequestId), Failure> {
    let now = client::now();
    let form = form(context, stage, now, now.plus(VISIT_LASTS));
    let requested = engineer.api()?.request_visit(&form).await?;
    context.tell(
        "demo-requested",
        &[("request", &requested.request.to_string())],
    );
    Ok((requested.visit, requested.request))
}

/// What the engineer asks for.
pub(super) fn form(
    context: &Context,
    stage: &Stage,
    from: Timestamp,
    until: Timestamp,
) -> v1::RequestVisit {
    v1::RequestVisit {
        target: TARGET.to_owned(),
        window: v1::Window { from, until },
        purpose: context.say("demo-purpose", &[]),
        kind: v1::KindOfWork::Inspection,
        plan: wire::Bytes(context.say("demo-plan", &[]).into_bytes()),
        plan_name: "plan.txt".to_owned(),
        contact: "090-0000-0000".to_owned(),
        privileged: false,
        care_affected: None,
        patient_data: None,
        files: vec![v1::FileHandover {
            direction: v1::Handover::Out,
            name: Some("status.log".to_owned()),
            sha256: None,
        }],
        attended: false,
        sub_contractor: None,
        sessions: v1::Sessions::AtOnce(4),
        database: None,
        web: None,
        desktop: None,
        ssh: Some(v1::SshTerms {
            shell: true,
            exec: true,
            upload: v1::Files::No,
            download: v1::Files::Yes {
                paths: v1::Paths::Under(NonEmpty::one(stage.target.folder("out"))),
                most_bytes: 1 << 20,
            },
        }),
    }
}

/// A hospital person watches the engineer work, and ends it.
async fn an_attendant_ends_a_session(
    context: &Context,
    clerk: &Actor,
    hands: &Hands,
) -> Result<String, Failure> {
    let mut shell = hands.shell().await?;
    let api = clerk.api()?;
    let session = hands.session_of(&shell).await?;
    let mut watching = api.attend(&session).await?;
    shell.types("echo $((40+2)) checked\n")?;
    let seen = async {
        let mut text = String::new();
        while let Some(seen) = watching.next::<v1::Seen>().await? {
            if let v1::Seen::Output { bytes, .. } = seen {
                text.push_str(&String::from_utf8_lossy(&bytes.0));
            }
            if text.contains("42 checked") {
                break;
            }
        }
        Ok::<_, Failure>(())
    };
    let limit = tokio::time::timeout(STEP, seen).await;
    limit.map_err(|_| Failure::internal("nothing was seen of the session"))??;
    context.tell("demo-attended", &[("session", &session.to_string())]);
    api.end_session(&session).await?;
    shell.is_over().await?;
    drop(watching);
    ended(context, &hands.api, &session).await
}

/// The reason that the engineer reads; its id.
pub(super) async fn ended(
    context: &Context,
    api: &Api,
    session: &ids::SessionId,
) -> Result<String, Failure> {
    let ended = how_it_ended(api, session).await?;
    let reason = ended.map(|ended| ended.reason);
    let reason = reason.ok_or_else(|| Failure::new(Kind::NotVerified, "demo-did-not-end"))?;
    let sentence = context.sentence(Family::End, &reason);
    context.tell("demo-ended", &[("reason", &sentence)]);
    Ok(whole(&reason.id, "end-"))
}

async fn engineer_reports(
    context: &Context,
    engineer: &Actor,
    visit: &VisitId,
) -> Result<(), Failure> {
    let report = v1::FileReport {
        report: v1::Statement {
            done: context.say("demo-report", &[]),
            files_erased: Some(true),
            ..v1::Statement::default()
        },
        attachment: None,
    };
    let api = engineer.api()?;
    api.file_report(visit, &report).await?;
    compare(&api, &engineer.membership, client::now()).await?;
    context.tell("demo-reported", &[]);
    Ok(())
}

/// Plan, recordings and report side by side.
async fn clerk_collates(context: &Context, clerk: &Actor, visit: &VisitId) -> Result<(), Failure> {
    let story = clerk.api()?.visit_story(visit).await?;
    for difference in &story.differences {
        let said = context.sentence(Family::Whole, difference);
        context.tell("demo-difference", &[("difference", &said)]);
    }
    Ok(())
}

async fn clerk_verifies(
    context: &Context,
    stage: &Stage,
    clerk: &Actor,
    engineer: &Actor,
    visit: &VisitId,
) -> Result<(Ledger, Recording, Receipt), Failure> {
    let api = clerk.api()?;
    let witness = engineer.membership.witness()?;
    let trust = Trust {
        site: clerk.membership.pinned().site_key.clone(),
        witnesses: witness
            .iter()
            .map(|signer| signer.verifier().clone())
            .collect(),
    };
    let receipt = api.receipt(visit).await?;
    let file = stage.folder.join("visit.sekisho-receipt");
    write(&file, &receipt)?;
    let vouched = client::verify::receipt(&file, &trust)?;
    context.tell(
        "demo-receipt",
        &[("cosigned", &vouched.cosigned.len().to_string())],
    );
    let mut recording = Recording {
        bytes: 0,
        verified: true,
    };
    for known in api.recordings().await? {
        let verified = api.verify_recording(&known.session).await?;
        recording.bytes += verified.sent + verified.received;
        recording.verified &= verified.verified;
    }
    context.tell("demo-recording", &[("bytes", &recording.bytes.to_string())]);
    let export = api.export_ledger().await?;
    let folder = stage.folder.join("ledger");
    client::verify::write_export(&folder, &export.files).map_err(Failure::internal)?;
    let verified = client::verify::ledger(&folder, &trust)?;
    let size = verified.checkpoint.size;
    context.tell("demo-ledger", &[("size", &size.to_string())]);
    let ledger = Ledger {
        size,
        root: verified.checkpoint.root.to_string(),
        verified: true,
    };
    let receipt = Receipt {
        verified: true,
        cosigned: vouched.cosigned.len(),
    };
    Ok((ledger, recording, receipt))
}

pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|cause| Failure::unwritable(path, &cause))
}
