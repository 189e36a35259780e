//! Whole packets between two processes of this machine, with descriptors beside them (`SOCK_SEQPACKET`).

use std::cell::RefCell;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixDatagram as StdUnixDatagram;

use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags,
    SendAncillaryBuffer, SendAncillaryMessage, SendFlags, Shutdown, SocketFlags, SocketType,
    recvmsg, sendmsg, shutdown, socketpair,
};
use tokio::io::Interest;
use tokio::net::UnixDatagram;
use zeroize::Zeroize;

/// The longest packet, in bytes: a read of a data path and its heading, or the longest note. The system
/// takes such a packet whole by its defaults.
pub(super) const MAX_PACKET: usize = 128 * 1024;

/// Up to this length, in bytes, a packet may be a secret.
const SHORT: usize = 4096;

/// The most descriptors beside a packet.
pub(super) const MOST_HANDED: usize = 4;

/// Two ends of a line.
pub(super) fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let (family, kind) = (AddressFamily::UNIX, SocketType::SEQPACKET);
    Ok(socketpair(family, kind, SocketFlags::CLOEXEC, None)?)
}

/// Sends one packet without waiting: a peer that has not read a hundred kilobytes does not read.
pub(super) fn send(to: impl AsFd, bytes: &[u8], handed: &[BorrowedFd<'_>]) -> io::Result<()> {
    sent(to, bytes, handed, SendFlags::NOSIGNAL | SendFlags::DONTWAIT)
}

/// Sends one packet, and waits while the peer has not read the ones before.
pub(super) fn send_waiting(to: impl AsFd, bytes: &[u8]) -> io::Result<()> {
    sent(to, bytes, &[], SendFlags::NOSIGNAL)
}

fn sent(
    to: impl AsFd,
    bytes: &[u8],
    handed: &[BorrowedFd<'_>],
    flags: SendFlags,
) -> io::Result<()> {
    if bytes.len() > MAX_PACKET {
        return Err(io::Error::other("a packet between processes is too long"));
    }
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_HANDED))];
    let mut beside = SendAncillaryBuffer::new(&mut space);
    if !handed.is_empty() && !beside.push(SendAncillaryMessage::ScmRights(handed)) {
        return Err(io::Error::other("too many descriptors beside a packet"));
    }
    sendmsg(to, &[IoSlice::new(bytes)], &mut beside, flags)?;
    Ok(())
}

/// Receives one packet into `buffer`: its length, 0 if the peer is gone, and what it handed over, if that
/// is awaited; otherwise the system closes it.
pub(super) fn receive(
    from: impl AsFd,
    buffer: &mut [u8],
    awaits_handed: bool,
    flags: RecvFlags,
) -> io::Result<(usize, Vec<OwnedFd>)> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_HANDED))];
    let mut beside = if awaits_handed {
        RecvAncillaryBuffer::new(&mut space)
    } else {
        RecvAncillaryBuffer::new(&mut [])
    };
    let flags = flags | RecvFlags::CMSG_CLOEXEC;
    let received = recvmsg(from, &mut [IoSliceMut::new(buffer)], &mut beside, flags)?;
    let mut handed = Vec::new();
    for message in beside.drain() {
        if let RecvAncillaryMessage::ScmRights(descriptors) = message {
            handed.extend(descriptors);
        }
    }
    if received.flags.contains(ReturnFlags::TRUNC) {
        return Err(io::Error::other("a packet between processes is too long"));
    }
    Ok((received.bytes, handed))
}

/// The same for who does nothing else: what was said, and what was handed over with it.
pub(super) fn receive_handed(from: impl AsFd) -> io::Result<Option<(Vec<u8>, Vec<OwnedFd>)>> {
    let mut said = vec![0; SHORT];
    let (length, handed) = receive(from, &mut said, true, RecvFlags::empty())?;
    said.truncate(length);
    Ok((length > 0).then_some((said, handed)))
}

/// An end of a line from which packets are read, in their order.
pub(super) struct Inbox {
    socket: UnixDatagram,
    buffer: Vec<u8>,
    awaits_handed: bool,
}

impl Inbox {
    /// Inside of a runtime.
    pub(super) fn new(socket: OwnedFd, awaits_handed: bool) -> io::Result<Self> {
        let socket = StdUnixDatagram::from(socket);
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket: UnixDatagram::from_std(socket)?,
            buffer: vec![0; MAX_PACKET],
            awaits_handed,
        })
    }

    /// What is answered on.
    pub(super) fn socket(&self) -> &UnixDatagram {
        &self.socket
    }

    /// The next packet; `None` if the peer is gone.
    pub(super) async fn next(&mut self) -> io::Result<Option<(&[u8], Vec<OwnedFd>)>> {
        let (length, handed) = loop {
            self.socket.readable().await?;
            let reading = || {
                let flags = RecvFlags::DONTWAIT;
                receive(&self.socket, &mut self.buffer, self.awaits_handed, flags)
            };
            match self.socket.try_io(Interest::READABLE, reading) {
                Ok(received) => break received,
                Err(waits) if waits.kind() == io::ErrorKind::WouldBlock => {}
                Err(cause) => return Err(cause),
            }
        };
        let bytes = self.buffer.get(..length).unwrap_or_default();
        Ok((length > 0).then_some((bytes, handed)))
    }
}

