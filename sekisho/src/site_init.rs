//! What is done to a site at its own machine, while its gateway does not run: beginning it, and what
//! the recovery kit is for.

use std::path::Path;

use engine::{Clock, Engine, KitError, NewSite, SiteConfig, found_site};
use ids::NonEmpty;
use serde_json::json;
use vault::Kit;
use vault::kit::Sheet;

use crate::cli::InitArgs;
use crate::config::{
    Certificates, ConfigError, ConfigFile, FILE, FilesFile, RelayWay, read_passphrase,
};
use crate::context::{Context, print};
use crate::failure::{Failure, Kind};
use crate::{qr, verbs};

/// The certificate of the site's CA, in the site's folder: for the hospital's computers. It is public.
const CA_FILE: &str = "ca.pem";

/// `sekisho site init`
pub(crate) async fn run(context: &Context, args: &InitArgs) -> Result<(), Failure> {
    let file = ConfigFile {
        site: args.id.clone(),
        listen: args.listen,
        engineers_name: args.engineers_name.clone(),
        console_name: args.console_name.clone(),
        engineers_address: args.engineers_address.clone(),
        console_address: args.console_address.clone(),
        dangerous_key_beside_data: args.dangerous_key_beside_data,
        relay_way: RelayWay::default(),
        certificates: Certificates::default(),
        files: FilesFile::default(),
        log_out: None,
        foreign_logs: None,
        metrics: None,
    };
    let unlock = match &args.passphrase_file {
        Some(path) => read_passphrase(path)?,
        None => file.unlock(&args.dir, None)?,
    };
    let lan = NonEmpty::from_vec(args.lan.clone()).map_err(Failure::internal)?;
    let new = NewSite {
        config: file.resolve(&args.dir),
        name: args.name.clone(),
        lan,
        level: args.ledger_level,
    };
    let text = toml::to_string(&file).map_err(Failure::internal)?;
    let founded = {
        let new = new.clone();
        blocking(move || {
            let founded = found_site(&new, &unlock, &Clock::system()).map_err(Failure::failed)?;
            let dir = &new.config.dir;
            client::keep::replace_private(dir, FILE, text.as_bytes())?;
            let kit = verbs::kit::signer(&founded.kit, &new.config.site)?;
            let key = format!("{}\n", kit.verifier());
            client::keep::replace_private(dir, verbs::kit::KIT_KEY_FILE, key.as_bytes())?;
            client::keep::replace_private(dir, CA_FILE, founded.ca.as_bytes())?;
            Ok(founded)
        })
        .await?
    };
    let sheets = sheets(&founded.kit, &new)?;
    if let Some(path) = &args.kit_out {
        client::keep::write_new_private(path, sheets.join("\n\x0c\n").as_bytes())
            .map_err(|cause| Failure::unwritable(path, &cause))?;
    }
    let ca = new.config.dir.join(CA_FILE).display().to_string();
    if context.json {
        let kit = match &args.kit_out {
            Some(path) => json!({"written": path.display().to_string()}),
            None => {
                json!({"sheets": sheets.iter().map(|sheet| sheet.as_str()).collect::<Vec<_>>()})
            }
        };
        return context.show(
            &json!({"site": new.config.site, "ca": ca, "setup": *founded.setup, "link": *founded.link, "site_key": founded.site_vkey, "kit": kit}),
            |_| Vec::new(),
        );
    }
    match &args.kit_out {
        Some(path) => context.tell("cli-kit-written", &[("path", &path.display().to_string())]),
        None => sheets.iter().for_each(|sheet| print(sheet)),
    }
    context.tell(
        "cli-site-founded",
        &[
            ("site", new.config.site.as_str()),
            ("key", &founded.site_vkey),
        ],
    );
    print(&founded.setup);
    context.tell("cli-join-link", &[]);
    print(&founded.link);
    qr::drawn(&founded.link).iter().for_each(|line| print(line));
    context.tell("cli-site-ca", &[("path", &ca)]);
    Ok(())
}

