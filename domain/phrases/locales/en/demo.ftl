# The sentences of `sekisho demo`.
demo-hospital = Demo Hospital
demo-clerk = Sato (office manager)
demo-engineer = Tanaka (maintenance engineer)
demo-vendor = Sekisho Medical Systems
demo-other-vendor = Another vendor
demo-purpose = Monthly inspection
demo-plan = Work plan: check the state and keep a record. No rollback needed.
demo-report = Work report: the state was checked. Nothing was changed.
demo-founded = A site was made and its gateway runs at { $address }. There is a recovery kit and a setup code that works once. There is no default password anywhere.
demo-clerk-joined = The office manager set up a passphrase and one-time codes with the setup code, and signed in.
demo-kit-sealed = Both sheets of the recovery kit were tested and sealed. Until now nobody could connect.
demo-relay = Connected to the relay outside ({ $address }). The hospital has opened no port to the outside.
demo-no-sshd = The OpenSSH server that serves as the target cannot be started ({ $cause }). Run `apt-get install openssh-server openssh-client`, then try again.
demo-secret = The key that opens the target was made inside the vault. The engineer never sees it.
demo-fetched = A file from the allowed folder was fetched: { $file }
demo-attended = The office manager attends the session ({ $session }) and watches its screen. They see something wrong, and end it.
demo-try-port-forwarding = A port forwarding that nobody allowed (ssh -W)
demo-try-download-outside-terms = Taking a file out of a folder that was not allowed (sftp get)
demo-engineer-joined = The vendor's engineer enrolled a device with an invitation. The device's words: { $words }
demo-words-compared = The office manager compared the words by phone and confirmed the device.
demo-target-registered = The target "{ $target }" was registered and its address pinned.
demo-requested = The engineer made a request with a work plan ({ $request }).
demo-approved = The office manager approved it ({ $request }).
demo-opened = Connected ({ $session }). Every byte is recorded before it is forwarded.
demo-worked = The target answers: { $answer }
demo-waiting = Waiting for the end of the grant…
demo-ended = The session has ended. { $reason }
demo-reported = The engineer filed the work report.
demo-difference = Plan, recording and report differ: { $difference }
demo-receipt = The receipt verifies. Witnesses from outside: { $cosigned }.
demo-recording = The recording ({ $bytes } bytes) verifies.
demo-ledger = The ledger ({ $size } entries) verifies from its exported files alone.
demo-refused = Refused: { $attempt }
    Answer: { $answer }
demo-let-through = Something got through that must not: { $attempt }
demo-try-wrong-address = the right engineer connects from another vendor's address
demo-try-unlisted-address = somebody connects from an address that is not listed
demo-try-unknown-device = somebody connects with a device that is not enrolled
demo-try-self-approval = the engineer approves their own request
demo-try-used-code = a one-time code is used a second time
demo-try-after-deadline = the engineer connects after the grant has ended
demo-did-not-hold = Something that must hold did not. Look at the lines above.
demo-did-not-end = The session did not end at its deadline.
demo-held = Everything held ({ $seconds } seconds).
demo-purpose-waiting = Find and mend why forms are not printed
demo-patients-waiting = To open the form of a patient that is not printed
demo-console = The console is open: { $console }
    The certificate is the demo hospital's own, so the browser warns: go on by “Advanced”.
    As the office manager: login name { $login }, passphrase { $passphrase }
demo-console-engineer = To come in as the engineer, in another terminal: { $command }
demo-console-browse = Or in a browser, by the certificate of the engineer's computer: { $command }
    As the engineer: login name { $login }, passphrase { $passphrase }
demo-console-engineer-code = One-time code of the engineer: { $code }
demo-console-code = One-time code of the office manager: { $code } (good once; Enter for a new one, Ctrl-C to end)
