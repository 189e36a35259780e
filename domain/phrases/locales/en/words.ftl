# One word for one thing, in screens, documents, types and folders.

word-site = site
word-vendor = vendor
word-sub-contractor = sub-contractor
word-person = person
word-device = device
word-target = target
word-request = request
word-approval = approval
word-refusal = refusal
word-post-approval = post-approval
word-grant = grant
word-visit = visit
word-session = session
word-work-plan = work plan
word-work-report = work report
word-attend = attend
word-pause = pause
word-end = end
word-isolate = isolate
word-log-review = log review
word-ledger = ledger
word-entry = entry
word-checkpoint = checkpoint
word-receipt = receipt
word-recording = recording
word-invitation = invitation
word-passphrase = passphrase
word-one-time-code = one-time code
word-recovery-kit = recovery kit
word-emergency-code = emergency code
word-night-chain = night chain
word-gateway = gateway
word-source = source
word-window = window
word-reason = reason
word-witness = witness

role-engineer = engineer
role-approver = approver
role-operator = operator
role-inspector = inspector

employer-hospital = hospital
employer-vendor = vendor
employer-custodian = outside custodian

kind-of-work-fault = fault repair
kind-of-work-inspection = periodic inspection
kind-of-work-update = update
kind-of-work-investigation = investigation
kind-of-work-data-extraction = data extraction

recording-policy-payload = everything is recorded
recording-policy-metadata-only = times and sizes only

approvals-one = one approver
approvals-two = two approvers

protocol-tcp = TCP
protocol-ssh = SSH
protocol-postgres = database (PostgreSQL)
protocol-mysql = database (MySQL, MariaDB)

handover-in = into the hospital
handover-out = out of the hospital

# Where a request stands.
request-state-awaiting-approval = awaiting approval
request-state-awaiting-second-approval = awaiting a second approval
request-state-granted = approved
request-state-opened-in-emergency = opened in an emergency, awaiting post-approval
request-state-paid-afterwards = approved afterwards
request-state-refused = refused
request-state-withdrawn = withdrawn
request-state-lapsed = lapsed

# Where a visit stands.
visit-state-requested = requested
visit-state-granted = granted, not begun
visit-state-open = open
visit-state-in-session = in session
visit-state-awaiting-report = awaiting the report
visit-state-overdue = report overdue
visit-state-reported = reported
visit-state-refused = refused
visit-state-withdrawn = withdrawn
visit-state-expired = expired
visit-state-over = over

# Where a device stands.
device-state-pending = pending
device-state-confirmed = confirmed
device-state-suspended = suspended

# Where a session stands.
session-state-opening = opening
session-state-live = live
session-state-paused = paused
session-state-awaiting-attendant = awaiting an attendant
session-state-ending = ending
session-state-ended = ended

# Where a vendor, person, device, target, grant or invitation stands.
standing-active = active
standing-suspended = suspended
standing-invited = invited
standing-pending = pending
standing-withdrawn = withdrawn
standing-used-up = used up
standing-expired = expired
standing-erased = erased

# Where the site stands.
site-state-open = open
site-state-isolated = isolated
site-state-setup-incomplete = being set up
site-state-clock-in-doubt = awaiting confirmation of the clock
site-state-ledger-unavailable = the ledger cannot be written
