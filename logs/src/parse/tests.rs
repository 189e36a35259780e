use ids::Timestamp;
use jiff::tz::Offset;
use proptest::prelude::*;

use super::{Claimed, Form, Message, parse};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const TOKYO: Offset = Offset::constant(9);

fn heard(bytes: &[u8]) -> Message<'_> {
    parse(bytes, at("2026-11-24T01:00:05Z"), TOKYO)
}

fn name(bytes: Option<&[u8]>) -> Option<&str> {
    bytes.map(|bytes| std::str::from_utf8(bytes).unwrap())
}

#[test]
fn an_example_of_rfc_5424_is_read_whole() {
    let message = heard(
        b"<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut=\"3\" \
          eventSource=\"App\\]li\\\"cation\"][examplePriority@32473 class=\"high\"] \xef\xbb\xbfAn event\n",
    );
    assert_eq!(message.form, Form::Rfc5424);
    assert_eq!(message.priority, Some(165));
    assert_eq!(message.severity(), Some(5));
    assert_eq!(message.claimed, Claimed::At(at("2003-10-11T22:14:15.003Z")));
    assert_eq!(name(message.host), Some("mymachine.example.com"));
    assert_eq!(name(message.program), Some("evntslog"));
    assert_eq!(message.text, b"An event");
}

#[test]
fn nothing_is_said_by_a_dash_and_a_message_may_be_empty() {
    let message = heard(b"<0>1 - - - - - -");
    assert_eq!(message.form, Form::Rfc5424);
    assert_eq!(
        (message.host, message.program, message.text),
        (None, None, &b""[..])
    );
    assert_eq!(message.claimed, Claimed::Never);
}

#[test]
fn a_line_of_rfc_3164_gets_the_year_nearest_and_the_zone_that_is_set() {
    let message = heard(b"<34>Nov 24 10:00:00 vpn1 sshd[4721]: Failed password for root");
    assert_eq!(message.form, Form::Rfc3164);
    assert_eq!(
        message.claimed,
        Claimed::Assumed(at("2026-11-24T01:00:00Z"))
    );
    assert_eq!(name(message.host), Some("vpn1"));
    assert_eq!(name(message.program), Some("sshd"));
    assert_eq!(message.text, b"Failed password for root");
}

#[test]
fn december_told_of_in_january_is_last_years_and_a_clock_ahead_is_next_years() {
    let new_year = at("2027-01-01T00:00:10Z");
    let late = parse(b"<34>Dec 31 23:59:59 fw up", new_year, Offset::UTC);
    assert_eq!(late.claimed.moment(), Some(at("2026-12-31T23:59:59Z")));
    let eve = at("2026-12-31T23:59:00Z");
    let ahead = parse(b"<34>Jan  1 00:10:00 fw up", eve, Offset::UTC);
    assert_eq!(ahead.claimed.moment(), Some(at("2027-01-01T00:10:00Z")));
}

#[test]
fn the_forms_of_time_that_devices_send_are_known() {
    for (bytes, moment) in [
        (
            &b"<1>Nov  4 2026 10:00:00 asa : %ASA-6-1"[..],
            "2026-11-04T01:00:00Z",
        ),
        (
            b"<1>*Nov 24 10:00:00.250: %SYS-5-CONFIG",
            "2026-11-24T01:00:00.250Z",
        ),
        (
            b"<1>2026-11-24T10:00:00+09:00 nas backupd: done",
            "2026-11-24T01:00:00Z",
        ),
        (b"<1>Feb 29 10:00:00 fw x", "2028-02-29T01:00:00Z"),
    ] {
        let received = at("2026-11-24T01:00:05Z");
        let received = if moment.starts_with("2028") {
            at("2028-03-01T00:00:00Z")
        } else {
            received
        };
        let message = parse(bytes, received, TOKYO);
        assert_eq!(
            message.claimed.moment(),
            Some(at(moment)),
            "{}",
            String::from_utf8_lossy(bytes)
        );
        assert_eq!(message.form, Form::Rfc3164);
    }
}

#[test]
fn a_fortigate_is_read_by_its_pairs() {
    let message = heard(
        b"<189>date=2026-11-24 time=10:00:00 devname=\"FG 60F\" devid=\"FGT60F\" logid=\"0100032002\" \
          type=\"event\" subtype=\"system\" level=\"alert\" tz=\"+0900\" user=\"admin\" msg=\"login failed\"",
    );
    assert_eq!(message.form, Form::Pairs);
    assert_eq!(message.claimed, Claimed::At(at("2026-11-24T01:00:00Z")));
    assert_eq!(name(message.host), Some("FG 60F"));
    assert!(message.text.ends_with(b"msg=\"login failed\""));
}

#[test]
fn a_yamaha_router_sends_neither_time_nor_name() {
    let message = heard(b"<134>[IKE] respond ISAKMP phase to 203.0.113.9");
    assert_eq!((message.form, message.priority), (Form::Bare, Some(134)));
    assert_eq!((message.claimed, message.host), (Claimed::Never, None));
    assert_eq!(message.text, b"[IKE] respond ISAKMP phase to 203.0.113.9");
}

#[test]
fn bytes_that_are_no_utf_8_stay_as_they_came() {
    let message = heard(b"<13>Nov 24 10:00:00 pc1 \x94\x46\x8f\xd8\r\n\0");
    assert_eq!(message.text, b"\x94\x46\x8f\xd8");
}

#[test]
fn what_breaks_the_rules_is_text() {
    for bytes in [
        &b"<192>1 - - - - - - x"[..],
        b"<>x",
        b"<13",
        b"",
        b"<13>1 2026-99-99T00:00:00Z a b c d - x",
        b"<13>1 - a b c d [open \"]\" x",
        b"<13>Nov 31 10:00:00 fw x",
    ] {
        let message = heard(bytes);
        assert_eq!(
            message.form,
            Form::Bare,
            "{}",
            String::from_utf8_lossy(bytes)
        );
    }
}

proptest! {
    #[test]
    fn no_message_is_refused_and_no_part_is_made_up(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let message = heard(&bytes);
        for part in [Some(message.text), message.host, message.program].into_iter().flatten() {
            prop_assert!(part.is_empty() || bytes.windows(part.len()).any(|window| window == part));
        }
    }

    #[test]
    fn what_looks_like_a_message_is_read_without_harm(text in "<1?[0-9]{1,2}>(1 )?([A-Z][a-z]{2} [ 0-9]{2} [0-9:.]{8,14} |date=[0-9-]{8,10} time=[0-9:.]{5,9} |[0-9T:.Z+-]{10,30} )?[ -~]{0,80}") {
        let message = heard(text.as_bytes());
        prop_assert!(message.text.len() <= text.len());
    }
}
