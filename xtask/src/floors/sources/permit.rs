//! `Permit` is made by the decision alone (invariant 1). The compiler keeps its private fields; this
//! keeps them private, and finds a second place that would make one.

use super::reading::{Line, product_lines};
use super::{File, is_product_source, mentions};

/// What would make a permit without a decision.
const MAKERS: &[&str] = &["Clone", "Default", "Deserialize"];

const CRATE: &str = "domain/access/src/";

/// What is wrong with `Permit` in `domain/access`.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let sources: Vec<(&str, Vec<Line>)> = files
        .iter()
        .filter(|file| file.path.starts_with(CRATE) && is_product_source(&file.path))
        .map(|file| (file.path.as_str(), product_lines(&file.text)))
        .collect();
    let mut findings = Vec::new();
    let mut defined = false;
    let mut made = Vec::new();
    for (path, lines) in &sources {
        if let Some(at) = lines
            .iter()
            .position(|line| line.code.contains("struct Permit {"))
        {
            defined = true;
            findings.extend(definition(path, lines, at));
        }
        made.extend(makers(path, lines));
    }
    if !defined {
        findings.push("domain/access has no `struct Permit {`".to_owned());
        return findings;
    }
    let uses = match made.as_slice() {
        [
            Made {
                constructor: Some(name),
                ..
            },
        ] => uses(&sources, name),
        _ => made.iter().map(|made| made.place.clone()).collect(),
    };
    if uses.len() != 1 {
        findings.push(format!(
            "a Permit is made in {} places, and one decision makes it: {}",
            uses.len(),
            uses.join(", ")
        ));
    }
    findings
}

/// Open fields, and derives that make one.
fn definition(path: &str, lines: &[Line], at: usize) -> Vec<String> {
    let after = lines.get(at + 1..).unwrap_or_default();
    let open = after
        .iter()
        .take_while(|line| !line.code.starts_with('}'))
        .filter(|line| line.code.trim_start().starts_with("pub"))
        .map(|line| format!("{path}:{}: a field of Permit is open", line.number));
    let before = lines.get(..at).unwrap_or_default();
    let attributes = before.iter().rev().take_while(|line| {
        let code = line.code.trim();
        code.is_empty() || code.starts_with('#')
    });
    let derived = attributes.flat_map(|line| {
        let made_by = MAKERS.iter().filter(|word| mentions(&line.code, word));
        made_by.map(|word| format!("{path}:{}: {word} makes a Permit undecided", line.number))
    });
    open.chain(derived).collect()
}

/// A place where a permit's fields are filled.
struct Made {
    place: String,
    /// Inside `impl Permit`: the function that does it.
    constructor: Option<String>,
}

fn makers(path: &str, lines: &[Line]) -> Vec<Made> {
    let mut made = Vec::new();
    let mut inside = false;
    let mut function = None;
    for Line { number, code } in lines {
        if code.starts_with("impl Permit {") {
            inside = true;
        } else if code.starts_with('}') {
            inside = false;
        }
        if inside && let Some(name) = function_name(code) {
            function = Some(name.to_owned());
        }
        let place = format!("{path}:{number}");
        if inside && fills(code, "Self {") {
            let constructor = function.clone();
            made.push(Made { place, constructor });
        } else if fills(code, "Permit {") {
            let constructor = None;
            made.push(Made { place, constructor });
        }
    }
    made
}

/// Every call of `Permit::NAME(`.
fn uses(sources: &[(&str, Vec<Line>)], name: &str) -> Vec<String> {
    let call = format!("Permit::{name}");
    let mut places = Vec::new();
    for (path, lines) in sources {
        let calls = lines.iter().filter(|line| mentions(&line.code, &call));
        places.extend(calls.map(|line| format!("{path}:{}", line.number)));
    }
    places
}

/// Whether the line fills a struct: not its definition, its methods, a return type or a pattern.
fn fills(code: &str, literal: &str) -> bool {
    let others = ["struct ", "impl ", "for ", "-> ", "let "];
    mentions(code, literal.trim_end_matches(" {"))
        && code.contains(literal)
        && !others
            .iter()
            .any(|other| code.contains(&format!("{other}{literal}")))
}

fn function_name(code: &str) -> Option<&str> {
    let (_, rest) = code.split_once("fn ")?;
    rest.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::super::File;
    use super::check;

    const PERMIT: &str = "\
/// May pass.
#[derive(Debug, PartialEq)]
#[must_use]
pub struct Permit {
    until: Timestamp,
}

impl Permit {
    pub(super) fn new(until: Timestamp) -> Self {
        Self { until }
    }

    pub fn until(&self) -> Timestamp {
        self.until
    }
}
";
    const DECIDE: &str = "fn decide() {\n    let permit = Permit::new(until);\n}\n";

    fn found(text: &str) -> Vec<String> {
        check(&[File {
            path: "domain/access/src/decide/permit.rs".to_owned(),
            text: text.to_owned(),
        }])
    }

    #[test]
    fn a_permit_is_made_by_one_decision() {
        assert_eq!(found(&format!("{PERMIT}{DECIDE}")), Vec::<String>::new());
        let plain = PERMIT.replace("        Self { until }\n", "        until.into()\n");
        let literal = "fn decide() {\n    Outcome::Opened(Permit { until })\n}\n";
        assert_eq!(found(&format!("{plain}{literal}")), Vec::<String>::new());
    }

    #[test]
    fn a_second_place_that_makes_one_is_found() {
        assert_eq!(found(&format!("{PERMIT}{DECIDE}{DECIDE}")).len(), 1);
        let back_door = "fn let_him_in() {\n    Permit { until }\n}\n";
        assert_eq!(found(&format!("{PERMIT}{DECIDE}{back_door}")).len(), 1);
        assert_eq!(found(PERMIT).len(), 1);
        assert_eq!(found("").len(), 1);
    }

    #[test]
    fn a_permit_has_no_open_field_and_is_not_copied_or_read_from_a_file() {
        let whole = format!("{PERMIT}{DECIDE}");
        let open = whole.replace("    until: Timestamp,", "    pub(crate) until: Timestamp,");
        assert_eq!(found(&open).len(), 1);
        for maker in ["Clone", "Default", "Deserialize"] {
            let derived = whole.replace("PartialEq", maker);
            assert_eq!(found(&derived).len(), 1, "{maker}");
        }
    }
}
