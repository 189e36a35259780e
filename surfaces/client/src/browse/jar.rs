//! The site's cookies, kept here: the browser has none of them.
//!
//! They are bound to the device's certificate at the site, so that they would be worth nothing from
//! elsewhere; here they also end with the command.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use hyper::HeaderMap;
use hyper::header::{HeaderValue, SET_COOKIE};
use zeroize::Zeroizing;

/// What the site's own cookies are called: for its very name, over TLS.
const OURS: &str = "__Host-sekisho";
/// The language that somebody reads in.
const LANGUAGE: &str = "__Host-sekisho-language";
/// How many are kept: the site has four.
const MOST: usize = 8;
/// Bytes of one: a token has less than two hundred.
const LONGEST: usize = 2048;

/// The cookies of one site in one run.
#[derive(Default)]
pub(super) struct Jar(Mutex<BTreeMap<String, Zeroizing<String>>>);

impl Jar {
    /// Empty, but for the language in which the command itself speaks.
    pub(super) fn with_language(language: &str) -> Self {
        let jar = Self::default();
        jar.put(LANGUAGE, language);
        jar
    }

    /// Keeps what an answer of the site sets, and forgets what it takes away.
    pub(super) fn take(&self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE) {
            let Ok(line) = line.to_str() else { continue };
            let mut parts = line.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            let gone = parts.any(|part| part.eq_ignore_ascii_case("max-age=0"));
            self.put(name, if gone { "" } else { value });
        }
    }

    fn put(&self, name: &str, value: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if value.is_empty() {
            kept.remove(name);
            return;
        }
        let fits = name.starts_with(OURS)
            && name.len() + value.len() <= LONGEST
            && value
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b';');
        if fits && (kept.len() < MOST || kept.contains_key(name)) {
            kept.insert(name.to_owned(), Zeroizing::new(value.to_owned()));
        }
    }

    /// What the site is shown; `None` if there is nothing.
    pub(super) fn shown(&self) -> Option<HeaderValue> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs: Vec<String> = kept
            .iter()
            .map(|(name, value)| format!("{name}={}", value.as_str()))
            .collect();
        let mut value = HeaderValue::from_str(&pairs.join("; ")).ok()?;
        value.set_sensitive(true);
        (!pairs.is_empty()).then_some(value)
    }

    /// Whether somebody is signed in, as far as is known here.
    pub(super) fn is_signed_in(&self) -> bool {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.contains_key(OURS)
    }
}
