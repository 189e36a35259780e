# Differences between plan, recording and report. Ids are the names of collation::Difference.

difference-no-session = The visit was allowed, but nobody connected.
difference-report-missing = The work report has not been filed yet.
difference-command-not-planned = A command that the plan does not list was run ({ $at }): { $command }
difference-command-not-seen = A planned command is not in the recording: { $command }
difference-privilege-not-planned = Privileges were used that were not asked for: { $command }
difference-file-not-planned = { $direction ->
    [in] A file that was not planned was brought into the hospital: { $path }
   *[out] A file that was not planned was taken out of the hospital: { $path }
}
difference-file-not-seen = { $direction ->
    [in] A file that was to be brought in did not pass: { $name }
   *[out] A file that was to be taken out did not pass: { $name }
}
difference-file-differs = The content of a file is not the planned one (SHA-256 differs): { $path }
difference-file-cut-off = A file was not seen to pass whole: { $path }
difference-restart-not-reported = Something was restarted or stopped, and the report says "no restart": { $command }
difference-patients-not-planned = The plan was not to touch patient data; the report tells of { $patients } patients.
difference-patients-seen-not-planned = The plan was not to touch patient data; data of { $patients } patients came out of a database.
difference-patients-not-reported = Data of { $seen } patients came out of a database; the report tells of { $patients }.
difference-erasure-not-confirmed = The report does not confirm that { $files } file(s) taken out are erased.
difference-trouble-reported = The report tells of a fault, or of something done otherwise than planned.
difference-refused = Something that was not allowed was tried and refused: { $what ->
    [shell] { channel-shell }
    [exec] { channel-exec }
    [sftp] { channel-sftp }
    [database] { channel-database }
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
   *[unknown] { channel-unknown }
}
difference-input-masked = { $lines } line(s) of input were not shown on the screen (passwords and the like) and are masked.
difference-sessions-unseen = The content of { $sessions } session(s) cannot be seen (measured only, or interrupted).
