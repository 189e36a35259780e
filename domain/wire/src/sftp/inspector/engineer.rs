//! What the engineer's client sends.

use super::{Flow, Inspector, Stage};
use crate::sftp::act::{Act, Acts, Spend};
use crate::sftp::codec::{Fields, MAX_CONTENT, Packet, kind, status, to_u32, to_usize};
use crate::sftp::extension::Extension;
use crate::sftp::handles::{Paid, Serial};
use crate::sftp::job::Job;
use crate::sftp::request::{Request, handle};
use crate::sftp::requests::{Sent, What};
use crate::sftp::{Misbehaviour, VERSION};

impl Inspector {
    pub(super) fn request(
        &mut self,
        packet: &[u8],
        acts: &mut Acts<'_>,
    ) -> Result<(), Misbehaviour> {
        let request = Request::read(packet)?;
        match (&request, self.stage) {
            (Request::Init { version }, Stage::Fresh) => return self.greet(*version, acts),
            (Request::Init { .. }, _) => return Err(Misbehaviour::OutOfTurn { packet: "INIT" }),
            (_, Stage::Open) => {}
            (_, Stage::Fresh | Stage::Greeted) => {
                return Err(Misbehaviour::OutOfTurn { packet: "request" });
            }
        }
        if let Some(job) = Job::of(&request) {
            return self.enqueue(job, acts);
        }
        match request {
            Request::Close { id, handle } => self.close(id, handle, acts),
            Request::Read {
                id,
                handle,
                offset,
                length,
            } => self.read(id, handle, (offset, length), acts),
            Request::Fstat { id, handle } => {
                self.on_handle((id, handle), packet, Some(kind::ATTRS), acts)
            }
            Request::Readdir { id, handle } => {
                self.on_handle((id, handle), packet, Some(kind::NAME), acts)
            }
            Request::Fsetstat {
                id,
                handle,
                attributes,
            } => self.fsetstat((id, handle), attributes.size, packet, acts),
            Request::Realpath { id, .. } => {
                self.pass(id, What::Plain, Some(kind::NAME), packet, acts)
            }
            Request::Extended { id, name, rest } => self.extended(id, name, rest, packet, acts),
            // Taken above, or by its head.
            Request::Init { .. }
            | Request::Open { .. }
            | Request::Plain { .. }
            | Request::Setstat { .. }
            | Request::Mkdir { .. }
            | Request::Rename { .. }
            | Request::Symlink { .. }
            | Request::Write { .. } => Err(Misbehaviour::OutOfTurn { packet: "request" }),
        }
    }

    /// The first packet. Whatever the client speaks beyond 3, we do not.
    fn greet(&mut self, offered: u32, acts: &mut Acts<'_>) -> Result<(), Misbehaviour> {
        if offered < VERSION {
            return Err(Misbehaviour::VersionNotSpoken { offered });
        }
        self.stage = Stage::Greeted;
        let init = Packet::new(kind::INIT).u32(VERSION).done();
        self.to_target.packet(acts, init)
    }

    /// Sends a request as it is, under an id of ours.
    fn pass(
        &mut self,
        engineer: u32,
        what: What,
        answer: Option<u8>,
        packet: &[u8],
        acts: &mut Acts<'_>,
    ) -> Result<(), Misbehaviour> {
        let id = self.requests.add(Sent {
            engineer,
            answer,
            what,
            settles: false,
        })?;
        self.to_target.packet(acts, renumbered(packet, id).done())
    }

    fn not_open(&mut self, id: u32, acts: &mut Acts<'_>) -> Result<(), Misbehaviour> {
        let sentence = self.words.not_open.clone();
        self.say(id, status::FAILURE, &sentence, acts)
    }

    fn on_handle(
        &mut self,
        (id, handle): (u32, &[u8]),
        packet: &[u8],
        answer: Option<u8>,
        acts: &mut Acts<'_>,
    ) -> Result<(), Misbehaviour> {
        match self.handles.find(handle) {
            None => self.not_open(id, acts),
            Some(_) => self.pass(id, What::Plain, answer, packet, acts),
        }
    }

    fn fsetstat(
        &mut self,
        (id, handle): (u32, &[u8]),
        size: Option<u64>,
        packet: &[u8],
        acts: &mut Acts<'_>,
    ) -> Result<(), Misbehaviour> {
        let Some(serial) = self.handles.find_writing(handle) else {
            return self.not_open(id, acts);
        };
        let what = size.map_or(What::Plain, |size| What::Resized { serial, size });
        self.pass(id, what, None, packet, acts)
    }

    fn close(&mut self, id: u32, handle: &[u8], acts: &mut Acts<'_>) -> Result<(), Misbehaviour> {
        let Some(serial) = self.handles.find(handle) else {
            return self.not_open(id, acts);
        };
        let lacks_end = self
            .handles
            .reading(serial)
            .is_some_and(|(lane, _)| lane.lacks_end());
        if lacks_end {
            // Clients that know the size stop there without asking for more.
            let fstat = |id| Packet::with_id(kind::FSTAT, id).string(handle).done();
            self.ask_target(What::Size { serial }, kind::ATTRS, fstat, acts)?;
        }
        self.handles.forget_name(handle);
        let packet = Packet::with_id(kind::CLOSE, id).string(handle).done();
        let packet = packet.get(4..).unwrap_or_default();
        self.pass(id, What::Close { serial }, None, packet, acts)
    }

