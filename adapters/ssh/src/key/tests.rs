use super::{HostKey, HostKeyPair, KeyError, LoginKey, check_private_key};
use zeroize::Zeroizing;

const ED25519: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB9dG4kjRhQTtWTVzd2t27+t0DEHBPW7iOD23TUiYLio";

fn pair() -> HostKeyPair {
    HostKeyPair::from_bytes(Zeroizing::new([7; 32]))
}

#[test]
fn a_key_is_read_with_comment_and_as_it_stands_in_known_hosts_and_printed_as_its_line() {
    let key = HostKey::parse(ED25519).unwrap();
    assert_eq!(key.to_string(), ED25519);
    assert_eq!(
        HostKey::parse(&format!("{ED25519} root@pacs\n")),
        Ok(key.clone())
    );
    assert_eq!(
        HostKey::parse(&format!("pacs,10.1.2.3 {ED25519}")),
        Ok(key.clone())
    );
    assert_eq!(
        format!("{key:?}"),
        format!("HostKey(ssh-ed25519 {})", key.fingerprint())
    );
}

#[test]
fn what_is_no_key_and_what_is_a_key_of_another_kind_is_told_apart() {
    for line in [
        "",
        "pacs",
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        "@revoked pacs ssh-ed25519 AAAA",
    ] {
        assert_eq!(HostKey::parse(line), Err(KeyError::Unreadable), "{line}");
    }
    for kind in [
        "ssh-rsa",
        "ssh-dss",
        "sk-ssh-ed25519@openssh.com",
        "ssh-ed25519-cert-v01@openssh.com",
        "ecdsa-sha2-nistp256-cert-v01@openssh.com",
    ] {
        let found = kind.to_owned();
        let line = format!("{kind} AAAAC3Nz");
        assert_eq!(HostKey::parse(&line), Err(KeyError::Kind { found }));
    }
    // A blob of another kind than the line says.
    let line = ED25519.replace("ssh-ed25519 ", "ecdsa-sha2-nistp256 ");
    assert_eq!(HostKey::parse(&line), Err(KeyError::Unreadable));
}

#[test]
fn a_pair_comes_back_from_its_bytes_and_shows_only_its_public_half() {
    let again = HostKeyPair::from_bytes(pair().bytes().clone());
    assert_eq!(again.public(), pair().public());
    assert_ne!(HostKeyPair::generate().unwrap().public(), pair().public());
    let shown = format!("{:?}", pair());
    assert!(shown.starts_with("HostKeyPair(SHA256:"), "{shown}");
}

#[test]
fn a_login_key_is_usable_and_its_public_line_is_its_own() {
    let key = LoginKey::generate().unwrap();
    let public = check_private_key(&key.pem().unwrap()).unwrap();
    let line = key.authorized_line("sekisho handa\n ssh-rsa");
    assert_eq!(line, format!("restrict,pty {public} sekishohandassh-rsa"));
    assert!(!format!("{key:?}").contains("PRIVATE"));
}

#[test]
fn a_private_key_that_could_not_be_used_is_refused_when_it_is_stored() {
    assert_eq!(check_private_key("-----BEGIN"), Err(KeyError::Unreadable));
}
