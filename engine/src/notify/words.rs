//! What is said. Everybody on the way may read it: the firm, the window, a number and a link, and nothing
//! of a person, a patient, a purpose or a secret (lesson L29). The link opens nothing: it asks to sign in.

use access::{About, NoticeTerms, Request, Site};
use ids::{TargetId, Timestamp, VendorId, VisitId};
use notify::Message;
use phrases::{Language, say};

/// What a message is made of.
struct Said {
    /// Of which kind; its sentences are `notice-KIND-subject` and `notice-KIND-text`.
    kind: &'static str,
    /// The path at the console.
    path: String,
    /// What fills the sentences.
    with: Vec<(&'static str, String)>,
}

/// The message about something, in the site's language. `console` is where its link leads: the console's
/// name, with the port where it is not 443.
pub(super) fn message(site: &Site, about: &About, console: &str, now: Timestamp) -> Message {
    let english = site
        .notice_terms()
        .is_some_and(|terms: NoticeTerms| terms.english);
    let language = if english { Language::En } else { Language::Ja };
    let said = said(site, about);
    let founding = site.founding();
    let hospital = founding.map_or("", |founding| founding.name.as_str());
    let mut with = said.with;
    with.push(("hospital", hospital.to_owned()));
    let with: Vec<(&str, &str)> = with
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let sentence = |part: &str| say(language, &format!("notice-{}-{part}", said.kind), &with);
    Message {
        id: format!("{}/{}", site.id(), id(about)),
        kind: said.kind.to_owned(),
        site: site.id().to_string(),
        at: now.as_seconds(),
        subject: sentence("subject"),
        text: format!(
            "{}\n{}",
            sentence("text"),
            say(language, "notice-foot", &[])
        ),
        link: format!("https://{console}{}", said.path),
        open: say(language, "notice-open", &[]),
    }
}

/// The same for one thing each time, so that a mailbox shows it once.
fn id(about: &About) -> String {
    // An enum of numbers and names always becomes JSON.
    serde_json::to_string(about).unwrap_or_default()
}

fn said(site: &Site, about: &About) -> Said {
    match about {
        About::Request(request) => of_request(site, "request", site.request(request)),
        About::Unanswered(request) => of_request(site, "unanswered", site.request(request)),
        About::Emergency { request, reminder } => {
            let kind = if *reminder == 0 { "emergency" } else { "debt" };
            of_request(site, kind, site.request(request))
        }
        About::SessionBegan(session) => of_session(site, "session-began", session),
        About::SessionEnded(session) => of_session(site, "session-ended", session),
        About::ReportOverdue(visit) => of_visit(site, "report", visit),
        About::FileWaits { visit, .. } => of_visit(site, "file", visit),
        About::FileInfected(visit) => of_visit(site, "infected", visit),
        About::Question { visit, .. } => of_visit(site, "question", visit),
        About::DeviceWaits(device) => {
            let owner = site
                .device(device)
                .and_then(|device| site.person(&device.person));
            let vendor = owner.and_then(|owner| match &owner.employer {
                access::Employer::Vendor(vendor) => Some(firm(site, vendor)),
                access::Employer::Hospital | access::Employer::Custodian => None,
            });
            plain("device", "/devices".to_owned(), vendor, device.number())
        }
        About::RiskEnds { target, until } => of_risk(site, "risk-ends", target, *until),
        About::RiskEnded { target, until } => of_risk(site, "risk-ended", target, *until),
        About::Alert(number) => plain("alert", format!("/alerts#alert-{number}"), None, *number),
        About::InspectionDue { late, .. } => {
            let kind = if *late {
                "inspection-late"
            } else {
                "inspection"
            };
            plain(kind, "/inspection".to_owned(), None, 0)
        }
        About::Isolated { .. } => plain("isolated", "/".to_owned(), None, 0),
        About::Finding(id) if id == super::WORKER => plain("worker", "/".to_owned(), None, 0),
        About::Finding(_) => plain("finding", "/".to_owned(), None, 0),
        About::Test => plain("test", "/".to_owned(), None, 0),
    }
}

fn plain(kind: &'static str, path: String, vendor: Option<String>, number: u64) -> Said {
    let with = vec![
        ("vendor", vendor.unwrap_or_else(|| "-".to_owned())),
        ("number", number.to_string()),
    ];
    Said { kind, path, with }
}

fn of_request(site: &Site, kind: &'static str, request: Option<&Request>) -> Said {
    let number = request.map_or(0, |request| request.id.number());
    let vendor = request.map(|request| firm(site, &request.vendor));
    let mut said = plain(kind, format!("/requests/{number}"), vendor, number);
    if let Some(request) = request {
        let due = site.answer_due(request).unwrap_or(request.window.until);
        said.with.extend([
            ("from", moment(request.window.from)),
            ("until", moment(request.window.until)),
            ("due", moment(due.min(request.window.until))),
        ]);
    }
    said
}

fn of_risk(site: &Site, kind: &'static str, target: &TargetId, until: Timestamp) -> Said {
    let number = target.number();
    let name = site.target(target).map(|known| known.name.clone());
    let mut said = plain(kind, format!("/setup/targets/{number}"), None, number);
    said.with.extend([
        ("target", name.unwrap_or_else(|| target.to_string())),
        ("until", moment(until)),
    ]);
    said
}

fn of_visit(site: &Site, kind: &'static str, visit: &VisitId) -> Said {
    let found = site.visit(visit);
    let vendor = found.map(|visit| firm(site, &visit.vendor));
    let number = visit.number();
    plain(kind, format!("/visits/{number}"), vendor, number)
}

fn of_session(site: &Site, kind: &'static str, session: &ids::SessionId) -> Said {
    let visit = site
        .session(session)
        .and_then(|session| site.visit(&session.visit));
    let vendor = visit.map(|visit| firm(site, &visit.vendor));
    let path = visit.map_or_else(
        || "/visits".to_owned(),
        |visit| format!("/visits/{}", visit.id.number()),
    );
    plain(kind, path, vendor, session.number())
}

fn firm(site: &Site, vendor: &VendorId) -> String {
    let vendor = site.vendor(vendor);
    vendor.map_or_else(|| "-".to_owned(), |vendor| vendor.name.clone())
}

/// Day and minute, in Japan Standard Time.
fn moment(at: Timestamp) -> String {
    let text = at.to_string().replacen('T', " ", 1);
    text.chars().take("2026-11-21 22:00".len()).collect()
}
