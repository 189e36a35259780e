# The engineer's pages: targets, asking, their own work, the work report.

work-for-engineers = This page is for registered engineers of a vendor. To look at requests and visits, open "Requests" or "Visits".

# Targets
work-targets = Targets
work-targets-none = There is no target that you may ask for yet. Ask the hospital's operator to register it.
work-target-suspended = Suspended
work-ask = Ask for a visit
work-protocol = Protocol
work-hours = Hours for work
work-longest = Longest visit
work-minutes = Up to { $minutes } minutes
work-approvals = Approvals needed
work-approvals-one = One person of the hospital
work-approvals-two = Two persons of the hospital
work-attendance = Attendance
work-attendance-needed = Somebody of the hospital must attend
work-attendance-not-needed = Not needed
work-recording = Recording
work-recorded-whole = Everything is recorded
work-recorded-times = Only times and sizes are recorded

# Asking
work-request = Ask for a visit
work-request-lead = What you type is saved as you go, and does not reach the hospital until you send it.
work-look-again = Look at these fields again. Everything that you typed is still there.
work-choose = Choose
work-target = Target
work-when = When
work-when-hint = In Japan's time. Leave the last day empty if it is the same as the first.
work-from-day = First day
work-from-time = From
work-until-day = Last day
work-until-time = Until
work-kind = Kind of work
work-purpose = Purpose
work-purpose-hint = Write it so that somebody in the hospital's office understands it.
work-contact = A telephone number that is answered during the work
work-plan = Work plan
work-plan-file = The plan as a file
work-plan-file-hint = One file of up to 4 MB. Lines with commands to be given are set beside the recording afterwards.
work-plan-text = Or write the plan here
work-file-kept = File kept: { $name } ({ $size } KB)
work-file-drop = Take this file away
work-file-again = The file that you chose is not kept. Choose it once more.
work-care = Care, patient data, attendance
work-care-affected = Care is affected
work-care-how = How it is affected, and the way back
work-patients = Patient data is touched
work-patients-why = Which patient data, and why
work-privileged = Administrator's rights are used
work-attended = Somebody of the hospital should attend
work-sessions = Connections
work-sessions-how = How often
work-sessions-once = Once
work-sessions-many = As often as needed within the window
work-at-once = Connections at the same time (if as often as needed)
work-sub-contractor = Number of the sub-contractor (if one does the work)
work-sub-contractor-hint = For example vendor-3. The hospital gives the number when it registers the company.
work-ssh = What is to be done by SSH
work-ssh-hint = Not used if the target is not SSH.
work-ssh-shell = A shell
work-ssh-exec = Commands
work-ssh-upload = Send files to the hospital
work-ssh-upload-paths = Into these folders (one per line; empty: anywhere)
work-ssh-upload-mib = At most so many MB (empty: 100)
work-ssh-download = Receive files from the hospital
work-ssh-download-paths = From these folders (one per line; empty: anywhere)
work-ssh-download-mib = At most so many MB (empty: 100)
work-files = Files handed over
work-files-open = Name the files
work-files-hint = Name the files that pass. If there are not enough lines, save the draft: there will be more.
work-file = File { $number }
work-file-way = Which way
work-file-in = To the hospital
work-file-out = From the hospital
work-file-name = Name
work-file-sha = SHA-256 (if known)
work-send-request = Send this request
work-save-draft = Save draft

# What is wrong with a field
work-wrong-needed = Fill in this field.
work-wrong-long = This is too long. Make it shorter.
work-wrong-target = Choose a target from the list.
work-wrong-moment = This day or time cannot be read. Write it like 2026-11-24 and 10:00.
work-wrong-order = The end is before the beginning. Look at the last day and time.
work-wrong-number = Write a number.
work-wrong-plan = Choose the file of the work plan, or write the plan.
work-wrong-empty-file = The file is empty. Choose another.
work-wrong-sub-contractor = Write the sub-contractor's number like vendor-3.
work-wrong-hash = A SHA-256 has 64 letters and digits. Leave it empty if you do not know it.
work-wrong-folder = Folders begin with "/", one per line.
work-wrong-nothing-inside = Choose at least one thing to be done.
work-wrong-patients = If you list patients, say how many they are.

