//! The first hour of a site: no default secret, no single person, no key beside the data by accident.

use acceptance::hospital::{Hospital, Plan, halves, init, invitation_in};
use acceptance::people::{Form, begin_to_join, text};
use acceptance::phone::Phone;
use acceptance::{files, said, sekisho};

#[test]
fn l13_a_site_begins_without_any_account_and_its_first_code_works_once() {
    let hospital = Hospital::shared();
    let setup = invitation_in(&hospital.founded.text());
    let form = Form {
        login: "burglar",
        name: "nobody",
        contact: "0",
        from: "127.0.2.50",
    };
    let (run, home, _) = begin_to_join(&hospital.folder, &setup, &form);
    run.input("000000\n")
        .done()
        .refused(&["reason-invitation-invalid"]);
    assert!(
        !home.join("sites/handa").exists(),
        "nothing of a membership is left behind"
    );
    let nobody = sekisho()
        .arg("--home")
        .arg(&hospital.clerk.home)
        .args([
            "--from-address",
            "127.0.2.51",
            "login",
            "--login",
            "admin",
            "--code",
            "000000",
        ])
        .arg("--passphrase-file")
        .arg(hospital.chief.passphrase_file())
        .done();
    nobody.expect(4);
}

#[test]
fn a_new_site_leaves_its_cas_certificate_where_the_hospitals_computers_can_be_given_it() {
    let hospital = Hospital::shared();
    let written = std::fs::read_to_string(hospital.dir.join("ca.pem")).unwrap();
    let body: String = written
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    assert_eq!(
        body,
        text(&acceptance::hospital::pinned(&hospital.clerk), "ca")
    );
    assert!(hospital.founded.text().contains("ca.pem"));
}

#[test]
fn the_setup_is_complete_only_with_a_second_person_a_custodian_or_a_sealed_kit() {
    let folder = files::temporary("sekisho-");
    let dir = folder.path().join("site");
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], acceptance::peers::free_port()));
    let founded = init(&dir, address).arg("--dangerous-key-beside-data").ok();
    let kit = halves(&founded.text());
    let gateway = sekisho().args(["--json", "gateway"]).arg(&dir).begin();
    acceptance::wait::until("the gateway's word", || {
        String::from_utf8_lossy(&gateway.answered())
            .contains("ready")
            .then_some(())
    });
    let form = Form {
        login: "doctor",
        name: "院長",
        contact: "0569",
        from: "127.0.2.1",
    };
    let doctor = acceptance::people::join(folder.path(), &invitation_in(&founded.text()), &form);
    doctor.sign_in();
    let missing = doctor.asks(["site", "status"]);
    assert_eq!(
        missing["setup_missing"][0]["id"], "finding-setup",
        "{missing:#}"
    );
    let wrong = kit[0].replace('A', "B");
    let test = |typed: String| {
        doctor
            .sekisho()
            .args(["site", "kit", "test"])
            .input(typed)
            .done()
    };
    let mistyped = test(format!("{wrong}\n{}\n", kit[1]));
    assert_ne!(mistyped.code, 0, "{mistyped}");
    let fits = test(format!("{}\n{}\n", kit[1].to_lowercase(), kit[0]));
    fits.expect(0);
    for half in &kit {
        for line in half.lines() {
            assert!(
                !fits.text().contains(line) && !fits.err.contains(line),
                "it is never echoed"
            );
        }
    }
    doctor.tries(["site", "seal-kit"]).expect(0);
    let complete = doctor.asks(["site", "status"]);
    assert!(
        complete["setup_missing"]
            .as_array()
            .is_none_or(Vec::is_empty),
        "{complete:#}"
    );
    gateway.signal("TERM");
    gateway.finish().expect(0);
}

#[test]
fn the_keys_of_a_site_need_its_passphrase_at_every_start() {
    let mut hospital = Hospital::build(Plan {
        key_passphrase: Some("velvet canyon nine Otters whistle".to_owned()),
        ..Plan::default()
    });
    hospital.stop("TERM");
    let without = sekisho().arg("gateway").arg(&hospital.dir).done();
    assert_ne!(without.code, 0);
    without.says("passphrase");
    let wrong = hospital.folder.join("wrong");
    std::fs::write(&wrong, "velvet canyon nine Otters hum\n").unwrap();
    let with_wrong = sekisho()
        .arg("gateway")
        .arg(&hospital.dir)
        .arg("--passphrase-file")
        .arg(&wrong)
        .done();
    assert_ne!(with_wrong.code, 0, "{with_wrong}");
    hospital.start();
    hospital.clerk.asks(["site", "status"]);
    assert!(hospital.dir.join("site.toml").is_file());
    let key = files::holding(&hospital.dir, &["velvet canyon nine".to_owned()]);
    assert_eq!(key, []);
}

#[test]
fn a_site_is_not_founded_on_top_of_another_nor_without_a_word_on_its_keys() {
    let hospital = Hospital::shared();
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], acceptance::peers::free_port()));
    let again = init(&hospital.dir, address)
        .arg("--dangerous-key-beside-data")
        .done();
    assert_eq!(again.code, 1, "{again}");
    let folder = files::temporary("sekisho-");
    let keyless = init(&folder.path().join("site"), address).done();
    assert_eq!(keyless.code, 2, "{keyless}");
}

