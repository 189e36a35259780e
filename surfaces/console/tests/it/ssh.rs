//! SSH targets: keys, secrets, terms; and relays.

use serde_json::{Value, json};

use crate::hospital::{
    HOST_KEY, OTHER_KEY, TARGET_PASSWORD, hospital, number, ssh_target, witness,
};

/// Lesson L29: what is put into the vault is never shown again, and where it is wrong it is not
/// repeated.
#[tokio::test(flavor = "multi_thread")]
async fn l29_a_targets_secret_goes_in_and_never_comes_out() {
    let (hospital, people) = hospital();
    let path = "/api/v1/targets/2/secret";
    let before = hospital.get(&people.tanaka, "/api/v1/targets").await;
    assert_eq!(before[1]["ssh"]["secret"], Value::Null);
    let set = hospital
        .post(&people.tanaka, path, json!({"password": TARGET_PASSWORD}))
        .await;
    assert_eq!(set, json!({}));
    let listed = hospital
        .ask(&people.tanaka, "GET", "/api/v1/targets", None)
        .await;
    assert_eq!(listed.body[1]["ssh"]["secret"], "password");
    assert!(!listed.text.contains(TARGET_PASSWORD));
    let made = hospital
        .post(&people.tanaka, path, json!({"generate": {}}))
        .await;
    let public = made["public"].as_str().unwrap();
    assert!(public.contains("ssh-ed25519 "), "{public}");
    let wrong = json!({"key": "-----BEGIN canary-key-----"});
    let said = hospital
        .ask(&people.tanaka, "POST", path, Some(wrong))
        .await;
    assert_eq!(said.body["args"]["field"], "key", "{}", said.text);
    assert!(!said.text.contains("canary"));
    let plain_target = json!({"password": "x"});
    let path = "/api/v1/targets/1/secret";
    let said = hospital
        .ask(&people.tanaka, "POST", path, Some(plain_target))
        .await;
    assert_eq!(said.status, 403, "{}", said.text);
}

/// Lesson L40: a changed host key is the hospital's decision, and what is no key is not pinned.
#[tokio::test(flavor = "multi_thread")]
async fn l40_a_host_key_is_pinned_by_the_hospital_and_read_whole() {
    let (hospital, people) = hospital();
    let path = "/api/v1/targets/2/host-key";
    let commented = format!("{OTHER_KEY} root@ehr");
    let form = json!({"host_key": commented});
    hospital.post(&people.tanaka, path, form).await;
    let listed = hospital.get(&people.tanaka, "/api/v1/targets").await;
    assert_eq!(listed[1]["ssh"]["host_key"], OTHER_KEY);
    for wrong in ["", "ssh-ed25519 AAAA", "ssh-dss AAAAB3NzaC1kc3M=", "* x"] {
        let form = json!({"host_key": wrong});
        let said = hospital.ask(&people.tanaka, "POST", path, Some(form)).await;
        assert_eq!(said.status, 403, "{wrong}: {}", said.text);
    }
    let mut target = ssh_target("pacs", false);
    target["ssh"]["host_key"] = json!(format!("{HOST_KEY} comment"));
    hospital
        .post(&people.tanaka, "/api/v1/targets", target)
        .await;
    let own = hospital.get(&people.abe, "/api/v1/ssh-host-key").await;
    assert!(
        own["host_key"]
            .as_str()
            .unwrap()
            .starts_with("ssh-ed25519 ")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn terms_are_shown_as_they_were_asked_and_as_they_were_granted() {
    let (hospital, people) = hospital();
    let secret = json!({"password": TARGET_PASSWORD});
    hospital
        .post(&people.tanaka, "/api/v1/targets/2/secret", secret)
        .await;
    let mut form = hospital.visit_form("ehr");
    form["ssh"] = json!({
        "shell": true, "exec": true, "upload": "no",
        "download": {"yes": {"paths": {"under": ["/var/log"]}, "most_bytes": 1000}},
    });
    let asked = hospital
        .post(&people.abe, "/api/v1/requests", form.clone())
        .await;
    let request = format!("/api/v1/requests/{}", number(&asked["request"]));
    assert_eq!(
        hospital.get(&people.suzuki, &request).await["ssh"],
        form["ssh"]
    );
    let mut wider = form["ssh"].clone();
    wider["upload"] = json!({"yes": {"paths": "anywhere", "most_bytes": 1}});
    let approve = format!("{request}/approve");
    let said = hospital
        .ask(
            &people.suzuki,
            "POST",
            &approve,
            Some(json!({"ssh": wider})),
        )
        .await;
    assert!(said.text.contains("reason-would-widen"), "{}", said.text);
    let mut fewer = form["ssh"].clone();
    fewer["shell"] = json!(false);
    hospital
        .post(&people.suzuki, &approve, json!({"ssh": fewer}))
        .await;
    let visit = format!("/api/v1/visits/{}", number(&asked["visit"]));
    for who in [&people.abe, &people.suzuki] {
        assert_eq!(hospital.get(who, &visit).await["ssh"], fewer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_is_registered_shown_and_removed() {
    let (hospital, people) = hospital();
    let relay = json!({
        "name": "tokyo", "address": "relay.example:443", "tls_name": "relay.example",
        "key": "a5".repeat(32), "witness": witness("tokyo").verifier().to_string(),
    });
    hospital
        .post(&people.tanaka, "/api/v1/relays", relay.clone())
        .await;
    let listed = hospital.get(&people.inoue, "/api/v1/relays").await;
    assert_eq!(listed, json!([{"relay": relay}]));
    assert_eq!(hospital.get(&people.abe, "/api/v1/relays").await, json!([]));
    let remove = json!({"name": "tokyo"});
    let path = "/api/v1/relays/remove";
    hospital.post(&people.tanaka, path, remove.clone()).await;
    let again = hospital
        .ask(&people.tanaka, "POST", path, Some(remove))
        .await;
    assert_eq!(again.status, 404);
    for ports in [json!([]), json!([0]), json!(vec![1; 65])] {
        let form = json!({"ports": ports});
        let path = "/api/v1/outside-check";
        let said = hospital.ask(&people.tanaka, "POST", path, Some(form)).await;
        assert_eq!(said.body["args"]["field"], "ports", "{}", said.text);
    }
}
