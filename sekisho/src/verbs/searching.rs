//! Searching the ledger and the commands in recordings.

use ids::{PersonId, TargetId, VendorId, VisitId};
use wire::api::v1::{Found, FoundCommand, FoundEntry, Search};

use crate::cli::SearchArgs;
use crate::context::Context;
use crate::failure::{Failure, Family};
use crate::layout::{heading, wrapped};
use crate::parse;

pub(super) async fn search(context: &Context, args: SearchArgs) -> Result<(), Failure> {
    let at = context.at().await?;
    let moment = |text: &Option<String>| {
        let text = text.as_deref();
        text.map(|text| parse::moment(text, context.now()))
            .transpose()
    };
    let person = args
        .person
        .as_deref()
        .map(|id| PersonId::parse_at(&at.site, id));
    let vendor = args
        .vendor
        .as_deref()
        .map(|id| VendorId::parse_at(&at.site, id));
    let target = args
        .target
        .as_deref()
        .map(|id| TargetId::parse_at(&at.site, id));
    let visit = args
        .visit
        .as_deref()
        .map(|id| VisitId::parse_at(&at.site, id));
    let form = Search {
        text: args.words.join(" "),
        kind: args.kind.clone(),
        person: person.transpose()?,
        vendor: vendor.transpose()?,
        target: target.transpose()?,
        visit: visit.transpose()?,
        from: moment(&args.from)?,
        until: moment(&args.until)?,
        before: args.before,
    };
    let found = at.api.search(&form).await?;
    context.show(&found, |context| lines(context, &found))
}

fn lines(context: &Context, found: &Found) -> Vec<String> {
    let count = |number: u64| number.to_string();
    let mut lines = Vec::new();
    if found.behind > 0 {
        lines.extend(wrapped("", &context.say("search-behind", &[])));
    }
    if !found.commands.is_empty() {
        let commands = found.commands.len();
        lines.extend(heading(
            &context.say("search-commands", &[]),
            Some(commands),
        ));
        lines.extend(found.commands.iter().flat_map(command));
    }
    if found.unread > 0 {
        let unread = count(found.unread);
        lines.extend(wrapped(
            "  ",
            &context.say("search-unread", &[("count", &unread)]),
        ));
    }
    let entries = found.entries.len();
    lines.extend(heading(&context.say("search-entries", &[]), Some(entries)));
    if entries == 0 {
        lines.extend(wrapped("  ", &context.say("search-none", &[])));
    }
    lines.extend(found.entries.iter().flat_map(|found| entry(context, found)));
    if let Some(last) = found.entries.last().filter(|_| found.more) {
        let older = context.say("cli-search-older", &[("before", &count(last.number))]);
        lines.extend(wrapped("  ", &older));
    }
    lines
}

fn entry(context: &Context, entry: &FoundEntry) -> Vec<String> {
    let what = context.sentence(Family::Whole, &entry.what);
    let visit = entry.visit.as_ref().map(ToString::to_string);
    let by = entry
        .by_name
        .clone()
        .or(entry.by.as_ref().map(ToString::to_string));
    let rest = [
        by,
        visit,
        entry.target_name.clone(),
        entry.vendor_name.clone(),
    ];
    let rest: Vec<String> = rest.into_iter().flatten().collect();
    let begin = format!("  {:>8}  {}  ", entry.number, entry.at);
    wrapped(&begin, &format!("{what}  {}", rest.join("  ")))
}

fn command(found: &FoundCommand) -> Vec<String> {
    let begin = format!("  {}  {}  ", found.at, found.session);
    wrapped(&begin, &found.text)
}
