//! How a password that is entered by SSH is replaced, where the target has no command of Linux for it: at Windows,
//! or line by line at the command line of a device.
//!
//! A dialogue is what a person would type there. What stands in it for the account and the secrets is a word of its
//! own, and what takes its place has no sign that any command line reads in its own way: nothing can be put
//! into a line that the hospital did not write there.

use ids::NonEmpty;
use serde::{Deserialize, Serialize};

use crate::limits::{LONGEST_DIALOGUE_LINE, MOST_DIALOGUE_LINES};
use crate::site::{Site, Target};
use crate::terms::{Protocol, SecretKind};

/// How the password of an account is replaced at its target; without one it is the command of Linux.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RotationWay {
    /// A local account of Windows, by PowerShell: the account is an administrator there.
    Windows,
    /// A device with a command line.
    Device(Dialogue),
}

/// What is said to a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dialogue {
    /// Signed in with the old password: until the new one holds.
    pub change: NonEmpty<DialogueLine>,
    /// Signed in anew with the new password: until the device keeps it over a restart. Empty for a device that keeps
    /// everything at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub save: Vec<DialogueLine>,
}

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialogueLine {
    /// Wait until what the device writes ends with this: its prompt.
    Expect(String),
    /// Somewhere in what it wrote to the last line there must be this: it says that something was done.
    See(String),
    /// Type this line. `{account}`, `{old}` and `{new}` are filled in, each a word of its own.
    Send(String),
}

/// What is filled in.
const ACCOUNT: &str = "{account}";
const OLD: &str = "{old}";
const NEW: &str = "{new}";

/// A word of a line that is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialogueWord<'a> {
    /// As the hospital wrote it.
    Written(&'a str),
    /// The account's name.
    Account,
    /// The password so far.
    Old,
    /// The one that takes its place.
    New,
}

impl<'a> DialogueWord<'a> {
    /// The words of a line, in order, with a space between each two.
    pub fn all(line: &'a str) -> impl Iterator<Item = Self> {
        line.split(' ').map(|word| match word {
            ACCOUNT => Self::Account,
            OLD => Self::Old,
            NEW => Self::New,
            written => Self::Written(written),
        })
    }

    /// A brace stands nowhere but around what is filled in.
    fn is_possible(self) -> bool {
        match self {
            Self::Written(word) => !word.contains(['{', '}']),
            Self::Account | Self::Old | Self::New => true,
        }
    }
}

impl Dialogue {
    /// Reads it as it is typed: a line each of `expect`, `see` or `send` and a text; `save` alone stands before
    /// what is said with the new password. `None` if it is not one, or says nothing of the new password.
    pub fn parse<'a>(lines: impl Iterator<Item = &'a str>) -> Option<Self> {
        let (mut change, mut save) = (Vec::new(), None::<Vec<DialogueLine>>);
        for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
            if line == "save" {
                if save.replace(Vec::new()).is_some() {
                    return None;
                }
                continue;
            }
            let (verb, text) = line.split_once(' ')?;
            let text = text.trim().to_owned();
            let line = match verb {
                "expect" => DialogueLine::Expect(text),
                "see" => DialogueLine::See(text),
                "send" => DialogueLine::Send(text),
                _ => return None,
            };
            save.as_mut().unwrap_or(&mut change).push(line);
        }
        let dialogue = Self {
            change: NonEmpty::from_vec(change).ok()?,
            save: save.unwrap_or_default(),
        };
        dialogue.is_possible().then_some(dialogue)
    }

    /// The lines as they are typed.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.change.iter().map(DialogueLine::typed).collect();
        if !self.save.is_empty() {
            lines.push("save".to_owned());
            lines.extend(self.save.iter().map(DialogueLine::typed));
        }
        lines
    }

    /// Whether it is known afterwards how far it came. Both parts end with an answer; and before `save`, while one
    /// sign-in is all that says which of the two holds, one password is changed and no second one.
    pub(crate) fn is_provable(&self) -> bool {
        let change: Vec<DialogueLine> = self.change.iter().cloned().collect();
        let mut typed: Vec<_> = change.iter().filter(|line| line.is_typed()).collect();
        // What is typed once more confirms it: the whole line, or the new password alone after a line that sets it.
        typed.dedup_by(|next, before| next == before || (next.is_new_alone() && before.sets()));
        let changes = typed.iter().filter(|line| line.sets()).count();
        changes == 1 && is_answered(&change) && is_answered(&self.save)
    }

    /// Whether what is said after `save` needs the old password: of what it changes there, too, nobody knows afterwards
    /// whether it still has the old one.
    pub fn saves_with_the_old(&self) -> bool {
        self.save.iter().any(|line| match line {
            DialogueLine::Send(text) => {
                DialogueWord::all(text).any(|word| word == DialogueWord::Old)
            }
            DialogueLine::Expect(_) | DialogueLine::See(_) => false,
        })
    }

    /// Whether every line can be said, and the new password is among them.
    pub(crate) fn is_possible(&self) -> bool {
        let number = self.change.iter().count().saturating_add(self.save.len());
        let all = self.change.iter().chain(&self.save);
        let sets = self.change.iter().any(DialogueLine::sets);
        sets && number <= MOST_DIALOGUE_LINES && all.into_iter().all(DialogueLine::is_possible)
    }
}

/// Whether the last thing is an answer: what is typed last, and waited for by nobody, is not known to be done.
fn is_answered(lines: &[DialogueLine]) -> bool {
    !matches!(lines.last(), Some(DialogueLine::Send(_)))
}

