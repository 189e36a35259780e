//! From `sekisho site init` to the first visit through pages alone, in browsers without JavaScript.

use axum::body::Body;
use console::{Arrival, PAGES};

use crate::browser::{Browser, HOST, Shown};
use crate::hospital::{ASAHI, HOST_KEY, Held, Hospital, LAN, founded, witness};

/// A passphrase that nobody refuses.
fn passphrase(login: &str) -> String {
    format!("{login} violet lantern under the seventh bridge")
}

/// The browser of somebody who is nobody yet.
fn stranger(source: &str) -> Browser {
    let door = if source == LAN {
        tunnel::Door::Console
    } else {
        tunnel::Door::Engineers
    };
    Browser {
        arrival: Arrival::Network {
            door,
            source: source.parse().unwrap(),
            device_key: None,
        },
        cookie: None,
        language: None,
    }
}

/// What stands between two pieces of a page.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text
        .split_once(before)
        .unwrap_or_else(|| panic!("{before} in {text}"));
    rest.split_once(after).unwrap().0
}

/// The cookie that a page gives to whoever is joining.
fn pass(shown: &Shown) -> String {
    let set = shown.headers.get("set-cookie").unwrap().to_str().unwrap();
    assert!(set.starts_with("__Host-join="), "{set}");
    assert!(set.contains("; Secure; HttpOnly; SameSite=Strict"), "{set}");
    between(set, "__Host-join=", ";").to_owned()
}

/// The secret of the one-time codes, as it is to be typed.
fn totp(shown: &Shown) -> Vec<u8> {
    let typed = between(&shown.text, "<p class=\"secret\"><code>", "</code>").replace(' ', "");
    data_encoding::BASE32_NOPAD
        .decode(typed.as_bytes())
        .unwrap()
}

/// The second step: who somebody is.
async fn starts(hospital: &Hospital, browser: &mut Browser, text: &str, login: &str) -> Shown {
    let passphrase = passphrase(login);
    let fields = [
        ("invitation", text),
        ("name", "佐藤 花子"),
        ("login", login),
        ("contact", "内線 1234"),
        ("passphrase", &*passphrase),
        ("again", &*passphrase),
    ];
    browser.post(hospital, "/join/start", &fields).await
}

/// The last step, with this cookie.
async fn confirms(hospital: &Hospital, browser: &mut Browser, pass: &str, code: &str) -> Shown {
    let request = browser
        .request("POST", "/join/confirm")
        .header("origin", format!("https://{HOST}"))
        .header("cookie", format!("__Host-join={pass}"))
        .header("content-type", "application/x-www-form-urlencoded");
    let body = Body::from(format!("code={code}"));
    browser.send(hospital, request.body(body).unwrap()).await
}

/// Joins by the pages, from the first to the last.
async fn joins(hospital: &Hospital, text: &str, login: &str, source: &str) -> Held {
    let mut browser = stranger(source);
    let page = browser.get(hospital, "/join").await;
    assert_eq!(page.status, 200, "{}", page.text);
    let details = browser
        .post(hospital, "/join", &[("invitation", text)])
        .await;
    assert_eq!(details.status, 200, "{}", details.text);
    assert!(
        details.text.contains("action=\"/join/start\""),
        "{}",
        details.text
    );
    let begun = starts(hospital, &mut browser, text, login).await;
    assert_eq!(begun.status, 200, "{}", begun.text);
    assert!(begun.text.contains("<svg viewBox="), "{}", begun.text);
    let held = Held {
        login: login.to_owned(),
        passphrase: passphrase(login),
        totp: totp(&begun),
        device: None,
        source: source.parse().unwrap(),
        token: None,
    };
    let code = hospital.code_now(&held);
    let done = confirms(hospital, &mut browser, &pass(&begun), &code).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert!(done.text.contains("登録が終わりました"), "{}", done.text);
    held
}

/// Somebody at their browser, who proves freshly that they are there.
struct Desk<'a> {
    hospital: &'a Hospital,
    browser: Browser,
    who: Held,
}

impl<'a> Desk<'a> {
    async fn of(hospital: &'a Hospital, who: &Held) -> Self {
        Self {
            hospital,
            browser: Browser::signed_in(hospital, who).await,
            who: who.clone(),
        }
    }

    async fn reads(&mut self, path: &str) -> String {
        let shown = self.browser.get(self.hospital, path).await;
        assert_eq!(shown.status, 200, "{path}: {}", shown.text);
        shown.text
    }

