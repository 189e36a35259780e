use std::collections::BTreeMap;

use ids::Timestamp;

use super::*;
use crate::checkpoint;
use crate::note::Signer;

type Files = BTreeMap<String, Vec<u8>>;

struct Fixture {
    files: Files,
    trust: Trust,
    entries: Vec<Vec<u8>>,
}

fn entries(count: usize) -> Vec<Vec<u8>> {
    let entry =
        |n: usize| format!("{{\"event\":{{\"kind\":\"done\",\"n\":{n}}},\"site\":\"handa\"}}");
    (0..count).map(|n| entry(n).into_bytes()).collect()
}

fn site() -> Signer {
    Signer::ed25519("sekisho/handa", &[1; 32]).unwrap()
}

fn witness(n: u8) -> Signer {
    Signer::cosigner(&format!("sekisho/handa/device-{n}"), &[n; 32]).unwrap()
}

fn checkpoint_of(entries: &[Vec<u8>]) -> Checkpoint {
    let tree = Tree::from_leaves(entries.iter().map(|entry| leaf_hash(entry)));
    Checkpoint {
        origin: "sekisho/handa".into(),
        size: tree.size(),
        root: tree.root(),
    }
}

/// An export cosigned by a witness that the reader knows and one that they do not.
fn fixture(count: usize) -> Fixture {
    let entries = entries(count);
    let checkpoint = checkpoint_of(&entries);
    let mut note = checkpoint::sign(&checkpoint, &site()).unwrap();
    for n in [2, 3] {
        note =
            checkpoint::cosign(note, &witness(n), Timestamp::from_seconds(1_800_000_000)).unwrap();
    }
    let witnesses = [2, 3].map(|n| witness(n).verifier().clone());
    let mut files = Files::new();
    let site = site().verifier().clone();
    let put = |path: &str, bytes: &[u8]| -> Result<(), ()> {
        files.insert(path.to_owned(), bytes.to_vec());
        Ok(())
    };
    write(&note, &checkpoint, &site, &witnesses, &entries, put).unwrap();
    let trust = Trust {
        site,
        witnesses: vec![witnesses[0].clone()],
    };
    Fixture {
        files,
        trust,
        entries,
    }
}

impl Fixture {
    fn verify(&self) -> Result<Verified, Broken> {
        verify(|path| self.files.get(path).cloned(), &self.trust)
    }

    fn rewrite_tiles(&mut self) {
        for (path, bytes) in tile::export(&self.entries).unwrap() {
            self.files.insert(path, bytes);
        }
    }
}

#[test]
fn an_export_verifies_from_its_files_and_the_sites_key_alone() {
    for count in [0, 1, 2, 255, 256, 257, 600] {
        let fixture = fixture(count);
        let mut seen = Vec::new();
        let read = |path: &str| fixture.files.get(path).cloned();
        let verified = verify_each(read, &fixture.trust, |index, entry| {
            assert_eq!(to_index(index), seen.len());
            seen.push(entry.to_vec());
        });
        let verified = verified.unwrap();
        assert_eq!(verified.checkpoint, checkpoint_of(&fixture.entries));
        assert_eq!(seen, fixture.entries);
        assert!(!verified.site_only());
        assert_eq!(verified.cosigned[0].name, "sekisho/handa/device-2");
        assert_eq!(verified.strangers, ["sekisho/handa/device-3"]);
        let mut expected: Vec<String> = paths(verified.checkpoint.size).collect();
        expected.sort();
        assert!(expected.iter().eq(fixture.files.keys()));
    }
}

fn to_index(index: u64) -> usize {
    usize::try_from(index).unwrap()
}

#[test]
fn one_flipped_byte_anywhere_fails_with_its_file_named() {
    let whole = fixture(3);
    for (path, bytes) in &whole.files {
        for at in 0..bytes.len() {
            for mask in [0x01, 0x20, 0x80] {
                let mut flipped = bytes.clone();
                flipped[at] ^= mask;
                let read = |name: &str| match name == path {
                    true => Some(flipped.clone()),
                    false => whole.files.get(name).cloned(),
                };
                let broken = verify(read, &whole.trust).unwrap_err();
                let place = broken.place.to_string();
                // A flipped key may also show itself as a signature that nobody listed.
                let named =
                    place.contains(path) || (path == WITNESS_KEYS && place.contains(CHECKPOINT));
                assert!(named, "{path} byte {at} ^ {mask:02x}: {broken}");
            }
        }
    }
}

#[test]
fn a_flipped_byte_in_a_ledger_of_several_tiles_names_its_entry_or_hash() {
    let whole = fixture(300);
    for (path, bytes) in &whole.files {
        for at in (0..bytes.len()).step_by(131) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x01;
            let read = |name: &str| match name == path {
                true => Some(flipped.clone()),
                false => whole.files.get(name).cloned(),
            };
            let broken = verify(read, &whole.trust).unwrap_err();
            match path.strip_prefix("tile/") {
                Some(rest) if rest.starts_with("entries") => {
                    assert!(matches!(&broken.place, Place::Entry { file, .. } if file == path));
                }
                Some(_) => {
                    let hash = u64::try_from(at / 32).unwrap();
                    let path = path.clone();
                    assert_eq!(broken.place, Place::Tile { path, hash });
                }
                None => {}
            }
        }
    }
}

