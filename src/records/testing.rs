//! What the tests of the records share: a store of either kind for each test, and ways to get at its database from
//! beside.

use std::{sync::Arc, time::Duration};

use sqlx::{Any, AnyConnection, AssertSqlSafe, Transaction};
use tempfile::TempDir;
use tokio::time::timeout;

use super::{Database, EventRow, LIMITS, Limits, Records, RecordsError, Store, lock};
use crate::{
    clock::Timestamp,
    meeting::{Actor, Event, EventBody, Meeting, Place, test_meeting},
};

#[path = "../../tests/support/postgres.rs"]
mod postgres;

pub(super) use postgres::database as postgres_database;
pub(crate) use postgres::is_skipped;

/// The databases that every test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// Makes each of the functions a test on SQLite and a test on PostgreSQL.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            use crate::records::testing::Kind;
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name(Kind::Sqlite).await;
                }
            )*
        }

        mod on_postgres {
            use crate::records::testing::{Kind, is_skipped};
            $(
                #[tokio::test]
                async fn $name() {
                    if !is_skipped() {
                        super::$name(Kind::Postgres).await;
                    }
                }
            )*
        }
    };
}
pub(crate) use on_both;

/// Longer than anything takes here.
const DEADLINE: Duration = Duration::from_secs(60);

pub(crate) async fn in_time<T>(future: impl Future<Output = T>) -> T {
    timeout(DEADLINE, future).await.expect("in time")
}

pub(super) fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

pub(super) fn event(seq: u64, at_ms: i64, body: EventBody) -> Event {
    Event { seq, at: at(at_ms), actor: Actor::System, body }
}

pub(super) fn up(point: &str, connection: &str) -> EventBody {
    EventBody::LineUp {
        place: Place::Point(point.parse().unwrap()),
        connection: connection.parse().unwrap(),
        device: "Chrome".to_owned(),
    }
}

/// A place for records in which nothing is kept yet.
pub(crate) struct Site {
    dir: TempDir,
    url: Option<String>,
}

impl Site {
    pub(crate) async fn new(kind: Kind) -> Site {
        let url = match kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(postgres_database().await),
        };
        Site { dir: tempfile::tempdir().unwrap(), url }
    }

    pub(crate) fn store(&self) -> Store {
        Store { dir: self.dir.path().to_owned(), url: self.url.as_ref().map(|url| url.parse().unwrap()) }
    }
}

/// Records with one meeting, on a site of their own.
pub(super) struct Bed {
    site: Site,
    pub(super) records: Records,
    pub(super) meeting: Meeting,
}

impl Bed {
    pub(super) async fn with_a_meeting(kind: Kind) -> Bed {
        Self::with_a_meeting_within(kind, LIMITS).await
    }

    pub(super) async fn with_a_meeting_within(kind: Kind, limits: Limits) -> Bed {
        let site = Site::new(kind).await;
        // Opening has the time it needs.
        let patient = Limits { answer: DEADLINE, ..limits };
        let mut records = Records::open_within(site.store(), at(0), patient).await.unwrap();
        Arc::get_mut(&mut records.0).expect("nobody else has it yet").limits = limits;
        let meeting = test_meeting();
        records.create_meeting(&meeting).await.unwrap();
        Bed { site, records, meeting }
    }

    pub(super) fn store(&self) -> Store {
        self.site.store()
    }

    pub(super) async fn append(&self, event: &Event) -> Result<(), RecordsError> {
        self.records.append(&self.meeting.id, event.clone(), None).await
    }

    pub(super) async fn events(&self) -> Vec<Event> {
        self.records.events(&self.meeting.id).await.unwrap()
    }

    pub(super) async fn rows(&self) -> Vec<EventRow> {
        self.records.reader().event_rows(&self.meeting.id, None, 1_000).await.unwrap()
    }

    /// The checkpoints: the last event that each covers, and when it was signed.
    pub(super) async fn signed(&self) -> Vec<(u64, Timestamp)> {
        let checkpoints = self.records.reader().checkpoints(&self.meeting.id).await.unwrap();
        checkpoints.into_iter().map(|checkpoint| (checkpoint.seq, checkpoint.at)).collect()
    }

    /// Ends the server in order and starts it again.
    pub(super) async fn restart(self) -> Bed {
        self.records.close().await;
        self.reopen().await
    }

    /// Ends the server without a word and starts it again.
    pub(super) async fn crash(self) -> Bed {
        let writer = lock(&self.records.0.writer).take().unwrap();
        writer.abort();
        assert!(writer.await.is_err());
        self.reopen().await
    }

    async fn reopen(self) -> Bed {
        let records = Records::open(self.store(), at(10_000)).await.unwrap();
        Bed { records, ..self }
    }

    /// A second way into the database, as an administrator's tool has it.
    pub(super) async fn tool(&self) -> AnyConnection {
        Database::of(&self.store()).tool().await.unwrap()
    }

    /// Changes the database from beside.
    pub(super) async fn run(&self, statement: &str) {
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut self.tool().await).await.unwrap();
    }

    /// Keeps the writer from writing until it is released.
    pub(super) async fn lock(&self) -> Lock {
        let pool = Database::of(&self.store()).writing().unwrap();
        let database = Database::of(&self.store());
        let mut transaction = database.begin_in(&pool).await.unwrap();
        if let Database::Postgres(_) = database {
            sqlx::raw_sql("LOCK TABLE events, liveness IN EXCLUSIVE MODE").execute(&mut *transaction).await.unwrap();
        }
        Lock(transaction)
    }
}

pub(super) struct Lock(Transaction<'static, Any>);

impl Lock {
    pub(super) async fn release(self) {
        self.0.rollback().await.unwrap();
    }
}
