//! The OpenAPI document of `/api/v1`, read from the sources that make the API: where each call goes
//! (`wire::api::v1::paths`, whose comments name request and answer), the types of `wire::api::v1`, the
//! table of endpoints and the signatures of their handlers (`console`), and who is told what
//! (`tests/matrix/endpoints.txt`). Where two of them differ there is no document (decision 0027).
//!
//! It reads source text and runs nothing, so the product carries no line for it; `console`'s tests hold
//! what endpoints really answer against the document.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "the syntax of Rust has many kinds of everything; what is not read here is an error"
)]

mod calls;
mod fields;
mod handlers;
mod operations;
mod types;

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::types::Types;

/// Where the document stands, from the project's root.
pub const DOCUMENT: &str = "docs/api/openapi.json";

/// What is wrong, one line each: it names the place, and what was expected there.
pub type Findings = Vec<String>;

/// The document as it is written.
///
/// # Errors
/// Every place where the sources contradict each other, or say what this crate does not understand.
pub fn document(root: &Path) -> Result<String, Findings> {
    let calls = calls::read(&text(root, calls::PATHS)?)?;
    let endpoints = handlers::endpoints(&text(root, handlers::ENDPOINTS)?)?;
    let handlers = handlers::read(root, &endpoints)?;
    let matrix = text(root, operations::MATRIX)?;
    let mut types = Types::read(root)?;
    let paths = operations::paths(&calls, &handlers, &matrix, &mut types)?;
    let document = json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Sekisho",
            "version": "1",
            "summary": "The HTTP API of one hospital's checkpoint for remote maintenance.",
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{
            "url": "https://{name}",
            "description": "A site's gateway, reached by the console's name or by the engineers' name.",
            "variables": {"name": {"default": "sekisho.example"}},
        }],
        "tags": operations::tags(&calls),
        "paths": paths,
        "components": {
            "schemas": types.schemas()?,
            "responses": operations::responses(),
            "securitySchemes": security(),
        },
    });
    let mut written =
        serde_json::to_string_pretty(&document).map_err(|cause| vec![cause.to_string()])?;
    written.push('\n');
    Ok(written)
}

const ABOUT: &str = "A call is answered with 200 and its own answer, with 403 and every reason why \
not, or with another status and one problem. A sentence is an id with arguments; the program that \
shows it has the words in Japanese and English. What the caller may not see does not exist for \
them: 404. Moments are milliseconds since 1970 in UTC. A field that is left out is not said; it \
never means everything. At the machine itself, the local socket answers the machine's operator \
without a token where an operation says so, and others there with theirs.";

fn security() -> Value {
    json!({
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "The token of the sign-in. It counts only on connections like the one on \
                which it was given: the same door and, at the engineers' name, the same device.",
        },
        "device": {
            "type": "mutualTLS",
            "description": "The certificate of an enrolled device. The engineers' name asks for it \
                before the first byte of HTTP; the console's name does not.",
        },
    })
}

fn text(root: &Path, path: &str) -> Result<String, Findings> {
    std::fs::read_to_string(root.join(path)).map_err(|cause| vec![format!("{path}: {cause}")])
}

/// An object that keeps what has something to say.
fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Map<String, Value> {
    let said = fields.into_iter();
    said.filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}
