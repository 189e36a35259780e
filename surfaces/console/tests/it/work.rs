//! The engineer's pages in a browser without JavaScript: asking, drafts, reports.

use axum::body::Body;
use serde_json::Value;

use crate::browser::{Browser, HOST, Shown};
use crate::hospital::{Held, Hospital, hospital};

const DRAFT: &str = "0123456789abcdef0123456789abcdef";
const PURPOSE: &str = "検査システムのディスク交換 <b>&";

/// A request as its form sends it, for two hours from now.
pub(crate) fn filled(hospital: &Hospital) -> Vec<(String, String)> {
    let moment =
        |hours: i64| ids::Timestamp::from_millis(hospital.now() + hours * 3_600_000).to_string();
    let (from, until) = (moment(0), moment(2));
    [
        ("draft", DRAFT),
        ("version", "0"),
        ("of", "request"),
        ("target", "handa/target-1"),
        ("from_day", &from[..10]),
        ("from_time", &from[11..16]),
        ("until_day", &until[..10]),
        ("until_time", &until[11..16]),
        ("kind", "fault"),
        ("purpose", PURPOSE),
        ("contact", "090-0000-0007"),
        ("plan_text", ""),
        ("sessions", "once"),
        ("do", "send"),
    ]
    .iter()
    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
    .collect()
}

fn with(fields: &[(String, String)], name: &str, value: &str) -> Vec<(String, String)> {
    let mut fields = fields.to_vec();
    fields.retain(|(known, _)| known != name);
    fields.push((name.to_owned(), value.to_owned()));
    fields
}

