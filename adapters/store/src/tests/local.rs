//! The local tables: raced, restarted, erased.

use std::sync::Barrier;

use ::ledger::commitment::{Opening, commit};
use ids::{Commitment, DeviceId, Digest, SessionId};

use super::*;
use crate::{
    ClaimNameError, Cosignature, Credential, KeepCosignatureError, ListedSignIn, LocalError,
    Passkey, PersonalValue, SignIn,
};

pub(super) fn value(seed: u8, label: &str, text: &str, owner: Option<PersonId>) -> PersonalValue {
    PersonalValue {
        opening: Opening::new([seed; 32], label, text),
        owner,
    }
}

/// An entry that names commitments, as entries of `access` do.
pub(super) fn entry_naming(commitments: &[Commitment]) -> Vec<u8> {
    ::ledger::canonical::to_vec(&serde_json::json!({ "kind": "person_joined", "who": commitments }))
        .unwrap()
}

/// Whether these bytes stand in any file of the site.
fn anywhere(dir: &Path, needle: &[u8]) -> bool {
    std::fs::read_dir(dir).unwrap().any(|file| {
        let path = file.unwrap().path();
        if path.is_dir() {
            return anywhere(&path, needle);
        }
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle)
    })
}

#[test]
fn an_erased_person_is_in_none_of_the_files_and_every_proof_still_verifies() {
    let (_dir, store) = new_store();
    let name = |n: u64, part: u64| {
        format!(
            "山田花子-{n:04}-{part}-{}",
            "x".repeat(usize::try_from(n % 90).unwrap())
        )
    };
    for n in 1..=300u64 {
        let seed = u8::try_from(n % 251).unwrap();
        let values: Vec<_> = (0..3)
            .map(|part| value(seed, "name", &name(n, part), Some(person(n))))
            .collect();
        let commitments: Vec<_> = values
            .iter()
            .map(|value| value.opening.commitment)
            .collect();
        store.put_personal(&values).unwrap();
        store
            .claim_login_name(&format!("hanako-{n:04}"), &person(n))
            .unwrap();
        store
            .append(n - 1, &[entry_naming(&commitments)], sign)
            .unwrap();
    }
    let root = store.root();
    for n in (1..=300).step_by(3) {
        let erased = store.erase_person(&person(n)).unwrap();
        assert_eq!(erased.values.len(), 3);
        for commitment in erased.values {
            assert_eq!(store.opening(&commitment), Ok(None));
        }
        assert_eq!(store.person_named(&format!("hanako-{n:04}")), Ok(None));
    }
    for n in 1..=300 {
        let gone = n % 3 == 1;
        for needle in [format!("山田花子-{n:04}-"), format!("hanako-{n:04}")] {
            assert_eq!(anywhere(store.dir(), needle.as_bytes()), !gone, "{needle}");
        }
    }
    let store = reopen(store);
    assert_eq!(store.size_and_root(), (300, root));
    assert_eq!(store.orphans_removed(), 0);
    let kept = commit(&[2; 32], "name", &name(2, 1));
    assert_eq!(store.opening(&kept).unwrap().unwrap().value, name(2, 1));
}

#[test]
fn erasing_takes_factors_and_sign_ins_too_and_nobody_elses() {
    let (_dir, store) = new_store();
    for n in [1, 2] {
        store.put_credential(&person(n), &credential()).unwrap();
        store
            .put_sign_in(&[u8::try_from(n).unwrap(); 32], &sign_in(n))
            .unwrap();
    }
    store.erase_person(&person(1)).unwrap();
    assert_eq!(store.credential(&person(1)), Ok(None));
    assert_eq!(store.sign_in(&[1; 32]), Ok(None));
    assert_eq!(store.credential(&person(2)), Ok(Some(credential())));
    assert_eq!(store.sign_in(&[2; 32]), Ok(Some(sign_in(2))));
}

#[test]
fn a_value_whose_entry_was_never_appended_is_swept_at_the_next_open() {
    let (_dir, store) = new_store();
    let entered = value(1, "name", "entered", Some(person(1)));
    let orphan = value(2, "name", "orphan", Some(person(2)));
    store.put_personal(std::slice::from_ref(&entered)).unwrap();
    store
        .append(0, &[entry_naming(&[entered.opening.commitment])], sign)
        .unwrap();
    store.put_personal(std::slice::from_ref(&orphan)).unwrap();
    // The process ends here.
    let store = reopen(store);
    assert_eq!(store.orphans_removed(), 1);
    assert_eq!(store.opening(&orphan.opening.commitment), Ok(None));
    assert_eq!(
        store.opening(&entered.opening.commitment),
        Ok(Some(entered.opening.clone()))
    );
    assert!(!anywhere(store.dir(), b"orphan"));
    let store = reopen(store);
    assert_eq!(store.orphans_removed(), 0);
    assert_eq!(
        store.opening(&entered.opening.commitment),
        Ok(Some(entered.opening))
    );
}

