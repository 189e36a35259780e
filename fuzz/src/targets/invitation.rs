//! The text of an invitation.

use ids::{Digest, InvitationId};
use wire::{Invitation, Purpose, SecretBytes};

use crate::bytes::{altered, site};

/// Reads an invitation; it must be written so that it reads the same, and not read once it is altered.
pub(super) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(invitation) = text.parse::<Invitation>() else {
        return;
    };
    let again = invitation.to_string();
    assert_eq!(again.parse().as_ref(), Ok(&invitation));
    for altered in altered(again.as_bytes()) {
        let Ok(altered) = String::from_utf8(altered) else {
            continue;
        };
        if !altered.eq_ignore_ascii_case(&again) {
            let read = altered.parse::<Invitation>();
            assert!(
                read.is_err() || read.as_ref() == Ok(&invitation),
                "{altered}"
            );
        }
    }
}

pub(super) fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let invitation = |purpose, secret| {
        let invitation = Invitation {
            purpose,
            id: InvitationId::new(&site(), 7),
            site: site(),
            address: "gate.handa.example:443".to_owned(),
            name: "remote.handa.example".to_owned(),
            ca: Digest([0xa5; 32]),
            secret: SecretBytes::new((0..secret).collect()),
            until: "2026-11-28T22:00:00+09:00".parse().unwrap(),
        };
        invitation.to_string().into_bytes()
    };
    vec![
        ("engineer", invitation(Purpose::Engineer, 16)),
        ("factors", invitation(Purpose::Factors, 32)),
    ]
}
