//! Owns the running rooms: one task a room, translating between signalling, media and records.
//!
//! A [`Hub`] starts the media workers, places each new room on the least loaded one, and brings back a worker that died.
//! Everything a room decides is decided by [`crate::signalling::room`]; here it is performed, in order.

#[cfg(test)]
mod conference_tests;
mod coordinator;
mod policy;
mod room;
mod service;
#[cfg(test)]
mod tests;
mod workers;

use std::{
    collections::{BTreeMap, HashMap},
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::join_all;
use thiserror::Error;
use tokio::{
    sync::{broadcast, mpsc, oneshot, watch},
    time::{MissedTickBehavior, interval, timeout},
};

use self::{
    coordinator::Coordinators,
    policy::Watched,
    room::{Enter, RoomTask, ToRoom},
    workers::Slot,
};
pub use self::{
    coordinator::{Accepted, CommandError, MeetingSnapshot, News},
    service::{RoomRequest, ServiceError},
};
use crate::{
    clock::{self, Timestamp},
    ids::{MeetingId, RoomName, SessionId},
    media::{Snapshot, worker::WorkerOptions},
    meeting::{Actor, Command, Fact, KeptOut, LineQuality, Meeting, Place, PlanRef, Seat},
    records::{LedgerHealth, Records, RecordsError},
    signalling::{
        join::JoinAttempt,
        proto::signal_request,
        room::{Ask, Input, Limits, Options},
        token::ApiKeys,
    },
    webhooks::{self, Webhooks},
};

/// Messages that wait in front of a room.
const ROOM_QUEUE: usize = 1024;
/// Rooms at a time; meetings find room beyond it.
const MAX_ROOMS: usize = 5_000;
/// The ledger hears this often that the server is alive.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Rooms have this long to say goodbye when the server stops.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// The running rooms and workers; clones share them.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

pub(crate) struct Inner {
    keys: ApiKeys,
    records: Records,
    coordinators: Coordinators,
    dev: bool,
    limits: Limits,
    slots: Vec<Slot>,
    rooms: Mutex<HashMap<RoomName, RoomHandle>>,
    webhooks: Webhooks,
    line_news: watch::Sender<u64>,
    last_room: AtomicU32,
    last_session: AtomicU64,
    stopping: AtomicBool,
}

/// A running room as the rest of the process sees it.
#[derive(Clone)]
struct RoomHandle {
    number: u32,
    of_meeting: bool,
    /// The worker slot that holds its media.
    slot: usize,
    participants: Arc<AtomicUsize>,
    /// How the lines of the meeting's places are.
    lines: Arc<Mutex<BTreeMap<Place, LineQuality>>>,
    inbox: mpsc::Sender<ToRoom>,
}

/// Why nobody can join right now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("permissions denied: no seat in this meeting")]
    NoSeat,
    #[error("permissions denied: the meeting is not open to its points")]
    Shut,
    #[error("permissions denied: the chair removed this seat")]
    Removed,
    #[error("permissions denied: the meeting is locked, and this seat was not here before")]
    Locked,
    #[error("the server is stopping")]
    Stopping,
    #[error("the server is too busy")]
    Busy,
    #[error("the server has as many rooms as it can")]
    TooManyRooms,
    #[error("the records cannot be read")]
    Records,
}

/// What the records say about an attempt to join: its seat, when the room is a meeting's.
#[derive(Debug)]
pub struct Admission {
    seat: Option<Seat>,
    meeting: Option<Watched>,
}

/// A session's way to its room.
#[derive(Debug)]
pub struct Entered {
    session: SessionId,
    inbox: mpsc::Sender<ToRoom>,
}

/// The room has ended; so has the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the room has ended")]
pub struct RoomGone;

impl Entered {
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// Passes a request on; waits while the room's queue is full.
    pub async fn request(&self, message: signal_request::Message) -> Result<(), RoomGone> {
        let input = Input::Request { session: self.session, message: Box::new(message) };
        self.inbox.send(ToRoom::Input(input)).await.map_err(|_| RoomGone)
    }

    /// The WebSocket is gone. A room that has ended does not care.
    pub async fn closed(self) {
        let _ = self.inbox.send(ToRoom::Input(Input::SignalClosed { session: self.session })).await;
    }
}

impl Hub {
    /// Starts the workers and the heartbeat; needs a tokio runtime. Fails when a worker cannot have its address.
    pub fn start(
        workers: impl IntoIterator<Item = WorkerOptions>,
        records: Records,
        keys: ApiKeys,
        dev: bool,
        webhooks: Webhooks,
    ) -> io::Result<Hub> {
        let (slots, receivers) = workers::spawn_all(workers)?;
        let hub = Hub(Arc::new(Inner {
            keys,
            coordinators: Coordinators::new(records.clone()),
            records,
            dev,
            limits: Limits::default(),
            slots,
            rooms: Mutex::default(),
            webhooks,
            line_news: watch::Sender::new(0),
            last_room: AtomicU32::new(0),
            last_session: AtomicU64::new(0),
            stopping: AtomicBool::new(false),
        }));
        for (slot, events) in receivers.into_iter().enumerate() {
            tokio::spawn(workers::supervise(hub.0.clone(), slot, events));
        }
        tokio::spawn(heartbeat(hub.0.clone()));
        Ok(hub)
    }

