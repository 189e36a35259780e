//! Incidents and their chronology.

use ids::{Digest, Timestamp, VisitId};
use serde::{Deserialize, Serialize};

use super::StepTaken;
use crate::Bytes;

/// How an incident was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentClosedShown {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What it was; none where its alert was found to be ordinary work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}

/// An incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentShown {
    /// Its number, from 1.
    pub number: u64,
    /// When it began.
    pub since: Timestamp,
    /// With what: `incident-cause-NAME`.
    pub cause: String,
    /// The alert with which it began, by its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<u64>,
    /// Who began it.
    pub by: String,
    /// How many notes people wrote.
    pub notes: u64,
    /// Whether it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<IncidentClosedShown>,
}

/// The incidents of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentList {
    /// The newest first.
    pub incidents: Vec<IncidentShown>,
}

/// How somebody knows what they note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteSource {
    /// They saw or did it.
    Own,
    /// Somebody told them.
    Told,
    /// It stands on a paper form.
    Paper,
    /// Another system showed it.
    System,
}

impl NoteSource {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Own, Self::Told, Self::Paper, Self::System];

    /// By its name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Its name, in sentences' ids: `note-source-…`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Told => "told",
            Self::Paper => "paper",
            Self::System => "system",
        }
    }
}

/// How certain it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// It is so.
    Certain,
    /// It is likely so.
    Probable,
    /// Nobody knows yet.
    Unclear,
}

impl Confidence {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Certain, Self::Probable, Self::Unclear];

    /// By its name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Its name, in sentences' ids: `confidence-…`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Probable => "probable",
            Self::Unclear => "unclear",
        }
    }
}

/// What somebody noted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteShown {
    /// Its number in the chronology, from 1.
    pub number: u32,
    /// What it says; `None` once erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// SHA-256 of its photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<Digest>,
    /// How they know.
    pub source: NoteSource,
    /// The paper form's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<u32>,
    /// The line on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u16>,
    /// How certain it is.
    pub confidence: Confidence,
    /// The note that it corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<u32>,
}

/// A row of a chronology.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChronologyRow {
    /// Its place in the ledger.
    pub entry: u64,
    /// When it happened.
    pub happened: Timestamp,
    /// When it was entered.
    pub entered: Timestamp,
    /// Who did or noted it.
    pub by: String,
    /// What: `entry-NAME`.
    pub kind: String,
    /// The visit that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<VisitId>,
    /// What somebody noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<NoteShown>,
    /// Why it was done, where the entry says so; `None` once erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The step that somebody took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepTaken>,
}

/// The chronology of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chronology {
    /// The incident.
    pub incident: IncidentShown,
    /// By the time at which they happened.
    pub rows: Vec<ChronologyRow>,
    /// There is more than fits.
    pub cut: bool,
}

/// An entry of a chronology with what proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvedEntry {
    /// Its place in the ledger.
    pub entry: u64,
    /// Its bytes.
    pub bytes: Bytes,
    /// The inclusion proof for the size of the checkpoint (RFC 9162 section 2.1.3).
    pub proof: Vec<Digest>,
}

/// What proves a chronology.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChronologyProof {
    /// The checkpoint to which everything is proved.
    pub checkpoint: String,
    /// In the order of the chronology.
    pub entries: Vec<ProvedEntry>,
}

/// Writes into a chronology.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteIncident {
    /// Of which incident.
    pub incident: u64,
    /// When it happened; none: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub happened: Option<Timestamp>,
    /// What.
    pub said: String,
    /// A photo: JPEG, PNG, WebP or HEIC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<Bytes>,
    /// How they know.
    pub source: NoteSource,
    /// The paper form's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<u32>,
    /// The line on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u16>,
    /// How certain it is.
    pub confidence: Confidence,
    /// The note that this one corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<u32>,
}

/// Closes an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseIncident {
    /// Which.
    pub incident: u64,
    /// What it was.
    pub said: String,
}

