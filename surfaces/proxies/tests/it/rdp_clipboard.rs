//! The text of two clipboards: an engineer's xfreerdp, and a desktop of Debian's xrdp.

use std::io::Write;
use std::process::Stdio;

use access::{DesktopSignIn, DesktopTerms, EndReason};
use recording::typed_length;

use crate::rdp_ground::{Client, Display, Server, wish};
use crate::sshd::{Kept, until};
use crate::vnc_ground::{Ground, Recorded, Wish};

/// What an engineer has in their clipboard when they come.
const BROUGHT: &str = "copied at home";

/// A desktop and an engineer's client that shows it, under these terms.
struct Both {
    server: Server,
    ground: Ground,
    client: Client,
}

/// The engineer had copied something before they came.
fn under(clipboard_in: bool, clipboard_out: bool) -> (Both, Kept) {
    let server = Server::xrdp();
    let terms = DesktopTerms {
        clipboard_in,
        clipboard_out,
        ..DesktopTerms::USUAL
    };
    let wish = Wish {
        rdp: Some(DesktopSignIn::Tls),
        terms,
        ..wish()
    };
    let ground = Ground::at(server.address, server.key, wish);
    let display = Display::start();
    let copied = copies(&display, BROUGHT);
    let client = Client::on(display, ground.gateway, &["+clipboard"]);
    client.sees(&server);
    let both = Both {
        server,
        ground,
        client,
    };
    (both, copied)
}

impl Both {
    /// What is shown now came after whatever was copied before.
    fn shows_more(&self) {
        self.server.display.paint("#0080ff");
        self.client.sees(&self.server);
    }

    fn over(self) -> Recorded {
        drop(self.client);
        let recorded = self.ground.recorded();
        assert_eq!(self.ground.end(), EndReason::EngineerClosed);
        recorded
    }
}

/// Somebody copies this on the display; it is there until what is returned is dropped.
pub(crate) fn copies(display: &Display, text: &str) -> Kept {
    let mut copying = display.program("xclip");
    copying.args(["-quiet", "-selection", "clipboard", "-in"]);
    let mut copying = Kept(copying.stdin(Stdio::piped()).spawn().unwrap());
    let mut to = copying.0.stdin.take().unwrap();
    to.write_all(text.as_bytes()).unwrap();
    drop(to);
    until("it is copied", || pasted(display) == text);
    copying
}

/// What somebody who pastes on the display gets.
pub(crate) fn pasted(display: &Display) -> String {
    let mut pasting = display.program("timeout");
    pasting.args(["2", "xclip", "-selection", "clipboard", "-out"]);
    pasting.args(["-target", "UTF8_STRING"]);
    let pasted = pasting.stdout(Stdio::piped()).output().unwrap();
    String::from_utf8(pasted.stdout).unwrap()
}

/// How long each typed piece was.
fn lengths(recorded: &Recorded) -> Vec<u64> {
    let pieces = recorded.keys.iter();
    pieces.map(|(_, sealed)| typed_length(sealed)).collect()
}

/// Whether nothing was typed but keys, which are all equally long.
fn only_keys(recorded: &Recorded) -> bool {
    lengths(recorded).iter().all(|length| *length == 10)
}

fn has(kept: &[u8], text: &str) -> bool {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [text.as_bytes(), &utf16]
        .iter()
        .any(|said| kept.windows(said.len()).any(|part| part == *said))
}

#[test]
fn a_text_is_pasted_into_the_desktop_where_that_is_granted_and_recorded_sealed() {
    let (both, brought) = under(true, false);
    until("it is there", || pasted(&both.server.display) == BROUGHT);
    drop(brought);
    // In many chunks, and several sealed pieces.
    let long = "ipconfig /all; ".repeat(1500);
    let _copied = copies(&both.client.display, &long);
    until("it is there", || pasted(&both.server.display) == long);
    let recorded = both.over();
    let lengths = lengths(&recorded);
    assert!(lengths.contains(&u64::try_from(BROUGHT.len()).unwrap()));
    assert!(lengths.contains(&4096));
    for text in [BROUGHT, "ipconfig /all"] {
        assert!(!has(&recorded.shown, text) && !has(&recorded.asked, text));
        let sealed = recorded.keys.iter();
        assert!(sealed.clone().all(|(_, sealed)| !has(sealed, text)));
    }
}

#[test]
fn a_text_is_taken_out_of_the_desktop_where_that_is_granted_and_recorded() {
    let (both, _brought) = under(false, true);
    let _copied = copies(&both.server.display, "error 0x80070005");
    until("it is there", || {
        pasted(&both.client.display) == "error 0x80070005"
    });
    let recorded = both.over();
    assert!(has(&recorded.shown, "error 0x80070005"));
    assert!(only_keys(&recorded));
}

/// Each way is closed on its own: what is granted the other way opens nothing.
#[test]
fn l31_a_text_does_not_pass_in_a_direction_that_was_not_granted() {
    for (clipboard_in, clipboard_out) in [(false, false), (true, false), (false, true)] {
        let (both, _brought) = under(clipboard_in, clipboard_out);
        let near = &both.client.display;
        let far = &both.server.display;
        if !clipboard_in {
            let _copied = copies(near, "of the engineer");
            both.shows_more();
            assert!(![BROUGHT, "of the engineer"].contains(&pasted(far).as_str()));
        }
        if !clipboard_out {
            let _copied = copies(far, "name of a patient");
            both.shows_more();
            assert_ne!(pasted(near), "name of a patient");
        }
        let recorded = both.over();
        assert!(clipboard_in || only_keys(&recorded));
        for text in ["of the engineer", "name of a patient"] {
            assert!(!has(&recorded.shown, text) && !has(&recorded.asked, text));
        }
    }
}
