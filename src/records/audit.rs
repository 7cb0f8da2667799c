//! Checks everything that a database keeps of its ledgers, as of one moment: the lines of each, and what only the
//! database as a whole can tell. The list of meetings must say what the plans say, the boxes of secret votes must hold
//! what the ledger counted, and no checkpoint of the node may be missing, with whatever meeting it went.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use sqlx::{AnyConnection, Row};
use thiserror::Error;

use super::{Reader, RecordsError, ledger_lines::each_line, plans::listed};
use crate::{
    ids::MeetingId,
    ledger::{
        checkpoint::PublicKey,
        line::Line,
        verify::{Fault, PrintedHead, Verifier, Whole, Wrong},
    },
    meeting::Meeting,
};

/// What is wrong with the ledgers of a database.
#[derive(Debug, Error)]
pub enum Unsound {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error(transparent)]
    Records(#[from] RecordsError),
    #[error("{0:?} cannot be the id of a meeting")]
    NoId(String),
    #[error("{rows} records lie in the database, and {read} can be told apart: some are there twice")]
    Twice { rows: i64, read: u64 },
    #[error("the list of meetings does not say what the newest version of the plan says")]
    Listed,
    #[error("the box of vote {vote} holds {found:?} by option, and {expected}")]
    Box { vote: u32, found: Vec<i64>, expected: String },
    #[error("checkpoint number {number} of the node {node} is missing, and with it what it signed")]
    NoCheckpoint { node: String, number: i64 },
    #[error("the database says that it is of the node {0}, which wrote none of its records")]
    OtherNode(String),
    #[error("the printed head {0} is in none of the ledgers")]
    NoHead(u64),
}

impl From<Wrong> for Unsound {
    fn from(wrong: Wrong) -> Unsound {
        // There are no lines to count here; the fault names the record.
        Unsound::Fault(wrong.fault)
    }
}

impl Reader {
    /// Checks every ledger of the database, and tells of each what it is; then what is wrong with all of them together.
    /// `trusted` is the one key whose signatures count; without it `key` is, as the data folder has it. Each head must be
    /// in one of the ledgers.
    ///
    /// # Errors
    /// When the database cannot be read at all.
    pub async fn audit(
        &self,
        key: &PublicKey,
        trusted: Option<&PublicKey>,
        heads: &[PrintedHead],
        mut tell: impl FnMut(&str, Result<Whole, Unsound>),
    ) -> Result<Vec<Unsound>, RecordsError> {
        let mut snapshot = self.snapshot().await?;
        let mut missing = heads.to_vec();
        for id in meetings(&mut snapshot).await? {
            let mut verifier = Verifier::new(trusted.cloned(), Vec::new());
            let checked = check_meeting(&mut snapshot, &id, key, &mut verifier).await;
            missing.retain(|head| !verifier.holds(head));
            tell(&id, checked);
        }
        let mut unsound = missing_checkpoints(&mut snapshot).await?;
        unsound.extend(other_node(&mut snapshot).await?);
        unsound.extend(missing.iter().map(|head| Unsound::NoHead(head.seq)));
        Ok(unsound)
    }

    /// Checks the ledger of one meeting, as [`Reader::audit`] checks each; only signatures by `key` count.
    ///
    /// # Errors
    /// The first thing that is wrong, or [`Unsound::Records`] when the database cannot be read.
    pub async fn audit_meeting(&self, id: &MeetingId, key: &PublicKey) -> Result<Whole, Unsound> {
        let mut snapshot = self.snapshot().await?;
        check_meeting(&mut snapshot, id.as_str(), key, &mut Verifier::new(Some(key.clone()), Vec::new())).await
    }
}

/// Every meeting of which anything is left.
async fn meetings(snapshot: &mut AnyConnection) -> Result<Vec<String>, RecordsError> {
    let ids = "SELECT id FROM meetings UNION SELECT meeting FROM plans UNION SELECT meeting FROM events
               UNION SELECT meeting FROM checkpoints UNION SELECT meeting FROM ballots ORDER BY 1";
    Ok(sqlx::query_scalar(ids).fetch_all(snapshot).await?)
}

