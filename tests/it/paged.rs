//! A terminal's page without its page: what a browser's script sends and hears, over TLS, to the real
//! gateway; or to the door that `sekisho browse` opens. It stands on an engineer's device, because no
//! browser here has an attested key.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Mutex;

use acceptance::Person;
use acceptance::door::LocalDoor;
use acceptance::hospital::{Hospital, SITE};
use acceptance::wait;
use cheats::client::{Client, Device};
use data_encoding::HEXLOWER;
use serde_json::Value;
use wire::alpn::API;
use wire::terminal::{Cells, FromPage, Hello, Over, ToPage};
use wire::websocket::{Reader, Said, Sender, masked_message, masked_pong};

const MASK: [u8; 4] = [9, 8, 7, 6];

/// Somebody who is signed in.
#[derive(Debug)]
pub(crate) struct Paged {
    way: Way,
    cookie: String,
    origin: String,
    host: String,
    pages: Mutex<u8>,
}

/// How the pages are reached.
#[derive(Debug)]
enum Way {
    /// By TLS, with a device's certificate.
    Site {
        device: Device,
        from: IpAddr,
        gateway: SocketAddr,
    },
    /// By the door on the engineer's own computer.
    Door(SocketAddr),
}

/// A connection that way.
enum Wire {
    Site(Box<Client>),
    Door(TcpStream),
}

impl Wire {
    fn says(&mut self, bytes: &[u8]) {
        match self {
            Self::Site(client) => client.says(bytes),
            // What is gone shows at the next reading.
            Self::Door(stream) => drop(stream.write_all(bytes)),
        }
    }

    fn exactly(&mut self, count: usize) -> Option<Vec<u8>> {
        match self {
            Self::Site(client) => client.exactly(count),
            Self::Door(stream) => {
                let mut bytes = vec![0; count];
                stream.read_exact(&mut bytes).ok().map(|()| bytes)
            }
        }
    }

    fn rest(&mut self) -> Vec<u8> {
        match self {
            Self::Site(client) => client.rest(),
            Self::Door(stream) => {
                let mut rest = Vec::new();
                stream.read_to_end(&mut rest).unwrap();
                rest
            }
        }
    }
}

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Paged {
    /// Signs in by the form.
    pub(crate) fn signed_in(hospital: &Hospital, person: &Person) -> Self {
        let device = Device::copied(&person.home.join("sites").join(SITE));
        let mut paged = Self {
            host: device.name.clone(),
            origin: format!("https://{}", device.name),
            way: Way::Site {
                device,
                from: person.from,
                gateway: hospital.address,
            },
            cookie: String::new(),
            pages: Mutex::new(0),
        };
        let answer = paged.signs_in(person);
        let begin = answer.head.find("__Host-sekisho=").unwrap();
        let cookie = answer.head[begin..].split(';').next().unwrap();
        cookie.clone_into(&mut paged.cookie);
        paged
    }

    /// Signs in by the form at the person's own door, which keeps what the site gives for it.
    pub(crate) fn at_the_door(door: &LocalDoor, person: &Person) -> Self {
        let cookie = door.opened();
        let paged = Self {
            host: door.address.to_string(),
            origin: door.origin(),
            way: Way::Door(door.address),
            cookie: cookie["cookie: ".len()..].trim().to_owned(),
            pages: Mutex::new(0),
        };
        let answer = paged.signs_in(person);
        assert!(!answer.head.contains("set-cookie"), "{}", answer.head);
        paged
    }

    fn signs_in(&self, person: &Person) -> Answer {
        let form = [
            ("login", person.login.as_str()),
            ("passphrase", &person.passphrase),
            ("code", &person.phone.code()),
        ];
        let answer = self.posts("/sign-in", &form);
        assert_eq!(answer.status, 303, "{}", answer.head);
        answer
    }

    /// A cookie on another computer.
    pub(crate) fn takes_the_cookie_of(&mut self, other: &Self) {
        self.cookie.clone_from(&other.cookie);
    }

    /// Its cookie, as it is sent.
    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    fn client(&self) -> Wire {
        match &self.way {
            Way::Site {
                device,
                from,
                gateway,
            } => Wire::Site(Box::new(
                Client::connect(&device.knock(API), *from, *gateway).unwrap(),
            )),
            Way::Door(address) => {
                let stream = TcpStream::connect(address).unwrap();
                stream.set_read_timeout(Some(wait::PATIENCE)).unwrap();
                Wire::Door(stream)
            }
        }
    }

    fn head(&self, method: &str, path: &str, more: &str) -> String {
        format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\norigin: {}\r\ncookie: {}\r\n{more}\r\n",
            self.host, self.origin, self.cookie
        )
    }

    fn calls(&self, head: &str, body: &[u8]) -> Answer {
        let mut client = self.client();
        client.says(&[head.as_bytes(), body].concat());
        let rest = client.rest();
        let end = rest
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap()
            + 4;
        let head = String::from_utf8_lossy(&rest[..end]).to_lowercase();
        let original = String::from_utf8_lossy(&rest[..end]).into_owned();
        let body = if head.contains("transfer-encoding: chunked") {
            unchunked(&rest[end..])
        } else {
            Some(rest[end..].to_vec())
        };
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        // What was cut off is no file, as in a browser.
        let (status, body) = body.map_or((0, Vec::new()), |body| (status, body));
        Answer {
            status,
            head: original,
            body,
        }
    }

    pub(crate) fn gets(&self, path: &str) -> Answer {
        self.calls(&self.head("GET", path, "connection: close\r\n"), b"")
    }

    /// Sends a form.
    pub(crate) fn posts(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", escaped(value)))
            .collect();
        let body = pairs.join("&");
        let more = format!(
            "connection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n",
            body.len()
        );
        self.calls(&self.head("POST", path, &more), body.as_bytes())
    }

    /// Sends a file.
    pub(crate) fn brings(&self, visit: &str, path: &str, content: &[u8]) -> Answer {
        let more = format!(
            "connection: close\r\ncontent-type: application/octet-stream\r\nx-sekisho-path: path={}\r\ncontent-length: {}\r\n",
            escaped(path),
            content.len()
        );
        let to = format!("{}/bring", base(visit));
        self.calls(&self.head("POST", &to, &more), content)
    }

    /// Asks for a file or a folder.
    pub(crate) fn asks(&self, visit: &str, what: &str, path: &str) -> Answer {
        self.posts(&format!("{}/{what}", base(visit)), &[("path", path)])
    }

    /// Fetches a file and puts it there; as a program's exit code.
    pub(crate) fn takes(&self, visit: &str, path: &str, to: &str) -> i32 {
        let answer = self.asks(visit, "fetch", path);
        if answer.status == 200 {
            std::fs::write(to, &answer.body).unwrap();
        }
        answer.code()
    }

    fn hello(&self, visit: &str) -> Hello {
        let answer = self.posts(&format!("{}/ticket", base(visit)), &[]);
        let said: Value = serde_json::from_slice(&answer.body).unwrap();
        let ticket = said["ticket"].as_str().unwrap();
        let ticket = HEXLOWER.decode(ticket.as_bytes()).unwrap();
        let mut pages = self.pages.lock().unwrap();
        *pages = pages.wrapping_add(1);
        Hello {
            ticket: ticket.try_into().unwrap(),
            page: [*pages; 32],
            shown: 0,
            cells: Cells {
                columns: 100,
                rows: 30,
            },
            take_over: false,
        }
    }

    /// Opens a line, and says hello in it.
    fn line(&self, visit: &str) -> Line {
        let more = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                    sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        let mut client = self.client();
        client.says(
            self.head("GET", &format!("{}/line", base(visit)), more)
                .as_bytes(),
        );
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.extend(client.exactly(1).expect("an answer"));
        }
        assert!(
            head.starts_with(b"HTTP/1.1 101"),
            "{:?}",
            head.escape_ascii().to_string()
        );
        let mut line = Line {
            client,
            reader: Reader::new(Sender::Server, 1 << 20),
            shown: 0,
        };
        line.says(&FromPage::Hello(self.hello(visit)));
        line
    }

    /// Sits down at a terminal that was just opened. The one before it may still be cleared away.
    pub(crate) fn sits_down(&self, visit: &str) -> Line {
        wait::until("a terminal", || {
            let mut line = self.line(visit);
            let Some(ToPage::Welcome { .. }) = line.hears() else {
                return None;
            };
            match line.hears() {
                Some(ToPage::State { .. }) => Some(line),
                Some(ToPage::Output(bytes)) => {
                    line.shows(&bytes);
                    Some(line)
                }
                _ => None,
            }
        })
    }
}

