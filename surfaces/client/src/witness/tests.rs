//! The witness against a site that is played over a local socket: honest, restored, or cheating.

use std::convert::Infallible;
use std::path::Path;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use ledger::resume::Head;
use ledger::tree::{Tree, leaf_hash};
use ledger::{Signer, Verifier};
use wire::api::v1::{Consistency, Done, WitnessAlarm, paths};

use super::*;
use crate::keep::{Draft, Home, PINNED_VERSION, Pinned, WitnessKey};

/// What the played site has, and what it was told.
struct Site {
    key: Signer,
    tree: Tree,
    resumed: Option<String>,
    alarms: Vec<WitnessAlarm>,
    cosigned: Vec<String>,
}

impl Site {
    fn new() -> Self {
        Self {
            key: Signer::ed25519("sekisho/handa", &[1; 32]).unwrap(),
            tree: tree(&["a", "b", "c"]),
            resumed: None,
            alarms: Vec::new(),
            cosigned: Vec::new(),
        }
    }

    fn note(&self) -> SignedNote {
        let head = Checkpoint {
            origin: "sekisho/handa".to_owned(),
            size: self.tree.size(),
            root: self.tree.root(),
        };
        checkpoint::sign(&head, &self.key).unwrap()
    }

    fn offered(&self) -> v1::Checkpoint {
        v1::Checkpoint {
            note: self.note().to_string(),
            resumed: self.resumed.clone(),
        }
    }

    fn head(&self) -> Head {
        Head {
            size: self.tree.size(),
            root: self.tree.root(),
        }
    }

    fn answer(&mut self, path: &str, query: Option<&str>, body: &[u8]) -> Vec<u8> {
        match path {
            paths::LEDGER_CHECKPOINT => serde_json::to_vec(&self.offered()),
            paths::LEDGER_CONSISTENCY => {
                let from = query
                    .unwrap()
                    .strip_prefix("from=")
                    .unwrap()
                    .parse()
                    .unwrap();
                let proof = self.tree.consistency_proof(from, self.tree.size()).unwrap();
                serde_json::to_vec(&Consistency {
                    from,
                    checkpoint: self.offered(),
                    proof,
                })
            }
            paths::LEDGER_ALARM => {
                self.alarms.push(serde_json::from_slice(body).unwrap());
                serde_json::to_vec(&Done {})
            }
            paths::LEDGER_COSIGNATURE => {
                let form: v1::Cosignature = serde_json::from_slice(body).unwrap();
                self.cosigned.push(form.note);
                serde_json::to_vec(&Done {})
            }
            other => panic!("{other}"),
        }
        .unwrap()
    }
}

fn tree(entries: &[&str]) -> Tree {
    Tree::from_leaves(entries.iter().map(|entry| leaf_hash(entry.as_bytes())))
}

fn kit() -> Signer {
    Signer::ed25519("sekisho/handa/kit", &[9; 32]).unwrap()
}

/// A site that answers, and a device that joined it when it had three entries.
struct Stage {
    _folder: tempfile::TempDir,
    site: Arc<Mutex<Site>>,
    api: Api,
    membership: Membership,
    witness: Verifier,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = Arc::new(Mutex::new(Site::new()));
        let (membership, witness) = joined(&folder.path().join("home"), &site.lock().unwrap());
        serve(folder.path(), Arc::clone(&site));
        Self {
            api: Api::local(folder.path()),
            _folder: folder,
            site,
            membership,
            witness,
        }
    }

    async fn compare(&self) -> Result<Compared, WitnessError> {
        let now = Timestamp::from_seconds(1_800_000_000);
        compare(&self.api, &self.membership, now).await
    }

    fn becomes(&self, entries: &[&str]) {
        self.site.lock().unwrap().tree = tree(entries);
    }

    fn remembered(&self) -> u64 {
        self.membership.memory().unwrap().checkpoint.size
    }
}

fn joined(home: &Path, site: &Site) -> (Membership, Verifier) {
    let home = Home::at(home);
    let id = "handa".parse().unwrap();
    let begun = home.begin(&id).unwrap();
    let draft = Draft(&begun);
    let witness = WitnessKey {
        name: "sekisho/handa/device/1".to_owned(),
        seed: wire::SecretBytes::new(vec![5; 32]),
    };
    let verifier = witness.signer().unwrap().verifier().clone();
    draft.witness_key(&witness).unwrap();
    let site_key = site.key.verifier().clone();
    let memory = Memory::pin(&site.note(), &site_key, 0).unwrap();
    draft.memory(&memory).unwrap();
    let pinned = Pinned {
        v: PINNED_VERSION,
        site: id.clone(),
        site_name: "半田病院".to_owned(),
        address: "127.0.0.1:1".to_owned(),
        name: "handa.example".to_owned(),
        ca: vec![0].into(),
        site_key,
        kit_key: kit().verifier().clone(),
        person: ids::PersonId::new(&id, 1),
        login: None,
        device: None,
    };
    draft.pinned(&pinned).unwrap();
    (home.finish(&begun, &id).unwrap(), verifier)
}

