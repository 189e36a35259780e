//! Structures and enums, as serde spells them.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use syn::{Fields, FieldsNamed, Item, ItemEnum, Variant};

use super::sources::{Known, Place};
use super::{Types, within_option};
use crate::fields::{Serde, comment, renamed, serde};
use crate::object;

/// The schema of a type. Where it is sent, what may be left out is not required; where it is only
/// told, whatever is always told is.
pub(super) fn shape(
    types: &Types,
    known: &Known,
    sent: bool,
    named: &mut BTreeSet<Place>,
) -> Result<Value, String> {
    let reader = Reader { types, known, sent };
    let (attributes, schema) = match &known.item {
        Item::Struct(item) => {
            let schema = reader.fields(&item.fields, &serde(&item.attrs)?, named)?;
            (&item.attrs, schema.ok_or("a structure of nothing")?)
        }
        Item::Enum(item) => (&item.attrs, reader.choice(item, named)?),
        _ => return Err("neither a structure nor an enum".to_owned()),
    };
    Ok(described(schema, &comment(attributes)))
}

struct Reader<'a> {
    types: &'a Types,
    known: &'a Known,
    sent: bool,
}

impl Reader<'_> {
    fn fields(
        &self,
        fields: &Fields,
        around: &Serde,
        named: &mut BTreeSet<Place>,
    ) -> Result<Option<Value>, String> {
        match fields {
            Fields::Named(fields) => self.record(fields, around, named).map(Some),
            Fields::Unnamed(fields) => match fields.unnamed.iter().collect::<Vec<_>>().as_slice() {
                [one] => self
                    .types
                    .schema(&one.ty, Some(self.known), named)
                    .map(Some),
                _ => Err("several values without names".to_owned()),
            },
            Fields::Unit => Ok(None),
        }
    }

    fn record(
        &self,
        fields: &FieldsNamed,
        around: &Serde,
        named: &mut BTreeSet<Place>,
    ) -> Result<Value, String> {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for field in &fields.named {
            let said = serde(&field.attrs)?;
            if said.rename_all.is_some() || said.closed {
                return Err("a field with a type's attribute".to_owned());
            }
            let name = field
                .ident
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            let optional = within_option(&field.ty);
            // What is left out is never `null`.
            let spelled = optional.filter(|_| said.skipped).unwrap_or(&field.ty);
            let schema = self.types.schema(spelled, Some(self.known), named)?;
            let may_lack = if self.sent {
                said.may_be_absent || optional.is_some()
            } else {
                said.skipped
            };
            if !may_lack {
                required.push(name.clone());
            }
            properties.insert(name, described(schema, &comment(&field.attrs)));
        }
        Ok(Value::Object(object([
            ("type", Some(json!("object"))),
            ("properties", Some(Value::Object(properties))),
            ("required", (!required.is_empty()).then(|| json!(required))),
            (
                "additionalProperties",
                around.closed.then_some(Value::Bool(false)),
            ),
        ])))
    }

    fn choice(&self, item: &ItemEnum, named: &mut BTreeSet<Place>) -> Result<Value, String> {
        let around = serde(&item.attrs)?;
        let variants = item.variants.iter();
        let variants = variants.map(|variant| self.variant(variant, &around, named));
        let variants: Vec<Value> = variants.collect::<Result<_, _>>()?;
        Ok(json!({"oneOf": variants}))
    }

    fn variant(
        &self,
        variant: &Variant,
        around: &Serde,
        named: &mut BTreeSet<Place>,
    ) -> Result<Value, String> {
        if serde(&variant.attrs)? != Serde::default() {
            return Err(format!(
                "the variant {} has attributes of its own",
                variant.ident
            ));
        }
        let name = renamed(&variant.ident.to_string(), around.rename_all.as_deref())?;
        let schema = match self.fields(&variant.fields, around, named)? {
            None => json!({"const": name}),
            Some(inner) => json!({
                "type": "object",
                "properties": {&name: inner},
                "required": [name],
                "additionalProperties": false,
            }),
        };
        Ok(described(schema, &comment(&variant.attrs)))
    }
}

/// The schema with what the source's comment says of it.
fn described(schema: Value, comment: &str) -> Value {
    match schema {
        Value::Object(mut fields) if !comment.is_empty() => {
            fields.insert("description".to_owned(), json!(comment));
            Value::Object(fields)
        }
        other => other,
    }
}
