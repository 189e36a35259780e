//! What every story may ask of the world outside the browser.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::place::Place;
use crate::people::Person;

/// The answer, or why there is none.
pub(super) fn customary(
    place: Place<'_>,
    people: &BTreeMap<&'static str, &Person>,
    what: &str,
    asked: &Value,
) -> Result<Value, String> {
    let person = || {
        let wanted = asked["person"].as_str().unwrap_or_default();
        let mut people = people.values();
        let found = people.find(|person| person.login == wanted);
        found.copied().ok_or(format!("nobody signs in as {wanted}"))
    };
    match what {
        "code" => Ok(json!(person()?.phone.code())),
        "wrong_code" => Ok(json!(person()?.phone.wrong_code())),
        "used_code" => Ok(json!(person()?.phone.used_code())),
        "sekisho" => Ok(sekisho(person()?, asked)),
        "events" => {
            let kind = asked["kind"].as_str().unwrap_or_default();
            Ok(Value::Array(place.events(kind)))
        }
        other => Err(format!("this test does not answer {other}")),
    }
}

/// `sekisho ARGS --json` on the person's computer.
fn sekisho(person: &Person, asked: &Value) -> Value {
    let args = asked["args"].as_array().into_iter().flatten();
    let args = args.filter_map(Value::as_str).chain(["--json"]);
    let done = person.tries(args);
    let out: Value = serde_json::from_slice(&done.out).unwrap_or_default();
    json!({ "code": done.code, "out": out, "err": done.err })
}
