# What is said in the terminal inside a session (one line each), and the names of what may be opened
# there. Those ids are access::ChannelAsk::id, prefixed channel-.

session-recorded = sekisho: { $who } at { $target }, until { $until }. This session is recorded.
session-ends-soon = sekisho: { $minutes ->
    [one] This session ends in one minute. Request an extension to go on.
   *[other] This session ends in { $minutes } minutes. Request an extension to go on.
}
session-paused = sekisho: The hospital paused this session. Wait until it goes on.
session-continued = sekisho: The session goes on.
session-awaiting-attendant = sekisho: Waiting for an attendant of the hospital. Until then nothing passes, either way.
session-attended = sekisho: An attendant is here. You can go on.
session-said = sekisho: from the hospital: { $text }
session-frozen = sekisho: The session is held for now: what you type does not arrive.
session-ended = sekisho: Ended: { $reason }
session-file-refused = sekisho: This file was refused: { $reason }
session-channel-refused = sekisho: This was refused: { $reason }
session-target-refused = sekisho: The target did not accept this. Keep fewer open at the same time, or ask the hospital.
session-file-broken = sekisho: The file transfer was ended: one of the programs does not keep to the protocol.
transfer-unsupported = This operation is not supported.
transfer-unresolved = This does not name one place.
transfer-too-many = Too many files are open at the same time.
transfer-not-open = This file is not open.

channel-shell = an interactive shell
channel-exec = single commands
channel-sftp = file transfer (SFTP)
channel-database = database
channel-scp-upload = sending files to the hospital (scp)
channel-scp-download = taking files from the hospital (scp)
channel-upload = sending files to the hospital
channel-download = taking files from the hospital
channel-change = creating, changing or removing files
channel-move = moving or linking files
channel-look = listing files and folders
channel-direct-tcpip = port forwarding (-L, -D, -W, -J)
channel-tcpip-forward = reverse port forwarding (-R)
channel-streamlocal = forwarding of Unix sockets
channel-agent = forwarding of the key agent (-A)
channel-x11 = forwarding of the display (-X)
channel-subsystem = subsystems other than SFTP
channel-unknown = something that is not known

postgres-not-spoken = sekisho: this cannot be read as PostgreSQL's protocol. Connect with psql or another program for PostgreSQL.
postgres-no-replication = sekisho: replication is not offered. Take data out with SELECT or COPY, within the amount that was granted.
postgres-parameter-refused = sekisho: "{ $name }" cannot be set while connecting. Set it with SET once you are connected.
postgres-reader-can-write = sekisho: the account "{ $account }" is to read only, and can do more with the rights of the role "{ $role }". So the database was not entered. Ask the hospital to register an account that may only read.
postgres-cancelled = sekisho: the engineer asked to cancel the running statement.
postgres-target-refused = sekisho: the target's database does not admit the session: { $message }