#[test]
fn a_personal_value_that_does_not_open_its_commitment_is_neither_kept_nor_given() {
    let (_dir, store) = new_store();
    let mut forged = value(1, "name", "花子", None);
    forged.opening.value = "太郎".to_owned();
    assert!(matches!(
        store.put_personal(&[forged]),
        Err(LocalError::Broken { .. })
    ));
    let honest = value(2, "name", "花子", None);
    store.put_personal(std::slice::from_ref(&honest)).unwrap();
    rusqlite::Connection::open(store.dir().join("site.db"))
        .unwrap()
        .execute("UPDATE personal SET value = '太郎'", [])
        .unwrap();
    let given = store.opening(&honest.opening.commitment);
    assert!(matches!(given, Err(LocalError::Broken { .. })), "{given:?}");
    assert_eq!(store.erase_values(&[honest.opening.commitment]), Ok(1));
    assert_eq!(store.opening(&honest.opening.commitment), Ok(None));
}

/// Runs `act` a hundred times at once and counts how often it says yes.
fn race(act: impl Fn(u64) -> bool + Sync) -> usize {
    let start = Barrier::new(100);
    std::thread::scope(|scope| {
        let racing: Vec<_> = (0..100)
            .map(|n| {
                let (start, act) = (&start, &act);
                scope.spawn(move || {
                    start.wait();
                    usize::from(act(n))
                })
            })
            .collect();
        racing.into_iter().map(|one| one.join().unwrap()).sum()
    })
}

#[test]
fn l10_a_one_time_code_counts_once_among_a_hundred_and_never_after_a_restart() {
    let (_dir, store) = new_store();
    assert_eq!(race(|_| store.use_totp_step(&person(1), 7).unwrap()), 1);
    let store = reopen(store);
    assert_eq!(store.use_totp_step(&person(1), 7), Ok(false));
    assert_eq!(store.use_totp_step(&person(1), 8), Ok(true));
    assert_eq!(store.use_totp_step(&person(2), 7), Ok(true));
}

#[test]
fn l18_a_used_code_is_used_also_after_the_process_was_killed() {
    let (_dir, store) = new_store();
    assert_eq!(store.use_totp_step(&person(1), 7), Ok(true));
    let left = copy(store.dir());
    let store = open(left.path()).unwrap();
    assert_eq!(store.use_totp_step(&person(1), 7), Ok(false));
    store.remove_credential(&person(1)).unwrap();
    store.erase_person(&person(1)).unwrap();
    assert_eq!(store.use_totp_step(&person(1), 7), Ok(false));
}

#[test]
fn l17_a_hundred_attempts_at_once_count_as_a_hundred() {
    let (_dir, store) = new_store();
    let count = |held: Option<&[u8]>| held.map_or(0, |held| held[0]) + 1;
    race(|_| {
        store
            .update_attempt("person-1", at(0), |held| (vec![count(held)], ()))
            .is_ok()
    });
    let store = reopen(store);
    assert_eq!(store.attempt("person-1"), Ok(Some(vec![100])));
}

#[test]
fn old_attempts_are_forgotten_and_oversized_ones_never_kept() {
    let (_dir, store) = new_store();
    store.put_attempt("a", b"1", at(0)).unwrap();
    store.put_attempt("b", b"2", at(10)).unwrap();
    assert_eq!(store.prune_attempts(at(10)), Ok(1));
    assert_eq!(store.attempt("a"), Ok(None));
    assert_eq!(store.attempt("b"), Ok(Some(b"2".to_vec())));
    let long = store.put_attempt(&"k".repeat(257), b"1", at(0));
    assert!(
        matches!(long, Err(LocalError::TooLarge { limit: 256, .. })),
        "{long:?}"
    );
    let large = store.put_attempt("b", &vec![0; 70_000], at(11));
    assert!(
        matches!(large, Err(LocalError::TooLarge { .. })),
        "{large:?}"
    );
    assert_eq!(store.attempt("b"), Ok(Some(b"2".to_vec())));
    store.forget_attempt("b").unwrap();
    assert_eq!(store.attempt("b"), Ok(None));
}

