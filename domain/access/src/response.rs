//! What an incident asks of people beside writing it down (decision 0062): keeping the evidence before anything is changed,
//! telling those who have to be told, deciding, judging what leaked, keeping care going, saying so outside, and learning from it.
//! And what is prepared for it while nothing happens: what was agreed, and whom to call.
//!
//! Each is a step in the order in which people took it; nothing is replaced. What is open, what is late and what may be said is
//! read from the steps by whoever looks.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ids::{Commitment, Digest, NonEmpty, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::caller::Who;
use crate::incidents::{Confidence, Incident};
use crate::limits;
use crate::site::Site;

const DAY: u64 = 24 * 60 * 60;

/// A set of words, each with its name in sentences and in the ledger.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $word:ident = $id:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$of])* #[serde(rename = $id)] $word,)+
        }

        impl $name {
            /// All of them, in the order in which people think of them.
            pub const ALL: &'static [Self] = &[$(Self::$word),+];

            /// Its name, also in sentences' ids.
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$word => $id,)+
                }
            }

            /// By its name.
            pub fn of(id: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.id() == id)
            }
        }
    };
}

words! {
    /// What a decision is about; on the first four people agree while nothing happens.
    Matter {
        /// Nobody answers the attacker.
        NoContact = "no-contact",
        /// Nothing is paid.
        NoPayment = "no-payment",
        /// Who speaks to the outside.
        Spokesperson = "spokesperson",
        /// Who may cut every line without asking anybody.
        CutLines = "cut-lines",
        /// How care goes on.
        Care = "care",
        /// Something else.
        Other = "other",
    }
}

impl Matter {
    /// Those on which people agree while nothing happens.
    pub const CARDS: [Self; 4] = [
        Self::NoContact,
        Self::NoPayment,
        Self::Spokesperson,
        Self::CutLines,
    ];
}

words! {
    /// Somebody who has to be told.
    Duty {
        /// The ministry (厚生労働省): its desk for incidents of medical institutions.
        Ministry = "ministry",
        /// The police.
        Police = "police",
        /// The prefecture.
        Prefecture = "prefecture",
        /// The maintenance companies, and whoever is connected.
        Vendors = "vendors",
        /// The Personal Information Protection Commission, first report.
        PpcFirst = "ppc-first",
        /// The same, final report.
        PpcFinal = "ppc-final",
        /// The patients.
        Patients = "patients",
    }
}

impl Duty {
    /// When it is late, if the incident became known at this moment; none where the law names no time.
    ///
    /// The Enforcement Rules of the Act on the Protection of Personal Information, article 8: at once, which the commission reads
    /// as three to five days, and within 30 days (60 where somebody acted with a wrongful purpose). The earlier end counts here. By
    /// the commission's guidelines (general rules, 3-5-3-4) the day of knowing is the first of them, so the last one ends at its
    /// midnight in Japan. For the ministry, the police and the prefecture no time is named: Okayama told them 85 minutes after it
    /// knew; a day is late.
    pub fn due(self, known: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Ministry | Self::Police | Self::Prefecture | Self::Vendors => {
                Some(known.plus(Duration::from_secs(DAY)))
            }
            Self::PpcFirst => Some(end_of_day(known, 3)),
            Self::PpcFinal => Some(end_of_day(known, 30)),
            Self::Patients => None,
        }
    }
}

/// The midnight in Japan at which so many days are over, that of `known` being the first. Japan has had no summer time since 1951.
fn end_of_day(known: Timestamp, days: i64) -> Timestamp {
    const A_DAY: i64 = 24 * 3_600_000;
    const IN_JAPAN: i64 = 9 * 3_600_000;
    let first = known.as_millis().saturating_add(IN_JAPAN).div_euclid(A_DAY);
    let over = first.saturating_add(days).saturating_mul(A_DAY);
    Timestamp::from_millis(over.saturating_sub(IN_JAPAN))
}

