//! The task that owns one room: feeds it inputs, performs its outputs in order.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use prost::Message as _;
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep_until,
};
use tracing::Instrument;

use super::{
    Inner, RoomHandle,
    coordinator::Accepted,
    locked,
    policy::{Ended, Watched},
};
use crate::{
    clock::{self, Timestamp},
    ids::{MeetingId, RoomName, SessionId},
    media::worker::Worker,
    meeting::{Actor, Fact, LineQuality, Place, Seat},
    signalling::{
        proto::{self, SignalResponse, signal_response},
        room::{Ask, Input, Options, Output, REFRESHED_TTL, Refused, Reply, Room},
        token::Claims,
    },
};

/// Inputs handled before their outputs are performed, so that records of one moment share a commit.
const BATCH: usize = 64;

pub(super) enum ToRoom {
    Enter(Enter),
    Input(Input),
    /// Another worker holds the room's media from now on, or none.
    Worker(Option<Worker>),
    /// The server API asks for something.
    Ask(Ask, oneshot::Sender<Result<Reply, Refused>>),
}

/// A session that comes to the room.
pub(super) struct Enter {
    pub session: SessionId,
    pub claims: Box<Claims>,
    pub seat: Option<Seat>,
    /// The meeting that the seat is in.
    pub meeting: Option<Watched>,
    pub request: Box<proto::JoinRequest>,
    pub outbound: mpsc::Sender<Bytes>,
}

pub(super) struct RoomTask {
    hub: Arc<Inner>,
    number: u32,
    name: RoomName,
    room: Room,
    worker: Option<Worker>,
    inbox: mpsc::Receiver<ToRoom>,
    sessions: HashMap<SessionId, mpsc::Sender<Bytes>>,
    participants: Arc<AtomicUsize>,
    lines: Arc<Mutex<BTreeMap<Place, LineQuality>>>,
    /// None in a plain room.
    meeting: Option<Watched>,
}

impl RoomTask {
    pub fn new(
        hub: Arc<Inner>,
        handle: &RoomHandle,
        options: Options,
        worker: Option<Worker>,
        inbox: mpsc::Receiver<ToRoom>,
    ) -> Self {
        let (number, name) = (options.number, options.name.clone());
        let endpoint = worker.as_ref().map(|worker| worker.endpoint().clone());
        let room = Room::new(options, endpoint, Instant::now(), clock::now());
        let (participants, lines) = (handle.participants.clone(), handle.lines.clone());
        Self { hub, number, name, room, worker, inbox, sessions: HashMap::new(), participants, lines, meeting: None }
    }

    pub async fn run(self) {
        let span = tracing::info_span!("room", room = %self.room.sid());
        self.serve().instrument(span).await;
    }

    async fn serve(mut self) {
        tracing::info!("room opened");
        loop {
            let deadline = self.room.next_deadline().unwrap_or_else(|| Instant::now() + Duration::from_secs(60));
            tokio::select! {
                message = self.inbox.recv() => match message {
                    Some(message) => self.take(message),
                    None => break,
                },
                inputs = next_of(&mut self.meeting) => match inputs {
                    Ok(inputs) => inputs.into_iter().for_each(|input| self.input(input)),
                    Err(Ended) => self.follow_anew().await,
                },
                () = sleep_until(deadline.into()) => self.input(Input::Tick),
            }
            for _ in 1..BATCH {
                match self.inbox.try_recv() {
                    Ok(message) => self.take(message),
                    Err(_) => break,
                }
            }
            self.perform().await;
            self.participants.store(self.room.participant_count(), Ordering::Relaxed);
            if let Some(lines) = self.room.poll_lines() {
                *locked(&self.lines) = lines;
                self.hub.line_news.send_modify(|number| *number += 1);
            }
            if self.retires() {
                break;
            }
        }
        self.room.end(clock::now());
        self.perform().await;
        tracing::info!("room closed");
    }

    fn take(&mut self, message: ToRoom) {
        match message {
            ToRoom::Enter(Enter { session, claims, seat, meeting, request, outbound }) => {
                self.sessions.insert(session, outbound);
                self.follow(meeting);
                self.input(Input::Join { session, claims, seat, request });
            }
            ToRoom::Input(input) => {
                if let Input::SignalClosed { session } = &input {
                    self.sessions.remove(session);
                }
                self.input(input);
            }
            ToRoom::Worker(worker) => {
                self.input(match &worker {
                    Some(worker) => Input::WorkerReady(worker.endpoint().clone()),
                    None => Input::WorkerLost,
                });
                self.worker = worker;
            }
            ToRoom::Ask(ask, answer) => {
                // Whoever asked may have gone.
                let _ = answer.send(self.room.serve(Instant::now(), clock::now(), ask));
            }
        }
    }

