//! Whether a backup is whole, and, with the recovery kit, whether it opens.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use ids::{Digest, SiteId, Timestamp};
use ledger::resume::Head;
use ledger::{SignedNote, Verifier, checkpoint};
use store::{Cell, Entries, Part, read_rows};
use vault::{BackupKey, Kit};

use super::container::Header;
use super::members::{Member, read_members};
use super::reading::Reading;
use super::{BackupError, Sealed};

/// A backup that is whole and signed by its site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Whose it is.
    pub site: SiteId,
    /// When it was made, as its machine's clock said.
    pub made: Timestamp,
    /// How far its ledger reaches.
    pub ledger: Head,
    /// Bytes under the seal.
    pub bytes: u64,
    /// Whether recordings are in it.
    pub recordings: bool,
    /// The number of the kit that opens it.
    pub kit: String,
    /// Whether it was opened with the kit, and the ledger inside verified.
    pub opened: bool,
}

/// Checks a backup: whole and signed by `site_key`; with the kit also that it opens, and that the ledger
/// inside is the one that was signed. Writes nothing.
///
/// # Errors
/// See [`BackupError`].
pub fn check_backup(
    path: &Path,
    site_key: &Verifier,
    kit: Option<&Kit>,
) -> Result<Checked, BackupError> {
    let header = begin(path)?.header().clone();
    let key = kit.map(|kit| unlock(path, &header, kit)).transpose()?;
    let (header, sealed, opened) = check_opened(path, site_key, key.as_ref())?;
    Ok(Checked {
        site: header.site,
        made: header.made,
        ledger: sealed.ledger,
        bytes: sealed.bytes,
        recordings: header.recordings,
        kit: header.kit,
        opened,
    })
}

pub(super) fn begin(path: &Path) -> Result<Reading<BufReader<File>>, BackupError> {
    let file = File::open(path).map_err(BackupError::at(path))?;
    Reading::begin(path, BufReader::new(file))
}

/// The backup's key, from its header, with the kit.
pub(super) fn unlock(path: &Path, header: &Header, kit: &Kit) -> Result<BackupKey, BackupError> {
    BackupKey::unwrap(&header.site, &kit.private_key(), &header.key).map_err(|cause| match cause {
        vault::UnwrapError::NotForUs => BackupError::OtherKit {
            path: path.to_owned(),
            expected: header.kit.clone(),
            found: kit.id().to_string(),
        },
        vault::UnwrapError::NotAuthentic => BackupError::Altered {
            path: path.to_owned(),
            what: "its key does not unwrap".to_owned(),
        },
    })
}

/// Reads the whole file; with its key also everything that is inside.
pub(super) fn check_opened(
    path: &Path,
    site_key: &Verifier,
    key: Option<&BackupKey>,
) -> Result<(Header, Sealed, bool), BackupError> {
    let mut reading = begin(path)?;
    let header = reading.header().clone();
    let mut inside = Inside::default();
    if let Some(key) = key {
        reading.unlock(key);
        let read = read_members(&mut reading, &header.site, |member, content| {
            inside.look(member, content)
        });
        read.map_err(|cause: io::Error| {
            let otherwise = reading.altered(cause);
            reading.explain(otherwise)
        })?;
    }
    let sealed = reading.finish(site_key)?;
    if key.is_some() {
        inside
            .leads_to(&sealed.ledger, site_key)
            .map_err(|what| BackupError::Altered {
                path: path.to_owned(),
                what,
            })?;
    }
    Ok((header, sealed, key.is_some()))
}

/// What is verified of a backup's inside without writing it anywhere.
#[derive(Default)]
struct Inside {
    entries: Option<Entries>,
    note: Option<String>,
    keys: bool,
}

impl Inside {
    fn look(&mut self, member: &Member, content: &mut dyn Read) -> io::Result<()> {
        match member {
            Member::Keys => self.keys = true,
            Member::Table(name) if name == "entries" => {
                self.entries = Some(entries(content)?);
            }
            Member::Table(name) if name == "checkpoint" => {
                self.note = notes(content)?.pop();
            }
            Member::Table(_) => read_rows(content, |_| Ok(()), |(), _| Ok(())).map_err(wrong)?,
            // An attachment that was damaged on its disk is in the backup as it was.
            Member::File(_)
            | Member::Part(Part::Journal(_) | Part::Segment(..) | Part::Blob(_)) => {}
        }
        Ok(())
    }

    fn leads_to(&self, ledger: &Head, site_key: &Verifier) -> Result<(), String> {
        let note = self.note.as_ref().ok_or("it has no checkpoint")?;
        let note = SignedNote::decode(note.as_bytes()).map_err(|cause| cause.to_string())?;
        let checkpoint = checkpoint::open(&note, site_key).map_err(|cause| cause.to_string())?;
        if (checkpoint.size, checkpoint.root) != (ledger.size, ledger.root) {
            return Err("its seal is over another ledger".to_owned());
        }
        if !self.keys {
            return Err("it has no keys".to_owned());
        }
        let entries = self.entries.as_ref().ok_or("it has no entries")?;
        entries.lead_to(&checkpoint)
    }
}

fn entries(content: &mut dyn Read) -> io::Result<Entries> {
    let begin = |columns: &[String]| match columns {
        [number, leaf, bytes]
            if (number.as_str(), leaf.as_str(), bytes.as_str()) == ("number", "leaf", "bytes") =>
        {
            Ok(Entries::new())
        }
        _ => Err("its entries have other columns".to_owned()),
    };
    read_rows(content, begin, |entries, row| match row.as_slice() {
        [Cell::Integer(number), Cell::Blob(leaf), Cell::Blob(bytes)] => {
            let number = u64::try_from(*number).map_err(|cause| cause.to_string())?;
            let leaf = leaf.as_slice().try_into().map(Digest);
            entries.next(number, leaf.map_err(|_| "a leaf is no hash")?, bytes)
        }
        _ => Err("a row is no entry".to_owned()),
    })
    .map_err(wrong)
}

fn notes(content: &mut dyn Read) -> io::Result<Vec<String>> {
    let begin = |columns: &[String]| {
        let place = columns.iter().position(|column| column == "note");
        let place = place.ok_or("its checkpoint has no note")?;
        Ok((place, Vec::new()))
    };
    let read = read_rows(content, begin, |(place, notes), row| {
        match row.into_iter().nth(*place) {
            Some(Cell::Text(note)) => notes.push(note),
            _ => return Err("its checkpoint is no text".to_owned()),
        }
        Ok(())
    });
    read.map(|(_, notes)| notes).map_err(wrong)
}

fn wrong(cause: impl ToString) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, cause.to_string())
}
