//! Every call of the API by name; what each takes and gives stands in `wire::api::v1`.

use ids::{
    DeviceId, GrantId, InvitationId, PersonId, RequestId, SessionId, TargetId, VendorId, VisitId,
};
use wire::api::v1::{
    self, Added, Approved, ChainLink, Checkpoint, Consistency, ConsistencyFrom, Device, Done,
    Envelope, Invited, LedgerExport, Lifted, Person, RecordingShown, RecordingVerified, Requested,
    Session, SignedIn, Status, Target, Vendor, Visit, paths,
};

use super::{Api, ApiError};

/// What every call's errors are.
type Answer<T> = Result<T, ApiError>;

#[expect(
    clippy::missing_errors_doc,
    reason = "every call fails as `ApiError` says, and none in a way of its own"
)]
impl Api {
    /// How the site is.
    pub async fn status(&self) -> Answer<Status> {
        self.get(paths::STATUS).await
    }

    /// Proves who one is.
    pub async fn sign_in(&self, form: &v1::SignIn) -> Answer<SignedIn> {
        self.post(paths::SIGN_IN, form).await
    }

    /// Ends the sign-in, and the sessions opened under it.
    pub async fn sign_out(&self) -> Answer<Done> {
        self.post(paths::SIGN_OUT, &Done {}).await
    }

    /// The vendors.
    pub async fn vendors(&self) -> Answer<Vec<Vendor>> {
        self.get(paths::VENDORS).await
    }

    /// Registers a vendor.
    pub async fn add_vendor(&self, form: &v1::AddVendor) -> Answer<Added> {
        self.post(paths::VENDORS, form).await
    }

