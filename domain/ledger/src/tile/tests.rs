use super::*;

fn path(kind: Kind, index: u64, width: u16) -> String {
    Tile { kind, index, width }.to_string()
}

#[test]
fn paths_are_those_of_the_specification() {
    let entries = Kind::Entries;
    assert_eq!(path(Kind::Hashes(0), 0, 256), "tile/0/000");
    assert_eq!(
        path(Kind::Hashes(0), 1_234_067, 256),
        "tile/0/x001/x234/067"
    );
    assert_eq!(path(Kind::Hashes(2), 273, 112), "tile/2/273.p/112");
    assert_eq!(path(entries, 1000, 1), "tile/entries/x001/000.p/1");
}

#[test]
fn paths_are_those_of_an_implementation_that_is_not_ours() {
    for index in [0, 1, 999, 1000, 1_234_067, 999_999_999] {
        for width in [1, 255, 256] {
            for level in 0..4 {
                let theirs = tlog_tiles::Tile::new(8, level, index, width.into(), false).path();
                let ours = path(Kind::Hashes(level), index, width);
                // The other one writes Go's form, which also names the height.
                assert_eq!(theirs.replacen("tile/8/", "tile/", 1), ours);
            }
        }
    }
}

#[test]
fn a_path_reads_back_and_has_one_spelling() {
    for index in [0, 999, 1000, 1_234_067] {
        for kind in [Kind::Entries, Kind::Hashes(0), Kind::Hashes(63)] {
            for width in [1, 112, 256] {
                let tile = Tile { kind, index, width };
                assert_eq!(tile.to_string().parse(), Ok(tile));
            }
        }
    }
    for wrong in [
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/+01",
        "tile/0/../../000",
        "tile/data/000",
        "checkpoint",
        "",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert!(wrong.parse::<Tile>().is_err(), "{wrong}");
    }
}

#[test]
fn a_tree_of_70000_has_the_tiles_that_the_specification_counts() {
    let of = |level| tiles(Kind::Hashes(level), 70_000).map(|tile| tile.width);
    let full = |level| of(level).filter(|width| *width == WIDTH).count();
    let partial = |level| of(level).filter(|width| *width < WIDTH).collect::<Vec<_>>();
    assert_eq!((full(0), partial(0)), (273, vec![112]));
    assert_eq!((full(1), partial(1)), (1, vec![17]));
    assert_eq!((full(2), partial(2)), (0, vec![1]));
    assert_eq!(of(3).count(), 0);
    let of_256: Vec<String> = hash_tiles(256).map(|tile| tile.to_string()).collect();
    assert_eq!(of_256, ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(hash_tiles(0).count(), 0);
}

#[test]
fn a_bundle_holds_exactly_its_entries() {
    let mut bundle = Vec::new();
    for entry in ["one", "", "three"] {
        push_entry(&mut bundle, entry.as_bytes()).unwrap();
    }
    let read = decode_bundle(&bundle, 3).unwrap();
    assert_eq!(read, [b"one".as_slice(), b"", b"three"]);
    assert_eq!(decode_bundle(&bundle, 4), Err(BundleError::Short { at: 3 }));
    assert_eq!(
        decode_bundle(&bundle, 2),
        Err(BundleError::Long { left: 7 })
    );
    for length in 0..bundle.len() {
        assert!(decode_bundle(&bundle[..length], 3).is_err());
    }
    assert!(push_entry(&mut bundle, &vec![0; 65_536]).is_err());
}

#[test]
fn tiles_of_hashes_hold_the_roots_of_whole_tiles_below() {
    let entries: Vec<String> = (0..600).map(|n| n.to_string()).collect();
    let files = export(&entries).unwrap();
    let get = |path: &str| &files.iter().find(|(name, _)| name == path).unwrap().1;
    let first: Vec<_> = entries[..256]
        .iter()
        .map(|e| crate::tree::leaf_hash(e.as_bytes()))
        .collect();
    assert_eq!(get("tile/0/000"), &encode_hashes(&first));
    let root = Tree::from_leaves(first).root();
    let upper = get("tile/1/000.p/2");
    assert_eq!(upper[..32], root.0);
    let theirs = tlog_tiles::Tile::subtree_hash(get("tile/0/001"));
    assert_eq!(upper[32..], theirs.0);
}
