//! What an intrusion leaves in the event logs of Windows. A fold over the events that matter, in the order of their times; nothing
//! else is asked. The sentences of each rule stand with the gateway's own (`watch`).

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use ids::Timestamp;
use watch::Rule;

use super::Event;

const SECURITY: &str = "Microsoft-Windows-Security-Auditing";
const EVENT_LOG: &str = "Microsoft-Windows-Eventlog";
const SERVICES: &str = "Service Control Manager";

/// What is found again within so long belongs to what was found.
const A_DAY: Duration = Duration::from_secs(24 * 3600);
/// In which many wrong passwords are no mistyping.
const MINUTES: Duration = Duration::from_secs(10 * 60);

/// Wrong passwords for one account within [`MINUTES`].
const OF_AN_ACCOUNT: usize = 10;
/// Accounts for which one source gave wrong passwords within [`MINUTES`].
const SPREAD: usize = 5;
/// Wrong passwords from one source within [`A_DAY`].
const SLOWLY: usize = 40;
/// Wrong passwords from one source within [`A_DAY`] after which a right one is remarkable.
const BEFORE_A_RIGHT_ONE: usize = 10;
/// Machines at which one account arrives from one source within [`MINUTES`].
const FANNED_OUT: usize = 5;

/// Findings of one rule. The last one counts what is beyond.
const MOST_OF_A_RULE: usize = 1_000;

/// Something that a rule saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub rule: Rule,
    /// At which machine; of several the last.
    pub computer: String,
    /// What it is about: an account, a group, a service, a log.
    pub about: String,
    /// Who did it, or from where, as far as the log says.
    pub by: String,
    /// How often.
    pub count: u64,
    /// The first time.
    pub first: Timestamp,
    /// The last time.
    pub last: Timestamp,
    /// Whether anything of it is new.
    pub fresh: bool,
}

/// Whether a rule asks for such events.
#[must_use]
pub fn concerns(event: &Event) -> bool {
    Kind::of(event).is_some()
}

/// What the rules see in these events, in the order of the first time. Events may be of several machines and logs; with each it is
/// said whether it is new.
#[must_use]
pub fn find(mut events: Vec<(Event, bool)>) -> Vec<Finding> {
    events.sort_by_key(|(event, _)| event.at);
    let mut rules = Rules::default();
    for (event, fresh) in &events {
        rules.fresh = *fresh;
        if let Some(kind) = Kind::of(event) {
            rules.see(kind, event);
        }
    }
    let mut findings: Vec<Finding> = rules.found.into_values().flatten().collect();
    findings.sort_by_key(|finding| finding.first);
    findings
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    WrongPassword,
    LoggedOn,
    LockedOut,
    AccountAdded,
    GroupJoined,
    LogCleared,
    ServiceAdded,
}

impl Kind {
    fn of(event: &Event) -> Option<Self> {
        Some(match (event.provider.as_str(), event.id) {
            (SECURITY, 4625) => Self::WrongPassword,
            (SECURITY, 4624) => Self::LoggedOn,
            (SECURITY, 4740) => Self::LockedOut,
            (SECURITY, 4720) => Self::AccountAdded,
            // To a global, a local, a universal group.
            (SECURITY, 4728 | 4732 | 4756) => Self::GroupJoined,
            // The log Security; any other one.
            (EVENT_LOG, 1102 | 104) => Self::LogCleared,
            (SERVICES, 7045) => Self::ServiceAdded,
            _ => return None,
        })
    }
}

/// Times within a span.
#[derive(Debug, Default)]
struct Recent(VecDeque<Timestamp>);

impl Recent {
    /// With this one; how many there are within `span` then.
    fn with(&mut self, at: Timestamp, span: Duration) -> usize {
        self.0.push_back(at);
        self.within(at, span)
    }

    fn within(&mut self, at: Timestamp, span: Duration) -> usize {
        while self.0.front().is_some_and(|then| at.since(*then) > span) {
            let _over = self.0.pop_front();
        }
        self.0.len()
    }

    fn first(&self, otherwise: Timestamp) -> Timestamp {
        self.0.front().copied().unwrap_or(otherwise)
    }
}

/// Names within a span, each with its last time.
type Names = BTreeMap<String, Timestamp>;

fn names_within(names: &mut Names, name: &str, at: Timestamp, span: Duration) -> usize {
    names.retain(|_, then| at.since(*then) <= span);
    names.insert(name.to_owned(), at);
    names.len()
}

#[derive(Debug, Default)]
struct Rules {
    of_account: BTreeMap<String, Recent>,
    of_source: BTreeMap<String, Recent>,
    accounts_of_source: BTreeMap<String, Names>,
    machines: BTreeMap<(String, String), Names>,
    found: BTreeMap<Rule, Vec<Finding>>,
    /// By rule and group: which of `found` it is.
    told: BTreeMap<(Rule, String), usize>,
    /// Whether the event that is looked at is new.
    fresh: bool,
}

