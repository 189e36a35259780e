//! `sekisho site tpm`: has this machine's TPM keep the passphrase of the key store, beside whoever knows it.

use std::path::Path;

use ids::SiteId;
use serde_json::json;
use vault::tpm::{self, Tpm};
use vault::{KeyStore, TpmError, Unlock, keystore};
use wire::Said;
use zeroize::Zeroizing;

use super::site::{done, site_dir};
use crate::cli::TpmVerb;
use crate::config::{ConfigFile, read_passphrase};
use crate::context::Context;
use crate::failure::{Failure, Kind};
use crate::site_init::blocking;

pub(super) async fn run(context: &Context, verb: TpmVerb) -> Result<(), Failure> {
    let dir = site_dir(context)?.to_owned();
    match verb {
        TpmVerb::Seal { passphrase_file } => {
            let unlock = match passphrase_file {
                Some(path) => read_passphrase(&path)?,
                None => {
                    let typed = context.ask_secret("cli-ask-key-passphrase")?;
                    Unlock::Passphrase(Zeroizing::new(typed.reveal().to_owned()))
                }
            };
            blocking(move || seal(&dir, &unlock)).await?;
            context.show(&json!({"kept": true}), |context| {
                vec![context.say("cli-tpm-sealed", &[])]
            })
        }
        TpmVerb::Test => {
            blocking(move || answers(&dir)).await?;
            context.show(&json!({"opens": true}), |context| {
                vec![context.say("cli-tpm-opens", &[])]
            })
        }
        TpmVerb::Forget => {
            blocking(move || Ok(tpm::forget(&dir)?)).await?;
            done(context)
        }
    }
}

/// What it is to keep opens the key store: proved before, and after.
fn seal(dir: &Path, unlock: &Unlock) -> Result<(), Failure> {
    let site = ConfigFile::read(dir)?.site;
    opens(dir, &site, unlock)?;
    let Unlock::Passphrase(passphrase) = unlock else {
        return Err(Failure::new(Kind::Usage, "cli-nothing-entered"));
    };
    Tpm::of_this_machine().keep(dir, &site, passphrase)?;
    gives_what_opens(dir, &site)
}

/// Whether the TPM gives what opens the key store.
pub(super) fn answers(dir: &Path) -> Result<(), Failure> {
    let site = ConfigFile::read(dir)?.site;
    if !tpm::is_kept(dir) {
        return Err(Failure::new(Kind::NotFound, "cli-tpm-keeps-nothing"));
    }
    gives_what_opens(dir, &site)
}

fn gives_what_opens(dir: &Path, site: &SiteId) -> Result<(), Failure> {
    let passphrase = Tpm::of_this_machine().passphrase(dir, site)?;
    opens(dir, site, &Unlock::Passphrase(passphrase))
}

fn opens(dir: &Path, site: &SiteId, unlock: &Unlock) -> Result<(), Failure> {
    let opened = KeyStore::open(&dir.join(keystore::FILE_NAME), site, unlock);
    opened.map(drop).map_err(Failure::failed)
}

impl From<TpmError> for Failure {
    fn from(error: TpmError) -> Self {
        Self::from(&error)
    }
}

impl From<&TpmError> for Failure {
    fn from(error: &TpmError) -> Self {
        let id = match error {
            TpmError::NoTools => "tpm-no-tools",
            TpmError::NoTpm { .. } => "tpm-none",
            TpmError::Another { .. } => "tpm-another",
            TpmError::OwnersPassword => "tpm-owners-password",
            TpmError::Lockout { .. } => "tpm-lockout",
            TpmError::Silent => "tpm-silent",
            TpmError::Damaged { .. } => "tpm-damaged",
            TpmError::Failed { .. } => "tpm-failed",
            TpmError::File(_) | TpmError::NoRandomness(_) => return Self::failed(error),
        };
        Self::of(Kind::Failed, Said::plain(id).with("cause", error))
    }
}
