//! A cheating client: right names and addresses, and somebody else's proofs.

use acceptance::Person;
use acceptance::hospital::{Crew, Hospital, SITE};
use acceptance::link::Link;
use acceptance::wait;
use cheats::client::{Client, Device, a_key, frame, issued, said as say};
use cheats::tls::Knock;
use serde_json::{Value, json};
use wire::alpn::{API, SESSION};
use wire::session::OpenAnswer;

/// What somebody has copied from this person's computer.
fn copied(person: &Person) -> Device {
    Device::copied(&person.home.join("sites").join(SITE))
}

/// A connection from where engineers come from.
fn knocks(hospital: &Hospital, knock: &Knock) -> std::io::Result<Client> {
    let from = hospital.ground.vendor.parse().unwrap();
    Client::connect(knock, from, hospital.address)
}

/// What a session protocol of these proofs says to this wish; nothing if it is closed before.
fn answered(hospital: &Hospital, knock: &Knock, words: &[u8]) -> Vec<u8> {
    let Ok(mut client) = knocks(hospital, knock) else {
        return Vec::new();
    };
    client.says(words);
    client.rest()
}

/// The ids of the reasons for which a wish is refused.
fn refused(hospital: &Hospital, device: &Device, wish: &Value) -> Vec<String> {
    let mut client = knocks(hospital, &device.knock(SESSION)).expect("the device is enrolled");
    client.says(&say(wish));
    match client.hears::<OpenAnswer>() {
        Some(OpenAnswer::Refused { reasons }) => {
            reasons.into_iter().map(|reason| reason.id).collect()
        }
        other => panic!("{wish}: {other:?}"),
    }
}

/// Nothing was admitted, and an honest engineer still is.
fn only_the_honest_one_gets_in(hospital: &Hospital, crew: &Crew, visit: &str) {
    assert_eq!(crew.echo.accepted(), 0, "the target was dialled");
    let shown = hospital.clerk.asks(["visit", "show", visit]);
    assert_eq!(shown["sessions"], json!([]), "{shown:#}");
    let honest = ["connect", crew.target.as_str()];
    let run = crew.engineer.sekisho().args(honest).input("honest");
    assert_eq!(run.ok().text(), "honest");
}

#[test]
fn l01_anothers_certificate_proved_with_ones_own_key_opens_nothing() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let victim = copied(&crew.engineer);
    let cheat = copied(&hospital.engineer(&crew.vendor, "l01-cheat"));
    for key in [&cheat.key, &a_key()] {
        for (alpn, words) in [
            (SESSION, say(&victim.wish(&crew.target))),
            (API, status(&victim.token)),
        ] {
            let knock = Knock::asking(&victim.name, alpn);
            let knock = knock.showing(vec![victim.certificate.clone()], key);
            assert_eq!(answered(hospital, &knock, &words), b"");
        }
    }
    // The victim's certificate beside one's own is not the victim either.
    let knock = Knock::asking(&victim.name, SESSION);
    let both = vec![cheat.certificate.clone(), victim.certificate.clone()];
    let knock = knock.showing(both, &cheat.key);
    assert_eq!(
        answered(hospital, &knock, &say(&victim.wish(&crew.target))),
        b""
    );
    only_the_honest_one_gets_in(hospital, &crew, &visit.visit);
}

fn status(token: &str) -> Vec<u8> {
    let head = "GET /api/v1/status HTTP/1.1\r\nhost: a\r\nconnection: close\r\n";
    format!("{head}authorization: Bearer {token}\r\n\r\n").into_bytes()
}