    /// Closes what an earlier server left open when it ended without a word. To be called before anybody is let in.
    pub async fn recover(&self, now: Timestamp) -> Result<(), RecordsError> {
        self.0.coordinators.recover(now).await
    }

    /// Asks something of a meeting; answers when it is on disk, or after two seconds with [`Accepted::recorded`] false.
    ///
    /// # Errors
    /// The refusal, or why nothing can be asked of the meeting.
    pub async fn command(&self, meeting: &MeetingId, actor: Actor, command: Command) -> Result<Accepted, CommandError> {
        self.0.coordinators.command(meeting, actor, command).await
    }

    /// Tells a meeting what an actor brought about elsewhere.
    ///
    /// # Errors
    /// When nothing can be told to the meeting.
    pub async fn fact(&self, meeting: &MeetingId, actor: Actor, fact: Fact) -> Result<Accepted, CommandError> {
        self.0.coordinators.facts(meeting, actor, vec![(clock::now(), fact)]).await
    }

    /// Puts a newer version of a meeting's plan, which is saved already, in force.
    ///
    /// # Errors
    /// When nothing can be told to the meeting.
    pub async fn plan_changed(&self, actor: Actor, meeting: Meeting, plan: PlanRef) -> Result<Accepted, CommandError> {
        self.0.coordinators.plan_changed(actor, meeting, plan).await
    }

    /// A meeting as it stands, from now on.
    ///
    /// # Errors
    /// [`CommandError::UnknownMeeting`], and when it cannot be read.
    pub async fn meeting(&self, meeting: &MeetingId) -> Result<watch::Receiver<Arc<MeetingSnapshot>>, CommandError> {
        self.0.coordinators.watch(meeting).await
    }

    /// What happens in a meeting from now on.
    ///
    /// # Errors
    /// [`CommandError::UnknownMeeting`], and when it cannot be read.
    pub async fn news(&self, meeting: &MeetingId) -> Result<broadcast::Receiver<Arc<News>>, CommandError> {
        self.0.coordinators.news(meeting).await
    }

    /// Whether the ledger is being written.
    pub fn ledger_health(&self) -> watch::Receiver<LedgerHealth> {
        self.0.records.health()
    }

    pub fn records(&self) -> &Records {
        &self.0.records
    }

    pub fn keys(&self) -> &ApiKeys {
        &self.0.keys
    }

    /// Where the workers take media, with the ports that the system chose for them.
    pub fn media_addresses(&self) -> Vec<SocketAddr> {
        self.0.slots.iter().map(Slot::address).collect()
    }

    /// Looks up whether the room is a meeting's and, if so, which seat the participant has in it.
    pub async fn admit(&self, attempt: &JoinAttempt) -> Result<Admission, Refusal> {
        if self.0.stopping.load(Ordering::Relaxed) {
            return Err(Refusal::Stopping);
        }
        let Ok(id) = MeetingId::try_from(attempt.room.to_string()) else {
            return Ok(Admission { seat: None, meeting: None });
        };
        let watched = match Watched::start(&self.0.coordinators, &id).await {
            Err(CommandError::UnknownMeeting) => return Ok(Admission { seat: None, meeting: None }),
            Err(error) => {
                tracing::error!(%error, "cannot look up the meeting of a room");
                return Err(Refusal::Records);
            }
            Ok(watched) => watched,
        };
        let snapshot = watched.snapshot.borrow().clone();
        let seat = snapshot.conference.meeting().seat(&attempt.identity).ok_or(Refusal::NoSeat)?;
        match snapshot.conference.kept_out(&seat.place) {
            None => Ok(Admission { seat: Some(seat), meeting: Some(watched) }),
            Some(KeptOut::Shut) => Err(Refusal::Shut),
            Some(KeptOut::Removed) => Err(Refusal::Removed),
            Some(KeptOut::Locked) => Err(Refusal::Locked),
        }
    }

    /// Brings a session to its room, which is made when it does not exist. What the room says to the session comes out of
    /// `outbound`'s receiver as encoded `SignalResponse`s; its end asks to close the WebSocket.
    pub fn enter(
        &self,
        attempt: JoinAttempt,
        admission: Admission,
        outbound: mpsc::Sender<Bytes>,
    ) -> Result<Entered, Refusal> {
        let JoinAttempt { room: name, claims, request, .. } = attempt;
        let session = SessionId(self.0.last_session.fetch_add(1, Ordering::Relaxed) + 1);
        // The lock is held until the room has the session in its queue, so that it cannot end in between.
        let mut rooms = self.0.rooms();
        let handle = self.find_or_open(&mut rooms, self.options(name), admission.meeting.is_some())?;
        let enter = Enter {
            session,
            claims: Box::new(claims),
            seat: admission.seat,
            meeting: admission.meeting,
            request: Box::new(request),
            outbound,
        };
        handle.inbox.try_send(ToRoom::Enter(enter)).map_err(|_| Refusal::Busy)?;
        Ok(Entered { session, inbox: handle.inbox })
    }

