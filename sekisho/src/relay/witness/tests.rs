use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use ids::{NonEmpty, Timestamp};
use ledger::Tree;

use super::*;
use crate::relay::config::{Anywhere, From, SiteFile};

const SITE: &str = "handa";
const NEIGHBOUR: &str = "mihama";

struct Relay {
    witness: Witness,
    site: Signer,
    folder: PathBuf,
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn new_folder() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let (process, number) = (std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(format!("sekisho-witness-{process}-{number}"));
    let _left_by_a_process_that_had_our_number = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    folder
}

fn signer(name: &str, seed: u8) -> Signer {
    Signer::ed25519(name, &[seed; 32]).unwrap()
}

fn known(site: &str, seed: u8) -> SiteFile {
    let (name, kit) = (format!("sekisho/{site}"), format!("sekisho/{site}-kit"));
    SiteFile {
        site: site.parse().unwrap(),
        key: ids::Digest([seed; 32]),
        names: NonEmpty::one(format!("remote.{site}.example")),
        gateways_from: From::Word(Anywhere::Anywhere),
        site_key: signer(&name, seed).verifier().to_string(),
        kit_key: signer(&kit, seed + 1).verifier().to_string(),
    }
}

impl Relay {
    fn new() -> Self {
        let folder = new_folder();
        let file = RelayFile {
            listen: ([127, 0, 0, 1], 443).into(),
            name: "relay.example".to_owned(),
            sites: vec![known(SITE, 1), known(NEIGHBOUR, 3)],
        };
        Witness::create(&folder, &file.name).unwrap();
        let witness = Witness::open(&folder, &file).unwrap();
        Self {
            witness,
            site: signer("sekisho/handa", 1),
            folder,
        }
    }

    /// A ledger of so many entries, all of them called so.
    fn offers(&self, called: &str, from: u64, size: u64) -> Offered {
        let tree = Tree::from_leaves((0..size).map(|_| ledger::tree::leaf_hash(called.as_bytes())));
        let checkpoint = checkpoint::sign(
            &ledger::Checkpoint {
                origin: self.site.verifier().name().to_owned(),
                size,
                root: tree.root(),
            },
            &self.site,
        );
        let proof = match from {
            0 => Vec::new(),
            from => tree.consistency_proof(from, size).unwrap(),
        };
        Offered {
            from,
            note: checkpoint.unwrap().to_string(),
            resumed: None,
            proof,
        }
    }

    fn memory(&self) -> PathBuf {
        self.witness.folder.join("handa.json")
    }

