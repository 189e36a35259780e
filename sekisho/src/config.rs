//! `site.toml`: the file as it is written, and the truth that is resolved from it.

mod file;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use engine::{FileChecks, FileRules, LogOut, LogStyle, SiteConfig, TargetRules};
use quarantine::{Scanner, Socket};
use tunnel::link::{Via, Wrap};
use vault::Unlock;
use vault::keystore::CREDENTIAL_NAME;
use zeroize::Zeroizing;

use crate::gateway::{WayOut, Web};

pub(crate) use file::{
    AcmeTerms, Certificates, ConfigFile, FilesFile, LogOutForm, PemFiles, RelayWay, TargetFiles,
    WebSource, Wrapping,
};

/// The file's name in the site's directory.
pub(crate) const FILE: &str = "site.toml";

/// The port of syslog over TLS (RFC 5425).
const SYSLOG_OVER_TLS: u16 = 6514;
/// The enterprise number that is kept for examples (RFC 5612).
const FOR_EXAMPLES: u32 = 32473;

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("{}: {cause}", path.display())]
    Unreadable {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error("{}: {cause}", path.display())]
    Malformed {
        path: PathBuf,
        cause: Box<toml::de::Error>,
    },
    #[error(
        "the key store needs a passphrase: give --passphrase-file, or a systemd credential named {}",
        CREDENTIAL_NAME
    )]
    NoPassphrase,
    #[error("files.kinds: {unknown:?} is no kind; known are {known}", known = quarantine::KINDS.join(", "))]
    KindUnknown { unknown: String },
    #[error(
        "files.dangerous_unchecked: say who accepted that nobody looks at files, and until when"
    )]
    RiskUnsaid,
    #[error("log_out: {}: {cause}", path.display())]
    LogOutFile {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error("log_out: roots: no certificate could be read; expected PEM")]
    LogOutRoots,
    #[error("log_out: name both certificate and key, or neither")]
    LogOutHalf,
    #[error("metrics: listen: {0} is no loopback address; expected 127.0.0.1:PORT or [::1]:PORT")]
    MetricsBeyondLoopback(SocketAddr),
    #[error("log_out: {0}")]
    LogOutCertificate(tunnel::PublicError),
    #[error(transparent)]
    Keys(#[from] vault::KeyStoreError),
    #[error(transparent)]
    Tpm(#[from] vault::TpmError),
}

impl ConfigFile {
    /// Reads the file of a site's directory.
    pub(crate) fn read(dir: &Path) -> Result<Self, ConfigError> {
        let path = dir.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(cause) => return Err(ConfigError::Unreadable { path, cause }),
        };
        Self::parse(&text).map_err(|cause| ConfigError::Malformed {
            path,
            cause: Box::new(cause),
        })
    }

    /// What it means, in this directory.
    pub(crate) fn resolve(&self, dir: &Path) -> SiteConfig {
        let port = self.listen.port();
        let at = |address: &Option<String>, name: &str| {
            address.clone().unwrap_or_else(|| format!("{name}:{port}"))
        };
        SiteConfig {
            site: self.site.clone(),
            dir: dir.to_owned(),
            listen: self.listen,
            engineers_name: self.engineers_name.clone(),
            console_name: self.console_name.clone(),
            engineers_address: at(&self.engineers_address, &self.engineers_name),
            console_address: at(&self.console_address, &self.console_name),
        }
    }

    /// How relays are reached.
    pub(crate) fn way_out(&self) -> WayOut {
        WayOut {
            wrap: match self.relay_way.wrap {
                None => Wrap::Bare,
                Some(Wrapping::Tls) => Wrap::Tls,
            },
            via: match &self.relay_way.http_connect {
                None => Via::Direct,
                Some(proxy) => Via::HttpConnect(proxy.clone()),
            },
        }
    }

    /// Where certificates for browsers come from.
    pub(crate) fn web(&self, dir: &Path) -> Web {
        Web {
            certificates: self.certificates.clone(),
            base: dir.to_owned(),
            via: self.way_out().via,
        }
    }

    /// How files are looked at before they pass.
    ///
    /// # Errors
    /// If a kind is none, or nothing says who accepted that files are not looked at.
    pub(crate) fn file_checks(&self) -> Result<FileChecks, ConfigError> {
        let file = &self.files;
        match file.dangerous_unchecked.as_deref().map(str::trim) {
            Some("") => return Err(ConfigError::RiskUnsaid),
            Some(_) => return Ok(FileChecks::DangerouslyUnchecked),
            None => {}
        }
        let clamd = file.clamd.as_deref().map(|at| Scanner::Clamd(socket(at)));
        let hook = file.hook.as_deref().map(|at| Scanner::Hook(socket(at)));
        let targets = file.target.iter();
        let targets = targets.map(|(name, rules)| Ok((name.clone(), target_rules(rules)?)));
        Ok(FileChecks::Quarantine(Box::new(FileRules {
            scanners: clamd.into_iter().chain(hook).collect(),
            dangerous_unscanned_files_pass: file.dangerous_unscanned_files_pass,
            usual: target_rules(&file.usual())?,
            targets: targets.collect::<Result<_, ConfigError>>()?,
        })))
    }

    /// Where numbers are told, if anywhere.
    ///
    /// # Errors
    /// If it is no loopback address: whoever asks there proves nothing.
    pub(crate) fn metrics(&self) -> Result<Option<SocketAddr>, ConfigError> {
        let listen = self.metrics.as_ref().map(|metrics| metrics.listen);
        match listen {
            Some(listen) if !listen.ip().is_loopback() => {
                Err(ConfigError::MetricsBeyondLoopback(listen))
            }
            listen => Ok(listen),
        }
    }

    /// The collector that the ledger is sent to, with what its files hold.
    ///
    /// # Errors
    /// If a file cannot be read or is no certificate.
    pub(crate) fn log_out(&self, dir: &Path) -> Result<Option<LogOut>, ConfigError> {
        let Some(file) = &self.log_out else {
            return Ok(None);
        };
        let read = |path: &PathBuf| {
            let path = dir.join(path);
            std::fs::read(&path).map_err(|cause| ConfigError::LogOutFile { path, cause })
        };
        let roots = read(&file.roots)?;
        if !tunnel::are_roots(&roots) {
            return Err(ConfigError::LogOutRoots);
        }
        let ours = match (&file.certificate, &file.key) {
            (None, None) => None,
            (Some(chain), Some(key)) => {
                let (chain, key) = (read(chain)?, Zeroizing::new(read(key)?));
                let ours = tunnel::ClientCertificate::from_pem(&chain, &key);
                Some(ours.map_err(ConfigError::LogOutCertificate)?)
            }
            (Some(_), None) | (None, Some(_)) => return Err(ConfigError::LogOutHalf),
        };
        Ok(Some(LogOut {
            host: file.host.clone(),
            port: file.port.unwrap_or(SYSLOG_OVER_TLS),
            roots,
            ours,
            style: match file.form {
                LogOutForm::Cef => LogStyle::Cef,
                LogOutForm::Structured => LogStyle::Structured {
                    enterprise: file.enterprise.unwrap_or(FOR_EXAMPLES),
                },
            },
        }))
    }

    /// Folders outside the site's own that are read while the gateway runs: folders, because whoever
    /// renews a certificate replaces its files, and what is told has a file each month.
    pub(crate) fn also_read(&self, dir: &Path) -> Vec<PathBuf> {
        let files = self.certificates.files();
        let files = files.into_iter().map(|file| dir.join(file));
        let folders = files.filter_map(|file| Some(file.parent()?.to_owned()));
        // A link leads to where the files really are.
        let real = |folder: PathBuf| folder.canonicalize().unwrap_or(folder);
        let told = self.foreign_logs.as_ref().map(|file| dir.join(&file.told));
        folders.chain(told).map(real).collect()
    }

    /// What unlocks the keys of the site in `dir`: the passphrase file, else, if `site.toml` says so, the bare key, else
    /// the TPM if it keeps the passphrase, else systemd's credential: also when the TPM is another one or does not answer.
    pub(crate) fn unlock(
        &self,
        dir: &Path,
        passphrase_file: Option<&Path>,
    ) -> Result<Unlock, ConfigError> {
        if let Some(path) = passphrase_file {
            return read_passphrase(path);
        }
        if self.dangerous_key_beside_data {
            return Ok(Unlock::DangerousKeyBesideData);
        }
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        if vault::tpm::is_kept(dir) {
            let tpm = vault::tpm::Tpm::of_this_machine();
            match (tpm.passphrase(dir, &self.site), &credentials) {
                (Ok(passphrase), _) => return Ok(Unlock::Passphrase(passphrase)),
                (Err(cause), Some(folder)) if folder.join(CREDENTIAL_NAME).exists() => {
                    tracing::warn!(%cause, "the TPM does not give the passphrase; systemd's credential is taken");
                }
                (Err(cause), _) => return Err(cause.into()),
            }
        }
        match credentials {
            Some(folder) => Ok(Unlock::from_credentials_directory(&folder)?),
            None => Err(ConfigError::NoPassphrase),
        }
    }
}

