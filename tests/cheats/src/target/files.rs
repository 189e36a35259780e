//! SFTP (version 3) as nobody should speak it.

use super::Mischief;

const INIT: u8 = 1;
const OPENDIR: u8 = 11;
const READDIR: u8 = 12;
const REALPATH: u8 = 16;
const STATUS: u8 = 101;
const HANDLE: u8 = 102;
const NAME: u8 = 104;
const ATTRS: u8 = 105;
const STAT: u8 = 17;
const LSTAT: u8 = 7;

const END_OF_FILE: u32 = 1;
const UNSUPPORTED: u32 = 8;

/// Names that a client might take for paths.
const ELSEWHERE: [&str; 3] = ["../evil", "/etc/passwd", "a/../../evil"];

/// One conversation.
#[derive(Debug)]
pub(super) struct Files {
    mischief: Mischief,
    held: Vec<u8>,
    listed: bool,
}

impl Files {
    pub(super) fn new(mischief: Mischief) -> Self {
        Self {
            mischief,
            held: Vec::new(),
            listed: false,
        }
    }

    /// Takes what was heard, and gives the answers to it.
    pub(super) fn hears(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        self.held.extend_from_slice(bytes);
        let mut answers = Vec::new();
        while let Some(length) = self.held.first_chunk::<4>() {
            let end = 4 + usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
            let Some(packet) = self.held.get(4..end).map(<[u8]>::to_vec) else {
                break;
            };
            self.held.drain(..end);
            answers.extend(self.answer(&packet));
        }
        answers
    }

    fn answer(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        let (kind, rest) = packet.split_first()?;
        if *kind == INIT {
            return Some(packed(&[2, 0, 0, 0, 3]));
        }
        let number = u32::from_be_bytes(*rest.first_chunk()?);
        match self.mischief {
            Mischief::EndlessPacket => Some(vec![0xff, 0xff, 0xff, 0xff, NAME, 0, 0, 0, 1]),
            Mischief::WrongNumbers => Some(status(number ^ 0x5a5a, 0)),
            _ => Some(self.listing(*kind, number, rest.get(4..)?)),
        }
    }

    /// A folder that can be looked into.
    fn listing(&mut self, kind: u8, number: u32, rest: &[u8]) -> Vec<u8> {
        match kind {
            REALPATH => {
                let length = usize::from(rest.get(3).copied().unwrap_or_default());
                let asked = rest.get(4..4 + length).unwrap_or_default();
                let path = if asked.starts_with(b"/") { asked } else { b"/" };
                names(number, &[path])
            }
            STAT | LSTAT => {
                // With permissions alone: a folder.
                let attributes = [&4_u32.to_be_bytes()[..], &0o040_755_u32.to_be_bytes()];
                packed(&[&[ATTRS], &number.to_be_bytes()[..], &attributes.concat()].concat())
            }
            OPENDIR => packed(&[&[HANDLE], &number.to_be_bytes()[..], &text(b"one")].concat()),
            READDIR if self.listed => status(number, END_OF_FILE),
            READDIR => {
                self.listed = true;
                let elsewhere = self.mischief == Mischief::NamesThatLeadElsewhere;
                let listed: &[&str] = if elsewhere { &ELSEWHERE } else { &["honest"] };
                let listed: Vec<&[u8]> = listed.iter().map(|name| name.as_bytes()).collect();
                names(number, &listed)
            }
            _ => status(number, UNSUPPORTED),
        }
    }
}

fn packed(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], content].concat()
}

fn text(bytes: &[u8]) -> Vec<u8> {
    packed(bytes)
}

fn status(number: u32, code: u32) -> Vec<u8> {
    let head = [&[STATUS][..], &number.to_be_bytes(), &code.to_be_bytes()].concat();
    packed(&[head, text(b"so"), text(b"")].concat())
}

fn names(number: u32, names: &[&[u8]]) -> Vec<u8> {
    let count = u32::try_from(names.len()).unwrap_or_default();
    let mut content = [&[NAME][..], &number.to_be_bytes(), &count.to_be_bytes()].concat();
    for name in names {
        content.extend(text(name));
        content.extend(text(name));
        // No attributes.
        content.extend([0; 4]);
    }
    packed(&content)
}
