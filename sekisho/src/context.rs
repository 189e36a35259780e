//! What every command has at hand: language, output, the site that is meant.

use std::io::{self, IsTerminal, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use client::keep::SignInPlace;
use client::{Api, Home, Membership};
use ids::{SiteId, Timestamp};
use phrases::{Language, say};
use serde::Serialize;
use wire::{Said, Secret};

use crate::cli::Global;
use crate::failure::{Failure, Family, Kind, sentence};

/// The longest line of an answer, in bytes.
const MAX_LINE: usize = 8 * 1024;

/// What every command has at hand.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) language: Language,
    pub(crate) json: bool,
    pub(crate) from_address: Option<IpAddr>,
    home: Option<Home>,
    site: Option<SiteId>,
    site_dir: Option<PathBuf>,
}

/// A site that a command speaks to.
#[derive(Debug)]
pub(crate) struct At {
    pub(crate) api: Api,
    pub(crate) site: SiteId,
    pub(crate) place: SignInPlace,
    /// What is pinned, if it is reached over the network.
    pub(crate) membership: Option<Membership>,
}

/// The language that is asked for, or the locale's (`LC_ALL`, then `LC_MESSAGES`, then `LANG`).
pub(crate) fn language(asked: Option<&str>, variable: impl Fn(&str) -> Option<String>) -> Language {
    if let Some(asked) = asked {
        return Language::from_locale(asked);
    }
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()));
    Language::from_locale(&locale.unwrap_or_default())
}

