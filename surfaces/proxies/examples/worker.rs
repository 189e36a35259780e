//! What `sekisho` does as a worker, and as what starts workers, for the tests of this crate: `worker workers
//! FOLDER [LIE]`, `worker worker [LIE]`. With a lie, a worker says that of its first session, and nothing else.

#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a program of the tests: what is not there has failed them"
)]

use std::io::{self, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::Command;

use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendFlags, recvmsg, send};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let ended = match *args.as_slice() {
        ["workers", own, ref lie @ ..] => proxies::workers::be_spawner(&PathBuf::from(own), || {
            let mut command = Command::new("/proc/self/exe");
            command.arg("worker").args(lie);
            command
        }),
        ["worker", lie] => be_liar(lie),
        _ => proxies::workers::be_worker(),
    };
    if let Err(cause) = ended {
        eprintln!("a worker: {cause}");
        std::process::exit(1);
    }
}

/// What a worker that somebody took over may say.
fn be_liar(lie: &str) -> io::Result<()> {
    let (mut told, mut lines) = ([0; 4096], Vec::<OwnedFd>::new());
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
    let mut beside = RecvAncillaryBuffer::new(&mut space);
    let told = &mut [IoSliceMut::new(&mut told)];
    recvmsg(io::stdin(), told, &mut beside, RecvFlags::empty())?;
    for message in beside.drain() {
        if let RecvAncillaryMessage::ScmRights(handed) = message {
            lines.extend(handed);
        }
    }
    // A packet of one call that waits for its answer: number, bytes that passed either way, the call's length.
    let mut packet = 1_u64.to_be_bytes().to_vec();
    packet.extend([0; 16]);
    packet.extend(u32::try_from(lie.len()).unwrap().to_be_bytes());
    packet.extend(lie.as_bytes());
    send(lines.first().unwrap(), &packet, SendFlags::empty())?;
    // It holds what it has until nobody hears it any more.
    let mut answer = [0; 4096];
    while rustix::net::recv(lines.first().unwrap(), &mut answer, RecvFlags::empty())?.0 > 0 {}
    Ok(())
}
