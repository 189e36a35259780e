//! Base64 (RFC 4648 §4), of which each text has one spelling.

use data_encoding::BASE64;

/// The bytes of a text; `None` unless it is what those bytes are written as. The decoder alone also
/// takes padded pieces that were put together (`AA==AA==`): the same bytes, spelt in another way.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let bytes = BASE64.decode(text.as_bytes()).ok()?;
    (BASE64.encode(&bytes) == text).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn bytes_have_one_spelling() {
        assert_eq!(decode("TE9Q").as_deref(), Some(&b"LOP"[..]));
        assert_eq!(decode("TE8=").as_deref(), Some(&b"LO"[..]));
        assert_eq!(decode("").as_deref(), Some(&b""[..]));
        for other in [
            "TE8=TE9Q", "TA==Tw==", "TE9=", "TE8", "TE-_", " TE9Q", "TE9Q\n",
        ] {
            assert_eq!(decode(other), None, "{other}");
        }
    }
}
