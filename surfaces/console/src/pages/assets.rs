//! Scripts and styles, as they were bundled into the program. Their names carry a digest of their
//! contents, so that a browser may keep them.

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::failed::PageFailed;
use crate::answer::Failed;
use crate::asker::Desk;

/// One file.
pub(crate) struct Asset {
    name: &'static str,
    path: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// A year: what changes has another name.
const KEPT: &str = "public, max-age=31536000, immutable";

/// The path of a file that was bundled under this name.
pub(crate) fn path(name: &str) -> &'static str {
    let found = ASSETS.iter().find(|asset| asset.name == name);
    found.map_or("/assets/missing", |asset| asset.path)
}

/// Serves one. The name is compared, never joined to a path of the file system (lesson L25).
pub(crate) async fn serve(
    State(_): State<Desk>,
    name: Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> Result<Response, PageFailed> {
    let asked = name.map_err(|_| Failed::NotFound)?;
    let found = ASSETS
        .iter()
        .find(|asset| asset.path.strip_prefix("/assets/") == Some(asked.as_str()));
    let asset = found.ok_or(Failed::NotFound)?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (CACHE_CONTROL, HeaderValue::from_static(KEPT)),
    ];
    Ok((headers, asset.bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_and_every_island_are_there() {
        for name in ["console.css", "page.js", "icon.svg"] {
            assert!(path(name).starts_with("/assets/"), "{name}");
            assert_ne!(path(name), "/assets/missing", "{name}");
        }
    }

    /// A script that makes elements of text could be given a target's (lesson L28).
    #[test]
    fn l28_no_island_makes_markup_of_text() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/web/src");
        let mut folders = vec![std::path::PathBuf::from(folder)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                for word in [
                    "innerHTML",
                    "outerHTML",
                    "insertAdjacentHTML",
                    "document.write",
                    "eval(",
                    "new Function",
                ] {
                    assert!(!text.contains(word), "{} uses {word}", path.display());
                }
            }
        }
    }
}
