//! The task that owns a meeting under way: takes commands and facts, decides, appends, then tells.
//!
//! It is the only one that appends to its meeting's ledger. What happens is applied at once and handed to the records
//! in the same order; nobody hears of it before it is on disk. While the ledger cannot be written, the meeting goes on
//! after two seconds, and says so.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt, stream::FuturesOrdered};
use serde::Serialize;
use serde_json::Value;
use thiserror::Error;
use tokio::{
    sync::{broadcast, mpsc, oneshot, watch},
    time::{Instant, timeout, timeout_at},
};

use crate::{
    clock::{self, Timestamp},
    ids::MeetingId,
    meeting::{Actor, Command, Conference, Event, EventBody, Fact, Meeting, PlanRef, Refusal},
    records::{LedgerHealth, Records, RecordsError, Submitted},
};

/// Requests that wait in front of a meeting.
const QUEUE: usize = 1024;
/// Requests handled before their events are waited for, so that those of one moment share a commit.
const BATCH: usize = 64;
/// How long those who asked wait for the disk.
const DURABLE_TIMEOUT: Duration = Duration::from_secs(2);
/// A meeting that nobody asks about or watches is put away after this long; it comes back by replay.
const IDLE: Duration = Duration::from_secs(600);
/// News that a slow listener may be behind.
const NEWS: usize = 256;

/// A meeting as it stands, with how much of it is on disk.
#[derive(Clone, Debug)]
pub struct MeetingSnapshot {
    pub conference: Conference,
    /// The number of the last event that is known to be on disk.
    pub recorded_through: u64,
    /// What everybody and what the hosts see as JSON: put together once, however many look on.
    public: OnceLock<Arc<Value>>,
    host: OnceLock<Arc<Value>>,
}

impl MeetingSnapshot {
    fn new(conference: Conference, recorded_through: u64) -> Arc<MeetingSnapshot> {
        Arc::new(MeetingSnapshot { conference, recorded_through, public: OnceLock::new(), host: OnceLock::new() })
    }

    /// The [`PublicView`](crate::meeting::PublicView) that does not name voters, as JSON.
    pub fn public_json(&self) -> Arc<Value> {
        self.public.get_or_init(|| json(&self.conference.public_view(false))).clone()
    }

    /// The [`HostView`](crate::meeting::HostView), as JSON.
    pub fn host_json(&self) -> Arc<Value> {
        self.host.get_or_init(|| json(&self.conference.host_view())).clone()
    }
}

fn json(view: &impl Serialize) -> Arc<Value> {
    // A view is always an object with keys of text.
    Arc::new(serde_json::to_value(view).unwrap_or_default())
}

/// Events that have just been told, and the meeting after them.
#[derive(Clone, Debug)]
pub struct News {
    pub events: Vec<Event>,
    pub snapshot: Arc<MeetingSnapshot>,
}

/// A command that was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The numbers of its first and last event.
    pub first_seq: u64,
    pub last_seq: u64,
    /// Whether its events are on disk; if not, they are kept in memory and written as soon as possible.
    pub recorded: bool,
}

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CommandError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("there is no such meeting")]
    UnknownMeeting,
    #[error("the ledger has not been written for so long that nothing new can be begun")]
    LedgerFull,
    #[error("the records cannot be read")]
    Unavailable,
}

/// Tells the time: the wall clock, in tests one that is set by hand.
pub(super) type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;

type Answer = oneshot::Sender<Result<Accepted, CommandError>>;

enum Ask {
    Command { actor: Actor, command: Box<Command>, answer: Answer },
    Facts { actor: Actor, facts: Vec<(Timestamp, Fact)>, answer: Answer },
    Plan { actor: Actor, meeting: Arc<Meeting>, plan: PlanRef, answer: Answer },
}

/// A running coordinator as the rest of the hub sees it.
#[derive(Clone)]
struct Handle {
    inbox: mpsc::Sender<Ask>,
    snapshot: watch::Sender<Arc<MeetingSnapshot>>,
    news: broadcast::Sender<Arc<News>>,
}

/// The meetings that are awake; clones share them.
#[derive(Clone)]
pub(super) struct Coordinators(Arc<Shared>);

struct Shared {
    records: Records,
    clock: Clock,
    awake: Mutex<HashMap<MeetingId, Handle>>,
    /// Held while a meeting is read, so that it is read once.
    waking: tokio::sync::Mutex<()>,
}

impl Coordinators {
    pub(super) fn new(records: Records) -> Coordinators {
        Self::by_the_clock(records, Box::new(clock::now))
    }

    pub(super) fn by_the_clock(records: Records, clock: Clock) -> Coordinators {
        let (awake, waking) = (Mutex::default(), tokio::sync::Mutex::default());
        Coordinators(Arc::new(Shared { records, clock, awake, waking }))
    }

