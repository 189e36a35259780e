use super::*;

fn context() -> Vec<String> {
    [
        "Koro Hospital",
        "コロ病院",
        "Koro Taro",
        "山田 太郎",
        "yamada",
        "メディカルシステム株式会社",
        "Medisys",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn check(text: &str) -> Result<(), Weakness> {
    Policy::default().check(&Passphrase::new(text), &context())
}

#[test]
fn good_passphrases_are_taken_with_no_rule_of_composition() {
    for good in [
        "correct horse battery staple",
        "teapot under the iron bridge",
        "the tide under Koro bridge sings",
        "umi no iro ha aoi kedo samui",
        "ゆうやけのはしでねこがふたつ",
        "夕焼けの橋の上で猫が二匹鳴いている",
        "kqzvwbnxrtplmdfg",
        "9274051836264919",
        "XK7-QP2-ZM9-RT4-WB6",
    ] {
        let policy = Policy::new(13).unwrap();
        assert_eq!(
            policy.check(&Passphrase::new(good), &context()),
            Ok(()),
            "{good}"
        );
    }
}

#[test]
fn s1_34_the_length_is_counted_in_characters_after_nfkc() {
    assert_eq!(
        check("kqzvwbnxrtplmdf"),
        Err(Weakness::TooShort { at_least: 16 })
    );
    assert_eq!(
        check("夕焼けの橋"),
        Err(Weakness::TooShort { at_least: 16 })
    );
    // Half-width katakana with its voicing mark is one character.
    assert_eq!(Passphrase::new("ｶﾞｷﾞｸﾞ").chars(), 3);
    assert_eq!(Policy::new(12), Err(NotAPolicy(12)));
    assert_eq!(Policy::default().min_chars(), 16);
    let twelve = Passphrase::new("kqzvwbnxrtpl");
    let floor = Policy::new(13).unwrap();
    assert_eq!(
        floor.check(&twelve, &[]),
        Err(Weakness::TooShort { at_least: 13 })
    );
}

#[test]
fn s1_3_the_examples_of_the_notice_are_refused_at_any_length() {
    for word in [
        "Administrator",
        "12345678",
        "pa$$w0rd",
        "i234567&9",
        "qwerty",
        "7410",
        "KoroHospital",
        "KoroTaro",
        "P@ssw0rd",
    ] {
        let variants = [
            format!("{word}{word}{word}{word}{word}"),
            format!("{word}-2026-{word}-2026-{word}"),
            format!("!!{word}20261121!!"),
            word.chars()
                .rev()
                .chain("_2026_".chars())
                .chain(word.chars())
                .collect(),
            word.chars()
                .map(wide)
                .chain("２０２６！！！！！！！！".chars())
                .collect(),
            format!("{}{}", word.to_uppercase(), "000000000000"),
        ];
        for variant in variants {
            let padded = format!(
                "{variant}{}",
                "!".repeat(16usize.saturating_sub(variant.chars().count()))
            );
            assert!(check(&padded).is_err(), "{padded}");
        }
    }
}

fn wide(c: char) -> char {
    match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap(),
        other => other,
    }
}

#[test]
fn names_of_the_place_are_found_in_every_disguise() {
    for guessable in [
        "KoroHospital2026!",
        "k0r0h0sp1t@l-2026",
        "ＫｏｒｏＨｏｓｐｉｔａｌ２０２６！",
        "latipsohorok20261121",
        "2026!Hospital-Koro!2026",
        "yamadayamadayamada",
        "Yamada_Taro_1985_0401",
        "Medisys-Medisys-2026!!",
        "ｺﾛ病院コロ病院ころ病院2026年",
        "山田太郎山田太郎山田太郎2026",
    ] {
        assert_eq!(check(guessable), Err(Weakness::MadeOfNames), "{guessable}");
    }
}

#[test]
fn common_words_are_found_in_every_disguise() {
    for guessable in [
        "P@$$w0rd-P@55w0rd-2026",
        "!!!Administrator!!!",
        "パスワードぱすわーどパスワード1",
    ] {
        assert_eq!(
            check(guessable),
            Err(Weakness::MadeOfCommonWords),
            "{guessable}"
        );
    }
}

#[test]
fn walks_over_japanese_and_american_keyboards_are_found() {
    for walk in [
        "qwertyuiopasdfghjkl",
        "1qaz2wsx3edc4rfv5tgb",
        "!QAZ\"WSX#EDC$RFV%TGB",
        "!QAZ@WSX#EDC$RFV%TGB",
        "poiuytrewq@[poiuytrewq",
        "asdfghjkl;:]asdfghjkl",
        "74107410741085208520",
        "qwertyhgfdsazxcvbnm,./",
    ] {
        let weakness = check(walk).unwrap_err();
        assert!(
            matches!(
                weakness,
                Weakness::KeyboardWalk | Weakness::MadeOfCommonWords
            ),
            "{walk} {weakness:?}"
        );
    }
}

#[test]
fn a_short_piece_repeated_and_plain_sequences_are_refused() {
    assert_eq!(check("kzq!kzq!kzq!kzq!kzq!"), Err(Weakness::Repeated));
    assert_eq!(check("aaaaaaaaaaaaaaaaaaaa"), Err(Weakness::KeyboardWalk));
    for dates in [
        "2026/11/21 2026/11/22",
        "19850401-19870923",
        "2026年11月21日1985年04月01日",
    ] {
        assert_eq!(check(dates), Err(Weakness::Guessable), "{dates}");
    }
    assert_eq!(check("teapot bridge 2026-11-21"), Ok(()));
}

#[test]
fn l24_an_endless_or_invisible_passphrase_is_refused() {
    assert_eq!(
        check(&"k".repeat(129)),
        Err(Weakness::TooLong { most: 128 })
    );
    assert_eq!(
        check(&"k".repeat(1_000_000)),
        Err(Weakness::TooLong { most: 128 })
    );
    assert_eq!(
        check("teapot under\u{200B} the iron bridge"),
        Err(Weakness::Invisible)
    );
    let names = vec!["x".repeat(100_000); 3000];
    let good = Passphrase::new("teapot under the iron bridge");
    assert_eq!(Policy::default().check(&good, &names), Ok(()));
}

#[test]
fn only_the_passphrase_itself_is_right_in_whatever_width() {
    let hash = Passphrase::new("teapot under the iron bridge ガ")
        .hash()
        .unwrap();
    let hash = Hash::parse(hash.as_str()).unwrap();
    assert!(Passphrase::new("teapot under the iron bridge ガ").is(&hash));
    assert!(Passphrase::new("ｔｅａｐｏｔ\u{3000}under the iron bridge ｶﾞ").is(&hash));
    assert!(!Passphrase::new("Teapot under the iron bridge ガ").is(&hash));
    assert!(!Passphrase::new("").is(&hash));
    assert!(!hash.is_outdated());
}

#[test]
fn a_passphrase_that_was_cut_is_never_right() {
    let cut = Passphrase::new("k".repeat(5000));
    let hash = cut.hash().unwrap();
    assert!(!cut.is(&hash));
}

#[test]
fn l10_an_unknown_person_costs_what_a_known_one_does() {
    let dummy = Hash::parse(DUMMY).unwrap();
    assert!(!dummy.is_outdated());
    assert!(!Passphrase::new("").is(&dummy));
    let fresh = Passphrase::new("x").hash().unwrap();
    assert_eq!(fresh.as_str().len(), DUMMY.len());
}

#[test]
fn a_stored_hash_that_would_stop_the_gateway_is_not_read() {
    for wrong in [
        "",
        "$2b$12$abcdefghijklmnopqrstuv",
        &DUMMY.replace("argon2id", "argon2d"),
        &DUMMY.replace("m=47104", "m=4294967295"),
        &DUMMY.replace("t=2", "t=4000000"),
        "$argon2id$v=19$m=47104,t=2,p=1",
    ] {
        assert_eq!(Hash::parse(wrong), Err(NotAHash), "{wrong}");
    }
}

#[test]
fn l29_neither_debug_nor_a_weakness_repeats_the_passphrase() {
    let passphrase = Passphrase::new("KoroHospital2026!");
    let weakness = check("KoroHospital2026!").unwrap_err();
    let said = format!(
        "{passphrase:?} {weakness:?} {} {:?}",
        weakness.id(),
        weakness.args()
    );
    assert!(!said.contains("Koro"), "{said}");
    assert!(!format!("{:?}", passphrase.hash().unwrap()).contains("argon2"));
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(64))]
    #[test]
    fn any_text_may_be_checked(text in "\\PC{0,150}", name in "\\PC{0,20}") {
        let _ = Policy::default().check(&Passphrase::new(text), &[name]);
    }
}

#[test]
fn a_targets_password_is_guessable_by_the_names_of_its_own_site() {
    let names = [
        "Koro Hospital".to_owned(),
        "ct-scan".to_owned(),
        "hosyu".to_owned(),
    ];
    for guessed in [
        "P@ssw0rd",
        "administrator",
        "KoroHospital2026",
        "ctscan2024!",
        "hosyu0001",
        "1qaz2wsx",
        "x",
        "",
    ] {
        assert!(is_guessable(guessed, &names), "{guessed}");
    }
    for kept in ["vG7-qmTz2xRw", "rubric-lantern-otter-92"] {
        assert!(!is_guessable(kept, &names), "{kept}");
    }
}
