//! Cookies that the gateway keeps where it signs in by a form (RFC 6265 §5.3, §5.4): what a console marks as not for
//! scripts (`HttpOnly`) is the sign-in itself, and never reaches the engineer.

use std::fmt;

use super::{Own, cookie_for_engineer};

/// Cookies of one console, and bytes of each (RFC 6265 §6.1 asks browsers for as much).
const MOST: usize = 50;
const LONGEST: usize = 4096;

/// The cookies of one session at a console.
#[derive(Default)]
pub struct Jar(Vec<Kept>);

struct Kept {
    name: String,
    value: String,
    path: String,
    /// As the engineer's browser may have it; nothing if scripts may not read it.
    shown: Option<String>,
}

/// Says nothing of what is in it.
impl fmt::Debug for Jar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Jar({})", self.0.len())
    }
}

impl Drop for Jar {
    fn drop(&mut self) {
        use zeroize::Zeroize as _;
        for kept in &mut self.0 {
            kept.value.zeroize();
            kept.shown.zeroize();
        }
    }
}

impl Jar {
    /// Takes a `Set-Cookie` that came on the way in: all of them, for no browser is there.
    pub fn take(&mut self, line: &str, asked: &str, own: Own<'_>) {
        self.keep(line, asked, own, true);
    }

    /// Looks at a `Set-Cookie` on its way to the engineer: true if it stays here.
    pub fn holds_back(&mut self, line: &str, asked: &str, own: Own<'_>) -> bool {
        self.keep(line, asked, own, false)
    }

    /// Keeps what is to be kept; whether it is kept from the engineer.
    fn keep(&mut self, line: &str, asked: &str, own: Own<'_>, all: bool) -> bool {
        let mut parts = line.split(';').map(str::trim);
        let pair = parts.next().unwrap_or_default();
        let parts = parts.map(|part| part.split_once('=').unwrap_or((part, "")));
        let hidden = is_hidden(line);
        // What no browser takes either: of another name, with signs that end a line, too long. It is not kept, and what
        // is hidden is held back all the same.
        let Some((name, value)) = pair.split_once('=') else {
            return hidden;
        };
        if cookie_for_engineer(line, own).is_none() || pair.len() > LONGEST {
            return hidden;
        }
        let (mut path, mut over) = (None, false);
        for (key, said) in parts {
            match key.trim().to_ascii_lowercase().as_str() {
                "path" if said.trim().starts_with('/') => path = Some(said.trim().to_owned()),
                "max-age" => over = said.trim().parse().is_ok_and(|seconds: i64| seconds <= 0),
                // How consoles take a cookie back: a day long gone.
                "expires" => over |= said.contains("1970"),
                _ => {}
            }
        }
        let (name, path) = (name.trim(), path.unwrap_or_else(|| folder(asked)));
        let same = |kept: &Kept| kept.name == name && kept.path == path;
        let known = self.0.iter().any(&same);
        self.0.retain(|kept| !same(kept));
        if (hidden || all || known) && !over && self.0.len() < MOST {
            let shown = (!hidden).then(|| cookie_for_engineer(line, own)).flatten();
            self.0.push(Kept {
                name: name.to_owned(),
                value: value.trim().to_owned(),
                path,
                shown,
            });
        }
        hidden
    }

    /// The `Cookie` of a request: the engineer's, with what is kept here; where both have one, it is theirs if scripts
    /// may read it, and ours if not.
    pub fn cookies(&self, theirs: Option<&str>, asked: &str) -> Option<String> {
        let theirs = theirs.unwrap_or_default().split("; ");
        let theirs: Vec<&str> = theirs.filter(|pair| !pair.is_empty()).collect();
        let named = |pair: &str, name: &str| pair.split_once('=').is_some_and(|(n, _)| n == name);
        let ours = self.0.iter().filter(|kept| covers(&kept.path, asked));
        let ours: Vec<&Kept> = ours
            .filter(|kept| {
                kept.shown.is_none() || !theirs.iter().any(|pair| named(pair, &kept.name))
            })
            .collect();
        let passes = |pair: &&str| !ours.iter().any(|kept| named(pair, &kept.name));
        let theirs = theirs.iter().copied().filter(passes).map(str::to_owned);
        let pairs = ours
            .iter()
            .map(|kept| format!("{}={}", kept.name, kept.value));
        let pairs: Vec<String> = theirs.chain(pairs).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// The `Set-Cookie` lines for a browser that asked for `asked` with these cookies: what scripts may read and it has
    /// not. Of what holds elsewhere it said nothing, whether it has it or not.
    pub fn shown(&self, theirs: Option<&str>, asked: &str) -> Vec<&str> {
        let has = |name: &str| {
            let pairs = theirs.unwrap_or_default().split("; ");
            pairs
                .filter_map(|pair| pair.split_once('='))
                .any(|(named, _)| named == name)
        };
        let new = self.0.iter();
        let new = new.filter(|kept| covers(&kept.path, asked) && !has(&kept.name));
        new.filter_map(|kept| kept.shown.as_deref()).collect()
    }
}

/// Whether a `Set-Cookie` is not for scripts, and so for no engineer.
pub fn is_hidden(line: &str) -> bool {
    let parts = line.split(';').skip(1);
    let keys = parts.map(|part| part.split_once('=').map_or(part, |(key, _)| key));
    keys.into_iter()
        .any(|key| key.trim().eq_ignore_ascii_case("httponly"))
}

/// What a cookie without a path holds for (RFC 6265 §5.1.4).
fn folder(asked: &str) -> String {
    let path = asked.split_once('?').map_or(asked, |(path, _)| path);
    match path.rsplit_once('/') {
        None | Some(("", _)) => "/".to_owned(),
        Some((folder, _)) => folder.to_owned(),
    }
}

/// Whether a cookie of `path` is said when `asked` is asked for (RFC 6265 §5.1.4).
fn covers(path: &str, asked: &str) -> bool {
    let asked = asked.split_once('?').map_or(asked, |(path, _)| path);
    asked
        .strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || path.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: Own<'_> = Own {
        tls: true,
        host: "console.test",
    };