fn multipart(fields: &[(String, String)], file: Option<(&str, &str, &[u8])>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .bytes(),
        );
    }
    if let Some((field, name, bytes)) = file {
        body.extend(format!("--XX\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: text/html\r\n\r\n").bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--XX--\r\n");
    body
}

async fn post(browser: &mut Browser, hospital: &Hospital, path: &str, body: Vec<u8>) -> Shown {
    let request = browser
        .request("POST", path)
        .header("origin", format!("https://{HOST}"))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=XX")
        .body(Body::from(body));
    browser.send(hospital, request.unwrap()).await
}

pub(crate) async fn send(
    browser: &mut Browser,
    hospital: &Hospital,
    fields: &[(String, String)],
) -> Shown {
    let plan = ("plan", "../../work plan.html", &b"<script>1</script>"[..]);
    post(
        browser,
        hospital,
        "/requests/new",
        multipart(fields, Some(plan)),
    )
    .await
}

async fn asked(hospital: &Hospital, who: &Held) -> Vec<Value> {
    let list = hospital.get(who, "/api/v1/requests").await;
    let list = list.as_array().unwrap().iter();
    list.filter(|request| request["purpose"] == PURPOSE)
        .cloned()
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engineer_asks_for_a_visit_and_the_hospital_reads_what_was_typed() {
    let (hospital, people) = hospital();
    let mut abe = Browser::on_their_device(&hospital, &people.abe).await;
    let targets = abe.get(&hospital, "/targets").await;
    assert!(targets.text.contains("lis-db"), "{}", targets.text);
    let form = abe.get(&hospital, "/requests/new?target=1").await;
    assert!(
        form.text.contains("value=\"handa/target-1\" selected"),
        "{}",
        form.text
    );
    let sent = send(&mut abe, &hospital, &filled(&hospital)).await;
    assert_eq!(
        (sent.status.as_u16(), sent.location()),
        (303, "/my?done=done-request-sent"),
        "{}",
        sent.text
    );
    let asked = asked(&hospital, &people.suzuki).await;
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["contact"], "090-0000-0007");
    // The file's name is a text and was no path (lesson L25).
    assert_eq!(asked[0]["plan_name"], "work plan.html");
    let my = abe.get(&hospital, "/my?done=done-request-sent").await;
    assert!(my.text.contains("申請を送信しました"), "{}", my.text);
    let number = asked[0]["id"]
        .as_str()
        .unwrap()
        .rsplit('-')
        .next()
        .unwrap()
        .to_owned();
    assert!(
        my.text.contains(&format!("/requests/{number}/withdraw")),
        "{}",
        my.text
    );
    let plan = abe
        .get(&hospital, &format!("/requests/{number}/plan"))
        .await;
    assert!(
        plan.headers["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment;")
    );
    assert_ne!(plan.headers["content-type"], "text/html");
    let withdrawn = abe
        .post(&hospital, &format!("/requests/{number}/withdraw"), &[])
        .await;
    assert_eq!(withdrawn.status, 303, "{}", withdrawn.text);
    let again = abe
        .get(&hospital, &format!("/requests/new?again={number}"))
        .await;
    assert!(
        again.text.contains("ディスク交換 &lt;b&gt;&amp;"),
        "{}",
        again.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn l17_however_often_the_button_is_pressed_one_request_is_sent() {
    let (hospital, people) = hospital();
    let abe = Browser::on_their_device(&hospital, &people.abe).await;
    let fields = filled(&hospital);
    let pressing = (0..6).map(|_| {
        let mut browser = Browser {
            arrival: abe.arrival.clone(),
            cookie: abe.cookie.clone(),
            language: None,
        };
        let (hospital, fields) = (&hospital, &fields);
        async move { send(&mut browser, hospital, fields).await }
    });
    for shown in futures_join(pressing).await {
        assert_eq!(shown.status, 303, "{}", shown.text);
    }
    assert_eq!(asked(&hospital, &people.suzuki).await.len(), 1);
    // And by the back button, an hour later.
    hospital.wait(60);
    let mut late = abe;
    let shown = send(&mut late, &hospital, &fields).await;
    assert_eq!(
        shown.location(),
        "/my?done=done-request-sent",
        "{}",
        shown.text
    );
    assert_eq!(asked(&hospital, &people.suzuki).await.len(), 1);
}

/// All of them at once, on this task.
async fn futures_join<F: Future<Output = Shown>>(all: impl Iterator<Item = F>) -> Vec<Shown> {
    let mut waiting: Vec<_> = all.map(|one| (Box::pin(one), None)).collect();
    std::future::poll_fn(|cx| {
        for (one, shown) in &mut waiting {
            if shown.is_none()
                && let std::task::Poll::Ready(done) = one.as_mut().poll(cx)
            {
                *shown = Some(done);
            }
        }
        if waiting.iter().all(|(_, shown)| shown.is_some()) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    waiting.into_iter().filter_map(|(_, shown)| shown).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_is_there_again_after_a_mistake_a_refusal_and_a_reload() {
    let (hospital, people) = hospital();
    let mut abe = Browser::on_their_device(&hospital, &people.abe).await;
    let fields = filled(&hospital);
    let missing = send(&mut abe, &hospital, &with(&fields, "contact", "")).await;
    assert_eq!(missing.status, 400);
    assert!(
        missing.text.contains("id=\"contact-wrong\""),
        "{}",
        missing.text
    );
    assert!(missing.text.contains("ディスク交換 &lt;b&gt;&amp;"));
    // What the site refuses is told in its words; the version went on by one with each save.
    let long = with(&with(&fields, "until_day", "2030-01-01"), "version", "1");
    let refused = send(&mut abe, &hospital, &long).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert!(
        refused.text.contains("name=\"version\" value=\"2\""),
        "{}",
        refused.text
    );
    let reload = abe
        .get(&hospital, &format!("/requests/new?draft={DRAFT}"))
        .await;
    for kept in [
        "ディスク交換 &lt;b&gt;&amp;",
        "2030-01-01",
        "work plan.html",
        "090-0000-0007",
    ] {
        assert!(reload.text.contains(kept), "{kept}: {}", reload.text);
    }
    let mended = with(&fields, "version", "2");
    let sent = post(
        &mut abe,
        &hospital,
        "/requests/new",
        multipart(&mended, None),
    )
    .await;
    assert_eq!(
        sent.location(),
        "/my?done=done-request-sent",
        "{}",
        sent.text
    );
    assert_eq!(
        asked(&hospital, &people.abe).await[0]["plan_name"],
        "work plan.html"
    );
    let gone = abe
        .get(&hospital, &format!("/requests/new?draft={DRAFT}"))
        .await;
    assert_eq!(gone.location(), "/my?done=done-request-sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_loaded_again_before_anything_is_kept_is_the_same_draft() {
    let (hospital, people) = hospital();
    let mut abe = Browser::on_their_device(&hospital, &people.abe).await;
    let again = format!("/requests/new?target=1&draft={DRAFT}&begin=1");
    let form = abe.get(&hospital, &again).await;
    for told in [
        format!("name=\"draft\" value=\"{DRAFT}\""),
        "value=\"handa/target-1\" selected".to_owned(),
    ] {
        assert!(form.text.contains(&told), "{told}: {}", form.text);
    }
    for other in [
        format!("/requests/new?target=1&draft={DRAFT}"),
        "/requests/new?draft=%3Cb%3E&begin=1".to_owned(),
    ] {
        assert_eq!(abe.get(&hospital, &other).await.status, 404, "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_window_does_not_overwrite_what_the_first_saved() {
    let (hospital, people) = hospital();
    let mut abe = Browser::on_their_device(&hospital, &people.abe).await;
    let fields = with(&filled(&hospital), "do", "save");
    let saved = send(&mut abe, &hospital, &fields).await;
    assert_eq!(
        saved.location(),
        format!("/requests/new?draft={DRAFT}&done=done-draft-saved")
    );
    let other = with(&fields, "purpose", "別の画面で書いたもの");
    let late = send(&mut abe, &hospital, &other).await;
    assert_eq!(late.status, 409);
    assert!(
        late.text.contains("別の画面で書いたもの") && late.text.contains("value=\"1\""),
        "{}",
        late.text
    );
    let kept = abe
        .get(&hospital, &format!("/requests/new?draft={DRAFT}"))
        .await;
    assert!(kept.text.contains("ディスク交換"), "{}", kept.text);
    // The island is told the same, in JSON.
    let pairs: Vec<(&str, &str)> = other
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let island = abe.post(&hospital, "/drafts", &pairs).await;
    assert_eq!(island.status, 409);
    let told: Value = serde_json::from_str(&island.text).unwrap();
    assert!(
        told["said"].as_str().unwrap().contains("別の画面"),
        "{told}"
    );
    let next = with(&other, "version", "1");
    let pairs: Vec<(&str, &str)> = next
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let island = abe.post(&hospital, "/drafts", &pairs).await;
    assert_eq!(
        serde_json::from_str::<Value>(&island.text).unwrap()["version"],
        2
    );
    let my = abe.get(&hospital, "/my").await;
    assert!(
        my.text.contains(&format!("/requests/new?draft={DRAFT}")),
        "{}",
        my.text
    );
    let discarded = abe
        .post(&hospital, "/drafts/discard", &[("draft", DRAFT)])
        .await;
    assert_eq!(discarded.location(), "/my?done=done-draft-discarded");
    let gone = abe
        .get(&hospital, &format!("/requests/new?draft={DRAFT}"))
        .await;
    assert_eq!(gone.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn l15_a_draft_and_an_earlier_request_are_their_owners_alone() {
    let (hospital, people) = hospital();
    let mut abe = Browser::on_their_device(&hospital, &people.abe).await;
    send(&mut abe, &hospital, &with(&filled(&hospital), "do", "save")).await;
    let mut baba = Browser::on_their_device(&hospital, &people.baba).await;
    for path in [
        format!("/requests/new?draft={DRAFT}"),
        "/requests/new?again=1".to_owned(),
        "/visits/1/report".to_owned(),
        "/visits/1/extend".to_owned(),
    ] {
        let shown = baba.get(&hospital, &path).await;
        assert_eq!(shown.status, 404, "{path}: {}", shown.text);
        assert!(!shown.text.contains("ディスク交換"));
    }
    let discarded = baba
        .post(&hospital, "/drafts/discard", &[("draft", DRAFT)])
        .await;
    assert_eq!(discarded.status, 403);
    let mut sato = Browser::signed_in(&hospital, &people.sato).await;
    for path in [
        "/my",
        "/requests/new",
        &format!("/requests/new?draft={DRAFT}"),
    ] {
        assert_eq!(sato.get(&hospital, path).await.status, 403, "{path}");
    }
    let kept = abe
        .get(&hospital, &format!("/requests/new?draft={DRAFT}"))
        .await;
    assert!(kept.text.contains("ディスク交換"));
}

#[tokio::test(flavor = "multi_thread")]
async fn l24_a_hostile_form_is_refused_and_nothing_stands_of_it() {
    let (hospital, people) = hospital();
    let mut abe = Browser::on_their_device(&hospital, &people.abe).await;
    let fields = filled(&hospital);
    let whole = multipart(&fields, Some(("plan", "p", b"x")));
    for cut in [0, 1, 7, whole.len() / 2, whole.len() - 6] {
        let shown = post(&mut abe, &hospital, "/requests/new", whole[..cut].to_vec()).await;
        assert_eq!(shown.status, 400, "{cut}: {}", shown.text);
    }
    let two = [
        multipart(&fields, Some(("plan", "a", b"x"))),
        multipart(&[], Some(("plan", "b", b"y"))),
    ]
    .concat();
    let two = String::from_utf8(two)
        .unwrap()
        .replacen("--XX--\r\n", "", 1)
        .into_bytes();
    assert_eq!(
        post(&mut abe, &hospital, "/requests/new", two).await.status,
        400
    );
    let binary = with(&fields, "purpose", "\u{0}");
    let mut bytes = multipart(&binary, None);
    bytes
        .iter_mut()
        .filter(|byte| **byte == 0)
        .for_each(|byte| *byte = 0xff);
    assert_eq!(
        post(&mut abe, &hospital, "/requests/new", bytes)
            .await
            .status,
        400
    );
    let huge = vec![b'x'; wire::api::v1::MAX_BODY];
    let shown = post(
        &mut abe,
        &hospital,
        "/requests/new",
        multipart(&fields, Some(("plan", "p", &huge))),
    )
    .await;
    assert_eq!(shown.status, 413, "{}", shown.text);
    let long = with(&fields, "purpose", &"長".repeat(3000));
    let shown = send(&mut abe, &hospital, &long).await;
    assert_eq!(shown.status, 400);
    assert!(
        shown.text.contains("id=\"purpose-wrong\""),
        "{}",
        shown.text
    );
    for id in ["", "x", "../../etc/passwd", &"0".repeat(33)] {
        let shown = send(&mut abe, &hospital, &with(&fields, "draft", id)).await;
        assert_eq!(shown.status, 400, "{id}: {}", shown.text);
    }
    assert!(asked(&hospital, &people.suzuki).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn l36_a_form_of_another_site_asks_for_nothing() {
    let (hospital, people) = hospital();
    let mut abe = Browser::on_their_device(&hospital, &people.abe).await;
    let body = multipart(&filled(&hospital), Some(("plan", "p", b"x")));
    let request = abe
        .request("POST", "/requests/new")
        .header("origin", "https://evil.test")
        .header("content-type", "multipart/form-data; boundary=XX")
        .body(Body::from(body));
    let shown = abe.send(&hospital, request.unwrap()).await;
    assert_eq!(shown.status, 403);
    assert!(asked(&hospital, &people.suzuki).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_begins_with_what_the_recording_knows_and_shows_the_differences_afterwards() {
    let (hospital, people) = hospital();
    let mut abe = Browser::on_their_device(&hospital, &people.abe).await;
    let form = abe.get(&hospital, "/visits/1/report").await;
    assert_eq!(form.status, 200, "{}", form.text);
    assert!(form.text.contains("接続</textarea>"), "{}", form.text);
    let fields = |version: &str, done: &str| {
        [
            ("draft", DRAFT),
            ("version", version),
            ("of", "report-1"),
            ("done", done),
            ("patients", "0"),
            ("files_erased", "none"),
            ("do", "send"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    };
    let missing = post(
        &mut abe,
        &hospital,
        "/visits/1/report",
        multipart(&fields("0", ""), None),
    )
    .await;
    assert_eq!(missing.status, 400, "{}", missing.text);
    let done = "ディスクを交換した";
    let form = ("attachment", "様式.html", &b"<script>1</script>"[..]);
    let filed = post(
        &mut abe,
        &hospital,
        "/visits/1/report",
        multipart(&fields("1", done), Some(form)),
    )
    .await;
    assert_eq!(
        filed.location(),
        "/visits/1/report?done=done-report-filed",
        "{}",
        filed.text
    );
    let again = post(
        &mut abe,
        &hospital,
        "/visits/1/report",
        multipart(&fields("1", done), None),
    )
    .await;
    assert_eq!(
        again.location(),
        "/visits/1/report?done=done-report-filed",
        "{}",
        again.text
    );
    let report = hospital
        .get(&people.suzuki, "/api/v1/visits/1/report")
        .await;
    assert_eq!(report["filed"]["stated"]["done"], done);
    assert_eq!(report["earlier"], Value::Null, "pressed twice, filed once");
    for who in [&people.abe, &people.suzuki] {
        let mut browser = Browser::on_their_device(&hospital, who).await;
        let shown = browser.get(&hospital, "/visits/1/report").await;
        assert!(
            shown.text.contains(done) && shown.text.contains("計画・記録との違い"),
            "{}",
            shown.text
        );
    }
    let file = abe.get(&hospital, "/visits/1/report-file").await;
    assert!(
        file.headers["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment;")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn more_time_is_asked_for_from_the_page_and_waits_for_the_hospital() {
    let (hospital, people) = hospital();
    let mut abe = Browser::on_their_device(&hospital, &people.abe).await;
    let my = abe.get(&hospital, "/my").await;
    assert!(
        my.text.contains("/visits/1/extend") && my.text.contains("残り"),
        "{}",
        my.text
    );
    let wrong = abe
        .post(
            &hospital,
            "/visits/1/extend",
            &[("until_day", "x"), ("until_time", "13:00")],
        )
        .await;
    assert_eq!(wrong.status, 400);
    let until = ids::Timestamp::from_millis(hospital.now() + 3 * 3_600_000).to_string();
    let asked = abe
        .post(
            &hospital,
            "/visits/1/extend",
            &[("until_day", &until[..10]), ("until_time", &until[11..16])],
        )
        .await;
    assert_eq!(
        asked.location(),
        "/my?done=done-extension-asked",
        "{}",
        asked.text
    );
    let my = abe.get(&hospital, "/my").await;
    assert!(my.text.contains("作業時間の延長"), "{}", my.text);
}
