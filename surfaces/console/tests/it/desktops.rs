//! The recording of a desktop, as a page plays it.

use access::EndReason;
use axum::body::Body;
use console::router;
use data_encoding::BASE64;
use http_body_util::BodyExt;
use recording::{ChannelNote, Direction, KeyframeNote, Stream, What};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::browser::Browser;
use crate::hospital::{Hospital, People, hospital, ssh_session};

/// 32 bits, little-endian, 0x00RRGGBB.
const PIXELS: &str = "20180001 00ff00ff 00ff1008 00000000";

/// Nothing of what a desktop shows is text: escape sequences, ends of lines and markup are pixels, too.
const PICTURE: &[u8] =
    b"\0\0\0\x01\0\0\0\0\0\x02\0\x02\0\0\0\0\x1b]0;\n<b>\x00\xff\x07\x9b\r\n\xe3\x81";

fn pixels() -> String {
    PIXELS.replace(' ', "")
}

/// A finished session on a desktop, its number. What a viewer asked for stands in it, too.
async fn worked(hospital: &Hospital, people: &People) -> u64 {
    let session = ssh_session(hospital, people, "ct", false).await;
    let number = session.permit().session().number();
    let what = What::Desktop {
        name: "CT <i>console</i>".to_owned(),
        width: 2,
        height: 2,
        pixels: pixels(),
    };
    let (channel, terminal) = (0, None);
    let note = |note: &ChannelNote| session.note(note).unwrap();
    note(&ChannelNote::Opened {
        channel,
        what,
        terminal,
    });
    let passed = |direction, bytes: &[u8]| {
        let stream = session.stream(channel, direction, Stream::Output, bytes);
        stream.unwrap();
    };
    passed(Direction::ToTarget, b"\x03\0\0\0\0\0\0\x02\0\x02");
    let (first, rest) = PICTURE.split_at(7);
    passed(Direction::FromTarget, first);
    passed(Direction::FromTarget, rest);
    note(&ChannelNote::Keyframe(KeyframeNote {
        channel,
        from: 0,
        width: 2,
        height: 2,
        pixels: pixels(),
    }));
    session.close(EndReason::EngineerClosed).await;
    number
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_is_played_byte_by_byte_as_pictures_with_its_keyframes_and_never_as_text() {
    let (hospital, people) = hospital();
    let number = worked(&hospital, &people).await;
    let mut browser = Browser::signed_in(&hospital, &people.suzuki).await;
    let path = format!("/sessions/{number}/replay");
    let stream = format!("{path}/stream");
    assert_eq!(browser.get(&hospital, &stream).await.status, 403);
    hospital.wait(30);
    let code = hospital.code_now(&people.suzuki);
    let opened = browser.post(&hospital, &path, &[("code", &code)]).await;
    assert_eq!(opened.status, 303, "{}", opened.text);
    let request = browser.request("GET", &stream).body(Body::empty()).unwrap();
    let answer = router(hospital.engine.clone(), browser.arrival.clone());
    let answer = answer.oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    let lines = String::from_utf8(bytes.to_vec()).unwrap();
    let seen: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["seen"].take())
        .collect();
    let desktop = &seen[0]["opened"]["what"]["desktop"];
    let told = json!({"name": "CT <i>console</i>", "width": 2, "height": 2, "pixels": pixels()});
    assert_eq!(*desktop, told);
    let pictures = seen.iter().filter_map(|seen| {
        let picture = &seen["picture"];
        assert_eq!(picture["channel"].as_u64().unwrap_or(0), 0);
        picture["bytes"].as_str()
    });
    let shown: Vec<u8> = pictures
        .flat_map(|bytes| BASE64.decode(bytes.as_bytes()).unwrap())
        .collect();
    assert_eq!(shown, PICTURE);
    let keyframe = json!({"channel": 0, "from": 0, "width": 2, "height": 2, "pixels": pixels()});
    let at = |wanted: &dyn Fn(&Value) -> bool| seen.iter().rposition(wanted);
    let after = at(&|seen| seen["keyframe"] == keyframe);
    assert!(after.is_some() && after > at(&|seen| seen["picture"].is_object()));
    assert!(seen.iter().all(|seen| seen["output"].is_null()), "{lines}");
    let found = hospital.post(&people.suzuki, "/api/v1/search", json!({}));
    let found = found.await["entries"].to_string();
    assert!(found.contains("recording_viewed"), "each look is an entry");
}
