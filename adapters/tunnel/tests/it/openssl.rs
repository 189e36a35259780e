//! Against a TLS implementation that is not ours. Debian 12's OpenSSL 3.0 knows no ML-KEM.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use tunnel::{Door, Protocol};

use crate::testsite::{CONSOLE, ENGINEERS, TestSite};

/// Runs `openssl s_client`; `None` where there is none.
async fn s_client(site: &TestSite, arguments: &[&str]) -> Option<(bool, String)> {
    let mut pem = tempfile::NamedTempFile::new().unwrap();
    pem.write_all(to_pem(site.ca.certificate()).as_bytes())
        .unwrap();
    let mut command = Command::new("openssl");
    command
        .args([
            "s_client",
            "-connect",
            &site.address().to_string(),
            "-CAfile",
        ])
        .arg(pem.path())
        .args(["-verify_return_error", "-verify", "2"])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let run = tokio::task::spawn_blocking(move || command.output());
    let Output {
        status,
        stdout,
        stderr,
    } = match run.await.unwrap() {
        Ok(output) => output,
        Err(missing) => {
            println!("not tried: openssl cannot be run ({missing})");
            return None;
        }
    };
    let said = [stdout, stderr].concat();
    Some((
        status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    ))
}

fn to_pem(der: &[u8]) -> String {
    let text = data_encoding::BASE64.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

#[tokio::test]
async fn openssl_verifies_the_site_and_reaches_the_console_without_a_session_ticket() {
    let mut site = TestSite::open().await;
    let arguments = [
        "-servername",
        CONSOLE,
        "-verify_hostname",
        CONSOLE,
        "-alpn",
        "http/1.1",
    ];
    let Some((succeeded, said)) = s_client(&site, &arguments).await else {
        return;
    };
    assert!(succeeded, "{said}");
    for expected in [
        "TLSv1.3",
        "ALPN protocol: http/1.1",
        "Verification: OK",
        "X25519",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(!said.contains("Session Ticket arrived"), "{said}");
    let arrival = site.arrivals.recv().await.unwrap();
    assert_eq!(
        (arrival.door, arrival.protocol),
        (Door::Console, Protocol::Http)
    );
}

#[tokio::test]
async fn l40_tls_1_2_is_refused() {
    let mut site = TestSite::open().await;
    for name in [CONSOLE, ENGINEERS] {
        let arguments = ["-servername", name, "-alpn", "http/1.1", "-tls1_2"];
        let Some((succeeded, said)) = s_client(&site, &arguments).await else {
            return;
        };
        assert!(!succeeded, "{said}");
        assert!(said.contains("no peer certificate available"), "{said}");
    }
    assert!(site.arrivals.try_recv().is_err());
}

#[tokio::test]
async fn l40_openssl_without_ml_kem_is_refused_at_the_engineers_name() {
    let mut site = TestSite::open().await;
    let arguments = [
        "-servername",
        ENGINEERS,
        "-alpn",
        "sekisho/1",
        "-groups",
        "X25519",
    ];
    let Some((succeeded, said)) = s_client(&site, &arguments).await else {
        return;
    };
    assert!(!succeeded, "{said}");
    assert!(said.contains("no peer certificate available"), "{said}");
    assert!(site.arrivals.try_recv().is_err());
}

#[tokio::test]
async fn openssl_without_a_name_or_a_protocol_reads_not_one_byte() {
    let site = TestSite::open().await;
    for arguments in [
        &["-noservername", "-alpn", "http/1.1"][..],
        &["-servername", CONSOLE],
        &["-servername", "other.example", "-alpn", "http/1.1"],
    ] {
        let Some((succeeded, said)) = s_client(&site, arguments).await else {
            return;
        };
        assert!(!succeeded, "{said}");
        assert!(said.contains("SSL handshake has read 0 bytes"), "{said}");
    }
}

#[tokio::test]
async fn openssl_is_asked_for_a_certificate_by_our_own_protocols_and_not_as_a_browser() {
    let site = TestSite::open().await;
    let arguments = ["-servername", ENGINEERS, "-alpn", "http/1.1"];
    let Some((succeeded, said)) = s_client(&site, &arguments).await else {
        return;
    };
    assert!(succeeded, "{said}");
    assert!(said.contains("ALPN protocol: http/1.1"), "{said}");
    assert!(
        said.contains("No client certificate CA names sent"),
        "{said}"
    );
    assert!(!said.contains("Requested Signature Algorithms"), "{said}");
}
