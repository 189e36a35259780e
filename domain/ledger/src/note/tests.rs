use proptest::prelude::*;

use super::*;

const NOW: i64 = 1_800_000_000;

fn now() -> Timestamp {
    Timestamp::from_seconds(NOW)
}

/// The example of the Go checksum database's note package.
const PETER_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_SEED: &str = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const PETER_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\
    \n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn peter() -> Signer {
    let seed = BASE64.decode(PETER_SEED.as_bytes()).unwrap();
    Signer::ed25519("PeterNeumann", &seed[1..].try_into().unwrap()).unwrap()
}

#[test]
fn the_published_example_verifies_and_is_made_byte_for_byte() {
    let key: Verifier = PETER_KEY.parse().unwrap();
    assert_eq!(key.to_string(), PETER_KEY);
    assert_eq!(peter().verifier(), &key);
    let note = SignedNote::decode(PETER_NOTE.as_bytes()).unwrap();
    let verified = note.verify(std::slice::from_ref(&key)).unwrap();
    assert_eq!(verified, vec![Verified { by: key, at: None }]);
    let ours = SignedNote::sign(note.text(), &peter(), now()).unwrap();
    assert_eq!(ours.to_string(), PETER_NOTE);
}

#[test]
fn an_implementation_that_is_not_ours_reads_our_notes_and_we_read_its() {
    let secret = format!("PRIVATE+KEY+PeterNeumann+c74f20a3+{PETER_SEED}");
    let theirs = signed_note::StandardSigner::new(&secret).unwrap();
    let text = "夜間作業\n\nlast line\n";
    let mut note = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
    note.add_sigs(&[&theirs]).unwrap();
    let ours = SignedNote::sign(text, &peter(), now()).unwrap();
    assert_eq!(ours.to_string().into_bytes(), note.to_bytes());
    assert_eq!(SignedNote::decode(&note.to_bytes()), Ok(ours.clone()));

    let key = signed_note::StandardVerifier::new(PETER_KEY).unwrap();
    let known = signed_note::VerifierList::new(vec![Box::new(key)]);
    let theirs = signed_note::Note::from_bytes(ours.to_string().as_bytes()).unwrap();
    assert!(theirs.verify(&known).is_ok());
}

#[test]
fn a_cosignature_is_ed25519_over_the_message_of_the_specification() {
    let witness = Signer::cosigner("witness.example/w1", &[9; 32]).unwrap();
    let text = "sekisho/handa\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    let line = witness.sign(text, now());
    let (time, signature) = line.bytes.split_at(8);
    assert_eq!(time, 1_800_000_000u64.to_be_bytes());
    // The same bytes under a plain key, judged by the other implementation.
    let public = *witness.verifier().public_key();
    let plain = Verifier::new("plain", Algorithm::Ed25519, public).unwrap();
    let theirs = signed_note::StandardVerifier::new(&plain.to_string()).unwrap();
    let message = format!("cosignature/v1\ntime {NOW}\n{text}");
    assert!(signed_note::Verifier::verify(
        &theirs,
        message.as_bytes(),
        signature
    ));
    // Name, newline, type 04, key: the id that the specification computes.
    let mut material = b"witness.example/w1\n\x04".to_vec();
    material.extend(witness.verifier().public_key());
    let digest = crate::hash::sha256(&material);
    assert_eq!(witness.verifier().key_id().to_be_bytes(), digest.0[..4]);
}

#[test]
fn a_cosigners_time_is_part_of_what_it_signs() {
    let site = Signer::ed25519("sekisho/handa", &[1; 32]).unwrap();
    let witness = Signer::cosigner("w", &[2; 32]).unwrap();
    let note = SignedNote::sign("text\n", &site, now()).unwrap();
    let mut note = note.and(&witness, now()).unwrap();
    let keys = [site.verifier().clone(), witness.verifier().clone()];
    let times: Vec<_> = note
        .verify(&keys)
        .unwrap()
        .into_iter()
        .map(|v| v.at)
        .collect();
    assert_eq!(times, [None, Some(now())]);
    note.signatures[1].bytes[7] ^= 1;
    assert_eq!(
        note.verify(&keys),
        Err(NoteError::BadSignature {
            line: 4,
            name: "w".into()
        })
    );
    // A time that no Timestamp can say is not shown as another one.
    let seconds = u64::MAX >> 1;
    let bytes = witness.pair.sign(cosigned("text\n", seconds).as_bytes());
    note.signatures[1].bytes = [&seconds.to_be_bytes(), bytes.as_ref()].concat();
    assert!(note.verify(&keys).is_err());
}

