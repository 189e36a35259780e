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

#[test]
fn an_ssh_target_is_registered_with_its_account_and_its_key() {
    let line = "sekisho target add ehr --vendor 1 --address 10.0.0.5:22 --protocol ssh";
    assert_eq!(mistake(line), ErrorKind::MissingRequiredArgument);
    let line = format!("{line} --user maint --host-key key.pub --attended");
    let Verb::Target(TargetVerb::Add(args)) = parse(&line).unwrap().verb else {
        panic!("{line}")
    };
    assert_eq!(args.user.as_deref(), Some("maint"));
    assert!(args.attended);
}

#[test]
fn l29_a_targets_secret_is_never_an_argument_and_comes_one_way() {
    let required = ErrorKind::MissingRequiredArgument;
    assert_eq!(mistake("sekisho target secret ehr"), required);
    assert!(parse("sekisho target secret ehr --password hunter2").is_err());
    assert!(parse("sekisho target secret ehr hunter2").is_err());
    for way in [
        "--password-stdin",
        "--generate",
        "--certificate",
        "--key file",
    ] {
        assert!(parse(&format!("sekisho target secret ehr {way}")).is_ok());
    }
    let both = "sekisho target secret ehr --generate --password-stdin";
    assert_eq!(mistake(both), ErrorKind::ArgumentConflict);
}

#[test]
fn what_follows_two_hyphens_is_for_ssh() {
    let line = "sekisho ssh ehr --grant 3 -- -L 1:2:3 -v uname --json";
    let cli = parse(line).unwrap();
    let Verb::Ssh(args) = cli.verb else {
        panic!("{line}")
    };
    assert_eq!(args.args, ["-L", "1:2:3", "-v", "uname", "--json"]);
    assert_eq!(args.grant.as_deref(), Some("3"));
    assert!(!cli.global.json);
    assert!(parse("sekisho ssh ehr uname").is_err());
}

#[test]
fn a_request_says_what_is_done_inside_and_an_approval_takes_away() {
    let line = "sekisho request ehr --purpose p --plan f --from now --for 1h --no-shell \
                --download /var/log /var/lib --download-bytes 10MiB";
    let Verb::Request(args) = parse(line).unwrap().verb else {
        panic!("{line}")
    };
    assert!(args.ssh.no_shell && !args.ssh.no_exec);
    assert_eq!(args.ssh.download, ["/var/log", "/var/lib"]);
    assert!(parse(&line.replace("--no-shell", "--no-shell --shell")).is_err());
    let Verb::Approve { ssh, .. } = parse("sekisho approve 1 --no-exec --no-upload")
        .unwrap()
        .verb
    else {
        panic!()
    };
    assert!(ssh.no_exec && ssh.no_upload && !ssh.no_download);
    assert!(parse("sekisho approve 1 --no-upload --upload /tmp").is_err());
    assert!(parse("sekisho approve 1 --shell").is_err());
}

#[test]
fn a_recording_goes_to_a_folder_or_to_a_cast_of_one_channel() {
    assert!(parse("sekisho recording export 1 --out d").is_ok());
    assert!(parse("sekisho recording export 1 --cast f --channel 0").is_ok());
    for wrong in [
        "sekisho recording export 1",
        "sekisho recording export 1 --cast f",
        "sekisho recording export 1 --out d --channel 0",
        "sekisho recording export 1 --out d --cast f --channel 0",
        "sekisho recording play 1 --speed 0",
        "sekisho recording play 1 --speed -1",
        "sekisho recording play 1 --speed inf",
    ] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
    assert!(parse("sekisho recording play 1 --speed 8 --idle 1s").is_ok());
}

#[test]
fn an_outside_check_is_asked_for_by_name() {
    assert!(parse("sekisho doctor --outside --ports 22 443").is_ok());
    assert!(parse("sekisho doctor --ports 22").is_err());
    assert!(parse("sekisho site report-due 7").is_ok());
    assert!(parse("sekisho site report-due many").is_err());
    assert!(parse("sekisho site upgrade --commit").is_ok());
}

