//! The request form: its fields as a request.

use ids::{Digest, SiteId, Timestamp, VendorId};
use wire::api::v1::{
    FileHandover, Handover, KindOfWork, MAX_LINE, MAX_LIST, MAX_TEXT, Protocol, RequestVisit,
    Sessions, Target, Window,
};

use super::fields::Wrong;
use super::look::Look;
use super::sent::Values;
use super::{data, desktop, terms, web};

/// The kinds of work, as the field has them.
pub(super) const KINDS: [(&str, KindOfWork, &str); 5] = [
    ("fault", KindOfWork::Fault, "kind-of-work-fault"),
    (
        "inspection",
        KindOfWork::Inspection,
        "kind-of-work-inspection",
    ),
    ("update", KindOfWork::Update, "kind-of-work-update"),
    (
        "investigation",
        KindOfWork::Investigation,
        "kind-of-work-investigation",
    ),
    (
        "data-extraction",
        KindOfWork::DataExtraction,
        "kind-of-work-data-extraction",
    ),
];

/// Lines for files on an empty form; there are always some more than are filled.
const SPARE_FILES: usize = 3;

/// Reads the form. `plan`: the file that goes with it, by its name and bytes.
pub(super) fn read(
    values: &Values,
    plan: Option<(String, Vec<u8>)>,
    site: &SiteId,
    targets: &[Target],
) -> Result<RequestVisit, Vec<Wrong>> {
    let mut look = Look::default();
    let target = values.text("target");
    let known = targets.iter().find(|known| known.id.to_string() == target);
    if known.is_none() {
        look.wrong("target", "work-wrong-target");
    }
    let from = look.moment(values, ["from_day", "from_time"], "");
    let until = look.moment(values, ["until_day", "until_time"], values.text("from_day"));
    if let (Some(from), Some(until)) = (from, until)
        && until <= from
    {
        look.wrong("until_time", "work-wrong-order");
    }
    let nowhen = Timestamp::from_millis(0);
    let window = Window {
        from: from.unwrap_or(nowhen),
        until: until.unwrap_or(nowhen),
    };
    let kind = KINDS.iter().find(|(word, ..)| *word == values.text("kind"));
    if kind.is_none() {
        look.wrong("kind", "work-wrong-needed");
    }
    let (plan_name, plan) = self::plan(&mut look, values, plan);
    let asked = RequestVisit {
        target: target.to_owned(),
        window,
        purpose: look.needed(values, "purpose", MAX_TEXT),
        kind: kind.map_or(KindOfWork::Fault, |(_, kind, _)| *kind),
        plan: plan.into(),
        plan_name,
        contact: look.needed(values, "contact", MAX_LINE),
        privileged: values.ticked("privileged"),
        care_affected: look.if_ticked(values, "care", "care_how"),
        patient_data: look.if_ticked(values, "patients", "patients_why"),
        files: files(&mut look, values),
        attended: values.ticked("attended"),
        sub_contractor: sub_contractor(&mut look, values, site),
        sessions: sessions(&mut look, values),
        ssh: known
            .is_some_and(|target| target.protocol == Protocol::Ssh)
            .then(|| terms::read(&mut look, values)),
        database: known.and_then(|target| data::read(&mut look, values, target)),
        web: known.and_then(|target| web::read(&mut look, values, target)),
        desktop: known.and_then(|target| desktop::read(values, target)),
    };
    if look.wrong.is_empty() {
        Ok(asked)
    } else {
        Err(look.wrong)
    }
}

fn plan(look: &mut Look, values: &Values, file: Option<(String, Vec<u8>)>) -> (String, Vec<u8>) {
    if let Some((name, bytes)) = file {
        if bytes.is_empty() {
            look.wrong("plan", "work-wrong-empty-file");
        }
        if bytes.len() > wire::api::v1::MAX_FILE {
            look.wrong("plan", "work-wrong-long");
        }
        return (name, bytes);
    }
    let text = values.text("plan_text");
    if text.is_empty() {
        look.wrong("plan", "work-wrong-plan");
    }
    ("work-plan.txt".to_owned(), text.as_bytes().to_vec())
}

