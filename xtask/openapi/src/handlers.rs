//! The table of endpoints, and what the signatures of their handlers say.

use std::path::Path;

use syn::{FnArg, GenericArgument, Item, ItemFn, PathArguments, ReturnType, Type};

use crate::Findings;
use crate::fields::comment;

/// Where the table stands.
pub(crate) const ENDPOINTS: &str = "surfaces/console/src/endpoints.rs";
/// Where the handlers stand.
const HANDLERS: &str = "surfaces/console/src/api";

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    method: String,
    constant: String,
    name: String,
    handler: String,
}

/// An endpoint, with what its handler takes and gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Handler {
    /// In capitals.
    pub(crate) method: String,
    /// The constant of its path.
    pub(crate) constant: String,
    /// Its name in the table.
    pub(crate) name: String,
    /// Its path in `console::api`.
    pub(crate) place: String,
    /// What its comment says.
    pub(crate) comment: String,
    /// The type of the body.
    pub(crate) request: Option<String>,
    /// Whether it reads a body that goes on.
    pub(crate) goes_on: bool,
    /// Whether it takes the number of an id: the id's type.
    pub(crate) of: Option<String>,
    /// The numbers that it reads from the query, if it reads one.
    pub(crate) query: Option<Vec<String>>,
    /// Whether somebody must be signed in.
    pub(crate) signed_in: bool,
    /// The type of its answer; nothing if it makes the answer's bytes itself.
    pub(crate) answer: Option<String>,
}

/// Reads the table.
pub(crate) fn endpoints(source: &str) -> Result<Vec<Endpoint>, Findings> {
    let rows = source
        .lines()
        .skip_while(|line| !line.starts_with("endpoints! {"))
        .skip(1)
        .take_while(|line| !line.starts_with('}'))
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"));
    let mut read = Vec::new();
    let mut findings = Vec::new();
    for row in rows {
        match row.split_whitespace().collect::<Vec<_>>().as_slice() {
            [method, constant, name, handler] => read.push(Endpoint {
                method: method.to_uppercase(),
                constant: (*constant).to_owned(),
                name: name.trim_matches('"').to_owned(),
                handler: handler.trim_end_matches(';').to_owned(),
            }),
            _ => findings.push(format!(
                "{ENDPOINTS}: {row:?} is not `method PATH \"name\" file::function;`"
            )),
        }
    }
    if read.is_empty() {
        findings.push(format!("{ENDPOINTS}: there is no table `endpoints!`"));
    }
    if findings.is_empty() {
        Ok(read)
    } else {
        Err(findings)
    }
}

/// Reads the handler of every endpoint.
pub(crate) fn read(root: &Path, endpoints: &[Endpoint]) -> Result<Vec<Handler>, Findings> {
    let mut handlers = Vec::new();
    let mut findings = Vec::new();
    for endpoint in endpoints {
        match handler(root, endpoint) {
            Ok(handler) => handlers.push(handler),
            Err(finding) => findings.push(format!("{}: {finding}", endpoint.name)),
        }
    }
    if findings.is_empty() {
        Ok(handlers)
    } else {
        Err(findings)
    }
}

fn handler(root: &Path, endpoint: &Endpoint) -> Result<Handler, String> {
    let (file, function) = endpoint
        .handler
        .rsplit_once("::")
        .ok_or("the handler has no file")?;
    let path = format!("{HANDLERS}/{}.rs", file.replace("::", "/"));
    let source =
        std::fs::read_to_string(root.join(&path)).map_err(|cause| format!("{path}: {cause}"))?;
    let parsed = syn::parse_file(&source).map_err(|cause| format!("{path}: {cause}"))?;
    let found = parsed.items.iter().find_map(|item| match item {
        Item::Fn(found) if found.sig.ident == function => Some(found),
        _ => None,
    });
    let found = found.ok_or_else(|| format!("{path} has no function {function}"))?;
    signature(endpoint, found, &source)
}

