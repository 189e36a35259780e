# Sentences that several commands share.

cli-done = Done.
cli-nothing-to-show = There is nothing to show.
cli-confirm = Are you sure? Type “yes” to go on:
cli-confirm-word = yes
cli-cancelled = Stopped. Nothing has changed.
cli-refused = Refused. The reasons:
cli-ask-name = Sign-in name:
cli-ask-passphrase = Passphrase (not shown):
cli-ask-passphrase-again = The same passphrase again:
cli-passphrases-differ = The two differ. Enter it again.
cli-ask-code = One-time code (six digits):
cli-ask-full-name = Full name:
cli-ask-contact = Telephone that is answered during the work:
cli-code-setup = Add this key to your authenticator app and enter the six digits it shows: { $secret }
cli-device-words = These words stand for this device. Read them to the hospital by telephone: { $words }
cli-joined = You have joined { $site }.
cli-signed-in = You are signed in as { $name }, until { $until }.
cli-signed-out = You are signed out.
cli-requested = Requested. The number is { $id }. Wait until it is approved.
cli-approved = Request { $id } is approved.
cli-awaiting-second-approval = Request { $id } waits for a second approval.
cli-request-refused = Request { $id } is refused.
cli-connected = Connected to { $target }. It ends by itself at { $until }.
cli-listening = Listening on { $address }. Point your program there. Press Ctrl-C to end.
cli-being-recorded = Everything in this session is recorded.
cli-connection-waits = { $count } connections are open: this one waits until one of them closes.
cli-being-measured = Only times and sizes of this session are recorded.
cli-ends-soon = { $minutes ->
    [one] This ends in one minute. Request an extension to go on.
   *[other] This ends in { $minutes } minutes. Request an extension to go on.
}
cli-ended = Session { $id } is ended.
cli-isolated = The site is isolated. Every session is ended and nobody is admitted until it is lifted.
cli-isolated-one = It is isolated: what it had open has ended. Two persons lift that.
cli-lifted = The isolation is lifted.
cli-lift-awaits-second = A second person must agree before the isolation is lifted.
cli-lift-awaits-delay = The isolation can be lifted after { $until }. Everybody has been told.
cli-reviewed = Visit { $visit } is reviewed and signed.
cli-questioned = The question about visit { $visit } is entered.
cli-reported = The work report is filed.
cli-verified = Verified. Nothing disagrees.
cli-broken = Not verified. The place: { $place }
cli-site-only = No outside witness has signed: only the site itself vouches for this.
cli-cosigned = The outside witness { $name } vouches for it from { $at }.
cli-written = Written to { $path }.
cli-needs-terminal = Proving who you are needs a terminal. Run this from one.
