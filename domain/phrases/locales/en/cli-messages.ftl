# What the commands say and ask.

cli-usage-wrong = The command line is not right:
cli-cause = Cause: { $cause }
cli-exactly = Exactly: { $how }
cli-expected-found = Expected: { $expected }. Found: { $found }.
cli-missing = The invitation asks for something that was not given: { $what }. Give it and try again.
cli-cannot-be-sent = This cannot be sent ({ $cause }). Make it shorter.
cli-contradiction = What the site says contradicts the invitation or itself ({ $what }), so this was stopped. Telephone the hospital.
cli-already-joined = You have joined { $site } on this computer already. Use another “--home”, or move the old folder away first.
cli-sites-are = The sites are: { $sites }
cli-no-home = There is no folder to keep things in. Name one with “--home”.
cli-site-dir-needed = This is done beside the gateway only. Name the site's directory with “--site-dir”.
cli-connect-not-local = “connect” goes over the network, from an enrolled device. Leave “--site-dir” out.
cli-owners-unknown = This system does not say whose a local connection is, so nobody is served. Leave “--listen” out and use standard input and output.
cli-nothing-entered = Nothing was entered. Try again.

cli-not-a-moment = “{ $text }” is not a time. Write “now”, 2026-11-21T22:00 (Japan time) or 2026-11-21T22:00:00+09:00.
cli-not-a-duration = “{ $text }” is not a duration. Write for example 2h, 90m, 1h30m or 1d.
cli-not-a-size = “{ $text }” is not a size. Write for example 500MiB or 2GiB.
cli-not-hours = “{ $text }” are not hours. Write for example “mon-fri 09:00-18:00” or “daily 00:00-24:00”.
cli-not-a-file = “{ $text }” does not name a file to hand over. Write in:NAME or out:NAME, with :SHA256 if you know it.
cli-not-a-link = “{ $text }” is not a link of the night chain. Write PERSON or PERSON:MINUTES.
cli-not-an-address = “{ $text }” is not an address. Write HOST:PORT.
cli-not-an-id = { $cause }. Look the id up in the list.
cli-not-a-key = “{ $text }” is not a key ({ $cause }). Give the key itself or a file that holds it.
cli-site-key-needed = Whose receipt is it? Give the site's key with “--site-key”.

cli-ask-device-label = What you call this device:
cli-ask-emergency-code = Emergency code from the envelope (not shown):
cli-ask-read-by = Who read the code out:

cli-added = Registered. The id is { $id }.
cli-invited = Invitation { $id }, good until { $until }. Hand it to that one person only. It is shown this once:
cli-invited-into = Invitation { $id }, good until { $until }. Hand it to that one person only.
cli-requested-visit = The visit is { $visit }.
cli-extended = Extended. The visit goes on until { $until }.
cli-envelope = New emergency codes; the old ones no longer work. Print them now, seal them in an envelope, and keep no copy:
cli-end-unknown = The session is over; the site has not said why yet. “sekisho sessions” shows it later.

cli-alarm-raised = The hospital's gateway was told as well.
cli-alarm-not-raised = The hospital's gateway could not be told.
cli-resume-invalid = The site says that its ledger was restored, but the recovery kit's signature for that does not hold. This was stopped. Telephone the hospital.

cli-kit-first-half = Type the first sheet of the recovery kit (three lines; not shown):
cli-kit-second-half = Type the second sheet (three lines; not shown):
cli-kit-unreadable = The sheets cannot be read: { $cause }. Type them again.
cli-kit-fits = These sheets are whole and belong to { $site } (kit { $kit }). Seal them again.
cli-kit-of-another-site = These sheets are a recovery kit, but not this site's. Look for the sheets of this site.