    /// Closes what an earlier server left open when it ended without a word.
    pub(super) async fn recover(&self, now: Timestamp) -> Result<(), RecordsError> {
        let records = &self.0.records;
        for meeting in records.reader().unnamed_plans().await? {
            // A meeting that wakes up says itself which plan holds.
            if let Err(error) = self.wake(&meeting).await {
                tracing::error!(%meeting, %error, "the ledger cannot be told which plan holds");
            }
        }
        if let Some(last_known) = records.last_known() {
            for meeting in records.open_meetings().await? {
                tracing::warn!(%meeting, %last_known, "the server had stopped without closing the open lines");
                let fact = (now, Fact::Recovered { last_known });
                if let Err(error) = self.facts(&meeting, Actor::System, vec![fact]).await {
                    tracing::error!(%meeting, %error, "the open lines cannot be closed");
                }
            }
        }
        records.recovered();
        Ok(())
    }

    /// # Errors
    /// The refusal, or why nothing can be asked of the meeting.
    pub(super) async fn command(
        &self,
        meeting: &MeetingId,
        actor: Actor,
        command: Command,
    ) -> Result<Accepted, CommandError> {
        self.ask(meeting, |answer| Ask::Command { actor, command: Box::new(command), answer }).await
    }

    /// Tells what was seen to happen. Facts that tell nothing new are accepted and change nothing.
    pub(super) async fn facts(
        &self,
        meeting: &MeetingId,
        actor: Actor,
        facts: Vec<(Timestamp, Fact)>,
    ) -> Result<Accepted, CommandError> {
        self.ask(meeting, |answer| Ask::Facts { actor, facts, answer }).await
    }

    /// Puts a newer version of the plan in force.
    pub(super) async fn plan_changed(
        &self,
        actor: Actor,
        meeting: Meeting,
        plan: PlanRef,
    ) -> Result<Accepted, CommandError> {
        let id = meeting.id.clone();
        self.ask(&id, |answer| Ask::Plan { actor, meeting: Arc::new(meeting), plan, answer }).await
    }

    /// The meeting as it stands, from now on.
    pub(super) async fn watch(
        &self,
        meeting: &MeetingId,
    ) -> Result<watch::Receiver<Arc<MeetingSnapshot>>, CommandError> {
        Ok(self.wake(meeting).await?.snapshot.subscribe())
    }

    /// What happens from now on, as it is told.
    pub(super) async fn news(&self, meeting: &MeetingId) -> Result<broadcast::Receiver<Arc<News>>, CommandError> {
        Ok(self.wake(meeting).await?.news.subscribe())
    }

    async fn ask(&self, meeting: &MeetingId, ask: impl FnOnce(Answer) -> Ask) -> Result<Accepted, CommandError> {
        let (answer, answered) = oneshot::channel();
        let handle = self.wake(meeting).await?;
        handle.inbox.send(ask(answer)).await.map_err(|_| CommandError::Unavailable)?;
        answered.await.unwrap_or(Err(CommandError::Unavailable))
    }

    fn awake(&self) -> MutexGuard<'_, HashMap<MeetingId, Handle>> {
        // Nothing panics while it is held; if something did, the map itself is still whole.
        self.0.awake.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, meeting: &MeetingId) -> Option<Handle> {
        self.awake().get(meeting).filter(|handle| !handle.inbox.is_closed()).cloned()
    }

    async fn wake(&self, meeting: &MeetingId) -> Result<Handle, CommandError> {
        if let Some(handle) = self.find(meeting) {
            return Ok(handle);
        }
        let _alone = self.0.waking.lock().await;
        if let Some(handle) = self.find(meeting) {
            return Ok(handle);
        }
        let conference = self.read(meeting).await?;
        let snapshot = MeetingSnapshot::new(conference.clone(), conference.last_seq());
        let (inbox, asks) = mpsc::channel(QUEUE);
        let handle = Handle { inbox, snapshot: watch::Sender::new(snapshot), news: broadcast::Sender::new(NEWS) };
        let task = Coordinator {
            meeting: meeting.clone(),
            coordinators: self.clone(),
            records: self.0.records.clone(),
            recorded_through: conference.last_seq(),
            conference,
            snapshot: handle.snapshot.clone(),
            news: handle.news.clone(),
            late: FuturesOrdered::new(),
        };
        self.awake().insert(meeting.clone(), handle.clone());
        tokio::spawn(task.run(asks));
        Ok(handle)
    }

    async fn read(&self, meeting: &MeetingId) -> Result<Conference, CommandError> {
        let unreadable = |error: RecordsError| {
            tracing::error!(%meeting, %error, "a meeting cannot be read");
            CommandError::Unavailable
        };
        let records = &self.0.records;
        let (plan, plan_ref) = records.plan(meeting).await.map_err(unreadable)?.ok_or(CommandError::UnknownMeeting)?;
        let events = records.events(meeting).await.map_err(unreadable)?;
        let ballots = records.ballots(meeting).await.map_err(unreadable)?;
        let mut conference = Conference::replay(Arc::new(plan), plan_ref, &events);
        for (vote, counts) in ballots {
            conference.fill_box(vote, &counts);
        }
        Ok(conference)
    }
}

