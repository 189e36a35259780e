//! What each command does: one file per subject, each verb a short story.

mod alerts;
mod attending;
mod attestation;
mod backup;
mod browsing;
mod connecting;
mod console;
mod consoles;
mod control;
mod databases;
mod decoys;
mod desktops;
mod doctor;
mod evidence;
mod handing;
mod incidents;
mod inspecting;
mod joining;
pub(crate) mod kit;
mod notify;
mod reaching;
mod registry;
mod relay;
mod remote_desktop;
mod replaying;
mod reporting;
mod response;
mod reviewing;
mod risks;
mod searching;
mod secrets;
mod site;
mod ssh;
mod stories;
mod targets;
mod telnet;
mod tpm;
mod upgrade;
mod visits;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::CommandFactory;

use crate::cli::{Cli, RelayVerb, Verb, exit_codes, in_language};
use crate::context::{Context, print};
use crate::failure::Failure;
use crate::{demo, gateway, service};

/// Runs one command. What it ends with is 0, except where another program's own end is handed on.
pub(crate) fn run(context: &Context, verb: Verb) -> Result<ExitCode, Failure> {
    // Services confine their process before they start a thread.
    if let Verb::Gateway(args) = &verb {
        return gateway::serve(context, args).map(|()| ExitCode::SUCCESS);
    }
    if let Verb::Relay(RelayVerb::Run { dir, drain }) = &verb {
        let drain = Duration::from_secs(*drain);
        return crate::relay::serve(context, dir, drain).map(|()| ExitCode::SUCCESS);
    }
    service::on_this_thread(async move {
        if let Verb::Ssh(args) = verb {
            return ssh::run(context, args).await;
        }
        told(context, verb).await.map(|()| ExitCode::SUCCESS)
    })
}

/// A service that would not be confined is not started.
fn begun_too_late() -> Failure {
    Failure::internal("a service must be started before any thread")
}

async fn told(context: &Context, verb: Verb) -> Result<(), Failure> {
    match verb {
        // Ends as that program does: see `run`.
        Verb::Ssh(args) => ssh::run(context, args).await.map(drop),
        Verb::SshConfig(args) => ssh::config(context, args).await,
        Verb::Attend { session } => attending::attend(context, &session).await,
        Verb::Pause { session } => attending::pause(context, &session).await,
        Verb::Continue { session } => attending::go_on(context, &session).await,
        Verb::Tell { session, text } => attending::tell(context, &session, text).await,
        Verb::Search(args) => searching::search(context, *args).await,
        Verb::Reach(args) => reaching::reach(context, *args).await,
        Verb::Notify(verb) => notify::run(context, verb).await,
        Verb::Relay(verb) => relay::run(context, verb).await,
        Verb::Secret(verb) => secrets::run(context, verb).await,
        Verb::AttestationRoot(verb) => attestation::run(context, verb).await,
        Verb::Console(verb) => console::run(context, verb).await,
        Verb::Site(verb) => site::run(context, verb).await,
        Verb::Gateway(_) => Err(begun_too_late()),
        Verb::Vendor(verb) => registry::vendor(context, verb).await,
        Verb::Person(verb) => registry::person(context, verb).await,
        Verb::Device(verb) => registry::device(context, verb).await,
        Verb::Target(verb) => targets::run(context, verb).await,
        Verb::Join(args) => joining::join(context, args).await,
        Verb::Login(args) => joining::login(context, args).await,
        Verb::Logout => joining::logout(context).await,
        Verb::Request(args) => visits::request(context, *args).await,
        Verb::Extend { visit, until } => visits::extend(context, &visit, &until).await,
        Verb::Withdraw { request } => visits::withdraw(context, &request).await,
        Verb::WithdrawGrant { grant, reason } => {
            visits::withdraw_grant(context, &grant, &reason).await
        }
        Verb::Requests { all } => visits::requests(context, all).await,
        Verb::Approve {
            request,
            condition,
            lasting,
            ssh,
            data,
            desktop,
        } => {
            let less = (&*ssh, &*data, desktop);
            visits::approve(context, &request, condition, lasting.as_deref(), less).await
        }
        Verb::Refuse { request, reason } => visits::refuse(context, &request, reason).await,
        Verb::Visit(verb) => visits::visit(context, verb).await,
        Verb::Files(verb) => handing::run(context, verb).await,
        Verb::Inspection { until, sign } => inspecting::inspection(context, until, sign).await,
        Verb::Alerts(args) => alerts::alerts(context, args).await,
        Verb::Incident(verb) => incidents::incident(context, verb).await,
        Verb::Preparation(verb) => response::preparation(context, verb).await,
        Verb::Decoys(args) => decoys::decoys(context, args).await,
        Verb::Rules(args) => alerts::rules(context, args).await,
        Verb::Emergency(verb) => control::emergency(context, verb).await,
        Verb::Connect(args) => connecting::connect(context, args).await,
        Verb::Browse(args) => browsing::browse(context, args).await,
        Verb::Sessions => control::sessions(context).await,
        Verb::End { session } => control::end(context, &session).await,
        Verb::Report(args) => reporting::report(context, *args).await,
        Verb::Isolate { reason, of } => control::isolate(context, reason, of).await,
        Verb::Lift {
            with_kit,
            after_delay,
            reason,
            of,
        } => control::lift(context, (with_kit, after_delay), reason, of).await,
        Verb::Ledger(verb) => evidence::ledger(context, verb).await,
        Verb::Receipt(verb) => evidence::receipt(context, verb).await,
        Verb::Recording(verb) => evidence::recording(context, verb).await,
        Verb::Demo(args) => demo::run(context, &args).await,
        Verb::Doctor { outside, ports } => {
            doctor::run(context, outside.then_some(ports.as_slice())).await
        }
        Verb::Man { dir } => man(context, &dir),
        Verb::ExitCodes => {
            print(&exit_codes(context.language));
            Ok(())
        }
    }
}

/// Man pages from the same definition as help.
fn man(context: &Context, dir: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(dir).map_err(|cause| Failure::unwritable(dir, &cause))?;
    let command = in_language(Cli::command(), context.language);
    clap_mangen::generate_to(command, dir).map_err(|cause| Failure::unwritable(dir, &cause))?;
    context.tell("cli-written", &[("path", &dir.display().to_string())]);
    Ok(())
}
