//! Every limit on a number, a text or a time, with its reason.

use std::time::Duration;

const DAY: u64 = 24 * 60 * 60;

/// Characters in a name of a site or vendor: fits one line of a form.
pub const LONGEST_NAME: usize = 80;
/// Characters in the short name of a target: fits a host label and a column.
pub const LONGEST_TARGET_NAME: usize = 32;
/// Characters in a free text that stands in an entry as itself; others are commitments.
pub const LONGEST_TEXT: usize = 200;
/// Characters in a host name (RFC 1035).
pub const LONGEST_HOST: usize = 253;
/// Characters in a verifier key (C2SP signed note) or a version.
pub const LONGEST_KEY: usize = 256;
/// Characters in a statement signed by the kit.
pub const LONGEST_STATEMENT: usize = 4096;

/// Vendors at a site: twenty times what a university hospital publishes would still fit.
pub const MOST_VENDORS: usize = 500;
/// Tiers of sub-contracting, the first vendor included.
pub const MOST_TIERS: usize = 3;
/// Source prefixes of one vendor; with their texts they fit one entry of 16 KiB.
pub const MOST_SOURCES: usize = 16;
/// Persons at a site.
pub const MOST_PERSONS: usize = 5_000;
/// Devices of one person that are not suspended.
pub const MOST_DEVICES: usize = 5;
/// Passkeys of one person: a phone, a computer and a security key, each twice, and two to spare.
pub const MOST_PASSKEYS: usize = 8;
/// Characters in the model of an authenticator (a UUID).
pub const LONGEST_AAGUID: usize = 36;
/// Makers of authenticators that a hospital trusts: those of every key on the market are fewer.
pub const MOST_ROOTS: usize = 64;
/// Characters in a root certificate in Base64: RSA-4096 ones have fewer than 3,000.
pub const LONGEST_CERTIFICATE: usize = 8_000;
/// Targets at a site.
pub const MOST_TARGETS: usize = 2_000;
/// Vendors of one target.
pub const MOST_VENDORS_OF_A_TARGET: usize = 32;
/// Stretches of hours of one target: four a day.
pub const MOST_SLOTS: usize = 28;
/// Invitations that wait at the same time.
pub const MOST_INVITATIONS: usize = 200;
/// Reviews of one visit: a question, an answer, and so on; a dispute is not held in a ledger.
pub const MOST_REVIEWS: usize = 32;
/// Files of one visit that wait for a person at the same time.
pub const MOST_HELD: usize = 100;
/// Scanners that look at one file.
pub const MOST_SCANS: usize = 4;
/// How often one visit's deletion is confirmed: by each engineer, and again after more went out.
pub const MOST_DELETIONS: usize = 32;
/// Words to the engineer of one session within [`WORDS_WITHIN`]: a talk, not a flood over their work.
pub const MOST_WORDS: usize = 10;
/// See [`MOST_WORDS`].
pub const WORDS_WITHIN: Duration = Duration::from_secs(60);
/// Characters of one word to the engineer: two lines of a terminal of 80 columns, also in Japanese.
pub const LONGEST_WORD: usize = 80;
/// Wrong secrets that end an invitation.
pub const MOST_TRIES: u32 = 5;
/// Unanswered requests of one person.
pub const MOST_REQUESTS_OF_A_PERSON: usize = 10;
/// Files to be handed over in one visit.
pub const MOST_FILES: usize = 16;
/// Reports of one visit: the first and its supplements.
pub const MOST_REPORTS: u32 = 10;
/// Folders in the terms of files, one way.
pub const MOST_FOLDERS: usize = 16;
/// Bytes of all folders in the terms of files together, as they are written: sixteen long ones each
/// way in ASCII, or ten in Japanese, fit one entry of 16 KiB beside everything else of a request.
pub const LONGEST_FOLDERS: usize = 6_400;
/// Channels opened in one session; a script that opens a thousand has its entries, and an end.
pub const MOST_CHANNELS: usize = 4_096;
/// Files that pass in one visit, both ways, whole or not: a year of daily logs of a whole hospital, and
/// an end of entries.
pub const MOST_FILES_PASSED: u64 = 100_000;
/// Characters in the name of an account on a target.
pub const LONGEST_USER: usize = 64;
/// Characters in a prompt at which the gateway signs in.
pub const LONGEST_PROMPT: usize = 64;
/// Characters in the name of a database: PostgreSQL takes 63 bytes, MySQL and MariaDB 64 letters.
pub const LONGEST_DATABASE: usize = 64;
/// Characters in the name of a method, as a refusal says it.
pub const LONGEST_METHOD: usize = 32;
/// Paths in the terms of a visit to a web console.
pub const MOST_PATHS: usize = 16;
/// Characters in one of them.
pub const LONGEST_PATH: usize = 200;
/// Databases in the terms of one visit.
pub const MOST_DATABASES: usize = 16;

