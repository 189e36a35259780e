//! Somebody who follows `docs/operating/backup.md`: its commands, in their order, on a machine that is a folder.

use std::path::PathBuf;

use crate::ground;
use crate::hospital::Hospital;
use crate::run::{Run, sekisho};

/// The page in English.
pub const ENGLISH: &str = include_str!("../../docs/operating/backup.md");
/// The same page in Japanese.
pub const JAPANESE: &str = include_str!("../../docs/operating/backup.ja.md");

/// A command of the document: what follows the prompt.
pub fn commands(document: &str) -> Vec<&str> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in document.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ if inside => {
                let command = line.strip_prefix("# ").or(line.strip_prefix("$ "));
                found.push(command.unwrap_or_else(|| panic!("no prompt: {line}")));
            }
            _ => {}
        }
    }
    found
}

/// Somebody who follows the page: their machine is a folder.
#[derive(Debug)]
pub struct Follower {
    page: std::vec::IntoIter<&'static str>,
    /// What stands in the page, and what it is here.
    here: Vec<(&'static str, PathBuf)>,
    passphrase: bool,
}

impl Follower {
    /// At the page's beginning, with this hospital's machine.
    pub fn of(hospital: &Hospital) -> Self {
        let at = |name: &str| hospital.folder.join(name);
        Self {
            page: commands(ENGLISH).into_iter(),
            here: vec![
                ("/srv/backup/handa.backup", at("handa.backup")),
                ("/var/lib/sekisho/handa", hospital.dir.clone()),
                ("/etc/sekisho/passphrase", at("key-passphrase")),
            ],
            passphrase: false,
        }
    }

    /// The next command of the page, which must begin like this.
    pub fn next(&mut self, begins: &str) -> Vec<String> {
        let command = self.page.next().expect("the page ends before this step");
        assert!(
            command.starts_with(begins),
            "{begins:?} is not what follows: {command}"
        );
        let mut words: Vec<String> = command.split(' ').map(str::to_owned).collect();
        for word in &mut words {
            if let Some((_, here)) = self.here.iter().find(|(there, _)| there == word) {
                *word = here.display().to_string();
            }
        }
        words
    }

    /// The steps that make a user and a folder: everything here is root's own.
    pub fn passes_over(&mut self, begins: &str) {
        self.next(begins);
    }

    /// The next command says where the passphrase of the key store lies.
    pub fn exports(&mut self) {
        let words = self.next("export SEKISHO_PASSPHRASE_FILE=/etc/sekisho/passphrase");
        assert_eq!(words.len(), 2);
        self.passphrase = true;
    }

    /// The next command, which is one of `sekisho`, on the gateway's machine.
    pub fn root(&mut self, hospital: &Hospital, begins: &str) -> Run {
        let words = self.next(begins);
        let run = ground::at_the_gateway(&hospital.ground, sekisho())
            .arg("--home")
            .arg(hospital.folder.join("home-root"))
            .args(words.iter().skip(1));
        if !self.passphrase {
            return run;
        }
        let (_, file) = self.here.last().expect("the passphrase's file");
        run.env("SEKISHO_PASSPHRASE_FILE", file)
    }

    /// The page has no more commands.
    pub fn ended(mut self) {
        assert_eq!(self.page.next(), None, "the page goes on");
    }
}
