//! Accepting an invitation: two messages of one connection, one entry at the end.

mod browser;

use access::{Command, DeviceEnrolment, GatewayNote, InvitationFor, Outcome, Reason, Refusal};
use ids::{Commitment, DeviceId, InvitationId, PersonId};
use login::passphrase::{Passphrase, Policy};
use login::totp::Secret;
use login::{Connection, Identity};
use tunnel::{DeviceRequest, Validity};
use wire::Said;
use wire::join::{JoinStart, Joined, JoinedDevice};

use crate::{Engine, Inner, writer};

pub(crate) use browser::Joins;
pub use browser::{BegunInBrowser, NotConfirmed, ShownSecret};

/// How long a device certificate is good for; the domain can end a device at any moment.
const DEVICE_VALID_FOR: std::time::Duration = std::time::Duration::from_secs(365 * 24 * 3600);

/// The sentence for a wrong one-time code.
const WRONG_CODE: &str = "join-code-wrong";

/// Why somebody could not join: sentences for them to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinError {
    /// Every reason.
    pub reasons: Vec<Said>,
}

impl JoinError {
    /// Whether all that is wrong is the one-time code.
    pub fn is_wrong_code(&self) -> bool {
        self.reasons.iter().all(|reason| reason.id == WRONG_CODE)
    }

    fn because(id: &str) -> Self {
        Self {
            reasons: vec![Said::plain(id)],
        }
    }
}

impl From<Refusal> for JoinError {
    fn from(refusal: Refusal) -> Self {
        Self {
            reasons: refusal.reasons.iter().map(said).collect(),
        }
    }
}

/// A reason as it travels: its sentence's id and arguments.
pub fn said(reason: &Reason) -> Said {
    let plain = Said::plain(&format!("reason-{}", reason.id()));
    reason
        .args()
        .into_iter()
        .fold(plain, |said, (name, value)| said.with(name, value))
}

/// Somebody between the two messages.
pub struct Joining {
    start: JoinStart,
    connection: Connection,
    request: Option<DeviceRequest>,
    login: Option<String>,
    totp: Option<Secret>,
    wrong_codes: u8,
}

impl Engine {
    /// The first message: is the invitation good, and are the new factors? Nothing is entered yet
    /// but a wrong secret. Gives the secret of the one-time codes, where new factors are set up.
    ///
    /// # Errors
    /// Sentences for the invitee.
    pub async fn join_start(
        &self,
        connection: Connection,
        start: JoinStart,
    ) -> Result<(Joining, Option<(String, String)>), JoinError> {
        let purpose = self.invited_to(&connection, &start).await?;
        let request = start
            .device
            .as_ref()
            .map(|device| DeviceRequest::read(&device.csr.0))
            .transpose()
            .map_err(|cause| {
                tracing::info!(%cause, "a device's request was not accepted");
                JoinError::because("join-device-request")
            })?;
        let sets_factors = !matches!(purpose, InvitationFor::Device { .. });
        let login = self.login_for(&purpose, &start)?;
        let mut joining = Joining {
            start,
            connection,
            request,
            login,
            totp: None,
            wrong_codes: 0,
        };
        if !sets_factors {
            return Ok((joining, None));
        }
        self.check_passphrase(&joining)?;
        let totp = Secret::generate().map_err(|_| JoinError::from(writer::unavailable()))?;
        let account = joining.login.clone().unwrap_or_default();
        let shown = (
            totp.to_base32().to_string(),
            totp.otpauth_uri(&self.inner.site_name(), &account)
                .to_string(),
        );
        joining.totp = Some(totp);
        Ok((joining, Some(shown)))
    }

