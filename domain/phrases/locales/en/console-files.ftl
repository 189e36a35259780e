# The pages of files that stopped in quarantine, and of what went out. Reasons are file-why- of files.ftl.

files-title = Files that wait
files-waiting-home = Files that wait for your look: { $count }
files-lead = These are files that could not be cleared by rule. Decide whether they may pass. One that may passes when the engineer hands the same file over again, to the same place.
files-none = No file waits.
files-stopped-title = Files that were stopped
files-stopped-lead = Something was found in them, or their kind does not pass here. Nobody can release them.
files-of-visit = Files in quarantine
files-of-visit-none = No file of this visit was stopped or passed.

files-number = Number
files-way = Direction
files-way-in = Into the hospital
files-way-out = Out of the hospital
files-path = Name and place on the target
files-size = Size
files-bytes = { $bytes } bytes
files-kind = Kind by content
files-kind-unknown = Its content was not looked at
files-at = When
files-scans = Virus scan
files-scan-none = Not scanned
files-scan-clean = { $by }: nothing found ({ $version })
files-scan-found = { $by }: found { $name } ({ $version })
files-why = Why it stopped
files-state = State
files-waits = Waits
files-released = May pass: { $name }
files-refused = Refused: { $name }
files-stopped = Stopped (cannot be released)
files-passed = Passed
files-passed-by-person = Passed (released by a person of the hospital)

files-release = It may pass
files-refuse = Refuse
files-decide = Look and decide

done-file-released = The file may pass. Ask the engineer to hand it over again.
done-file-refused = The file was refused.
done-deletion-confirmed = It is entered that what went out is deleted.

files-out-title = What went out (for the report of its deletion)
files-out-lead = These files went out of the hospital in this visit. The list is read from the ledger.
files-out-none = No file went out of the hospital in this visit.
files-out-data = Besides, { $bytes } bytes of content went out of databases or web consoles.
files-sha256-unknown = None: it did not pass whole
files-deletions = Reports of deletion
files-deletions-none = Nobody has reported yet that it is deleted.
files-deleted-by = { $name } reported that all of what went out is deleted.
files-delete-lead = Delete all of the above, copies too, before you report it. Who reported, and when, stays in the ledger.
files-delete = Report that all of it is deleted
