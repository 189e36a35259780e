//! Why a message did not leave.

use access::Undelivered;

/// Why a message did not leave: the class for the ledger, the words for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{class:?}: {cause}")]
pub struct Failed {
    /// The class.
    pub class: Undelivered,
    /// What happened, without any secret: what a server said is cut short and made printable.
    pub cause: String,
}

/// Characters of a server's words that the log keeps.
const LONGEST_CAUSE: usize = 200;

impl Failed {
    /// Of a class, in words. A server's are made printable and cut.
    pub fn new(class: Undelivered, cause: &dyn std::fmt::Display) -> Self {
        let words = cause.to_string();
        let printable = |c: char| if c.is_control() { ' ' } else { c };
        let cause = words.chars().map(printable).take(LONGEST_CAUSE).collect();
        Self { class, cause }
    }
}
