//! The real fuzzer: libFuzzer over the targets of `fuzz`, on the stable compiler.
//!
//! What `cargo fuzz` asks of a nightly compiler is the address sanitizer, which safe Rust can do without;
//! the coverage that guides libFuzzer is a pass of LLVM that the stable compiler has too.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use data_encoding::HEXLOWER;

use crate::running::{cargo, root};

/// How long each target runs unless it is said.
const SECONDS: u32 = 60;

/// The coverage that libFuzzer steers by: what `cargo fuzz --sanitizer none` sets.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing";

const USAGE: &str = "cargo xtask fuzz [TARGET …] [--seconds N]: each target runs for N seconds, 60 \
    unless it is said; without a target, all of them. They are the folders of fuzz/seeds.";

/// Runs the targets one after the other. Fails if one of them found something.
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let targets = targets(&root().join("fuzz").join("seeds"));
    let asked = match Asked::read(arguments, &targets) {
        Ok(asked) => asked,
        Err(wrong) => {
            eprintln!("{wrong}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let folder = root().join("target").join("fuzz");
    let driver = match build(&folder) {
        Ok(driver) => driver,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    };
    let mut found = Vec::new();
    for target in &asked.targets {
        println!("\n== {target}: {} seconds", asked.seconds);
        if !fuzz(&driver, &folder, target, asked.seconds) {
            found.push(target.as_str());
        }
    }
    let (ran, seconds) = (asked.targets.len(), asked.seconds);
    if found.is_empty() {
        println!("\n{ran} targets, {seconds} seconds each: nothing found");
        return ExitCode::SUCCESS;
    }
    println!(
        "\n{ran} targets, {seconds} seconds each; found by {}",
        found.join(", ")
    );
    println!(
        "The inputs lie in target/fuzz/found. Mend, then keep each as fuzz/seeds/TARGET/found-WHAT.hex: \
         xxd -p FILE"
    );
    ExitCode::FAILURE
}

/// What the command line asks for.
#[derive(Debug, PartialEq)]
struct Asked {
    targets: Vec<String>,
    seconds: u32,
}

impl Asked {
    fn read(arguments: &[String], all: &[String]) -> Result<Self, String> {
        let (mut targets, mut seconds) = (Vec::new(), SECONDS);
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            if word == "--seconds" {
                let number = words.next().and_then(|number| number.parse().ok());
                seconds = number.ok_or("--seconds needs a whole number")?;
            } else if all.contains(word) {
                targets.push(word.clone());
            } else {
                return Err(format!("no target {word:?}; there are: {}", all.join(", ")));
            }
        }
        if targets.is_empty() {
            targets = all.to_vec();
        }
        Ok(Self { targets, seconds })
    }
}

/// The names of the targets: each has a folder of seeds, which a test of `fuzz` sees to.
fn targets(seeds: &Path) -> Vec<String> {
    let folders = std::fs::read_dir(seeds).into_iter().flatten();
    let names = folders.filter_map(|folder| folder.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// Builds the fuzzer's program, instrumented. A target that is named keeps the flags from build scripts and
/// macros, a folder of its own keeps every other build as it is.
fn build(folder: &Path) -> Result<PathBuf, String> {
    let host = host()?;
    let words = [
        "build",
        "--profile",
        "fuzz",
        "-p",
        "fuzz",
        "--bin",
        "fuzz-driver",
    ];
    let mut build = cargo(words);
    build.args([
        "--features",
        "fuzz/libfuzzer",
        "--target",
        &host,
        "--target-dir",
    ]);
    build.arg(folder.join("build")).env("RUSTFLAGS", FLAGS);
    match build.status() {
        Ok(status) if status.success() => {}
        Ok(_) => return Err("the fuzzer was not built; it needs a C++ compiler (g++)".to_owned()),
        Err(cause) => return Err(format!("cargo: {cause}")),
    }
    Ok(folder
        .join("build")
        .join(host)
        .join("fuzz")
        .join("fuzz-driver"))
}

/// The machine's own target triple.
fn host() -> Result<String, String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .arg("-vV")
        .output()
        .map_err(|cause| format!("rustc: {cause}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| "rustc does not say its host".to_owned())
}

/// Gives the fuzzer the seeds of a target as bytes: in the repository they are text (`fuzz::seed`).
fn unpack_seeds(target: &str, into: &Path) -> io::Result<()> {
    std::fs::create_dir_all(into)?;
    for file in std::fs::read_dir(root().join("fuzz").join("seeds").join(target))? {
        let path = file?.path();
        let text: String = std::fs::read_to_string(&path)?
            .split_ascii_whitespace()
            .collect();
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|cause| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{}: {cause}", path.display()),
            )
        })?;
        std::fs::write(into.join(path.file_stem().unwrap_or_default()), bytes)?;
    }
    Ok(())
}

/// Runs one target. What it learns is kept in `target/fuzz/corpus`, so that the next run goes on from there.
fn fuzz(driver: &Path, folder: &Path, target: &str, seconds: u32) -> bool {
    let (corpus, found) = (folder.join("corpus").join(target), folder.join("found"));
    let seeds = folder.join("seeds").join(target);
    if let Err(cause) = unpack_seeds(target, &seeds) {
        eprintln!("the seeds of {target}: {cause}");
        return false;
    }
    for folder in [&corpus, &found] {
        if let Err(cause) = std::fs::create_dir_all(folder) {
            eprintln!("{}: {cause}", folder.display());
            return false;
        }
    }
    let mut prefix = found.join(target).into_os_string();
    prefix.push("-");
    let mut artifacts = std::ffi::OsString::from("-artifact_prefix=");
    artifacts.push(prefix);
    let mut run = Command::new(driver);
    run.env("SEKISHO_FUZZ_TARGET", target)
        // A slow input is a finding too: nobody may hold us up with few bytes.
        .args([
            &format!("-max_total_time={seconds}"),
            "-timeout=5",
            "-max_len=8192",
        ])
        .args(["-rss_limit_mb=1024", "-print_final_stats=1", "-verbosity=0"])
        .arg(artifacts)
        .arg(&corpus)
        .arg(&seeds);
    run.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::{Asked, SECONDS};

    fn read(words: &[&str]) -> Result<Asked, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Asked::read(&words, &["hello".to_owned(), "sftp".to_owned()])
    }

    #[test]
    fn without_a_target_all_run_and_a_time_can_be_said() {
        let all = read(&[]).unwrap();
        assert_eq!(all.targets, ["hello", "sftp"]);
        assert_eq!(all.seconds, SECONDS);
        let one = read(&["sftp", "--seconds", "7200"]).unwrap();
        assert_eq!((one.targets, one.seconds), (vec!["sftp".to_owned()], 7200));
    }

    #[test]
    fn a_target_that_is_not_there_is_answered_with_those_that_are() {
        assert!(read(&["ftp"]).unwrap_err().contains("hello, sftp"));
        assert!(read(&["--seconds", "long"]).is_err());
        assert!(read(&["--seconds"]).is_err());
    }
}
