//! 許可, 却下, 条件を付ける.

use axum::response::Response;
use ids::{NonEmpty, RequestId, Timestamp};
use maud::{Markup, html};
use wire::api::v1::{
    Approve, Approved, DatabaseTerms, Databases, DesktopTerms, Done, Files, Paths, RefuseRequest,
    Request, SshTerms, WebTerms, Window,
};

use super::super::failed::PageFailed;
use super::super::moment;
use super::super::page::done;
use super::super::parts;
use super::super::posted::{Posted, filled_lines};
use super::super::signed::Signed;
use crate::answer::Failed;
use crate::api;
use crate::body::{Form, Of};

/// The longest reason or condition, in characters.
const LONGEST: u32 = 2000;

/// Bytes in the unit in which data is limited on the form.
const MIB: u64 = 1 << 20;

/// The three answers.
pub(super) fn forms(signed: &Signed, request: &Request) -> Markup {
    let word = |id| signed.say(id, &[]);
    let path = |verb: &str| format!("/requests/{}/{verb}", request.id.number());
    let until = moment::said(signed.language, request.window.until);
    html! {
        section.answer {
            form.primary method="post" action=(path("approve")) data-fresh {
                p { (word("console-approve-lead")) }
                (parts::fresh(signed))
                button.primary type="submit" { (word("console-approve")) }
            }
            details {
                summary { (word("console-refuse")) }
                form method="post" action=(path("refuse")) {
                    div.field {
                        label for="reason" { (word("console-refuse-reason")) }
                        textarea #reason name="reason" rows="3" maxlength=(LONGEST) required {}
                    }
                    button.danger type="submit" { (word("console-refuse")) }
                }
            }
            details {
                summary { (word("console-conditions")) }
                form method="post" action=(path("approve")) data-fresh {
                    div.field {
                        label for="conditions" { (word("console-conditions-text")) }
                        textarea #conditions name="conditions" rows="3" maxlength=(LONGEST) {}
                    }
                    div.field {
                        label for="until" { (word("console-conditions-until")) }
                        input #until type="datetime-local" name="until" aria-describedby="until-hint";
                        p.hint #until-hint { (signed.say("console-conditions-until-hint", &[("until", &until)])) }
                    }
                    @if passes(request, |terms| &terms.upload) { (parts::tick("no_upload", "1", &word("console-conditions-no-upload"), false)) }
                    @if passes(request, |terms| &terms.download) { (parts::tick("no_download", "1", &word("console-conditions-no-download"), false)) }
                    @if let Some(terms) = &request.database { (narrower_data(signed, terms)) }
                    @if let Some(terms) = &request.web { (narrower_web(signed, terms)) }
                    @if let Some(terms) = request.desktop { (narrower_desktop(signed, terms)) }
                    (parts::fresh_again(signed))
                    button.primary type="submit" { (word("console-conditions")) }
                }
            }
        }
    }
}

fn passes(request: &Request, which: impl Fn(&SshTerms) -> &Files) -> bool {
    request
        .ssh
        .as_ref()
        .is_some_and(|terms| *which(terms) != Files::No)
}

/// Approves, with whatever conditions the form has.
pub(crate) async fn approve(
    signed: Signed,
    Of(id): Of<RequestId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let request = api::requests::show(signed.asker.clone(), Of(id.clone()))
        .await?
        .0;
    signed.fresh(&posted).await?;
    let form = Approve {
        conditions: posted.some("conditions").map(str::to_owned),
        narrower: narrower(&request, posted.some("until"))?,
        ssh: less(&request, &posted),
        database: less_data(&request, &posted)?,
        web: less_web(&request, &posted)?,
        desktop: less_desktop(&request, &posted),
    };
    let approved = api::requests::approve(signed.asker.clone(), Of(id.clone()), Form(form))
        .await?
        .0;
    let sentence = match approved {
        Approved::AwaitingSecondApproval => "done-approved-first",
        Approved::Granted { .. } | Approved::Extended { .. } => "done-approved",
    };
    Ok(done(&format!("/requests/{}", id.number()), sentence))
}