    /// The room enforces what the meeting wants, from before its first participant on.
    fn follow(&mut self, meeting: Option<Watched>) {
        if let (None, Some(meeting)) = (&self.meeting, meeting) {
            let policy = self.meeting.insert(meeting).policy();
            self.input(policy);
        }
    }

    async fn follow_anew(&mut self) {
        self.meeting = None;
        let Ok(id) = MeetingId::try_from(self.name.to_string()) else { return };
        match Watched::start(&self.hub.coordinators, &id).await {
            Ok(meeting) => self.follow(Some(meeting)),
            // The next participant brings the meeting along.
            Err(error) => tracing::error!(%error, "the room's meeting cannot be read"),
        }
    }

    fn input(&mut self, input: Input) {
        self.room.handle(Instant::now(), clock::now(), input);
    }

    async fn perform(&mut self) {
        let mut records = Vec::new();
        while let Some(output) = self.room.poll_output() {
            if let Output::Record { at, fact } = output {
                records.push((at, fact));
                continue;
            }
            self.write(&mut records).await;
            match output {
                Output::Record { .. } => {}
                Output::Send { sessions, message } => self.send(&sessions, *message),
                Output::CloseSession { session } => {
                    self.sessions.remove(&session);
                }
                Output::RefreshToken { session, claims } => {
                    match self.hub.keys.mint(&claims, clock::now(), REFRESHED_TTL) {
                        Ok(token) => self.send(&[session], signal_response::Message::RefreshToken(token)),
                        Err(error) => tracing::error!(%error, "cannot renew a token"),
                    }
                }
                Output::Media(command) => {
                    if let Some(worker) = &self.worker {
                        // A worker that has died is reported by its supervisor.
                        let _ = worker.send(command).await;
                    }
                }
                Output::Notice(notice) => self.hub.webhooks.tell(notice, self.room.sid()),
            }
        }
        self.write(&mut records).await;
    }

    /// Puts records on disk, all of them together.
    async fn write(&self, records: &mut Vec<(Timestamp, Fact)>) {
        if records.is_empty() {
            return;
        }
        let Ok(meeting) = MeetingId::try_from(self.name.to_string()) else { return records.clear() };
        // The meeting goes on while the ledger fails; what is kept in memory is written when the database works again.
        match self.hub.coordinators.facts(&meeting, Actor::System, std::mem::take(records)).await {
            Ok(Accepted { recorded: true, .. }) => {}
            Ok(_) => tracing::error!("events are not in the ledger yet"),
            Err(error) => tracing::error!(%error, "events are not in the ledger"),
        }
    }

    /// Queues a message for each session; one that does not keep up is closed.
    fn send(&mut self, sessions: &[SessionId], message: signal_response::Message) {
        let bytes = Bytes::from(SignalResponse { message: Some(message) }.encode_to_vec());
        for session in sessions {
            let Some(outbound) = self.sessions.get(session) else { continue };
            if outbound.try_send(bytes.clone()).is_err() {
                tracing::warn!(%session, "a session is too slow or gone; closing it");
                self.sessions.remove(session);
                self.input(Input::SignalClosed { session: *session });
            }
        }
    }

    /// Ends the room when it is over and nobody is on the way in; see [`super::Hub::enter`].
    fn retires(&mut self) -> bool {
        if !self.room.is_finished(Instant::now()) {
            return false;
        }
        let mut rooms = self.hub.rooms();
        if !self.inbox.is_empty() && !self.hub.is_stopping() {
            return false;
        }
        // Another room may have the name by now.
        if rooms.get(&self.name).is_some_and(|handle| handle.number == self.number) {
            rooms.remove(&self.name);
        }
        true
    }
}

/// Waits for news of the room's meeting; for ever in a plain room.
async fn next_of(meeting: &mut Option<Watched>) -> Result<Vec<Input>, Ended> {
    match meeting {
        Some(meeting) => meeting.next().await,
        None => std::future::pending().await,
    }
}
