//! A fresh proof that the person is there, bound to the very act: whoever finds an open browser, or has
//! stolen its cookie, does nothing grave with it.

use maud::{Markup, html};

use super::failed::PageFailed;
use super::posted::Posted;
use super::signed::Signed;

/// Fields of a form that prove freshness and are no part of the act.
pub(crate) const PROOFS: [&str; 2] = ["code", "touch"];

/// Looks at the proof that came with a form.
pub(crate) async fn proved(signed: &Signed, posted: &Posted) -> Result<(), PageFailed> {
    let code = posted.some("code").ok_or(PageFailed::NotFresh)?;
    let by = &signed.asker.by;
    let proved = signed.asker.engine.touch_by_code(by, code).await;
    proved.map_err(|_| PageFailed::NotFresh)
}

/// What stands beside the button of such an act: a field for the code.
pub(crate) fn field(signed: &Signed, id: &str) -> Markup {
    html! {
        div.field {
            label for=(id) { (signed.say("console-code", &[])) }
            input id=(id) name="code" inputmode="numeric" autocomplete="one-time-code"
                pattern="[0-9０-９ ]{6,}" maxlength="16" required;
            p.hint { (signed.say("console-code-why", &[])) }
        }
    }
}
