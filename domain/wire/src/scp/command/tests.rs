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

#[test]
fn the_target_gets_our_words_not_the_engineer_s() {
    let command = Command::parse("scp -v -p -r -t 'in box'").unwrap();
    let path = RemotePath::resolved("/srv/it's in".as_bytes()).unwrap();
    assert_eq!(command.on(&path), b"scp -r -p -t '/srv/it'\\''s in'");
    let path = RemotePath::resolved(b"/srv/in").unwrap();
    assert_eq!(command.on(&path), b"scp -r -p -t /srv/in");
}

proptest! {
    #[test]
    fn l9_no_text_stops_the_reading_of_commands(text in "(scp )?(-[tfrpdv] ){0,4}\\PC{0,20}") {
        let _ = Command::parse(&text);
    }

    #[test]
    fn our_command_names_the_path_that_was_resolved(name in "[^/\\p{C}]{1,20}") {
        prop_assume!(name != "." && name != "..");
        let path = RemotePath::resolved(format!("/{name}").as_bytes()).unwrap();
        let command = Command::parse("scp -f x").unwrap();
        let ours = String::from_utf8(command.on(&path)).unwrap();
        prop_assert_eq!(Command::parse(&ours).unwrap().path, format!("/{name}"));
    }
}
