//! Whose console it is.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::Value;

use crate::hospital::{Founded, Hospital, pinned};
use crate::people::text;

/// A hospital with its people, or a site on its first day with the certificate that vouches for its pages.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    /// People have joined.
    Hospital(&'a Hospital),
    /// Nobody has.
    Founded(&'a Founded, &'a Path),
}

impl Place<'_> {
    /// Where the gateway listens.
    pub(super) fn address(self) -> SocketAddr {
        match self {
            Self::Hospital(hospital) => hospital.address,
            Self::Founded(site, _) => site.address,
        }
    }

    /// What the browsers of this place trust, PEM: the site's CA, as the clerk's computer pinned it when
    /// joining, or what the hospital has given.
    pub(super) fn root(self) -> String {
        match self {
            Self::Hospital(hospital) => {
                let ca = text(&pinned(&hospital.clerk), "ca");
                format!("-----BEGIN CERTIFICATE-----\n{ca}\n-----END CERTIFICATE-----\n")
            }
            Self::Founded(_, root) => std::fs::read_to_string(root).expect("the test made it"),
        }
    }

    /// The entries of the ledger of one kind.
    pub(super) fn events(self, kind: &str) -> Vec<Value> {
        match self {
            Self::Hospital(hospital) => hospital.events(kind),
            Self::Founded(site, _) => site.events(kind),
        }
    }
}