impl Rules {
    fn see(&mut self, kind: Kind, event: &Event) {
        match kind {
            Kind::WrongPassword => self.wrong_password(event),
            Kind::LoggedOn => self.logged_on(event),
            Kind::LockedOut => {
                // Of a lock-out the log names the machine from which it came in the domain's place.
                let from = event.said("TargetDomainName");
                self.tell(
                    Rule::WindowsLockedOut,
                    event,
                    account(event),
                    from,
                    event.at,
                    1,
                );
            }
            Kind::AccountAdded => {
                let by = event.said("SubjectUserName");
                self.tell(
                    Rule::WindowsAccountAdded,
                    event,
                    account(event),
                    by,
                    event.at,
                    1,
                );
            }
            Kind::GroupJoined => {
                let member = match event.said("MemberName") {
                    "" => event.said("MemberSid"),
                    name => name,
                };
                let about = format!("{} ← {member}", event.said("TargetUserName"));
                let by = event.said("SubjectUserName");
                self.tell(Rule::WindowsGroupJoined, event, about, by, event.at, 1);
            }
            Kind::LogCleared => {
                let log = match event.said("Channel") {
                    "" => event.channel.as_str(),
                    log => log,
                };
                let by = event.said("SubjectUserName");
                let log = log.to_owned();
                self.tell(Rule::WindowsLogCleared, event, log, by, event.at, 1);
            }
            Kind::ServiceAdded => {
                let about = format!("{}: {}", event.said("ServiceName"), event.said("ImagePath"));
                let by = event.said("AccountName");
                self.tell(Rule::WindowsServiceAdded, event, about, by, event.at, 1);
            }
        }
    }

    fn wrong_password(&mut self, event: &Event) {
        let (account, source, at) = (account(event), source(event), event.at);
        let recent = self.of_account.entry(account.clone()).or_default();
        let of_account = recent.with(at, MINUTES);
        let first = recent.first(at);
        if of_account >= OF_AN_ACCOUNT {
            self.guessed_at(event, account.clone(), source, first, of_account);
        }
        if source.is_empty() {
            return;
        }
        let recent = self.of_source.entry(source.to_owned()).or_default();
        let of_source = recent.with(at, A_DAY);
        let first = recent.first(at);
        let accounts = self
            .accounts_of_source
            .entry(source.to_owned())
            .or_default();
        let spread = names_within(accounts, &account, at, MINUTES);
        // What is told of the account is not told of its source once more.
        if spread >= SPREAD || (of_source >= SLOWLY && of_account < OF_AN_ACCOUNT) {
            let about = format!("({spread})");
            self.guessed_at(event, about, source, first, of_source);
        }
    }

    fn guessed_at(
        &mut self,
        event: &Event,
        about: String,
        source: &str,
        first: Timestamp,
        count: usize,
    ) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.tell(Rule::WindowsGuessing, event, about, source, first, count);
    }

    fn logged_on(&mut self, event: &Event) {
        let (account, source, at) = (account(event), source(event), event.at);
        if source.is_empty() || is_machine(&account) || is_itself(source) {
            return;
        }
        let wrong = self
            .of_source
            .get_mut(source)
            .map_or(0, |recent| recent.within(at, A_DAY));
        if wrong >= BEFORE_A_RIGHT_ONE {
            let count = u64::try_from(wrong).unwrap_or(u64::MAX);
            let about = account.clone();
            self.tell(Rule::WindowsGuessed, event, about, source, at, count);
        }
        // 3: over the network.
        if event.said("LogonType") != "3" {
            return;
        }
        let machines = self
            .machines
            .entry((account.clone(), source.to_owned()))
            .or_default();
        let machines = names_within(machines, &event.computer, at, MINUTES);
        if machines >= FANNED_OUT {
            let count = u64::try_from(machines).unwrap_or(u64::MAX);
            self.tell(Rule::WindowsFanOut, event, account, source, at, count);
        }
    }

    /// Tells of it, or counts it with what was told of the same within a day. What a window counted is told as it was then, and
    /// one more for each that follows.
    fn tell(
        &mut self,
        rule: Rule,
        event: &Event,
        about: String,
        by: &str,
        first: Timestamp,
        count: u64,
    ) {
        let group = group(rule, event, &about, by);
        let found = self.found.entry(rule).or_default();
        let full = found.len() >= MOST_OF_A_RULE;
        let told = self.told.get(&(rule, group.clone())).copied();
        let told = told.filter(|at| {
            let known = found.get(*at);
            known.is_some_and(|known| event.at.since(known.last) <= A_DAY)
        });
        let told = told.or_else(|| full.then_some(MOST_OF_A_RULE - 1));
        if let Some(told) = told.and_then(|at| found.get_mut(at)) {
            told.count += 1;
            told.last = event.at;
            told.fresh |= self.fresh;
            return;
        }
        self.told.insert((rule, group), found.len());
        found.push(Finding {
            rule,
            computer: event.computer.clone(),
            about,
            by: by.to_owned(),
            count,
            first,
            last: event.at,
            fresh: self.fresh,
        });
    }
}

/// What belongs together: the same account, service or log at one machine; of what goes over several machines, the source.
fn group(rule: Rule, event: &Event, about: &str, by: &str) -> String {
    // Of a source that goes over many accounts the number alone would differ.
    if rule == Rule::WindowsGuessing && about.starts_with('(') {
        return by.to_owned();
    }
    if rule == Rule::WindowsGuessed || rule == Rule::WindowsFanOut {
        return format!("{about} {by}");
    }
    format!("{} {about}", event.computer)
}

fn account(event: &Event) -> String {
    event.said("TargetUserName").to_lowercase()
}

/// The address, or else the machine's name.
fn source(event: &Event) -> &str {
    match event.said("IpAddress") {
        "" => event.said("WorkstationName"),
        address => address,
    }
}

/// Accounts of machines and of nobody: they log on everywhere by themselves.
fn is_machine(account: &str) -> bool {
    account.is_empty() || account.ends_with('$') || account == "anonymous logon"
}

fn is_itself(source: &str) -> bool {
    let address: Result<std::net::IpAddr, _> = source.parse();
    address.is_ok_and(|address| address.to_canonical().is_loopback())
}
