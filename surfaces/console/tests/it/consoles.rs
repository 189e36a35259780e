//! Web consoles at the border that people reach: registered by a form, asked for by a form, narrowed by ticks.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::hospital::*;
use crate::work::{filled, send};

const KEY: &str = "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5";

/// What the form of a new target holds for a web console.
const CONSOLE: [(&str, &str); 13] = [
    ("name", "pacs-web"),
    ("host", "192.168.7.60"),
    ("port", "443"),
    ("protocol", "http"),
    ("user", "maint"),
    ("server", "tls"),
    ("server-key", KEY),
    ("recording", "payload"),
    ("vendor", "1"),
    ("approvals", "one"),
    ("hours", "always"),
    ("longest", "240"),
    ("quota", "2"),
];

/// A form that asks for a fresh code, and gets one.
async fn does(
    browser: &mut Browser,
    hospital: &Hospital,
    who: &Held,
    (path, fields): (&str, &[(&str, &str)]),
) -> crate::browser::Shown {
    hospital.wait(30);
    let code = hospital.sign_in_form(who)["totp"].clone();
    let mut all = vec![("code", code.as_str().unwrap())];
    all.extend(fields);
    browser.post(hospital, path, &all).await
}

async fn listed(hospital: &Hospital, by: &Held) -> Value {
    let targets = hospital.get(by, "/api/v1/targets").await;
    let targets = targets.as_array().unwrap();
    let found = targets.iter().find(|target| target["name"] == "pacs-web");
    found.unwrap().clone()
}

