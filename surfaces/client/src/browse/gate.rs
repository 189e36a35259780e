//! Who passes: the browser that opened the link, from a page of this very door, and nobody else.
//!
//! Another user's connection never comes this far (`here::is_own_peer`). What is judged here is what the
//! engineer's own browser sends on behalf of others: another site's page (cross-site requests, a name
//! that was made to lead here), another program's page on another port of this computer.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::rand;
use data_encoding::HEXLOWER;
use hyper::header::{COOKIE, HOST, HeaderName, ORIGIN};
use hyper::{HeaderMap, Method, Uri};
use wire::Secret;

use super::carry::is_upgrade;
use crate::keep::KeepError;

/// Where a browser begins, before the secret.
const LINK: &str = "/open/";
/// The same where a console's own paths are: it has none like this.
const CONSOLE_LINK: &str = "/.sekisho-open/";
/// Bytes of each secret.
const SECRET: usize = 32;
/// Pages are what the door leads to; programs have the API themselves.
const API: &str = "/api";

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Why something goes no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The address in the browser is not this door's own, whatever name led here (DNS rebinding).
    OtherName,
    /// Another site's page, or another port's, asked.
    OtherSite,
    /// The browser has not opened the link of this run.
    NotOpened,
    /// The link was used, or is another run's.
    UsedLink,
    /// Not a page: another method, or the API.
    NotAPage,
}

/// What becomes of a request that is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The link, for the first time.
    Opens,
    /// The link, in the browser that has opened it.
    AlreadyOpen,
    /// Sent on.
    Passes,
}

/// What one run knows its browser by.
#[derive(Debug)]
pub(crate) struct Gate {
    /// `127.0.0.1:PORT`, or `TARGET.localhost:PORT`: what `Host` must be.
    authority: String,
    /// The same behind `http://`: what `Origin` must be.
    origin: String,
    /// Browsers send cookies to every port of a name: each door's has its own name.
    cookie_name: String,
    cookie: Secret,
    /// Where it is opened.
    link_at: &'static str,
    /// Whether only pages are led to, and not what programs ask for.
    only_pages: bool,
    /// Until it is used.
    link: Mutex<Option<Secret>>,
}

impl Gate {
    /// For the door at this address; and the link that opens it.
    pub(super) fn new(address: SocketAddr) -> Result<(Self, String), KeepError> {
        Self::at(address.to_string(), address.port(), LINK, true)
    }

    /// For a target's console on this port, under a name that no other target has; and the link that opens it.
    pub(crate) fn of_console(target: &str, port: u16) -> Result<(Self, String), KeepError> {
        let name = target.to_ascii_lowercase();
        Self::at(
            format!("{name}.localhost:{port}"),
            port,
            CONSOLE_LINK,
            false,
        )
    }

    fn at(
        authority: String,
        port: u16,
        link_at: &'static str,
        only_pages: bool,
    ) -> Result<(Self, String), KeepError> {
        let link = secret()?;
        let shown = format!("http://{authority}{link_at}{}", link.reveal());
        let gate = Self {
            origin: format!("http://{authority}"),
            authority,
            cookie_name: format!("{}-{port}", wire::web::DOOR_COOKIE),
            cookie: secret()?,
            link_at,
            only_pages,
            link: Mutex::new(Some(link)),
        };
        Ok((gate, shown))
    }

    /// What `Host` must be.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// What the browser's cookie is called.
    pub(crate) fn cookie_name(&self) -> &str {
        &self.cookie_name
    }

    /// The answer to whoever opened the link.
    pub(crate) fn opened(&self) -> hyper::Response<super::Sent> {
        super::shown::opened(&self.cookie())
    }

    /// What the browser keeps: for this run of the command, out of reach of scripts and other sites.
    /// Not `Secure`: not every browser keeps such a cookie without TLS, and it never leaves the computer.
    pub(crate) fn cookie(&self) -> String {
        let (name, value) = (&self.cookie_name, self.cookie.reveal());
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict")
    }

    /// Whether it goes on. Nothing of it has been sent to anybody.
    pub(crate) fn judge(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Way, Why> {
        if uri.authority().is_some() || one(headers, &HOST) != Some(self.authority.as_str()) {
            return Err(Why::OtherName);
        }
        self.asked_from_here(method, headers)?;
        let opened = self.has_cookie(headers);
        if let Some(shown) = uri.path().strip_prefix(self.link_at) {
            return match (method, opened) {
                (&Method::GET, true) => Ok(Way::AlreadyOpen),
                (&Method::GET, false) => self.open(shown),
                _ => Err(Why::NotAPage),
            };
        }
        if !opened {
            return Err(Why::NotOpened);
        }
        let path = uri.path();
        if !self.only_pages {
            let asked = path.starts_with('/') && *method != Method::CONNECT;
            return asked.then_some(Way::Passes).ok_or(Why::NotAPage);
        }
        let page = [Method::GET, Method::HEAD, Method::POST].contains(method);
        if !page || !path.starts_with('/') || path == API || path.starts_with("/api/") {
            return Err(Why::NotAPage);
        }
        Ok(Way::Passes)
    }

    /// Whether a page of this door asks, or the person by typing an address. What changes something, and
    /// a WebSocket, must say where it comes from; every browser does.
    fn asked_from_here(&self, method: &Method, headers: &HeaderMap) -> Result<(), Why> {
        let reads = method.is_safe() && !is_upgrade(headers);
        let site = headers.contains_key(&FETCH_SITE);
        let ours = match one(headers, &FETCH_SITE) {
            Some("same-origin") => true,
            Some("none") => reads,
            Some(_) => false,
            None => !site,
        };
        let origin = headers.contains_key(ORIGIN);
        let named = match one(headers, &ORIGIN) {
            Some(origin) => origin == self.origin,
            None => reads && !origin,
        };
        (ours && named).then_some(()).ok_or(Why::OtherSite)
    }

    fn has_cookie(&self, headers: &HeaderMap) -> bool {
        let lines = headers.get_all(COOKIE).iter();
        let pairs = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let mut shown = pairs
            .filter(|(name, _)| *name == self.cookie_name)
            .map(|(_, value)| value);
        let first = shown.next();
        // Twice is nobody's.
        shown.next().is_none() && first.is_some_and(|shown| same(shown, &self.cookie))
    }

    fn open(&self, shown: &str) -> Result<Way, Why> {
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        let right = link.as_ref().is_some_and(|link| same(shown, link));
        if !right {
            return Err(Why::UsedLink);
        }
        *link = None;
        Ok(Way::Opens)
    }
}

/// The value of a header that is there once and is text.
pub(super) fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().and_then(|value| value.to_str().ok());
    value.filter(|_| values.next().is_none())
}

/// In a time that does not tell how much of it was right.
fn same(shown: &str, kept: &Secret) -> bool {
    verify_slices_are_equal(shown.as_bytes(), kept.reveal().as_bytes()).is_ok()
}

fn secret() -> Result<Secret, KeepError> {
    let mut bytes = [0u8; SECRET];
    rand::fill(&mut bytes).map_err(|_| KeepError::NoRandomness)?;
    Ok(Secret::new(HEXLOWER.encode(&bytes)))
}
