//! Files between a page and its session, over HTTP: a folder's names, a file out, a file in.

use std::sync::Arc;
use std::time::Duration;

use access::Handover;
use axum::Json;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::Engine;
use http_body_util::BodyExt;
use ids::VisitId;
use phrases::say;
use serde_json::json;
use tokio::sync::{SemaphorePermit, oneshot};
use tokio::time::timeout;

use super::files::{Files, NoFile, PIECE};
use super::kept::count;
use super::{Key, Seat};
use crate::asker::Desk;
use crate::body::Of;
use crate::lines::{Lines, lines};
use crate::pages::{PageFailed, Posted, Signed, from_our_own_page};

/// Files that pass at once in one session.
pub(super) const MOST_AT_ONCE: usize = 4;

/// How long a page may send nothing of a file.
const SENT_WITHIN: Duration = Duration::from_secs(30);

/// Bytes of a file that does not pass which are waited for, so that the page is told why.
const MOST_DRAINED: usize = 256 << 20;

/// Where a page says whereto a file goes, as a form has it (`path=…`): it is no part of an address, and
/// no page of another site can send it.
const PATH: HeaderName = HeaderName::from_static("x-sekisho-path");

/// How large the file is that follows, as far as the target says.
const SIZE: HeaderName = HeaderName::from_static("x-sekisho-size");

/// A file of a target's in a browser: it is put away, and shown nowhere.
const INERT: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// `POST /visits/{number}/terminal/list`: what is in the folder `path`.
pub(crate) async fn list(
    State(desk): State<Desk>,
    signed: Signed,
    Of(visit): Of<VisitId>,
    posted: Posted,
) -> Response {
    let answer = async {
        let seat = seat(&desk, &signed, &visit)?;
        let _one = one(&seat)?;
        let mut files = Files::open(&seat).await?;
        let listed = files.list(folder(posted.text("path")).as_bytes()).await;
        files.close().await;
        let (path, names) = listed?;
        Ok(Json(json!({ "path": path, "names": names })).into_response())
    };
    answer.await.unwrap_or_else(no_file)
}

/// Where SFTP begins is what an empty path means.
fn folder(path: &str) -> &str {
    if path.is_empty() { "." } else { path }
}

/// `POST /visits/{number}/terminal/fetch`: the file `path`.
pub(crate) async fn fetch(
    State(desk): State<Desk>,
    signed: Signed,
    Of(visit): Of<VisitId>,
    posted: Posted,
) -> Response {
    match seat(&desk, &signed, &visit) {
        Ok(seat) => {
            let left = left(&desk, &visit, &seat, Handover::Out);
            let wanted = Wanted {
                engine: desk.engine.clone(),
                path: posted.text("path").to_owned(),
                left,
            };
            fetched(seat, wanted).await
        }
        Err(none) => no_file(none),
    }
}

/// The bytes of files that the visit may still pass this way, as far as they are entered. Every byte is
/// asked for where all files are; this is for saying in words, before anything passes, that a whole file
/// will not: one that was cut off in the middle is told by nobody.
fn left(desk: &Desk, visit: &VisitId, seat: &Seat, direction: Handover) -> u64 {
    let site = desk.engine.site();
    let passed = site.visit(visit).map(|visit| visit.files_passed(direction));
    seat.most_bytes(direction)
        .saturating_sub(passed.unwrap_or(0))
}

/// A file that is to come out.
struct Wanted {
    engine: Engine,
    path: String,
    /// Bytes that may still pass.
    left: u64,
}

