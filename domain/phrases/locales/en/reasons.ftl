# Why not. Every sentence says what happened and what to do.
# The ids are the names in access::Reason, the arguments its fields.

reason-site-isolated = The site is isolated: nobody can connect. Wait until two approvers of the hospital lift it; if it is urgent, telephone the hospital.
reason-restored-unconfirmed = The site was put back from a backup, and its relays have not yet confirmed that nothing newer exists. Wait a moment; if it stays so, telephone the hospital.
reason-setup-incomplete = The site is not set up completely. Register a second person of the hospital, appoint an outside custodian, or seal the recovery kit.
reason-clock-in-doubt = The gateway's clock cannot be trusted, so nothing new is admitted. The hospital's operator should check the time and then confirm the clock.
reason-ledger-unavailable = The ledger cannot be written, so nothing is accepted. The operator should check the gateway's disk for space and faults. Isolating and ending still work.
reason-recorder-unavailable = No more can be recorded, so no session can begin. The operator should free disk space; then try again.
reason-two-factors-needed = That is not proof enough of who you are. Give your passphrase, and either your six-digit code or your enrolled device.
reason-role-missing = Your role does not allow this. Ask somebody who has the right role.
reason-person-needed = This is not done as the machine's administrator. A person must sign in with their own passphrase and code to do it.
reason-not-found = There is no such thing. Check the name or number against the list.
reason-not-yours = This is not yours. Check the list for the number of your own.
reason-self-approval = Nobody approves their own request. Ask another approver.
reason-not-of-the-hospital = Only the hospital's own people approve and lift. Ask an approver of the hospital.
reason-already-approved-by-you = You have approved this already. This target needs two persons: ask a second approver.
reason-already-decided = This has been decided already. See the list for the outcome; to start over, make a new request.
reason-request-expired = The request ran out before anybody approved it. Ask again for a new time.
reason-nobody-to-approve = There is nobody who could approve this, so it is not accepted. Ask the hospital's operator to register an approver.
reason-vendor-suspended = This vendor is suspended. Ask the hospital for the reason.
reason-person-suspended = This person is suspended. Ask the hospital for the reason.
reason-factors-not-set-up = Your passphrase and code are being set up anew. Use the invitation you were given to set them.
reason-device-unknown = This device is not enrolled. Ask the hospital for a device invitation and use it on this device.
reason-device-pending = This device waits to be confirmed. Telephone the hospital and read out the eight words on your screen.
reason-passkey-not-attested = This passkey can be copied to other devices, or nobody whom the hospital trusts attests that it cannot. Add a security key, or a passkey of your computer that its maker attests; or work with the sekisho client and its certificate.
reason-device-suspended = This device is suspended. Unless it was lost or stolen, contact the hospital.
reason-device-not-granted = This is another device than the one that was granted. Use that one, or request the visit from this one.
reason-target-suspended = This target is suspended. Ask the hospital when it will be back.
reason-person-time-over = Your time as an inspector ended at { $until }. Ask an operator of the hospital to extend it if you need longer.
reason-target-not-maintained = This target is not one that your company maintains. Check its name; if it should be yours, ask the hospital to change the registration.
reason-protocol-not-granted = This is not the protocol that the target was registered for. Check how the target is registered.
reason-source-not-listed = Your address is not in your company's list. Connect from a listed place, or ask the hospital to add this one.
reason-outside-needs-passkey = From outside the hospital's network, a passphrase and a code are not enough. Sign in with a passkey, or do this from inside the hospital.
reason-source-unknown = Your address could not be seen, and unknown means no. Check that nothing on the way hides it, and connect from a listed place.
reason-sources-not-reconfirmed = This vendor's list of addresses has been due for confirmation since { $since }. The hospital's operator should check it with the vendor and confirm it.
reason-wide-exception-ended = The exception for a wide range of addresses has ended. Narrow the range, or have the hospital sign a new exception with a reason and an end.
reason-no-grant = There is no grant for this engineer, device and target. Request the visit first and have the hospital approve it.
reason-too-early = The granted time has not begun. You can connect from { $from }.
reason-too-late = The granted time ended at { $until }. Make a new request to go on.
reason-grant-withdrawn = This grant was withdrawn. Ask the hospital why, and make a new request if you need one.
reason-grant-used-up = This grant was good for one connection and has been used. Make a new request to connect again.
reason-too-many-sessions = As many connections as the grant allows are open. Close one that you do not need and try again.
reason-outside-hours = The target is not open to visits on this day or at this hour. Request another time; if it is urgent, telephone the hospital.
reason-window-too-long = The time asked for is too long: this target allows { $longest_minutes } minutes at once. Ask for less, or make several requests.
reason-window-not-possible = The time asked for is not possible. It must end after it begins, and begin neither in the past nor too far ahead.
reason-would-widen = This would be more than was requested, in time or in terms, so it cannot be approved. Stay inside the request, or ask for a new one.
reason-quota-used-up = This visit has recorded as much as it may. Finish and report, and request the rest as a new visit.
reason-debt-unpaid = An emergency opening of this vendor ({ $since }) still waits for its approval. An approver must first approve or refuse it.
reason-channel-not-granted = This grant does not allow: { $channel ->
    [shell] { channel-shell }
    [exec] { channel-exec }
    [sftp] { channel-sftp }
    [database] { channel-database }
    [web] { channel-web }
    [web-request] { channel-web-request }
    [web-line] { channel-web-line }
    [desktop] { channel-desktop }
    [scp-upload] { channel-scp-upload }
    [scp-download] { channel-scp-download }
    [upload] { channel-upload }
    [download] { channel-download }
    [change] { channel-change }
    [move] { channel-move }
    [look] { channel-look }
    [direct-tcpip] { channel-direct-tcpip }
    [tcpip-forward] { channel-tcpip-forward }
    [streamlocal] { channel-streamlocal }
    [agent] { channel-agent }
    [x11] { channel-x11 }
    [subsystem] { channel-subsystem }
    [unknown] { channel-unknown }
   *[other] { $channel }
}. Go on with what is granted, or make a new request that names the commands and files that you need.
reason-path-not-granted = This lies outside the folders or pages that were granted. Check which they are, and make a new request if you need others.
reason-files-used-up = This visit has handed over as many files, or as many bytes of files as it may. Make a new request for the rest.
reason-session-frozen = This session is paused or waits for an attendant of the hospital, so nothing passes for now. Wait until it goes on.
reason-secret-missing = The login (password or key) for this target is not registered yet. Ask the hospital's operator to register it.
reason-host-key-not-possible = This host key cannot be registered. Give the target's public key as one line that begins with ssh-ed25519 or ecdsa-sha2.
reason-ssh-terms-not-possible = These terms for SSH are not possible. They are for SSH targets only, must allow at least one operation or file transfer, and name folders from / on.
reason-database-terms-not-possible = These terms for a database are not possible. They are for databases only, and must let at least one byte out.
reason-reader-missing = This target has no account that only reads (it may not be the account that may change data). Ask the hospital's operator to register one, or ask for a visit that may change data.
reason-password-needed = This target is entered with a password or a token, not with a key. Register a password.
reason-database-not-granted = The database "{ $database }" is not part of what was granted for this visit. Name one that was granted, or ask for a new visit if you need it.
reason-data-used-up = This visit has taken out of the target as much as was granted. If you need more, ask for a new visit with more.
reason-report-missing = The last visit has no work report yet. File that report first.
reason-visit-not-over = The visit is not over: somebody is connected, or its time is not up. Review and sign it when it is.
reason-note-needed = There is no reason or question in words. Write one and try again.
reason-report-not-read = A newer work report was filed after you opened this. Load the page again, read the report that counts, and then review and sign.
reason-emergency-not-marked = This target is not registered for emergency opening. Make an ordinary request and have it approved.
reason-not-on-duty = You are not on the night chain at this hour. Ask the person who is on duty.
reason-emergency-code-wrong = The emergency code is wrong or already used. Check the number on the envelope and read out an unused code.
reason-invitation-invalid = The invitation cannot be used: it was used, has run out, or was tried too often. Ask the hospital for a new one.
reason-device-needed = This invitation enrols a device, and only engineers have one. As an engineer, accept it with the program on the computer itself; as anybody else, ask for an invitation without a device.
reason-words-differ = The words read out do not match the device's key. Compare once more, slowly; if they still differ, do not confirm, and suspend the device.
reason-key-known = This key is registered already. Check the list of devices or relays; register another one with a new key.
reason-name-taken = This name is taken. Choose another.
reason-name-not-possible = This name cannot be used. Check which characters and lengths are allowed and choose another.
reason-text-too-long = The text is empty or too long. Check it and write it shorter.
reason-prefix-too-wide = The range { $net } is too wide. Narrow it to the company's fixed addresses; if that is impossible, an exception with a reason and an end is needed.
reason-exception-not-possible = The exception lasts too long, or the range needs none. Let it end within 90 days, or leave it out.
reason-address-not-allowed = { $address } cannot be a target or a relay: it is the gateway itself, an address of a special kind, or not of the form host:port. Check the address.
reason-roles-not-possible = These roles do not go with this employer. A vendor's people are engineers; the hospital's are approvers, operators or inspectors.
reason-last-one = This is the last one, so it cannot be suspended or removed. Register a replacement first.
reason-second-person-needed = A second, different person must agree. Ask a colleague to do the same.
reason-delay-not-over = The waiting time is not over. Try again after { $until }.
reason-already-so = It is so already; there is nothing to do. The list shows how things stand.
reason-not-upgraded = This would be entered in a way that the release before cannot read, and the site is not committed to this release yet. See `sekisho site upgrade`.
reason-not-isolated = The site is not isolated, so there is nothing to lift. Check the site's status.
reason-too-many = There may be at most { $most } of these: { $what ->
    [codes] emergency codes
    [links] people on the night chain
    [invitations] unused invitations
    [persons] persons
    [devices] devices of one person
    [files] files to hand over
    [sessions] sessions at once under one grant
    [requests] requests awaiting approval
    [live-sessions] sessions open at the same time
    [reports] reports of one visit
    [targets] targets
    [vendors] vendors
    [slots] hours
    [channels] channels in one session
    [folders] folders for files
    [ways] ways of one person
    [webhooks] webhooks
    [relays] relays
    [days] days until a report is due
    [networks] networks of the hospital
    [addresses] addresses of the gateway
    [reasons] reasons
    [tiers] tiers of sub-contractors
    [sources] source prefixes
    [quota-gib] GiB of recording
    [windows] windows of one person
    [words] words to the engineer within a minute
    [reviews] reviews of one visit
   *[other] { $what }
}. Remove what is not used, or ask for less, and try again.
