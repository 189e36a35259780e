//! The bodies that webhooks want.

use access::Preset;
use serde_json::{Value, json};

use crate::Message;

/// The message as JSON in the form of a preset.
pub fn body(preset: Preset, message: &Message) -> Vec<u8> {
    let body = match preset {
        Preset::Generic => generic(message),
        Preset::Slack => slack(message),
        Preset::Teams => teams(message),
        Preset::LineWorks => line_works(message),
    };
    body.to_string().into_bytes()
}

/// Our own form (`docs/formats/webhook.md`).
fn generic(message: &Message) -> Value {
    json!({
        "v": 1,
        "id": message.id,
        "kind": message.kind,
        "site": message.site,
        "at": message.at,
        "subject": message.subject,
        "text": message.text,
        "link": message.link,
    })
}

/// An incoming webhook: one text in mrkdwn, in which three characters are control characters.
fn slack(message: &Message) -> Value {
    let plain = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    };
    let (subject, text) = (plain(&message.subject), plain(&message.text));
    let (link, open) = (plain(&message.link), plain(&message.open));
    json!({ "text": format!("*{subject}*\n{text}\n<{link}|{open}>") })
}

/// "When a Teams webhook request is received": a message with one Adaptive Card.
fn teams(message: &Message) -> Value {
    let block = |text: &str, weight: &str| json!({"type": "TextBlock", "text": text, "weight": weight, "wrap": true});
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": [block(&message.subject, "Bolder"), block(&message.text, "Default")],
                "actions": [{
                    "type": "Action.OpenUrl", "title": message.open, "url": message.link,
                }],
            },
        }],
    })
}

/// An incoming webhook of LINE WORKS: title, text and a button.
fn line_works(message: &Message) -> Value {
    json!({
        "title": message.subject,
        "body": { "text": message.text },
        "button": { "label": message.open, "url": message.link },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        Message {
            id: "request/handa/request-7".into(),
            kind: "request".into(),
            site: "handa".into(),
            at: 1_795_000_000,
            subject: "申請 <7>".into(),
            text: "Asahi & Co".into(),
            link: "https://console.test/requests/7".into(),
            open: "開く".into(),
        }
    }

    fn read(preset: Preset) -> Value {
        serde_json::from_slice(&body(preset, &message())).unwrap_or_default()
    }

    #[test]
    fn each_preset_has_the_fields_that_its_service_reads() {
        assert_eq!(read(Preset::Generic)["id"], "request/handa/request-7");
        assert_eq!(
            read(Preset::Slack)["text"],
            "*申請 &lt;7&gt;*\nAsahi &amp; Co\n<https://console.test/requests/7|開く>"
        );
        let card = &read(Preset::Teams)["attachments"][0]["content"];
        assert_eq!(card["type"], "AdaptiveCard");
        assert_eq!(card["actions"][0]["url"], message().link);
        let line = read(Preset::LineWorks);
        assert_eq!(line["body"]["text"], "Asahi & Co");
        assert_eq!(line["button"]["url"], message().link);
    }
}
