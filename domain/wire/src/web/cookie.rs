//! Cookies (RFC 6265bis): what a console sets holds for its own name and no other, and comes back as it was.

use super::{DOOR_COOKIE, Own};

/// The browser keeps a cookie of this name only with TLS, which there is not between it and the door.
const WITH_TLS: [&str; 2] = ["__Host-", "__Secure-"];
/// What stands before such a name on the engineer's side.
const RENAMED: &str = "x-sekisho";

/// How a cookie is called on the engineer's side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed(pub String);

/// A console's `Set-Cookie` as the engineer's browser may have it: for the very name it speaks to, without TLS,
/// and never wider. `None`: it is none, or for another name.
pub fn cookie_for_engineer(line: &str, own: Own<'_>) -> Option<String> {
    if line.bytes().any(|byte| byte.is_ascii_control()) {
        return None;
    }
    let mut parts = line.split(';').map(str::trim);
    let (name, value) = parts.next()?.split_once('=')?;
    let name = name.trim();
    if name.is_empty() || name.starts_with(DOOR_COOKIE) || name.starts_with(RENAMED) {
        return None;
    }
    let mut kept = format!("{}={}", renamed(name).0, value.trim());
    for part in parts {
        let (key, said) = part.split_once('=').unwrap_or((part, ""));
        let (key, said) = (key.trim().to_ascii_lowercase(), said.trim());
        match key.as_str() {
            "domain" if !said.is_empty() && !covers(said, own.host) => return None,
            "path" | "expires" | "max-age" => {
                kept.push_str("; ");
                kept.push_str(part);
            }
            "httponly" => kept.push_str("; HttpOnly"),
            "samesite" if said.eq_ignore_ascii_case("strict") => {
                kept.push_str("; SameSite=Strict");
            }
            // A name of its own has no wider name, nothing is encrypted on this computer, and nobody else's page
            // may ask: `Domain`, `Secure`, `SameSite=None`, `Partitioned` and what is not known stay here.
            _ => {}
        }
    }
    if !kept.contains("; SameSite=") {
        kept.push_str("; SameSite=Lax");
    }
    Some(kept)
}

/// The engineer's `Cookie` as the console may have it; `None` if nothing is left.
pub fn cookies_for_target(line: &str) -> Option<String> {
    let pairs = line.split(';').map(str::trim).filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        if name.is_empty() || name.starts_with(DOOR_COOKIE) {
            return None;
        }
        let back = name.strip_prefix(RENAMED).unwrap_or(name);
        Some(format!("{back}={value}"))
    });
    let pairs: Vec<String> = pairs.collect();
    (!pairs.is_empty()).then(|| pairs.join("; "))
}

fn renamed(name: &str) -> Renamed {
    let begins = |prefix: &&str| {
        let start = name.get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if WITH_TLS.iter().any(begins) {
        return Renamed(format!("{RENAMED}{name}"));
    }
    Renamed(name.to_owned())
}

/// Whether a cookie's domain is the console's own name or one above it (RFC 6265 §5.1.3).
fn covers(domain: &str, host: &str) -> bool {
    let domain = domain.trim_start_matches('.').to_ascii_lowercase();
    let host = host.to_ascii_lowercase();
    let name = if host.starts_with('[') {
        host.as_str()
    } else {
        host.rsplit_once(':')
            .map_or(host.as_str(), |(name, _)| name)
    };
    name == domain
        || name
            .strip_suffix(&domain)
            .is_some_and(|sub| sub.ends_with('.'))
}
