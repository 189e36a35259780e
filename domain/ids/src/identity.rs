//! One type per identity. Each id carries its site: `handa/visit-7`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One hospital, clinic or pharmacy with one ledger: a short name of lower-case letters, digits and
/// single hyphens, 2 to 32 characters, that is also safe as a folder and a host label.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(Arc<str>);

/// Text that is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnId {
    /// A site's short name is malformed.
    #[error(
        "{0:?} is not a site: expected 2 to 32 lower-case letters, digits and single hyphens, starting with a letter"
    )]
    Site(String),
    /// An id is malformed.
    #[error(
        "{text:?} is not an id of this kind: expected SITE/{kind}-NUMBER, for example {kind}-7"
    )]
    Kind {
        /// What was expected: `visit`, `person` …
        kind: &'static str,
        /// What came.
        text: String,
    },
    /// The id is of another site.
    #[error("{text:?} belongs to another site than {site}")]
    OtherSite {
        /// The site expected.
        site: SiteId,
        /// What came.
        text: String,
    },
}

impl SiteId {
    /// The short name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SiteId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let well_formed = (2..=32).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && !text.ends_with('-')
            && !text.contains("--")
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if well_formed {
            Ok(Self(text.into()))
        } else {
            Err(NotAnId::Site(text.chars().take(64).collect()))
        }
    }
}

impl fmt::Display for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for SiteId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SiteId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::spelled::deserialize(deserializer)
    }
}

macro_rules! identity {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            site: SiteId,
            number: u64,
        }

        impl $name {
            /// The word before the number.
            pub const KIND: &'static str = $kind;

            /// The id with this number at this site. Numbers start at 1.
            pub fn new(site: &SiteId, number: u64) -> Self {
                Self { site: site.clone(), number }
            }

            /// The site that it belongs to.
            pub fn site(&self) -> &SiteId {
                &self.site
            }

            /// Its number, unique among the ids of this kind at its site.
            pub fn number(&self) -> u64 {
                self.number
            }

            /// What a person types: the whole id, the id without its site, or the number alone.
            ///
            /// # Errors
            /// If it is none of these, or names another site.
            pub fn parse_at(site: &SiteId, text: &str) -> Result<Self, NotAnId> {
                let malformed = || NotAnId::Kind { kind: $kind, text: text.chars().take(64).collect() };
                let text = text.trim();
                let rest = match text.split_once('/') {
                    Some((named, rest)) if named == site.as_str() => rest,
                    Some(_) => {
                        return Err(NotAnId::OtherSite { site: site.clone(), text: text.chars().take(64).collect() });
                    }
                    None => text,
                };
                let digits = match rest.split_once('-') {
                    Some((kind, digits)) if kind == $kind => digits,
                    Some(_) => return Err(malformed()),
                    None => rest,
                };
                let canonical = !digits.is_empty()
                    && digits.bytes().all(|b| b.is_ascii_digit())
                    && !digits.starts_with('0');
                let number = digits.parse().ok().filter(|_| canonical).ok_or_else(malformed)?;
                Ok(Self { site: site.clone(), number })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}/{}-{}", self.site, $kind, self.number)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            /// Reads the whole id, `SITE/KIND-NUMBER`.
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let malformed = || NotAnId::Kind { kind: $kind, text: text.chars().take(64).collect() };
                let (site, rest) = text.split_once('/').ok_or_else(malformed)?;
                if !rest.contains('-') {
                    return Err(malformed());
                }
                Self::parse_at(&site.parse()?, rest)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::spelled::deserialize(deserializer)
            }
        }
    };
}

identity!(
    /// A natural person. There are no shared accounts.
    PersonId, "person"
);
identity!(
    /// A maintenance company, or a sub-contractor of one.
    VendorId, "vendor"
);
identity!(
    /// An engineer's enrolled computer, known by its key.
    DeviceId, "device"
);
identity!(
    /// One service of an asset: protocol, address, pinned identity.
    TargetId, "target"
);
identity!(
    /// A request for a visit, or for its extension.
    RequestId, "request"
);
identity!(
    /// An approved request. It has the number of its request.
    GrantId, "grant"
);
identity!(
    /// The whole errand, from request to review.
    VisitId, "visit"
);
identity!(
    /// One connection inside a visit.
    SessionId, "session"
);
identity!(
    /// A one-use invitation for one person to set up their factors, or enrol one more device.
    InvitationId, "invitation"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_carries_its_site_and_reads_back() {
        let site: SiteId = "handa".parse().unwrap();
        let visit = VisitId::new(&site, 7);
        assert_eq!(visit.to_string(), "handa/visit-7");
        assert_eq!("handa/visit-7".parse(), Ok(visit.clone()));
        for typed in ["handa/visit-7", "visit-7", "7", " 7 "] {
            assert_eq!(
                VisitId::parse_at(&site, typed),
                Ok(visit.clone()),
                "{typed}"
            );
        }
    }

    #[test]
    fn an_id_of_another_kind_site_or_spelling_is_refused() {
        let site: SiteId = "handa".parse().unwrap();
        for wrong in [
            "person-7", "07", "visit-07", "", "visit-", "-7", "visit-7x", "7",
        ] {
            assert!(wrong.parse::<VisitId>().is_err(), "{wrong}");
        }
        assert!(VisitId::parse_at(&site, "osaka/visit-7").is_err());
        assert!(VisitId::parse_at(&site, "person-7").is_err());
        assert!(VisitId::parse_at(&site, "07").is_err());
    }

    #[test]
    fn a_site_name_is_safe_as_a_folder_and_a_host_label() {
        for wrong in [
            "",
            "a",
            "-ab",
            "ab-",
            "a--b",
            "Handa",
            "半田",
            "../x",
            "a/b",
            &"a".repeat(33),
        ] {
            assert!(wrong.parse::<SiteId>().is_err(), "{wrong}");
        }
        assert!("handa-2nd".parse::<SiteId>().is_ok());
    }
}
