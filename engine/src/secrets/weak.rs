//! In what a target's secret is weak. Here a secret is seen for as long as it is judged; what leaves is the
//! kind of its weakness and nothing else.

use std::collections::BTreeMap;

use access::{Protocol, SecretFound, SecretWeakness, Site};
use ids::TargetId;
use vault::{Tag, tag};

use super::{AUTHORITY, Account, KEY, PASSWORD, reference};
use crate::Inner;

/// Bytes of a password that VNC's challenge counts.
const VNC_COUNTS: usize = 8;

/// Which account: of which target, and of a database whether the one that only reads.
pub(super) type Of = (TargetId, bool);

/// In what a secret is weak that is to become this account's.
pub(super) fn of_a_new_one(inner: &Inner, of: &Of, plain: &[u8]) -> Vec<SecretWeakness> {
    let mut weak = in_itself(inner, of, plain);
    let own = tags_of(inner, of, plain);
    let shared = tags(inner)
        .iter()
        .any(|(other, others)| other != of && is_same(others, &own));
    weak.extend(shared.then_some(SecretWeakness::Shared));
    weak
}

/// What is new of the secrets in the vault, against what the state says. Without `whole` they are compared
/// with each other and not looked at in themselves: that takes its time.
pub(super) fn what_is_new(inner: &Inner, whole: bool) -> Vec<SecretFound> {
    if whole {
        inner.secrets.forget_bad_list();
    }
    let tags = tags(inner);
    let mut found = Vec::new();
    for (of, own) in &tags {
        let before = standing(&inner.site(), of);
        let mut weak = if whole {
            opened(inner, of).map_or_else(Vec::new, |plain| in_itself(inner, of, &plain))
        } else {
            let kept = before.iter().copied();
            kept.filter(|one| *one != SecretWeakness::Shared).collect()
        };
        let shared = tags
            .iter()
            .any(|(other, others)| other != of && is_same(others, own));
        weak.extend(shared.then_some(SecretWeakness::Shared));
        if weak != before {
            let (target, reader) = of.clone();
            found.push(SecretFound {
                target,
                reader,
                weak,
            });
        }
    }
    found
}

/// The accounts that have the same secret as another one, with those others.
pub(super) fn twins(inner: &Inner) -> BTreeMap<Of, Vec<Of>> {
    let tags = tags(inner);
    let mut twins = BTreeMap::new();
    for (of, own) in &tags {
        let same = tags
            .iter()
            .filter(|(other, others)| *other != of && is_same(others, own));
        let same: Vec<Of> = same.map(|(other, _)| other.clone()).collect();
        if !same.is_empty() {
            twins.insert(of.clone(), same);
        }
    }
    twins
}

/// In what a secret is weak whoever else has it: keys are made, and in nothing.
fn in_itself(inner: &Inner, of: &Of, plain: &[u8]) -> Vec<SecretWeakness> {
    let Some((&PASSWORD, password)) = plain.split_first() else {
        return Vec::new();
    };
    let Ok(password) = std::str::from_utf8(password) else {
        return Vec::new();
    };
    // Eight letters are few, whichever they are: what they are is compared with the lists, and not estimated.
    let guessed = login::passphrase::is_guessable(password, &words(&inner.site(), of));
    let counts = what_counts(&inner.site(), of, password);
    let listed = inner.listed(password) || counts.is_some_and(|counts| inner.listed(counts));
    let mut weak = Vec::new();
    weak.extend(guessed.then_some(SecretWeakness::Guessable));
    weak.extend(listed.then_some(SecretWeakness::Listed));
    weak
}

/// The beginning of a password after which a server looks at nothing any more, if there is such an end: VNC's
/// challenge counts eight bytes (RFC 6143 §7.2.2).
fn what_counts<'a>(site: &Site, (target, _): &Of, password: &'a str) -> Option<&'a str> {
    let target = site.target(target)?;
    // With an account's name the password goes as it is (X509Plain).
    let alone = target
        .desktop
        .as_ref()
        .is_some_and(|known| known.user.is_none());
    let counts = target.protocol == Protocol::Vnc && alone && password.len() > VNC_COUNTS;
    let end = password.floor_char_boundary(VNC_COUNTS);
    password.get(..end).filter(|_| counts)
}

/// What a guesser would try here: the names of the hospital, of the target, its accounts and its vendors.
fn words(site: &Site, (target, _): &Of) -> Vec<String> {
    let mut words = vec![site.id().to_string()];
    words.extend(site.founding().map(|founding| founding.name.clone()));
    if let Some(target) = site.target(target) {
        words.push(target.name.clone());
        words.push(target.address.host.clone());
        words.extend(target.accounts().map(|known| known.account.to_owned()));
        let vendors = target.vendors.iter().filter_map(|id| site.vendor(id));
        words.extend(vendors.map(|vendor| vendor.name.clone()));
    }
    words
}

fn standing(site: &Site, (target, reader): &Of) -> Vec<SecretWeakness> {
    let known = site.target(target);
    known.map_or_else(Vec::new, |known| {
        let standing = if *reader {
            &known.reader_standing
        } else {
            &known.standing
        };
        standing.weak.clone()
    })
}

/// The tags of every secret there is. One is opened at a time.
fn tags(inner: &Inner) -> BTreeMap<Of, Vec<Tag>> {
    let all: Vec<Of> = {
        let site = inner.site();
        let all = site.account_secrets();
        all.map(|known| (known.target.id.clone(), known.reader))
            .collect()
    };
    let mut tags = BTreeMap::new();
    for of in all {
        if let Some(plain) = opened(inner, &of) {
            let own = tags_of(inner, &of, &plain);
            tags.insert(of, own);
        }
    }
    tags
}

fn opened(inner: &Inner, (target, reader): &Of) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    let account = Account::of(*reader);
    let number = inner.current_secret(target, account);
    let reference = reference(target, (account, number));
    let sealed = inner.store.vault_row(&reference).ok().flatten()?;
    inner.open_sealed(&reference, &sealed)
}

/// A key is the same key under another comment: its public half is compared. A password of which a server counts the
/// beginning has that one's tag, too.
fn tags_of(inner: &Inner, of: &Of, plain: &[u8]) -> Vec<Tag> {
    let key = &inner.keys.keys().vault;
    let tagged = |plain: &[u8]| tag(key, &inner.id, plain);
    match plain.split_first() {
        Some((&(KEY | AUTHORITY), pem)) => {
            let public = std::str::from_utf8(pem)
                .ok()
                .and_then(|pem| ssh::check_private_key(pem).ok());
            let public = public.map(|public| tagged(public.to_string().as_bytes()));
            public.into_iter().collect()
        }
        Some((_, password)) => {
            let password = std::str::from_utf8(password).unwrap_or_default();
            let counts = what_counts(&inner.site(), of, password);
            let counts = counts.map(|counts| tagged(&super::made::tagged(PASSWORD, counts)));
            [Some(tagged(plain)), counts]
                .into_iter()
                .flatten()
                .collect()
        }
        None => Vec::new(),
    }
}

fn is_same(one: &[Tag], other: &[Tag]) -> bool {
    one.iter().any(|tag| other.contains(tag))
}
