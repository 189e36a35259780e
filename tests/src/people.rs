//! A person, with a computer and an authenticator of their own.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::canary::{self, Kind};
use crate::ground;
use crate::hospital::SITE;
use crate::lab::Spot;
use crate::phone::Phone;
use crate::run::{Done, Run, sekisho};

/// Somebody who has joined.
#[derive(Debug)]
pub struct Person {
    /// The name to sign in with.
    pub login: String,
    /// Their own name.
    pub name: String,
    /// Their id at the site.
    pub id: String,
    /// Where they come from.
    pub from: IpAddr,
    /// Their computer, if it is not this one.
    pub at: Option<Spot>,
    /// Their computer's folder.
    pub home: PathBuf,
    /// Their passphrase.
    pub passphrase: String,
    /// Their authenticator.
    pub phone: Phone,
    /// The device that was enrolled, if one was.
    pub device: Option<String>,
    /// Its words.
    pub words: Vec<String>,
    /// What was said while joining: the secrets are in it.
    pub joined: Done,
}

/// A part of every passphrase, with what JSON, Rust and addresses write otherwise.
const PASSPHRASE_CANARY: &str = "walnut-Ferry \"7\" Murmeltiere für sleeps";

/// What somebody fills in when they join.
#[derive(Debug, Clone)]
pub struct Form<'a> {
    /// The name to sign in with.
    pub login: &'a str,
    /// Their own name.
    pub name: &'a str,
    /// The telephone number.
    pub contact: &'a str,
    /// Where they come from.
    pub from: &'a str,
}

impl Form<'_> {
    fn passphrase(&self) -> String {
        // Long, of unrelated words, and nobody else's.
        let tail: String = self
            .login
            .bytes()
            .rev()
            .map(|byte| char::from(b'a' + byte % 26))
            .collect();
        canary::hand(Kind::Passphrase, PASSPHRASE_CANARY);
        format!("{tail} {PASSPHRASE_CANARY} under glacier ink")
    }
}

/// Begins to join: the command that runs, up to the question for the first code.
pub fn begin_to_join(folder: &Path, invitation: &str, form: &Form<'_>) -> (Run, PathBuf, String) {
    begin_to_join_at(None, folder, invitation, form)
}

fn begin_to_join_at(
    at: Option<&Spot>,
    folder: &Path,
    invitation: &str,
    form: &Form<'_>,
) -> (Run, PathBuf, String) {
    let home = folder.join(format!("home-{}", form.login));
    let passphrase = form.passphrase();
    let file = folder.join(format!("passphrase-{}", form.login));
    std::fs::write(&file, format!("{passphrase}\n")).expect("our own folder");
    let run = ground::at(at, sekisho())
        .arg("--home")
        .arg(&home)
        .args([
            "--from-address",
            form.from,
            "join",
            invitation,
            "--login",
            form.login,
        ])
        .args(["--name", form.name, "--contact", form.contact])
        .args([
            "--device-label",
            &format!("PC of {}", form.login),
            "--passphrase-file",
        ])
        .arg(&file);
    (run, home, passphrase)
}

/// Joins, sets the authenticator up, and has its first code accepted.
pub fn join(folder: &Path, invitation: &str, form: &Form<'_>) -> Person {
    join_at(None, folder, invitation, form)
}

/// The same at a computer that stands somewhere else.
pub fn join_at(at: Option<&Spot>, folder: &Path, invitation: &str, form: &Form<'_>) -> Person {
    let (run, home, passphrase) = begin_to_join_at(at, folder, invitation, form);
    let mut joining = run.arg("--json").begin();
    let phone = Phone::scan(&joining.heard("otpauth://"));
    joining.write(format!("{}\n", phone.code()).as_bytes());
    joining.close_input();
    let joined = joining.finish();
    joined.expect(0);
    let answer = joined.json();
    let words = answer["words"].as_array().cloned().unwrap_or_default();
    canary::hand_device(&home.join("sites").join(SITE));
    Person {
        login: form.login.to_owned(),
        name: form.name.to_owned(),
        id: text(&answer, "person"),
        from: form.from.parse().expect("an address"),
        at: at.cloned(),
        home,
        passphrase,
        phone,
        device: answer["device"].as_str().map(str::to_owned),
        words: words
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        joined,
    }
}

/// A member that is a moment, in milliseconds since 1970.
#[track_caller]
pub fn moment(value: &Value, member: &str) -> i64 {
    match value[member].as_i64() {
        Some(moment) => moment,
        None => panic!("{member} is not a moment in {value:#}"),
    }
}

/// A member that is text.
#[track_caller]
pub fn text(value: &Value, member: &str) -> String {
    match value[member].as_str() {
        Some(text) => text.to_owned(),
        None => panic!("{member} is not a text in {value:#}"),
    }
}

impl Person {
    /// A command on their computer.
    pub fn sekisho(&self) -> Run {
        self.from(&self.from.to_string())
    }

    /// A command on their computer, from somewhere else.
    pub fn from(&self, address: &str) -> Run {
        self.at_home(sekisho())
            .arg("--home")
            .arg(&self.home)
            .args(["--from-address", address])
    }

    /// Any other program on their computer.
    pub fn at_home(&self, run: Run) -> Run {
        ground::at(self.at.as_ref(), run)
    }

    /// A command on the gateway's own machine.
    pub fn at_the_gateway(&self, site_dir: &Path) -> Run {
        sekisho()
            .arg("--home")
            .arg(&self.home)
            .arg("--site-dir")
            .arg(site_dir)
    }

    /// The file with their passphrase.
    pub fn passphrase_file(&self) -> PathBuf {
        self.home
            .with_file_name(format!("passphrase-{}", self.login))
    }

    /// A sign-in with this code.
    pub fn login_with(&self, run: Run, code: &str) -> Run {
        run.args([
            "login",
            "--login",
            &self.login,
            "--code",
            code,
            "--passphrase-file",
        ])
        .arg(self.passphrase_file())
    }

    /// Signs in.
    #[track_caller]
    pub fn sign_in(&self) -> Done {
        let done = self.login_with(self.sekisho(), &self.phone.code()).ok();
        canary::hand(Kind::Token, self.token(SITE));
        done
    }

    /// Signs in at the gateway's own machine.
    #[track_caller]
    pub fn sign_in_at_the_gateway(&self, site_dir: &Path) -> Done {
        let done = self
            .login_with(self.at_the_gateway(site_dir), &self.phone.code())
            .ok();
        canary::hand(Kind::Token, self.token(SITE));
        done
    }

    /// Runs a command on their computer; it must succeed and answer in JSON.
    #[track_caller]
    pub fn asks<A: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Value {
        self.sekisho().args(args).json()
    }

    /// Runs a command on their computer.
    #[track_caller]
    pub fn tries<A: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Done {
        self.sekisho().args(args).done()
    }

    /// The token of their sign-in.
    pub fn token(&self, site: &str) -> String {
        let kept = self.home.join("sites").join(site).join("sign-in.json");
        let bytes =
            std::fs::read(&kept).unwrap_or_else(|cause| panic!("{}: {cause}", kept.display()));
        text(
            &serde_json::from_slice(&bytes).expect("it is JSON"),
            "token",
        )
    }
}
