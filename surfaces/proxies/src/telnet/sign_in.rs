//! Signing in at a console's prompts. What is said here is seen by nobody and stands in no recording.

use std::time::Duration;

use access::TelnetSignIn;
use tokio::time::{Instant, timeout, timeout_at};
use wire::telnet::ends_with_prompt;
use zeroize::Zeroizing;

use super::console::Console;

/// How long a prompt has to stand there: what is shown before it may end like one where a packet ends.
const STANDS: Duration = Duration::from_millis(150);

/// How long nothing more is shown before it is believed that the console let us in. One that says no says so and asks again at
/// once: what it waits for is over then.
const SETTLED: Duration = Duration::from_secs(1);

/// How long where what is shown speaks of a refusal: some consoles let who guesses wait before they ask again.
const SETTLED_AFTER_A_NO: Duration = Duration::from_secs(6);

/// With what consoles begin to say no. A greeting that speaks of failed sign-ins costs a wait, nothing more.
const WORDS_OF_A_NO: [&str; 12] = [
    "incorrect",
    "denied",
    "invalid",
    "fail",
    "wrong",
    "refused",
    "bad ",
    "error",
    "violation",
    "違",
    "失敗",
    "正しくありません",
];

/// 違 and 失敗, as old consoles write them: in EUC-JP, in Shift_JIS.
const NO_IN_OLD_JAPANESE: [&[u8]; 4] = [
    &[0xb0, 0xe3],
    &[0xbc, 0xba, 0xc7, 0xd4],
    &[0x88, 0xe1],
    &[0x8e, 0xb8, 0x94, 0x73],
];

/// The most that is kept of what a console shows meanwhile, in bytes: notices to who signs in are some pages long.
const MOST_SHOWN: usize = 64 * 1024;

/// Why nobody was signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotSignedIn {
    /// It did not take the account or the password.
    Refused,
    /// It did not ask as it should.
    NotAsked,
    /// It is gone.
    Gone,
    /// The gateway has no password for it.
    NoPassword,
}

/// Signs in, until `by`, and returns what the console showed then: the engineer sees it first. `password` is asked for
/// when the console waits for it, and not before.
pub(crate) async fn sign_in(
    console: &mut Console,
    how: &TelnetSignIn,
    password: impl AsyncFnOnce() -> Option<Zeroizing<String>>,
    by: Instant,
) -> Result<Vec<u8>, NotSignedIn> {
    if let Some(user) = &how.user {
        asked(console, &[&how.login_prompt], by).await?;
        typed(console, user, by).await?;
    }
    let prompts: &[&str] = match &how.user {
        Some(_) => &[&how.password_prompt, &how.login_prompt],
        None => &[&how.password_prompt],
    };
    if asked(console, prompts, by).await? > 0 {
        return Err(NotSignedIn::Refused);
    }
    let password = password().await.ok_or(NotSignedIn::NoPassword)?;
    typed(console, &password, by).await?;
    let shown = answered(console, how, by).await?;
    Ok(without(shown, password.as_bytes()))
}

async fn typed(console: &mut Console, text: &str, by: Instant) -> Result<(), NotSignedIn> {
    // A console that takes nothing is not waited for longer than one that says nothing.
    let typing = timeout_at(by, console.types(text)).await;
    typing
        .map_err(|_| NotSignedIn::NotAsked)?
        .map_err(|_| NotSignedIn::Gone)
}

/// Waits until the console waits at one of the prompts, and says which.
async fn asked(console: &mut Console, prompts: &[&str], by: Instant) -> Result<usize, NotSignedIn> {
    let mut shown = Vec::new();
    loop {
        let at = prompts
            .iter()
            .position(|prompt| ends_with_prompt(&shown, prompt));
        let next = match at {
            Some(at) => match timeout(STANDS, console.next()).await {
                Err(_) => return Ok(at),
                Ok(next) => next,
            },
            None => timeout_at(by, console.next())
                .await
                .map_err(|_| NotSignedIn::NotAsked)?,
        };
        let next = next.ok().flatten().ok_or(NotSignedIn::Gone)?;
        shown.extend(next);
        // Only its end is looked at.
        let beyond = shown.len().saturating_sub(MOST_SHOWN);
        shown.drain(..beyond);
        if Instant::now() >= by {
            return Err(NotSignedIn::NotAsked);
        }
    }
}