/// The hospital with a console that was registered by the form, signed in at as `more` says.
async fn with_console(more: &[(&str, &str)]) -> (Hospital, People, Value) {
    let (hospital, people) = hospital();
    let mut browser = Browser::signed_in(&hospital, &people.sato).await;
    let form: Vec<(&str, &str)> = CONSOLE.iter().chain(more).copied().collect();
    let sent = ("/setup/targets/new", form.as_slice());
    let added = does(&mut browser, &hospital, &people.sato, sent).await;
    assert!(
        added.location().contains("done-registered"),
        "{}",
        added.text
    );
    let target = listed(&hospital, &people.sato).await;
    (hospital, people, target)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_console_is_registered_by_the_form_and_shown_without_its_secret() {
    let (hospital, people, target) = with_console(&[("sign-in", "basic")]).await;
    let known = &target["web"];
    assert_eq!(known["host"], "192.168.7.60", "443 goes without saying");
    assert_eq!(known["sign_in"], json!({"basic": {"user": "maint"}}));
    assert_eq!(known["secret"], false);
    let mut browser = Browser::signed_in(&hospital, &people.sato).await;
    let path = format!("/setup/targets/{}", number(&target["id"]));
    let page = browser.get(&hospital, &path).await.text;
    assert!(page.contains("192.168.7.60") && page.contains("maint"));
    assert_eq!(
        page.matches("<li lang=\"ja\">").count(),
        8,
        "its key in words"
    );
    let form = browser.get(&hospital, &format!("{path}/secret")).await.text;
    assert!(form.contains("name=\"kind\" value=\"password\""), "{form}");
    assert!(!form.contains("value=\"reader\""), "it has one account");
    let secret = [
        ("kind", "password"),
        ("compared", "yes"),
        ("password", TARGET_PASSWORD),
    ];
    let to = format!("{path}/secret");
    let set = does(&mut browser, &hospital, &people.sato, (&to, &secret)).await;
    assert_eq!(set.status, 200, "{}", set.text);
    let page = browser.get(&hospital, &path).await.text;
    assert!(page.contains("登録済み") && !page.contains(TARGET_PASSWORD));
    assert_eq!(listed(&hospital, &people.sato).await["web"]["secret"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_is_signed_in_at_by_a_header_or_not_at_all_is_registered_so() {
    let header = [
        ("sign-in", "header"),
        ("header", "X-Maintenance-Key"),
        ("web-host", "pacs.local"),
    ];
    let (_, _, target) = with_console(&header).await;
    assert_eq!(
        target["web"]["sign_in"],
        json!({"header": {"name": "X-Maintenance-Key"}})
    );
    assert_eq!(target["web"]["host"], "pacs.local");
    let (hospital, people, target) = with_console(&[("sign-in", "nothing")]).await;
    assert_eq!(target["web"]["sign_in"], json!({"nothing": {}}));
    let mut browser = Browser::signed_in(&hospital, &people.sato).await;
    let path = format!("/setup/targets/{}", number(&target["id"]));
    let page = browser.get(&hospital, &path).await.text;
    assert!(!page.contains(&format!("{path}/secret")), "it needs none");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engineer_asks_for_pages_of_a_console_by_the_form() {
    let (hospital, people, target) = with_console(&[("sign-in", "basic")]).await;
    let mut abe = Browser::on_their_device(&hospital, &people.abe).await;
    let with = |more: &[(&str, &str)]| {
        let mut fields = filled(&hospital);
        let other = |name: &str| name != "target" && more.iter().all(|(own, _)| *own != name);
        fields.retain(|(name, _)| other(name));
        let id = target["id"].as_str().unwrap();
        fields.push(("target".to_owned(), id.to_owned()));
        let more = more.iter();
        fields.extend(more.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        fields
    };
    let wrong = [("web_paths", "app"), ("web_mib", "0")];
    let refused = send(&mut abe, &hospital, &with(&wrong)).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    for says in ["開く画面の場所", "場所は「/」から"] {
        assert!(refused.text.contains(says), "{}", refused.text);
    }
    let right = [
        ("web_write", "on"),
        ("web_paths", "/app\r\n\r\n /system "),
        ("web_mib", "2"),
        // What was typed wrongly is kept as a draft.
        ("version", "1"),
    ];
    let sent = send(&mut abe, &hospital, &with(&right)).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let requests = hospital.get(&people.suzuki, "/api/v1/requests").await;
    let asked = requests.as_array().unwrap().iter();
    let mut asked = asked.filter(|request| request["target"] == target["id"]);
    let asked = asked.next().unwrap();
    assert_eq!(
        asked["web"],
        json!({"write": true, "paths": {"under": ["/app", "/system"]}, "most_bytes_out": 2 << 20})
    );
    assert_eq!(asked["database"], Value::Null);
    // What was asked once is proposed again.
    let again = format!("/requests/new?again={}", number(&asked["id"]));
    let form = abe.get(&hospital, &again).await.text;
    assert!(form.contains("/system"), "{form}");
}

/// Whoever approves takes paths away with a tick; where any was asked for, they say which.
#[tokio::test(flavor = "multi_thread")]
async fn l08_an_approval_on_the_page_leaves_fewer_pages_of_a_console_and_never_more() {
    let (hospital, people, _) = with_console(&[("sign-in", "basic")]).await;
    let mut browser = Browser::signed_in(&hospital, &people.suzuki).await;
    let two = json!({"under": ["/app", "/system"]});
    // What was asked for, what the page offers, what is sent, what is granted; nothing of it: an error.
    let cases = [
        (
            json!("anywhere"),
            "「/」から",
            &[("only_paths", "/app\r\n\r\n /system "), ("web_look", "1")][..],
            Some((two.clone(), false)),
        ),
        (
            json!("anywhere"),
            "「/」から",
            &[("only_paths", "")],
            Some((json!("anywhere"), true)),
        ),
        (
            two.clone(),
            "「/system」を認めない",
            &[("without_path", "/system")],
            Some((json!({"under": ["/app"]}), true)),
        ),
        (
            two.clone(),
            "「/app」を認めない",
            &[("without_path", "/other")],
            Some((two.clone(), true)),
        ),
        (
            two,
            "「/app」を認めない",
            &[("without_path", "/app"), ("without_path", "/system")],
            None,
        ),
    ];
    for (asked, offers, sent, granted) in cases {
        let mut form = hospital.visit_form("pacs-web");
        form["web"] = json!({"write": true, "paths": asked, "most_bytes_out": 9_000_000});
        let requested = hospital.post(&people.abe, "/api/v1/requests", form).await;
        let page = format!("/requests/{}", number(&requested["request"]));
        let shown = browser.get(&hospital, &page).await.text;
        assert!(shown.contains(offers), "{shown}");
        let to = format!("{page}/approve");
        let answer = does(&mut browser, &hospital, &people.suzuki, (&to, sent)).await;
        let visit = format!("/api/v1/visits/{}", number(&requested["visit"]));
        let Some((paths, write)) = granted else {
            assert_eq!(answer.status, 400, "{}", answer.text);
            continue;
        };
        assert!(
            answer.location().contains("done-approved"),
            "{}",
            answer.text
        );
        let stands = hospital.get(&people.abe, &visit).await;
        assert_eq!(stands["web"]["paths"], paths, "{sent:?}");
        assert_eq!(stands["web"]["write"], write, "{sent:?}");
    }
}