#[test]
fn l12_one_login_name_has_one_person_however_many_claim_it() {
    let (_dir, store) = new_store();
    let won = race(|n| store.claim_login_name("hanako", &person(n + 1)).is_ok());
    assert_eq!(won, 1);
    let holder = store.person_named("hanako").unwrap().unwrap();
    assert_eq!(store.login_name(&holder), Ok(Some("hanako".to_owned())));
    let taken = store.claim_login_name("hanako", &person(999));
    assert_eq!(taken, Err(ClaimNameError::Taken { by: holder.clone() }));
    store.claim_login_name("hanako", &holder).unwrap();
    store.claim_login_name("hana", &holder).unwrap();
    assert_eq!(store.person_named("hanako"), Ok(None));
    assert_eq!(store.release_login_name(&holder), Ok(true));
    assert_eq!(store.person_named("hana"), Ok(None));
}

fn credential() -> Credential {
    Credential {
        passphrase: "$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$aGFzaA".to_owned(),
        totp: vec![1, 2, 3],
        set_at: at(0),
    }
}

#[test]
fn a_person_joins_whole_or_not_at_all() {
    let (_dir, store) = new_store();
    let enrol = |n| store.enrol(&person(n), Some("hanako"), &credential(), Some(7));
    enrol(1).unwrap();
    assert_eq!(enrol(2), Err(ClaimNameError::Taken { by: person(1) }));
    assert_eq!(store.credential(&person(2)), Ok(None));
    assert_eq!(store.people_with_login(), Ok(vec![person(1)]));
    assert_eq!(store.credential(&person(1)), Ok(Some(credential())));
    assert_eq!(store.person_named("hanako"), Ok(Some(person(1))));
    assert_eq!(store.use_totp_step(&person(1), 7), Ok(false), "used");
    assert_eq!(store.use_totp_step(&person(2), 7), Ok(true), "not used");
    store.put_sign_in(b"token", &sign_in(1)).unwrap();
    enrol(1).unwrap();
    assert_eq!(store.sign_in(b"token"), Ok(None), "made with older factors");
    store.erase_person(&person(1)).unwrap();
    assert_eq!(store.people_with_login(), Ok(vec![]));
    enrol(2).unwrap();
}

#[test]
fn factors_are_replaced_and_taken_away() {
    let (_dir, store) = new_store();
    assert_eq!(store.credential(&person(1)), Ok(None));
    store.put_credential(&person(1), &credential()).unwrap();
    let newer = Credential {
        totp: vec![4],
        ..credential()
    };
    store.put_credential(&person(1), &newer).unwrap();
    assert_eq!(store.credential(&person(1)), Ok(Some(newer)));
    assert_eq!(store.remove_credential(&person(1)), Ok(true));
    assert_eq!(store.remove_credential(&person(1)), Ok(false));
    assert!(!format!("{:?}", credential()).contains("argon2"), "l29");
}

fn sign_in(n: u64) -> SignIn {
    SignIn {
        person: person(n),
        device: Some(DeviceId::new(&site(), n)),
        since: at(0),
        expires: at(3600),
        last_used: at(0),
        browser: false,
        passkey: None,
        source: "192.0.2.7".to_owned(),
        agent: "sekisho".to_owned(),
        record: "opaque".to_owned(),
    }
}

#[test]
fn l15_a_token_is_kept_as_its_hash_and_can_be_read_by_nobody() {
    let (_dir, store) = new_store();
    let token = b"0123456789abcdef0123456789abcdef";
    store.put_sign_in(token, &sign_in(1)).unwrap();
    assert!(!anywhere(store.dir(), token));
    assert_eq!(store.sign_in(token), Ok(Some(sign_in(1))));
    assert_eq!(store.sign_in(b"another"), Ok(None));
    assert!(
        store.put_sign_in(token, &sign_in(2)).is_err(),
        "a token has one owner"
    );
    let listed = ListedSignIn {
        id: store.listed_id(token),
        sign_in: sign_in(1),
    };
    assert_eq!(store.sign_ins_of(&person(1)), Ok(vec![listed]));
    assert_eq!(store.sign_ins_of(&person(2)), Ok(vec![]));
}

