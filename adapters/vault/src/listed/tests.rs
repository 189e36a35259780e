use std::fmt::Write as _;

use super::*;

fn sha1(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY,
        text.as_bytes(),
    );
    data_encoding::HEXUPPER.encode(digest.as_ref())
}

fn lists(files: &[(&str, String)]) -> (tempfile::TempDir, Lists) {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(FOLDER).join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let lists = Lists::of(dir.path());
    (dir, lists)
}

fn ordered(count: usize, ends: &str) -> String {
    let mut hashes: Vec<String> = (0..count).map(|n| sha1(&format!("leaked-{n}"))).collect();
    hashes.sort();
    hashes
        .iter()
        .enumerate()
        .fold(String::new(), |mut all, (n, hash)| {
            let _ = write!(all, "{hash}:{n}{ends}");
            all
        })
}

#[test]
fn l13_what_devices_are_delivered_with_is_known_without_any_list() {
    let (_dir, lists) = lists(&[]);
    for known in [
        "P@ssw0rd",
        "administrator",
        "calvin",
        "Ｐ＠ｓｓｗ０ｒｄ",
        "1qaz2wsx",
        "PACS",
    ] {
        assert!(lists.has(known).unwrap(), "{known}");
    }
    assert!(!lists.has("a tide under the Koro bridge").unwrap());
    assert!(lists.names().unwrap().is_empty());
}

#[test]
fn every_line_of_a_list_in_order_is_found_and_nothing_else() {
    for ends in ["\n", "\r\n"] {
        let (_dir, lists) = lists(&[("pwned.txt", ordered(2000, ends))]);
        for n in 0..2000 {
            assert!(lists.has(&format!("leaked-{n}")).unwrap(), "{n}");
        }
        for n in 2000..2400 {
            assert!(!lists.has(&format!("leaked-{n}")).unwrap(), "{n}");
        }
    }
}

#[test]
fn short_lists_and_lists_of_one_line_and_of_sha_256_are_read() {
    for count in [1, 2, 3, 90] {
        let (_dir, lists) = lists(&[("a.txt", ordered(count, "\n"))]);
        for n in 0..count {
            assert!(lists.has(&format!("leaked-{n}")).unwrap(), "{n} of {count}");
        }
        assert!(!lists.has("kept").unwrap());
    }
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"leaked-0");
    let line = data_encoding::HEXLOWER.encode(digest.as_ref());
    let (_dir, lists) = lists(&[("b.txt", line)]);
    assert!(lists.has("leaked-0").unwrap());
    assert!(!lists.has("leaked-1").unwrap());
}

#[test]
fn ranges_and_words_are_read_as_they_are_published() {
    let hash = sha1("leaked-7");
    let (range, rest) = hash.split_at(5);
    let (_dir, lists) = lists(&[
        (
            &format!("pwned/{range}.txt"),
            format!("0018A:2\r\n{rest}:9\r\n"),
        ),
        ("ours.words", "handa2021\nもりのくま\n".to_owned()),
    ]);
    assert!(lists.has("leaked-7").unwrap());
    assert!(lists.has("Handa2021").unwrap() && lists.has("もりのくま").unwrap());
    assert!(!lists.has("leaked-8").unwrap());
    assert_eq!(lists.names().unwrap(), ["ours.words", "pwned"]);
}

#[test]
fn a_list_that_is_no_list_or_out_of_order_is_named_and_the_others_still_count() {
    let backwards: String =
        ordered(2000, "\n")
            .lines()
            .rev()
            .fold(String::new(), |mut all, line| {
                let _ = writeln!(all, "{line}");
                all
            });
    let (_dir, lists) = lists(&[
        ("back.txt", backwards),
        ("ours.words", "leaked-1".to_owned()),
    ]);
    assert!(lists.has("leaked-1").unwrap());
    let bad = lists.has("leaked-2").unwrap_err();
    assert!(bad.to_string().contains("back.txt"), "{bad}");
}

#[test]
fn a_text_in_the_folder_is_no_list_and_a_hidden_file_is_none_of_ours() {
    let (_dir, notes) = lists(&[("notes.txt", "buy milk\n".to_owned())]);
    assert!(notes.has("kept").is_err());
    let (_dir, hidden) = lists(&[(".notes.txt.swp", "buy milk\n".to_owned())]);
    assert!(!hidden.has("kept").unwrap());
}
