//! What is told of a replacement of which it is not known how it ended: which secret works now, when it is tried
//! again, and what is to be done.

use access::{RotationFailure, Works};
use serde_json::json;

use crate::browser::Browser;
use crate::hospital::{TARGET_PASSWORD, hospital, number, ssh_target};

#[tokio::test(flavor = "multi_thread")]
async fn the_list_says_which_secret_works_now_when_it_is_tried_again_and_what_to_do() {
    let (hospital, people) = hospital();
    let added = ssh_target("core-router", false);
    let added = hospital.post(&people.tanaka, "/api/v1/targets", added);
    let target = number(&added.await["id"]);
    let api = format!("/api/v1/targets/{target}");
    let password = json!({"password": TARGET_PASSWORD});
    for (path, form) in [
        (format!("{api}/secret"), password),
        (format!("{api}/secret/rotate"), json!({})),
    ] {
        hospital.post(&people.tanaka, &path, form).await;
    }
    let engine = &hospital.engine;
    let job = engine.next_rotation().unwrap();
    let mut browser = Browser::signed_in(&hospital, &people.tanaka).await;
    let way = format!("/setup/targets/{target}/rotation-way");
    for (failed, works_now, to_do, mends) in [
        (
            RotationFailure::InDoubt,
            "今は古い秘密で入れます",
            "何もする必要はありません",
            false,
        ),
        (
            RotationFailure::NotSaved,
            "今は新しい秘密で入れます",
            "機器を再起動しないでください",
            true,
        ),
        (
            RotationFailure::Unreachable,
            "まだ分かりません",
            "動いているか確かめてください",
            false,
        ),
    ] {
        let ended = engine.end_rotation(&job, Works::NotKnown, Some(failed));
        ended.await.unwrap();
        let page = browser.get(&hospital, "/secrets").await.text;
        for told in [works_now, to_do, "次に自動で確かめる時刻"] {
            assert!(page.contains(told), "{failed:?}: {told}");
        }
        assert_eq!(page.contains(&way), mends, "{failed:?}");
        let all = hospital.get(&people.tanaka, "/api/v1/secrets").await;
        let known = all["secrets"].as_array().unwrap();
        let known = known.iter().find(|one| one["name"] == "core-router");
        let known = known.unwrap();
        assert_eq!(known["rotation_failed"]["works"], "not_known");
        assert!(known["tried_again"].is_i64() || known["tried_again"].is_string());
    }
    engine.end_rotation(&job, Works::New, None).await.unwrap();
    let page = browser.get(&hospital, "/secrets").await.text;
    assert!(!page.contains("次に自動で確かめる時刻"));
}
