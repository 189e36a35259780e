//! Databases: what may be registered, what may be asked for, how approvals narrow it, what is entered.

use ids::TargetId;

use super::asking::{Asking, Reasons};
use super::desktop_terms::desktop_server_possible;
use super::permit::DatabaseEntry;
use super::{Decided, Outcome};
use crate::event::Event;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::risks::{NewRisk, rests_on};
use crate::site::{Grant, Request, Session, Target};
use crate::terms::{
    DatabaseTarget, DatabaseTerms, Databases, PatientColumn, PinnedAddress, Protocol,
    ServerIdentity,
};

impl Asking<'_> {
    pub(super) fn pin_database_server(
        &self,
        target: TargetId,
        server: ServerIdentity,
        risk: Option<NewRisk>,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        let found = why.need(self.site.targets.get(&target), Reason::NotFound);
        let known = found.and_then(|found| why.need(found.server(), Reason::ProtocolNotGranted));
        if let Some(known) = known {
            why.unless(*known != server, Reason::AlreadySo);
        }
        if let Some(found) = found {
            identity_possible(found.protocol, &server, &mut why);
        }
        desktop_server_possible(found, &server, &mut why);
        let kind = rests_on(&server);
        let name = found.map_or("", |found| &found.name);
        self.risk_fits((name, kind), risk.as_ref(), &mut why);
        why.settle()?;
        let accepted = kind.zip(risk).map(|(risk_kind, risk)| Event::RiskAccepted {
            target: target.clone(),
            risk_kind,
            risk,
        });
        let pinned = Event::DatabaseServerPinned { target, server };
        let events = std::iter::once(pinned).chain(accepted).collect();
        Decided::of(events, Outcome::Done)
    }

    pub(super) fn name_patient_columns(
        &self,
        target: TargetId,
        columns: Vec<PatientColumn>,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        if let Some(found) = why.need(self.site.targets.get(&target), Reason::NotFound) {
            let database = found.database.is_some();
            why.unless(database, Reason::DatabaseTermsNotPossible);
            why.unless(found.patients != columns, Reason::AlreadySo);
        }
        why.limit(columns.len(), limits::MOST_PATIENT_COLUMNS, "columns");
        for PatientColumn {
            schema,
            table,
            column,
        } in &columns
        {
            for name in [schema, table, column] {
                why.text(name, limits::LONGEST_DATABASE);
            }
        }
        why.settle()?;
        Decided::one(
            Event::PatientColumnsNamed { target, columns },
            Outcome::Done,
        )
    }

    /// Whether a server may be asked for its key: by who keeps the targets, at an address that may be one.
    pub(super) fn ask_server(&self, address: &PinnedAddress) -> Result<(), Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        self.address_possible(address, &mut why);
        why.settle()
    }

    /// For a database: the account that these terms sign in with, whose password the vault must have,
    /// and bytes that the visit may still take out.
    pub(super) fn database_entry(
        &self,
        grant: &Grant,
        target: &Target,
        why: &mut Reasons,
    ) -> Option<DatabaseEntry> {
        let (known, terms) = (target.database.as_ref()?, grant.terms.database.as_ref());
        let terms = why.need(terms, Reason::ProtocolNotGranted)?;
        let user = why.need(known.account(terms.write), Reason::ReaderMissing)?;
        let account = self.visit_account(grant, target);
        // The manager of visits' accounts makes those that only read, too.
        let reader = !terms.write && account.is_none();
        let secret = if reader {
            target.reader_secrets
        } else {
            target.secrets
        };
        let there = target.secret_of(reader).is_some();
        why.unless(there, Reason::SecretMissing);
        self.usable(target, reader, why);
        let left = self.data_left(grant, terms, why);
        Some(DatabaseEntry {
            user: account.map_or_else(|| user.to_owned(), |account| account.name),
            server: known.server.clone(),
            terms: terms.clone(),
            secret,
            bytes_left: left,
            patients: target.patients.clone(),
        })
    }

    fn data_left(&self, grant: &Grant, terms: &DatabaseTerms, why: &mut Reasons) -> u64 {
        let visit = self.site.visits.get(&grant.visit);
        let taken = visit.map_or(0, |visit| visit.data_out);
        let left = terms.most_bytes_out.saturating_sub(taken);
        why.unless(left > 0, Reason::DataUsedUp);
        left
    }

    /// Whether a database may be entered in a session; bytes that may still be taken out.
    pub(super) fn database_allowed(&self, session: &Session, name: &str, why: &mut Reasons) -> u64 {
        let grant = self.site.grants.get(&session.grant);
        let terms = grant.and_then(|grant| Some((grant, grant.terms.database.as_ref()?)));
        let channel = "database".to_owned();
        let Some((grant, terms)) = why.need(terms, Reason::ChannelNotGranted { channel }) else {
            return 0;
        };
        // What was not registered by anybody here is told short, and on one line.
        let told = name.chars().filter(|c| !c.is_control());
        let database = told.take(limits::LONGEST_DATABASE).collect();
        let allowed = terms.databases.allow(name);
        why.unless(allowed, Reason::DatabaseNotGranted { database });
        self.data_left(grant, terms, why)
    }
}

