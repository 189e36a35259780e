//! What is unusual about a request: for the person who decides, at night, on a telephone. It refuses
//! nothing; it says what somebody who knows every visit so far would have noticed.

use std::time::Duration;

use ids::Timestamp;

use crate::risks::RiskKind;
use crate::site::{Asked, Request, RequestState, Site, Target};
use crate::terms::{DatabaseTerms, Employer, USUAL_BYTES_OUT};

/// A device that was enrolled less long ago is new.
const NEW_DEVICE: Duration = Duration::from_secs(7 * 24 * 3600);
/// Who asks less long before the window gives nobody time to ask back.
const SHORT_NOTICE: Duration = Duration::from_secs(30 * 60);
/// The night, in minutes of the day in Japan: from 20:00 until 07:00.
const NIGHT_FROM: u16 = 20 * 60;
const NIGHT_UNTIL: u16 = 7 * 60;
/// Saturday and Sunday, Monday being 0.
const WEEKEND: u8 = 5;
/// How often longer than any visit to that target so far.
const TWICE: i64 = 2;

/// Something that is out of the ordinary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unusual {
    /// The person's first visit here.
    FirstVisit,
    /// The person was here, and never at this target.
    FirstAtTarget,
    /// Nobody has visited this target yet.
    FirstEver,
    /// The device was enrolled within a week.
    NewDevice,
    /// It begins or ends at night.
    AtNight,
    /// It lies on a Saturday or Sunday.
    AtWeekend,
    /// It was asked for less than half an hour before it begins.
    ShortNotice,
    /// It is more than twice as long as the longest visit to this target so far.
    Longer,
    /// A sub-contractor does the work.
    SubContractor,
    /// The same person has another request that waits, or was refused one within a day.
    AskedBefore,
    /// Files leave the hospital, and no visit to this target took any so far.
    FirstFilesOut,
    /// Data of a database may be changed.
    ChangesData,
    /// More may be taken out of a database or a web console than a visit usually may.
    MuchDataOut,
    /// The server of a database, a web console or a desktop does not encrypt: the hospital accepted that risk.
    PlainText,
    /// Its encryption is given up everywhere else: the hospital accepted that risk.
    OldTls,
    /// Nobody understands what passes to the target: the hospital accepted that risk.
    RawTcp,
    /// Telnet: the password and all that passes can be read on the hospital's network, which it accepted.
    Telnet,
}

impl Unusual {
    /// Every one, the gravest first.
    pub const ALL: [Self; 17] = [
        Self::FirstVisit,
        Self::FirstEver,
        Self::FirstAtTarget,
        Self::NewDevice,
        Self::AskedBefore,
        Self::FirstFilesOut,
        Self::ChangesData,
        Self::MuchDataOut,
        Self::Longer,
        Self::AtNight,
        Self::AtWeekend,
        Self::ShortNotice,
        Self::SubContractor,
        Self::PlainText,
        Self::OldTls,
        Self::RawTcp,
        Self::Telnet,
    ];

    /// The id of its sentence, after `unusual-`.
    pub fn id(self) -> &'static str {
        match self {
            Self::FirstVisit => "first-visit",
            Self::FirstAtTarget => "first-at-target",
            Self::FirstEver => "first-ever",
            Self::NewDevice => "new-device",
            Self::AtNight => "at-night",
            Self::AtWeekend => "at-weekend",
            Self::ShortNotice => "short-notice",
            Self::Longer => "longer",
            Self::SubContractor => "sub-contractor",
            Self::AskedBefore => "asked-before",
            Self::FirstFilesOut => "first-files-out",
            Self::ChangesData => "changes-data",
            Self::MuchDataOut => "much-data-out",
            Self::PlainText => "plain-text",
            Self::OldTls => "old-tls",
            Self::RawTcp => "raw-tcp",
            Self::Telnet => "telnet",
        }
    }
}

impl Site {
    /// What is unusual about a request, the gravest first.
    pub fn unusual(&self, request: &Request) -> Vec<Unusual> {
        let beside = Beside::of(self, request);
        let found = |unusual: &Unusual| beside.is(*unusual);
        Unusual::ALL.into_iter().filter(found).collect()
    }
}

/// A request beside everything that was before it.
struct Beside<'a> {
    site: &'a Site,
    request: &'a Request,
    /// Whether the person had a session here before, and one at this target.
    was_here: bool,
    was_at_target: bool,
    /// Whether anybody had one at this target, the longest window of those, and whether files left it.
    visited: bool,
    longest: i64,
    took_files: bool,
}

