//! A fresh proof that the person is there, bound to the very act: whoever finds an open browser, or has
//! stolen its cookie, does nothing grave with it.

use maud::{Markup, html};

use super::failed::PageFailed;
use super::posted::Posted;
use super::signed::Signed;

/// Fields of a form that prove freshness and are no part of the act.
pub(crate) const PROOFS: [&str; 2] = ["code", "touch"];

/// Looks at the proof that came with a form: a touch for exactly these fields, or a code.
pub(crate) async fn proved(signed: &Signed, posted: &Posted) -> Result<(), PageFailed> {
    let (engine, by) = (&signed.asker.engine, &signed.asker.by);
    if let Some(answer) = posted.some("touch") {
        let touched = engine.touch_finish(by, &super::touch::action_of(posted), answer);
        return touched.map(drop).map_err(|_| PageFailed::NotFresh);
    }
    let code = posted.some("code").ok_or(PageFailed::NotFresh)?;
    let proved = engine.touch_by_code(by, code).await;
    proved.map_err(|_| PageFailed::NotFresh)
}

/// The same, by a touch alone: a code that somebody was talked out of by telephone does not do.
pub(crate) fn touched(signed: &Signed, posted: &Posted) -> Result<engine::Touched, PageFailed> {
    let (engine, by) = (&signed.asker.engine, &signed.asker.by);
    let answer = posted.some("touch").ok_or(PageFailed::NotFresh)?;
    let touched = engine.touch_finish(by, &super::touch::action_of(posted), answer);
    touched.map_err(|_| PageFailed::NotFresh)
}

/// What stands beside the button of such an act: who has a passkey is asked to touch it, and may type a
/// code instead; everybody else types a code.
pub(crate) fn field(signed: &Signed, id: &str) -> Markup {
    let word = |name| signed.say(name, &[]);
    html! {
        @if touches(signed) {
            div.field {
                (asked(signed))
                details {
                    summary { (word("console-touch-by-code")) }
                    (code(signed, id, false))
                }
            }
        } @else {
            (code(signed, id, true))
        }
    }
}

/// The same for an act that a touch alone proves. Who has no passkey cannot send it: there is nothing to prove it with.
pub(crate) fn touch(signed: &Signed) -> Markup {
    html! {
        @if touches(signed) {
            div.field { (asked(signed)) }
        }
    }
}

/// Whether the person has a passkey.
pub(crate) fn touches(signed: &Signed) -> bool {
    signed.asker.engine.has_passkey(&signed.asker.by)
}

fn asked(signed: &Signed) -> Markup {
    let word = |name| signed.say(name, &[]);
    html! {
        input type="hidden" name="touch" value="";
        p.hint { (word("console-touch")) }
        (super::passkeys::words_of_the_island(&word))
    }
}

fn code(signed: &Signed, id: &str, needed: bool) -> Markup {
    html! {
        div.field {
            label for=(id) { (signed.say("console-code", &[])) }
            input id=(id) name="code" inputmode="numeric" autocomplete="one-time-code"
                pattern="[0-9０-９ ]{6,}" maxlength="16" required[needed];
            p.hint { (signed.say("console-code-why", &[])) }
        }
    }
}
