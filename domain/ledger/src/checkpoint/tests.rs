use super::*;

/// The example of the C2SP tlog-checkpoint specification.
const EXAMPLE: &str =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

#[test]
fn the_specifications_example_reads_back() {
    let checkpoint = Checkpoint::decode(EXAMPLE).unwrap();
    assert_eq!(checkpoint.origin, "example.com/behind-the-sofa");
    assert_eq!(checkpoint.size, 20_852_163);
    assert_eq!(checkpoint.encode(), EXAMPLE);
    let theirs = tlog_tiles::Checkpoint::from_bytes(EXAMPLE.as_bytes()).unwrap();
    assert_eq!(theirs.size(), checkpoint.size);
    assert_eq!(theirs.hash().0, checkpoint.root.0);
}

#[test]
fn a_malformed_checkpoint_is_refused_with_its_line() {
    for (from, to, wrong) in [
        ("example.com/behind-the-sofa", "", 1),
        ("20852163", "020852163", 2),
        ("20852163", "+20852163", 2),
        ("20852163", "", 2),
        ("20852163", "99999999999999999999", 2),
        ("CsU", "Cs", 3),
        ("q2I=\n", "q2J=\n", 3),
        ("q2I=\n", "q2I=\nextension\n", 4),
        ("q2I=\n", "q2I=", 4),
    ] {
        match Checkpoint::decode(&EXAMPLE.replace(from, to)) {
            Err(CheckpointError::Line { line, .. }) => assert_eq!(line, wrong, "{to}"),
            other => panic!("{to}: {other:?}"),
        }
    }
}

#[test]
fn a_checkpoint_counts_only_under_its_own_sites_key_and_name() {
    let handa = Signer::ed25519("sekisho/handa", &[1; 32]).unwrap();
    let osaka = Signer::ed25519("sekisho/osaka", &[2; 32]).unwrap();
    let checkpoint = Checkpoint {
        origin: origin(&"handa".parse().unwrap()),
        size: 0,
        root: crate::tree::empty_root(),
    };
    let note = sign(&checkpoint, &handa).unwrap();
    assert_eq!(open(&note, handa.verifier()), Ok(checkpoint.clone()));
    assert!(open(&note, osaka.verifier()).is_err());
    let strange = sign(&checkpoint, &osaka).unwrap();
    assert!(matches!(
        open(&strange, osaka.verifier()),
        Err(CheckpointError::Origin { .. })
    ));
    let witness = Signer::cosigner("w", &[3; 32]).unwrap();
    let cosigned = cosign(note, &witness, Timestamp::from_seconds(5)).unwrap();
    assert_eq!(open(&cosigned, handa.verifier()), Ok(checkpoint));
}
