//! Host keys and secrets of targets, as they are handed over.

use std::path::Path;

use wire::api::v1::SetTargetSecret;

use crate::cli::SecretArgs;
use crate::context::Context;
use crate::failure::{Failure, Kind};

/// The longest file with a host key or a private key, in bytes.
const MAX_KEY: u64 = 64 * 1024;

/// A host key: the line itself, or the first line of a file that is one.
pub(super) fn host_key_line(given: &str) -> Result<String, Failure> {
    let own = |line: &str| {
        client::ssh::fingerprint(line)?;
        let mut parts = line.split_ascii_whitespace();
        Some(format!("{} {}", parts.next()?, parts.next()?))
    };
    if let Some(line) = own(given) {
        return Ok(line);
    }
    let path = Path::new(given);
    let text = small_file(path)?;
    // As `ssh-keyscan` writes it, a line begins with the host's name.
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let found = lines.filter_map(|line| {
        let named = line.split_once(' ').map(|(_, rest)| rest);
        own(line).or_else(|| named.and_then(own))
    });
    let mut found = found.collect::<Vec<String>>();
    found.dedup();
    match found.as_slice() {
        [one] => Ok(one.clone()),
        _ => {
            let said = wire::Said::plain("cli-not-a-host-key").with("text", given);
            Err(Failure::of(Kind::Usage, said))
        }
    }
}

fn small_file(path: &Path) -> Result<zeroize::Zeroizing<String>, Failure> {
    use std::io::Read as _;
    // Room for all of it at once: text that grows leaves copies behind that nobody wipes.
    let room = usize::try_from(MAX_KEY).unwrap_or(0);
    let mut text = zeroize::Zeroizing::new(String::with_capacity(room));
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_KEY).read_to_string(&mut text))
        .map_err(|cause| Failure::unreadable(path, &cause))?;
    Ok(text)
}

/// The secret is never an argument: those stand in the list of processes.
pub(in crate::verbs) fn new_secret(
    context: &Context,
    args: &SecretArgs,
    reader: bool,
) -> Result<SetTargetSecret, Failure> {
    if let Some(path) = &args.key {
        let pem = small_file(path)?;
        return Ok(SetTargetSecret::Key(wire::Secret::from(pem.as_str())));
    }
    if args.generate {
        return Ok(SetTargetSecret::Generate {});
    }
    if args.certificate {
        return Ok(SetTargetSecret::Certificate {});
    }
    let password = context.ask_secret("cli-ask-target-password")?;
    Ok(if reader {
        SetTargetSecret::ReaderPassword(password)
    } else {
        SetTargetSecret::Password(password)
    })
}
