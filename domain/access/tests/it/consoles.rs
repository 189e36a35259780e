//! Web consoles: what is granted is what was asked for or less, and each request is decided.

use access::*;

use crate::world::*;

fn ito() -> Caller {
    engineer(ITO)
}

#[test]
fn who_says_nothing_asks_to_look() {
    let mut world = World::at_a_console(looking());
    let asked = world.console_visit(None);
    let request = world.ask(&ito(), asked);
    let terms = world.site.request(&request).unwrap().web.clone();
    assert_eq!(terms, Some(WebTerms::usual()));
    assert!(!WebTerms::usual().write);
}

#[test]
fn l21_an_approval_takes_away_and_adds_nothing() {
    let mut world = World::at_a_console(looking());
    let asked = world.console_visit(Some(looking()));
    let request = world.ask(&ito(), asked);
    let wider = [
        changing(),
        WebTerms {
            paths: Paths::Anywhere,
            ..looking()
        },
        WebTerms {
            most_bytes_out: 1001,
            ..looking()
        },
    ];
    for terms in wider {
        let reasons = world.refused(&staff(NURSE), narrowed_web(&request, terms));
        assert_eq!(reasons, [Reason::WouldWiden]);
    }
    let narrower = WebTerms {
        paths: Paths::Under(ids::NonEmpty::one("/app/viewer".into())),
        ..looking()
    };
    world.does(&staff(NURSE), narrowed_web(&request, narrower.clone()));
    let granted = world.site.grants().last().unwrap();
    assert_eq!(granted.terms.web, Some(narrower));
}

#[test]
fn l9_each_request_is_decided_and_a_line_is_entered() {
    let mut world = World::at_a_console(changing());
    let before = world.site.entries();
    let allowed = decide(
        &world.site,
        &ito(),
        channel(web_request("POST", "/x")),
        world.now,
    );
    assert_eq!(allowed.unwrap().events, []);
    world.does(&ito(), channel(ChannelAsk::WebLine));
    assert_eq!(world.site.entries(), before + 1);
    world.does(&staff(NURSE), pause());
    let refused = world.refused(&ito(), channel(web_request("GET", "/x")));
    assert_eq!(refused, [Reason::SessionFrozen]);
}

#[test]
fn l39_another_server_key_ends_the_sessions_at_a_console_too() {
    let mut world = World::at_a_console(changing());
    let pin = Command::PinDatabaseServer {
        target: target(CONSOLE),
        server: pinned_server(2),
        risk: None,
    };
    world.does(&staff(DOCTOR), pin);
    let refused = world.refused(&ito(), open_web());
    assert!(refused.contains(&Reason::GrantWithdrawn), "{refused:?}");
}

#[test]
fn a_console_without_its_secret_is_not_entered() {
    let mut world = upgraded(World::hospital());
    let new = console_target("pacs-web", "10.1.2.7", 1);
    world.does(&staff(DOCTOR), Command::RegisterTarget(Box::new(new)));
    let request = world.ask(&ito(), world.console_visit(None));
    world.approve(NURSE, &request);
    assert_eq!(world.refused(&ito(), open_web()), [Reason::SecretMissing]);
}
