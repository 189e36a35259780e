//! A password that is replaced at the command line of a device, line by line, as the hospital wrote it (decision 0051).
//!
//! [`Talk`] is the machine: what the device writes goes in, what is typed comes out, and time is told to it. What a
//! device writes is kept in memory until the next line, goes nowhere, and is in no log: it repeats what is typed.

use std::time::Duration;

use access::{DialogueLine, DialogueWord, is_plain_word};
use engine::TargetSecret;
use ssh::{Received, Said, Size, Start, Terminal};
use tokio::time::{Instant, timeout, timeout_at};
use zeroize::Zeroizing;

use super::NotDone;
use crate::workers::TargetChannel;

/// How long a device may take to show its prompt: one that writes its settings to flash takes some seconds.
const PROMPT_WITHIN: Duration = Duration::from_secs(15);

/// How long a prompt has to stand there: what is written before it may end like one where a packet ends.
const STANDS: Duration = Duration::from_millis(200);

/// How long it may take in all. The sign-in before it has its own time.
const TALK_WITHIN: Duration = Duration::from_secs(60);

/// Bytes of what a device wrote to one line that are looked at: the latest. A banner may be longer.
const MOST_KEPT: usize = 16 * 1024;

/// Bytes that a device may write in all: whoever writes more is not answering.
const MOST_WRITTEN: usize = 256 * 1024;

/// Wide enough that no line is broken in the middle, and long enough that nobody is asked for more.
const SCREEN: Size = Size {
    columns: 511,
    rows: 500,
    width: 0,
    height: 0,
};

/// What the placeholders stand for. It has no `Debug`: it holds secrets.
pub(super) struct Words {
    account: Zeroizing<String>,
    old: Zeroizing<String>,
    new: Zeroizing<String>,
}

impl Words {
    /// `None` if one of the secrets is a key: a device is told passwords.
    pub(super) fn of(account: &str, old: &TargetSecret, new: &TargetSecret) -> Option<Self> {
        let (TargetSecret::Password(old), TargetSecret::Password(new)) = (old, new) else {
            return None;
        };
        Some(Self {
            account: account.to_owned().into(),
            old: old.clone(),
            new: new.clone(),
        })
    }

    /// A line as it is typed; `None` if what is filled in has a sign that a device may read in its own way.
    fn fill(&self, line: &str) -> Option<Zeroizing<Vec<u8>>> {
        let mut words = Vec::new();
        for word in DialogueWord::all(line) {
            let filled = match word {
                DialogueWord::Written(written) => {
                    words.push(written);
                    continue;
                }
                DialogueWord::Account => &self.account,
                DialogueWord::Old => &self.old,
                DialogueWord::New => &self.new,
            };
            words.push(Some(filled.as_str()).filter(|filled| is_plain_word(filled))?);
        }
        // As long as it will be: nothing of a secret stays behind where a shorter one lay.
        let length: usize = words.iter().map(|word| word.len().saturating_add(1)).sum();
        let mut typed = Zeroizing::new(Vec::with_capacity(length));
        for (place, word) in words.iter().enumerate() {
            if place > 0 {
                typed.push(b' ');
            }
            typed.extend_from_slice(word.as_bytes());
        }
        typed.push(b'\r');
        Some(typed)
    }
}

/// What comes next.
enum Next {
    /// This is typed.
    Type(Zeroizing<Vec<u8>>),
    /// The device has not shown its prompt yet.
    Wait,
    /// It may have shown it: if it writes nothing until then, it has.
    Stand(Instant),
    /// All of it was said.
    Done,
}

/// One talk with a device.
struct Talk<'a> {
    lines: std::iter::Peekable<std::slice::Iter<'a, DialogueLine>>,
    words: &'a Words,
    /// What it wrote since the last line, the latest of it.
    wrote: Zeroizing<Vec<u8>>,
    in_all: usize,
    /// When it last wrote something.
    last: Instant,
    /// Whether a prompt was shown since the last line that was typed.
    prompted: bool,
    /// How many lines were typed from the first one with the new secret on.
    told: usize,
}

impl<'a> Talk<'a> {
    fn new(lines: &'a [DialogueLine], words: &'a Words, now: Instant) -> Self {
        Self {
            lines: lines.iter().peekable(),
            words,
            wrote: Zeroizing::new(Vec::with_capacity(MOST_KEPT)),
            in_all: 0,
            last: now,
            prompted: false,
            told: 0,
        }
    }