words! {
    /// Evidence that is kept before anything is changed.
    Capture {
        /// Configurations of the devices and servers that are touched.
        Configuration = "configuration",
        /// Their logs.
        Logs = "logs",
        /// The ledger of this site.
        Ledger = "ledger",
        /// The seals of the recordings.
        Seals = "seals",
        /// A checkpoint of the ledger, away from the hospital's network.
        Checkpoint = "checkpoint",
    }
}

words! {
    /// Something that destroys evidence.
    Change {
        /// New firmware on a device (Handa, 2021-11-03).
        Firmware = "firmware",
        /// A machine is set up anew.
        Reimage = "reimage",
        /// Every password is changed.
        Passwords = "passwords",
        /// Logs are deleted, or a device that keeps them in memory is switched off.
        Logs = "logs",
    }
}

words! {
    /// Whether a set of data left the hospital.
    Leak {
        /// It did.
        Yes = "yes",
        /// It may have.
        Possible = "possible",
        /// Nobody knows.
        Unknown = "unknown",
        /// It did not.
        No = "no",
    }
}

words! {
    /// What keeps care going.
    Care {
        /// Paper charts are in use.
        PaperCharts = "paper-charts",
        /// The wards know what to do.
        Wards = "wards",
        /// It is decided which patients are received.
        Reception = "reception",
        /// Machines that were never on the network can be used.
        SpareMachines = "spare-machines",
        /// The suppliers know: medicines, meals, laboratories.
        Suppliers = "suppliers",
        /// The chart can be read.
        ChartsReadable = "charts-readable",
        /// Care is as before.
        AsBefore = "as-before",
    }
}

words! {
    /// What is said outside.
    NoticeKind {
        /// The first one.
        First = "first",
        /// One that follows.
        FollowUp = "follow-up",
        /// That data left the hospital, or may have.
        Leak = "leak",
        /// That care is as before.
        Recovery = "recovery",
    }
}

words! {
    /// Whom to call.
    ContactRole {
        /// Who leads the hospital.
        Director = "director",
        /// Who runs its office.
        Office = "office",
        /// Who knows its machines.
        It = "it",
        /// A maintenance company.
        Vendor = "vendor",
        /// The ministry.
        Ministry = "ministry",
        /// The police.
        Police = "police",
        /// The prefecture.
        Prefecture = "prefecture",
        /// The Personal Information Protection Commission.
        Ppc = "ppc",
        /// Somebody else: the insurer, a lawyer, another hospital.
        Other = "other",
    }
}

/// A set of data that is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum DataSet {
    /// One that was not judged before, by its name.
    New(Commitment),
    /// The one that was judged first by the step with this number.
    Known(u32),
}

/// What is done in a step. Numbers of steps are from 1, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// It was decided.
    Decided {
        /// About what.
        matter: Matter,
        /// Who decided it: the names of those who were there.
        deciders: Commitment,
    },
    /// Somebody was told.
    Told {
        /// Who.
        duty: Duty,
    },
    /// Somebody need not be told.
    NotOwed {
        /// Who.
        duty: Duty,
    },
    /// Evidence is kept.
    Captured {
        /// Which.
        capture: Capture,
        /// SHA-256 of it, where somebody has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sha256: Option<Digest>,
    },
    /// Evidence cannot be kept.
    NotCaptured {
        /// Which.
        capture: Capture,
    },
    /// Something was done that destroys evidence: after all of it was kept, or somebody said why not.
    Changed {
        /// What.
        change: Change,
    },
    /// Whether data left the hospital, as it is known now.
    Judged {
        /// Which.
        data: DataSet,
        /// Whether it did.
        leak: Leak,
        /// How certain that is.
        confidence: Confidence,
    },
    /// Something that keeps care going works from here on.
    Continued {
        /// What.
        care: Care,
    },
    /// A sentence that may be said outside.
    Fact {
        /// The note of the chronology on which it rests, by its number.
        note: u32,
    },
    /// A notice was put together from sentences that may be said.
    Drafted {
        /// Which.
        notice: NoticeKind,
        /// The steps that approved them.
        facts: NonEmpty<u32>,
    },
    /// Somebody else approved a draft.
    Approved {
        /// The step that drafted it.
        draft: u32,
    },
    /// A notice went out.
    Published {
        /// The step that drafted it.
        draft: u32,
    },
    /// Something was learned.
    Learned {},
    /// Somebody got a task.
    Given {
        /// Who.
        owner: PersonId,
        /// Until when.
        due: Timestamp,
    },
    /// A task is done.
    Done {
        /// The step that gave it.
        task: u32,
    },
}

