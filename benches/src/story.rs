//! A ledger as a hospital has it after years: visits, each with sessions, segments and a report; every
//! entry decided by the domain, as it would be.

use std::time::Duration;

use access::{
    Approvals, Caller, CareImpact, Command, DeviceEnrolment, Door, Employer, EndReason, Entry,
    Factors, Founding, GatewayNote, Hours, InvitationFor, KindOfWork, NewTarget, NewVendor,
    NewVisit, Outcome, PatientData, PinnedAddress, Protocol, RecordingPolicy, Role, Sessions, Site,
    Source, SourcePrefix, Who, Window, decide, device_words,
};
use anyhow::{Context as _, Result, anyhow};
use ids::{
    Commitment, DeviceId, Digest, GrantId, InvitationId, NonEmpty, PersonId, RequestId, SessionId,
    SiteId, TargetId, Timestamp, VendorId, VisitId,
};

const HOUR: Duration = Duration::from_secs(3600);
/// Between two commands.
const STEP: Duration = Duration::from_secs(2);
const SESSIONS_OF_A_VISIT: u64 = 10;
/// Once in six weeks of visits; the domain asks for it twice a year.
const VISITS_PER_RECONFIRMATION: u32 = 1_000;
const APPROVER: u64 = 1;
const ENGINEER: u64 = 3;

/// Entries of one site, in their order.
pub(crate) struct Story {
    site: Site,
    id: SiteId,
    now: Timestamp,
    drawn: u64,
    pub(crate) entries: Vec<Entry>,
}

impl Story {
    /// A story of exactly so many entries.
    pub(crate) fn of(id: &SiteId, count: usize) -> Result<Self> {
        let mut story = Self {
            site: Site::empty(id.clone()),
            id: id.clone(),
            now: Timestamp::from_seconds(1_795_000_000),
            drawn: 0,
            entries: Vec::with_capacity(count + 64),
        };
        story.founded()?;
        story.staffed()?;
        let mut visits = 0u32;
        while story.entries.len() < count {
            story.visit()?;
            visits += 1;
            if visits.is_multiple_of(VISITS_PER_RECONFIRMATION) {
                let vendor = VendorId::new(id, 1);
                story.does(&story.staff(), Command::ReconfirmSources { vendor })?;
            }
        }
        story.entries.truncate(count);
        Ok(story)
    }

    fn founded(&mut self) -> Result<()> {
        let founding = Founding {
            name: "計測病院".to_owned(),
            engineers_name: "in.bench.invalid".to_owned(),
            console_name: "console.bench.invalid".to_owned(),
            lan: NonEmpty::one("10.1.0.0/16".parse()?),
            site_vkey: "bench+site".to_owned(),
            kit_vkey: "bench+kit".to_owned(),
            kit_seal: "kit-seal".to_owned(),
            ca: self.digest(),
            own: Vec::new(),
        };
        let events = self.site.found(founding, self.now).map_err(refused)?;
        self.enter(&Caller::gateway(), events)?;
        self.join(&Caller::gateway(), InvitationFor::FirstPerson, false)
    }

    /// A second approver, a vendor, its engineer, a target.
    fn staffed(&mut self) -> Result<()> {
        let first = self.staff();
        let person = |employer, role| {
            let roles = NonEmpty::one(role);
            InvitationFor::Person { employer, roles }
        };
        self.join(&first, person(Employer::Hospital, Role::Approver), false)?;
        let vendor = VendorId::new(&self.id, 1);
        let phone = self.word();
        let prefix = SourcePrefix {
            net: "203.0.113.0/24".parse()?,
            exception: None,
        };
        let new = NewVendor {
            name: "東海医療情報".to_owned(),
            parent: None,
            sources: NonEmpty::one(prefix),
            phone,
        };
        self.does(&first, Command::RegisterVendor(new))?;
        let engineer = person(Employer::Vendor(vendor.clone()), Role::Engineer);
        self.join(&first, engineer, true)?;
        self.confirm_device(&first)?;
        let target = NewTarget {
            name: "billing".to_owned(),
            protocol: Protocol::Tcp,
            address: PinnedAddress {
                host: "10.1.2.3".to_owned(),
                ip: "10.1.2.3".parse()?,
                port: 5432,
            },
            recording: RecordingPolicy::Payload,
            approvals: Approvals::One,
            emergency: false,
            hours: Hours::Always,
            longest_minutes: 180,
            quota_bytes: 1 << 40,
            vendors: NonEmpty::one(vendor),
            ssh: None,
            database: None,
            web: None,
            telnet: None,
            desktop: None,
            attended: false,
            risk: None,
        };
        self.does(&first, Command::RegisterTarget(Box::new(target)))
            .map(drop)
    }

