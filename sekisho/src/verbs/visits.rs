//! Requests, their answers, visits, reports.

use std::path::Path;

use ids::{GrantId, RequestId, VendorId, VisitId};
use wire::api::v1::{
    Approve, Approved, Extend, Files, KindOfWork, MAX_FILE, Paths, Protocol, RefuseRequest,
    Request, RequestState, RequestVisit, Requested, Sessions, SshTerms, Visit, Window,
};
use wire::{Bytes, Said};

use super::site::done;
use super::{consoles, databases, desktops, reporting, reviewing, stories};
use crate::cli::{DataNarrowed, DataWanted, DesktopNarrowed, Narrowed, RequestArgs, VisitVerb};
use crate::context::{At, Context};
use crate::failure::{Failure, Kind};
use crate::parse;

/// Connections at once under an ordinary grant: a database tool opens a handful.
const AT_ONCE: u16 = 8;

pub(super) async fn request(context: &Context, args: RequestArgs) -> Result<(), Failure> {
    let at = context.at().await?;
    let web = at_a_console(&at, &args).await?;
    let form = request_form(context, &at, args, web)?;
    let requested = at.api.request_visit(&form).await?;
    show_requested(context, &requested)
}

/// Whether what is asked for inside is meant for a web console: the words are those of databases.
async fn at_a_console(at: &At, args: &RequestArgs) -> Result<bool, Failure> {
    if args.data == DataWanted::default() {
        return Ok(false);
    }
    let targets = at.api.targets().await?;
    let mut named = targets
        .iter()
        .filter(|listed| client::connect::named(listed, &args.target));
    Ok(named.any(|listed| listed.protocol == Protocol::Http))
}

fn request_form(
    context: &Context,
    at: &At,
    args: RequestArgs,
    web: bool,
) -> Result<RequestVisit, Failure> {
    let (data, pages) = if web {
        (DataWanted::default(), args.data)
    } else {
        (args.data, DataWanted::default())
    };
    let from = parse::moment(&args.from, context.now())?;
    let until = from.plus(parse::duration(&args.lasting)?);
    let (plan_name, plan) = file(&args.plan)?;
    let files: Result<Vec<_>, _> = args.file.iter().map(|text| parse::file(text)).collect();
    let sub_contractor = args
        .sub_contractor
        .map(|vendor| VendorId::parse_at(&at.site, &vendor))
        .transpose()?;
    Ok(RequestVisit {
        target: args.target,
        window: Window { from, until },
        purpose: args.purpose,
        kind: args.kind.into(),
        plan,
        plan_name,
        contact: match args.contact {
            Some(contact) => contact,
            None => context.ask("cli-ask-contact")?,
        },
        privileged: args.privileged,
        care_affected: args.care_impact,
        patient_data: args.patients,
        files: files?,
        attended: args.attended,
        sub_contractor,
        sessions: if args.once {
            Sessions::Once
        } else {
            Sessions::AtOnce(AT_ONCE)
        },
        ssh: parse::wanted(&args.ssh)?,
        database: parse::data_wanted(data)?,
        web: parse::web_wanted(pages)?,
        desktop: parse::desktop_wanted(&args.desktop),
    })
}

/// A file's name and bytes.
pub(super) fn file(path: &Path) -> Result<(String, Bytes), Failure> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes))
        .map_err(|cause| Failure::unreadable(path, &cause))?;
    if bytes.len() > MAX_FILE {
        let most = format!("{} MiB", MAX_FILE >> 20);
        let said = Said::plain("error-file-too-big")
            .with("path", path.display())
            .with("most", most);
        return Err(Failure::of(Kind::Usage, said));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok((name.into_owned(), bytes.into()))
}

fn show_requested(context: &Context, requested: &Requested) -> Result<(), Failure> {
    context.show(requested, |context| {
        let id = requested.request.to_string();
        let visit = requested.visit.to_string();
        vec![
            context.say("cli-requested", &[("id", &id)]),
            context.say("cli-requested-visit", &[("visit", &visit)]),
        ]
    })
}

pub(super) async fn extend(context: &Context, visit: &str, until: &str) -> Result<(), Failure> {
    let at = context.at().await?;
    let form = Extend {
        until: parse::moment(until, context.now())?,
    };
    let visit = VisitId::parse_at(&at.site, visit)?;
    let requested = at.api.extend(&visit, &form).await?;
    show_requested(context, &requested)
}