#[test]
fn a_guessable_passphrase_is_refused_with_advice() {
    let hospital = Hospital::shared();
    let vendor = hospital.vendor("Guessable KK");
    let guessable = [
        ("short1", "too short", "passphrase-too-short"),
        ("walk", "qwertyuiopasdfghjkl", "passphrase-"),
        ("name", "HandaHandaHandaHanda", "passphrase-"),
        ("repeat", "aaaaaaaaaaaaaaaaaaaaaaa", "passphrase-"),
    ];
    let invitation = hospital.invite_engineer(&vendor);
    for (login, passphrase, reason) in guessable {
        let file = hospital.folder.join(format!("guessable-{login}"));
        std::fs::write(&file, passphrase).unwrap();
        let done = sekisho()
            .arg("--home")
            .arg(hospital.folder.join(format!("home-guessable-{login}")))
            .args([
                "--from-address",
                "127.0.1.5",
                "join",
                &invitation,
                "--login",
                login,
            ])
            .args([
                "--name",
                "x y",
                "--contact",
                "0",
                "--device-label",
                "PC",
                "--passphrase-file",
            ])
            .arg(&file)
            .input("000000\n")
            .done();
        done.expect(3);
        if reason == "passphrase-too-short" {
            done.says(&said::beginning(reason));
        }
        done.says("passphrase");
    }
}

#[test]
fn a_wrong_first_code_may_be_typed_again_and_does_not_use_the_invitation_up() {
    let hospital = Hospital::shared();
    let vendor = hospital.vendor("Typists KK");
    let invitation = hospital.invite_engineer(&vendor);
    let form = Form {
        login: "typist",
        name: "田中 typist",
        contact: "0",
        from: "127.0.1.5",
    };
    let (run, home, _) = begin_to_join(&hospital.folder, &invitation, &form);
    let mut joining = run.begin();
    let phone = Phone::scan(&joining.heard("otpauth://"));
    joining.write(format!("{}\n", phone.wrong_code()).as_bytes());
    joining.heard(&said::beginning("join-code-wrong"));
    joining.close_input();
    joining
        .finish()
        .expect(2)
        .says(&said::beginning("cli-nothing-entered"));
    assert!(!home.join("sites/handa").exists());
    let (run, ..) = begin_to_join(&hospital.folder, &invitation, &form);
    let mut joining = run.begin();
    let phone = Phone::scan(&joining.heard("otpauth://"));
    let codes = [phone.wrong_code(), phone.code()].map(|code| format!("{code}\n"));
    joining.write(codes.concat().as_bytes());
    joining.close_input();
    joining
        .finish()
        .expect(0)
        .says(&said::beginning("join-code-wrong"));
    assert!(home.join("sites/handa/site.json").is_file());
}

#[test]
fn a_damaged_invitation_is_found_before_it_is_tried() {
    let hospital = Hospital::shared();
    let vendor = hospital.vendor("Copyists KK");
    let invitation = hospital.invite_engineer(&vendor);
    let form = Form {
        login: "copyist",
        name: "x",
        contact: "0",
        from: "127.0.1.5",
    };
    let cut = invitation[..invitation.len() - 7].to_owned();
    let letter = if invitation.as_bytes()[60] == b'a' {
        "b"
    } else {
        "a"
    };
    let mistyped = format!("{}{letter}{}", &invitation[..60], &invitation[61..]);
    for wrong in [cut, mistyped, "an invitation".to_owned()] {
        let (run, ..) = begin_to_join(&hospital.folder, &wrong, &form);
        run.done()
            .expect(2)
            .says(&said::beginning("error-invitation-unreadable"));
    }
}

#[test]
fn a_lost_phone_is_replaced_by_a_second_persons_invitation() {
    let hospital = Hospital::own();
    let crew = hospital.crew();
    let engineer = &crew.engineer;
    let invited = hospital.clerk.asks(["person", "reset", &engineer.id]);
    // From that moment the old factors prove nothing.
    engineer.tries(["connect", &crew.target]).code_is_refused();
    let joining = sekisho()
        .arg("--home")
        .arg(&engineer.home)
        .args([
            "--from-address",
            "127.0.1.5",
            "--json",
            "join",
            &text(&invited, "text"),
        ])
        .arg("--passphrase-file")
        .arg(engineer.passphrase_file());
    let mut joining = joining.begin();
    let phone = Phone::instead_of(&engineer.phone, &joining.heard("otpauth://"));
    joining.write(format!("{}\n", phone.code()).as_bytes());
    joining.close_input();
    joining.finish().expect(0);
    assert_ne!(phone.shown, engineer.phone.shown);
    engineer
        .login_with(engineer.sekisho(), &engineer.phone.code())
        .done()
        .expect(4);
    engineer
        .login_with(engineer.sekisho(), &phone.code())
        .done()
        .expect(0);
    hospital.visit(engineer, &crew.target, &[]);
    engineer
        .sekisho()
        .args(["connect", &crew.target])
        .input("with a new phone")
        .ok();
}

trait Refused {
    fn code_is_refused(&self);
}

impl Refused for acceptance::Done {
    #[track_caller]
    fn code_is_refused(&self) {
        assert!([3, 4].contains(&self.code), "{self}");
    }
}
