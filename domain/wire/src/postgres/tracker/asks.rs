//! What the engineer's program sends.

use ids::Timestamp;

use super::{Expected, How, Outcome, Portal, Run, Text, Tracker, Watch};
use crate::postgres::front::{Bound, Parsed, called, closed, executed, statement};
use crate::postgres::front_kind as kind;
use crate::postgres::read::Fields;

impl Tracker {
    /// A message goes to the target: its kind, and the beginning of its body.
    pub fn asked(&mut self, message: u8, body: &[u8], now: Timestamp) {
        match message {
            kind::QUERY => self.query(body, now),
            kind::PARSE => self.parse(Parsed::read(body), now),
            kind::BIND => {
                let formats = self.forms(body);
                self.bind(Bound::read(body), formats, now);
            }
            kind::DESCRIBE => {
                let (statement, name) = closed(body);
                self.expect(Expected::Describe(statement, name), now);
            }
            kind::EXECUTE => self.execute(&executed(body), now),
            kind::CLOSE => {
                let (statement, name) = closed(body);
                self.expect(Expected::Close { statement, name }, now);
            }
            kind::SYNC => {
                self.skipping = false;
                self.expected.push_back(Expected::Sync);
            }
            kind::CALL => {
                let portal = Portal {
                    text: Text {
                        text: called(body).to_string().into(),
                        whole: true,
                    },
                    ..Portal::default()
                };
                let number = self.begin(How::Call, portal);
                self.expect(Expected::Call(Run::new(number, now)), now);
            }
            kind::COPY_DONE | kind::COPY_FAIL => self.copy_goes_on(),
            _ => {}
        }
    }

    /// Bytes of a copy go to the target.
    pub fn copied_in(&mut self, bytes: u64) {
        self.copy_goes_on();
        if let Some(run) = self.running() {
            run.ended.bytes_in = run.ended.bytes_in.saturating_add(bytes);
        }
    }

    /// While a server takes a copy it reads over whatever asks for an answer: what was sent between the
    /// statement and its data is not answered.
    fn copy_goes_on(&mut self) {
        if let Some(Expected::Execute(run)) = self.expected.front_mut()
            && std::mem::take(&mut run.copying)
        {
            let mut first = true;
            self.expected.retain(|expected| {
                std::mem::take(&mut first) || !matches!(expected, Expected::Sync)
            });
        }
    }

    fn query(&mut self, body: &[u8], now: Timestamp) {
        let (text, whole) = statement(&mut Fields(body));
        let text = text.into();
        let portal = Portal {
            text: Text { text, whole },
            ..Portal::default()
        };
        let number = self.begin(How::Simple, portal);
        self.expect(Expected::Query(Run::new(number, now)), now);
    }

    fn parse(&mut self, parsed: Parsed, now: Timestamp) {
        let Parsed { name, text, whole } = parsed;
        let text = text.into();
        let text = Text { text, whole };
        self.expect(Expected::Parse { name, text }, now);
    }

    fn bind(&mut self, bound: Bound, formats: Option<Vec<u16>>, now: Timestamp) {
        let portal = Portal {
            text: self.statement_meant(&bound.statement),
            parameters: bound.parameters,
            more: bound.more,
            ran: false,
            statement: bound.statement,
            formats,
        };
        let name = bound.portal;
        self.expect(Expected::Bind { name, portal }, now);
    }

    fn execute(&mut self, name: &[u8], now: Timestamp) {
        let portal = self.portal_meant(name);
        let how = if portal.ran {
            How::Continued
        } else {
            How::Extended
        };
        let number = self.begin(how, portal);
        let mut run = Run::new(number, now);
        run.watch = Watch::of(name);
        self.expect(Expected::Execute(run), now);
    }

    /// Waits for the answer; there is none while the server reads on to the end of a series.
    fn expect(&mut self, expected: Expected, now: Timestamp) {
        if !self.skipping {
            self.expected.push_back(expected);
            return;
        }
        if let Expected::Query(run) | Expected::Call(run) | Expected::Execute(run) = expected {
            self.end(run, Some(Outcome::Skipped), now);
        }
    }
}
