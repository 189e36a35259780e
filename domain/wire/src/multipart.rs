//! A form with files, as browsers send it (`multipart/form-data`, RFC 7578).
//!
//! The body is read whole before, within its limit; here it is cut into parts. Whatever is not exactly
//! what a browser sends is no form: nothing is guessed.

/// Parts of one form. The longest form of ours has a hundred fields.
pub const MOST_PARTS: usize = 256;
/// The longest boundary (RFC 2046 §5.1.1), in bytes.
const LONGEST_BOUNDARY: usize = 70;
/// The longest head of a part, in bytes: a name, and the name of a file.
const LONGEST_HEAD: usize = 2048;

/// One part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    /// The field's name.
    pub name: String,
    /// The name of the file on the sender's computer, if the part is a file. It is a text to show, and
    /// no path: nothing joins it to one (lesson L25).
    pub file: Option<String>,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// Why a body is no form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAForm;

/// The boundary that a content type announces.
pub fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let mut parameters = parameters
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.eq_ignore_ascii_case("boundary"))?;
    let value = value.trim_matches('"');
    let fits = (1..=LONGEST_BOUNDARY).contains(&value.len())
        && value
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ');
    fits.then_some(value)
}

/// Cuts a body into its parts.
///
/// # Errors
/// If it is not one, or has more than [`MOST_PARTS`].
pub fn parts<'a>(body: &'a [u8], boundary: &str) -> Result<Vec<Part<'a>>, NotAForm> {
    let first = format!("--{boundary}");
    let next = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(first.as_bytes()).ok_or(NotAForm)?;
    let mut parts = Vec::new();
    loop {
        if rest.strip_prefix(b"--").is_some() {
            return Ok(parts);
        }
        if parts.len() == MOST_PARTS {
            return Err(NotAForm);
        }
        rest = rest.strip_prefix(b"\r\n").ok_or(NotAForm)?;
        let end = position(rest, next.as_bytes()).ok_or(NotAForm)?;
        let (one, after) = rest.split_at_checked(end).ok_or(NotAForm)?;
        parts.push(part(one)?);
        rest = after.get(next.len()..).ok_or(NotAForm)?;
    }
}

fn part(bytes: &[u8]) -> Result<Part<'_>, NotAForm> {
    const BLANK: &[u8] = b"\r\n\r\n";
    let within = bytes.get(..LONGEST_HEAD).unwrap_or(bytes);
    let end = position(within, BLANK).ok_or(NotAForm)?;
    let head = std::str::from_utf8(bytes.get(..end).ok_or(NotAForm)?).map_err(|_| NotAForm)?;
    let lines = head.split("\r\n");
    let mut dispositions = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim()
            .eq_ignore_ascii_case("content-disposition")
            .then(|| value.trim())
    });
    let disposition = dispositions.next().ok_or(NotAForm)?;
    if dispositions.next().is_some() {
        return Err(NotAForm);
    }
    let rest = disposition.strip_prefix("form-data").ok_or(NotAForm)?;
    Ok(Part {
        name: quoted(rest, "name").ok_or(NotAForm)?,
        file: quoted(rest, "filename"),
        bytes: bytes
            .get(end.saturating_add(BLANK.len())..)
            .ok_or(NotAForm)?,
    })
}

/// A parameter in quotes. Browsers write a quote as `%22` and the ends of lines as `%0D%0A` (WHATWG
/// HTML, multipart form data), and everything else as it is.
fn quoted(parameters: &str, name: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        rest = rest.trim_start().strip_prefix(';')?.trim_start();
        let (key, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        if key.eq_ignore_ascii_case(name) {
            let value = value.replace("%22", "\"");
            return Some(value.replace("%0D", "\r").replace("%0A", "\n"));
        }
        rest = after;
    }
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0_usize;
    loop {
        let found = bytes.get(from..)?.iter().position(|byte| *byte == first)?;
        let at = from.saturating_add(found);
        if bytes.get(at..)?.starts_with(wanted) {
            return Some(at);
        }
        from = at.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SENT: &[u8] = b"--XX\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n\
        a disk\r\nand a fan\r\n--XX\r\nContent-Disposition: form-data; name=\"plan\"; \
        filename=\"../a%22b.pdf\"\r\nContent-Type: application/pdf\r\n\r\n\
        %PDF\r\n--X\r\n\r\n--XX\r\nContent-Disposition: form-data; name=\"none\"; filename=\"\"\r\n\
        Content-Type: application/octet-stream\r\n\r\n\r\n--XX--\r\n";

    #[test]
    fn a_form_of_a_browser_is_cut_into_its_fields_and_files() {
        let parts = parts(SENT, "XX").unwrap();
        assert_eq!(parts.len(), 3);
        assert_eq!(parts[0].name, "purpose");
        assert_eq!(
            (&parts[0].file, parts[0].bytes),
            (&None, &b"a disk\r\nand a fan"[..])
        );
        assert_eq!(parts[1].file.as_deref(), Some("../a\"b.pdf"));
        assert_eq!(parts[1].bytes, b"%PDF\r\n--X\r\n");
        assert_eq!(
            (parts[2].file.as_deref(), parts[2].bytes.len()),
            (Some(""), 0)
        );
    }

    #[test]
    fn what_is_not_whole_is_no_form() {
        for end in 0..SENT.len() - 3 {
            assert_eq!(parts(&SENT[..end], "XX"), Err(NotAForm), "{end}");
        }
        assert_eq!(parts(SENT, "YY"), Err(NotAForm));
        let unnamed = b"--X\r\nContent-Disposition: form-data\r\n\r\nx\r\n--X--";
        assert_eq!(parts(unnamed, "X"), Err(NotAForm));
        let headless = b"--X\r\n\r\nx\r\n--X--";
        assert_eq!(parts(headless, "X"), Err(NotAForm));
        let twice = b"--X\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\nx\r\n--X--";
        assert_eq!(parts(twice, "X"), Err(NotAForm));
    }

    #[test]
    fn l24_a_form_has_a_limit_of_parts_and_each_part_one_of_its_head() {
        let one = "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n";
        let many = |count: usize| format!("{}--X--", one.repeat(count));
        assert_eq!(
            parts(many(MOST_PARTS).as_bytes(), "X").map(|parts| parts.len()),
            Ok(MOST_PARTS)
        );
        assert_eq!(parts(many(MOST_PARTS + 1).as_bytes(), "X"), Err(NotAForm));
        let long = format!(
            "--X\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\nx\r\n--X--",
            "n".repeat(LONGEST_HEAD)
        );
        assert_eq!(parts(long.as_bytes(), "X"), Err(NotAForm));
    }

    #[test]
    fn a_boundary_is_read_and_nothing_else_is_one() {
        assert_eq!(
            boundary("multipart/form-data; boundary=----abc"),
            Some("----abc")
        );
        assert_eq!(
            boundary("Multipart/Form-Data; charset=utf-8; boundary=\"a b\""),
            Some("a b")
        );
        let long = format!(
            "multipart/form-data; boundary={}",
            "a".repeat(LONGEST_BOUNDARY + 1)
        );
        for other in [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/mixed; boundary=a",
            "application/x-www-form-urlencoded",
            &long,
        ] {
            assert_eq!(boundary(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_may_come(body in proptest::collection::vec(any::<u8>(), 0..600), cut in 0..SENT.len()) {
            let _ = parts(&body, "XX");
            let mut bent = SENT.to_vec();
            bent.splice(cut..cut, body.iter().copied().take(8));
            let _ = parts(&bent, "XX");
        }
    }
}
