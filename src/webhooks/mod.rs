//! Webhooks: tells programs at configured addresses what happens in the rooms, as LiveKit does.
//!
//! [`Webhooks::tell`] never waits: one task takes what rooms tell, and posts it. What cannot be delivered in time is lost
//! and counted; identities, names and the addresses' paths stay out of the log.

mod event;
mod queue;
#[cfg(test)]
mod tests;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use reqwest::{
    Client, StatusCode, Url,
    header::{AUTHORIZATION, CONTENT_TYPE},
    redirect,
};
use thiserror::Error;
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep_until,
};

use self::{
    event::Posting,
    queue::{Outcome, Queue, Settled},
};
use crate::{
    clock,
    ids::{EventId, RoomSid},
    signalling::{room::Notice, token::ApiKeys},
    tls,
};

/// Not `application/json`: a receiver is to check the signature before it reads.
const MEDIA_TYPE: &str = "application/webhook+json";
/// Notices on their way to the task.
const INBOX: usize = 1_024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// For one post as a whole.
const POST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the signature of one post holds.
const TOKEN_TTL: Duration = Duration::from_secs(300);

/// The way to whoever is told; clones share it.
#[derive(Clone)]
pub struct Webhooks(Option<Handle>);

#[derive(Clone)]
struct Handle {
    inbox: mpsc::Sender<Told>,
    tally: Arc<Tally>,
}

#[derive(Default)]
struct Tally {
    delivered: AtomicU64,
    lost: AtomicU64,
    waiting: AtomicUsize,
}

/// How many events there were so far, over all addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub delivered: u64,
    /// There was no room for them, nobody took them in time, or they were refused.
    pub lost: u64,
    /// Not delivered yet.
    pub waiting: usize,
}

/// Whom to tell.
pub struct WebhooksOptions {
    pub addresses: Vec<Url>,
    pub keys: ApiKeys,
    /// The key that signs.
    pub api_key: String,
}

#[derive(Debug, Error)]
pub enum WebhooksError {
    #[error("webhooks.api_key: there is no API key `{0}` under [api_keys]")]
    UnknownKey(String),
    #[error("webhooks: TLS cannot be set up: {0}")]
    Tls(#[source] reqwest::Error),
}

enum Told {
    Notice(Box<Notice>, RoomSid),
    /// What is left has time until then.
    Stop {
        until: Instant,
        done: oneshot::Sender<()>,
    },
}

impl Webhooks {
    /// Nobody is told.
    pub fn none() -> Webhooks {
        Webhooks(None)
    }

    /// Starts the task; needs a tokio runtime. Without addresses there is none.
    ///
    /// # Errors
    /// The key is not known, or there is nothing by which an `https` address could be trusted.
    pub fn start(options: WebhooksOptions) -> Result<Webhooks, WebhooksError> {
        let WebhooksOptions { addresses, keys, api_key } = options;
        if addresses.is_empty() {
            return Ok(Webhooks::none());
        }
        if !keys.has(&api_key) {
            return Err(WebhooksError::UnknownKey(api_key));
        }
        let client = client(&addresses).map_err(WebhooksError::Tls)?;
        let targets = addresses.into_iter().map(Target::new).collect();
        let (inbox, told) = mpsc::channel(INBOX);
        let tally = Arc::<Tally>::default();
        let task = Dispatcher { client, keys, api_key, targets, posts: FuturesUnordered::new(), tally: tally.clone() };
        tokio::spawn(task.run(told));
        Ok(Webhooks(Some(Handle { inbox, tally })))
    }

    /// Whether anybody is told.
    pub fn is_wanted(&self) -> bool {
        self.0.is_some()
    }

    /// Passes a notice on, at once or never.
    pub fn tell(&self, notice: Box<Notice>, room: &RoomSid) {
        let Some(Handle { inbox, tally }) = &self.0 else { return };
        if inbox.try_send(Told::Notice(notice, room.clone())).is_err() {
            tally.lose(1);
        }
    }

    pub fn counts(&self) -> Counts {
        let Some(Handle { tally, .. }) = &self.0 else { return Counts::default() };
        Counts {
            delivered: tally.delivered.load(Ordering::Relaxed),
            lost: tally.lost.load(Ordering::Relaxed),
            waiting: tally.waiting.load(Ordering::Relaxed),
        }
    }