#[test]
fn an_edited_entry_is_named_with_its_number() {
    let mut fixture = fixture(300);
    let bundle = fixture.files.get_mut("tile/entries/001.p/44").unwrap();
    let at = bundle
        .windows(7)
        .position(|bytes| bytes == b"\"n\":260")
        .unwrap();
    bundle[at + 6] = b'1';
    let broken = fixture.verify().unwrap_err();
    let file = "tile/entries/001.p/44".to_owned();
    assert_eq!(broken.place, Place::Entry { index: 260, file });
    assert!(matches!(broken.fault, Fault::Hash { .. }));
}

#[test]
fn an_entry_edited_together_with_its_tile_is_placed_by_the_tile_above() {
    let mut fixture = fixture(300);
    let honest = fixture.files["tile/1/000.p/1"].clone();
    fixture.entries[7] = fixture.entries[8].clone();
    fixture.rewrite_tiles();
    fixture.files.insert("tile/1/000.p/1".into(), honest);
    let broken = fixture.verify().unwrap_err();
    assert_eq!(broken.place, Place::File("tile/0/000".into()));
}

#[test]
fn a_ledger_rewritten_as_a_whole_is_not_what_was_signed() {
    let mut fixture = fixture(300);
    fixture.entries[7] = fixture.entries[8].clone();
    fixture.rewrite_tiles();
    let broken = fixture.verify().unwrap_err();
    assert!(matches!(broken.fault, Fault::NotWhatWasSigned { .. }));
    assert_eq!(broken.place.to_string(), "checkpoint, line 3");
}

#[test]
fn every_missing_file_is_named() {
    let whole = fixture(300);
    for path in whole.files.keys() {
        let read = |name: &str| whole.files.get(name).filter(|_| name != path).cloned();
        let broken = verify(read, &whole.trust).unwrap_err();
        assert_eq!(
            broken,
            Broken::at(Place::File(path.clone()), Fault::Missing)
        );
    }
}

#[test]
fn a_cut_or_lengthened_file_is_named() {
    let whole = fixture(3);
    for (path, bytes) in &whole.files {
        let cut = bytes[..bytes.len() - 1].to_vec();
        let longer = [bytes.as_slice(), b"\n"].concat();
        for changed in [cut, longer, Vec::new()] {
            let read = |name: &str| match name == path {
                true => Some(changed.clone()),
                false => whole.files.get(name).cloned(),
            };
            let broken = verify(read, &whole.trust).unwrap_err();
            let place = broken.place.to_string();
            assert!(
                place.contains(path) || path == WITNESS_KEYS,
                "{path}: {broken}"
            );
        }
    }
}

#[test]
fn an_export_of_another_site_is_refused() {
    let mut fixture = fixture(3);
    fixture.trust.site = Signer::ed25519("sekisho/handa", &[9; 32])
        .unwrap()
        .verifier()
        .clone();
    let broken = fixture.verify().unwrap_err();
    assert_eq!(broken.place.to_string(), "site.vkey, line 1");
}

#[test]
fn the_site_cannot_be_its_own_witness() {
    let entries = entries(2);
    let checkpoint = checkpoint_of(&entries);
    let disguise = Signer::cosigner("somebody-else", &[1; 32]).unwrap();
    let note = checkpoint::sign(&checkpoint, &site()).unwrap();
    let note = checkpoint::cosign(note, &disguise, Timestamp::from_seconds(1)).unwrap();
    let witnesses = vec![disguise.verifier().clone()];
    let mut files = Files::new();
    let put = |path: &str, bytes: &[u8]| -> Result<(), ()> {
        files.insert(path.to_owned(), bytes.to_vec());
        Ok(())
    };
    write(
        &note,
        &checkpoint,
        site().verifier(),
        &witnesses,
        &entries,
        put,
    )
    .unwrap();
    let site = site().verifier().clone();
    let trust = Trust { site, witnesses };
    let verified = verify(|path| files.get(path).cloned(), &trust).unwrap();
    assert!(verified.site_only());
}

#[test]
fn entries_that_the_checkpoint_does_not_sign_are_not_exported() {
    let entries = entries(4);
    let note = checkpoint::sign(&checkpoint_of(&entries), &site()).unwrap();
    for wrong in [&entries[..3], &entries[1..]] {
        let refused = write(
            &note,
            &checkpoint_of(&entries),
            site().verifier(),
            &[],
            wrong,
            |path, _| {
                if path == CHECKPOINT {
                    Err("written")
                } else {
                    Ok(())
                }
            },
        );
        assert!(matches!(refused, Err(ExportError::NotWhatWasSigned { .. })));
    }
}

#[test]
fn an_implementation_that_is_not_ours_proves_entries_from_our_tiles() {
    use tlog_tiles::{HashReader, TileHashReader, TileReader};

    struct Folder(Files);
    impl TileReader for Folder {
        fn height(&self) -> u8 {
            8
        }
        fn read_tiles(
            &self,
            tiles: &[tlog_tiles::Tile],
        ) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
            let path = |tile: &tlog_tiles::Tile| tile.path().replacen("tile/8/", "tile/", 1);
            Ok(tiles
                .iter()
                .map(|tile| self.0[&path(tile)].clone())
                .collect())
        }
        fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
    }

    let fixture = fixture(600);
    let checkpoint = checkpoint_of(&fixture.entries);
    let folder = Folder(fixture.files);
    let root = tlog_tiles::Hash(checkpoint.root.0);
    let reader = TileHashReader::new(600, root, &folder);
    for (index, entry) in (0u64..).zip(&fixture.entries) {
        let at = tlog_tiles::stored_hash_index(0, index);
        let hash = reader.read_hashes(&[at]).unwrap();
        assert_eq!(hash[0].0, tlog_tiles::record_hash(entry).0);
    }
}
