//! The calls as operations of the document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::calls::{Answered, Call};
use crate::handlers::Handler;
use crate::types::Types;
use crate::{Findings, object};

/// Who is told what, by endpoint.
pub(crate) const MATRIX: &str = "tests/matrix/endpoints.txt";

/// What is answered when there is no answer: status, schema, words.
const TROUBLE: [(u16, &str, &str); 8] = [
    (
        400,
        "Problem",
        "A field is missing, unknown or not of its form, or the body is not JSON.",
    ),
    (
        401,
        "Problem",
        "Nobody is signed in on this connection, or the factors proved nobody.",
    ),
    (403, "Refused", "The site refuses, with every reason."),
    (
        404,
        "Problem",
        "There is no such thing, or it is not the caller's to see.",
    ),
    (408, "Problem", "The body did not come in time."),
    (413, "Problem", "The body is longer than is read."),
    (
        500,
        "Problem",
        "Something of the gateway is broken; its log says what.",
    ),
    (
        503,
        "Problem",
        "The ledger or the recorder cannot be written, so nothing is allowed.",
    ),
];

/// Every path with its operations.
pub(crate) fn paths(
    calls: &[Call],
    handlers: &[Handler],
    matrix: &str,
    types: &mut Types,
) -> Result<Value, Findings> {
    let mut findings = Vec::new();
    let mut paths: Map<String, Value> = Map::new();
    let told = rows(matrix);
    for name in ["Problem", "Refused"] {
        findings.extend(types.told_beside(name).err());
    }
    for handler in handlers {
        let of_path =
            |call: &&Call| call.constant == handler.constant && call.method == handler.method;
        let made = match calls.iter().find(of_path) {
            None => Err(format!(
                "no comment in paths.rs speaks of {}",
                handler.method
            )),
            Some(call) => agree(call, handler).and_then(|()| {
                // Without a row yet, nobody is known to be told anything; `console`'s tests want one.
                let told = told.get(handler.name.as_str());
                let told = told.map(Vec::as_slice).unwrap_or_default();
                let operation = operation(call, handler, told, types)?;
                let path = paths.entry(call.path.clone()).or_insert_with(|| json!({}));
                if let Value::Object(methods) = path {
                    methods.insert(call.method.to_lowercase(), operation);
                }
                Ok(())
            }),
        };
        findings.extend(
            made.err()
                .map(|finding| format!("{}: {finding}", handler.name)),
        );
    }
    let served: BTreeSet<_> = handlers
        .iter()
        .map(|one| (&one.constant, &one.method))
        .collect();
    let unserved = calls
        .iter()
        .filter(|call| !served.contains(&(&call.constant, &call.method)));
    findings.extend(unserved.map(|call| format!("{} {} has no endpoint", call.method, call.path)));
    if findings.is_empty() {
        Ok(Value::Object(paths))
    } else {
        Err(findings)
    }
}

/// Whether the comment of a path and the signature of its handler say the same.
fn agree(call: &Call, handler: &Handler) -> Result<(), String> {
    let place = &handler.place;
    let differ = |what: &str| Err(format!("paths.rs and {place} differ in {what}"));
    if call.request != handler.request || call.goes_on != handler.goes_on {
        return differ("the body");
    }
    if call.path.contains("{number}") != handler.of.is_some() {
        return differ("whether there is a number in the path");
    }
    let query: Vec<String> = call.query.iter().map(|(name, _)| name.clone()).collect();
    if query != handler.query.clone().unwrap_or_default() {
        return differ("the query");
    }
    match (&handler.answer, &call.answer) {
        (Some(given), Answered::One(named)) if given == named => Ok(()),
        (Some(_), _) => differ("the answer"),
        // The bytes are the handler's own; the tests of the endpoints hold them against the schema.
        (None, _) => Ok(()),
    }
}

fn operation(
    call: &Call,
    handler: &Handler,
    told: &[&str],
    types: &mut Types,
) -> Result<Value, String> {
    let number = handler.of.iter().map(|id| {
        json!({
            "name": "number", "in": "path", "required": true,
            "description": format!("The number of a `{id}` of this site."),
            "schema": {"type": "integer", "minimum": 1},
        })
    });
    let query = call.query.iter().map(|(name, needed)| {
        json!({
            "name": name, "in": "query", "required": needed,
            "schema": {"type": "integer", "minimum": 0},
        })
    });
    let parameters: Vec<Value> = number.chain(query).collect();
    let local = told.get(ROOT) == Some(&"ok");
    Ok(Value::Object(object([
        ("operationId", Some(json!(handler.name))),
        ("tags", Some(json!([tag(&call.path)]))),
        ("summary", Some(json!(summary(&handler.name)))),
        (
            "description",
            description(call, handler, local).map(Value::from),
        ),
        (
            "parameters",
            (!parameters.is_empty()).then_some(Value::Array(parameters)),
        ),
        ("requestBody", body(call, types)?),
        ("responses", Some(answers(call, handler, told, types)?)),
        (
            "security",
            Some(match handler.signed_in {
                true => json!([{"token": []}, {"token": [], "device": []}]),
                false => json!([]),
            }),
        ),
    ])))
}

