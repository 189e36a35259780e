//! Both ceremonies, and every way in which an answer is not taken.

use ids::{DeviceId, PersonId};
use login::passkey::{
    AttestationRoots, KeptPasskey, MadePasskey, PasskeyRefused, Relying, Root, RootError, Wanted,
};

use crate::authenticator::{Flaws, Key, Maker};

const ORIGIN: &str = "https://console.handa.example:8443";

fn console() -> Relying {
    Relying::at("console.handa.example", 8443, "半田病院").unwrap()
}

fn sato() -> PersonId {
    PersonId::new(&"handa".parse().unwrap(), 3)
}

fn wanted<'a>(person: &'a PersonId, roots: Option<&'a AttestationRoots>) -> Wanted<'a> {
    Wanted {
        person,
        login: "sato",
        known: &[],
        roots,
    }
}

fn trusted(maker: &Maker) -> AttestationRoots {
    let root = Root::from_pem(&maker.pem()).unwrap();
    AttestationRoots::of([root.certificate.as_str()].into_iter())
}

fn made(
    key: &Key,
    roots: Option<&AttestationRoots>,
    maker: Option<&Maker>,
    origin: &str,
    flaws: &Flaws,
) -> Result<MadePasskey, PasskeyRefused> {
    let (console, sato) = (console(), sato());
    let (options, state) = console.begin_registration(&wanted(&sato, roots))?;
    let answer = key.create(&options, origin, maker, flaws);
    console.finish_registration(&state, &answer)
}

fn any(key: &Key, flaws: &Flaws) -> Result<MadePasskey, PasskeyRefused> {
    made(key, None, None, ORIGIN, flaws)
}

fn kept(made: &MadePasskey, device: Option<u64>) -> KeptPasskey {
    KeptPasskey {
        id: made.id,
        device: device.map(|number| DeviceId::new(&"handa".parse().unwrap(), number)),
        credential: made.credential.clone(),
    }
}

/// What comes of an answer, and what is kept afterwards.
fn shown(
    key: &Key,
    kept: &KeptPasskey,
    origin: &str,
    flaws: &Flaws,
) -> Result<KeptPasskey, PasskeyRefused> {
    let console = console();
    let (options, state) = console.begin_authentication(&sato(), vec![kept.clone()])?;
    let shown = console.finish_authentication(&state, &key.get(&options, origin, flaws))?;
    let (before, after) = shown.kept();
    assert_eq!(before, kept.credential);
    Ok(KeptPasskey {
        credential: after.to_owned(),
        ..kept.clone()
    })
}

#[test]
fn a_hospital_persons_passkey_is_made_and_signs_in_again_and_again() {
    let key = Key::new();
    let made = any(&key, &Flaws::default()).unwrap();
    assert_eq!(made.attested, None);
    let mut kept = kept(&made, None);
    for _ in 0..3 {
        kept = shown(&key, &kept, ORIGIN, &Flaws::default()).unwrap();
    }
    // A phone's copied passkey, too: its holder was verified all the same.
    let synced = Flaws {
        synced: true,
        ..Flaws::default()
    };
    assert!(any(&Key::new(), &synced).is_ok());
}

#[test]
fn an_engineers_passkey_is_attested_by_a_maker_whom_the_hospital_trusts() {
    let (maker, other) = (Maker::new("Keys Ltd."), Maker::new("Other Keys"));
    let roots = trusted(&maker);
    let by = |key: &Key, maker: Option<&Maker>, flaws: &Flaws| {
        made(key, Some(&roots), maker, ORIGIN, flaws)
    };
    let honest = Flaws::default();
    let made = by(&Key::new(), Some(&maker), &honest).unwrap();
    let root = Root::from_pem(&maker.pem()).unwrap();
    assert_eq!(made.attested, Some(root.sha256));
    assert_eq!(made.aaguid, "73656b69-7368-6f2d-7465-73742d6b6579");
    // The flag alone proves nothing, an unknown maker neither, and the flag alone spoils it.
    let synced = Flaws {
        synced: true,
        ..Flaws::default()
    };
    for (maker, flaws) in [
        (None, &honest),
        (Some(&other), &honest),
        (Some(&maker), &synced),
        (None, &synced),
    ] {
        assert_eq!(
            by(&Key::new(), maker, flaws),
            Err(PasskeyRefused::NotAttested)
        );
    }
}

