//! Terminals as they behave, and passwords in them.

use proptest::prelude::*;

use super::*;

/// A terminal whose recording is read at the same time.
struct Desk {
    typist: Typist,
    unmasker: Unmasker,
    read: Vec<String>,
    calls: u8,
}

impl Desk {
    fn new() -> Self {
        Self {
            typist: Typist::new(4),
            unmasker: Unmasker::new(),
            read: Vec::new(),
            calls: 0,
        }
    }

    fn types(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.calls = self.calls.wrapping_add(1);
        let fresh = [self.calls; 32];
        for piece in self.typist.typed(bytes.as_ref(), &fresh).unwrap() {
            self.unmasker.sealed(4, piece.line, &piece.sealed);
        }
        self
    }

    fn shows(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        for note in self.typist.shown(bytes.as_ref()) {
            let ChannelNote::Revealed { channel, line, key } = note else {
                panic!("another note");
            };
            let typed = self.unmasker.revealed(channel, line, &key).unwrap();
            self.read.push(String::from_utf8_lossy(&typed).into_owned());
        }
        self
    }

    /// Each key, and its echo.
    fn echoed(&mut self, keys: &str) -> &mut Self {
        for key in keys.chars() {
            self.types(key.to_string()).shows(key.to_string());
        }
        self
    }

    fn enter(&mut self) -> &mut Self {
        self.types("\r").shows("\r\n")
    }

    fn read(&self) -> Vec<&str> {
        self.read.iter().map(String::as_str).collect()
    }
}

#[test]
fn a_command_that_was_echoed_is_revealed() {
    let mut desk = Desk::new();
    desk.shows("$ ")
        .echoed("ls -l /var")
        .enter()
        .shows("total 0\r\n$ ");
    assert_eq!(desk.read(), ["ls -l /var\r"]);
}

/// L29: what the target does not echo is a secret, whatever is shown later.
#[test]
fn l29_a_password_stays_masked_though_its_letters_are_shown_later() {
    let mut desk = Desk::new();
    desk.shows("$ ").echoed("sudo -i").enter();
    desk.shows("[sudo] password for alice: ");
    for key in ["h", "u", "n", "t", "e", "r", "2"] {
        desk.types(key);
    }
    desk.types("\r").shows("\r\n");
    desk.shows("# ")
        .echoed("echo hunter2")
        .enter()
        .shows("hunter2\r\n# ");
    assert_eq!(desk.read(), ["sudo -i\r", "echo hunter2\r"]);
    // Not even what stands in the recording's memory opens it.
    assert_eq!(desk.unmasker.closed(4), 1);
}

/// As bash's `read -s`: after the password there is no new line, only the next prompt.
#[test]
fn l29_the_echo_of_the_next_command_is_not_taken_for_the_passwords() {
    let mut desk = Desk::new();
    desk.shows("Password: ")
        .types("hunter2")
        .types("\r")
        .shows("u@h:~$ ");
    desk.echoed("hunter2")
        .enter()
        .shows("hunter2: not found\r\nu@h:~$ ");
    assert_eq!(desk.read(), ["hunter2\r"]);
    assert_eq!(desk.unmasker.closed(4), 1);
    // Pasted with what follows it, and read by a program that shows nothing.
    let mut desk = Desk::new();
    desk.types("read -s Y\rword\recho after\r")
        .shows("read -s Y\r\n$ ")
        .shows("$ echo after\r\n");
    desk.shows("after\r\n$ ").echoed("id").enter();
    assert_eq!(desk.read(), ["read -s Y\r", "id\r"]);
}

#[test]
fn l29_stars_are_no_echo() {
    let mut desk = Desk::new();
    desk.shows("Password: ");
    for key in ["s", "3", "*", "x"] {
        desk.types(key).shows("*");
    }
    desk.enter();
    for _ in 0..6 {
        desk.types("*").shows("*");
    }
    desk.enter();
    assert_eq!(desk.read(), [""; 0]);
}

#[test]
fn l29_a_password_that_was_erased_again_stays_masked_too() {
    let mut desk = Desk::new();
    desk.shows("Password: ")
        .types("hunter2\u{15}\r")
        .shows("\r\n");
    desk.types("hunter2")
        .types("\u{7f}".repeat(7))
        .types("\r")
        .shows("\r\n");
    assert_eq!(desk.read(), [""; 0]);
}

#[test]
fn l29_a_password_pasted_together_with_its_command_stays_masked() {
    let mut desk = Desk::new();
    desk.shows("$ ").types("su\rword\r");
    // `word` stands in the prompt, in order.
    desk.shows("su\r\nPassword: ")
        .shows("\r\n# ")
        .shows("id\r\nuid=0\r\n");
    assert_eq!(desk.read(), ["su\r"]);
}