/// The column of the machine's operator in a row of the matrix.
const ROOT: usize = 1;

fn rows(matrix: &str) -> BTreeMap<&str, Vec<&str>> {
    let rows = matrix.lines().skip(1).filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.collect()))
    });
    rows.collect()
}

fn summary(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        format!("{}{}", first.to_uppercase(), letters.as_str())
    })
}

fn description(call: &Call, handler: &Handler, local: bool) -> Option<String> {
    let mut note = call.note.clone();
    if let Some(first) = note.get(..1) {
        note = note.replacen(first, &first.to_uppercase(), 1);
    }
    let local = if local {
        "Answers the machine's operator at the local socket too."
    } else {
        ""
    };
    let said = [note.as_str(), handler.comment.as_str(), local];
    let said: Vec<&str> = said.into_iter().filter(|text| !text.is_empty()).collect();
    let said: Vec<String> = said
        .into_iter()
        .map(|text| match text.ends_with('.') {
            true => text.to_owned(),
            false => format!("{text}."),
        })
        .collect();
    (!said.is_empty()).then(|| said.join(" "))
}

fn tag(path: &str) -> &str {
    path.split('/').nth(3).unwrap_or_default()
}

/// The tags, in the order of the paths.
pub(crate) fn tags(calls: &[Call]) -> Value {
    let mut seen = Vec::new();
    for call in calls {
        let name = tag(&call.path);
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen.iter().map(|name| json!({"name": name})).collect()
}

fn body(call: &Call, types: &mut Types) -> Result<Option<Value>, String> {
    if call.goes_on {
        return Ok(Some(json!({
            "description": "Goes on for as long as the answer; what is in it does not matter.",
            "content": {"application/octet-stream": {}},
        })));
    }
    let Some(request) = &call.request else {
        return Ok(None);
    };
    let schema = types.asked(request)?;
    Ok(Some(
        json!({"required": true, "content": {"application/json": {"schema": schema}}}),
    ))
}

fn answers(
    call: &Call,
    handler: &Handler,
    told: &[&str],
    types: &mut Types,
) -> Result<Value, String> {
    let (media, schema, words) = match &call.answer {
        Answered::One(named) => ("application/json", Some(types.told(named)?), "The answer."),
        Answered::Lines(named) => (
            LINES,
            Some(types.told(named)?),
            "Values of this form, one per line.",
        ),
        Answered::Media(media) => (media.as_str(), None, "The document."),
    };
    let content = json!({media: Value::Object(object([("schema", schema)]))});
    let mut answers = Map::new();
    answers.insert(
        "200".to_owned(),
        json!({"description": words, "content": content}),
    );
    let seen: BTreeSet<u16> = told.iter().filter_map(|word| word.parse().ok()).collect();
    for (status, ..) in TROUBLE {
        let sends = call.request.is_some();
        let possible = match status {
            400 => sends || !call.query.is_empty(),
            404 => handler.of.is_some(),
            408 | 413 => sends || call.method != "GET" && !call.goes_on,
            403 => handler.signed_in,
            _ => true,
        };
        if possible || seen.contains(&status) {
            let named = format!("#/components/responses/{status}");
            answers.insert(status.to_string(), json!({"$ref": named}));
        }
    }
    let unknown = seen
        .iter()
        .find(|status| !answers.contains_key(&status.to_string()));
    match unknown {
        None => Ok(Value::Object(answers)),
        Some(status) => Err(format!(
            "{MATRIX} has the status {status}, which the document does not know"
        )),
    }
}

/// What `wire::api::v1::LINES` says of itself.
const LINES: &str = "application/jsonl";

/// The answers that every operation shares.
pub(crate) fn responses() -> Value {
    let responses = TROUBLE.iter().map(|(status, schema, words)| {
        let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
        let answer = json!({
            "description": words,
            "content": {"application/json": {"schema": schema}},
        });
        (status.to_string(), answer)
    });
    Value::Object(responses.collect())
}
