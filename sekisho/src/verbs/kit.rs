//! The recovery kit's two halves: typed from paper, never echoed, never written anywhere.

use std::io::IsTerminal;
use std::path::Path;

use ids::{SiteId, Timestamp};
use ledger::note::SignedNote;
use ledger::{Signer, Verifier, resume};
use vault::Kit;
use wire::Said;
use zeroize::Zeroizing;

use crate::context::{Context, line, note};
use crate::failure::{Failure, Kind};

/// Letters and digits of one half.
const HALF: usize = 90;
/// Lines read for one half at most: three are printed.
const LINES: usize = 20;
/// Bytes of a half as somebody may type it: its letters, and as much again for spaces and line ends.
const LONGEST_TYPED: usize = 1024;

/// Reads both halves, from the terminal without echo or from standard input.
pub(crate) fn read(context: &Context) -> Result<Kit, Failure> {
    let first = half(context, "cli-kit-first-half")?;
    let second = half(context, "cli-kit-second-half")?;
    Kit::from_halves(&first, &second).map_err(|cause| {
        Failure::of(
            Kind::Usage,
            Said::plain("cli-kit-unreadable").with("cause", cause),
        )
    })
}

fn half(context: &Context, prompt: &str) -> Result<Zeroizing<String>, Failure> {
    note(&context.say(prompt, &[]));
    // Room for all of it at once: text that grows leaves copies behind that nobody wipes.
    let mut half = Zeroizing::new(String::with_capacity(LONGEST_TYPED));
    for _ in 0..LINES {
        if half.chars().filter(|c| c.is_alphanumeric()).count() >= HALF {
            break;
        }
        let typed = if std::io::stdin().is_terminal() {
            rpassword::prompt_password("> ")
        } else {
            line()
        };
        let typed = Zeroizing::new(typed.map_err(Failure::internal)?);
        if typed.is_empty() && !half.is_empty() {
            break;
        }
        half.push_str(&typed);
        half.push('\n');
    }
    Ok(half)
}

/// The key with which the kit signs statements about this site.
pub(crate) fn signer(kit: &Kit, site: &SiteId) -> Result<Signer, Failure> {
    let seed = kit.signing_seed();
    Signer::ed25519(&resume::kit_name(site), seed.as_bytes()).map_err(Failure::internal)
}

/// The kit's word that the isolation which began at `since` may be lifted: good for that one alone.
pub(crate) fn lift(kit: &Kit, site: &SiteId, since: Timestamp) -> Result<String, Failure> {
    let text = engine::lift_text(site, since);
    let note = SignedNote::sign(&text, &signer(kit, site)?, since).map_err(Failure::internal)?;
    Ok(note.to_string())
}

/// `sekisho site kit test`: whether the halves on paper are this site's kit. Nothing is exposed, and
/// nothing leaves this computer.
pub(crate) fn test(context: &Context, given: Option<&str>) -> Result<(), Failure> {
    let expected = expected(context, given)?;
    let kit = read(context)?;
    let site = site_of(&expected)?;
    if *signer(&kit, &site)?.verifier() != expected {
        return Err(Failure::new(Kind::NotVerified, "cli-kit-of-another-site"));
    }
    let id = kit.id().to_string();
    context.show(
        &serde_json::json!({"kit": id, "site": site, "fits": true}),
        |context| vec![context.say("cli-kit-fits", &[("site", site.as_str()), ("kit", &id)])],
    )
}

/// The kit's public key: as given, from the site directory, or as it was pinned at joining.
fn expected(context: &Context, given: Option<&str>) -> Result<Verifier, Failure> {
    if let Some(given) = given {
        return Ok(client::verify::key(given)?);
    }
    match context.site_dir() {
        Some(dir) => Ok(client::verify::key(&kit_key_file(dir).to_string_lossy())?),
        None => Ok(context.membership()?.pinned().kit_key.clone()),
    }
}

/// What holds the kit's public key in a site directory.
pub(crate) const KIT_KEY_FILE: &str = "kit.vkey";

/// Where a site directory holds the kit's public key.
pub(crate) fn kit_key_file(dir: &Path) -> std::path::PathBuf {
    dir.join(KIT_KEY_FILE)
}

/// Whose kit a key is, from its name (`sekisho/SITE/kit`).
fn site_of(key: &Verifier) -> Result<SiteId, Failure> {
    let site = key
        .name()
        .strip_prefix("sekisho/")
        .and_then(|rest| rest.strip_suffix("/kit"))
        .and_then(|site| site.parse().ok());
    site.ok_or_else(|| {
        Failure::of(
            Kind::Usage,
            Said::plain("cli-not-a-key")
                .with("text", key.name())
                .with("cause", "sekisho/SITE/kit"),
        )
    })
}
