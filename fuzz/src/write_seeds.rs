//! Writes the seeds: `cargo run -p fuzz --bin fuzz-seeds`, at the workspace's root. What a fuzzer found is
//! kept beside them as `found-…` and left alone.

use std::io;

fn main() -> io::Result<()> {
    for target in fuzz::TARGETS {
        let folder = fuzz::seeds_folder().join(target.name);
        std::fs::create_dir_all(&folder)?;
        for (name, bytes) in (target.seeds)() {
            std::fs::write(folder.join(name), bytes)?;
        }
    }
    Ok(())
}