cli-status-site = { $name } ({ $site })  version { $version }  { $now }
cli-status-state = State: { $state }
cli-status-isolated = Isolated since { $since }: { $reason } ({ $agreed } agreed to lift it)
cli-status-ledger = Ledger: { $size } entries, root { $root }, { $witnesses } outside witnesses this week
cli-status-work = Live sessions: { $live }. Requests waiting: { $waiting }.
cli-status-me = Signed in as { $name }.
cli-upgrade-nothing = The ledger is at level { $level }, the latest that this release knows. There is nothing to commit.
cli-upgrade-levels = The ledger is at level { $level }. This release can write level { $newest }.
cli-upgrade-entries = After a commit these entries are written too: { $entries }.
cli-upgrade-way-back = Until then the release before can be started again and reads everything. After a commit it cannot: then the only way back is a backup from before.
cli-upgrade-how = When this release has proved itself: "sekisho site upgrade --commit".
cli-visit-more = Requests: { $requests }. Sessions: { $sessions }. Conditions: { $conditions }. Recorded: { $bytes } bytes.

cli-key-place = { "  " }where: { $place }
cli-key-unlocked = { "  " }unlocked: { $unlocked }
cli-key-rotation = { "  " }replaced: { $rotation }
cli-key-lost = { "  " }if lost: { $lost }
cli-key-stolen = { "  " }if stolen: { $stolen }

cli-ledger-holds = Ledger { $origin }: { $size } entries, root { $root }
cli-receipt-holds = Visit { $visit }: { $entries } entries, { $seals } seals of recordings
cli-segments-hold = { $segments } files of { $sessions } sessions are as they were sealed; of { $complete } sessions all files are there.
cli-site-key-claimed = The site's key was taken from the export itself: this shows that nothing was changed after signing, not who signed. Compare the key: { $key }
cli-strangers = Signed by witnesses whose keys you did not give: { $names }
cli-recording-more = There is more. Export the recording to see all of it.
cli-recording-bytes = Sent { $sent } bytes, received { $received } bytes.

cli-well = (ok)
cli-not-well = (look)
cli-doctor-kept = The keys and the memory of { $site }'s ledger are in order ({ $size } entries seen).
cli-doctor-signed-in = You are signed in.
cli-doctor-reached = The site answers, and the clocks agree (within { $seconds } s).
cli-doctor-answers = The site answers. It shows more after you sign in.
cli-doctor-clock-off = The clocks differ by { $seconds } seconds. Set this computer's clock.
cli-doctor-files-held = This kernel can hold the gateway to its own files (Landlock).
cli-doctor-files-not-held = This kernel cannot hold the gateway to its own files: it has no Landlock. Use Linux 5.13 or newer, with landlock among the boot option lsm=.
cli-doctor-found = Something needs attention; see above.

cli-exit-0 = done
cli-exit-1 = something failed: a file, the network, the gateway
cli-exit-2 = the command line is not right
cli-exit-3 = refused; the reasons are printed
cli-exit-4 = not signed in, or the sign-in failed
cli-exit-5 = does not verify; the place is printed
cli-exit-6 = the site cannot be trusted: a pinned key or the ledger disagrees
cli-exit-7 = not found

cli-failed = It could not be done: { $cause }

cli-no-ssh = Your ssh could not be run ({ $cause }). Install OpenSSH, or use “sekisho ssh-config” with PuTTY.
cli-not-an-ssh-target = { $target } is not an SSH target. Use “sekisho connect”.
cli-not-a-host-name = “{ $text }” cannot be a name in ssh's configuration. Use letters, digits, hyphens and dots.
cli-not-a-host-key = “{ $text }” is not one host key. Give a line such as “ssh-ed25519 AAAA…”, or a file with exactly one key.
cli-not-a-folder = “{ $text }” is not an absolute folder. Write it from the root, without “.” and “..”.
cli-unquotable = The path of this program or of its folder holds characters that ssh cannot be given. Move it, or use another “--home”.
cli-no-such-channel = The recording has no such channel. “sekisho recording show” lists what there is.
cli-ask-target-password = Password of the account on the target (not shown):
cli-secret-set = The secret is in the vault.
cli-secret-key-set = The key is in the vault. Add this line to authorized_keys on the target:
cli-putty = PuTTY's programs:

