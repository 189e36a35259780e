//! Joins the console's terminals to those who carry sessions: both stand on one floor and cannot know
//! each other.

use std::sync::Arc;

use access::Protocol;
use console::{Carrier, Near, Terminals, Wish};
use engine::Engine;
use proxies::arrive::{Asked, read_message, serve_proved};
use proxies::workers::Workers;
use tokio::io::DuplexStream;
use tokio::runtime::Handle;
use wire::Said;
use wire::session::OpenAnswer;
use wire::terminal::DESKTOP_TILE;

/// Bytes between a terminal's client and its session: a few packets. More waits where it is counted.
const PIPE: usize = 64 * 1024;

/// The terminals of this gateway. They and their sessions run on `data`.
pub(super) fn terminals(engine: &Engine, workers: &Arc<Workers>, data: &Handle) -> Terminals {
    let (engine, workers, carried) = (engine.clone(), Arc::clone(workers), data.clone());
    let carrier: Carrier = Arc::new(move |wish| {
        let opening = open(engine.clone(), Arc::clone(&workers), carried.clone(), wish);
        Box::pin(opening)
    });
    Terminals::new(carrier, data.clone())
}

/// What an engineer's program does on the network, without the network.
async fn open(
    engine: Engine,
    workers: Arc<Workers>,
    data: Handle,
    wish: Wish,
) -> Result<Near, Vec<Said>> {
    let (mut near, far) = tokio::io::duplex(PIPE);
    let [width, height] = [wish.cells.columns, wish.cells.rows];
    let [width, height] = [width, height].map(|tiles| tiles.saturating_mul(DESKTOP_TILE));
    let over_rdp = wish.protocol == Protocol::Rdp;
    let asked = Asked {
        by: wish.by,
        target: wish.target,
        grant: Some(wish.grant),
        protocol: wish.protocol,
    };
    data.spawn(serve_proved(engine, workers, asked, far));
    match read_message::<OpenAnswer>(&mut near).await {
        Ok(OpenAnswer::Opened { session, .. }) => Ok(Near {
            stream: if over_rdp {
                shown_as_rfb(&data, near, width, height)
            } else {
                near
            },
            session,
        }),
        Ok(OpenAnswer::Refused { reasons }) => Err(reasons),
        Err(_) => Err(vec![Said::plain("end-target-unreachable")]),
    }
}

/// A page has one viewer for desktops, which speaks RFB.
fn shown_as_rfb(data: &Handle, near: DuplexStream, width: u16, height: u16) -> DuplexStream {
    let (viewer, shown) = tokio::io::duplex(PIPE);
    data.spawn(async move {
        let over = proxies::rdp::show(near, shown, width, height).await;
        tracing::debug!(?over, "a page's client of RDP is over");
    });
    viewer
}