async fn check_meeting(
    snapshot: &mut AnyConnection,
    id: &str,
    key: &PublicKey,
    verifier: &mut Verifier,
) -> Result<Whole, Unsound> {
    let meeting: MeetingId = id.parse().map_err(|_| Unsound::NoId(id.to_owned()))?;
    let (mut newest, mut boxes, mut read) = (None, Boxes::default(), 0);
    each_line(snapshot, &meeting, key, |line| {
        match &line {
            Line::Plan { version, body, .. } => newest = Some((*version, body.clone())),
            Line::Event { kind, body, .. } => {
                read += 1;
                boxes.take(kind, body);
            }
            Line::Header { .. } | Line::Checkpoint(_) => {}
        }
        verifier.line(line).map_err(Unsound::from)
    })
    .await?;
    let whole = verifier.finish()?;
    // Records that follow a place are asked for: of two with the same place one might be passed over.
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM events WHERE meeting = $1")
        .bind(id)
        .fetch_one(&mut *snapshot)
        .await
        .map_err(RecordsError::from)?;
    if u64::try_from(rows) != Ok(read) {
        return Err(Unsound::Twice { rows, read });
    }
    check_list(snapshot, id, newest).await?;
    boxes.check(&held(snapshot, id).await?)?;
    Ok(whole)
}

/// The list of meetings follows the newest version of each plan.
async fn check_list(snapshot: &mut AnyConnection, id: &str, newest: Option<(u32, String)>) -> Result<(), Unsound> {
    let row = sqlx::query("SELECT number, title, starts_at_ms, version FROM meetings WHERE id = $1")
        .bind(id)
        .fetch_optional(snapshot)
        .await
        .map_err(RecordsError::from)?;
    let (Some(row), Some((version, body))) = (row, newest) else { return Err(Unsound::Listed) };
    let meeting: Meeting = serde_json::from_str(&body)
        .map_err(|error| RecordsError::Damaged { place: "plans", reason: error.to_string() })?;
    let expected = (listed(&meeting.number), listed(&meeting.title), meeting.starts_at.as_millis(), i64::from(version));
    let read = || Ok::<_, sqlx::Error>((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?));
    let found: (String, String, i64, i64) = read().map_err(RecordsError::from)?;
    if meeting.id.as_str() == id && found == expected { Ok(()) } else { Err(Unsound::Listed) }
}

/// How often each option of each vote lies in its box.
async fn held(snapshot: &mut AnyConnection, id: &str) -> Result<BTreeMap<u32, BTreeMap<i64, i64>>, RecordsError> {
    let rows =
        sqlx::query("SELECT vote, choice, count FROM ballots WHERE meeting = $1").bind(id).fetch_all(snapshot).await?;
    let mut held: BTreeMap<u32, BTreeMap<i64, i64>> = BTreeMap::new();
    for row in rows {
        let vote: i64 = row.try_get("vote")?;
        let damaged = |_| RecordsError::Damaged { place: "ballots", reason: format!("vote {vote}") };
        let vote = u32::try_from(vote).map_err(damaged)?;
        held.entry(vote).or_default().insert(row.try_get("choice")?, row.try_get("count")?);
    }
    Ok(held)
}

/// What the ledger says of its secret votes.
#[derive(Default)]
struct Boxes(BTreeMap<u32, Counted>);

#[derive(Default)]
struct Counted {
    options: usize,
    cast: i64,
    /// By option, once the vote was closed.
    tally: Option<Vec<i64>>,
}

#[derive(Deserialize)]
struct VoteBody {
    vote: u32,
    #[serde(default)]
    secret: bool,
    #[serde(default)]
    options: Vec<String>,
    #[serde(default)]
    tally: Vec<i64>,
}

impl Boxes {
    fn take(&mut self, kind: &str, body: &str) {
        if !matches!(kind, "vote-opened" | "ballot-cast" | "vote-closed") {
            return;
        }
        // What is no such body is found by its hash.
        let Ok(body) = serde_json::from_str::<VoteBody>(body) else { return };
        match (kind, self.0.get_mut(&body.vote)) {
            ("vote-opened", _) if body.secret => {
                self.0.insert(body.vote, Counted { options: body.options.len(), ..Counted::default() });
            }
            ("ballot-cast", Some(counted)) => counted.cast += 1,
            ("vote-closed", Some(counted)) => counted.tally = Some(body.tally),
            _ => {}
        }
    }