/// Takes a grant away for good; its sessions end at once.
pub(super) async fn withdraw_grant(
    context: &Context,
    grant: &str,
    reason: &str,
) -> Result<(), Failure> {
    let at = context.at().await?;
    let grant = GrantId::parse_at(&at.site, grant)?;
    at.api.withdraw_grant(&grant, reason).await?;
    done(context)
}

pub(super) async fn withdraw(context: &Context, request: &str) -> Result<(), Failure> {
    let at = context.at().await?;
    at.api
        .withdraw(&RequestId::parse_at(&at.site, request)?)
        .await?;
    done(context)
}

pub(super) async fn requests(context: &Context, all: bool) -> Result<(), Failure> {
    let at = context.at().await?;
    let mut requests = at.api.requests().await?;
    if !all {
        requests.retain(|request| is_open(&request.state));
    }
    context.show(&requests, |context| {
        requests
            .iter()
            .flat_map(|request| request_lines(context, request))
            .collect()
    })
}

/// Whether somebody still has to answer.
fn is_open(state: &RequestState) -> bool {
    matches!(
        state,
        RequestState::AwaitingApproval
            | RequestState::AwaitingSecondApproval
            | RequestState::OpenedInEmergency
    )
}

fn request_lines(context: &Context, request: &Request) -> Vec<String> {
    let state = match &request.state {
        RequestState::AwaitingApproval => "request-state-awaiting-approval",
        RequestState::AwaitingSecondApproval => "request-state-awaiting-second-approval",
        RequestState::Granted => "request-state-granted",
        RequestState::OpenedInEmergency => "request-state-opened-in-emergency",
        RequestState::Refused { .. } => "request-state-refused",
        RequestState::Withdrawn => "request-state-withdrawn",
        RequestState::Lapsed => "request-state-lapsed",
    };
    let by = match &request.by_name {
        Some(name) => format!("{name} ({})", request.by),
        None => request.by.to_string(),
    };
    let mut state = context.say(state, &[]);
    if request.unanswered.is_some() {
        state = context.say("notify-was-unanswered", &[]);
    }
    if let RequestState::Refused {
        reason: Some(reason),
    } = &request.state
    {
        state = format!("{state}: {reason}");
    }
    let lines = [
        [
            request.id.to_string(),
            state,
            by,
            request.vendor.to_string(),
        ]
        .join("  "),
        format!(
            "    {}  {} - {}  {}",
            request.target_name,
            request.window.from,
            request.window.until,
            kind_word(context, request.kind),
        ),
        format!("    {}", request.purpose.as_deref().unwrap_or("-")),
    ];
    let terms = request.ssh.as_ref().map(|terms| terms_line(context, terms));
    let of_data = request.database.as_ref();
    let of_data = of_data.map(|terms| databases::terms_line(context, terms));
    let of_web = request.web.as_ref();
    let of_web = of_web.map(|terms| consoles::terms_line(context, terms));
    let of_desktop = request.desktop;
    let of_desktop = of_desktop.map(|terms| desktops::terms_line(context, terms));
    let inside = of_data.into_iter().chain(of_web).chain(of_desktop);
    let terms = terms.into_iter().chain(inside);
    lines.into_iter().chain(terms).collect()
}

/// What may be done inside, in one line.
pub(super) fn terms_line(context: &Context, terms: &SshTerms) -> String {
    let allowed = |allowed: bool| {
        let id = if allowed { "terms-yes" } else { "terms-no" };
        context.say(id, &[])
    };
    let args = [
        ("shell", allowed(terms.shell)),
        ("exec", allowed(terms.exec)),
        ("upload", files_text(context, &terms.upload)),
        ("download", files_text(context, &terms.download)),
    ];
    format!("    {}", context.say_of("terms-line", &args))
}

fn files_text(context: &Context, files: &Files) -> String {
    match files {
        Files::No => context.say("terms-no", &[]),
        Files::Yes { paths, most_bytes } => {
            let folders = match paths {
                Paths::Anywhere => context.say("terms-anywhere", &[]),
                Paths::Under(folders) => {
                    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
                    folders.join(" ")
                }
            };
            format!("{folders} ({most_bytes} B)")
        }
    }
}

