//! Orthanc's console through the gateway: what may be done, what is kept of it.

use access::*;

use crate::http_ground::{Ground, SECRET, Server, Wish, under};
use recording::{ChannelNote, StatementOutcome};

#[test]
fn the_console_opens_with_the_vaults_secret_and_nobody_else_sees_it() {
    let server = Server::orthanc();
    let ground = Ground::new(&server, Wish::default());
    let ran = ground.curl(
        "/system",
        &["-i", "-H", "Authorization: Basic Zm9yZ2VkOng="],
    );
    assert!(ran.out.contains("\"Name\" : \"pacs\""), "{ran:?}");
    assert!(!ran.out.contains(SECRET) && !ran.err.contains(SECRET));
    assert!(ran.out.to_lowercase().contains("cache-control: no-store"));
    assert_eq!(ground.end(), EndReason::EngineerClosed);
    let recorded = ground.recorded();
    let command = &recorded.index.channels[0].commands[0];
    assert_eq!(command.text, "GET /system");
    let ended = &command.answer.as_ref().unwrap().ended;
    assert_eq!(ended.tags, ["200", "application/json"]);
    assert_eq!(ended.outcome, StatementOutcome::Done);
    assert!(ended.bytes_out > 100);
    let notes = format!("{:?}", recorded.notes);
    assert!(!notes.contains(SECRET) && !recorded.holds(SECRET));
    assert!(!recorded.holds("pacs"), "a body is in the recording");
}

#[test]
fn a_page_of_the_console_comes_with_its_parts_side_by_side_in_one_session() {
    let server = Server::orthanc();
    let ground = Ground::new(&server, Wish::default());
    let paths = [
        "/app/explorer.html",
        "/app/explorer.js",
        "/app/explorer.css",
        "/app/libs/jquery.min.js",
        "/statistics",
        "/patients",
    ];
    ground.run(async {
        let door = ground.door().await;
        let asked = paths.map(|path| {
            let door = door.clone();
            tokio::spawn(async move { door.get(path).await })
        });
        for asked in asked {
            assert_eq!(asked.await.unwrap().unwrap().0, 200);
        }
    });
    let recorded = ground.recorded();
    let commands = &recorded.index.channels[0].commands;
    assert_eq!(commands.len(), paths.len());
    assert!(commands.iter().all(|command| command.answer.is_some()));
    let root = ground.curl("/", &["-i"]);
    assert!(root.out.contains("location: app/explorer.html"), "{root:?}");
}

#[test]
fn who_only_looks_changes_nothing_and_is_told_why() {
    let server = Server::orthanc();
    let wish = Wish {
        terms: WebTerms::usual(),
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let ran = ground.curl(
        "/tools/find",
        &["-i", "-d", "{\"Level\":\"Patient\",\"Query\":{}}"],
    );
    assert!(ran.out.starts_with("HTTP/2 403"), "{ran:?}");
    assert!(ran.out.contains("<html lang=\"ja\">"), "{ran:?}");
    assert!(ran.out.contains("POST"), "{ran:?}");
    for method in ["PUT", "DELETE", "PATCH", "PROPFIND", "TRACE"] {
        let status = ground.status("/modalities/x", &["-X", method]);
        assert_eq!(status, "403", "{method}");
    }
    let recorded = ground.recorded();
    let refused = ["web-request POST /tools/find: [\"method-not-granted\"]"];
    assert_eq!(recorded.refused(), refused);
    // Nothing of it was noted as a request, for the console never heard of one.
    let noted = |note: &&ChannelNote| matches!(note, ChannelNote::Statement(_));
    assert_eq!(recorded.notes.iter().filter(noted).count(), 0);
}

#[test]
fn what_is_changed_passes_with_its_body_where_that_is_granted() {
    let server = Server::orthanc();
    let ground = Ground::new(&server, Wish::default());
    let body = "{\"Level\":\"Patient\",\"Query\":{}}";
    let ran = ground.curl(
        "/tools/find?expand=1&token=abc",
        &["-d", body, "-H", "Content-Type: application/json"],
    );
    assert_eq!(ran.out.trim(), "[]", "{ran:?}");
    let recorded = ground.recorded();
    let command = &recorded.index.channels[0].commands[0];
    let expected = format!(
        "POST /tools/find?expand=1&token=******** [application/json, {} B]",
        body.len()
    );
    assert_eq!(command.text, expected);
    let ended = &command.answer.as_ref().unwrap().ended;
    assert_eq!(ended.bytes_in, u64::try_from(body.len()).unwrap());
}

#[test]
fn only_granted_paths_are_reached_however_they_are_written() {
    let server = Server::orthanc();
    let wish = Wish {
        terms: WebTerms {
            paths: under(&["/app", "/system"]),
            ..WebTerms::usual()
        },
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    for path in [
        "/app/explorer.html",
        "/system",
        "/app/explorer.html?x=/../y",
    ] {
        assert_eq!(ground.status(path, &[]), "200", "{path}");
    }
    for path in [
        "/statistics",
        "/",
        "/app/../statistics",
        "/app/%2e%2e/statistics",
        "/app/%252e%252e/statistics",
        "/app/..;/statistics",
        "/app//../statistics",
        "/app%2f..%2fstatistics",
        "/app/..%5cstatistics",
        "//statistics",
        "/apparently",
        "/systems",
        "/./statistics",
    ] {
        assert_eq!(ground.status(path, &[]), "403", "{path}");
    }
}

#[test]
fn a_wrong_secret_asks_the_engineer_for_no_password() {
    let server = Server::orthanc();
    let wish = Wish {
        secret: "wrong",
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let ran = ground.curl("/system", &["-i"]);
    assert!(ran.out.starts_with("HTTP/2 502"), "{ran:?}");
    assert!(!ran.out.to_lowercase().contains("www-authenticate"));
}

#[test]
fn what_may_come_out_is_limited_to_the_byte() {
    let server = Server::orthanc();
    let wish = Wish {
        terms: WebTerms {
            most_bytes_out: 50_000,
            ..WebTerms::usual()
        },
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let ran = ground.curl("/app/libs/jquery.min.js", &[]);
    assert!(ran.out.len() <= 50_000, "{} bytes", ran.out.len());
    assert_eq!(ground.end(), EndReason::DataUsedUp);
    assert_eq!(ground.recorded().refused(), ["data: [\"data-used-up\"]"]);
}