    fn check(&self, held: &BTreeMap<u32, BTreeMap<i64, i64>>) -> Result<(), Unsound> {
        let votes: BTreeSet<u32> = self.0.keys().chain(held.keys()).copied().collect();
        for vote in votes {
            let nothing = BTreeMap::new();
            let held = held.get(&vote).unwrap_or(&nothing);
            let wrong = |expected: String| Unsound::Box { vote, found: held.values().copied().collect(), expected };
            let Some(counted) = self.0.get(&vote) else { return Err(wrong("there is no such secret vote".to_owned())) };
            let options = i64::try_from(counted.options).unwrap_or(i64::MAX);
            if held.iter().any(|(choice, count)| !(0..options).contains(choice) || *count < 1) {
                return Err(wrong(format!("the vote has {options} options")));
            }
            if held.values().sum::<i64>() != counted.cast {
                return Err(wrong(format!("{} have voted", counted.cast)));
            }
            let by_option = || (0..options).map(|option| held.get(&option).copied().unwrap_or(0));
            if let Some(tally) = counted.tally.as_ref().filter(|tally| !by_option().eq(tally.iter().copied())) {
                return Err(wrong(format!("the vote was closed with {tally:?}")));
            }
        }
        Ok(())
    }
}

/// The first number of each node that no checkpoint has, below one that is there.
async fn missing_checkpoints(snapshot: &mut AnyConnection) -> Result<Vec<Unsound>, RecordsError> {
    let rows = sqlx::query("SELECT node, number FROM checkpoints ORDER BY node, number").fetch_all(snapshot).await?;
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    let mut missing: BTreeMap<String, i64> = BTreeMap::new();
    for row in rows {
        let (node, number): (String, i64) = (row.try_get("node")?, row.try_get("number")?);
        let last = last.entry(node.clone()).or_default();
        if number != *last + 1 {
            missing.entry(node).or_insert(*last + 1);
        }
        *last = number;
    }
    Ok(missing.into_iter().map(|(node, number)| Unsound::NoCheckpoint { node, number }).collect())
}

async fn other_node(snapshot: &mut AnyConnection) -> Result<Option<Unsound>, RecordsError> {
    let node: Option<String> = sqlx::query_scalar("SELECT id FROM node").fetch_optional(&mut *snapshot).await?;
    let node = node.unwrap_or_default();
    let (all, own): (i64, i64) =
        sqlx::query_as("SELECT count(*), coalesce(sum(CASE WHEN node = $1 THEN 1 ELSE 0 END), 0) FROM events")
            .bind(&node)
            .fetch_one(snapshot)
            .await?;
    Ok((all > 0 && own == 0).then_some(Unsound::OtherNode(node)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxes(events: &[(&str, &str)]) -> Boxes {
        let mut boxes = Boxes::default();
        for (kind, body) in events {
            boxes.take(kind, body);
        }
        boxes
    }

    fn said(events: &[(&str, &str)], held: &[(u32, i64, i64)]) -> String {
        let mut by_vote: BTreeMap<u32, BTreeMap<i64, i64>> = BTreeMap::new();
        for (vote, choice, count) in held {
            by_vote.entry(*vote).or_default().insert(*choice, *count);
        }
        boxes(events).check(&by_vote).map_or_else(|error| error.to_string(), |()| "whole".to_owned())
    }

    #[test]
    fn a_box_holds_what_was_cast_and_what_the_close_counted() {
        let opened = ("vote-opened", r#"{"kind":"vote-opened","vote":1,"secret":true,"options":["A","B"]}"#);
        let open = ("vote-opened", r#"{"kind":"vote-opened","vote":1,"secret":false,"options":["A","B"]}"#);
        let cast = ("ballot-cast", r#"{"kind":"ballot-cast","vote":1,"choice":null}"#);
        let closed = ("vote-closed", r#"{"kind":"vote-closed","vote":1,"tally":[2,0]}"#);
        assert_eq!(said(&[opened, cast, cast], &[(1, 0, 1), (1, 1, 1)]), "whole");
        assert_eq!(said(&[opened, cast, cast, closed], &[(1, 0, 2)]), "whole");
        assert_eq!(said(&[open, cast, cast, closed], &[]), "whole");
        let wrong = "the box of vote 1 holds";
        assert_eq!(
            said(&[opened, cast, cast, closed], &[(1, 0, 1), (1, 1, 1)]),
            format!("{wrong} [1, 1] by option, and the vote was closed with [2, 0]")
        );
        assert_eq!(said(&[opened, cast], &[(1, 0, 2)]), format!("{wrong} [2] by option, and 1 have voted"));
        assert_eq!(said(&[opened, cast], &[]), format!("{wrong} [] by option, and 1 have voted"));
        assert_eq!(said(&[opened, cast], &[(1, 2, 1)]), format!("{wrong} [1] by option, and the vote has 2 options"));
        assert_eq!(said(&[open], &[(1, 0, 1)]), format!("{wrong} [1] by option, and there is no such secret vote"));
    }
}