#[test]
fn l29_a_password_typed_through_a_log_stays_masked() {
    let mut desk = Desk::new();
    desk.shows("Password: ");
    let log =
        "2026-11-22T01:02:03Z app[311]: the quick brown fox jumps over the lazy dog 0123456789\r\n";
    for key in ["t", "o", "r", "v"] {
        desk.types(key).shows(log.repeat(20));
    }
    desk.types("0")
        .types("9")
        .shows(log)
        .types("\r")
        .shows(log.repeat(20))
        .shows("\r\n");
    assert_eq!(desk.read(), [""; 0]);
}

#[test]
fn erasing_completing_and_moving_are_no_characters() {
    let mut desk = Desk::new();
    desk.shows("$ ").echoed("lx");
    desk.types("\u{7f}").shows("\u{8} \u{8}").echoed("s ");
    desk.types("\u{1b}[D")
        .shows("\u{8}")
        .types("\u{1b}OC")
        .shows("\u{1b}[C");
    desk.echoed("/va").types("\t").shows("r/").echoed("lo");
    // Two completions: a list, and the line drawn anew.
    desk.types("\t\t")
        .shows("\r\nlocal/ lock/  log/\r\n$ ls /var/lo");
    desk.echoed("g")
        .types("\u{17}")
        .shows("\u{8}\u{1b}[K")
        .echoed("cat")
        .enter();
    assert_eq!(
        desk.read(),
        ["lx\u{7f}s \u{1b}[D\u{1b}OC/va\tlo\t\tg\u{17}cat\r"]
    );
}

#[test]
fn a_command_pasted_before_any_echo_is_revealed() {
    let mut desk = Desk::new();
    desk.shows("alice@db:~$ ").types("systemctl status app\r");
    desk.shows("systemctl status app\r\nactive\r\n");
    assert_eq!(desk.read(), ["systemctl status app\r"]);
    let mut desk = Desk::new();
    desk.types("\u{1b}[200~uptime\u{1b}[201~")
        .shows("\u{1b}[7muptime\u{1b}[27m");
    desk.enter();
    assert_eq!(desk.read().len(), 1);
}

#[test]
fn two_lines_typed_ahead_are_revealed_in_order() {
    let mut desk = Desk::new();
    desk.shows("$ ").types("make\rmake test\r");
    desk.shows("make\r\ncc main.c\r\ncc more.c\r\n$ ");
    desk.shows("make test\r\nok\r\n$ ");
    desk.echoed("id").enter();
    assert_eq!(desk.read(), ["make\r", "make test\r", "id\r"]);
}

#[test]
fn japanese_is_followed_however_it_is_split() {
    let mut desk = Desk::new();
    let text = "echo 半田病院".as_bytes();
    desk.shows("$ ");
    for byte in text {
        desk.types([*byte]).shows([*byte]);
    }
    desk.enter();
    assert_eq!(desk.read(), ["echo 半田病院\r"]);
}

#[test]
fn a_line_without_characters_is_revealed_and_control_keys_end_lines() {
    let mut desk = Desk::new();
    desk.shows("$ ")
        .types("\u{1b}[A\r")
        .shows("ls\r\nfile\r\n$ ");
    desk.types("\r").shows("\r\n$ ");
    desk.echoed("sleep").types("\u{3}").shows("^C\r\n$ ");
    desk.types("\u{4}").shows("logout\r\n");
    assert_eq!(desk.read(), ["\u{1b}[A\r", "\r", "sleep\u{3}", "\u{4}"]);
}

#[test]
fn a_key_for_a_pager_is_not_part_of_the_next_command() {
    for switch in ["\u{1b}[?1049l$ ", "$ \u{1b}[?2004h"] {
        let mut desk = Desk::new();
        desk.shows("$ ").echoed("less x").enter().shows("text\r\n:");
        desk.types("q").shows(switch).echoed("id").enter();
        assert_eq!(desk.read(), ["less x\r", "id\r"]);
    }
    // Typed before the shell read: both parts are seen.
    let mut desk = Desk::new();
    desk.types("ma")
        .shows("\u{1b}[?2004h$ ma")
        .echoed("ke")
        .enter();
    assert_eq!(desk.read(), ["ma", "ke\r"]);
}

