use crate::mysql::more_than_reading;

#[test]
fn rights_to_read_are_understood_however_accounts_and_columns_are_named() {
    for line in [
        "GRANT USAGE ON *.* TO `r`@`%` IDENTIFIED BY PASSWORD '*B69027D44F6E5EDC07F1AEAD1477967B16F28227'",
        "GRANT SELECT, SHOW VIEW ON `orca`.* TO `r`@`%`",
        "GRANT SELECT (`insert`, `a``b`), SHOW VIEW ON `o``rca`.`DELETE ON` TO `r`@`%`",
        "GRANT SELECT ON `orca`.* TO PUBLIC",
        "GRANT USAGE ON *.* TO `r`@`%` IDENTIFIED VIA ed25519 USING 'Gv2J' REQUIRE SSL WITH MAX_USER_CONNECTIONS 20",
        "GRANT PROCESS, SHOW DATABASES ON *.* TO `GRANT OPTION`@`%`",
    ] {
        assert_eq!(more_than_reading(line), None, "{line}");
    }
}

#[test]
fn l08_whatever_is_more_or_not_understood_is_not_reading() {
    for (line, more) in [
        ("GRANT ALL PRIVILEGES ON *.* TO `r`@`%`", "ALL PRIVILEGES"),
        ("GRANT SELECT, INSERT ON `a`.* TO `r`@`%`", "INSERT"),
        (
            "GRANT SELECT (`a`), UPDATE (`b`) ON `a`.`t` TO `r`@`%`",
            "UPDATE",
        ),
        ("GRANT EXECUTE ON PROCEDURE `a`.`p` TO `r`@`%`", "EXECUTE"),
        ("GRANT FILE ON *.* TO `r`@`%`", "FILE"),
        (
            "GRANT SELECT ON `a`.* TO `r`@`%` WITH GRANT OPTION",
            "GRANT OPTION",
        ),
        (
            "GRANT SELECT ON *.* TO `r`@`%` WITH MAX_USER_CONNECTIONS 2 GRANT OPTION",
            "GRANT OPTION",
        ),
        ("GRANT PROXY ON ''@'%' TO 'r'@'%'", "PROXY"),
        ("GRANT `writers` TO `r`@`%`", "GRANT `writers` TO"),
        ("GRANT `a ON b TO c` TO `r`@`%`", "GRANT `a ON b"),
        ("SET DEFAULT ROLE `writers` FOR `r`@`%`", "SET DEFAULT ROLE"),
        ("GRANT BACKUP_ADMIN ON *.* TO `r`@`%`", "BACKUP_ADMIN"),
        ("GRANT SELECT ON `a`.* TO `r", "GRANT SELECT"),
        ("GRANT SELECT (a ON `a`.* TO `r`@`%`", "GRANT SELECT"),
        ("REVOKE INSERT ON `a`.* FROM `r`@`%`", "REVOKE"),
        ("", ""),
    ] {
        let found = more_than_reading(line);
        assert!(
            found
                .as_deref()
                .is_some_and(|found| found.starts_with(more)),
            "{line}: {found:?}"
        );
    }
}
