//! Challenges that wait for their answer: in memory, for two minutes, each for one answer.

use std::collections::VecDeque;
use std::sync::Mutex;

use access::{Door, Source};
use ids::{Digest, PersonId, Timestamp};
use login::passkey::{Authenticating, CHALLENGE_LASTS, Registering};
use serde_json::Value;

use crate::live::lock;

/// Of one person, or of one address before anybody is known: a few tabs and some impatience.
const MOST_OF_ONE: usize = 8;
/// Of all who sign in. Beyond it the oldest goes: whoever asks and never answers holds nothing for long,
/// and keeps nobody else out (lesson L24).
const MOST_SIGNING_IN: usize = 1024;
/// Of all who are signed in.
const MOST_SIGNED_IN: usize = 1024;

/// Who asks: strangers have their own queue, so that they push out nobody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Owner {
    Source(Source),
    Person(PersonId),
}

/// What an answer will do.
pub(super) enum Purpose {
    /// Add a passkey that is called so.
    Add {
        label: String,
        registering: Box<Registering>,
    },
    /// Sign in. Nobody of whom nothing is known answers a decoy.
    SignIn {
        name: Option<login::NameKey>,
        /// The digest of what the browser keeps that began it (lesson L4).
        browser: Digest,
        authenticating: Option<Box<Authenticating>>,
    },
    /// Prove a fresh touch for exactly this action.
    Touch {
        action: Digest,
        authenticating: Box<Authenticating>,
    },
}

/// A challenge that waits.
pub(super) struct Waiting {
    pub(super) owner: Owner,
    pub(super) door: Door,
    pub(super) purpose: Purpose,
    challenge: String,
    since: Timestamp,
}

/// Every challenge that waits.
#[derive(Default)]
pub(crate) struct Ceremonies {
    signing_in: Mutex<VecDeque<Waiting>>,
    signed_in: Mutex<VecDeque<Waiting>>,
}

impl Ceremonies {
    /// Keeps what belongs to the challenge of these options. False if they have none.
    pub(super) fn keep(
        &self,
        options: &Value,
        owner: Owner,
        door: Door,
        purpose: Purpose,
        now: Timestamp,
    ) -> bool {
        let Some(challenge) = options.get("challenge").and_then(Value::as_str) else {
            return false;
        };
        let (queue, most) = match owner {
            Owner::Source(_) => (&self.signing_in, MOST_SIGNING_IN),
            Owner::Person(_) => (&self.signed_in, MOST_SIGNED_IN),
        };
        let mut queue = lock(queue);
        queue.retain(|waiting| waiting.stands(now));
        let own = queue
            .iter()
            .filter(|waiting| waiting.owner == owner)
            .count();
        if own >= MOST_OF_ONE
            && let Some(oldest) = queue.iter().position(|waiting| waiting.owner == owner)
        {
            queue.remove(oldest);
        }
        if queue.len() >= most {
            queue.pop_front();
        }
        queue.push_back(Waiting {
            owner,
            door,
            purpose,
            challenge: challenge.to_owned(),
            since: now,
        });
        true
    }

    /// Takes what belongs to the challenge that this answer names: whatever comes of it, it is used up.
    pub(super) fn take(&self, answer: &str, signed_in: bool, now: Timestamp) -> Option<Waiting> {
        let challenge = login::passkey::challenge_of(answer)?;
        let queue = if signed_in {
            &self.signed_in
        } else {
            &self.signing_in
        };
        let mut queue = lock(queue);
        let place = queue
            .iter()
            .position(|waiting| waiting.challenge == challenge)?;
        queue.remove(place).filter(|waiting| waiting.stands(now))
    }
}

impl Waiting {
    /// A clock that was set back ends a challenge like one that went on.
    fn stands(&self, now: Timestamp) -> bool {
        self.since <= now && now.since(self.since) < CHALLENGE_LASTS
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000).plus(Duration::from_secs(seconds))
    }

    fn source(n: u16) -> Owner {
        let [high, low] = n.to_be_bytes();
        Owner::Source(Source::Address([192, 0, high, low].into()))
    }

    fn keep(ceremonies: &Ceremonies, challenge: &str, owner: Owner, now: Timestamp) {
        let purpose = Purpose::SignIn {
            name: None,
            browser: Digest([0; 32]),
            authenticating: None,
        };
        let options = json!({ "challenge": challenge });
        assert!(ceremonies.keep(&options, owner, Door::Console, purpose, now));
    }

    fn answer(challenge: &str) -> String {
        let client = json!({ "challenge": challenge }).to_string();
        let client = data_encoding::BASE64URL_NOPAD.encode(client.as_bytes());
        json!({ "response": { "clientDataJSON": client } }).to_string()
    }

    fn waits(ceremonies: &Ceremonies, challenge: &str, now: Timestamp) -> bool {
        ceremonies.take(&answer(challenge), false, now).is_some()
    }

    #[test]
    fn a_challenge_is_answered_once_and_within_two_minutes() {
        let ceremonies = Ceremonies::default();
        keep(&ceremonies, "a", source(1), at(0));
        keep(&ceremonies, "b", source(1), at(0));
        keep(&ceremonies, "c", source(1), at(0));
        assert!(ceremonies.take(&answer("a"), true, at(1)).is_none());
        assert!(waits(&ceremonies, "a", at(119)));
        assert!(!waits(&ceremonies, "a", at(119)));
        assert!(!waits(&ceremonies, "b", at(120)));
        let before = Timestamp::from_seconds(1_700_000_000);
        assert!(!waits(&ceremonies, "c", before));
        assert!(ceremonies.take("{}", false, at(1)).is_none());
    }

    #[test]
    fn l24_whoever_asks_and_never_answers_pushes_out_their_own() {
        let ceremonies = Ceremonies::default();
        keep(&ceremonies, "other", source(2), at(0));
        for n in 0..100 {
            keep(&ceremonies, &n.to_string(), source(1), at(0));
        }
        assert!(waits(&ceremonies, "other", at(1)));
        assert!(!waits(&ceremonies, "91", at(1)) && waits(&ceremonies, "92", at(1)));
        for n in 0..2000 {
            keep(&ceremonies, &n.to_string(), source(n), at(2));
        }
        assert_eq!(lock(&ceremonies.signing_in).len(), MOST_SIGNING_IN);
    }
}
