//! The beginning of a site: keys, recovery kit, first entries, and the invitation of the first person.
//! No default account or secret exists, before or after (invariant 2, lesson L13).

use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::PathBuf;

use access::{Command, Event, Founding, InvitationFor, Site};
use ids::NonEmpty;
use ipnet::IpNet;
use ledger::Verifier;
use ledger::note::Algorithm;
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
}

/// What is handed to the founders, once.
#[derive(Debug)]
pub struct Founded {
    /// The recovery kit: to be printed, tested and sealed.
    pub kit: Kit,
    /// The invitation with which the first person sets up their factors.
    pub setup: Zeroizing<String>,
    /// The site's verifier key, for receipts.
    pub site_vkey: String,
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
    let NewSite { config, name, lan } = new;
    let SiteConfig { site: id, dir, .. } = config;
    make_empty(dir)?;
    let now = clock.now();
    let ca = SiteCa::generate(id, now)?;
    let kit = Kit::generate()?;
    let keys = Keys::generate(CaKey::from_pkcs8(ca.key_pkcs8().to_vec()))?;
    let mut keys = KeyStore::create(&dir.join(FILE_NAME), id, unlock, keys)?;
    keys.put_other(CA_CERTIFICATE, Zeroizing::new(ca.certificate().to_vec()))?;
    let public = kit.public();
    keys.put_other(KIT_PUBLIC, Zeroizing::new(public.signing.to_vec()))?;
    let signer = site_signer(id, &keys)?;
    let kit_key = Verifier::new(
        &ledger::resume::kit_name(id),
        Algorithm::Ed25519,
        public.signing,
    )
    .map_err(|cause| OpenSiteError::BadKey(cause.to_string()))?;
    let founding = Founding {
        name: name.clone(),
        engineers_name: config.engineers_name.clone(),
        console_name: config.console_name.clone(),
        lan: lan.clone(),
        site_vkey: signer.verifier().to_string(),
        kit_vkey: kit_key.to_string(),
        kit_seal: public.recording.to_string(),
        ca: ca.fingerprint(),
        own: vec![config.listen],
    };
    let mut site = Site::empty(id.clone());
    let mut entries = Vec::new();
    let events = site.found(founding, now)?;
    enter(&mut site, events, now, &mut entries)?;

    let mut secret = vec![0; SECRET];
    getrandom::fill(&mut secret).map_err(|_| FoundSiteError::NoRandomness)?;
    let until = now.plus(SETUP_VALID);
    let invite = Command::Invite {
        purpose: InvitationFor::FirstPerson,
        secret: crate::invite::digest_of(&secret),
        until,
    };
    let decided = access::decide(&site, &crate::gateway_caller(), invite, now)?;
    let access::Outcome::Invitation(invitation) = decided.outcome else {
        return Err(FoundSiteError::Ledger("no invitation was made".to_owned()));
    };
    enter(&mut site, decided.events, now, &mut entries)?;

    let store = Store::create(dir, id, signer.verifier())?;
    let sign = |checkpoint: &ledger::Checkpoint| {
        ledger::checkpoint::sign(checkpoint, &signer)
            .map(|note| note.to_string())
            .unwrap_or_default()
    };
    store
        .append(0, &entries, sign)
        .map_err(|cause| FoundSiteError::Ledger(cause.to_string()))?;
    store
        .close()
        .map_err(|cause| FoundSiteError::Ledger(cause.to_string()))?;
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
        setup: Zeroizing::new(setup.to_string()),
        site_vkey: signer.verifier().to_string(),
    })
}

fn make_empty(dir: &PathBuf) -> Result<(), FoundSiteError> {
    let failed = |cause| FoundSiteError::Directory {
        dir: dir.clone(),
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
        Some(_) => Err(FoundSiteError::NotEmpty(dir.clone())),
    }
}

fn enter(
    site: &mut Site,
    events: Vec<Event>,
    now: ids::Timestamp,
    entries: &mut Vec<Vec<u8>>,
) -> Result<(), FoundSiteError> {
    for entry in site.enter(&crate::gateway_caller(), events, now) {
        site.apply(&entry)
            .map_err(|cause| FoundSiteError::Ledger(cause.to_string()))?;
        let bytes = ledger::canonical::to_vec(&entry)
            .map_err(|cause| FoundSiteError::Ledger(cause.to_string()))?;
        entries.push(bytes);
    }
    Ok(())
}
