//! Runs every test of the workspace and counts what each test binary reports.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use crate::machine;
use crate::outcome::Outcome;
use crate::running::{cargo, succeeds};

/// Installs what is missing, builds the tests once, runs them and counts.
/// `arguments` go to `cargo test`; with `-p` among them only those packages are tested.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut outcome = Outcome::default();
    if let Err(missing) = machine::prepare(machine::FOR_TESTS) {
        eprintln!("{missing}");
        outcome.fail("preparing this machine: the tools above are missing");
    }
    if let Err(missing) = machine::prepare_browser() {
        eprintln!("{missing}");
        outcome.fail("preparing this machine: what the browser's tests stand on is missing");
    }
    let (flags, _) = split_at_harness(arguments);
    let mut built = cargo(["test", "--no-run"]);
    built.args(workspace_unless_chosen(arguments)).args(flags);
    if !succeeds(&mut built) {
        outcome.fail("building the tests");
        return outcome;
    }
    let left = Left::new();
    let mut first = count(arguments, &left);
    let again = second_go(&first, arguments);
    if !again.is_empty() {
        println!("\n== once more, alone: {}", again.join(", "));
        let mut alone = split_at_harness(arguments).0.to_vec();
        alone.extend(["--", "--exact"].map(str::to_owned));
        alone.extend(again.iter().map(|name| (*name).to_owned()));
        let second = count(&alone, &left);
        first.held_alone(&second);
    }
    outcome.add(first);
    left.search(&mut outcome);
    outcome
}

/// More than these do not fail by chance.
const MOST_GOES: usize = 3;

/// The tests that are run a second time, alone: a few that failed in a run of everything. A run of chosen
/// tests is somebody's question about them, and answered as it went. Decision 0039 says why.
fn second_go<'a>(first: &'a Outcome, arguments: &[String]) -> Vec<&'a str> {
    let everything = workspace_unless_chosen(arguments).is_some() && arguments.is_empty();
    if !everything || first.failures.len() > MOST_GOES {
        return Vec::new();
    }
    let names = first.failures.iter().map(|failure| test_of(failure));
    // One that names no test (a binary that died, cargo itself) leaves nothing to be asked again.
    names.collect::<Option<_>>().unwrap_or_default()
}

/// The test in `visit::a_sentence  (it tests/it/main.rs)`.
fn test_of(failure: &str) -> Option<&str> {
    let (name, _) = failure.split_once("  (")?;
    Some(name)
}

/// What the acceptance tests leave: files, answers, and which secrets they handed over. It is searched when
/// the last process has ended, for only then is everything written that will be.
struct Left(PathBuf);

impl Left {
    /// A path that is nobody's yet; short, for sockets lie in it.
    fn new() -> Self {
        let name = format!("sekisho-run-{}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    /// Counts as one test if anything was left. What was found stays for whoever has to look.
    fn search(&self, outcome: &mut Outcome) {
        if !self.0.is_dir() {
            return;
        }
        println!("\n== secrets in what the acceptance tests left");
        let mut scan = cargo(["run", "--quiet", "-p", "acceptance", "--bin", "canary-scan"]);
        if succeeds(scan.arg("--").arg(&self.0)) {
            outcome.passed += 1;
            if let Err(cause) = std::fs::remove_dir_all(&self.0) {
                eprintln!("{} stays: {cause}", self.0.display());
            }
        } else {
            let folder = self.0.display();
            outcome.fail(format!("a secret stands where it must not, in {folder}"));
        }
    }
}

/// Runs the tests with their standard output and errors in one stream, so that the name of a test
/// binary (cargo says it on standard error) stands before what the binary reports.
fn count(arguments: &[String], left: &Left) -> Outcome {
    let mut tally = Tally::default();
    let (flags, harness) = split_at_harness(arguments);
    let ran = std::io::pipe().and_then(|(reader, writer)| {
        let mut command = cargo(["test", "--no-fail-fast"]);
        command.args(workspace_unless_chosen(arguments)).args(flags);
        command.args(harness).env("SEKISHO_TEST_RUN", &left.0);
        command.stderr(writer.try_clone()?).stdout(writer);
        let mut child = command.spawn()?;
        // The command holds our ends of the pipe: without this the reading would not end.
        drop(command);
        let mut lines = BufReader::new(reader);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            let text = String::from_utf8_lossy(&line);
            print!("{text}");
            tally.read(text.trim_end());
            line.clear();
        }
        child.wait()
    });
    tally.close(match &ran {
        Ok(status) if status.success() => None,
        Ok(status) => Some(format!("cargo test: {status}")),
        Err(cause) => Some(format!("cargo test: {cause}")),
    })
}

fn workspace_unless_chosen(arguments: &[String]) -> Option<&'static str> {
    let chosen = arguments
        .iter()
        .any(|argument| argument == "-p" || argument.starts_with("--package"));
    (!chosen).then_some("--workspace")
}

/// What is for cargo, and what (from `--` on) is for the test binaries.
fn split_at_harness(arguments: &[String]) -> (&[String], &[String]) {
    let at = arguments
        .iter()
        .position(|argument| argument == "--")
        .unwrap_or(arguments.len());
    arguments.split_at(at)
}

