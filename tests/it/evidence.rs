//! What the hospital hands to somebody who trusts none of us.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use acceptance::hospital::{Hospital, pinned};
use acceptance::link::Link;
use acceptance::people::text;
use acceptance::{Done, files, sekisho};
use serde_json::Value;

/// A visit that is over, and everything that is exported of it.
struct Evidence {
    ledger: PathBuf,
    receipt: PathBuf,
    recordings: PathBuf,
    visit: String,
    session: String,
    site_key: PathBuf,
    witness_key: PathBuf,
    folder: PathBuf,
}

/// Made once; the hospital that made it has stopped, and nothing of it runs.
fn evidence() -> &'static Evidence {
    static EVIDENCE: OnceLock<Evidence> = OnceLock::new();
    EVIDENCE.get_or_init(|| {
        // The shared hospital's folder is removed with everything in it when the tests are over.
        let folder = Hospital::shared().folder.join("evidence");
        std::fs::create_dir(&folder).unwrap();
        let mut hospital = Hospital::own();
        let crew = hospital.crew();
        let visit = hospital.visit(&crew.engineer, &crew.target, &[]).visit;
        let mut link = Link::open(&crew.engineer, &crew.target);
        let mut live = link.live();
        live.echo(&b"what was done is what was recorded ".repeat(400));
        drop(live);
        link.says("end-engineer-closed");
        link.close();
        let session = hospital.session_of(&visit);
        hospital.ended(&session);
        let work = folder.join("report.txt");
        std::fs::write(&work, "all well").unwrap();
        crew.engineer
            .sekisho()
            .args(["report", &visit, "--done", "inspected", "--file"])
            .arg(&work)
            .ok();
        // The engineer's device has seen all of it, and vouches for it.
        crew.engineer.sign_in();
        let receipt = folder.join("visit.sekisho-receipt");
        hospital
            .clerk
            .sekisho()
            .args(["receipt", "export", &visit, "--out"])
            .arg(&receipt)
            .ok();
        let ledger = folder.join("ledger");
        hospital
            .clerk
            .sekisho()
            .args(["ledger", "export", "--out"])
            .arg(&ledger)
            .ok();
        let site_key = folder.join("site.vkey");
        std::fs::write(&site_key, hospital.site_key()).unwrap();
        let witness_key = folder.join("witness.vkey");
        let shown: Value = serde_json::from_slice(&std::fs::read(&receipt).unwrap()).unwrap();
        let witness = shown["witnesses"][0]
            .as_str()
            .expect("a device is a witness");
        std::fs::write(&witness_key, witness).unwrap();
        hospital.stop("TERM");
        let recordings = folder.join("recordings");
        files::copy(&recordings_of(&hospital.dir), &recordings);
        Evidence {
            ledger,
            receipt,
            recordings,
            visit,
            session,
            site_key,
            witness_key,
            folder,
        }
    })
}

/// The folder with the segments in a site's directory.
pub(crate) fn recordings_of(site_dir: &Path) -> PathBuf {
    let segment = files::below(site_dir)
        .into_iter()
        .find(|path| path.extension().is_some_and(|extension| extension == "seg"))
        .expect("a recording has segments");
    segment
        .parent()
        .and_then(Path::parent)
        .expect("a folder of folders")
        .to_owned()
}

/// A command on a machine that has joined nothing.
fn elsewhere() -> acceptance::run::Run {
    sekisho()
        .arg("--home")
        .arg(evidence().folder.join("home-of-an-inspector"))
}

fn verify_ledger(folder: &Path) -> Done {
    elsewhere()
        .args(["--json", "ledger", "verify"])
        .arg(folder)
        .arg("--site-key")
        .arg(&evidence().site_key)
        .done()
}

fn verify_receipt(file: &Path) -> Done {
    elsewhere()
        .args(["--json", "receipt", "verify"])
        .arg(file)
        .arg("--site-key")
        .arg(&evidence().site_key)
        .arg("--witness")
        .arg(&evidence().witness_key)
        .done()
}

#[test]
fn an_exported_ledger_verifies_on_another_machine_with_nothing_running() {
    let evidence = evidence();
    let verified = verify_ledger(&evidence.ledger);
    let shown = verified.expect(0).json();
    assert_eq!(shown["verified"], true);
    assert_eq!(shown["site_key_independent"], true);
    let entries = acceptance::hospital::entries_in(&evidence.ledger);
    assert_eq!(shown["size"].as_u64(), Some(entries.len() as u64));
    let kinds: Vec<&str> = entries
        .iter()
        .filter_map(|entry| entry["event"]["kind"].as_str())
        .collect();
    for kind in [
        "site_founded",
        "invitation_issued",
        "person_joined",
        "vendor_registered",
        "device_enrolled",
        "device_confirmed",
        "target_registered",
        "visit_requested",
        "approval_given",
        "approval_granted",
        "signed_in",
        "session_opened",
        "session_closed",
        "recordings_sealed",
        "segment_sealed",
        "report_filed",
        "receipt_issued",
        "ledger_exported",
    ] {
        assert!(kinds.contains(&kind), "no {kind} in {kinds:?}");
    }
    let times: Vec<i64> = entries
        .iter()
        .filter_map(|entry| entry["at"].as_i64())
        .collect();
    assert_eq!(times.len(), entries.len());
    assert!(times.is_sorted(), "time never goes back");
}

