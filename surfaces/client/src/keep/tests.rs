use faults::Fault;
use faults::table::{self, Row};

use super::*;

fn home() -> (tempfile::TempDir, Home) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path().join("home"));
    (folder, home)
}

fn kept() -> KeptSignIn {
    KeptSignIn {
        token: Secret::from("token-canary"),
        until: Timestamp::from_seconds(2_000),
    }
}

#[test]
fn a_computer_that_joined_nothing_says_so() {
    let (_folder, home) = home();
    assert_eq!(home.sites().unwrap(), []);
    assert!(matches!(home.choose(None), Err(KeepError::NotJoined)));
    let site = "handa".parse().unwrap();
    assert!(matches!(
        home.choose(Some(&site)),
        Err(KeepError::NotJoined)
    ));
}

#[test]
fn a_sign_in_is_kept_until_it_ends_and_can_be_forgotten() {
    let (folder, home) = home();
    let place = home.local(folder.path());
    place.keep(&kept()).unwrap();
    let at = |seconds| place.token(Timestamp::from_seconds(seconds)).unwrap();
    assert_eq!(at(1_000), Some(Secret::from("token-canary")));
    assert_eq!(at(1_996), None, "it would end on the way");
    assert_eq!(at(2_000), None);
    place.forget().unwrap();
    place.forget().unwrap();
    assert_eq!(at(1_000), None);
}

#[cfg(unix)]
#[test]
fn l29_what_is_kept_is_for_its_owner_alone_and_refused_when_others_can_read_it() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let (folder, home) = home();
    let place = home.local(folder.path());
    place.keep(&kept()).unwrap();
    let file = place.folder.join(SIGN_IN);
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&place.folder).unwrap().mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(home.folder()).unwrap().mode() & 0o777, 0o700);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(place.sign_in(), Err(KeepError::Exposed { .. })));
}

#[test]
fn l29_a_damaged_file_is_named_and_its_content_is_not() {
    let (folder, home) = home();
    let place = home.local(folder.path());
    place.keep(&kept()).unwrap();
    let broken = b"{\"token\":\"token-canary\",\"until\":\"token-canary\"}";
    write(&place.folder, SIGN_IN, broken).unwrap();
    let error = place.sign_in().unwrap_err().to_string();
    assert!(
        error.contains(SIGN_IN) && !error.contains("canary"),
        "{error}"
    );
}

#[test]
fn a_file_is_replaced_whole_and_nothing_is_left_aside() {
    let (folder, home) = home();
    let place = home.local(folder.path());
    place.keep(&kept()).unwrap();
    place.keep(&kept()).unwrap();
    let names: Vec<_> = fs::read_dir(&place.folder).unwrap().collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

#[test]
fn a_join_that_broke_off_is_no_membership() {
    let (_folder, home) = home();
    let site: SiteId = "handa".parse().unwrap();
    let begun = home.begin(&site).unwrap();
    Draft(&begun).device_key(b"key").unwrap();
    assert_eq!(home.sites().unwrap(), []);
    // The next try begins afresh.
    let again = home.begin(&site).unwrap();
    assert!(fs::read_dir(again).unwrap().next().is_none());
}

#[test]
fn the_home_is_where_the_system_keeps_such_things() {
    let of = |set: &'static [(&str, &str)]| {
        let home = Home::customary(|name| {
            let found = set.iter().find(|(n, _)| *n == name);
            found.map(|(_, value)| (*value).to_owned())
        });
        home.map(|home| home.folder().to_owned())
    };
    let all = &[
        ("SEKISHO_HOME", "/a"),
        ("XDG_CONFIG_HOME", "/b"),
        ("HOME", "/c"),
    ];
    assert_eq!(of(all), Some("/a".into()));
    if cfg!(unix) {
        assert_eq!(
            of(&[("XDG_CONFIG_HOME", "/b"), ("HOME", "/c")]),
            Some("/b/sekisho".into())
        );
        assert_eq!(
            of(&[("XDG_CONFIG_HOME", ""), ("HOME", "/c")]),
            Some("/c/.config/sekisho".into())
        );
    }
    assert_eq!(of(&[]), None);
}

