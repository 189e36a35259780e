//! A fresh touch of a passkey, for exactly one form: the page asks for it with the fields of the form, and
//! the form is taken only with the touch that was given for these fields.

use aws_lc_rs::digest::{Context, SHA256};
use axum::Json;
use ids::Digest;
use serde_json::Value;

use super::failed::PageFailed;
use super::fresh::PROOFS;
use super::posted::Posted;
use super::signed::Signed;

/// The field in which a page says for which form it asks.
const PATH: &str = "touch-path";

/// What a form does, as a digest: its path and its fields in their order, but for the proofs. Every part
/// stands with its length, so that no two forms are one.
pub(crate) fn action<'a>(path: &str, fields: impl Iterator<Item = (&'a str, &'a str)>) -> Digest {
    let mut context = Context::new(&SHA256);
    context.update(b"sekisho/touch/v1\0");
    let mut part = |text: &str| {
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        context.update(&length.to_be_bytes());
        context.update(text.as_bytes());
    };
    part(path);
    for (name, value) in fields {
        part(name);
        part(value);
    }
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    Digest(bytes)
}

/// What a form that was sent does.
pub(crate) fn action_of(posted: &Posted) -> Digest {
    action(&posted.path, posted.pairs(&PROOFS))
}

/// Asks for a touch for the form whose fields these are.
pub(crate) async fn begin(signed: Signed, posted: Posted) -> Result<Json<Value>, PageFailed> {
    let without = [PATH, PROOFS[0], PROOFS[1]];
    let action = action(posted.text(PATH), posted.pairs(&without));
    let engine = &signed.asker.engine;
    let options = engine.touch_begin(&signed.asker.by, &action);
    options.map(Json).map_err(|_| PageFailed::NotFresh)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_path_another_field_or_another_order_is_another_action() {
        let of =
            |path, fields: &[(&'static str, &'static str)]| action(path, fields.iter().copied());
        let approve = of("/requests/7/approve", &[("terms", "all")]);
        assert_eq!(approve, of("/requests/7/approve", &[("terms", "all")]));
        for other in [
            of("/requests/8/approve", &[("terms", "all")]),
            of("/requests/7/refuse", &[("terms", "all")]),
            of("/requests/7/approve", &[("terms", "some")]),
            of("/requests/7/approve", &[]),
            of("/requests/7/approve", &[("term", "sall")]),
            of("/requests/7/approve", &[("terms", "all"), ("terms", "all")]),
            of("/requests/7/approveterms", &[("all", "")]),
        ] {
            assert_ne!(approve, other);
        }
    }
}
