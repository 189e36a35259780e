//! Every form in which a secret could have been written.

use std::collections::BTreeSet;

use data_encoding::{BASE32_NOPAD, BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER, HEXUPPER};

/// What is shorter is not looked for: it could stand somewhere by chance.
const SHORTEST: usize = 8;

/// The forms of some bytes, each with its name.
pub fn forms(secret: &[u8]) -> BTreeSet<(&'static str, Vec<u8>)> {
    let mut forms = BTreeSet::from([("raw", secret.to_vec())]);
    let mut add = |name, form: Vec<u8>| forms.insert((name, form));
    add("hex", HEXLOWER.encode(secret).into());
    add("hex", HEXUPPER.encode(secret).into());
    for (encoding, bits, name) in [
        (&BASE64_NOPAD, 6, "base64"),
        (&BASE64URL_NOPAD, 6, "base64"),
        (&BASE32_NOPAD, 5, "base32"),
    ] {
        for before in 0..5 {
            let inside = within(encoding, bits, secret, before);
            if bits == 5 {
                add(name, inside.to_lowercase().into());
            }
            add(name, inside.into());
        }
    }
    let numbers: Vec<String> = secret.iter().map(u8::to_string).collect();
    add("numbers", numbers.join(", ").into());
    add("numbers", numbers.join(",").into());
    for case in [percent_lower, percent_upper] {
        add("percent-encoded", percent(secret, case, false));
        add("percent-encoded", percent(secret, case, true));
    }
    if let Ok(text) = std::str::from_utf8(secret) {
        add(
            "UTF-16",
            text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        );
        add(
            "UTF-16",
            text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        );
        add("JSON", json(text).into());
        add("JSON", json_ascii(text).into());
        add("Debug", text.escape_debug().to_string().into());
        add("Debug", text.escape_default().to_string().into());
    }
    forms.retain(|(_, form)| form.len() >= SHORTEST);
    forms
}

/// The characters that stand for the secret alone, wherever it begins in what was encoded: so many bytes
/// stand before it, and others after.
fn within(encoding: &Encoding, bits: usize, secret: &[u8], before: usize) -> String {
    let whole = [&vec![0; before][..], secret].concat();
    let text = encoding.encode(&whole);
    let first = (before * 8).div_ceil(bits);
    let end = whole.len() * 8 / bits;
    text.get(first..end).unwrap_or_default().to_owned()
}

fn percent_lower(byte: u8) -> String {
    format!("%{byte:02x}")
}

fn percent_upper(byte: u8) -> String {
    format!("%{byte:02X}")
}

/// RFC 3986 §2.1; a form of HTML writes a space as `+`.
fn percent(secret: &[u8], encoded: fn(u8) -> String, plus: bool) -> Vec<u8> {
    let one = |byte: &u8| match byte {
        b' ' if plus => "+".to_owned(),
        b'-' | b'.' | b'_' | b'~' => char::from(*byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
        byte => encoded(*byte),
    };
    secret.iter().map(one).collect::<String>().into()
}

fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn json_ascii(text: &str) -> String {
    let escaped = json(text);
    let one = |letter: char| {
        if letter.is_ascii() {
            return letter.to_string();
        }
        let mut units = [0; 2];
        let units = letter.encode_utf16(&mut units);
        units.iter().map(|unit| format!("\\u{unit:04x}")).collect()
    };
    escaped.chars().map(one).collect()
}
