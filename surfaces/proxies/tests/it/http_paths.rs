//! Every way to ask a web console for something, on every kind of terms: what the engineer is answered, and whether
//! the console heard of it. `tests/matrix/paths-web.txt` is the reviewed answer.

use std::fmt::Write as _;

use access::*;

use crate::http_ground::{Ground, Server, Wish, under};

const REVIEWED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/matrix/paths-web.txt"
);

/// What is asked for, with what.
const WAYS: &[(&str, &[&str])] = &[
    ("/app/page", &[]),
    ("/app/page", &["-I"]),
    ("/app/page", &["-X", "OPTIONS"]),
    ("/app/page", &["-d", "x=1"]),
    ("/app/page", &["-X", "PUT", "-d", "x"]),
    ("/app/page", &["-X", "PATCH", "-d", "x"]),
    ("/app/page", &["-X", "DELETE"]),
    ("/app/page", &["-X", "PROPFIND"]),
    ("/app/page", &["-X", "TRACE"]),
    ("/app/page", &["-X", "GET", "-d", "x=1"]),
    ("/app/page", &["-H", "X-HTTP-Method-Override: DELETE"]),
    ("/admin", &[]),
    ("/admin", &["-d", "x=1"]),
    ("/apple", &[]),
    ("/app/../admin", &[]),
    ("/app/%2e%2e/admin", &[]),
    ("/app/..%2fadmin", &[]),
    ("/app/..;/admin", &[]),
    ("/app//admin", &[]),
    ("/app/%2561dmin", &[]),
    ("/app\\..\\admin", &[]),
    ("//admin", &[]),
    ("/app/page", &["-H", "Origin: http://elsewhere.test"]),
    ("/app/sw.js", &["-H", "Service-Worker: script"]),
];

#[test]
fn l5_every_way_to_a_console_is_decided_as_was_reviewed() {
    let terms = [
        ("look", false, Paths::Anywhere),
        ("change", true, Paths::Anywhere),
        ("look in /app", false, under(&["/app"])),
        ("change in /app", true, under(&["/app"])),
    ];
    let mut found = String::new();
    for (name, write, paths) in terms {
        let server = Server::nginx("location / { return 200 there; }");
        let wish = Wish {
            terms: WebTerms {
                write,
                paths,
                ..WebTerms::usual()
            },
            sign_in: WebSignIn::Nothing,
            ..Wish::default()
        };
        let ground = Ground::new(&server, wish);
        for (path, arguments) in WAYS {
            let before = server.heard().lines().count();
            let status = ground.status(path, arguments);
            let heard = server.heard().lines().count() > before;
            let heard = if heard { "heard" } else { "not heard" };
            let asked = [&[*path], *arguments].concat().join(" ");
            writeln!(found, "{asked} | {name} | {status} | {heard}").unwrap();
        }
    }
    let reviewed = std::fs::read_to_string(REVIEWED).unwrap_or_default();
    let new: Vec<&str> = found
        .lines()
        .filter(|line| !reviewed.lines().any(|known| known == *line))
        .collect();
    assert!(
        found == reviewed,
        "not as reviewed in {REVIEWED}:\n{}\nall of it:\n{found}",
        new.join("\n")
    );
}
