//! `sekisho browse`: the site's pages in a browser on this computer, under the device's certificate.

use std::process::{Command, Stdio};

use client::ApiError;
use client::browse::{
    AtTheDoor, BROWSERS, BrowseError, LocalDoor, Notice, Says, Sentence, Site, Why,
};
use client::connect::{ListenError, told_to_stop};
use phrases::{Language, say};

use crate::cli::BrowseArgs;
use crate::context::{Context, inert_lines, note, print};
use crate::failure::{Failure, Kind};

/// Serves this computer's browser until it is told to stop. The ledger is looked at before and after by
/// whoever has also signed in at the command line: a browser's sign-in is none of a program's.
pub(super) async fn browse(context: &Context, args: BrowseArgs) -> Result<(), Failure> {
    if context.site_dir().is_some() {
        // The certificate is a device's: whoever is at the local socket has none.
        return Err(Failure::new(Kind::Usage, "cli-browse-not-local"));
    }
    let membership = context.membership()?;
    let site = Site::of(&membership, context.from_address)?;
    look(context).await?;
    let door = LocalDoor::bind(args.port.unwrap_or_default()).await?;
    let stop = async {
        // A signal that cannot be waited for ends it at once.
        let _ = told_to_stop().await;
    };
    invite(context, membership.site().as_str(), &door);
    if !args.no_open {
        open(door.link());
    }
    door.serve(site, says(context.language), stop, |event| {
        tell(context, event);
    })
    .await;
    look(context).await
}

async fn look(context: &Context) -> Result<(), Failure> {
    let at = context.at().await?;
    match at.api.token() {
        Some(_) => super::connecting::vouch(context, &at).await,
        None => Ok(()),
    }
}

fn invite(context: &Context, site: &str, door: &LocalDoor) {
    if context.json {
        let ready = serde_json::json!({"listening": door.address(), "link": door.link()});
        print(&ready.to_string());
    } else {
        print(&context.say("cli-browse-link", &[("site", site)]));
        print(door.link());
    }
    note(&context.say("cli-browse-ends", &[]));
}

/// Opens the link in the browser that this computer's user prefers. It was printed: whoever has none,
/// or another one, uses it by hand. Others on this computer may see it go by; they are not served.
fn open(link: &str) {
    let there = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if there("DISPLAY") || there("WAYLAND_DISPLAY") {
        "xdg-open"
    } else {
        return;
    };
    let mut command = Command::new(program);
    command.arg(link);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Ok(mut child) = command.spawn() {
        std::thread::spawn(move || child.wait());
    }
}

fn says(language: Language) -> Says {
    Says::new(language.tag(), move |notice| sentence(language, notice))
}

fn sentence(language: Language, notice: Notice) -> Sentence {
    let word = |id| say(language, id, &[]);
    match notice {
        Notice::Refused(why) => Sentence {
            title: word("browse-refused"),
            text: word(match why {
                Why::OtherName => "browse-other-name",
                Why::OtherSite => "browse-other-site",
                Why::NotOpened => "browse-not-opened",
                Why::UsedLink => "browse-used-link",
                Why::NotAPage => "browse-not-a-page",
            }),
        },
        Notice::Over => super::consoles::over(language),
        Notice::Unreachable(error) => Sentence {
            title: word("browse-unreachable"),
            text: unreachable(language, error),
        },
    }
}

fn unreachable(language: Language, error: ApiError) -> String {
    let cause = Failure::from(error).text(language);
    let what_to_do = say(language, "browse-unreachable-what-to-do", &[]);
    format!("{cause}\n{what_to_do}")
}

fn tell(context: &Context, event: AtTheDoor) {
    match event {
        AtTheDoor::Stranger(_) => note(&context.say("error-other-user", &[])),
        AtTheDoor::Full => {
            let count = BROWSERS.to_string();
            note(&context.say("cli-browse-full", &[("count", &count)]));
        }
        AtTheDoor::Opened => note(&context.say("cli-browse-opened", &[])),
        AtTheDoor::Lost(text) => note(&inert_lines(&text)),
        AtTheDoor::Reached => note(&context.say("cli-browse-reached", &[])),
    }
}

impl From<BrowseError> for Failure {
    fn from(error: BrowseError) -> Self {
        match error {
            BrowseError::Listen(ListenError::OwnersUnknown) => {
                Self::new(Kind::Failed, "cli-browse-owners-unknown")
            }
            BrowseError::Listen(error) => error.into(),
            BrowseError::Keep(error) => error.into(),
        }
    }
}
