# Sentences about founding a site and running its gateway.
error-failed = It failed: { $cause }
cli-gateway-ready = The gateway is running: site { $site }, { $address }
cli-site-founded = Site { $site } was made. Its public verification key: { $key }
    The following invitation is for the first person; it works for one hour, once, and only from inside the hospital (sekisho join).
cli-kit-written = Both sheets of the recovery kit were written to { $path }. Print them, give them to two people, seal them, and delete the file.
cli-person-recovers = Invitation { $invitation } was made. It works in 24 hours. Tell everybody.
cli-ledger-resumed = The ledger goes on from entry { $size }. Everybody who connects next is told.
finding-isolated = All connections are cut. Two people lift it.
finding-ledger = The ledger cannot be written. Nothing is admitted. Look at the disk.
finding-recorder = Recordings cannot be written. Nothing is admitted. Look at the disk.
finding-disk = The disk has too little room ({ $detail }). No new session opens until there is room.
finding-clock = The clock cannot be trusted (it says { $detail }). Set it right and confirm with "sekisho site confirm-clock".
finding-witness = A witness's memory and the ledger disagree ({ $detail }). Investigate at once.
finding-setup = The setup is not complete: a second approver of the hospital, an outside custodian, or a sealed recovery kit is needed.
finding-debt = The emergency opening { $detail } still waits for its approval.
finding-night-chain = Nobody is on the night chain (sekisho emergency chain).
finding-envelope = There is no sealed envelope for emergencies (sekisho emergency codes).
finding-no-witness = No outside witness has signed a checkpoint for a week.
finding-metadata-only = The target "{ $detail }" keeps no content of its sessions (an accepted risk).
cli-invitation-open = Invitation { $invitation }  { $person }  { $from } - { $until }
cli-invitation-to-factors = { $invitation }  new factors for { $person }  { $from } - { $until }
problem-unknown-call = There is no such call. Check the versions of both programs.
problem-field = The field “{ $field }” is missing or not of its form.
problem-not-json = The message cannot be read. Update this program.
problem-too-large = It is too large (at most { $most } bytes).
problem-too-slow = It did not arrive in time. Try again.
problem-broken = Something went wrong in the gateway; its log says what. Tell the operator.
