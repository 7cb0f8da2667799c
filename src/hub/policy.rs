//! A meeting as its room follows it: the policy that the room enforces, and the orders of the chair.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::{broadcast, watch};

use super::coordinator::{CommandError, Coordinators, MeetingSnapshot, News};
use crate::{
    ids::MeetingId,
    meeting::{Conference, EventBody},
    signalling::room::{Input, Order, Policy},
};

/// A room's view of its meeting.
#[derive(Debug)]
pub(super) struct Watched {
    pub snapshot: watch::Receiver<Arc<MeetingSnapshot>>,
    news: broadcast::Receiver<Arc<News>>,
}

/// The meeting is put away or read anew: it is to be watched again.
pub(super) struct Ended;

impl Watched {
    pub async fn start(coordinators: &Coordinators, meeting: &MeetingId) -> Result<Watched, CommandError> {
        Ok(Watched { news: coordinators.news(meeting).await?, snapshot: coordinators.watch(meeting).await? })
    }

    /// The policy as things stand.
    pub fn policy(&mut self) -> Input {
        Input::Policy(Box::new(policy(&self.snapshot.borrow_and_update().conference)))
    }

    /// Waits until the room has something to do about the meeting.
    pub async fn next(&mut self) -> Result<Vec<Input>, Ended> {
        tokio::select! {
            changed = self.snapshot.changed() => {
                changed.map_err(|_| Ended)?;
                Ok(vec![self.policy()])
            }
            news = self.news.recv() => match news {
                Ok(news) => Ok(orders(&news)),
                // Orders are for the moment: the ones that were missed are over.
                Err(broadcast::error::RecvError::Lagged(_)) => Ok(Vec::new()),
                Err(broadcast::error::RecvError::Closed) => Err(Ended),
            },
        }
    }
}

fn orders(news: &News) -> Vec<Input> {
    let order = |body: &EventBody| match body {
        EventBody::MutedAll => Some(Order::MuteAll { but: news.snapshot.conference.presiding() }),
        EventBody::Muted { place } => Some(Order::Mute(place.clone())),
        EventBody::UnmuteAsked { place } => Some(Order::AskUnmute(place.clone())),
        _ => None,
    };
    news.events.iter().filter_map(|event| order(&event.body)).map(Input::Order).collect()
}

fn policy(conference: &Conference) -> Policy {
    Policy {
        seq: conference.last_seq(),
        stage: conference.stage(),
        second_device: conference.meeting().rules.second_device,
        metadata: metadata(conference).to_string(),
    }
}

/// What everybody in the room is shown; see `signalling/WIRE.md`.
fn metadata(conference: &Conference) -> serde_json::Value {
    let floor = conference.floor().holder.as_ref().map(|turn| {
        json!({
            "place": turn.place,
            "speaker": turn.speaker.name,
            "subject": turn.subject,
            "since": turn.since,
            "until": turn.until,
        })
    });
    json!({
        "phase": conference.phase(),
        "presiding": conference.presiding(),
        "floor": floor,
        "queue": conference.floor().queue.len(),
        "items": conference.agenda().current().collect::<Vec<_>>(),
        "locked": conference.is_locked(),
        "spotlight": conference.spotlight(),
        "announcement": conference.announcement(),
        "vote": conference.votes().current().map(|vote| vote.id),
    })
}
