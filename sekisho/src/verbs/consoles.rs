//! Web consoles: one opened for the browser of this computer, how one is known, what may be done inside.

use std::net::{Ipv4Addr, SocketAddr};

use client::browse::{AtTheDoor, BROWSERS, Notice, Says, Sentence, Why};
use client::connect::{Errand, open, told_to_stop};
use client::console::ConsoleDoor;
use client::{Api, Membership};
use phrases::{Language, say};
use wire::Said;
use wire::api::v1::{Paths, Target, WebShown, WebSignIn, WebTarget, WebTerms, usual_web_host};

use super::connecting::{look, tell_ended, tell_opened};
use crate::cli::TargetAdd;
use crate::context::{Context, inert, note, print};
use crate::failure::{Failure, Kind};

/// Opens a session at a console, and serves this computer's browser until it is over.
pub(super) async fn serve(
    context: &Context,
    membership: &Membership,
    api: &Api,
    errand: &Errand,
    listen: Option<SocketAddr>,
) -> Result<(), Failure> {
    let of_target = |id| Said::plain(id).with("target", &errand.target);
    let usage = |id| Failure::of(Kind::Usage, of_target(id));
    let listen = listen.ok_or_else(|| usage("cli-web-needs-listen"))?;
    if listen.ip() != Ipv4Addr::LOCALHOST {
        return Err(usage("cli-web-only-127"));
    }
    look(context, membership, api).await?;
    // Its name, and not what was typed: pages get their origin from it.
    let targets = api.targets().await?;
    let named = |listed: &&Target| client::connect::named(listed, &errand.target);
    let target = targets.iter().find(named).map(|listed| listed.name.clone());
    let target = target.ok_or_else(|| Failure::new(Kind::NotFound, "reason-not-found"))?;
    let door = ConsoleDoor::bind(&target, listen.port()).await?;
    let session = open(membership, errand, context.now()).await?;
    let terms = session.terms.clone();
    tell_opened(context, &target, &terms);
    invite(context, &target, &door);
    let stop = async {
        // A signal that cannot be waited for ends it at once.
        let _ = told_to_stop().await;
    };
    let says = says(context.language);
    door.serve(session, says, stop, |event| tell(context, event))
        .await;
    tell_ended(
        context,
        client::connect::how_it_ended(api, &terms.session).await,
    );
    look(context, membership, api).await
}

fn invite(context: &Context, target: &str, door: &ConsoleDoor) {
    if context.json {
        let ready = serde_json::json!({"listening": door.address(), "link": door.link()});
        print(&ready.to_string());
    } else {
        print(&context.say("cli-web-link", &[("target", target)]));
        print(door.link());
    }
    note(&context.say("cli-web-ends", &[]));
}

fn says(language: Language) -> Says {
    Says::new(language.tag(), move |notice| match notice {
        Notice::Refused(why) => Sentence {
            title: say(language, "browse-refused", &[]),
            text: say(language, sentence(why), &[]),
        },
        Notice::Unreachable(_) | Notice::Over => over(language),
    })
}

fn sentence(why: Why) -> &'static str {
    match why {
        Why::OtherName => "door-other-name",
        Why::OtherSite => "door-other-site",
        Why::NotOpened => "door-not-opened",
        Why::UsedLink => "door-used-link",
        Why::NotAPage => "browse-not-a-page",
    }
}

/// The page of a session that is over.
pub(super) fn over(language: Language) -> Sentence {
    Sentence {
        title: say(language, "web-over", &[]),
        text: say(language, "web-over-text", &[]),
    }
}

fn tell(context: &Context, event: AtTheDoor) {
    match event {
        AtTheDoor::Stranger(_) => note(&context.say("error-other-user", &[])),
        AtTheDoor::Full => {
            let count = BROWSERS.to_string();
            note(&context.say("cli-browse-full", &[("count", &count)]));
        }
        AtTheDoor::Opened => note(&context.say("cli-web-opened", &[])),
        AtTheDoor::Lost(text) => note(&inert(&text)),
        AtTheDoor::Reached => note(&context.say("cli-browse-reached", &[])),
    }
}

/// How a console is known and entered, of what was typed; `None` for a target of another kind.
pub(super) fn registered(args: &TargetAdd) -> Result<Option<WebTarget>, Failure> {
    if args.protocol != "http" {
        return Ok(None);
    }
    let sign_in = match (&args.user, &args.header, &args.sign_in_page) {
        (_, Some(name), _) => WebSignIn::Header { name: name.clone() },
        (Some(user), None, Some(page)) => WebSignIn::Form {
            user: user.clone(),
            page: page.clone(),
        },
        (Some(user), None, None) => WebSignIn::Basic { user: user.clone() },
        (None, None, _) => WebSignIn::Nothing {},
    };
    let server = super::databases::identity(args.server.clone())?;
    let host = args.host.clone();
    Ok(Some(WebTarget {
        host: host.unwrap_or_else(|| usual_web_host(&args.address, &server)),
        server,
        sign_in,
    }))
}

/// Of a target in a list: by what it is known, and with what it is signed in at.
pub(super) fn console_texts(context: &Context, target: &Target) -> Vec<String> {
    let Some(known) = &target.web else {
        return Vec::new();
    };
    let WebShown {
        server,
        host,
        sign_in,
        secret,
        ..
    } = known;
    let there = context.say(
        if *secret {
            "secret-password"
        } else {
            "secret-none"
        },
        &[],
    );
    let sign_in = match sign_in {
        WebSignIn::Nothing {} => context.say("target-web-sign-in-nothing", &[]),
        WebSignIn::Basic { user } => {
            let args = [("user", user.as_str()), ("secret", &there)];
            context.say("target-web-sign-in-basic", &args)
        }
        WebSignIn::Header { name } => {
            let args = [("name", name.as_str()), ("secret", &there)];
            context.say("target-web-sign-in-header", &args)
        }
        WebSignIn::Form { user, page } => {
            let args = [("user", user.as_str()), ("secret", &there), ("page", page)];
            context.say("target-web-sign-in-form", &args)
        }
    };
    let server = super::databases::server_text(context, server);
    vec![host.clone(), server, sign_in]
}

/// What may be done inside, in one line.
pub(super) fn terms_line(context: &Context, terms: &WebTerms) -> String {
    let write = if terms.write {
        "data-may-change"
    } else {
        "data-is-read"
    };
    let paths = match &terms.paths {
        Paths::Anywhere => context.say("web-any-path", &[]),
        Paths::Under(paths) => {
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            paths.join(" ")
        }
    };
    let args = [
        ("write", context.say(write, &[])),
        ("paths", paths),
        ("bytes", terms.most_bytes_out.to_string()),
    ];
    format!("    {}", context.say_of("terms-web-line", &args))
}
