//! A server of its own for each test: a hub with one media worker, and its signalling on a free port.

use std::{collections::BTreeMap, time::Duration};

use diemcau::{
    client::{Client, ClientEvent},
    clock,
    hub::Hub,
    media::worker::WorkerOptions,
    records::Records,
    signalling::{
        session,
        token::{ApiKeys, Claims, Grants, Permission},
    },
};
use tempfile::TempDir;
use tokio::{net::TcpListener, time::timeout};

/// Longer than anything takes here; what is waited for beyond it has failed.
pub const DEADLINE: Duration = Duration::from_secs(20);

pub struct Server {
    pub url: String,
    pub hub: Hub,
    keys: ApiKeys,
    _data: TempDir,
}

impl Server {
    pub async fn start() -> Server {
        let _ = tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
            .with_test_writer()
            .try_init();
        let data = tempfile::tempdir().expect("a folder");
        let records = Records::open(data.path(), clock::now()).await.expect("a database");
        let keys = ApiKeys::new([("key".to_owned(), "a secret of thirty-two characters".to_owned())]);
        let worker = WorkerOptions { listen: ([127, 0, 0, 1], 0).into(), advertise: Vec::new() };
        let hub = Hub::start([worker], records, keys.clone(), true).expect("a hub");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("ws://{}", listener.local_addr().expect("bound"));
        tokio::spawn(axum::serve(listener, session::router(hub.clone())).into_future());
        Server { url, hub, keys, _data: data }
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

    pub async fn join(&self, room: &str, identity: &str) -> Client {
        let token = self.token(room, identity);
        timeout(DEADLINE, Client::connect(&self.url, &token, true)).await.expect("in time").expect("joins")
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