/// How a failing file is told; where it lies on this machine is not the table's affair.
fn told(error: &KeepError) -> String {
    if matches!(error, KeepError::Unwritable { .. }) {
        "it cannot be written".to_owned()
    } else {
        error.to_string()
    }
}

/// A sign-in in place of an earlier one.
fn keeping_breaks(point: Point, fault: Fault) -> Row {
    let (folder, home) = home();
    let place = home.local(folder.path());
    place.keep(&kept()).unwrap();
    let newer = KeptSignIn {
        token: Secret::from("a newer one"),
        ..kept()
    };
    let told = table::told(point, fault, folder.path(), || {
        place.keep(&newer).map_err(|error| told(&error))
    });
    let found = place.sign_in().unwrap().unwrap();
    let found = if found.token == newer.token {
        "the new one"
    } else {
        "the old one"
    };
    place.keep(&newer).unwrap();
    row(point, "keeping a sign-in", fault, told, found)
}

/// A membership, put together and given its name.
fn joining_breaks(point: Point, fault: Fault) -> Row {
    let (folder, home) = home();
    let site: SiteId = "handa".parse().unwrap();
    let key = Signer::ed25519("sekisho/handa", &[1; 32]).unwrap();
    let pinned = Pinned {
        v: PINNED_VERSION,
        site: site.clone(),
        site_name: "半田病院".to_owned(),
        address: "127.0.0.1:443".to_owned(),
        name: "maintenance.test".to_owned(),
        ca: Bytes(vec![1]),
        site_key: key.verifier().clone(),
        kit_key: key.verifier().clone(),
        person: PersonId::new(&site, 1),
        login: None,
        device: None,
    };
    let join = || {
        let begun = home.begin(&site)?;
        Draft(&begun).pinned(&pinned)?;
        home.finish(&begun, &site).map(drop)
    };
    // Its own name, not those of the files in it.
    let under = if point == Point::KeepWritten {
        folder.path().to_owned()
    } else {
        home.site_folder(&site)
    };
    let told = table::told(point, fault, &under, || {
        join().map_err(|error| told(&error))
    });
    let found = if home.sites().unwrap().is_empty() {
        join().unwrap();
        "not joined; the next try does"
    } else {
        home.site(&site).unwrap();
        "joined"
    };
    row(point, "joining a site", fault, told, found)
}

/// A file that a person asked for, or a key of a new relay.
fn making_breaks(fault: Fault) -> Row {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kit");
    let told = table::told(Point::KeepWritten, fault, folder.path(), || {
        write_new_private(&path, b"two halves").map_err(|_| "it cannot be written".to_owned())
    });
    let found = match fs::read(&path).ok().as_deref() {
        None => "nothing; the next try makes it",
        Some(b"two halves") => "it is there",
        Some(_) => "a piece of it: another name is needed",
    };
    row(
        Point::KeepWritten,
        "making a key's file",
        fault,
        told,
        found,
    )
}

fn row(point: Point, during: &'static str, fault: Fault, told: String, found: &str) -> Row {
    Row {
        point,
        during,
        fault,
        told,
        found: found.to_owned(),
        story: String::new(),
    }
}

#[test]
fn l26_each_durable_step_of_a_kept_file_breaks_as_the_reviewed_table_says() {
    let points = [Point::KeepWritten, Point::KeepNamed, Point::KeepFolder];
    let mut rows = Vec::from(Fault::ALL.map(making_breaks));
    for point in points {
        rows.extend(Fault::ALL.map(|fault| keeping_breaks(point, fault)));
        rows.extend(Fault::ALL.map(|fault| joining_breaks(point, fault)));
    }
    rows.sort_by_key(|row| row.point);
    let found = table::printed(&rows);
    let reviewed = include_str!("../../../../tests/matrix/faults.txt");
    let reviewed = table::reviewed(reviewed, |point| points.contains(&point));
    assert!(
        found == reviewed,
        "the lines of kept files are now:\n\n{found}"
    );
}