    /// The second message: the first one-time code proves that the authenticator works; then the
    /// person joins. On a wrong code the same `joining` may be shown another one.
    ///
    /// # Errors
    /// Sentences for the invitee. Nothing was entered.
    pub async fn join_confirm(
        &self,
        joining: &mut Joining,
        code: &str,
    ) -> Result<Joined, JoinError> {
        let step = match &joining.totp {
            None => None,
            Some(secret) => {
                let step = login::totp::verify(secret, code, self.now());
                if step.is_none() {
                    joining.wrong_codes = joining.wrong_codes.saturating_add(1);
                    return Err(JoinError::because(WRONG_CODE));
                }
                step
            }
        };
        let passphrase = joining.start.passphrase.clone();
        let hash = match (&joining.totp, passphrase) {
            (Some(_), Some(passphrase)) => Some(hash_of(passphrase).await?),
            _ => None,
        };
        // One at a time: the login name is looked up, entered and claimed without a race.
        let _turn = self.inner.joining.lock().await;
        let factors = hash.zip(step).map(|(hash, step)| NewFactors { hash, step });
        let (person, device) = self.accept(joining, factors).await?;
        self.joined(joining, person, device)
    }

    /// Whether another code may be shown on this connection.
    pub fn may_try_again(&self, joining: &Joining) -> bool {
        joining.wrong_codes < wire::join::CODE_TRIES
    }

    /// Asks the one decision function whether the invitation would be accepted, without entering it.
    async fn invited_to(
        &self,
        connection: &Connection,
        start: &JoinStart,
    ) -> Result<InvitationFor, JoinError> {
        let nothing = Commitment(ids::Digest([0; 32]));
        let command = accept_command(start, None, nothing, nothing);
        let by = Identity::invitee(&start.invitation, connection);
        let (decided, purpose) = {
            let site = self.inner.site();
            let decided = access::decide(&site, by.caller(), command, self.now());
            let invitation = site.invitation(&start.invitation);
            (
                decided.map(drop),
                invitation.map(|known| known.purpose.clone()),
            )
        };
        if let Err(refusal) = decided {
            if refusal.reasons.contains(&Reason::InvitationInvalid) && purpose.is_some() {
                self.count_miss(&start.invitation).await;
            }
            return Err(refusal.into());
        }
        purpose.ok_or_else(|| JoinError::because("reason-invitation-invalid"))
    }

    async fn count_miss(&self, invitation: &InvitationId) {
        let note = GatewayNote::InvitationMissed {
            invitation: invitation.clone(),
        };
        // The domain counts only misses of open invitations.
        let _counted = self.note(note).await;
    }

    /// The name to sign in with: new, or the one that the person has.
    fn login_for(
        &self,
        purpose: &InvitationFor,
        start: &JoinStart,
    ) -> Result<Option<String>, JoinError> {
        match purpose {
            InvitationFor::FirstPerson | InvitationFor::Person { .. } => {
                let typed = start.login.as_deref().unwrap_or_default();
                let key = login::name::key(typed)
                    .map_err(|_| JoinError::because("reason-name-not-possible"))?;
                if self.inner.site().is_decoy_account(key.as_str()) {
                    return Err(JoinError::because("reason-name-taken"));
                }
                match self.inner.store.person_named(key.as_str()) {
                    Ok(None) => Ok(Some(key.as_str().to_owned())),
                    Ok(Some(_)) => Err(JoinError::because("reason-name-taken")),
                    Err(_) => Err(writer::unavailable().into()),
                }
            }
            InvitationFor::Device { person } | InvitationFor::Factors { person } => {
                Ok(self.inner.store.login_name(person).ok().flatten())
            }
        }
    }

    /// Refuses what can be guessed, with the names of this site and of this person in mind.
    fn check_passphrase(&self, joining: &Joining) -> Result<(), JoinError> {
        let Some(typed) = &joining.start.passphrase else {
            return Err(JoinError::because("join-passphrase-needed"));
        };
        let mut context = vec![self.inner.site_name(), self.inner.id.to_string()];
        context.extend(joining.login.clone());
        context.extend(joining.start.name.clone());
        context.extend(
            self.inner
                .site()
                .vendors()
                .map(|vendor| vendor.name.clone()),
        );
        let passphrase = Passphrase::new(typed.reveal());
        Policy::default()
            .check(&passphrase, &context)
            .map_err(|weakness| {
                let plain = Said::plain(weakness.id());
                let said = weakness
                    .args()
                    .into_iter()
                    .fold(plain, |said, (name, value)| said.with(name, value));
                JoinError {
                    reasons: vec![said],
                }
            })?;
        if self.inner.listed(typed.reveal()) {
            return Err(JoinError::because("passphrase-listed"));
        }
        Ok(())
    }

