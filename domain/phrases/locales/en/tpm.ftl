# The passphrase of the key store, kept by the machine's TPM.
cli-help-site-tpm = Have this machine's TPM keep the key store's passphrase
cli-help-site-tpm-seal = Has the TPM keep the passphrase: the gateway then starts with nobody there
cli-help-site-tpm-seal-arg-passphrase-file = File with the passphrase (default: it is asked for)
cli-help-site-tpm-test = Tries whether the TPM opens the key store
cli-help-site-tpm-forget = Lets the TPM keep it no more: the passphrase is needed at every start
cli-ask-key-passphrase = Passphrase of the key store:
cli-tpm-sealed = This machine's TPM keeps the passphrase: the gateway starts without anybody. Keep the passphrase on paper all the same: if the TPM breaks or is cleared, it is what opens the keys.
cli-tpm-opens = The TPM of this machine opens the key store.
cli-tpm-keeps-nothing = No TPM keeps the passphrase of this site. “sekisho site tpm seal” has it kept.
tpm-no-tools = tpm2-tools is not installed: apt install tpm2-tools
tpm-none = No TPM 2.0 answers, or this user may not use it (add the user to the group tss). Start with --passphrase-file meanwhile. { $cause }
tpm-another = This is not the TPM that keeps the passphrase, or it was cleared. Start with --passphrase-file, then run “sekisho site tpm seal” again.
tpm-owners-password = The TPM's owner hierarchy has a password, so the gateway cannot use it. Take it away (tpm2_changeauth -c owner -p OLD), or start with --passphrase-file.
tpm-lockout = The TPM refuses for now, after wrong passwords given elsewhere. Wait, or start with --passphrase-file. { $cause }
tpm-silent = The TPM does not answer in time. Try again, or start with --passphrase-file.
tpm-damaged = What the TPM keeps for this site is damaged (keys.tpm). Start with --passphrase-file, then run “sekisho site tpm seal” again.
tpm-failed = The TPM failed. Start with --passphrase-file, then run “sekisho site tpm test”. { $cause }
