//! Passwords in statements.

/// What stands in the place of a password.
pub const MASKED: &str = "********";

/// What stands before a password: `ALTER ROLE … PASSWORD '…'`, `OPTIONS (password '…')`,
/// `password=…` in a connection string, MySQL's `IDENTIFIED BY '…'`, `PASSWORD('…')`.
const BEFORE: [&str; 3] = ["password", "passwd", "identified"];

/// Words that may stand between.
const BETWEEN: [&str; 4] = ["by", "as", "using", "with"];

/// A text with the passwords in it masked: the literal, or the value, that follows one of the words before
/// it. It masks rather too much (`WHERE password = '…'`) than too little, and knows nothing of a password
/// that is put together by the server.
pub fn mask_passwords(text: &str) -> String {
    // Each letter keeps its place: only ASCII changes.
    let lower = text.to_ascii_lowercase();
    let mut masked = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(found) = next_word(lower.get(from..).unwrap_or_default()) {
        let at = from + found;
        let value = skip_between(lower.get(at..).unwrap_or_default()) + at;
        masked.push_str(text.get(from..value).unwrap_or_default());
        let between = lower.get(at..value).unwrap_or_default();
        let rest = lower.get(value..).unwrap_or_default();
        // MySQL's literals may stand in double quotes; one right behind the word closes a name.
        let length = if between.len() > 1 && between.ends_with('"') {
            Some((0, in_double_quotes(rest)))
        } else {
            secret(rest, between.contains('='))
        };
        if let Some((open, length)) = length {
            masked.push_str(text.get(value..value + open).unwrap_or_default());
            masked.push_str(MASKED);
            from = value + length;
        } else {
            from = value;
        }
    }
    masked.push_str(text.get(from..).unwrap_or_default());
    masked
}

/// Whether a statement speaks of passwords: then its parameters may be some.
pub fn speaks_of_passwords(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    BEFORE.iter().any(|word| lower.contains(word))
}

/// Where the next of the words ends.
fn next_word(lower: &str) -> Option<usize> {
    let ends = BEFORE.iter().filter_map(|word| {
        let at = lower.find(word)?;
        Some((at, at + word.len()))
    });
    ends.min().map(|(_, end)| end)
}

/// What may stand between the word and the password: white space, comments, `=`, `:`, `(`, the words of
/// [`BETWEEN`], for whom it is (`PASSWORD FOR a = '…'`), a closing quote of a name.
fn skip_between(lower: &str) -> usize {
    let mut rest = lower;
    loop {
        let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || "=:(\"`".contains(c));
        let trimmed = skip_word(trimmed);
        let trimmed = if let Some(comment) = trimmed.strip_prefix("/*") {
            comment
                .find("*/")
                .and_then(|end| comment.get(end + 2..))
                .unwrap_or("")
        } else if let Some(comment) = trimmed.strip_prefix("--") {
            comment
                .find('\n')
                .and_then(|end| comment.get(end..))
                .unwrap_or("")
        } else {
            trimmed
        };
        if trimmed.len() == rest.len() {
            return lower.len() - rest.len();
        }
        rest = trimmed;
    }
}

fn skip_word(text: &str) -> &str {
    let after = |word: &str| {
        let rest = text.strip_prefix(word)?;
        let ends = rest.starts_with(|c: char| c.is_whitespace() || "'\"(/`".contains(c));
        ends.then_some(rest)
    };
    if let Some(rest) = BETWEEN.iter().find_map(|word| after(word)) {
        return rest;
    }
    // What makes the password of its text: `PASSWORD(`, `OLD_PASSWORD(`.
    let name = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    if let Some(call) = name.filter(|at| *at > 0).and_then(|at| text.get(at..))
        && call
            .trim_start()
            .strip_prefix('(')
            .is_some_and(|inside| inside.trim_start().starts_with(['\'', '"']))
    {
        return call;
    }
    // Of whom it is set: up to the sign before it, in the same statement.
    let whose = after("for").and_then(|rest| {
        let statement = rest.split(';').next().unwrap_or_default();
        rest.get(statement.find('=')?..)
    });
    whose.unwrap_or(text)
}

/// Bytes up to what closes it; a doubled quote, and one after a backslash, is a part of it.
fn in_double_quotes(rest: &str) -> usize {
    let mut letters = rest.char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        match c {
            '\\' => {
                letters.next();
            }
            '"' if letters.peek().is_some_and(|(_, next)| *next == '"') => {
                letters.next();
            }
            '"' => return at,
            _ => {}
        }
    }
    rest.len()
}

/// Bytes that open the literal, and bytes of all of it but what closes it. Without a literal nothing; after
/// `=` also a bare value.
fn secret(rest: &str, assigned: bool) -> Option<(usize, usize)> {
    let prefix = ["e", "n", "u&", "b", "x"]
        .into_iter()
        .find(|prefix| {
            rest.strip_prefix(prefix)
                .is_some_and(|rest| rest.starts_with('\''))
        })
        .map_or(0, str::len);
    let quoted = rest.get(prefix..)?;
    let quotes = quoted.len() - quoted.trim_start_matches('\'').len();
    if quotes > 0 {
        // An odd number opens a literal; an even one stands inside another literal, or is empty.
        let open = prefix + quotes;
        let inside = rest.get(open..)?;
        // MySQL has a backslash everywhere; where it is a letter, too much is masked.
        return Some((open, open + closing(inside, quotes)));
    }
    if quoted.starts_with('$') {
        let tag = quoted.get(1..)?.find('$')? + 2;
        let tag_text = quoted.get(..tag)?;
        let name = tag_text.trim_matches('$');
        if name.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !name.starts_with(|c: char| c.is_ascii_digit())
        {
            let inside = quoted.get(tag..)?;
            let end = inside.find(tag_text).unwrap_or(inside.len());
            return Some((tag, tag + end));
        }
        return None;
    }
    let value = |c: char| !c.is_whitespace() && !"'\",;)&".contains(c);
    let length = rest.find(|c| !value(c)).unwrap_or(rest.len());
    (assigned && length > 0 && !rest.starts_with('$')).then_some((0, length))
}