    /// Suspends a vendor.
    pub async fn suspend_vendor(&self, id: &VendorId, reason: &str) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::VENDOR_SUSPEND, id.number()),
            &suspend(reason),
        )
        .await
    }

    /// Lets a suspended vendor in again.
    pub async fn resume_vendor(&self, id: &VendorId) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::VENDOR_RESUME, id.number()),
            &Done {},
        )
        .await
    }

    /// Replaces a vendor's sources.
    pub async fn change_sources(&self, id: &VendorId, form: &v1::ChangeSources) -> Answer<Done> {
        self.put(
            &paths::with_number(paths::VENDOR_SOURCES, id.number()),
            form,
        )
        .await
    }

    /// States that a vendor's sources are still right.
    pub async fn reconfirm_sources(&self, id: &VendorId) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::VENDOR_SOURCES_RECONFIRM, id.number()),
            &Done {},
        )
        .await
    }

    /// The persons.
    pub async fn persons(&self) -> Answer<Vec<Person>> {
        self.get(paths::PERSONS).await
    }

    /// Invites somebody.
    pub async fn invite(&self, form: &v1::Invite) -> Answer<Invited> {
        self.post(paths::INVITATIONS, form).await
    }

    /// Suspends a person.
    pub async fn suspend_person(&self, id: &PersonId, reason: &str) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::PERSON_SUSPEND, id.number()),
            &suspend(reason),
        )
        .await
    }

    /// Lets a suspended person in again.
    pub async fn resume_person(&self, id: &PersonId) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::PERSON_RESUME, id.number()),
            &Done {},
        )
        .await
    }

    /// Erases a person's personal values.
    pub async fn erase_person(&self, id: &PersonId) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::PERSON_ERASE, id.number()),
            &Done {},
        )
        .await
    }

    /// Sets until when an inspector may look.
    pub async fn limit_person(&self, id: &PersonId, form: &v1::Limit) -> Answer<Done> {
        self.post(&paths::with_number(paths::PERSON_LIMIT, id.number()), form)
            .await
    }

    /// Says a word to the engineer of a session.
    pub async fn tell_engineer(&self, id: &SessionId, form: &v1::Tell) -> Answer<Done> {
        self.post(&paths::with_number(paths::SESSION_TELL, id.number()), form)
            .await
    }

    /// Searches the ledger and the commands in recordings.
    pub async fn search(&self, form: &v1::Search) -> Answer<v1::Found> {
        self.post(paths::SEARCH, form).await
    }

    /// How far somebody or something reached.
    pub async fn reach(&self, form: &v1::AskReach) -> Answer<v1::Reach> {
        self.post(paths::REACH, form).await
    }

    /// The open invitations.
    pub async fn invitations(&self) -> Answer<Vec<v1::Invitation>> {
        self.get(paths::INVITATIONS).await
    }

    /// Takes an invitation back.
    pub async fn withdraw_invitation(&self, id: &InvitationId) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::INVITATION_WITHDRAW, id.number()),
            &Done {},
        )
        .await
    }

    /// Invites a person to new factors.
    pub async fn reset_person(&self, id: &PersonId) -> Answer<Invited> {
        self.post(
            &paths::with_number(paths::PERSON_RESET, id.number()),
            &Done {},
        )
        .await
    }

    /// The devices.
    pub async fn devices(&self) -> Answer<Vec<Device>> {
        self.get(paths::DEVICES).await
    }

    /// States that a device's words were compared.
    pub async fn confirm_device(&self, id: &DeviceId, form: &v1::ConfirmDevice) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::DEVICE_CONFIRM, id.number()),
            form,
        )
        .await
    }

    /// Suspends a device.
    pub async fn suspend_device(&self, id: &DeviceId, reason: &str) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::DEVICE_SUSPEND, id.number()),
            &suspend(reason),
        )
        .await
    }

    /// Lets a suspended device in again.
    pub async fn resume_device(&self, id: &DeviceId) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::DEVICE_RESUME, id.number()),
            &Done {},
        )
        .await
    }

    /// The targets.
    pub async fn targets(&self) -> Answer<Vec<Target>> {
        self.get(paths::TARGETS).await
    }

    /// Registers a target.
    pub async fn add_target(&self, form: &v1::AddTarget) -> Answer<Added> {
        self.post(paths::TARGETS, form).await
    }

    /// Suspends a target.
    pub async fn suspend_target(&self, id: &TargetId, reason: &str) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::TARGET_SUSPEND, id.number()),
            &suspend(reason),
        )
        .await
    }

    /// Opens a suspended target again.
    pub async fn resume_target(&self, id: &TargetId) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::TARGET_RESUME, id.number()),
            &Done {},
        )
        .await
    }

    /// Pins another address to a target.
    pub async fn pin_target(&self, id: &TargetId, form: &v1::PinTarget) -> Answer<Done> {
        self.post(&paths::with_number(paths::TARGET_PIN, id.number()), form)
            .await
    }

    /// The requests.
    pub async fn requests(&self) -> Answer<Vec<v1::Request>> {
        self.get(paths::REQUESTS).await
    }

    /// One request.
    pub async fn request(&self, id: &RequestId) -> Answer<v1::Request> {
        self.get(&paths::with_number(paths::REQUEST, id.number()))
            .await
    }

    /// A request's work plan.
    pub async fn plan(&self, id: &RequestId) -> Answer<v1::File> {
        self.get(&paths::with_number(paths::REQUEST_PLAN, id.number()))
            .await
    }

    /// Asks for a visit.
    pub async fn request_visit(&self, form: &v1::RequestVisit) -> Answer<Requested> {
        self.post(paths::REQUESTS, form).await
    }

    /// Approves a request.
    pub async fn approve(&self, id: &RequestId, form: &v1::Approve) -> Answer<Approved> {
        self.post(
            &paths::with_number(paths::REQUEST_APPROVE, id.number()),
            form,
        )
        .await
    }

    /// Refuses a request.
    pub async fn refuse(&self, id: &RequestId, form: &v1::RefuseRequest) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::REQUEST_REFUSE, id.number()),
            form,
        )
        .await
    }

    /// Takes one's own request back.
    pub async fn withdraw(&self, id: &RequestId) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::REQUEST_WITHDRAW, id.number()),
            &Done {},
        )
        .await
    }

    /// Opens a request at once, in an emergency.
    pub async fn open_emergency(
        &self,
        id: &RequestId,
        form: &v1::OpenEmergency,
    ) -> Answer<Approved> {
        self.post(
            &paths::with_number(paths::REQUEST_EMERGENCY, id.number()),
            form,
        )
        .await
    }

    /// Withdraws a grant for good.
    pub async fn withdraw_grant(&self, id: &GrantId, reason: &str) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::GRANT_WITHDRAW, id.number()),
            &suspend(reason),
        )
        .await
    }

    /// The visits.
    pub async fn visits(&self) -> Answer<Vec<Visit>> {
        self.get(paths::VISITS).await
    }

    /// One visit.
    pub async fn visit(&self, id: &VisitId) -> Answer<Visit> {
        self.get(&paths::with_number(paths::VISIT, id.number()))
            .await
    }

    /// Asks for more time on a running visit.
    pub async fn extend(&self, id: &VisitId, form: &v1::Extend) -> Answer<Requested> {
        self.post(&paths::with_number(paths::VISIT_EXTEND, id.number()), form)
            .await
    }

    /// Files the work report.
    pub async fn file_report(&self, id: &VisitId, form: &v1::FileReport) -> Answer<Done> {
        self.post(&paths::with_number(paths::VISIT_REPORT, id.number()), form)
            .await
    }

    /// The work report that counts, with its attachment.
    pub async fn report(&self, id: &VisitId) -> Answer<v1::Report> {
        self.get(&paths::with_number(paths::VISIT_REPORT, id.number()))
            .await
    }

    /// Reviews a visit that is over, and signs it.
    pub async fn review_visit(&self, id: &VisitId, form: &v1::ReviewVisit) -> Answer<Done> {
        self.post(&paths::with_number(paths::VISIT_REVIEW, id.number()), form)
            .await
    }

    /// What waits in quarantine, and what went out in a visit.
    pub async fn visit_files(&self, id: &VisitId) -> Answer<v1::VisitFiles> {
        self.get(&paths::with_number(paths::VISIT_FILES, id.number()))
            .await
    }

    /// Answers for a file that waits, or says that what went out is deleted.
    pub async fn answer_file(&self, id: &VisitId, form: &v1::AnswerFile) -> Answer<Done> {
        self.post(&paths::with_number(paths::VISIT_FILES, id.number()), form)
            .await
    }

    /// A visit told whole. Looking is an entry for each recording.
    pub async fn visit_story(&self, id: &VisitId) -> Answer<v1::VisitStory> {
        self.get(&paths::with_number(paths::VISIT_STORY, id.number()))
            .await
    }

    /// A visit's receipt: the bytes of a `.sekisho-receipt` file.
    pub async fn receipt(&self, id: &VisitId) -> Answer<Vec<u8>> {
        self.get_bytes(&paths::with_number(paths::VISIT_RECEIPT, id.number()))
            .await
    }

    /// The live sessions and the latest ended ones.
    pub async fn sessions(&self) -> Answer<Vec<Session>> {
        self.get(paths::SESSIONS).await
    }

    /// One session, also for the engineer whose it was.
    pub async fn session(&self, id: &SessionId) -> Answer<Session> {
        self.get(&paths::with_number(paths::SESSION, id.number()))
            .await
    }

    /// Ends a session.
    pub async fn end_session(&self, id: &SessionId) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::SESSION_END, id.number()),
            &Done {},
        )
        .await
    }

    /// Ends everything and admits nothing.
    pub async fn isolate(&self, form: &v1::Isolate) -> Answer<Done> {
        self.post(paths::ISOLATE, form).await
    }

    /// Takes part in lifting an isolation.
    pub async fn lift(&self, form: &v1::Lift) -> Answer<Lifted> {
        self.post(paths::LIFT, form).await
    }

    /// Who is asked at night.
    pub async fn night_chain(&self) -> Answer<Vec<ChainLink>> {
        self.get(paths::NIGHT_CHAIN).await
    }

    /// Sets who is asked at night.
    pub async fn set_night_chain(&self, form: &v1::SetNightChain) -> Answer<Done> {
        self.put(paths::NIGHT_CHAIN, form).await
    }

    /// Seals a new set of emergency codes, shown once.
    pub async fn seal_envelope(&self) -> Answer<Envelope> {
        self.post(paths::ENVELOPE, &Done {}).await
    }

    /// States that the recovery kit was printed, tested and sealed.
    pub async fn seal_kit(&self) -> Answer<Done> {
        self.post(paths::KIT_SEAL, &Done {}).await
    }

    /// States that the gateway's clock is right.
    pub async fn confirm_clock(&self) -> Answer<Done> {
        self.post(paths::CLOCK_CONFIRM, &Done {}).await
    }

    /// The recordings.
    pub async fn recordings(&self) -> Answer<Vec<v1::Recording>> {
        self.get(paths::RECORDINGS).await
    }

    /// A recording's first frames. Looking is an entry.
    pub async fn recording(&self, id: &SessionId) -> Answer<RecordingShown> {
        self.get(&paths::with_number(paths::RECORDING, id.number()))
            .await
    }

    /// Verifies a recording against the ledger, at the site.
    pub async fn verify_recording(&self, id: &SessionId) -> Answer<RecordingVerified> {
        self.post(
            &paths::with_number(paths::RECORDING_VERIFY, id.number()),
            &Done {},
        )
        .await
    }

    /// A recording, as bytes. Exporting is an entry.
    pub async fn export_recording(&self, id: &SessionId) -> Answer<Vec<u8>> {
        self.get_bytes(&paths::with_number(paths::RECORDING_EXPORT, id.number()))
            .await
    }

    /// The site's latest checkpoint.
    pub async fn checkpoint(&self) -> Answer<Checkpoint> {
        self.get(paths::LEDGER_CHECKPOINT).await
    }

    /// The ledger as files.
    pub async fn export_ledger(&self) -> Answer<LedgerExport> {
        self.get(paths::LEDGER_EXPORT).await
    }

    /// Hands over a witness's signature.
    pub async fn cosign(&self, form: &v1::Cosignature) -> Answer<Done> {
        self.post(paths::LEDGER_COSIGNATURE, form).await
    }

    /// Tells the site that its ledger is not the one that was seen.
    pub async fn raise_alarm(&self, form: &v1::WitnessAlarm) -> Answer<Done> {
        self.post(paths::LEDGER_ALARM, form).await
    }

    /// Proof that the ledger has only grown since it had `from` entries.
    pub async fn consistency(&self, from: u64) -> Answer<Consistency> {
        let ConsistencyFrom { from } = ConsistencyFrom { from };
        let path = format!("{}?from={from}", paths::LEDGER_CONSISTENCY);
        self.get(&path).await
    }
}

fn suspend(reason: &str) -> v1::Suspend {
    v1::Suspend {
        reason: reason.to_owned(),
    }
}
