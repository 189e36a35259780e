use proptest::prelude::*;

use super::*;

fn path(text: &str) -> Option<String> {
    Command::parse(text).map(|command| command.path)
}

#[test]
fn what_openssh_and_putty_send_is_recognised() {
    let command = Command::parse("scp -v -r -p -d -t /srv/in").unwrap();
    assert_eq!(command.direction, Direction::Upload);
    assert!(command.recursive && command.preserve && command.directory);
    assert_eq!(command.path, "/srv/in");
    let command = Command::parse("scp -f -- -file").unwrap();
    assert_eq!(command.direction, Direction::Download);
    assert_eq!(command.path, "-file");
    assert_eq!(path("scp -t ."), Some(".".to_owned()));
    assert_eq!(path("scp -t ~/画像/a.dcm"), Some("画像/a.dcm".to_owned()));
    assert_eq!(path("scp -t ~"), Some(".".to_owned()));
}

#[test]
fn simple_quotation_is_read_as_a_shell_reads_it() {
    assert_eq!(path("scp -t 'a b'"), Some("a b".to_owned()));
    assert_eq!(path("scp -t a\\ b"), Some("a b".to_owned()));
    assert_eq!(path("scp -t 'it'\\''s;$x'"), Some("it's;$x".to_owned()));
    assert_eq!(path("scp -t '~/x'"), Some("~/x".to_owned()));
}

#[test]
fn l9_a_path_that_a_shell_would_make_something_else_of_is_a_command_like_any_other() {
    for path in [
        "a;b", "a b", "$HOME", "`id`", "a|b", "a&b", "a>b", "a<b", "*", "a?", "[a]", "{a,b}",
        "\"a\"", "~other/x", "a\nb", "'a\nb'", "a\\\nb", "(a)", "#a", "!a", "^a", "=ls", "'open",
        "a\\", "", "a\tb", "$'a'",
    ] {
        let text = format!("scp -t {path}");
        assert_eq!(Command::parse(&text), None, "{text}");
    }
}

#[test]
fn other_commands_are_none_of_ours() {
    for text in [
        "scp",
        "scp ",
        "scp -t",
        "scp a",
        "scp -r a",
        "scp -x -t a",
        "scp -t -f a",
        "scp -t -t a",
        "scp -tr a",
        "/bin/scp -t a",
        "SCP -t a",
        "scp -t a b",
        "scp -S/bin/sh -t a",
        " scp -t a",
        "scp -oProxyCommand=x -t a",
        "env scp -t a",
        "scp\t-t a",
    ] {
        assert_eq!(Command::parse(text), None, "{text}");
    }
}

fn told(path: &str) -> Option<String> {
    let command = Command::parse("scp -v -p -r -t x").unwrap();
    let path = RemotePath::resolved(path.as_bytes()).unwrap();
    let ours = String::from_utf8(command.on(&path)?).unwrap();
    Some(ours.strip_prefix("scp -r -p -t ").unwrap().to_owned())
}

#[test]
fn the_target_gets_our_words_not_the_engineer_s() {
    for (path, word) in [
        ("/srv/in", "/srv/in"),
        ("/srv/it's in (1)", "\"/srv/it's in (1)\""),
        ("/srv/a;b*~", "\"/srv/a;b*~\""),
        ("/srv/画像", "\"/srv/画像\""),
        ("/C:/up/a-1_b.txt", "/C:/up/a-1_b.txt"),
        ("/C:/画像/レポート", "/C:/画像/レポート"),
    ] {
        assert_eq!(told(path).as_deref(), Some(word), "{path}");
    }
}

/// cmd.exe knows no apostrophes, and runs what stands behind an ampersand.
#[test]
fn l09_a_path_in_which_some_shell_would_find_a_command_goes_to_no_shell() {
    for path in [
        "/C:/up/a & calc & ",
        "/C:/up/a b",
        "/C:/up/a'b",
        "/C:/up/(a)",
        "/C:/up/a,b",
        "/C:/%TEMP%",
        "/c:/up/＆calc",
        "/a & calc & ",
        "/up/a\"&calc&\"",
        "/up/a|b",
        "/up/a>b",
        "/up/a^b",
        "/up/%TEMP%",
        "/up/!id",
        "/up/$(id)",
        "/up/`id`",
        "/up/a\\' ; id ; '",
        "/up/a\nid",
        "/up/a\u{201d}; calc; \u{201c}",
    ] {
        assert_eq!(told(path), None, "{path:?}");
    }
    let command = Command::parse("scp -t x").unwrap();
    let shift_jis = RemotePath::resolved(b"/C:/\x89\xe6").unwrap();
    assert_eq!(command.on(&shift_jis), None);
    let shift_jis = RemotePath::resolved(b"/srv/\x89\xe6").unwrap();
    let ours = command.on(&shift_jis).unwrap();
    assert_eq!(ours, b"scp -t \"/srv/\x89\xe6\"");
}

proptest! {
    #[test]
    fn l9_no_text_stops_the_reading_of_commands(text in "(scp )?(-[tfrpdv] ){0,4}\\PC{0,20}") {
        let _ = Command::parse(&text);
    }

    #[test]
    fn l09_our_command_names_the_path_that_was_resolved(path in "(/[A-Za-z]:)?(/[^/\\p{C}]{1,20}){1,3}") {
        let path = RemotePath::resolved(path.as_bytes());
        prop_assume!(path.is_some());
        let path = path.unwrap();
        let command = Command::parse("scp -f x").unwrap();
        let Some(ours) = command.on(&path) else {
            return Ok(());
        };
        let word = ours.strip_prefix(b"scp -f ").unwrap();
        let bare = word.strip_prefix(b"\"").and_then(|word| word.strip_suffix(b"\""));
        prop_assert_eq!(bare.unwrap_or(word), path.as_bytes());
        prop_assert!(!bare.unwrap_or(word).iter().any(|byte| b"\"\\$`%&|<>^!\n".contains(byte)));
        prop_assert!(bare.is_some() || !word.contains(&b' '));
    }
}
