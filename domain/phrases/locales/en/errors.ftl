# What the person's own program says when it cannot go on.

error-answer-unreadable = The answer cannot be read. Check the versions of both programs.
error-version-unknown = The other side's version ({ $version }) is not known. Update this program.
error-sign-in-failed = You could not be signed in. Check your name, passphrase and code. Repeated mistakes lead to a pause.
error-signed-out = Your sign-in has ended. Sign in again.
error-not-joined = This device has not joined a site. Get an invitation from the hospital and run “sekisho join”.
error-several-sites = You have joined several sites. Choose one with “--site”.
error-port-in-use = The local port { $address } is in use. Choose another with “--listen”.
error-not-loopback = Listening on { $address } is not possible. Choose an address inside your own device, such as 127.0.0.1.
error-other-user = Another user of this device tried to connect and was turned away. Use your own account.
error-invitation-unreadable = The invitation cannot be read ({ $problem }). Check that you copied all of it and enter it again.
error-invitation-expired = The invitation ran out at { $until }. Ask the hospital for a new one.
error-file-unreadable = The file { $path } cannot be read ({ $cause }). Check its name and permissions.
error-file-unwritable = The file { $path } cannot be written ({ $cause }). Check space and permissions.
error-file-exists = The file { $path } exists already. Choose another name.
error-file-too-big = The file { $path } is too big (at most { $most }). Make it smaller.
error-key-unreadable = The device key cannot be read ({ $cause }). If it is damaged, ask the hospital for a device invitation and enrol again.
error-key-exposed = Other users can read the device key { $path }. Let only yourself read it.
error-secret-exposed = Other users can read { $path } (permissions { $mode }). Type: chmod { $wanted } { $path }
error-not-confined = This process could not be confined, so it does not run ({ $cause }). It must be started as a program of its own, on a Linux with seccomp.
error-gateway-not-running = The gateway's socket { $path } does not answer. Check that the gateway is running.
error-site-unknown = There is no site in { $path }. Check “--data”, or make a site with “sekisho site init”.
error-ledger-rolled-back = The ledger is shorter than when you last saw it ({ $held } entries, now { $offered }). It may have been rewritten, so this was stopped. Telephone the hospital.
error-ledger-forked = The ledger contradicts what you saw before. It may have been rewritten, so this was stopped. Telephone the hospital.
error-ledger-signature = The ledger's signature is wrong. It may have been rewritten, so this was stopped. Telephone the hospital.
error-ledger-resumed = The site's ledger was resumed at { $at } under the recovery kit's signature. If you did not expect that, telephone the hospital.
error-internal = Something unexpected went wrong ({ $cause }). Try again; if it goes on, send this sentence to the operator.