/// Reads the lines of a run as they come.
#[derive(Debug, Default)]
struct Tally {
    outcome: Outcome,
    /// The test binary that has begun and not reported yet.
    running: Option<String>,
    /// Tests of it that failed, by name.
    failing: Vec<String>,
    /// The failing test whose words are being read, and those words.
    saying: Option<Vec<String>>,
}

/// Lines kept of what a failing test said: the last, where the panic stands.
const KEPT_LINES: usize = 30;

/// What stands before the frames of a panic, which would push out what it said.
const BACKTRACE: &str = "stack backtrace:";

impl Tally {
    fn read(&mut self, line: &str) {
        self.hear(line);
        if let Some(binary) = binary_begun(line) {
            self.give_up_on_running();
            self.running = Some(binary);
        } else if let Some(name) = failed_test(line) {
            self.failing.push(name.to_owned());
        } else if let Some((passed, failed, ignored)) = result(line) {
            self.outcome.passed += passed;
            self.outcome.failed += failed;
            self.outcome.skipped += ignored;
            self.name_failing();
            self.running = None;
        }
    }

    /// `---- visit::a_wrong_one stdout ----`, then what it said, until the next or the list of names.
    fn hear(&mut self, line: &str) {
        let begins = line.starts_with("---- ") && line.ends_with(" stdout ----");
        if begins || line == "failures:" || line.starts_with("test result: ") {
            self.heard();
        }
        if begins {
            self.saying = Some(vec![line.to_owned()]);
        } else if let Some(said) = &mut self.saying {
            let frame =
                line.starts_with("   ") && said.last().is_some_and(|last| last == BACKTRACE);
            if !frame {
                said.push(line.to_owned());
            }
        }
    }

    fn heard(&mut self) {
        if let Some(said) = self.saying.take() {
            let first = said.len().saturating_sub(KEPT_LINES).max(1);
            let (name, last) = (said.first(), said.get(first..));
            let kept: Vec<&str> = name
                .into_iter()
                .chain(last.unwrap_or_default())
                .map(String::as_str)
                .collect();
            self.outcome
                .said
                .push(kept.join("\n").trim_end().to_owned());
        }
    }

    /// `problem`: what cargo itself had to complain of, if anything.
    fn close(mut self, problem: Option<String>) -> Outcome {
        self.heard();
        self.give_up_on_running();
        if let Some(problem) = problem
            && self.outcome.failed == 0
        {
            self.outcome.fail(problem);
        }
        self.outcome
    }

    fn name_failing(&mut self) {
        let binary = self.running.clone().unwrap_or_default();
        let named = self.failing.drain(..);
        self.outcome
            .failures
            .extend(named.map(|name| format!("{name}  ({binary})")));
    }

    /// A binary that ended without reporting was killed or aborted: that is a failure of its own.
    fn give_up_on_running(&mut self) {
        if let Some(binary) = self.running.clone() {
            self.name_failing();
            self.outcome
                .fail(format!("{binary} ended without a result"));
            self.running = None;
        }
    }
}

/// `Running unittests src/lib.rs (target/debug/deps/ids-0123)` or `Doc-tests ids`.
fn binary_begun(line: &str) -> Option<String> {
    let line = line.trim_start();
    if let Some(rest) = line.strip_prefix("Running ") {
        let (what, path) = rest.rsplit_once(" (")?;
        let file = path.strip_suffix(')')?.rsplit(['/', '\\']).next()?;
        let name = file.rsplit_once('-').map_or(file, |(name, _)| name);
        let what = what.trim_start_matches("unittests ");
        return Some(format!("{name} {what}"));
    }
    line.strip_prefix("Doc-tests ")
        .map(|name| format!("{name} documentation"))
}