fn signature(endpoint: &Endpoint, found: &ItemFn, source: &str) -> Result<Handler, String> {
    let mut handler = Handler {
        method: endpoint.method.clone(),
        constant: endpoint.constant.clone(),
        name: endpoint.name.clone(),
        place: endpoint.handler.clone(),
        comment: comment(&found.attrs),
        request: None,
        goes_on: false,
        of: None,
        query: None,
        signed_in: false,
        answer: None,
    };
    for input in &found.sig.inputs {
        let FnArg::Typed(input) = input else {
            return Err("a handler takes no self".to_owned());
        };
        let (name, argument) = named(&input.ty).ok_or("an argument's type is not read")?;
        match name.as_str() {
            "Form" | "StrangersForm" => handler.request = argument,
            "Of" => handler.of = argument,
            "Asker" => handler.signed_in = true,
            "Body" => handler.goes_on = true,
            "RawQuery" => handler.query = Some(queried(found, source)),
            "State" | "Nothing" => {}
            other => return Err(format!("nothing is known of an argument of type {other}")),
        }
    }
    let ReturnType::Type(_, output) = &found.sig.output else {
        return Err("the handler answers nothing".to_owned());
    };
    let (name, answer) = named(output).ok_or("the answer's type is not read")?;
    handler.answer = (name == "Answer").then_some(answer).flatten();
    Ok(handler)
}

/// A type's last name and its first argument, spelled.
fn named(named: &Type) -> Option<(String, Option<String>)> {
    let Type::Path(path) = named else {
        return None;
    };
    let last = path.path.segments.last()?;
    let argument = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.first(),
        PathArguments::None | PathArguments::Parenthesized(_) => None,
    };
    let argument = match argument {
        Some(GenericArgument::Type(inner)) => spelled(inner),
        _ => None,
    };
    Some((last.ident.to_string(), argument))
}

/// A type as the comments in `paths.rs` spell it.
fn spelled(inner: &Type) -> Option<String> {
    let (name, argument) = named(inner)?;
    Some(match argument {
        Some(argument) => format!("{name}<{argument}>"),
        None => name,
    })
}

/// The names in `Query::read(&query, ["a", "b"])` of this function.
fn queried(found: &ItemFn, source: &str) -> Vec<String> {
    let start = format!("fn {}(", found.sig.ident);
    let body = source.split(&start).nth(1).unwrap_or_default();
    let body = body.split("\n}").next().unwrap_or_default();
    let list = body.split("Query::read(&query, [").nth(1);
    let list = list.and_then(|rest| rest.split(']').next());
    let names = list.unwrap_or_default().split(',').map(str::trim);
    names
        .filter(|name| !name.is_empty())
        .map(|name| name.trim_matches('"').to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(source: &str) -> Result<Handler, String> {
        let table = "endpoints! {\n    post X \"do_x\" xs::x;\n}\n";
        let endpoint = endpoints(table).unwrap().remove(0);
        signature(&endpoint, &syn::parse_str(source).unwrap(), source)
    }

    #[test]
    fn a_signature_says_what_is_taken_and_given() {
        let read = read_one(
            "async fn x(asker: Asker, Of(id): Of<VisitId>, Form(f): Form<v1::Extend>) -> Answer<Vec<Done>> {}",
        )
        .unwrap();
        assert!(read.signed_in);
        assert_eq!(read.of.as_deref(), Some("VisitId"));
        assert_eq!(read.request.as_deref(), Some("Extend"));
        assert_eq!(read.answer.as_deref(), Some("Vec<Done>"));
    }

    #[test]
    fn the_numbers_of_a_query_are_read_where_the_handler_reads_them() {
        let read = read_one(
            "async fn x(query: RawQuery) -> Answer<Done> {\n    let [a] = Query::read(&query, [\"a\"])?.numbers();\n}\n",
        );
        assert_eq!(read.unwrap().query, Some(vec!["a".to_owned()]));
    }

    #[test]
    fn an_argument_that_nobody_knows_is_named() {
        let read = read_one("async fn x(cookie: Cookie) -> Answer<Done> {}");
        assert!(read.unwrap_err().contains("Cookie"));
    }

    #[test]
    fn a_row_that_is_not_one_is_named() {
        let findings = endpoints("endpoints! {\n    get X;\n}\n").unwrap_err();
        assert!(findings[0].contains("get X"), "{findings:?}");
    }
}