/// The two sheets of the kit, to be printed. One pair only: sheets of two pairs do not fit.
fn sheets(kit: &Kit, new: &NewSite) -> Result<Vec<String>, Failure> {
    let sheet = Sheet {
        site: &new.config.site,
        name: &new.name,
        made: client::now(),
    };
    let halves = kit.halves().map_err(Failure::internal)?;
    Ok(halves
        .iter()
        .map(|half| half.page(&sheet).to_string())
        .collect())
}

/// `sekisho site recover-person`: on the kit's word, an invitation to new factors that works after
/// 24 hours.
pub(crate) async fn recover_person(
    context: &Context,
    dir: &Path,
    login: &str,
    kit: Kit,
) -> Result<(), Failure> {
    let (dir, login) = (dir.to_owned(), login.to_owned());
    let invited = blocking(move || {
        with_engine(&dir, |engine, runtime| {
            runtime
                .block_on(engine.recover_person(&kit, &login))
                .map_err(Failure::from)
        })
    })
    .await?;
    context.show(
        &json!({"invitation": invited.invitation, "text": invited.text, "link": invited.link}),
        |context| {
            vec![
                context.say(
                    "cli-person-recovers",
                    &[("invitation", &invited.invitation.to_string())],
                ),
                invited.text.clone(),
                invited.link.clone(),
            ]
        },
    )
}

/// `sekisho site resume`: on the kit's word, a restored ledger goes on.
pub(crate) async fn resume(context: &Context, dir: &Path, kit: Kit) -> Result<(), Failure> {
    let dir = dir.to_owned();
    let resumed = blocking(move || {
        let (config, unlock) = read(&dir)?;
        engine::accept_restored(&config, &unlock, &kit).map_err(Failure::from)?;
        with_engine(&dir, |engine, runtime| {
            runtime
                .block_on(engine.resume_ledger(&kit))
                .map_err(Failure::from)
        })
    })
    .await?;
    let size = resumed.new.size.to_string();
    context.show(
        &json!({"counter": resumed.counter, "size": resumed.new.size}),
        |context| vec![context.say("cli-ledger-resumed", &[("size", &size)])],
    )
}

fn read(dir: &Path) -> Result<(SiteConfig, vault::Unlock), Failure> {
    let file = ConfigFile::read(dir)?;
    let passphrase = std::env::var_os("SEKISHO_PASSPHRASE_FILE");
    let unlock = file.unlock(dir, passphrase.as_deref().map(Path::new))?;
    Ok((file.resolve(dir), unlock))
}

/// Opens the site, acts, and stops it in order.
fn with_engine<T>(
    dir: &Path,
    act: impl FnOnce(&Engine, &tokio::runtime::Runtime) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (config, unlock) = read(dir)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::internal)?;
    let engine = Engine::open(config, &unlock, Clock::system()).map_err(Failure::failed)?;
    let done = act(&engine, &runtime);
    engine.stop();
    done
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Failure::internal)?
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        match &error {
            ConfigError::Unreadable { path, cause } => Self::unreadable(path, cause),
            ConfigError::Tpm(cause) => cause.into(),
            ConfigError::Malformed { .. }
            | ConfigError::NoPassphrase
            | ConfigError::KindUnknown { .. }
            | ConfigError::RiskUnsaid
            | ConfigError::LogOutFile { .. }
            | ConfigError::LogOutRoots
            | ConfigError::LogOutHalf
            | ConfigError::MetricsBeyondLoopback(_)
            | ConfigError::LogOutCertificate(_)
            | ConfigError::Keys(_) => Self::failed(error),
        }
    }
}

impl From<KitError> for Failure {
    fn from(error: KitError) -> Self {
        match error {
            KitError::Refused(refusal) => {
                Self::refused(refusal.reasons.iter().map(engine::said).collect())
            }
            KitError::Nobody(_) => Self {
                kind: Kind::NotFound,
                ..Self::failed(error)
            },
            other @ (KitError::OtherKit(_)
            | KitError::Damaged
            | KitError::Proof(_)
            | KitError::NoRandomness) => Self::failed(other),
        }
    }
}
