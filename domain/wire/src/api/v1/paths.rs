//! Where each call goes. The comment beside each names method, request and answer, in the words that
//! `cargo xtask openapi` reads; numbers in a query may be left out where a `?` stands.

/// GET → `Status`.
pub const STATUS: &str = "/api/v1/status";
/// POST `SignIn` → `SignedIn`. Open to strangers.
pub const SIGN_IN: &str = "/api/v1/sign-in";
/// POST → `Done`.
pub const SIGN_OUT: &str = "/api/v1/sign-out";

/// GET → `Vec<Vendor>`; POST `AddVendor` → `Added`.
pub const VENDORS: &str = "/api/v1/vendors";
/// POST `Suspend` → `Done`.
pub const VENDOR_SUSPEND: &str = "/api/v1/vendors/{number}/suspend";
/// POST → `Done`.
pub const VENDOR_RESUME: &str = "/api/v1/vendors/{number}/resume";
/// PUT `ChangeSources` → `Done`.
pub const VENDOR_SOURCES: &str = "/api/v1/vendors/{number}/sources";
/// POST → `Done`: the sources are still right.
pub const VENDOR_SOURCES_RECONFIRM: &str = "/api/v1/vendors/{number}/sources/reconfirm";

/// GET → `Vec<Person>`.
pub const PERSONS: &str = "/api/v1/persons";
/// GET → `Vec<Invitation>`: those that are open; POST `Invite` → `Invited`.
pub const INVITATIONS: &str = "/api/v1/invitations";
/// POST → `Done`: takes an invitation back, for example one that the recovery kit made.
pub const INVITATION_WITHDRAW: &str = "/api/v1/invitations/{number}/withdraw";
/// POST `Suspend` → `Done`.
pub const PERSON_SUSPEND: &str = "/api/v1/persons/{number}/suspend";
/// POST → `Done`.
pub const PERSON_RESUME: &str = "/api/v1/persons/{number}/resume";
/// POST → `Done`: erases the personal values.
pub const PERSON_ERASE: &str = "/api/v1/persons/{number}/erase";
/// POST `Limit` → `Done`: until when an inspector may look.
pub const PERSON_LIMIT: &str = "/api/v1/persons/{number}/limit";
/// POST → `Invited`: invites a person to new factors.
pub const PERSON_RESET: &str = "/api/v1/persons/{number}/reset";

/// GET → `Vec<Device>`.
pub const DEVICES: &str = "/api/v1/devices";
/// POST `ConfirmDevice` → `Done`.
pub const DEVICE_CONFIRM: &str = "/api/v1/devices/{number}/confirm";
/// POST `Suspend` → `Done`.
pub const DEVICE_SUSPEND: &str = "/api/v1/devices/{number}/suspend";
/// POST → `Done`.
pub const DEVICE_RESUME: &str = "/api/v1/devices/{number}/resume";

