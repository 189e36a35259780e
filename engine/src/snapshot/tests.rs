//! What is written and read back is what was folded.

use access::{Caller, Event};
use ids::{GrantId, InvitationId, SiteId, Timestamp};

use super::*;

fn handa() -> SiteId {
    "handa".parse().unwrap()
}

fn digest(n: u8) -> Digest {
    Digest([n; 32])
}

/// Entries of every kind that the index learns from, in an order that `n` says.
fn index_of(choices: &[u8]) -> Index {
    let mut index = Index::default();
    for (number, choice) in (1..).zip(choices) {
        index.learn(number, &entry(*choice, number));
    }
    index
}

fn entry(choice: u8, number: u64) -> access::Entry {
    let visit = VisitId::new(&handa(), u64::from(choice % 3) + 1);
    let session = SessionId::new(&handa(), u64::from(choice % 5) + 1);
    let event = match choice % 7 {
        0 => Event::SegmentSealed {
            session,
            visit: visit.clone(),
            number: u32::from(choice),
            sha256: digest(choice),
            frames: number,
            head: digest(choice + 1),
            last: choice.is_multiple_of(2),
        },
        1 => Event::RecordingsSealed {
            root: digest(1),
            count: 1,
            leaves: digest(choice),
        },
        2 => Event::ReceiptIssued {
            reader: access::Who::Kit,
            visit: visit.clone(),
        },
        3 => Event::LedgerResumed {
            statement: format!("statement {number}"),
        },
        4 => Event::PersonErased {
            person: PersonId::new(&handa(), number),
        },
        5 => Event::GrantWithdrawn {
            grant: GrantId::new(&handa(), 1),
            visit: visit.clone(),
            reason: ids::Commitment(digest(2)),
        },
        _ => Event::InvitationMissed {
            invitation: InvitationId::new(&handa(), 1),
        },
    };
    let part = event.visit().map(|visit| access::Part {
        visit: visit.clone(),
        n: number,
    });
    access::Entry {
        v: access::ENTRY_VERSION,
        site: handa(),
        at: Timestamp::from_millis(0),
        by: Caller::gateway(),
        part,
        event,
    }
}

/// The index of any ledger, at any place: what was written is read back, and learns on.
#[test]
fn an_index_reads_back_and_learns_on() {
    let mut drawn = 7u32;
    for round in 0..200usize {
        let choices: Vec<u8> = (0..round % 40)
            .map(|_| {
                drawn = drawn.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                drawn.to_be_bytes()[0] % 200
            })
            .collect();
        let all = index_of(&choices);
        let (first, rest) = choices.split_at(choices.len() / 2);
        let written = serde_json::to_vec(&packed(&index_of(first))).unwrap();
        let mut read = unpacked(serde_json::from_slice(&written).unwrap());
        let after = u64::try_from(first.len()).unwrap() + 1;
        for (number, choice) in (after..).zip(rest) {
            read.learn(number, &entry(*choice, number));
        }
        assert_eq!(format!("{read:?}"), format!("{all:?}"));
    }
}

#[test]
fn the_build_is_one_word() {
    assert!(!BUILD.is_empty() && !BUILD.contains(char::is_whitespace));
}