#[test]
fn l07_a_certificate_that_the_site_did_not_issue_itself_opens_nothing() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let enrolled = copied(&crew.engineer);
    let (own_ca, own) = (a_key(), a_key());
    let forged_ca = issued(&enrolled.ca, &own_ca, &own_ca, true);
    let forged = issued(&enrolled.ca, &own_ca, &own, false);
    // Issued by the device's own key, as if the device were an authority.
    let nested = issued(&enrolled.ca, &enrolled.key, &own, false);
    let chains = [
        vec![forged.clone()],
        vec![forged.clone(), forged_ca],
        vec![forged, enrolled.ca.clone()],
        vec![nested.clone(), enrolled.certificate.clone()],
        vec![nested, enrolled.certificate.clone(), enrolled.ca.clone()],
    ];
    for chain in chains {
        let knock = Knock::asking(&enrolled.name, SESSION).showing(chain, &own);
        let said = answered(hospital, &knock, &say(&enrolled.wish(&crew.target)));
        assert_eq!(said, b"");
    }
    // The right certificate, with anything beside it.
    let beside = vec![enrolled.certificate.clone(), enrolled.ca.clone()];
    let knock = Knock::asking(&enrolled.name, SESSION).showing(beside, &enrolled.key);
    assert_eq!(
        answered(hospital, &knock, &say(&enrolled.wish(&crew.target))),
        b""
    );
    only_the_honest_one_gets_in(hospital, &crew, &visit.visit);
}

#[test]
fn l16_anothers_token_grant_and_session_are_worth_nothing_on_ones_own_device() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let victim = copied(&crew.engineer);
    let other = hospital.engineer(&crew.vendor, "l16-cheat");
    let cheat = copied(&other);
    let wish = |token: &str, grant: Option<&str>| {
        let mut wish = cheat.wish(&crew.target);
        wish["token"] = token.into();
        if let Some(grant) = grant {
            wish["grant"] = grant.into();
        }
        wish
    };
    let signed_out = ["error-signed-out"];
    for token in [victim.token.as_str(), "sekisho-token-forged", " "] {
        assert_eq!(refused(hospital, &cheat, &wish(token, None)), signed_out);
    }
    let claimed = wish(&cheat.token, Some(&visit.grant));
    assert_eq!(refused(hospital, &cheat, &claimed), ["reason-no-grant"]);
    assert_eq!(crew.echo.accepted(), 0);
    // The victim at work: the session's id is no key to it.
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut live = link.live();
    let session = hospital.session_of(&visit.visit);
    assert_ne!(other.tries(["end", &session]).code, 0);
    assert_ne!(other.tries(["attend", &session]).code, 0);
    let claimed = wish(&cheat.token, Some(&session));
    let said = answered(hospital, &cheat.knock(SESSION), &say(&claimed));
    assert!(!String::from_utf8_lossy(&said).contains("opened"));
    live.echo(b"undisturbed");
    assert_eq!(crew.echo.accepted(), 1);
}

/// What is no wish, though the device that says it is enrolled.
fn no_wishes(device: &Device, target: &str) -> Vec<Vec<u8>> {
    let wish = device.wish(target);
    let with = |member: &str, value: Value| {
        let mut wish = wish.clone();
        wish[member] = value;
        say(&wish)
    };
    let whole = wish.to_string();
    let deep = format!(
        "{{\"v\":1,\"token\":{}{}",
        "[".repeat(8000),
        "]".repeat(8000)
    );
    vec![
        frame(b""),
        u32::MAX.to_be_bytes().to_vec(),
        (16 * 1024 + 1_u32).to_be_bytes().to_vec(),
        frame(deep.as_bytes()),
        frame(whole.replacen('{', "{\"v\":1,", 1).as_bytes()),
        frame(&whole.as_bytes()[..whole.len() - 1]),
        frame(b"[]"),
        frame(&[0xff; 300]),
        with("v", json!(2)),
        with("v", json!("1")),
        with("v", Value::Null),
        with("as", json!("root")),
        with("target", json!("t".repeat(97))),
        with("target", json!("")),
        with("token", json!("t".repeat(129))),
        with("grant", json!("grant-1")),
        with("grant", json!("../../grant-1")),
        with("channel", json!("udp")),
        with("target", json!(["a", "b"])),
    ]
}

