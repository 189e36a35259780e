//! The account of a visit on Linux, made and removed by a managing account: root, or one that may use `sudo`
//! without a password.
//!
//! What is run is fixed: no word of it comes from anybody. Names and the secret go through its standard input,
//! a line each; the secret goes on to `chpasswd` the same way, and stands in no list of processes.

use access::{AccountTrouble, VisitAccountEntry};
use engine::AccountToMake;
use zeroize::Zeroizing;

use super::rotating::{NotDone, Reached};
use crate::visit_accounts::Trouble;

/// The first number of the accounts of visits. From here on Linux distributions give out none by themselves, up
/// to where they begin with those of containers; each visit has its own, so that none owns what an earlier one
/// left.
const FIRST_NUMBER: u64 = 65_536;

/// How many there are.
const NUMBERS: u64 = 34_464;

/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// An account of that name is there, and is not the gateway's.
const NOT_OURS: u32 = 3;

/// Reads who, its mark, its number, the day from which it is shut, its groups and its password. One that is there
/// gets another day and password, if it has that number: what describes an account, the account itself can change.
const MAKE: &str = r#"as() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n -- "$@"; fi; }
IFS= read -r name && IFS= read -r mark && IFS= read -r number && IFS= read -r day && IFS= read -r groups && IFS= read -r secret || exit 2
if getent passwd "$name" >/dev/null; then
  [ "$(id -u "$name")" = "$number" ] || exit 3
else
  as useradd -m -u "$number" -c "$mark" -e "$day" ${groups:+-G "$groups"} -- "$name" || exit 4
fi
as chage -E "$day" -- "$name" || exit 4
printf '%s:%s\n' "$name" "$secret" | as chpasswd || exit 4"#;

/// Reads who and its number. It is shut first, then its processes end, then it goes with its home.
const REMOVE: &str = r#"as() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n -- "$@"; fi; }
IFS= read -r name && IFS= read -r number || exit 2
getent passwd "$name" >/dev/null || exit 0
[ "$(id -u "$name")" = "$number" ] || exit 3
as usermod -L -e 1 -- "$name" || exit 4
tries=0
while as pkill -KILL -u "$name"; do
  tries=$((tries + 1)); [ "$tries" -lt 20 ] || exit 4; sleep 0.2 || sleep 1
done
if command -v crontab >/dev/null; then as crontab -r -u "$name" 2>/dev/null; fi
as userdel -r -- "$name" >/dev/null 2>&1
getent passwd "$name" >/dev/null && exit 4
exit 0"#;

/// Makes it, or gives the one that is there another password and end.
pub(crate) async fn make(manager: &Reached, wanted: &AccountToMake) -> Result<(), Trouble> {
    let account = &wanted.account;
    // The target shuts accounts by days: from the one after the deadline's on.
    let day = wanted.until.as_millis() / DAY + 1;
    let number = number(wanted.number);
    let groups = account.made_by.groups.join(",");
    let secret = wanted.secret.as_str();
    let lines = Zeroizing::new(format!(
        "{}\n{}\n{number}\n{day}\n{groups}\n{secret}\n",
        account.name, account.mark
    ));
    told(manager.run(MAKE, lines.as_bytes()).await)
}

/// Removes it, if it is there.
pub(crate) async fn remove(
    manager: &Reached,
    account: &VisitAccountEntry,
    visit: u64,
) -> Result<(), Trouble> {
    let lines = format!("{}\n{}\n", account.name, number(visit));
    told(manager.run(REMOVE, lines.as_bytes()).await)
}

/// The number that the account of this visit has.
fn number(visit: u64) -> u64 {
    FIRST_NUMBER + visit % NUMBERS
}

fn told(ran: Result<(), NotDone>) -> Result<(), Trouble> {
    ran.map_err(|cause| {
        Trouble(match cause {
            NotDone::Refused(Some(NOT_OURS)) => AccountTrouble::NotOurs,
            NotDone::Refused(_) | NotDone::NotOffered => AccountTrouble::NotDone,
            NotDone::Gone | NotDone::NotTold => AccountTrouble::Unreachable,
        })
    })
}
