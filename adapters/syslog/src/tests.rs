use access::{Caller, Event};
use ids::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::cef::{head, pair};
use crate::structured::parameter;

const HOSTILE: &str =
    "\u{0}\n\r\u{85}\u{2028}\u{202e}\u{7f}\"]\\|= <134>1 [x@1 a=\"b\"] CEF:0|医療";

fn entry() -> Entry {
    Entry {
        v: 1,
        site: "minato".parse().unwrap(),
        at: Timestamp::from_seconds(1_764_000_000),
        by: Caller::gateway(),
        part: None,
        event: Event::GatewayStopped {},
    }
}

fn form(style: Style) -> Form {
    let host = "console.minato.example".to_owned();
    let version = "0.1.0";
    Form {
        host,
        version,
        style,
    }
}

fn framed(form: &Form, bytes: &[u8]) -> String {
    let entry = entry();
    let leaf = Digest([0xab; 32]);
    let line = Line {
        number: 7,
        leaf,
        entry: &entry,
        bytes,
    };
    String::from_utf8(frame(form, &line)).unwrap()
}

/// Reads the quoted value back as RFC 5424 says, and gives what stands behind it.
fn quoted(text: &str) -> (String, &str) {
    let (mut value, mut escaped) = (String::new(), false);
    for (at, character) in text.char_indices() {
        match (escaped, character) {
            (false, '"') => return (value, &text[at + 1..]),
            (false, ']') => panic!("the element ended inside a value"),
            (false, '\\') => escaped = true,
            (_, character) => {
                value.push(character);
                escaped = false;
            }
        }
    }
    panic!("the value did not end")
}

#[test]
fn an_entry_is_one_message_whose_length_stands_before_it() {
    let text = framed(&form(Style::Structured { enterprise: 32473 }), b"{\"v\":1}");
    let (length, message) = text.split_once(' ').unwrap();
    assert_eq!(length.parse::<usize>().unwrap(), message.len());
    let head = "<109>1 2025-11-25T01:00:00+09:00 console.minato.example sekisho - gateway_stopped [origin ";
    assert!(message.starts_with(head), "{message}");
    let leaf = "ab".repeat(32);
    let element = format!(
        "[sekisho@32473 site=\"minato\" entry=\"7\" leaf=\"{leaf}\" kind=\"gateway_stopped\" by=\"gateway\"]"
    );
    assert!(message.contains(&element), "{message}");
    assert!(message.ends_with("] \u{feff}{\"v\":1}"), "{message}");
}

#[test]
fn in_cef_an_entry_is_a_head_of_eight_fields_and_pairs() {
    let text = framed(&form(Style::Cef), br#"{"a":"x=1\n"}"#);
    let (_, message) = text.split_once(' ').unwrap();
    let head = " - CEF:0|Sekisho|Sekisho|0.1.0|gateway_stopped|gateway stopped|3|rt=1764000000000 externalId=7 ";
    assert!(message.contains(head), "{message}");
    assert!(message.ends_with(r#"msg={"a":"x\=1\\n"}"#), "{message}");
}

#[test]
fn every_kind_is_short_enough_for_the_field_of_a_message() {
    for kind in Event::KINDS {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        assert!(kind.len() <= 32 && kind.bytes().all(plain), "{kind}");
    }
}

#[test]
fn the_longest_entry_of_the_most_hostile_text_is_within_the_longest_frame() {
    for character in ["\u{7f}", "\u{85}", "\\", "="] {
        let bytes = character.repeat(16 * 1024 / character.len());
        for style in [Style::Cef, Style::Structured { enterprise: 32473 }] {
            let text = framed(&form(style), bytes.as_bytes());
            assert!(text.len() < LONGEST_FRAME, "{}", text.len());
        }
    }
}

#[test]
fn a_name_of_a_host_ends_no_field() {
    let mut form = form(Style::Cef);
    form.host = "a b\n<1>1".to_owned();
    let text = framed(&form, b"{}");
    assert!(
        text.contains(" ab<1>1 sekisho - gateway_stopped - CEF:0|"),
        "{text}"
    );
    form.host = " ".to_owned();
    assert!(framed(&form, b"{}").contains("+09:00 - sekisho "));
}

fn hostile() -> impl Strategy<Value = String> {
    let characters: Vec<char> = HOSTILE.chars().collect();
    let one = prop_oneof![proptest::sample::select(characters), any::<char>()];
    proptest::collection::vec(one, 0..64).prop_map(String::from_iter)
}

proptest! {
    #[test]
    fn no_value_ends_its_parameter_or_its_message(value in hostile()) {
        let mut text = String::new();
        parameter(&mut text, "name", &value);
        let rest = text.strip_prefix(" name=\"").unwrap();
        let (read, behind) = quoted(rest);
        prop_assert_eq!(behind, "");
        let expected: String = value.chars().map(|c| if is_obeyed(c) { '?' } else { c }).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn no_value_ends_its_field_or_pair_in_cef(value in hostile()) {
        let mut text = String::new();
        head(&mut text, &value);
        let unescaped = text[1..].replace("\\\\", "").replace("\\|", "");
        prop_assert!(!unescaped.contains(['|', '\\']), "{:?}", text);
        let mut text = String::new();
        pair(&mut text, "key", &value);
        let unescaped = text[5..].replace("\\\\", "").replace("\\=", "");
        prop_assert!(!unescaped.contains(['=', '\\']), "{:?}", text);
        prop_assert!(!text.chars().any(is_obeyed));
    }

    #[test]
    fn what_an_entry_says_is_inert_and_means_the_same(value in hostile()) {
        let json = serde_json::to_string(&value).unwrap();
        let inert = inert_json(json.as_bytes());
        prop_assert!(!inert.chars().any(is_obeyed));
        prop_assert_eq!(serde_json::from_str::<String>(&inert).unwrap(), value);
    }

    #[test]
    fn a_message_holds_one_frame_whatever_the_entry_says(value in hostile()) {
        let json = serde_json::to_string(&value).unwrap();
        for style in [Style::Cef, Style::Structured { enterprise: 32473 }] {
            let text = framed(&form(style), json.as_bytes());
            let (length, message) = text.split_once(' ').unwrap();
            prop_assert_eq!(length.parse::<usize>().unwrap(), message.len());
            // One mark at the head of the message is ours.
            let inside = message.replacen('\u{feff}', "", 1);
            prop_assert!(!inside.chars().any(is_obeyed));
        }
    }
}
