//! The ledger of a meeting as the lines of its file.

use super::{Reader, RecordsError, rows::EventRow};
use crate::{
    clock::Timestamp,
    ids::MeetingId,
    ledger::{
        chain::Hash,
        checkpoint::PublicKey,
        line::{FORMAT, Line},
    },
};

/// Rows that are read at a time.
const PAGE: u32 = 1_000;

impl Reader {
    /// Every line of a meeting's ledger, in order, as it lies in the database: what was tampered with comes out so.
    ///
    /// # Errors
    /// When the database cannot be read, or holds what cannot even be written as a line.
    pub async fn ledger_lines(&self, meeting: &MeetingId, key: &PublicKey) -> Result<Vec<Line>, RecordsError> {
        let header = Line::Header { format: FORMAT.to_owned(), meeting: meeting.clone(), public_key: key.to_string() };
        let mut lines = vec![header];
        lines.extend(self.plan_rows(meeting).await?);
        let mut after: Option<(String, i64)> = None;
        loop {
            let place = after.as_ref().map(|(node, seq)| (node.as_str(), *seq));
            let rows = self.event_rows(meeting, place, PAGE).await?;
            let Some(last) = rows.last() else { break };
            after = Some((last.node.clone(), last.seq));
            for row in rows {
                lines.push(event_line(row)?);
            }
        }
        lines.extend(self.checkpoints(meeting).await?.into_iter().map(Line::Checkpoint));
        Ok(lines)
    }
}

fn event_line(row: EventRow) -> Result<Line, RecordsError> {
    let EventRow { node, seq, at_ms, actor, kind, body, prev_hash, hash, meeting: _ } = row;
    let damaged = |what: &str| RecordsError::Damaged { place: "events", reason: format!("the {what} of record {seq}") };
    Ok(Line::Event {
        node,
        seq: u64::try_from(seq).map_err(|_| damaged("number"))?,
        at: Timestamp::from_millis(at_ms),
        actor,
        kind,
        body,
        prev: Hash::try_from(prev_hash.as_slice()).map_err(|_| damaged("link"))?,
        hash: Hash::try_from(hash.as_slice()).map_err(|_| damaged("hash"))?,
    })
}
