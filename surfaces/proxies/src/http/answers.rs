//! The console's answer, on its way to the engineer.

use std::sync::Arc;

use access::EndReason;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::{Method, Response, StatusCode};
use phrases::Language;
use recording::ChannelNote;

use super::body::{Pipe, Piped, pipe};
use super::console::{Held, NoAnswer};
use super::heads::{Back, SignedIn, to_engineer};
use super::notes::{self, Ended};
use super::requests::Begun;
use super::session::Shared;
use super::{CHANNEL, pages};
use crate::frozen;
use crate::tcp::recorder_end;

/// The console gave no answer.
pub(super) fn none(
    shared: &Shared,
    language: Language,
    begun: &Begun,
    why: NoAnswer,
) -> Response<Piped> {
    over(shared, begun, None, 0, false);
    match why {
        NoAnswer::Failed => pages::no_answer(language, "web-no-answer-text"),
        NoAnswer::Ends(end) => {
            shared.stop(end);
            pages::over(language)
        }
    }
}

/// Sends an answer back: its head made anew, its body piece by piece.
pub(super) fn back(
    shared: &Arc<Shared>,
    language: Language,
    begun: Begun,
    answer: Response<Incoming>,
    held: Held,
) -> Response<Piped> {
    let (head, body) = answer.into_parts();
    let status = head.status;
    if let Err(cause) = notes::answered(&shared.opened, begun.number, status, &head.headers) {
        shared.stop(recorder_end(&cause));
        return pages::over(language);
    }
    let kind = notes::kind(&head.headers);
    let said = Some((status, kind));
    // A browser would ask the engineer for the console's password.
    let not_let_in = [
        StatusCode::UNAUTHORIZED,
        StatusCode::PROXY_AUTHENTICATION_REQUIRED,
    ];
    let is_said = matches!(shared.signed_in, SignedIn::Header(..));
    if is_said && not_let_in.contains(&status) {
        over(shared, &begun, said, 0, true);
        return pages::no_answer(language, "end-target-refused-login");
    }
    // Nobody asked for another protocol.
    if status.is_informational() {
        over(shared, &begun, said, 0, false);
        return pages::no_answer(language, "web-no-answer-text");
    }
    let headers = match to_engineer(&head, &shared.entry.target, &begun.asked, &shared.signed_in) {
        Back::Passes(headers) => headers,
        Back::Elsewhere(to) => {
            over(shared, &begun, said, 0, true);
            return pages::leads_elsewhere(language, &to);
        }
    };
    let bare = begun.asked.method == Method::HEAD || body.is_end_stream();
    let mut passed = if bare {
        over(shared, &begun, said, 0, true);
        shared.console.give_back(held);
        Response::new(Piped::none())
    } else {
        let (to, piped) = pipe(body.size_hint().exact());
        let of = Arc::clone(shared);
        shared.tasks.begin(async move {
            let (bytes, came) = down(&of, body, &to).await;
            over(&of, &begun, said, bytes, !matches!(came, Came::Cut));
            if !matches!(came, Came::Cut) {
                of.console.give_back(held);
            }
            let _gone = match came {
                Came::Cut => return,
                Came::Last(last) => to.last(last).await,
                Came::End => to.end().await,
            };
        });
        Response::new(piped)
    };
    *passed.status_mut() = status;
    *passed.headers_mut() = headers;
    passed
}

/// What came of a body.
enum Came {
    /// Not all of it.
    Cut,
    /// Its last piece, which is not passed on yet: nobody has all of it before its end is noted.
    Last(Bytes),
    /// Its end, by itself.
    End,
}

/// A body from the console to the engineer: bytes that passed, with the last piece, and how it ended.
async fn down(shared: &Shared, mut body: Incoming, to: &Pipe) -> (u64, Came) {
    let live = shared.opened.live();
    let mut passed = 0_u64;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return (passed, Came::Cut);
        };
        let Ok(bytes) = frame.into_data() else {
            continue;
        };
        frozen::passable(live).await;
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if !shared.opened.take_data(length) {
            used_up(shared);
            return (passed, Came::Cut);
        }
        live.count_received(length);
        passed = passed.saturating_add(length);
        if body.is_end_stream() {
            return (passed, Came::Last(bytes));
        }
        if to.send(bytes).await.is_err() {
            return (passed, Came::Cut);
        }
    }
    (passed, Came::End)
}

/// Nothing more may come out.
pub(super) fn used_up(shared: &Shared) {
    let refused = ChannelNote::Refused {
        channel: Some(CHANNEL),
        what: "data".to_owned(),
        reasons: vec![EndReason::DataUsedUp.id().to_owned()],
    };
    let noted = shared.opened.note(&refused);
    shared.stop(noted.map_or_else(|cause| recorder_end(&cause), |()| EndReason::DataUsedUp));
}

/// Notes the end of a request.
pub(super) fn over(
    shared: &Shared,
    begun: &Begun,
    status: Option<(StatusCode, Option<String>)>,
    bytes_out: u64,
    whole: bool,
) {
    let ended = Ended {
        number: begun.number,
        status,
        bytes_in: begun.sent(),
        bytes_out,
        millis: begun.millis(),
        whole,
    };
    if let Err(cause) = notes::ended(&shared.opened, ended) {
        shared.stop(recorder_end(&cause));
    }
}
