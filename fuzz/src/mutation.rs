//! Alterations of seeds, the same in every run: what stands in for the real fuzzer where there are only
//! seconds.

/// The longest input that is made.
const MOST: usize = 8 * 1024;

/// Numbers that limits and lengths are likely to trip over.
const EDGES: &[&[u8]] = &[
    &[0],
    &[0xff],
    &[0x7f, 0xff, 0xff, 0xff],
    &[0xff, 0xff, 0xff, 0xff],
    &[0, 0, 0, 0],
    &[0xff; 8],
    &[0x80, 0, 0, 0, 0, 0, 0, 0],
    b"9007199254740992",
    b"-1",
    b"\"",
    b"\n",
    b"\n\n",
    b"null",
    b"..",
    b"/",
    b"\x1b[",
];

/// Makes one alteration after another of some seeds.
#[derive(Debug)]
pub struct Mutator<'s> {
    seeds: &'s [Vec<u8>],
    state: u64,
}

/// The first `count` alterations of `seeds`; the same for the same seeds.
pub fn mutations(seeds: &[Vec<u8>], count: usize) -> impl Iterator<Item = Vec<u8>> + '_ {
    Mutator {
        seeds,
        state: 0x9e37_79b9_7f4a_7c15,
    }
    .take(count)
}

impl Mutator<'_> {
    /// xorshift64* (Vigna, 2016): nothing that is kept secret depends on it.
    fn number(&mut self) -> usize {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let mixed = self.state.wrapping_mul(0x2545_f491_4f6c_dd1d);
        usize::try_from(mixed >> 33).unwrap_or(0)
    }

    fn below(&mut self, end: usize) -> usize {
        self.number() % end.max(1)
    }

    fn seed(&mut self) -> Vec<u8> {
        let at = self.below(self.seeds.len());
        self.seeds.get(at).cloned().unwrap_or_default()
    }

    fn alter(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        let end = (at + 1 + self.below(16)).min(input.len()).max(at);
        match self.below(7) {
            0 => {
                let bit = 1 << self.below(8);
                input
                    .iter_mut()
                    .skip(at)
                    .take(1)
                    .for_each(|byte| *byte ^= bit);
            }
            1 => drop(input.drain(at..end)),
            2 => {
                let again = input.get(at..end).unwrap_or_default().to_vec();
                input.splice(at..at, again);
            }
            3 => {
                let edge = self.edge();
                input.splice(at..(at + edge.len()).min(input.len()), edge.iter().copied());
            }
            4 => {
                let edge = self.edge();
                input.splice(at..at, edge.iter().copied());
            }
            5 => {
                let other = self.seed();
                let from = self.below(other.len() + 1);
                input.truncate(at);
                input.extend(other.into_iter().skip(from));
            }
            _ => input.truncate(at),
        }
        input.truncate(MOST);
    }

    fn edge(&mut self) -> &'static [u8] {
        let at = self.below(EDGES.len());
        EDGES.get(at).copied().unwrap_or_default()
    }
}

impl Iterator for Mutator<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut input = self.seed();
        for _ in 0..=self.below(3) {
            self.alter(&mut input);
        }
        Some(input)
    }
}
