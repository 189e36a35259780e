//! A viewer that says what a test wants: RFB over a socket, without anything between.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use wire::rfb::{Follow, Passed, ServerInit, ServerSide, ServerSize, request_all};

/// A viewer that was let in.
pub(crate) struct Viewer {
    pub(crate) stream: TcpStream,
    pub(crate) size: ServerSize,
    pub(crate) name: String,
    side: ServerSide,
    /// What came after the handshake.
    pub(crate) seen: Passed,
}

impl Viewer {
    /// Connects, with this line as its version. The sentence of a refusal otherwise.
    pub(crate) fn enter(at: SocketAddr, version: &[u8; 12]) -> Result<Self, String> {
        let mut stream = TcpStream::connect(at).unwrap();
        let mut line = [0; 12];
        stream.read_exact(&mut line).map_err(|e| e.to_string())?;
        stream.write_all(version).unwrap();
        if version == b"RFB 003.003\n" {
            if u32_of(&mut stream) != 1 {
                return Err(sentence(&mut stream));
            }
        } else {
            let mut count = [0];
            stream.read_exact(&mut count).map_err(|e| e.to_string())?;
            if count == [0] {
                return Err(sentence(&mut stream));
            }
            let mut types = vec![0; usize::from(count[0])];
            stream.read_exact(&mut types).unwrap();
            assert_eq!(types, [1], "nothing is asked of the engineer's viewer");
            stream.write_all(&[1]).unwrap();
            if version == b"RFB 003.008\n" {
                assert_eq!(u32_of(&mut stream), 0);
            }
        }
        stream.write_all(&[0]).unwrap();
        let mut head = [0; ServerInit::LENGTH];
        stream.read_exact(&mut head).map_err(|e| e.to_string())?;
        let (init, length) = ServerInit::read(&head).unwrap();
        assert!(init.format.is_some(), "pixels can be followed");
        let mut name = vec![0; length];
        stream.read_exact(&mut name).unwrap();
        Ok(Self {
            stream,
            size: init.size,
            name: String::from_utf8(name).unwrap(),
            side: ServerSide::new(init.size, true),
            seen: Passed::default(),
        })
    }

    /// Lets it in, as any viewer.
    pub(crate) fn at(address: SocketAddr) -> Self {
        let mut viewer = Self::enter(address, b"RFB 003.008\n").unwrap();
        // Tight, ZRLE and the extended clipboard too, as viewers do.
        viewer.say(&encodings(&[7, 16, 5, 1, 0, -239, -223, -1_063_131_698]));
        viewer
    }

    pub(crate) fn say(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Asks for the whole screen, and reads until it was shown whole once more. As every viewer does, it asks
    /// again after an update that did not show it.
    pub(crate) fn whole(&mut self) {
        let before = self.keyframes();
        while self.keyframes() == before {
            let updates = self.side.updates();
            self.say(&request_all(self.size));
            while self.side.updates() == updates {
                assert!(self.read(), "closed before the screen was shown");
            }
        }
    }

    pub(crate) fn keyframes(&self) -> usize {
        let keyframe = |told: &&Follow| matches!(told, Follow::Keyframe { .. });
        self.seen.told.iter().filter(keyframe).count()
    }

    /// Reads what comes next; false when the gateway has hung up.
    pub(crate) fn read(&mut self) -> bool {
        let mut buffer = vec![0; 64 << 10];
        match self.stream.read(&mut buffer) {
            Ok(0) | Err(_) => false,
            Ok(read) => {
                self.side.take(&buffer[..read], &mut self.seen).unwrap();
                true
            }
        }
    }

    pub(crate) fn press(&mut self, key: u32) {
        for down in [1, 0] {
            self.say(&[&[4, down, 0, 0][..], &key.to_be_bytes()].concat());
        }
    }
}

fn u32_of(stream: &mut TcpStream) -> u32 {
    let mut bytes = [0; 4];
    stream.read_exact(&mut bytes).unwrap();
    u32::from_be_bytes(bytes)
}

fn sentence(stream: &mut TcpStream) -> String {
    let length = u32_of(stream);
    let mut text = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

pub(crate) fn encodings(numbers: &[i32]) -> Vec<u8> {
    let count = u16::try_from(numbers.len()).unwrap();
    let numbers = numbers.iter().flat_map(|number| number.to_be_bytes());
    let start = [2, 0].into_iter().chain(count.to_be_bytes());
    start.chain(numbers).collect()
}

/// A text of the clipboard, in either direction.
pub(crate) fn clipboard(kind: u8, text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap().to_be_bytes();
    [&[kind, 0, 0, 0][..], &length, text.as_bytes()].concat()
}