#[test]
fn a_report_is_stated_or_in_a_form_or_only_drafted() {
    let line = "sekisho report 1 --done tuned --patients 2 --patients-listed ids.txt \
                --files-erased --restarted --file own.pdf";
    let Verb::Report(args) = parse(line).unwrap().verb else {
        panic!("{line}")
    };
    assert_eq!(
        (args.done.as_deref(), args.patients),
        (Some("tuned"), Some(2))
    );
    assert!(args.files_erased && args.restarted && !args.draft);
    assert!(parse("sekisho report 1 --form f.toml --file own.pdf").is_ok());
    assert!(parse("sekisho report 1 --draft").is_ok());
    assert!(parse("sekisho visit attachment 1 --out own.pdf").is_ok());
    assert!(parse("sekisho visit review 1 --accept --note x").is_ok());
    assert!(parse("sekisho visit review 1 --question x").is_ok());
    assert!(parse("sekisho visit review 1 --accept --question x").is_err());
    let required = ErrorKind::MissingRequiredArgument;
    assert_eq!(mistake("sekisho visit review 1"), required);
    assert_eq!(mistake("sekisho visit attachment 1"), required);
    assert_eq!(mistake("sekisho report 1"), required);
    assert_eq!(mistake("sekisho report 1 --file own.pdf"), required);
    for wrong in [
        "sekisho report 1 --form f --done x",
        "sekisho report 1 --form f --restarted",
        "sekisho report 1 --draft --form f",
        "sekisho report 1 --draft --next x",
        "sekisho report 1 --draft --file own.pdf",
        "sekisho report 1 --done x --patients -1",
        "sekisho report 1 --done x --patients many",
    ] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_database_is_registered_with_its_accounts_and_by_what_it_is_known() {
    let line = "sekisho target add orca --vendor 1 --address 10.0.0.5:5432 --protocol postgres";
    assert_eq!(mistake(line), ErrorKind::MissingRequiredArgument);
    let line = format!("{line} --user maint --reader looks");
    let known = format!("{line} --server-key sha256:{}", "ab".repeat(32));
    let Verb::Target(TargetVerb::Add(args)) = parse(&known).unwrap().verb else {
        panic!("{known}")
    };
    assert_eq!(args.reader.as_deref(), Some("looks"));
    assert!(args.server.server_key.is_some());
    let both = format!("{known} --plain-text-accepted why");
    assert_eq!(mistake(&both), ErrorKind::ArgumentConflict);
    let other = known.replace("--protocol postgres", "--protocol mysql");
    assert!(parse(&other).is_ok());
    assert!(parse("sekisho target server-key 10.0.0.5:3306 --protocol mysql").is_ok());
    assert!(parse("sekisho target server-key 10.0.0.5:22 --protocol ssh").is_err());
    assert!(parse("sekisho target server-key 10.0.0.5:5432").is_ok());
    assert!(parse("sekisho target pin-server orca --plain-text-accepted why").is_ok());
    // The reader's secret is a password, and comes the one way that passwords come.
    assert!(parse("sekisho target secret orca --reader --password-stdin").is_ok());
    let key = "sekisho target secret orca --reader --key file";
    assert_eq!(mistake(key), ErrorKind::ArgumentConflict);
}

#[test]
fn a_request_says_what_is_done_in_a_database_and_an_approval_takes_away() {
    let line = "sekisho request orca --purpose p --plan f --from now --for 1h --write \
                --database orca jma --data-out 10MiB";
    let Verb::Request(args) = parse(line).unwrap().verb else {
        panic!("{line}")
    };
    assert!(args.data.write);
    assert_eq!(args.data.database, ["orca", "jma"]);
    let line = "sekisho approve 1 --read-only --database jma --data-out 1MiB";
    let Verb::Approve { data, .. } = parse(line).unwrap().verb else {
        panic!("{line}")
    };
    assert!(data.read_only);
    assert!(parse("sekisho approve 1 --write").is_err());
}
