//! What the tests of whole conferences share: a server of their own, guests, and a relay on their way.

#![allow(dead_code, reason = "each test takes its part of it")]

pub mod guest;
pub mod relay;

use std::{collections::BTreeMap, net::IpAddr, time::Duration};

use diemcau::{
    client::{Client, ClientError, ClientEvent},
    clock,
    hub::Hub,
    media::{Snapshot, worker::WorkerOptions},
    meeting::{Actor, Command},
    records::{Records, Sample, ensure_sample},
    signalling::{
        session,
        token::{ApiKeys, Claims, Grants, Permission},
    },
    webhooks::Webhooks,
};
use guest::Guest;
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    time::{interval, timeout},
};

/// Longer than anything takes here; what is waited for beyond it has failed.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// A server of its own for each test: a hub with its workers, and its signalling on a free port.
pub struct Server {
    pub url: String,
    pub hub: Hub,
    pub records: Records,
    keys: ApiKeys,
    _data: TempDir,
}

impl Server {
    pub async fn start() -> Server {
        Self::with_workers(1, Vec::new()).await
    }

    /// `advertise` are the addresses that clients are told instead of the workers' own.
    pub async fn with_workers(workers: usize, advertise: Vec<IpAddr>) -> Server {
        let _ = tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
            .with_test_writer()
            .try_init();
        let data = tempfile::tempdir().expect("a folder");
        let records = Records::open(data.path(), clock::now()).await.expect("a database");
        let keys = ApiKeys::new([("key".to_owned(), "a secret of thirty-two characters".to_owned())]);
        let worker = WorkerOptions { listen: ([127, 0, 0, 1], 0).into(), advertise };
        let workers = std::iter::repeat_n(worker, workers);
        let hub = Hub::start(workers, records.clone(), keys.clone(), true, Webhooks::none()).expect("a hub");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("ws://{}", listener.local_addr().expect("bound"));
        tokio::spawn(axum::serve(listener, session::router(hub.clone())).into_future());
        Server { url, hub, records, keys, _data: data }
    }

    /// A token for a plain room, as a LiveKit server SDK would make it.
    pub fn token(&self, room: &str, identity: &str) -> String {
        let now = clock::now();
        let ttl = Duration::from_secs(600);
        let claims = Claims {
            api_key: "key".into(),
            identity: Some(identity.parse().expect("an identity")),
            name: String::new(),
            metadata: String::new(),
            attributes: BTreeMap::new(),
            device: None,
            grants: Grants {
                room_join: true,
                room: Some(room.parse().expect("a room")),
                participant: Permission {
                    can_publish: true,
                    can_subscribe: true,
                    can_publish_data: true,
                    ..Default::default()
                },
                ..Default::default()
            },
            expires_at: now.plus_millis(ttl.as_millis() as i64),
        };
        self.keys.mint(&claims, now, ttl).expect("a token")
    }

    /// The sample meeting, published.
    pub async fn sample(&self) -> Sample {
        let sample = ensure_sample(&self.records, clock::now()).await.expect("the sample meeting");
        let publisher = Actor::Administrator("test".to_owned());
        self.hub.command(&sample.meeting, publisher, Command::Publish).await.expect("published");
        sample
    }

    pub async fn try_join(&self, room: &str, identity: &str, subscribe: bool) -> Result<Client, ClientError> {
        let token = self.token(room, identity);
        timeout(DEADLINE, Client::connect(&self.url, &token, subscribe)).await.expect("in time")
    }

    pub async fn join(&self, room: &str, identity: &str) -> Client {
        self.try_join(room, identity, true).await.expect("joins")
    }

    /// Joins and waits until media and data are up.
    pub async fn guest(&self, room: &str, identity: &str) -> Guest {
        self.settle(self.join(room, identity).await).await
    }

    /// The same, without receiving what the others publish.
    pub async fn speaker(&self, room: &str, identity: &str) -> Guest {
        self.settle(self.try_join(room, identity, false).await.expect("joins")).await
    }

    async fn settle(&self, client: Client) -> Guest {
        let mut guest = Guest::new(client);
        guest.until("media and data", |heard| heard.connected && heard.data_open).await;
        guest
    }

    /// The only worker's next snapshot that is as wanted.
    pub async fn snapshot(&self, what: &str, wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let found = async || self.hub.media_snapshots().first().copied().filter(|snapshot| wanted(snapshot));
        eventually(what, found).await
    }
}

/// Asks again and again until there is an answer.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let answered = async {
        let mut again = interval(Duration::from_millis(20));
        loop {
            again.tick().await;
            if let Some(answer) = ask().await {
                return answer;
            }
        }
    };
    match timeout(DEADLINE, answered).await {
        Ok(answer) => answer,
        Err(_) => panic!("waited in vain for {what}"),
    }
}

/// Takes events until one is what is wanted.
pub async fn until<T>(client: &mut Client, what: &str, mut wanted: impl FnMut(ClientEvent) -> Option<T>) -> T {
    let found = timeout(DEADLINE, async {
        while let Some(event) = client.event().await {
            if let Some(found) = wanted(event) {
                return Some(found);
            }
        }
        None
    });
    match found.await {
        Ok(Some(found)) => found,
        Ok(None) => panic!("the connection ended while waiting for {what}"),
        Err(_) => panic!("waited in vain for {what}"),
    }
}
