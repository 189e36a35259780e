//! A target's host key as people compare it: by the words that stand for it, and by the line that OpenSSH
//! prints of it.

use ids::Digest;

/// How a host key is told from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostKeyShown {
    /// As `ssh-keygen -l` prints it: `SHA256:…`.
    pub fingerprint: String,
    /// Eight words, as for a device's key ([`access::device_words`]).
    pub words: [&'static str; 8],
}

/// What stands for a pinned host key (`ssh-ed25519 AAAA…`). `None` if it is none.
pub fn host_key_shown(line: &str) -> Option<HostKeyShown> {
    let key = ssh::HostKey::parse(line).ok()?;
    let digest = Digest(key.sha256());
    Some(HostKeyShown {
        fingerprint: key.fingerprint(),
        words: access::device_words(&digest),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
    const OTHER: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB8eHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA";

    #[test]
    fn another_key_has_other_words_and_a_comment_changes_nothing() {
        let shown = host_key_shown(LINE).unwrap();
        assert!(shown.fingerprint.starts_with("SHA256:"));
        let with_names = format!("pacs {LINE} root@pacs");
        assert_eq!(host_key_shown(&with_names), Some(shown.clone()));
        assert_ne!(host_key_shown(OTHER).unwrap().words, shown.words);
        assert_eq!(host_key_shown("ssh-rsa AAAA"), None);
    }
}
