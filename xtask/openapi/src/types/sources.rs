//! Where each type of the API stands.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use syn::{Item, UseTree};

use crate::{Findings, text};

/// The folder of the API's types; every name in it is one of `wire::api::v1`.
const V1: &str = "domain/wire/src/api/v1";
/// Files outside that folder from which it takes types.
const BESIDE: [(&str, &str); 2] = [
    ("said", "domain/wire/src/said.rs"),
    ("session", "domain/wire/src/session.rs"),
];
/// Files of that folder that hold no types.
const OTHERS: [&str; 2] = ["paths", "tests"];
/// Where the ids are made.
const IDS: &str = "domain/ids/src/identity.rs";

/// A type: its module, its name.
pub(super) type Place = (String, String);

/// A type of the API, with the file around it.
pub(super) struct Known {
    pub(super) item: Item,
    module: String,
    /// Names that the file takes from elsewhere, and from which module.
    taken: BTreeMap<String, String>,
}

/// All of them.
pub(super) struct Sources {
    types: BTreeMap<Place, Known>,
    /// The word in each kind of id.
    ids: BTreeMap<String, String>,
}

impl Sources {
    /// Reads the files.
    pub(super) fn read(root: &Path) -> Result<Self, Findings> {
        let mut files: Vec<(String, String)> = BESIDE
            .iter()
            .map(|(module, path)| ((*module).to_owned(), (*path).to_owned()))
            .collect();
        let folder = std::fs::read_dir(root.join(V1));
        let folder = folder.map_err(|cause| vec![format!("{V1}: {cause}")])?;
        for entry in folder {
            let entry = entry.map_err(|cause| vec![format!("{V1}: {cause}")])?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some(module) = name.strip_suffix(".rs")
                && !OTHERS.contains(&module)
            {
                files.push((module.to_owned(), format!("{V1}/{name}")));
            }
        }
        let mut types = BTreeMap::new();
        for (module, path) in files {
            let parsed = syn::parse_file(&text(root, &path)?);
            let parsed = parsed.map_err(|cause| vec![format!("{path}: {cause}")])?;
            types.extend(read_one(&module, parsed.items));
        }
        let ids = ids(&text(root, IDS)?);
        Ok(Self { types, ids })
    }

    /// A type of the API.
    pub(super) fn known(&self, place: &Place) -> Option<&Known> {
        self.types.get(place)
    }

    /// Which type a name means in a file; without one, in a comment or a handler.
    pub(super) fn resolve(&self, name: &str, within: Option<&Known>) -> Result<Place, String> {
        let named = |module: &str| (module.to_owned(), name.to_owned());
        if let Some(within) = within {
            let own = named(&within.module);
            let taken = within.taken.get(name).map(|module| named(module));
            let place = if self.types.contains_key(&own) {
                Some(own)
            } else {
                taken
            };
            if let Some(place) = place {
                return self.stands(place);
            }
        }
        let beside = |module: &str| BESIDE.iter().any(|(beside, _)| *beside == module);
        let found = self
            .types
            .keys()
            .find(|(module, known)| known == name && !beside(module));
        self.stands(found.cloned().unwrap_or_else(|| named("ids")))
    }

    /// A type of this name in a file beside the folder.
    pub(super) fn beside(&self, name: &str) -> Result<Place, String> {
        let places = BESIDE.iter();
        let mut places = places.map(|(module, _)| ((*module).to_owned(), name.to_owned()));
        places
            .find(|place| self.types.contains_key(place))
            .ok_or_else(|| format!("{name} stands nowhere"))
    }

    fn stands(&self, place: Place) -> Result<Place, String> {
        if self.types.contains_key(&place) || self.bedrock(&place).is_some() {
            Ok(place)
        } else {
            let (module, name) = place;
            Err(format!("{module}::{name} has no schema"))
        }
    }

    /// What `ids` spells by hand.
    pub(super) fn bedrock(&self, (module, name): &Place) -> Option<Value> {
        const SITE: &str = "[a-z][a-z0-9-]{1,31}";
        if module != "ids" {
            return None;
        }
        Some(match name.as_str() {
            "Timestamp" => json!({
                "type": "integer", "format": "int64",
                "description": "Milliseconds since 1970-01-01T00:00:00Z.",
            }),
            "Digest" => json!({
                "type": "string", "pattern": "^[0-9a-f]{64}$",
                "description": "A SHA-256, in hexadecimal.",
            }),
            "SiteId" => json!({
                "type": "string", "pattern": format!("^{SITE}$"),
                "description": "The short name of a site.",
            }),
            _ => {
                let word = self.ids.get(name)?;
                json!({
                    "type": "string", "pattern": format!("^{SITE}/{word}-[0-9]{{1,20}}$"),
                    "description": format!("For example `handa/{word}-7`."),
                })
            }
        })
    }

    /// The name of a type in the document: its own, with its module where two have the same.
    pub(super) fn name(&self, (module, name): &Place) -> String {
        let outside = BESIDE.iter().any(|(beside, _)| beside == module);
        let twice = self.types.keys().filter(|(_, known)| known == name).count() > 1;
        let mut letters = module.chars();
        match letters.next() {
            Some(first) if outside && twice => {
                format!("{}{}{name}", first.to_uppercase(), letters.as_str())
            }
            _ => name.clone(),
        }
    }
}

fn read_one(module: &str, items: Vec<Item>) -> Vec<(Place, Known)> {
    let mut taken = BTreeMap::new();
    for item in &items {
        if let Item::Use(item) = item {
            take(&item.tree, "", &mut taken);
        }
    }
    let types = items.into_iter().filter_map(|item| {
        let name = match &item {
            Item::Struct(item) => item.ident.to_string(),
            Item::Enum(item) => item.ident.to_string(),
            _ => return None,
        };
        let known = Known {
            item,
            module: module.to_owned(),
            taken: taken.clone(),
        };
        Some(((module.to_owned(), name), known))
    });
    types.collect()
}

fn take(tree: &UseTree, module: &str, taken: &mut BTreeMap<String, String>) {
    match tree {
        UseTree::Path(path) => take(&path.tree, &path.ident.to_string(), taken),
        // `use super::Name`: whichever file of the folder has it.
        UseTree::Name(_) if module == "super" => {}
        UseTree::Name(name) => drop(taken.insert(name.ident.to_string(), module.to_owned())),
        UseTree::Group(group) => group
            .items
            .iter()
            .for_each(|tree| take(tree, module, taken)),
        UseTree::Rename(_) | UseTree::Glob(_) => {}
    }
}

/// The kinds of ids: a line `VisitId, "visit"` in each `identity!`.
fn ids(source: &str) -> BTreeMap<String, String> {
    let lines = source.lines().filter_map(|line| {
        let (name, word) = line.trim().split_once(", \"")?;
        let word = word.strip_suffix('"')?;
        name.ends_with("Id")
            .then(|| (name.to_owned(), word.to_owned()))
    });
    lines.collect()
}
