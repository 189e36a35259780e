//! `import`: event logs of Windows that a person brings as files.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

use clap::ArgMatches;
use ids::{Digest, Timestamp};
use logs::framing::LONGEST;
use logs::incoming::{Incoming, Laying, durably};
use logs::record::{Record, Sender};
use logs::shown::shown;
use logs::store::{Store, StoreError};
use logs::told::{Telling, tell};
use logs::windows::{Event, Finding, NotRead, Reading, concerns, find, read};
use phrases::{Language, say};
use sha2::{Digest as _, Sha256};
use watch::Rule;

use crate::cli::path;
use crate::failure::{Failure, not_kept, unreadable};
use crate::serving::{confine, now};
use crate::{note, print};

/// Events that the rules look at together; each takes about a kilobyte of memory.
const MOST_EVENTS: usize = 1_000_000;

/// Machines and logs of which it is remembered how far they were brought.
const MOST_LOGS: usize = 10_000;

/// Something was found.
const FOUND: u8 = 3;

/// How far each machine's log was brought: the place of its last event there, and its time in milliseconds.
type Known = BTreeMap<String, (u64, i64)>;

/// The program that reads event logs; it lies beside this one.
const READER: &str = "sekisho-evtx";

/// Files that are read in one go: each has a reader that waits for its turn.
const MOST_FILES: usize = 64;

/// A file whose reader was started while this process could still do that.
struct Opened {
    path: PathBuf,
    reader: Reader,
    digest: Digest,
}

/// A reader; it ends with this.
struct Reader(Child);

impl Drop for Reader {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _waited = self.0.wait();
    }
}

/// What is gathered over all files.
#[derive(Default)]
struct Gathered {
    known: Known,
    /// What becomes known with these files.
    reached: Known,
    /// What the rules ask for, and whether it is new.
    events: Vec<(Event, bool)>,
    damaged: Vec<Finding>,
    fresh: u64,
}

/// Brings files: keeps each event, and tells what the rules see in those that are new.
pub(crate) fn import(language: Language, given: &ArgMatches) -> Result<ExitCode, Failure> {
    let folder = path(given, "folder");
    let files = given.get_many::<PathBuf>("files").into_iter().flatten();
    if files.clone().count() > MOST_FILES {
        return Err(Failure::new(
            "logs-error-too-many-files",
            &[("most", &MOST_FILES)],
        ));
    }
    let opened: Vec<Opened> = files.map(|path| open(path)).collect::<Result<_, _>>()?;
    std::fs::create_dir_all(&folder).map_err(unreadable(&folder))?;
    confine(&folder)?;
    let mut gathered = Gathered {
        known: known(&folder).map_err(not_kept)?,
        ..Gathered::default()
    };
    for opened in opened {
        bring(language, &folder, opened, &mut gathered)?;
    }
    let Gathered {
        known,
        reached,
        events,
        damaged,
        fresh,
    } = gathered;
    let mut findings = find(events);
    findings.extend(damaged);
    findings.retain(|finding| finding.fresh);
    let now = now();
    let told: Vec<Telling> = findings.iter().map(as_told).collect();
    lay_down_notes(&folder, now, &findings).map_err(not_kept)?;
    tell(&folder, now, &told).map_err(not_kept)?;
    remember(&folder, known, reached).map_err(not_kept)?;
    for finding in &findings {
        print(&line(language, finding));
    }
    if findings.is_empty() {
        print(&say(language, "logs-import-nothing", &[]));
    }
    take_in(language, &folder, fresh)?;
    Ok(if findings.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FOUND)
    })
}