#[test]
fn l26_one_flipped_byte_in_any_file_of_an_exported_ledger_is_found_and_its_place_named() {
    let evidence = evidence();
    let copy = evidence.folder.join("ledger-damaged");
    files::copy(&evidence.ledger, &copy);
    for file in files::below(&copy) {
        let name = file
            .strip_prefix(&copy)
            .unwrap()
            .to_string_lossy()
            .into_owned();
        for place in files::places(&file, 5) {
            files::flip(&file, place);
            let done = verify_ledger(&copy);
            files::flip(&file, place);
            assert_eq!(done.code, 5, "byte {place} of {name}\n{done}");
            names_a_place(&done, &name);
        }
    }
    verify_ledger(&copy).expect(0);
    // A file that is missing is found as well.
    for file in files::below(&copy) {
        let aside = evidence.folder.join("aside");
        std::fs::rename(&file, &aside).unwrap();
        let done = verify_ledger(&copy);
        std::fs::rename(&aside, &file).unwrap();
        assert!(
            [1, 5].contains(&done.code),
            "without {}\n{done}",
            file.display()
        );
    }
}

/// "Not verified. The place: …" with something after it.
fn names_a_place(done: &Done, what: &str) {
    let beginning = acceptance::said::beginning("cli-broken");
    let place = done
        .err
        .lines()
        .find_map(|line| line.strip_prefix(&beginning));
    assert!(
        place.is_some_and(|place| place.trim().len() > 3),
        "no place for {what}\n{done}"
    );
}

#[test]
fn l26_one_flipped_byte_in_a_receipt_is_found_and_its_place_named() {
    let evidence = evidence();
    let copy = evidence.folder.join("damaged.sekisho-receipt");
    std::fs::copy(&evidence.receipt, &copy).unwrap();
    for place in files::places(&copy, 150) {
        files::flip(&copy, place);
        let done = verify_receipt(&copy);
        files::flip(&copy, place);
        assert_eq!(done.code, 5, "byte {place}\n{done}");
        names_a_place(&done, "the receipt");
    }
    verify_receipt(&copy).expect(0);
}

#[test]
fn a_receipt_says_whether_somebody_outside_vouches_for_it() {
    let evidence = evidence();
    let cosigned = verify_receipt(&evidence.receipt).expect(0).json();
    assert_eq!(cosigned["site_only"], false, "{cosigned:#}");
    assert_eq!(cosigned["visit"], evidence.visit);
    let by = cosigned["cosigned"].as_array().unwrap();
    assert!(
        by[0]["name"]
            .as_str()
            .unwrap()
            .starts_with("sekisho/handa/device/"),
        "{cosigned:#}"
    );
    let verify = || {
        elsewhere()
            .args(["receipt", "verify"])
            .arg(&evidence.receipt)
            .arg("--site-key")
            .arg(&evidence.site_key)
    };
    // A reader who brings no witness's key learns of no witness.
    let alone = verify().json();
    assert_eq!(alone["site_only"], true, "{alone:#}");
    verify()
        .ok()
        .says(&acceptance::said::beginning("cli-site-only"));
    let with = verify().arg("--witness").arg(&evidence.witness_key).ok();
    with.says("vouches for it");
}

#[test]
fn a_receipt_tells_the_whole_visit() {
    let evidence = evidence();
    let receipt: Value =
        serde_json::from_slice(&std::fs::read(&evidence.receipt).unwrap()).unwrap();
    let kinds: Vec<String> = receipt["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let bytes = data_encoding::BASE64
                .decode(text(entry, "bytes").as_bytes())
                .unwrap();
            let entry: Value = serde_json::from_slice(&bytes).unwrap();
            text(&entry["event"], "kind")
        })
        .collect();
    for kind in [
        "visit_requested",
        "approval_granted",
        "session_opened",
        "session_closed",
        "segment_sealed",
        "report_filed",
        "recordings_sealed",
    ] {
        assert!(
            kinds.iter().any(|found| found == kind),
            "no {kind} in {kinds:?}"
        );
    }
    let shown = verify_receipt(&evidence.receipt).expect(0).json();
    let purpose = shown["openings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|opening| opening["label"] == "purpose");
    assert_eq!(purpose.unwrap()["value"], "monthly inspection");
}

#[test]
fn a_receipt_of_another_site_or_with_a_wrong_key_is_not_believed() {
    let evidence = evidence();
    let other = Hospital::shared().site_key();
    let done = elsewhere()
        .args(["receipt", "verify"])
        .arg(&evidence.receipt)
        .args(["--site-key", &other])
        .done();
    done.expect(5);
    let nonsense = elsewhere()
        .args(["receipt", "verify"])
        .arg(&evidence.receipt)
        .args(["--site-key", "no key at all"])
        .done();
    nonsense.expect(2).says("is not a key");
    let none = elsewhere()
        .args(["receipt", "verify"])
        .arg(&evidence.receipt)
        .done();
    none.expect(2);
    let missing = elsewhere()
        .args(["receipt", "verify", "no-such-file", "--site-key"])
        .arg(&evidence.site_key)
        .done();
    missing.expect(1).says("no-such-file");
}

