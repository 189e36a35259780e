//! Plan, recording and report side by side.

use ids::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

use crate::report::WorkReport;

/// Which way a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Into the hospital.
    In,
    /// Out of the hospital.
    Out,
}

/// What was planned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The commands that it lists; none if it lists none.
    pub commands: Vec<String>,
    /// The files to be handed over.
    pub files: Vec<PlannedFile>,
    /// Whether patient data was to be touched.
    pub patients: bool,
    /// Whether privileges were asked for.
    pub privileged: bool,
}

/// A file that was to be handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedFile {
    /// Which way.
    pub direction: Direction,
    /// Its name, with or without folders; nothing if its personal value was erased.
    pub name: Option<String>,
    /// Its SHA-256, if it was known.
    pub sha256: Option<Digest>,
}

/// What the recording shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// How many sessions there were.
    pub sessions: usize,
    /// Commands, in order of time.
    pub commands: Vec<DoneCommand>,
    /// Files, in order of time.
    pub files: Vec<DoneFile>,
    /// What was asked for and refused, by its id.
    pub refused: Vec<String>,
    /// Lines of input that are masked.
    pub masked: u64,
    /// Patients whose numbers came out of databases.
    pub patients: usize,
    /// Sessions whose content is not there: measured only, interrupted, or not understood.
    pub unseen: usize,
}

/// A command that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneCommand {
    /// When.
    pub at: Timestamp,
    /// As the recording shows it.
    pub text: String,
}

/// A file that passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneFile {
    /// Which way.
    pub direction: Direction,
    /// Its path on the target; nothing if its personal value was erased.
    pub path: Option<String>,
    /// SHA-256 of its content, if it passed whole.
    pub sha256: Option<Digest>,
}

/// Something that a person should look at. Its id is its name in kebab-case, and the key of its
/// sentence in `phrases`, prefixed there with `difference-`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum Difference {
    /// Nobody connected.
    NoSession,
    /// There is no report.
    ReportMissing,
    /// A command that the plan does not list.
    CommandNotPlanned {
        /// When.
        at: Timestamp,
        /// Which.
        command: String,
    },
    /// A planned command that was not seen.
    CommandNotSeen {
        /// Which.
        command: String,
    },
    /// Privileges were used that were not asked for.
    PrivilegeNotPlanned {
        /// By this command.
        command: String,
    },
    /// A file passed that was not planned.
    FileNotPlanned {
        /// Which way.
        direction: Direction,
        /// Which.
        path: String,
    },
    /// A planned file did not pass.
    FileNotSeen {
        /// Which way.
        direction: Direction,
        /// Which.
        name: String,
    },
    /// A file's content is not the planned one.
    FileDiffers {
        /// Which.
        path: String,
    },
    /// A file did not pass whole.
    FileCutOff {
        /// Which.
        path: String,
    },
    /// Something was restarted, and the report does not say so.
    RestartNotReported {
        /// By this command.
        command: String,
    },
    /// The report tells of patients; the plan had none.
    PatientsNotPlanned {
        /// How many.
        patients: u32,
    },
    /// Patients came out of a database; the plan had none.
    PatientsSeenNotPlanned {
        /// How many.
        patients: usize,
    },
    /// The report tells of fewer patients than came out of a database.
    PatientsNotReported {
        /// How many came out.
        seen: usize,
        /// How many it tells of.
        patients: u32,
    },
    /// Files were carried out, and the report does not confirm that they are erased.
    ErasureNotConfirmed {
        /// How many.
        files: usize,
    },
    /// The engineer reports that something went otherwise than planned.
    TroubleReported,
    /// Something was asked for and refused.
    Refused {
        /// What: the id of the ask.
        what: String,
    },
    /// Input that nobody can read any more.
    InputMasked {
        /// How many lines.
        lines: u64,
    },
    /// Sessions whose content is not there.
    SessionsUnseen {
        /// How many.
        sessions: usize,
    },
}