/// A shorter window, if an earlier end was typed: a moment of Japan, as `datetime-local` gives it.
fn narrower(request: &Request, until: Option<&str>) -> Result<Option<Window>, PageFailed> {
    let Some(typed) = until else { return Ok(None) };
    let until = moment_typed(typed).ok_or_else(|| Failed::field("until"))?;
    Ok(Some(Window {
        from: request.window.from,
        until,
    }))
}

/// A moment as a `datetime-local` field sends it, in Japan's hours.
pub(crate) fn moment_typed(typed: &str) -> Option<Timestamp> {
    let seconds = if typed.matches(':').count() == 1 {
        ":00"
    } else {
        ""
    };
    format!("{typed}{seconds}+09:00").parse().ok()
}

/// Fewer files than were asked for; `None` if nothing was taken away.
fn less(request: &Request, posted: &Posted) -> Option<SshTerms> {
    let (no_upload, no_download) = (posted.checked("no_upload"), posted.checked("no_download"));
    let mut terms = request.ssh.clone().filter(|_| no_upload || no_download)?;
    if no_upload {
        terms.upload = Files::No;
    }
    if no_download {
        terms.download = Files::No;
    }
    Some(terms)
}

/// What can be taken away of what was asked for in a database.
fn narrower_data(signed: &Signed, terms: &DatabaseTerms) -> Markup {
    let word = |id| signed.say(id, &[]);
    html! {
        @if terms.write { (parts::tick("read_only", "1", &word("console-conditions-read-only"), false)) }
        @match &terms.databases {
            Databases::Only(names) if names.as_slice().len() > 1 => {
                @for name in names {
                    (parts::tick("without", name, &signed.say("console-conditions-without", &[("database", name)]), false))
                }
            }
            Databases::Only(_) => {}
            Databases::Any => div.field {
                label for="only" { (word("console-conditions-only")) }
                textarea #only name="only" rows="2" {}
            }
        }
        (data_out(signed))
    }
}

/// How much may come out, of a database or a web console.
fn data_out(signed: &Signed) -> Markup {
    html! {
        div.field {
            label for="data_mib" { (signed.say("console-conditions-data-out", &[])) }
            input #data_mib type="number" min="1" name="data_mib";
        }
    }
}

/// The same as it was typed; `asked` where nothing was.
fn typed_data_out(posted: &Posted, asked: u64) -> Result<u64, PageFailed> {
    let Some(typed) = posted.some("data_mib") else {
        return Ok(asked);
    };
    let mib: u64 = typed.parse().map_err(|_| Failed::field("data_mib"))?;
    Ok(mib.saturating_mul(MIB))
}

/// Less of a database than was asked for; `None` if nothing was taken away.
fn less_data(request: &Request, posted: &Posted) -> Result<Option<DatabaseTerms>, PageFailed> {
    let Some(asked) = &request.database else {
        return Ok(None);
    };
    let mut terms = asked.clone();
    terms.write &= !posted.checked("read_only");
    terms.databases = fewer(&asked.databases, posted)?;
    terms.most_bytes_out = typed_data_out(posted, asked.most_bytes_out)?;
    Ok(Some(terms).filter(|terms| terms != asked))
}

/// Those that are left; where any was asked for, those that were typed, one in a line.
fn fewer(asked: &Databases, posted: &Posted) -> Result<Databases, PageFailed> {
    match asked {
        Databases::Any => {
            let typed = NonEmpty::from_vec(typed_in(posted, "only"));
            Ok(typed.map_or(Databases::Any, Databases::Only))
        }
        Databases::Only(names) => Ok(Databases::Only(left(names, posted, "without")?)),
    }
}

fn typed_in(posted: &Posted, field: &str) -> Vec<String> {
    filled_lines(posted.text(field))
        .map(str::to_owned)
        .collect()
}