    /// Lets them in. What a new person signs in with is kept before the entry, so that nobody is ever
    /// let in who cannot sign in; new factors of somebody known are kept after it, so that nothing
    /// changes without an entry.
    async fn accept(
        &self,
        joining: &Joining,
        factors: Option<NewFactors>,
    ) -> Result<(PersonId, Option<DeviceId>), JoinError> {
        let start = &joining.start;
        let name = self.kept_or_new("name", start.name.as_deref(), &start.invitation)?;
        let contact = self.kept_or_new("contact", start.contact.as_deref(), &start.invitation)?;
        let label = match &start.device {
            Some(device) => Some(self.commit("device-label", &device.label, None)?),
            None => None,
        };
        let enrolment = start
            .device
            .as_ref()
            .zip(joining.request.as_ref())
            .zip(label);
        let enrolment = enrolment.map(|((device, request), label)| DeviceEnrolment {
            key: request.key(),
            witness: device.witness.clone(),
            label,
        });
        let command = accept_command(start, enrolment, name, contact);
        let by = Identity::invitee(&start.invitation, &joining.connection);
        let newcomer = self.newcomer(&by, &command);
        if let Some(person) = &newcomer {
            self.inner.keep_factors(joining, person, factors.as_ref())?;
        }
        let outcome = self.submit(&by, command).await;
        if let (Err(_), Some(person)) = (&outcome, &newcomer) {
            self.inner.forget_unless_entered(person);
        }
        let Outcome::Person { person, device } = outcome? else {
            return Err(writer::unavailable().into());
        };
        if newcomer.is_none() {
            self.inner
                .keep_factors(joining, &person, factors.as_ref())?;
        }
        let own: Vec<Commitment> = [Some(name), Some(contact), label]
            .into_iter()
            .flatten()
            .collect();
        if let Err(cause) = self.inner.store.own_values(&own, &person) {
            tracing::error!(%cause, "values of a person have no owner; they are erased one by one");
        }
        Ok((person, device))
    }

    /// Who would be let in and is not known yet. One joins at a time, and joining alone makes persons:
    /// so it is who will be let in.
    fn newcomer(&self, by: &Identity, command: &Command) -> Option<PersonId> {
        let site = self.inner.site();
        let decided = access::decide(&site, by.caller(), command.clone(), self.now()).ok()?;
        let Outcome::Person { person, .. } = decided.outcome else {
            return None;
        };
        site.person(&person).is_none().then_some(person)
    }

    /// A new person's text, or the one that stands for a person who is known.
    fn kept_or_new(
        &self,
        label: &str,
        text: Option<&str>,
        invitation: &InvitationId,
    ) -> Result<Commitment, JoinError> {
        let known = {
            let site = self.inner.site();
            let person = match site
                .invitation(invitation)
                .map(|invitation| &invitation.purpose)
            {
                Some(InvitationFor::Device { person } | InvitationFor::Factors { person }) => {
                    site.person(person)
                }
                _ => None,
            };
            person.map(|person| match label {
                "name" => person.name,
                _ => person.contact,
            })
        };
        match known {
            Some(commitment) => Ok(commitment),
            None => Ok(self.commit(label, text.unwrap_or_default(), None)?),
        }
    }