# Drafts
work-drafts = Drafts
work-draft-request = Go on writing a request
work-draft-report = Go on writing the report of visit { $number }
work-draft-discard = Throw this draft away
work-draft-saved = Draft saved
work-draft-saving = Saving…
work-draft-waiting = The line is lost. It will be saved as soon as it is back. Do not close this page.
work-draft-sent = This was sent already. Look at "My work".
work-draft-elsewhere = This draft was changed in another window. What you see here is not saved. If this is what you want, press once more.
work-draft-too-many = There are too many drafts to keep another. Throw some away in "My work", then press once more.
work-draft-not-kept = The draft could not be saved. What you typed is still on this page. Wait a little and press once more.
work-draft-gone = There is no such draft. It was thrown away or sent.
work-draft-interrupted = Sending this was interrupted. Look in "My work" whether it arrived, and send it again only if it did not.

# My work
work-my = My work
work-debts = Work reports to be written
work-report-overdue = The work report is overdue. Until it is filed, your next request is refused.
work-report-due = The work report is not filed yet
work-write-report = Write the work report
work-see-report = See the work report
work-open = Open now
work-open-none = Nothing is open now.
work-left = { $left } left
work-conditions = Conditions of the approval
work-granted-window = Granted for
work-lapsed = Its hours passed before the hospital answered, so you cannot connect with it. If the work is still needed, ask again.
work-lapsed-for-hospital = The hours of this request have passed, so it cannot be answered any more. If the work is still needed, its engineer asks again.
work-ask-again = Ask again with this as a beginning
work-terminal = Work in the browser (terminal)
work-own-client = Your own SSH client works too. Its settings are printed by:
work-own-program = Your own program connects to the port that this opens:
work-waiting = Requests that wait for the hospital
work-waiting-none = No request waits.
work-is-extension = More time for a visit
work-waits-until = If nobody answers by { $until }, the answer is no.
work-withdraw = Withdraw this request
work-to-come = Visits to come
work-to-come-none = None.
work-past = Earlier requests
work-past-none = None.
work-over = The hours of this visit are over.
work-again = Use this as a beginning

# More time
work-extend = Ask for more time
work-extend-lead = If the hospital approves, the visit goes on for longer. Until then it ends as it does now.
work-extend-ask = Ask for more time

# Work report
work-report = Work report of visit { $number }
work-report-write = Write the work report
work-report-supplement = Supplement the work report
work-report-lead = What the recording knows is filled in already. Look it over, and write what is missing.
work-report-filed = The work report that was filed
work-differences = Differences from plan and recording
work-differences-none = No difference was found.
work-recorded = What the recording knows
work-commands = Commands given
work-attachment = Attached: { $name }
work-was-inside = Connected { $window }
work-commands-given = Commands given:
work-and-more = and { $count } more
work-none = None
work-done = What was done
work-changes = What was changed (settings, versions)
work-patients-seen = Patients whose data was seen
work-patients-listed = Which patients, in order of time
work-files-erased = Files that were carried out
work-erased-none = None were
work-erased-yes = Erased, and that was checked
work-erased-no = Not erased yet
work-trouble = What went wrong, or otherwise than planned
work-restarted = Something was restarted
work-next = What comes next
work-own-form = The report in the vendor's own form (if there is one)
work-own-form-hint = One file of up to 4 MB.
work-file-report = File this report
work-yes = Yes
work-no = No

# What was done
done-draft-saved = The draft is saved. It is not sent yet.
done-draft-discarded = The draft is thrown away.
done-request-sent = The request is sent. Wait for the hospital's answer.
done-being-sent = It is being sent. Wait a little and open this page again.
done-request-withdrawn = The request is withdrawn.
done-extension-asked = More time is asked for. Wait for the hospital's answer.
done-report-filed = The work report is filed.