impl Step {
    /// Its name in sentences' ids: `step-…`.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Decided { .. } => "decided",
            Self::Told { .. } => "told",
            Self::NotOwed { .. } => "not-owed",
            Self::Captured { .. } => "captured",
            Self::NotCaptured { .. } => "not-captured",
            Self::Changed { .. } => "changed",
            Self::Judged { .. } => "judged",
            Self::Continued { .. } => "continued",
            Self::Fact { .. } => "fact",
            Self::Drafted { .. } => "drafted",
            Self::Approved { .. } => "approved",
            Self::Published { .. } => "published",
            Self::Learned {} => "learned",
            Self::Given { .. } => "given",
            Self::Done { .. } => "done",
        }
    }

    /// The names of all of them.
    pub const IDS: &'static [&'static str] = &[
        "decided",
        "told",
        "not-owed",
        "captured",
        "not-captured",
        "changed",
        "judged",
        "continued",
        "fact",
        "drafted",
        "approved",
        "published",
        "learned",
        "given",
        "done",
    ];
}

/// A step that somebody takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewStep {
    /// When it was so.
    pub happened: Timestamp,
    /// What.
    pub step: Step,
    /// In words: what was decided, who was told and how, where the evidence lies, why not, what the notice says.
    pub said: Commitment,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakenStep {
    /// When it was entered.
    pub at: Timestamp,
    /// By whom.
    pub by: Who,
    /// Its place in the ledger.
    pub entry: u64,
    /// What was done.
    pub step: NewStep,
}

/// How a duty to tell somebody stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyStanding<'a> {
    /// Whom.
    pub duty: Duty,
    /// When it is late.
    pub due: Option<Timestamp>,
    /// The step that answered it, with its number; the last one counts.
    pub answered: Option<(u32, &'a TakenStep)>,
}

/// How a notice stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeStanding<'a> {
    /// The number of the step that drafted it.
    pub number: u32,
    /// Which.
    pub kind: NoticeKind,
    /// Its draft.
    pub draft: &'a TakenStep,
    /// Who approved it.
    pub approved: Option<&'a TakenStep>,
    /// Who sent it out.
    pub published: Option<&'a TakenStep>,
    /// A note on which it rests was corrected after the sentence was approved.
    pub corrected: bool,
}

/// A set of data and what was thought of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgements<'a> {
    /// The number of the step that judged it first.
    pub number: u32,
    /// Its name.
    pub name: Commitment,
    /// Every judgement, the first one first; the last one counts.
    pub revisions: Vec<&'a TakenStep>,
}

/// A task and whether it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenTask<'a> {
    /// The number of the step that gave it.
    pub number: u32,
    /// Whose it is.
    pub owner: &'a PersonId,
    /// Until when.
    pub due: Timestamp,
    /// The step that gave it.
    pub given: &'a TakenStep,
    /// The step that said it is done.
    pub done: Option<&'a TakenStep>,
}

impl Incident {
    /// The step with this number.
    pub fn step(&self, number: u32) -> Option<&TakenStep> {
        let place = usize::try_from(number.checked_sub(1)?).ok()?;
        self.steps.get(place)
    }

    /// The digest of what was kept as evidence with a step.
    pub fn evidence(&self, step: u32) -> Option<Digest> {
        let Step::Captured { sha256, .. } = self.step(step)?.step.step else {
            return None;
        };
        sha256
    }

