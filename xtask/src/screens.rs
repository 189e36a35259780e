//! `cargo xtask screens`: a picture of every page of the console, for people to look at.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use crate::machine;
use crate::running::{cargo, root, succeeds};

/// The test that looks at every page; with [`FOLDER`] it takes pictures.
const TEST: &str =
    "browser_pages::every_page_is_valid_reachable_by_everybody_inert_and_fits_a_telephone";
/// The variable that names the folder for pictures.
const FOLDER: &str = "SEKISHO_SCREENS";

/// Takes the pictures anew and writes a page that shows them side by side.
pub(crate) fn run() -> ExitCode {
    let prepared = machine::prepare(machine::FOR_TESTS).and_then(|()| machine::prepare_browser());
    if let Err(missing) = prepared {
        eprintln!("{missing}");
        return ExitCode::FAILURE;
    }
    let folder = root().join("target").join("screens");
    // Of an earlier run: a page that is gone leaves no picture.
    let _none = std::fs::remove_dir_all(&folder);
    let mut test = cargo([
        "test",
        "-p",
        "acceptance",
        "--test",
        "it",
        "--",
        "--exact",
        TEST,
    ]);
    if !succeeds(test.env(FOLDER, &folder)) {
        return ExitCode::FAILURE;
    }
    let index = folder.join("index.html");
    match std::fs::write(&index, page(&pictures(&folder))) {
        Ok(()) => {
            println!("{}", index.display());
            ExitCode::SUCCESS
        }
        Err(cause) => {
            eprintln!("{}: {cause}", index.display());
            ExitCode::FAILURE
        }
    }
}

/// The pages in order, each with the names of its pictures.
fn pictures(folder: &Path) -> Vec<(String, Vec<String>)> {
    let mut pages: Vec<(String, Vec<String>)> = names(folder)
        .into_iter()
        .map(|page| {
            let own = names(&folder.join(&page));
            (page, own)
        })
        .filter(|(_, own)| !own.is_empty())
        .collect();
    pages.sort();
    pages
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

fn page(pages: &[(String, Vec<String>)]) -> String {
    let mut html = String::from(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Sekisho: every page</title>\n\
         <style>body{font:16px sans-serif;margin:1rem}img{max-width:100%;border:1px solid #888}\
         figure{display:inline-block;vertical-align:top;margin:.5rem;max-width:45%}</style>\n",
    );
    for (name, pictures) in pages {
        let _infallible = writeln!(html, "<h2>{name}</h2>");
        for picture in pictures {
            let caption = picture.trim_end_matches(".png");
            let _infallible = writeln!(
                html,
                "<figure><img loading=\"lazy\" src=\"{name}/{picture}\" alt=\"{name}, {caption}\">\
                 <figcaption>{caption}</figcaption></figure>"
            );
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn every_picture_stands_under_its_page() {
        let pages = [("home".to_owned(), vec!["phone-ja-light.png".to_owned()])];
        let html = page(&pages);
        assert!(html.contains("<h2>home</h2>"));
        assert!(html.contains("src=\"home/phone-ja-light.png\""));
    }
}
