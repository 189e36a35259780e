//! The work report: drafted from the recording, stated, filed.

use std::path::Path;

use collation::limits::{LONGEST_TEXT, MOST_PATIENTS};
use ids::VisitId;
use wire::Said;
use wire::api::v1::{FileReport, Handover, ReportFile, Statement, VisitStory};

use super::connecting::vouch;
use super::evidence::{write, written};
use super::visits::file;
use crate::cli::ReportArgs;
use crate::context::{At, Context, print};
use crate::failure::{Failure, Kind};
use crate::layout::plain;

/// The most that is read of a form or a list: the texts of a report, with room for comments.
const MOST_FORM: u64 = 256 * 1024;

pub(super) async fn report(context: &Context, args: ReportArgs) -> Result<(), Failure> {
    if args.draft {
        return draft(context, &args.visit).await;
    }
    let report = match &args.form {
        Some(path) => form(path)?,
        None => stated(&args)?,
    };
    check(&report)?;
    let attachment = match &args.file {
        None => None,
        Some(path) => {
            let (name, content) = file(path)?;
            Some(ReportFile { name, content })
        }
    };
    let at = context.at().await?;
    let visit = VisitId::parse_at(&at.site, &args.visit)?;
    let form = FileReport { report, attachment };
    let filed = at.api.file_report(&visit, &form).await?;
    vouch(context, &at).await?;
    context.show(&filed, |context| vec![context.say("cli-reported", &[])])
}

/// Writes the file that was handed in with the report. Its name came from outside: it names nothing
/// here (lesson L25).
pub(super) async fn attachment(
    context: &Context,
    at: &At,
    visit: &VisitId,
    out: &Path,
) -> Result<(), Failure> {
    let report = at.api.report(visit).await?;
    let Some(file) = report.file else {
        return Err(Failure::new(Kind::NotFound, "cli-no-attachment"));
    };
    write(out, &file.content.0)?;
    written(context, out)
}

fn stated(args: &ReportArgs) -> Result<Statement, Failure> {
    let listed = args.patients_listed.as_deref().map(text_or_file);
    Ok(Statement {
        done: args.done.clone().unwrap_or_default(),
        changes: args.changes.clone(),
        patients: args.patients.unwrap_or(0),
        patients_listed: listed.transpose()?,
        files_erased: args.files_erased.then_some(true),
        trouble: args.trouble.clone(),
        restarted: args.restarted,
        next: args.next.clone(),
    })
}

/// What was typed, or what stands in the file of that name.
fn text_or_file(typed: &str) -> Result<String, Failure> {
    let path = Path::new(typed);
    if path.is_file() {
        text(path)
    } else {
        Ok(typed.to_owned())
    }
}

fn form(path: &Path) -> Result<Statement, Failure> {
    toml::from_str(&text(path)?).map_err(|cause| Failure::unreadable(path, &cause))
}

fn text(path: &Path) -> Result<String, Failure> {
    use std::io::Read as _;
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MOST_FORM).read_to_string(&mut text))
        .map_err(|cause| Failure::unreadable(path, &cause))?;
    Ok(text)
}

/// The site checks the same; here the sentence can say which limit.
fn check(report: &Statement) -> Result<(), Failure> {
    if report.done.trim().is_empty() {
        return Err(Failure::new(Kind::Usage, "cli-report-empty"));
    }
    let texts = [
        ("done", Some(&report.done)),
        ("changes", report.changes.as_ref()),
        ("patients_listed", report.patients_listed.as_ref()),
        ("trouble", report.trouble.as_ref()),
        ("next", report.next.as_ref()),
    ];
    let long =
        |text: Option<&String>| text.is_some_and(|t| t.trim().chars().count() > LONGEST_TEXT);
    let too_long = texts.into_iter().find(|(_, text)| long(*text));
    let (field, most) = match too_long {
        Some((field, _)) => (field, LONGEST_TEXT.to_string()),
        None if report.patients > MOST_PATIENTS => {
            let said = Said::plain("problem-field").with("field", "patients");
            return Err(Failure::of(Kind::Usage, said));
        }
        None => return Ok(()),
    };
    let said = Said::plain("cli-report-too-long")
        .with("field", field)
        .with("most", most);
    Err(Failure::of(Kind::Usage, said))
}

