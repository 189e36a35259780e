//! Frames as somebody else's implementation seals them: Python's `cryptography` on OpenSSL, from the
//! words of this crate's documentation alone.

use super::*;

/// The same words three times: frame 0, frame 0 once more after its writing had failed, frame 1.
const SEALED: [&str; 3] = [
    concat!(
        "534b4a01020000000000000e0000000000000000000000070000000000000000000001a1ee565e0008f71aa5",
        "a0864a12747ed3cb5343c1d4692682cb343f9d06587cb6ac339c60d998ae",
    ),
    concat!(
        "534b4a01020000000000000e0000000100000000000000070000000000000000000001a1ee565e00ad7c8aab",
        "b915b091e08be66a4f103be4c54d44a73536cb6c926e4b29adfc457ef922",
    ),
    concat!(
        "534b4a01020000000000000e0000000000000000000000070000000000000001000001a1ee565e001f8c0ee6",
        "5de5a815ca43a39710fa1f10c0c57e705a86aca25a54231ef25bb998a1bd",
    ),
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn l38_a_frame_is_what_its_description_says_and_no_nonce_comes_twice() {
    let key = key(1);
    let mut sealer = FrameSealer::new(&session(7));
    let observation = Observation {
        at: at(0),
        content: Content::Data(Direction::ToTarget, b"the same words"),
    };
    let mut out = Vec::new();
    let mut sealed = Vec::new();
    for after in [
        FrameSealer::failed,
        FrameSealer::written,
        FrameSealer::written,
    ] {
        sealed.push(hex(sealer.seal(&key, &observation, &mut out).unwrap()));
        after(&mut sealer);
    }
    assert_eq!(sealed, SEALED);
}