type Late = futures_util::future::BoxFuture<'static, (u64, Result<(), RecordsError>)>;

struct Coordinator {
    meeting: MeetingId,
    coordinators: Coordinators,
    records: Records,
    conference: Conference,
    recorded_through: u64,
    snapshot: watch::Sender<Arc<MeetingSnapshot>>,
    news: broadcast::Sender<Arc<News>>,
    /// Events that were told though they are not on disk yet.
    late: FuturesOrdered<Late>,
}

/// What came of one request.
struct Taken {
    answer: Answer,
    accepted: Accepted,
    submitted: Option<Submitted>,
}

/// The ledger and the conference no longer agree: the meeting is to be read anew.
struct Astray;

impl Coordinator {
    fn now(&self) -> Timestamp {
        (self.coordinators.0.clock)()
    }

    async fn run(mut self, mut asks: mpsc::Receiver<Ask>) {
        if self.conference.owes_plan() && self.settle_plan().await.is_err() {
            return asks.close();
        }
        loop {
            let ask = tokio::select! {
                ask = timeout(IDLE, asks.recv()) => ask,
                Some((seq, result)) = self.late.next() => {
                    if self.caught_up(seq, result).is_err() {
                        break;
                    }
                    continue;
                }
            };
            match ask {
                Ok(Some(ask)) => {
                    if self.batch(ask, &mut asks).await.is_err() {
                        break;
                    }
                }
                Ok(None) => break,
                Err(_) if self.puts_away(&asks) => return,
                Err(_) => {}
            }
        }
        // Whoever asks next finds the inbox closed, and wakes the meeting anew.
        asks.close();
    }

    /// Puts into the ledger what an earlier server saved and had no time to tell: the version of the plan that holds.
    async fn settle_plan(&mut self) -> Result<(), Astray> {
        let fact = Fact::PlanChanged(self.conference.plan().clone());
        let (answer, _) = oneshot::channel();
        let mut events = Vec::new();
        let owed = Ask::Facts { actor: Actor::System, facts: vec![(self.now(), fact)], answer };
        let taken = self.take(owed, &mut events);
        self.settle(taken.into_iter().collect(), events).await
    }

    /// Whether nobody needs the meeting right now; then it is no longer found.
    fn puts_away(&self, asks: &mpsc::Receiver<Ask>) -> bool {
        let mut awake = self.coordinators.awake();
        let unused = self.snapshot.receiver_count() == 0 && self.news.receiver_count() == 0;
        let idle = unused && asks.is_empty() && self.late.is_empty();
        if idle {
            awake.remove(&self.meeting);
        }
        idle
    }

    async fn batch(&mut self, first: Ask, asks: &mut mpsc::Receiver<Ask>) -> Result<(), Astray> {
        let mut events = Vec::new();
        let mut taken = Vec::new();
        let mut next = Some(first);
        while let Some(ask) = next {
            taken.extend(self.take(ask, &mut events));
            next = (taken.len() < BATCH).then(|| asks.try_recv().ok()).flatten();
        }
        self.settle(taken, events).await
    }

    /// Carries out one request as far as memory goes. A refusal is answered at once.
    fn take(&mut self, ask: Ask, events: &mut Vec<Event>) -> Option<Taken> {
        let now = self.now();
        let (actor, bodies, ballot, answer) = match ask {
            Ask::Command { answer, .. } if !self.records.has_room() => {
                // Whoever asked may have gone; so below.
                let _ = answer.send(Err(CommandError::LedgerFull));
                return None;
            }
            Ask::Command { actor, command, answer } => match self.conference.decide(now, &actor, &command) {
                Ok(decision) => {
                    let bodies = decision.events.into_iter().map(|body| (now, body)).collect();
                    (actor, bodies, decision.ballot, answer)
                }
                Err(refusal) => {
                    let _ = answer.send(Err(refusal.into()));
                    return None;
                }
            },
            Ask::Facts { actor, facts, answer } => {
                // One after the other: each is seen against what the one before it changed.
                let mut all = None;
                for (at, fact) in facts {
                    let bodies = self.conference.observe(&fact).into_iter().map(|body| (at, body)).collect();
                    all = self.happen(&actor, bodies, None, events).or(all);
                }
                return self.answered(all, answer);
            }
            Ask::Plan { actor, meeting, plan, answer } => {
                if plan.version < self.conference.plan().version {
                    return self.answered(None, answer);
                }
                let mut changed = self.conference.clone();
                changed.set_plan(meeting.clone(), plan.clone());
                let bodies = changed.observe(&Fact::PlanChanged(plan.clone())).into_iter().map(|body| (now, body));
                let happened = self.happen(&actor, bodies.collect(), None, events);
                // What the ledger does not take does not hold either.
                if !matches!(happened, Some(Err(_))) {
                    self.conference.set_plan(meeting, plan);
                }
                return self.answered(happened, answer);
            }
        };
        let submitted = self.happen(&actor, bodies, ballot, events);
        self.answered(submitted, answer)
    }