/// The most columns of a database that are named as those of patients' numbers.
pub const MOST_PATIENT_COLUMNS: usize = 16;
/// Characters in a host key: the longest that is accepted (ECDSA P-521) has fewer than 300.
pub const LONGEST_HOST_KEY: usize = 400;
/// Targets whose secrets the gateway replaces by itself: their names fit an entry of 16 KiB.
pub const MOST_ROTATED: usize = 128;
/// Accounts that a hospital names as administrators beside those that are it everywhere.
pub const MOST_ADMINISTRATORS: usize = 64;
/// Days after which a target's secret is too old, until the hospital sets others: once a year is what can
/// be done by hand.
pub const SECRET_OLD_AFTER_DAYS: u16 = 365;
/// The most days that the hospital can set: five years, the life of a server.
pub const LONGEST_SECRET_AGE_DAYS: u16 = 5 * 365;
/// Settings of one account's secret that are kept in view.
pub const SETTINGS_KEPT: usize = 12;
/// Secrets in one entry of a check: it fits an entry of 16 KiB.
pub const MOST_FOUND_AT_ONCE: usize = 100;
/// Relays of a site: two providers, and one being changed for another.
pub const MOST_RELAYS: usize = 4;
/// Webhooks of a site: a room for each duty, and more.
pub const MOST_WEBHOOKS: usize = 16;
/// Ways of one person: mail at work and at home, and two rooms.
pub const MOST_WAYS: usize = 4;
/// Persons in one entry of deliveries: it fits an entry of 16 KiB.
pub const MOST_TOLD_AT_ONCE: usize = 64;
/// Deliveries in view, older ones of what still goes on beside them.
pub const DELIVERIES_KEPT: usize = 200;
/// Deliveries that are kept at all: beyond it the oldest is forgotten, and may be told once more.
pub const MOST_DELIVERIES: usize = 5_000;
/// Sessions of which a beginning or an end may still be told: the latest.
pub const SESSIONS_TOLD: usize = 200;
/// Connections of one grant at the same time.
pub const MOST_AT_ONCE: u16 = 1_000;
/// Live sessions of a site.
pub const MOST_SESSIONS: usize = 10_000;
/// Codes in one envelope.
pub const MOST_CODES: usize = 24;
/// Wrong emergency codes of one person within [`CODE_MISSES_LAST`].
pub const MOST_CODE_MISSES: u32 = 5;
/// Links of the night chain.
pub const MOST_LINKS: usize = 16;
/// The gateway's own listening addresses.
pub const MOST_OWN: usize = 16;
/// Networks of the hospital's LAN.
pub const MOST_LAN: usize = 16;
/// Networks beyond the LAN from where the console's name is reached.
pub const MOST_CONSOLE_PREFIXES: usize = 64;
/// Reasons in one entry of a refusal.
pub const MOST_REASONS: usize = 64;
/// Disagreements of witnesses that are kept in view.
pub const MOST_DISAGREEMENTS: usize = 100;

