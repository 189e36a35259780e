//! Which headers pass (RFC 9110 §7.6.1), each way. Names are in small letters.

/// For one connection, or said anew by who sends.
const BETWEEN: [&str; 12] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "upgrade",
];

/// What would tell a console of somebody between, or have it believe that the asker is another, the path
/// another, the method another. Cookies, `Origin` and `Referer` are said in the console's words.
const NOT_TO_TARGET: [&str; 19] = [
    "cdn-loop",
    "cookie",
    "early-data",
    "forwarded",
    "front-end-https",
    "max-forwards",
    "origin",
    "proxy-authorization",
    "proxy-authenticate",
    "referer",
    "service-worker",
    "true-client-ip",
    "via",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-url",
    "x-real-ip",
    "x-rewrite-url",
    "x-wap-profile",
];

/// Beginnings of the same.
const NOT_TO_TARGET_FROM: [&str; 6] = [
    "cf-",
    "proxy-",
    "x-forwarded",
    "x-http-method",
    "x-method-override",
    "x-original-",
];

/// What says something of the console's own name and connection, or would let others read what it answers.
const NOT_TO_ENGINEER: [&str; 14] = [
    "alt-svc",
    "alt-used",
    "cache-control",
    "expires",
    "location",
    "proxy-authenticate",
    "proxy-authentication-info",
    "public-key-pins",
    "public-key-pins-report-only",
    "refresh",
    "service-worker-allowed",
    "set-cookie",
    "set-cookie2",
    "strict-transport-security",
];

/// Whether a header of the engineer's passes as it is. One with an underscore does not: many servers read it
/// as another's name.
pub fn passes_to_target(name: &str) -> bool {
    !BETWEEN.contains(&name)
        && !NOT_TO_TARGET.contains(&name)
        && !NOT_TO_TARGET_FROM.iter().any(|from| name.starts_with(from))
        && !name.contains('_')
}

/// Whether a header of a console's passes as it is.
pub fn passes_to_engineer(name: &str) -> bool {
    !BETWEEN.contains(&name)
        && !NOT_TO_ENGINEER.contains(&name)
        && !name.starts_with("access-control-")
}