attend-status = { $state }  { $what } { $size }  until { $until }  p pause/continue  e end  q leave
attend-confirm-end = Press e once more to end the session; any other key takes it back.
attend-confirm-leave = If you leave, the session is frozen, and ends after two minutes. Press q once more to leave.
attend-left = You no longer attend. The session goes on.
attend-left-frozen = You no longer attend. Without another attendant the session is frozen now, and ends after two minutes.
attend-cut-off = You may not attend this session any more. Sign in again, or ask who may.
attend-channel-opened = Channel { $channel } was opened: { $what }
attend-channel-closed = Channel { $channel } was closed. { $what }

terms-line = Shell: { $shell }. Commands: { $exec }. Files in: { $upload }. Files out: { $download }.
terms-yes = yes
terms-no = no
terms-anywhere = anywhere
terms-database-line = Databases: { $databases }. Data: { $write }. Out: at most { $bytes } bytes.
data-may-change = may be changed
data-is-read = only read
data-any-database = any
target-plain-text = no encryption ({ $accepted })
target-old-tls = old TLS, { $key }
target-reader = reads as { $reader } ({ $secret })
secret-none = no password yet
cli-server-shows = The server at { $address } shows this key:
cli-server-key-compare = Have whoever keeps the server compare it there (docs/operating/databases.md and desktops.md say how). If it is the same, register it with --server-key and this sha256:…
cli-server-key-same = It is the registered key.
cli-server-key-differs = It is not the registered key. If nobody replaced the server, it may be another one. Compare at the server, then pin it with “sekisho target pin-server”.
cli-server-old-tls = It speaks only old TLS (1.0, 1.1 and the like). Only if it cannot be updated, register it with --old-tls and --risk-accepted, --risk-owner, --risk-until (web consoles and RDP alone).
cli-server-without-tls = The server at { $address } offers no encryption (TLS). Switch it on in the server's settings. Only if that cannot be done, register it with --plain-text-accepted and the reason.
cli-server-shows-nothing = Nothing at { $address } answers as a database or a desktop does. Check the address, and whether the server runs.
cli-not-a-server-key = “{ $text }” is not a server's key. Write “sha256:” and 64 hexadecimal digits.
cli-server-identity-missing = It is not said by what the server is known. Give its key with --server-key, or, for one without encryption, the reason with --plain-text-accepted.
target-attended = attended
secret-missing = no secret yet
secret-password = password in the vault
secret-key = key in the vault
secret-certificate = certificate for each sign-in; its authority is in the vault

index-opened = opened: { $what }
index-hidden-lines = { $count } typed lines were not shown on the screen (passwords, for example), and cannot be read
index-resized = window { $size }
index-file = file { $way }: { $path } ({ $bytes } bytes, SHA-256 { $sha256 }) { $whole }
index-file-cut = not whole
index-exited = ended with { $how }
index-closed = closed
index-refused = refused: { $what } ({ $reasons })
index-paused = paused by { $by }
index-continued = continued by { $by }
index-attended = { $by } began to attend
index-attendant-left = { $by } left
index-left-out = { $count } more entries are only in the recording itself.
index-limit-shell = Commands of a shell are read from the screen: the list helps to find a place, and proves nothing by itself.
index-limit-hidden = What was typed without being shown is masked for good.
index-limit-programs = What scripts, editors and programs did by themselves is not listed. Play the recording to see their output.

relay-not-tried = not tried yet
relay-connected = connected since { $since }
relay-not-connected = not connected since { $since }
relay-cosigned = signed the ledger at { $at }
relay-not-cosigned = has not signed the ledger yet

doctor-no-relay = The site has no relay that could try it from outside. Register one with “sekisho relay add”.
doctor-relay-unreachable = The relay { $relay } could not be asked. See “sekisho relay list”.
doctor-nothing-answers = Seen from the relay { $relay }, nothing answers at { $address }.
doctor-something-answers = Seen from the relay { $relay }, these ports answer at { $address }: { $ports }. Close them, or find out who needs them.
cli-relay-introduced = Give this line to the hospital's operator, and compare the key by phone:
cli-attestation-none = No maker is trusted yet.
cli-relay-admitted = { $site } is admitted from the relay's next start on.
cli-relay-ready = The relay runs: { $address }
cli-site-introduced = Give this line to the relay's operator (put the hospital's own address in place of --from-net):
cli-search-older = For older entries add --before { $before }.
