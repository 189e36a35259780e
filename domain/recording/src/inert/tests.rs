//! What passes, and that nothing else does.

use proptest::prelude::*;

use super::*;

fn inert(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut inert = Inert::new();
    inert.filter(bytes, &mut out);
    inert.finish(&mut out);
    out
}

fn shown(text: &str) -> String {
    String::from_utf8(inert(text.as_bytes())).unwrap()
}

/// Whether every byte is one that is allowed, told by other means than the filter's.
fn harmless(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        let fine = match c {
            '\r' | '\n' | '\t' | '\u{8}' => true,
            '\u{1b}' => {
                let Some(length) = sequence_length(rest) else {
                    return false;
                };
                rest = &rest[length..];
                true
            }
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => false,
            c => !c.is_control(),
        };
        if !fine {
            return false;
        }
    }
    true
}

fn sequence_length(rest: &str) -> Option<usize> {
    for short in ["7", "8", "D", "E", "M", "(0", "(B"] {
        if rest.starts_with(short) {
            return Some(short.len());
        }
    }
    let body = rest.strip_prefix('[')?;
    let end = body.find(|c: char| !"0123456789;:?".contains(c))?;
    let (parameters, last) = (&body[..end], body[end..].chars().next()?);
    let allowed = match parameters.strip_prefix('?') {
        Some(mode) => {
            "hl".contains(last) && ["1", "7", "25", "47", "1047", "1048", "1049"].contains(&mode)
        }
        None => !parameters.contains('?') && "ABCDEFGHJKLMPSTX@dfmrsu".contains(last),
    };
    allowed.then_some(1 + end + 1)
}

#[test]
fn what_writes_moves_and_colours_passes() {
    for text in [
        "plain text\r\n\ttab\u{8}",
        "半田病院 ¥1,200 🏥",
        "\u{1b}[1;31mred\u{1b}[0m\u{1b}[38:2::1:2:3m",
        "\u{1b}[2J\u{1b}[H\u{1b}[10;20H\u{1b}[K\u{1b}[3A\u{1b}[2P\u{1b}[4@\u{1b}[1L\u{1b}[2;5r",
        "\u{1b}[?1049h\u{1b}[?25l\u{1b}7\u{1b}8\u{1b}M\u{1b}(0qqq\u{1b}(B",
        "\u{1b}[s\u{1b}[u\u{1b}[S\u{1b}[3T",
    ] {
        assert_eq!(shown(text), text);
    }
}

