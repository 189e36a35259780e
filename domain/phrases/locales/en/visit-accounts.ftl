# An account for each visit
cli-help-target-visit-accounts = Has an account of its own made at the target for each visit, and removed after it (PostgreSQL, and Linux by SSH)
cli-help-target-visit-accounts-arg-target = The target's number or name
cli-help-target-visit-accounts-arg-manager = The target's managing account, which makes and removes them. Set its secret afterwards
cli-help-target-visit-accounts-arg-group = Linux: a group that each of them is in; their rights, sudo too, come from these. May be repeated
cli-help-target-visit-accounts-arg-off = Ends it: visits enter under the registered account again. Set its secret afterwards

visit-accounts = An account for each visit
visit-accounts-why = For each visit an account is made at the target and removed when the visit is over. Its name is the visit's number (as sk-v12). Nobody learns its password, and it is kept nowhere.
visit-accounts-off = Not in use: every visit enters under the registered account.
visit-accounts-on = In use. The managing account that makes and removes them: { $manager }
visit-accounts-groups = Groups of the accounts that are made: { $groups }
visit-accounts-standing = Accounts that should be at the target now: { $accounts }
visit-accounts-set = Set accounts for each visit
visit-accounts-risk = The managing account can make and remove other accounts. With its secret in this vault, a vault that is broken into does more harm than with that of the registered account alone (with PostgreSQL 15 and older it reaches nearly every role). When this or the managing account is changed, the secret that is set now counts no more, and nobody enters until that of the new account is set.
visit-accounts-manager = Managing account (empty: not in use)
visit-accounts-manager-postgres = A role with CREATEROLE. First grant it the role from which visits have their rights (the registered account) WITH ADMIN OPTION. Tables and other things that a visit makes belong to the registered account. What was set for the registered account with ALTER ROLE … SET does not hold in visits.
visit-accounts-manager-linux = root, or an account that may use useradd, usermod, chage, chpasswd, pkill and userdel by sudo without a password. What lies in the home folder goes with the visit. Files elsewhere stay, with a number for an owner.
visit-accounts-group-names = Groups (one a line)
visit-accounts-group-names-hint = Linux only. The accounts that are made have the rights of these groups and no others. Where sudo is needed, name a group that sudo allows.
visit-account-name = The account that was made for this visit at the target
visit-account-stands = { $account } (at the target)
visit-account-gone = { $account } (removed { $at })
visit-account-left = { $account } (not removed yet: { $why })

visit-account-unreachable = The target does not answer.
visit-account-key-differs = The target shows another key than the pinned one: nothing was said to it.
visit-account-manager-refused = The target does not let the managing account in.
visit-account-not-done = The target refused. Check the managing account's rights.
visit-account-not-ours = An account of that name is there which the gateway did not make: it was left alone.

reason-visit-accounts-not-possible = Accounts for each visit are not possible at this target, or not in this way. They are at PostgreSQL, and at Linux by SSH. The managing account must be another than the registered ones (PostgreSQL). Groups are for Linux only: small letters, digits, _ and -.
reason-visit-account-stands = The account of a visit may still be at the target. Change this when it is gone; while the visit goes on, when that is over.
end-visit-account-not-made = The account for this visit could not be made at the target, so nothing was opened. Ask the hospital's operator to check the rights of the managing account.

entry-visit-accounts-set = How accounts of visits are made was set
entry-visit-account-begun = The account of a visit is about to be made
entry-visit-account-ended = A target was asked to remove the account of a visit

finding-visit-account-left = Accounts of visits could not be removed ({ $detail }). It is tried again every minute. If it stays so, remove them at the target.