#[test]
fn l24_no_length_and_no_field_of_a_wish_goes_beyond_its_limit() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let device = copied(&crew.engineer);
    for words in no_wishes(&device, &crew.target) {
        let said = answered(hospital, &device.knock(SESSION), &words);
        let shown = String::from_utf8_lossy(&words[..words.len().min(120)]).into_owned();
        assert_eq!(String::from_utf8_lossy(&said), "", "{shown}");
    }
    // A name with something unseen in it is nobody's, and is not repeated raw.
    let unseen = format!("{}\0\u{202e}\u{1b}]0;x\u{7}", crew.target);
    let reasons = refused(hospital, &device, &device.wish(&unseen));
    assert!(!reasons.is_empty());
    only_the_honest_one_gets_in(hospital, &crew, &visit.visit);
}

#[test]
fn l22_a_client_that_goes_on_after_the_end_reaches_nobody() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let device = copied(&crew.engineer);
    let wish = say(&device.wish(&crew.target));
    let mut client = knocks(hospital, &device.knock(SESSION)).unwrap();
    // The target's first bytes right behind the wish: a client that does not wait.
    client.says(&[&wish[..], b"early "].concat());
    assert!(matches!(
        client.hears::<OpenAnswer>(),
        Some(OpenAnswer::Opened { .. })
    ));
    assert_eq!(client.exactly(6).unwrap(), b"early ");
    let withdraw = ["withdraw-grant", &visit.grant, "--reason", "enough"];
    hospital.clerk.tries(withdraw).expect(0);
    assert_eq!(client.rest(), b"");
    let heard = crew.echo.heard().len();
    for _ in 0..50 {
        client.says(&[b'x'; 4096]);
    }
    // The captured wish once more, under the same token, and under the grant's own name.
    let mut named = device.wish(&crew.target);
    named["grant"] = visit.grant.as_str().into();
    for again in [device.wish(&crew.target), named] {
        let reasons = refused(hospital, &device, &again);
        assert!(reasons.contains(&"reason-no-grant".to_owned()) || !reasons.is_empty());
    }
    assert_eq!(
        (crew.echo.accepted(), crew.echo.heard().len()),
        (1, heard),
        "something arrived after the end"
    );
    assert!(crew.echo.gone(1, wait::PATIENCE).is_some());
}

#[test]
fn l02_one_connection_carries_nothing_of_a_failed_sign_in_into_the_next() {
    let hospital = Hospital::shared();
    let engineer = &hospital.crew().engineer;
    let device = copied(engineer);
    let mut client = knocks(hospital, &device.knock(API)).unwrap();
    let form = |login: &str, passphrase: &str, code: &str| {
        json!({"login": login, "passphrase": passphrase, "totp": code}).to_string()
    };
    let post = |body: &str, last: bool| {
        let close = if last { "connection: close\r\n" } else { "" };
        format!(
            "POST /api/v1/sign-in HTTP/1.1\r\nhost: a\r\n{close}content-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    // The clerk's name and passphrase with the engineer's code, then the engineer's own, on one line.
    let clerk = &hospital.clerk;
    let first = form(&clerk.login, &clerk.passphrase, &engineer.phone.used_code());
    let second = form(
        &engineer.login,
        &engineer.passphrase,
        &engineer.phone.code(),
    );
    let quoted = |id: &str| format!("\"{id}\"");
    let (_, both) = client.calls((post(&first, false) + &post(&second, true)).as_bytes());
    assert_eq!(both.matches("HTTP/1.1 401").count(), 1, "{both}");
    assert_eq!(both.matches("HTTP/1.1 200").count(), 1, "{both}");
    assert!(
        both.contains(&quoted(&engineer.id)) && !both.contains(&quoted(&clerk.id)),
        "{both}"
    );
    let body = both.rsplit("\r\n\r\n").next().unwrap();
    let signed_in: Value = serde_json::from_str(body).unwrap();
    let token = signed_in["token"].as_str().unwrap();
    let mut again = knocks(hospital, &device.knock(API)).unwrap();
    let invite = format!(
        "GET /api/v1/invitations HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
         authorization: Bearer {token}\r\n\r\n"
    );
    let (status, answer) = again.calls(invite.as_bytes());
    assert!(status == Some(403) || answer.ends_with("[]"), "{answer}");
}
