//! Writes the seeds: `cargo run -p fuzz --bin fuzz-seeds`, at the workspace's root. What a fuzzer found is
//! kept beside them as `found-….hex` and left alone.

use std::io;

use fuzz::seed::{SUFFIX, to_text};

fn main() -> io::Result<()> {
    fuzz::keep()?;
    for target in fuzz::TARGETS {
        let folder = fuzz::seeds_folder().join(target.name);
        std::fs::create_dir_all(&folder)?;
        for (name, bytes) in (target.seeds)() {
            let file = folder.join(format!("{name}{SUFFIX}"));
            std::fs::write(file, to_text(&bytes))?;
        }
    }
    Ok(())
}
