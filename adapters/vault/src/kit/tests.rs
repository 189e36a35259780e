use super::*;
use ids::Timestamp;

fn texts() -> (Kit, String, String) {
    let kit = Kit::generate().unwrap();
    let [one, two] = kit.halves().unwrap();
    let (one, two) = (one.to_text().to_string(), two.to_text().to_string());
    (kit, one, two)
}

#[test]
fn two_sheets_make_the_kit_in_any_order_case_and_width() {
    let (kit, one, two) = texts();
    let wide: String = two
        .chars()
        .map(|c| {
            if c.is_ascii_graphic() {
                char::from_u32(u32::from(c) + 0xFEE0).unwrap()
            } else {
                c
            }
        })
        .collect();
    let confused = one
        .replace('O', "0")
        .replace('I', "1")
        .replace('B', "8")
        .to_lowercase();
    for (first, second) in [(&one, &two), (&two, &one), (&confused, &wide)] {
        let again = Kit::from_halves(first, second).unwrap();
        assert_eq!(again.test(&kit.public()), Ok(()));
        assert_eq!(again.seed, kit.seed);
    }
}

#[test]
fn a_mistyped_character_is_found_and_its_sheet_and_group_named() {
    let (_, one, two) = texts();
    let letters: Vec<usize> = one
        .char_indices()
        .filter(|(_, c)| c.is_ascii_alphanumeric())
        .map(|(at, _)| at)
        .collect();
    for (n, at) in letters.iter().enumerate() {
        let mut typed = one.clone().into_bytes();
        typed[*at] = if typed[*at] == b'A' { b'C' } else { b'A' };
        let typed = String::from_utf8(typed).unwrap();
        let group = n / 5 + 1;
        let first = KitError::Mistyped {
            which: Which::First,
            group,
        };
        assert_eq!(Kit::from_halves(&typed, &two).unwrap_err(), first);
        let second = KitError::Mistyped {
            which: Which::Second,
            group,
        };
        assert_eq!(Kit::from_halves(&two, &typed).unwrap_err(), second);
    }
    let eighth = KitError::Mistyped {
        which: Which::Second,
        group: 8,
    };
    assert_eq!(
        eighth.to_string(),
        "the second text: group 8 is mistyped (line 2, place 2)"
    );
}

#[test]
fn exchanged_groups_and_lines_are_found() {
    let (_, one, two) = texts();
    let mut groups: Vec<&str> = one.split_whitespace().collect();
    groups.swap(2, 9);
    let refused = Kit::from_halves(&groups.join(" "), &two).unwrap_err();
    assert_eq!(
        refused,
        KitError::Mistyped {
            which: Which::First,
            group: 3
        }
    );
    // A line of the other sheet in its right place: each group is well formed.
    let mixed: Vec<&str> = one.lines().take(1).chain(two.lines().skip(1)).collect();
    let refused = Kit::from_halves(&mixed.join("\n"), &two).unwrap_err();
    assert_eq!(
        refused,
        KitError::NotASheet {
            which: Which::First
        }
    );
}

#[test]
fn sheets_that_do_not_belong_together_are_refused_with_the_reason() {
    let (kit, one, two) = texts();
    let (other_kit, _, other_two) = texts();
    assert_eq!(
        Kit::from_halves(&one, &one).unwrap_err(),
        KitError::SameSheet(HalfNumber::One)
    );
    assert_eq!(
        Kit::from_halves(&two, &two).unwrap_err(),
        KitError::SameSheet(HalfNumber::Two)
    );
    assert!(matches!(
        Kit::from_halves(&one, &other_two),
        Err(KitError::TwoKits { .. })
    ));
    let [_, reprinted] = kit.halves().unwrap();
    assert_eq!(
        Kit::from_halves(&one, &reprinted.to_text()).unwrap_err(),
        KitError::DoNotFit
    );
    let refused = kit.test(&other_kit.public()).unwrap_err();
    assert_eq!(
        (refused.found, refused.expected),
        (kit.id(), other_kit.id())
    );
}

