# Secrets that others may know, and that the gateway replaces at their targets
cli-help-secret-compromised = Says that others may know a target's secret: nobody enters with it until it is another
cli-help-secret-compromised-arg-target = The target's id or name
cli-help-secret-compromised-arg-reader = Of a database: the secret of the account that may only read
cli-help-secret-compromised-arg-reason = Why; it is entered in the ledger
cli-help-secret-rotate = Has the gateway replace a secret at its target now (PostgreSQL, MariaDB, accounts by SSH)
cli-help-secret-rotate-arg-target = The target's id or name
cli-help-secret-rotate-arg-reader = Of a database: the secret of the account that may only read
cli-help-secret-policy-arg-rotate = Targets whose secrets the gateway replaces by itself; none whose account another program uses too
cli-help-secret-policy-arg-after-visits = Whether it does so after each visit (yes, no)
cli-help-secret-policy-arg-every-days = After how many days it does so
cli-help-secret-policy-arg-no-rotation = It replaces none by itself
cli-rotation-begun = The secret is being replaced. sekisho secret list says whether it succeeded.

secret-compromised = Others may know this secret: { $reason } Nobody enters with it until it is replaced.
secret-rotating = It is being replaced at the target. Nobody enters meanwhile. Since:
secret-rotated-at = replaced { $at }
rotation-by-hand = Secrets are replaced at their targets when somebody asks for it.
rotation-targets = The gateway replaces the secrets of these targets by itself: { $targets }
rotation-after-visits = It does so after each visit.
rotation-every = It does so when a secret is { $days } days old.

rotation-works-new = The new secret opens the target.
rotation-works-old = The secret is as it was before.
rotation-works-not-known = Which secret opens the target is not known. Both are kept, and nobody enters. If it stays so, set the right one by hand.
rotation-works-new-for-now = Now the new secret opens the target; after a restart of it the old one would. Both are kept, and nobody enters.
rotation-works-old-for-now = Now the old secret opens the target. Both are kept, and nobody enters until one of them is certain.
rotation-tried-again = The gateway looks again by itself at:
rotation-failed-unreachable = The target did not answer. See whether it runs.
rotation-failed-key-differs = The target shows another key than the pinned one. It was told nothing. See whether it is the right machine.
rotation-failed-old-refused = The target refuses the secret in the vault. Somebody changed it there: set it here, or change it there.
rotation-failed-change-refused = The target refused to change the secret. See its rules for passwords and the rights of the account.
rotation-failed-way-not-offered = The account signs in in a way of which the gateway cannot replace the secret. Replace it by hand.
rotation-failed-not-proved = The target took the new secret and did not let it in. See its log.
rotation-failed-interrupted = It broke off before the new secret counted at the target. The old one opens it. Replace it again.
rotation-failed-old-remains = The old key could not be removed from the target. Remove it from authorized_keys there.

reason-secret-compromised = Others may know the secret of this target, so nobody enters with it. Ask the hospital's operator to replace it.
reason-secret-rotating = The secret of this target is being replaced. Try again in a minute; if it stays so, ask the hospital's operator: the list of secrets says why and for how long.
reason-secret-in-use = A session is open that signed in with this secret. Replace it when the session is over.
reason-rotation-not-possible = The gateway cannot replace secrets of this target, or the terms name neither visits nor days. It can for PostgreSQL, MariaDB and SSH.

entry-secret-compromised = It was said that others may know a target's secret
entry-secret-rotation-begun = The replacement of a target's secret began
entry-secret-rotation-ended = A target was asked which secret opens it

finding-secret-compromised = Others may know these secrets ({ $detail }). Nobody enters with them. Have them replaced, or set others.
finding-rotation-failed = Secrets were not replaced ({ $detail }). They are as they were before. Look why, and have them replaced again.
finding-rotation-open = It is not known which secret opens these targets ({ $detail }). Nobody enters. The gateway looks again by itself, at least every hour; the list of secrets says when. See that the target runs; if somebody changed the secret there, set the right one by hand.
finding-rotation-not-saved = These devices take the new password, but did not save it: after a restart they would take the old one ({ $detail }). Both are kept, and nobody enters. Do not restart the device; make room on it, or mend the lines after "save". The gateway tries again by itself; the list of secrets says when.
finding-rotation-doubted = These targets were told a new secret, and take the old one still ({ $detail }). Both are kept, and nobody enters until one of them is certain: some fifteen minutes, if the target answers. The list of secrets says when the gateway looks again.
finding-rotation-old-remains = Old keys could not be removed from these targets ({ $detail }). Remove them from authorized_keys there.

console-rotated = Last replaced
console-rotate = Replace it now
console-rotate-risk = The gateway sets a new secret at the target and proves it. Whoever else uses this account gets in no more. If it fails, the old one stays.
console-compromise = Others may know it: stop its use
console-compromise-risk = From now on nobody enters with this secret, until it is replaced. Sessions that are open go on: end them if need be.
console-compromise-reason = Why
console-compromise-hint = What happened, in a few words. It is entered in the ledger.
done-compromised = It was entered that others may know the secret.
done-rotating = The secret is being replaced. Look here again in a minute.

rotation-terms = Choose which secrets are replaced automatically
rotation-terms-risk = If another program uses an account that you choose (an interface to another system, a backup), it stops working when the secret is replaced. Ask the vendor, and choose only targets whose account maintenance alone uses. An account in use is replaced when the visit is over. If a replacement fails, the secret stays as it was.
rotation-terms-targets = Targets (accounts) whose secrets are replaced automatically
rotation-terms-none = With none chosen, secrets are replaced only when somebody asks.
rotation-terms-nothing = There is no secret yet that the gateway can replace (PostgreSQL, MariaDB, SSH).
rotation-terms-when = When
rotation-terms-after-visits = After each visit
rotation-terms-days = After so many days
rotation-terms-days-hint = Days since it was set. Empty: age alone replaces none.
