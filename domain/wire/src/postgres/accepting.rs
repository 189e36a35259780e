//! What of an engineer's first packet goes on to the target.

/// Parameters that a program may set at its sign-in: what drivers set by themselves, and how results look
/// and how long they are waited for. Everything else can be said with `SET` later, where it is recorded.
pub const ALLOWED: [&str; 18] = [
    "application_name",
    "bytea_output",
    "client_encoding",
    "client_min_messages",
    "datestyle",
    "default_transaction_isolation",
    "extra_float_digits",
    "geqo",
    "idle_in_transaction_session_timeout",
    "intervalstyle",
    "jit",
    "lock_timeout",
    "search_path",
    "statement_timeout",
    "standard_conforming_strings",
    "tcp_keepalives_idle",
    "timezone",
    "work_mem",
];

/// What an engineer's program asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters {
    /// The user's name as it was typed: it is not used.
    pub user: String,
    /// The database: without one the user's name, as everywhere.
    pub database: String,
    /// The language in which messages are wanted (`lc_messages`): for the gateway's own.
    pub messages: Option<String>,
    /// The encoding of the program's texts, if it said one.
    pub encoding: Option<String>,
    /// The name that the program gives itself.
    pub application: String,
    /// What goes on to the target, in order.
    pub passed: Vec<(String, String)>,
    /// Extensions of the protocol that were asked for: none is known.
    pub extensions: Vec<String>,
}

/// Why it is not a session for which a target can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It asks for replication: the whole server's changes, and no statement.
    Replication,
    /// It sets a parameter that is not one of [`ALLOWED`].
    Parameter {
        /// Its name.
        name: String,
    },
    /// It names no user, as nothing that knows the protocol does.
    NoUser,
}

impl Parameters {
    /// From a first packet's parameters.
    ///
    /// # Errors
    /// If it asks for what has no place in a session.
    pub fn read(given: &[(String, String)]) -> Result<Self, Refused> {
        let mut read = Self::default();
        let mut database = None;
        for (name, value) in given {
            match name.as_str() {
                "user" => read.user.clone_from(value),
                "database" => database = Some(value.clone()),
                "replication" => {
                    if !matches!(value.as_str(), "false" | "off" | "no" | "0") {
                        return Err(Refused::Replication);
                    }
                }
                "options" => read.options(value)?,
                extension if extension.starts_with("_pq_.") => {
                    read.extensions.push(extension.to_owned());
                }
                name => read.set(name, value)?,
            }
        }
        if read.user.is_empty() {
            return Err(Refused::NoUser);
        }
        read.database = database
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| read.user.clone());
        Ok(read)
    }

    /// Whether texts of the gateway's own may have other letters than ASCII.
    pub fn reads_utf8(&self) -> bool {
        let Some(encoding) = &self.encoding else {
            return true;
        };
        let plain: String = encoding
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        matches!(plain.to_ascii_lowercase().as_str(), "utf8" | "unicode")
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Refused> {
        let lower = name.to_ascii_lowercase().replace('-', "_");
        match lower.as_str() {
            // Only a superuser may set it at a server.
            "lc_messages" => self.messages = Some(value.to_owned()),
            known if ALLOWED.contains(&known) => {
                match known {
                    "client_encoding" => self.encoding = Some(value.to_owned()),
                    "application_name" => value.clone_into(&mut self.application),
                    _ => {}
                }
                self.passed.push((lower, value.to_owned()));
            }
            _ => {
                return Err(Refused::Parameter {
                    name: name.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// `-c name=value` and `--name=value`, with a backslash before what stands for itself.
    fn options(&mut self, text: &str) -> Result<(), Refused> {
        let mut words = words(text).into_iter();
        while let Some(word) = words.next() {
            let setting = if word == "-c" {
                words.next()
            } else {
                let long = word.strip_prefix("--").or_else(|| word.strip_prefix("-c"));
                long.map(str::to_owned)
            };
            let setting = setting.ok_or_else(|| Refused::Parameter { name: word.clone() })?;
            let (name, value) = setting
                .split_once('=')
                .ok_or_else(|| Refused::Parameter { name: word.clone() })?;
            self.set(name, value)?;
        }
        Ok(())
    }
}

/// What keeps a session from changing data, beside the account that may not.
pub fn read_only() -> (String, String) {
    ("default_transaction_read_only".to_owned(), "on".to_owned())
}

fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c.is_ascii_whitespace() {
            words.extend(word.take());
            continue;
        }
        let taken = if c == '\\' { rest.next() } else { Some(c) };
        word.get_or_insert_default().extend(taken);
    }
    words.extend(word);
    words
}
