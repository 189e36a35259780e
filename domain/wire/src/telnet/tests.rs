use proptest::prelude::*;

use super::*;

fn at_a_console() -> Telnet {
    let mut telnet = Telnet::new(80, 24);
    telnet.begin();
    telnet
}

#[test]
fn it_begins_with_what_it_wants_and_says_it_once() {
    let mut telnet = Telnet::new(80, 24);
    let said = [
        IAC,
        DO,
        ECHO,
        IAC,
        DO,
        SUPPRESS_GO_AHEAD,
        IAC,
        WILL,
        SUPPRESS_GO_AHEAD,
        IAC,
        WILL,
        NAWS,
    ];
    assert_eq!(telnet.begin(), said);
    assert!(telnet.begin().is_empty());
}

#[test]
fn what_was_asked_for_is_agreed_on_without_another_word() {
    let mut telnet = at_a_console();
    let heard = telnet.hear(&[IAC, WILL, ECHO, IAC, WILL, SUPPRESS_GO_AHEAD]);
    assert_eq!(heard, Heard::default());
    assert!(telnet.echoes());
    assert!(telnet.hear(&[IAC, WILL, ECHO]).answer.is_empty());
    let heard = telnet.hear(&[IAC, WONT, ECHO]);
    assert_eq!(heard.answer, [IAC, DONT, ECHO]);
    assert!(!telnet.echoes());
}

#[test]
fn a_console_is_told_the_size_as_often_as_it_changes() {
    let mut telnet = at_a_console();
    assert!(telnet.resize(100, 30).is_empty());
    let heard = telnet.hear(&[IAC, DO, NAWS]);
    assert_eq!(heard.answer, [IAC, SB, NAWS, 0, 100, 0, 30, IAC, SE]);
    assert!(telnet.hear(&[IAC, DO, NAWS]).answer.is_empty());
    assert!(telnet.resize(100, 30).is_empty());
    let sized = telnet.resize(255, 511);
    assert_eq!(sized, [IAC, SB, NAWS, 0, IAC, IAC, 1, IAC, IAC, IAC, SE]);
}

#[test]
fn a_console_is_told_one_terminal_whatever_the_engineers_is() {
    let mut telnet = at_a_console();
    let asks = [IAC, SB, TERMINAL_TYPE, SEND, IAC, SE];
    assert!(telnet.hear(&asks).answer.is_empty());
    let heard = telnet.hear(&[IAC, DO, TERMINAL_TYPE]);
    assert_eq!(heard.answer, [IAC, WILL, TERMINAL_TYPE]);
    let told = [&[IAC, SB, TERMINAL_TYPE, IS], TERMINAL, &[IAC, SE]].concat();
    assert_eq!(telnet.hear(&asks).answer, told);
}

#[test]
fn a_hostile_console_gets_nothing_of_the_engineers_computer() {
    let mut telnet = at_a_console();
    // Environment (both), X display, speed, authentication, encryption, line mode, place, serial port, file
    // transfer, logging out, status, timing mark, ours to echo.
    for option in [39, 36, 35, 32, 37, 38, 34, 23, 44, 17, 18, 5, 6, 200] {
        assert_eq!(telnet.hear(&[IAC, DO, option]).answer, [IAC, WONT, option]);
        assert_eq!(
            telnet.hear(&[IAC, WILL, option]).answer,
            [IAC, DONT, option]
        );
        for asks in [
            &[option, SEND][..],
            &[option, SEND, 0, b'U', b'S', b'E', b'R'],
        ] {
            let said = [&[IAC, SB], asks, &[IAC, SE]].concat();
            assert_eq!(telnet.hear(&said), Heard::default());
        }
    }
    assert_eq!(telnet.hear(&[IAC, DO, ECHO]).answer, [IAC, WONT, ECHO]);
    let theirs = telnet.hear(&[IAC, WILL, NAWS, IAC, WILL, TERMINAL_TYPE]);
    assert_eq!(theirs.answer, [IAC, DONT, NAWS, IAC, DONT, TERMINAL_TYPE]);
}

#[test]
fn text_is_told_from_commands_in_any_pieces() {
    let said = [
        &b"login: "[..],
        &[IAC, IAC],
        &[CR, NUL, CR, LF],
        &[IAC, 241],
        &[0xb4, 0xd8],
        &[IAC, SB, TERMINAL_TYPE, SEND, IAC, SE],
        b"x",
        &[IAC, 249],
    ]
    .concat();
    let shown = [&b"login: "[..], &[0xff, CR, CR, LF, 0xb4, 0xd8], b"x"].concat();
    for length in 1..said.len() {
        let mut telnet = at_a_console();
        let pieces = said.chunks(length).map(|piece| telnet.hear(piece).shown);
        assert_eq!(pieces.collect::<Vec<_>>().concat(), shown);
    }
}