    /// Delivers what was told before, for so long; the rest is lost.
    pub async fn stop(&self, limit: Duration) {
        let Some(Handle { inbox, .. }) = &self.0 else { return };
        let (done, stopped) = oneshot::channel();
        // The task is always there to take it, and keeps the limit; one that is gone has nothing left to deliver.
        if inbox.send(Told::Stop { until: Instant::now() + limit, done }).await.is_ok() {
            let _ = stopped.await;
        }
    }
}

impl Tally {
    /// Says so in the log ever more rarely.
    fn lose(&self, events: u64) {
        let before = self.lost.fetch_add(events, Ordering::Relaxed);
        let lost = before + events;
        if lost.checked_ilog2() > before.checked_ilog2() {
            tracing::warn!(lost, "webhook events are lost");
        }
    }
}

/// Sends where the settings say and nowhere else: no redirects, no proxy of the environment.
fn client(addresses: &[Url]) -> reqwest::Result<Client> {
    tls::install_provider();
    let builder = Client::builder()
        .user_agent(concat!("diemcau/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(POST_TIMEOUT);
    // Where nothing is asked by TLS, the machine need not trust anybody.
    let encrypted = addresses.iter().any(|address| address.scheme() == "https");
    if encrypted { builder } else { builder.tls_certs_only([]) }.build()
}

/// One address.
struct Target {
    address: Url,
    queue: Queue<Arc<Posting>>,
    /// The last post did not go well.
    failing: bool,
}

impl Target {
    fn new(address: Url) -> Target {
        Target { address, queue: Queue::new(), failing: false }
    }
}

/// The one task that owns what waits.
struct Dispatcher {
    client: Client,
    keys: ApiKeys,
    api_key: String,
    targets: Vec<Target>,
    posts: FuturesUnordered<BoxFuture<'static, Post>>,
    tally: Arc<Tally>,
}

/// A post that is over.
struct Post {
    target: usize,
    room: RoomSid,
    event: &'static str,
    id: EventId,
    result: Result<StatusCode, reqwest::Error>,
}

impl Dispatcher {
    async fn run(mut self, mut inbox: mpsc::Receiver<Told>) {
        let mut end: Option<(Instant, oneshot::Sender<()>)> = None;
        loop {
            self.begin();
            self.tally.waiting.store(self.waiting(), Ordering::Relaxed);
            if end.is_some() && self.waiting() == 0 {
                break;
            }
            let rested = self.targets.iter().filter_map(|target| target.queue.deadline()).min();
            tokio::select! {
                told = inbox.recv(), if end.is_none() => match told {
                    Some(Told::Notice(notice, room)) => self.take(*notice, room),
                    Some(Told::Stop { until, done }) => {
                        end = Some((until, done));
                        self.targets.iter_mut().for_each(|target| target.queue.hurry());
                    }
                    None => break,
                },
                Some(post) = self.posts.next(), if !self.posts.is_empty() => self.settle(post),
                () = at(rested) => {}
                () = at(end.as_ref().map(|(until, _)| *until)) => break,
            }
        }
        let left = self.waiting();
        self.tally.lose(left as u64);
        self.tally.waiting.store(0, Ordering::Relaxed);
        if let Some((_, done)) = end {
            // Whoever stops the server may wait no longer.
            let _ = done.send(());
        }
    }

    fn waiting(&self) -> usize {
        self.targets.iter().map(|target| target.queue.waiting()).sum()
    }

    fn take(&mut self, notice: Notice, room: RoomSid) {
        let posting = match Posting::of(notice, room, EventId::random()) {
            Ok(posting) => Arc::new(posting),
            Err(error) => return tracing::error!(%error, "a webhook event cannot be written"),
        };
        let now = Instant::now();
        for target in &mut self.targets {
            if target.queue.push(now, &posting.room, posting.clone()).is_err() {
                self.tally.lose(1);
            }
        }
    }

    fn begin(&mut self) {
        let now = Instant::now();
        for (number, target) in self.targets.iter_mut().enumerate() {
            while let Some((room, posting)) = target.queue.next(now) {
                let token = self.keys.sign_body(&self.api_key, &posting.digest, clock::now(), TOKEN_TTL);
                let request = self
                    .client
                    .post(target.address.clone())
                    // LiveKit's receivers expect the bare token here.
                    .header(AUTHORIZATION, token.unwrap_or_default())
                    .header(CONTENT_TYPE, MEDIA_TYPE)
                    .body(posting.body.clone());
                let (event, id) = (posting.name, posting.id.clone());
                let post = async move {
                    let result = request.send().await.map(|response| response.status());
                    Post { target: number, room, event, id, result }
                };
                self.posts.push(Box::pin(post));
            }
        }
    }

    fn settle(&mut self, post: Post) {
        let Post { target: number, room, event, id, result } = post;
        let Some(target) = self.targets.get_mut(number) else { return };
        let (outcome, cause) = match result {
            Ok(status) => (judge(status), status.to_string()),
            Err(error) => (Outcome::Failed, told_without_address(error)),
        };
        let settled = target.queue.settle(Instant::now(), &room, outcome);
        match settled {
            Settled::Delivered => _ = self.tally.delivered.fetch_add(1, Ordering::Relaxed),
            Settled::Again => {}
            Settled::Lost => self.tally.lose(1),
        }
        let address = target.address.origin().ascii_serialization();
        tracing::debug!(address, event, %id, ?settled, cause, "webhook posted");
        match (std::mem::replace(&mut target.failing, outcome != Outcome::Taken), outcome) {
            (false, Outcome::Failed | Outcome::Refused) => {
                tracing::warn!(address, event, %id, cause, "a webhook is not taken; until it is, only losses are told");
            }
            (true, Outcome::Taken) => tracing::info!(address, "the webhook is taken again"),
            _ => {}
        }
    }
}

/// What a receiver means by its answer (RFC 9110): to come again later, or not at all.
fn judge(status: StatusCode) -> Outcome {
    match status {
        status if status.is_success() => Outcome::Taken,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => Outcome::Failed,
        status if status.is_server_error() => Outcome::Failed,
        _ => Outcome::Refused,
    }
}

/// The error with its causes. Its address may hold a secret of the receiver's.
fn told_without_address(error: reqwest::Error) -> String {
    let error = error.without_url();
    let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Ready at an instant; never when there is none.
async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant.into()).await,
        None => std::future::pending().await,
    }
}
