//! Every way to ask a web console for something, on every kind of terms: what the engineer is answered, and whether
//! the console heard of it. `tests/matrix/paths-web.txt` is the reviewed answer.

use std::fmt::Write as _;

use access::*;

use crate::http_ground::{Ground, Server, Wish, under};
use crate::seen::is_as_reviewed;
use crate::sshd::until;

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
        let server =
            Server::nginx("location / { add_header X-Heard yes always; return 200 there; }");
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
        let mut heard = 0;
        for (path, arguments) in WAYS {
            let mut asked = vec!["-o", "/dev/null", "-w", "%{http_code} %header{x-heard}"];
            asked.extend(*arguments);
            let answer = ground.curl(path, &asked).out;
            let (status, from_there) = answer.split_once(' ').unwrap_or_default();
            heard += usize::from(!from_there.is_empty());
            let said = if from_there.is_empty() {
                "not heard"
            } else {
                "heard"
            };
            let asked = [&[*path], *arguments].concat().join(" ");
            writeln!(found, "{asked} | {name} | {status} | {said}").unwrap();
        }
        // It writes down what it heard once it has answered.
        until("the console has written it down", || {
            server.heard().lines().count() >= heard
        });
        assert_eq!(server.heard().lines().count(), heard, "{name}");
    }
    is_as_reviewed(&found, REVIEWED);
}
