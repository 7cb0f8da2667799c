//! What an SCTP peer may ask of `rtc-sctp`: the association trusts its peer in some places with memory and time, so
//! packets that ask too much do not reach it. An honest peer repeats what was dropped and notices nothing.
//!
//! - FORWARD-TSN is carried out number by number: one chunk could ask for 2³¹ steps.
//! - A full receive buffer still takes chunks that fill gaps or come next, however many.
//! - Streams are made for whatever number a chunk names, and every chunk looks at all of them.
//! - Requests to reset streams are kept until they can be met.
//! - The causes in ABORT and ERROR chunks are cut out by the lengths that they claim, with a panic where these lie.

use super::wire::Wire;

/// Streams that a client may use, as many as browsers do.
const MAX_STREAMS: u16 = 1024;
/// Chunks that may be under way before we acknowledge; the receive buffer holds fewer that are worth sending.
const MAX_AHEAD: u32 = 8192;
/// Chunks taken while our window is closed: what fills the gaps of a full buffer.
const MAX_BEYOND_WINDOW: u32 = 512;
/// Stream resets in the life of an association: each channel closed takes one or a few.
const MAX_RECONFIGURATIONS: u32 = 1024;

const COMMON_HEADER_LEN: usize = 12;
const CHUNK_HEADER_LEN: usize = 4;
const DATA: u8 = 0;
const INIT: u8 = 1;
const SACK: u8 = 3;
const ABORT: u8 = 6;
const ERROR: u8 = 9;
const RECONFIGURATION: u8 = 130;
const FORWARD_TSN: u8 = 192;

/// Type and value of each chunk of a packet (RFC 9260 section 3). An error for the rest of a packet that is not
/// well-formed.
fn chunks(packet: &[u8]) -> impl Iterator<Item = Result<(u8, Wire<'_>), ()>> {
    let mut rest = packet.get(COMMON_HEADER_LEN..).map(Wire);
    std::iter::from_fn(move || {
        let mut wire = rest.take()?;
        if wire.is_empty() {
            return None;
        }
        let chunk = next_chunk(&mut wire).ok_or(());
        rest = chunk.is_ok().then_some(wire);
        Some(chunk)
    })
}

fn next_chunk<'a>(wire: &mut Wire<'a>) -> Option<(u8, Wire<'a>)> {
    let kind = wire.u8()?;
    let _flags = wire.u8()?;
    let value_len = usize::from(wire.u16()?).checked_sub(CHUNK_HEADER_LEN)?;
    let value = wire.take(value_len)?;
    // The last chunk's padding may be missing.
    let padding = value_len.next_multiple_of(4) - value_len;
    wire.take(padding.min(wire.0.len()))?;
    Some((kind, Wire(value)))
}

/// The initial TSN of a packet that asks for an association; None for any other packet.
pub fn initial_tsn(packet: &[u8]) -> Option<u32> {
    let (kind, mut value) = chunks(packet).next()?.ok()?;
    if kind != INIT {
        return None;
    }
    value.take(12)?;
    value.u32()
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Admit,
    Drop,
    /// The peer aborts the association.
    End,
}

/// Watches one association.
pub struct Guard {
    /// The cumulative TSN that we acknowledged last.
    acknowledged: u32,
    /// Our last acknowledgement left the peer some window.
    window_is_open: bool,
    beyond_window: u32,
    reconfigurations: u32,
}

impl Guard {
    pub fn new(initial_tsn: u32) -> Self {
        Self { acknowledged: initial_tsn.wrapping_sub(1), window_is_open: true, beyond_window: 0, reconfigurations: 0 }
    }

    /// What to do with a packet from the peer.
    pub fn judge(&mut self, packet: &[u8]) -> Verdict {
        for chunk in chunks(packet) {
            match chunk {
                Ok((ABORT, _)) => return Verdict::End,
                Ok((kind, value)) if self.admits_chunk(kind, value).unwrap_or(false) => {}
                _ => return Verdict::Drop,
            }
        }
        Verdict::Admit
    }

    fn admits_chunk(&mut self, kind: u8, mut value: Wire<'_>) -> Option<bool> {
        Some(match kind {
            DATA => {
                let tsn = value.u32()?;
                let stream = value.u16()?;
                value.take(6)?;
                self.beyond_window += u32::from(!self.window_is_open);
                let fits = self.window_is_open || self.beyond_window <= MAX_BEYOND_WINDOW;
                fits && stream < MAX_STREAMS && self.is_near(tsn) && !value.is_empty()
            }
            FORWARD_TSN => self.is_near(value.u32()?),
            RECONFIGURATION => {
                self.reconfigurations += 1;
                self.reconfigurations <= MAX_RECONFIGURATIONS
            }
            // The first may only come alone, and is looked at before; the other complains of what we sent, and helps nobody.
            INIT | ERROR => false,
            _ => true,
        })
    }

    /// Not further ahead of what we have acknowledged than an honest peer gets; what lies behind is a repetition.
    fn is_near(&self, tsn: u32) -> bool {
        let ahead = tsn.wrapping_sub(self.acknowledged);
        ahead <= MAX_AHEAD || ahead > u32::MAX / 2
    }