#[test]
fn nobody_is_trusted_by_default() {
    let nobody = AttestationRoots::default();
    let maker = Maker::new("Keys Ltd.");
    let refused = made(
        &Key::new(),
        Some(&nobody),
        Some(&maker),
        ORIGIN,
        &Flaws::default(),
    );
    assert_eq!(refused, Err(PasskeyRefused::NotAttested));
}

/// Another name, another origin, the engineers' door, another port, plain HTTP.
const ELSEWHERE: [&str; 5] = [
    "https://console.handa.example.evil.example:8443",
    "https://evil.example",
    "https://gate.handa.example:8443",
    "https://console.handa.example",
    "http://console.handa.example:8443",
];

#[test]
fn an_answer_that_was_given_elsewhere_is_not_taken() {
    let key = Key::new();
    let kept = kept(&any(&key, &Flaws::default()).unwrap(), None);
    for origin in ELSEWHERE {
        let refused = made(&Key::new(), None, None, origin, &Flaws::default());
        assert_eq!(refused, Err(PasskeyRefused::OtherSite), "{origin}");
        let refused = shown(&key, &kept, origin, &Flaws::default());
        assert_eq!(refused, Err(PasskeyRefused::OtherSite), "{origin}");
    }
    for rp in ["gate.handa.example", "handa.example", "example"] {
        let flaws = Flaws {
            rp: Some(rp),
            ..Flaws::default()
        };
        assert_eq!(any(&Key::new(), &flaws), Err(PasskeyRefused::OtherSite));
        let refused = shown(&key, &kept, ORIGIN, &flaws);
        assert_eq!(refused, Err(PasskeyRefused::OtherSite), "{rp}");
    }
}

#[test]
fn a_holder_who_was_not_verified_is_nobody() {
    let flaws = Flaws {
        unverified: true,
        ..Flaws::default()
    };
    assert_eq!(any(&Key::new(), &flaws), Err(PasskeyRefused::NotVerified));
    let key = Key::new();
    let kept = kept(&any(&key, &Flaws::default()).unwrap(), None);
    let refused = shown(&key, &kept, ORIGIN, &flaws);
    assert_eq!(refused, Err(PasskeyRefused::NotVerified));
}

#[test]
fn a_counter_that_goes_back_is_a_copys() {
    let key = Key::new();
    let kept = kept(&any(&key, &Flaws::default()).unwrap(), None);
    let kept = shown(&key, &kept, ORIGIN, &Flaws::default()).unwrap();
    for counter in [0, 1, 2] {
        let flaws = Flaws {
            counter: Some(counter),
            ..Flaws::default()
        };
        let refused = shown(&key, &kept, ORIGIN, &flaws);
        assert_eq!(refused, Err(PasskeyRefused::Copied), "{counter}");
    }
    let flaws = Flaws {
        counter: Some(9),
        ..Flaws::default()
    };
    assert!(shown(&key, &kept, ORIGIN, &flaws).is_ok());
}

#[test]
fn a_device_whose_key_can_be_copied_now_is_no_device_any_more() {
    let maker = Maker::new("Keys Ltd.");
    let roots = trusted(&maker);
    let key = Key::new();
    let honest = Flaws::default();
    let device = made(&key, Some(&roots), Some(&maker), ORIGIN, &honest).unwrap();
    let device = kept(&device, Some(5));
    let synced = Flaws {
        synced: true,
        ..Flaws::default()
    };
    let refused = shown(&key, &device, ORIGIN, &synced);
    assert!(
        matches!(refused, Err(PasskeyRefused::NotAttested)),
        "{refused:?}"
    );
}

