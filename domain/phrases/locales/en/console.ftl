# The frame of pages, signing in, home, approval, isolation.

console-product = Sekisho
console-skip = Skip to the content
console-nav = Pages
console-nav-home = Home
console-nav-requests = Requests
console-nav-visits = Visits
console-nav-my = My work
console-nav-targets = Targets
console-nav-setup = Settings
console-isolate = Stop everything
console-isolated-now = Stopped
console-isolated-banner = Everything is stopped: all connections are cut and no new one is admitted.
console-sign-ins = Where I am signed in
console-sign-out = Sign out
console-back = Back
console-go-on = Go on
console-one-moment = Opening the page
console-not-done = That was not done
console-signed-out = You are not signed in, or your sign-in has ended. Sign in again. What you typed was not sent.
console-elsewhere = This was not sent by a page of this console, so it was not accepted. Open the page anew and try again.
console-not-fresh = We could not make sure that it is you. Use a new code that was not used yet, or your passkey. Nothing was changed.
console-unknown-sentence = It was not accepted, for the reason “{ $id }”. Please tell the operator.

console-code = One-time code (6 digits)
console-code-why = It proves, for this very act, that it is you. Use a code of your authenticator that was not used yet.

# Signing in
console-sign-in = Sign in
console-sign-in-lead = The checkpoint of remote maintenance. For people of the hospital and of registered vendors only.
console-login = Login name
console-passphrase = Passphrase
console-sign-in-code = One-time code (6 digits)
console-sign-in-code-hint = The digits that your authenticator shows. A code that was used once is used up.
console-sign-in-failed = You are not signed in. The login name, the passphrase or the code is not right, or there were too many attempts. Wait a few minutes and try again.
console-sign-in-help = If you lost your passphrase or the device with your codes, ask another person of the hospital for an invitation to new ones.

# Home
console-home = Home
console-inside = Who is inside now
console-inside-nobody = Nobody is inside.
console-waiting = Requests that wait for you
console-waiting-none = No request waits for an answer.
console-unsigned = Visits that wait to be reviewed and signed: { $count }
console-overdue = Overdue, or to be looked at
console-overdue-none = Nothing.
console-until = until { $until }
console-since = since { $since }
console-end-session = End now
console-watch = Watch
console-needs-attendant = Waits for an attendant
console-paused = Paused
console-attended-by-nobody = Nobody attends
console-live = Connected
console-look-at = Look at it
console-setup-go = Go on with the setup ({ $left } to do)

# Requests and approval
console-requests = Requests
console-requests-waiting = Waiting for an answer
console-requests-answered = Answered
console-requests-none = There are no requests.
console-older = Earlier requests
console-request = Request of { $name } ({ $vendor })
console-request-unnamed = Request of { $vendor }
console-who = Who
console-firm = Firm
console-sub-contractor = Sub-contractor
console-where = Where
console-what-for = What for
console-kind = Kind of work
console-when = When
console-asked-at = Asked at
console-how-long = { $window } ({ $length })
console-able = What they will be able to do
console-able-change = Change settings and contents of the target
console-able-commands = Run commands
console-able-shell = Open a screen and work in it
console-able-privileged = Use administrator rights
console-able-upload = Bring files into the hospital (up to { $most } in all)
console-able-download = Take files out of the hospital (up to { $most } in all)
console-able-patients = Touch patient data: { $reason }
console-able-no-patients = They state that no patient data is touched
console-able-care = Care is affected: { $how }
console-able-no-files = No files can be handed over
console-able-once = Connect once only
console-able-attended = Only while somebody of the hospital attends
console-erased = (erased)
console-unusual = What is unusual
console-unusual-none = Nothing unusual was found.
console-plan = Work plan
console-plan-open = Open “{ $name }”
console-contact = Telephone during the work
console-files = Files as announced
console-approve = Allow
console-approve-lead = They can then enter this target only, in this time only. Everything is recorded, and you can end it at any moment.
console-approve-second = This target needs the approval of a second person as well.
console-refuse = Refuse
console-refuse-reason = Why (the requester is told)
console-conditions = Allow with conditions
console-conditions-text = Conditions (the requester is told)
console-conditions-until = End earlier
console-conditions-until-hint = Left empty, it ends as asked for: { $until }.
console-conditions-no-upload = No files into the hospital
console-conditions-no-download = No files out of the hospital
console-decided = This request was answered.
console-approved-so-far = Approved so far by
console-refused-because = Refused because: { $reason }
console-to-visit = See the record of this visit
console-own-request = Nobody approves their own request.

unusual-first-visit = The first visit of this person to this hospital
unusual-first-at-target = This person has never been at this target
unusual-first-ever = The first visit to this target
unusual-new-device = From a device that was enrolled within a week
unusual-at-night = At night (20:00 to 07:00)
unusual-at-weekend = On a Saturday or Sunday
unusual-short-notice = Asked for less than 30 minutes before it begins
unusual-longer = More than twice as long as any visit so far
unusual-sub-contractor = A sub-contractor does the work
unusual-asked-before = The same person has another request waiting, or was refused one within a day
unusual-first-files-out = Files leave this target for the first time

done-approved = Allowed, for this time only.
done-approved-first = Approved. A second person has to approve as well.
done-refused = Refused. The requester is told why.
done-session-ended = The connection was ended.
done-isolated = Everything is stopped. All connections were cut.
done-lift-agreed = You agreed to lift it.
done-lifted = Work can go on: the stop was lifted.

# Isolation
console-isolate-title = Stop everything
console-isolate-lead = Cuts every connection of remote maintenance at once, and admits no new one. The systems of care go on.
console-isolate-live = Connections now: { $live }
console-isolate-reason = Why (cannot be changed later; a word will do)
console-isolate-reason-default = Emergency
console-isolate-now = Cut and stop everything
console-isolate-cancel = Go back
console-isolate-how-lifted = Two persons of the hospital lift it (or one, with the recovery kit).
console-isolated-since = Stopped at
console-isolated-reason = Why
console-isolated-did = All connections were cut, and none is admitted. It stays so over a restart.
console-isolated-agreed = Agreed to lift it
console-isolated-agreed-nobody = Nobody yet
console-lift = Agree to lift it
console-lift-lead = The second person's agreement lifts it. Agree when the cause is known and it is safe to go on.
console-lift-delay = Where the hospital has one person only, it can be lifted after 24 hours.
console-lift-delay-begin = Begin the 24 hours
console-lift-delay-until = From { $until } on, the same button lifts it.

# Where somebody is signed in
console-sign-ins-title = Where I am signed in
