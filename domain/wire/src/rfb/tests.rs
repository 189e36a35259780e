//! A viewer and a server, as they speak and as they must not.

mod canvas;
mod server;
mod viewer;

use super::*;

#[test]
fn versions_of_other_makers_are_taken_for_the_one_that_they_mean() {
    let read = |line: &[u8; 12]| Version::read(line);
    assert_eq!(read(b"RFB 003.003\n"), Ok(Version::V3_3));
    assert_eq!(read(b"RFB 003.006\n"), Ok(Version::V3_3));
    assert_eq!(read(b"RFB 003.007\n"), Ok(Version::V3_7));
    assert_eq!(read(b"RFB 003.008\n"), Ok(Version::V3_8));
    assert_eq!(read(b"RFB 003.889\n"), Ok(Version::V3_8));
    assert_eq!(read(b"RFB 005.000\n"), Ok(Version::V3_8));
    for line in [
        b"RFB 002.002\n",
        b"RFB 003x008\n",
        b"SSH-2.0-ssh\n",
        b"RFB +03.008\n",
    ] {
        assert_eq!(read(line), Err(Misbehaviour::NotRfb), "{line:?}");
    }
}

#[test]
fn a_name_and_a_password_are_said_with_their_lengths() {
    let said = plain_answer("op", b"secret").unwrap();
    assert_eq!(said.as_slice(), b"\0\0\0\x02\0\0\0\x06opsecret");
    assert!(plain_answer(&"x".repeat(1 << 16), b"").is_none());
}

#[test]
fn a_screen_that_no_honest_server_has_is_refused() {
    let init = |width: u16, height: u16, name: u32| {
        let mut bytes = [0; ServerInit::LENGTH];
        bytes[..2].copy_from_slice(&width.to_be_bytes());
        bytes[2..4].copy_from_slice(&height.to_be_bytes());
        bytes[4..20].copy_from_slice(PixelFormat::OURS.as_bytes());
        bytes[20..].copy_from_slice(&name.to_be_bytes());
        ServerInit::read(&bytes)
    };
    let (read, name) = init(800, 600, 5).unwrap();
    assert_eq!((read.size.pixels(), name), (480_000, 5));
    assert_eq!(read.format, Some(PixelFormat::OURS));
    assert_eq!(read.told("ct").len(), ServerInit::LENGTH + 2);
    for (width, height) in [(0, 600), (800, 0), (8193, 8192)] {
        let screen = Misbehaviour::Screen { width, height };
        assert_eq!(init(width, height, 0), Err(screen));
    }
    assert!(matches!(
        init(1, 1, 2000),
        Err(Misbehaviour::TooLong { .. })
    ));
}
