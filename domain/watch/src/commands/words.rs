//! A line, cut into simple commands, and each into words.

/// A simple command without what runs it (`sudo`, `nohup`, an assignment before it).
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Simple {
    /// The program: lower case, without its folder and without `.exe`.
    pub(super) program: String,
    /// What stands behind it, as it was written.
    pub(super) args: Vec<String>,
    /// The same in lower case.
    pub(super) lower: Vec<String>,
    /// Where its output goes (`> file`), in lower case.
    pub(super) into: Vec<String>,
}

impl Simple {
    /// Whether one of the arguments is this, whatever its case.
    pub(super) fn has(&self, word: &str) -> bool {
        self.lower.iter().any(|arg| arg == word)
    }

    /// Whether one of the arguments contains this, whatever its case.
    pub(super) fn mentions(&self, part: &str) -> bool {
        self.lower.iter().any(|arg| arg.contains(part))
    }

    /// Whether one of the arguments is this option of one letter, alone or among others; its case counts.
    pub(super) fn option(&self, letter: char) -> bool {
        self.args.iter().any(|arg| {
            arg.strip_prefix('-')
                .filter(|letters| !letters.starts_with('-'))
                .is_some_and(|letters| letters.contains(letter))
        })
    }

    /// The arguments that are no options, in lower case.
    pub(super) fn operands(&self) -> impl Iterator<Item = &str> {
        let all = self.lower.iter().map(String::as_str);
        all.filter(|arg| !arg.starts_with('-') && !arg.is_empty())
    }

    /// The line that it runs, if it is one that runs another.
    pub(super) fn runs(&self) -> Option<String> {
        let behind = |is_it: fn(&str) -> bool| {
            let at = self.lower.iter().position(|arg| is_it(arg))?;
            Some(self.args.get(at.saturating_add(1)..)?.join(" "))
        };
        match self.program.as_str() {
            "sh" | "bash" | "dash" | "zsh" | "ksh" | "ash" | "su" | "runuser" => {
                behind(|arg| arg.starts_with('-') && !arg.starts_with("--") && arg.ends_with('c'))
            }
            "cmd" => behind(|arg| arg == "/c" || arg == "/k" || arg == "/r"),
            "powershell" | "pwsh" => behind(|arg| arg.starts_with("-c")),
            "eval" | "xargs" | "iex" | "invoke-expression" | "busybox" => {
                let first = self.args.iter().position(|arg| !arg.starts_with('-'))?;
                Some(self.args.get(first..)?.join(" "))
            }
            "timeout" | "watch" | "nice" | "ionice" | "stdbuf" | "chroot" | "docker" | "start" => {
                Some(self.args.get(1..)?.join(" "))
            }
            _ => None,
        }
    }
}

/// The simple commands of a line, in their order.
pub(super) fn simple_commands(line: &str) -> Vec<Simple> {
    let mut commands = Vec::new();
    let mut cutting = Cutting::default();
    let mut signs = line.chars().peekable();
    while let Some(sign) = signs.next() {
        match (cutting.quote, sign) {
            (Some(quote), _) if sign == quote => cutting.quote = None,
            (Some('"'), '\\') if signs.peek() == Some(&'"') => cutting.extend(signs.next()),
            (Some(_), _) => cutting.extend(Some(sign)),
            (None, '\'' | '"') => {
                cutting.quote = Some(sign);
                cutting.word.get_or_insert_default();
            }
            // Before anything else it is a part of a path of Windows.
            (None, '\\') if matches!(signs.peek(), Some(' ' | '\'' | '"' | '$' | ';' | '&')) => {
                cutting.extend(signs.next());
            }
            (None, ';' | '|' | '&' | '\n' | '\r' | '(' | ')' | '`') => {
                commands.extend(cutting.finish());
            }
            // Beside a space they hold commands; otherwise they are a part of a word, as in `{default}`.
            (None, '{') if signs.peek().is_none_or(|next| next.is_whitespace()) => {
                commands.extend(cutting.finish());
            }
            (None, '}') if cutting.word.is_none() => commands.extend(cutting.finish()),
            (None, '>') => {
                cutting.end_word();
                cutting.redirects = true;
            }
            (None, '<') => cutting.end_word(),
            (None, _) if sign.is_whitespace() => cutting.end_word(),
            (None, _) => cutting.extend(Some(sign)),
        }
    }
    commands.extend(cutting.finish());
    commands
}

#[derive(Default)]
struct Cutting {
    word: Option<String>,
    words: Vec<String>,
    into: Vec<String>,
    quote: Option<char>,
    /// The next word is where the output goes.
    redirects: bool,
}

impl Cutting {
    fn extend(&mut self, sign: Option<char>) {
        self.word.get_or_insert_default().extend(sign);
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else {
            return;
        };
        if std::mem::take(&mut self.redirects) {
            self.into.push(word.to_lowercase());
        } else {
            self.words.push(word);
        }
    }

    fn finish(&mut self) -> Option<Simple> {
        self.end_word();
        self.redirects = false;
        let words = std::mem::take(&mut self.words);
        let into = std::mem::take(&mut self.into);
        let mut rest = words.as_slice();
        while let Some(after) = without_a_runner(rest) {
            rest = after;
        }
        let (program, args) = match rest.split_first() {
            Some((program, args)) => (named(program), args.to_vec()),
            // `: > file`, or `> file` alone.
            None if into.is_empty() => return None,
            None => (String::new(), Vec::new()),
        };
        let lower = args.iter().map(|arg| arg.to_lowercase()).collect();
        Some(Simple {
            program,
            args,
            lower,
            into,
        })
    }
}

/// The program's own name.
fn named(program: &str) -> String {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    let name = name.to_lowercase();
    let own = name.strip_suffix(".exe").map(str::to_owned);
    own.unwrap_or(name)
}

/// What stands behind a word that only runs what follows it; `None` if it is the command itself.
fn without_a_runner(words: &[String]) -> Option<&[String]> {
    let (first, rest) = words.split_first()?;
    let name = named(first);
    match name.as_str() {
        "sudo" | "doas" => {
            let mut rest = rest;
            while let Some((option, after)) = rest.split_first() {
                rest = match option.as_str() {
                    "-u" | "-g" | "-h" | "-p" | "-C" | "-r" | "-t" => after.get(1..)?,
                    option if option.starts_with('-') => after,
                    _ => break,
                };
            }
            // `sudo -l` is a command.
            (!rest.is_empty()).then_some(rest)
        }
        "nohup" | "time" | "env" | "exec" | "command" | "builtin" | "then" | "do" | "else"
        | "if" | "while" | "until" | "call" | "!" | "setsid" => (!rest.is_empty()).then_some(rest),
        _ if is_assignment(first) => (!rest.is_empty()).then_some(rest),
        _ => None,
    }
}

/// `NAME=value` before a command. One alone is a command of its own, and a sign: `HISTFILE=/dev/null`.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|sign| sign == b'_' || sign.is_ascii_alphanumeric())
    })
}
