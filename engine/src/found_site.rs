//! The beginning of a site: keys, recovery kit, first entries, and the invitation of the first person.
//! No default account or secret exists, before or after (invariant 2, lesson L13).

use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use access::{Command, Event, Founding, InvitationFor, Site};
use ids::{InvitationId, NonEmpty, Timestamp};
use ipnet::IpNet;
use ledger::note::Algorithm;
use ledger::{Signer, Verifier};
use store::Store;
use tunnel::SiteCa;
use vault::keystore::{CaKey, FILE_NAME};
use vault::{KeyStore, Keys, Kit, Unlock};
use wire::{Invitation, Purpose, SecretBytes};
use zeroize::Zeroizing;

use crate::open_site::{CA_CERTIFICATE, KIT_PUBLIC, site_signer};
use crate::{Clock, OpenSiteError, SiteConfig};

/// How long the first person has: one hour.
const SETUP_VALID: std::time::Duration = std::time::Duration::from_secs(3600);

/// Bytes of the setup code's secret.
const SECRET: usize = 32;

/// A site as it is to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSite {
    /// How it is reached and where it lies.
    pub config: SiteConfig,
    /// What the hospital is called.
    pub name: String,
    /// From where the hospital's own people come.
    pub lan: NonEmpty<IpNet>,
    /// The level of its ledger (decision 0019): the newest, unless the release before must read it.
    pub level: u16,
}

/// What is handed to the founders, once.
pub struct Founded {
    /// The recovery kit: to be printed, tested and sealed.
    pub kit: Kit,
    /// The invitation with which the first person sets up their factors.
    pub setup: Zeroizing<String>,
    /// The same as a link, for a browser.
    pub link: Zeroizing<String>,
    /// The site's verifier key, for receipts.
    pub site_vkey: String,
    /// The certificate of the site's CA, PEM: public, for the computers whose browsers shall believe it.
    pub ca: String,
}

impl std::fmt::Debug for Founded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Founded({})", self.site_vkey)
    }
}

