//! `serve` and `retain`: what writes.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::ArgMatches;
use ids::Timestamp;
use logs::config::{Config, Tls};
use logs::index::Index;
use logs::intake::{Intake, Note};
use logs::receiver::{Receiver, Rhythm, Told};
use logs::record::Way;
use logs::senders::Senders;
use logs::store::{self, Deleted, Store};
use logs::told::{self, Telling};
use phrases::Language;
use tokio::signal::unix::{SignalKind, signal};
use tunnel::ListedTls;
use watch::Rule;

use crate::cli::path;
use crate::failure::{Failure, not_kept, unreadable};
use crate::note;

/// How often the index takes in what came.
const INDEXES_EVERY: Duration = Duration::from_secs(30);

/// How far it is looked back for who was heard.
pub(crate) const LOOKS_BACK: Duration = Duration::from_secs(7 * 86_400);

/// This machine's clock.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let millis = since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(0));
    Timestamp::from_millis(millis)
}

/// The settings that are named.
pub(crate) fn config(given: &ArgMatches) -> Result<Config, Failure> {
    let path = path(given, "config");
    let text = std::fs::read_to_string(&path).map_err(unreadable(&path))?;
    Config::read(&text).map_err(|cause| {
        Failure::new(
            "logs-error-config",
            &[("path", &path.display()), ("cause", &cause)],
        )
    })
}

/// Takes from this process all that is not the folder's: whoever reads the bytes of strangers reaches nothing else. It goes on as
/// the folder's owner, so that no file in it becomes root's.
pub(crate) fn confine(folder: &Path) -> Result<(), Failure> {
    let confined = sandbox::confine(folder, &[]);
    let _how_far =
        confined.map_err(|cause| Failure::new("logs-error-confine", &[("cause", &cause)]))?;
    Ok(())
}

/// Receives until it is stopped.
pub(crate) fn serve(language: Language, given: &ArgMatches) -> Result<ExitCode, Failure> {
    let config = config(given)?;
    let folder = path(given, "folder");
    // All that lies elsewhere is read before the process loses sight of it.
    let tls = config.tls.as_ref().map(|tls| listed(tls, &config));
    let tls = tls.transpose()?;
    std::fs::create_dir_all(&folder).map_err(unreadable(&folder))?;
    confine(&folder)?;
    let (mut store, found) = Store::open(&folder, now()).map_err(not_kept)?;
    if found.torn > 0 {
        note(
            language,
            "logs-found-torn",
            &[("bytes", &found.torn.to_string())],
        );
    }
    if let Some(offset) = found.altered {
        note(
            language,
            "logs-found-altered",
            &[("offset", &offset.to_string())],
        );
    }
    if found.altered.is_some() {
        let name = store.sealed().name;
        let altered = Telling::found(Rule::LogAltered, &name, 1, (now(), now()));
        if let Err(cause) = told::tell(&folder, now(), &[altered]) {
            say_told(language, Told::NotTold(cause.to_string()));
        }
    }
    // Who was silent before the start is silent still.
    let mut senders = Senders::new(&config, now());
    let from = now().minus(LOOKS_BACK);
    store::since(&folder, from, |record| {
        let _finding = senders.hear(&record);
    })
    .map_err(unreadable(&folder))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(not_kept)?;
    runtime.block_on(async {
        let stop = stop().map_err(not_kept)?;
        let receiver = bind(language, &config, tls).await?;
        let intake = Intake::new(config.clone(), senders);
        let indexing = tokio::spawn(index(folder.clone()));
        let tell = |told| say_told(language, told);
        let rhythm = Rhythm::default();
        let stopped = receiver.run(&mut store, intake, rhythm, now, tell, stop);
        stopped.await.map_err(not_kept)?;
        indexing.abort();
        note(language, "logs-stopped", &[]);
        Ok(ExitCode::SUCCESS)
    })
}

