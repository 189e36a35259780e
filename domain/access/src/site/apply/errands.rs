//! Folding errands: requests, approvals, emergencies, isolation, upkeep.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each function is handed its own events by the one exhaustive match above"
)]

use super::*;

impl Folding<'_> {
    pub(super) fn request(&self, site: &mut Site, event: &Event) -> Result<(), ApplyError> {
        match event {
            Event::VisitRequested {
                request,
                visit,
                person,
                vendor,
                device,
                asked,
            } => {
                next!(site.requests, request);
                next!(site.visits, visit);
                the!(self, site.persons, person);
                let target = the!(self, site.targets, &asked.target);
                // Who approves sees what a request means that says nothing of what it is for.
                let ssh = asked.ssh.clone().or_else(|| {
                    let telnet = target.telnet.is_some();
                    let ssh = target.protocol == Protocol::Ssh;
                    ssh.then(SshTerms::shell_only)
                        .or_else(|| telnet.then(SshTerms::terminal_only))
                });
                let database = asked.database.clone().or_else(|| {
                    let known = target.database.as_ref();
                    known.map(DatabaseTarget::usual_terms)
                });
                let web = asked
                    .web
                    .clone()
                    .or_else(|| target.web.as_ref().map(|_| WebTerms::usual()));
                let desktop = asked.desktop.or_else(|| {
                    let known = target.desktop.as_ref();
                    known.map(|_| DesktopTerms::USUAL)
                });
                let begun = Visit {
                    id: visit.clone(),
                    request: request.clone(),
                    person: person.clone(),
                    vendor: vendor.clone(),
                    target: asked.target.clone(),
                    grant: None,
                    extensions: Vec::new(),
                    sessions: Vec::new(),
                    bytes: 0,
                    account: None,
                    files_in: 0,
                    files_out: 0,
                    files: 0,
                    data_out: 0,
                    judged: 0,
                    held: BTreeMap::new(),
                    infected: None,
                    deletions: Vec::new(),
                    reports: Vec::new(),
                    reviews: Vec::new(),
                    parts: 0,
                };
                let made = Request {
                    id: request.clone(),
                    visit: visit.clone(),
                    person: person.clone(),
                    vendor: vendor.clone(),
                    device: device.clone(),
                    asked: Asked::Visit(Box::new(asked.clone())),
                    at: self.at,
                    window: asked.window,
                    ssh,
                    database,
                    web,
                    desktop,
                    approvals: Vec::new(),
                    state: RequestState::AwaitingApproval,
                    refusal: None,
                };
                site.visits.insert(visit.clone(), begun);
                site.requests.insert(request.clone(), made);
            }
            Event::ExtensionRequested {
                request,
                visit,
                grant,
                window,
            } => {
                next!(site.requests, request);
                let extended = the!(self, site.grants, grant).clone();
                let vendor = the!(self, site.visits, visit).vendor.clone();
                let made = Request {
                    id: request.clone(),
                    visit: visit.clone(),
                    person: extended.terms.person,
                    vendor,
                    device: extended.terms.device,
                    asked: Asked::Extension(grant.clone()),
                    at: self.at,
                    window: *window,
                    ssh: None,
                    database: None,
                    web: None,
                    desktop: None,
                    approvals: Vec::new(),
                    state: RequestState::AwaitingApproval,
                    refusal: None,
                };
                site.requests.insert(request.clone(), made);
            }
            Event::RequestWithdrawn { request, .. } => {
                the!(self, site.requests, request).state = RequestState::Withdrawn;
            }
            Event::RequestRefused {
                request, reason, ..
            } => {
                let refused = the!(self, site.requests, request);
                refused.state = RequestState::Refused;
                refused.refusal = Some(*reason);
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn approval(&self, site: &mut Site, event: &Event) -> Result<(), ApplyError> {
        match event {
            Event::ApprovalGiven {
                request,
                conditions,
                narrower,
                ssh,
                database,
                web,
                desktop,
                ..
            } => {
                let by = self.person()?;
                if let Some(debt) = site.debts.get_mut(request) {
                    debt.approved.push(by.clone());
                }
                let approved = the!(self, site.requests, request);
                approved.approvals.push(Approval {
                    by,
                    at: self.at,
                    conditions: *conditions,
                });
                approved.window = narrower.unwrap_or(approved.window);
                if ssh.is_some() {
                    approved.ssh.clone_from(ssh);
                }
                if database.is_some() {
                    approved.database.clone_from(database);
                }
                if web.is_some() {
                    approved.web.clone_from(web);
                }
                approved.desktop = desktop.or(approved.desktop);
                if approved.state == RequestState::AwaitingApproval {
                    approved.state = RequestState::AwaitingSecondApproval;
                }
            }
            Event::ApprovalGranted {
                request,
                visit,
                grant,
                extends,
                terms,
            } => {
                the!(self, site.requests, request).state = RequestState::Granted;
                self.grant(site, (grant, visit, terms), extends.clone(), false)?;
            }
            Event::EmergencyOpened {
                request,
                visit,
                grant,
                authority,
                terms,
            } => {
                let opened = the!(self, site.requests, request);
                opened.state = RequestState::OpenedInEmergency;
                let vendor = opened.vendor.clone();
                self.grant(site, (grant, visit, terms), None, true)?;
                let two = site
                    .targets
                    .get(&terms.target)
                    .is_some_and(|target| target.approvals == Approvals::Two);
                let by_code = matches!(authority, Authority::Envelope { .. });
                let debt = Debt {
                    request: request.clone(),
                    visit: visit.clone(),
                    vendor,
                    opened_by: if by_code { None } else { Some(self.person()?) },
                    since: self.at,
                    // The duty person's word counts as one of two, never as the only one.
                    needs: if two && by_code { 2 } else { 1 },
                    approved: Vec::new(),
                };
                site.debts.insert(request.clone(), debt);
                if let Authority::Envelope { code, .. } = authority {
                    site.codes.insert(*code, CodeState::Used);
                }
            }
            Event::DebtAnswered { request, right, .. } => {
                let answered = the!(self, site.requests, request);
                if *right {
                    answered.state = RequestState::PaidAfterwards;
                } else {
                    answered.state = RequestState::Refused;
                    let grant = GrantId::new(&site.id, request.number());
                    let of_it = |g: &Grant| g.id == grant || g.extends.as_ref() == Some(&grant);
                    site.withdraw_grants(&EndReason::GrantWithdrawn, of_it);
                    site.end_sessions(&EndReason::GrantWithdrawn, |s| s.grant == grant);
                }
                site.debts.remove(request);
            }
            _ => {}
        }
        Ok(())
    }

    fn grant(
        &self,
        site: &mut Site,
        (grant, visit, terms): (&GrantId, &VisitId, &Terms),
        extends: Option<GrantId>,
        emergency: bool,
    ) -> Result<(), ApplyError> {
        if site.grants.contains_key(grant) {
            return Err(ApplyError::NotTheNextId {
                found: grant.to_string(),
            });
        }
        let of = the!(self, site.visits, visit);
        match &extends {
            None => of.grant = Some(grant.clone()),
            Some(_) => of.extensions.push(grant.clone()),
        }
        let granted = Grant {
            id: grant.clone(),
            visit: visit.clone(),
            terms: terms.clone(),
            extends,
            emergency,
            at: self.at,
            opened: 0,
            withdrawn: None,
        };
        site.grants.insert(grant.clone(), granted);
        Ok(())
    }

    pub(super) fn night(&self, site: &mut Site, event: &Event) {
        match event {
            Event::EnvelopeSealed { codes } => {
                for state in site
                    .codes
                    .values_mut()
                    .filter(|state| **state == CodeState::Sealed)
                {
                    *state = CodeState::Replaced;
                }
                for code in codes {
                    site.codes.insert(*code, CodeState::Sealed);
                }
            }
            Event::NightChainSet { chain } => site.night_chain = chain.as_slice().to_vec(),
            _ => {}
        }
    }

    pub(super) fn isolation(&self, site: &mut Site, event: &Event) -> Result<(), ApplyError> {
        let missing = || ApplyError::Missing {
            kind: self.kind,
            missing: "the isolation".into(),
        };
        match event {
            Event::Isolated { reason } => {
                // Isolated again: what was agreed is void, the beginning stands.
                let since = site
                    .isolation
                    .as_ref()
                    .map_or(self.at, |earlier| earlier.since);
                site.isolation = Some(Isolation {
                    since,
                    reason: *reason,
                    agreed: BTreeMap::new(),
                    kit: None,
                    delay: None,
                });
                site.end_sessions(&EndReason::Isolated, |_| true);
            }
            Event::LiftAgreed { .. } => {
                let isolation = site.isolation.as_mut().ok_or_else(missing)?;
                if *self.by == Who::Kit {
                    isolation.kit = Some(self.at);
                } else {
                    isolation.agreed.insert(self.person()?, self.at);
                }
            }
            Event::LiftDelayStarted { until } => {
                let person = self.person()?;
                site.isolation.as_mut().ok_or_else(missing)?.delay = Some((person, *until));
            }
            Event::Lifted { .. } => site.isolation = None,
            _ => {}
        }
        Ok(())
    }

    pub(super) fn isolation_of_one(
        &self,
        site: &mut Site,
        event: &Event,
    ) -> Result<(), ApplyError> {
        let missing = |subject: &Subject| ApplyError::Missing {
            kind: self.kind,
            missing: format!("{subject:?}"),
        };
        match event {
            Event::IsolatedOne { subject, reason } => site.isolated_ones.push(IsolatedOne {
                subject: subject.clone(),
                isolation: Isolation {
                    since: self.at,
                    reason: *reason,
                    agreed: BTreeMap::new(),
                    kit: None,
                    delay: None,
                },
            }),
            Event::LiftOneAgreed { subject, .. } => {
                let mut ones = site.isolated_ones.iter_mut();
                let one = ones.find(|one| one.subject == *subject);
                let one = one.ok_or_else(|| missing(subject))?;
                one.isolation.agreed.insert(self.person()?, self.at);
            }
            Event::LiftedOne { subject, .. } => {
                let before = site.isolated_ones.len();
                site.isolated_ones.retain(|one| one.subject != *subject);
                if site.isolated_ones.len() == before {
                    return Err(missing(subject));
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn upkeep(&self, site: &mut Site, event: &Event) {
        match event {
            Event::KitSealed {} => site.kit_sealed = true,
            Event::ClockDoubted { .. } => site.clock.doubted = true,
            Event::ClockConfirmed { wall } => {
                site.clock = Clock {
                    doubted: false,
                    confirmed: Some((*wall, self.at)),
                };
            }
            Event::ReportDueSet { days } => site.report_due_days = *days,
            Event::RelayRegistered { relay } => {
                site.relays.insert(relay.name.clone(), relay.clone());
            }
            Event::RelayRemoved { name } => {
                site.relays.remove(name);
            }
            Event::ConsoleOpened { reach } => site.console_reach = Some(reach.clone()),
            Event::ConsoleClosed {} => site.console_reach = None,
            Event::GatewayStarted { .. } => site.running = Some(true),
            Event::GatewayStopped {} => site.running = Some(false),
            Event::CommandRefused {
                caller,
                reasons,
                times,
                ..
            } => {
                if let Who::Person(person) = &caller.who
                    && reasons.contains(&Reason::EmergencyCodeWrong)
                {
                    self.count_code_misses(site, person, *times);
                }
            }
            Event::WitnessDisagreed {
                device,
                how,
                size,
                root,
            } => {
                site.disagreements.push(Disagreement {
                    at: self.at,
                    device: device.clone(),
                    how: how.clone(),
                    size: *size,
                    root: *root,
                });
                if site.disagreements.len() > limits::MOST_DISAGREEMENTS {
                    site.disagreements.remove(0);
                }
            }
            _ => {}
        }
    }

    fn count_code_misses(&self, site: &mut Site, person: &PersonId, times: u32) {
        let misses = site
            .code_misses
            .entry(person.clone())
            .or_insert(CodeMisses {
                times: 0,
                last: self.at,
            });
        let fresh = self.at.since(misses.last) < limits::CODE_MISSES_LAST;
        misses.times = if fresh {
            misses.times.saturating_add(times)
        } else {
            times
        };
        misses.last = self.at;
    }
}
