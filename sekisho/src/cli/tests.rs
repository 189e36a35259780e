use clap::Parser;
use clap::error::ErrorKind;

use super::visits::KindWord;
use super::*;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(line.split_whitespace())
}

fn mistake(line: &str) -> ErrorKind {
    parse(line).unwrap_err().kind()
}

#[test]
fn a_request_is_typed_as_the_manual_says() {
    let cli = parse(
        "sekisho --json request db --purpose tuning --plan plan.pdf --from now --for 2h \
         --kind data-extraction --file in:a.zip --file out:b.log --once",
    )
    .unwrap();
    assert!(cli.global.json);
    let Verb::Request(args) = cli.verb else {
        panic!("{:?}", cli.verb)
    };
    assert_eq!((args.target.as_str(), args.lasting.as_str()), ("db", "2h"));
    assert_eq!(args.kind, KindWord::DataExtraction);
    assert_eq!(args.file.len(), 2);
    assert!(args.once && !args.attended);
}

#[test]
fn a_vendor_without_sources_cannot_be_written() {
    let required = ErrorKind::MissingRequiredArgument;
    assert_eq!(mistake("sekisho vendor add Acme --phone 0569-1"), required);
    assert!(parse("sekisho vendor add Acme --phone 0569-1 --from 203.0.113.0/24").is_ok());
    assert!(parse("sekisho vendor add Acme --phone 0569-1 --from 203.0.113.0").is_err());
}

#[test]
fn a_wide_exception_needs_its_reason_and_its_end() {
    let line = "sekisho vendor sources 1 --from 10.0.0.0/8 --wide-exception carrier";
    assert_eq!(mistake(line), ErrorKind::MissingRequiredArgument);
    assert!(parse(&format!("{line} --wide-until 2026-12-01T00:00")).is_ok());
}

#[test]
fn an_invitation_is_for_one_employer_and_some_role() {
    assert!(parse("sekisho person invite --hospital --role approver operator").is_ok());
    assert!(parse("sekisho person invite --role approver").is_err());
    assert!(parse("sekisho person invite --hospital --custodian --role approver").is_err());
    assert!(parse("sekisho person invite --hospital").is_err());
    assert!(parse("sekisho person invite --hospital --role administrator").is_err());
}

#[test]
fn a_site_is_not_made_with_bare_keys_unless_that_is_said() {
    let line = "sekisho site init d --id handa --name H --lan 10.0.0.0/8 --listen 127.0.0.1:443 \
                --engineers-name a.example --console-name b.example";
    assert_eq!(mistake(line), ErrorKind::MissingRequiredArgument);
    assert!(parse(&format!("{line} --passphrase-file p")).is_ok());
    assert!(parse(&format!("{line} --dangerous-key-beside-data")).is_ok());
    let both = format!("{line} --dangerous-key-beside-data --passphrase-file p");
    assert_eq!(mistake(&both), ErrorKind::ArgumentConflict);
}

#[test]
fn an_isolation_is_lifted_in_one_way() {
    assert!(parse("sekisho lift").is_ok());
    assert_eq!(
        mistake("sekisho lift --with-kit --after-delay"),
        ErrorKind::ArgumentConflict
    );
    assert_eq!(
        mistake("sekisho isolate"),
        ErrorKind::MissingRequiredArgument
    );
}

#[test]
fn what_every_command_understands_may_stand_anywhere() {
    let cli = parse("sekisho sessions --json --site handa --from-address 127.0.0.2").unwrap();
    assert!(cli.global.json);
    assert_eq!(cli.global.site.unwrap().as_str(), "handa");
    assert!(parse("sekisho --lang fr sessions").is_err());
}
