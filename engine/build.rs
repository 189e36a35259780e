//! Names the build by everything that a snapshot of the folded state depends on: the sources that say
//! how an entry is read and folded. A change in any of them, and the next start folds anew.

use std::fs;
use std::path::{Path, PathBuf};

const SOURCES: [&str; 3] = ["src", "../domain/access/src", "../domain/ids/src"];

fn main() {
    let mut files = Vec::new();
    for folder in SOURCES {
        println!("cargo::rerun-if-changed={folder}");
        gather(Path::new(folder), &mut files);
    }
    files.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for file in &files {
        let name = file.to_string_lossy().into_owned().into_bytes();
        let bytes = fs::read(file).unwrap_or_default();
        for byte in name.iter().chain(&bytes) {
            // FNV-1a: an accident is to be noticed here. Against people there is the signature.
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    println!("cargo::rustc-env=SEKISHO_FOLD={version}-{hash:016x}");
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(found) = fs::read_dir(folder) else {
        return;
    };
    for entry in found.flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