    fn joined(
        &self,
        joining: &Joining,
        person: PersonId,
        device: Option<DeviceId>,
    ) -> Result<Joined, JoinError> {
        let device = match device.zip(joining.request.as_ref()) {
            None => None,
            Some((id, request)) => {
                let validity = Validity::starting(self.now(), DEVICE_VALID_FOR);
                let certificate =
                    self.inner
                        .ca
                        .issue_device(request, &id, validity)
                        .map_err(|cause| {
                            tracing::error!(%cause, "a device certificate could not be issued");
                            JoinError::because("join-certificate-failed")
                        })?;
                let words = access::device_words(&request.key());
                Some(JoinedDevice {
                    id,
                    certificate: wire::Bytes(certificate),
                    words: words.iter().map(|word| (*word).to_owned()).collect(),
                })
            }
        };
        // Each asks for the state by itself.
        let resumed = self.inner.index().resumptions.len();
        let resumed = u64::try_from(resumed).unwrap_or(u64::MAX);
        let checkpoint = self.checkpoint();
        let site = self.inner.site();
        let founding = site
            .founding()
            .ok_or_else(|| JoinError::from(writer::unavailable()))?;
        Ok(Joined {
            person,
            site: self.inner.id.clone(),
            site_name: founding.name.clone(),
            engineers_name: founding.engineers_name.clone(),
            console_name: founding.console_name.clone(),
            ca: wire::Bytes(self.inner.ca.certificate().to_vec()),
            site_vkey: founding.site_vkey.clone(),
            kit_vkey: founding.kit_vkey.clone(),
            checkpoint,
            resumed,
            device,
        })
    }
}

fn accept_command(
    start: &JoinStart,
    device: Option<DeviceEnrolment>,
    name: Commitment,
    contact: Commitment,
) -> Command {
    // Before the texts are kept, the device is described well enough to be judged.
    let device = device.or_else(|| {
        let offered = start.device.as_ref()?;
        let request = DeviceRequest::read(&offered.csr.0).ok()?;
        Some(DeviceEnrolment {
            key: request.key(),
            witness: offered.witness.clone(),
            label: name,
        })
    });
    Command::AcceptInvitation {
        invitation: start.invitation.clone(),
        secret: crate::invite::digest_of(start.secret.reveal()),
        name,
        contact,
        device,
    }
}

async fn hash_of(passphrase: wire::Secret) -> Result<login::passphrase::Hash, JoinError> {
    let hashing = tokio::task::spawn_blocking(move || Passphrase::new(passphrase.reveal()).hash());
    match hashing.await {
        Ok(Ok(hash)) => Ok(hash),
        Ok(Err(_)) | Err(_) => Err(writer::unavailable().into()),
    }
}

impl Inner {
    pub(crate) fn site_name(&self) -> String {
        let site = self.site();
        site.founding()
            .map(|founding| founding.name.clone())
            .unwrap_or_default()
    }

    fn keep_factors(
        &self,
        joining: &Joining,
        person: &PersonId,
        factors: Option<&NewFactors>,
    ) -> Result<(), JoinError> {
        let (Some(NewFactors { hash, step }), Some(totp)) = (factors, &joining.totp) else {
            return Ok(());
        };
        let failed = |cause: String| {
            tracing::error!(cause, %person, "factors could not be kept");
            JoinError::from(writer::unavailable())
        };
        let reference = crate::sign_in::totp_reference(person);
        let sealed = self
            .seal(&reference, totp.as_bytes())
            .ok_or_else(|| failed("the vault did not seal".to_owned()))?;
        let credential = store::Credential {
            passphrase: hash.as_str().to_owned(),
            totp: sealed,
            set_at: self.clock.now(),
        };
        // The code that set the factors up is used up with them, like any other.
        let login = joining.login.as_deref();
        let kept = self.store.enrol(person, login, &credential, Some(step.0));
        kept.map_err(|cause| failed(cause.to_string()))
    }

    /// The entry failed; if it was kept all the same, so is what they sign in with.
    fn forget_unless_entered(&self, person: &PersonId) {
        if self.site().person(person).is_some() {
            return;
        }
        if let Err(cause) = self.store.erase_person(person) {
            tracing::warn!(%cause, "what a person brought is erased at the next start");
        }
    }
}

/// With what somebody signs in from now on, and the step of the code that proved it.
struct NewFactors {
    hash: login::passphrase::Hash,
    step: login::totp::Step,
}
