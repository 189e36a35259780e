//! What an account may do, as the server itself says (`SHOW GRANTS`).
//!
//! Read so that in doubt an account can do too much: what is not understood is not reading.

/// What lets somebody read and nothing else.
const READING: [&str; 6] = [
    "USAGE",
    "SELECT",
    "SHOW VIEW",
    "SHOW DATABASES",
    "SHOW CREATE ROUTINE",
    "PROCESS",
];

/// The longest of a server's words that is repeated, in bytes.
const MAX_SHOWN: usize = 80;

/// Of one line of `SHOW GRANTS` what lets an account do more than read, or the line if it is not understood;
/// nothing if it lets it read alone.
pub fn more_than_reading(line: &str) -> Option<String> {
    let doubt = || Some(shown(line));
    // What is quoted is names: it decides nothing, and may hold any words.
    let Some(plain) = without_quoted(line) else {
        return doubt();
    };
    let upper = plain.to_ascii_uppercase();
    let Some((rights, rest)) = upper
        .strip_prefix("GRANT ")
        .and_then(|rest| rest.split_once(" ON "))
    else {
        // A role is granted, or made the usual one: what it may do stands elsewhere.
        return doubt();
    };
    let Some(rights) = without_columns(rights) else {
        return doubt();
    };
    let mut rights = rights.split(',').map(str::trim);
    if let Some(more) = rights.find(|right| !READING.contains(right)) {
        return Some(shown(more));
    }
    let Some((_, account)) = rest.split_once(" TO ") else {
        return doubt();
    };
    // `WITH GRANT OPTION`: it may let others.
    account.contains("GRANT").then(|| "GRANT OPTION".to_owned())
}

fn shown(text: &str) -> String {
    let end = text.floor_char_boundary(MAX_SHOWN);
    text.get(..end).unwrap_or_default().to_owned()
}

/// The line with its quoted names and texts taken out; `None` if one does not end.
fn without_quoted(line: &str) -> Option<String> {
    let mut plain = String::new();
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        if !matches!(c, '`' | '\'' | '"') {
            plain.push(c);
            continue;
        }
        plain.push('?');
        loop {
            match rest.next()? {
                '\\' if c != '`' => {
                    rest.next()?;
                }
                end if end == c => {
                    // Twice is a letter of the name.
                    if rest.peek() != Some(&c) {
                        break;
                    }
                    rest.next();
                }
                _ => {}
            }
        }
    }
    Some(plain)
}

/// Rights without the columns that they are for.
fn without_columns(rights: &str) -> Option<String> {
    let mut plain = String::new();
    let mut inside = false;
    for c in rights.chars() {
        match c {
            '(' if inside => return None,
            '(' => inside = true,
            ')' if !inside => return None,
            ')' => inside = false,
            c if !inside => plain.push(c),
            _ => {}
        }
    }
    (!inside).then_some(plain)
}
