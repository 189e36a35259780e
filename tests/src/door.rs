//! An engineer's door to the site's pages on their own computer, `sekisho browse`, and what speaks HTTP to it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

use crate::lab::Spot;
use crate::people::{Person, text};
use crate::run::{Done, Running};
use crate::wait;

/// A door that is open.
#[derive(Debug)]
pub struct LocalDoor {
    /// The command.
    pub running: Running,
    /// Where it listens.
    pub address: SocketAddr,
    /// The address that opens it, once.
    pub link: String,
    at: Option<Spot>,
}

/// An answer over HTTP.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The head, as it came.
    pub head: String,
    /// What came after it; pieces are not put together.
    pub body: String,
}

impl LocalDoor {
    /// Opens it, in English.
    #[track_caller]
    pub fn open(engineer: &Person) -> Self {
        Self::with(engineer, &[])
    }

    /// The same with more arguments.
    #[track_caller]
    pub fn with(engineer: &Person, args: &[&str]) -> Self {
        let run = engineer.sekisho().args(["--json", "browse", "--no-open"]);
        let mut running = run.args(args).begin();
        let ready = wait::until("the local door", || {
            let ready: Option<Value> = serde_json::from_slice(&running.answered()).ok();
            assert!(
                ready.is_some() || !running.ended(),
                "browse ended:\n{}",
                running.said()
            );
            ready
        });
        Self {
            running,
            address: text(&ready, "listening").parse().expect("an address"),
            link: text(&ready, "link"),
            at: engineer.at.clone(),
        }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Opens the link, as a browser does; the cookie that it keeps.
    #[track_caller]
    pub fn opened(&self) -> String {
        let path = self.link.strip_prefix(&self.origin()).expect("our own");
        let answer = self.gets(path, "sec-fetch-site: none\r\n");
        assert_eq!(answer.status, 303, "{answer:?}");
        let set = answer.head.split("set-cookie: ").nth(1);
        let cookie = set.and_then(|set| set.split(';').next());
        format!("cookie: {}\r\n", cookie.expect("a cookie"))
    }

    /// Asks for a page, with more header lines.
    pub fn gets(&self, path: &str, more: &str) -> Answer {
        let address = self.address;
        self.says(&format!(
            "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{more}\r\n"
        ))
    }

    /// Sends a form as the door's own page does.
    pub fn posts(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", escaped(value)));
        let body = pairs.collect::<Vec<String>>().join("&");
        self.says(&format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\norigin: {}\r\nsec-fetch-site: same-origin\r\n\
             connection: close\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n{cookie}\r\n{body}",
            self.address,
            self.origin(),
            body.len()
        ))
    }

    /// Signs in by the form.
    pub fn signs_in(&self, person: &Person, cookie: &str) -> Answer {
        let form = [
            ("login", person.login.as_str()),
            ("passphrase", &person.passphrase),
            ("code", &person.phone.code()),
        ];
        self.posts("/sign-in", cookie, &form)
    }

    /// A connection to it, as a program of the same person makes it.
    pub fn dials(&self) -> TcpStream {
        let dial = || TcpStream::connect(self.address).expect("the door is open");
        let stream = match &self.at {
            Some(spot) => spot.inside(dial),
            None => dial(),
        };
        stream
            .set_read_timeout(Some(wait::PATIENCE))
            .expect("a time");
        stream
    }

    /// Says something on a connection of its own, and hears what comes until its end.
    pub fn says(&self, request: &str) -> Answer {
        let mut stream = self.dials();
        stream.write_all(request.as_bytes()).expect("it listens");
        let mut came = Vec::new();
        stream.read_to_end(&mut came).expect("it answers");
        let came = String::from_utf8_lossy(&came).into_owned();
        let (head, body) = came.split_once("\r\n\r\n").unwrap_or((&came, ""));
        let status = head.split(' ').nth(1).and_then(|text| text.parse().ok());
        Answer {
            status: status.unwrap_or_default(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// Ends it as the person would, with Ctrl-C.
    pub fn close(self) -> Done {
        self.running.signal("INT");
        self.running.finish()
    }
}

fn escaped(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let escape = |byte: u8| match byte {
        byte if plain(byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    value.bytes().map(escape).collect()
}
