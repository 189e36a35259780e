//! What a session has given names to.

use std::collections::BTreeMap;

/// Names that are kept. Whoever has more loses the text of the first, in the list of statements alone.
const MOST_NAMES: usize = 1024;

/// Statements or portals by name.
#[derive(Debug)]
pub(super) struct Names<T>(BTreeMap<Vec<u8>, T>);

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Names<T> {
    pub(super) fn set(&mut self, name: Vec<u8>, what: T) {
        if self.0.len() >= MOST_NAMES && !self.0.contains_key(&name) {
            self.0.pop_first();
        }
        self.0.insert(name, what);
    }

    pub(super) fn get(&self, name: &[u8]) -> Option<&T> {
        self.0.get(name)
    }

    pub(super) fn get_mut(&mut self, name: &[u8]) -> Option<&mut T> {
        self.0.get_mut(name)
    }

    pub(super) fn forget(&mut self, name: &[u8]) {
        self.0.remove(name);
    }
}