#[test]
fn one_sheet_alone_tells_nothing_of_the_seed() {
    let kit = Kit {
        seed: Zeroizing::new([0xAB; 32]),
    };
    let [one, two] = kit.halves().unwrap();
    assert_ne!(one.share, kit.seed);
    assert_ne!(two.share, kit.seed);
    assert_ne!(kit.halves().unwrap()[1].share, two.share);
}

#[test]
fn the_two_keys_are_separate_and_the_same_on_every_machine() {
    let kit = Kit {
        seed: Zeroizing::new([7; 32]),
    };
    assert_ne!(kit.signing_seed().as_bytes(), kit.private_key().as_bytes());
    let again = Kit {
        seed: Zeroizing::new([7; 32]),
    };
    assert_eq!(kit.public(), again.public());
    // Sheets printed by this release must be readable by every later one.
    assert_eq!(kit.id().to_string(), GOLDEN_ID);
    let half = Half {
        number: HalfNumber::One,
        id: kit.id(),
        share: Zeroizing::new([9; 32]),
    };
    assert_eq!(half.to_text().as_str(), GOLDEN_SHEET);
}

const GOLDEN_ID: &str = "NQO4YKJI";
const GOLDEN_SHEET: &str = "AEAWT YHOMK FEUAI SCIJD BEEQ7 SCIJB\n\
    BEEQ5 SCIJP BEEQT SCIJN BEEQR SCIJL\n\
    BEEQX SCIJJ BEEQV SCOR3 B5QDJ SURFP";

#[test]
fn the_kits_signature_verifies_with_its_public_half() {
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
    let kit = Kit::generate().unwrap();
    let signature = kit.sign(b"challenge");
    let public = UnparsedPublicKey::new(&ED25519, kit.public().signing);
    assert!(public.verify(b"challenge", &signature).is_ok());
    assert!(public.verify(b"another", &signature).is_err());
}

#[test]
fn the_public_halves_read_back_from_the_ledger() {
    let public = Kit::generate().unwrap().public();
    let text = serde_json::to_string(&public).unwrap();
    assert_eq!(serde_json::from_str::<KitPublic>(&text).unwrap(), public);
}

#[test]
fn a_sheet_says_in_both_languages_what_it_is_and_fits_on_paper() {
    let kit = Kit::generate().unwrap();
    let [one, two] = kit.halves().unwrap();
    let site = "handa".parse().unwrap();
    let made = Timestamp::from_seconds(1_800_000_000);
    let page = one.page(&Sheet {
        site: &site,
        name: "半田病院\u{1b}[31m",
        made,
    });
    for said in [
        "復旧キット",
        "recovery kit",
        "sheet 1 of 2",
        "半田病院",
        "(handa)",
        "sheet 2 sealed",
        &kit.id().to_string(),
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains('\u{1b}'));
    assert!(page.lines().all(|line| line.chars().count() <= 88));
    for group in one.to_text().split_whitespace() {
        assert!(page.contains(group));
    }
    assert!(
        !two.to_text()
            .split_whitespace()
            .all(|group| page.contains(group))
    );
}

#[test]
fn l29_debug_shows_neither_seed_nor_share() {
    let kit = Kit {
        seed: Zeroizing::new([0xAB; 32]),
    };
    let [one, _] = kit.halves().unwrap();
    let said = format!("{kit:?} {one:?} {:?}", kit.signing_seed());
    assert_eq!(
        said,
        format!("Kit(…) Half 1 of kit {} SigningSeed(…)", kit.id())
    );
}

proptest::proptest! {
    #[test]
    fn any_text_may_be_typed(one in "\\PC{0,150}", two in "[A-Z2-7]{90}") {
        proptest::prop_assert!(Kit::from_halves(&one, &two).is_err());
    }

    #[test]
    fn every_kit_reads_back_from_paper(seed in proptest::array::uniform32(0u8..=255)) {
        let kit = Kit { seed: Zeroizing::new(seed) };
        let [one, two] = kit.halves().unwrap();
        let again = Kit::from_halves(&one.to_text(), &two.to_text()).unwrap();
        proptest::prop_assert_eq!(again.seed, kit.seed);
    }
}
