//! Terms for SSH: what may be asked for, and how approvals narrow it.

use super::asking::Reasons;
use crate::limits;
use crate::reason::Reason;
use crate::site::Request;
use crate::terms::{Files, Paths, SshTerms, resolved_parts};

/// What a request stands at for SSH: as asked and narrowed so far, or narrower still.
pub(super) fn narrowed_ssh(
    request: &Request,
    narrower: Option<SshTerms>,
    why: &mut Reasons,
) -> Option<SshTerms> {
    let Some(narrower) = narrower else {
        return request.ssh.clone();
    };
    if let Some(asked) = why.need(request.ssh.as_ref(), Reason::SshTermsNotPossible) {
        why.unless(narrower.within(asked), Reason::WouldWiden);
    }
    ssh_terms_possible(&narrower, why);
    Some(narrower)
}

pub(super) fn ssh_terms_possible(terms: &SshTerms, why: &mut Reasons) {
    why.unless(terms.allow_something(), Reason::SshTermsNotPossible);
    let mut written = 0;
    for files in [&terms.upload, &terms.download] {
        let Files::Yes { paths, most_bytes } = files else {
            continue;
        };
        let fits = (1..=limits::LARGEST_QUOTA).contains(most_bytes);
        why.unless(fits, Reason::SshTermsNotPossible);
        let Paths::Under(folders) = paths else {
            continue;
        };
        why.limit(folders.len(), limits::MOST_FOLDERS, "folders");
        for folder in folders {
            why.text(folder, limits::LONGEST_TEXT);
            let resolved = resolved_parts(folder).is_some();
            why.unless(resolved, Reason::SshTermsNotPossible);
            written += folder.len() + folder.matches('"').count();
        }
    }
    why.unless(written <= limits::LONGEST_FOLDERS, Reason::TextTooLong);
}
