//! A hospital with a console that speaks telnet, and consoles that say what a test wants.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use access::{TelnetSignIn, TelnetTarget, USUAL_LOGIN_PROMPT, USUAL_PASSWORD_PROMPT};
use engine::NewSecret;
use zeroize::Zeroizing;

use crate::sshd::{Ground, Sshd, Wish};
use crate::telnet_server::{ACCOUNT, PASSWORD};

/// How it is signed in at.
pub(crate) fn signs_in() -> TelnetTarget {
    TelnetTarget {
        sign_in: Some(TelnetSignIn {
            user: Some(ACCOUNT.to_owned()),
            login_prompt: USUAL_LOGIN_PROMPT.to_owned(),
            password_prompt: USUAL_PASSWORD_PROMPT.to_owned(),
        }),
    }
}

/// A console that asks nobody.
pub(crate) fn open() -> Wish {
    Wish {
        telnet: Some(TelnetTarget { sign_in: None }),
        ..Wish::default()
    }
}

pub(crate) fn password(text: &str) -> Option<NewSecret> {
    Some(NewSecret::Password(Zeroizing::new(text.to_owned())))
}

/// A hospital whose target is a console, and an engineer with OpenSSH's client.
pub(crate) fn at(address: SocketAddr, wish: Wish) -> Ground {
    let mut wish = wish;
    wish.telnet.get_or_insert_with(signs_in);
    let asks = wish
        .telnet
        .as_ref()
        .is_some_and(|how| how.sign_in.is_some());
    if asks && wish.secret.is_none() {
        wish.secret = password(PASSWORD);
    }
    Ground::at(Sshd::start(), address, wish)
}

/// A console that does what a test wants with its first connection, and the thread that does it.
pub(crate) fn made_up<T: Send + 'static>(
    does: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (SocketAddr, std::thread::JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let doing = std::thread::spawn(move || does(listener.accept().unwrap().0));
    (address, doing)
}

/// Reads until what came ends with this, and returns all of it.
pub(crate) fn heard(from: &mut impl Read, end: &[u8]) -> Vec<u8> {
    let (mut all, mut byte) = (Vec::new(), [0; 1]);
    while !all.ends_with(end) {
        from.read_exact(&mut byte).unwrap();
        all.extend(byte);
    }
    all
}

/// Asks for account and password as [`signs_in`] awaits it, and returns what came on the way.
pub(crate) fn asks(stream: &mut TcpStream) -> Vec<u8> {
    stream.write_all(b"login: ").unwrap();
    let mut all = heard(stream, b"service\r\n");
    stream.write_all(b"\r\nPassword: ").unwrap();
    all.extend(heard(stream, format!("{PASSWORD}\r\n").as_bytes()));
    all
}