thread_local! {
    /// Where a packet comes in before it is known how long it is: a line that is idle has no room of its own.
    static COMES_IN: RefCell<Vec<u8>> = RefCell::new(vec![0; MAX_PACKET]);
}

/// An end of a line for both ways, of which there are many and most are idle.
pub(super) struct Line {
    socket: UnixDatagram,
    awaits_handed: bool,
}

impl Line {
    /// Inside of a runtime.
    pub(super) fn new(socket: OwnedFd, awaits_handed: bool) -> io::Result<Self> {
        let socket = StdUnixDatagram::from(socket);
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket: UnixDatagram::from_std(socket)?,
            awaits_handed,
        })
    }

    /// Sends one packet, once there is room: whoever does not read holds whoever sends.
    pub(super) async fn send(&self, bytes: &[u8]) -> io::Result<()> {
        let sending = || send(&self.socket, bytes, &[]);
        self.socket.async_io(Interest::WRITABLE, sending).await
    }

    /// Hands something over, with one packet, without waiting.
    pub(super) fn hand(&self, bytes: &[u8], handed: BorrowedFd<'_>) -> io::Result<()> {
        send(&self.socket, bytes, &[handed])
    }

    /// What `read` makes of the next packet and what was handed over beside it; `None` if the peer is gone. May be
    /// dropped and called again: nothing is lost.
    pub(super) async fn next<T>(
        &self,
        read: impl Fn(&[u8], Vec<OwnedFd>) -> T,
    ) -> io::Result<Option<T>> {
        let receiving = || self.came(&read);
        self.socket.async_io(Interest::READABLE, receiving).await
    }

    /// The same, if it is there already.
    pub(super) fn there<T>(
        &self,
        read: impl Fn(&[u8], Vec<OwnedFd>) -> T,
    ) -> io::Result<Option<T>> {
        self.came(&read)
    }

    fn came<T>(&self, read: &impl Fn(&[u8], Vec<OwnedFd>) -> T) -> io::Result<Option<T>> {
        COMES_IN.with_borrow_mut(|buffer| {
            let flags = RecvFlags::DONTWAIT;
            let (length, handed) = receive(&self.socket, buffer, self.awaits_handed, flags)?;
            let came = buffer.get_mut(..length).unwrap_or_default();
            Ok((length > 0).then(|| {
                let read = read(came, handed);
                // It may have been a password.
                if length <= SHORT {
                    came.zeroize();
                }
                read
            }))
        })
    }

    /// Reads nothing more: the peer hears of it when it sends.
    pub(super) fn read_no_more(&self) {
        // A line whose peer is gone is read no more already.
        let _gone = shutdown(&self.socket, Shutdown::Read);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_whole_with_what_is_handed_beside_them_and_an_end() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let (ours, theirs) = pair().unwrap();
        let (handed, _other) = pair().unwrap();
        let long = vec![7; MAX_PACKET];
        send(&ours, b"first", &[handed.as_fd()]).unwrap();
        send(&ours, &long, &[]).unwrap();
        assert!(send(&ours, &vec![7; MAX_PACKET + 1], &[]).is_err());
        drop(ours);
        runtime.block_on(async {
            let mut inbox = Inbox::new(theirs, true).unwrap();
            let (bytes, with) = inbox.next().await.unwrap().unwrap();
            assert_eq!((bytes, with.len()), (&b"first"[..], 1));
            let (bytes, with) = inbox.next().await.unwrap().unwrap();
            assert_eq!((bytes.len(), with.len()), (MAX_PACKET, 0));
            assert!(inbox.next().await.unwrap().is_none());
        });
    }

    #[test]
    fn what_is_handed_to_who_awaits_nothing_is_closed() {
        let (ours, theirs) = pair().unwrap();
        let (handed, other) = pair().unwrap();
        send(&ours, b"x", &[handed.as_fd()]).unwrap();
        drop(handed);
        let mut buffer = [0; 8];
        let mut length = |from: &OwnedFd| {
            let received = receive(from, &mut buffer, false, RecvFlags::empty());
            received.unwrap().0
        };
        assert_eq!(length(&theirs), 1);
        // Nobody holds the other end any more.
        assert_eq!(length(&other), 0);
    }
}