    fn join(&mut self, by: &Caller, purpose: InvitationFor, with_device: bool) -> Result<()> {
        let secret = self.digest();
        let until = self.now.plus(HOUR);
        let invite = Command::Invite {
            purpose,
            secret,
            until,
        };
        let Outcome::Invitation(invitation) = self.does(by, invite)? else {
            return Err(anyhow!("no invitation"));
        };
        let device = with_device.then(|| DeviceEnrolment {
            key: self.digest(),
            witness: "pc+witness".to_owned(),
            label: self.word(),
        });
        let accept = Command::AcceptInvitation {
            invitation: invitation.clone(),
            secret,
            name: self.word(),
            contact: self.word(),
            device,
        };
        let as_invited = invitee(invitation, with_device)?;
        self.does(&as_invited, accept).map(drop)
    }

    fn confirm_device(&mut self, by: &Caller) -> Result<()> {
        let device = DeviceId::new(&self.id, 1);
        let enrolled = self.site.device(&device).context("the device")?;
        let words = device_words(&enrolled.enrolment.key);
        let words = words.map(str::to_owned).to_vec();
        self.does(by, Command::ConfirmDevice { device, words })
            .map(drop)
    }

    /// Asked for, approved, used by several sessions, reported.
    fn visit(&mut self) -> Result<()> {
        let engineer = self.engineer()?;
        let (request, visit) = self.request(&engineer)?;
        let approve = Command::ApproveRequest {
            request,
            conditions: None,
            narrower: None,
            ssh: None,
            database: None,
            web: None,
            desktop: None,
        };
        let Outcome::Granted { grant, .. } = self.does(&self.staff(), approve)? else {
            return Err(anyhow!("no grant"));
        };
        for _ in 0..SESSIONS_OF_A_VISIT {
            self.session(&engineer, &grant)?;
        }
        let report = Command::FileReport {
            visit,
            report: self.digest(),
            name: self.word(),
        };
        self.does(&engineer, report)?;
        // The next visit is another day's: no two windows overlap.
        self.now = self.now.plus(HOUR);
        Ok(())
    }

    fn request(&mut self, by: &Caller) -> Result<(RequestId, VisitId)> {
        let visit = NewVisit {
            target: TargetId::new(&self.id, 1),
            window: Window {
                from: self.now,
                until: self.now.plus(HOUR),
            },
            purpose: self.word(),
            kind: KindOfWork::Fault,
            plan: self.digest(),
            plan_name: self.word(),
            contact: self.word(),
            privileged: true,
            care: CareImpact::None,
            patients: PatientData::None,
            files: Vec::new(),
            attended: false,
            sub_contractor: None,
            sessions: Sessions::AtOnce(2),
            ssh: None,
            database: None,
            web: None,
            desktop: None,
        };
        let asked = self.does(by, Command::RequestVisit(Box::new(visit)))?;
        let Outcome::Requested { request, visit } = asked else {
            return Err(anyhow!("no request: {asked:?}"));
        };
        Ok((request, visit))
    }

