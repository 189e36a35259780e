//! The key store's passphrase kept by a TPM, end to end: the gateway starts with nobody there, and a copied disk does not.

use acceptance::files;
use acceptance::hospital::{Hospital, Plan};
use acceptance::run::Done;

use crate::tpm_chip::{Chip, WHICH_TPM};

const PASSPHRASE: &str = "lantern quarry eleven Saffron tides";

/// A command at the machine, with this TPM in it.
fn at_the_machine(hospital: &Hospital, chip: &Chip, args: &[&str]) -> Done {
    let site = hospital.root();
    site.args(["site", "tpm"])
        .args(args)
        .env(WHICH_TPM, chip.name())
        .done()
}

#[test]
fn after_a_power_cut_the_gateway_starts_with_nobody_there_and_at_no_other_machine() {
    let mut chip = Chip::new();
    let mut hospital = Hospital::build(Plan {
        key_passphrase: Some(PASSPHRASE.to_owned()),
        environment: vec![(WHICH_TPM, chip.name())],
        ..Plan::default()
    });
    let crew = hospital.crew();
    let nothing = at_the_machine(&hospital, &chip, &["test"]);
    assert_eq!(nothing.code, 7, "{nothing}");
    let written = hospital.folder.join("key-passphrase");
    let wrong = hospital.folder.join("another-passphrase");
    files::write_private(&wrong, "not what opens anything at all\n");
    let kept = |file: &std::path::Path| {
        let path = file.display().to_string();
        at_the_machine(&hospital, &chip, &["seal", "--passphrase-file", &path])
    };
    let refused = kept(&wrong);
    assert_eq!(refused.code, 1, "{refused}");
    assert!(!hospital.dir.join("keys.tpm").exists());
    let sealed = kept(&written);
    assert_eq!(sealed.code, 0, "{sealed}");
    assert!(sealed.to_string().contains("on paper"), "{sealed}");
    std::fs::remove_file(&written).unwrap();

    hospital.stop("KILL");
    chip.off();
    chip.on();
    hospital.start();
    hospital.visit(&crew.engineer, &crew.target, &[]);
    let doctor = hospital.root().arg("doctor");
    let doctor = doctor.env(WHICH_TPM, chip.name()).done().to_string();
    assert!(doctor.contains("opens the key store"), "{doctor}");

    // The disk alone, in another machine.
    hospital.stop("TERM");
    let thief = Chip::new();
    let stolen = acceptance::run::sekisho().arg("gateway").arg(&hospital.dir);
    let stolen = stolen.env(WHICH_TPM, thief.name()).done();
    assert_eq!(stolen.code, 1, "{stolen}");
    for words in ["not the TPM", "--passphrase-file", "site tpm seal"] {
        assert!(stolen.to_string().contains(words), "{words}: {stolen}");
    }
    let shown = [PASSPHRASE.to_owned()];
    assert_eq!(files::holding(&hospital.dir, &shown), []);

    // With the TPM gone it is the passphrase again.
    let forgotten = at_the_machine(&hospital, &thief, &["forget"]);
    assert_eq!(forgotten.code, 0, "{forgotten}");
    assert!(!hospital.dir.join("keys.tpm").exists());
    files::write_private(&written, &format!("{PASSPHRASE}\n"));
    hospital.start();
}
