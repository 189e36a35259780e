use ids::Timestamp;
use ledger::tree::{Tree, leaf_hash};
use ledger::{Checkpoint, Signer, checkpoint};

use super::*;

const SEGMENT: &[u8] = b"sealed bytes";

struct Folder {
    folder: tempfile::TempDir,
    trust: Trust,
}

impl Folder {
    /// An exported ledger of two entries, and beside it a recording of two segments.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = Signer::ed25519("sekisho/handa", &[1; 32]).unwrap();
        let entries: Vec<Vec<u8>> = (0..2u64).map(entry).collect();
        let tree = Tree::from_leaves(entries.iter().map(|entry| leaf_hash(entry)));
        let head = Checkpoint {
            origin: "sekisho/handa".to_owned(),
            size: tree.size(),
            root: tree.root(),
        };
        let note = checkpoint::sign(&head, &site).unwrap();
        let ledger = folder.path().join("ledger");
        let key = format!("{}\n", site.verifier());
        let mut files = vec![
            ("checkpoint".to_owned(), note.to_string().into_bytes()),
            (SITE_KEY.to_owned(), key.into_bytes()),
            (export::WITNESS_KEYS.to_owned(), Vec::new()),
        ];
        files.extend(ledger::tile::export(&entries).unwrap());
        let files: Vec<ExportedFile> = files
            .into_iter()
            .map(|(path, content)| ExportedFile {
                path,
                content: content.into(),
            })
            .collect();
        write_export(&ledger, &files).unwrap();
        let session = folder.path().join("recordings/handa-session-7");
        fs::create_dir_all(&session).unwrap();
        for number in 0..2 {
            fs::write(session.join(format!("{number:04}.seg")), SEGMENT).unwrap();
        }
        let trust = Trust {
            site: site.verifier().clone(),
            witnesses: Vec::new(),
        };
        Self { folder, trust }
    }

    fn ledger(&self) -> PathBuf {
        self.folder.path().join("ledger")
    }

    fn recordings(&self) -> PathBuf {
        self.folder.path().join("recordings")
    }

    fn segment(&self, number: u64) -> PathBuf {
        self.recordings()
            .join(format!("handa-session-7/{number:04}.seg"))
    }

    fn check(&self) -> Result<Segments, VerifyError> {
        recordings(&self.recordings(), &self.ledger(), &self.trust)
    }
}

fn entry(number: u64) -> Vec<u8> {
    let mut context = Context::new(&SHA256);
    context.update(SEGMENT);
    let sha256 = Digest(context.finish().as_ref().try_into().unwrap());
    let value = serde_json::json!({
        "at": Timestamp::from_seconds(1),
        "event": {
            "kind": "segment_sealed",
            "last": number == 1,
            "number": number,
            "session": "handa/session-7",
            "sha256": sha256,
        },
    });
    ledger::canonical::encode(&value).unwrap()
}

#[test]
fn copied_recordings_verify_without_a_key_a_database_or_a_network() {
    let found = Folder::new().check().unwrap();
    assert_eq!((found.segments, found.complete.len()), (2, 1));
    assert!(found.ledger.site_only());
}

#[test]
fn one_flipped_bit_of_a_recording_is_found_and_its_file_named() {
    let folder = Folder::new();
    let mut bytes = SEGMENT.to_vec();
    bytes[3] ^= 0x10;
    fs::write(folder.segment(1), bytes).unwrap();
    let error = folder.check().unwrap_err().to_string();
    assert!(error.contains("0001.seg"), "{error}");
}

#[test]
fn a_missing_segment_and_one_that_the_ledger_does_not_know_are_found() {
    let folder = Folder::new();
    fs::remove_file(folder.segment(0)).unwrap();
    let error = folder.check().unwrap_err().to_string();
    assert!(
        error.contains("0000.seg") && error.contains("no such file"),
        "{error}"
    );
    let folder = Folder::new();
    fs::copy(folder.segment(0), folder.segment(9)).unwrap();
    let error = folder.check().unwrap_err().to_string();
    assert!(error.contains("0009.seg"), "{error}");
}

#[test]
fn an_export_under_another_key_than_the_trusted_one_is_refused() {
    let mut folder = Folder::new();
    folder.trust.site = Signer::ed25519("sekisho/handa", &[2; 32])
        .unwrap()
        .verifier()
        .clone();
    assert!(matches!(folder.check(), Err(VerifyError::Broken(_))));
    assert!(claimed_site_key(&folder.ledger()).is_ok());
}

#[test]
fn a_path_of_an_export_never_leaves_its_folder() {
    for outside in ["../x", "/etc/x", "a/../../x", "", ".", "a/./../b"] {
        assert_eq!(inside(outside), None, "{outside}");
    }
    assert!(inside("tile/entries/000").is_some());
    let folder = tempfile::tempdir().unwrap();
    let file = ExportedFile {
        path: "../escaped".to_owned(),
        content: vec![1].into(),
    };
    assert!(write_export(&folder.path().join("out"), &[file]).is_err());
    assert!(!folder.path().join("escaped").exists());
}