impl Difference {
    /// Every id, in the order of the variants.
    pub const IDS: &'static [&'static str] = &[
        "no-session",
        "report-missing",
        "command-not-planned",
        "command-not-seen",
        "privilege-not-planned",
        "file-not-planned",
        "file-not-seen",
        "file-differs",
        "file-cut-off",
        "restart-not-reported",
        "patients-not-planned",
        "patients-seen-not-planned",
        "patients-not-reported",
        "erasure-not-confirmed",
        "trouble-reported",
        "refused",
        "input-masked",
        "sessions-unseen",
    ];

    /// Its id.
    pub fn id(&self) -> &'static str {
        match self {
            Self::NoSession => "no-session",
            Self::ReportMissing => "report-missing",
            Self::CommandNotPlanned { .. } => "command-not-planned",
            Self::CommandNotSeen { .. } => "command-not-seen",
            Self::PrivilegeNotPlanned { .. } => "privilege-not-planned",
            Self::FileNotPlanned { .. } => "file-not-planned",
            Self::FileNotSeen { .. } => "file-not-seen",
            Self::FileDiffers { .. } => "file-differs",
            Self::FileCutOff { .. } => "file-cut-off",
            Self::RestartNotReported { .. } => "restart-not-reported",
            Self::PatientsNotPlanned { .. } => "patients-not-planned",
            Self::PatientsSeenNotPlanned { .. } => "patients-seen-not-planned",
            Self::PatientsNotReported { .. } => "patients-not-reported",
            Self::ErasureNotConfirmed { .. } => "erasure-not-confirmed",
            Self::TroubleReported => "trouble-reported",
            Self::Refused { .. } => "refused",
            Self::InputMasked { .. } => "input-masked",
            Self::SessionsUnseen { .. } => "sessions-unseen",
        }
    }

    /// The values that its sentence names, as text.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NoSession | Self::ReportMissing | Self::TroubleReported => Vec::new(),
            Self::CommandNotPlanned { at, command } => {
                vec![("at", at.to_string()), ("command", command.clone())]
            }
            Self::CommandNotSeen { command }
            | Self::PrivilegeNotPlanned { command }
            | Self::RestartNotReported { command } => vec![("command", command.clone())],
            Self::FileNotPlanned { direction, path } => {
                vec![
                    ("direction", direction.id().to_owned()),
                    ("path", path.clone()),
                ]
            }
            Self::FileNotSeen { direction, name } => {
                vec![
                    ("direction", direction.id().to_owned()),
                    ("name", name.clone()),
                ]
            }
            Self::FileDiffers { path } | Self::FileCutOff { path } => {
                vec![("path", path.clone())]
            }
            Self::PatientsNotPlanned { patients } => vec![("patients", patients.to_string())],
            Self::PatientsSeenNotPlanned { patients } => {
                vec![("patients", patients.to_string())]
            }
            Self::PatientsNotReported { seen, patients } => vec![
                ("seen", seen.to_string()),
                ("patients", patients.to_string()),
            ],
            Self::ErasureNotConfirmed { files } => vec![("files", files.to_string())],
            Self::Refused { what } => vec![("what", what.clone())],
            Self::InputMasked { lines } => vec![("lines", lines.to_string())],
            Self::SessionsUnseen { sessions } => vec![("sessions", sessions.to_string())],
        }
    }
}

