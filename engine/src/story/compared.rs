//! Sets what was seen against the plan and the report.

use access::Handover;
use collation::{Difference, Direction, DoneCommand, DoneFile, Plan, Seen};
use ids::SessionId;

use super::{SessionContent, VisitStory};

/// The kind of refusals that tell of a pause, not of something that was tried.
const FROZEN: &str = "session-frozen";

/// The plan, and whether the visit was allowed at all.
#[derive(Default)]
pub(super) struct Planned {
    pub(super) plan: Plan,
    pub(super) granted: bool,
}

/// What is compared with the plan. The command line of `scp` is written by a program: its files are
/// compared, not its words.
pub(super) fn seen_of(story: &VisitStory, transfers: &[(SessionId, u32)]) -> Seen {
    let given = story.commands.iter().filter(|command| {
        !transfers
            .iter()
            .any(|(session, channel)| *session == command.session && *channel == command.channel)
    });
    let commands = given.map(|command| DoneCommand {
        at: command.at,
        text: command.text.clone(),
    });
    let files = story.files.iter().map(|file| DoneFile {
        direction: direction(file.direction),
        path: file.path.clone(),
        sha256: file.sha256,
    });
    let tried = story
        .refused
        .iter()
        .filter(|refused| refused.reasons.iter().any(|reason| reason != FROZEN));
    let refused = tried.filter_map(|refused| refused.what.split_whitespace().next());
    let unseen = story
        .sessions
        .iter()
        .filter(|session| session.content != SessionContent::Read);
    Seen {
        sessions: story.sessions.len(),
        commands: commands.collect(),
        files: files.collect(),
        refused: refused.map(str::to_owned).collect(),
        masked: story.masked_lines,
        patients: story.patients.len(),
        unseen: unseen.count(),
    }
}

/// The differences that can be told by now. While the visit goes on nothing is missing yet, and where
/// something is left out nothing is called not done. A report of another form is a report.
pub(super) fn differences(planned: &Planned, seen: &Seen, story: &VisitStory) -> Vec<Difference> {
    if !planned.granted {
        return Vec::new();
    }
    let last = story.reports.last();
    let stated = last.and_then(|report| report.stated.as_ref());
    let mut found = collation::compare(&planned.plan, seen, stated);
    found.retain(|difference| match difference {
        Difference::ReportMissing => story.over && last.is_none(),
        Difference::NoSession => story.over,
        Difference::CommandNotSeen { .. } => story.over && story.left_out.commands == 0,
        Difference::FileNotSeen { .. } => story.over && story.left_out.files == 0,
        Difference::CommandNotPlanned { .. }
        | Difference::PrivilegeNotPlanned { .. }
        | Difference::FileNotPlanned { .. }
        | Difference::FileDiffers { .. }
        | Difference::FileCutOff { .. }
        | Difference::RestartNotReported { .. }
        | Difference::PatientsNotPlanned { .. }
        | Difference::PatientsSeenNotPlanned { .. }
        | Difference::PatientsNotReported { .. }
        | Difference::ErasureNotConfirmed { .. }
        | Difference::TroubleReported
        | Difference::Refused { .. }
        | Difference::InputMasked { .. }
        | Difference::SessionsUnseen { .. } => true,
    });
    found
}

pub(super) fn direction(way: Handover) -> Direction {
    match way {
        Handover::In => Direction::In,
        Handover::Out => Direction::Out,
    }
}
