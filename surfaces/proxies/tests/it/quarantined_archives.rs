//! Archives on their way through the quarantine.

use std::process::Command;

use engine::FileRules;

use crate::quarantined::{ground, put};
use crate::sshd::Ground;

fn unscanned() -> FileRules {
    FileRules {
        dangerous_unscanned_files_pass: true,
        ..FileRules::default()
    }
}

/// Writes an archive with Python's own modules.
fn made(ground: &Ground, name: &str, program: &str) {
    let program = format!(
        "import zipfile,gzip\nn={:?}\n{program}",
        ground.sshd.path(name)
    );
    let ran = Command::new("/usr/bin/python3")
        .args(["-c", &program])
        .status();
    assert!(ran.unwrap().success());
}

#[test]
fn a_bomb_and_a_way_out_are_refused_an_encrypted_archive_waits_and_an_honest_one_passes() {
    let ground = ground(unscanned());
    made(&ground, "bomb.gz", "gzip.open(n,'w').write(bytes(40<<20))");
    made(
        &ground,
        "out.zip",
        "zipfile.ZipFile(n,'w').writestr('../x','x')",
    );
    made(
        &ground,
        "good.zip",
        "zipfile.ZipFile(n,'w').writestr('x','x')",
    );
    let secret = "z=zipfile.ZipFile(n,'w'); z.writestr('x','x'); z.close()\n\
                  b=bytearray(open(n,'rb').read()); b[b.index(b'PK\\x01\\x02')+8]|=1\n\
                  open(n,'wb').write(b)";
    made(&ground, "secret.zip", secret);
    let bomb = put(&ground, "bomb.gz");
    assert!(
        bomb.err.contains("unpacks to many times its size"),
        "{bomb:?}"
    );
    let out = put(&ground, "out.zip");
    assert!(out.err.contains("unpacked elsewhere"), "{out:?}");
    let secret = put(&ground, "secret.zip");
    assert!(secret.err.contains("it is encrypted"), "{secret:?}");
    assert!(secret.err.contains("under the number"), "{secret:?}");
    assert_eq!(put(&ground, "good.zip").status, Some(0));
    let verdicts: Vec<_> = ground
        .entered("file_judged")
        .iter()
        .map(|entry| entry.pointer("/event/look/verdict").cloned())
        .collect();
    let expected = ["stopped", "stopped", "held"].map(|v| Some(serde_json::json!(v)));
    assert_eq!(verdicts, expected);
}
