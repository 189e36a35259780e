//! Backups that are not what they should be, and where nothing may be put back.

use std::path::Path;

use acceptance::hospital::pinned;
use acceptance::page::{ENGLISH, JAPANESE, commands};
use acceptance::people::text;
use acceptance::{Hospital, files, said, sekisho};

#[test]
fn both_languages_of_the_page_give_the_same_commands() {
    assert_eq!(commands(ENGLISH), commands(JAPANESE));
}

#[test]
fn what_cannot_be_put_back_is_refused_by_name_and_leaves_nothing() {
    let mut hospital = Hospital::own();
    let crew = hospital.crew();
    hospital.visit(&crew.engineer, &crew.target, &[]);
    let backup = hospital.folder.join("handa.backup");
    let make = |more: &[&str]| {
        let made = hospital.root().args(["site", "backup", "--out"]);
        made.arg(&backup).args(more).done()
    };
    make(&["--without-recordings"])
        .expect(0)
        .says(&said::beginning("cli-backup-without-recordings"));
    make(&[])
        .expect(1)
        .says(&said::beginning("error-file-exists"));
    let key = text(&pinned(&hospital.clerk), "site_key");
    let verify = |file: &Path, key: &str| {
        let run = sekisho().args(["site", "backup", "--verify"]).arg(file);
        run.args(["--site-key", key]).done()
    };
    verify(&backup, &key).expect(0);
    // Altered, cut off, and no backup at all.
    let damaged = hospital.folder.join("damaged.backup");
    std::fs::copy(&backup, &damaged).unwrap();
    files::flip(&damaged, 3_000);
    verify(&damaged, &key)
        .expect(5)
        .says(&said::beginning("error-backup-altered"));
    let whole = std::fs::read(&backup).unwrap();
    std::fs::write(&damaged, &whole[..whole.len() / 2]).unwrap();
    verify(&damaged, &key)
        .expect(5)
        .says(&said::beginning("error-backup-cut-off"));
    verify(&hospital.dir.join("site.toml"), &key)
        .expect(5)
        .says(&said::beginning("error-backup-not-one"));
    // Another site's key, another site's kit.
    let other_dir = hospital.folder.join("other-site");
    let other_kit = hospital.folder.join("other-kit.txt");
    let other = acceptance::hospital::init(&other_dir, "127.0.0.1:4556".parse().unwrap());
    let other = other
        .arg("--dangerous-key-beside-data")
        .arg("--kit-out")
        .arg(&other_kit);
    let other_key = text(&other.json(), "site_key");
    verify(&backup, &other_key)
        .expect(5)
        .says(&said::beginning("error-backup-other-site"));
    let halves = acceptance::hospital::halves(&std::fs::read_to_string(&other_kit).unwrap());
    let into = hospital.folder.join("again");
    let restore = |from: &Path, kit: &str, into: &Path| {
        let run = sekisho().args(["site", "restore"]).arg(from).arg(into);
        run.input(kit).done()
    };
    let wrong = restore(&backup, &format!("{}\n{}\n", halves[0], halves[1]), &into);
    wrong
        .expect(5)
        .says(&said::beginning("error-backup-other-kit"));
    let cut = restore(&damaged, &hospital.typed_kit(), &into);
    cut.expect(5).says(&said::beginning("error-backup-cut-off"));
    assert!(!into.exists() && !into.with_file_name("again.restoring").exists());
    // Before anybody has typed two sheets.
    let occupied = restore(&backup, "", &hospital.dir);
    occupied
        .expect(1)
        .says(&said::beginning("error-backup-not-empty"));
    // Nothing of it has touched the site.
    hospital.clerk.asks(["vendor", "list"]);
    // And it can be put back; its recordings are not there, and everything else is.
    restore(&backup, &hospital.typed_kit(), &into).expect(0);
    hospital.stop("TERM");
    let lost = hospital.folder.join("lost");
    std::fs::rename(&hospital.dir, lost).unwrap();
    std::fs::rename(&into, &hospital.dir).unwrap();
    hospital
        .root()
        .args(["site", "resume"])
        .input(hospital.typed_kit())
        .ok();
    hospital.start();
    hospital.clerk.sign_in();
    let vendors = hospital.clerk.asks(["vendor", "list"]);
    assert_eq!(vendors.as_array().map(Vec::len), Some(1), "{vendors:#}");
}
