//! Gives the events of the rooms their numbers and instants, and appends them to the ledger.

use std::collections::HashMap;

use tokio::sync::Mutex;

use crate::{
    clock::Timestamp,
    ids::MeetingId,
    meeting::{Actor, Event, EventBody},
    records::{Head, Records, RecordsError, Submitted},
};

pub(super) struct Ledger {
    records: Records,
    /// The last events handed over to the writer.
    heads: Mutex<HashMap<MeetingId, (u64, Timestamp)>>,
}

impl Ledger {
    pub(super) fn new(records: Records) -> Ledger {
        Ledger { records, heads: Mutex::default() }
    }

    /// Hands over what the server itself saw happen.
    pub(super) async fn submit(
        &self,
        meeting: &MeetingId,
        bodies: impl IntoIterator<Item = (Timestamp, EventBody)>,
    ) -> Result<Submitted, RecordsError> {
        let mut heads = self.heads.lock().await;
        let mut head = match heads.get(meeting) {
            Some(head) => *head,
            None => match self.records.head(meeting).await? {
                Some(Head { seq, at, .. }) => (seq, at),
                None => (0, Timestamp::from_millis(i64::MIN)),
            },
        };
        let events: Vec<Event> = bodies
            .into_iter()
            .map(|(at, body)| {
                head = (head.0 + 1, at.max(head.1));
                Event { seq: head.0, at: head.1, actor: Actor::System, body }
            })
            .collect();
        let submitted = self.records.submit(meeting, &events, None)?;
        heads.insert(meeting.clone(), head);
        Ok(submitted)
    }

    /// Closes what an earlier server left open when it ended without a word.
    pub(super) async fn recover(&self, now: Timestamp) -> Result<(), RecordsError> {
        let Some(last_known) = self.records.last_known() else { return Ok(()) };
        for meeting in self.records.open_meetings().await? {
            tracing::warn!(%meeting, %last_known, "the server had stopped without closing the open lines");
            self.submit(&meeting, [(now, EventBody::Recovered { last_known })]).await?.durable().await?;
        }
        Ok(())
    }
}
