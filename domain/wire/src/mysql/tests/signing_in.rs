use data_encoding::HEXLOWER;
use proptest::prelude::*;
use zeroize::Zeroizing;

use crate::mysql::*;

fn nobody_signs(_: &[u8], _: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(b"signed".to_vec())
}

#[test]
fn a_native_proof_is_verified_by_the_hash_that_servers_keep() {
    // `PASSWORD('x')`, as `SHOW GRANTS` shows it: SHA1(SHA1(password)).
    let kept = HEXLOWER
        .decode(b"b69027d44f6e5edc07f1aead1477967b16f28227")
        .unwrap();
    let proof = prove(Plugin::Native, b"x", &[7; 20], false, nobody_signs).unwrap();
    let by = &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY;
    let mask = aws_lc_rs::digest::digest(by, &[&[7; 20][..], &kept].concat());
    let once: Vec<u8> = proof
        .iter()
        .zip(mask.as_ref())
        .map(|(a, b)| a ^ b)
        .collect();
    assert_eq!(aws_lc_rs::digest::digest(by, &once).as_ref(), kept);
}

#[test]
fn a_proof_with_sha_256_is_verified_by_the_hash_that_servers_keep() {
    let by = &aws_lc_rs::digest::SHA256;
    let hash = |bytes: &[u8]| aws_lc_rs::digest::digest(by, bytes).as_ref().to_vec();
    let kept = hash(&hash(b"x"));
    let proof = prove(Plugin::CachingSha2, b"x", &[7; 20], false, nobody_signs).unwrap();
    let mask = hash(&[&kept[..], &[7; 20]].concat());
    let once: Vec<u8> = proof.iter().zip(mask).map(|(a, b)| a ^ b).collect();
    assert_eq!(hash(&once), kept);
}

#[test]
fn a_password_is_said_inside_tls_alone_and_only_whole_challenges_are_answered() {
    for plugin in [Plugin::Clear, Plugin::Sha256] {
        let refused = prove(plugin, b"x", b"", false, nobody_signs);
        assert_eq!(refused, Err(NotProved::WithoutTls(plugin)));
        assert_eq!(
            *prove(plugin, b"x", b"", true, nobody_signs).unwrap(),
            b"x\0"
        );
    }
    for plugin in [Plugin::Native, Plugin::CachingSha2, Plugin::Ed25519] {
        assert!(prove(plugin, b"x", b"short", true, nobody_signs).is_err());
        assert_eq!(Plugin::of(plugin.name()), Some(plugin));
    }
    assert_eq!(Plugin::of("dialog"), None);
}

fn greeting() -> Greeting {
    Greeting {
        version: "5.5.5-10.11.6-MariaDB".to_owned(),
        connection: 77,
        challenge: vec![1; 20],
        capabilities: u32::MAX,
        plugin: "client_ed25519".to_owned(),
    }
}

#[test]
fn the_gateways_greeting_offers_nothing_that_it_does_not_see_through() {
    let said = greeting().ours([3; 20]);
    let Greeted::Greeting(read) = Greeted::read(&said[4..]).unwrap() else {
        panic!("refused");
    };
    let names = (read.version.as_str(), read.connection, read.plugin.as_str());
    assert_eq!(
        names,
        ("5.5.5-10.11.6-MariaDB", 77, "mysql_native_password")
    );
    assert_eq!(read.challenge.len(), 20);
    let compression = 1 << 5;
    let attributes_of_statements = 1 << 27;
    let without_ends = 1 << 24;
    for never in [
        can::LOCAL_FILES,
        can::TLS,
        compression,
        attributes_of_statements,
        without_ends,
    ] {
        assert_eq!(read.capabilities & never, 0, "{never:#x}");
    }
    assert_ne!(
        read.capabilities & can::MYSQL,
        0,
        "no extensions of MariaDB's"
    );
}

#[test]
fn what_a_program_asks_for_beyond_what_is_offered_is_not_asked_of_the_target() {
    let login = Login {
        capabilities: u32::MAX,
        longest: 1 << 24,
        letters: 45,
        user: "arai".to_owned(),
        database: Some("orca".to_owned()),
        application: String::new(),
    };
    let body = login.ours("maint", "client_ed25519", &[5; 64], u32::MAX);
    let First::Login(read) = Login::read(&body).unwrap() else {
        panic!("TLS");
    };
    assert_eq!(
        (read.user.as_str(), read.database.as_deref()),
        ("maint", Some("orca"))
    );
    assert_eq!(read.capabilities & can::LOCAL_FILES, 0);
    assert_eq!(read.capabilities & (1 << 5 | 1 << 24 | 1 << 27), 0);
    let question = login.question_for_tls(u32::MAX);
    assert_eq!(question.len(), HEADER + 32);
    assert_eq!(Login::read(&question[HEADER..]), Ok(First::Tls));
}

#[test]
fn the_name_of_a_program_is_read_from_what_it_says_of_itself() {
    let attributes = b"\x0c_client_name\x08libmaria\x0cprogram_name\x05mysql";
    let mut body = (can::PROTOCOL_41 | can::SECURE | can::ATTRIBUTES | can::PLUGIN)
        .to_le_bytes()
        .to_vec();
    body.extend([0, 0, 0, 1, 45]);
    body.extend([0; 23]);
    body.extend(b"arai\0\0mysql_native_password\0");
    body.push(u8::try_from(attributes.len()).unwrap());
    body.extend(attributes);
    let First::Login(read) = Login::read(&body).unwrap() else {
        panic!("TLS");
    };
    assert_eq!(
        (read.user.as_str(), read.application.as_str()),
        ("arai", "mysql")
    );
    assert_eq!((read.database, read.letters), (None, 45));
}

#[test]
fn a_done_is_rewritten_for_a_program_that_is_not_told_of_another_database() {
    // 3 rows, a number, status with a change, no warning, a remark, the change.
    let body = b"\x00\x03\x00\x02\x40\x00\x00\x04text\x07\x01\x05\x04orca";
    let done = Done::read(body, true).unwrap();
    assert_eq!((done.rows, done.schema.as_deref()), (3, Some("orca")));
    assert_eq!(done.untracked, b"\x00\x03\x00\x02\x00\x00\x00text");
    assert!(
        Done::read(
            b"\x00\x03\x00\x02\x40\x00\x00\x04text\x07\x01\x05\x09orca",
            true
        )
        .is_err()
    );
    let plain = Done::read(b"\x00\x03\x00\x0a\x00\x00\x00text", false).unwrap();
    assert!(plain.more);
    assert_eq!(plain.untracked, b"\x00\x03\x00\x0a\x00\x00\x00text");
}

proptest! {
    #[test]
    fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _any = (Greeted::read(&bytes), Login::read(&bytes), Switch::read(&bytes));
        let _any = (Done::read(&bytes, true), Done::read(&bytes, false), failure(&bytes));
        let _any = first_text(&bytes);
    }
}
