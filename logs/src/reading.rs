//! `search`, `senders` and `verify`: what reads.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ArgMatches;
use ledger::tile::{Tile, decode_bundle};
use logs::config::KnownBy;
use logs::index::{Index, IndexError, Query};
use logs::record::{Record, Way};
use logs::senders::{Heard, Senders};
use logs::shown::{Encoding, encoding, shown};
use logs::store::{self, Problem, Sealed};
use phrases::{Language, say};

use crate::cli::path;
use crate::failure::{Failure, unreadable};
use crate::serving::{LOOKS_BACK, config, confine, now};
use crate::{note, print};

/// Shows what is found, newest first.
pub(crate) fn search(language: Language, given: &ArgMatches) -> Result<ExitCode, Failure> {
    let folder = path(given, "folder");
    let words = given.get_many::<String>("words").into_iter().flatten();
    let words: Vec<&str> = words.map(String::as_str).collect();
    let query = Query::new(&words, given.get_one::<IpAddr>("sender").copied());
    let query = query.ok_or_else(|| Failure::new("logs-error-words", &[]))?;
    let limit = given.get_one::<u32>("limit").copied().unwrap_or(50);
    confine(&folder)?;
    let found = Index::open(&folder)
        .and_then(|mut index| {
            index.catch_up()?;
            index.find(&query, limit + 1)
        })
        .map_err(|cause: IndexError| Failure::new("logs-error-index", &[("cause", &cause)]))?;
    for place in found
        .iter()
        .take(usize::try_from(limit).unwrap_or(usize::MAX))
    {
        let record = store::read_at(&folder, *place).map_err(unreadable(&folder))?;
        print(&line(language, &record));
    }
    if found.is_empty() {
        note(language, "logs-nothing-found", &[]);
    } else if found.len() > usize::try_from(limit).unwrap_or(usize::MAX) {
        note(
            language,
            "logs-more",
            &[("limit", &(limit * 2).to_string())],
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// When it was heard, who sent it, how far its clock was off, and what it said.
fn line(language: Language, record: &Record) -> String {
    if record.sender.way == Way::Brought {
        // When it was brought says nothing of when it happened.
        let brought = record.received.to_string();
        let brought = say(language, "logs-brought", &[("at", &brought)]);
        let at = record.claimed.unwrap_or(record.received);
        return format!("{at} {} {brought}", shown(&record.bytes));
    }
    let from = match record.sender.way {
        Way::Own | Way::Brought => say(language, "logs-own", &[]),
        Way::Udp | Way::Tcp | Way::Tls => record.sender.address.to_string(),
    };
    let off = record.claimed.map_or(0, |claimed| {
        (claimed
            .as_millis()
            .saturating_sub(record.received.as_millis()))
            / 1000
    });
    let off = if off == 0 {
        String::new()
    } else {
        format!(" ({off:+} s)")
    };
    let mut text = format!("{}{off} {from} {}", record.received, shown(&record.bytes));
    let mark = match encoding(&record.bytes) {
        Encoding::Utf8 => None,
        Encoding::ShiftJis => Some("logs-in-shift-jis"),
        Encoding::EucJp => Some("logs-in-euc-jp"),
        Encoding::Unknown => Some("logs-in-unknown"),
    };
    if let Some(mark) = mark {
        text = format!("{text} {}", say(language, mark, &[]));
    }
    if record.lost > 0 {
        let lost = record.lost.to_string();
        text = format!(
            "{text} {}",
            say(language, "logs-lost-end", &[("bytes", &lost)])
        );
    }
    text
}

/// Shows every sender. Fails if one is silent, so that a monitor can ask.
pub(crate) fn senders(language: Language, given: &ArgMatches) -> Result<ExitCode, Failure> {
    let config = config(given)?;
    let folder = path(given, "folder");
    confine(&folder)?;
    let now = now();
    let from = now.minus(LOOKS_BACK);
    let mut senders = Senders::new(&config, from);
    store::since(&folder, from, |record| {
        let _finding = senders.hear(&record);
    })
    .map_err(unreadable(&folder))?;
    let mut silent = false;
    for (mark, heard) in senders.all() {
        let mark = match mark {
            KnownBy::Address(address) => address.to_string(),
            KnownBy::Certificate(digest) => digest.to_string(),
        };
        let name = heard.name.as_deref().unwrap_or("-");
        print(&sender(language, name, &mark, heard));
        let last = heard.last.unwrap_or(from);
        if now > last && now.since(last) >= heard.silent_after {
            silent = true;
            let hours = (heard.silent_after.as_secs() / 3600).to_string();
            print(&say(language, "logs-sender-silent", &[("hours", &hours)]));
        }
    }
    Ok(if silent {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn sender(language: Language, name: &str, mark: &str, heard: &Heard) -> String {
    let days = (LOOKS_BACK.as_secs() / 86_400).to_string();
    let about = [("name", name), ("mark", mark), ("days", &days)];
    let Some(last) = heard.last else {
        return say(language, "logs-sender-never", &about);
    };
    let interval = match heard.usual_interval {
        Some(usual) => {
            let seconds = format!("{:.1}", usual.as_secs_f64());
            say(language, "logs-interval-seconds", &[("seconds", &seconds)])
        }
        None => say(language, "logs-interval-unknown", &[]),
    };
    let ahead = match heard.ahead {
        None => say(language, "logs-ahead-unknown", &[]),
        Some(millis) => {
            let id = if millis < 0 {
                "logs-behind-by"
            } else {
                "logs-ahead-by"
            };
            let seconds = format!(
                "{}.{:03}",
                millis.unsigned_abs() / 1000,
                millis.unsigned_abs() % 1000
            );
            say(language, id, &[("seconds", &seconds)])
        }
    };
    let (messages, last) = (heard.messages.to_string(), last.to_string());
    let [name, mark, days] = about;
    let more = [
        name,
        mark,
        days,
        ("messages", &messages),
        ("last", &last),
        ("interval", &interval),
        ("ahead", &ahead),
    ];
    say(language, "logs-sender-heard", &more)
}

/// Shows each file's head, and what is wrong.
pub(crate) fn verify(language: Language, given: &ArgMatches) -> Result<ExitCode, Failure> {
    let folder = path(given, "folder");
    let against = given.get_one::<PathBuf>("against");
    let told = against.map(|path| heads(path)).transpose()?;
    confine(&folder)?;
    let told = told.unwrap_or_default();
    let report = store::verify(&folder, &told).map_err(unreadable(&folder))?;
    for sealed in &report.heads {
        let (entries, head) = (sealed.entries.to_string(), sealed.head.to_string());
        let said = [
            ("name", sealed.name.as_str()),
            ("entries", &entries),
            ("head", &head),
        ];
        print(&say(language, "logs-verified", &said));
    }
    for problem in &report.problems {
        print(&said(language, problem));
    }
    let torn_alone = |problem: &Problem| matches!(problem, Problem::Torn { .. });
    if report.problems.iter().all(torn_alone) {
        print(&say(language, "logs-verify-good", &[]));
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}

/// Heads that stand elsewhere: in an exported ledger, or in a file of lines with the file, the number of records and the head.
fn heads(path: &Path) -> Result<Vec<Sealed>, Failure> {
    if path.is_dir() {
        let told = told_to(path).map_err(unreadable(path))?;
        return match told.is_empty() {
            false => Ok(told),
            true => Err(Failure::new(
                "logs-error-no-heads",
                &[("path", &path.display())],
            )),
        };
    }
    let text = std::fs::read_to_string(path).map_err(unreadable(path))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let read = |line: &str| {
        let mut words = line.split_whitespace();
        Some(Sealed {
            name: words.next()?.to_owned(),
            entries: words.next()?.parse().ok()?,
            head: words.next()?.parse().ok()?,
        })
    };
    lines
        .map(|line| {
            read(line).ok_or_else(|| Failure::new("logs-error-heads", &[("path", &path.display())]))
        })
        .collect()
}

/// What a gateway was told, by its exported ledger. Whether that is whole is for `sekisho ledger verify` to say.
fn told_to(export: &Path) -> std::io::Result<Vec<Sealed>> {
    let mut told = Vec::new();
    let mut folders = vec![export.join("tile/entries")];
    while let Some(folder) = folders.pop() {
        for found in std::fs::read_dir(folder)? {
            let path = found?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let tile = path.strip_prefix(export).ok().and_then(Path::to_str);
            let Some(tile) = tile.and_then(|tile| tile.parse::<Tile>().ok()) else {
                continue;
            };
            let bytes = std::fs::read(&path)?;
            let entries = decode_bundle(&bytes, tile.width);
            let entries = entries.map_err(std::io::Error::other)?;
            told.extend(entries.into_iter().filter_map(head_in));
        }
    }
    Ok(told)
}

/// The head that an entry tells of, if it does.
fn head_in(entry: &[u8]) -> Option<Sealed> {
    let entry: serde_json::Value = serde_json::from_slice(entry).ok()?;
    let event = entry.get("event")?;
    if event.get("kind")? != "foreign_log_sealed" {
        return None;
    }
    let sealed = event.get("sealed")?;
    Some(Sealed {
        name: sealed.get("file")?.as_str()?.to_owned(),
        entries: sealed.get("entries")?.as_u64()?,
        head: sealed.get("head")?.as_str()?.parse().ok()?,
    })
}

fn said(language: Language, problem: &Problem) -> String {
    match problem {
        Problem::NotAsTold { name, entries } => {
            let entries = entries.to_string();
            let said = [("name", name.as_str()), ("entries", &entries)];
            say(language, "logs-verify-not-as-told", &said)
        }
        Problem::Altered { name, offset } => {
            let offset = offset.to_string();
            say(
                language,
                "logs-verify-altered",
                &[("name", name), ("offset", &offset)],
            )
        }
        Problem::Torn { name, bytes } => {
            let bytes = bytes.to_string();
            say(
                language,
                "logs-verify-torn",
                &[("name", name), ("bytes", &bytes)],
            )
        }
        Problem::OutOfChain { name } => {
            say(language, "logs-verify-out-of-chain", &[("name", name)])
        }
        Problem::BeginningGone { name } => {
            say(language, "logs-verify-beginning-gone", &[("name", name)])
        }
    }
}
