//! What targets have in common: taking an input apart, and altering what was sound.

/// Takes an input apart, from its beginning. What is not there reads as 0 or as nothing.
pub(crate) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn u8(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    pub(crate) fn u64(&mut self) -> u64 {
        (0..8).fold(0, |number, _| number << 8 | u64::from(self.u8()))
    }

    /// So many bytes, or as many as there are.
    pub(crate) fn take(&mut self, most: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(most.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// A length of two bytes, big-endian, and so many bytes.
    pub(crate) fn field(&mut self) -> &'a [u8] {
        let length = usize::from(self.u8()) << 8 | usize::from(self.u8());
        self.take(length)
    }

    pub(crate) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }
}

/// Writes what [`Input::field`] reads.
pub(crate) fn field(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes()[..], bytes].concat()
}

/// The same with one bit turned, which one is chosen by the bytes themselves: a bit in each sixteenth of
/// them.
pub(crate) fn altered(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let sum = bytes.iter().fold(7_usize, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(usize::from(*byte))
    });
    let step = (bytes.len() / 16).max(1);
    (sum % step..bytes.len()).step_by(step).map(move |at| {
        let mut altered = bytes.to_vec();
        if let Some(byte) = altered.get_mut(at) {
            *byte ^= 1 << (sum.wrapping_add(at) % 8);
        }
        altered
    })
}

/// The site of every seed.
pub(crate) fn site() -> ids::SiteId {
    match "handa".parse() {
        Ok(site) => site,
        Err(_) => unreachable!("handa is a name of a site"),
    }
}

/// The same bytes cut into pieces whose lengths follow from `turn`.
pub(crate) fn pieces(mut bytes: &[u8], turn: u8) -> Vec<&[u8]> {
    let mut length = usize::from(turn % 7) + 1;
    let mut pieces = Vec::new();
    while !bytes.is_empty() {
        let (piece, rest) = bytes.split_at(length.min(bytes.len()));
        pieces.push(piece);
        bytes = rest;
        length = length * 3 % 41 + 1;
    }
    pieces
}