#[test]
fn unknown_signatures_are_passed_over_and_known_ones_must_hold() {
    let (a, b) = (peter(), Signer::ed25519("b", &[2; 32]).unwrap());
    let note = SignedNote::sign("text\n", &a, now()).unwrap();
    let note = note.and(&b, now()).unwrap();
    let only_b = std::slice::from_ref(b.verifier());
    assert_eq!(note.verify(only_b).unwrap().len(), 1);
    let stranger = Signer::ed25519("b", &[3; 32]).unwrap();
    let only_stranger = std::slice::from_ref(stranger.verifier());
    assert_eq!(note.verify(only_stranger), Err(NoteError::NobodyKnown));
    let mut forged = note.clone();
    forged.text = "other\n".into();
    let refused = forged.verify(only_b);
    assert!(matches!(
        refused,
        Err(NoteError::BadSignature { line: 4, .. })
    ));
}

#[test]
fn signing_again_replaces_and_merging_adds_only_what_is_new() {
    let (site, w) = (peter(), Signer::cosigner("w", &[2; 32]).unwrap());
    let note = SignedNote::sign("text\n", &site, now()).unwrap();
    let later = Timestamp::from_seconds(NOW + 60);
    let twice = note.clone().and(&w, now()).unwrap().and(&w, later).unwrap();
    assert_eq!(twice.signatures().len(), 2);
    let merged = note.clone().merged(&twice).unwrap();
    assert_eq!(merged, twice);
    assert_eq!(merged.merged(&note).unwrap(), twice);
    let other = SignedNote::sign("other\n", &w, now()).unwrap();
    assert_eq!(note.clone().merged(&other).unwrap(), note);
}

#[test]
fn malformed_notes_are_refused_with_their_line() {
    let sig = PETER_NOTE.lines().last().unwrap();
    for (text, expected) in [
        ("", NoteError::NoSignatures),
        ("text\n", NoteError::NoSignatures),
        ("text\n\n", NoteError::NoSignatures),
        ("a\tb\n\n", NoteError::NotText { line: 1 }),
        ("a\nb\r\n\nx\n", NoteError::NotText { line: 2 }),
        ("a\n\nx\n", NoteError::SignatureLine { line: 3 }),
        (&format!("a\n\n{sig}"), NoteError::SignatureLine { line: 3 }),
        (
            &format!("a\n\n{sig}\n{sig} \n"),
            NoteError::SignatureLine { line: 4 },
        ),
        ("a\n\n- n AAAAAAA=\n", NoteError::SignatureLine { line: 3 }),
        (
            "a\n\n\u{2014} n AAAAAA==\n",
            NoteError::SignatureLine { line: 3 },
        ),
        (
            "a\n\n\u{2014} n AAAAAAB=\n",
            NoteError::SignatureLine { line: 3 },
        ),
        (
            "a\n\n\u{2014} n+n AAAAAAA=\n",
            NoteError::SignatureLine { line: 3 },
        ),
    ] {
        assert_eq!(
            SignedNote::decode(text.as_bytes()),
            Err(expected),
            "{text:?}"
        );
    }
    assert_eq!(
        SignedNote::decode(b"a\n\xff\n"),
        Err(NoteError::NotText { line: 2 })
    );
}

#[test]
fn the_size_of_a_note_is_limited() {
    let long = vec![b'a'; MAX_NOTE + 1];
    assert_eq!(SignedNote::decode(&long), Err(NoteError::TooLong));
    let sig = PETER_NOTE.lines().last().unwrap();
    let many = format!("a\n\n{}", format!("{sig}\n").repeat(MAX_SIGNATURES + 1));
    assert_eq!(
        SignedNote::decode(many.as_bytes()),
        Err(NoteError::TooManySignatures)
    );
}

#[test]
fn malformed_keys_are_refused() {
    for wrong in [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+AxpC",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW ",
    ] {
        assert!(wrong.parse::<Verifier>().is_err(), "{wrong}");
    }
    assert!(Verifier::new(&"n".repeat(256), Algorithm::Ed25519, [0; 32]).is_err());
}

#[test]
fn a_private_key_shows_only_its_public_half() {
    let shown = format!("{:?}", peter());
    assert_eq!(shown, format!("Signer({PETER_KEY})"));
}

#[test]
fn a_text_without_its_newline_is_not_signed() {
    let refused = SignedNote::sign("text", &peter(), now());
    assert_eq!(refused, Err(NoteError::NoNewline));
}

proptest! {
    #![proptest_config(crate::same_every_run())]

    #[test]
    fn any_text_is_read_without_a_panic_and_what_is_read_prints_as_it_was(
        text in "(\\PC{0,20}\n){0,3}\n?(\u{2014} [a-z]{1,3} [A-Za-z0-9+/]{8,12}={0,2}\n){0,3}",
    ) {
        if let Ok(note) = SignedNote::decode(text.as_bytes()) {
            prop_assert_eq!(note.to_string(), text.clone());
        }
        if let Ok(key) = text.parse::<Verifier>() {
            prop_assert_eq!(key.to_string(), text.clone());
        }
        let _ = crate::Checkpoint::decode(&text);
        let _ = crate::resume::Resume::decode(&text);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = SignedNote::decode(&bytes);
        let _ = crate::receipt::Receipt::decode(&bytes);
        let _ = crate::tile::decode_bundle(&bytes, 3);
        let _ = String::from_utf8_lossy(&bytes).parse::<crate::tile::Tile>();
    }
}