/// Why a site was not founded.
#[derive(Debug, thiserror::Error)]
pub enum FoundSiteError {
    /// The directory is in use.
    #[error("{} is not empty: choose a new directory", .0.display())]
    NotEmpty(PathBuf),
    /// The directory cannot be made.
    #[error("{}: {cause}", dir.display())]
    Directory {
        /// Which.
        dir: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// There is no randomness.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
    /// The keys.
    #[error(transparent)]
    Keys(#[from] vault::KeyStoreError),
    /// A certificate.
    #[error(transparent)]
    Certificate(#[from] tunnel::CertificateError),
    /// The store.
    #[error(transparent)]
    Store(#[from] store::CreateError),
    /// Something else of the site.
    #[error(transparent)]
    Open(#[from] OpenSiteError),
    /// What was given does not make a site.
    #[error(transparent)]
    Refused(#[from] access::Refusal),
    /// The first entries could not be made.
    #[error("the ledger cannot be written: {0}")]
    Ledger(String),
}

impl From<vault::NoRandomness> for FoundSiteError {
    fn from(_: vault::NoRandomness) -> Self {
        Self::NoRandomness
    }
}

/// Makes a new site in an empty directory.
///
/// # Errors
/// Names what stands in the way. A directory that was begun is left as it is, to be looked at and
/// removed; it is not a site.
pub fn found_site(
    new: &NewSite,
    unlock: &Unlock,
    clock: &Clock,
) -> Result<Founded, FoundSiteError> {
    let config = &new.config;
    let id = &config.site;
    make_empty(&config.dir)?;
    let now = clock.now();
    let ca = SiteCa::generate(id, now)?;
    let kit = Kit::generate()?;
    let signer = site_signer(id, &keep_keys(config, unlock, &ca, &kit)?)?;
    let mut beginning = Beginning {
        site: Site::empty(id.clone()),
        entries: Vec::new(),
        now,
    };
    let founding = founding(new, &signer, &ca, &kit)?;
    beginning.enter(beginning.site.found(founding, now)?)?;
    let mut secret = vec![0; SECRET];
    getrandom::fill(&mut secret).map_err(|_| FoundSiteError::NoRandomness)?;
    let until = now.plus(SETUP_VALID);
    if new.level > access::FIRST_LEVEL {
        let level = new.level;
        beginning.enter(vec![Event::SiteUpgraded { level }])?;
    }
    let invitation = beginning.invite_the_first(&secret, until)?;
    beginning.write(&config.dir, &signer)?;
    let setup = Invitation {
        purpose: Purpose::Person,
        site: id.clone(),
        address: config.console_address.clone(),
        name: config.console_name.clone(),
        ca: ca.fingerprint(),
        id: invitation,
        secret: SecretBytes::new(secret),
        until,
    };
    Ok(Founded {
        kit,
        link: Zeroizing::new(setup.link()),
        setup: Zeroizing::new(setup.to_string()),
        site_vkey: signer.verifier().to_string(),
        ca: ca.pem(),
    })
}

/// Makes the site's keys and seals them into its directory, with what the gateway keeps of CA and kit.
fn keep_keys(
    config: &SiteConfig,
    unlock: &Unlock,
    ca: &SiteCa,
    kit: &Kit,
) -> Result<KeyStore, FoundSiteError> {
    let keys = Keys::generate(CaKey::from_pkcs8(ca.key_pkcs8().to_vec()))?;
    let mut keys = KeyStore::create(&config.dir.join(FILE_NAME), &config.site, unlock, keys)?;
    keys.put_other(CA_CERTIFICATE, Zeroizing::new(ca.certificate().to_vec()))?;
    keys.put_other(KIT_PUBLIC, Zeroizing::new(kit.public().signing.to_vec()))?;
    Ok(keys)
}

/// What the first entry says of the site.
fn founding(
    new: &NewSite,
    signer: &Signer,
    ca: &SiteCa,
    kit: &Kit,
) -> Result<Founding, FoundSiteError> {
    let NewSite {
        config, name, lan, ..
    } = new;
    let public = kit.public();
    let kit_name = ledger::resume::kit_name(&config.site);
    let kit_key = Verifier::new(&kit_name, Algorithm::Ed25519, public.signing)
        .map_err(|cause| OpenSiteError::BadKey(cause.to_string()))?;
    Ok(Founding {
        name: name.clone(),
        engineers_name: config.engineers_name.clone(),
        console_name: config.console_name.clone(),
        lan: lan.clone(),
        site_vkey: signer.verifier().to_string(),
        kit_vkey: kit_key.to_string(),
        kit_seal: public.recording.to_string(),
        ca: ca.fingerprint(),
        own: vec![config.listen],
    })
}

fn make_empty(dir: &Path) -> Result<(), FoundSiteError> {
    let failed = |cause| FoundSiteError::Directory {
        dir: dir.to_owned(),
        cause,
    };
    // The site's directory is its owner's alone from its first moment.
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(failed)?;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700)).map_err(failed)?;
    let mut there = std::fs::read_dir(dir).map_err(failed)?;
    match there.next() {
        None => Ok(()),
        Some(_) => Err(FoundSiteError::NotEmpty(dir.to_owned())),
    }
}

/// The first entries, before there is a ledger that holds them.
struct Beginning {
    site: Site,
    entries: Vec<Vec<u8>>,
    now: Timestamp,
}

impl Beginning {
    fn enter(&mut self, events: Vec<Event>) -> Result<(), FoundSiteError> {
        for entry in self.site.enter(&crate::gateway_caller(), events, self.now) {
            self.site.apply(&entry).map_err(not_written)?;
            let bytes = ledger::canonical::to_vec(&entry).map_err(not_written)?;
            self.entries.push(bytes);
        }
        Ok(())
    }

    /// The invitation without which nobody could begin.
    fn invite_the_first(
        &mut self,
        secret: &[u8],
        until: Timestamp,
    ) -> Result<InvitationId, FoundSiteError> {
        let invite = Command::Invite {
            purpose: InvitationFor::FirstPerson,
            secret: crate::invite::digest_of(secret),
            until,
        };
        let decided = access::decide(&self.site, &crate::gateway_caller(), invite, self.now)?;
        let access::Outcome::Invitation(invitation) = decided.outcome else {
            return Err(not_written("no invitation was made"));
        };
        self.enter(decided.events)?;
        Ok(invitation)
    }

    fn write(self, dir: &Path, signer: &Signer) -> Result<(), FoundSiteError> {
        let store = Store::create(dir, self.site.id(), signer.verifier())?;
        let sign = |checkpoint: &ledger::Checkpoint| {
            ledger::checkpoint::sign(checkpoint, signer)
                .map(|note| note.to_string())
                .unwrap_or_default()
        };
        store.append(0, &self.entries, sign).map_err(not_written)?;
        store.close().map_err(not_written)
    }
}

fn not_written(cause: impl ToString) -> FoundSiteError {
    FoundSiteError::Ledger(cause.to_string())
}
