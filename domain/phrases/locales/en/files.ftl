# What becomes of files in quarantine. Those of access::FileWhy::id are prefixed file-why-.

file-held = It waits at the hospital under the number { $number }. { $why } Once somebody of the hospital has released it, hand it over again: it passes then.
file-refused-by-person = Somebody of the hospital refused this file. Ask the hospital.
file-looked-at = File { $path }: { $what }
file-whole-only = Files pass whole: send or fetch the whole file (put, get), do not go on with a part of it or change it in place (reput, reget, append).
file-in-order = Files pass whole and in order. Use a program that sends a file from its beginning to its end.
file-too-large = The file is larger than may pass. Ask the hospital, or hand it over in parts.
file-no-room = The hospital has no room for this file in its quarantine at the moment. Ask the hospital.
file-not-by-old-scp = sekisho: Files are checked here before they pass, which the old protocol of scp cannot do. Use scp without -O, or sftp.

file-why-unscanned = No virus scanner is set up at the hospital.
file-why-scanner-silent = The virus scanner ({ $by }) did not answer.
file-why-found = The virus scanner ({ $by }) found something: { $name }
file-why-kind = Files of this kind do not pass here: { $kind }
file-why-archive = The archive was not looked into to its end: { $trouble ->
    [encrypted] it is encrypted.
    [too-deep] it has archives in archives in archives.
    [too-many-entries] it has too many entries.
    [too-large] it unpacks to too much.
    [bomb] it unpacks to many times its size.
    [traversal] an entry would be unpacked elsewhere.
    [link] it has a link that leads out, or a device.
    [damaged] it is damaged.
    [unreadable] it could not be read.
   *[other] its format is not one that is looked into.
}
file-why-by-person = At this target somebody of the hospital looks at every file.

cli-doctor-files-scanned = Files are looked at before they pass, by { $by }.
cli-doctor-files-wait = No virus scanner is named in site.toml: every file waits until a person lets it pass. Install clamav-daemon and name its socket (files.clamd).
cli-doctor-files-unscanned = No virus scanner is named in site.toml, and files pass all the same (dangerous_unscanned_files_pass). Install clamav-daemon and name its socket (files.clamd).
cli-doctor-files-unchecked = Nobody looks at files before they pass (dangerous_unchecked). Accepted by: { $by }
cli-doctor-scanner-silent = The virus scanner ({ $by }) does not answer: files wait until a person lets them pass. { $cause }

cli-help-files = Files that wait to be let pass, and what went out
cli-help-files-list = Lists the files of a visit that wait, or waited, for a person
cli-help-files-list-arg-visit = The visit
cli-help-files-release = Lets a file that waits pass: the engineer hands it over again
cli-help-files-release-arg-visit = The visit
cli-help-files-release-arg-number = The number under which it waits
cli-help-files-refuse = Refuses a file that waits
cli-help-files-refuse-arg-visit = The visit
cli-help-files-refuse-arg-number = The number under which it waits
cli-help-files-out = Lists what went out of the hospital in a visit, and who confirmed its deletion
cli-help-files-out-arg-visit = The visit
cli-help-files-deleted = For the vendor: confirms that what went out in a visit is deleted
cli-help-files-deleted-arg-visit = The visit

cli-files-held = { $number }  { $state }  { $way }  { $path }  { $bytes } bytes, { $kind }
cli-files-waits = waits
cli-files-released = released
cli-files-refused = refused
cli-files-in = into the hospital
cli-files-out = out of the hospital
cli-files-none-held = No file of this visit waited for anybody.
cli-files-none-out = No file went out of the hospital in this visit.
cli-files-went-out = { $at }  { $path }  { $bytes } bytes, { $kind }  SHA-256 { $sha256 }
cli-files-deleted-by = { $by } confirmed on { $at } that what went out is deleted.
cli-file-released = { $visit }: the file may pass. Ask the engineer to hand it over again.
cli-file-refused = { $visit }: the file was refused.
cli-files-deleted = { $visit }: it is entered that what went out is deleted.

entry-file-judged = A file was held or stopped in quarantine
entry-file-released = A file that waited was released
entry-file-refused = A file that waited was refused
entry-deletion-confirmed = The vendor confirmed the deletion of what went out
