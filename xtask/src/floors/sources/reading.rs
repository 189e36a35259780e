//! Reading Rust as text: enough to tell code from comments and product from tests.

/// A line of code, its comment taken off.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::floors) struct Line {
    /// Counted from 1.
    pub(in crate::floors) number: usize,
    pub(in crate::floors) code: String,
}

/// The lines that go into the product, without comments and without what is marked `#[cfg(test)]`.
/// An import of several things (`use std::{fs, io};`) reads as the whole path of each.
pub(in crate::floors) fn product_lines(text: &str) -> Vec<Line> {
    let mut product = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let code = without_comment(line);
        if code.trim() == "#[cfg(test)]" {
            skip_item(&mut lines);
            continue;
        }
        if is_import(code) && !code.contains(';') {
            let rest = lines.by_ref().map(|(_, line)| without_comment(line));
            let statement = until_semicolon(code, rest);
            product.push(import(at + 1, &statement));
        } else if is_import(code) {
            product.push(import(at + 1, code));
        } else {
            product.push(Line {
                number: at + 1,
                code: code.to_owned(),
            });
        }
    }
    product
}

/// Skips one item: to its semicolon if it has no body, else to the brace that closes it at the start
/// of a line, as rustfmt writes it.
fn skip_item<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>) {
    let mut closing = None;
    for (_, line) in lines {
        let code = without_comment(line);
        if closing.is_none() && code.trim_end().ends_with(';') {
            return;
        }
        if closing.is_none() && code.trim_end().ends_with('{') {
            let indent = code.len() - code.trim_start().len();
            closing = Some(format!("{}}}", " ".repeat(indent)));
        }
        if closing.as_deref() == Some(code.trim_end()) {
            return;
        }
    }
}

fn is_import(code: &str) -> bool {
    let code = code.trim_start();
    code.starts_with("use ") || code.starts_with("pub use ") || code.starts_with("pub(crate) use ")
}

fn until_semicolon<'a>(first: &str, rest: impl Iterator<Item = &'a str>) -> String {
    let mut statement = first.to_owned();
    for line in rest {
        statement.push_str(line.trim());
        if line.contains(';') {
            break;
        }
    }
    statement
}

fn import(number: usize, statement: &str) -> Line {
    let (before, tree) = statement.split_once("use ").unwrap_or(("", statement));
    let tree = tree.split(';').next().unwrap_or_default();
    let mut paths = Vec::new();
    expand("", tree, &mut paths);
    let code = format!("{before}use {};", paths.join(", "));
    Line { number, code }
}

/// `a::{b, c::{d, e}}` becomes `a::b`, `a::c::d`, `a::c::e`.
fn expand(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    for branch in branches(tree) {
        match branch.split_once('{') {
            Some((stem, inner)) => {
                let inner = inner.strip_suffix('}').unwrap_or(inner);
                expand(&format!("{prefix}{}", stem.trim()), inner, paths);
            }
            None => paths.push(format!("{prefix}{branch}")),
        }
    }
}

/// Splits at the commas that stand in no braces.
fn branches(tree: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let parts = tree.split(|letter: char| {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    });
    parts
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

/// The line up to its comment. A `//` inside quotes is no comment.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let mut escaped = false;
    let mut last = ' ';
    for (at, letter) in line.char_indices() {
        if escaped {
            escaped = false;
        } else if letter == '\\' && quoted {
            escaped = true;
        } else if letter == '"' && last != '\'' {
            quoted = !quoted;
        } else if letter == '/' && last == '/' && !quoted {
            return line.get(..at - 1).unwrap_or(line);
        }
        last = letter;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{product_lines, without_comment};

    fn code(text: &str) -> Vec<String> {
        product_lines(text)
            .into_iter()
            .map(|line| line.code)
            .collect()
    }

    #[test]
    fn comments_are_taken_off_and_addresses_in_quotes_are_not() {
        assert_eq!(without_comment("let a = 1; // std::fs"), "let a = 1; ");
        assert_eq!(
            without_comment(r#"let a = "https://x";"#),
            r#"let a = "https://x";"#
        );
        assert_eq!(without_comment("/// SystemTime"), "");
    }

    #[test]
    fn tests_are_left_out_and_what_follows_them_is_not() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {\n    }\n}\nfn c() {}\n#[cfg(test)]\nmod more;\nfn d() {}\n";
        assert_eq!(code(text), ["fn a() {}", "fn c() {}", "fn d() {}"]);
    }

    #[test]
    fn an_import_of_several_things_reads_as_each() {
        let text = "use std::{\n    fs,\n    io::{self, Read},\n};\nuse a::b;\n";
        assert_eq!(
            code(text),
            ["use std::fs, std::io::self, std::io::Read;", "use a::b;"]
        );
    }
}
