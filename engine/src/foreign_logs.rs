//! Hears what the receiver of other devices' logs tells (`sekisho-logs`, decision 0064), and enters it.
//!
//! It is told in files of lines, one a month, in a folder that this process may read and nothing else of the receiver's. Where it
//! was heard stands in the ledger, so that after a crash nothing is entered twice and nothing is passed over. The receiver reads
//! the bytes of strangers: its lines are bounded, and so is how many of them a day are entered.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::live::lock;
use crate::{Engine, Inner, gateway_caller};
use access::{Command, ForeignTold, GatewayNote, Reason, ToldAt};
use ids::Timestamp;

/// How often it is looked whether something was told.
const LOOK: Duration = Duration::from_secs(2);
/// How often the thread looks whether the engine stops.
const TURN: Duration = Duration::from_millis(250);
/// Bytes of a line; the receiver's are a tenth of it.
const LONGEST_LINE: u64 = 4_096;
/// Lines that are read at once.
const AT_ONCE: usize = 256;
/// Findings that are entered in a day; the others wait for the next.
const MOST_A_DAY: u32 = 300;
/// Heads that come sooner after one another are passed over: they come once an hour, but one with each start of the receiver too.
const HEADS_APART: Duration = Duration::from_secs(10 * 60);
/// The receiver tells a head every hour: after so long without one, it does not run.
const SILENT_AFTER: Duration = Duration::from_secs(3 * 3600);

/// What is known of the receiver while the engine runs.
#[derive(Default)]
pub(crate) struct Hearing(Mutex<Option<Heard>>);

/// What was heard so far.
struct Heard {
    /// When the receiver last told something, or when we began to listen.
    last: Timestamp,
    /// Whether its folder can be read.
    unreadable: Option<String>,
    /// Whether findings wait because there were too many.
    waiting: bool,
}

impl Engine {
    /// Begins to hear what is told in this folder, until the engine stops.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn hear_foreign_logs(&self, folder: PathBuf) -> std::io::Result<()> {
        let inner = Arc::clone(&self.inner);
        let thread = std::thread::Builder::new()
            .name("foreign-logs".to_owned())
            .spawn(move || run(&inner, &folder))?;
        self.inner.threads().push(thread);
        Ok(())
    }

    /// What somebody has to look at about the receiver.
    pub(crate) fn foreign_log_findings(&self, found: &mut impl FnMut(&'static str, String, bool)) {
        let heard = lock(&self.inner.foreign_logs.0);
        let Some(heard) = heard.as_ref() else { return };
        if let Some(cause) = &heard.unreadable {
            found("finding-foreign-logs-unreadable", cause.clone(), false);
        } else if self.now().since(heard.last) >= SILENT_AFTER {
            found("finding-foreign-logs-silent", heard.last.to_string(), false);
        }
        if heard.waiting {
            found("finding-foreign-logs-many", MOST_A_DAY.to_string(), false);
        }
    }
}

fn run(inner: &Arc<Inner>, folder: &Path) {
    let mut listening = Listening::new(inner);
    let mut looked: Option<Instant> = None;
    while !inner.stopping.load(Ordering::SeqCst) {
        if looked.is_some_and(|then| then.elapsed() < LOOK) {
            std::thread::sleep(TURN);
            continue;
        }
        looked = Some(Instant::now());
        let heard = listening.listen(inner, folder);
        let mut known = lock(&inner.foreign_logs.0);
        *known = Some(Heard {
            last: listening.last,
            unreadable: heard.err().map(|cause| cause.to_string()),
            waiting: listening.waiting,
        });
    }
}

/// How far was read.
struct Listening {
    /// The next line's place, and the byte at which it begins where that is known.
    next: Option<(ToldAt, Option<u64>)>,
    last: Timestamp,
    /// Findings that were entered, and since when they are counted.
    entered: (Timestamp, u32),
    /// Whether a finding waits for the next day.
    waiting: bool,
    /// When a head was entered.
    sealed: Option<Timestamp>,
}

impl Listening {
    fn new(inner: &Inner) -> Self {
        let now = inner.clock.now();
        let heard = inner.site().foreign_logs().heard.clone();
        let next = heard.map(|mut at| {
            at.line = at.line.saturating_add(1);
            (at, None)
        });
        Self {
            next,
            last: now,
            entered: (now, 0),
            waiting: false,
            sealed: None,
        }
    }

