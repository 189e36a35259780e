//! Files that stopped in quarantine, on the pages: who lets them pass, who cannot, and what went out.

use access::{EndReason, FileWhy, Handover};
use engine::{FileChecks, FileRules, Judged, OpenedSession};
use quarantine::{Scanner, Socket, Waiting};
use recording::{Direction, FileNote};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

use crate::browser::Browser;
use crate::hospital::{Held, Hospital, hospital, ssh_session};

const PATH: &str = "/opt/<b>update</b>/patch\u{202e}gpj.zip";
const SHOWN: &str = "/opt/&lt;b&gt;update&lt;/b&gt;/patch\u{fffd}gpj.zip";
const WAITS: &str = "件、確認を待っています";

fn brought(session: &OpenedSession, content: &[u8]) -> Waiting {
    let mut draft = session.quarantine().unwrap().begin().unwrap();
    draft.write(content).unwrap();
    draft.finish().unwrap()
}

async fn brings(session: &OpenedSession, content: &[u8], path: &str) -> Judged {
    let file = brought(session, content);
    session.judge(&file, Handover::In, path).await
}

/// The operator's own scanner: it reads a file to its end and finds the same in each.
fn scanner_that_finds(hospital: &Hospital, name: &'static str) -> Scanner {
    let path = hospital.dir.path().join("scan.sock");
    let listener = UnixListener::bind(&path).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut content = Vec::new();
            stream.read_to_end(&mut content).await.unwrap();
            let answer = format!("found {name}\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    Scanner::Hook(Socket::Unix(path))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_releases_one_file_that_waits_and_refuses_another_on_the_page() {
    let (hospital, people) = hospital();
    let session = ssh_session(&hospital, &people, "pacs", false).await;
    let visit = session.permit().visit().number();
    let mut tanaka = Browser::signed_in(&hospital, &people.tanaka).await;
    let home = tanaka.get(&hospital, "/").await;
    assert!(!home.text.contains(WAITS), "{}", home.text);
    let none = tanaka.get(&hospital, "/files").await;
    assert!(none.text.contains("待っているファイルはありません"));
    let judged = brings(&session, b"first", PATH).await;
    assert_eq!(judged, Judged::Held(1, vec![FileWhy::Unscanned]));
    let judged = brings(&session, b"second", "/opt/second").await;
    assert!(matches!(judged, Judged::Held(2, _)), "{judged:?}");
    let home = tanaka.get(&hospital, "/").await;
    assert!(
        home.text.contains("ファイルが 2 件、確認を待っています"),
        "{}",
        home.text
    );
    assert!(home.text.contains("href=\"/files\""), "{}", home.text);
    let page = tanaka.get(&hospital, "/files").await;
    let sha256 = brought(&session, b"first").sha256().to_string();
    let visit_link = format!("href=\"/visits/{visit}\"");
    for shown in [
        visit_link.as_str(),
        SHOWN,
        "canary-name abe",
        "Asahi Medical",
        "pacs",
        "持込み",
        "5 バイト",
        "text",
        "病院にウイルス検査の設定がありません。",
        "name=\"release\" value=\"1\"",
        "name=\"refuse\" value=\"2\"",
        sha256.as_str(),
    ] {
        assert!(page.text.contains(shown), "{shown}: {}", page.text);
    }
    let path = format!("/visits/{visit}/files");
    let released = tanaka.post(&hospital, &path, &[("release", "1")]).await;
    assert_eq!(
        released.location(),
        "/files?done=done-file-released",
        "{}",
        released.text
    );
    let again = brings(&session, b"first", PATH).await;
    assert!(matches!(again, Judged::Passes(_)), "{again:?}");
    let mut suzuki = Browser::signed_in(&hospital, &people.suzuki).await;
    let both = [("release", "2"), ("refuse", "2")];
    let both = suzuki.post(&hospital, &path, &both).await;
    assert_eq!(both.status, 400, "one answer at a time");
    let refused = suzuki.post(&hospital, &path, &[("refuse", "2")]).await;
    assert_eq!(refused.location(), "/files?done=done-file-refused");
    let again = brings(&session, b"second", "/opt/second").await;
    assert_eq!(again, Judged::Refused);
    let home = suzuki.get(&hospital, "/").await;
    assert!(!home.text.contains(WAITS), "nothing waits any more");
    let of_visit = suzuki.get(&hospital, &format!("/visits/{visit}")).await;
    for shown in [
        "渡してよい: canary-name tanaka",
        "渡さない: canary-name suzuki",
        SHOWN,
    ] {
        assert!(of_visit.text.contains(shown), "{shown}: {}", of_visit.text);
    }
    let twice = suzuki.post(&hospital, &path, &[("release", "2")]).await;
    assert_eq!(twice.status, 403, "an answer stands");
    session.close(EndReason::EngineerClosed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_an_engineer_nor_an_inspector_nor_a_stranger_lets_a_file_pass() {
    let (hospital, people) = hospital();
    let session = ssh_session(&hospital, &people, "pacs", false).await;
    let visit = session.permit().visit().number();
    brings(&session, b"first", PATH).await;
    let path = format!("/visits/{visit}/files");
    let own = |who: &Held| who.device.is_some();
    for (name, who, hidden) in [
        ("the engineer", &people.abe, false),
        ("an inspector", &people.inoue, false),
        ("the custodian", &people.mori, false),
        ("another vendor's engineer", &people.baba, true),
    ] {
        let mut browser = if own(who) {
            Browser::on_their_device(&hospital, who).await
        } else {
            Browser::signed_in(&hospital, who).await
        };
        let page = browser.get(&hospital, "/files").await;
        assert_eq!(page.status, 403, "{name}: {}", page.text);
        assert!(!page.text.contains("patch"), "{name}: {}", page.text);
        for answer in ["release", "refuse"] {
            let answered = browser.post(&hospital, &path, &[(answer, "1")]).await;
            let expected = if hidden { 404 } else { 403 };
            assert_eq!(answered.status, expected, "{name}: {}", answered.text);
        }
        let home = browser.get(&hospital, "/").await;
        assert!(!home.text.contains(WAITS), "{name}: {}", home.text);
    }
    let mut nobody = Browser::of(&people.sato);
    let page = nobody.get(&hospital, "/files").await;
    assert_eq!(page.location(), "/sign-in?next=%2Ffiles");
    let answered = nobody.post(&hospital, &path, &[("release", "1")]).await;
    assert_eq!(answered.status, 401);
    let judged = brings(&session, b"first", PATH).await;
    assert!(matches!(judged, Judged::Held(1, _)), "it waits: {judged:?}");
    session.close(EndReason::EngineerClosed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_infected_file_is_shown_as_stopped_and_nobody_is_offered_to_release_it() {
    let (hospital, people) = hospital();
    let scanner = scanner_that_finds(&hospital, "Eicar-<i>Test</i>");
    hospital
        .engine
        .check_files(FileChecks::Quarantine(Box::new(FileRules {
            scanners: vec![scanner],
            ..FileRules::default()
        })));
    let session = ssh_session(&hospital, &people, "pacs", false).await;
    let visit = session.permit().visit().number();
    let judged = brings(&session, b"infected", PATH).await;
    assert!(matches!(judged, Judged::Stopped(_)), "{judged:?}");
    let mut sato = Browser::signed_in(&hospital, &people.sato).await;
    let home = sato.get(&hospital, "/").await;
    assert!(!home.text.contains(WAITS), "nobody has to answer for it");
    let listed = sato.get(&hospital, "/files").await;
    let of_visit = sato.get(&hospital, &format!("/visits/{visit}")).await;
    for page in [&listed, &of_visit] {
        for shown in [
            "止めました(許可できません)",
            "hook: Eicar-&lt;i&gt;Test&lt;/i&gt; を検出",
            SHOWN,
        ] {
            assert!(page.text.contains(shown), "{shown}: {}", page.text);
        }
        assert!(!page.text.contains("name=\"release\""), "{}", page.text);
    }
    let path = format!("/visits/{visit}/files");
    let forced = sato.post(&hospital, &path, &[("release", "1")]).await;
    assert_eq!(forced.status, 404, "{}", forced.text);
    session.close(EndReason::EngineerClosed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_out_is_listed_whole_and_the_vendor_alone_says_that_it_is_deleted() {
    let (hospital, people) = hospital();
    let session = ssh_session(&hospital, &people, "pacs", false).await;
    let visit = session.permit().visit().number();
    let taken = brought(&session, b"a log");
    let note = FileNote {
        channel: 0,
        direction: Direction::FromTarget,
        path: "/var/log/<b>canary</b>".to_owned(),
        bytes: taken.length(),
        sha256: Some(taken.sha256()),
        whole: true,
    };
    session.file_handed_over(&note, None).unwrap();
    session.close(EndReason::EngineerClosed).await;
    let path = format!("/visits/{visit}/files");
    let mut clerk = Browser::signed_in(&hospital, &people.suzuki).await;
    let page = clerk.get(&hospital, &path).await;
    let whole = format!("<code>{}</code>", taken.sha256());
    for shown in [
        "/var/log/&lt;b&gt;canary&lt;/b&gt;",
        whole.as_str(),
        "data-print",
        "消去の報告はまだありません",
    ] {
        assert!(page.text.contains(shown), "{shown}: {}", page.text);
    }
    assert!(!page.text.contains("name=\"deleted\""), "{}", page.text);
    let by_clerk = clerk.post(&hospital, &path, &[("deleted", "yes")]).await;
    assert_eq!(by_clerk.status, 403, "{}", by_clerk.text);
    let mut stranger = Browser::on_their_device(&hospital, &people.baba).await;
    assert_eq!(stranger.get(&hospital, &path).await.status, 404);
    let by_stranger = stranger.post(&hospital, &path, &[("deleted", "yes")]).await;
    assert_eq!(by_stranger.status, 404, "{}", by_stranger.text);
    let mut abe = Browser::on_their_device(&hospital, &people.abe).await;
    let form = abe.get(&hospital, &path).await;
    assert!(form.text.contains("name=\"deleted\""), "{}", form.text);
    let said = abe.post(&hospital, &path, &[("deleted", "yes")]).await;
    assert_eq!(
        said.location(),
        format!("{path}?done=done-deletion-confirmed"),
        "{}",
        said.text
    );
    let page = clerk.get(&hospital, &path).await;
    let shown = "canary-name abe さんが、持ち出したものをすべて消去したと報告しました。";
    assert!(page.text.contains(shown), "{}", page.text);
}
