//! The workspace as `cargo metadata` tells it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::running::cargo;

/// Our packages, and what each reaches through others.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) members: Vec<Member>,
}

/// One of our packages.
#[derive(Debug, Default)]
pub(super) struct Member {
    pub(super) name: String,
    /// Its folder, from the workspace's root.
    pub(super) folder: String,
    /// What its `Cargo.toml` names, for the product and for tests alike.
    pub(super) direct: BTreeSet<String>,
    /// Every package that is linked into it, however deep. What only builds or tests it is left out.
    pub(super) linked: BTreeSet<String>,
    /// Its features, switched on or not.
    pub(super) features: BTreeSet<String>,
}

impl Workspace {
    /// Asks cargo.
    pub(super) fn read() -> Result<Self, String> {
        let output = cargo(["metadata", "--format-version", "1"])
            .output()
            .map_err(|cause| cause.to_string())?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let metadata = serde_json::from_slice(&output.stdout).map_err(|cause| cause.to_string())?;
        Self::from_metadata(&metadata).ok_or_else(|| "cargo's answer is not understood".to_owned())
    }

    /// From what `cargo metadata --format-version 1` prints.
    pub(super) fn from_metadata(metadata: &Value) -> Option<Self> {
        let root = metadata.get("workspace_root")?.as_str()?;
        let ours: BTreeSet<&str> = strings(metadata.get("workspace_members")?)?;
        let names = names(metadata)?;
        let links = links(metadata)?;
        let mut members = Vec::new();
        for package in metadata.get("packages")?.as_array()? {
            let id = package.get("id")?.as_str()?;
            if !ours.contains(id) {
                continue;
            }
            members.push(Member {
                name: package.get("name")?.as_str()?.to_owned(),
                folder: folder(root, package.get("manifest_path")?.as_str()?),
                direct: direct(package)?,
                features: features(package),
                linked: reach(id, &links)
                    .iter()
                    .filter_map(|id| names.get(id))
                    .map(|name| (*name).to_owned())
                    .collect(),
            });
        }
        Some(Self { members })
    }

    /// One of ours.
    pub(super) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

fn strings(list: &Value) -> Option<BTreeSet<&str>> {
    list.as_array()?.iter().map(Value::as_str).collect()
}

fn folder(root: &str, manifest: &str) -> String {
    let manifest = manifest.strip_prefix(root).unwrap_or(manifest);
    let folder = manifest.strip_suffix("Cargo.toml").unwrap_or(manifest);
    folder.trim_matches(['/', '\\']).replace('\\', "/")
}

fn direct(package: &Value) -> Option<BTreeSet<String>> {
    package
        .get("dependencies")?
        .as_array()?
        .iter()
        .map(|dependency| Some(dependency.get("name")?.as_str()?.to_owned()))
        .collect()
}

fn features(package: &Value) -> BTreeSet<String> {
    let features = package.get("features").and_then(Value::as_object);
    features
        .into_iter()
        .flat_map(|all| all.keys().cloned())
        .collect()
}

fn names(metadata: &Value) -> Option<BTreeMap<&str, &str>> {
    metadata
        .get("packages")?
        .as_array()?
        .iter()
        .map(|package| Some((package.get("id")?.as_str()?, package.get("name")?.as_str()?)))
        .collect()
}

/// From each package to those that are linked into it: normal dependencies, no build or test ones.
fn links(metadata: &Value) -> Option<BTreeMap<&str, Vec<&str>>> {
    let mut links = BTreeMap::new();
    for node in metadata.get("resolve")?.get("nodes")?.as_array()? {
        let mut targets = Vec::new();
        for dependency in node.get("deps")?.as_array()? {
            let kinds = dependency.get("dep_kinds")?.as_array()?;
            if kinds
                .iter()
                .any(|kind| kind.get("kind").is_some_and(Value::is_null))
            {
                targets.push(dependency.get("pkg")?.as_str()?);
            }
        }
        links.insert(node.get("id")?.as_str()?, targets);
    }
    Some(links)
}

fn reach<'a>(from: &'a str, links: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        for next in links.get(id).into_iter().flatten() {
            if reached.insert(*next) {
                open.push(next);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Workspace, folder};

    #[test]
    fn what_is_linked_goes_deep_and_leaves_tests_and_build_scripts_out() {
        let kind = |kind: Option<&str>| json!([{"kind": kind, "target": null}]);
        let package = |name: &str, dependencies: &[&str]| {
            let dependencies: Vec<_> = dependencies
                .iter()
                .map(|name| json!({"name": name}))
                .collect();
            let manifest = format!("/w/domain/{name}/Cargo.toml");
            json!({"id": name, "name": name, "manifest_path": manifest, "dependencies": dependencies})
        };
        let metadata = json!({
            "workspace_root": "/w",
            "workspace_members": ["access"],
            "packages": [
                package("access", &["serde", "proptest"]),
                package("serde", &["core"]),
                package("core", &[]),
                package("proptest", &["rand"]),
                package("rand", &[]),
            ],
            "resolve": {"nodes": [
                {"id": "access", "deps": [
                    {"pkg": "serde", "dep_kinds": kind(None)},
                    {"pkg": "proptest", "dep_kinds": kind(Some("dev"))},
                ]},
                {"id": "serde", "deps": [{"pkg": "core", "dep_kinds": kind(None)}]},
                {"id": "core", "deps": []},
                {"id": "proptest", "deps": [{"pkg": "rand", "dep_kinds": kind(None)}]},
                {"id": "rand", "deps": []},
            ]},
        });
        let workspace = Workspace::from_metadata(&metadata).unwrap();
        let access = workspace.member("access").unwrap();
        assert_eq!(access.folder, "domain/access");
        assert!(access.direct.iter().eq(["proptest", "serde"]));
        assert!(access.linked.iter().eq(["core", "serde"]));
        assert!(workspace.member("serde").is_none());
    }

    #[test]
    fn a_folder_is_told_from_the_root() {
        assert_eq!(folder("/w", "/w/engine/Cargo.toml"), "engine");
        assert_eq!(
            folder("/w", "/w/surfaces/client/Cargo.toml"),
            "surfaces/client"
        );
    }
}
