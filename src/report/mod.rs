//! The report of a meeting: everything that its papers say, folded from the ledger alone. `REPORT.md` describes it.
//!
//! That a line was connected ([`PointRow::line`]) and that a person was confirmed present ([`DelegateRow::status`]) are
//! two facts, and stand side by side: neither is inferred from the other. Rows name people and rooms by their ids;
//! [`Names`] finds the rows again.

mod chronicle;
mod draw;
#[cfg(test)]
pub(crate) mod fixture;
mod glance;
mod moment;
mod names;
#[cfg(test)]
mod oracle;
mod roll;
mod rows;
mod scope;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod tuyen_quang;

use std::{collections::HashMap, sync::Arc};

use serde::Serialize;
use thiserror::Error;
use utoipa::ToSchema;

pub use glance::Glance;
pub use moment::{Interval, Moment, Zone};
pub use names::Names;
pub use rows::{
    Act, AgendaRow, AnnouncementRow, BallotRow, ChairChange, Change, Confirmation, CorrectionRow, DelegateRow, HeadRow,
    Life, LineFacts, LineTest, Listing, Lock, MeetingFacts, OptionRow, Outage, Pause, Period, PlanStep, PointRow,
    ProxyOutcome, ProxyRow, RemovalRow, RequestOutcome, RequestRow, SpeakingRow, Status, Totals, TurnEnd, TurnRow,
    UnitRow, VoteOutcome, VoteRow,
};

use crate::{
    clock::Timestamp,
    ids::{DelegateId, NodeId, PointId},
    ledger::head::Head,
    meeting::{Event, Meeting, Phase, PlanRef, QuorumView},
};

/// The name of the format of a report as JSON. It changes when a field changes its meaning or goes; new fields may come.
pub const FORMAT: &str = "diemcau-report-1";

/// What a report is drawn from: the ledger of a meeting as it was read, in one piece.
#[derive(Clone, Debug)]
pub struct Source {
    /// The server that wrote the events.
    pub node: NodeId,
    /// In order: every version of the plan that an event names, and the newest one.
    pub plans: Vec<(Arc<Meeting>, PlanRef)>,
    pub events: Vec<Event>,
    /// Where the chain stands after the last of the events; empty before the first.
    pub heads: Vec<Head>,
}

/// Why no report can be drawn. A ledger that its server wrote gives none of these reasons.
#[derive(Debug, Error)]
pub enum ReportError {
    #[error("the ledger has no plan of the meeting")]
    NoPlan,
    #[error("record {seq} names version {version} of the plan, which is not there")]
    MissingPlan { seq: u64, version: u32 },
    #[error("the time zone {zone:?}: {source}")]
    Zone { zone: String, source: jiff::Error },
    #[error("record {seq} is of a time that no calendar has")]
    Time { seq: u64 },
}

/// The report of a meeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`FORMAT`].
    pub format: &'static str,
    pub scope: Scope,
    pub phase: Phase,
    /// The meeting is not closed: what is told may yet change, and every paper says so.
    pub provisional: bool,
    /// Until when things are told. Of a closed meeting it is its last record, so that the same ledger gives the same
    /// papers for good; else it is when the report was drawn.
    pub as_of: Moment,
    pub meeting: MeetingFacts,
    pub life: Life,
    pub chair_changes: Vec<ChairChange>,
    /// Of all delegates in this report.
    pub total: Totals,
    /// By the meeting's rule, as the roll call stands; none without a rule.
    pub quorum: Option<QuorumView>,
    /// The units with delegates in or below them; those above before those below, neighbours in the plan's order.
    pub units: Vec<UnitRow>,
    /// Every point, in the same order, whether it came or not.
    pub points: Vec<PointRow>,
    /// By the room in which they are expected, rooms in the order of `points`; within one in the plan's order, those who
    /// were added last.
    pub delegates: Vec<DelegateRow>,
    /// Every request to let somebody come in a delegate's place, however it was answered.
    pub proxies: Vec<ProxyRow>,
    /// In the plan's order.
    pub agenda: Vec<AgendaRow>,
    /// Who had the floor, in order.
    pub turns: Vec<TurnRow>,
    /// How long each place had the floor in all, longest first.
    pub speaking: Vec<SpeakingRow>,
    /// The requests for the floor that were never granted.
    pub unheard: Vec<RequestRow>,
    pub votes: Vec<VoteRow>,
    pub announcements: Vec<AnnouncementRow>,
    pub corrections: Vec<CorrectionRow>,
    /// Who was put out of the meeting.
    pub removals: Vec<RemovalRow>,
    /// Where the ledger stands that all of this was drawn from. Empty before the first record.
    pub heads: Vec<HeadRow>,
    /// What every point is called, also those of which an extract has no row.
    #[serde(skip)]
    pub(crate) point_names: Arc<HashMap<PointId, String>>,
}

/// How much of the meeting a report tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "of", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Scope {
    Meeting,
    /// An extract: the rows of one point's room.
    Point {
        point: PointId,
    },
    /// An extract: the rows of one delegate.
    Delegate {
        delegate: DelegateId,
    },
}

impl Report {
    /// Draws the report of a meeting. `now` counts only while the meeting is not closed.
    ///
    /// # Errors
    /// When the ledger cannot be what a server wrote; see [`ReportError`].
    pub fn draw(source: &Source, now: Timestamp) -> Result<Report, ReportError> {
        draw::draw(source, now)
    }
}