    fn session(&mut self, engineer: &Caller, grant: &GrantId) -> Result<()> {
        let open = Command::OpenSession {
            target: TargetId::new(&self.id, 1),
            grant: Some(grant.clone()),
            protocol: Protocol::Tcp,
        };
        let Outcome::Opened(permit) = self.does(engineer, open)? else {
            return Err(anyhow!("no session"));
        };
        let session = permit.session().clone();
        let close = Command::CloseSession {
            session: session.clone(),
            reason: EndReason::EngineerClosed,
            sent: 1_234,
            received: 56_789,
            data_out: 0,
        };
        self.does(&Caller::gateway(), close)?;
        self.seal(session)
    }

    fn seal(&mut self, session: SessionId) -> Result<()> {
        let segment = GatewayNote::SegmentSealed {
            session,
            number: 0,
            sha256: self.digest(),
            frames: 100,
            head: self.digest(),
            last: true,
        };
        let seal = GatewayNote::RecordingsSealed {
            root: self.digest(),
            count: 1,
            leaves: self.digest(),
        };
        for note in [segment, seal] {
            self.does(&Caller::gateway(), Command::Note(note))?;
        }
        Ok(())
    }

    fn does(&mut self, by: &Caller, command: Command) -> Result<Outcome> {
        self.now = self.now.plus(STEP);
        let decided = decide(&self.site, by, command, self.now).map_err(refused)?;
        self.enter(by, decided.events)?;
        Ok(decided.outcome)
    }

    fn enter(&mut self, by: &Caller, events: Vec<access::Event>) -> Result<()> {
        for entry in self.site.enter(by, events, self.now) {
            self.site.apply(&entry)?;
            self.entries.push(entry);
        }
        Ok(())
    }

    /// The first person, on the LAN.
    fn staff(&self) -> Caller {
        Caller {
            who: Who::Person(PersonId::new(&self.id, APPROVER)),
            factors: Factors {
                passphrase: true,
                totp: true,
                device: false,
                passkey: false,
            },
            device: None,
            source: Source::Address(std::net::Ipv4Addr::new(10, 1, 0, 7).into()),
            door: Door::Console,
        }
    }

    fn engineer(&self) -> Result<Caller> {
        Ok(Caller {
            who: Who::Person(PersonId::new(&self.id, ENGINEER)),
            factors: Factors {
                passphrase: true,
                totp: true,
                device: true,
                passkey: false,
            },
            device: Some(DeviceId::new(&self.id, 1)),
            source: Source::Address("203.0.113.9".parse()?),
            door: Door::Engineers,
        })
    }

    /// A digest that no other one equals.
    fn digest(&mut self) -> Digest {
        self.drawn += 1;
        let words = [1u64, 3, 5, 7].map(|odd| {
            let mixed = self
                .drawn
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .wrapping_mul(odd);
            (mixed ^ (mixed >> 29)).to_be_bytes()
        });
        let mut bytes = [0; 32];
        bytes
            .iter_mut()
            .zip(words.as_flattened())
            .for_each(|(to, from)| *to = *from);
        Digest(bytes)
    }

    fn word(&mut self) -> Commitment {
        Commitment(self.digest())
    }
}

/// The hospital's people join on the LAN, an engineer from the vendor's prefix.
fn invitee(invitation: InvitationId, engineer: bool) -> Result<Caller> {
    let (source, door) = match engineer {
        true => ("203.0.113.9", Door::Engineers),
        false => ("10.1.0.7", Door::Console),
    };
    Ok(Caller {
        who: Who::Invitee(invitation),
        factors: Factors::default(),
        device: None,
        source: Source::Address(source.parse()?),
        door,
    })
}

fn refused(refusal: access::Refusal) -> anyhow::Error {
    anyhow!("refused: {:?}", refusal.reasons)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says so by failing")]

    use access::Site;

    use super::Story;

    #[test]
    fn a_story_is_a_ledger_that_a_fresh_state_accepts() {
        let id = "bench".parse().unwrap();
        let story = Story::of(&id, 500).unwrap();
        assert_eq!(story.entries.len(), 500);
        let mut site = Site::empty(id);
        for entry in &story.entries {
            site.apply(entry).unwrap();
        }
    }
}
