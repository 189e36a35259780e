//! Sitting down: the session, then SSH on its stream and a shell; or a desktop.

use std::sync::Arc;
use std::time::Duration;

use access::Protocol;
use engine::Engine;
use login::Identity;
use phrases::Language;
use ssh::{Flow, HostKey, Received, Said, Size, Start, Target, TargetChannel, Wanted};
use wire::Said as Reason;
use wire::terminal::Cells;

use super::Terminals;
use super::carrier::{Near, Wish};
use super::desktop::AtDesktop;
use super::language_variable;
use super::seat::{Inside, Seat};
use super::shell::AtShell;

/// How long both handshakes may take, to us and to the target behind: as long as the proxy gives them.
const JOIN_WITHIN: Duration = Duration::from_secs(30);

/// What the page's terminal is (xterm.js).
const TERM: &str = "xterm-256color";

/// Who sits down, where, and with what.
pub(super) struct Sitting {
    pub(super) engine: Engine,
    pub(super) by: Identity,
    pub(super) wish: Wish,
    /// Whether the visit has a shell. Without one there are files only, and none is asked for.
    pub(super) shell: bool,
    pub(super) language: Language,
}

/// A terminal that has begun. Run where sessions are carried.
pub(super) async fn sit_down(
    terminals: &Terminals,
    sitting: Sitting,
) -> Result<Arc<Seat>, Vec<Reason>> {
    let unreachable = || vec![Reason::plain("end-target-unreachable")];
    if !matches!(
        sitting.wish.protocol,
        Protocol::Ssh | Protocol::Telnet | Protocol::Vnc | Protocol::Rdp
    ) {
        return Err(vec![Reason::plain("terminal-not-ssh")]);
    }
    let Some((carrier, _)) = terminals.carrier() else {
        return Err(vec![Reason::plain("problem-broken")]);
    };
    let Sitting {
        engine,
        by,
        wish,
        shell,
        language,
    } = sitting;
    let (protocol, cells) = (wish.protocol, wish.cells);
    let (terms, desktop) = {
        let site = engine.site();
        let terms = site.grant(&wish.grant).map(|grant| &grant.terms);
        let ssh = terms.and_then(|terms| terms.ssh.clone());
        (ssh, terms.and_then(|terms| terms.desktop))
    };
    let Near { stream, session } = carrier(wish).await?;
    let Some(live) = engine.live().session(&session) else {
        return Err(unreachable());
    };
    let grace = terminals.grace();
    if let Some(terms) = desktop {
        let at = AtDesktop::new(stream, protocol, terms);
        return Ok(Seat::new(by, live, Inside::Desktop(at), language, grace));
    }
    let flow = Flow::new();
    // Our own key, as an engineer's client pins it: nothing else is at the other end of this pipe.
    let ours = HostKey::parse(&engine.ssh_host_key()).map_err(|_| unreachable())?;
    let joined = ssh::join(stream, &ours, &flow, JOIN_WITHIN).await;
    let target = joined.map_err(|cause| {
        tracing::debug!(%cause, %session, "a page's client did not join");
        unreachable()
    })?;
    let shell = match shell {
        true => Some(
            started(&target, cells, language)
                .await
                .ok_or_else(unreachable)?,
        ),
        false => None,
    };
    let at = AtShell::new(target, shell, terms);
    Ok(Seat::new(
        by,
        live,
        Inside::Shell(Box::new(at)),
        language,
        grace,
    ))
}

/// A shell in a terminal.
async fn started(target: &Target, cells: Cells, language: Language) -> Option<TargetChannel> {
    let channel = target.open().await.ok()?;
    let terminal = ssh::Terminal::plain(TERM, size(cells));
    channel.out.terminal(&terminal).await.ok()?;
    begun(channel, language, &Start::Shell).await
}

/// Starts something on a channel of ours, in this language.
pub(super) async fn begun(
    mut channel: TargetChannel,
    language: Language,
    start: &Start,
) -> Option<TargetChannel> {
    let locale = language_variable(language);
    channel.out.variable("LANG", locale).await.ok()?;
    channel.out.start(start).await.ok()?;
    loop {
        // Our own server answers every start, and says in the channel why nothing runs.
        match channel.inbox.next().await? {
            Received::Said(Said::Answered {
                wanted: Wanted::Start,
                granted,
            }) => return granted.then_some(channel),
            Received::Said(_) => {}
            Received::Data(_) | Received::Eof | Received::Closed(_) => return None,
        }
    }
}

/// A size as SSH says it.
pub(super) fn size(cells: Cells) -> Size {
    Size {
        columns: u32::from(cells.columns),
        rows: u32::from(cells.rows),
        width: 0,
        height: 0,
    }
}