/// L28: a recording is played in the terminal of somebody with rights at the hospital.
#[test]
fn l28_nothing_in_a_recording_reaches_past_the_reviewers_screen() {
    for (text, left) in [
        ("\u{1b}]52;c;cm0gLXJmIC8=\u{7}", ""),
        ("\u{1b}]0;title\u{1b}\\", ""),
        (
            "\u{1b}]8;;http://evil/\u{1b}\\link\u{1b}]8;;\u{1b}\\",
            "link",
        ),
        ("\u{1b}]1337;File=inline=1:AAAA\u{7}", ""),
        ("\u{1b}P$q\"p\u{1b}\\", ""),
        ("\u{1b}P+q544e\u{1b}\\", ""),
        (
            "\u{1b}_Ga=T;AAAA\u{1b}\\\u{1b}^x\u{1b}\\\u{1b}Xy\u{1b}\\\u{1b}kz\u{1b}\\",
            "",
        ),
        (
            "\u{1b}[6n\u{1b}[c\u{1b}[>c\u{1b}[=c\u{1b}[0x\u{1b}[?15n\u{5}",
            "",
        ),
        ("\u{1b}[21t\u{1b}[3;0;0t\u{1b}[5i\u{1b}[?4i", ""),
        (
            "\u{1b}[?1000h\u{1b}[?1006h\u{1b}[?2004h\u{1b}[?1004h\u{1b}[?3h",
            "",
        ),
        ("\u{1b}[?1000;25;1006h", "\u{1b}[?25h"),
        ("\u{1b}[1;2;3;4;5T", ""),
        ("\u{1b}[>4;2m\u{1b}[>1u\u{1b}[<u\u{1b}[?u\u{1b}=\u{1b}>", ""),
        (
            "\u{1b}[2 q\u{1b}[!p\u{1b}[\"p\u{1b}[4h\u{1b}[20h\u{1b}[12l",
            "",
        ),
        (
            "\u{1b}#8\u{1b}%G\u{1b})0\u{1b}(A\u{1b}n\u{1b}o\u{1b}N\u{1b}Z\u{1b}H",
            "",
        ),
        ("\u{7}\u{b}\u{c}\u{e}\u{f}\u{7f}\u{0}", ""),
        ("\u{9b}6n\u{9d}0;t\u{9c}\u{90}q\u{85}", "6n0;tq"),
        ("\u{1b}[999999999S", ""),
        (
            "\u{1b}[8mrm -r\u{1b}[0;08;1m x\u{1b}[;8m\u{1b}[8:1my",
            "rm -r\u{1b}[0;1m x\u{1b}[my",
        ),
        (
            "\u{1b}[38;5;8m\u{1b}[48;2;8;8;8;8m",
            "\u{1b}[38;5;8m\u{1b}[48;2;8;8;8m",
        ),
        (
            "\u{1b}[38;8;8m\u{1b}[38:5:8;8m\u{1b}[48;2;8m",
            "\u{1b}[38:5:8m",
        ),
        (
            "\u{1b}[58;5;8m\u{1b}[58:5:8m\u{1b}[4m",
            "\u{1b}[5m\u{1b}[4m",
        ),
        ("\u{1b}[3J\u{1b}[03J\u{1b}[2;3J\u{1b}[?3J", ""),
        ("a\u{202e}b\u{2066}c", "a\u{fffd}b\u{fffd}c"),
        ("\u{1b}\u{1b}]0;t\u{7}x", "x"),
        ("\u{1b}[\u{1b}]0;t\u{7}x", "x"),
    ] {
        assert_eq!(shown(text), left, "{text:?}");
    }
    // The same controls as single bytes are not UTF-8, and no terminal that speaks it obeys them.
    assert_eq!(
        inert(b"\x9b6n\x9d0;t\x07"),
        "\u{fffd}6n\u{fffd}0;t".as_bytes()
    );
}

#[test]
fn a_full_reset_clears_the_screen_and_no_more() {
    let out = inert(b"\x1bc");
    assert!(harmless(&out) && out.ends_with(b"\x1b[H\x1b[2J"));
    assert!(harmless(RESTORE.as_bytes()));
}

/// Pieces that make up what matters, so that random streams hold sequences, whole and broken.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 1..4),
        prop::sample::select(
            &[
                "\u{1b}", "\u{1b}[", "\u{1b}]", "\u{1b}P", "\u{1b}_", "\u{1b}\\", "[", "]", "?",
                ";", "1049", "6", "8", "38", "5", "n", "h", "m", "c", "\u{7}", "\u{9b}",
                "\u{202e}", "半", "\u{1b}(", "0", "T", ">", " ", "\u{18}",
            ][..]
        )
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn l28_whatever_comes_in_and_however_split_what_comes_out_is_harmless(
        bytes in pieces(),
        sizes in prop::collection::vec(1usize..7, 1..8),
    ) {
        let whole = inert(&bytes);
        prop_assert!(harmless(&whole), "{:?}", String::from_utf8_lossy(&whole));
        prop_assert_eq!(inert(&whole), whole.clone());

        let mut split = Vec::new();
        let mut filter = Inert::new();
        let mut rest = bytes.as_slice();
        for size in sizes.iter().cycle() {
            let (part, after) = rest.split_at((*size).min(rest.len()));
            let before = split.len();
            filter.filter(part, &mut split);
            prop_assert!(harmless(&split[before..]), "each part is harmless by itself");
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        filter.finish(&mut split);
        prop_assert_eq!(split, whole);
    }
}