/// Deletes what is over, once.
pub(crate) fn retain(language: Language, given: &ArgMatches) -> Result<ExitCode, Failure> {
    let config = config(given)?;
    let folder = path(given, "folder");
    confine(&folder)?;
    let (mut store, _found) = Store::open(&folder, now()).map_err(not_kept)?;
    for deleted in store.retain(config.retention, now()).map_err(not_kept)? {
        say_told(language, Told::Deleted(deleted));
    }
    Ok(ExitCode::SUCCESS)
}

fn listed(tls: &Tls, config: &Config) -> Result<ListedTls, Failure> {
    let read = |path: &Path| std::fs::read(path).map_err(unreadable(path));
    let made = ListedTls::new(
        &read(&tls.certificate)?,
        &read(&tls.key)?,
        config.certificates(),
    );
    made.map_err(|cause| {
        Failure::new(
            "logs-error-certificate",
            &[("path", &tls.certificate.display()), ("cause", &cause)],
        )
    })
}

async fn bind(
    language: Language,
    config: &Config,
    tls: Option<ListedTls>,
) -> Result<Receiver, Failure> {
    let mut receiver = Receiver::new(config);
    for address in &config.udp {
        receiver.udp(*address).await.map_err(unbound(address))?;
    }
    for address in &config.tcp {
        receiver.tcp(*address).await.map_err(unbound(address))?;
    }
    if let (Some(settings), Some(tls)) = (&config.tls, tls) {
        for address in &settings.listen {
            let bound = receiver.tls(*address, tls.clone()).await;
            bound.map_err(unbound(address))?;
        }
    }
    for (way, address) in receiver.bound() {
        let way = match way {
            Way::Own | Way::Brought => continue,
            Way::Udp => "UDP",
            Way::Tcp => "TCP",
            Way::Tls => "TLS",
        };
        note(
            language,
            "logs-ready",
            &[("address", &address.to_string()), ("way", way)],
        );
    }
    Ok(receiver)
}

fn unbound(address: &std::net::SocketAddr) -> impl Fn(std::io::Error) -> Failure {
    move |cause| {
        Failure::new(
            "logs-error-listen",
            &[("address", address), ("cause", &cause)],
        )
    }
}

/// What is found may lag behind what is kept; what is not indexed yet is indexed by the next search.
async fn index(folder: std::path::PathBuf) {
    let mut every = tokio::time::interval(INDEXES_EVERY);
    loop {
        let _tick = every.tick().await;
        let folder = folder.clone();
        let indexed = tokio::task::spawn_blocking(move || Index::open(&folder)?.catch_up());
        // Another process that searches may hold it: then that one takes in what came.
        let _done = indexed.await;
    }
}

/// Done when it is asked to stop; from here on, not only from when it is waited for.
fn stop() -> std::io::Result<impl Future<Output = ()>> {
    let mut term = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _some = term.recv() => {}
            _some = interrupt.recv() => {}
        }
    })
}

fn say_told(language: Language, told: Told) {
    match told {
        Told::Note(Note::Dropped { name, count }) => note(
            language,
            "logs-told-dropped",
            &[("name", &name), ("count", &count.to_string())],
        ),
        Told::Note(Note::Crowded { count }) => {
            note(
                language,
                "logs-told-crowded",
                &[("count", &count.to_string())],
            );
        }
        Told::Note(Note::Overflowed { count }) => {
            note(
                language,
                "logs-told-overflowed",
                &[("count", &count.to_string())],
            );
        }
        Told::Note(Note::Refused { count, last }) => note(
            language,
            "logs-told-refused",
            &[("name", &last.to_string()), ("count", &count.to_string())],
        ),
        Told::Note(Note::Silent { name, since }) => note(
            language,
            "logs-told-silent",
            &[("name", &name), ("since", &since.to_string())],
        ),
        Told::Note(Note::Back { name }) => note(language, "logs-told-back", &[("name", &name)]),
        Told::NotTold(cause) => note(language, "logs-told-not", &[("cause", &cause)]),
        Told::Deleted(Deleted { name, entries, .. }) => note(
            language,
            "logs-told-deleted",
            &[("name", &name), ("entries", &entries.to_string())],
        ),
    }
}
