//! Queries without what looks like a secret in them.

/// Parts of names of fields whose values are nobody's to read.
const SECRET: [&str; 12] = [
    "auth", "code", "cred", "key", "otp", "pass", "pin", "pwd", "secret", "sess", "sid", "token",
];

/// The target of a request as a recording keeps it: values of fields that look like secrets are `masked`.
pub fn mask_query(target: &str, masked: &str) -> String {
    let Some((path, query)) = target.split_once('?') else {
        return target.to_owned();
    };
    let fields: Vec<String> = query
        .split('&')
        .map(|field| match field.split_once('=') {
            Some((name, value)) if !value.is_empty() && is_secret(name) => {
                format!("{name}={masked}")
            }
            _ => field.to_owned(),
        })
        .collect();
    format!("{path}?{}", fields.join("&"))
}

/// A name in which something is encoded may say anything.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains('%') || SECRET.iter().any(|part| name.contains(part))
}