/// Waits for what the console makes of the password.
async fn answered(
    console: &mut Console,
    how: &TelnetSignIn,
    by: Instant,
) -> Result<Vec<u8>, NotSignedIn> {
    let mut shown = Vec::new();
    loop {
        let asks_again = ends_with_prompt(&shown, &how.password_prompt)
            || (how.user.is_some() && ends_with_prompt(&shown, &how.login_prompt));
        let lets_in = is_something(behind_the_line(&shown));
        let over = shown.len() >= MOST_SHOWN || Instant::now() >= by;
        let waits = match (asks_again, says_no(&shown)) {
            (true, _) => STANDS,
            (false, true) => SETTLED_AFTER_A_NO,
            (false, false) => SETTLED,
        };
        let settles = (Instant::now() + waits).min(by);
        let next = match (lets_in || asks_again, over) {
            (true, true) => None,
            (false, true) => return Err(NotSignedIn::Refused),
            (true, false) => timeout_at(settles, console.next()).await.ok(),
            (false, false) => timeout_at(by, console.next()).await.ok(),
        };
        match next {
            Some(next) => shown.extend(next.ok().flatten().ok_or(NotSignedIn::Refused)?),
            None if lets_in && !asks_again => return Ok(shown),
            None => return Err(NotSignedIn::Refused),
        }
    }
}

/// What stands behind the line on which the password was typed: an old console shows stars there.
fn behind_the_line(shown: &[u8]) -> &[u8] {
    let end = shown
        .iter()
        .position(|byte| matches!(byte, b'\r' | b'\n' | 0x1b));
    end.and_then(|end| shown.get(end..)).unwrap_or_default()
}

fn is_something(shown: &[u8]) -> bool {
    shown.iter().any(|byte| *byte > b' ' && *byte != 0x7f)
}

fn says_no(shown: &[u8]) -> bool {
    let text = String::from_utf8_lossy(shown).to_ascii_lowercase();
    let holds = |word: &&[u8]| shown.windows(word.len()).any(|part| part == *word);
    WORDS_OF_A_NO.iter().any(|word| text.contains(word)) || NO_IN_OLD_JAPANESE.iter().any(holds)
}

/// What was shown, without the line of the password, and without anything up to where a console showed the password
/// itself.
fn without(mut shown: Vec<u8>, password: &[u8]) -> Vec<u8> {
    let line = shown.len() - behind_the_line(&shown).len();
    let last = shown
        .windows(password.len().max(1))
        .rposition(|part| part == password);
    let echoed = last.map_or(0, |at| at + password.len());
    shown.drain(..line.max(echoed).min(shown.len()));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_password_is_shown_to_nobody() {
        let shown = without(b"******\r\nCT-01\r\n> ".to_vec(), b"secret");
        assert_eq!(shown, b"\r\nCT-01\r\n> ");
    }

    #[test]
    fn a_password_that_the_console_shows_is_cut_out_wherever_it_stands() {
        let shown = without(b"secret\r\nyou typed secret!\r\n> ".to_vec(), b"secret");
        assert_eq!(shown, b"!\r\n> ");
        assert!(without(b"\r\nsecret".to_vec(), b"secret").is_empty());
    }

    #[test]
    fn a_console_says_no_in_many_words() {
        let in_old_japanese: [&[u8]; 2] = [
            // "違います" in EUC-JP, "失敗した" in Shift_JIS.
            &[0xb0, 0xe3, 0xa4, 0xa4, 0xa4, 0xde, 0xa4, 0xb9],
            &[0x8e, 0xb8, 0x94, 0x73, 0x82, 0xb5, 0x82, 0xbd],
        ];
        let no = [
            "% Bad passwords",
            "Login incorrect",
            "ERROR: 0123",
            "access violation",
            "パスワードが間違っています",
            "パスワードが違います",
            "ログインに失敗しました",
            "パスワードが正しくありません",
        ];
        for no in no.map(str::as_bytes).into_iter().chain(in_old_japanese) {
            assert!(says_no(no), "{}", String::from_utf8_lossy(no));
        }
    }

    #[test]
    fn a_greeting_is_no_no() {
        for greeting in [
            "ct> ",
            "Last login: Mon Nov 23\r\n$ ",
            "ようこそ\r\n> ",
            "Badge reader> ",
        ] {
            assert!(!says_no(greeting.as_bytes()), "{greeting}");
        }
        // "検査室" in EUC-JP and in Shift_JIS.
        assert!(
            !says_no(&[0xb8, 0xa1, 0xba, 0xba, 0xbc, 0xbc])
                && !says_no(&[0x8c, 0x9f, 0x8d, 0xb8, 0x8e, 0xba])
        );
    }

    #[test]
    fn stars_alone_let_nobody_in() {
        assert!(!is_something(behind_the_line(b"******")));
        assert!(!is_something(behind_the_line(b"******\r\n")));
        assert!(is_something(behind_the_line(b"******\r\n$ ")));
    }
}