impl Answer {
    /// As a program's exit code.
    pub(crate) fn code(&self) -> i32 {
        match self.status {
            200 => 0,
            409 => 1,
            other => i32::from(other),
        }
    }
}

fn base(visit: &str) -> String {
    let number = visit.rsplit('-').next().unwrap();
    format!("/visits/{number}/terminal")
}

fn escaped(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    value
        .bytes()
        .map(|byte| match byte {
            byte if plain(byte) => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
    }
    None
}

/// A page at a terminal.
pub(crate) struct Line {
    client: Wire,
    reader: Reader,
    shown: u64,
}

impl Line {
    pub(crate) fn says(&mut self, message: &FromPage) {
        self.client.says(&masked_message(&message.encode(), MASK));
    }

    pub(crate) fn types(&mut self, text: &str) {
        self.says(&FromPage::Input(text.into()));
    }

    fn shows(&mut self, bytes: &[u8]) {
        self.shown += u64::try_from(bytes.len()).unwrap();
        let shown = self.shown;
        self.says(&FromPage::Shown(shown));
    }

    /// The next message; `None` at the end.
    pub(crate) fn hears(&mut self) -> Option<ToPage> {
        loop {
            match self.reader.said().unwrap() {
                Some(Said::Message(bytes)) => return Some(ToPage::decode(&bytes).unwrap()),
                Some(Said::Ping(bytes)) => self.client.says(&masked_pong(&bytes, MASK)),
                Some(Said::Close) => return None,
                Some(Said::Pong) => {}
                None => {
                    let byte = self.client.exactly(1)?;
                    self.reader.take(&byte);
                }
            }
        }
    }

    /// What is shown, until this is.
    pub(crate) fn sees(&mut self, text: &str) -> String {
        let mut screen = String::new();
        while !screen.contains(text) {
            match self.hears() {
                Some(ToPage::Output(bytes)) => {
                    self.shows(&bytes);
                    screen += &String::from_utf8_lossy(&bytes);
                }
                Some(ToPage::State { .. }) => {}
                other => panic!("{text:?} was to come after {screen:?}: {other:?}"),
            }
        }
        screen
    }

    /// How it ends.
    pub(crate) fn ends(&mut self) -> (Over, String) {
        loop {
            match self.hears() {
                Some(ToPage::Over { why, text }) => return (why, text),
                Some(ToPage::Output(bytes)) => self.shows(&bytes),
                Some(_) => {}
                None => panic!("it ended without a word"),
            }
        }
    }

    /// The engineer is done.
    pub(crate) fn leaves(mut self) {
        self.says(&FromPage::Leave);
        let (why, text) = self.ends();
        assert_eq!(why, Over::Ended, "{text}");
    }
}