/// The longest window of any target: a long weekend.
pub const LONGEST_WINDOW_MINUTES: u32 = 4 * 24 * 60;
/// The longest wait of a link of the night chain.
pub const LONGEST_WAIT_MINUTES: u16 = 24 * 60;
/// The largest recording of one visit: 1 TiB.
pub const LARGEST_QUOTA: u64 = 1 << 40;
/// How far ahead a window may lie.
pub const FARTHEST_WINDOW: Duration = Duration::from_secs(92 * DAY);
/// How long ago a window may have begun when it is asked for ("from now", typed slowly).
pub const LATEST_START: Duration = Duration::from_secs(60 * 60);
/// Longest life of an invitation.
pub const INVITATION_LASTS: Duration = Duration::from_secs(7 * DAY);
/// Longest life of the first person's invitation.
pub const FIRST_INVITATION_LASTS: Duration = Duration::from_secs(60 * 60);
/// How long the kit's reset of factors waits, with notice to everybody.
pub const KIT_DELAY: Duration = Duration::from_secs(DAY);
/// How long a single person waits to lift an isolation alone, with notice to everybody.
pub const LIFT_DELAY: Duration = Duration::from_secs(DAY);
/// How long one person's agreement to lift stands.
pub const AGREEMENT_LASTS: Duration = Duration::from_secs(DAY);
/// Longest emergency opening (invariant 5).
pub const EMERGENCY_LASTS: Duration = Duration::from_secs(2 * 60 * 60);
/// How long wrong emergency codes are held against a person.
pub const CODE_MISSES_LAST: Duration = Duration::from_secs(60 * 60);
/// Longest exception for a wide prefix.
pub const EXCEPTION_LASTS: Duration = Duration::from_secs(90 * DAY);
/// How long a confirmation of source prefixes stands.
pub const SOURCES_CONFIRMED_FOR: Duration = Duration::from_secs(180 * DAY);
/// Days after its end that a visit may stay without a report, until the hospital sets others.
pub const REPORT_DUE_DAYS: u8 = 7;
/// The longest that the hospital can set: reports come in bulk once a month at worst.
pub const LONGEST_REPORT_DUE_DAYS: u8 = 30;
/// How long an inspector may look who joined and of whom nobody said another end: an inspection and its
/// report, by a health centre or an auditor.
pub const INSPECTION_LASTS: Duration = Duration::from_secs(30 * DAY);
/// The farthest end that can be set: a quarter. Whoever looks for longer is asked about again.
pub const LONGEST_INSPECTION: Duration = Duration::from_secs(92 * DAY);
/// The farthest end of an accepted risk: it is asked about again every year.
pub const RISK_LASTS: Duration = Duration::from_secs(366 * DAY);
/// How long before its end the owner of an accepted risk is told: a month has one meeting.
pub const RISK_TOLD_BEFORE: Duration = Duration::from_secs(30 * DAY);
/// How long what was accepted before an owner and an end were asked for holds: a quarter of a year, to name
/// them or to replace what rests on it.
pub const UNOWNED_RISK_LASTS: Duration = Duration::from_secs(90 * DAY);
/// How long a session waits for its first attendant: a walk from the ward to the desk.
pub const ATTENDANT_COMES: Duration = Duration::from_secs(10 * 60);
/// How long a session waits, frozen, for an attendant who left: a lost line, not an absence.
pub const ATTENDANT_RETURNS: Duration = Duration::from_secs(2 * 60);
/// Minutes in which a request is to be answered, until the hospital sets others.
pub const ANSWER_WITHIN_MINUTES: u16 = 60;
/// The shortest that the hospital can set: a telephone call.
pub const SHORTEST_ANSWER_MINUTES: u16 = 5;
/// The longest that the hospital can set: a week.
pub const LONGEST_ANSWER_MINUTES: u16 = 7 * 24 * 60;
/// For how long an end is news.
pub const NEWS_LASTS: Duration = Duration::from_secs(60 * 60);
/// After how long an unpaid emergency opening is told again.
pub const DEBT_REMINDED_AFTER: Duration = Duration::from_secs(12 * 60 * 60);
/// After how long something that stops visits, and still does, is told again.
pub const TOLD_AGAIN_AFTER: Duration = Duration::from_secs(DAY);
/// How far the wall clock may lie behind the last entry: steps of an honest clock.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(1);
/// How far the wall clock may lie from witness time, and how far it may step while the gateway runs, before
/// a person has to confirm it (invariant 14).
pub const WITNESS_TOLERANCE: Duration = Duration::from_secs(2 * 60);
/// Groups of Linux that the account of a visit is in: those of a service and one for `sudo`, not a list of all.
pub const MOST_GROUPS: usize = 16;
/// Incidents in the state: the open one, and the latest of the others.
pub const INCIDENTS_KEPT: usize = 30;

/// Notes of one incident.
pub const MOST_INCIDENT_NOTES: usize = 5_000;

/// Sentences of one notice: what is longer nobody reads.
pub const MOST_FACTS: usize = 50;
/// Steps of one incident.
pub const MOST_INCIDENT_STEPS: usize = 2_000;

/// People to call in an incident.
pub const MOST_CONTACTS: usize = 200;

/// For how long it counts that somebody was reached: half a year has two drills.
pub const CONTACT_TRIED_FOR: Duration = Duration::from_secs(183 * DAY);

/// Decoys of a site.
pub const MOST_DECOYS: usize = 50;

/// Signs of one alert in the state; of more the last one is kept beside the first.
pub const MOST_SIGNS: usize = 64;

/// Alerts in the state: with fewer, the settled ones among them stay, too.
pub const ALERTS_KEPT: usize = 500;
/// Inspections in the state: more than a year of weeks.
pub const INSPECTIONS_KEPT: usize = 60;
/// Visits of which somebody looks at the recording in one inspection.
pub const MOST_SAMPLED: usize = 20;
/// Rules for which a hospital may choose what is done: more than there are.
pub const MOST_RULES: usize = 200;
/// Characters of a rule's name.
pub const LONGEST_RULE: usize = 60;
/// Letters of such a group's name: what `groupadd` takes.
pub const LONGEST_GROUP: usize = 32;
/// Lines of what is said to a device to replace a password: a dozen each to change and to save, and some to spare.
pub const MOST_DIALOGUE_LINES: usize = 40;
/// Characters of such a line: all of them fit an entry.
pub const LONGEST_DIALOGUE_LINE: usize = 120;
