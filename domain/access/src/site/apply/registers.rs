//! Folding what is registered: vendors, people, devices, targets, and what is suspended of it.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each function is handed its own events by the one exhaustive match above"
)]

use std::time::Duration;

use super::*;

impl Folding<'_> {
    pub(super) fn vendor(&self, site: &mut Site, event: &Event) -> Result<(), ApplyError> {
        match event {
            Event::VendorRegistered {
                vendor,
                name,
                parent,
                sources,
                phone,
            } => {
                next!(site.vendors, vendor);
                if let Some(parent) = parent {
                    the!(self, site.vendors, parent);
                }
                let registered = Vendor {
                    id: vendor.clone(),
                    name: name.clone(),
                    parent: parent.clone(),
                    sources: sources.clone(),
                    confirmed: self.at,
                    phone: *phone,
                    since: self.at,
                    suspended: None,
                };
                site.vendors.insert(vendor.clone(), registered);
            }
            Event::SourcesChanged { vendor, sources } => {
                let changed = the!(self, site.vendors, vendor);
                changed.sources = sources.clone();
                changed.confirmed = self.at;
                site.end_unlisted_sessions(self.at);
            }
            Event::SourcesReconfirmed { vendor } => {
                the!(self, site.vendors, vendor).confirmed = self.at;
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn invitation(&self, site: &mut Site, event: &Event) -> Result<(), ApplyError> {
        match event {
            Event::InvitationIssued {
                invitation,
                purpose,
                secret,
                from,
                until,
            } => {
                next!(site.invitations, invitation);
                let issued = Invitation {
                    id: invitation.clone(),
                    purpose: purpose.clone(),
                    by: self.person().ok(),
                    secret: *secret,
                    from: *from,
                    until: *until,
                    misses: 0,
                    used: None,
                    withdrawn: None,
                };
                site.invitations.insert(invitation.clone(), issued);
            }
            Event::InvitationMissed { invitation } => {
                let missed = the!(self, site.invitations, invitation);
                missed.misses = missed.misses.saturating_add(1);
            }
            Event::InvitationWithdrawn { invitation } => {
                the!(self, site.invitations, invitation).withdrawn = Some(self.at);
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn people(&self, site: &mut Site, event: &Event) -> Result<(), ApplyError> {
        match event {
            Event::PersonJoined {
                invitation,
                person,
                employer,
                roles,
                name,
                contact,
            } => {
                next!(site.persons, person);
                the!(self, site.invitations, invitation).used = Some(self.at);
                let since = self.arrival(site);
                let joined = Person {
                    id: person.clone(),
                    employer: employer.clone(),
                    roles: roles.clone(),
                    name: *name,
                    contact: *contact,
                    since,
                    suspended: None,
                    erased: None,
                    reset: None,
                    until: None,
                };
                site.persons.insert(person.clone(), joined);
            }
            Event::FactorsReset { person } => {
                the!(self, site.persons, person).reset = Some(self.at);
                site.stop_person(person, self.at);
                site.drop_passkeys(self.at, |held| held.person == *person);
            }
            Event::FactorsSetUp { invitation, person } => {
                the!(self, site.invitations, invitation).used = Some(self.at);
                let since = self.arrival(site);
                let set_up = the!(self, site.persons, person);
                set_up.reset = None;
                set_up.since = since;
                site.stop_person(person, self.at);
                site.drop_passkeys(self.at, |held| held.person == *person);
            }
            Event::PersonLimited { person, until } => {
                the!(self, site.persons, person).until = Some(*until);
            }
            Event::PersonErased { person } => {
                the!(self, site.persons, person).erased = Some(self.at);
                site.stop_person(person, self.at);
                site.drop_passkeys(self.at, |held| held.person == *person);
            }
            Event::DeviceEnrolled {
                invitation,
                device,
                person,
                enrolment,
            } => {
                next!(site.devices, device);
                the!(self, site.persons, person);
                the!(self, site.invitations, invitation).used = Some(self.at);
                let enrolled = Device {
                    id: device.clone(),
                    person: person.clone(),
                    enrolment: enrolment.clone(),
                    since: self.at,
                    confirmed: None,
                    suspended: None,
                };
                site.devices.insert(device.clone(), enrolled);
            }
            Event::DeviceConfirmed { device } => {
                the!(self, site.devices, device).confirmed = Some(self.at);
            }
            _ => {}
        }
        Ok(())
    }

    /// Since when somebody who comes in now is here. Entries may share their moment (a clock that is
    /// a little behind the ledger makes all of them share it): whoever comes in while the site is
    /// isolated comes after the isolation all the same, and does not lift it.
    fn arrival(&self, site: &Site) -> Timestamp {
        let after = |isolation: &Isolation| isolation.since.plus(Duration::from_millis(1));
        site.isolation
            .as_ref()
            .map_or(self.at, |isolation| self.at.max(after(isolation)))
    }

    pub(super) fn target(&self, site: &mut Site, event: &Event) -> Result<(), ApplyError> {
        match event {
            Event::TargetRegistered {
                target,
                name,
                protocol,
                address,
                recording,
                approvals,
                emergency,
                hours,
                longest_minutes,
                quota_bytes,
                vendors,
                ssh,
                database,
                web,
                desktop,
                telnet,
                attended,
                risk,
            } => {
                next!(site.targets, target);
                let mut registered = Target {
                    id: target.clone(),
                    name: name.clone(),
                    protocol: *protocol,
                    address: address.clone(),
                    recording: *recording,
                    approvals: *approvals,
                    emergency: *emergency,
                    hours: hours.clone(),
                    longest_minutes: *longest_minutes,
                    quota_bytes: *quota_bytes,
                    vendors: vendors.clone(),
                    ssh: ssh.clone(),
                    database: database.clone(),
                    patients: Vec::new(),
                    web: web.clone(),
                    desktop: desktop.clone(),
                    telnet: telnet.clone(),
                    secret: None,
                    secrets: 0,
                    reader_secrets: 0,
                    visit_accounts: None,
                    rotation_way: None,
                    emergency_account: None,
                    standing: SecretStanding::default(),
                    reader_standing: SecretStanding::default(),
                    attended: *attended,
                    risk: None,
                    since: self.at,
                    suspended: None,
                };
                registered.risk = match (registered.rests_on(), risk) {
                    (Some(kind), Some(risk)) => Some(self.accepted(kind, risk)),
                    (_, _) => self.unowned(&registered),
                };
                site.targets.insert(target.clone(), registered);
            }
            Event::TargetPinned { target, address } => {
                the!(self, site.targets, target).address = address.clone();
                site.withdraw_grants(&EndReason::TargetPinChanged, |g| g.terms.target == *target);
                site.end_sessions(&EndReason::TargetPinChanged, |s| s.target == *target);
            }
            Event::HostKeyPinned { target, host_key } => {
                let known = the!(self, site.targets, target);
                let ssh = known.ssh.as_mut().ok_or_else(|| ApplyError::Missing {
                    kind: self.kind,
                    missing: format!("the host key of {target}"),
                })?;
                ssh.host_key.clone_from(host_key);
                site.withdraw_grants(&EndReason::TargetPinChanged, |g| g.terms.target == *target);
                site.end_sessions(&EndReason::TargetPinChanged, |s| s.target == *target);
            }
            Event::DatabaseServerPinned { target, server } => {
                let known = the!(self, site.targets, target);
                let pinned = known.server_mut().ok_or_else(|| ApplyError::Missing {
                    kind: self.kind,
                    missing: format!("the server of {target}"),
                })?;
                pinned.clone_from(server);
                // What was accepted of the same kind goes on; another kind is nobody's until it is accepted.
                if known.accepted_risk().is_none() {
                    known.risk = self.unowned(known);
                }
                site.withdraw_grants(&EndReason::TargetPinChanged, |g| g.terms.target == *target);
                site.end_sessions(&EndReason::TargetPinChanged, |s| s.target == *target);
            }
            Event::PatientColumnsNamed { target, columns } => {
                the!(self, site.targets, target)
                    .patients
                    .clone_from(columns);
            }
            Event::TargetSecretSet {
                target,
                secret,
                reader,
                weak,
                accepted,
            } => {
                let set = SecretSetting {
                    weak: weak.clone(),
                    accepted: accepted.clone(),
                    ..self.setting(*secret)
                };
                self.secret_set(site, (target, *reader), set)?;
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn suspension(&self, site: &mut Site, event: &Event) -> Result<(), ApplyError> {
        match event {
            Event::Suspended { subject, .. } => self.suspend(site, subject),
            Event::Resumed { subject } => self.set_suspended(site, subject, None),
            Event::GrantWithdrawn { grant, .. } => {
                the!(self, site.grants, grant);
                site.withdraw_grants(&EndReason::GrantWithdrawn, |g| g.id == *grant);
                site.end_sessions(&EndReason::GrantWithdrawn, |s| s.grant == *grant);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn suspend(&self, site: &mut Site, subject: &Subject) -> Result<(), ApplyError> {
        self.set_suspended(site, subject, Some(self.at))?;
        // A session is marked here, so that a suspension lifted at once does not revive it.
        match subject {
            Subject::Vendor(vendor) => {
                let family: BTreeSet<VendorId> = site
                    .vendors
                    .keys()
                    .filter(|id| site.lineage(id).iter().any(|above| above.id == *vendor))
                    .cloned()
                    .collect();
                let people: BTreeSet<PersonId> = site
                    .persons
                    .values()
                    .filter(|p| matches!(&p.employer, Employer::Vendor(v) if family.contains(v)))
                    .map(|p| p.id.clone())
                    .collect();
                site.end_sessions(&EndReason::VendorSuspended, |s| people.contains(&s.person));
            }
            Subject::Person(id) => site.stop_person(id, self.at),
            Subject::Device(id) => {
                site.end_sessions(&EndReason::DeviceSuspended, |s| s.device == *id);
            }
            Subject::Target(id) => {
                site.end_sessions(&EndReason::TargetSuspended, |s| s.target == *id);
            }
            Subject::Grant(_) => {}
        }
        Ok(())
    }

    fn set_suspended(
        &self,
        site: &mut Site,
        subject: &Subject,
        since: Option<Timestamp>,
    ) -> Result<(), ApplyError> {
        match subject {
            Subject::Vendor(id) => the!(self, site.vendors, id).suspended = since,
            Subject::Person(id) => the!(self, site.persons, id).suspended = since,
            Subject::Device(id) => the!(self, site.devices, id).suspended = since,
            Subject::Target(id) => the!(self, site.targets, id).suspended = since,
            // A grant's withdrawal is an event of its own.
            Subject::Grant(id) => {
                return Err(ApplyError::Missing {
                    kind: self.kind,
                    missing: id.to_string(),
                });
            }
        }
        Ok(())
    }
}

impl Site {
    /// Marks the live sessions whose address their vendor's list no longer holds.
    fn end_unlisted_sessions(&mut self, at: Timestamp) {
        let unlisted: BTreeSet<SessionId> = self
            .live_sessions()
            .filter(|session| {
                let person = self.persons.get(&session.person);
                person.is_none_or(|p| self.sources_until(p, session.source, at).is_err())
            })
            .map(|session| session.id.clone())
            .collect();
        self.end_sessions(&EndReason::SourceWithdrawn, |s| unlisted.contains(&s.id));
    }

    /// A person who may act no more: their sessions end, and those they attend are left.
    fn stop_person(&mut self, person: &PersonId, at: Timestamp) {
        self.end_sessions(&EndReason::PersonSuspended, |s| s.person == *person);
        self.end_attendance(person, at);
    }

    /// Whoever can no longer act attends nothing, and does not attend again when they return.
    pub(super) fn end_attendance(&mut self, person: &PersonId, at: Timestamp) {
        for id in &self.live {
            if let Some(session) = self.sessions.get_mut(id) {
                session.left_by(person, at);
            }
        }
    }

    /// Marks live sessions as ended; the first reason stands.
    pub(super) fn end_sessions(&mut self, reason: &EndReason, which: impl Fn(&Session) -> bool) {
        for id in &self.live {
            if let Some(session) = self.sessions.get_mut(id)
                && session.ended.is_none()
                && which(session)
            {
                session.ended = Some(reason.clone());
            }
        }
    }

    /// Withdraws grants for good; the first reason stands.
    pub(super) fn withdraw_grants(&mut self, reason: &EndReason, which: impl Fn(&Grant) -> bool) {
        for grant in self.grants.values_mut() {
            if grant.withdrawn.is_none() && which(grant) {
                grant.withdrawn = Some(reason.clone());
            }
        }
    }
}