/// Those that no box of this field takes away: one at least.
fn left(
    asked: &NonEmpty<String>,
    posted: &Posted,
    field: &'static str,
) -> Result<NonEmpty<String>, Failed> {
    let taken: Vec<&str> = posted.all(field).collect();
    let left = asked.iter().filter(|name| !taken.contains(&name.as_str()));
    NonEmpty::from_vec(left.cloned().collect()).map_err(|_| Failed::field(field))
}

/// What can be taken away of what was asked for at a web console.
fn narrower_web(signed: &Signed, terms: &WebTerms) -> Markup {
    let word = |id| signed.say(id, &[]);
    html! {
        @if terms.write { (parts::tick("web_look", "1", &word("console-conditions-web-look"), false)) }
        @match &terms.paths {
            Paths::Under(paths) if paths.as_slice().len() > 1 => {
                @for path in paths {
                    (parts::tick("without_path", path, &signed.say("console-conditions-web-without", &[("path", path)]), false))
                }
            }
            Paths::Under(_) => {}
            Paths::Anywhere => div.field {
                label for="only_paths" { (word("console-conditions-web-only")) }
                textarea #only_paths name="only_paths" rows="2" {}
            }
        }
        (data_out(signed))
    }
}

/// Less of a web console than was asked for; `None` if nothing was taken away.
fn less_web(request: &Request, posted: &Posted) -> Result<Option<WebTerms>, PageFailed> {
    let Some(asked) = &request.web else {
        return Ok(None);
    };
    let paths = match &asked.paths {
        Paths::Anywhere => {
            NonEmpty::from_vec(typed_in(posted, "only_paths")).map_or(Paths::Anywhere, Paths::Under)
        }
        Paths::Under(paths) => Paths::Under(left(paths, posted, "without_path")?),
    };
    let terms = WebTerms {
        write: asked.write && !posted.checked("web_look"),
        paths,
        most_bytes_out: typed_data_out(posted, asked.most_bytes_out)?,
    };
    Ok(Some(terms).filter(|terms| terms != asked))
}

/// What can be taken away of what was asked for on a desktop.
fn narrower_desktop(signed: &Signed, terms: DesktopTerms) -> Markup {
    let word = |id| signed.say(id, &[]);
    html! {
        @if terms.input { (parts::tick("look_only", "1", &word("console-conditions-look-only"), false)) }
        @if terms.clipboard_in || terms.clipboard_out {
            (parts::tick("no_clipboard", "1", &word("console-conditions-no-clipboard"), false))
        }
    }
}

/// Less of a desktop than was asked for; `None` if nothing was taken away.
fn less_desktop(request: &Request, posted: &Posted) -> Option<DesktopTerms> {
    let (look_only, closed) = (posted.checked("look_only"), posted.checked("no_clipboard"));
    let asked = request.desktop.filter(|_| look_only || closed)?;
    Some(DesktopTerms {
        input: asked.input && !look_only,
        clipboard_in: asked.clipboard_in && !closed,
        clipboard_out: asked.clipboard_out && !closed,
    })
}

/// Refuses. Saying no needs no fresh touch.
pub(crate) async fn refuse(
    signed: Signed,
    Of(id): Of<RequestId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let reason = posted.text("reason").to_owned();
    if reason.is_empty() {
        return Err(Failed::field("reason").into());
    }
    let form = RefuseRequest { reason };
    let Done {} = api::requests::refuse(signed.asker.clone(), Of(id.clone()), Form(form))
        .await?
        .0;
    Ok(done(&format!("/requests/{}", id.number()), "done-refused"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_end_is_typed_in_japans_hours() {
        let at = moment_typed("2026-11-24T10:00").unwrap();
        assert_eq!(at, Timestamp::from_millis(1_795_482_000_000));
        assert_eq!(moment_typed("2026-11-24T10:00:00"), Some(at));
        assert_eq!(moment_typed("tomorrow"), None);
    }
}
