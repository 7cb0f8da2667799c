//! One WebSocket: the upgrade or its refusal, then messages both ways between the client and its room.

use std::time::{Duration, Instant};

use axum::{
    Router,
    extract::{
        State,
        ws::{Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use prost::Message as _;
use tokio::{
    sync::mpsc,
    time::{sleep, timeout},
};
use tower_http::cors::{Any, CorsLayer};
use tracing::Instrument;

use super::{join::JoinAttempt, proto::SignalRequest};
use crate::{
    clock,
    hub::{Admission, Entered, Hub, Refusal},
};

/// The largest message taken from a client, in bytes.
pub const MAX_MESSAGE_BYTES: usize = 1024 * 1024;
/// Messages that wait to be written to one client; one that falls further behind is closed.
const OUTBOUND_QUEUE: usize = 512;
/// The room answers a join within this time, or the session is given up: clients wait 5 s.
const FIRST_MESSAGE_TIMEOUT: Duration = Duration::from_secs(5);
/// A client that does not take a message for this long is gone.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// A client has this long to answer our close before the connection is dropped.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Messages that a client may send at once, and how many a second in the long run: each may become one to everybody.
const BURST: u32 = 500;
const MESSAGES_PER_S: u32 = 50;

/// The signalling endpoints. `/rtc`, the older path with two peer connections, does not exist yet, and says so.
pub fn router(hub: Hub) -> Router {
    let cors = CorsLayer::new().allow_origin(Any).allow_headers(Any);
    Router::new()
        .route("/rtc/v1", get(connect))
        .route("/rtc/v1/validate", get(validate))
        .route("/rtc", get(older_path))
        .route("/rtc/validate", get(older_path))
        .layer(cors)
        .with_state(hub)
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match self {
            Refusal::NoSeat | Refusal::Shut | Refusal::Removed | Refusal::Locked => StatusCode::FORBIDDEN,
            Refusal::Stopping | Refusal::Busy | Refusal::TooManyRooms | Refusal::Records => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        };
        (status, self.to_string()).into_response()
    }
}

async fn older_path() -> Response {
    (StatusCode::NOT_FOUND, "only /rtc/v1 is served").into_response()
}

async fn validate(State(hub): State<Hub>, uri: Uri, headers: HeaderMap) -> Response {
    match check(&hub, &uri, &headers).await {
        Ok(_) => "success".into_response(),
        Err(refused) => refused,
    }
}

async fn connect(
    State(hub): State<Hub>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let (attempt, admission) = match check(&hub, &uri, &headers).await {
        Ok(checked) => checked,
        Err(refused) => return refused,
    };
    match upgrade {
        Ok(upgrade) => upgrade
            .max_message_size(MAX_MESSAGE_BYTES)
            .max_frame_size(MAX_MESSAGE_BYTES)
            .on_upgrade(move |socket| serve(socket, hub, attempt, admission)),
        Err(rejection) => rejection.into_response(),
    }
}

async fn check(hub: &Hub, uri: &Uri, headers: &HeaderMap) -> Result<(JoinAttempt, Admission), Response> {
    let attempt = JoinAttempt::read(hub.keys(), clock::now(), uri, headers).map_err(IntoResponse::into_response)?;
    let admission = hub.admit(&attempt).await.map_err(IntoResponse::into_response)?;
    Ok((attempt, admission))
}

async fn serve(socket: WebSocket, hub: Hub, attempt: JoinAttempt, admission: Admission) {
    let (outbound, queue) = mpsc::channel(OUTBOUND_QUEUE);
    match hub.enter(attempt, admission, outbound) {
        Ok(entered) => {
            let span = tracing::debug_span!("session", session = %entered.session());
            pump(socket, entered, queue).instrument(span).await;
        }
        // The client takes the closed socket for a failed attempt and tries again.
        Err(refusal) => tracing::warn!(%refusal, "a session cannot enter its room"),
    }
}

/// Moves messages both ways until either side ends it.
async fn pump(socket: WebSocket, entered: Entered, queue: mpsc::Receiver<Bytes>) {
    let (mut sink, mut stream) = socket.split();
    let closed_by_us = tokio::select! {
        end = write(&mut sink, queue) => {
            if let Err(end) = end {
                tracing::debug!(end, "session ends");
            }
            true
        }
        () = read(&mut stream, &entered) => false,
    };
    entered.closed().await;
    if closed_by_us {
        // Wait for the client's close, reading what it still sends: dropping the socket at once could lose our last words.
        let last_words = async {
            let _ = sink.send(Message::Close(None)).await;
            while let Some(Ok(_)) = stream.next().await {}
        };
        let _ = timeout(CLOSE_TIMEOUT, last_words).await;
    }
}

async fn write(sink: &mut (impl Sink<Message> + Unpin), mut queue: mpsc::Receiver<Bytes>) -> Result<(), &'static str> {
    let mut next = tokio::select! {
        first = queue.recv() => first,
        () = sleep(FIRST_MESSAGE_TIMEOUT) => return Err("the room did not answer"),
    };
    while let Some(bytes) = next {
        match timeout(WRITE_TIMEOUT, sink.send(Message::Binary(bytes))).await {
            Ok(Ok(())) => next = queue.recv().await,
            Ok(Err(_)) => return Err("the connection broke"),
            Err(_) => return Err("the client does not read"),
        }
    }
    Ok(())
}

async fn read(stream: &mut (impl Stream<Item = Result<Message, axum::Error>> + Unpin), entered: &Entered) {
    let mut pace = Pace::new(Instant::now());
    while let Some(Ok(message)) = stream.next().await {
        // Not to read for a while is what slows a client down.
        sleep(pace.take(Instant::now())).await;
        match message {
            Message::Binary(bytes) => match SignalRequest::decode(bytes) {
                // An empty message is one of a newer protocol.
                Ok(SignalRequest { message: None }) => {}
                Ok(SignalRequest { message: Some(message) }) => {
                    if entered.request(message).await.is_err() {
                        return;
                    }
                }
                Err(_) => tracing::debug!("unreadable message ignored"),
            },
            Message::Close(_) => return,
            // JSON is for debugging clients only; pings are answered by the WebSocket layer.
            Message::Text(_) | Message::Ping(_) | Message::Pong(_) => {}
        }
    }
}

/// How fast one client may speak: a bucket that a message takes from and time refills.
struct Pace {
    /// When the bucket will be full again.
    full_at: Instant,
}

impl Pace {
    fn new(now: Instant) -> Self {
        Self { full_at: now }
    }

    /// Takes one message; it is to wait this long.
    fn take(&mut self, now: Instant) -> Duration {
        let each = Duration::from_secs(1) / MESSAGES_PER_S;
        self.full_at = self.full_at.max(now) + each;
        self.full_at.saturating_duration_since(now).saturating_sub(each * BURST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_a_flood_waits() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        assert!((0..BURST).all(|_| pace.take(start).is_zero()));
        assert_eq!(pace.take(start), Duration::from_millis(20));
        assert_eq!(pace.take(start), Duration::from_millis(40));
        assert!(pace.take(start + Duration::from_secs(1)).is_zero());
    }
}