    fn read(
        &mut self,
        id: u32,
        handle: &[u8],
        (offset, length): (u64, u32),
        acts: &mut Acts<'_>,
    ) -> Result<(), Misbehaviour> {
        let found = self.handles.find(handle);
        let lane = found.and_then(|serial| Some((serial, self.handles.reading(serial)?.0)));
        let Some((serial, lane)) = lane else {
            return self.not_open(id, acts);
        };
        if lane.exceeded() {
            let sentence = self.words.too_much.clone();
            return self.say(id, status::FAILURE, &sentence, acts);
        }
        let length = length.min(to_u32(MAX_CONTENT));
        let ours = self.requests.add(Sent {
            engineer: id,
            answer: Some(kind::DATA),
            what: What::Read {
                serial,
                offset,
                length,
            },
            settles: false,
        })?;
        let packet = Packet::with_id(kind::READ, ours).string(handle);
        self.to_target
            .packet(acts, packet.u64(offset).u32(length).done())
    }

    /// The head of a WRITE: decides about its content before any of it goes.
    pub(super) fn write(
        &mut self,
        head: &[u8],
        content: u32,
        acts: &mut Acts<'_>,
        spend: Spend<'_>,
    ) -> Result<(), Misbehaviour> {
        if self.stage != Stage::Open {
            return Err(Misbehaviour::OutOfTurn { packet: "WRITE" });
        }
        self.upload = Flow::Nowhere;
        let mut fields = Fields::of(head);
        fields.u8("type")?;
        let id = fields.u32("id")?;
        let handle = handle(&mut fields)?;
        let offset = fields.u64("offset")?;
        let Some(serial) = self.handles.find_writing(handle) else {
            return self.not_open(id, acts);
        };
        if !self.paid(serial, content, acts, spend) {
            let sentence = self.words.too_much.clone();
            return self.say(id, status::FAILURE, &sentence, acts);
        }
        let ours = self.requests.add(Sent {
            engineer: id,
            answer: None,
            what: What::Write { serial },
            settles: false,
        })?;
        self.to_target.begin(
            acts,
            renumbered(head, ours).before(content),
            to_usize(content),
        );
        self.upload = Flow::On { serial, offset };
        Ok(())
    }

    fn paid(&mut self, serial: Serial, bytes: u32, acts: &mut Acts<'_>, spend: Spend<'_>) -> bool {
        let Some((lane, _)) = self.handles.writing(serial) else {
            return false;
        };
        let direction = lane.direction();
        match lane.pay(bytes, spend) {
            Paid::Yes => {
                lane.unconfirmed = lane.unconfirmed.saturating_add(1);
                true
            }
            Paid::No { first } => {
                let path = self.handles.path(serial).filter(|_| first).cloned();
                acts.extend(path.map(|path| Act::Exceeded { direction, path }));
                false
            }
        }
    }

    /// Content of the WRITE in progress.
    pub(super) fn written<'a>(&mut self, piece: &'a [u8], acts: &mut Acts<'a>) {
        let Flow::On { serial, offset } = self.upload else {
            return;
        };
        if let Some((lane, room)) = self.handles.writing(serial) {
            lane.feed(offset, piece, room);
        }
        self.upload = Flow::On {
            serial,
            offset: super::after(offset, piece),
        };
        self.to_target.content(acts, piece);
    }

    fn extended(
        &mut self,
        id: u32,
        name: &[u8],
        rest: &[u8],
        packet: &[u8],
        acts: &mut Acts<'_>,
    ) -> Result<(), Misbehaviour> {
        let known = Extension::named(name).filter(|known| self.offered.contains(known));
        let Some(extension) = known else {
            let sentence = self.words.unsupported.clone();
            return self.say(id, status::OP_UNSUPPORTED, &sentence, acts);
        };
        if let Some(job) = Job::of_extension(id, extension, rest)? {
            return self.enqueue(job, acts);
        }
        let reply = Some(kind::EXTENDED_REPLY);
        match extension {
            Extension::Fsync => {
                let handle = handle(&mut Fields::of(rest))?;
                self.on_handle((id, handle), packet, None, acts)
            }
            Extension::Fstatvfs => {
                let handle = handle(&mut Fields::of(rest))?;
                self.on_handle((id, handle), packet, reply, acts)
            }
            Extension::Limits => self.pass(id, What::Limits, reply, packet, acts),
            Extension::ExpandPath | Extension::HomeDirectory => {
                self.pass(id, What::Plain, Some(kind::NAME), packet, acts)
            }
            Extension::UsersGroupsById => self.pass(id, What::Plain, reply, packet, acts),
            Extension::PosixRename
            | Extension::Statvfs
            | Extension::Hardlink
            | Extension::Lsetstat => Err(Misbehaviour::OutOfTurn { packet: "request" }),
        }
    }
}

/// A packet under another id.
fn renumbered(packet: &[u8], id: u32) -> Packet {
    let kind = packet.first().copied().unwrap_or_default();
    Packet::with_id(kind, id).raw(packet.get(5..).unwrap_or_default())
}
