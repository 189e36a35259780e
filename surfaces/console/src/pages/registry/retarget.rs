//! Changing a target: its terms, its address, the key that it must show, the secret that nobody sees.

use axum::response::Response;
use ids::TargetId;
use maud::{Markup, html};
use wire::Secret;
use wire::api::v1::{AcceptTargetSecret, PinHostKey, PinTarget, SetTargetSecret, Suspend, Target};

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::secrets::weak_said;
use super::target_forms::{terms, terms_fields};
use super::targets::{
    address, address_fields, found, host_key, host_key_field, path, typed_address,
};
use super::{Act, Number, choice, consoles, databases, of, read, telnet};
use crate::answer::Failed;
use crate::api::{secrets, targets as api, vendors};
use crate::body::{Form, Nothing, Of};

/// A page with one act about a target.
async fn act(
    signed: &Signed,
    target: &Target,
    (to, title, risk): (&str, &str, &str),
    fields: Markup,
) -> Page {
    let path = path(&target.id);
    let act = Act {
        title,
        about: &target.name,
        risk,
        to: &format!("{path}/{to}"),
        back: &path,
    };
    act.page(signed, &fields).await
}

/// The form of its terms.
pub(crate) async fn terms_form(
    signed: Signed,
    number: Number<TargetId>,
) -> Result<Page, PageFailed> {
    let target = found(&signed, of(number)?).await?;
    let known = read(vendors::list(signed.asker.clone()).await)?;
    let fields = terms_fields(&signed, &known, Some(&target));
    let what = ("terms", "setup-target-terms", "setup-target-terms-risk");
    Ok(act(&signed, &target, what, fields).await)
}

/// Replaces them.
pub(crate) async fn change_terms(
    signed: Signed,
    number: Number<TargetId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    let target = found(&signed, of(number)?).await?;
    let terms = terms(&signed, &posted, Some(&target))?;
    let path = path(&target.id);
    read(api::change_terms(signed.asker.clone(), Of(target.id), Form(terms)).await)?;
    Ok(done(&path, "done-changed"))
}

/// The form of another address.
pub(crate) async fn address_form(
    signed: Signed,
    number: Number<TargetId>,
) -> Result<Page, PageFailed> {
    let target = found(&signed, of(number)?).await?;
    let port = target.address.as_ref().map(|known| known.port.to_string());
    let port = port.unwrap_or_default();
    let fields = html! {
        p { code { (address(&target)) } }
        (address_fields(&signed, "", &port))
    };
    let what = ("address", "setup-target-pin", "setup-target-pin-risk");
    Ok(act(&signed, &target, what, fields).await)
}

/// Pins it.
pub(crate) async fn pin(
    signed: Signed,
    number: Number<TargetId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let target = of(number)?;
    signed.fresh(&posted).await?;
    let path = path(&target);
    let form = PinTarget {
        address: typed_address(&posted)?,
    };
    read(api::pin(signed.asker.clone(), Of(target), Form(form)).await)?;
    Ok(done(&path, "done-changed"))
}

/// The form of another host key.
pub(crate) async fn host_key_form(
    signed: Signed,
    number: Number<TargetId>,
) -> Result<Page, PageFailed> {
    let target = found(&signed, of(number)?).await?;
    let fields = html! { (host_key(&signed, &target)) (host_key_field(&signed, true)) };
    let what = ("host-key", "setup-host-key-pin", "setup-host-key-risk");
    Ok(act(&signed, &target, what, fields).await)
}

/// Pins it.
pub(crate) async fn pin_host_key(
    signed: Signed,
    number: Number<TargetId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let target = of(number)?;
    signed.fresh(&posted).await?;
    let path = path(&target);
    let form = PinHostKey {
        host_key: typed_host_key(&posted),
    };
    read(api::pin_host_key(signed.asker.clone(), Of(target), Form(form)).await)?;
    Ok(done(&path, "done-changed"))
}

/// The first line that is a key: `ssh-keyscan` writes comments before it.
pub(super) fn typed_host_key(posted: &Posted) -> String {
    let lines = posted.text("host-key").lines().map(str::trim);
    let mut keys = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    keys.next().unwrap_or_default().to_owned()
}

/// The form of the secret.
pub(crate) async fn secret_form(
    signed: Signed,
    number: Number<TargetId>,
) -> Result<Page, PageFailed> {
    let target = found(&signed, of(number)?).await?;
    if target.ssh.is_none() {
        return Ok(password_form(&signed, &target).await);
    }
    let kinds = ["generate", "certificate", "password", "key"];
    let kinds = kinds.map(|kind| {
        let id = match kind {
            "generate" => "setup-secret-generate",
            "certificate" => "setup-secret-certificate",
            "password" => "setup-secret-password",
            _ => "setup-secret-key",
        };
        (kind.to_owned(), signed.say(id, &[]))
    });
    let fields = html! {
        (host_key(&signed, &target))
        (parts::tick("compared", "yes", &signed.say("setup-host-key-compared", &[]), false))
        (choice("kind", &signed.say("setup-secret", &[]), Some(&signed.say("setup-secret-hint", &[])), &kinds, "generate"))
        div.field {
            label for="password" { (signed.say("setup-secret-password", &[])) }
            input #password type="password" name="password" autocomplete="new-password" maxlength="256";
        }
        div.field {
            label for="key" { (signed.say("setup-secret-key", &[])) }
            textarea #key.secret name="key" rows="4" autocomplete="off" spellcheck="false" {}
        }
        (accept(&signed))
    };
    let what = ("secret", "setup-secret-set", "setup-secret-risk");
    Ok(act(&signed, &target, what, fields).await)
}