    fn handle_output(&mut self, bytes: &[u8], now: Instant) -> Result<(), NotDone> {
        self.last = now;
        self.in_all = self.in_all.saturating_add(bytes.len());
        if self.in_all > MOST_WRITTEN {
            // Whoever writes without end answers nothing.
            return Err(NotDone::Gone);
        }
        let bytes = bytes
            .get(bytes.len().saturating_sub(MOST_KEPT)..)
            .unwrap_or(bytes);
        let room = MOST_KEPT.saturating_sub(bytes.len());
        let over = self.wrote.len().saturating_sub(room);
        self.wrote.drain(..over);
        self.wrote.extend_from_slice(bytes);
        Ok(())
    }

    fn poll_next(&mut self, now: Instant) -> Result<Next, NotDone> {
        while let Some(line) = self.lines.peek() {
            match line {
                DialogueLine::Expect(prompt) => {
                    if let Some(waits) = self.waits_for(prompt, now) {
                        return Ok(waits);
                    }
                    self.prompted = true;
                }
                DialogueLine::See(text) => {
                    let text = text.as_bytes();
                    let mut windows = self.wrote.windows(text.len().max(1));
                    if !windows.any(|window| window == text) {
                        return self.not_seen(now);
                    }
                }
                DialogueLine::Send(text) => {
                    let typed = self.words.fill(text).ok_or(NotDone::NotOffered)?;
                    let sets = DialogueWord::all(text).any(|word| word == DialogueWord::New);
                    if sets || self.told > 0 {
                        self.told = self.told.saturating_add(1);
                    }
                    self.lines.next();
                    self.wrote.clear();
                    self.prompted = false;
                    return Ok(Next::Type(typed));
                }
            }
            self.lines.next();
        }
        Ok(Next::Done)
    }

    /// What is still to be waited for until this prompt stands there.
    fn waits_for(&self, prompt: &str, now: Instant) -> Option<Next> {
        let stands = self.last + STANDS;
        if !self.wrote.trim_ascii_end().ends_with(prompt.as_bytes()) {
            Some(Next::Wait)
        } else if now < stands {
            Some(Next::Stand(stands))
        } else {
            None
        }
    }

    /// A text that was not written yet may still come, but not when a prompt stands there: the one before it, or the
    /// next one.
    fn not_seen(&self, now: Instant) -> Result<Next, NotDone> {
        let mut ahead = self.lines.clone();
        let next = ahead.find_map(|line| match line {
            DialogueLine::Expect(prompt) => Some(prompt),
            DialogueLine::See(_) | DialogueLine::Send(_) => None,
        });
        let waits = match next {
            _ if self.prompted => None,
            Some(prompt) => self.waits_for(prompt, now),
            None => Some(Next::Wait),
        };
        waits.ok_or(NotDone::Refused(None))
    }

    /// What it means that it was not said to its end. A no to the first line with the new secret is one; whoever
    /// took that line, and fails at any later one, may have done anything.
    fn left(&self, cause: NotDone) -> NotDone {
        match (cause, self.told) {
            (NotDone::Gone, 0) => NotDone::NotTold,
            (NotDone::Refused(_), 2..) => NotDone::Gone,
            (cause, _) => cause,
        }
    }
}

/// Whether every line can be filled in: looked at before anything is said.
pub(super) fn can_be_said(lines: &[DialogueLine], words: &Words) -> bool {
    lines.iter().all(|line| match line {
        DialogueLine::Send(text) => words.fill(text).is_some(),
        DialogueLine::Expect(_) | DialogueLine::See(_) => true,
    })
}

/// Says all of it on a channel of its own.
pub(super) async fn said(
    channel: TargetChannel,
    lines: &[DialogueLine],
    words: &Words,
) -> Result<(), NotDone> {
    let mut talk = Talk::new(lines, words, Instant::now());
    let talked = timeout(TALK_WITHIN, to_its_end(&mut talk, channel, PROMPT_WITHIN)).await;
    talked
        .unwrap_or(Err(NotDone::Gone))
        .map_err(|cause| talk.left(cause))
}

