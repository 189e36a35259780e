//! Tags and lengths of ASN.1's basic encoding, as T.125 and CredSSP need them.

use super::misbehaviour::{Misbehaviour, cut};

/// A tag with its content.
pub(super) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let bytes = content.len().to_be_bytes();
    let leading = bytes.iter().take_while(|byte| **byte == 0).count();
    let significant = bytes.get(leading..).unwrap_or_default();
    match (content.len(), u8::try_from(significant.len())) {
        (length @ 0..128, _) => out.push(u8::try_from(length).unwrap_or_default()),
        (_, count) => {
            out.push(0x80 | count.unwrap_or_default());
            out.extend(significant);
        }
    }
    out.extend(content);
    out
}

/// One tag from the front: tag, content, rest.
pub(super) fn take(bytes: &[u8]) -> Result<(u8, &[u8], &[u8]), Misbehaviour> {
    const WHAT: &str = "an ASN.1 value";
    let [tag, first, rest @ ..] = bytes else {
        return Err(cut(WHAT));
    };
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x83 => {
            let count = usize::from(first & 3);
            let (length, rest) = rest.split_at_checked(count).ok_or(cut(WHAT))?;
            let length = length
                .iter()
                .fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
            (length, rest)
        }
        _ => return Err(cut(WHAT)),
    };
    let (content, rest) = rest.split_at_checked(length).ok_or(cut(WHAT))?;
    Ok((*tag, content, rest))
}

/// The content of one with this tag that is all there is.
pub(super) fn only(bytes: &[u8], tag: u8) -> Result<&[u8], Misbehaviour> {
    match take(bytes)? {
        (found, content, []) if found == tag => Ok(content),
        (found, _, _) => Err(Misbehaviour::Unexpected {
            what: "an ASN.1 value",
            kind: found.into(),
        }),
    }
}