async fn draft(context: &Context, visit: &str) -> Result<(), Failure> {
    let at = context.at().await?;
    let id = VisitId::parse_at(&at.site, visit)?;
    let story = at.api.visit_story(&id).await?;
    if context.json {
        return context.show(&story, |_| Vec::new());
    }
    for line in draft_lines(context, &story) {
        print(&line);
    }
    Ok(())
}

/// The form, with what the recording knows as comments: it is not asked, and helps to remember.
fn draft_lines(context: &Context, story: &VisitStory) -> Vec<String> {
    let visit = story.visit.id.to_string();
    let target = plain(&story.visit.target_name);
    let mut lines = vec![
        comment(&context.say("draft-title", &[("visit", &visit), ("target", &target)])),
        comment(&context.say("draft-how", &[])),
        comment(&format!("  sekisho report {visit} --form FILE.toml")),
    ];
    let sessions = story.sessions.iter().map(|told| {
        let until = told
            .session
            .ended
            .as_ref()
            .map(|ended| ended.at.to_string());
        let until = until.unwrap_or_else(|| context.say("story-still-open", &[]));
        format!("{} - {until}", told.session.opened_at)
    });
    known(context, "draft-sessions", sessions.collect(), &mut lines);
    let commands = story.commands.iter();
    let commands = commands.map(|command| format!("{}  {}", command.at, command.text));
    known(context, "draft-commands", commands.collect(), &mut lines);
    let files = story.files.iter().map(|file| {
        let way = match file.direction {
            Handover::In => "handover-in",
            Handover::Out => "handover-out",
        };
        let way = context.say(way, &[]);
        let path = file.path.clone().unwrap_or_default();
        format!("{way}: {path} ({} B)", file.bytes)
    });
    known(context, "draft-files", files.collect(), &mut lines);
    lines.extend(questions(context, story));
    lines
}

fn known(context: &Context, heading: &str, texts: Vec<String>, lines: &mut Vec<String>) {
    lines.push("#".to_owned());
    lines.push(comment(&context.say(heading, &[])));
    if texts.is_empty() {
        let nothing = context.say("draft-nothing", &[]);
        lines.push(comment(&format!("  {nothing}")));
    }
    lines.extend(texts.iter().map(|text| comment(&format!("  {text}"))));
}

fn questions(context: &Context, story: &VisitStory) -> Vec<String> {
    let taken_out = story
        .files
        .iter()
        .any(|file| file.direction == Handover::Out);
    let mut fields = vec![
        ("draft-done", "done = \"\""),
        ("draft-changes", "changes = \"\""),
        ("draft-patients", "patients = 0"),
        ("draft-patients-listed", "patients_listed = \"\""),
        ("draft-files-erased", "files_erased = false"),
        ("draft-trouble", "trouble = \"\""),
        ("draft-restarted", "restarted = false"),
        ("draft-next", "next = \"\""),
    ];
    if !taken_out {
        fields.retain(|(id, _)| *id != "draft-files-erased");
    }
    let lines = fields.into_iter().flat_map(|(id, field)| {
        [
            String::new(),
            comment(&context.say(id, &[])),
            field.to_owned(),
        ]
    });
    lines.collect()
}

/// One line of a comment: a line break in a command would end it.
fn comment(text: &str) -> String {
    format!("# {}", plain(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_without_words_or_with_too_many_is_not_sent() {
        let mut report = Statement::default();
        assert_eq!(check(&report).unwrap_err().kind, Kind::Usage);
        report.done = "点検".to_owned();
        assert_eq!(check(&report), Ok(()));
        report.trouble = Some("長".repeat(LONGEST_TEXT + 1));
        let failure = check(&report).unwrap_err();
        assert_eq!(failure.said[0].1.args["field"], "trouble");
    }

    #[test]
    fn a_form_is_read_as_it_is_drafted_and_nothing_unknown_is_taken() {
        let form = "# comment\ndone = \"点検\"\npatients = 2\nrestarted = true\nnext = \"\"\n";
        let report: Statement = toml::from_str(form).unwrap();
        assert_eq!((report.patients, report.restarted), (2, true));
        assert!(toml::from_str::<Statement>("done = \"x\"\ndoen = \"y\"").is_err());
    }

    #[test]
    fn l28_what_a_target_made_of_a_command_stays_in_its_comment() {
        let line = comment("a\nfiles_erased = true\x1b[2J\u{202e}");
        assert!(!line.contains(['\n', '\x1b', '\u{202e}']), "{line:?}");
        assert!(toml::from_str::<toml::Table>(&line).unwrap().is_empty());
    }
}