#[test]
fn a_subnegotiation_without_an_end_is_not_kept() {
    let mut telnet = at_a_console();
    telnet.hear(&[IAC, SB, NAWS]);
    telnet.hear(&vec![b'x'; 1 << 20]);
    let At::Sub(said) = &telnet.at else {
        panic!("not in one");
    };
    assert_eq!(said.len(), MAX_SUBNEGOTIATION + 1);
    assert_eq!(telnet.hear(&[IAC, SE, b'a']).shown, b"a");
}

#[test]
fn a_command_ends_a_subnegotiation_that_has_no_end() {
    let mut telnet = at_a_console();
    let heard = telnet.hear(&[IAC, SB, 39, 1, IAC, DO, 39, b'a']);
    assert_eq!(
        (heard.shown, heard.answer),
        (b"a".to_vec(), vec![IAC, WONT, 39])
    );
}

#[test]
fn a_return_is_a_new_line_of_telnet_and_itself_in_binary() {
    let mut telnet = at_a_console();
    assert_eq!(telnet.typed(b"ls\r"), b"ls\r\n");
    assert_eq!(telnet.typed(b"a\r\nb\n"), b"a\r\nb\n");
    assert_eq!(telnet.typed(&[0xb4, IAC]), [0xb4, IAC, IAC]);
    let heard = telnet.hear(&[IAC, DO, BINARY, IAC, WILL, BINARY]);
    assert_eq!(heard.answer, [IAC, WILL, BINARY, IAC, DO, BINARY]);
    assert_eq!(telnet.typed(b"ls\r"), b"ls\r");
    assert_eq!(telnet.hear(&[CR, NUL]).shown, [CR, NUL]);
}

#[test]
fn a_prompt_is_what_is_shown_last() {
    assert!(ends_with_prompt(b"\r\nct login: ", "login:"));
    assert!(ends_with_prompt(b"PASSWORD:", "Password:"));
    assert!(!ends_with_prompt(b"Last login: Mon", "login:"));
    assert!(!ends_with_prompt(b"in:", "login:"));
    assert!(!ends_with_prompt(b"", ""));
    // EUC-JP of "パスワード:".
    let euc = "パスワード:";
    assert!(ends_with_prompt(euc.as_bytes(), "パスワード:"));
}

proptest! {
    #[test]
    fn what_is_shown_does_not_depend_on_the_pieces(
        bytes in proptest::collection::vec(prop_oneof![Just(IAC), Just(SB), Just(SE), Just(DO), any::<u8>()], 0..200),
        cut in 1_usize..20,
    ) {
        let mut whole = at_a_console();
        let heard = whole.hear(&bytes);
        let mut cut_up = at_a_console();
        let mut joined = Heard::default();
        for piece in bytes.chunks(cut) {
            let heard = cut_up.hear(piece);
            joined.shown.extend(heard.shown);
            joined.answer.extend(heard.answer);
        }
        prop_assert_eq!(heard, joined);
    }

    #[test]
    fn no_console_makes_two_gateways_talk_for_ever(
        bytes in proptest::collection::vec(prop_oneof![Just(IAC), Just(DO), Just(WILL), Just(WONT), Just(DONT), any::<u8>()], 0..300),
    ) {
        // What a gateway answers, said to another one, and back: the first that has nothing to say ends it.
        let (mut one, mut other) = (at_a_console(), at_a_console());
        let mut said = one.hear(&bytes).answer;
        for _ in 0..4 {
            said = other.hear(&said).answer;
            std::mem::swap(&mut one, &mut other);
        }
        prop_assert!(said.is_empty(), "{said:?}");
    }

    #[test]
    fn what_is_typed_arrives_as_it_was(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let telnet = at_a_console();
        let sent = telnet.typed(&bytes);
        // To whoever reads it as telnet only returns differ.
        let mut reader = Telnet::new(80, 24);
        let read = reader.hear(&sent);
        prop_assert!(read.answer.is_empty());
        let normal = |bytes: &[u8]| {
            let mut out = Vec::new();
            let mut rest = bytes;
            while let Some((byte, after)) = rest.split_first() {
                rest = after;
                out.push(*byte);
                if *byte == CR {
                    out.push(LF);
                    rest = after.strip_prefix(&[LF]).unwrap_or(after);
                }
            }
            out
        };
        prop_assert_eq!(read.shown, normal(&bytes));
    }
}
