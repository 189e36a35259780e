//! The sentences that a person must be told, as `phrases` has them in English.

use std::collections::BTreeMap;
use std::sync::OnceLock;

const ENGLISH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../domain/phrases/locales/en");

/// The beginning of a sentence, up to the first value in it. The text of an id that is not known is
/// the id, so that a test that misspells one fails.
pub fn beginning(id: &str) -> String {
    static SENTENCES: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    let sentences = SENTENCES.get_or_init(read);
    let whole = sentences
        .get(id)
        .cloned()
        .unwrap_or_else(|| format!("[{id}]"));
    let beginning = whole.split('{').next().unwrap_or_default().trim();
    assert!(beginning.len() > 3, "{id} begins with a value: {whole}");
    beginning.to_owned()
}

fn read() -> BTreeMap<String, String> {
    let files = crate::files::below(ENGLISH.as_ref());
    let texts: Vec<String> = files
        .iter()
        .map(|file| std::fs::read_to_string(file).expect("our own source"))
        .collect();
    let lines = texts.iter().flat_map(|text| text.lines());
    lines
        .filter_map(|line| line.split_once(" = "))
        .map(|(id, text)| (id.trim().to_owned(), text.trim().to_owned()))
        .collect()
}
