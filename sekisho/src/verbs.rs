//! What each command does: one file per subject, each verb a short story.

mod connecting;
mod control;
mod doctor;
mod evidence;
mod joining;
pub(crate) mod kit;
mod registry;
mod site;
mod visits;

use std::path::Path;

use clap::CommandFactory;

use crate::cli::{Cli, Verb, exit_codes, in_language};
use crate::context::{Context, print};
use crate::failure::Failure;
use crate::{demo, gateway};

/// Runs one command.
pub(crate) async fn run(context: &Context, verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::Site(verb) => site::run(context, verb).await,
        Verb::Gateway(args) => gateway::run(context, &args).await,
        Verb::Vendor(verb) => registry::vendor(context, verb).await,
        Verb::Person(verb) => registry::person(context, verb).await,
        Verb::Device(verb) => registry::device(context, verb).await,
        Verb::Target(verb) => registry::target(context, verb).await,
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
        } => visits::approve(context, &request, condition, lasting.as_deref()).await,
        Verb::Refuse { request, reason } => visits::refuse(context, &request, reason).await,
        Verb::Visit(verb) => visits::visit(context, verb).await,
        Verb::Emergency(verb) => control::emergency(context, verb).await,
        Verb::Connect(args) => connecting::connect(context, args).await,
        Verb::Sessions => control::sessions(context).await,
        Verb::End { session } => control::end(context, &session).await,
        Verb::Report { visit, file } => visits::report(context, &visit, &file).await,
        Verb::Isolate { reason } => control::isolate(context, reason).await,
        Verb::Lift {
            with_kit,
            after_delay,
        } => control::lift(context, with_kit, after_delay).await,
        Verb::Ledger(verb) => evidence::ledger(context, verb).await,
        Verb::Receipt(verb) => evidence::receipt(context, verb).await,
        Verb::Recording(verb) => evidence::recording(context, verb).await,
        Verb::Demo(args) => demo::run(context, &args).await,
        Verb::Doctor => doctor::run(context).await,
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