/// GET → `Vec<Target>`; POST `AddTarget` → `Added`.
pub const TARGETS: &str = "/api/v1/targets";
/// POST `Suspend` → `Done`.
pub const TARGET_SUSPEND: &str = "/api/v1/targets/{number}/suspend";
/// POST → `Done`.
pub const TARGET_RESUME: &str = "/api/v1/targets/{number}/resume";
/// POST `PinTarget` → `Done`.
pub const TARGET_PIN: &str = "/api/v1/targets/{number}/pin";
/// PUT `TargetTerms` → `Done`.
pub const TARGET_TERMS: &str = "/api/v1/targets/{number}/terms";
/// POST `SetTargetSecret` → `TargetSecretSet`.
pub const TARGET_SECRET: &str = "/api/v1/targets/{number}/secret";
/// POST `AcceptTargetSecret` → `TargetSecretSet`: a weak one, with a reason that is entered.
pub const TARGET_SECRET_ACCEPT: &str = "/api/v1/targets/{number}/secret/accept";
/// POST `CompromiseSecret` → `Done`: others may know it.
pub const TARGET_SECRET_COMPROMISED: &str = "/api/v1/targets/{number}/secret/compromised";
/// POST `RotateSecret` → `Done`: it is being replaced at the target.
pub const TARGET_SECRET_ROTATE: &str = "/api/v1/targets/{number}/secret/rotate";
/// PUT `SetEmergencyAccount` → `Done`.
pub const TARGET_EMERGENCY_ACCOUNT: &str = "/api/v1/targets/{number}/emergency-account";
/// POST → `Done`: orders an envelope. Another person prints it, on a page.
pub const TARGET_ENVELOPE_ORDER: &str = "/api/v1/targets/{number}/envelope/order";
/// POST `SeeEnvelope` → `Done`: says what was seen of it.
pub const TARGET_ENVELOPE_SEEN: &str = "/api/v1/targets/{number}/envelope/seen";
/// GET → `EmergencyAccounts`.
pub const EMERGENCY_ACCOUNTS: &str = "/api/v1/emergency-accounts";
/// GET, query `until?` → `WeekShown`: up to that entry; POST `InspectLog` → `Done`.
pub const INSPECTION: &str = "/api/v1/inspection";
/// GET → `IncidentList`; POST → `Done`: begins one.
pub const INCIDENTS: &str = "/api/v1/incidents";
/// GET, query `incident` → `ResponseShown`; POST `TakeStep` → `Done`.
pub const INCIDENT_STEPS: &str = "/api/v1/incidents/steps";
/// GET → `PreparationShown`.
pub const PREPARATION: &str = "/api/v1/preparation";
/// POST `AgreePolicy` → `Done`.
pub const PREPARATION_POLICIES: &str = "/api/v1/preparation/policies";
/// POST `SetContact` → `Done`.
pub const PREPARATION_CONTACTS: &str = "/api/v1/preparation/contacts";
/// POST `TryContact` → `Done`.
pub const PREPARATION_TRIED: &str = "/api/v1/preparation/contacts/tried";
/// GET, query `incident` → `Chronology`.
pub const INCIDENT_CHRONOLOGY: &str = "/api/v1/incidents/chronology";
/// GET, query `incident` → `ChronologyProof`: what proves it on another machine.
pub const INCIDENT_PROOF: &str = "/api/v1/incidents/proof";
/// POST `NoteIncident` → `Done`: writes into a chronology.
pub const INCIDENT_NOTES: &str = "/api/v1/incidents/notes";
/// GET, query `incident`, `note?`, `step?` → `File`: the photo of a note, or what was kept as evidence with a step.
pub const INCIDENT_PHOTO: &str = "/api/v1/incidents/photo";
/// POST `CloseIncident` → `Done`.
pub const INCIDENTS_CLOSED: &str = "/api/v1/incidents/closed";
/// GET → `DecoyList`; PUT `SetDecoy` → `Done`.
pub const DECOYS: &str = "/api/v1/decoys";
/// GET → `AlertList`.
pub const ALERTS: &str = "/api/v1/alerts";
/// POST `SettleAlert` → `Done`: what an alert was.
pub const ALERTS_SETTLED: &str = "/api/v1/alerts/settled";
/// GET → `RuleList`; PUT `AnswerRule` → `Done`.
pub const RULES: &str = "/api/v1/rules";
/// GET → `Secrets`.
pub const SECRETS: &str = "/api/v1/secrets";
/// POST → `Secrets`: looks at all of them now.
pub const SECRETS_CHECK: &str = "/api/v1/secrets/check";
/// PUT `SecretPolicy` → `Done`.
pub const SECRETS_POLICY: &str = "/api/v1/secrets/policy";
/// POST `AcceptRisk` → `Done`: the risk on which a target rests is accepted, or that is renewed.
pub const TARGET_RISK: &str = "/api/v1/targets/{number}/risk";
/// POST `WithdrawRisk` → `Done`: it is accepted no more.
pub const TARGET_RISK_WITHDRAWN: &str = "/api/v1/targets/{number}/risk/withdrawn";
/// POST `PinHostKey` → `Done`.
pub const TARGET_HOST_KEY: &str = "/api/v1/targets/{number}/host-key";
/// POST `PinDatabaseServer` → `Done`.
pub const TARGET_SERVER: &str = "/api/v1/targets/{number}/server";
/// PUT `NamePatientColumns` → `Done`.
pub const TARGET_PATIENTS: &str = "/api/v1/targets/{number}/patients";
/// PUT `SetRotationWay` → `Done`.
pub const TARGET_ROTATION_WAY: &str = "/api/v1/targets/{number}/rotation-way";
/// PUT `SetVisitAccounts` → `Done`.
pub const TARGET_VISIT_ACCOUNTS: &str = "/api/v1/targets/{number}/visit-accounts";
/// POST `AskServerKey` → `ServerKey`: dials the server, of a target or of one to be registered.
pub const SERVER_KEY: &str = "/api/v1/server-key";
/// GET → `SshHostKey`: what the gateway itself shows to SSH clients, for engineers too.
pub const SSH_HOST_KEY: &str = "/api/v1/ssh-host-key";

