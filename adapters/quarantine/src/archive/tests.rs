//! Archives as real programs write them, and as no honest one does.

use std::path::Path;
use std::process::Command;

use proptest::prelude::*;

use super::*;

fn looked(bytes: &[u8]) -> Result<Look, Trouble> {
    looked_within(bytes, &Limits::default())
}

fn looked_within(bytes: &[u8], limits: &Limits) -> Result<Look, Trouble> {
    let length = u64::try_from(bytes.len()).unwrap();
    look(Cursor::new(bytes), length, limits)
}

/// What Python's own modules write: `zipfile`, `tarfile`, `gzip`.
fn python(program: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let run = |folder: &Path| {
        let mut python = Command::new("/usr/bin/python3");
        python.arg("-c").arg(program).current_dir(folder).output()
    };
    let ran = run(folder.path()).unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    std::fs::read(folder.path().join("out")).unwrap()
}

#[test]
fn real_archives_are_looked_into_and_their_kinds_told() {
    let zip = python(
        "import zipfile\nz=zipfile.ZipFile('out','w',zipfile.ZIP_DEFLATED)\n\
         z.writestr('a/','')\nz.writestr('a/b.txt','text\\n'*1000)\nz.writestr('c.exe',b'MZ\\x90\\0')\nz.close()",
    );
    let look = looked(&zip).unwrap();
    assert_eq!((look.kind, look.entries), ("zip", 3));
    assert_eq!(look.inside, BTreeSet::from(["text", "windows"]));
    let tar = python(
        "import tarfile,io\nt=tarfile.open('out','w:gz')\nfor n,c in [('x'*120+'/a',b'hello\\n'),('b',b'%PDF-1.7')]:\n\
         \x20i=tarfile.TarInfo(n); i.size=len(c); t.addfile(i,io.BytesIO(c))\nt.close()",
    );
    let look = looked(&tar).unwrap();
    assert_eq!(look.kind, "gzip");
    assert_eq!(look.inside, BTreeSet::from(["pdf", "tar", "text"]));
}

#[test]
fn a_bomb_is_known_by_what_comes_out_and_not_by_what_it_announces() {
    let bomb = python("import gzip\nf=gzip.open('out','w')\nf.write(b'\\0'*(40<<20))\nf.close()");
    assert_eq!(looked(&bomb), Err(Trouble::Bomb));
    let zip = python(
        "import zipfile\nz=zipfile.ZipFile('out','w',zipfile.ZIP_DEFLATED)\n\
         z.writestr('a',b'\\0'*(40<<20))\nz.close()",
    );
    assert_eq!(looked(&zip), Err(Trouble::Bomb));
    let few = Limits {
        entries: 2,
        ..Limits::default()
    };
    let many = python(
        "import zipfile\nz=zipfile.ZipFile('out','w')\n[z.writestr(str(n),'x') for n in range(3)]\nz.close()",
    );
    assert_eq!(looked_within(&many, &few), Err(Trouble::TooMany));
    let nested = python(
        "import gzip\nb=b'x'\nfor _ in range(5): b=gzip.compress(b)\nopen('out','wb').write(b)",
    );
    assert_eq!(looked(&nested), Err(Trouble::TooDeep));
}

#[test]
fn l25_an_entry_that_would_be_unpacked_elsewhere_is_noticed_by_the_rules_of_any_system() {
    for name in [
        "../etc/passwd",
        "/etc/passwd",
        "a/../../b",
        "..\\\\b",
        "C:\\\\b",
        "\\\\\\\\host\\\\b",
    ] {
        let zip = python(&format!(
            "import zipfile\nz=zipfile.ZipFile('out','w')\nz.writestr('{name}','x')\nz.close()"
        ));
        assert_eq!(looked(&zip), Err(Trouble::Traversal), "{name}");
        let tar = python(&format!(
            "import tarfile,io\nt=tarfile.open('out','w')\ni=tarfile.TarInfo('{name}'); i.size=1\n\
             t.addfile(i,io.BytesIO(b'x'))\nt.close()"
        ));
        assert_eq!(looked(&tar), Err(Trouble::Traversal), "{name}");
    }
    for name in ["a..b", "a/.hidden", "..."] {
        assert!(!leads_out(name.as_bytes()), "{name}");
    }
}

#[test]
fn links_that_lead_out_devices_and_encrypted_entries_are_said_to_be_so() {
    let link = |kind: &str, to: &str| {
        python(&format!(
            "import tarfile\nt=tarfile.open('out','w')\ni=tarfile.TarInfo('a'); i.type=tarfile.{kind}\n\
             i.linkname='{to}'; t.addfile(i)\nt.close()"
        ))
    };
    assert_eq!(looked(&link("SYMTYPE", "/etc")), Err(Trouble::Link));
    assert_eq!(looked(&link("LNKTYPE", "../x")), Err(Trouble::Link));
    assert_eq!(looked(&link("CHRTYPE", "")), Err(Trouble::Link));
    assert!(looked(&link("SYMTYPE", "b")).is_ok());
    let mut zip =
        python("import zipfile\nz=zipfile.ZipFile('out','w')\nz.writestr('a','x')\nz.close()");
    let central = zip
        .windows(4)
        .position(|four| four == b"PK\x01\x02")
        .unwrap();
    zip[central + 8] |= 1;
    assert_eq!(looked(&zip), Err(Trouble::Encrypted));
}

#[test]
fn an_archive_that_says_two_things_is_not_called_harmless() {
    let zip =
        python("import zipfile\nz=zipfile.ZipFile('out','w')\nz.writestr('abc','x')\nz.close()");
    assert!(looked(&zip).is_ok());
    let mut named = zip.clone();
    named[30] = b'z';
    assert_eq!(looked(&named), Err(Trouble::Damaged));
    let cut = &zip[..zip.len() - 1];
    assert_eq!(looked(cut), Err(Trouble::Damaged));
    let longer = [&zip[..], b"x"].concat();
    assert_eq!(looked(&longer), Err(Trouble::Damaged));
    assert_eq!(looked(b"7z\xbc\xaf\x27\x1c"), Err(Trouble::Unsupported));
}

proptest! {
    #[test]
    fn any_bytes_are_looked_at_without_harm(
        magic in prop::sample::select(vec![&b"PK\x03\x04"[..], b"\x1f\x8b\x08\0", b""]),
        bytes in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        let _any = looked(&[magic, &bytes[..]].concat());
    }
}
