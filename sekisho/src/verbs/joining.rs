//! Joining, signing in, signing out.

use client::join::{Challenge, JoinForm, asks_for};
use client::witness::{WitnessError, compare};
use client::{ApiError, DialOptions};
use ledger::resume::Resume;
use wire::{Invitation, Said, Secret};

use super::site::{done, who};
use crate::cli::{JoinArgs, LoginArgs};
use crate::context::{Context, note};
use crate::failure::{Failure, Kind};

pub(super) async fn join(context: &Context, args: JoinArgs) -> Result<(), Failure> {
    let invitation = invitation(&args.invitation)?;
    let form = form(context, &invitation, args)?;
    let options = DialOptions {
        bind: context.from_address,
        ..DialOptions::default()
    };
    let home = context.home()?;
    let mut shown = false;
    let confirm = async |challenge: Challenge| {
        let again = std::mem::replace(&mut shown, true);
        if again {
            note(&context.say("join-code-wrong", &[]));
            return read_code(context);
        }
        confirm(context, &challenge)
    };
    let joined = client::join(home, &invitation, form, &options, context.now(), confirm).await?;
    let shown = serde_json::json!({
        "site": joined.membership.site(),
        "person": joined.person,
        "device": joined.device,
        "words": joined.words,
    });
    context.show(&shown, |context| {
        let name = &joined.membership.pinned().site_name;
        let mut lines = vec![context.say("cli-joined", &[("site", name)])];
        if !joined.words.is_empty() {
            let words = joined.words.join(" ");
            lines.push(context.say("cli-device-words", &[("words", &words)]));
        }
        lines
    })
}

/// The text itself, or `@FILE` with it.
fn invitation(given: &str) -> Result<Invitation, Failure> {
    let text = match given.strip_prefix('@') {
        None => given.to_owned(),
        Some(path) => std::fs::read_to_string(path)
            .map_err(|cause| Failure::unreadable(path.as_ref(), &cause))?,
    };
    text.trim().parse().map_err(|problem| {
        let problem: wire::InvitationError = problem;
        Failure::of(
            Kind::Usage,
            Said::plain("error-invitation-unreadable").with("problem", problem),
        )
    })
}

/// Asks for what the invitation needs and the command line does not say.
fn form(context: &Context, invitation: &Invitation, args: JoinArgs) -> Result<JoinForm, Failure> {
    let asks = asks_for(invitation.purpose);
    let wanted = |given: Option<String>, id: &str| match given {
        Some(given) => Ok(Some(given)),
        None if asks.person => context.ask(id).map(Some),
        None => Ok(None),
    };
    Ok(JoinForm {
        name: wanted(args.name, "cli-ask-full-name")?,
        login: wanted(args.login, "cli-ask-name")?,
        contact: wanted(args.contact, "cli-ask-contact")?,
        passphrase: if asks.factors {
            Some(context.new_passphrase(args.passphrase_file.as_deref())?)
        } else {
            None
        },
        device_label: match args.device_label {
            None if asks.device => Some(context.ask("cli-ask-device-label")?),
            given => given,
        },
    })
}

/// Shows the secret of the one-time codes, once, and reads a code made from it.
fn confirm(context: &Context, challenge: &Challenge) -> std::io::Result<Secret> {
    let groups: Vec<String> = challenge
        .secret
        .reveal()
        .as_bytes()
        .chunks(4)
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect();
    note(&context.say("cli-code-setup", &[("secret", &groups.join(" "))]));
    note(challenge.otpauth.reveal());
    read_code(context)
}

fn read_code(context: &Context) -> std::io::Result<Secret> {
    note(&context.say("cli-ask-code", &[]));
    let code = crate::context::line()?;
    if code.trim().is_empty() {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Secret::new(code.trim().to_owned()))
}

pub(super) async fn login(context: &Context, args: LoginArgs) -> Result<(), Failure> {
    let at = context.at().await?;
    let kept = at
        .membership
        .as_ref()
        .and_then(|member| member.pinned().login.clone());
    let login = match args.login.or(kept) {
        Some(login) => login,
        None => context.ask("cli-ask-name")?,
    };
    let passphrase = context.passphrase(args.passphrase_file.as_deref())?;
    let code = match args.code {
        Some(code) => Secret::new(code),
        None => Secret::new(context.ask("cli-ask-code")?.trim().to_owned()),
    };
    // The token of before is of no use here, and must not speak for somebody else.
    let api = at.api.with_token(None);
    let signed_in =
        client::signing_in::sign_in(&api, &at.place, &login, passphrase, Some(code)).await;
    let (me, until) = signed_in.map_err(wrong_factors)?;
    if let Some(membership) = &at.membership {
        let api = membership.api(context.from_address, context.now())?;
        first_look(context, compare(&api, membership, context.now()).await)?;
    }
    let shown = serde_json::json!({"me": me, "until": until});
    context.show(&shown, |context| {
        let args = [("name", who(&me)), ("until", until.to_string())];
        vec![context.say_of("cli-signed-in", &args)]
    })
}

/// A wrong factor and an ended sign-in are the same to the API, and not to a person.
fn wrong_factors(error: client::signing_in::SigningError) -> Failure {
    let failure = Failure::from(error);
    if failure.kind == Kind::NotSignedIn {
        Failure::new(Kind::NotSignedIn, "error-sign-in-failed")
    } else {
        failure
    }
}

/// The first contact of the day looks at the ledger: a disagreement stops everything, and a site that
/// shows this person no checkpoint stops nothing.
fn first_look(
    context: &Context,
    looked: Result<client::witness::Compared, WitnessError>,
) -> Result<(), Failure> {
    match looked {
        Ok(compared) => {
            compared
                .resumed
                .iter()
                .for_each(|resume| tell_resumed(context, resume));
            Ok(())
        }
        Err(WitnessError::Api(ApiError::Refused(_) | ApiError::NotFound(_))) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The ledger was restored, and the kit has signed that: people are told.
pub(super) fn tell_resumed(context: &Context, resume: &Resume) {
    note(&context.say("error-ledger-resumed", &[("at", &resume.at.to_string())]));
}

pub(super) async fn logout(context: &Context) -> Result<(), Failure> {
    let at = context.at().await?;
    client::signing_in::sign_out(&at.api, &at.place).await?;
    context.tell("cli-signed-out", &[]);
    if context.json {
        return done(context);
    }
    Ok(())
}
