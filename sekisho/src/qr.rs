//! A text as a QR code in a terminal, two modules in each character.

use qrcodegen::{QrCode, QrCodeEcc};

/// The quiet zone, in modules: two are enough for the cameras of telephones, and fit a terminal.
const QUIET: i32 = 2;

/// The lines of the code, light on dark as terminals are. None where the text is longer than any code.
pub(crate) fn drawn(text: &str) -> Vec<String> {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Low) else {
        return Vec::new();
    };
    let across = -QUIET..code.size() + QUIET;
    // What is outside of the code is light.
    let light = |x: i32, y: i32| !code.get_module(x, y);
    let half = |(upper, lower): (bool, bool)| match (upper, lower) {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        (false, false) => ' ',
    };
    let rows = across.clone().step_by(2);
    rows.map(|y| {
        across
            .clone()
            .map(|x| half((light(x, y), light(x, y + 1))))
            .collect()
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_as_wide_as_it_is_high_and_has_a_light_rim() {
        let lines = drawn("https://desk.handa.test/join#sekisho-invitation-1:abc");
        let width = lines.first().unwrap().chars().count();
        assert!(lines.iter().all(|line| line.chars().count() == width));
        assert_eq!(lines.len(), width.div_ceil(2));
        assert!(lines.first().unwrap().chars().all(|c| c == '█'));
        assert!(drawn(&"a".repeat(4000)).is_empty());
    }
}
