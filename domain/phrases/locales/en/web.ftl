# Web consoles: a granted target in the browser

## What pages of the gateway say

web-refused = This cannot pass
web-foreign = Another page asked for this, so nothing was sent. Use the links and buttons of this page.
web-no-worker = Parts that would stay in the browser after the session (service workers) do not pass. The page itself can be used as it is.
web-no-tunnel = From this target no further connection can be made.
web-not-http = This request cannot be sent to the target as it is. Load the page again.
web-leads-elsewhere = The target wanted to lead to another place that is not granted ({ $to }). It was stopped there. Go back to the page before. If that place is needed, ask for a visit to it.
web-no-answer = The target does not answer
web-no-answer-text = The target did not answer, or not in a form that can be passed on. Wait a little and load the page again. If it goes on, tell the hospital.
web-waits = Nothing passes for now
web-over = This session is over
web-over-text = This session is over. Why is said where "sekisho connect" was started.

## Terms and purposes

reason-web-terms-not-possible = These terms for a web console are not possible. They are for web consoles only; paths begin with / and have no "%" or ".." in them; at least one byte may come out. When registering, check the name, the account and the header for characters that cannot be used.
reason-method-not-granted = This visit only looks, so "{ $method }" cannot be used. If something has to be changed, ask for a visit that may change things.
channel-web = A web console
channel-web-request = A request to a web console
channel-web-line = A line that stays open (WebSocket)
protocol-http = Web console (HTTP)

## The command line

cli-web-link = The pages of "{ $target }": open this address in a browser on this computer (it opens once).
cli-web-ends = Only your own browser can use it. Ctrl-C ends the session.
cli-web-opened = The pages were opened.
cli-web-needs-listen = "{ $target }" is a web console. Start it with --listen 127.0.0.1:0.
cli-web-only-127 = A web console is served at 127.0.0.1 only. Use --listen 127.0.0.1:0.
terms-web-line = { $write }, { $paths }, at most { $bytes } bytes out
web-any-path = any page
target-web-sign-in-nothing = no sign-in
target-web-sign-in-basic = account { $user } ({ $secret })
target-web-sign-in-form = account { $user } in the form at { $page } ({ $secret })
target-web-at-form = (form at { $page })
target-web-sign-in-header = header { $name } ({ $secret })

## What pages of the door say

door-other-name = The address in the browser is not the one that "sekisho connect" shows. Use that address as it is.
door-other-site = Another page asked for this, so nothing was sent. Use the pages that "sekisho connect" opened.
door-not-opened = This browser has not opened the address that "sekisho connect" shows. Open it first.
door-used-link = This address was used already, or belongs to an earlier start. Start "sekisho connect" again and open the new address.

## What will be possible, for whoever approves

console-able-web-read = Pages of the console can only be looked at; nothing can be changed
console-able-web-write = Pages of the console can be looked at, and things can be changed
console-able-web-any = Every page of the console can be opened
console-able-web-only = Pages that can be opened: { $paths }

## Fields for whoever registers one

setup-web-host = Name of the console
setup-web-host-hint = For web consoles only, where the console looks at the name that it is called by. Left empty it is the address above.
setup-web-sign-in = How the console is signed in at
setup-web-sign-in-hint = For web consoles only. The gateway signs in, and engineers never see the password. Choose the form for a device that asks for the password in a page of its own.
setup-web-basic = Account and password (HTTP Basic)
setup-web-form = Account and password (form in a page)
setup-web-page = Page of the sign-in
setup-web-page-hint = Only if the form is chosen. The path of the page that asks for the password, from “/” on (such as /login).
setup-web-header = Header
setup-web-header-name = Name of the header
setup-web-header-hint = Only if “Header” is chosen. Its value is the secret that is registered, as it is.

## Fields for whoever asks

work-web = What is done at a web console
work-web-hint = This is not used if the target is not a web console.
work-web-write = Change settings or data (without the mark pages are only looked at)
work-web-paths = Pages that are opened (one path per line, from “/” on; empty: any)
work-web-mib = How much data is taken out at most (MB; empty: 256)
work-wrong-web-path = A path begins with “/”.

## Fields for whoever sets conditions

console-conditions-web-look = Only let pages be looked at, nothing changed
console-conditions-web-without = Do not let the pages under “{ $path }” be opened
console-conditions-web-only = Paths that may be opened (one in a line, from “/” on; empty: any, as was asked for)
