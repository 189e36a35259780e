//! Certificates in PEM files, read again whenever they change.

use std::io::Read;
use std::path::{Path, PathBuf};

use ids::Timestamp;
use tunnel::{WebCertificate, WebProblem};
use zeroize::Zeroizing;

use super::WebError;
use crate::config::PemFiles;

/// The longest file that is read: a chain of five certificates takes about 10 KiB.
pub(super) const LONGEST: usize = 256 * 1024;

/// Two files, and what they held when they were read last.
pub(super) struct Files {
    chain: PathBuf,
    key: PathBuf,
    read: Option<ids::Digest>,
}

impl Files {
    pub(super) fn new(pem: &PemFiles, base: &Path) -> Self {
        Self {
            chain: base.join(&pem.chain),
            key: base.join(&pem.key),
            read: None,
        }
    }

    /// What they hold now, if that is something else than before. What cannot be read is said each time.
    pub(super) fn changed(
        &mut self,
        name: &str,
        now: Timestamp,
    ) -> Option<Result<WebCertificate, WebError>> {
        let both = read(&self.chain).and_then(|chain| Ok((chain, read_key(&self.key)?)));
        let (chain, key) = match both {
            Ok(both) => both,
            Err(error) => {
                self.read = None;
                return Some(Err(error));
            }
        };
        let together = Zeroizing::new([&chain[..], b"\n", &key[..]].concat());
        let digest = tunnel::fingerprint(&together);
        if self.read.replace(digest) == Some(digest) {
            return None;
        }
        let read = WebCertificate::read(&chain, &key, name, now);
        Some(read.map_err(|cause| WebError::Unusable {
            path: self.file_of(&cause),
            cause,
        }))
    }

    fn file_of(&self, cause: &WebProblem) -> PathBuf {
        match cause {
            WebProblem::NoKey | WebProblem::KindOfKey | WebProblem::KeyDiffers => self.key.clone(),
            WebProblem::NoCertificate
            | WebProblem::TooMany(_)
            | WebProblem::OtherName { .. }
            | WebProblem::Over(_)
            | WebProblem::NotYet(_) => self.chain.clone(),
        }
    }
}

fn read_key(path: &Path) -> Result<Zeroizing<Vec<u8>>, WebError> {
    use std::os::unix::fs::PermissionsExt;
    let looked = std::fs::metadata(path).map_err(|cause| unreadable(path, cause))?;
    let mode = looked.permissions().mode() & 0o7777;
    if mode & 0o007 != 0 {
        return Err(WebError::Exposed {
            path: path.to_owned(),
            mode,
        });
    }
    read(path)
}

/// Reads a file that is not longer than such files are.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, WebError> {
    let file = std::fs::File::open(path).map_err(|cause| unreadable(path, cause))?;
    let mut bytes = Zeroizing::new(Vec::new());
    let most = u64::try_from(LONGEST).unwrap_or(u64::MAX);
    file.take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|cause| unreadable(path, cause))?;
    if bytes.len() > LONGEST {
        return Err(WebError::TooLong {
            path: path.to_owned(),
        });
    }
    Ok(bytes)
}

fn unreadable(path: &Path, cause: std::io::Error) -> WebError {
    WebError::Unreadable {
        path: path.to_owned(),
        cause,
    }
}
