//! Sitting at a terminal: a shell, or files alone, over SSH.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use access::{Files, Handover, SshTerms};
use ssh::{Inbox, Received, Said, Target, TargetChannel, TargetOut};
use tokio::sync::{Semaphore, mpsc};

use super::handed::MOST_AT_ONCE;
use super::opening;
use super::seat::{Seat, Typed};

/// A terminal's connection.
pub(super) struct AtShell {
    pub(super) target: Target,
    /// What was granted inside.
    terms: Option<SshTerms>,
    /// The files that may pass at once.
    pub(super) passing: Semaphore,
    /// The shell's channel, until the terminal runs.
    shell: Mutex<Option<TargetChannel>>,
}

impl AtShell {
    pub(super) fn new(
        target: Target,
        shell: Option<TargetChannel>,
        terms: Option<SshTerms>,
    ) -> Self {
        Self {
            target,
            terms,
            passing: Semaphore::new(MOST_AT_ONCE),
            shell: Mutex::new(shell),
        }
    }

    /// What is typed for a paste, if the visit takes it.
    pub(super) fn pasted(&self, bytes: Vec<u8>, bracketed: bool) -> Result<Vec<u8>, &'static str> {
        let terms = self.terms.as_ref();
        if terms.is_some_and(|terms| terms.takes_paste(&bytes)) {
            Ok(typed_as(bytes, bracketed))
        } else {
            Err("terminal-paste-no")
        }
    }

    /// The bytes of files that may pass this way.
    pub(super) fn most_bytes(&self, direction: Handover) -> u64 {
        let files = self.terms.as_ref().map(|terms| terms.files(direction));
        match files {
            Some(Files::Yes { most_bytes, .. }) => *most_bytes,
            Some(Files::No) | None => u64::MAX,
        }
    }

    /// Ends the connection.
    pub(super) fn hang_up(&self) {
        self.target.cut();
    }

    /// The shell, both ways, until its channel is closed or the connection is gone.
    pub(super) async fn serve(&self, seat: &Seat, typed: mpsc::Receiver<Typed>) -> Option<String> {
        let shell = self
            .shell
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let served = async {
            match shell {
                Some(TargetChannel { inbox, out }) => tokio::select! {
                    () = up(seat, out, typed) => {}
                    () = show(seat, inbox) => {}
                },
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = served => {}
            () = self.connection_over() => {}
        }
        None
    }

    /// Returns when the connection to the proxy is gone, with a shell or without.
    async fn connection_over(&self) {
        const LOOK: Duration = Duration::from_secs(1);
        while !self.target.is_over() {
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// What is typed, to the shell. Does not return.
async fn up(seat: &Seat, out: TargetOut, mut typed: mpsc::Receiver<Typed>) {
    while let Some(typed) = typed.recv().await {
        let sent = match typed {
            // A page that is paused sends nothing; what crossed the pause on its way is dropped,
            // and does not act an hour later.
            Typed::Keys(_) if seat.live().frozen().is_some() => Ok(()),
            Typed::Keys(bytes) => out.data(bytes).await,
            Typed::Size(cells) => out.resize(opening::size(cells)).await,
        };
        if sent.is_err() {
            break;
        }
    }
    std::future::pending::<()>().await;
}

/// Keeps what the shell says, no faster than pages show it.
async fn show(seat: &Seat, mut inbox: Inbox<Said>) {
    loop {
        seat.until(|state| state.output.has_room().then_some(()))
            .await;
        match inbox.next().await {
            Some(Received::Data(piece)) => {
                seat.state().output.add(&piece.bytes);
                seat.tell();
            }
            Some(Received::Eof | Received::Said(_)) => {}
            Some(Received::Closed(_)) | None => return,
        }
    }
}

/// What was pasted, as a terminal types it. To a program that is told where a paste ends, nothing in it
/// says so: it would run what follows.
fn typed_as(mut bytes: Vec<u8>, bracketed: bool) -> Vec<u8> {
    const ESCAPE: u8 = 0x1b;
    if !bracketed {
        return bytes;
    }
    bytes.retain(|byte| *byte != ESCAPE);
    [&b"\x1b[200~"[..], &bytes, b"\x1b[201~"].concat()
}
