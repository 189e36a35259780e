use proptest::prelude::*;

use super::*;

fn invitation() -> Invitation {
    let site: SiteId = "handa".parse().unwrap();
    Invitation {
        purpose: Purpose::Engineer,
        id: InvitationId::new(&site, 7),
        site,
        address: "gate.handa.example:443".to_owned(),
        name: "remote.handa.example".to_owned(),
        ca: Digest([0xa5; 32]),
        secret: SecretBytes::new((0..16).collect()),
        until: "2026-11-28T22:00:00+09:00".parse().unwrap(),
    }
}

#[test]
fn an_invitation_reads_back_however_it_was_wrapped_or_typed() {
    let text = invitation().to_string();
    assert!(text.starts_with(PREFIX));
    let (head, body) = text.split_at(60);
    let wrapped = format!("  {head}\r\n   {body}\n");
    for typed in [text.clone(), text.to_uppercase(), wrapped] {
        assert_eq!(typed.parse(), Ok(invitation()), "{typed}");
    }
}

#[test]
fn the_crc_is_the_one_of_the_standard() {
    assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
}

#[test]
fn what_is_wrong_with_a_text_is_said() {
    let text = invitation().to_string();
    let parse = |text: &str| text.parse::<Invitation>().unwrap_err();
    assert_eq!(parse("hello"), InvitationError::NotAnInvitation);
    assert_eq!(parse("https://x"), InvitationError::NotAnInvitation);
    assert_eq!(parse(""), InvitationError::NotAnInvitation);
    assert_eq!(
        parse(&text.replace("-1:", "-2:")),
        InvitationError::OtherVersion("2".to_owned())
    );
    assert_eq!(
        parse(&text.replace(PREFIX, &format!("{PREFIX}a0"))),
        InvitationError::Character {
            character: '0',
            position: 2
        }
    );
    assert_eq!(parse(PREFIX), InvitationError::CutOff);
    assert_eq!(parse(&"x".repeat(MAX_TEXT + 1)), InvitationError::TooLong);
}

#[test]
fn every_cut_and_every_mistyped_character_is_found() {
    let text = invitation().to_string();
    for end in PREFIX.len()..text.len() {
        let cut = text[..end].parse::<Invitation>().unwrap_err();
        assert!(
            matches!(cut, InvitationError::CutOff | InvitationError::Checksum),
            "{cut:?}"
        );
    }
    for at in PREFIX.len()..text.len() {
        let other = if text.as_bytes()[at] == b'a' {
            "b"
        } else {
            "a"
        };
        let mut mistyped = text.clone();
        mistyped.replace_range(at..=at, other);
        assert!(mistyped.parse::<Invitation>().is_err(), "at {at}");
    }
}

#[test]
fn content_that_no_site_would_write_is_named() {
    let damaged = |change: fn(&mut Invitation)| {
        let mut invitation = invitation();
        change(&mut invitation);
        invitation.to_string().parse::<Invitation>().unwrap_err()
    };
    for address in ["gate", ":443", "gate:0", "gate:x", ""] {
        let mut invitation = invitation();
        invitation.address = address.to_owned();
        assert_eq!(
            invitation.to_string().parse::<Invitation>(),
            Err(InvitationError::Malformed("address"))
        );
    }
    assert_eq!(
        damaged(|i| i.secret = SecretBytes::new(vec![1; 15])),
        InvitationError::Malformed("secret")
    );
    assert_eq!(
        damaged(|i| i.name.clear()),
        InvitationError::Malformed("name")
    );
    assert_eq!(
        damaged(|i| i.id = InvitationId::new(&i.site, 0)),
        InvitationError::Malformed("number")
    );
}

#[test]
fn l29_a_debug_line_does_not_show_the_secret() {
    let shown = format!("{:?}", invitation());
    assert!(shown.contains("SecretBytes(…)"), "{shown}");
}

proptest! {
    #[test]
    fn l34_no_text_makes_the_reader_panic(text in ".{0,300}", body in "[a-z2-7]{0,300}") {
        let _ = text.parse::<Invitation>();
        let _ = format!("{PREFIX}{body}").parse::<Invitation>();
    }

    #[test]
    fn l34_no_content_with_a_good_checksum_makes_the_reader_panic(content in prop::collection::vec(any::<u8>(), 0..300)) {
        let bytes = [&content[..], &crc32(&content).to_be_bytes()].concat();
        let text = format!("{PREFIX}{}", BASE32_NOPAD.encode(&bytes));
        if let Ok(read) = text.parse::<Invitation>() {
            prop_assert_eq!(read.to_string().parse(), Ok(read));
        }
    }

    #[test]
    fn an_invitation_reads_back_as_it_was_written(
        site in "[a-z][a-z0-9]{1,31}", host in "[a-z0-9.]{1,200}", port in 1u16.., name in "[a-z.]{1,200}",
        number in 1u64.., secret in prop::collection::vec(any::<u8>(), MIN_SECRET..=MAX_SECRET),
        ca in any::<[u8; 32]>(), until in 0i64..253_402_300_799_999, purpose in 0usize..4,
    ) {
        let site: SiteId = site.parse().unwrap();
        let purposes = [Purpose::Person, Purpose::Engineer, Purpose::Device, Purpose::Factors];
        let written = Invitation {
            purpose: purposes[purpose],
            id: InvitationId::new(&site, number),
            site,
            address: format!("{host}:{port}"),
            name,
            ca: Digest(ca),
            secret: SecretBytes::new(secret),
            until: Timestamp::from_millis(until),
        };
        prop_assert_eq!(written.to_string().parse(), Ok(written));
    }
}
