//! The replay window of RFC 3711 section 3.3.2: which of the newest packets have been seen.

/// Remembers the newest index and, of the `64 * WORDS` indices up to it, which have been recorded.
pub struct ReplayWindow<const WORDS: usize> {
    newest: u64,
    /// A ring: index `i` is bit `i % (64 * WORDS)`.
    seen: [u64; WORDS],
}

impl<const WORDS: usize> ReplayWindow<WORDS> {
    const LEN: u64 = 64 * WORDS as u64;

    /// A window whose first packet has index `first`.
    pub fn new(first: u64) -> Self {
        let mut window = Self { newest: first, seen: [0; WORDS] };
        window.mark(first);
        window
    }

    pub fn newest(&self) -> u64 {
        self.newest
    }

    /// Whether `index` is new, or inside the window and not recorded yet.
    pub fn is_fresh(&self, index: u64) -> bool {
        match self.newest.checked_sub(index) {
            None => true,
            Some(age) => age < Self::LEN && self.word(index) & Self::bit(index) == 0,
        }
    }

    /// Records an index that [`Self::is_fresh`].
    pub fn record(&mut self, index: u64) {
        if index > self.newest {
            if index - self.newest >= Self::LEN {
                self.seen = [0; WORDS];
            } else {
                for passed in self.newest + 1..index {
                    self.seen[Self::slot(passed)] &= !Self::bit(passed);
                }
            }
            self.newest = index;
        }
        self.mark(index);
    }

    fn mark(&mut self, index: u64) {
        self.seen[Self::slot(index)] |= Self::bit(index);
    }

    fn word(&self, index: u64) -> u64 {
        self.seen[Self::slot(index)]
    }

    fn slot(index: u64) -> usize {
        (index % Self::LEN / 64) as usize
    }

    fn bit(index: u64) -> u64 {
        1 << (index % 64)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_index_is_fresh_once_and_only_within_the_window() {
        let mut window = ReplayWindow::<2>::new(1000);
        assert!(!window.is_fresh(1000));
        assert!(window.is_fresh(1001) && window.is_fresh(999) && window.is_fresh(1000 - 127));
        assert!(!window.is_fresh(1000 - 128));
        window.record(999);
        assert!(!window.is_fresh(999));
        window.record(1127);
        assert!(!window.is_fresh(1000), "still remembered at the window's end");
        assert!(!window.is_fresh(999), "left the window");
        assert!(window.is_fresh(1001), "passed over, not seen");
    }

    proptest! {
        /// The ring behaves as a set of all that was ever recorded would.
        #[test]
        fn a_window_agrees_with_a_set(first in 0_u64..500, steps in prop::collection::vec(0_u64..700, 1..200)) {
            let mut window = ReplayWindow::<2>::new(first);
            let (mut newest, mut seen) = (first, HashSet::from([first]));
            for index in steps {
                let fresh = index + 128 > newest && !seen.contains(&index);
                prop_assert_eq!(window.is_fresh(index), fresh);
                if fresh {
                    window.record(index);
                    seen.insert(index);
                    newest = newest.max(index);
                }
            }
        }
    }
}