impl ChronologyRow {
    /// What happened, in one line. `say` gives the sentence of an id.
    pub fn what(&self, say: impl Fn(&str) -> String) -> String {
        if let Some(note) = &self.note {
            return note.said.clone().unwrap_or_default();
        }
        if let Some(step) = &self.step {
            return step.line(say);
        }
        let kind = say(&format!("entry-{}", self.kind));
        match &self.why {
            None => kind,
            Some(why) => format!("{kind}: {why}"),
        }
    }
}

impl Chronology {
    /// The chronology as a table (RFC 4180, UTF-8 with a byte order mark, which spreadsheets need). `say` gives the sentence of an id.
    pub fn table(&self, say: impl Fn(&str) -> String) -> String {
        let heads = [
            "chronology-number",
            "note-happened",
            "chronology-entered",
            "paper-who",
            "note-said",
            "note-source",
            "note-confidence",
            "note-corrects",
            "note-photo",
        ];
        let mut table = String::from('\u{feff}');
        line(&mut table, heads.map(&say));
        for row in &self.rows {
            let of_note = row.note.as_ref();
            let what = row.what(&say);
            let visit = row.visit.as_ref();
            let what = visit.map_or(what.clone(), |visit| format!("{what} {visit}"));
            let source = of_note.map(|note| {
                let said = say(&format!("note-source-{}", note.source.name()));
                match (note.form, note.line) {
                    (Some(form), Some(line)) => format!("{said} {form}-{line}"),
                    _ => said,
                }
            });
            let confidence =
                of_note.map(|note| say(&format!("confidence-{}", note.confidence.name())));
            let corrects = of_note.and_then(|note| note.corrects);
            let photo = of_note.and_then(|note| note.photo);
            line(
                &mut table,
                [
                    row.entry.to_string(),
                    row.happened.to_string(),
                    row.entered.to_string(),
                    row.by.clone(),
                    what,
                    source.unwrap_or_default(),
                    confidence.unwrap_or_default(),
                    corrects
                        .map(|number| number.to_string())
                        .unwrap_or_default(),
                    photo.map(|digest| digest.to_string()).unwrap_or_default(),
                ],
            );
        }
        table
    }
}

/// A spreadsheet runs what begins with one of these; a Japanese one reads them in full width, too.
const RUN: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

fn line<const N: usize>(table: &mut String, fields: [String; N]) {
    let fields = fields.map(|field| {
        let inert = if field.starts_with(RUN) { "'" } else { "" };
        format!("\"{inert}{}\"", field.replace('"', "\"\""))
    });
    table.push_str(&fields.join(","));
    table.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(said: &str) -> Chronology {
        let at = Timestamp::from_seconds(1_800_000_000);
        Chronology {
            incident: IncidentShown {
                number: 1,
                since: at,
                cause: "person".to_owned(),
                alert: None,
                by: "x".to_owned(),
                notes: 1,
                closed: None,
            },
            rows: vec![ChronologyRow {
                entry: 7,
                happened: at,
                entered: at,
                by: "@SUM(A1)".to_owned(),
                kind: "incident-noted".to_owned(),
                visit: None,
                note: Some(NoteShown {
                    number: 1,
                    said: Some(said.to_owned()),
                    photo: None,
                    source: NoteSource::Paper,
                    form: Some(3),
                    line: Some(4),
                    confidence: Confidence::Probable,
                    corrects: None,
                }),
                why: None,
                step: None,
            }],
            cut: false,
        }
    }

    #[test]
    fn l28_a_table_has_a_line_for_each_row_and_a_spreadsheet_runs_nothing_of_it() {
        let table = noted("=HYPERLINK(\"x\")\n\"quoted\", and more").table(str::to_owned);
        assert!(table.starts_with("\u{feff}\"chronology-number\""));
        assert!(table.contains("\"'=HYPERLINK(\"\"x\"\")\n\"\"quoted\"\", and more\""));
        assert!(table.contains("\"'@SUM(A1)\""));
        assert!(table.contains("\"note-source-paper 3-4\""));
        assert_eq!(table.matches("\r\n").count(), 2);
    }
}