    #[test]
    fn l8_what_is_not_for_scripts_stays_at_the_gateway_and_is_said_for_the_engineer() {
        let mut jar = Jar::default();
        jar.take("sid=one; HttpOnly; Path=/", "/login", OWN);
        jar.take("xsrf=two; Path=/", "/login", OWN);
        assert_eq!(
            jar.cookies(None, "/app").as_deref(),
            Some("sid=one; xsrf=two")
        );
        assert_eq!(jar.shown(None, "/"), ["xsrf=two; Path=/; SameSite=Lax"]);
        // The browser's own is what its scripts made of it; the sign-in is ours whatever it says.
        let theirs = Some("sid=forged; xsrf=three; mine=4");
        let said = jar.cookies(theirs, "/app");
        assert_eq!(said.as_deref(), Some("xsrf=three; mine=4; sid=one"));
        assert!(jar.shown(theirs, "/app").is_empty());
        assert!(!format!("{jar:?}").contains("one"));
    }

    #[test]
    fn a_console_renews_and_takes_back_what_it_set() {
        let mut jar = Jar::default();
        jar.take("sid=one; HttpOnly; Path=/", "/login", OWN);
        assert!(jar.holds_back("sid=two; HttpOnly; Path=/", "/app", OWN));
        assert_eq!(jar.cookies(None, "/").as_deref(), Some("sid=two"));
        assert!(
            !jar.holds_back("page=3", "/app/x", OWN),
            "the browser's own"
        );
        assert_eq!(jar.cookies(None, "/").as_deref(), Some("sid=two"));
        assert!(jar.holds_back("sid=; HttpOnly; Path=/; Max-Age=0", "/app", OWN));
        assert_eq!(jar.cookies(None, "/"), None);
        let past = "Expires=Thu, 01 Jan 1970 00:00:00 GMT";
        jar.take("sid=one; HttpOnly; Path=/", "/login", OWN);
        assert!(jar.holds_back(&format!("sid=; HttpOnly; Path=/; {past}"), "/app", OWN));
        assert_eq!(jar.cookies(None, "/"), None);
    }

    #[test]
    fn a_cookie_holds_under_its_path_and_for_its_name() {
        let mut jar = Jar::default();
        jar.take("a=1; HttpOnly; Path=/app", "/login", OWN);
        jar.take("b=2; HttpOnly", "/admin/login?x=/y", OWN);
        jar.take("c=3; HttpOnly; Domain=elsewhere.test", "/", OWN);
        jar.take("d=4\r\nX: y; HttpOnly", "/", OWN);
        for (asked, said) in [
            ("/app", Some("a=1")),
            ("/app/x?q", Some("a=1")),
            ("/apple", None),
            ("/admin", Some("b=2")),
            ("/", None),
        ] {
            assert_eq!(jar.cookies(None, asked).as_deref(), said, "{asked}");
        }
        jar.take("seen=5; Path=/app", "/login", OWN);
        assert!(jar.shown(None, "/static/x.png").is_empty());
        assert_eq!(jar.shown(None, "/app").len(), 1);
    }

    #[test]
    fn a_jar_has_a_bottom() {
        let mut jar = Jar::default();
        for at in 0..1000 {
            jar.take(&format!("c{at}=x; HttpOnly"), "/", OWN);
        }
        let long = format!("long={}; HttpOnly", "x".repeat(LONGEST));
        jar.take(&long, "/", OWN);
        assert!(
            jar.holds_back(&long, "/", OWN),
            "too long to keep, and not shown"
        );
        assert!(jar.holds_back("nothing; HttpOnly", "/", OWN));
        assert_eq!(jar.cookies(None, "/").unwrap().split("; ").count(), MOST);
    }
}
