//! Where a redirection leads (RFC 9110 §10.2.2): to a path of this console, or elsewhere.

/// What a console is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Own<'a> {
    /// Whether it speaks TLS.
    pub tls: bool,
    /// Its name, with a port where that is not the usual one.
    pub host: &'a str,
}

impl Own<'_> {
    /// `https` or `http`.
    pub fn scheme(&self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }

    /// Whether an authority is this console's, with the usual port said or not.
    fn is(&self, authority: &str) -> bool {
        let usual = if self.tls { ":443" } else { ":80" };
        let plain = |text: &str| {
            let text = text.strip_suffix(usual).unwrap_or(text);
            text.to_ascii_lowercase()
        };
        plain(authority) == plain(self.host)
    }
}

/// Where something leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leads {
    /// Inside: this reference, without a scheme and a name.
    Inside(String),
    /// To another name, another scheme, or nobody knows where.
    Elsewhere,
}

/// Where a reference leads that a console gave. Browsers drop tabs and line ends in it, read a backslash as a
/// slash, and take two slashes for a name: whatever could be read so is not inside.
pub fn leads(reference: &str, own: Own<'_>) -> Leads {
    let reference = reference.trim_matches(' ');
    let read = |byte: u8| byte.is_ascii_control() || byte == b'\\' || byte == b' ';
    if reference.bytes().any(read) {
        return Leads::Elsewhere;
    }
    let rest = match scheme(reference) {
        Some((named, rest)) if named.eq_ignore_ascii_case(own.scheme()) => rest,
        Some(_) => return Leads::Elsewhere,
        None => reference,
    };
    let Some(named) = rest.strip_prefix("//") else {
        // `https:/x` and `https:x` are read in several ways; a reference without a scheme in one.
        return if rest.len() == reference.len() {
            Leads::Inside(reference.to_owned())
        } else {
            Leads::Elsewhere
        };
    };
    let end = named.find(['/', '?', '#']).unwrap_or(named.len());
    let (authority, path) = named.split_at(end);
    if !own.is(authority) {
        return Leads::Elsewhere;
    }
    // A path that begins with two slashes would be a name without what stood before it.
    if path.starts_with("//") {
        return Leads::Elsewhere;
    }
    let slash = if path.starts_with('/') { "" } else { "/" };
    Leads::Inside(format!("{slash}{path}"))
}

/// The scheme of a reference, and what follows the colon (RFC 3986 §3.1).
fn scheme(reference: &str) -> Option<(&str, &str)> {
    let (named, rest) = reference.split_once(':')?;
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    // A colon behind a slash, a question mark or a number sign is part of what stands there.
    let plausible = !named.is_empty() && named.chars().all(letters);
    plausible.then_some((named, rest))
}