impl DialogueLine {
    fn is_typed(&self) -> bool {
        matches!(self, Self::Send(_))
    }

    fn sets(&self) -> bool {
        match self {
            Self::Send(text) => DialogueWord::all(text).any(|word| word == DialogueWord::New),
            Self::Expect(_) | Self::See(_) => false,
        }
    }

    fn is_new_alone(&self) -> bool {
        matches!(self, Self::Send(text) if DialogueWord::all(text).eq([DialogueWord::New]))
    }

    fn text(&self) -> &str {
        match self {
            Self::Expect(text) | Self::See(text) | Self::Send(text) => text,
        }
    }

    fn typed(&self) -> String {
        let verb = match self {
            Self::Expect(_) => "expect",
            Self::See(_) => "see",
            Self::Send(_) => "send",
        };
        format!("{verb} {}", self.text())
    }

    fn is_possible(&self) -> bool {
        let text = self.text();
        let fits = !text.is_empty()
            && text.trim() == text
            && text.chars().count() <= LONGEST_DIALOGUE_LINE
            && !text.chars().any(char::is_control);
        let words = match self {
            Self::Send(text) => {
                text.is_ascii() && DialogueWord::all(text).all(DialogueWord::is_possible)
            }
            Self::Expect(_) | Self::See(_) => true,
        };
        fits && words
    }
}

/// Whether a command line reads this word as itself wherever it stands: letters, digits and three signs, never an
/// option, never empty.
pub fn is_plain_word(word: &str) -> bool {
    let begins = word.starts_with(|first: char| first.is_ascii_alphanumeric());
    let fits = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '.');
    begins && word.chars().all(fits)
}

impl RotationWay {
    /// Whether an account of this name can be replaced in this way.
    pub(crate) fn takes(&self, account: &str) -> bool {
        match self {
            // Another computer's accounts, and those of a domain, have a name of two parts.
            Self::Windows => {
                !account.contains(['\\', '/', '@', '"']) && !account.contains(char::is_control)
            }
            Self::Device(dialogue) => is_plain_word(account) && dialogue.is_possible(),
        }
    }

    /// Whether it is known of it which password works, wherever it is interrupted.
    pub(crate) fn is_provable(&self) -> bool {
        match self {
            Self::Windows => true,
            Self::Device(dialogue) => dialogue.is_provable(),
        }
    }
}

impl Target {
    /// Whether it is known of how its password is replaced how far that came; of what was chosen before this was
    /// asked it may not be.
    pub fn is_way_provable(&self) -> bool {
        let way = self.rotation_way.as_ref();
        way.is_none_or(RotationWay::is_provable)
    }

    /// Whether another way than the command of Linux can be chosen for it: one account that is entered by SSH with a
    /// password.
    pub fn can_have_rotation_way(&self) -> bool {
        self.protocol == Protocol::Ssh
            && self.ssh.is_some()
            && self.visit_accounts.is_none()
            && self.secret.is_none_or(SecretKind::is_password)
    }
}

impl Site {
    /// The targets at which another way was chosen.
    pub fn rotation_ways(&self) -> impl Iterator<Item = (&Target, &RotationWay)> {
        let all = self.targets.values();
        all.filter_map(|target| Some((target, target.rotation_way.as_ref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<Dialogue> {
        Dialogue::parse(text.lines())
    }

    #[test]
    fn a_dialogue_is_read_as_it_is_written() {
        let text = "expect >\nsend enable\nexpect Password:\nsend {old}\nexpect #\nsend username {account} secret {new}\nexpect #\nsave\nexpect >\nsend write memory\nsee [OK]\nexpect #";
        let dialogue = parsed(text).unwrap();
        assert_eq!(dialogue.lines().join("\n"), text);
        assert_eq!(dialogue.save.len(), 4);
        let bytes = serde_json::to_string(&dialogue).unwrap();
        assert_eq!(serde_json::from_str::<Dialogue>(&bytes).unwrap(), dialogue);
    }

    #[test]
    fn what_is_no_dialogue_is_none() {
        let long = format!("send {{new}} {}", "x".repeat(LONGEST_DIALOGUE_LINE));
        let many = "send {new}\n".repeat(MOST_DIALOGUE_LINES + 1);
        for wrong in [
            "",
            "save",
            "expect #",
            "send password",
            "send {new",
            "send \"{new}\"",
            "send x{new}",
            "send {new}\nsend {other}",
            "send {new}\nrun reboot",
            "send {new}\nexpect",
            "send {new}\nsend \u{7}",
            "send {new}\nsend パスワード",
            "send {new}\nsave\nsave",
            // Only the change itself brings the new one to the device.
            "send {old}\nsave\nsend {new}",
            &long,
            &many,
        ] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn l29_a_word_that_any_command_line_reads_in_its_own_way_is_not_plain() {
        for odd in [
            "",
            "-x",
            "a b",
            "a\nreload",
            "a;b",
            "a|b",
            "a?",
            "a$b",
            "a\"b",
            "a'b",
            "a`b",
            "a\\b",
            "a!b",
            "あ",
            "a\u{7f}",
            "{new}",
        ] {
            assert!(!is_plain_word(odd), "{odd:?}");
        }
        assert!(is_plain_word("m4int-2_a.b"));
    }

    #[test]
    fn an_account_of_another_computer_is_none_of_windows_own() {
        assert!(RotationWay::Windows.takes("maint user"));
        for other in ["HOSP\\maint", "maint@hosp.local", "a/b", "a\nb"] {
            assert!(!RotationWay::Windows.takes(other), "{other:?}");
        }
    }
}
