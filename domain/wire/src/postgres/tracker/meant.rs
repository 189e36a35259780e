//! Which statement, and which portal, a name means when it is used.
//!
//! A name is what the server last said it has under it. What was only asked for may fail: then the name means
//! what it meant before, so that whoever prepares something harmless under a name that is taken gives no
//! other text to what runs. Within one series there is no doubt, for if the asking fails nothing of the rest
//! is run; in a pipeline of several there may be, and then every text that can be meant is told.

use super::{Expected, Portal, Text, Tracker};
use crate::postgres::front::MAX_STATEMENT;
use crate::postgres::read::{cut, lossy};

/// What stands between two texts of which either may be meant.
const OR: &str = "\n-- or --\n";

impl Tracker {
    /// The text of a statement of this name.
    pub(super) fn statement_meant(&self, name: &[u8]) -> Text {
        let mut meant: Vec<&Text> = Vec::new();
        let mut in_doubt = false;
        for expected in self.expected.iter().rev() {
            match expected {
                Expected::Sync | Expected::Query(_) | Expected::Call(_) => in_doubt = true,
                Expected::Parse { name: known, text } if known == name => {
                    add(&mut meant, text);
                    if !in_doubt {
                        return text.clone();
                    }
                }
                Expected::Parse { .. }
                | Expected::Bind { .. }
                | Expected::Describe(..)
                | Expected::Execute(_)
                | Expected::Close { .. } => {}
            }
        }
        if let Some(text) = self.prepared.get(name) {
            add(&mut meant, text);
        }
        either(&meant, name)
    }

    /// The portal of this name, which runs from now on.
    pub(super) fn portal_meant(&mut self, name: &[u8]) -> Portal {
        let mut meant: Vec<Portal> = Vec::new();
        let mut in_doubt = false;
        for expected in self.expected.iter_mut().rev() {
            match expected {
                Expected::Sync | Expected::Query(_) | Expected::Call(_) => in_doubt = true,
                Expected::Bind {
                    name: known,
                    portal,
                } if known == name => {
                    meant.push(run(portal));
                    if !in_doubt {
                        break;
                    }
                }
                Expected::Parse { .. }
                | Expected::Bind { .. }
                | Expected::Describe(..)
                | Expected::Execute(_)
                | Expected::Close { .. } => {}
            }
        }
        if meant.is_empty() || in_doubt {
            meant.extend(self.portals.get_mut(name).map(run));
        }
        let mut texts: Vec<&Text> = Vec::new();
        for portal in &meant {
            add(&mut texts, &portal.text);
        }
        let text = either(&texts, name);
        let first = meant.into_iter().next().unwrap_or_default();
        Portal { text, ..first }
    }
}

/// As it is now; it has run when it is asked for again.
fn run(portal: &mut Portal) -> Portal {
    let now = portal.clone();
    portal.ran = true;
    now
}

fn add<'a>(meant: &mut Vec<&'a Text>, text: &'a Text) {
    if !meant.contains(&text) {
        meant.push(text);
    }
}

/// The one, or all of them; of something that was made by a statement of its own, the name.
fn either(meant: &[&Text], name: &[u8]) -> Text {
    match meant {
        [] => Text {
            text: format!("({})", lossy(name)).into(),
            whole: false,
        },
        [one] => (*one).clone(),
        several => {
            let texts: Vec<&str> = several.iter().map(|text| &*text.text).collect();
            let (text, whole) = cut(texts.join(OR), MAX_STATEMENT);
            Text {
                text: text.into(),
                whole: whole && several.iter().all(|text| text.whole),
            }
        }
    }
}
