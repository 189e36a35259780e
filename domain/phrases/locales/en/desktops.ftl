# Maintaining desktops (VNC)

protocol-vnc = desktop (VNC)
protocol-rdp = desktop (RDP)
channel-desktop = desktop

reason-desktop-terms-not-possible = Terms for a desktop are for targets that are one (VNC, RDP). Over RDP the server is known by its key and entered with an account. Check what kind of target it is.

# Requests and approvals
work-desktop = What is done at a desktop
work-desktop-hint = This is not used if the target is not a desktop (VNC, RDP). Over RDP no copied text passes: leave both directions closed.
work-desktop-look = Only look (no keys, no pointer)
work-clipboard-in = Paste text that was copied on my PC into the desktop
work-clipboard-out = Take text that was copied on the desktop to my PC
console-able-desktop = The desktop can be seen, and worked with keys and pointer
console-able-desktop-look = The desktop can only be looked at, not worked
console-able-clipboard-in = Text copied on the engineer's PC can be pasted into the desktop
console-able-clipboard-out = Text copied on the desktop can be taken to the engineer's PC
console-able-no-clipboard = Copied text passes in neither direction
console-conditions-look-only = Only let them look
console-conditions-no-clipboard = Let copied text pass in neither direction

# Registering
setup-desktop-no-user = It is entered with a password alone

# Commands
terms-desktop-line = Desktop: { $input }. Clipboard: { $clipboard }.
desktop-is-worked = keys and pointer
desktop-is-looked-at = looked at only
clipboard-closed = closed
clipboard-in = to the desktop
clipboard-out = from the desktop
clipboard-both = in both directions
cli-help-request-arg-view-only = For desktops: only look
cli-help-request-arg-clipboard = For desktops: the directions in which copied text passes (in: to the desktop, out: from it; closed if not said)
cli-help-approve-arg-view-only = Let the desktop only be looked at
cli-help-approve-arg-no-clipboard = Let copied text pass in neither direction
cli-help-target-add-arg-tls-only = For RDP: the server has no Network Level Authentication, and shows a log-in window to whom it does not know
cli-help-connect-arg-rdp-file = For desktops over RDP: write a new file for mstsc and others that are started with one
connect-rdp = To see the desktop: xfreerdp /v:{ $address } /cert:ignore, or with mstsc the file that --rdp-file writes. No account and no password of the desktop is needed. Drives, printers and sound do not pass; copied text does in the direction that the visit allows.
connect-rdp-file-not-for = This target is not a desktop over RDP, so there is no file for it. Leave --rdp-file out.
