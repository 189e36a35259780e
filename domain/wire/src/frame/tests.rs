use ids::{DeviceId, GrantId, InvitationId, PersonId, SessionId, SiteId, Timestamp, VisitId};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::join::{
    JoinAnswer, JoinDevice, JoinRequest, JoinStart, Joined, JoinedDevice, MAX_DER, MAX_LINE,
};
use crate::session::{
    Channel, MAX_REASONS, MAX_TARGET, MAX_TOKEN, OpenAnswer, OpenSession, Recording,
};
use crate::{Bytes, Said, Secret, SecretBytes};

fn site() -> SiteId {
    "handa".parse().unwrap()
}

fn open() -> OpenSession {
    OpenSession {
        token: Secret::from("token"),
        target: "pacs-db".to_owned(),
        grant: None,
        channel: Channel::Tcp,
        cancel: None,
    }
}

fn framed(content: &str) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap();
    [&length.to_be_bytes()[..], content.as_bytes()].concat()
}

fn wrong<M: Message + fmt::Debug>(content: &str) -> Misbehaviour {
    decode::<M>(&framed(content)).unwrap_err()
}

fn round<M: Message + PartialEq + fmt::Debug>(message: &M) {
    let frame = encode(message).unwrap();
    assert!(frame.len() <= LENGTH + MAX_FRAME);
    // What follows a message belongs to whatever comes next.
    let followed = [&frame[..], b"raw bytes"].concat();
    match decode::<M>(&followed).unwrap() {
        Decoding::Complete {
            message: read,
            used,
        } => {
            assert_eq!(&read, message);
            assert_eq!(used, frame.len());
        }
        Decoding::Needs(more) => panic!("needs {more}"),
    }
    for end in 0..frame.len() {
        match decode::<M>(&frame[..end]).unwrap() {
            Decoding::Needs(more) => assert!(more >= 1 && end + more <= frame.len()),
            Decoding::Complete { .. } => panic!("complete at {end}"),
        }
    }
}

#[test]
fn a_request_looks_as_it_is_documented() {
    let frame = encode(&open()).unwrap();
    let text = std::str::from_utf8(&frame[4..]).unwrap();
    let expected = r#"{"channel":"tcp","target":"pacs-db","token":"token","v":1}"#;
    assert_eq!(text, expected);
}

#[test]
fn a_frame_longer_than_allowed_is_refused_before_its_content_comes() {
    for announced in [16 * 1024 + 1, u32::MAX] {
        assert_eq!(
            decode::<OpenSession>(&announced.to_be_bytes()),
            Err(Misbehaviour::FrameTooLong {
                announced,
                most: MAX_FRAME
            })
        );
    }
    assert_eq!(
        decode::<OpenSession>(&[0; 4]),
        Err(Misbehaviour::FrameEmpty)
    );
}

