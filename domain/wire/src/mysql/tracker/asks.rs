//! What the engineer's program sends.

use ids::Timestamp;

use super::{Answer, Expected, MOST_SENT, Prepared, Tracker};
use crate::mysql::read::Fields;
use crate::mysql::{command, parameters};
use crate::statements::{How, MAX_STATEMENT, Told, cut, lossy};

impl Tracker {
    /// A command goes to the target: its kind, the beginning of what follows, and whether that is all of it.
    pub(in crate::mysql) fn asked(&mut self, kind: u8, body: &[u8], whole: bool, now: Timestamp) {
        self.expected = match kind {
            command::QUERY => {
                let (text, all) = cut(lossy(body), MAX_STATEMENT);
                self.begin(How::Simple, &text, all && whole, now);
                Expected::Answer(Answer::Result { cursor: false })
            }
            command::PREPARE => {
                let (text, all) = cut(lossy(body), MAX_STATEMENT);
                self.preparing = Some(Prepared {
                    text: text.into(),
                    whole: all && whole,
                    ..Prepared::default()
                });
                Expected::Answer(Answer::Prepared)
            }
            command::EXECUTE => self.execute(Fields(body), now),
            command::FETCH => {
                let meant = self.statement_meant(Fields(body).u32());
                self.begin(How::Continued, &meant.text, meant.whole, now);
                if let Some(run) = &mut self.run {
                    run.watch.shape = meant.shape;
                    run.watch.binary = true;
                }
                Expected::Rows
            }
            command::FIELD_LIST => {
                let mut fields = Fields(body);
                let table = lossy(fields.text_or_rest());
                let (text, all) = cut(format!("SHOW COLUMNS FROM {table}"), MAX_STATEMENT);
                self.begin(How::Call, &text, all, now);
                Expected::Rows
            }
            command::INIT_DB => {
                let (text, all) = cut(format!("USE {}", lossy(body)), MAX_STATEMENT);
                self.begin(How::Call, &text, all, now);
                Expected::Answer(Answer::Done)
            }
            command::PROCESS_KILL => {
                let number = Fields(body).u32().unwrap_or(0);
                self.begin(How::Call, &format!("KILL {number}"), true, now);
                Expected::Answer(Answer::Done)
            }
            command::STATISTICS => Expected::Answer(Answer::Line),
            command::SET_OPTION => Expected::Answer(Answer::End),
            command::RESET_CONNECTION => {
                self.prepared.clear();
                Expected::Answer(Answer::Done)
            }
            command::RESET => {
                if let Some(meant) = Fields(body).u32().and_then(|number| self.meant(number)) {
                    meant.sent.clear();
                }
                Expected::Answer(Answer::Done)
            }
            command::PING => Expected::Answer(Answer::Done),
            command::CLOSE => {
                if let Some(number) = Fields(body).u32() {
                    self.prepared.remove(&number);
                }
                Expected::Nothing
            }
            // A long parameter, and the end: nothing is answered.
            _ => Expected::Nothing,
        };
    }

    /// So many bytes of a long parameter went to the target.
    pub(in crate::mysql) fn sent(&mut self, body: &[u8], bytes: u64) {
        let mut fields = Fields(body);
        let (Some(number), Some(parameter)) = (fields.u32(), fields.u16()) else {
            return;
        };
        let Some(meant) = self.meant(number) else {
            return;
        };
        if meant.sent.len() < MOST_SENT || meant.sent.contains_key(&parameter) {
            let so_far = meant.sent.entry(parameter).or_default();
            // The statement's and the parameter's numbers are six bytes of it.
            *so_far = so_far.saturating_add(bytes.saturating_sub(6));
        }
    }

    fn statement_meant(&mut self, number: Option<u32>) -> Prepared {
        let known = number.and_then(|number| self.meant(number).cloned());
        known.unwrap_or_else(|| Prepared {
            text: format!("({})", number.unwrap_or(0)).into(),
            ..Prepared::default()
        })
    }

    fn execute(&mut self, mut fields: Fields<'_>, now: Timestamp) -> Expected {
        let number = fields.u32();
        let meant = self.statement_meant(number);
        let cursor = fields.u8().is_some_and(|flags| flags != 0);
        let _always_one = fields.u32();
        let read = if meant.parameters == 0 {
            parameters::Read::default()
        } else {
            parameters::read(fields, meant.parameters, &meant.kinds, &meant.sent)
        };
        if let Some(meant) = number.and_then(|number| self.meant(number)) {
            if let Some(kinds) = read.kinds {
                meant.kinds = kinds;
            }
            meant.sent.clear();
        }
        self.begin(How::Extended, &meant.text, meant.whole, now);
        let last = self.last_prepared;
        if let Some(run) = &mut self.run {
            run.watch.binary = true;
            run.watch.statement =
                number.map(|number| if number == u32::MAX { last } else { number });
        }
        if let Some(Told::Began(statement)) = self.told.last_mut() {
            statement.parameters = read.values;
            statement.more = read.more;
        }
        Expected::Answer(Answer::Result { cursor })
    }
}
