//! Bundles of entries, and the paths of tiles.

use ledger::tile;

use crate::bytes::Input;

/// Reads a bundle of entries, and the path of a tile; both must be written as they were read.
pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let width = u16::from(input.u8());
    let bundle = input.rest();
    if let Ok(entries) = tile::decode_bundle(bundle, width) {
        let mut again = Vec::new();
        for entry in &entries {
            tile::push_entry(&mut again, entry).expect("it was in a bundle");
        }
        assert_eq!(again, bundle);
        assert_eq!(entries.len(), usize::from(width));
    }
    let path = std::str::from_utf8(bytes).unwrap_or_default();
    if let Ok(tile) = path.parse::<tile::Tile>() {
        assert_eq!(tile.to_string(), path);
        let _ = tile.start();
    }
}

pub(super) fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let mut bundle = vec![2];
    for entry in [&b"first"[..], b"{}"] {
        tile::push_entry(&mut bundle, entry).unwrap();
    }
    vec![
        ("two", bundle),
        ("hashes", b"tile/1/x001/234.p/5".to_vec()),
        ("entries", b"tile/entries/x001/x234/067".to_vec()),
    ]
}
