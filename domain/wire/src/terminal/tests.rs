use proptest::prelude::*;

use super::*;

fn cells() -> impl Strategy<Value = Cells> {
    (1..=MOST_CELLS, 1..=MOST_CELLS).prop_map(|(columns, rows)| Cells { columns, rows })
}

fn from_page() -> impl Strategy<Value = FromPage> {
    let hello = (
        any::<[u8; 32]>(),
        any::<[u8; 32]>(),
        any::<u64>(),
        cells(),
        any::<bool>(),
    );
    prop_oneof![
        hello.prop_map(|(ticket, page, shown, cells, take_over)| {
            FromPage::Hello(Hello {
                ticket,
                page,
                shown,
                cells,
                take_over,
            })
        }),
        prop::collection::vec(any::<u8>(), 1..200).prop_map(FromPage::Input),
        cells().prop_map(FromPage::Resize),
        any::<u64>().prop_map(FromPage::Shown),
        Just(FromPage::Leave),
        (
            prop::collection::vec(any::<u8>(), 1..200),
            any::<bool>(),
            any::<bool>()
        )
            .prop_map(|(bytes, bracketed, more)| FromPage::Paste {
                bytes,
                bracketed,
                more
            }),
    ]
}

fn to_page() -> impl Strategy<Value = ToPage> {
    prop_oneof![
        any::<(u64, u64, u64)>().prop_map(|(session, from, fresh)| ToPage::Welcome {
            session,
            from,
            fresh
        }),
        prop::collection::vec(any::<u8>(), 1..200).prop_map(ToPage::Output),
        (any::<u32>(), 0..PASSINGS.len()).prop_map(|(left, at)| ToPage::State {
            left,
            passing: PASSINGS[at].1
        }),
        ".{0,50}".prop_map(ToPage::Said),
        (0..OVERS.len(), ".{0,50}").prop_map(|(at, text)| ToPage::Over {
            why: OVERS[at].1,
            text
        }),
    ]
}

proptest! {
    #[test]
    fn what_a_page_says_is_read_as_it_was_said(message in from_page()) {
        prop_assert_eq!(FromPage::decode(&message.encode()).unwrap(), message);
    }

    #[test]
    fn what_the_gateway_says_is_read_as_it_was_said(message in to_page()) {
        prop_assert_eq!(ToPage::decode(&message.encode()).unwrap(), message);
    }

    #[test]
    fn what_is_read_from_any_bytes_is_written_as_the_same_bytes(bytes: Vec<u8>) {
        if let Ok(message) = FromPage::decode(&bytes) {
            prop_assert_eq!(&message.encode(), &bytes);
        }
        if let Ok(message) = ToPage::decode(&bytes) {
            prop_assert_eq!(&message.encode(), &bytes);
        }
    }
}

#[test]
fn l24_what_is_too_long_too_large_or_followed_by_more_is_no_message() {
    let too_long = [&[name::INPUT][..], &vec![b'a'; MOST_INPUT + 1]].concat();
    let long_paste = [&[name::PASTE, 0, 0][..], &vec![b'a'; MOST_INPUT + 1]].concat();
    let cases: [&[u8]; 12] = [
        &[],
        &[0x7f],
        &[name::INPUT],
        &too_long,
        &[name::RESIZE, 0, 0, 0, 24],
        &[name::RESIZE, 0, 80, 3, 233],
        &[name::SHOWN, 0, 0, 0],
        &[name::LEAVE, 0],
        &long_paste,
        &[name::PASTE, 0, 0],
        &[name::PASTE, 2, 0, b'a'],
        &[name::PASTE, 0, 2, b'a'],
    ];
    for case in cases {
        assert!(FromPage::decode(case).is_err());
    }
}

#[test]
fn l29_neither_a_ticket_nor_what_was_typed_is_shown_for_a_log() {
    let typed = FromPage::Input(b"canary-typed".to_vec());
    assert_eq!(format!("{typed:?}"), "Input(12)");
    let pasted = FromPage::Paste {
        bytes: b"canary-pasted".to_vec(),
        bracketed: true,
        more: false,
    };
    assert_eq!(format!("{pasted:?}"), "Paste(13)");
    let hello = FromPage::Hello(Hello {
        ticket: *b"canary-ticket-canary-ticket-cana",
        page: [7; TICKET],
        shown: 3,
        cells: Cells {
            columns: 80,
            rows: 24,
        },
        take_over: false,
    });
    assert!(!format!("{hello:?}").contains("99, 97"));
}

#[test]
fn a_long_sentence_is_cut_between_two_letters() {
    let text = "長".repeat(MOST_TEXT);
    let over = ToPage::Over {
        why: Over::Ended,
        text,
    };
    let Ok(ToPage::Over { text, .. }) = ToPage::decode(&over.encode()) else {
        panic!();
    };
    assert_eq!(text.len(), MOST_TEXT / 3 * 3);
}