/// What must hold of a database server when it is registered.
pub(super) fn database_possible(
    protocol: Protocol,
    database: Option<&DatabaseTarget>,
    why: &mut Reasons,
) {
    let fits = protocol.is_database() == database.is_some();
    why.unless(fits, Reason::DatabaseTermsNotPossible);
    let Some(database) = database else {
        return;
    };
    why.text(&database.user, limits::LONGEST_USER);
    if let Some(reader) = &database.reader {
        why.text(reader, limits::LONGEST_USER);
        // The same account twice would write where only reading was granted.
        why.unless(*reader != database.user, Reason::ReaderMissing);
    }
    identity_possible(protocol, &database.server, why);
}

pub(super) fn identity_possible(protocol: Protocol, server: &ServerIdentity, why: &mut Reasons) {
    why.unless(server.fits(protocol), Reason::OldTlsNotPossible);
    if let ServerIdentity::PlainText { accepted } = server {
        why.text(accepted, limits::LONGEST_TEXT);
    }
}

/// What a request may ask for at a target.
pub(super) fn database_asked(target: &Target, asked: Option<&DatabaseTerms>, why: &mut Reasons) {
    let Some(terms) = asked else {
        return;
    };
    let Some(known) = why.need(target.database.as_ref(), Reason::DatabaseTermsNotPossible) else {
        return;
    };
    let account = known.account(terms.write).is_some();
    why.unless(account, Reason::ReaderMissing);
}

pub(super) fn database_terms_possible(terms: &DatabaseTerms, why: &mut Reasons) {
    let fits = (1..=limits::LARGEST_QUOTA).contains(&terms.most_bytes_out);
    why.unless(fits, Reason::DatabaseTermsNotPossible);
    let Databases::Only(names) = &terms.databases else {
        return;
    };
    why.limit(names.len(), limits::MOST_DATABASES, "databases");
    for name in names {
        why.text(name, limits::LONGEST_DATABASE);
    }
}

/// What a request stands at for databases: as asked and narrowed so far, or narrower still.
pub(super) fn narrowed_database(
    request: &Request,
    narrower: Option<DatabaseTerms>,
    target: Option<&Target>,
    why: &mut Reasons,
) -> Option<DatabaseTerms> {
    let Some(narrower) = narrower else {
        return request.database.clone();
    };
    let asked = why.need(request.database.as_ref(), Reason::DatabaseTermsNotPossible);
    if let Some(asked) = asked {
        why.unless(narrower.within(asked), Reason::WouldWiden);
    }
    if let Some(target) = target {
        database_asked(target, Some(&narrower), why);
    }
    database_terms_possible(&narrower, why);
    Some(narrower)
}
