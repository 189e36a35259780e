//! An account for each visit: which one a session enters under, when it is needed no more, what cannot be
//! changed while it stands.

use access::*;

use crate::rotation::{begin_rotation, granted_ssh};
use crate::world::*;

pub(crate) fn choose(manager: Option<&str>) -> Command {
    Command::SetVisitAccounts {
        target: target(SHELL),
        accounts: manager.map(|manager| VisitAccounts {
            manager: manager.to_owned(),
            groups: vec!["sudo".to_owned()],
        }),
    }
}

pub(crate) fn end_account(left: Option<AccountTrouble>) -> Command {
    Command::EndVisitAccount {
        visit: visit(1),
        left,
    }
}

/// Each visit has an account of its own; the one of Ito's was begun, and their session is closed.
pub(crate) fn with_account() -> World {
    let mut world = chosen();
    world.does(&engineer(ITO), open_ssh());
    world.does(&Caller::gateway(), closed(1));
    world
}

fn chosen() -> World {
    let mut world = granted_ssh();
    world.does(&staff(OPERATOR), choose(Some("root")));
    world.does(&staff(OPERATOR), set_secret(SHELL));
    world
}

fn closed(number: u64) -> Command {
    Command::CloseSession {
        session: session(number),
        reason: EndReason::EngineerClosed,
        sent: 0,
        received: 0,
        data_out: 0,
    }
}

fn standing(world: &World) -> Option<&VisitAccount> {
    world.site.visit(&visit(1)).unwrap().account_standing()
}

fn due(world: &World, at: ids::Timestamp) -> usize {
    world.site.accounts_to_remove(at).count()
}

#[test]
fn a_session_enters_under_the_visits_own_account_and_that_it_was_begun_is_entered_with_it() {
    let mut world = chosen();
    let asked = decide(
        &world.site,
        &engineer(ITO),
        open_ssh(),
        world.site.last_at(),
    );
    let decided = asked.unwrap();
    let kinds: Vec<_> = decided.events.iter().map(Event::kind).collect();
    assert_eq!(kinds, ["session_opened", "visit_account_begun"]);
    let Outcome::Opened(permit) = decided.outcome else {
        panic!("not opened");
    };
    let account = permit.account().unwrap();
    assert_eq!(
        (account.name.as_str(), account.mark.as_str()),
        ("sk-v1", "sekisho handa/visit-1")
    );
    assert_eq!(permit.ssh().unwrap().target.user, "sk-v1");
    world.does(&engineer(ITO), open_ssh());
    // The second session of a visit finds it there.
    let again = decide(
        &world.site,
        &engineer(ITO),
        open_ssh(),
        world.site.last_at(),
    );
    assert_eq!(again.unwrap().events.len(), 1);
}

#[test]
fn without_the_managers_secret_nobody_enters_and_that_of_the_registered_account_is_not_used_for_it()
{
    let mut world = granted_ssh();
    world.does(&staff(OPERATOR), choose(Some("root")));
    assert_eq!(
        world.refused(&engineer(ITO), open_ssh()),
        [Reason::SecretMissing]
    );
    let known = world.site.target(&target(SHELL)).unwrap();
    assert_eq!(known.accounts().next().unwrap().account, "root");
    world.does(&staff(OPERATOR), set_secret(SHELL));
    world.does(&engineer(ITO), open_ssh());
}

#[test]
fn it_stands_while_a_session_is_open_or_can_open_and_goes_after_that() {
    let mut world = with_account();
    let now = world.site.last_at();
    assert_eq!(due(&world, now), 0);
    let gateway = Caller::gateway();
    assert_eq!(
        world.refused(&gateway, end_account(None)),
        [Reason::SecretInUse]
    );
    world.does(&engineer(ITO), open_ssh());
    world.does(&staff(NURSE), suspend(Subject::Grant(grant(1))));
    world.does(&gateway, closed(2));
    assert_eq!(due(&world, world.site.last_at()), 1);
    world.does(&gateway, end_account(None));
    assert_eq!(standing(&world), None);
    assert_eq!(
        world.refused(&gateway, end_account(None)),
        [Reason::AlreadySo]
    );
}

#[test]
fn that_it_could_not_be_removed_is_entered_once_for_each_cause() {
    let mut world = with_account();
    world.does(&staff(NURSE), suspend(Subject::Grant(grant(1))));
    let gateway = Caller::gateway();
    let left = end_account(Some(AccountTrouble::Unreachable));
    world.does(&gateway, left.clone());
    assert_eq!(world.refused(&gateway, left), [Reason::AlreadySo]);
    world.does(&gateway, end_account(Some(AccountTrouble::ManagerRefused)));
    let told = standing(&world).unwrap().left.unwrap().1;
    assert_eq!(told, AccountTrouble::ManagerRefused);
    world.does(&gateway, end_account(None));
    assert_eq!(due(&world, world.site.last_at()), 0);
}

#[test]
fn whoever_removes_it_stays_known_while_it_stands() {
    let world = with_account();
    let reasons = world.refused(&staff(OPERATOR), choose(None));
    assert_eq!(reasons, [Reason::VisitAccountStands]);
    let reasons = world.refused(&staff(OPERATOR), begin_rotation());
    assert_eq!(reasons, [Reason::SecretInUse]);
}

#[test]
fn a_group_is_a_word_that_no_command_reads_otherwise() {
    for name in ["", "-G", "a,b", "a b", "Root", "a;b", "é", &"a".repeat(33)] {
        let world = granted_ssh();
        let command = Command::SetVisitAccounts {
            target: target(SHELL),
            accounts: Some(VisitAccounts {
                manager: "root".to_owned(),
                groups: vec![name.to_owned()],
            }),
        };
        let reasons = world.refused(&staff(OPERATOR), command);
        assert_eq!(reasons, [Reason::VisitAccountsNotPossible], "{name}");
    }
}

#[test]
fn the_manager_of_a_databases_accounts_is_none_of_the_accounts_that_visits_have_their_rights_from()
{
    let mut world = World::with_database();
    let known = world.site.target(&target(DATABASE)).unwrap();
    let own = known.database.clone().unwrap();
    let choose = |manager: &str| Command::SetVisitAccounts {
        target: target(DATABASE),
        accounts: Some(VisitAccounts {
            manager: manager.to_owned(),
            groups: Vec::new(),
        }),
    };
    for manager in [Some(own.user.as_str()), own.reader.as_deref()]
        .into_iter()
        .flatten()
    {
        let reasons = world.refused(&staff(OPERATOR), choose(manager));
        assert_eq!(reasons, [Reason::VisitAccountsNotPossible]);
    }
    world.does(&staff(OPERATOR), choose("keeper"));
    // There is no other secret than the manager's any more.
    let reader = world.refused(&staff(OPERATOR), set_password(true));
    assert_eq!(reader, [Reason::ReaderMissing]);
}
