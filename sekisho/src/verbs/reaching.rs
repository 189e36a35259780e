//! How far somebody or something reached.

use ids::{DeviceId, PersonId, VendorId};
use wire::api::v1::{AskReach, Reach};

use super::targets::find_target;
use crate::cli::ReachArgs;
use crate::context::{Context, inert};
use crate::failure::Failure;
use crate::parse;

pub(super) async fn reach(context: &Context, args: ReachArgs) -> Result<(), Failure> {
    let at = context.at().await?;
    let moment = |text: Option<String>| {
        let moment = text.map(|text| parse::moment(&text, context.now()));
        moment.transpose()
    };
    let mut targets = Vec::new();
    for named in [args.target, args.secret] {
        targets.push(match named {
            Some(named) => Some(find_target(&at, &named).await?),
            None => None,
        });
    }
    let (secret, target) = (targets.pop().flatten(), targets.pop().flatten());
    let person = args.person.map(|id| PersonId::parse_at(&at.site, &id));
    let device = args.device.map(|id| DeviceId::parse_at(&at.site, &id));
    let vendor = args.vendor.map(|id| VendorId::parse_at(&at.site, &id));
    let form = AskReach {
        person: person.transpose()?,
        device: device.transpose()?,
        vendor: vendor.transpose()?,
        target,
        secret,
        from: moment(args.from)?,
        until: moment(args.until)?,
    };
    let told = at.api.reach(&form).await?;
    context.show(&told, |context| lines(context, &told))
}

fn lines(context: &Context, told: &Reach) -> Vec<String> {
    let word = |id: &str| context.say(id, &[]);
    let mut lines = Vec::new();
    let mut part = |id: &str, rows: Vec<String>| {
        let count = rows.len().to_string();
        lines.push(format!("{} ({count})", word(id)));
        lines.extend(rows.into_iter().map(|row| format!("  {row}")));
    };
    let sessions = told.sessions.iter().map(|one| {
        let target = one.target_name.clone();
        let target = target.unwrap_or_else(|| one.target.to_string());
        let person = one.person_name.clone();
        let person = person.unwrap_or_else(|| one.person.to_string());
        let content = word(&one.content);
        let (at, session, device) = (one.opened, &one.session, &one.device);
        format!("{at}  {session}  {person}  {device}  {target}  {content}")
    });
    part("reach-sessions", sessions.collect());
    let onward = told.onward.iter().map(|one| {
        let to = one.to.join(", ");
        inert(&format!("{}  {to}  {}", one.at, one.command))
    });
    part("reach-onward", onward.collect());
    let commands = told.commands.iter();
    let commands = commands.map(|one| inert(&format!("{}  {}", one.at, one.text)));
    part("reach-commands", commands.collect());
    let files = told.files.iter().map(|one| {
        let path = one.path.as_deref().unwrap_or("-");
        let sha256 = one.sha256.map(|digest| digest.to_string());
        let sha256 = sha256.unwrap_or_default();
        inert(&format!("{}  {path}  {} B  {sha256}", one.at, one.bytes))
    });
    part("reach-files", files.collect());
    let patients = told.patients.iter();
    let patients = patients.map(|one| inert(&format!("{}  {}", one.first, one.patient)));
    part("reach-patients", patients.collect());
    let refused = told.refused.iter();
    let refused = refused.map(|one| inert(&format!("{}  {}", one.at, one.what)));
    part("reach-refused", refused.collect());
    let shared: Vec<String> = told.shared.iter().map(ToString::to_string).collect();
    if !shared.is_empty() {
        part("reach-shared", shared);
    }
    for (count, id) in [
        (told.patients_unlisted, "reach-unlisted"),
        (told.masked_lines, "reach-masked"),
        (told.left_out, "reach-left-out"),
    ] {
        if count > 0 {
            lines.push(context.say(id, &[("count", &count.to_string())]));
        }
    }
    lines
}