    fn answered(&self, happened: Option<Result<(u64, Submitted), RecordsError>>, answer: Answer) -> Option<Taken> {
        let last_seq = self.conference.last_seq();
        match happened {
            Some(Ok((first_seq, submitted))) => {
                let accepted = Accepted { first_seq, last_seq, recorded: true };
                Some(Taken { answer, accepted, submitted: Some(submitted) })
            }
            None => {
                let accepted = Accepted { first_seq: last_seq, last_seq, recorded: true };
                Some(Taken { answer, accepted, submitted: None })
            }
            Some(Err(error)) => {
                tracing::error!(meeting = %self.meeting, %error, "the ledger does not take an event");
                let _ = answer.send(Err(CommandError::Unavailable));
                None
            }
        }
    }

    /// Hands events to the records and, if those take them, applies them. None when there are none.
    fn happen(
        &mut self,
        actor: &Actor,
        bodies: Vec<(Timestamp, EventBody)>,
        ballot: Option<(crate::ids::VoteId, u8)>,
        told: &mut Vec<Event>,
    ) -> Option<Result<(u64, Submitted), RecordsError>> {
        let first = self.conference.last_seq() + 1;
        let mut at = self.conference.instant(Timestamp::from_millis(i64::MIN));
        let events: Vec<Event> = (first..)
            .zip(bodies)
            .map(|(seq, (now, body))| {
                at = at.max(now);
                Event { seq, at, actor: actor.clone(), body }
            })
            .collect();
        if events.is_empty() {
            return None;
        }
        let submitted = match self.records.submit(&self.meeting, &events, ballot) {
            Ok(submitted) => submitted,
            Err(error) => return Some(Err(error)),
        };
        for event in &events {
            self.conference.apply(event);
        }
        if let Some((vote, choice)) = ballot {
            self.conference.drop_into_box(vote, choice);
        }
        told.extend(events);
        Some(Ok((first, submitted)))
    }

    /// Waits for the disk, then tells everybody. While the ledger fails, waiting again would only hold the meeting up.
    async fn settle(&mut self, taken: Vec<Taken>, events: Vec<Event>) -> Result<(), Astray> {
        let failing = matches!(*self.records.health().borrow(), LedgerHealth::Failing { .. });
        let deadline = Instant::now() + if failing { Duration::ZERO } else { DURABLE_TIMEOUT };
        let mut answers = Vec::with_capacity(taken.len());
        for Taken { answer, mut accepted, submitted } in taken {
            if let Some(submitted) = submitted {
                let seq = accepted.last_seq;
                let mut durable: Late = Box::pin(async move { (seq, submitted.durable().await) });
                match timeout_at(deadline, &mut durable).await {
                    Ok((seq, result)) => self.recorded(seq, result)?,
                    Err(_) => {
                        accepted.recorded = false;
                        self.late.push_back(durable);
                    }
                }
            }
            answers.push((answer, accepted));
        }
        self.tell(events);
        for (answer, accepted) in answers {
            let _ = answer.send(Ok(accepted));
        }
        Ok(())
    }

    fn recorded(&mut self, seq: u64, result: Result<(), RecordsError>) -> Result<(), Astray> {
        match result {
            Ok(()) => {
                self.recorded_through = self.recorded_through.max(seq);
                Ok(())
            }
            Err(error) => {
                tracing::error!(meeting = %self.meeting, %error, "the ledger refuses an event; reading the meeting anew");
                Err(Astray)
            }
        }
    }

    fn caught_up(&mut self, seq: u64, result: Result<(), RecordsError>) -> Result<(), Astray> {
        self.recorded(seq, result)?;
        self.tell(Vec::new());
        Ok(())
    }

    fn tell(&mut self, events: Vec<Event>) {
        let snapshot = MeetingSnapshot::new(self.conference.clone(), self.recorded_through);
        self.snapshot.send_replace(snapshot.clone());
        if !events.is_empty() {
            // Nobody may be listening.
            let _ = self.news.send(Arc::new(News { events, snapshot }));
        }
    }
}
