//! A text as a QR code, drawn by us: no picture is fetched, and none is kept.

use maud::{Markup, PreEscaped, html};
use qrcodegen::{QrCode, QrCodeEcc};

/// The quiet zone around a code, in modules (ISO/IEC 18004 §5.3.8).
const QUIET: i32 = 4;

/// The code as SVG, dark on light in every colour scheme, with what it is for whoever does not see it.
/// Nothing where the text is longer than any code.
pub(crate) fn drawn(text: &str, what: &str) -> Markup {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Low) else {
        return html! {};
    };
    let side = code.size() + 2 * QUIET;
    let modules = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
    // Numbers only: nothing of the text stands in the path.
    let path: String = modules
        .filter(|(x, y)| code.get_module(*x, *y))
        .map(|(x, y)| format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET))
        .collect();
    html! {
        figure.qr {
            svg viewBox=(format!("0 0 {side} {side}")) role="img" aria-label=(what) shape-rendering="crispEdges" {
                rect width=(side) height=(side) fill="#fff" {}
                path d=(PreEscaped(path)) fill="#000" {}
            }
            figcaption { (what) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l28_a_code_holds_nothing_of_its_text_but_squares() {
        let text = "https://desk.handa.test/join#\"><script>alert(1)</script>";
        let drawn = drawn(text, "<b>what</b>").into_string();
        assert!(drawn.starts_with("<figure class=\"qr\"><svg viewBox=\"0 0 "));
        assert!(!drawn.contains("script") && !drawn.contains("desk.handa"));
        assert!(drawn.contains("&lt;b&gt;what"));
    }

    #[test]
    fn a_text_that_no_code_holds_is_no_code() {
        assert!(drawn(&"あ".repeat(2000), "x").into_string().is_empty());
    }
}
