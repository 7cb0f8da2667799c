//! A meeting's ledger as its papers are drawn from it: read in one piece, so that what is told and the printed head agree.

use std::sync::Arc;

use sqlx::Row;

use super::{Reader, RecordsError, reader};
use crate::{ids::MeetingId, ledger::head::Head, meeting::EventBody, report::Source};

impl Reader {
    /// What the report of a meeting is drawn from; none when there is no such meeting. Events that are written meanwhile are
    /// in it or are not, and the head is that of the last one in it.
    pub async fn report_source(&self, id: &MeetingId) -> Result<Option<Source>, RecordsError> {
        let Some(newest) = self.plan(id).await? else { return Ok(None) };
        let node = self.node().await?;
        let rows = sqlx::query(
            "SELECT seq, at_ms, actor, body, hash FROM events WHERE meeting = $1 AND node = $2 ORDER BY seq",
        )
        .bind(id.as_str())
        .bind(node.as_str())
        .fetch_all(self.pool())
        .await?;
        let events = rows.iter().map(reader::event).collect::<Result<Vec<_>, _>>()?;
        let signed = self.checkpoints(id).await?.into_iter().filter(|checkpoint| checkpoint.node == node);
        let signed = signed.map(|checkpoint| checkpoint.seq).max().unwrap_or(0);
        let head = rows.last().map(reader::head).transpose()?.map(|head| Head {
            node: node.clone(),
            seq: head.seq,
            at: head.at,
            hash: head.hash,
            // A later checkpoint covers what came before it.
            signed_through: signed.min(head.seq),
        });

        let mut versions: Vec<u32> = events
            .iter()
            .filter_map(|event| match &event.body {
                EventBody::Published { plan } | EventBody::PlanChanged { plan } => Some(plan.version),
                _ => None,
            })
            .collect();
        versions.sort_unstable();
        versions.dedup();
        let mut plans = Vec::with_capacity(versions.len() + 1);
        for version in versions {
            // One that is not there is missed when the report is drawn.
            plans.extend(self.plan_version(id, version).await?);
        }
        if plans.last().is_none_or(|(_, plan)| plan.version < newest.1.version) {
            plans.push(newest);
        }
        let plans = plans.into_iter().map(|(meeting, plan)| (Arc::new(meeting), plan)).collect();
        Ok(Some(Source { node, plans, events, heads: head.into_iter().collect() }))
    }

    /// The server whose database this is.
    async fn node(&self) -> Result<crate::ids::NodeId, RecordsError> {
        let node: String = sqlx::query("SELECT id FROM node").fetch_one(self.pool()).await?.try_get("id")?;
        node.try_into().map_err(RecordsError::damaged("node"))
    }
}
