//! What is written to everybody in a meeting: announcements of those who run it, and words of whoever takes part.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Actor, Place};
use crate::clock::Timestamp;

/// What one place may say in a minute.
const MAX_A_MINUTE: usize = 10;
const MINUTE_MS: u64 = 60_000;
/// The newest are kept at hand, the rest stays in the ledger. Half of them go at a time, so that a list that is followed
/// by its indices seldom moves.
const KEPT: usize = 200;

/// Something written to everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The number of its event.
    pub seq: u64,
    pub at: Timestamp,
    pub by: Actor,
    pub text: String,
    /// By those who run the meeting, for all to notice.
    pub announced: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Messages(Vec<Message>);

impl Messages {
    pub fn newest(&self) -> &[Message] {
        &self.0
    }

    /// Whether a place may say something more.
    pub(super) fn is_quiet(&self, place: &Place, now: Timestamp) -> bool {
        let by_place = |message: &&Message| matches!(&message.by, Actor::Seat(by) if by == place) && !message.announced;
        let lately = |message: &&Message| now.millis_since(message.at) < MINUTE_MS;
        self.0.iter().rev().take_while(lately).filter(by_place).count() < MAX_A_MINUTE
    }

    pub(super) fn push(&mut self, message: Message) {
        if self.0.len() >= KEPT {
            self.0.drain(..KEPT / 2);
        }
        self.0.push(message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(seq: u64, at: i64, by: Place) -> Message {
        let at = Timestamp::from_millis(at);
        Message { seq, at, by: Actor::Seat(by), text: "Xin chào".to_owned(), announced: false }
    }

    #[test]
    fn a_place_says_so_much_in_a_minute_and_no_more() {
        let mut messages = Messages::default();
        for seq in 0..MAX_A_MINUTE as u64 {
            assert!(messages.is_quiet(&Place::Hub, Timestamp::from_millis(1_000)));
            messages.push(said(seq, 1_000, Place::Hub));
        }
        assert!(!messages.is_quiet(&Place::Hub, Timestamp::from_millis(60_999)));
        assert!(messages.is_quiet(&Place::Chair, Timestamp::from_millis(1_000)));
        assert!(messages.is_quiet(&Place::Hub, Timestamp::from_millis(61_000)));
    }

    #[test]
    fn the_newest_are_at_hand() {
        let mut messages = Messages::default();
        for seq in 1..=KEPT as u64 + 1 {
            messages.push(said(seq, 0, Place::Hub));
        }
        assert_eq!(messages.newest().len(), KEPT / 2 + 1);
        assert_eq!(messages.newest().last().map(|message| message.seq), Some(KEPT as u64 + 1));
    }
}
