//! From where people of the hospital may come: the LAN, and what was opened beyond it.

use super::asking::{Asking, Reasons};
use super::{Decided, Outcome};
use crate::caller::{Door, Source};
use crate::event::Event;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::site::{Person, Site};
use crate::terms::{ConsoleReach, Employer, ReachFrom};

impl Asking<'_> {
    /// Opens the console's name beyond the LAN, in place of what was open there before.
    pub(super) fn open_console(&self, reach: ConsoleReach) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        if let ReachFrom::Prefixes(nets) = &reach.from {
            why.limit(nets.len(), limits::MOST_CONSOLE_PREFIXES, "networks");
            // Everybody is said by name: a network that long is a slip of the pen.
            for net in nets.iter().filter(|net| net.prefix_len() == 0) {
                let net = net.to_string();
                why.no(Reason::PrefixTooWide { net });
            }
        }
        let same = self.site.console_reach.as_ref() == Some(&reach);
        why.unless(!same, Reason::AlreadySo);
        why.settle()?;
        Decided::one(Event::ConsoleOpened { reach }, Outcome::Done)
    }

    /// Closes it again: from the LAN alone.
    pub(super) fn close_console(&self) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        why.unless(self.site.console_reach.is_some(), Reason::AlreadySo);
        why.settle()?;
        Decided::one(Event::ConsoleClosed {}, Outcome::Done)
    }

    /// Whether a person may come from where they come: a vendor's from its networks, the hospital's from
    /// the LAN, or from where the console's name was opened to, and then with a passkey: a passphrase and
    /// a code can be read off somebody's screen, or asked for by a page that looks like ours.
    pub(super) fn comes_from(&self, person: &Person, why: &mut Reasons) {
        let caller = self.caller;
        let refused = self
            .site
            .source_refused(&person.employer, caller.source, self.now);
        let outside = refused == Some(Reason::SourceNotListed)
            && !matches!(person.employer, Employer::Vendor(_))
            && caller.door == Door::Console
            && self.site.console_opened_to(caller.source);
        if outside {
            why.unless(caller.factors.passkey, Reason::OutsideNeedsPasskey);
        } else {
            why.maybe(refused);
        }
    }
}

impl Site {
    /// How far the console's name is open beyond the LAN; nothing: not at all.
    pub fn console_reach(&self) -> Option<&ConsoleReach> {
        self.console_reach.as_ref()
    }

    /// Whether a connection comes from the hospital's LAN. Unknown is no.
    pub fn is_of_the_lan(&self, source: Source) -> bool {
        let lan = self.founding.as_ref().map(|founding| &founding.lan);
        match source {
            Source::Address(address) => {
                lan.is_some_and(|lan| lan.iter().any(|net| net.contains(&address.to_canonical())))
            }
            Source::Local => true,
            Source::Unknown => false,
        }
    }

    fn console_opened_to(&self, source: Source) -> bool {
        match (&self.console_reach, source) {
            (Some(reach), Source::Address(address)) => reach.admits(address.to_canonical()),
            (None, _) | (_, Source::Local | Source::Unknown) => false,
        }
    }
}