pub(super) fn kind_word(context: &Context, kind: KindOfWork) -> String {
    let id = match kind {
        KindOfWork::Fault => "kind-of-work-fault",
        KindOfWork::Inspection => "kind-of-work-inspection",
        KindOfWork::Update => "kind-of-work-update",
        KindOfWork::Investigation => "kind-of-work-investigation",
        KindOfWork::DataExtraction => "kind-of-work-data-extraction",
    };
    context.say(id, &[])
}

pub(super) async fn approve(
    context: &Context,
    request: &str,
    conditions: Option<String>,
    lasting: Option<&str>,
    (ssh, data, desktop): (&Narrowed, &DataNarrowed, DesktopNarrowed),
) -> Result<(), Failure> {
    let at = context.at().await?;
    let id = RequestId::parse_at(&at.site, request)?;
    let mut form = Approve {
        conditions,
        narrower: None,
        ssh: None,
        database: None,
        web: None,
        desktop: None,
    };
    let less = *ssh != Narrowed::default()
        || *data != DataNarrowed::default()
        || desktop != DesktopNarrowed::default();
    if lasting.is_some() || less {
        let request = at.api.request(&id).await?;
        if let Some(lasting) = lasting {
            let from = request.window.from;
            let until = from.plus(parse::duration(lasting)?);
            form.narrower = Some(Window { from, until });
        }
        form.ssh = parse::narrowed(request.ssh, ssh)?;
        if request.web.is_some() {
            form.web = parse::web_narrowed(request.web, data)?;
        } else {
            form.database = parse::data_narrowed(request.database, data)?;
        }
        form.desktop = parse::desktop_narrowed(request.desktop, desktop);
    }
    let approved = at.api.approve(&id, &form).await?;
    show_approved(context, &id, &approved)
}

pub(super) fn show_approved(
    context: &Context,
    id: &RequestId,
    approved: &Approved,
) -> Result<(), Failure> {
    let id = id.to_string();
    context.show(approved, |context| {
        let line = match approved {
            Approved::Granted { .. } => context.say("cli-approved", &[("id", &id)]),
            Approved::AwaitingSecondApproval => {
                context.say("cli-awaiting-second-approval", &[("id", &id)])
            }
            Approved::Extended { until } => {
                context.say("cli-extended", &[("until", &until.to_string())])
            }
        };
        vec![line]
    })
}

pub(super) async fn refuse(
    context: &Context,
    request: &str,
    reason: String,
) -> Result<(), Failure> {
    let at = context.at().await?;
    let id = RequestId::parse_at(&at.site, request)?;
    let refused = at.api.refuse(&id, &RefuseRequest { reason }).await?;
    context.show(&refused, |context| {
        vec![context.say("cli-request-refused", &[("id", &id.to_string())])]
    })
}

pub(super) async fn visit(context: &Context, verb: VisitVerb) -> Result<(), Failure> {
    let at = context.at().await?;
    match verb {
        VisitVerb::List => {
            let visits = at.api.visits().await?;
            context.show(&visits, |context| {
                visits
                    .iter()
                    .map(|visit| visit_line(context, visit))
                    .collect()
            })
        }
        VisitVerb::Show { visit } => {
            let visit = VisitId::parse_at(&at.site, &visit)?;
            stories::show(context, &at, &visit).await
        }
        VisitVerb::Review {
            visit,
            accept: _,
            question,
            note,
        } => {
            let visit = VisitId::parse_at(&at.site, &visit)?;
            reviewing::review(context, &at, &visit, question, note).await
        }
        VisitVerb::Attachment { visit, out } => {
            let visit = VisitId::parse_at(&at.site, &visit)?;
            reporting::attachment(context, &at, &visit, &out).await
        }
    }
}

pub(super) fn visit_line(context: &Context, visit: &Visit) -> String {
    let state = match (&visit.grant, visit.withdrawn, &visit.report) {
        _ if visit.report_overdue.is_some() => "visit-state-overdue",
        (_, true, _) => "visit-state-withdrawn",
        (_, _, Some(_)) => "visit-state-reported",
        (None, ..) => "visit-state-requested",
        (Some(_), ..) if context.now() < visit.window.from => "visit-state-granted",
        (Some(_), ..) if context.now() < visit.window.until => "visit-state-open",
        (Some(_), ..) => "visit-state-awaiting-report",
    };
    [
        visit.id.to_string(),
        context.say(state, &[]),
        visit.target_name.clone(),
        visit
            .person_name
            .clone()
            .unwrap_or_else(|| visit.person.to_string()),
        format!("{} - {}", visit.window.from, visit.window.until),
    ]
    .join("  ")
}