    /// Sends a form with the next code.
    async fn sends(&mut self, path: &str, fields: &[(&str, &str)]) -> Shown {
        self.hospital.wait(30);
        let code = self.hospital.code_now(&self.who);
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("code", &*code)]).collect();
        self.browser.post(self.hospital, path, &fields).await
    }

    async fn does(&mut self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let shown = self.sends(path, fields).await;
        assert!(
            [200, 303].contains(&shown.status.as_u16()),
            "{path}: {}",
            shown.text
        );
        shown
    }

    /// Invites, and reads the text that is shown once.
    async fn invites(&mut self, fields: &[(&str, &str)]) -> String {
        let shown = self.does("/persons/new", fields).await;
        let text = between(&shown.text, "/join#", "<");
        assert!(
            shown.text.matches(text).count() == 2,
            "as link and as text: {}",
            shown.text
        );
        text.to_owned()
    }
}

const TERMS: [(&str, &str); 5] = [
    ("vendor", "1"),
    ("approvals", "one"),
    ("hours", "always"),
    ("longest", "240"),
    ("quota", "2"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_new_site_is_set_up_by_its_pages_and_admits_its_first_visit() {
    let (hospital, setup) = founded();
    let sato = joins(&hospital, &setup, "sato", LAN).await;
    let mut desk = Desk::of(&hospital, &sato).await;
    let todo = desk.reads("/setup").await;
    assert!(todo.contains("復旧キットに封をする"), "{todo}");
    assert!(!todo.contains("初期設定はすべて終わっています"), "{todo}");

    let half = desk.sends("/setup/kit", &[("printed", "yes")]).await;
    assert_eq!(half.status, 403, "{}", half.text);
    let kit = ["printed", "tested", "apart", "erased"].map(|done| (done, "yes"));
    assert_eq!(
        desk.does("/setup/kit", &kit).await.location(),
        "/setup?done=done-sealed"
    );

    let roles = [
        ("employer", "hospital"),
        ("role", "approver"),
        ("role", "operator"),
    ];
    let text = desk.invites(&roles).await;
    let suzuki = joins(&hospital, &text, "suzuki", LAN).await;
    let chain = [
        ("person-1", "2"),
        ("after-1", "0"),
        ("person-2", "1"),
        ("after-2", "15"),
    ];
    desk.does("/night-chain", &chain).await;
    let envelope = desk.does("/envelope", &[]).await;
    assert_eq!(
        envelope.text.matches("<li><code>").count(),
        10,
        "{}",
        envelope.text
    );

    let vendor = [
        ("name", "あさひ医療システム"),
        ("phone", "03-0000-0001"),
        ("sources", "203.0.113.0/24"),
    ];
    assert_eq!(
        desk.does("/vendors/new", &vendor).await.location(),
        "/vendors/1?done=done-registered"
    );
    let text = desk.invites(&[("employer", "1")]).await;
    let mut abe = hospital.join(&text, "abe", ASAHI).await;
    let words = desk.reads("/devices/1/confirm").await;
    let words: Vec<&str> = words
        .split("name=\"word\" value=\"")
        .skip(1)
        .map(|rest| between(rest, "", "\""))
        .collect();
    assert_eq!(words.len(), 8);
    let wrong: Vec<(&str, &str)> = words.iter().rev().map(|word| ("word", *word)).collect();
    assert_eq!(desk.sends("/devices/1/confirm", &wrong).await.status, 403);
    let heard: Vec<(&str, &str)> = words.iter().map(|word| ("word", *word)).collect();
    desk.does("/devices/1/confirm", &heard).await;
    let again = desk.reads("/devices/1/confirm").await;
    let already = phrases::say(
        phrases::Language::Ja,
        "console-device-confirmed-already",
        &[],
    );
    assert!(again.contains(&already) && !again.contains("name=\"word\""));

    let target = [
        ("name", "pacs"),
        ("host", "192.168.7.50"),
        ("port", "22"),
        ("protocol", "ssh"),
        ("user", "maint"),
        ("host-key", HOST_KEY),
        ("recording", "payload"),
    ];
    let target: Vec<(&str, &str)> = target.into_iter().chain(TERMS).collect();
    assert_eq!(
        desk.does("/setup/targets/new", &target).await.location(),
        "/setup/targets/1?done=done-registered"
    );
    let shown = desk.reads("/setup/targets/1").await;
    assert!(shown.contains("SHA256:"), "{shown}");
    assert_eq!(shown.matches("<li lang=\"ja\">").count(), 8, "{shown}");
    let unseen = desk
        .sends("/setup/targets/1/secret", &[("kind", "generate")])
        .await;
    assert_eq!(unseen.status, 403, "{}", unseen.text);
    let secret = [("kind", "generate"), ("compared", "yes")];
    let set = desk.does("/setup/targets/1/secret", &secret).await;
    assert!(set.text.contains("ssh-ed25519 AAAA"), "{}", set.text);

    let (key, vkey) = ("a5".repeat(32), witness("tokyo").verifier().to_string());
    let relay = [
        ("name", "tokyo"),
        ("address", "relay.example:443"),
        ("tls-name", "relay.example"),
        ("key", &*key),
        ("witness", &*vkey),
    ];
    desk.does("/relays/new", &relay).await;
    let todo = desk.reads("/setup").await;
    assert!(todo.contains("初期設定はすべて終わっています"), "{todo}");

    hospital.sign_in(&mut abe).await;
    let form = hospital.visit_form("pacs");
    hospital.post(&abe, "/api/v1/requests", form).await;
    let mut suzuki = Desk::of(&hospital, &suzuki).await;
    suzuki.does("/requests/1/approve", &[]).await;
    let engine = &hospital.engine;
    let connection = engine.connection(
        abe.device.as_ref(),
        Some(abe.source),
        access::Door::Engineers,
    );
    let by = engine.identify(abe.token.as_deref(), &connection).unwrap();
    let opened = engine
        .open_session(&by, "pacs", None, access::Protocol::Ssh)
        .await;
    opened
        .unwrap()
        .close(access::EndReason::EngineerClosed)
        .await;
}

/// Lesson L4: what one browser began no other browser finishes, nor the same one from elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn l4_another_browser_cannot_finish_what_one_has_begun() {
    let (hospital, setup) = founded();
    let mut browser = stranger(LAN);
    let begun = starts(&hospital, &mut browser, &setup, "sato").await;
    let held = Held {
        login: "sato".to_owned(),
        passphrase: passphrase("sato"),
        totp: totp(&begun),
        device: None,
        source: LAN.parse().unwrap(),
        token: None,
    };
    let own = pass(&begun);
    let code = hospital.code_now(&held);
    for (mut other, pass) in [
        (stranger(LAN), String::new()),
        (stranger(LAN), "0".repeat(64)),
        (stranger("192.168.7.21"), own.clone()),
    ] {
        let refused = confirms(&hospital, &mut other, &pass, &code).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
        assert!(refused.text.contains("別のブラウザ"), "{}", refused.text);
    }
    assert_eq!(hospital.engine.site().persons().count(), 0);
    let done = confirms(&hospital, &mut browser, &own, &code).await;
    assert_eq!(done.status, 200, "{}", done.text);
    // A second press of the same button is told the same.
    let again = confirms(&hospital, &mut browser, &own, &code).await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(hospital.engine.site().persons().count(), 1);
}

/// Lesson L11: whoever begins anew takes their own place, and nobody waits for longer than ten minutes.
#[tokio::test(flavor = "multi_thread")]
async fn l11_one_invitation_is_remembered_once_and_not_for_long() {
    let (hospital, setup) = founded();
    let mut browser = stranger(LAN);
    let first = starts(&hospital, &mut browser, &setup, "sato").await;
    let second = starts(&hospital, &mut browser, &setup, "sato").await;
    assert_ne!(
        totp(&first),
        totp(&second),
        "each beginning has its own secret"
    );
    let held = |shown: &Shown| Held {
        login: "sato".to_owned(),
        passphrase: passphrase("sato"),
        totp: totp(shown),
        device: None,
        source: LAN.parse().unwrap(),
        token: None,
    };
    let code = hospital.code_now(&held(&first));
    let refused = confirms(&hospital, &mut browser, &pass(&first), &code).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    hospital.wait(11 * 60);
    let code = hospital.code_now(&held(&second));
    let late = confirms(&hospital, &mut browser, &pass(&second), &code).await;
    assert_eq!(late.status, 403, "{}", late.text);
    assert_eq!(hospital.engine.site().persons().count(), 0);
    // Wrong codes are few, too.
    let third = starts(&hospital, &mut browser, &setup, "sato").await;
    let cookie = pass(&third);
    for _ in 0..2 {
        let wrong = confirms(&hospital, &mut browser, &cookie, "000000").await;
        assert_eq!(wrong.status, 403);
        assert!(
            wrong.text.contains("確認コードが違います"),
            "{}",
            wrong.text
        );
    }
    let last = confirms(&hospital, &mut browser, &cookie, "000000").await;
    assert!(last.text.contains("最初からやり直す"), "{}", last.text);
}

/// Lesson L13: before the first person has joined, nothing opens but the invitation.
#[tokio::test(flavor = "multi_thread")]
async fn l13_a_fresh_site_has_no_way_in_but_its_invitation() {
    let (hospital, setup) = founded();
    let mut browser = stranger(LAN);
    // What a stranger is asked is the same whether there is anybody or not (lesson L10).
    let open = [
        "sign_in_page",
        "join_page",
        "asset",
        "passkey_sign_in_begin",
    ];
    for (method, path, name) in PAGES {
        let path = path.replace("{number}", "1").replace("{name}", "missing");
        let shown = match *method {
            "GET" => browser.get(&hospital, &path).await,
            _ => browser.post(&hospital, &path, &[("code", "000000")]).await,
        };
        let inside = shown.status == 200 && !open.contains(name);
        assert!(!inside, "{name}: {}", shown.text);
        assert!(browser.cookie.is_none(), "{name}");
    }
    for (login, passphrase) in [
        ("admin", "admin"),
        ("sekisho", "sekisho"),
        ("root", ""),
        ("sato", "ChangeMe"),
    ] {
        let fields = [
            ("login", login),
            ("passphrase", passphrase),
            ("code", "000000"),
        ];
        let shown = browser.post(&hospital, "/sign-in", &fields).await;
        assert_eq!(shown.status, 401, "{login}");
    }
    // The last of the secret's letters, before the checksum, is another: the checksum finds it.
    let broken = setup.replace("sekisho-invitation-1:a", "sekisho-invitation-1:b");
    let shown = starts(&hospital, &mut browser, &broken, "sato").await;
    assert_eq!(shown.status, 400, "{}", shown.text);
    let mut forged: wire::Invitation = setup.parse().unwrap();
    forged.secret = wire::SecretBytes::new(vec![7; 32]);
    let shown = starts(&hospital, &mut browser, &forged.to_string(), "sato").await;
    assert_eq!(shown.status, 401, "{}", shown.text);
    // From outside of the hospital not even the right one.
    let mut outside = stranger(LAN);
    outside.arrival = Arrival::Network {
        door: tunnel::Door::Console,
        source: "198.51.100.9".parse().unwrap(),
        device_key: None,
    };
    let shown = starts(&hospital, &mut outside, &setup, "sato").await;
    assert_eq!(shown.status, 403, "{}", shown.text);
    joins(&hospital, &setup, "sato", LAN).await;
    let closed = browser.get(&hospital, "/join").await;
    assert_eq!(closed.status, 404, "{}", closed.text);
}

/// Lesson L12: a Japanese keyboard types the same name in several ways; it is one name.
#[tokio::test(flavor = "multi_thread")]
async fn l12_a_login_name_in_full_width_is_the_same_name() {
    let (hospital, setup) = founded();
    let mut sato = joins(&hospital, &setup, "ＳＡＴＯ", LAN).await;
    sato.login = "sato".to_owned();
    let mut desk = Desk::of(&hospital, &sato).await;
    let text = desk
        .invites(&[("employer", "hospital"), ("role", "approver")])
        .await;
    let mut browser = stranger(LAN);
    for taken in ["sato", "Ｓａｔｏ", "SATO"] {
        let shown = starts(&hospital, &mut browser, &text, taken).await;
        assert_eq!(shown.status, 403, "{taken}: {}", shown.text);
        assert!(
            shown.text.contains("佐藤 花子"),
            "what was typed stands there: {}",
            shown.text
        );
    }
    joins(&hospital, &text, "鈴木", LAN).await;
}

/// Lesson L24, on the forms that a stranger reaches.
#[tokio::test(flavor = "multi_thread")]
async fn l24_every_field_of_joining_has_its_limit() {
    let (hospital, setup) = founded();
    let mut browser = stranger(LAN);
    let long = "長".repeat(2000);
    let passphrase = passphrase("sato");
    for field in ["name", "login", "contact", "passphrase"] {
        let fields = ["name", "login", "contact", "passphrase", "again"].map(|name| {
            let too_long = name == field || (name == "again" && field == "passphrase");
            let value = match name {
                _ if too_long => long.as_str(),
                "passphrase" | "again" => passphrase.as_str(),
                _ => "sato",
            };
            (name, value)
        });
        let fields: Vec<(&str, &str)> = fields
            .into_iter()
            .chain([("invitation", &*setup)])
            .collect();
        let shown = browser.post(&hospital, "/join/start", &fields).await;
        assert_eq!(shown.status, 403, "{field}: {}", shown.text);
    }
    let shown = browser
        .post(&hospital, "/join", &[("invitation", &long)])
        .await;
    assert_eq!(shown.status, 400, "{}", shown.text);
    let differ = [("invitation", &*setup), ("passphrase", "a"), ("again", "b")];
    let shown = browser.post(&hospital, "/join/start", &differ).await;
    assert!(shown.text.contains("2つのパスフレーズ"), "{}", shown.text);
    assert!(
        !shown.text.contains("value=\"a\""),
        "no passphrase comes back: {}",
        shown.text
    );
}
