//! What the target answers.

use super::{Flow, Inspector, Stage};
use crate::sftp::act::{Act, Acts, Direction, Spend};
use crate::sftp::answer::Answer;
use crate::sftp::codec::{
    Attributes, Fields, MAX_CONTENT, MAX_PACKET, Packet, kind, status, to_u32, to_usize,
};
use crate::sftp::extension::Extension;
use crate::sftp::handles::{File, Lane, MAX_HANDLES, Open, Paid};
use crate::sftp::job::writes_reads;
use crate::sftp::requests::{Sent, What};
use crate::sftp::{Misbehaviour, VERSION};

impl Inspector {
    pub(super) fn answered(
        &mut self,
        packet: &[u8],
        acts: &mut Acts<'_>,
    ) -> Result<(), Misbehaviour> {
        let answer = Answer::read(packet)?;
        if let Answer::Version {
            version,
            extensions,
        } = &answer
        {
            return self.greeted(*version, extensions, acts);
        }
        let id = answer.id().unwrap_or_default();
        let sent = self.requests.take(id)?;
        let kind = packet.first().copied().unwrap_or_default();
        if kind != kind::STATUS && sent.answer != Some(kind) {
            return Err(Misbehaviour::AnswerUnfit { kind });
        }
        match sent.what {
            What::Resolved => return self.resolved(&answer, acts),
            What::Absent => return self.absent(&answer, acts),
            What::Size { serial } => {
                if let Answer::Attrs { rest, .. } = answer
                    && let Some(size) = Attributes::read(rest)?.size
                    && let Some((lane, _)) = self.handles.reading(serial)
                {
                    lane.ends_at(size);
                }
                return Ok(());
            }
            What::Limits => {
                let packet = bounded_limits(sent.engineer, packet)?;
                return self.to_engineer.packet(acts, packet);
            }
            What::Plain
            | What::Open { .. }
            | What::OpenDirectory { .. }
            | What::Read { .. }
            | What::Write { .. }
            | What::Close { .. }
            | What::Resized { .. }
            | What::Cut { .. } => {}
        }
        let engineer = sent.engineer;
        let settles = sent.settles;
        self.learn(sent, &answer, acts)?;
        let rest = packet.get(5..).unwrap_or_default();
        let packet = Packet::with_id(kind, engineer).raw(rest).done();
        self.to_engineer.packet(acts, packet)?;
        if settles {
            self.settled(acts)?;
        }
        Ok(())
    }

    /// The target's version, and of its extensions those that pass.
    fn greeted(
        &mut self,
        offered: u32,
        extensions: &[(&[u8], &[u8])],
        acts: &mut Acts<'_>,
    ) -> Result<(), Misbehaviour> {
        if self.stage != Stage::Greeted {
            return Err(Misbehaviour::OutOfTurn { packet: "VERSION" });
        }
        if offered != VERSION {
            return Err(Misbehaviour::VersionNotSpoken { offered });
        }
        self.stage = Stage::Open;
        let mut packet = Packet::new(kind::VERSION).u32(VERSION);
        for (name, data) in extensions {
            if let Some(extension) = Extension::named(name)
                && self.offered.insert(extension)
            {
                packet = packet.string(name).string(data);
            }
        }
        self.to_engineer.packet(acts, packet.done())
    }

    /// What an answer means for what is open.
    fn learn(
        &mut self,
        sent: Sent,
        answer: &Answer<'_>,
        acts: &mut Acts<'_>,
    ) -> Result<(), Misbehaviour> {
        let code = answer.code();
        let done = code == Some(status::OK);
        match sent.what {
            What::Open {
                path,
                flags,
                read_left,
                write_left,
            } => {
                let (writes, reads) = writes_reads(flags);
                let room = &mut self.handles.room;
                let file = File {
                    read: reads.then(|| Lane::reading(read_left)),
                    write: writes.then(|| Lane::writing(write_left, flags, room)),
                };
                let file = Some(file);
                self.opened(answer, Open { path, file })?;
            }
            What::OpenDirectory { path } => self.opened(answer, Open { path, file: None })?,
            What::Read { serial, offset, .. } => {
                if code == Some(status::EOF)
                    && let Some((lane, _)) = self.handles.reading(serial)
                {
                    lane.ends_at(offset);
                }
            }
            What::Write { serial } => {
                if let Some((lane, room)) = self.handles.writing(serial) {
                    lane.unconfirmed = lane.unconfirmed.saturating_sub(1);
                    if !done {
                        lane.spoil(room);
                    }
                }
            }
            What::Close { serial } => {
                acts.extend(self.handles.close(serial, done).into_iter().map(Act::File));
            }
            What::Resized { serial, size } => {
                if done && let Some((lane, room)) = self.handles.writing(serial) {
                    lane.sized(size, room);
                }
            }
            What::Cut { path } if done => self.handles.spoil(&path),
            What::Cut { .. }
            | What::Plain
            | What::Limits
            | What::Resolved
            | What::Absent
            | What::Size { .. } => {}
        }
        Ok(())
    }

