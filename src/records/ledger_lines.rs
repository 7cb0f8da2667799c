//! The ledger of a meeting as the lines of its file.

use sqlx::AnyConnection;

use super::{
    Reader, RecordsError,
    rows::{EventRow, checkpoints, event_rows, plan_rows},
};
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
        let mut lines = Vec::new();
        self.each_ledger_line(meeting, key, |line| {
            lines.push(line);
            Ok::<(), RecordsError>(())
        })
        .await?;
        Ok(lines)
    }

    /// Takes the lines of a meeting's ledger one by one, all of one moment; see [`Reader::ledger_lines`].
    ///
    /// # Errors
    /// As there, and the first error of `take`.
    pub async fn each_ledger_line<E: From<RecordsError>>(
        &self,
        meeting: &MeetingId,
        key: &PublicKey,
        take: impl FnMut(Line) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut snapshot = self.snapshot().await?;
        each_line(&mut snapshot, meeting, key, take).await
    }
}

/// See [`Reader::each_ledger_line`].
pub(super) async fn each_line<E: From<RecordsError>>(
    connection: &mut AnyConnection,
    meeting: &MeetingId,
    key: &PublicKey,
    mut take: impl FnMut(Line) -> Result<(), E>,
) -> Result<(), E> {
    take(Line::Header { format: FORMAT.to_owned(), meeting: meeting.clone(), public_key: key.to_string() })?;
    for plan in plan_rows(connection, meeting.as_str()).await? {
        take(plan)?;
    }
    let mut after: Option<(String, i64)> = None;
    loop {
        let rows = page(connection, meeting, &after).await?;
        let Some(last) = rows.last() else { break };
        after = Some((last.node.clone(), last.seq));
        for row in rows {
            take(event_line(row)?)?;
        }
    }
    for checkpoint in checkpoints(connection, meeting.as_str()).await? {
        take(Line::Checkpoint(checkpoint))?;
    }
    Ok(())
}

/// The next rows; one at a time where one of them cannot be read, so that it can be said which.
async fn page(
    connection: &mut AnyConnection,
    meeting: &MeetingId,
    after: &Option<(String, i64)>,
) -> Result<Vec<EventRow>, RecordsError> {
    let place = after.as_ref().map(|(node, seq)| (node.as_str(), *seq));
    if let Ok(rows) = event_rows(connection, meeting.as_str(), place, PAGE).await {
        return Ok(rows);
    }
    event_rows(connection, meeting.as_str(), place, 1).await.map_err(|error| {
        let reason = format!("the record after {}: {error}", place.map_or(0, |(_, seq)| seq));
        RecordsError::Damaged { place: "events", reason }
    })
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