fn open(path: &Path) -> Result<Opened, Failure> {
    let digest = |mut file: &File| {
        let mut hash = Sha256::new();
        let mut piece = vec![0; 256 * 1024];
        loop {
            match file.read(&mut piece)? {
                0 => break,
                length => hash.update(piece.get(..length).unwrap_or_default()),
            }
        }
        file.rewind()?;
        Ok(Digest(hash.finalize().into()))
    };
    let file = File::open(path).map_err(unreadable(path))?;
    let digest = digest(&file).map_err(unreadable(path))?;
    let reader =
        reader(file).map_err(|cause| Failure::new("logs-error-reader", &[("cause", &cause)]))?;
    Ok(Opened {
        path: path.to_owned(),
        digest,
        reader,
    })
}

fn reader(file: File) -> io::Result<Reader> {
    let own = std::env::current_exe()?;
    let program = own.with_file_name(READER);
    let reader = Command::new(program)
        .env_clear()
        .stdin(file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    Ok(Reader(reader))
}

/// Reads one file, and lays down what is new in it.
fn bring(
    language: Language,
    folder: &Path,
    opened: Opened,
    gathered: &mut Gathered,
) -> Result<(), Failure> {
    let Opened {
        path,
        mut reader,
        digest,
    } = opened;
    let said = reader.0.stdout.take();
    let said = said.ok_or_else(|| not_kept("the reader has no voice"))?;
    let now = now();
    let mut laying = Laying::begin(folder, now, digest).map_err(not_kept)?;
    let (mut fresh, mut last, mut failed) = (0_u64, None, None);
    let reading = read(BufReader::new(said), |event| {
        let is_new = gathered.is_new(&event);
        if is_new {
            fresh += 1;
            failed = failed
                .take()
                .or(laying.add(&record(now, digest, &event)).err());
        }
        last = Some((event.computer.clone(), event.channel.clone(), event.at));
        if concerns(&event) && gathered.events.len() <= MOST_EVENTS {
            gathered.events.push((event, is_new));
        }
    });
    let reading = reading.map_err(|cause| {
        let id = match cause {
            NotRead::NotALog(_) => "logs-error-not-evtx",
            NotRead::Ended | NotRead::Misspoken | NotRead::Unheard(_) => "logs-error-evtx-broken",
        };
        Failure::new(id, &[("path", &path.display()), ("cause", &cause)])
    })?;
    if let Some(cause) = failed {
        return Err(not_kept(cause));
    }
    if gathered.events.len() > MOST_EVENTS {
        return Err(Failure::new(
            "logs-error-too-many-events",
            &[("most", &MOST_EVENTS)],
        ));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = shown(name.as_bytes());
    let Reading {
        events,
        unreadable,
        missing,
    } = reading;
    let text = format!(
        "brought: {name} events={events} new={fresh} unreadable={unreadable} missing={missing} sha256={digest}"
    );
    laying.add(&Record::note(now, &text)).map_err(not_kept)?;
    laying.done().map_err(not_kept)?;
    gathered.fresh += fresh;
    if (fresh > 0 || events == 0) && (unreadable > 0 || missing > 0) {
        let (computer, about, at) = last.unwrap_or_else(|| (name.clone(), String::new(), now));
        gathered.damaged.push(Finding {
            rule: Rule::WindowsLogDamaged,
            computer,
            about,
            by: String::new(),
            count: unreadable.saturating_add(missing),
            first: at,
            last: at,
            fresh: true,
        });
    }
    print(&say(
        language,
        "logs-import-read",
        &[
            ("path", &name),
            ("events", &events.to_string()),
            ("new", &fresh.to_string()),
            ("unreadable", &unreadable.to_string()),
            ("missing", &missing.to_string()),
        ],
    ));
    Ok(())
}

impl Gathered {
    /// Whether an event was not brought before. A log that was cleared may count anew: then its time is newer.
    fn is_new(&mut self, event: &Event) -> bool {
        let log = format!("{} {}", event.computer, event.channel);
        let at = event.at.as_millis();
        let known = self.known.get(&log);
        let is_new = known.is_none_or(|(record, last)| event.record > *record || at > *last);
        let reached = self.reached.entry(log).or_default();
        *reached = later(*reached, (event.record, at));
        is_new
    }
}

/// The later of two places by time: there the log stands now.
fn later(one: (u64, i64), other: (u64, i64)) -> (u64, i64) {
    if (other.1, other.0) > (one.1, one.0) {
        other
    } else {
        one
    }
}

fn record(now: Timestamp, file: Digest, event: &Event) -> Record {
    let line = event.line();
    let bytes = line.as_bytes();
    let lost = bytes.len().saturating_sub(LONGEST);
    Record {
        received: now,
        claimed: Some(event.at),
        sender: Sender::brought(file),
        lost: u32::try_from(lost).unwrap_or(u32::MAX),
        bytes: bytes.get(..LONGEST).unwrap_or(bytes).to_vec(),
    }
}

/// What was found stands among the logs too.
fn lay_down_notes(folder: &Path, now: Timestamp, findings: &[Finding]) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    let nothing = Digest([0; 32]);
    let mut laying = Laying::begin(folder, now, nothing)?;
    for finding in findings {
        let Finding {
            rule,
            computer,
            about,
            by,
            count,
            first,
            last,
            ..
        } = finding;
        let text = format!(
            "found: {} at {computer}: {about} by {by} count={count} first={first} last={last}",
            rule.id()
        );
        laying.add(&Record::note(now, &shown(text.as_bytes())))?;
    }
    laying.done()
}

/// Takes in what waits, unless a receiver runs: then that does.
fn take_in(language: Language, folder: &Path, fresh: u64) -> Result<(), Failure> {
    let mut store = match Store::open(folder, now()) {
        Ok((store, _found)) => store,
        Err(StoreError::InUse(_)) => {
            note(
                language,
                "logs-import-waits",
                &[("new", &fresh.to_string())],
            );
            return Ok(());
        }
        Err(cause) => return Err(not_kept(cause)),
    };
    while let Some(mut incoming) = Incoming::next(folder, &mut store).map_err(not_kept)? {
        while incoming
            .step(&mut store, usize::MAX, now())
            .map_err(not_kept)?
        {}
    }
    Ok(())
}

fn as_told(finding: &Finding) -> Telling {
    let span = (finding.first, finding.last);
    Telling::found(finding.rule, &finding.computer, finding.count, span)
}

fn line(language: Language, finding: &Finding) -> String {
    let rule = say(language, &format!("rule-{}", finding.rule.id()), &[]);
    let [computer, about, by] =
        [&finding.computer, &finding.about, &finding.by].map(|text| shown(text.as_bytes()));
    let (first, last) = (finding.first.to_string(), finding.last.to_string());
    let id = if by.is_empty() {
        "logs-import-found"
    } else {
        "logs-import-found-by"
    };
    say(
        language,
        id,
        &[
            ("first", &first),
            ("last", &last),
            ("computer", &computer),
            ("rule", &rule),
            ("about", &about),
            ("by", &by),
            ("count", &finding.count.to_string()),
        ],
    )
}

const KNOWN: &str = "brought.json";

/// How far each log was brought. If that cannot be read, everything is new: nothing is missed, some is told twice.
fn known(folder: &Path) -> io::Result<Known> {
    match std::fs::read(folder.join(KNOWN)) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).unwrap_or_default()),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Known::new()),
        Err(cause) => Err(cause),
    }
}

fn remember(folder: &Path, mut known: Known, reached: Known) -> io::Result<()> {
    for (log, place) in reached {
        let before = known.get(&log).copied().unwrap_or_default();
        known.insert(log, later(before, place));
    }
    while known.len() > MOST_LOGS {
        let oldest = known.iter().min_by_key(|(_, (_, at))| *at);
        let Some(oldest) = oldest.map(|(log, _)| log.clone()) else {
            break;
        };
        known.remove(&oldest);
    }
    durably(&folder.join(KNOWN), &serde_json::to_vec(&known)?)
}
