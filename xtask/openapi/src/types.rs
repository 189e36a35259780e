//! The types of the API as JSON schemas.

mod shapes;
mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value, json};
use syn::{GenericArgument, PathArguments, Type, TypePath};

use crate::Findings;
use sources::{Known, Place, Sources};

/// Every type that a call names, and those that they name.
pub(crate) struct Types {
    sources: Sources,
    /// Those that somebody sends: there, what is optional may be left out.
    asked: BTreeSet<Place>,
    /// Every other one.
    told: BTreeSet<Place>,
}

impl Types {
    /// Reads the sources.
    pub(crate) fn read(root: &Path) -> Result<Self, Findings> {
        Ok(Self {
            sources: Sources::read(root)?,
            asked: BTreeSet::new(),
            told: BTreeSet::new(),
        })
    }

    /// The schema of a type that a call's comment names, for a body that is sent.
    pub(crate) fn asked(&mut self, spelled: &str) -> Result<Value, String> {
        let (schema, named) = self.of_a_call(spelled)?;
        let reached = self.reach(named)?;
        self.asked.extend(reached);
        Ok(schema)
    }

    /// The same for an answer.
    pub(crate) fn told(&mut self, spelled: &str) -> Result<Value, String> {
        let (schema, named) = self.of_a_call(spelled)?;
        let reached = self.reach(named)?;
        self.told.extend(reached);
        Ok(schema)
    }

    /// A type of `wire` that stands beside the API's folder.
    pub(crate) fn told_beside(&mut self, name: &str) -> Result<(), String> {
        let place = self.sources.beside(name)?;
        let reached = self.reach(BTreeSet::from([place]))?;
        self.told.extend(reached);
        Ok(())
    }

    fn of_a_call(&self, spelled: &str) -> Result<(Value, BTreeSet<Place>), String> {
        let parsed: Type =
            syn::parse_str(spelled).map_err(|_| format!("`{spelled}` is no type"))?;
        let mut named = BTreeSet::new();
        let schema = self.schema(&parsed, None, &mut named)?;
        Ok((schema, named))
    }

    fn reach(&self, from: BTreeSet<Place>) -> Result<BTreeSet<Place>, String> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<Place> = from.into_iter().collect();
        while let Some(place) = open.pop() {
            if !reached.insert(place.clone()) {
                continue;
            }
            let mut named = BTreeSet::new();
            if let Some(known) = self.sources.known(&place) {
                shapes::shape(self, known, false, &mut named)?;
            }
            open.extend(named);
        }
        Ok(reached)
    }

    /// Every schema, by its name in the document.
    pub(crate) fn schemas(&self) -> Result<Map<String, Value>, Findings> {
        let mut schemas = BTreeMap::new();
        let mut findings = Vec::new();
        for place in self.asked.union(&self.told) {
            let name = self.sources.name(place);
            let schema = match self.sources.known(place) {
                Some(known) => {
                    let sent = self.asked.contains(place);
                    shapes::shape(self, known, sent, &mut BTreeSet::new())
                }
                None => self.sources.bedrock(place).ok_or(name.clone()),
            };
            match schema {
                Ok(schema) => drop(schemas.insert(name, schema)),
                Err(finding) => findings.push(format!("{name}: {finding}")),
            }
        }
        if findings.is_empty() {
            Ok(schemas.into_iter().collect())
        } else {
            Err(findings)
        }
    }

    /// The schema of a type as a source spells it; `within` is the file that it is read in.
    fn schema(
        &self,
        spelled: &Type,
        within: Option<&Known>,
        named: &mut BTreeSet<Place>,
    ) -> Result<Value, String> {
        let Type::Path(path) = spelled else {
            return Err("a type that is no path has no schema here".to_owned());
        };
        let name = last_name(path)?;
        let inner = |named: &mut BTreeSet<Place>| match arguments(path).as_slice() {
            [one] => self.schema(one, within, named),
            _ => Err(format!("{name} has another number of arguments than one")),
        };
        Ok(match name.as_str() {
            "Option" => json!({"anyOf": [inner(named)?, {"type": "null"}]}),
            "Vec" => json!({"type": "array", "items": inner(named)?}),
            "NonEmpty" => json!({"type": "array", "items": inner(named)?, "minItems": 1}),
            "BTreeMap" => match arguments(path).as_slice() {
                [_, value] => {
                    let value = self.schema(value, within, named)?;
                    json!({"type": "object", "additionalProperties": value})
                }
                _ => return Err("a map has a key and a value".to_owned()),
            },
            _ => match plain(&name) {
                Some(schema) => schema,
                None => {
                    let place = self.sources.resolve(&name, within)?;
                    let name = self.sources.name(&place);
                    named.insert(place);
                    json!({"$ref": format!("#/components/schemas/{name}")})
                }
            },
        })
    }
}

/// What an `Option` holds.
fn within_option(spelled: &Type) -> Option<&Type> {
    match spelled {
        Type::Path(path) if last_name(path).is_ok_and(|name| name == "Option") => {
            arguments(path).first().copied()
        }
        _ => None,
    }
}

fn last_name(path: &TypePath) -> Result<String, String> {
    let last = path.path.segments.last();
    let last = last.ok_or("a type without a name")?;
    Ok(last.ident.to_string())
}

fn arguments(path: &TypePath) -> Vec<&Type> {
    let last = path.path.segments.last().map(|last| &last.arguments);
    let Some(PathArguments::AngleBracketed(arguments)) = last else {
        return Vec::new();
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    });
    types.collect()
}

/// What every program has.
fn plain(name: &str) -> Option<Value> {
    let counted = |most: u64| json!({"type": "integer", "minimum": 0, "maximum": most});
    Some(match name {
        "String" | "str" => json!({"type": "string"}),
        "bool" => json!({"type": "boolean"}),
        "u8" => counted(u8::MAX.into()),
        "u16" => counted(u16::MAX.into()),
        "u32" => counted(u32::MAX.into()),
        "u64" | "usize" => json!({"type": "integer", "minimum": 0}),
        "i64" => json!({"type": "integer", "format": "int64"}),
        "Secret" => json!({"type": "string", "format": "password"}),
        "Bytes" | "SecretBytes" => json!({"type": "string", "contentEncoding": "base64"}),
        "IpNet" => json!({"type": "string", "description": "A network in CIDR form."}),
        "IpAddr" => json!({"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}),
        _ => return None,
    })
}
