//! The service at the far end, the same one behind every path, in a process of its own so that its
//! cost is seen apart.
//!
//! A request is ten octets: what, with which content, how many (u64, big-endian).

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use anyhow::{Context as _, Result};

use crate::content::Content;
use crate::process::Running;

/// What is asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// Send so many octets.
    Get,
    /// Take so many, then answer one octet.
    Put,
    /// Give everything back.
    Echo,
    /// Answer one octet, then wait for the end.
    Hello,
}

impl Task {
    const ALL: [Self; 4] = [Self::Get, Self::Put, Self::Echo, Self::Hello];

    fn letter(self) -> u8 {
        match self {
            Self::Get => b'g',
            Self::Put => b'p',
            Self::Echo => b'e',
            Self::Hello => b'h',
        }
    }
}

pub(crate) fn request(task: Task, content: Content, count: u64) -> [u8; 10] {
    let mut request = [0; 10];
    let parts = [task.letter(), content.letter()].into_iter();
    let parts = parts.chain(count.to_be_bytes());
    request
        .iter_mut()
        .zip(parts)
        .for_each(|(to, from)| *to = from);
    request
}

/// What a request asks for; `None` if it is none.
pub(crate) fn asked(request: [u8; 10]) -> Option<(Task, Content, u64)> {
    let [task, content, count @ ..] = request;
    let task = Task::ALL.into_iter().find(|known| known.letter() == task)?;
    Some((
        task,
        Content::of_letter(content)?,
        u64::from_be_bytes(count),
    ))
}

/// The far end, running.
#[derive(Debug)]
pub(crate) struct FarEnd {
    process: Running,
    address: SocketAddr,
}

impl FarEnd {
    pub(crate) fn start() -> Result<Self> {
        let mut ourselves = Command::new(std::env::current_exe()?);
        ourselves.arg("--far-end").stdout(Stdio::piped());
        let mut process = Running::start("the far end", &mut ourselves)?;
        let out = process.stdout().context("its output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let address = line.trim().parse().context("the far end's address")?;
        Ok(Self { process, address })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }
}

/// Is the far end, until killed.
pub(crate) fn serve() -> ExitCode {
    match accept() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the far end failed: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Supply {
    rows: Vec<u8>,
    noise: Vec<u8>,
}

fn accept() -> io::Result<()> {
    // A VPN leads to an address of its own.
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    let supply = Arc::new(Supply {
        rows: Content::Rows.bytes(),
        noise: Content::Noise.bytes(),
    });
    let port = listener.local_addr()?.port();
    println!("{}:{port}", Ipv4Addr::LOCALHOST);
    for stream in listener.incoming() {
        let (stream, supply) = (stream?, Arc::clone(&supply));
        // A connection that breaks is the other side's to report.
        std::thread::spawn(move || drop(one(stream, &supply)));
    }
    Ok(())
}

fn one(mut stream: TcpStream, supply: &Supply) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut request = [0; 10];
    stream.read_exact(&mut request)?;
    let Some((task, content, count)) = asked(request) else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let bytes = match content {
        Content::Rows => &supply.rows,
        Content::Noise => &supply.noise,
    };
    match task {
        Task::Get => send(&mut stream, bytes, count),
        Task::Put => {
            take(&mut stream, count)?;
            stream.write_all(b"k")?;
            wait_for_the_end(&mut stream)
        }
        Task::Echo => echo(&mut stream),
        Task::Hello => {
            stream.write_all(b"k")?;
            wait_for_the_end(&mut stream)
        }
    }
}

/// Sends `count` octets of a stretch that repeats.
pub(crate) fn send(stream: &mut TcpStream, bytes: &[u8], count: u64) -> io::Result<()> {
    let mut left = usize::try_from(count).unwrap_or(usize::MAX);
    for chunk in bytes.chunks(64 << 10).cycle() {
        let chunk = chunk.get(..left.min(chunk.len())).unwrap_or(chunk);
        stream.write_all(chunk)?;
        left -= chunk.len();
        if left == 0 {
            return Ok(());
        }
    }
    Ok(())
}

/// Reads exactly `count` octets and throws them away.
pub(crate) fn take(stream: &mut TcpStream, count: u64) -> io::Result<()> {
    let mut buffer = vec![0; 256 << 10];
    let mut left = usize::try_from(count).unwrap_or(usize::MAX);
    while left > 0 {
        let wanted = left.min(buffer.len());
        match stream.read(buffer.get_mut(..wanted).unwrap_or_default())? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => left -= read,
        }
    }
    Ok(())
}

fn echo(stream: &mut TcpStream) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            read => stream.write_all(buffer.get(..read).unwrap_or_default())?,
        }
    }
}

fn wait_for_the_end(stream: &mut TcpStream) -> io::Result<()> {
    io::copy(stream, &mut io::sink()).map(drop)
}
