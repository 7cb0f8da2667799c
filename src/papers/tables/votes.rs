//! Votes, an option a row; and who voted, in an open vote for what.

use super::{Anything, Instants, columns};
use crate::{
    meeting::Voter,
    papers::{Cell, Table, TableName, Word, Wording},
    report::VoteOutcome,
};

pub fn votes<'a>(wording: &Wording<'a>) -> Table<'a> {
    let rows = wording.report.votes.iter().flat_map(|vote| {
        let (ended, present, eligible, quorum, reason) = match &vote.outcome {
            VoteOutcome::UnderWay => (None, None, None, None, ""),
            VoteOutcome::Closed { act, eligible, present, quorum } => {
                (Some(act.at), Some(*present), Some(*eligible), *quorum, "")
            }
            VoteOutcome::Cancelled { act, reason } => (Some(act.at), None, None, None, reason.as_str()),
        };
        let count = |count: Option<u32>| count.map_or(Cell::Empty, Cell::count);
        vote.options.iter().map(move |option| {
            vec![
                Cell::count(vote.vote.0),
                Cell::text(&*vote.question),
                Cell::text(wording.say(if vote.secret { Word::Secret } else { Word::Open })),
                Cell::text(Word::of_voters(vote.by, wording.language)),
                Cell::Moment(vote.opened.at),
                Cell::moment(ended),
                Cell::text(wording.vote_outcome(&vote.outcome)),
                Cell::text(reason),
                Cell::text(&*option.option),
                count(option.votes),
                Cell::count(vote.voted),
                count(present),
                count(eligible),
                Cell::text(quorum.map_or("", |quorum| wording.yes(quorum))),
            ]
        })
    });
    Table {
        name: TableName::Votes,
        columns: columns(
            wording,
            &[
                (Word::VoteNumber, 6, Anything),
                (Word::Question, 36, Anything),
                (Word::VoteKind, 12, Anything),
                (Word::VotersWho, 20, Anything),
                (Word::OpenedAt, 11, Instants),
                (Word::EndedVoteAt, 11, Instants),
                (Word::Outcome, 14, Anything),
                (Word::Reason, 22, Anything),
                (Word::Option, 26, Anything),
                (Word::Count, 9, Anything),
                (Word::Voted, 9, Anything),
                (Word::VotersPresent, 9, Anything),
                (Word::VotersEligible, 9, Anything),
                (Word::VoteQuorum, 9, Anything),
            ],
        ),
        rows: rows.collect(),
        total: None,
    }
}

pub fn ballots<'a>(wording: &Wording<'a>) -> Table<'a> {
    let rows = wording.report.votes.iter().flat_map(|vote| {
        vote.ballots.iter().map(move |ballot| {
            let (code, name) = match &ballot.voter {
                Voter::Delegate(delegate) => (delegate.as_str(), wording.delegate(delegate)),
                Voter::Point(point) => (point.as_str(), wording.point(point)),
            };
            let option = ballot.choice.and_then(|choice| vote.options.get(usize::from(choice)));
            vec![
                Cell::count(vote.vote.0),
                Cell::text(&*vote.question),
                Cell::code(code),
                Cell::text(name),
                Cell::text(option.map_or(wording.say(Word::Secret), |option| option.option.as_str())),
            ]
        })
    });
    Table {
        name: TableName::Ballots,
        columns: columns(
            wording,
            &[
                (Word::VoteNumber, 6, Anything),
                (Word::Question, 40, Anything),
                (Word::Code, 14, Anything),
                (Word::Voter, 34, Anything),
                (Word::Option, 26, Anything),
            ],
        ),
        rows: rows.collect(),
        total: None,
    }
}