/// The form of the secret of a desktop, a web console or a console by telnet, or of one of a database's accounts.
async fn password_form(signed: &Signed, target: &Target) -> Page {
    let kinds = [
        ("reader".to_owned(), signed.say("setup-reader", &[])),
        ("password".to_owned(), signed.say("setup-writer", &[])),
    ];
    let fields = html! {
        (databases::card(signed, target))
        (databases::desktop_card(signed, target))
        (consoles::card(signed, target))
        (telnet::card(signed, target))
        (parts::tick("compared", "yes", &signed.say("setup-server-compared", &[]), false))
        @if target.database.is_none() {
            input type="hidden" name="kind" value="password";
        } @else {
            (choice("kind", &signed.say("setup-account", &[]), Some(&signed.say("setup-account-hint", &[])), &kinds, "reader"))
        }
        div.field {
            label for="password" { (signed.say("setup-secret-password", &[])) }
            input #password type="password" name="password" autocomplete="new-password" maxlength="256" required;
        }
        (accept(signed))
    };
    let what = ("secret", "setup-secret-set", "setup-secret-risk");
    act(signed, target, what, fields).await
}

/// Where it is said why a weak one is set.
fn accept(signed: &Signed) -> Markup {
    let (label, hint) = ("console-secrets-accept", "console-secrets-accept-hint");
    let hint = signed.say(hint, &[]);
    parts::line("accept", &signed.say(label, &[]), Some(&hint), "", false)
}

/// Puts it into the vault; of a new key the public line is shown, for the target's administrator.
pub(crate) async fn set_secret(
    signed: Signed,
    number: Number<TargetId>,
    posted: Posted,
) -> Result<Page, PageFailed> {
    let target = of(number)?;
    signed.fresh(&posted).await?;
    if !posted.checked("compared") {
        return Err(PageFailed::Because(vec![wire::Said::plain(
            "setup-host-key-not-compared",
        )]));
    }
    let form = match posted.text("kind") {
        "generate" => SetTargetSecret::Generate {},
        "certificate" => SetTargetSecret::Certificate {},
        "reader" => SetTargetSecret::ReaderPassword(Secret::from(posted.text("password"))),
        "password" => SetTargetSecret::Password(Secret::from(posted.text("password"))),
        // A private key ends with a line end; the form's spaces around it are none of its.
        "key" => SetTargetSecret::Key(Secret::new(format!("{}\n", posted.text("key")))),
        _ => return Err(Failed::field("kind").into()),
    };
    let path = path(&target);
    let asker = signed.asker.clone();
    let set = match posted.text("accept").trim() {
        "" => secrets::set(asker, Of(target), Form(form)).await,
        reason => {
            let reason = reason.to_owned();
            let form = AcceptTargetSecret {
                secret: form,
                reason,
            };
            secrets::accept(asker, Of(target), Form(form)).await
        }
    };
    let set = read(set)?;
    let title = signed.say("setup-secret-there", &[]);
    let main = html! {
        h1 { (title) }
        p { (signed.say("setup-secret-never-again", &[])) }
        @for weak in &set.weak {
            (parts::notice(Tone::Look, &html! { p { (weak_said(&signed, *weak)) } }))
        }
        @if let Some(line) = &set.public {
            p { (signed.say("setup-secret-public", &[])) }
            pre.wrap { code { (line) } }
        }
        p { a.button href=(path) { (signed.say("setup-go-on", &[])) } }
    };
    Ok(Page::new(&signed, &title).await.main(main))
}

/// Suspends it, at once.
pub(crate) async fn suspend(
    signed: Signed,
    number: Number<TargetId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let target = of(number)?;
    let path = path(&target);
    let reason = posted.text("reason").to_owned();
    read(api::suspend(signed.asker.clone(), Of(target), Form(Suspend { reason })).await)?;
    Ok(done(&path, "done-suspended"))
}

/// The form that opens it again.
pub(crate) async fn resume_form(
    signed: Signed,
    number: Number<TargetId>,
) -> Result<Page, PageFailed> {
    let target = found(&signed, of(number)?).await?;
    let what = ("resume", "setup-resume", "setup-target-resume-risk");
    Ok(act(&signed, &target, what, html! {}).await)
}

/// Opens it again.
pub(crate) async fn resume(
    signed: Signed,
    number: Number<TargetId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let target = of(number)?;
    signed.fresh(&posted).await?;
    let path = path(&target);
    read(api::resume(signed.asker.clone(), Of(target), Nothing).await)?;
    Ok(done(&path, "done-resumed"))
}