impl Direction {
    fn id(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// Every difference, in the order in which a reader asks: was somebody there, is there a report,
/// what was done, what passed, what was said, what could not be seen.
pub fn compare(plan: &Plan, seen: &Seen, report: Option<&WorkReport>) -> Vec<Difference> {
    let mut found = Vec::new();
    if seen.sessions == 0 {
        found.push(Difference::NoSession);
    } else if report.is_none() {
        found.push(Difference::ReportMissing);
    }
    commands(plan, seen, &mut found);
    files(plan, seen, &mut found);
    let patients = seen.patients;
    if patients > 0 && !plan.patients {
        found.push(Difference::PatientsSeenNotPlanned { patients });
    }
    if let Some(report) = report {
        reported(plan, seen, report, &mut found);
    }
    for what in &seen.refused {
        let refused = Difference::Refused { what: what.clone() };
        if !found.contains(&refused) {
            found.push(refused);
        }
    }
    if seen.masked > 0 {
        found.push(Difference::InputMasked { lines: seen.masked });
    }
    if seen.unseen > 0 {
        let sessions = seen.unseen;
        found.push(Difference::SessionsUnseen { sessions });
    }
    found
}

fn commands(plan: &Plan, seen: &Seen, found: &mut Vec<Difference>) {
    let planned: Vec<String> = plan.commands.iter().map(|text| plain(text)).collect();
    for done in seen.commands.iter().filter(|_| !planned.is_empty()) {
        if !planned.contains(&plain(&done.text)) {
            found.push(Difference::CommandNotPlanned {
                at: done.at,
                command: done.text.clone(),
            });
        }
    }
    // Where content is missing, nothing can be called not done.
    for (command, plain_text) in plan.commands.iter().zip(&planned) {
        let done = seen
            .commands
            .iter()
            .any(|done| plain(&done.text) == *plain_text);
        if !done && seen.sessions > 0 && seen.unseen == 0 {
            let command = command.clone();
            found.push(Difference::CommandNotSeen { command });
        }
    }
    let privileged = seen
        .commands
        .iter()
        .find(|done| asks_for_privilege(&done.text));
    if let Some(done) = privileged.filter(|_| !plan.privileged) {
        let command = done.text.clone();
        found.push(Difference::PrivilegeNotPlanned { command });
    }
}

fn files(plan: &Plan, seen: &Seen, found: &mut Vec<Difference>) {
    for file in &seen.files {
        let path = file.path.clone().unwrap_or_default();
        let planned = plan.files.iter().find(|planned| planned.matches(file));
        match planned {
            None => found.push(Difference::FileNotPlanned {
                direction: file.direction,
                path,
            }),
            Some(planned) => match (planned.sha256, file.sha256) {
                (Some(wanted), Some(passed)) if wanted != passed => {
                    found.push(Difference::FileDiffers { path });
                }
                (Some(_) | None, Some(_) | None) => {
                    if file.sha256.is_none() {
                        found.push(Difference::FileCutOff { path });
                    }
                }
            },
        }
    }
    for planned in &plan.files {
        let passed = seen.files.iter().any(|file| planned.matches(file));
        if let (false, Some(name)) = (passed, &planned.name) {
            found.push(Difference::FileNotSeen {
                direction: planned.direction,
                name: name.clone(),
            });
        }
    }
}

fn reported(plan: &Plan, seen: &Seen, report: &WorkReport, found: &mut Vec<Difference>) {
    let restart = seen.commands.iter().find(|done| restarts(&done.text));
    if let Some(done) = restart.filter(|_| !report.restarted) {
        let command = done.text.clone();
        found.push(Difference::RestartNotReported { command });
    }
    if report.patients > 0 && !plan.patients {
        let patients = report.patients;
        found.push(Difference::PatientsNotPlanned { patients });
    }
    if usize::try_from(report.patients).is_ok_and(|told| told < seen.patients) {
        found.push(Difference::PatientsNotReported {
            seen: seen.patients,
            patients: report.patients,
        });
    }
    let out = seen
        .files
        .iter()
        .filter(|file| file.direction == Direction::Out);
    let files = out.count();
    if files > 0 && report.files_erased != Some(true) {
        found.push(Difference::ErasureNotConfirmed { files });
    }
    if report.trouble.is_some() {
        found.push(Difference::TroubleReported);
    }
}

impl PlannedFile {
    /// The same way, and the same name without its folders.
    fn matches(&self, file: &DoneFile) -> bool {
        let (Some(name), Some(path)) = (&self.name, &file.path) else {
            return false;
        };
        self.direction == file.direction && last_part(name) == last_part(path)
    }
}

fn last_part(path: &str) -> &str {
    let path = path.trim().trim_end_matches('/');
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// A command without what does not matter: a leading `sudo`, more than one space between words.
fn plain(command: &str) -> String {
    let mut words = command.split_whitespace().peekable();
    if words.peek() == Some(&"sudo") {
        words.next();
    }
    words.collect::<Vec<_>>().join(" ")
}

/// The programs that a command line names at its beginning and after each separator.
fn programs(command: &str) -> impl Iterator<Item = Vec<&str>> {
    command
        .split(['|', ';', '&', '\n'])
        .map(|part| part.split_whitespace().collect::<Vec<_>>())
        .filter(|words| !words.is_empty())
}

fn asks_for_privilege(command: &str) -> bool {
    programs(command).any(|words| {
        let program = words.first().map_or("", |word| last_part(word));
        ["sudo", "su", "doas", "pkexec"].contains(&program)
    })
}

fn restarts(command: &str) -> bool {
    programs(command).any(|words| {
        let mut words = words
            .into_iter()
            .skip_while(|word| last_part(word) == "sudo");
        let program = words.next().map_or("", last_part);
        let rest: Vec<&str> = words.collect();
        let says = |wanted: &[&str]| rest.iter().any(|word| wanted.contains(word));
        match program {
            "reboot" | "shutdown" | "poweroff" | "halt" => true,
            "systemctl" | "service" | "rc-service" | "pg_ctl" | "pg_ctlcluster" => {
                says(&["restart", "stop", "reboot", "poweroff", "try-restart"])
            }
            "init" | "telinit" => says(&["0", "6"]),
            _ => false,
        }
    })
}
