//! Real Chromium before the console: stories in `tests/browser/stories`, told by `node tests/browser/run.mjs`.
//!
//! The stories say what people do and see. Here stand the hospital that they do it in, what only its people's own
//! computers can answer (a one-time code, `sekisho … --json`), and the trust: the site's CA lies in the key store of a
//! fresh home, so that the browser believes the console for the reason that a hospital's PCs do (decision 0029).

mod answers;
mod place;
mod trust;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::canary;
use crate::hospital::{Founded, Hospital};
use crate::people::{Form, Person, join_at, text};
use place::Place;

/// Debian's Chromium.
const CHROMIUM: &str = "/usr/bin/chromium";
/// The stories and what they stand on.
const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/browser");
/// Where pictures of what failed are written.
const PICTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/browser");

/// What a test answers when a story asks for it.
type Answer<'a> = Box<dyn FnMut(&Value) -> Value + 'a>;

/// One more approver of the hospital, at an address of their own. Joining has used the first of their codes: two
/// more are good at once, to sign in at a browser and to prove once that they are there.
pub fn approver(hospital: &Hospital, login: &str, name: &str, from: &str) -> Person {
    let invite = ["person", "invite", "--hospital", "--role", "approver"];
    let invited = hospital.clerk.asks(invite);
    let form = Form {
        login,
        name,
        contact: "0569-22-3333",
        from,
    };
    join_at(None, &hospital.folder, &text(&invited, "text"), &form)
}

/// A hospital's people, about to sit down before their browsers.
pub struct Browser<'a> {
    place: Place<'a>,
    people: BTreeMap<&'static str, &'a Person>,
    facts: Map<String, Value>,
    answers: BTreeMap<&'static str, Answer<'a>>,
}

impl std::fmt::Debug for Browser<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Browser")
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

impl<'a> Browser<'a> {
    /// Before this hospital's console. Its clerk and its second approver play `clerk` and `chief`.
    ///
    /// # Panics
    /// If Chromium or what the stories stand on is not installed; `cargo xtask test` installs both.
    pub fn before(hospital: &'a Hospital) -> Self {
        let browser = Self::at(Place::Hospital(hospital));
        browser
            .with("clerk", &hospital.clerk)
            .with("chief", &hospital.chief)
    }

    /// Before the console of a site that nobody has joined yet; this certificate (PEM) vouches for it. What a
    /// story may ask of the people who join is answered by the test.
    ///
    /// # Panics
    /// As [`Browser::before`].
    pub fn before_the_first(site: &'a Founded, root: &'a Path) -> Self {
        Self::at(Place::Founded(site, root))
    }

    fn at(place: Place<'a>) -> Self {
        for needed in [
            CHROMIUM,
            concat!(env!("CARGO_MANIFEST_DIR"), "/browser/node_modules"),
        ] {
            assert!(
                Path::new(needed).exists(),
                "{needed} is missing: `cargo xtask test` installs it"
            );
        }
        Self {
            place,
            people: BTreeMap::new(),
            facts: Map::new(),
            answers: BTreeMap::new(),
        }
    }

    /// Somebody else, and the part that they play.
    #[must_use]
    pub fn with(mut self, part: &'static str, person: &'a Person) -> Self {
        self.people.insert(part, person);
        self
    }

    /// Something that the stories need to know: `stage.facts.NAME`.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// Something that the stories may ask for: `stage.outside.ask(NAME, { … })`.
    #[must_use]
    pub fn answers(mut self, name: &'static str, answer: impl FnMut(&Value) -> Value + 'a) -> Self {
        self.answers.insert(name, Box::new(answer));
        self
    }

    /// Tells these stories, one after the other, in one Chromium.
    ///
    /// # Panics
    /// If a step of one does not hold: with the step, the reason, and what each page showed.
    #[track_caller]
    pub fn tells(mut self, stories: &[&str]) {
        let home = tempfile::Builder::new()
            .prefix("sekisho-browser-")
            .tempdir();
        let home = home.expect("a folder for a browser");
        trust::trust(home.path(), &self.place.root());
        let mut node = Node::start(stories);
        node.write(&self.facts(&home));
        let failures = self.converse(&mut node);
        let ended = node.child.wait().expect("node was started");
        assert!(
            failures.is_empty(),
            "{} of {stories:?} did not hold:\n{}",
            failures.len(),
            failures.join("\n")
        );
        assert!(
            ended.success(),
            "node ended with {ended} while it told {stories:?}"
        );
    }

