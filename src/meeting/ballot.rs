//! Votes: the question, who has voted, and the count. Of a secret vote only the count and the fact of voting are kept.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Voter, Voters};
use crate::{clock::Timestamp, ids::VoteId};

/// How many options a vote may have.
pub const OPTIONS: std::ops::RangeInclusive<usize> = 2..=20;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Votes(Vec<Vote>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Vote {
    pub id: VoteId,
    pub question: String,
    pub options: Vec<String>,
    pub secret: bool,
    pub by: Voters,
    pub needs_quorum: bool,
    pub opened_at: Timestamp,
    pub state: VoteState,
    /// Who has voted, and in an open vote for what.
    #[serde(skip)]
    pub ballots: BTreeMap<Voter, Option<u8>>,
    /// What lies in the box of a secret vote under way, by option; not told before the vote is closed.
    #[serde(skip)]
    secret_box: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "is", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum VoteState {
    UnderWay,
    Closed {
        at: Timestamp,
        /// By option.
        tally: Vec<u32>,
        /// Who has a vote by the list.
        eligible: u32,
        /// How many of them were present at the close, or had voted.
        present: u32,
        /// Whether there was a quorum; none where the meeting asks for none.
        quorum: Option<bool>,
    },
    Cancelled {
        at: Timestamp,
        reason: String,
    },
}

impl Vote {
    pub fn is_under_way(&self) -> bool {
        self.state == VoteState::UnderWay
    }

    /// The ballots counted, by option.
    pub(super) fn count(&self) -> Vec<u32> {
        if self.secret {
            return self.secret_box.clone();
        }
        let mut tally = vec![0; self.options.len()];
        for choice in self.ballots.values().flatten() {
            if let Some(count) = tally.get_mut(usize::from(*choice)) {
                *count += 1;
            }
        }
        tally
    }
}

impl Votes {
    pub fn all(&self) -> &[Vote] {
        &self.0
    }

    pub fn vote(&self, id: VoteId) -> Option<&Vote> {
        self.0.iter().find(|vote| vote.id == id)
    }

    /// The one vote that is under way.
    pub fn current(&self) -> Option<&Vote> {
        self.0.last().filter(|vote| vote.is_under_way())
    }

    pub(super) fn next_id(&self) -> VoteId {
        VoteId(self.0.last().map_or(0, |vote| vote.id.0).saturating_add(1))
    }

    pub(super) fn open(&mut self, vote: Vote) {
        self.0.push(vote);
    }

    fn find(&mut self, id: VoteId) -> Option<&mut Vote> {
        self.0.iter_mut().find(|vote| vote.id == id && vote.is_under_way())
    }

    pub(super) fn cast(&mut self, id: VoteId, voter: Voter, choice: Option<u8>) {
        if let Some(vote) = self.find(id) {
            vote.ballots.entry(voter).or_insert(choice);
        }
    }

    pub(super) fn drop_into_box(&mut self, id: VoteId, choice: u8) {
        if let Some(count) = self.find(id).and_then(|vote| vote.secret_box.get_mut(usize::from(choice))) {
            *count += 1;
        }
    }

    pub(super) fn fill_box(&mut self, id: VoteId, counts: &BTreeMap<u8, u32>) {
        if let Some(vote) = self.find(id) {
            for (choice, count) in (0_u8..).zip(&mut vote.secret_box) {
                *count = counts.get(&choice).copied().unwrap_or(0);
            }
        }
    }

    pub(super) fn end(&mut self, id: VoteId, state: VoteState) {
        if let Some(vote) = self.find(id) {
            vote.state = state;
            // It is counted, or no longer wanted; a replay does not know it either.
            vote.secret_box.clear();
        }
    }
}

impl Vote {
    pub(super) fn new(
        id: VoteId,
        question: String,
        options: Vec<String>,
        secret: bool,
        by: Voters,
        needs_quorum: bool,
        opened_at: Timestamp,
    ) -> Vote {
        let secret_box = vec![0; options.len()];
        let (state, ballots) = (VoteState::UnderWay, BTreeMap::new());
        Vote { id, question, options, secret, by, needs_quorum, opened_at, state, ballots, secret_box }
    }
}
