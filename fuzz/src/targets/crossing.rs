//! What passes on a target's channel between its worker and the gateway: a worker that was taken over may say
//! anything.

use ssh::{Came, Closed, Exit, Received, Said, Sent, Size, Start, Terminal, Wanted};

/// What was read of a packet is written as the same packet: nothing is read in two ways, nothing is overread.
pub(super) fn run(packet: &[u8]) {
    if let Some(came) = Came::decode(packet) {
        assert_eq!(came.encode(), packet, "{came:?}");
    }
    if let Some(sent) = Sent::decode(packet) {
        assert_eq!(sent.encode(), packet, "{sent:?}");
    }
}

pub(super) fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let size = Size {
        columns: 80,
        rows: 24,
        ..Size::default()
    };
    let said = |said| Came::Received(Received::Said(said)).encode();
    let exit = Exit::Signal {
        name: "KILL".to_owned(),
        core: true,
        message: "out of memory".to_owned(),
    };
    let answered = Said::Answered {
        wanted: Wanted::Start,
        granted: true,
    };
    let variable = Sent::Variable {
        name: "LANG".to_owned(),
        value: "ja_JP.UTF-8".to_owned(),
    };
    vec![
        ("opened", Came::Opened.encode()),
        ("refused", Came::Refused("too many".to_owned()).encode()),
        ("answered", said(answered)),
        ("status", said(Said::Exit(Exit::Status(1)))),
        ("signal", said(Said::Exit(exit))),
        (
            "closed",
            Came::Received(Received::Closed(Closed::ByPeer)).encode(),
        ),
        (
            "terminal",
            Sent::Terminal(Terminal::plain("xterm", size)).encode(),
        ),
        ("variable", variable.encode()),
        (
            "exec",
            Sent::Start(Start::Exec(b"uptime".to_vec())).encode(),
        ),
        ("data", Sent::Data(b"bytes".to_vec()).encode()),
        ("resize", Sent::Resize(size).encode()),
    ]
}