#[test]
fn a_revoked_or_expired_sign_in_is_gone_after_a_restart_too() {
    let (_dir, store) = new_store();
    for n in 1..=4u64 {
        store
            .put_sign_in(&[u8::try_from(n).unwrap()], &sign_in(n))
            .unwrap();
    }
    assert_eq!(store.touch_sign_in(&[4], at(60)), Ok(true));
    assert_eq!(store.touch_sign_in(&[9], at(60)), Ok(false));
    assert_eq!(store.revoke_sign_in(&[1]), Ok(true));
    assert_eq!(store.revoke_sign_ins_of_person(&person(2)), Ok(1));
    assert_eq!(
        store.revoke_sign_ins_of_device(&DeviceId::new(&site(), 3)),
        Ok(1)
    );
    let store = reopen(store);
    for n in 1..=3 {
        assert_eq!(store.sign_in(&[n]), Ok(None));
    }
    let used = store.sign_in(&[4]).unwrap().unwrap();
    assert_eq!(used.last_used, at(60));
    assert_eq!(store.prune_sign_ins(at(3599)), Ok(0));
    assert_eq!(store.prune_sign_ins(at(3600)), Ok(1));
    assert_eq!(store.sign_in(&[4]), Ok(None));
}

#[test]
fn a_person_ends_one_of_their_sign_ins_or_all_but_one_and_nobody_elses() {
    let (_dir, store) = new_store();
    for n in 1..=3u8 {
        store.put_sign_in(&[n], &sign_in(1)).unwrap();
    }
    store.put_sign_in(&[9], &sign_in(2)).unwrap();
    let (first, others) = (store.listed_id(&[1]), store.listed_id(&[9]));
    assert_eq!(store.revoke_listed(&person(1), &others), Ok(false));
    assert_eq!(store.revoke_listed(&person(1), &first), Ok(true));
    assert_eq!(store.revoke_listed(&person(1), &first), Ok(false));
    assert_eq!(store.revoke_others(&person(1), &[2]), Ok(1));
    assert_eq!(store.sign_in(&[2]), Ok(Some(sign_in(1))));
    assert_eq!(store.sign_in(&[9]), Ok(Some(sign_in(2))));
}

fn passkey(n: u8) -> Passkey {
    Passkey {
        id: Digest([n; 32]),
        credential: "counter 1".to_owned(),
        added: at(0),
        last_used: None,
    }
}

#[test]
fn l17_of_two_answers_of_a_passkey_at_once_one_is_taken() {
    let (_dir, store) = new_store();
    store.put_passkey(&person(1), &passkey(1)).unwrap();
    assert!(store.put_passkey(&person(2), &passkey(1)).is_err());
    let used = |before: &str| store.use_passkey(&Digest([1; 32]), before, "counter 2", at(60));
    assert_eq!(used("counter 1"), Ok(true));
    assert_eq!(used("counter 1"), Ok(false));
    let kept = store.passkeys_of(&person(1)).unwrap();
    assert_eq!(kept[0].credential, "counter 2");
    assert_eq!(kept[0].last_used, Some(at(60)));
}

#[test]
fn a_passkey_goes_with_its_sign_ins_with_new_factors_and_with_its_person() {
    let (_dir, store) = new_store();
    for (n, owner) in [(1, 1), (2, 1), (3, 2)] {
        store.put_passkey(&person(owner), &passkey(n)).unwrap();
    }
    let by_passkey = SignIn {
        passkey: Some(Digest([1; 32])),
        browser: true,
        ..sign_in(1)
    };
    store.put_sign_in(&[1], &by_passkey).unwrap();
    store.put_sign_in(&[2], &sign_in(1)).unwrap();
    assert_eq!(store.remove_passkey(&Digest([1; 32])), Ok(true));
    assert_eq!(store.sign_in(&[1]), Ok(None));
    assert_eq!(store.sign_in(&[2]), Ok(Some(sign_in(1))));
    store.enrol(&person(1), None, &credential(), None).unwrap();
    assert_eq!(store.passkeys_of(&person(1)), Ok(vec![]));
    store.erase_person(&person(2)).unwrap();
    assert_eq!(store.passkeys_of(&person(2)), Ok(vec![]));
}

fn cosignature(store: &Store, witness: &str, seconds: i64) -> Cosignature {
    Cosignature {
        witness: witness.to_owned(),
        size: store.size(),
        checkpoint: store.checkpoint().unwrap().to_string(),
        line: format!("— {witness} AAAA{seconds}"),
        at: at(seconds),
    }
}