#[test]
fn a_version_that_we_do_not_speak_is_named() {
    let with = |version: &str| {
        wrong::<OpenSession>(&format!(
            r#"{{"channel":"tcp","target":"t","token":"x","v":{version}}}"#
        ))
    };
    for version in ["2", "0", "-1", "1.0", "\"1\"", "null"] {
        assert_eq!(
            with(version),
            Misbehaviour::VersionUnknown {
                offered: version.to_owned(),
                spoken: 1
            }
        );
    }
    assert_eq!(
        wrong::<OpenSession>(r#"{"channel":"tcp","target":"t","token":"x"}"#),
        Misbehaviour::VersionMissing
    );
    // A future message is told apart by its version, however different it is.
    assert!(matches!(
        wrong::<JoinRequest>(r#"{"v":9,"something":"else"}"#),
        Misbehaviour::VersionUnknown { .. }
    ));
}

#[test]
fn what_is_not_a_json_object_is_named() {
    for content in ["x", "{", "\u{feff}{}", "{}{}", "{\"v\":1}x", "{\"v\":1,}"] {
        assert_eq!(wrong::<OpenSession>(content), Misbehaviour::NotJson);
    }
    for content in ["[]", "1", "null", "\"v\""] {
        assert_eq!(wrong::<OpenSession>(content), Misbehaviour::NotAnObject);
    }
    let deep = format!("{{\"v\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(wrong::<OpenSession>(&deep), Misbehaviour::NotJson);
}

#[test]
fn a_member_that_stands_twice_is_named() {
    assert_eq!(
        wrong::<OpenSession>(r#"{"v":1,"target":"a","target":"b","token":"x","channel":"tcp"}"#),
        Misbehaviour::DuplicateMember {
            name: "target".to_owned()
        }
    );
}

#[test]
fn another_message_than_the_one_due_is_named() {
    for content in [
        r#"{"v":1}"#,
        r#"{"v":1,"channel":"tcp","target":"t","token":"x","more":1}"#,
        r#"{"v":1,"channel":"udp","target":"t","token":"x"}"#,
        r#"{"v":1,"channel":"tcp","target":7,"token":"x"}"#,
        r#"{"v":1,"channel":"tcp","target":"t","token":"x","grant":"7"}"#,
    ] {
        assert!(matches!(
            wrong::<OpenSession>(content),
            Misbehaviour::NotThisMessage {
                expected: "OpenSession",
                ..
            }
        ));
    }
    for content in [
        r#"{"v":1,"type":"start"}"#,
        r#"{"v":1,"type":"confirm","code":"1","more":1}"#,
        r#"{"v":1,"code":"1"}"#,
    ] {
        assert!(matches!(
            wrong::<JoinRequest>(content),
            Misbehaviour::NotThisMessage { .. }
        ));
    }
}

#[test]
fn l29_a_misbehaviour_does_not_quote_what_could_be_a_secret() {
    for content in [
        r#"{"v":1,"channel":"SECRET","target":"t","token":"x"}"#,
        r#"{"v":1,"channel":"tcp","target":"t","token":{"SECRET":1}}"#,
        r#"{"v":1,"channel":"tcp","target":"t","token":"x","grant":"SECRET"}"#,
    ] {
        let said = wrong::<OpenSession>(content).to_string();
        assert!(!said.contains("SECRET"), "{said}");
    }
    let said = wrong::<JoinRequest>(
        r#"{"v":1,"type":"start","invitation":"handa/invitation-1","secret":"SECRET"}"#,
    );
    assert!(!said.to_string().contains("SECRET"), "{said}");
}

#[test]
fn l24_every_text_has_its_limit_on_both_sides() {
    let long = |text: &str, most: usize| text.repeat(most + 1);
    let mut request = open();
    request.target = long("t", MAX_TARGET);
    assert_eq!(
        encode(&request),
        Err(NotEncodable::Field(Misbehaviour::FieldTooLong {
            field: "target",
            most: MAX_TARGET
        }))
    );
    let content = format!(
        r#"{{"v":1,"channel":"tcp","target":"t","token":"{}"}}"#,
        long("x", MAX_TOKEN)
    );
    assert_eq!(
        wrong::<OpenSession>(&content),
        Misbehaviour::FieldTooLong {
            field: "token",
            most: MAX_TOKEN
        }
    );
    assert_eq!(
        wrong::<OpenSession>(r#"{"v":1,"channel":"tcp","target":"","token":"x"}"#),
        Misbehaviour::FieldEmpty { field: "target" }
    );
    let reasons = vec![Said::plain("x"); MAX_REASONS + 1];
    assert_eq!(
        encode(&OpenAnswer::Refused { reasons }),
        Err(NotEncodable::Field(Misbehaviour::TooManyItems {
            field: "reasons",
            most: MAX_REASONS
        }))
    );
}

#[test]
fn the_largest_message_of_each_kind_that_the_limits_allow_is_framed_or_refused_as_a_whole() {
    let mut joined = Joined {
        person: PersonId::new(&site(), 1),
        site: site(),
        site_name: "半田".repeat(40),
        engineers_name: "a".repeat(253),
        console_name: "b".repeat(253),
        ca: Bytes(vec![1; 800]),
        site_vkey: "s".repeat(384),
        kit_vkey: "k".repeat(384),
        checkpoint: "c".repeat(6 * 1024),
        resumed: 1,
        device: Some(JoinedDevice {
            id: DeviceId::new(&site(), 1),
            certificate: Bytes(vec![2; 800]),
            words: vec!["ひらがなひらがな".to_owned(); 8],
        }),
    };
    round(&JoinAnswer::Joined(Box::new(joined.clone())));
    joined.ca = Bytes(vec![1; MAX_DER]);
    joined.device.as_mut().unwrap().certificate = Bytes(vec![1; MAX_DER]);
    assert!(matches!(
        encode(&JoinAnswer::Joined(Box::new(joined))),
        Err(NotEncodable::TooLong(_))
    ));
}

fn line() -> impl Strategy<Value = String> {
    ".{1,40}"
}

fn secret() -> impl Strategy<Value = Secret> {
    line().prop_map(Secret::new)
}

fn reasons() -> impl Strategy<Value = Vec<Said>> {
    let said = ("[a-z-]{1,20}", btree_map("[a-z]{1,8}", ".{0,30}", 0..4))
        .prop_map(|(id, args)| Said { id, args });
    vec(said, 0..6)
}

fn requests() -> impl Strategy<Value = OpenSession> {
    (secret(), ".{1,20}", option::of(1u64..)).prop_map(|(token, target, grant)| OpenSession {
        token,
        target,
        grant: grant.map(|number| GrantId::new(&site(), number)),
        channel: Channel::Tcp,
        cancel: None,
    })
}

fn answers() -> impl Strategy<Value = OpenAnswer> {
    let opened = (1u64.., 1u64.., any::<i64>(), any::<bool>()).prop_map(
        |(session, visit, until, payload)| OpenAnswer::Opened {
            session: SessionId::new(&site(), session),
            visit: VisitId::new(&site(), visit),
            until: Timestamp::from_millis(until),
            recording: if payload {
                Recording::Payload
            } else {
                Recording::MetadataOnly
            },
        },
    );
    prop_oneof![
        opened,
        reasons().prop_map(|reasons| OpenAnswer::Refused { reasons })
    ]
}

fn devices() -> impl Strategy<Value = JoinDevice> {
    (vec(any::<u8>(), 1..400), line(), line()).prop_map(|(csr, witness, label)| JoinDevice {
        csr: Bytes(csr),
        witness,
        label,
    })
}

fn join_requests() -> impl Strategy<Value = JoinRequest> {
    let start = (
        1u64..,
        vec(any::<u8>(), 16..=32),
        option::of(line()),
        option::of(line()),
        option::of(line()),
        option::of(secret()),
        option::of(devices()),
    )
        .prop_map(
            |(invitation, secret, name, login, contact, passphrase, device)| {
                JoinRequest::Start(Box::new(JoinStart {
                    invitation: InvitationId::new(&site(), invitation),
                    secret: SecretBytes::new(secret),
                    name: name.filter(|n| n.len() <= MAX_LINE),
                    login: login.filter(|n| n.len() <= 128),
                    contact,
                    passphrase,
                    device,
                }))
            },
        );
    let confirm = "[0-9]{6}".prop_map(|code| JoinRequest::Confirm {
        code: Secret::new(code),
    });
    prop_oneof![start, confirm]
}

proptest! {
    #[test]
    fn l34_no_bytes_make_a_decoder_panic(bytes in vec(any::<u8>(), 0..300)) {
        let _ = decode::<OpenSession>(&bytes);
        let _ = decode::<OpenAnswer>(&bytes);
        let _ = decode::<JoinRequest>(&bytes);
        let _ = decode::<JoinAnswer>(&bytes);
    }

    #[test]
    fn l34_no_content_makes_a_decoder_panic_or_wait(
        content in "[{}\\[\\]\",:a-zA-Z0-9v \\\\]{1,200}|\\{\"v\":1,\"type\":\"[a-z]{3,9}\"(,\"[a-z]{2,9}\":[\"0-9a-z\\[\\]{}]{1,9}){0,4}\\}"
    ) {
        let frame = framed(&content);
        let waits = |needs: bool| assert!(!needs);
        waits(matches!(decode::<OpenSession>(&frame), Ok(Decoding::Needs(_))));
        waits(matches!(decode::<OpenAnswer>(&frame), Ok(Decoding::Needs(_))));
        waits(matches!(decode::<JoinRequest>(&frame), Ok(Decoding::Needs(_))));
        waits(matches!(decode::<JoinAnswer>(&frame), Ok(Decoding::Needs(_))));
    }

    #[test]
    fn a_message_reads_back_as_it_was_written(
        request in requests(), answer in answers(), join in join_requests(), refusal in reasons(),
    ) {
        round(&request);
        round(&answer);
        round(&join);
        round(&JoinAnswer::Refused { reasons: refusal });
    }

    #[test]
    fn a_flipped_bit_never_makes_a_decoder_panic(request in join_requests(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut frame = encode(&request).unwrap();
        let at = at.index(frame.len());
        frame[at] ^= 1 << bit;
        let _ = decode::<JoinRequest>(&frame);
    }
}