impl<'a> Beside<'a> {
    fn of(site: &'a Site, request: &'a Request) -> Self {
        let mut beside = Self {
            site,
            request,
            was_here: false,
            was_at_target: false,
            visited: false,
            longest: 0,
            took_files: false,
        };
        let target = site.visit(&request.visit).map(|visit| &visit.target);
        for visit in site.visits() {
            if visit.id == request.visit || visit.sessions.is_empty() {
                continue;
            }
            let (own, here) = (
                visit.person == request.person,
                Some(&visit.target) == target,
            );
            beside.was_here |= own;
            beside.was_at_target |= own && here;
            if here {
                beside.visited = true;
                beside.took_files |= visit.files_out > 0;
                let window = site.request(&visit.request).map(|asked| asked.window);
                let length = window.map_or(0, |window| length(window.from, window.until));
                beside.longest = beside.longest.max(length);
            }
        }
        beside
    }

    fn is(&self, unusual: Unusual) -> bool {
        let window = self.request.window;
        let lies = |at: Timestamp| at.weekday_and_minute_jst();
        match unusual {
            Unusual::FirstVisit => !self.was_here,
            Unusual::FirstAtTarget => self.was_here && self.visited && !self.was_at_target,
            Unusual::FirstEver => !self.visited,
            Unusual::NewDevice => self
                .site
                .device(&self.request.device)
                .is_none_or(|device| device.since.plus(NEW_DEVICE) > self.request.at),
            Unusual::AtNight => [window.from, window.until]
                .into_iter()
                .any(|at| !(NIGHT_UNTIL..=NIGHT_FROM).contains(&lies(at).1)),
            Unusual::AtWeekend => lies(window.from).0 >= WEEKEND,
            Unusual::ShortNotice => self.request.at.plus(SHORT_NOTICE) > window.from,
            Unusual::Longer => {
                self.visited
                    && length(window.from, window.until) > self.longest.saturating_mul(TWICE)
            }
            Unusual::SubContractor => self.by_a_sub_contractor(),
            Unusual::AskedBefore => self.asked_before(),
            Unusual::FirstFilesOut => self.takes_files() && !self.took_files,
            Unusual::ChangesData => self.of_data(|terms| terms.write),
            Unusual::MuchDataOut => {
                let web = self.request.web.as_ref();
                self.of_data(|terms| terms.most_bytes_out > USUAL_BYTES_OUT)
                    || web.is_some_and(|terms| terms.most_bytes_out > USUAL_BYTES_OUT)
            }
            Unusual::PlainText => self.rests_on(RiskKind::NoTls),
            Unusual::OldTls => self.rests_on(RiskKind::OldTls),
            Unusual::RawTcp => self.rests_on(RiskKind::RawTcp),
            Unusual::Telnet => self.rests_on(RiskKind::Telnet),
        }
    }

    fn by_a_sub_contractor(&self) -> bool {
        let named = match &self.request.asked {
            Asked::Visit(asked) => asked.sub_contractor.is_some(),
            Asked::Extension(_) => false,
        };
        let firm = match self
            .site
            .person(&self.request.person)
            .map(|person| &person.employer)
        {
            Some(Employer::Vendor(vendor)) => self.site.vendor(vendor),
            Some(Employer::Hospital | Employer::Custodian) | None => None,
        };
        named || firm.is_some_and(|firm| firm.parent.is_some())
    }

    fn asked_before(&self) -> bool {
        let day = Duration::from_secs(24 * 3600);
        let own =
            |other: &&Request| other.person == self.request.person && other.id != self.request.id;
        self.site
            .requests()
            .filter(own)
            .any(|other| match other.state {
                RequestState::AwaitingApproval | RequestState::AwaitingSecondApproval => {
                    other.window.until > self.request.at
                }
                RequestState::Refused => other.at.plus(day) > self.request.at,
                RequestState::Granted
                | RequestState::OpenedInEmergency
                | RequestState::PaidAfterwards
                | RequestState::Withdrawn => false,
            })
    }

    fn of_data(&self, is: impl FnOnce(&DatabaseTerms) -> bool) -> bool {
        self.request.database.as_ref().is_some_and(is)
    }

    fn rests_on(&self, kind: RiskKind) -> bool {
        let visit = self.site.visit(&self.request.visit);
        let target = visit.and_then(|visit| self.site.target(&visit.target));
        target.and_then(Target::rests_on) == Some(kind)
    }

    fn takes_files(&self) -> bool {
        let ssh = self.request.ssh.as_ref();
        ssh.is_some_and(|terms| terms.download != crate::terms::Files::No)
    }
}

fn length(from: Timestamp, until: Timestamp) -> i64 {
    until.as_millis().saturating_sub(from.as_millis())
}
