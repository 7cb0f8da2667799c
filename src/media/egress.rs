//! Datagrams on their way out: written one after another into one slab, sent together.
//!
//! Consecutive datagrams to one address lie next to each other, so that a run of equal lengths is one contiguous
//! piece of memory and leaves by one segmented send (UDP GSO).

use std::{net::SocketAddr, ops::Range};

/// The longest datagram that is ever sent, in bytes.
pub const MAX_DATAGRAM: usize = 1_600;
/// Linux takes this many segments in one send (`UDP_MAX_SEGMENTS`), and this many bytes.
const MAX_SEGMENTS: usize = 64;
const MAX_RUN_BYTES: usize = 60_000;

#[derive(Debug)]
pub struct Egress {
    slab: Box<[u8]>,
    head: usize,
    runs: Vec<Run>,
}

/// Datagrams to one address: all `segment` bytes long but the last, which may be shorter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub to: SocketAddr,
    pub bytes: Range<usize>,
    pub segment: usize,
    pub datagrams: usize,
}

impl Egress {
    /// Room for about `datagrams` of full length.
    pub fn new(datagrams: usize) -> Self {
        Self { slab: vec![0; datagrams.max(1) * MAX_DATAGRAM].into(), head: 0, runs: Vec::new() }
    }

    /// How many more datagrams of any length fit.
    pub fn room(&self) -> usize {
        (self.slab.len() - self.head) / MAX_DATAGRAM
    }

    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Writes one datagram by `fill`, which is given [`MAX_DATAGRAM`] bytes and returns how many it used; none sends nothing.
    /// False when there is no room.
    pub fn push_with(&mut self, to: SocketAddr, fill: impl FnOnce(&mut [u8]) -> Option<usize>) -> bool {
        let Some(free) = self.slab.get_mut(self.head..self.head + MAX_DATAGRAM) else { return false };
        let Some(len) = fill(free).filter(|len| (1..=MAX_DATAGRAM).contains(len)) else { return true };
        let start = self.head;
        self.head += len;
        match self.runs.last_mut() {
            Some(run) if run.takes(to, len) => {
                run.bytes.end = self.head;
                run.datagrams += 1;
            }
            _ => self.runs.push(Run { to, bytes: start..self.head, segment: len, datagrams: 1 }),
        }
        true
    }

    pub fn push(&mut self, to: SocketAddr, datagram: &[u8]) -> bool {
        self.push_with(to, |buf| {
            buf.get_mut(..datagram.len())?.copy_from_slice(datagram);
            Some(datagram.len())
        })
    }

    pub fn runs(&self) -> impl ExactSizeIterator<Item = (&Run, &[u8])> {
        self.runs.iter().map(|run| (run, &self.slab[run.bytes.clone()]))
    }

    /// Hands out the runs to such addresses, in order, and takes them out.
    pub fn take(&mut self, to: impl Fn(SocketAddr) -> bool, mut each: impl FnMut(&Run, &[u8])) {
        let slab = &self.slab;
        self.runs.retain(|run| {
            let taken = to(run.to);
            if taken {
                each(run, &slab[run.bytes.clone()]);
            }
            !taken
        });
    }

    pub fn clear(&mut self) {
        self.head = 0;
        self.runs.clear();
    }
}

impl Run {
    fn takes(&self, to: SocketAddr, len: usize) -> bool {
        self.to == to
            && self.datagrams < MAX_SEGMENTS
            && self.bytes.len() + len <= MAX_RUN_BYTES
            && len <= self.segment
            && self.bytes.len() == self.segment * self.datagrams
    }

    /// Each datagram of the run.
    pub fn split<'a>(&self, bytes: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        bytes.chunks(self.segment)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn to(port: u16) -> SocketAddr {
        ([127, 0, 0, 1], port).into()
    }

    #[test]
    fn equal_lengths_to_one_address_share_a_run_and_a_shorter_one_ends_it() {
        let mut egress = Egress::new(100);
        for (port, len) in [(1, 9), (1, 9), (1, 4), (1, 4), (2, 4), (1, 9)] {
            assert!(egress.push(to(port), &vec![port as u8; len]));
        }
        let runs: Vec<_> = egress.runs().map(|(run, bytes)| (run.to.port(), run.datagrams, bytes.len())).collect();
        assert_eq!(runs, [(1, 3, 22), (1, 1, 4), (2, 1, 4), (1, 1, 9)]);
        egress.clear();
        assert!(egress.is_empty());
    }

    #[test]
    fn a_full_slab_says_so() {
        let mut egress = Egress::new(1);
        assert_eq!(egress.room(), 1);
        assert!(egress.push(to(1), &[1]));
        assert_eq!(egress.room(), 0);
        assert!(!egress.push(to(1), &[1]));
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out_in_order(
            datagrams in proptest::collection::vec((1u16..4, 1usize..1_600, any::<u8>()), 0..150),
        ) {
            let mut egress = Egress::new(200);
            for &(port, len, byte) in &datagrams {
                prop_assert!(egress.push(to(port), &vec![byte; len]));
            }
            let out: Vec<_> = egress
                .runs()
                .flat_map(|(run, bytes)| {
                    assert!(bytes.len() <= MAX_RUN_BYTES && run.datagrams <= MAX_SEGMENTS);
                    run.split(bytes).map(|datagram| (run.to.port(), datagram.to_vec())).collect::<Vec<_>>()
                })
                .collect();
            prop_assert_eq!(out, datagrams.iter().map(|&(port, len, byte)| (port, vec![byte; len])).collect::<Vec<_>>());
        }
    }
}