    fn looks(&self, offered: &Offered) -> Result<String, WhyNotCosigned> {
        self.witness.look(SITE, offered)
    }
}

fn signs(relay: &Relay, note: &str) -> bool {
    let note = SignedNote::decode(note.as_bytes()).unwrap();
    let verified = note.verify(&[relay.witness.signer.verifier().clone()]);
    verified.unwrap()[0].at > Some(Timestamp::from_millis(0))
}

fn written(path: &Path) -> std::time::SystemTime {
    fs::metadata(path).unwrap().modified().unwrap()
}

#[test]
fn a_ledger_that_grows_is_cosigned_and_remembered_from_where_it_was() {
    let relay = Relay::new();
    assert!(signs(
        &relay,
        &relay.looks(&relay.offers("a", 0, 3)).unwrap()
    ));
    let skipping = relay.looks(&relay.offers("a", 2, 5));
    assert_eq!(skipping, Err(WhyNotCosigned::Remembers { size: 3 }));
    assert!(signs(
        &relay,
        &relay.looks(&relay.offers("a", 3, 5)).unwrap()
    ));
    let forked = relay.looks(&relay.offers("b", 5, 5));
    assert!(matches!(forked, Err(WhyNotCosigned::Disagrees { .. })));
    let unknown = relay.witness.look("other", &relay.offers("a", 5, 6));
    assert_eq!(unknown, Err(WhyNotCosigned::Unavailable));
}

#[test]
fn what_is_known_already_is_signed_again_and_not_written_again() {
    let relay = Relay::new();
    let offered = relay.offers("a", 0, 3);
    relay.looks(&offered).unwrap();
    let past = std::time::SystemTime::UNIX_EPOCH;
    let file = fs::File::options().write(true).open(relay.memory());
    file.unwrap().set_modified(past).unwrap();
    relay.looks(&relay.offers("a", 3, 3)).unwrap();
    assert_eq!(written(&relay.memory()), past);
    relay.looks(&relay.offers("a", 3, 4)).unwrap();
    assert_ne!(written(&relay.memory()), past);
}

/// A memory that is there and cannot be read is not as good as none: else whoever spoils it gets
/// another history cosigned.
#[cfg(unix)]
#[test]
fn a_memory_that_cannot_be_read_is_not_a_first_contact() {
    let relay = Relay::new();
    relay.looks(&relay.offers("a", 0, 3)).unwrap();
    let other = relay.offers("b", 0, 2);
    for spoilt in [&b""[..], b"{}", b"null"] {
        fs::write(relay.memory(), spoilt).unwrap();
        assert_eq!(relay.looks(&other), Err(WhyNotCosigned::Unavailable));
    }
    // Not even to be looked for.
    fs::remove_file(relay.memory()).unwrap();
    std::os::unix::fs::symlink("handa.json", relay.memory()).unwrap();
    assert_eq!(relay.looks(&other), Err(WhyNotCosigned::Unavailable));
}

#[test]
fn one_site_does_not_wait_for_the_question_of_another() {
    let mut relay = Relay::new();
    relay.site = signer("sekisho/mihama", 3);
    let offered = relay.offers("a", 0, 1);
    let _asked = relay.witness.sites[SITE].looking.lock().unwrap();
    let signed = relay.witness.look(NEIGHBOUR, &offered);
    assert!(signs(&relay, &signed.unwrap()));
}

#[test]
fn l30_a_ledger_that_lost_entries_is_signed_only_on_the_kits_word_and_what_was_lost_is_kept() {
    let relay = Relay::new();
    let before = relay.offers("a", 0, 9);
    relay.looks(&before).unwrap();
    // Put back from a backup of six entries, and gone on with.
    let shown = |resumed: Option<String>| Offered {
        resumed,
        ..relay.offers("a", 6, 7)
    };
    let refused = relay.looks(&shown(None)).unwrap_err();
    assert_eq!(refused, WhyNotCosigned::Remembers { size: 9 });
    let alone = Offered {
        from: 9,
        ..relay.offers("a", 0, 7)
    };
    let refused = relay.looks(&alone).unwrap_err();
    assert!(matches!(refused, WhyNotCosigned::Disagrees { held, .. } if held == before.note));
    let word = |kit: &Signer| {
        let tree = Tree::from_leaves((0..6).map(|_| ledger::tree::leaf_hash(b"a")));
        let resume = Resume {
            site: SITE.parse().unwrap(),
            counter: 1,
            old: None,
            new: resume::Head {
                size: 6,
                root: tree.root(),
            },
            at: Timestamp::from_seconds(1_800_000_000),
        };
        resume::sign(&resume, kit).unwrap()
    };
    let forged = shown(Some(word(&signer("sekisho/handa-kit", 9)).to_string()));
    assert!(relay.looks(&forged).is_err());
    let statement = word(&signer("sekisho/handa-kit", 2));
    let resumed = shown(Some(statement.to_string()));
    assert!(signs(&relay, &relay.looks(&resumed).unwrap()));
    let memory: Memory = serde_json::from_slice(&fs::read(relay.memory()).unwrap()).unwrap();
    assert_eq!(memory.checkpoint.size, 7);
    assert_eq!(memory.given_up.len(), 1);
    assert_eq!(memory.given_up[0].held.to_string(), before.note);
    assert_eq!(memory.given_up[0].statement, statement);
    // A gateway that was left running from before is told that it is not the ledger any more.
    let left_running = Offered {
        from: 7,
        ..relay.offers("b", 7, 12)
    };
    let refused = relay.looks(&left_running).unwrap_err();
    assert!(matches!(refused, WhyNotCosigned::Disagrees { .. }));
}
