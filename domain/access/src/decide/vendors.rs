//! Vendors and where their engineers come from.

use caseless::Caseless;
use ids::{NonEmpty, VendorId};
use unicode_normalization::UnicodeNormalization;

use super::asking::{Asking, Reasons, next};
use super::{Decided, Outcome};
use crate::command::NewVendor;
use crate::event::Event;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::terms::SourcePrefix;

/// The narrowest prefixes that need an exception, per address family.
const FREE_IPV4: u8 = 16;
const FREE_IPV6: u8 = 32;

impl Asking<'_> {
    pub(super) fn register_vendor(&self, new: NewVendor) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        why.text(&new.name, limits::LONGEST_NAME);
        let key = name_key(&new.name);
        let taken = self
            .site
            .vendors
            .values()
            .any(|vendor| name_key(&vendor.name) == key);
        why.unless(!taken, Reason::NameTaken);
        why.limit(self.site.vendors.len() + 1, limits::MOST_VENDORS, "vendors");
        if let Some(parent) = &new.parent {
            let tiers = self.site.lineage(parent);
            why.unless(!tiers.is_empty(), Reason::NotFound);
            why.limit(tiers.len() + 1, limits::MOST_TIERS, "tiers");
        }
        self.sources_possible(&new.sources, &mut why);
        why.settle()?;
        let vendor = VendorId::new(&self.site.id, next(&self.site.vendors));
        let NewVendor {
            name,
            parent,
            sources,
            phone,
        } = new;
        let registered = Event::VendorRegistered {
            vendor: vendor.clone(),
            name,
            parent,
            sources,
            phone,
        };
        Decided::one(registered, Outcome::Vendor(vendor))
    }

    pub(super) fn change_sources(
        &self,
        vendor: VendorId,
        sources: NonEmpty<SourcePrefix>,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        why.unless(self.site.vendors.contains_key(&vendor), Reason::NotFound);
        self.sources_possible(&sources, &mut why);
        why.settle()?;
        Decided::one(Event::SourcesChanged { vendor, sources }, Outcome::Done)
    }

    pub(super) fn reconfirm_sources(&self, vendor: VendorId) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        why.unless(self.site.vendors.contains_key(&vendor), Reason::NotFound);
        why.settle()?;
        Decided::one(Event::SourcesReconfirmed { vendor }, Outcome::Done)
    }

    fn sources_possible(&self, sources: &NonEmpty<SourcePrefix>, why: &mut Reasons) {
        why.limit(sources.len(), limits::MOST_SOURCES, "sources");
        for source in sources {
            self.source_possible(source, why);
        }
    }

    /// Never everything; wide only with a signed exception that ends (invariant 10).
    fn source_possible(&self, source: &SourcePrefix, why: &mut Reasons) {
        let too_wide = || Reason::PrefixTooWide {
            net: source.net.to_string(),
        };
        let free = match source.net {
            ipnet::IpNet::V4(_) => FREE_IPV4,
            ipnet::IpNet::V6(_) => FREE_IPV6,
        };
        let length = source.net.prefix_len();
        why.unless(length > 0, too_wide());
        match &source.exception {
            None => why.unless(length >= free, too_wide()),
            Some(exception) => {
                why.text(&exception.reason, limits::LONGEST_TEXT);
                let ends = self.now < exception.until
                    && exception.until <= self.now.plus(limits::EXCEPTION_LASTS);
                why.unless(length < free && ends, Reason::ExceptionNotPossible);
            }
        }
    }
}

/// One key for all the spellings of a name: full or half width, upper or lower case (lesson L12).
fn name_key(name: &str) -> String {
    let folded: String = name.nfkc().default_case_fold().nfkc().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}
