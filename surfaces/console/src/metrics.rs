//! How the site is, in numbers, for a Prometheus of the hospital (text format 0.0.4; decision 0065).
//!
//! Whoever asks proves nothing, so nothing is told that has a name in it: no person, no vendor, no target, no address. It is served
//! on loopback alone, to a program of this machine.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::{Engine, Urgency};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Where it stands.
const PATH: &str = "/metrics";

/// What Prometheus reads.
const FORM: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Connections at a time: one program asks, every quarter of a minute.
const MOST: usize = 8;

/// How long one may last.
const WITHIN: Duration = Duration::from_secs(30);

/// How long nothing is accepted after that failed: descriptors are gone, and come back.
const AFTER_A_FAILURE: Duration = Duration::from_millis(500);

/// Serves the numbers until the runtime ends.
pub async fn serve_metrics(listener: TcpListener, engine: Engine) {
    let room = Arc::new(Semaphore::new(MOST));
    loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(cause) => {
                tracing::warn!(%cause, "no connection for metrics was accepted");
                tokio::time::sleep(AFTER_A_FAILURE).await;
                continue;
            }
        };
        let engine = engine.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let engine = engine.clone();
                async move { Ok::<_, Infallible>(answer(&request, engine).await) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(WITHIN)
                .keep_alive(false)
                .max_headers(crate::MOST_HEADERS)
                .max_buf_size(crate::MOST_HEADER_BYTES)
                .serve_connection(TokioIo::new(stream), service);
            let _ended = tokio::time::timeout(WITHIN, connection).await;
            drop(permit);
        });
    }
}

async fn answer(request: &Request<Incoming>, engine: Engine) -> Response {
    if request.uri().path() != PATH {
        return StatusCode::NOT_FOUND.into_response();
    }
    if request.method() != Method::GET {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    // The disk is asked, and the state is held.
    let told = tokio::task::spawn_blocking(move || numbers(&engine)).await;
    match told {
        Ok(text) => ([(CONTENT_TYPE, FORM)], Body::from(text)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The numbers.
fn numbers(engine: &Engine) -> String {
    let status = engine.status();
    let findings = engine.findings();
    let tasks = engine.tasks();
    let mut told = Numbers::default();
    let yes = |holds: bool| f64::from(u8::from(holds));
    told.one(
        "sekisho_ledger_entries",
        "counter",
        "Entries in the ledger.",
        count(status.size),
    );
    told.one(
        "sekisho_ledger_last_entry_seconds",
        "gauge",
        "When the last entry was made, in seconds since 1970.",
        status.last_at.as_millis() as f64 / 1000.0,
    );
    told.one(
        "sekisho_ledger_well",
        "gauge",
        "Whether the ledger takes entries.",
        yes(status.health.ledger),
    );
    told.one(
        "sekisho_recorder_well",
        "gauge",
        "Whether the recorder takes bytes.",
        yes(status.health.recorder),
    );
    if let Some(used) = status.health.disk_used {
        told.one(
            "sekisho_disk_used_ratio",
            "gauge",
            "The used part of the disk.",
            used,
        );
    }
    told.one(
        "sekisho_witnesses_fresh",
        "gauge",
        "Outside witnesses that cosigned within a week.",
        status.witnesses as f64,
    );
    told.one(
        "sekisho_sessions_live",
        "gauge",
        "Sessions that are open.",
        status.live as f64,
    );
    if let Some(sent) = engine.log_out_sent() {
        told.one(
            "sekisho_log_out_behind_entries",
            "gauge",
            "Entries that the collector is not known to have read.",
            count(status.size.saturating_sub(sent)),
        );
    }
    let site = engine.site();
    told.one(
        "sekisho_isolated",
        "gauge",
        "Whether everything is stopped.",
        yes(site.isolated()),
    );
    told.one(
        "sekisho_incident_open",
        "gauge",
        "Whether an incident is open.",
        yes(site.open_incident().is_some()),
    );
    let open = site.alerts().filter(|alert| alert.settled.is_none());
    told.one(
        "sekisho_alerts_open",
        "gauge",
        "Alerts of which nobody has said what they were.",
        open.count() as f64,
    );
    drop(site);
    told.head(
        "sekisho_finding",
        "gauge",
        "What somebody has to look at; stops_visits: visits are refused because of it.",
    );
    for finding in &findings {
        let stops = finding.stops_visits;
        let labels = format!("finding=\"{}\",stops_visits=\"{stops}\"", finding.id);
        told.line("sekisho_finding", &labels, 1.0);
    }
    told.head("sekisho_tasks", "gauge", "What is to be done.");
    for (urgency, name) in [
        (Urgency::StopsVisits, "stops-visits"),
        (Urgency::Due, "due"),
        (Urgency::Preparation, "preparation"),
    ] {
        let many = tasks.iter().filter(|task| task.urgency == urgency).count();
        let labels = format!("urgency=\"{name}\"");
        told.line("sekisho_tasks", &labels, many as f64);
    }
    told.text
}

#[expect(
    clippy::cast_precision_loss,
    reason = "Prometheus counts in doubles; a ledger has fewer than 2^53 entries"
)]
fn count(number: u64) -> f64 {
    number as f64
}

/// The text as it grows.
#[derive(Default)]
struct Numbers {
    text: String,
}

impl Numbers {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _written = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &str, value: f64) {
        let _written = writeln!(self.text, "{name}{{{labels}}} {value}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: f64) {
        self.head(name, kind, help);
        let _written = writeln!(self.text, "{name} {value}");
    }
}
