//! What endpoints really answer, held against the OpenAPI document that says what they answer.

use std::sync::OnceLock;

use console::ENDPOINTS;
use serde_json::Value;

use crate::hospital::Said;

const DOCUMENT: &str = include_str!("../../../../docs/api/openapi.json");

fn document() -> &'static Value {
    static READ: OnceLock<Value> = OnceLock::new();
    READ.get_or_init(|| serde_json::from_str(DOCUMENT).unwrap())
}

/// Whether an answer is one of those that the document names for this endpoint.
pub(crate) fn holds(method: &str, path: &str, said: &Said) -> Result<(), String> {
    let operation = &document()["paths"][path][method.to_lowercase()];
    if operation.is_null() {
        return Err("the document does not know it; run `cargo xtask openapi`".to_owned());
    }
    let status = said.status.as_u16().to_string();
    let answer = resolved(&operation["responses"][&status]);
    let content = answer["content"]
        .as_object()
        .ok_or_else(|| format!("the document has no answer {status}"))?;
    let (media, schema) = content.iter().next().unwrap();
    if said.media != *media {
        return Err(format!("{} instead of {media}", said.media));
    }
    let schema = &schema["schema"];
    if media == "application/jsonl" {
        let mut lines = said.text.lines();
        return lines.try_for_each(|line| {
            let value = serde_json::from_str(line).map_err(|cause| cause.to_string())?;
            fits(schema, &value).map_err(|wrong| format!("{status}{wrong}"))
        });
    }
    if schema.is_null() {
        return Ok(());
    }
    fits(schema, &said.body).map_err(|wrong| format!("{status}{wrong}"))
}

fn resolved(schema: &'static Value) -> &'static Value {
    match schema["$ref"].as_str() {
        None => schema,
        Some(name) => document()
            .pointer(name.trim_start_matches('#'))
            .unwrap_or_else(|| panic!("{name} stands nowhere")),
    }
}

/// Whether a value has the form that a schema describes; if not, the place and what is wrong there.
fn fits(schema: &'static Value, value: &Value) -> Result<(), String> {
    let words = schema.as_object().ok_or(": there is no schema for it")?;
    for (word, rule) in words {
        let held = match word.as_str() {
            "$ref" => {
                fits(resolved(schema), value)?;
                true
            }
            "type" => of_type(rule.as_str().unwrap(), value),
            "const" => rule == value,
            "minimum" => value.as_i64().is_none_or(|it| it >= rule.as_i64().unwrap()),
            "maximum" => value.as_u64().is_none_or(|it| it <= rule.as_u64().unwrap()),
            "minItems" => value
                .as_array()
                .is_none_or(|it| it.len() >= rule.as_u64().unwrap() as usize),
            "oneOf" => fitting(rule, value) == 1,
            "anyOf" => fitting(rule, value) > 0,
            "required" => {
                let mut names = rule.as_array().unwrap().iter();
                names.all(|name| value.get(name.as_str().unwrap()).is_some())
            }
            "items" => return each(value, |_| Some(rule)),
            "properties" | "additionalProperties" => true,
            // Said for people and for the makers of programs; a form for texts is not looked at here.
            "description" | "format" | "pattern" | "contentEncoding" => true,
            other => panic!("this check does not know {other}"),
        };
        if !held {
            return Err(format!(": {word} {rule} is not held by {value}"));
        }
    }
    if !value.is_object() {
        return Ok(());
    }
    each(value, |name| {
        let named = &schema["properties"][name];
        if named.is_null() {
            words.get("additionalProperties")
        } else {
            Some(named)
        }
    })
}

fn fitting(schemas: &'static Value, value: &Value) -> usize {
    let schemas = schemas.as_array().unwrap().iter();
    schemas.filter(|schema| fits(schema, value).is_ok()).count()
}

fn of_type(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        other => panic!("this check does not know the type {other}"),
    }
}

/// Looks into what a value holds, each by its own schema. `false` as a schema lets nothing be there.
fn each(value: &Value, schema: impl Fn(&str) -> Option<&'static Value>) -> Result<(), String> {
    let held: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, it)| (name.clone(), it)).collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, it)| (at.to_string(), it))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (name, held) in held {
        match schema(&name) {
            None => {}
            Some(Value::Bool(false)) => return Err(format!(".{name} is not in the document")),
            Some(schema) => fits(schema, held).map_err(|wrong| format!(".{name}{wrong}"))?,
        }
    }
    Ok(())
}

#[test]
fn every_endpoint_stands_in_the_document_under_its_own_name() {
    for (method, path, name) in ENDPOINTS {
        let operation = &document()["paths"][path][method.to_lowercase()];
        assert_eq!(
            operation["operationId"], *name,
            "{method} {path}: run `cargo xtask openapi`"
        );
    }
}

#[test]
fn an_answer_that_is_not_as_the_document_says_is_noticed() {
    let said = |text: &str| Said {
        status: axum::http::StatusCode::OK,
        media: "application/json".to_owned(),
        body: serde_json::from_str(text).unwrap(),
        text: text.to_owned(),
    };
    let holds = |text: &str| holds("POST", "/api/v1/visits/{number}/extend", &said(text));
    assert_eq!(
        holds(r#"{"request": "handa/request-1", "visit": "handa/visit-1"}"#),
        Ok(())
    );
    for wrong in [
        r#"{"request": "handa/request-1"}"#,
        r#"{"request": "handa/request-1", "visit": 7}"#,
        r#"{"request": "handa/request-1", "visit": "handa/visit-1", "more": true}"#,
        "[]",
    ] {
        assert!(holds(wrong).is_err(), "{wrong}");
    }
}
