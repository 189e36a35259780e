//! The engineer's own SSH client in front of a session: the gateway's host key, kept for it, and its
//! options.
//!
//! The host key comes over the pinned API, so that the client never has to believe a key at first
//! sight (lesson L40). Nobody proves anything by SSH: who asks is known by the connection inside which
//! the client speaks (lessons L1, L2), so it is told to offer neither keys nor passwords.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::{BASE64, BASE64_NOPAD};

/// The longest host key line that is kept, in bytes.
const MAX_HOST_KEY: usize = 1024;

/// The name under which a site's host key is known: `HostKeyAlias`.
pub fn alias(site: &ids::SiteId) -> String {
    format!("sekisho-{site}")
}

/// The line of a `known_hosts` file; `None` if what the site gave is not a host key.
pub fn known_host(site: &ids::SiteId, host_key: &str) -> Option<String> {
    fingerprint(host_key)?;
    let mut parts = host_key.split_ascii_whitespace();
    let (kind, key) = (parts.next()?, parts.next()?);
    Some(format!("{} {kind} {key}\n", alias(site)))
}

/// SHA-256 of a host key line as OpenSSH and PuTTY write it; `None` if it is not a host key line.
pub fn fingerprint(host_key: &str) -> Option<String> {
    let mut parts = host_key.split_ascii_whitespace();
    let (kind, key) = (parts.next()?, parts.next()?);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '@' | '.');
    let blob = BASE64.decode(key.as_bytes()).ok()?;
    // The blob begins with the kind once more (RFC 4253 §6.6).
    let (length, rest) = blob.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let fits = host_key.len() <= MAX_HOST_KEY && kind.chars().all(plain);
    let same = rest.get(..length)? == kind.as_bytes();
    let hash = digest(&SHA256, &blob);
    (fits && same).then(|| format!("SHA256:{}", BASE64_NOPAD.encode(hash.as_ref())))
}

/// The options for `ssh`, `scp` and `sftp`, as pairs of name and value in the order in which they
/// count. `known_hosts` is the value of `UserKnownHostsFile`, quoted as it needs.
pub fn options(site: &ids::SiteId, proxy: &str, known_hosts: &str) -> Vec<(&'static str, String)> {
    let plain = |name, value: &str| (name, value.to_owned());
    vec![
        plain("ProxyCommand", proxy),
        plain("User", "sekisho"),
        plain("UserKnownHostsFile", known_hosts),
        plain(
            "GlobalKnownHostsFile",
            if cfg!(windows) { "NUL" } else { "/dev/null" },
        ),
        ("HostKeyAlias", alias(site)),
        plain("StrictHostKeyChecking", "yes"),
        plain("UpdateHostKeys", "no"),
        plain("VerifyHostKeyDNS", "no"),
        plain("CheckHostIP", "no"),
        plain("CanonicalizeHostname", "no"),
        // OpenSSH before 10 prefers AES with a MAC beside it, at twice the cost. Our gateway has these.
        plain(
            "Ciphers",
            "aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr",
        ),
        // In whose language the gateway speaks to the engineer.
        plain("SendEnv", "LANG LC_ALL LC_MESSAGES"),
        plain("IdentitiesOnly", "yes"),
        plain("PubkeyAuthentication", "no"),
        plain("PasswordAuthentication", "no"),
        plain("KbdInteractiveAuthentication", "no"),
    ]
}

/// A path as a value of `UserKnownHostsFile`: one word, and no token of ssh's.
pub fn quoted_path(path: &str) -> Option<String> {
    let possible = !path.contains(['"', '\n', '\r', '\0']);
    possible.then(|| format!("\"{}\"", path.replace('%', "%%")))
}

/// Words as one command line for a shell, inside a `ProxyCommand`. `None` if a word holds what no
/// quoting carries.
pub fn proxy_command(words: &[String]) -> Option<String> {
    let quoted: Option<Vec<String>> = words.iter().map(|word| quoted(word)).collect();
    quoted.map(|words| words.join(" "))
}

fn quoted(word: &str) -> Option<String> {
    if word.is_empty() || word.contains(['\n', '\r', '\0']) {
        return None;
    }
    // A percent sign is ssh's own, before any shell sees it.
    let word = word.replace('%', "%%");
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:@+=,-%".contains(c);
    if word.chars().all(plain) {
        return Some(word);
    }
    if cfg!(windows) {
        return (!word.contains('"')).then(|| format!("\"{word}\""));
    }
    Some(format!("'{}'", word.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

    #[test]
    fn a_host_key_is_kept_under_the_sites_own_name() {
        let line = known_host(&"handa".parse().unwrap(), KEY).unwrap();
        assert_eq!(line, format!("sekisho-handa {KEY}\n"));
        let print = fingerprint(KEY).unwrap();
        assert!(print.starts_with("SHA256:") && print.len() == 50, "{print}");
    }

    #[test]
    fn l40_what_is_not_one_host_key_is_not_kept() {
        for wrong in [
            "",
            "ssh-ed25519",
            "ssh-ed25519 ????",
            "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f",
            "* AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f",
        ] {
            assert_eq!(
                known_host(&"handa".parse().unwrap(), wrong),
                None,
                "{wrong}"
            );
        }
        let two = format!("{KEY}\nevil {KEY}");
        let line = known_host(&"handa".parse().unwrap(), &two).unwrap();
        assert_eq!(line.lines().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_gives_back_the_words_of_a_proxy_command() {
        let words: Vec<String> = [
            "printf", "%s\\n", "a b", "it's", "$HOME", "`id`", "!x", "\"q\"",
        ]
        .iter()
        .map(ToString::to_string)
        .collect();
        let line = proxy_command(&words).unwrap().replace("%%", "%");
        let run = std::process::Command::new("sh")
            .args(["-c", &line])
            .output();
        let said = String::from_utf8(run.unwrap().stdout).unwrap();
        assert_eq!(said.lines().collect::<Vec<_>>(), words[2..]);
        assert_eq!(proxy_command(&["a\nb".to_owned()]), None);
        assert_eq!(proxy_command(&[String::new()]), None);
    }

    #[test]
    fn a_percent_sign_is_not_a_token_of_ssh() {
        assert_eq!(proxy_command(&["/a/%h".to_owned()]).unwrap(), "/a/%%h");
        assert_eq!(quoted_path("/a b/%d").unwrap(), "\"/a b/%%d\"");
        assert_eq!(quoted_path("/a\"b"), None);
    }

    #[test]
    fn l1_the_engineers_client_offers_nothing_to_prove_who_they_are() {
        let options = options(&"handa".parse().unwrap(), "p", "k");
        let of = |name| {
            let found = options.iter().find(|(given, _)| *given == name);
            found.map(|(_, value)| value.as_str())
        };
        assert_eq!(of("PubkeyAuthentication"), Some("no"));
        assert_eq!(of("PasswordAuthentication"), Some("no"));
        assert_eq!(of("StrictHostKeyChecking"), Some("yes"));
        assert_eq!(of("HostKeyAlias"), Some("sekisho-handa"));
    }
}
