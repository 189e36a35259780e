//! The engineer's program: what is timed happens here, the same way on every path.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::content::Content;
use crate::entrance::Entrance;
use crate::far_end::{self, Task, request};

/// No single step of a bench takes this long unless something hangs.
const AT_MOST: Duration = Duration::from_secs(120);

/// Which way the bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From the hospital.
    Get,
    /// Into it.
    Put,
}

impl Direction {
    pub(crate) const BOTH: [Self; 2] = [Self::Get, Self::Put];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Put => "put",
        }
    }
}

/// One transfer, from the connection to its last octet.
pub(crate) fn transfer(
    entrance: &Entrance,
    direction: Direction,
    content: Content,
    bytes: &[u8],
    count: u64,
) -> Result<Duration> {
    let mut stream = connect(entrance)?;
    let started = Instant::now();
    match direction {
        Direction::Get => {
            stream.write_all(&request(Task::Get, content, count))?;
            far_end::take(&mut stream, count)?;
        }
        Direction::Put => {
            stream.write_all(&request(Task::Put, content, count))?;
            far_end::send(&mut stream, bytes, count)?;
            one_octet(&mut stream)?;
        }
    }
    let took = started.elapsed();
    // Every path may notice a half-closed stream in its own time; that is not timed.
    let _ = stream.shutdown(Shutdown::Both);
    Ok(took)
}

/// A stream through a path, held open.
#[derive(Debug)]
pub(crate) struct Held {
    _stream: TcpStream,
}

/// From `connect` until the far end's first octet is here. The stream comes back open.
pub(crate) fn first_byte(entrance: &Entrance) -> Result<(Duration, Held)> {
    let started = Instant::now();
    let mut stream = connect(entrance)?;
    stream.write_all(&request(Task::Hello, Content::Rows, 0))?;
    one_octet(&mut stream)?;
    Ok((started.elapsed(), Held { _stream: stream }))
}

/// Times of `count` echoes of 64 octets, 1 ms apart, on one stream.
pub(crate) fn echoes(entrance: &Entrance, count: usize) -> Result<Vec<Duration>> {
    let mut stream = connect(entrance)?;
    stream.write_all(&request(Task::Echo, Content::Rows, 0))?;
    let (said, mut heard) = ([7; 64], [0; 64]);
    let mut times = Vec::with_capacity(count);
    // The first ones warm the path.
    for number in 0..count + 10 {
        std::thread::sleep(Duration::from_millis(1));
        let started = Instant::now();
        stream.write_all(&said)?;
        stream.read_exact(&mut heard)?;
        if number >= 10 {
            times.push(started.elapsed());
        }
    }
    Ok(times)
}

fn connect(entrance: &Entrance) -> Result<TcpStream> {
    let connected = entrance.connect();
    let stream = connected.with_context(|| format!("connecting to {entrance}"))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(AT_MOST))?;
    stream.set_write_timeout(Some(AT_MOST))?;
    Ok(stream)
}

fn one_octet(stream: &mut TcpStream) -> Result<()> {
    stream
        .read_exact(&mut [0])
        .context("the far end did not answer")
}
