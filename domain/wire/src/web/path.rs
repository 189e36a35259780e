//! What a path says (RFC 3986 §3.3): one reading, or none.

/// The path of a request without its query, decoded once. `None` if two servers could read it in two ways: it
/// has parts that go up or stay, empty parts, a separator or a sign that was encoded, something encoded twice, a
/// backslash, or bytes that are no text.
///
/// What is judged by such a path is sent as it came: the target reads the same in it.
pub fn plain_path(target: &str) -> Option<String> {
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    if !path.starts_with('/') || path.contains('#') {
        return None;
    }
    let mut decoded = Vec::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'%' => {
                let byte = digit(bytes.next()?)? << 4 | digit(bytes.next()?)?;
                // What separates, what ends a text, and what would be decoded once more.
                if matches!(byte, b'/' | b'\\' | b'%' | b';' | b'?' | b'#') {
                    return None;
                }
                byte
            }
            // RFC 3986 has no place for anything else; servers differ in what they make of it.
            b'\\' | 0..=b' ' | 0x7f.. => return None,
            plain => plain,
        };
        if byte.is_ascii_control() {
            return None;
        }
        decoded.push(byte);
    }
    let decoded = String::from_utf8(decoded).ok()?;
    let inside = decoded.strip_prefix('/')?;
    let parts = inside.strip_suffix('/').unwrap_or(inside).split('/');
    let one = |part: &str| {
        // Some servers cut a part at a semicolon: what stands before it may go up.
        let name = part.split(';').next().unwrap_or_default();
        name.chars().any(|c| c != '.' && !c.is_whitespace())
    };
    (inside.is_empty() || parts.into_iter().all(one)).then_some(decoded)
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}