    fn facts(&self, home: &TempDir) -> Value {
        let mut facts = self.facts.clone();
        let gateway = self.place.address();
        let people = self.people.iter().map(|(part, person)| {
            let person = json!({
                "id": person.id,
                "login": person.login,
                "name": person.name,
                "passphrase": person.passphrase,
                "from": person.from,
            });
            ((*part).to_owned(), person)
        });
        let customary = [
            (
                "console",
                json!(format!("https://console.test:{}", gateway.port())),
            ),
            (
                "engineers",
                json!(format!("https://maintenance.test:{}", gateway.port())),
            ),
            (
                "gateway",
                json!({ "host": gateway.ip(), "port": gateway.port() }),
            ),
            ("people", Value::Object(people.collect())),
            ("chromium", json!(CHROMIUM)),
            ("home", json!(home.path())),
            ("pictures", json!(PICTURES)),
        ];
        facts.extend(customary.map(|(name, value)| (name.to_owned(), value)));
        Value::Object(facts)
    }

    /// Answers what is asked until nothing more comes; what failed.
    fn converse(&mut self, node: &mut Node) -> Vec<String> {
        let mut failures = Vec::new();
        while let Some(said) = node.read() {
            if let Some(what) = said["ask"].as_str() {
                let answer = self.answer(what, &said);
                node.write(&answer);
            } else if let Some(step) = said["passed"].as_str() {
                eprintln!("  {step} ({} ms)", said["ms"]);
            } else if let Some(secret) = said["secret"].as_str() {
                canary::hand_shown(secret);
            } else if said["failed"].is_string() {
                failures.push(failure(&said));
            }
        }
        failures
    }

    fn answer(&mut self, what: &str, asked: &Value) -> Value {
        let answer = match self.answers.get_mut(what) {
            Some(answer) => Ok(answer(asked)),
            None => answers::customary(self.place, &self.people, what, asked),
        };
        match answer {
            Ok(answer) => json!({ "number": asked["number"], "answer": answer }),
            Err(why) => json!({ "number": asked["number"], "failed": why }),
        }
    }
}

/// A failed step, as it is read by whoever has to mend it.
fn failure(said: &Value) -> String {
    let said_of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut lines = vec![
        format!("{}: {}", said_of(&said["failed"]), said_of(&said["step"])),
        said_of(&said["why"]),
    ];
    for seat in said["seats"].as_array().into_iter().flatten() {
        lines.push(format!(
            "--- {} at {} (picture: {})\n{}",
            said_of(&seat["who"]),
            said_of(&seat["url"]),
            said_of(&seat["picture"]),
            said_of(&seat["text"])
        ));
    }
    lines.join("\n")
}

/// `node tests/browser/run.mjs`, and the conversation with it. Without us it ends, and Chromium with it.
struct Node {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Node {
    fn start(stories: &[&str]) -> Self {
        let mut node = Command::new("node");
        node.arg(PathBuf::from(HERE).join("run.mjs")).args(stories);
        node.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = node.spawn().expect("node runs");
        let input = child.stdin.take().expect("its input is ours");
        let output = child.stdout.take().expect("its output is ours");
        Self {
            child,
            input,
            output: BufReader::new(output),
        }
    }

    /// Says something. One that has ended is told by its exit code.
    fn write(&mut self, value: &Value) {
        let _gone = writeln!(self.input, "{value}").and_then(|()| self.input.flush());
    }

    fn read(&mut self) -> Option<Value> {
        let mut line = String::new();
        let read = self.output.read_line(&mut line).expect("text");
        let said = || serde_json::from_str(&line);
        (read > 0).then(|| said().unwrap_or_else(|cause| panic!("{cause}: {line}")))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // After the last line it has ended anyway.
        let _gone = self.child.kill();
        let _code = self.child.wait();
    }
}
