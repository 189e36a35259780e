//! What was proved, and the one line that says so.

use std::process::ExitCode;

/// Counts, and a name for everything that failed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
    /// What failed, by name. Never more than `failed`.
    pub(crate) failures: Vec<String>,
    /// What failed among all the others and held alone: passed, and something to look into.
    pub(crate) second: Vec<String>,
    /// The last of what each failing test said, in both goes: a log that is cut keeps its end.
    pub(crate) said: Vec<String>,
}

impl Outcome {
    /// One failure.
    pub(crate) fn fail(&mut self, name: impl Into<String>) {
        self.failed += 1;
        self.failures.push(name.into());
    }

    /// Takes another's counts in.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.failures.extend(other.failures);
        self.second.extend(other.second);
        self.said.extend(other.said);
    }

    /// Everything that failed was tried again, alone, and this is how that went: each held, or failed twice. Where
    /// fewer were run than had failed, nothing is known of any.
    pub(crate) fn held_alone(&mut self, again: &Self) {
        self.said.extend_from_slice(&again.said);
        if again.passed + again.failed < self.failed {
            return;
        }
        let unnamed = u64::try_from(again.failures.len()) != Ok(again.failed);
        let (twice, once): (Vec<_>, Vec<_>) = std::mem::take(&mut self.failures)
            .into_iter()
            .partition(|name| unnamed || again.failures.contains(name));
        self.failures = twice;
        let held = u64::try_from(once.len()).unwrap_or(0);
        self.passed += held;
        self.failed -= held;
        self.second.extend(once);
    }

    /// The last line of a run. Its form is relied on by whoever reads runs.
    pub(crate) fn summary(&self) -> String {
        format!(
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }

    /// Prints the failures, then the summary as the last line, and answers with the honest exit code.
    /// A run that proved nothing is a failure too.
    pub(crate) fn close(&self) -> ExitCode {
        for said in &self.said {
            println!("\n== {said}");
        }
        if !self.second.is_empty() {
            println!(
                "\nheld only alone, at the second go (a defect of the test or worse; look into it):"
            );
        }
        for test in &self.second {
            println!("  {test}");
        }
        if !self.failures.is_empty() {
            println!("\nfailed:");
        }
        for failure in &self.failures {
            println!("  {failure}");
        }
        println!("{}", self.summary());
        if self.held() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    fn held(&self) -> bool {
        self.failed == 0 && self.failures.is_empty() && self.passed > 0
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome;

    #[test]
    fn the_summary_has_the_one_form_that_readers_rely_on() {
        let mut outcome = Outcome {
            passed: 2,
            skipped: 1,
            ..Outcome::default()
        };
        assert_eq!(outcome.summary(), "2 passed, 0 failed, 1 skipped");
        outcome.fail("x");
        assert_eq!(outcome.summary(), "2 passed, 1 failed, 1 skipped");
    }

    #[test]
    fn a_run_with_a_failure_or_without_a_proof_has_not_held() {
        assert!(!Outcome::default().held());
        let mut outcome = Outcome {
            passed: 9,
            ..Outcome::default()
        };
        assert!(outcome.held());
        outcome.fail("x");
        assert!(!outcome.held());
    }
}
