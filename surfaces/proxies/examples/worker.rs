//! What `sekisho` does as a worker, and as what starts workers, for the tests of this crate:
//! `worker workers FOLDER`, `worker worker`.

#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a program of the tests: what is not there has failed them"
)]

use std::path::PathBuf;
use std::process::Command;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let ended = if args.first().is_some_and(|what| what == "workers") {
        let own = PathBuf::from(args.get(1).unwrap());
        proxies::workers::be_spawner(&own, || {
            let mut command = Command::new("/proc/self/exe");
            command.arg("worker");
            command
        })
    } else {
        proxies::workers::be_worker()
    };
    if let Err(cause) = ended {
        eprintln!("a worker: {cause}");
        std::process::exit(1);
    }
}
