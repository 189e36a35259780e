//! The framed messages of the client and the join protocol.

use std::fmt::Debug;

use wire::join::{JoinAnswer, JoinRequest};
use wire::session::{OpenAnswer, OpenSession};
use wire::{Decoding, Message};

/// Reads a message; what was read must be written so that it reads the same, whole and cut.
pub(super) fn message<M: Message + PartialEq + Debug>(bytes: &[u8]) {
    let (message, used) = match wire::decode::<M>(bytes) {
        Err(_) => return,
        Ok(Decoding::Needs(missing)) => {
            assert!(missing >= 1 && missing <= M::MOST + 4, "{missing}");
            return;
        }
        Ok(Decoding::Complete { message, used }) => (message, used),
    };
    assert!((5..=bytes.len()).contains(&used), "{used}");
    let cut = wire::decode::<M>(bytes.get(..used - 1).unwrap_or_default());
    assert_eq!(cut, Ok(Decoding::Needs(1)), "what is cut is not whole");
    // A frame that was written loosely may take more when it is written by us; then it is refused.
    let Ok(again) = wire::encode(&message) else {
        return;
    };
    let Ok(Decoding::Complete {
        message: read,
        used,
    }) = wire::decode::<M>(&again)
    else {
        panic!("what we write does not read: {message:?}");
    };
    assert_eq!(read, message);
    assert_eq!(used, again.len());
    assert_eq!(wire::encode(&read).as_ref(), Ok(&again));
}

/// A frame around this JSON.
pub(super) fn framed(json: &str) -> Vec<u8> {
    let length = u32::try_from(json.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], json.as_bytes()].concat()
}

pub(super) fn session(bytes: &[u8]) {
    message::<OpenSession>(bytes);
    message::<OpenAnswer>(bytes);
}

pub(super) fn session_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let open =
        r#"{"v":1,"token":"dG9rZW4","target":"billing","grant":"handa/grant-3","channel":"ssh"}"#;
    let opened = r#"{"v":1,"type":"opened","session":"handa/session-7","visit":"handa/visit-2","until":1795000000000,"recording":"payload"}"#;
    let refused = r#"{"v":1,"type":"refused","reasons":[{"id":"too-early","args":{"from":"2026-11-28 09:00"}}]}"#;
    vec![
        ("open", framed(open)),
        ("opened", framed(opened)),
        ("refused", framed(refused)),
    ]
}

pub(super) fn join(bytes: &[u8]) {
    message::<JoinRequest>(bytes);
    message::<JoinAnswer>(bytes);
}

pub(super) fn join_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let start = r#"{"v":1,"type":"start","invitation":"handa/invitation-5","secret":"AAECAwQFBgcICQoLDA0ODw==","login":"ito","contact":"03","passphrase":"correct horse","device":{"csr":"MAA=","witness":"w+1+k","label":"PC"}}"#;
    let confirm = r#"{"v":1,"type":"confirm","code":"123456"}"#;
    let challenge =
        r#"{"v":1,"type":"challenge","totp_secret":"GEZDGNBV","otpauth":"otpauth://totp/x"}"#;
    let joined = r#"{"v":1,"type":"joined","person":"handa/person-4","site":"handa","site_name":"半田","engineers_name":"e.example","console_name":"c.example","ca":"MAA=","site_vkey":"s","kit_vkey":"k","checkpoint":"c","resumed":0,"device":{"id":"handa/device-1","certificate":"MAA=","words":["asa","hiru"]}}"#;
    vec![
        ("start", framed(start)),
        ("confirm", framed(confirm)),
        ("challenge", framed(challenge)),
        ("joined", framed(joined)),
    ]
}
