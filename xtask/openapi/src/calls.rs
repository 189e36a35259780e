//! What the comments in `paths.rs` say of each call.
//!
//! One comment may speak of several methods, each as
//! `METHOD[, query `a`, `b?`][ `Request`][, a body that goes on] → `Answer`[, one per line][: note]`,
//! with `; ` between them. An answer that is no type of the API is a media type in the same quotes.

use syn::{Expr, Item, Lit};

use crate::Findings;
use crate::fields::comment;

/// Where the paths stand.
pub(crate) const PATHS: &str = "domain/wire/src/api/v1/paths.rs";

/// What somebody can ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// The name of the path's constant.
    pub(crate) constant: String,
    /// With `{number}` for the number of an id.
    pub(crate) path: String,
    /// In capitals.
    pub(crate) method: String,
    /// Numbers in the query: name, and whether the call needs it.
    pub(crate) query: Vec<(String, bool)>,
    /// The type of the body.
    pub(crate) request: Option<String>,
    /// Whether the body goes on for as long as the answer.
    pub(crate) goes_on: bool,
    /// What comes back.
    pub(crate) answer: Answered,
    /// What else the comment says.
    pub(crate) note: String,
}

/// What comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answered {
    /// One value of this type.
    One(String),
    /// Values of this type, one per line.
    Lines(String),
    /// A document of this media type.
    Media(String),
}

/// Reads `paths.rs`.
pub(crate) fn read(source: &str) -> Result<Vec<Call>, Findings> {
    let file = syn::parse_file(source).map_err(|cause| vec![format!("{PATHS}: {cause}")])?;
    let mut calls = Vec::new();
    let mut findings = Vec::new();
    for item in file.items {
        let Item::Const(constant) = item else {
            continue;
        };
        let name = constant.ident.to_string();
        let Some(path) = literal(&constant.expr) else {
            findings.push(format!("{PATHS}: {name} is not a path in quotes"));
            continue;
        };
        match told(&name, &path, &comment(&constant.attrs)) {
            Some(told) => calls.extend(told),
            None => findings.push(format!(
                "{PATHS}: the comment of {name} does not say method, request and answer as the others do"
            )),
        }
    }
    if findings.is_empty() {
        Ok(calls)
    } else {
        Err(findings)
    }
}

fn literal(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

const METHODS: [&str; 4] = ["GET", "POST", "PUT", "DELETE"];

fn told(constant: &str, path: &str, comment: &str) -> Option<Vec<Call>> {
    let mut clauses: Vec<String> = Vec::new();
    for piece in comment.split("; ") {
        let begins = METHODS.iter().any(|method| piece.starts_with(method));
        match clauses.last_mut() {
            Some(last) if !begins => {
                last.push_str("; ");
                last.push_str(piece);
            }
            _ => clauses.push(piece.to_owned()),
        }
    }
    clauses
        .iter()
        .map(|clause| one(constant, path, clause))
        .collect()
}

fn one(constant: &str, path: &str, clause: &str) -> Option<Call> {
    let (asked, rest) = clause.split_once('→')?;
    let asked = asked.trim();
    let method = METHODS.iter().find(|method| asked.starts_with(**method))?;
    let asked = asked.strip_prefix(method)?;
    let (query, body) = match asked.strip_prefix(", query ") {
        Some(rest) => (queried(rest)?, None),
        None => (Vec::new(), asked.split('`').nth(1).map(str::to_owned)),
    };
    let mut quoted = rest.trim_start().splitn(3, '`');
    let before = quoted.next()?;
    let named = quoted.next()?;
    let after = quoted.next()?;
    if !before.is_empty() {
        return None;
    }
    let (answer, note) = answered(named, after);
    Some(Call {
        constant: constant.to_owned(),
        path: path.to_owned(),
        method: (*method).to_owned(),
        query,
        request: body,
        goes_on: asked.contains("a body that goes on"),
        answer,
        note: note.to_owned(),
    })
}

fn queried(text: &str) -> Option<Vec<(String, bool)>> {
    let names = text.trim().split(", ").map(|name| {
        let name = name.strip_prefix('`')?.strip_suffix('`')?;
        Some(match name.strip_suffix('?') {
            Some(name) => (name.to_owned(), false),
            None => (name.to_owned(), true),
        })
    });
    names.collect()
}

fn answered<'a>(named: &str, after: &'a str) -> (Answered, &'a str) {
    let lines = after.strip_prefix(", one per line");
    let note = lines.unwrap_or(after);
    let note = note.trim_start_matches([':', '.', ',', ' ']).trim();
    let answer = match lines {
        _ if named.contains('/') => Answered::Media(named.to_owned()),
        Some(_) => Answered::Lines(named.to_owned()),
        None => Answered::One(named.to_owned()),
    };
    (answer, note)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(comment: &str) -> Call {
        let source = format!("/// {comment}\npub const X: &str = \"/x/{{number}}\";\n");
        let mut calls = read(&source).unwrap();
        assert_eq!(calls.len(), 1);
        calls.remove(0)
    }

    #[test]
    fn a_comment_names_method_request_and_answer() {
        let call = read_one("POST `Suspend` → `Done`: for good; nobody undoes it.");
        assert_eq!(call.method, "POST");
        assert_eq!(call.request.as_deref(), Some("Suspend"));
        assert_eq!(call.answer, Answered::One("Done".to_owned()));
        assert_eq!(call.note, "for good; nobody undoes it.");
    }

    #[test]
    fn a_query_says_which_numbers_it_takes_and_which_it_needs() {
        let call = read_one("GET, query `from`, `resumed?` → `Consistency`.");
        assert_eq!(
            call.query,
            [("from".to_owned(), true), ("resumed".to_owned(), false)]
        );
        assert_eq!(call.request, None);
    }

    #[test]
    fn an_answer_can_come_in_lines_or_be_a_document_of_another_kind() {
        let lines = read_one("POST, a body that goes on → `Seen`, one per line, until it ends.");
        assert!(lines.goes_on);
        assert_eq!(lines.answer, Answered::Lines("Seen".to_owned()));
        assert_eq!(lines.note, "until it ends.");
        let media = read_one("GET → `application/json`: the receipt.");
        assert_eq!(media.answer, Answered::Media("application/json".to_owned()));
    }

    #[test]
    fn a_comment_that_says_something_else_is_named() {
        let source = "/// The place for it.\npub const X: &str = \"/x\";\n";
        let findings = read(source).unwrap_err();
        assert!(findings[0].contains('X'), "{findings:?}");
    }
}
