//! Files that others can read are named with the mode that they should have.

use std::fs::{Permissions, set_permissions, write};
use std::os::unix::fs::PermissionsExt;

use sandbox::{Exposed, nobody_else_reads};

#[test]
fn a_file_or_folder_that_others_can_read_is_named_with_the_mode_it_should_have() {
    let folder = tempfile::tempdir().unwrap();
    let (private, shared) = (folder.path().join("private"), folder.path().join("shared"));
    for (path, mode) in [(&private, 0o600), (&shared, 0o640)] {
        write(path, "key").unwrap();
        set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }
    set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
    assert_eq!(nobody_else_reads([folder.path(), &private]), Ok(()));
    let exposed = Exposed {
        path: shared.clone(),
        mode: 0o640,
        wanted: 0o600,
    };
    assert_eq!(
        nobody_else_reads([private.as_path(), &shared]),
        Err(exposed)
    );
    set_permissions(folder.path(), Permissions::from_mode(0o701)).unwrap();
    let found = nobody_else_reads([folder.path()]).unwrap_err();
    assert_eq!((found.mode, found.wanted), (0o701, 0o700));
}

#[test]
fn what_does_not_exist_exposes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        nobody_else_reads([folder.path().join("none").as_path()]),
        Ok(())
    );
}