/// GET, query `before?` → `Vec<Request>`; POST `RequestVisit` → `Requested`.
pub const REQUESTS: &str = "/api/v1/requests";
/// GET → `Request`.
pub const REQUEST: &str = "/api/v1/requests/{number}";
/// GET → `File`: the work plan.
pub const REQUEST_PLAN: &str = "/api/v1/requests/{number}/plan";
/// POST `Approve` → `Approved`.
pub const REQUEST_APPROVE: &str = "/api/v1/requests/{number}/approve";
/// POST `RefuseRequest` → `Done`.
pub const REQUEST_REFUSE: &str = "/api/v1/requests/{number}/refuse";
/// POST → `Done`: one's own request.
pub const REQUEST_WITHDRAW: &str = "/api/v1/requests/{number}/withdraw";
/// POST `OpenEmergency` → `Approved`.
pub const REQUEST_EMERGENCY: &str = "/api/v1/requests/{number}/emergency";
/// POST `Suspend` → `Done`: withdraws a grant for good.
pub const GRANT_WITHDRAW: &str = "/api/v1/grants/{number}/withdraw";

/// GET, query `before?` → `Vec<Visit>`.
pub const VISITS: &str = "/api/v1/visits";
/// GET → `Visit`.
pub const VISIT: &str = "/api/v1/visits/{number}";
/// POST `Extend` → `Requested`.
pub const VISIT_EXTEND: &str = "/api/v1/visits/{number}/extend";
/// GET → `VisitStory`: plan, recordings and report side by side. Looking is an entry.
pub const VISIT_STORY: &str = "/api/v1/visits/{number}/story";
/// POST `FileReport` → `Done`; GET → `Report`.
pub const VISIT_REPORT: &str = "/api/v1/visits/{number}/report";
/// POST `ReviewVisit` → `Done`: an approver of the hospital signs for a visit that is over.
pub const VISIT_REVIEW: &str = "/api/v1/visits/{number}/review";
/// GET → `VisitFiles`: what waits in quarantine, and what went out; POST `AnswerFile` → `Done`.
pub const VISIT_FILES: &str = "/api/v1/visits/{number}/files";
/// GET → `application/json`: the receipt, a `.sekisho-receipt` file.
pub const VISIT_RECEIPT: &str = "/api/v1/visits/{number}/receipt";

/// GET, query `before?` → `Vec<Session>`: the live ones and the latest ended ones.
pub const SESSIONS: &str = "/api/v1/sessions";
/// GET → `Session`: also for the engineer whose session it was, so that the end has a reason.
pub const SESSION: &str = "/api/v1/sessions/{number}";
/// POST → `Done`.
pub const SESSION_END: &str = "/api/v1/sessions/{number}/end";
/// POST → `Done`: nothing passes until it is continued.
pub const SESSION_PAUSE: &str = "/api/v1/sessions/{number}/pause";
/// POST → `Done`.
pub const SESSION_CONTINUE: &str = "/api/v1/sessions/{number}/continue";
/// POST, a body that goes on → `Seen`, one per line, until the session ends. Whoever attends sends
/// a line of any content every [`super::HEARTBEAT_SECONDS`]; attending ends with that body, with
/// silence, or with the connection.
pub const SESSION_ATTEND: &str = "/api/v1/sessions/{number}/attend";

/// POST `Tell` → `Done`: says a word to the engineer, in their terminal.
pub const SESSION_TELL: &str = "/api/v1/sessions/{number}/tell";

/// POST `Search` → `Found`.
pub const SEARCH: &str = "/api/v1/search";
/// POST `AskReach` → `Reach`: each recording that is opened for it is entered as viewed.
pub const REACH: &str = "/api/v1/reach";

/// POST `Isolate` → `Done`.
pub const ISOLATE: &str = "/api/v1/isolate";
/// POST `Lift` → `Lifted`.
pub const LIFT: &str = "/api/v1/lift";
/// GET → `Vec<ChainLink>`; PUT `SetNightChain` → `Done`.
pub const NIGHT_CHAIN: &str = "/api/v1/night-chain";
/// POST → `Envelope`: seals a new set of emergency codes, shown once.
pub const ENVELOPE: &str = "/api/v1/envelope";
/// POST → `Done`: the recovery kit was printed, tested and sealed.
pub const KIT_SEAL: &str = "/api/v1/kit/seal";
/// POST → `Done`: the clock is right.
pub const CLOCK_CONFIRM: &str = "/api/v1/clock/confirm";

