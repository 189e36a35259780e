# The secrets of targets (passwords, keys): what is weak, what is asked of them, checks
cli-help-secret = Checks and sets the secrets of targets (passwords, keys); none is ever shown
cli-help-secret-list = Lists them: target, account, when set, when last used, what is weak
cli-help-secret-check = Looks at all of them now: guessable, leaked, shared
cli-help-secret-history = When each was set, and by whom (the secrets themselves are gone)
cli-help-secret-history-arg-target = The target's id or name
cli-help-secret-set = Puts a target's password or key into the vault (it is never shown again)
cli-help-secret-set-arg-target = The target's id or name
cli-help-secret-set-arg-reader = Of a database: the password of the account that may only read
cli-help-secret-set-arg-accept = Why it is set although it is weak (a device's limit …); it is entered in the ledger
cli-help-secret-set-arg-password-stdin = Reads the password from standard input (it is not shown)
cli-help-secret-set-arg-key = A file with the private key (OpenSSH format, without a passphrase)
cli-help-secret-set-arg-generate = Has the gateway make a key, and shows its public line
cli-help-secret-set-arg-certificate = Signs in with a certificate made for each sign-in, and shows the line by which the target trusts them
cli-help-secret-policy = Shows what is asked of secrets; changes what is named
cli-help-secret-policy-arg-refused = Which are refused: weak (guessable or listed), weak-or-shared, dangerous-none (a warning only)
cli-help-secret-policy-arg-oldest-days = After how many days a secret is too old (1 to 1825)
cli-help-secret-policy-arg-administrator = Accounts that are administrators here, beside root and the like

secret-no-target = No target needs a secret yet.
secret-set-at = set { $at }
secret-used-at = used { $at }
secret-checked = Last check: { $at }
secret-never-checked = They have not all been checked yet. That is done every day without being asked.
secret-lists = Lists of leaked passwords: { $lists }
secret-no-lists = There is no list of leaked passwords. Only those with which devices are delivered are known.
secret-same-as = Accounts with the same secret: { $others }
secret-accepted = Accepted as weak because: { $reason }
secret-oldest = A secret is too old { $days } days after it was set.
secret-administrators = Accounts that are administrators here: { $names }
secret-refused-weak = Secrets that are guessable, leaked or delivered with a device are refused.
secret-refused-weak-or-shared = Secrets that are guessable, leaked, delivered with a device or used twice are refused.
secret-refused-none = Dangerous: weak secrets are not refused, there is only a warning.

secret-word-guessable = guessable
secret-word-listed = on a list
secret-word-shared = shared
secret-word-old = old
secret-word-administrator = standing administrator

secret-weak-guessable = It can be guessed. In Okayama (2024) a guessable password let the attackers in through the maintenance VPN. Change it to a key, or to a long random password.
secret-weak-listed = It is on a list of leaked passwords, or of those with which devices are delivered: the first ones that are tried, as P@ssw0rd was in Okayama. Change it at once.
secret-weak-shared = Another account has the same secret. In Okayama all servers had one administrator's password, and one lost server was all of them. Give each account its own.
secret-weak-old = It was set longer ago than the hospital allows. In Handa (2021) passwords that had leaked from the device were still in use. Change it to a new one.
secret-weak-administrator = The account may do everything. In Handa and Okayama standing administrators' rights were used to stop the virus scanners. Make an account with the rights that the maintenance needs, and use that.

reason-secret-guessable = This password can be guessed (names of the hospital or the device, common words, neighbouring keys, or simply short). Use a key, or a long random password. If the device allows no other, it can be set with a reason, which is entered in the ledger.
reason-secret-listed = This password is on a list of leaked ones, or of those with which devices are delivered: attackers try it first. Use another one. If it cannot be changed, it can be set with a reason, which is entered in the ledger.
reason-secret-shared = Another account has the same secret, which this hospital refuses. Use one of its own for each account, or give a reason.

entry-secrets-checked = The targets' secrets were checked
entry-secret-policy-set = What is asked of targets' secrets was changed

finding-secret-guessable = Passwords that can be guessed are in use ({ $detail }). Change them to keys, or to long random passwords.
finding-secret-listed = Passwords that are on a list of leaked ones, or of those with which devices are delivered, are in use ({ $detail }). Change them at once.
finding-secret-shared = Several accounts have the same secret ({ $detail }). Give each its own.
finding-secret-old = Secrets were set longer ago than the hospital allows ({ $detail }). Change them to new ones.
finding-secret-administrator = Targets are entered by accounts that may do everything ({ $detail }). Use accounts with the rights that the maintenance needs.
finding-password-list = A list of leaked passwords cannot be used ({ $detail }). Put a good one in its place. The other lists are used.

console-secrets-title = Secrets of targets
console-secrets-lead = How the passwords and keys of the targets are. The secrets themselves are shown neither here nor anywhere.
console-secrets-checked = Last check:
console-secrets-check = Check now
console-secrets-set = Set
console-secrets-used = Last used
console-secrets-history = When it was set
console-secrets-policy = What is asked of secrets
console-secrets-policy-risk = Where weak secrets are not refused, things are as they were in the three hospitals that were entered.
console-secrets-refused = Which secrets are refused
console-secrets-days = Days until a secret is too old (1 to 1825)
console-secrets-administrators = Accounts that are administrators
console-secrets-administrators-hint = One per line. root, Administrator and the like need not be named.
console-secrets-accept = Why it is set although it is weak
console-secrets-accept-hint = Usually left empty. Write here only if a device allows no better password. It is entered in the ledger.
done-secrets-checked = All secrets were checked.

passphrase-listed = This passphrase is on a list of leaked ones. Choose another one.