/// `test a_sentence ... FAILED`
fn failed_test(line: &str) -> Option<&str> {
    line.strip_prefix("test ")?.strip_suffix(" ... FAILED")
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`
fn result(line: &str) -> Option<(u64, u64, u64)> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |word: &str| -> Option<u64> {
        counts
            .split("; ")
            .find_map(|part| part.strip_suffix(word)?.trim().parse().ok())
    };
    Some((count("passed")?, count("failed")?, count("ignored")?))
}

#[cfg(test)]
mod tests {
    use super::{Tally, binary_begun, second_go, split_at_harness, workspace_unless_chosen};
    use crate::outcome::Outcome;

    const RUN: &str = "\
     Running unittests src/lib.rs (target/debug/deps/ids-9af981f60a6b24e8)

running 2 tests
test a_sentence ... ok
test another_sentence ... ignored

test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s

     Running tests/it/main.rs (target/debug/deps/it-1111)
test visit::a_wrong_one ... FAILED
test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 2 filtered out; finished in 1.00s
";

    fn tally(text: &str, problem: Option<&str>) -> Outcome {
        let mut tally = Tally::default();
        text.lines().for_each(|line| tally.read(line));
        tally.close(problem.map(str::to_owned))
    }

    #[test]
    fn the_counts_of_all_binaries_are_summed_and_failing_tests_are_named() {
        let outcome = tally(RUN, Some("cargo test: exit status: 101"));
        assert_eq!(outcome.summary(), "4 passed, 1 failed, 1 skipped");
        assert_eq!(
            outcome.failures,
            ["visit::a_wrong_one  (it tests/it/main.rs)"]
        );
    }

    #[test]
    fn a_binary_that_dies_without_a_result_is_a_failure() {
        let text =
            "     Running unittests src/lib.rs (target/debug/deps/store-22)\ntest x ... ok\n";
        let outcome = tally(&format!("{text}{RUN}"), None);
        assert_eq!(outcome.summary(), "4 passed, 2 failed, 1 skipped");
        assert_eq!(
            outcome.failures[0],
            "store src/lib.rs ended without a result"
        );
        assert_eq!(tally(text, None).failed, 1);
    }

    #[test]
    fn a_few_failing_tests_of_a_whole_run_are_asked_again_and_named_if_they_hold_then() {
        let mut first = tally(RUN, None);
        assert!(second_go(&first, &["visit".to_owned()]).is_empty());
        assert_eq!(second_go(&first, &[]), ["visit::a_wrong_one"]);
        first.held_alone(&tally(RUN, None));
        assert_eq!(first.summary(), "4 passed, 1 failed, 1 skipped");
        first.held_alone(&Outcome {
            passed: 1,
            ..Outcome::default()
        });
        assert_eq!(first.summary(), "5 passed, 0 failed, 1 skipped");
        assert_eq!(first.second, ["visit::a_wrong_one  (it tests/it/main.rs)"]);
    }

    #[test]
    fn of_two_that_failed_the_one_that_fails_again_stays_failed_and_the_other_is_named() {
        let two = RUN.replace("test visit", "test visit::another ... FAILED\ntest visit");
        let mut first = tally(&two.replace("1 failed", "2 failed"), None);
        first.held_alone(&tally(RUN, None));
        assert_eq!(first.summary(), "5 passed, 1 failed, 1 skipped");
        assert_eq!(
            first.failures,
            ["visit::a_wrong_one  (it tests/it/main.rs)"]
        );
        assert_eq!(first.second, ["visit::another  (it tests/it/main.rs)"]);
    }

    #[test]
    fn the_last_of_what_a_failing_test_said_is_kept_for_the_end_of_the_log() {
        let long = "a line\n".repeat(100);
        let frames = "   0: a frame\n             at ./src\n".repeat(100);
        let said = format!(
            "failures:\n\n---- visit::a_wrong_one stdout ----\n{long}panicked: why\nstack backtrace:\n{frames}\n\nfailures:\n    x\n"
        );
        let outcome = tally(
            &RUN.replace("test result: FAILED", &format!("{said}test result: FAILED")),
            None,
        );
        let [kept] = outcome.said.as_slice() else {
            panic!("{:?}", outcome.said);
        };
        assert!(
            kept.starts_with("---- visit::a_wrong_one stdout ----\na line"),
            "{kept}"
        );
        assert!(
            kept.ends_with("panicked: why\nstack backtrace:") && kept.lines().count() < 40,
            "{kept}"
        );
    }

    #[test]
    fn many_failures_and_binaries_that_died_are_not_asked_again() {
        let died = tally(
            &format!("     Running unittests src/lib.rs (x/store-22)\n{RUN}"),
            None,
        );
        assert!(second_go(&died, &[]).is_empty());
        let many = "test a ... FAILED\ntest b ... FAILED\ntest c ... FAILED\n";
        let many = tally(
            &RUN.replace("test visit", &format!("{many}test visit")),
            None,
        );
        assert_eq!(many.failures.len(), 4);
        assert!(second_go(&many, &[]).is_empty());
    }

    #[test]
    fn what_cargo_itself_complains_of_is_not_lost() {
        let text = "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        let outcome = tally(text, Some("cargo test: exit status: 101"));
        assert_eq!(outcome.summary(), "1 passed, 1 failed, 0 skipped");
    }

    #[test]
    fn a_test_that_prints_the_words_of_a_result_does_not_count() {
        let outcome = tally("said: test result: ok. 9 passed; 0 failed; 0 ignored", None);
        assert_eq!(outcome, Outcome::default());
    }

    #[test]
    fn binaries_are_called_by_package_and_file() {
        let line = "   Running unittests src/main.rs (target/debug/deps/sekisho-a1)";
        assert_eq!(binary_begun(line).as_deref(), Some("sekisho src/main.rs"));
        assert_eq!(
            binary_begun("   Doc-tests ids").as_deref(),
            Some("ids documentation")
        );
    }

    #[test]
    fn everything_is_tested_unless_a_package_is_chosen() {
        let words = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
        assert_eq!(workspace_unless_chosen(&words("name")), Some("--workspace"));
        assert_eq!(workspace_unless_chosen(&words("-p ids")), None);
        let arguments = words("-p ids -- --nocapture");
        let (cargo, harness) = split_at_harness(&arguments);
        assert_eq!((cargo.len(), harness.len()), (2, 2));
    }
}