/// GET → `Vec<Recording>`.
pub const RECORDINGS: &str = "/api/v1/recordings";
/// GET → `RecordingShown`.
pub const RECORDING: &str = "/api/v1/recordings/{number}";
/// POST → `RecordingVerified`.
pub const RECORDING_VERIFY: &str = "/api/v1/recordings/{number}/verify";
/// GET → `LedgerExport`: the recording's files as they lie on the disk, encrypted.
pub const RECORDING_EXPORT: &str = "/api/v1/recordings/{number}/export";
/// GET → `RecordingIndex`.
pub const RECORDING_INDEX: &str = "/api/v1/recordings/{number}/index";
/// GET → `Played`, one per line.
pub const RECORDING_PLAY: &str = "/api/v1/recordings/{number}/play";
/// GET, query `channel` → `application/x-asciicast`: the channel's screen as an asciicast v2.
pub const RECORDING_CAST: &str = "/api/v1/recordings/{number}/cast";

/// GET → `Certificates`: what browsers are shown, and from where the console's name is reached.
pub const CERTIFICATES: &str = "/api/v1/certificates";
/// POST `ConsoleReach` → `Done`: opens the console's name beyond the LAN.
pub const CONSOLE_OPEN: &str = "/api/v1/console/open";
/// POST → `Done`: opens it to the LAN alone again.
pub const CONSOLE_CLOSE: &str = "/api/v1/console/close";

/// GET → `Vec<AttestationRoot>`; POST `AddAttestationRoot` → `Done`.
pub const ATTESTATION_ROOTS: &str = "/api/v1/attestation-roots";
/// POST `RemoveAttestationRoot` → `Done`.
pub const ATTESTATION_ROOT_REMOVE: &str = "/api/v1/attestation-roots/remove";

/// GET → `Introduction`.
pub const RELAY_INTRODUCTION: &str = "/api/v1/relays/introduction";
/// GET → `Vec<RelayShown>`; POST `Relay` → `Done`.
pub const RELAYS: &str = "/api/v1/relays";
/// POST `RemoveRelay` → `Done`.
pub const RELAY_REMOVE: &str = "/api/v1/relays/remove";
/// POST `OutsideCheck` → `Vec<OutsideSeen>`: each relay tries the site's public address.
pub const OUTSIDE_CHECK: &str = "/api/v1/outside-check";
/// POST `SetReportDue` → `Done`.
pub const REPORT_DUE: &str = "/api/v1/report-due";
/// GET → `Upgrade`; POST → `Done`: commits the site to the gateway's release.
pub const UPGRADE: &str = "/api/v1/upgrade";

/// GET → `Notifications`: how the site tells people.
pub const NOTIFICATIONS: &str = "/api/v1/notifications";
/// PUT `SetMailServer` → `Done`.
pub const NOTIFY_MAIL: &str = "/api/v1/notifications/mail";
/// POST → `Done`: no mail leaves any more.
pub const NOTIFY_MAIL_REMOVE: &str = "/api/v1/notifications/mail/remove";
/// PUT `SetWebhook` → `WebhookSet`.
pub const NOTIFY_WEBHOOKS: &str = "/api/v1/notifications/webhooks";
/// POST `RemoveWebhook` → `Done`.
pub const NOTIFY_WEBHOOK_REMOVE: &str = "/api/v1/notifications/webhooks/remove";
/// PUT `NoticeTerms` → `Done`.
pub const NOTIFY_TERMS: &str = "/api/v1/notifications/terms";
/// GET → `Vec<WaysShown>`; PUT `SetWays` → `Done`.
pub const NOTIFY_WAYS: &str = "/api/v1/notifications/ways";
/// POST → `Vec<Sent>`: a message to whoever asks, now.
pub const NOTIFY_TEST: &str = "/api/v1/notifications/test";
/// GET → `Vec<Delivery>`: the latest, the newest first.
pub const NOTIFY_DELIVERIES: &str = "/api/v1/notifications/deliveries";

/// GET → `Checkpoint`.
pub const LEDGER_CHECKPOINT: &str = "/api/v1/ledger/checkpoint";
/// GET, query `from`, `resumed?` → `Consistency`: the size that the caller holds, the last
/// resumption that it knows.
pub const LEDGER_CONSISTENCY: &str = "/api/v1/ledger/consistency";
/// GET → `LedgerExport`.
pub const LEDGER_EXPORT: &str = "/api/v1/ledger/export";
/// POST `Cosignature` → `Done`.
pub const LEDGER_COSIGNATURE: &str = "/api/v1/ledger/cosignature";
/// POST `WitnessAlarm` → `Done`.
pub const LEDGER_ALARM: &str = "/api/v1/ledger/alarm";

/// The path with its `{number}` filled in.
pub fn with_number(path: &str, number: u64) -> String {
    path.replace("{number}", &number.to_string())
}