/// A path is a socket of this machine; everything else a host and a port.
fn socket(at: &str) -> Socket {
    if at.starts_with('/') {
        Socket::Unix(at.into())
    } else {
        Socket::Tcp(at.to_owned())
    }
}

fn target_rules(file: &TargetFiles) -> Result<TargetRules, ConfigError> {
    let usual = TargetRules::default();
    let mut kinds = file.kinds.iter().flatten();
    if let Some(unknown) = kinds.find(|kind| !quarantine::KINDS.contains(&kind.as_str())) {
        return Err(ConfigError::KindUnknown {
            unknown: unknown.clone(),
        });
    }
    let megabytes = file.most_megabytes.map(u64::from);
    Ok(TargetRules {
        kinds: file
            .kinds
            .as_ref()
            .map(|kinds| kinds.iter().cloned().collect()),
        most_bytes: megabytes.map_or(usual.most_bytes, |megabytes| megabytes << 20),
        by_person: file.by_person,
    })
}

/// The first line of a file.
pub(crate) fn read_passphrase(path: &Path) -> Result<Unlock, ConfigError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(cause) => {
            return Err(ConfigError::Unreadable {
                path: path.to_owned(),
                cause,
            });
        }
    };
    let line = text.lines().next().unwrap_or_default();
    Ok(Unlock::Passphrase(Zeroizing::new(line.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = "
        site = \"handa\"
        listen = \"192.0.2.1:443\"
        engineers_name = \"handa.maintenance.example\"
        console_name = \"console.handa.example\"
    ";

    #[test]
    fn what_is_not_written_is_resolved_from_what_is() {
        let file: ConfigFile = toml::from_str(WRITTEN).unwrap();
        let config = file.resolve(Path::new("here"));
        assert_eq!(config.engineers_address, "handa.maintenance.example:443");
        assert_eq!(config.console_address, "console.handa.example:443");
    }

    #[test]
    fn a_key_beside_the_data_needs_its_dangerous_name() {
        let file: ConfigFile = toml::from_str(WRITTEN).unwrap();
        assert!(!matches!(
            file.unlock(Path::new("nowhere"), None),
            Ok(Unlock::DangerousKeyBesideData)
        ));
    }

    #[test]
    fn a_certificate_for_browsers_comes_from_files_or_from_an_authority_and_not_from_both() {
        let with = |text: &str| {
            let text = format!("{WRITTEN}\n[certificates.console]\n{text}\n");
            toml::from_str::<ConfigFile>(&text)
        };
        let pem = "pem = { chain = \"tls/console.pem\", key = \"/etc/tls/console.key\" }";
        let acme = "acme = { directory = \"https://ca.example/dir\" }";
        let file = with(pem).unwrap();
        assert!(matches!(file.certificates.console, Some(WebSource::Pem(_))));
        let also = file.also_read(Path::new("/srv/site"));
        assert_eq!(also, [Path::new("/srv/site/tls"), Path::new("/etc/tls")]);
        assert!(matches!(
            with(acme).unwrap().certificates.console,
            Some(WebSource::Acme(_))
        ));
        for wrong in [
            &format!("{pem}\n{acme}")[..],
            "",
            "pem = { chain = \"x\" }",
            "self_signed = true",
        ] {
            assert!(with(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_are_told_on_loopback_alone() {
        let with = |listen: &str| {
            let text = format!("{WRITTEN}\n[metrics]\nlisten = \"{listen}\"\n");
            toml::from_str::<ConfigFile>(&text).unwrap().metrics()
        };
        for here in ["127.0.0.1:9464", "[::1]:9464"] {
            assert_eq!(with(here).unwrap(), Some(here.parse().unwrap()));
        }
        for beyond in ["0.0.0.0:9464", "10.1.2.3:9464", "[::]:9464"] {
            let refused = with(beyond).unwrap_err().to_string();
            assert!(refused.contains(beyond) && refused.contains("127.0.0.1"));
        }
        let none = toml::from_str::<ConfigFile>(WRITTEN).unwrap();
        assert_eq!(none.metrics().unwrap(), None);
    }

    #[test]
    fn a_collector_needs_what_vouches_for_it_and_its_two_files_come_together() {
        let folder = tempfile::tempdir().unwrap();
        let with = |text: &str| {
            let text = format!("{WRITTEN}\n[log_out]\nhost = \"logs.handa.example\"\n{text}\n");
            let file: Result<ConfigFile, _> = toml::from_str(&text);
            file.map(|file| file.log_out(folder.path()))
        };
        let none: ConfigFile = toml::from_str(WRITTEN).unwrap();
        assert!(matches!(none.log_out(folder.path()), Ok(None)));
        assert!(with("").is_err());
        assert!(with("roots = \"ca.pem\"\nform = \"xml\"").is_err());
        assert!(with("roots = \"ca.pem\"").unwrap().is_err());
        std::fs::write(folder.path().join("ca.pem"), "no certificate").unwrap();
        let wrong = with("roots = \"ca.pem\"").unwrap();
        assert!(matches!(wrong, Err(ConfigError::LogOutRoots)));
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["logs.handa.example".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        std::fs::write(folder.path().join("ca.pem"), certificate.pem()).unwrap();
        let right = with("roots = \"ca.pem\"").unwrap().unwrap().unwrap();
        assert_eq!(right.port, 6514);
        assert_eq!(right.style, LogStyle::Structured { enterprise: 32473 });
        let half = with("roots = \"ca.pem\"\nkey = \"ca.pem\"").unwrap();
        assert!(matches!(half, Err(ConfigError::LogOutHalf)));
        let no_key = with("roots = \"ca.pem\"\ncertificate = \"ca.pem\"\nkey = \"ca.pem\"");
        assert!(matches!(
            no_key.unwrap(),
            Err(ConfigError::LogOutCertificate(_))
        ));
    }

    #[test]
    fn without_a_word_on_files_everything_waits_for_a_person() {
        let file: ConfigFile = toml::from_str(WRITTEN).unwrap();
        assert_eq!(file.file_checks().unwrap(), FileChecks::default());
    }

    #[test]
    fn how_files_are_looked_at_is_read_and_what_weakens_it_has_a_dangerous_name_and_a_reason() {
        let with = |text: &str| {
            let text = format!("{WRITTEN}\n[files]\n{text}\n");
            toml::from_str::<ConfigFile>(&text).unwrap().file_checks()
        };
        let scanned = with(
            "clamd = \"/run/clamav/clamd.ctl\"\nhook = \"127.0.0.1:3311\"\n\
             [files.target.pacs]\nkinds = [\"dicom\"]\nmost_megabytes = 1\nby_person = true",
        );
        let Ok(FileChecks::Quarantine(rules)) = scanned else {
            panic!("{scanned:?}");
        };
        let clamd = Scanner::Clamd(Socket::Unix("/run/clamav/clamd.ctl".into()));
        let hook = Scanner::Hook(Socket::Tcp("127.0.0.1:3311".to_owned()));
        assert_eq!(rules.scanners, [clamd, hook]);
        let pacs = &rules.targets["pacs"];
        assert!(pacs.by_person && pacs.most_bytes == 1 << 20);
        assert!(!rules.dangerous_unscanned_files_pass);
        let unchecked = with("dangerous_unchecked = \"the director, until 2027-03\"");
        assert_eq!(unchecked.unwrap(), FileChecks::DangerouslyUnchecked);
        assert!(with("dangerous_unchecked = \" \"").is_err());
        assert!(with("kinds = [\"exe\"]").is_err());
    }

    #[test]
    fn no_setting_switches_off_the_second_factor_the_recording_or_the_ledger() {
        for setting in [
            "second_factor = false",
            "recording = false",
            "ledger = false",
        ] {
            let text = format!("{WRITTEN}\n{setting}\n");
            assert!(toml::from_str::<ConfigFile>(&text).is_err(), "{setting}");
        }
    }
}
