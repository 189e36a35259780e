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
