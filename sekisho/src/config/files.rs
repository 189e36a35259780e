//! `[files]` of `site.toml`: how files are looked at before they pass.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How files are looked at. Without this part everything waits for a person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilesFile {
    /// Where clamd listens: the path of its socket, or `HOST:PORT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) clamd: Option<String>,
    /// Where a second scanner listens, the operator's own: a path, or `HOST:PORT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hook: Option<String>,
    /// Files that no scanner looked at pass all the same, where none is named here. Risk: what an engineer
    /// brings is as good as their computer.
    #[serde(default)]
    pub(crate) dangerous_unscanned_files_pass: bool,
    /// Files do not stop at all. Risk: nobody looks at them, neither rule nor person. The text says who
    /// accepted that, and until when; it is shown by `sekisho doctor`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dangerous_unchecked: Option<String>,
    /// The kinds that may pass, by content, where a target has no rules of its own. Without it: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kinds: Option<Vec<String>>,
    /// Megabytes of one file, likewise. Without it: 4096.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) most_megabytes: Option<u32>,
    /// A person lets every file pass, likewise.
    #[serde(default)]
    pub(crate) by_person: bool,
    /// Rules of single targets, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) target: BTreeMap<String, TargetFiles>,
}

/// What may pass to and from a target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TargetFiles {
    /// The kinds that may pass, by content (`text`, `pdf`, `zip` …). Without it: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kinds: Option<Vec<String>>,
    /// Megabytes of one file. Without it: 4096.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) most_megabytes: Option<u32>,
    /// A person lets every file pass.
    #[serde(default)]
    pub(crate) by_person: bool,
}

impl FilesFile {
    /// What holds for every target that has no rules of its own.
    pub(crate) fn usual(&self) -> TargetFiles {
        TargetFiles {
            kinds: self.kinds.clone(),
            most_megabytes: self.most_megabytes,
            by_person: self.by_person,
        }
    }

    pub(crate) fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}
