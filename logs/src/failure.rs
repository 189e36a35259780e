//! Why a command was not carried out, in words of `phrases`.

use std::fmt::Display;
use std::path::Path;

/// A sentence and what stands in it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) id: &'static str,
    said: Vec<(&'static str, String)>,
}

impl Failure {
    pub(crate) fn new(id: &'static str, said: &[(&'static str, &dyn Display)]) -> Self {
        let said = said.iter().map(|(name, value)| (*name, value.to_string()));
        Self {
            id,
            said: said.collect(),
        }
    }

    pub(crate) fn arguments(&self) -> Vec<(&str, &str)> {
        let said = self.said.iter();
        said.map(|(name, value)| (*name, value.as_str())).collect()
    }
}

/// A file or folder that cannot be read.
pub(crate) fn unreadable(path: &Path) -> impl Fn(std::io::Error) -> Failure {
    move |cause| {
        Failure::new(
            "logs-error-unreadable",
            &[("path", &path.display()), ("cause", &cause)],
        )
    }
}

/// The files of records cannot be written.
pub(crate) fn not_kept(cause: impl Display) -> Failure {
    Failure::new("logs-error-store", &[("cause", &cause)])
}