fn verify_files(recordings: &Path) -> Done {
    elsewhere()
        .args(["--json", "recording", "verify-files"])
        .arg(recordings)
        .arg("--ledger")
        .arg(&evidence().ledger)
        .arg("--site-key")
        .arg(&evidence().site_key)
        .done()
}

#[test]
fn the_files_of_a_recording_verify_against_the_ledger_without_any_secret_key() {
    let evidence = evidence();
    let shown = verify_files(&evidence.recordings).expect(0).json();
    assert_eq!(shown["verified"], true);
    let complete: Vec<&str> = shown["complete"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(complete.contains(&evidence.session.as_str()), "{shown:#}");
}

#[test]
fn l26_one_flipped_byte_in_a_segment_of_a_recording_is_found_and_its_place_named() {
    let evidence = evidence();
    let copy = evidence.folder.join("recordings-damaged");
    files::copy(&evidence.recordings, &copy);
    for file in files::below(&copy) {
        for place in files::places(&file, 20) {
            files::flip(&file, place);
            let done = verify_files(&copy);
            files::flip(&file, place);
            assert_eq!(done.code, 5, "byte {place} of {}\n{done}", file.display());
            names_a_place(&done, "a segment");
            done.says(file.file_name().unwrap().to_str().unwrap());
        }
    }
    let first = files::below(&copy)[0].clone();
    std::fs::remove_file(&first).unwrap();
    // Its folder is left empty; of a session of which nothing is there, nothing is claimed.
    let done = verify_files(&copy);
    if done.code == 0 {
        assert!(!done.text().contains(&evidence.session), "{done}");
    }
}

#[test]
fn l25_every_view_of_a_recording_is_an_entry_made_before_anything_is_shown() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    crew.engineer
        .sekisho()
        .args(["connect", &crew.target])
        .input("patient 4711\n")
        .ok();
    let session = hospital.session_of(&visit.visit);
    hospital.ended(&session);
    hospital.clerk.asks(["recording", "show", &session]);
    hospital.chief.asks(["recording", "verify", &session]);
    let out = hospital.folder.join("exported-recording");
    hospital
        .chief
        .sekisho()
        .args(["recording", "export", &session, "--out"])
        .arg(&out)
        .ok();
    assert!(std::fs::metadata(&out).unwrap().len() > 0);
    let views: Vec<(String, String)> = hospital
        .events("recording_viewed")
        .iter()
        .filter(|entry| entry["event"]["session"] == session.as_str())
        .map(|entry| {
            (
                text(&entry["event"]["viewer"], "person"),
                text(&entry["event"], "how"),
            )
        })
        .collect();
    let expected = [
        (&hospital.clerk.id, "show"),
        (&hospital.chief.id, "verify"),
        (&hospital.chief.id, "export"),
    ];
    let expected: Vec<(String, String)> = expected
        .iter()
        .map(|(who, how)| ((*who).clone(), (*how).to_owned()))
        .collect();
    assert_eq!(views, expected);
    // An engineer sees no recording, not even their own: it holds what patients' data they passed.
    crew.engineer
        .tries(["recording", "show", &session])
        .expect(3);
    crew.engineer
        .sekisho()
        .args(["recording", "export", &session, "--out"])
        .arg(hospital.folder.join("never"))
        .done()
        .expect(3);
}

#[test]
fn a_damaged_recording_is_found_by_the_gateway_itself() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    crew.engineer
        .sekisho()
        .args(["connect", &crew.target])
        .input("some work\n")
        .ok();
    let session = hospital.session_of(&visit.visit);
    hospital.ended(&session);
    assert_eq!(
        hospital.clerk.asks(["recording", "verify", &session])["verified"],
        true
    );
    let segment = files::below(&recordings_of(&hospital.dir))[0].clone();
    let length = std::fs::metadata(&segment).unwrap().len();
    files::flip(&segment, length / 2);
    let done = hospital
        .clerk
        .sekisho()
        .args(["--json", "recording", "verify", &session])
        .done();
    done.expect(5);
    assert_eq!(done.json()["verified"], false);
    assert!(
        done.json()["broken_at"]
            .as_str()
            .is_some_and(|place| place.len() > 3),
        "{done}"
    );
}

#[test]
fn the_engineers_device_cosigns_the_ledger_it_has_seen() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let witnesses = || {
        hospital.clerk.asks(["site", "status"])["ledger"]["witnesses"]
            .as_u64()
            .unwrap()
    };
    assert!(witnesses() > 0);
    assert!(!pinned(&crew.engineer)["device"].is_null());
    assert!(pinned(&hospital.clerk)["device"].is_null());
}
