//! The floor: who asks for it, who has it, who had it for how long. At most one has it.

use serde::Serialize;
use utoipa::ToSchema;

use super::{FloorEnd, Place, Speaker};
use crate::{
    clock::Timestamp,
    ids::{RequestId, TurnId},
};

/// The most requests of one place that wait at a time.
pub const MAX_WAITING_PER_PLACE: usize = 3;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Floor {
    pub holder: Option<Turn>,
    /// In the order in which they are to be heard.
    pub queue: Vec<FloorRequest>,
    /// Every turn that is over, in order.
    pub log: Vec<Spoken>,
    /// The number of the last request.
    #[serde(skip)]
    pub(super) last_request: RequestId,
    #[serde(skip)]
    pub(super) last_turn: TurnId,
}

/// Somebody who waits to be heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FloorRequest {
    pub request: RequestId,
    pub place: Place,
    pub speaker: Speaker,
    pub subject: String,
    pub since: Timestamp,
}

/// Somebody who has the floor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Turn {
    pub turn: TurnId,
    /// None when it was given unasked.
    pub request: Option<RequestId>,
    pub place: Place,
    pub speaker: Speaker,
    pub subject: String,
    pub since: Timestamp,
    /// The time box with its extensions; 0 for none.
    pub seconds: u32,
    /// When the time box ends; none without one. Who is over it is shown to be, and not cut off.
    pub until: Option<Timestamp>,
}

/// A turn that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Spoken {
    pub turn: TurnId,
    pub place: Place,
    pub speaker: Speaker,
    pub subject: String,
    pub from: Timestamp,
    pub to: Timestamp,
    pub how: FloorEnd,
}

impl Spoken {
    pub fn millis(&self) -> u64 {
        self.to.millis_since(self.from)
    }
}

impl Floor {
    pub fn waiting(&self, request: RequestId) -> Option<&FloorRequest> {
        self.queue.iter().find(|waiting| waiting.request == request)
    }

    /// How many requests of a place wait.
    pub fn waiting_of(&self, place: &Place) -> usize {
        self.queue.iter().filter(|waiting| waiting.place == *place).count()
    }

    pub(super) fn ask(&mut self, request: FloorRequest) {
        self.last_request = self.last_request.max(request.request);
        self.queue.push(request);
    }

    pub(super) fn drop_request(&mut self, request: RequestId) {
        self.queue.retain(|waiting| waiting.request != request);
    }

    /// Where a request is to stand in the queue without it; none when one of the two does not wait.
    pub(super) fn position(&self, request: RequestId, before: Option<RequestId>) -> Option<usize> {
        self.waiting(request)?;
        let others = || self.queue.iter().filter(|waiting| waiting.request != request);
        match before {
            Some(before) => others().position(|waiting| waiting.request == before),
            None => Some(others().count()),
        }
    }

    pub(super) fn put_before(&mut self, request: RequestId, before: Option<RequestId>) {
        let place = self.queue.iter().position(|waiting| waiting.request == request);
        if let (Some(from), Some(to)) = (place, self.position(request, before)) {
            let moved = self.queue.remove(from);
            self.queue.insert(to, moved);
        }
    }

    pub(super) fn grant(&mut self, turn: Turn) {
        self.last_turn = self.last_turn.max(turn.turn);
        if let Some(request) = turn.request {
            self.drop_request(request);
        }
        let until = (turn.seconds > 0).then(|| turn.since.plus_millis(i64::from(turn.seconds) * 1000));
        self.holder = Some(Turn { until, ..turn });
    }

    pub(super) fn extend(&mut self, turn: TurnId, seconds: u32, at: Timestamp) {
        if let Some(holder) = self.holder.as_mut().filter(|holder| holder.turn == turn) {
            let until = holder.until.unwrap_or(at).max(at).plus_millis(i64::from(seconds) * 1000);
            let box_s = until.millis_since(holder.since).div_ceil(1000);
            holder.seconds = u32::try_from(box_s).unwrap_or(u32::MAX);
            holder.until = Some(until);
        }
    }

    pub(super) fn end(&mut self, turn: TurnId, how: FloorEnd, at: Timestamp) {
        let Some(Turn { turn, request, place, speaker, subject, since, .. }) =
            self.holder.take_if(|holder| holder.turn == turn)
        else {
            return;
        };
        if let (FloorEnd::LineLost, Some(request)) = (how, request) {
            let (place, speaker, subject) = (place.clone(), speaker.clone(), subject.clone());
            self.queue.insert(0, FloorRequest { request, place, speaker, subject, since: at });
        }
        self.log.push(Spoken { turn, place, speaker, subject, from: since, to: at, how });
    }
}