#[test]
fn an_answer_to_another_challenge_by_another_key_or_by_nobody_is_not_taken() {
    let (console, key) = (console(), Key::new());
    let kept = kept(&any(&key, &Flaws::default()).unwrap(), None);
    let (earlier, _) = console
        .begin_authentication(&sato(), vec![kept.clone()])
        .unwrap();
    let (options, state) = console
        .begin_authentication(&sato(), vec![kept.clone()])
        .unwrap();
    let honest = Flaws::default();
    let finish = |answer: &str| console.finish_authentication(&state, answer).map(drop);
    assert_eq!(
        finish(&key.get(&earlier, ORIGIN, &honest)),
        Err(PasskeyRefused::OtherChallenge)
    );
    assert_eq!(
        finish(&Key::new().get(&options, ORIGIN, &honest)),
        Err(PasskeyRefused::NotTheirs)
    );
    let own = key.get(&options, ORIGIN, &honest);
    let mut forged: serde_json::Value = serde_json::from_str(&own).unwrap();
    let elses: serde_json::Value =
        serde_json::from_str(&Key::new().get(&options, ORIGIN, &honest)).unwrap();
    forged["response"]["signature"] = elses["response"]["signature"].clone();
    assert_eq!(
        finish(&forged.to_string()),
        Err(PasskeyRefused::WrongSignature)
    );
    for nothing in ["", "{}", "[]", "null", &"[".repeat(100_000)] {
        assert_eq!(finish(nothing), Err(PasskeyRefused::Malformed));
    }
    assert_eq!(finish(&own), Ok(()));
}

#[test]
fn l10_the_options_of_nobody_look_like_anybodys() {
    let console = console();
    let key = Key::new();
    let kept = kept(&any(&key, &Flaws::default()).unwrap(), None);
    let (real, _) = console.begin_authentication(&sato(), vec![kept]).unwrap();
    let decoy = console.decoy(&[vec![7; 20]]).unwrap();
    let shape = |options: &serde_json::Value| {
        let mut options = options.clone();
        assert!(!options["challenge"].as_str().unwrap().is_empty());
        options["challenge"] = "…".into();
        options["allowCredentials"][0]["id"] = "…".into();
        options.to_string()
    };
    assert_eq!(shape(&decoy), shape(&real));
    assert_eq!(real["userVerification"], "required");
    assert_eq!(real["rpId"], "console.handa.example");
}

#[test]
fn a_root_is_one_certificate_in_pem() {
    let pem = Maker::new("Keys Ltd.").pem();
    assert!(Root::from_pem(&format!("\n{}\r\n", pem.replace('\n', "\r\n"))).is_ok());
    let twice = format!("{pem}{pem}");
    for wrong in ["", "MIIB", &twice, &pem.replace("CERTIFICATE", "KEY")] {
        assert_eq!(Root::from_pem(wrong), Err(RootError::NotPem));
    }
    let body = "-----BEGIN CERTIFICATE-----\nMIIBAAAA\n-----END CERTIFICATE-----";
    assert_eq!(Root::from_pem(body), Err(RootError::NotACertificate));
}

#[test]
fn a_name_that_browsers_bind_no_keys_to_has_no_passkeys() {
    for name in ["10.1.0.1", "", "console handa"] {
        assert!(Relying::at(name, 443, "").is_none(), "{name}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_may_be_sent_as_an_answer(text in "\\PC{0,200}") {
        let console = console();
        let key = Key::new();
        let kept = kept(&any(&key, &Flaws::default()).unwrap(), None);
        let (_, state) = console.begin_authentication(&sato(), vec![kept]).unwrap();
        proptest::prop_assert!(console.finish_authentication(&state, &text).is_err());
    }
}