    /// Enters what was told since the last time.
    fn listen(&mut self, inner: &Inner, folder: &Path) -> std::io::Result<()> {
        if !inner.site().writes("foreign_log_found") {
            return Ok(());
        }
        for month in months(folder)? {
            let (from, offset) = match &self.next {
                Some((at, _)) if at.month > month => continue,
                Some((at, offset)) if at.month == month => (at.line, *offset),
                _ => (1, Some(0)),
            };
            let path = folder.join(format!("{month}.jsonl"));
            if !self.read_on(inner, &path, (month, from, offset))? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Reads one file on. False if there is more in it, now or when something was tried again: nothing behind it is heard before.
    fn read_on(
        &mut self,
        inner: &Inner,
        path: &Path,
        (month, mut line, offset): (String, u64, Option<u64>),
    ) -> std::io::Result<bool> {
        let mut file = BufReader::new(File::open(path)?);
        let mut at = match offset {
            Some(offset) => file.seek(SeekFrom::Start(offset))?,
            None => skip(&mut file, line.saturating_sub(1))?,
        };
        let mut ended = false;
        for _ in 0..AT_ONCE {
            let mut bytes = Vec::new();
            let length = (&mut file)
                .take(LONGEST_LINE)
                .read_until(b'\n', &mut bytes)?;
            // It is being written, or longer than any line: nothing behind it is believed.
            if bytes.last() != Some(&b'\n') {
                ended = true;
                break;
            }
            let place = ToldAt {
                month: month.clone(),
                line,
            };
            if !self.hear(inner, place, &bytes) {
                break;
            }
            line = line.saturating_add(1);
            at = at.saturating_add(length as u64);
        }
        self.next = Some((ToldAt { month, line }, Some(at)));
        Ok(ended)
    }

    /// Enters a line. False if it has to be tried again.
    fn hear(&mut self, inner: &Inner, at: ToldAt, line: &[u8]) -> bool {
        let Some((when, told)) = ForeignTold::read(line) else {
            tracing::warn!(
                month = at.month,
                line = at.line,
                "a line of the logs' receiver cannot be read"
            );
            return true;
        };
        let now = inner.clock.now();
        // A time that is ahead of ours would hide a silence.
        self.last = self.last.max(when.min(now));
        let is_head = match &told {
            ForeignTold::Sealed(sealed) => {
                let again = inner.site().foreign_logs().head.as_ref() == Some(sealed);
                let soon = |then: Timestamp| now.since(then) < HEADS_APART;
                if again || self.sealed.is_some_and(soon) {
                    return true;
                }
                true
            }
            ForeignTold::Found(_) => {
                let (since, entered) = &mut self.entered;
                if now.since(*since) >= Duration::from_secs(24 * 3600) {
                    (*since, *entered) = (now, 0);
                }
                self.waiting = *entered >= MOST_A_DAY;
                if self.waiting {
                    return false;
                }
                false
            }
        };
        let note = Command::Note(GatewayNote::ForeignLog { at, told });
        let answer = inner.queue.submit(gateway_caller(), note, Vec::new());
        let entered = inner.answered(answer);
        match entered {
            Some(Ok(_)) => {
                if is_head {
                    self.sealed = Some(now);
                } else {
                    self.entered.1 = self.entered.1.saturating_add(1);
                }
                true
            }
            Some(Err(refusal)) => {
                let again = refusal.reasons == [Reason::LedgerUnavailable];
                if !again {
                    tracing::warn!(%refusal, "a line of the logs' receiver is not entered");
                }
                !again
            }
            None => false,
        }
    }
}

/// The months that there are, oldest first.
fn months(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut months = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let month = name.to_str().and_then(|name| name.strip_suffix(".jsonl"));
        let like = |month: &&str| month.len() == 7 && month.is_ascii();
        months.extend(month.filter(like).map(str::to_owned));
    }
    months.sort();
    Ok(months)
}

/// Goes behind so many lines, and says at which byte that is.
fn skip(file: &mut BufReader<File>, lines: u64) -> std::io::Result<u64> {
    let mut at = 0_u64;
    let mut bytes = Vec::new();
    for _ in 0..lines {
        bytes.clear();
        let length = file.take(LONGEST_LINE).read_until(b'\n', &mut bytes)?;
        if bytes.last() != Some(&b'\n') {
            break;
        }
        at = at.saturating_add(length as u64);
    }
    file.seek(SeekFrom::Start(at))
}