fn serve(folder: &Path, site: Arc<Mutex<Site>>) {
    std::fs::create_dir(folder.join("run")).unwrap();
    let listener = tokio::net::UnixListener::bind(folder.join("run/sekisho.sock")).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let site = Arc::clone(&site);
            let answer = service_fn(move |request: Request<Incoming>| {
                let site = Arc::clone(&site);
                async move {
                    let (head, body) = request.into_parts();
                    let body = body.collect().await.unwrap().to_bytes();
                    let uri = head.uri;
                    let answer = site.lock().unwrap().answer(uri.path(), uri.query(), &body);
                    Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(answer))))
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    });
}

fn how(error: WitnessError) -> (v1::Disagreement, bool) {
    match error {
        WitnessError::Disagrees { how, reported } => (kind(&how), reported),
        other @ (WitnessError::Api(_) | WitnessError::Keep(_)) => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_ledger_that_has_grown_is_remembered_and_cosigned() {
    let stage = Stage::new();
    stage.becomes(&["a", "b", "c", "d", "e"]);
    let compared = stage.compare().await.unwrap();
    assert!(compared.cosigned && compared.resumed.is_empty());
    assert_eq!((compared.checkpoint.size, stage.remembered()), (5, 5));
    let site = stage.site.lock().unwrap();
    let note = SignedNote::decode(site.cosigned[0].as_bytes()).unwrap();
    let verified = note.verify(std::slice::from_ref(&stage.witness)).unwrap();
    assert_eq!(verified.len(), 1);
    assert!(site.alarms.is_empty());
}

#[tokio::test]
async fn a_ledger_that_was_rolled_back_raises_the_alarm_and_is_not_remembered() {
    let stage = Stage::new();
    stage.becomes(&["a", "b"]);
    let (how, reported) = how(stage.compare().await.unwrap_err());
    assert_eq!((how, reported), (v1::Disagreement::RolledBack, true));
    assert_eq!(stage.remembered(), 3);
    let site = stage.site.lock().unwrap();
    assert!(site.cosigned.is_empty());
    let alarm = site.alarms.first().unwrap();
    assert_ne!(alarm.held, alarm.offered);
}

#[tokio::test]
async fn a_forked_and_an_edited_ledger_are_refused() {
    for entries in [&["a", "b", "X"][..], &["a", "X", "c", "d"]] {
        let stage = Stage::new();
        stage.becomes(entries);
        let (how, _) = how(stage.compare().await.unwrap_err());
        assert_eq!(how, v1::Disagreement::Forked, "{entries:?}");
        assert_eq!(stage.remembered(), 3);
    }
}

#[tokio::test]
async fn a_checkpoint_of_another_key_is_refused() {
    let stage = Stage::new();
    stage.site.lock().unwrap().key = Signer::ed25519("sekisho/handa", &[2; 32]).unwrap();
    let (how, _) = how(stage.compare().await.unwrap_err());
    assert_eq!(how, v1::Disagreement::BadSignature);
}

/// The site restores two of its three entries, and the kit signs that.
fn restore(stage: &Stage, signer: &Signer) {
    let mut site = stage.site.lock().unwrap();
    let old = Some(site.head());
    site.tree = tree(&["a", "b"]);
    let statement = Resume {
        site: "handa".parse().unwrap(),
        counter: 1,
        old,
        new: site.head(),
        at: Timestamp::from_seconds(1_700_000_000),
    };
    site.resumed = Some(resume::sign(&statement, signer).unwrap().to_string());
    site.tree = tree(&["a", "b", "x", "y", "z"]);
}

#[tokio::test]
async fn an_honest_restore_is_followed_and_told() {
    let stage = Stage::new();
    restore(&stage, &kit());
    let compared = stage.compare().await.unwrap();
    assert_eq!(compared.resumed.len(), 1);
    assert_eq!(stage.remembered(), 5);
    // It is told once.
    assert!(stage.compare().await.unwrap().resumed.is_empty());
}

#[tokio::test]
async fn a_restore_that_the_kit_did_not_sign_is_a_rewriting() {
    let stage = Stage::new();
    restore(
        &stage,
        &Signer::ed25519("sekisho/handa/kit", &[8; 32]).unwrap(),
    );
    let (how, reported) = how(stage.compare().await.unwrap_err());
    assert_eq!((how, reported), (v1::Disagreement::Forked, true));
}

#[tokio::test]
async fn a_restore_from_before_we_joined_is_no_disagreement_and_works_no_second_time() {
    let stage = Stage::new();
    let statement = Resume {
        site: "handa".parse().unwrap(),
        counter: 1,
        old: None,
        new: Head {
            size: 2,
            root: tree(&["a", "b"]).root(),
        },
        at: Timestamp::from_seconds(1_700_000_000),
    };
    let note = resume::sign(&statement, &kit()).unwrap().to_string();
    stage.site.lock().unwrap().resumed = Some(note);
    stage.becomes(&["a", "b", "c", "d"]);
    assert!(stage.compare().await.unwrap().resumed.is_empty());
    // The same statement, shown again to hide a rollback.
    stage.becomes(&["a", "b", "x"]);
    let (how, _) = how(stage.compare().await.unwrap_err());
    assert_eq!(how, v1::Disagreement::RolledBack);
    assert_eq!(stage.remembered(), 4);
}