#[test]
fn cosignatures_are_found_for_a_receipt_and_the_latest_of_a_size_counts() {
    let (_dir, store) = store_of(2);
    let first = cosignature(&store, "device-1", 1);
    let again = cosignature(&store, "device-1", 5);
    store.put_cosignature(&first).unwrap();
    store.put_cosignature(&again).unwrap();
    store
        .put_cosignature(&cosignature(&store, "device-1", 3))
        .unwrap();
    let relay = cosignature(&store, "relay", 2);
    store.put_cosignature(&relay).unwrap();
    assert_eq!(store.cosignatures_at(2), Ok(vec![again, relay.clone()]));
    extend(&store, 3).unwrap();
    let later = cosignature(&store, "device-1", 9);
    store.put_cosignature(&later).unwrap();
    extend(&store, 1).unwrap();
    assert_eq!(store.newest_cosigned_size(2), Ok(Some(5)));
    assert_eq!(store.newest_cosigned_size(6), Ok(None));
    assert_eq!(store.newest_size_cosigned_by("relay", 2), Ok(Some(2)));
    assert_eq!(store.newest_size_cosigned_by("relay", 3), Ok(None));
    assert_eq!(store.last_cosignatures(), Ok(vec![later, relay]));
}

#[test]
fn a_cosignature_of_another_history_is_not_kept() {
    let (_dir, store) = store_of(2);
    let (_other_dir, other) = new_store();
    other.append(0, &entries(7..9), sign).unwrap();
    let forked = store.put_cosignature(&cosignature(&other, "relay", 1));
    assert!(
        matches!(forked, Err(KeepCosignatureError::NotOurs { .. })),
        "{forked:?}"
    );
    extend(&other, 1).unwrap();
    let ahead = store.put_cosignature(&cosignature(&other, "relay", 1));
    assert!(
        matches!(ahead, Err(KeepCosignatureError::NotOurs { .. })),
        "{ahead:?}"
    );
    let mut mislabelled = cosignature(&store, "relay", 1);
    mislabelled.size = 1;
    assert!(store.put_cosignature(&mislabelled).is_err());
    assert_eq!(store.last_cosignatures(), Ok(vec![]));
}

#[test]
fn alarms_of_witnesses_stay_and_are_counted() {
    let (_dir, store) = new_store();
    store.raise_alarm("relay", "rolled back", at(1)).unwrap();
    store.raise_alarm("relay", "rolled back", at(3)).unwrap();
    store.raise_alarm("device-1", "forked", at(2)).unwrap();
    let alarms = reopen(store).alarms().unwrap();
    let said: Vec<_> = alarms
        .iter()
        .map(|alarm| (alarm.says.as_str(), alarm.first, alarm.last, alarm.times))
        .collect();
    assert_eq!(
        said,
        [
            ("rolled back", at(1), at(3), 2),
            ("forked", at(2), at(2), 1)
        ]
    );
}

#[test]
fn sealed_rows_and_settings_are_kept_replaced_and_removed() {
    let (_dir, store) = new_store();
    store.put_vault_row("target-1/password", b"sealed").unwrap();
    store
        .put_vault_row("target-1/password", b"sealed again")
        .unwrap();
    assert_eq!(
        store.vault_row("target-1/password"),
        Ok(Some(b"sealed again".to_vec()))
    );
    assert_eq!(
        store.vault_references(),
        Ok(vec!["target-1/password".to_owned()])
    );
    assert_eq!(store.remove_vault_row("target-1/password"), Ok(true));
    assert_eq!(store.vault_row("target-1/password"), Ok(None));
    store.put_setting("cursor", "1").unwrap();
    store.put_setting("cursor", "2").unwrap();
    assert_eq!(store.setting("cursor"), Ok(Some("2".to_owned())));
    assert_eq!(store.remove_setting("cursor"), Ok(true));
    assert_eq!(store.setting("cursor"), Ok(None));
}

#[test]
fn a_recording_key_once_kept_is_never_replaced() {
    let (_dir, store) = new_store();
    let session = SessionId::new(&site(), 1);
    let keys: [(&str, &[u8]); 2] = [("gateway", b"a"), ("kit", b"b")];
    store.put_recording_keys(&session, &keys).unwrap();
    assert!(
        store
            .put_recording_keys(&session, &[("relay", b"c"), ("kit", b"d")])
            .is_err()
    );
    let kept = vec![
        ("gateway".to_owned(), b"a".to_vec()),
        ("kit".to_owned(), b"b".to_vec()),
    ];
    assert_eq!(store.recording_keys(&session), Ok(kept));
}