impl Context {
    pub(crate) fn new(global: &Global, language: Language) -> Self {
        let home = match &global.home {
            Some(folder) => Some(Home::at(folder)),
            None => Home::customary(|name| std::env::var(name).ok()),
        };
        Self {
            language,
            json: global.json,
            from_address: global.from_address,
            home,
            site: global.site.clone(),
            site_dir: global.site_dir.clone(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        client::now()
    }

    pub(crate) fn home(&self) -> Result<&Home, Failure> {
        self.home
            .as_ref()
            .ok_or_else(|| Failure::new(Kind::Usage, "cli-no-home"))
    }

    pub(crate) fn site_dir(&self) -> Option<&Path> {
        self.site_dir.as_deref()
    }

    /// The joined site that is meant.
    pub(crate) fn membership(&self) -> Result<Membership, Failure> {
        Ok(self.home()?.choose(self.site.as_ref())?)
    }

    /// The site that is meant, with its API.
    pub(crate) async fn at(&self) -> Result<At, Failure> {
        let Some(dir) = &self.site_dir else {
            let membership = self.membership()?;
            return Ok(At {
                api: membership.api(self.from_address, self.now())?,
                site: membership.site().clone(),
                place: membership.sign_in_place(),
                membership: Some(membership),
            });
        };
        let place = self.home()?.local(dir);
        let api = Api::local(dir).with_token(place.token(self.now())?);
        let site = api.status().await?.site;
        Ok(At {
            api,
            site,
            place,
            membership: None,
        })
    }

    /// A sentence in the reader's language.
    pub(crate) fn say(&self, id: &str, args: &[(&str, &str)]) -> String {
        say(self.language, id, args)
    }

    /// A sentence about values that were made into text for it.
    pub(crate) fn say_of(&self, id: &str, args: &[(&str, String)]) -> String {
        let args: Vec<(&str, &str)> = args.iter().map(|(n, v)| (*n, v.as_str())).collect();
        self.say(id, &args)
    }

    /// What the site said, in the reader's language.
    pub(crate) fn sentence(&self, family: Family, said: &Said) -> String {
        sentence(self.language, family, said)
    }

    /// A message: on standard output, or beside it where that is for a program.
    pub(crate) fn tell(&self, id: &str, args: &[(&str, &str)]) {
        let text = self.say(id, args);
        if self.json {
            note(&text);
        } else {
            print(&text);
        }
    }

    /// The result: for a program as one JSON value, for a person as these lines.
    pub(crate) fn show<T: Serialize>(
        &self,
        value: &T,
        lines: impl FnOnce(&Self) -> Vec<String>,
    ) -> Result<(), Failure> {
        if self.json {
            let text = serde_json::to_string_pretty(value).map_err(Failure::internal)?;
            print(&text);
            return Ok(());
        }
        let lines = lines(self);
        if lines.is_empty() {
            self.tell("cli-nothing-to-show", &[]);
        }
        lines.iter().for_each(|line| print(&inert(line)));
        Ok(())
    }

    /// Asks for a line.
    pub(crate) fn ask(&self, id: &str) -> Result<String, Failure> {
        prompt(&self.say(id, &[]));
        let line = line().map_err(Failure::internal)?;
        if line.is_empty() {
            return Err(Failure::new(Kind::Usage, "cli-nothing-entered"));
        }
        Ok(line)
    }

    /// Asks for a secret: never echoed on a terminal, a plain line otherwise.
    pub(crate) fn ask_secret(&self, id: &str) -> Result<Secret, Failure> {
        let text = self.say(id, &[]);
        let entered = if io::stdin().is_terminal() {
            rpassword::prompt_password(format!("{text} "))
        } else {
            prompt(&text);
            line()
        };
        let entered = entered.map_err(Failure::internal)?;
        if entered.is_empty() {
            return Err(Failure::new(Kind::Usage, "cli-nothing-entered"));
        }
        Ok(Secret::new(entered))
    }

    /// A passphrase from a file, else asked for.
    pub(crate) fn passphrase(&self, file: Option<&Path>) -> Result<Secret, Failure> {
        match file {
            Some(path) => passphrase_in(path),
            None => self.ask_secret("cli-ask-passphrase"),
        }
    }

    /// A new passphrase from a file, else asked for twice.
    pub(crate) fn new_passphrase(&self, file: Option<&Path>) -> Result<Secret, Failure> {
        if let Some(path) = file {
            return passphrase_in(path);
        }
        loop {
            let first = self.ask_secret("cli-ask-passphrase")?;
            // Without a terminal nobody can mistype unseen.
            if !io::stdin().is_terminal() {
                return Ok(first);
            }
            if self.ask_secret("cli-ask-passphrase-again")? == first {
                return Ok(first);
            }
            note(&self.say("cli-passphrases-differ", &[]));
        }
    }
}

/// The first line of a file.
fn passphrase_in(path: &Path) -> Result<Secret, Failure> {
    let text = std::fs::read_to_string(path)
        .map(zeroize::Zeroizing::new)
        .map_err(|cause| Failure::unreadable(path, &cause))?;
    Ok(Secret::from(text.lines().next().unwrap_or_default()))
}

/// One line of standard input, without its end.
pub(crate) fn line() -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut stdin = io::Read::take(io::stdin().lock(), MAX_LINE as u64);
    io::BufRead::read_until(&mut stdin, b'\n', &mut bytes)?;
    let text = String::from_utf8(bytes).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// One line on standard output. A reader who has gone is no reason to fail.
pub(crate) fn print(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// One line beside the output.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

fn prompt(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = write!(stderr, "{text} ");
    let _ = stderr.flush();
}

/// Text of others without control characters: it must not steer the reader's terminal.
pub(crate) fn inert(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// The same, line by line.
pub(crate) fn inert_lines(text: &str) -> String {
    text.lines().map(inert).collect::<Vec<String>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_locales_unless_one_is_asked_for() {
        let none = |_: &str| None;
        assert_eq!(language(None, none), Language::Ja);
        assert_eq!(language(Some("en"), none), Language::En);
        let set = |names: &'static [(&str, &str)]| {
            move |name: &str| {
                let found = names.iter().find(|(n, _)| *n == name);
                found.map(|(_, value)| (*value).to_owned())
            }
        };
        let all = set(&[("LC_ALL", "en_GB.UTF-8"), ("LANG", "ja_JP.UTF-8")]);
        assert_eq!(language(None, all), Language::En);
        let empty = set(&[("LC_ALL", ""), ("LC_MESSAGES", "ja_JP"), ("LANG", "en_US")]);
        assert_eq!(language(None, empty), Language::Ja);
        assert_eq!(language(None, set(&[("LANG", "C")])), Language::Ja);
    }

    #[test]
    fn text_of_others_cannot_steer_the_terminal() {
        assert_eq!(inert("a\u{1b}[2Jb\r\n"), "a\u{fffd}[2Jb\u{fffd}\u{fffd}");
        assert_eq!(inert("半田病院"), "半田病院");
    }
}