async fn fetched(seat: Arc<Seat>, wanted: Wanted) -> Response {
    let (told, opened) = oneshot::channel();
    let (lines, body) = lines();
    tokio::spawn(pass(seat, wanted, lines, told));
    match opened.await {
        Ok(Ok(size)) => attachment(size, body.answer("application/octet-stream")),
        Ok(Err(none)) => no_file(none),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Says whether the file can be had, then passes it on as fast as it is taken.
async fn pass(
    seat: Arc<Seat>,
    Wanted { engine, path, left }: Wanted,
    lines: Lines,
    told: oneshot::Sender<Result<Option<u64>, NoFile>>,
) {
    let opened = async {
        let one = one(&seat)?;
        let mut files = Files::open(&seat).await?;
        // What a limit stops at the first byte is told in words, and is no file that was cut off.
        let begun = async {
            let (handle, size) = files.opened_to_read(path.as_bytes()).await?;
            if size.is_some_and(|size| size > left) {
                files.done_with(&handle).await?;
                return Err(seat.refuses_large(&engine, Handover::Out, &path).await);
            }
            let first = files.read(&handle, 0).await?;
            Ok((handle, size, first))
        };
        match begun.await {
            Ok((handle, size, first)) => Ok((one, files, handle, size, first)),
            Err(none) => {
                files.close().await;
                Err(none)
            }
        }
    };
    let (_one, mut files, handle, size, first) = match opened.await {
        Ok(opened) => opened,
        Err(none) => {
            let _gone = told.send(Err(none));
            return;
        }
    };
    let _gone = told.send(Ok(size));
    let mut offset = 0;
    let mut next = Ok(first);
    loop {
        match next {
            Ok(piece) if piece.is_empty() => {
                let _closed = files.done_with(&handle).await;
                break;
            }
            Ok(piece) => {
                offset += count(piece.len());
                if lines.send(piece.into()).await.is_err() {
                    break;
                }
                next = files.read(&handle, offset).await;
            }
            Err(_) => {
                // What is cut off is not taken for whole.
                lines.cut().await;
                break;
            }
        }
    }
    files.close().await;
}

/// A file that a browser puts away, whatever is in it.
fn attachment(size: Option<u64>, mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    let inert = HeaderValue::from_static(INERT);
    headers.insert(CONTENT_SECURITY_POLICY, inert);
    let attachment = HeaderValue::from_static("attachment");
    headers.insert(CONTENT_DISPOSITION, attachment);
    if let Some(size) = size {
        headers.insert(SIZE, HeaderValue::from(size));
    }
    answer
}

/// `POST /visits/{number}/terminal/bring`: the body is a file, which is made at the path that the header
/// names. What is there already stays as it is.
pub(crate) async fn bring(
    State(desk): State<Desk>,
    signed: Signed,
    Of(visit): Of<VisitId>,
    request: Request,
) -> Result<Response, PageFailed> {
    from_our_own_page(request.headers())?;
    let path = path_of(request.headers());
    let mut body = request.into_body();
    let answer = async {
        let seat = seat(&desk, &signed, &visit)?;
        let _one = one(&seat)?;
        let least = body.size_hint().lower();
        if least > left(&desk, &visit, &seat, Handover::In) {
            let refused = seat.refuses_large(&desk.engine, Handover::In, &path);
            return Err(refused.await);
        }
        let mut files = Files::open(&seat).await?;
        let brought = brought(&mut files, &path, &mut body, &signed).await;
        files.close().await;
        Ok(Json(json!({ "bytes": brought? })).into_response())
    };
    let answer: Result<Response, NoFile> = answer.await;
    if answer.is_err() {
        let _in_time = timeout(SENT_WITHIN, drain(&mut body)).await;
    }
    Ok(answer.unwrap_or_else(no_file))
}

/// Takes what is still sent of a file that does not pass, and keeps nothing of it. A browser whose line is
/// closed while it sends reads no answer: it would say that the line failed, and not why the file did not pass.
async fn drain(body: &mut Body) {
    let mut drained = 0;
    while drained < MOST_DRAINED
        && let Some(Ok(frame)) = body.frame().await
    {
        drained += frame.data_ref().map_or(0, |bytes| bytes.len());
    }
}

fn path_of(headers: &HeaderMap) -> String {
    let given = headers.get(PATH).map(HeaderValue::as_bytes);
    let mut fields = form_urlencoded::parse(given.unwrap_or_default());
    let path = fields.find(|(name, _)| name == "path");
    path.map(|(_, path)| path.into_owned()).unwrap_or_default()
}

/// Writes what comes, no faster than the target takes it, and says how much it was.
async fn brought(
    files: &mut Files<'_>,
    path: &str,
    body: &mut Body,
    signed: &Signed,
) -> Result<u64, NoFile> {
    let handle = files.made(path.as_bytes()).await?;
    let mut offset = 0;
    loop {
        let frame = timeout(SENT_WITHIN, body.frame()).await;
        let cut_off = || NoFile(signed.say("terminal-files-cut-off", &[]));
        let bytes = match frame.map_err(|_| cut_off())? {
            None => break,
            Some(frame) => frame.map_err(|_| cut_off())?.into_data(),
        };
        for piece in bytes.unwrap_or_default().chunks(PIECE) {
            files.write(&handle, offset, piece).await?;
            offset += count(piece.len());
        }
    }
    files.done_with(&handle).await?;
    Ok(offset)
}

/// The terminal that this very sign-in has open for the visit. Another's is as little there as none.
fn seat(desk: &Desk, signed: &Signed, visit: &VisitId) -> Result<Arc<Seat>, NoFile> {
    let token = signed.asker.token.as_ref();
    let seat = token.and_then(|token| desk.terminals.seat(&Key::of(visit, token)));
    let seat = seat.filter(|seat| seat.is(&signed.asker.by));
    seat.ok_or_else(|| NoFile(signed.say("terminal-files-no-session", &[])))
}

/// One of the files that may pass at once.
fn one(seat: &Seat) -> Result<SemaphorePermit<'_>, NoFile> {
    let no = |sentence| NoFile(say(seat.language, sentence, &[]));
    let at = seat
        .shell()
        .ok_or_else(|| no("terminal-files-no-session"))?;
    at.passing
        .try_acquire()
        .map_err(|_| no("terminal-files-busy"))
}

fn no_file(NoFile(text): NoFile) -> Response {
    (StatusCode::CONFLICT, Json(json!({ "text": text }))).into_response()
}
