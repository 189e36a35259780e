//! What attributes say: comments, and serde's words.

use syn::{Attribute, Expr, Lit, LitStr, Meta};

/// The doc comment, one paragraph.
pub(crate) fn comment(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(meta) = &attribute.meta else {
            return None;
        };
        let Expr::Lit(literal) = &meta.value else {
            return None;
        };
        match &literal.lit {
            Lit::Str(text) if meta.path.is_ident("doc") => Some(text.value().trim().to_owned()),
            _ => None,
        }
    });
    let lines: Vec<String> = lines.collect();
    lines.join(" ").trim().to_owned()
}

/// How serde spells something.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Serde {
    /// `rename_all`
    pub(crate) rename_all: Option<String>,
    /// `deny_unknown_fields`
    pub(crate) closed: bool,
    /// `default`: whoever asks may leave it out.
    pub(crate) may_be_absent: bool,
    /// `skip_serializing_if`: an answer may lack it.
    pub(crate) skipped: bool,
}

/// Reads serde's words. One that this crate does not know is an error: it could mean anything.
pub(crate) fn serde(attributes: &[Attribute]) -> Result<Serde, String> {
    let mut said = Serde::default();
    for attribute in attributes {
        if !attribute.path().is_ident("serde") {
            continue;
        }
        let read = attribute.parse_nested_meta(|meta| {
            let text = || meta.value()?.parse::<LitStr>();
            if meta.path.is_ident("rename_all") {
                said.rename_all = Some(text()?.value());
            } else if meta.path.is_ident("deny_unknown_fields") {
                said.closed = true;
            } else if meta.path.is_ident("default") {
                said.may_be_absent = true;
            } else if meta.path.is_ident("skip_serializing_if") {
                text()?;
                said.skipped = true;
            } else {
                return Err(meta.error("an attribute of serde that the document does not know"));
            }
            Ok(())
        });
        read.map_err(|cause| cause.to_string())?;
    }
    Ok(said)
}

/// A variant's name as `rename_all` spells it.
pub(crate) fn renamed(name: &str, rule: Option<&str>) -> Result<String, String> {
    let between = match rule {
        None => return Ok(name.to_owned()),
        Some("snake_case") => '_',
        Some("kebab-case") => '-',
        Some(other) => return Err(format!("rename_all = {other:?} is not known")),
    };
    let mut spelled = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !spelled.is_empty() {
            spelled.push(between);
        }
        spelled.extend(letter.to_lowercase());
    }
    Ok(spelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_as_serde_spells_them() {
        assert_eq!(renamed("AtOnce", Some("snake_case")).unwrap(), "at_once");
        assert_eq!(
            renamed("RolledBack", Some("kebab-case")).unwrap(),
            "rolled-back"
        );
        assert_eq!(renamed("Same", None).unwrap(), "Same");
        assert!(renamed("Same", Some("UPPERCASE")).is_err());
    }

    #[test]
    fn a_word_of_serde_that_is_not_known_is_not_passed_over() {
        let item: syn::ItemStruct = syn::parse_str("#[serde(tag = \"type\")] struct X;").unwrap();
        assert!(serde(&item.attrs).is_err());
    }
}
