//! Texts and files that a command brings with it, measured before they are kept.

use engine::Engine;
use ids::{Commitment, Digest, PersonId};
use wire::Bytes;
use wire::api::v1::{MAX_FILE, MAX_LINE, MAX_TEXT};

use crate::answer::Failed;

/// Whether what is measured is kept, too.
pub(crate) enum Keep<'a> {
    /// It is only measured, and stood for by nothing.
    Nothing,
    /// It is kept, and stood for by its commitment or digest.
    With(&'a Engine),
}

impl Keep<'_> {
    /// A line: a name, a number, a label.
    pub(crate) fn line(&self, field: &str, label: &str, text: &str) -> Result<Commitment, Failed> {
        self.commit(field, label, text, MAX_LINE, None)
    }

    /// A line that is erased with the person whose it is.
    pub(crate) fn own_line(
        &self,
        field: &str,
        label: &str,
        text: &str,
        owner: Option<&PersonId>,
    ) -> Result<Commitment, Failed> {
        self.commit(field, label, text, MAX_LINE, owner)
    }

    /// A free text.
    pub(crate) fn text(&self, field: &str, label: &str, text: &str) -> Result<Commitment, Failed> {
        self.commit(field, label, text, MAX_TEXT, None)
    }

    /// A file.
    pub(crate) fn file(&self, field: &str, bytes: &Bytes) -> Result<Digest, Failed> {
        if bytes.0.is_empty() {
            return Err(Failed::field(field));
        }
        if bytes.0.len() > MAX_FILE {
            return Err(Failed::TooLarge(MAX_FILE));
        }
        match self {
            Self::Nothing => Ok(Digest([0; 32])),
            Self::With(engine) => Ok(engine.keep_blob(&bytes.0)?),
        }
    }

    fn commit(
        &self,
        field: &str,
        label: &str,
        text: &str,
        most: usize,
        owner: Option<&PersonId>,
    ) -> Result<Commitment, Failed> {
        if text.trim().is_empty() || text.len() > most {
            return Err(Failed::field(field));
        }
        match self {
            Self::Nothing => Ok(Commitment(Digest([0; 32]))),
            Self::With(engine) => Ok(engine.commit(label, text, owner)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l24_every_text_and_file_has_a_limit() {
        let keep = Keep::Nothing;
        assert!(keep.line("name", "name", &"a".repeat(MAX_LINE)).is_ok());
        assert_eq!(
            keep.line("name", "name", &"a".repeat(MAX_LINE + 1)),
            Err(Failed::field("name"))
        );
        assert_eq!(
            keep.text("purpose", "purpose", &"a".repeat(MAX_TEXT + 1)),
            Err(Failed::field("purpose"))
        );
        assert_eq!(
            keep.text("purpose", "purpose", " "),
            Err(Failed::field("purpose"))
        );
        assert_eq!(
            keep.file("plan", &Bytes(vec![0; MAX_FILE + 1])),
            Err(Failed::TooLarge(MAX_FILE))
        );
    }
}
