//! The media workers: started, listened to, replaced when they die.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::Duration,
};

use tokio::{sync::mpsc, time::sleep};

use super::{Inner, RoomHandle, room::ToRoom};
use crate::{
    ids::PeerId,
    media::{
        Event,
        worker::{Worker, WorkerOptions},
    },
    signalling::room::{Input, room_number},
};

/// Between attempts to replace a worker: doubled each time, within these bounds.
const FIRST_RETRY: Duration = Duration::from_millis(50);
const LAST_RETRY: Duration = Duration::from_secs(5);

/// A worker's place: its address stays, the worker in it may change.
pub(super) struct Slot {
    options: WorkerOptions,
    worker: Mutex<Option<Worker>>,
}

impl Slot {
    pub fn address(&self) -> SocketAddr {
        self.options.listen
    }

    /// The running worker, unless it died and is not replaced yet.
    pub fn worker(&self) -> Option<Worker> {
        self.worker.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn set(&self, worker: Option<Worker>) {
        *self.worker.lock().unwrap_or_else(PoisonError::into_inner) = worker;
    }
}

/// Starts a worker for each options; all of them or an error.
pub(super) fn spawn_all(
    workers: impl IntoIterator<Item = WorkerOptions>,
) -> io::Result<(Vec<Slot>, Vec<mpsc::Receiver<Event>>)> {
    let mut slots = Vec::new();
    let mut receivers = Vec::new();
    for mut options in workers {
        let (worker, events) = Worker::spawn(options.clone())?;
        // A port chosen by the system is kept, so that a replacement has the same address.
        if let (0, Some(candidate)) = (options.listen.port(), worker.endpoint().candidates.first()) {
            options.listen.set_port(candidate.port());
        }
        slots.push(Slot { options, worker: Mutex::new(Some(worker)) });
        receivers.push(events);
    }
    Ok((slots, receivers))
}

/// The running worker with the fewest participants, then the fewest rooms.
pub(super) fn least_loaded<'a>(slots: &[Slot], rooms: impl Iterator<Item = &'a RoomHandle> + Clone) -> usize {
    let load = |slot: usize| {
        let here = rooms.clone().filter(|room| room.slot == slot);
        let participants: usize = here.clone().map(|room| room.participants.load(Ordering::Relaxed)).sum();
        (participants, here.count())
    };
    let running = (0..slots.len()).filter(|slot| slots.get(*slot).is_some_and(|slot| slot.worker().is_some()));
    running.min_by_key(|slot| load(*slot)).unwrap_or_default()
}

/// Brings a worker's events to its rooms, and a new worker when it has died.
pub(super) async fn supervise(hub: Arc<Inner>, index: usize, mut events: mpsc::Receiver<Event>) {
    let Some(slot) = hub.slots.get(index) else { return };
    loop {
        while let Some(event) = events.recv().await {
            route(&hub, event).await;
        }
        if hub.is_stopping() {
            return;
        }
        tracing::error!(worker = index, "a media worker died; its clients will come back to a new one");
        slot.set(None);
        tell_rooms(&hub, index, None).await;

        let mut wait = FIRST_RETRY;
        events = loop {
            match Worker::spawn(slot.options.clone()) {
                Ok((worker, events)) => {
                    slot.set(Some(worker.clone()));
                    tell_rooms(&hub, index, Some(worker)).await;
                    break events;
                }
                Err(error) => {
                    tracing::error!(worker = index, %error, "cannot start a media worker");
                    sleep(wait).await;
                    wait = (wait * 2).min(LAST_RETRY);
                }
            }
            if hub.is_stopping() {
                return;
            }
        };
        tracing::info!(worker = index, "the media worker is replaced");
    }
}

async fn route(hub: &Inner, event: Event) {
    let number = room_number(peer_of(&event));
    let inbox = hub.rooms().values().find(|room| room.number == number).map(|room| room.inbox.clone());
    if let Some(inbox) = inbox {
        // A room that has just ended needs no event.
        let _ = inbox.send(ToRoom::Input(Input::Media(event))).await;
    }
}

async fn tell_rooms(hub: &Inner, slot: usize, worker: Option<Worker>) {
    let rooms: Vec<_> = hub.rooms().values().filter(|room| room.slot == slot).cloned().collect();
    for room in rooms {
        // As above.
        let _ = room.inbox.send(ToRoom::Worker(worker.clone())).await;
    }
}

fn peer_of(event: &Event) -> PeerId {
    match event {
        Event::Connected { peer }
        | Event::Silent { peer, .. }
        | Event::Heard { peer }
        | Event::Failed { peer, .. }
        | Event::Flowing { peer, .. }
        | Event::Starved { peer, .. }
        | Event::Voice { peer, .. }
        | Event::Quality { peer, .. }
        | Event::Data { peer, .. } => *peer,
    }
}
