//! The statements of a database session, as commands with what was answered.

use std::fmt::Write as _;

use ids::Timestamp;

use super::Indexer;
use super::story::{Answer, CommandLine, PatientsStory};
use crate::note::{CUT, PatientsNote, StatementEnd, StatementHow, StatementNote, What};

/// Statements of one channel whose answers are waited for: more than any program sends at once.
const MOST_RUNNING: usize = 16 << 10;

impl Indexer {
    pub(super) fn statement(&mut self, at: Timestamp, statement: &StatementNote) {
        // It stands before already.
        if statement.how == StatementHow::Continued {
            return;
        }
        let channel = statement.channel;
        let database = self.story(channel).and_then(|story| match &story.what {
            What::Database { database, .. } => Some(format!("{database}=>")),
            What::Shell
            | What::Exec { .. }
            | What::Sftp
            | What::Scp { .. }
            | What::Web { .. }
            | What::Desktop { .. } => None,
        });
        let command = CommandLine {
            at,
            prompt: database,
            text: text_of(statement),
            answer: None,
        };
        let before = self.story(channel).map_or(0, |story| story.commands.len());
        self.command(channel, command);
        let after = self.story(channel).map_or(0, |story| story.commands.len());
        if after > before
            && let Some(open) = self.open.get_mut(&channel)
            && open.running.len() < MOST_RUNNING
        {
            open.running.insert(statement.number, before);
        }
    }

    pub(super) fn patients(&mut self, at: Timestamp, patients: &PatientsNote) {
        let room = self.room(patients.patients.iter().map(String::len).sum());
        if let Some(story) = self.story(patients.channel).filter(|_| room) {
            let patients = patients.clone();
            story.patients.push(PatientsStory { at, patients });
        }
    }

    pub(super) fn statement_ended(&mut self, at: Timestamp, ended: &StatementEnd) {
        let open = self.open.get_mut(&ended.channel);
        let Some(place) = open.and_then(|open| open.running.remove(&ended.number)) else {
            return;
        };
        let length = ended.tags.iter().map(String::len).sum();
        let room = self.room(length);
        let story = self.story(ended.channel).filter(|_| room);
        if let Some(command) = story.and_then(|story| story.commands.get_mut(place)) {
            let ended = ended.clone();
            command.answer = Some(Answer { at, ended });
        }
    }
}

/// The text, and the parameters behind it as a comment.
fn text_of(statement: &StatementNote) -> String {
    let mut text = match statement.how {
        StatementHow::Call => format!("function {}", statement.text),
        StatementHow::Text
        | StatementHow::Prepared
        | StatementHow::Continued
        | StatementHow::NotRun
        | StatementHow::Request => statement.text.trim().to_owned(),
    };
    for (number, value) in statement.parameters.iter().enumerate() {
        let lead = if number == 0 { " --" } else { "," };
        let number = number + 1;
        // Writing to a text cannot fail.
        let _written = match value {
            Some(value) => write!(text, "{lead} ${number} = '{value}'"),
            None => write!(text, "{lead} ${number} = null"),
        };
    }
    if statement.more > 0 {
        text.push_str(CUT);
    }
    text
}