async fn to_its_end(
    talk: &mut Talk<'_>,
    mut channel: TargetChannel,
    prompt_within: Duration,
) -> Result<(), NotDone> {
    let gone = |_| NotDone::Gone;
    let terminal = Terminal::plain("dumb", SCREEN);
    channel.out.terminal(&terminal).await.map_err(gone)?;
    channel.out.start(&Start::Shell).await.map_err(gone)?;
    loop {
        let heard = match talk.poll_next(Instant::now())? {
            Next::Type(typed) => {
                channel.out.data(typed.to_vec()).await.map_err(gone)?;
                continue;
            }
            Next::Done => return Ok(()),
            Next::Wait => {
                let heard = timeout(prompt_within, channel.inbox.next()).await;
                heard.ok().flatten()
            }
            Next::Stand(until) => match timeout_at(until, channel.inbox.next()).await {
                Ok(heard) => heard,
                Err(_) => continue,
            },
        };
        match heard.ok_or(NotDone::Gone)? {
            Received::Data(piece) => talk.handle_output(&piece.bytes, Instant::now())?,
            Received::Said(Said::Answered { granted: false, .. }) => {
                return Err(NotDone::Refused(None));
            }
            Received::Said(Said::Answered { granted: true, .. }) => {}
            // It hung up in the middle of it.
            Received::Eof | Received::Closed(_) | Received::Said(Said::Exit(_)) => {
                return Err(NotDone::Gone);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(old: &str, new: &str) -> Words {
        Words {
            account: "maint".to_owned().into(),
            old: old.to_owned().into(),
            new: new.to_owned().into(),
        }
    }

    fn lines(text: &str) -> Vec<DialogueLine> {
        let dialogue = access::Dialogue::parse(text.lines()).unwrap();
        dialogue.change.iter().cloned().collect()
    }

    /// What is typed when the device writes these one after the other, and waits after each.
    fn typed(text: &str, wrote: &[&str]) -> Result<(Vec<String>, bool), NotDone> {
        let wrote: Vec<_> = wrote.iter().map(|bytes| (*bytes, STANDS)).collect();
        typed_after(text, &wrote)
    }

    /// The same, if it waits for so long after each.
    fn typed_after(text: &str, wrote: &[(&str, Duration)]) -> Result<(Vec<String>, bool), NotDone> {
        let (lines, words) = (lines(text), words("before", "after"));
        let mut now = Instant::now();
        let mut talk = Talk::new(&lines, &words, now);
        let mut typed = Vec::new();
        let mut coming = wrote.iter();
        loop {
            match talk.poll_next(now)? {
                Next::Type(line) => typed.push(String::from_utf8(line.to_vec()).unwrap()),
                Next::Done => return Ok((typed, true)),
                Next::Wait | Next::Stand(_) => match coming.next() {
                    Some((bytes, waits)) => {
                        talk.handle_output(bytes.as_bytes(), now)?;
                        now += *waits;
                    }
                    None => return Ok((typed, false)),
                },
            }
        }
    }

    const CHANGE: &str = "expect >\nsend enable\nexpect Password:\nsend {old}\nexpect #\n\
                          send username {account} secret {new}\nexpect #\nsee done";

    #[test]
    fn a_line_is_typed_when_the_prompt_before_it_was_shown_and_no_earlier() {
        let said = typed(
            CHANGE,
            &[
                "\r\nWelcome > to\r\n",
                "r1>",
                "enable\r\nPass",
                "word: ",
                "\r\nr1# ",
                "x\r\ndone\r\nr1#",
            ],
        );
        let all = ["enable\r", "before\r", "username maint secret after\r"];
        assert_eq!(said, Ok((all.map(str::to_owned).to_vec(), true)));
        let (first, done) = typed(CHANGE, &["r1", ">\r\n% reload in 5 minutes"]).unwrap();
        assert!(first.is_empty() && !done);
    }

    #[test]
    fn a_text_that_ends_like_a_prompt_where_a_packet_ends_is_none() {
        let text = "expect #\nsend {new}\nsee done\nexpect #";
        let soon = STANDS / 2;
        let banner = [("Building 3 #", soon), ("4 floors\r\n", STANDS)];
        assert_eq!(typed_after(text, &banner), Ok((Vec::new(), false)));
        let shown = [("Building 3 #", soon), ("4 floors\r\nr1#", STANDS)];
        let (typed, done) = typed_after(text, &shown).unwrap();
        assert_eq!((typed.len(), done), (1, false));
        // It is no answer to what was typed, either: neither a yes nor a no.
        let answered = |wrote: &[(&str, Duration)]| {
            let all: Vec<_> = [("r1#", STANDS)].iter().chain(wrote).copied().collect();
            typed_after(text, &all).map(|(_, done)| done)
        };
        assert_eq!(answered(&[("#", soon), ("# done\r\n", soon)]), Ok(false));
        let late = [("#", soon), ("# done\r\n", soon), ("r1#", STANDS)];
        assert_eq!(answered(&late), Ok(true));
        assert_eq!(answered(&[("bad #", STANDS)]), Err(NotDone::Refused(None)));
    }

    #[test]
    fn what_is_to_be_seen_last_is_waited_for() {
        let text = "expect #\nsend {new}\nsee done";
        let (said, done) = typed(text, &["r1#", "wait...\r\n"]).unwrap();
        assert_eq!((said.len(), done), (1, false));
        let (_, done) = typed(text, &["r1#", "wait...\r\n", "done"]).unwrap();
        assert!(done);
    }

    #[test]
    fn what_is_to_be_seen_and_is_not_there_is_a_no() {
        let wrote = [">", "Password:", "#", "% bad secret\r\n#"];
        assert_eq!(typed(CHANGE, &wrote), Err(NotDone::Refused(None)));
        // Before its prompt it may still come.
        let before = "send x {new}\nsee saved\nexpect #";
        let (_, done) = typed(before, &["wait... ", "saved\r\n", "#"]).unwrap();
        assert!(done);
        let never = typed(before, &["wait... ", "failed\r\n#"]);
        assert_eq!(never, Err(NotDone::Refused(None)));
    }

    #[test]
    fn what_is_not_said_to_its_end_is_a_no_only_before_the_new_password_was_taken() {
        let (lines, words) = (
            lines("send x\nsee y\nsend {new}\nsend end\nexpect #"),
            words("before", "after"),
        );
        let mut talk = Talk::new(&lines, &words, Instant::now());
        let refused = NotDone::Refused(None);
        let left = |talk: &Talk<'_>| (talk.left(NotDone::Gone), talk.left(refused));
        assert!(matches!(talk.poll_next(Instant::now()), Ok(Next::Type(_))));
        assert_eq!(left(&talk), (NotDone::NotTold, refused));
        talk.handle_output(b"y", Instant::now()).unwrap();
        assert!(matches!(talk.poll_next(Instant::now()), Ok(Next::Type(_))));
        assert_eq!(left(&talk), (NotDone::Gone, refused));
        assert!(matches!(talk.poll_next(Instant::now()), Ok(Next::Type(_))));
        assert_eq!(left(&talk), (NotDone::Gone, NotDone::Gone));
        assert_eq!(talk.left(NotDone::NotOffered), NotDone::NotOffered);
    }

    #[test]
    fn l29_a_secret_that_a_device_may_read_in_its_own_way_is_never_typed() {
        for odd in ["a b", "a;b", "a\nreload", "-f", "a?", "a\"b"] {
            let lines = lines("send secret {new}");
            assert!(!can_be_said(&lines, &words("before", odd)), "{odd:?}");
            let words = words("before", odd);
            let mut talk = Talk::new(&lines, &words, Instant::now());
            assert_eq!(
                talk.poll_next(Instant::now()).err(),
                Some(NotDone::NotOffered)
            );
        }
        // The old one may be anything that signed in, if it is not typed.
        assert!(can_be_said(
            &lines("send secret {new}"),
            &words("a b", "after")
        ));
    }

    #[test]
    fn l24_a_device_that_writes_without_end_is_left_and_holds_no_memory() {
        let (lines, words) = (lines("expect #\nsend {new}"), words("before", "after"));
        let mut talk = Talk::new(&lines, &words, Instant::now());
        let flood = [b'x'; 4096];
        let mut taken = 0;
        while talk.handle_output(&flood, Instant::now()).is_ok() {
            taken += flood.len();
            assert!(talk.wrote.len() <= MOST_KEPT);
            assert_eq!(talk.wrote.capacity(), MOST_KEPT);
        }
        assert_eq!(taken, MOST_WRITTEN);
    }

    proptest::proptest! {
        #[test]
        fn a_device_may_write_anything(
            wrote in proptest::collection::vec(proptest::collection::vec(0u8.., 0..200), 0..20),
        ) {
            let (lines, words) = (lines(CHANGE), words("before", "after"));
            let mut talk = Talk::new(&lines, &words, Instant::now());
            for bytes in wrote {
                let _ = talk.handle_output(&bytes, Instant::now());
                let stood = Instant::now() + STANDS;
                while let Ok(Next::Type(_)) = talk.poll_next(stood) {}
            }
        }
    }
}
