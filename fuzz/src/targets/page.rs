//! What a browser's page sends: frames of a WebSocket, and the messages of a terminal in them.

use wire::terminal::{Cells, FromPage, Hello, MOST_FROM_PAGE, Over, Passing, ToPage};
use wire::websocket::{Reader, Said, Sender, masked_message, masked_pong, message, ping};

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// Reads a line, whole and byte by byte: the same is said, or it ends by the same wrong. What was said
/// reads again as it was written.
pub(super) fn line(bytes: &[u8]) {
    for from in [Sender::Client, Sender::Server] {
        let whole = all(from, bytes, usize::MAX);
        assert_eq!(whole, all(from, bytes, 1));
        for said in whole.0 {
            let Said::Message(payload) = said else {
                continue;
            };
            assert!(payload.len() <= MOST_FROM_PAGE);
            let again = all(Sender::Client, &masked_message(&payload, MASK), usize::MAX);
            assert_eq!(again, (vec![Said::Message(payload.clone())], true));
            messages(&payload);
        }
    }
}

fn all(from: Sender, bytes: &[u8], step: usize) -> (Vec<Said>, bool) {
    let mut reader = Reader::new(from, MOST_FROM_PAGE);
    let mut found = Vec::new();
    for piece in bytes.chunks(step.clamp(1, bytes.len().max(1))) {
        reader.take(piece);
        loop {
            match reader.said() {
                Ok(Some(said)) => found.push(said),
                Ok(None) => break,
                Err(_) => return (found, false),
            }
        }
    }
    (found, true)
}

/// What is read is written as the same bytes.
pub(super) fn messages(bytes: &[u8]) {
    if let Ok(message) = FromPage::decode(bytes) {
        assert_eq!(message.encode(), bytes);
    }
    if let Ok(message) = ToPage::decode(bytes) {
        assert_eq!(message.encode(), bytes);
    }
}

const CELLS: Cells = Cells {
    columns: 120,
    rows: 40,
};

fn said() -> Vec<(&'static str, Vec<u8>)> {
    let hello = FromPage::Hello(Hello {
        ticket: [0x5e; 32],
        page: [0x11; 32],
        shown: 4096,
        cells: CELLS,
        take_over: true,
    });
    let paste = FromPage::Paste {
        bytes: "df -h\r検査".into(),
        bracketed: true,
        more: false,
    };
    vec![
        ("hello", hello.encode()),
        ("input", FromPage::Input("ls -l 検査\r".into()).encode()),
        ("paste", paste.encode()),
        ("resize", FromPage::Resize(CELLS).encode()),
        ("shown", FromPage::Shown(99).encode()),
        ("leave", FromPage::Leave.encode()),
    ]
}

pub(super) fn message_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let welcome = ToPage::Welcome {
        session: 7,
        from: 12,
        fresh: 40,
    };
    let state = ToPage::State {
        left: 600,
        passing: Passing::Paused,
    };
    let over = ToPage::Over {
        why: Over::Elsewhere,
        text: "別のタブ".to_owned(),
    };
    let mut seeds = said();
    seeds.extend([
        ("welcome", welcome.encode()),
        ("output", ToPage::Output(b"\x1b[1mok\r\n".to_vec()).encode()),
        ("state", state.encode()),
        ("over", over.encode()),
    ]);
    seeds
}

pub(super) fn line_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let mut seeds: Vec<_> = said()
        .into_iter()
        .map(|(name, payload)| (name, masked_message(&payload, MASK)))
        .collect();
    // RFC 6455 §5.7: a message in two fragments, with a ping between them, as a server sends it.
    let fragments = [
        &[0x02, 0x03, 0x48, 0x65, 0x6c][..],
        &[0x89, 0x01, 0x2a],
        &[0x80, 0x02, 0x6c, 0x6f],
    ];
    seeds.extend([
        ("fragments", fragments.concat()),
        ("medium", message(&[7; 300])),
        ("ping", ping()),
        ("pong", masked_pong(b"here", MASK)),
        ("close", vec![0x88, 0x82, 1, 2, 3, 4, 2, 0xeb]),
    ]);
    seeds
}
