//! A type that holds a secret does not derive `Debug`: `Zeroizing` wipes its content, and shows it.

use super::sources::{File, product_lines};

/// Every type that would show what it holds in a log line.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let sources = files.iter().filter(|file| file.path.ends_with(".rs"));
    sources.flat_map(shown).collect()
}

fn shown(file: &File) -> Vec<String> {
    let mut findings = Vec::new();
    let mut derived = String::new();
    let lines = product_lines(&file.text);
    let mut lines = lines.iter();
    while let Some(line) = lines.next() {
        let code = line.code.trim();
        if code.starts_with("#[derive(") || (!derived.is_empty() && !derived.contains(']')) {
            derived.push_str(code);
        } else if let Some(name) = declared(code) {
            let indent = line.code.len() - line.code.trim_start().len();
            let end = format!("{}}}", " ".repeat(indent));
            let mut body = code.to_owned();
            while !(body.ends_with(';') || body.ends_with('}')) {
                let Some(next) = lines.next() else { break };
                body.push_str(next.code.trim());
                if next.code != end && body.ends_with('}') {
                    body.push(' ');
                }
            }
            if derived.contains("Debug") && body.contains("Zeroizing<") {
                let (path, number) = (&file.path, line.number);
                findings.push(format!(
                    "{path}:{number}: {name} holds a secret and derives Debug: write a Debug that hides it"
                ));
            }
            derived.clear();
        } else if !code.is_empty() && !code.starts_with("#[") {
            derived.clear();
        }
    }
    findings
}

/// The name of a struct or an enum that is declared here.
fn declared(code: &str) -> Option<&str> {
    let words = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let mut words = words.skip_while(|word| matches!(*word, "pub" | "crate" | "super" | "in" | ""));
    match words.next() {
        Some("struct" | "enum") => words.next(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{File, check};

    fn found(text: &str) -> usize {
        let (path, text) = ("engine/src/x.rs".to_owned(), text.to_owned());
        check(&[File { path, text }]).len()
    }

    #[test]
    fn l29_a_type_that_wipes_a_secret_does_not_derive_debug() {
        let hides = "pub struct Code(Zeroizing<String>);\n";
        assert_eq!(found(hides), 0);
        for shows in [
            "#[derive(Debug)]\npub struct Code(pub Vec<zeroize::Zeroizing<String>>);\n",
            "#[derive(Clone, Debug)]\npub(crate) struct Founded {\n    /// Text.\n    setup: Zeroizing<String>,\n}\n",
            "#[derive(\n    Clone,\n    Debug,\n)]\nenum Secret {\n    Key {\n        key: u8,\n    },\n    Pass(Zeroizing<String>),\n}\n",
        ] {
            assert_eq!(found(shows), 1, "{shows}");
        }
        let other = "#[derive(Debug)]\nstruct Plain {\n    name: String,\n}\n\nstruct Key(Zeroizing<[u8; 32]>);\n";
        assert_eq!(found(other), 0);
    }
}
