//! The smallest proxy there is: it decides nothing and forwards everything.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ssh::{
    Ask, Asked, EngineerOut, Flow, HostKey, HostKeyPair, Inbox, OpenAsk, Received, Said, StartAsk,
    Stream, Target, TargetLogin, TargetOut, Wanted, accept, dial,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

pub(crate) const SOON: Duration = Duration::from_secs(20);

/// A listener on loopback with everything behind it.
pub(crate) struct Bridge {
    pub(crate) address: SocketAddr,
    pub(crate) seen: Arc<Seen>,
}

/// What passed.
#[derive(Default)]
pub(crate) struct Seen {
    notes: Mutex<Vec<String>>,
    flows: Mutex<Vec<Flow>>,
    pub(crate) peak_up: AtomicUsize,
    pub(crate) peak_down: AtomicUsize,
}

impl Seen {
    fn note(&self, note: String) {
        self.notes.lock().unwrap().push(note);
    }

    pub(crate) fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap().clone()
    }

    pub(crate) fn has(&self, what: &str) -> bool {
        self.notes().iter().any(|note| note.contains(what))
    }

    /// Bytes that wait now, in both directions of all connections.
    pub(crate) fn waiting(&self) -> usize {
        let flows = self.flows.lock().unwrap();
        let each = flows
            .iter()
            .map(|flow| flow.waiting_up() + flow.waiting_down());
        each.sum()
    }

    fn look(&self, flow: &Flow) {
        self.peak_up.fetch_max(flow.waiting_up(), Ordering::Relaxed);
        self.peak_down
            .fetch_max(flow.waiting_down(), Ordering::Relaxed);
    }
}

pub(crate) fn host_key() -> HostKeyPair {
    HostKeyPair::from_bytes(Zeroizing::new([9; 32]))
}

/// Where a bridge leads.
pub(crate) struct Way {
    pub(crate) target: SocketAddr,
    pub(crate) login: TargetLogin,
    pub(crate) pinned: HostKey,
}

impl Bridge {
    pub(crate) async fn start(way: Way) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let way = Arc::new(way);
        let noted = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                tokio::spawn(serve(stream, Arc::clone(&way), Arc::clone(&noted)));
            }
        });
        Self { address, seen }
    }
}

async fn serve(stream: TcpStream, way: Arc<Way>, seen: Arc<Seen>) {
    let flow = Flow::new();
    seen.flows.lock().unwrap().push(flow.clone());
    let mut engineer = match accept(stream, &host_key(), &flow, SOON).await {
        Ok(engineer) => engineer,
        Err(error) => return seen.note(format!("not accepted: {error}")),
    };
    let onward = TcpStream::connect(way.target).await.unwrap();
    onward.set_nodelay(true).unwrap();
    let target = match dial(onward, &way.login, &way.pinned, &flow, SOON).await {
        Ok(target) => Arc::new(target),
        Err(error) => return seen.note(format!("not dialled: {error:?}")),
    };
    while let Some(ask) = engineer.next().await {
        match ask {
            Ask::Open(ask) => {
                let (target, seen) = (Arc::clone(&target), Arc::clone(&seen));
                tokio::spawn(channel(ask, target, flow.clone(), seen));
            }
            Ask::Forbidden { what, untold } => seen.note(format!("{what:?} {untold}")),
            Ask::Ended(why) => seen.note(format!("ended: {why}")),
        }
    }
}

async fn channel(ask: OpenAsk, target: Arc<Target>, flow: Flow, seen: Arc<Seen>) {
    let far = match target.open().await {
        Ok(far) => far,
        Err(error) => return ask.refuse(&error.to_string()).await,
    };
    let near = ask.accept().await;
    let (asks, asked) = mpsc::channel(8);
    tokio::join!(
        up(near.inbox, far.out, asks, &flow, &seen),
        down(far.inbox, near.out, asked, &flow, &seen)
    );
}

async fn up(
    mut inbox: Inbox<Asked>,
    out: TargetOut,
    asks: mpsc::Sender<StartAsk>,
    flow: &Flow,
    seen: &Seen,
) {
    while let Some(received) = inbox.next().await {
        seen.look(flow);
        let sent = match received {
            Received::Data(piece) => out.data(piece.bytes).await,
            Received::Eof => out.eof().await,
            Received::Said(Asked::Terminal(terminal)) => {
                seen.note(format!("terminal {}", terminal.term));
                out.terminal(&terminal).await
            }
            Received::Said(Asked::Variable { name, value }) => out.variable(&name, &value).await,
            Received::Said(Asked::Start(ask)) => {
                seen.note(format!("{:?}", ask.what()));
                let what = ask.what().clone();
                asks.send(ask).await.unwrap();
                out.start(&what).await
            }
            Received::Said(Asked::Resize(size)) => out.resize(size).await,
            Received::Said(Asked::Signal(name)) => out.signal(&name).await,
            Received::Said(Asked::Forbidden(what)) => {
                seen.note(format!("{what:?}"));
                Ok(())
            }
            Received::Closed(how) => {
                seen.note(format!("engineer closed: {how:?}"));
                break;
            }
        };
        if sent.is_err() {
            break;
        }
    }
    out.close().await;
}

async fn down(
    mut inbox: Inbox<Said>,
    out: EngineerOut,
    mut asked: mpsc::Receiver<StartAsk>,
    flow: &Flow,
    seen: &Seen,
) {
    while let Some(received) = inbox.next().await {
        seen.look(flow);
        let sent = match received {
            Received::Data(piece) => out.data(piece.stream, piece.bytes).await,
            Received::Eof => out.eof().await,
            Received::Said(Said::Answered {
                wanted: Wanted::Start,
                granted,
            }) => {
                let ask = asked.recv().await.unwrap();
                if granted {
                    ask.accept()
                } else {
                    ask.refuse()
                }
                Ok(())
            }
            Received::Said(Said::Answered { .. }) => Ok(()),
            Received::Said(Said::Exit(exit)) => {
                seen.note(format!("{exit:?}"));
                out.exit(exit).await
            }
            Received::Closed(_) => break,
        };
        if sent.is_err() {
            break;
        }
    }
    let _sentence = out.data(Stream::Error, Vec::new()).await;
    out.close().await;
}
