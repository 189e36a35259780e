//! Sets a visit's plan, recording and report side by side and names the differences (照合,
//! guideline 10.1 ④: the log is collated with the plan and reported).
//!
//! Nothing here judges. A difference is something that a person should look at, named so that it
//! can be found again: a command that no plan mentions, a planned file that never passed, a restart
//! that the report does not know of. What cannot be seen from outside (a script, input that was
//! masked) is said to be unseen, never taken for agreement.

mod compare;
mod plan;
mod report;
#[cfg(test)]
mod tests;

pub use compare::{Difference, Direction, DoneCommand, DoneFile, Plan, PlannedFile, Seen, compare};
pub use plan::{MOST_COMMANDS, planned_commands};
pub use report::{Attachment, NotAReport, WorkReport, limits};