    /// The steps with their numbers.
    pub fn numbered_steps(&self) -> impl DoubleEndedIterator<Item = (u32, &TakenStep)> {
        let numbered = self.steps.iter().enumerate();
        numbered.map(|(place, taken)| {
            let number = u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1);
            (number, taken)
        })
    }

    /// Whom to tell, until when, and whether it was done.
    pub fn duties(&self) -> Vec<DutyStanding<'_>> {
        let standing = |duty: &Duty| {
            let mut answered = self.numbered_steps().filter(|(_, taken)| {
                matches!(&taken.step.step, Step::Told { duty: of } | Step::NotOwed { duty: of } if of == duty)
            });
            DutyStanding {
                duty: *duty,
                due: duty.due(self.since),
                answered: answered.next_back(),
            }
        };
        Duty::ALL.iter().map(standing).collect()
    }

    /// Each kind of evidence, with the last step that says whether it is kept.
    pub fn captures(&self) -> Vec<(Capture, Option<(u32, &TakenStep)>)> {
        let standing = |capture: &Capture| {
            let mut said = self.numbered_steps().filter(|(_, taken)| {
                matches!(&taken.step.step, Step::Captured { capture: of, .. } | Step::NotCaptured { capture: of } if of == capture)
            });
            (*capture, said.next_back())
        };
        Capture::ALL.iter().map(standing).collect()
    }

    /// Whether of every kind of evidence somebody said where it is kept, or why it is not.
    pub fn is_preserved(&self) -> bool {
        self.captures().iter().all(|(_, said)| said.is_some())
    }

    /// Sets of data and what was thought of them, in the order in which they were first judged.
    pub fn judgements(&self) -> Vec<Judgements<'_>> {
        let mut sets: BTreeMap<u32, Judgements<'_>> = BTreeMap::new();
        for (number, taken) in self.numbered_steps() {
            let Step::Judged { data, .. } = taken.step.step else {
                continue;
            };
            match data {
                DataSet::New(name) => {
                    let revisions = vec![taken];
                    let judged = Judgements {
                        number,
                        name,
                        revisions,
                    };
                    sets.insert(number, judged);
                }
                DataSet::Known(first) => {
                    if let Some(known) = sets.get_mut(&first) {
                        known.revisions.push(taken);
                    }
                }
            }
        }
        sets.into_values().collect()
    }

    /// When something that keeps care going first worked.
    pub fn care(&self) -> Vec<(Care, Option<&TakenStep>)> {
        let first = |care: &Care| {
            let mut said = self.steps.iter().filter(
                |taken| matches!(&taken.step.step, Step::Continued { care: of } if of == care),
            );
            (*care, said.next())
        };
        Care::ALL.iter().map(first).collect()
    }

    /// Sentences that may be said outside, with the numbers of their steps; of those whose note was corrected since, none.
    pub fn facts(&self) -> Vec<(u32, &TakenStep)> {
        let facts = self.numbered_steps();
        facts
            .filter(|(number, _)| self.fact_holds(*number))
            .collect()
    }

    /// Whether this step approved a sentence, and the note on which it rests was not corrected after that.
    pub(crate) fn fact_holds(&self, number: u32) -> bool {
        let Some(taken) = self.step(number) else {
            return false;
        };
        let Step::Fact { note } = taken.step.step else {
            return false;
        };
        !self.is_corrected(note, taken.entry)
    }

    /// Whether a note was corrected behind this entry. One that itself corrects another is corrected, too, by whatever corrects
    /// that one again.
    pub(crate) fn is_corrected(&self, note: u32, behind: u64) -> bool {
        let place = usize::try_from(note).unwrap_or(usize::MAX);
        let own = place.checked_sub(1).and_then(|at| self.notes.get(at));
        let with_it = own.and_then(|own| own.note.corrects);
        let behind = behind.max(own.map_or(0, |own| own.entry));
        let mut later = self.notes.iter().filter(|noted| noted.entry > behind);
        later.any(|noted| {
            let corrects = noted.note.corrects;
            corrects == Some(note) || corrects.is_some() && corrects == with_it
        })
    }

    /// The notices, in the order in which they were drafted.
    pub fn notices(&self) -> Vec<NoticeStanding<'_>> {
        let drafts = self.numbered_steps().filter_map(|(number, draft)| {
            let Step::Drafted { notice, facts } = &draft.step.step else {
                return None;
            };
            let said = |step: &Step| self.steps.iter().find(|taken| taken.step.step == *step);
            Some(NoticeStanding {
                number,
                kind: *notice,
                draft,
                approved: said(&Step::Approved { draft: number }),
                published: said(&Step::Published { draft: number }),
                corrected: facts.iter().any(|fact| !self.fact_holds(*fact)),
            })
        });
        drafts.collect()
    }

    /// The tasks that were given, in their order.
    pub fn given_tasks(&self) -> Vec<GivenTask<'_>> {
        let given = self.numbered_steps().filter_map(|(number, given)| {
            let Step::Given { owner, due } = &given.step.step else {
                return None;
            };
            let mut done = self.steps.iter();
            Some(GivenTask {
                number,
                owner,
                due: *due,
                given,
                done: done.find(|taken| taken.step.step == Step::Done { task: number }),
            })
        });
        given.collect()
    }
}

