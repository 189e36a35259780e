//! Moves bytes from socket to socket inside the kernel, by `splice(2)` through a pipe.
//!
//! A pipe is held only while bytes are in it: an idle session has none.

use std::io;
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::pipe::{PipeFlags, SpliceFlags, fcntl_setpipe_size, pipe_with, splice};
use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::task::coop::consume_budget;

/// Pipes kept for the next who needs one: as many as are busy at the same moment on a good line.
const KEPT: usize = 64;

/// What a pipe holds if the system allows; else it stays as it was made, 64 KiB.
const PIPE: usize = 256 * 1024;

/// How much is copied at once where the kernel does not splice, or has no pipe left.
const COPY: usize = 16 * 1024;

/// Pipes that are empty.
#[derive(Default)]
pub(super) struct Pipes(Mutex<Vec<Pipe>>);

struct Pipe {
    reads: OwnedFd,
    writes: OwnedFd,
}

/// What bytes are carried in from one socket to the other.
enum Vessel {
    Pipe(Pipe),
    Buffer(Vec<u8>),
}

/// What there was at the source.
enum Found {
    Some,
    End,
}

impl Pipes {
    fn take(&self) -> Vessel {
        let kept = self.lock().pop();
        match kept.map_or_else(Pipe::new, Ok) {
            Ok(pipe) => Vessel::Pipe(pipe),
            // No descriptor left: bytes still arrive, at more cost.
            Err(_) => Vessel::Buffer(vec![0; COPY]),
        }
    }

    fn give_back(&self, vessel: Vessel) {
        let Vessel::Pipe(pipe) = vessel else { return };
        let mut kept = self.lock();
        if kept.len() < KEPT {
            kept.push(pipe);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Pipe>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pipe {
    fn new() -> io::Result<Self> {
        let (reads, writes) = pipe_with(PipeFlags::NONBLOCK | PipeFlags::CLOEXEC)?;
        // Refused beyond the user's share of pipe memory: a smaller one does as well.
        let _ = fcntl_setpipe_size(&writes, PIPE);
        Ok(Self { reads, writes })
    }
}

/// Moves what comes from one socket to the other, until it ends; the end is passed on.
pub(super) async fn pass(from: &TcpStream, to: &TcpStream, pipes: &Pipes) -> io::Result<()> {
    loop {
        from.readable().await?;
        let mut vessel = pipes.take();
        let found = drain(from, to, &mut vessel).await?;
        // After an error it is not given back: bytes could be left in it.
        pipes.give_back(vessel);
        if matches!(found, Found::End) {
            return SockRef::from(to).shutdown(Shutdown::Write);
        }
    }
}

/// Moves what is there now.
async fn drain(from: &TcpStream, to: &TcpStream, vessel: &mut Vessel) -> io::Result<Found> {
    loop {
        // One busy session must not keep a thread from the others.
        consume_budget().await;
        match fill(from, vessel) {
            Ok(0) => return Ok(Found::End),
            Ok(filled) => empty(vessel, filled, to).await?,
            Err(problem) if problem.kind() == io::ErrorKind::WouldBlock => return Ok(Found::Some),
            Err(problem) if cannot_splice(&problem, vessel) => {
                *vessel = Vessel::Buffer(vec![0; COPY]);
            }
            Err(problem) => return Err(problem),
        }
    }
}

fn cannot_splice(problem: &io::Error, vessel: &Vessel) -> bool {
    matches!(vessel, Vessel::Pipe(_))
        && matches!(
            problem.kind(),
            io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
        )
}

/// The vessel is empty before, so that "would block" is said of the socket.
fn fill(from: &TcpStream, vessel: &mut Vessel) -> io::Result<usize> {
    match vessel {
        Vessel::Pipe(pipe) => from.try_io(Interest::READABLE, || {
            let flags = SpliceFlags::MOVE | SpliceFlags::NONBLOCK;
            Ok(splice(from, None, &pipe.writes, None, PIPE, flags)?)
        }),
        Vessel::Buffer(buffer) => from.try_read(buffer),
    }
}

async fn empty(vessel: &mut Vessel, filled: usize, to: &TcpStream) -> io::Result<()> {
    let mut done = 0;
    while done < filled {
        match pour(vessel, done, filled, to) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(poured) => done += poured,
            Err(problem) if problem.kind() == io::ErrorKind::WouldBlock => {
                to.writable().await?;
            }
            Err(problem) => return Err(problem),
        }
    }
    Ok(())
}

fn pour(vessel: &mut Vessel, done: usize, filled: usize, to: &TcpStream) -> io::Result<usize> {
    match vessel {
        Vessel::Pipe(pipe) => to.try_io(Interest::WRITABLE, || {
            let flags = SpliceFlags::MOVE | SpliceFlags::NONBLOCK;
            Ok(splice(&pipe.reads, None, to, None, filled - done, flags)?)
        }),
        Vessel::Buffer(buffer) => to.try_write(buffer.get(done..filled).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (connected, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        (connected.unwrap(), accepted.unwrap().0)
    }

    #[tokio::test]
    async fn bytes_arrive_whole_in_a_pipe_and_in_a_buffer() {
        let sent: Vec<u8> = (0..500_000u32).flat_map(u32::to_be_bytes).collect();
        let vessels = [
            Vessel::Pipe(Pipe::new().unwrap()),
            Vessel::Buffer(vec![0; COPY]),
        ];
        for mut vessel in vessels {
            let (mut source, from) = pair().await;
            let (to, mut sink) = pair().await;
            let writing = async {
                source.write_all(&sent).await.unwrap();
                source.shutdown().await.unwrap();
            };
            let moving = async {
                loop {
                    from.readable().await.unwrap();
                    if matches!(drain(&from, &to, &mut vessel).await.unwrap(), Found::End) {
                        break;
                    }
                }
                drop(to);
            };
            let mut heard = Vec::new();
            let ((), (), read) = tokio::join!(writing, moving, sink.read_to_end(&mut heard));
            read.unwrap();
            assert!(heard == sent);
        }
    }

    #[tokio::test]
    async fn an_idle_session_holds_no_pipe() {
        let (mut source, from) = pair().await;
        let (to, mut sink) = pair().await;
        let pipes = Pipes::default();
        let exchange = async {
            source.write_all(b"hello").await.unwrap();
            let mut heard = [0; 5];
            sink.read_exact(&mut heard).await.unwrap();
            // The pipe is back once there is nothing more to read.
            while pipes.lock().is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = exchange => {}
            ended = pass(&from, &to, &pipes) => panic!("{ended:?}"),
        }
        assert_eq!(pipes.lock().len(), 1);
    }
}