    /// What a room of this name is like unless something else is asked for.
    fn options(&self, name: RoomName) -> Options {
        let number = self.0.last_room.fetch_add(1, Ordering::Relaxed) + 1;
        Options {
            dev: self.0.dev,
            limits: self.0.limits,
            notices: self.0.webhooks.is_wanted(),
            ..Options::new(number, name)
        }
    }

    fn find_or_open(
        &self,
        rooms: &mut HashMap<RoomName, RoomHandle>,
        options: Options,
        of_meeting: bool,
    ) -> Result<RoomHandle, Refusal> {
        if self.0.is_stopping() {
            return Err(Refusal::Stopping);
        }
        // A room that has come to a sudden end does not take its name with it.
        if let Some(handle) = rooms.get(&options.name).filter(|handle| !handle.inbox.is_closed()) {
            if handle.of_meeting || !of_meeting {
                return Ok(handle.clone());
            }
            // A plain room gives way to the meeting that was made under its name. Nobody waits for its answer.
            let _ = handle.inbox.try_send(ToRoom::Ask(Ask::Delete, oneshot::channel().0));
        } else if rooms.len() >= MAX_ROOMS && !of_meeting {
            return Err(Refusal::TooManyRooms);
        }
        let slot = workers::least_loaded(&self.0.slots, rooms.values());
        let (inbox, receiver) = mpsc::channel(ROOM_QUEUE);
        let handle = RoomHandle {
            number: options.number,
            of_meeting,
            slot,
            participants: Arc::default(),
            lines: Arc::default(),
            inbox,
        };
        let worker = self.0.slots.get(slot).and_then(Slot::worker);
        rooms.insert(options.name.clone(), handle.clone());
        let task = RoomTask::new(self.0.clone(), &handle, options, worker, receiver);
        tokio::spawn(task.run());
        Ok(handle)
    }

    /// What webhooks have delivered and lost so far.
    pub fn webhooks(&self) -> webhooks::Counts {
        self.0.webhooks.counts()
    }

    /// How the lines of a meeting's places are, as far as they are up; see [`Hub::line_news`].
    pub fn line_quality(&self, meeting: &MeetingId) -> BTreeMap<Place, LineQuality> {
        let handle = meeting.to_string().parse().ok().and_then(|name: RoomName| self.0.rooms().get(&name).cloned());
        handle.map(|handle| locked(&handle.lines).clone()).unwrap_or_default()
    }

    /// A number that rises whenever the lines of any meeting have changed.
    pub fn line_news(&self) -> watch::Receiver<u64> {
        self.0.line_news.subscribe()
    }

    /// How many rooms are running.
    pub fn room_count(&self) -> usize {
        self.0.rooms().len()
    }

    /// How many participants are in all rooms.
    pub fn participant_count(&self) -> usize {
        self.0.rooms().values().map(|handle| handle.participants.load(Ordering::Relaxed)).sum()
    }

    /// What each running worker held and had done a moment ago, in the order of their ports; without those that are being
    /// replaced.
    pub fn media_snapshots(&self) -> Vec<Snapshot> {
        self.0.slots.iter().filter_map(|slot| Some(slot.worker()?.snapshot())).collect()
    }

    /// Tells everybody to come back later, closes their lines in the records, and ends the rooms and workers.
    pub async fn shutdown(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
        let handles: Vec<_> = self.0.rooms().values().cloned().collect();
        let ends = handles.iter().map(|handle| async {
            if handle.inbox.send(ToRoom::Input(Input::Stop)).await.is_ok() {
                handle.inbox.closed().await;
            }
        });
        if timeout(SHUTDOWN_TIMEOUT, join_all(ends)).await.is_err() {
            tracing::error!("some rooms did not end in time");
        }
        for slot in &self.0.slots {
            slot.set(None);
        }
    }
}

/// Nothing panics while one of these is held; if something did, what is in it is still whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    fn rooms(&self) -> MutexGuard<'_, HashMap<RoomName, RoomHandle>> {
        locked(&self.rooms)
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

async fn heartbeat(hub: Arc<Inner>) {
    let mut ticks = interval(HEARTBEAT);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut failing = false;
    while !hub.is_stopping() {
        ticks.tick().await;
        let result = hub.records.heartbeat(clock::now()).await;
        if let (Err(error), false) = (&result, failing) {
            tracing::error!(%error, "the records do not take the heartbeat");
        }
        failing = result.is_err();
    }
}
