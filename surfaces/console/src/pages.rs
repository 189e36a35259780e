//! What a browser is shown: pages made here, in the reader's language, that work without JavaScript as
//! far as nothing needs a passkey.
//!
//! A page asks what the API asks (`crate::api`) and shows the same answer; it decides nothing and reads
//! the state in no other way. Somebody is known here by a cookie, and only here: the API reads no cookie,
//! a page reads no `Authorization`, so that neither can be used in the other's place (lesson L16).

mod approval;
mod assets;
mod certificates;
mod failed;
mod fresh;
mod home;
mod isolation;
mod manners;
mod moment;
mod page;
mod parts;
mod posted;
mod requests;
mod sign_ins;
mod signed;
mod signing_in;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::Endpoint;
use crate::answer::Failed;
use crate::asker::Desk;
use crate::endpoints::with_manners;

pub use manners::{COOKIE, LANGUAGE_COOKIE, PAGE_POLICY};

macro_rules! pages {
    ($($method:ident $path:literal $name:literal $handler:path;)+) => {
        /// Every page and every form of the console: its method, its path, its name.
        pub const PAGES: &[Endpoint] = &[$((crate::endpoints::method_name(stringify!($method)), $path, $name)),+];

        fn table() -> Router<Desk> {
            Router::new()$(.route($path, $method($handler)))+
        }
    };
}

pages! {
    get "/sign-in" "sign_in_page" signing_in::page;
    post "/sign-in" "sign_in_form" signing_in::sign_in;
    post "/sign-out" "sign_out_form" signing_in::sign_out;
    post "/language" "language_form" signing_in::language;
    get "/assets/{name}" "asset" assets::serve;

    get "/" "home" home::show;
    get "/requests" "requests_page" requests::list;
    get "/requests/{number}" "request_page" approval::show;
    get "/requests/{number}/plan" "plan_file" approval::plan;
    post "/requests/{number}/approve" "approve_form" approval::approve;
    post "/requests/{number}/refuse" "refuse_form" approval::refuse;
    post "/sessions/{number}/end" "end_form" home::end;
    get "/isolate" "isolate_page" isolation::show;
    post "/isolate" "isolate_form" isolation::isolate;
    post "/lift" "lift_form" isolation::lift;
    get "/sign-ins" "sign_ins_page" sign_ins::list;
    get "/certificates" "certificates_page" certificates::show;
    post "/certificates/open" "open_console_form" certificates::open;
    post "/certificates/close" "close_console_form" certificates::close;
}

/// The pages, with their own manners; whatever is neither a page nor the API is a page that says so.
pub(crate) fn routes(desk: &Desk) -> Router<Desk> {
    table()
        .layer(from_fn_with_state(desk.clone(), failed::said_in_words))
        .layer(map_response(manners::with_page_manners))
}

/// What there is not: for the API a line of JSON, for people a page.
pub(crate) async fn unknown(State(desk): State<Desk>, request: Request) -> Response {
    if request.uri().path().starts_with("/api/") {
        return with_manners(Failed::UnknownCall.into_response()).await;
    }
    told(&desk, failed::Asked::of(&request), Failed::UnknownCall).await
}

/// A path that there is, and another method.
pub(crate) async fn other_method(State(desk): State<Desk>, request: Request) -> Response {
    if request.uri().path().starts_with("/api/") {
        return with_manners(Failed::OtherMethod.into_response()).await;
    }
    told(&desk, failed::Asked::of(&request), Failed::OtherMethod).await
}

async fn told(desk: &Desk, asked: failed::Asked, failed: Failed) -> Response {
    let page = failed::shown(desk, &asked, failed.into()).await;
    manners::with_page_manners(page).await
}