    /// Takes note of what our own packets acknowledge.
    pub fn sent(&mut self, packet: &[u8]) {
        for (kind, mut value) in chunks(packet).flatten() {
            if kind == SACK
                && let (Some(acknowledged), Some(window)) = (value.u32(), value.u32())
            {
                self.acknowledged = acknowledged;
                self.window_is_open = window > 0;
                if self.window_is_open {
                    self.beyond_window = 0;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packet(chunks: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let mut packet = vec![0; COMMON_HEADER_LEN];
        for (kind, value) in chunks {
            packet.extend([*kind, 0]);
            packet.extend((value.len() as u16 + 4).to_be_bytes());
            packet.extend(value);
            packet.resize(packet.len().next_multiple_of(4), 0);
        }
        packet
    }

    fn data(tsn: u32, stream: u16, payload: &[u8]) -> (u8, Vec<u8>) {
        (DATA, [&tsn.to_be_bytes()[..], &stream.to_be_bytes(), &[0; 6], payload].concat())
    }

    fn forward(tsn: u32) -> (u8, Vec<u8>) {
        (FORWARD_TSN, tsn.to_be_bytes().to_vec())
    }

    fn sack(tsn: u32, window: u32) -> Vec<u8> {
        packet(&[(SACK, [tsn.to_be_bytes(), window.to_be_bytes(), [0; 4]].concat())])
    }

    #[test]
    fn an_honest_peer_is_admitted_over_the_wrap_of_tsns() {
        let mut guard = Guard::new(u32::MAX - 2);
        for i in 0..10_000_u32 {
            let tsn = (u32::MAX - 2).wrapping_add(i);
            assert_eq!(guard.judge(&packet(&[data(tsn, 1, b"x")])), Verdict::Admit);
            assert_eq!(guard.judge(&packet(&[data(tsn.wrapping_sub(5), 1, b"again"), forward(tsn)])), Verdict::Admit);
            guard.sent(&sack(tsn, 1000));
        }
    }

    #[test]
    fn excesses_are_refused() {
        let mut guard = Guard::new(1000);
        assert_eq!(guard.judge(&packet(&[forward(1000 + (1 << 30))])), Verdict::Drop, "a leap");
        assert_eq!(guard.judge(&packet(&[data(1000 + MAX_AHEAD, 0, b"x")])), Verdict::Drop, "far ahead");
        assert_eq!(guard.judge(&packet(&[data(1000, MAX_STREAMS, b"x")])), Verdict::Drop, "a stream out of range");
        assert_eq!(guard.judge(&packet(&[data(1000, 0, b"")])), Verdict::Drop, "a chunk without data");
        assert_eq!(
            guard.judge(&packet(&[data(1000, 0, b"x"), data(1001, MAX_STREAMS, b"x")])),
            Verdict::Drop,
            "the second of two"
        );
        assert_eq!(guard.judge(&packet(&[data(1000, 0, b"x")])[..20]), Verdict::Drop, "cut off");
        assert_eq!(guard.judge(&packet(&[data(1000, 0, b"x")])), Verdict::Admit);
    }

    #[test]
    fn a_closed_window_admits_so_many_and_no_more() {
        let mut guard = Guard::new(0);
        guard.sent(&sack(100, 0));
        let admitted = (0..2000).filter(|_| guard.judge(&packet(&[data(101, 0, b"x")])) == Verdict::Admit).count();
        assert_eq!(admitted, MAX_BEYOND_WINDOW as usize);
        guard.sent(&sack(101, 50));
        assert_eq!(guard.judge(&packet(&[data(102, 0, b"x")])), Verdict::Admit);
    }

    #[test]
    fn an_abort_ends_whatever_its_causes_claim() {
        let mut guard = Guard::new(0);
        assert_eq!(guard.judge(&packet(&[(ABORT, vec![0, 12, 0xff, 0xff])])), Verdict::End);
        assert_eq!(guard.judge(&packet(&[(ERROR, vec![0, 12, 0xff, 0xff])])), Verdict::Drop);
    }

    #[test]
    fn stream_resets_are_counted() {
        let mut guard = Guard::new(0);
        let admitted =
            (0..5000).filter(|_| guard.judge(&packet(&[(RECONFIGURATION, vec![0; 16])])) == Verdict::Admit).count();
        assert_eq!(admitted, MAX_RECONFIGURATIONS as usize);
    }

    #[test]
    fn the_request_for_an_association_names_its_first_tsn() {
        let init = packet(&[(INIT, [&[0; 12][..], &77_u32.to_be_bytes()].concat())]);
        assert_eq!(initial_tsn(&init), Some(77));
        assert_eq!(initial_tsn(&packet(&[data(1, 0, b"x")])), None);
        assert_eq!(Guard::new(0).judge(&init), Verdict::Drop);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(noise in prop::collection::vec(any::<u8>(), 0..100)) {
            let mut guard = Guard::new(5);
            let headed = [vec![0; COMMON_HEADER_LEN], noise.clone()].concat();
            for packet in [noise, headed] {
                guard.judge(&packet);
                guard.sent(&packet);
                initial_tsn(&packet);
            }
        }
    }
}
