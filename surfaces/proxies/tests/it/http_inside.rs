//! A console keeps to its own name: redirections, cookies, headers, and what does not frame itself well.

use access::*;

use crate::http_ground::{Ground, HOST, SECRET, Server, Wish};

fn nobody() -> Wish {
    Wish {
        sign_in: WebSignIn::Nothing,
        ..Wish::default()
    }
}

#[test]
fn l5_a_redirection_to_the_console_stays_inside_and_another_is_a_page_that_says_so() {
    let server = Server::nginx(
        "location /inside { return 302 https://console.test/app?x=1; } \
         location /outside { return 302 https://elsewhere.test/; } \
         location /down { return 301 http://console.test/; }",
    );
    let ground = Ground::new(&server, nobody());
    let ran = ground.curl("/inside", &["-i"]);
    assert!(ran.out.contains("location: /app?x=1"), "{ran:?}");
    for path in ["/outside", "/down"] {
        let ran = ground.curl(path, &["-i"]);
        assert!(ran.out.starts_with("HTTP/2 502"), "{ran:?}");
        assert!(!ran.out.contains("\nlocation:"), "{ran:?}");
    }
    let ran = ground.curl("/outside", &[]);
    assert!(ran.out.contains("https://elsewhere.test/"), "{ran:?}");
}

#[test]
fn cookies_hold_for_this_console_alone_and_come_back() {
    let server = Server::nginx(
        "location /set { add_header Set-Cookie '__Host-sid=1; Secure; Path=/; SameSite=None'; \
           add_header Set-Cookie 'a=b; Domain=console.test'; \
           add_header Set-Cookie 'evil=1; Domain=elsewhere.test'; \
           add_header Strict-Transport-Security 'max-age=9'; \
           add_header Access-Control-Allow-Origin '*'; return 200 set; } \
         location /get { return 200 $http_cookie; }",
    );
    let ground = Ground::new(&server, nobody());
    let ran = ground.curl("/set", &["-i"]);
    assert!(
        ran.out
            .contains("set-cookie: x-sekisho__Host-sid=1; Path=/; SameSite=Lax"),
        "{ran:?}"
    );
    assert!(ran.out.contains("set-cookie: a=b; SameSite=Lax"), "{ran:?}");
    for absent in ["evil", "strict-transport", "access-control", "Domain"] {
        assert!(!ran.out.contains(absent), "{absent}: {ran:?}");
    }
    let cookies = "a=b; x-sekisho__Host-sid=1; sekisho-door-1=key";
    let ran = ground.curl("/get", &["-H", &format!("Cookie: {cookies}")]);
    assert_eq!(ran.out, "a=b; __Host-sid=1");
}

#[test]
fn l36_the_console_hears_its_own_name_and_nothing_of_who_is_between() {
    let server = Server::nginx(
        "location / { return 200 \
         '$http_host|$http_x_forwarded_for|$http_via|$http_origin|$http_referer|$http_authorization|$http_x_http_method_override|$http_x_plain'; }",
    );
    let ground = Ground::new(
        &server,
        Wish {
            sign_in: WebSignIn::Header {
                name: "X-Api-Key".to_owned(),
            },
            ..Wish::default()
        },
    );
    let own = format!("http://{}", ground.gateway);
    let ran = ground.curl(
        "/",
        &[
            "-H",
            "X-Forwarded-For: 10.0.0.1",
            "-H",
            "Via: 1.1 somebody",
            "-H",
            &format!("Origin: {own}"),
            "-H",
            &format!("Referer: {own}/page?x=1"),
            "-H",
            "Authorization: Bearer theirs",
            "-H",
            "X-HTTP-Method-Override: DELETE",
            "-H",
            "X-Plain: passes",
        ],
    );
    let expected = format!("{HOST}|||https://{HOST}|https://{HOST}/page?x=1|||passes");
    assert_eq!(ran.out, expected);
    let foreign = ground.status("/", &["-H", "Origin: http://elsewhere.test"]);
    assert_eq!(foreign, "403");
}

#[test]
fn a_header_of_the_vault_is_said_in_every_request_and_no_other_value_of_it() {
    let server = Server::nginx("location / { return 200 $http_x_api_key; }");
    let wish = Wish {
        sign_in: WebSignIn::Header {
            name: "X-Api-Key".to_owned(),
        },
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let ran = ground.curl("/", &["-H", "x-api-key: forged"]);
    assert_eq!(ran.out, SECRET);
}

#[test]
fn whoever_does_not_speak_in_frames_is_not_heard() {
    use std::io::{Read as _, Write as _};
    let server = Server::nginx("location / { return 200 there; }");
    let ground = Ground::new(&server, nobody());
    // What makes two readings of one request, in HTTP/1.1.
    for request in [
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\nHost: x\n\n",
        "GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
    ] {
        let mut door = std::net::TcpStream::connect(ground.gateway).unwrap();
        door.write_all(request.as_bytes()).unwrap();
        let mut said = Vec::new();
        let _closed = door.read_to_end(&mut said);
        assert!(!said.windows(5).any(|part| part == b"there"), "{request:?}");
    }
    assert_eq!(server.heard(), "");
}

#[test]
fn an_answer_that_could_end_in_two_places_is_not_passed_on() {
    for answer in [
        &b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 30\r\n\r\nabc"[..],
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nX: a\r\n folded\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nX : a\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"SSH-2.0-OpenSSH_9\r\n",
        b"",
    ] {
        let (server, _heard) = Server::liar(answer);
        let ground = Ground::new(&server, nobody());
        let status = ground.status("/", &[]);
        assert_eq!(status, "502", "{}", String::from_utf8_lossy(answer));
    }
}

#[test]
fn a_cut_answer_is_not_taken_for_whole() {
    let (server, _heard) =
        Server::liar(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    let ground = Ground::new(&server, nobody());
    let ran = ground.curl("/", &[]);
    assert_ne!(ran.status, Some(0), "{ran:?}");
}

#[test]
fn l24_a_head_that_never_ends_costs_a_bounded_place() {
    let server = Server::nginx("location / { return 200 there; }");
    let ground = Ground::new(&server, nobody());
    let long = format!("X-Long: {}", "x".repeat(100_000));
    let ran = ground.curl("/", &["-H", &long]);
    assert_ne!(ran.out, "there", "{ran:?}");
    assert_eq!(ground.curl("/", &[]).out, "there");
}

#[test]
fn a_head_without_its_body_says_how_long_that_would_be() {
    let server = Server::nginx("location / { return 200 there; }");
    let ground = Ground::new(&server, nobody());
    let ran = ground.curl("/", &["-I"]);
    assert!(ran.out.starts_with("HTTP/2 200"), "{ran:?}");
    assert!(ran.out.contains("content-length: 5"), "{ran:?}");
}

#[test]
fn no_worker_of_the_console_is_left_in_the_browser() {
    let server = Server::nginx("location / { return 200 there; }");
    let ground = Ground::new(&server, nobody());
    let status = ground.status("/sw.js", &["-H", "Service-Worker: script"]);
    assert_eq!(status, "403");
}

/// What is believed is the pinned key alone; the name is for a server that has several.
#[test]
fn a_console_is_asked_in_tls_by_the_name_that_it_is_called() {
    let server = Server::nginx("location / { return 200 $ssl_server_name; }");
    let ground = Ground::new(&server, nobody());
    assert_eq!(ground.curl("/", &[]).out, HOST);
}
