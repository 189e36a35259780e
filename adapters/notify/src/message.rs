//! What is said.

/// One message, in the words that everybody gets. It holds nothing that may not be read on the way: no
/// name of a person, no purpose, no secret; its link opens nothing by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is about, the same each time it is tried.
    pub id: String,
    /// Of which kind, for programs: `request`, `unanswered` …
    pub kind: String,
    /// The site.
    pub site: String,
    /// When it was made, in seconds since the epoch.
    pub at: i64,
    /// One line.
    pub subject: String,
    /// The rest, without the link.
    pub text: String,
    /// Where to look.
    pub link: String,
    /// What the link is called on a button.
    pub open: String,
}

impl Message {
    /// Text and link, as mail and chat show them.
    pub fn whole(&self) -> String {
        format!("{}\n\n{}\n", self.text, self.link)
    }
}