/// Where a literal that was opened by so many quotes ends; a doubled quote inside is a part of it. Unless it
/// ends, all of the rest is.
fn closing(inside: &str, quotes: usize) -> usize {
    let close = if quotes.is_multiple_of(2) { quotes } else { 1 };
    let mut at = 0;
    while let Some(c) = inside.get(at..).and_then(|rest| rest.chars().next()) {
        if c == '\\' {
            let next = inside.get(at + 1..).and_then(|rest| rest.chars().next());
            at += 1 + next.map_or(0, char::len_utf8);
            continue;
        }
        if c == '\'' {
            let rest = inside.get(at..).unwrap_or_default();
            let run = rest.len() - rest.trim_start_matches('\'').len();
            if run % (2 * close) != 0 {
                return at + run - run % (2 * close);
            }
            at += run;
            continue;
        }
        at += c.len_utf8();
    }
    inside.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_statements_are_masked_however_they_are_quoted() {
        for (statement, expected) in [
            (
                "ALTER ROLE a PASSWORD 'geheim'",
                "ALTER ROLE a PASSWORD '********'",
            ),
            (
                "create user a with encrypted password 'it''s' valid until 'x'",
                "create user a with encrypted password '********' valid until 'x'",
            ),
            (
                "ALTER ROLE a PASSWORD E'ge\\'heim' LOGIN",
                "ALTER ROLE a PASSWORD E'********' LOGIN",
            ),
            (
                "ALTER ROLE a PASSWORD $q$ge'heim$q$;",
                "ALTER ROLE a PASSWORD $q$********$q$;",
            ),
            (
                "ALTER ROLE a PASSWORD $$geheim$$;",
                "ALTER ROLE a PASSWORD $$********$$;",
            ),
            (
                "ALTER ROLE a PASSWORD/* x */'geheim'",
                "ALTER ROLE a PASSWORD/* x */'********'",
            ),
            (
                "ALTER ROLE a PASSWORD -- x\n 'geheim'",
                "ALTER ROLE a PASSWORD -- x\n '********'",
            ),
            (
                "do $$ begin execute 'alter role a password ''geheim'' login'; end $$",
                "do $$ begin execute 'alter role a password ''********'' login'; end $$",
            ),
            (
                "select dblink('host=a password=geheim user=b')",
                "select dblink('host=a password=******** user=b')",
            ),
            (
                "CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'b', password 'geheim')",
                "CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'b', password '********')",
            ),
            (
                "update t set \"password\" = 'geheim' where a = 'b'",
                "update t set \"password\" = '********' where a = 'b'",
            ),
            (
                "CREATE USER a IDENTIFIED BY 'geheim'",
                "CREATE USER a IDENTIFIED BY '********'",
            ),
            (
                "CREATE USER a IDENTIFIED  WITH x_password BY \"ge\"\"heim\"",
                "CREATE USER a IDENTIFIED  WITH x_password BY \"********\"",
            ),
            (
                "SET PASSWORD FOR 'a'@'b' = PASSWORD('geheim')",
                "SET PASSWORD FOR 'a'@'b' = PASSWORD('********')",
            ),
            (
                "SET PASSWORD = old_password( \"geheim\")",
                "SET PASSWORD = old_password( \"********\")",
            ),
            (
                "SET PASSWORD FOR a = 'geheim'; SELECT 'b'",
                "SET PASSWORD FOR a = '********'; SELECT 'b'",
            ),
            ("SET PASSWORD = 'ge\\'heim'", "SET PASSWORD = '********'"),
            (
                "create user a identified via ed25519 using password('geheim')",
                "create user a identified via ed25519 using password('********')",
            ),
            (
                "CHANGE MASTER TO MASTER_PASSWORD='geheim', MASTER_PORT=1",
                "CHANGE MASTER TO MASTER_PASSWORD='********', MASTER_PORT=1",
            ),
            (
                "ALTER ROLE a PASSWORD 'cut off here",
                "ALTER ROLE a PASSWORD '********",
            ),
            (
                "ALTER ROLE 病院 PASSWORD 'ひみつ' LOGIN",
                "ALTER ROLE 病院 PASSWORD '********' LOGIN",
            ),
        ] {
            assert_eq!(mask_passwords(statement), expected);
            assert_eq!(mask_passwords(expected), expected, "twice is as once");
        }
    }

    #[test]
    fn other_statements_stay_as_they_are() {
        for statement in [
            "select 1",
            "",
            "ALTER ROLE a PASSWORD NULL",
            "select password from users where name = 'a'",
            "update users set password = $1 where name = $2",
        ] {
            assert_eq!(mask_passwords(statement), statement);
        }
        assert!(speaks_of_passwords("update users set PassWord = $1"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_masked(text in "(password|'|''|E'|\\$|\\$a\\$|=| |--|/\\*|あ|x|\\\\){0,20}") {
            let _any = mask_passwords(&text);
        }
    }
}