#[test]
fn colours_and_titles_do_not_stand_in_the_way() {
    let mut desk = Desk::new();
    desk.shows("\u{1b}]0;alice@db\u{7}$ ");
    desk.types("l").shows("\u{1b}[32ml\u{1b}[0m");
    // As shells that colour do: the word again from its beginning.
    desk.types("s")
        .shows("\u{8}\u{1b}[1;32mls\u{1b}[0m")
        .enter();
    assert_eq!(desk.read(), ["ls\r"]);
    // A title is not seen.
    desk.types("secret\r").shows("\u{1b}]0;secret\u{7}\r\n");
    assert_eq!(desk.read(), ["ls\r"]);
}

#[test]
fn who_types_without_end_is_recorded_and_stays_masked() {
    let mut desk = Desk::new();
    let long = "x".repeat(MAX_LINE + 1);
    desk.types(&long).shows(&long).enter();
    assert_eq!(desk.read(), [""; 0]);
    desk.types("a\r".repeat(3 * MAX_UNDECIDED));
    assert!(desk.typist.lines.len() <= MAX_UNDECIDED);
    desk.shows("a\r\n".repeat(3 * MAX_UNDECIDED));
    assert_eq!(desk.read().len(), MAX_UNDECIDED);
    let huge = vec![b'y'; line::MAX_SEALED + 10];
    desk.types(huge);
}

#[test]
fn a_piece_opens_only_with_its_own_line_channel_and_order() {
    let typed = |typist: &mut Typist, bytes: &[u8]| typist.typed(bytes, &[9; 32]).unwrap();
    let mut typist = Typist::new(4);
    let first = typed(&mut typist, b"ab");
    let second = typed(&mut typist, b"c\r");
    let notes = typist.shown(b"abc\r\n");
    let [ChannelNote::Revealed { key, line: 0, .. }] = notes.as_slice() else {
        panic!("not revealed: {notes:?}");
    };
    let open = |channel, line, pieces: &[&TypedPiece]| {
        let mut unmasker = Unmasker::new();
        for piece in pieces {
            unmasker.sealed(channel, line, &piece.sealed);
        }
        unmasker.revealed(channel, line, key)
    };
    let (first, second) = (&first[0], &second[0]);
    assert_eq!(open(4, 0, &[first, second]), Some(b"abc\r".to_vec()));
    assert_eq!(open(5, 0, &[first, second]), None);
    assert_eq!(open(4, 1, &[first, second]), None);
    assert_eq!(open(4, 0, &[second]), None);
    assert_eq!(open(4, 0, &[second, first]), None);
    assert_eq!(typed_length(&first.sealed), 2);
    let mut altered = first.clone();
    altered.sealed[5] ^= 1;
    assert_eq!(open(4, 0, &[&altered]), None);
    let mut cut = first.clone();
    cut.sealed.truncate(3);
    assert_eq!(open(4, 0, &[&cut]), None);
}

fn keys() -> impl Strategy<Value = Vec<u8>> {
    let key = prop_oneof![
        any::<u8>().prop_map(|byte| vec![byte]),
        prop::sample::select(&["a", "b", "\r", "\u{7f}", "\u{1b}[A", "半", "*", "\u{3}"][..])
            .prop_map(|key| key.as_bytes().to_vec()),
    ];
    prop::collection::vec(key, 0..30).prop_map(|keys| keys.concat())
}

proptest! {
    #[test]
    fn l29_without_echo_nothing_with_a_character_is_ever_revealed(
        typed in prop::collection::vec(keys(), 1..8),
        shown in prop::sample::select(&["", "\r\n", "****", "\u{1b}[2J", "\u{1b}]0;abab\u{7}", "12 34"][..]),
    ) {
        let mut desk = Desk::new();
        for part in &typed {
            desk.types(part.as_slice()).shows(shown);
        }
        desk.shows("\r\n\r\n");
        for line in desk.read() {
            let shows_up = |c: char| shown.contains(c) && c != '*';
            // After ESC one key belongs to it, and a sequence's parameters do.
            prop_assert!(
                line.contains('\u{1b}') || line.chars().all(|c| c.is_control() || shows_up(c)),
                "{:?}", line
            );
        }
    }

    #[test]
    fn whatever_is_typed_and_shown_is_survived(
        turns in prop::collection::vec((keys(), prop::collection::vec(any::<u8>(), 0..40)), 0..20),
    ) {
        let mut desk = Desk::new();
        for (typed, shown) in &turns {
            desk.types(typed).shows(shown);
        }
    }

    #[test]
    fn how_output_is_split_does_not_matter(typed in keys(), shown in keys(), at in any::<prop::sample::Index>()) {
        let mut whole = Desk::new();
        whole.types(&typed).shows(&shown);
        let mut split = Desk::new();
        let at = at.index(shown.len() + 1);
        split.types(&typed).shows(&shown[..at]).shows(&shown[at..]);
        prop_assert_eq!(whole.read(), split.read());
    }
}