    fn opened(&mut self, answer: &Answer<'_>, open: Open) -> Result<(), Misbehaviour> {
        self.opening = self.opening.saturating_sub(1);
        let Answer::Handle { handle, .. } = answer else {
            return Ok(());
        };
        match self.handles.insert(handle, open) {
            Some(_) => Ok(()),
            None => Err(Misbehaviour::HandleTwice),
        }
    }

    /// The head of a DATA: decides about its content before any of it goes.
    pub(super) fn data(
        &mut self,
        head: &[u8],
        content: u32,
        acts: &mut Acts<'_>,
        spend: Spend<'_>,
    ) -> Result<(), Misbehaviour> {
        self.download = Flow::Nowhere;
        let mut fields = Fields::of(head);
        fields.u8("type")?;
        let sent = self.requests.take(fields.u32("id")?)?;
        let What::Read {
            serial,
            offset,
            length,
        } = sent.what
        else {
            return Err(Misbehaviour::AnswerUnfit { kind: kind::DATA });
        };
        if content > length {
            return Err(Misbehaviour::MoreThanAsked {
                asked: length,
                given: content,
            });
        }
        let id = sent.engineer;
        let Some((lane, _)) = self.handles.reading(serial) else {
            let sentence = self.words.not_open.clone();
            return self.say(id, status::FAILURE, &sentence, acts);
        };
        if let Paid::No { first } = lane.pay(content, spend) {
            let path = self.handles.path(serial).filter(|_| first).cloned();
            let direction = Direction::Download;
            acts.extend(path.map(|path| Act::Exceeded { direction, path }));
            let sentence = self.words.too_much.clone();
            return self.say(id, status::FAILURE, &sentence, acts);
        }
        let head = Packet::with_id(kind::DATA, id).u32(content);
        self.to_engineer
            .begin(acts, head.before(content), to_usize(content));
        self.download = Flow::On { serial, offset };
        Ok(())
    }

    /// Content of the DATA in progress.
    pub(super) fn handed_out<'a>(&mut self, piece: &'a [u8], acts: &mut Acts<'a>) {
        let Flow::On { serial, offset } = self.download else {
            return;
        };
        if let Some((lane, room)) = self.handles.reading(serial) {
            lane.feed(offset, piece, room);
        }
        self.download = Flow::On {
            serial,
            offset: super::after(offset, piece),
        };
        self.to_engineer.content(acts, piece);
    }
}

/// The answer to `limits@openssh.com`, nothing in it larger than what passes here. A zero says
/// "no limit" there.
fn bounded_limits(id: u32, packet: &[u8]) -> Result<Vec<u8>, Misbehaviour> {
    if packet.first() == Some(&kind::STATUS) {
        let rest = packet.get(5..).unwrap_or_default();
        return Ok(Packet::with_id(kind::STATUS, id).raw(rest).done());
    }
    let mut fields = Fields::of(packet.get(5..).unwrap_or_default());
    let mut bounded = Packet::with_id(kind::EXTENDED_REPLY, id);
    let handles = to_u32(MAX_HANDLES);
    let content = to_u32(MAX_CONTENT);
    for most in [to_u32(MAX_PACKET), content, content, handles] {
        let said = fields.u64("limits")?;
        let most = u64::from(most);
        bounded = bounded.u64(if said == 0 { most } else { said.min(most) });
    }
    fields.end()?;
    Ok(bounded.done())
}
