//! Whether the account that is to read can do more, by the server's own words.

use access::EndReason;
use wire::mysql::{first_text, more_than_reading};

use super::entry::Entrance;
use super::refusals;
use crate::databases::NotEntered;

/// What the account that signed in may do, also by roles that are switched on.
const GRANTS: &str = "SHOW GRANTS";

/// What keeps a session from changing data, beside the account that may not: for a good message.
const READ_ONLY: &str = "SET SESSION TRANSACTION READ ONLY";

/// Lines of grants that are read. Whoever has more is not understood.
const MOST_LINES: usize = 1000;

/// The end of columns or rows: its first byte, and how long it is at most.
const END: u8 = 0xfe;
const LONGEST_END: usize = 8;

/// Refuses an account that is not one that only reads.
pub(super) async fn only_reads(entrance: &mut Entrance<'_>) -> Result<(), NotEntered> {
    let lines = lines(entrance, GRANTS).await?;
    let more = lines.iter().find_map(|line| more_than_reading(line));
    // Nothing at all would be an account about which nothing is known.
    let more = more.or_else(|| lines.is_empty().then(String::new));
    if let Some(right) = more {
        return Err(NotEntered {
            end: EndReason::ReaderCanWrite,
            refusal: Some(refusals::reader(
                entrance.language,
                &entrance.entry.user,
                &right,
            )),
        });
    }
    read_only(entrance).await
}

async fn read_only(entrance: &mut Entrance<'_>) -> Result<(), NotEntered> {
    entrance.ask(READ_ONLY).await?;
    let said = entrance.next().await?;
    match said.first() {
        Some(0x00) => Ok(()),
        Some(0xff) => Err(entrance.refused(&said)),
        Some(_) | None => Err(EndReason::TargetUnreachable.into()),
    }
}

/// The only column of what a statement gives.
async fn lines(entrance: &mut Entrance<'_>, statement: &str) -> Result<Vec<String>, NotEntered> {
    entrance.ask(statement).await?;
    let unexpected = || EndReason::TargetUnreachable;
    let said = entrance.next().await?;
    match said.as_slice() {
        [1] => {}
        [0xff, ..] => return Err(entrance.refused(&said)),
        _ => return Err(unexpected().into()),
    }
    let _column = entrance.next().await?;
    if !is_end(&entrance.next().await?) {
        return Err(unexpected().into());
    }
    let mut lines = Vec::new();
    loop {
        let said = entrance.next().await?;
        if is_end(&said) {
            return Ok(lines);
        }
        if said.first() == Some(&0xff) {
            return Err(entrance.refused(&said));
        }
        if lines.len() >= MOST_LINES {
            return Err(unexpected().into());
        }
        lines.push(first_text(&said).ok_or_else(unexpected)?);
    }
}

fn is_end(body: &[u8]) -> bool {
    body.first() == Some(&END) && body.len() <= LONGEST_END
}
