use super::super::connect::{Channels, connect_initial};
use super::super::input::{Buttons, fast};
use super::*;

/// What the proxy makes of a unit of input: keys and the pointer, as RFB says them.
fn heard(unit: &[u8]) -> (Vec<[u8; 8]>, Vec<u8>) {
    let done = fast(unit, &mut Buttons::default()).unwrap();
    let keys = done.keys.iter().map(|key| key.as_rfb()).collect();
    (keys, done.pointer)
}

#[test]
fn keys_go_by_where_they_lie_and_letters_without_a_key_as_letters() {
    for (place, kind, code) in [
        (0x10, 0, 0x10),
        (0x29, 0, 0x29),
        (0x73, 0, 0x73),
        (0xdb, 1, 0x5b),
    ] {
        let (keys, _) = heard(&said::key(true, 0xffff_ffff, place));
        assert_eq!(keys, [[4, 1, 0, 0, kind, 0, 0, code]]);
    }
    let (keys, _) = heard(&said::key(false, 0x0100_691c, 0));
    assert_eq!(keys, [[4, 0, 0, 0, 16, 0, 0x69, 0x1c]]);
    let (pause, _) = heard(&said::key(true, 0xff13, 0xc6));
    assert_eq!(
        pause,
        [[4, 1, 0, 0, 2, 0, 0, 0x1d], [4, 1, 0, 0, 0, 0, 0, 0x45]]
    );
    for nothing in [0, 0xff0d, 0x0100_d800, u32::MAX] {
        assert!(said::key(true, nothing, 0).is_empty());
    }
}

#[test]
fn the_pointer_arrives_where_it_was_with_its_buttons_and_each_step_of_a_wheel() {
    let (_, pointer) = heard(&said::pointer(0, 1 | 8, [2, 3]));
    let moved = [[5, 0, 0, 2, 0, 3], [5, 1, 0, 2, 0, 3]].concat();
    assert_eq!(pointer[..12], moved);
    assert_eq!(pointer[13], 1 | 8);
    assert!(said::pointer(0, 0, [4095, 2559]).len() <= 127);
    assert!(said::pointer(0, 0xff, [4095, 2559]).len() <= 127);
}

#[test]
fn what_it_asks_for_is_what_the_proxy_lets_pass_and_no_channel() {
    for (width, height) in [(0, 0), (1283, 721), (u16::MAX, u16::MAX)] {
        let client = Client::new(width, height);
        let unit = client.connect().unwrap();
        let (_, channels) = connect_initial(data(&unit).unwrap(), SignIn::Tls, true).unwrap();
        assert_eq!(channels, Channels::default());
    }
}

#[test]
fn a_server_that_says_anything_else_is_not_followed() {
    let mut client = Client::new(800, 600);
    assert!(
        client.hear(&[0, 3, 0]).is_err(),
        "a picture before a screen"
    );
    assert!(client.hear(&[3, 0, 0, 7, 2, 0xf0, 0x80]).is_err());
    assert!(client.does(&Done::Pointer([5, 1, 0, 0, 0, 0])).is_empty());
}

#[test]
fn a_server_that_gives_each_client_a_licence_is_known_as_such() {
    let said = |kind: u8, code: u32| {
        let body = [
            &[0x80, 0, 0, 0, kind, 3, 16, 0][..],
            &code.to_le_bytes(),
            &[0; 8],
        ]
        .concat();
        needs_no_licence(&body)
    };
    assert_eq!(said(0xff, VALID_CLIENT), Ok(()));
    // A request for a new one, and an error that is no leave (MS-RDPELE 2.2.2.1, MS-RDPBCGR 2.2.1.12.1.3).
    assert_eq!(said(0x01, 0), Err(Misbehaviour::WantsLicence));
    assert_eq!(said(0xff, 2), Err(Misbehaviour::WantsLicence));
    assert!(matches!(
        needs_no_licence(&[0x80]),
        Err(Misbehaviour::Cut { .. })
    ));
}
