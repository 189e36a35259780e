//! People are told: by a real mail server, by a webhook that checks the signature, and never of a secret.

use acceptance::hospital::Hospital;
use acceptance::peers::{Hook, MailServer};
use acceptance::people::text;
use acceptance::{Done, Person, wait};
use aws_lc_rs::hmac;
use serde_json::Value;

/// Points the site at a mail server's port; gives what the command answered.
fn mail(clerk: &Person, port: u16, more: &[&str], password: &str) -> Done {
    clerk
        .sekisho()
        .args(["notify", "mail", &format!("localhost:{port}")])
        .args([
            "--from",
            "sekisho@hospital.example",
            "--user",
            MailServer::USER,
        ])
        .args(more)
        .input(format!("{password}\n"))
        .done()
}

/// What came of a message to oneself: nothing, or the class of the failure.
fn tried(clerk: &Person) -> Value {
    let sent = clerk.asks(["notify", "test"]);
    sent[0]["failed"].clone()
}

#[test]
fn mail_leaves_in_tls_to_the_server_that_is_meant_and_to_no_other() {
    let (hospital, server) = (Hospital::own(), MailServer::start());
    let clerk = &hospital.clerk;
    let roots = server.roots.to_str().unwrap();
    let own = ["--roots", roots];
    let password = MailServer::PASSWORD;
    mail(clerk, server.start_tls, &own, password).expect(0);
    clerk
        .tries(["notify", "ways", "--mail", "clerk@hospital.example"])
        .expect(0);
    assert_eq!(tried(clerk), Value::Null, "STARTTLS\n{}", hospital.log());
    server.waits_for("To: clerk@hospital.example");
    let implicit = ["--roots", roots, "--implicit-tls"];
    mail(clerk, server.implicit, &implicit, password).expect(0);
    assert_eq!(tried(clerk), Value::Null, "TLS\n{}", hospital.log());
    // Nobody whom the machine trusts vouches for it.
    mail(clerk, server.start_tls, &[], password).expect(0);
    assert_eq!(tried(clerk), "untrusted");
    mail(clerk, server.implicit, &["--implicit-tls"], password).expect(0);
    assert_eq!(tried(clerk), "untrusted");
    // It offers no STARTTLS: somebody may have taken that away on the way.
    mail(clerk, server.plain, &own, password).expect(0);
    assert_eq!(tried(clerk), "untrusted");
    mail(clerk, server.start_tls, &own, "Mail-Pass-2").expect(0);
    assert_eq!(tried(clerk), "not_signed_in");
    let delivered = server.delivered();
    assert_eq!(delivered.matches("\nMessage-ID:").count(), 2, "{delivered}");
    assert!(
        delivered.contains("Auto-Submitted: auto-generated"),
        "{delivered}"
    );
}

/// Lesson L29: what leaves names the firm, the hours and a link, and nothing of what was written.
#[test]
fn l29_a_request_is_told_by_mail_without_what_it_is_for() {
    let (hospital, server) = (Hospital::own(), MailServer::start());
    let (clerk, chief) = (&hospital.clerk, &hospital.chief);
    let roots = ["--roots", server.roots.to_str().unwrap()];
    mail(clerk, server.start_tls, &roots, MailServer::PASSWORD).expect(0);
    clerk.tries(["notify", "terms", "--english"]).expect(0);
    let ways = ["notify", "ways", "--mail", "chief@hospital.example"];
    chief.tries(ways).expect(0);
    let crew = hospital.crew();
    let asked = hospital.request(&crew.engineer, &crew.target, &[]).json();
    let request = text(&asked, "request");
    let number = request.rsplit('-').next().unwrap();
    let told = server.waits_for(&format!("/requests/{number}"));
    assert!(told.contains("To: chief@hospital.example"), "{told}");
    assert!(told.contains("Medical Systems"), "{told}");
    for kept in [
        "monthly inspection",
        "090-1234-5678",
        "0569-22",
        &crew.target,
        MailServer::PASSWORD,
    ] {
        assert!(!told.contains(kept), "{kept:?} stands in {told}");
    }
    let delivery = || {
        let told = chief.asks(["notify", "deliveries"]);
        let mut all = told.as_array().cloned().unwrap_or_default().into_iter();
        all.find(|told| told["about"]["request"] == request.as_str())
    };
    let entered = wait::until("the entry of the delivery", delivery);
    assert!(entered["seen"].is_null(), "{entered}");
    assert_eq!(entered["person"], chief.id.as_str());
    let entries = hospital.events("notice_delivered");
    let about = |entry: &&Value| entry["event"]["about"]["request"] == request.as_str();
    assert_eq!(entries.iter().filter(about).count(), 1, "told once");
    chief.tries(["approve", &request]).expect(0);
}

#[test]
fn a_webhook_gets_a_signed_message_of_now_that_its_receiver_can_verify() {
    let (hospital, hook) = (Hospital::own(), Hook::start());
    let clerk = &hospital.clerk;
    let set = clerk
        .sekisho()
        .args(["notify", "webhook", "duty-room", "--roots"])
        .arg(&hook.roots)
        .input(format!("https://localhost:{}/in/canary-path\n", hook.port))
        .json();
    let key = text(&set, "key");
    clerk
        .tries(["notify", "ways", "--webhook", "duty-room"])
        .expect(0);
    assert_eq!(tried(clerk), Value::Null, "{}", hospital.log());
    let request = hook.waits();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("POST /in/canary-path HTTP/1.1\r\n"),
        "{head}"
    );
    let header = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {head}"))
            .trim()
            .to_owned()
    };
    let (at, signature) = (header("sekisho-timestamp:"), header("sekisho-signature:"));
    let key = data_encoding::HEXLOWER.decode(key.as_bytes()).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let tag = signature.strip_prefix("v1=").unwrap();
    let tag = data_encoding::HEXLOWER.decode(tag.as_bytes()).unwrap();
    hmac::verify(&key, format!("{at}.{body}").as_bytes(), &tag).unwrap();
    let told: Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        (&told["kind"], &told["site"]),
        (&"test".into(), &"handa".into())
    );
    // Its address is a secret: it is shown to nobody, and stands in no log.
    let shown = clerk.tries(["notify", "show", "--json"]).text();
    assert!(
        shown.contains("duty-room") && !shown.contains("canary-path"),
        "{shown}"
    );
    assert!(!hospital.log().contains("canary-path"));
}

#[test]
fn who_may_set_what_is_asked_of_everybody() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    let set = |who: &Person| mail(who, 25, &[], "x");
    set(&crew.engineer).expect(3);
    let own = ["notify", "ways", "--mail", "engineer@vendor.example"];
    crew.engineer.tries(own).expect(0);
    let room = ["notify", "ways", "--webhook", "duty-room"];
    crew.engineer.tries(room).expect(3);
    hospital.clerk.tries(["notify", "show"]).expect(0);
    crew.engineer.tries(["notify", "show"]).expect(7);
}