/// A card: what was agreed on a matter while nothing happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyCard {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Who,
    /// What.
    pub said: Commitment,
}

/// Somebody to call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewContact {
    /// As what.
    pub role: ContactRole,
    /// Who.
    pub name: Commitment,
    /// How: telephone, another way when that is down, at which hours.
    pub reach: Commitment,
}

/// Somebody to call, and when it was last tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Its number, from 1.
    pub number: u32,
    /// Who and how.
    pub contact: NewContact,
    /// Since when it stands so.
    pub since: Timestamp,
    /// When somebody last tried, and whether they were reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried: Option<(Timestamp, bool)>,
}

/// What is asked of what is prepared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreparationCommand {
    /// Agree on a matter.
    Agree {
        /// On which.
        matter: Matter,
        /// What.
        said: Commitment,
    },
    /// Add somebody to call, or change who stands under a number.
    SetContact {
        /// Under which; none: the next one.
        number: Option<u32>,
        /// Who and how; none: nobody any more.
        contact: Option<NewContact>,
    },
    /// Say that somebody was called.
    TryContact {
        /// Who.
        number: u32,
        /// Whether they were reached.
        reached: bool,
    },
}

/// What is prepared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Preparation {
    /// Numbers of contacts that were given out.
    pub(crate) numbers: u32,
    /// By the matter.
    pub(crate) cards: BTreeMap<Matter, PolicyCard>,
    /// By their numbers.
    pub(crate) contacts: BTreeMap<u32, Contact>,
}

impl Preparation {
    pub(crate) fn is_empty(&self) -> bool {
        self == &Self::default()
    }
}

impl Site {
    /// What was agreed on a matter.
    pub fn policy_card(&self, matter: Matter) -> Option<&PolicyCard> {
        self.preparation.cards.get(&matter)
    }

    /// Whom to call, by their numbers.
    pub fn contacts(&self) -> impl Iterator<Item = &Contact> {
        self.preparation.contacts.values()
    }

    /// Whom to call, of those who were not reached for too long, or never.
    pub fn contacts_untried(&self, now: Timestamp) -> impl Iterator<Item = &Contact> {
        self.contacts().filter(move |contact| {
            let reached = contact.tried.filter(|(_, reached)| *reached);
            reached.is_none_or(|(at, _)| at.plus(limits::CONTACT_TRIED_FOR) <= now)
        })
    }

    /// Roles for which nobody stands on the list.
    pub fn contacts_missing(&self) -> BTreeSet<ContactRole> {
        let mut missing: BTreeSet<ContactRole> = ContactRole::ALL.iter().copied().collect();
        missing.remove(&ContactRole::Other);
        for contact in self.contacts() {
            missing.remove(&contact.contact.role);
        }
        missing
    }
}