fn sessions(look: &mut Look, values: &Values) -> Sessions {
    if values.text("sessions") != "many" {
        return Sessions::Once;
    }
    let most = look.number(values, "at_once", 1_u16);
    if most == 0 {
        look.wrong("at_once", "work-wrong-number");
    }
    Sessions::AtOnce(most)
}

fn sub_contractor(look: &mut Look, values: &Values, site: &SiteId) -> Option<VendorId> {
    let typed = values.some("sub_contractor")?;
    let read = VendorId::parse_at(site, typed).ok();
    if read.is_none() {
        look.wrong("sub_contractor", "work-wrong-sub-contractor");
    }
    read
}

/// How many lines for files a form has.
pub(super) fn file_lines(values: &Values) -> usize {
    let mut filled = (0..MAX_LIST).filter(|at| values.some(&format!("file_name_{at}")).is_some());
    filled
        .next_back()
        .map_or(SPARE_FILES, |last| last + 1 + SPARE_FILES)
        .min(MAX_LIST)
}

fn files(look: &mut Look, values: &Values) -> Vec<FileHandover> {
    let mut files = Vec::new();
    for at in 0..MAX_LIST {
        let Some(name) = values.some(&format!("file_name_{at}")) else {
            continue;
        };
        if name.len() > MAX_LINE {
            look.wrong(format!("file_name_{at}"), "work-wrong-long");
        }
        let sha = format!("file_sha_{at}");
        let typed = values.some(&sha);
        let sha256 = typed.and_then(|typed| typed.to_ascii_lowercase().parse::<Digest>().ok());
        if typed.is_some() && sha256.is_none() {
            look.wrong(sha, "work-wrong-hash");
        }
        let out = values.text(&format!("file_way_{at}")) == "out";
        files.push(FileHandover {
            direction: if out { Handover::Out } else { Handover::In },
            name: Some(name.to_owned()),
            sha256,
        });
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_at(pairs: &[(&str, &str)]) -> Vec<(String, &'static str)> {
        let pairs = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let site = "handa".parse().unwrap();
        let read = read(&Values(pairs.collect()), None, &site, &[]);
        let wrong = read.err().unwrap_or_default().into_iter();
        wrong
            .map(|wrong| (wrong.field.into_owned(), wrong.says))
            .collect()
    }

    #[test]
    fn everything_that_is_missing_is_said_at_once_and_beside_its_field() {
        let wrong = look_at(&[]);
        for field in [
            "target",
            "from_day",
            "until_day",
            "kind",
            "plan",
            "purpose",
            "contact",
        ] {
            assert!(
                wrong.iter().any(|(named, _)| *named == field),
                "{field}: {wrong:?}"
            );
        }
    }

    #[test]
    fn an_end_before_the_beginning_a_box_without_its_text_and_a_bad_number_are_named() {
        let wrong = look_at(&[
            ("from_day", "2026-11-24"),
            ("from_time", "12:00"),
            ("until_time", "11:00"),
            ("care", "on"),
            ("sessions", "many"),
            ("at_once", "x"),
            ("sub_contractor", "../1"),
            ("file_name_0", "a.zip"),
            ("file_sha_0", "abc"),
        ]);
        for (field, says) in [
            ("until_time", "work-wrong-order"),
            ("care_how", "work-wrong-needed"),
            ("at_once", "work-wrong-number"),
            ("sub_contractor", "work-wrong-sub-contractor"),
            ("file_sha_0", "work-wrong-hash"),
        ] {
            assert!(
                wrong.contains(&(field.to_owned(), says)),
                "{field}: {wrong:?}"
            );
        }
    }

    #[test]
    fn l24_texts_have_limits() {
        let long = "長".repeat(2000);
        let wrong = look_at(&[("purpose", &long), ("contact", &long), ("care_how", &long)]);
        for field in ["purpose", "contact", "care_how"] {
            assert!(
                wrong.contains(&(field.to_owned(), "work-wrong-long")),
                "{field}"
            );
        }
    }
}
