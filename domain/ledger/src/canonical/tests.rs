use proptest::prelude::*;
use serde_json::json;

use super::*;

fn encoded(value: &Value) -> String {
    String::from_utf8(encode(value).unwrap()).unwrap()
}

#[test]
fn members_are_sorted_by_utf16_code_units_as_in_rfc_8785() {
    // RFC 8785 §3.2.3: the emoji sorts before U+FB33 because its surrogates do.
    let value = json!({
        "\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7,
    });
    let text = encoded(&value);
    let order: Vec<usize> = [
        "\\r",
        "1",
        "\u{80}",
        "\u{f6}",
        "\u{20ac}",
        "\u{1f600}",
        "\u{fb33}",
    ]
    .iter()
    .map(|name| text.find(&format!("\"{name}\":")).unwrap())
    .collect();
    assert!(order.is_sorted(), "{text}");
    assert_eq!(decode(text.as_bytes()), Ok(value));
}

#[test]
fn strings_are_escaped_as_in_rfc_8785_and_no_further() {
    let value = json!("\u{20ac}$\u{f}\nA'B\"\\\\\"/\u{7f}\u{1}\u{8}\u{9}\u{c}\r");
    let expected = "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7f}\\u0001\\b\\t\\f\\r\"";
    assert_eq!(encoded(&value), expected);
    assert_eq!(decode(expected.as_bytes()), Ok(value));
}

#[test]
fn what_is_not_its_own_canonical_form_is_refused_with_the_byte() {
    for (text, offset) in [
        (" {}", 0),
        ("{} ", 2),
        ("{ }", 1),
        ("{\"a\": 1}", 5),
        ("{\"b\":1,\"a\":2}", 7),
        ("{\"a\":1,\"a\":2}", 7),
        ("{\"a\":1,}", 7),
        ("[1,]", 3),
        ("[1 ,2]", 2),
        ("01", 0),
        ("-0", 1),
        ("-", 1),
        ("1.0", 1),
        ("1e3", 1),
        ("\"\\u0041\"", 1),
        ("\"\\u000A\"", 1),
        ("\"\\u000a\"", 1),
        ("\"\\u001F\"", 1),
        ("\"\\/\"", 1),
        ("\"\\ud83d\\ude00\"", 1),
        ("\"a\nb\"", 2),
        ("\"a", 2),
        ("tru", 0),
        ("nul", 0),
        ("", 0),
        ("\u{feff}1", 0),
        ("{\"\\u000f\":1,\"\\u0001\":2}", 12),
    ] {
        match decode(text.as_bytes()) {
            Err(NotCanonical::At { offset: found, .. }) => assert_eq!(found, offset, "{text:?}"),
            other => panic!("{text:?}: {other:?}"),
        }
    }
    assert!(matches!(
        decode(b"\"\xff\""),
        Err(NotCanonical::At { offset: 1, .. })
    ));
}

#[test]
fn only_whole_numbers_that_every_reader_holds_exactly_are_written_or_read() {
    for whole in ["0", "-1", "9007199254740991", "-9007199254740991"] {
        let value = decode(whole.as_bytes()).unwrap();
        assert_eq!(encoded(&value), whole);
    }
    for value in [json!(1.5), json!(u64::MAX), json!(9_007_199_254_740_992u64)] {
        assert!(matches!(encode(&value), Err(NotCanonical::Number(_))));
    }
    assert!(matches!(
        decode(b"[9007199254740992]"),
        Err(NotCanonical::At { offset: 1, .. })
    ));
    assert!(decode("9".repeat(400).as_bytes()).is_err());
}

#[test]
fn depth_and_length_are_limited_both_ways() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(decode(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert_eq!(
        decode(nested(MAX_DEPTH + 1).as_bytes()),
        Err(NotCanonical::TooDeep)
    );
    assert_eq!(decode(nested(8000).as_bytes()), Err(NotCanonical::TooDeep));
    let value: Value = serde_json::from_str(&nested(MAX_DEPTH + 1)).unwrap();
    assert_eq!(encode(&value), Err(NotCanonical::TooDeep));
    let longest = json!("x".repeat(MAX_ENTRY - 2));
    assert_eq!(encode(&longest).unwrap().len(), MAX_ENTRY);
    let longer = json!("x".repeat(MAX_ENTRY - 1));
    let too_long = NotCanonical::TooLong { limit: MAX_ENTRY };
    assert_eq!(encode(&longer), Err(too_long.clone()));
    assert_eq!(decode(longer.to_string().as_bytes()), Err(too_long));
}

#[test]
fn a_shape_that_does_not_fit_names_the_byte() {
    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Small {
        #[serde(rename = "a")]
        _a: u8,
    }
    match from_slice::<Small>(b"{\"a\":1,\"b\":2}") {
        Err(NotCanonical::Shape { offset, why }) => {
            assert!((7..=10).contains(&offset), "{offset}");
            assert!(why.contains("`b`"), "{why}");
        }
        other => panic!("{other:?}"),
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9_007_199_254_740_991i64..=9_007_199_254_740_991).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..5)
                .prop_map(|members| members.into_iter().collect::<Value>()),
        ]
    })
}

proptest! {
    #![proptest_config(crate::same_every_run())]

    #[test]
    fn every_value_reads_back_and_has_one_spelling(value in any_value()) {
        let bytes = encode(&value).unwrap();
        prop_assert_eq!(decode(&bytes).unwrap(), value);
    }

    /// The scanner, which allocates nothing, against the writer: both must mean the same form.
    #[test]
    fn bytes_are_accepted_exactly_if_they_are_what_would_be_written(
        value in any_value(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut bytes = encode(&value).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let rewritten = serde_json::from_slice::<Value>(&bytes)
            .ok()
            .and_then(|value| encode(&value).ok());
        prop_assert_eq!(check(&bytes).is_ok(), rewritten.as_ref() == Some(&bytes));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
    }
}
