//! A PostgreSQL for the tests of one process, and a database in it for each test.

use std::{
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// Whoever runs the tests has said that there is no PostgreSQL, and answers for it.
pub fn is_skipped() -> bool {
    std::env::var_os("DIEMCAU_SKIP_POSTGRES").is_some()
}

/// The URL of a new database.
pub async fn database() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let server = Server::shared();
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&server.url("postgres")).await.expect("the server takes connections");
    let create = format!("CREATE DATABASE {name}");
    sqlx::query(AssertSqlSafe(create)).execute(&mut connection).await.expect("a database");
    connection.close().await.expect("an end");
    server.url(&name)
}

/// A server that ends with this process, however that ends: it runs for as long as its standard input is open.
struct Server {
    folder: String,
    _process: Child,
}

impl Server {
    fn shared() -> &'static Server {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(Server::start)
    }

    fn start() -> Server {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/postgres-for-tests.sh");
        let mut command = Command::new(script);
        // Its own process group: an interrupt at the terminal leaves it to its standard input to end it.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        let mut process = command.spawn().expect("the script that starts PostgreSQL");
        let mut folder = String::new();
        let output = process.stdout.take().expect("piped");
        BufReader::new(output).read_line(&mut folder).expect("readable");
        assert!(
            !folder.is_empty(),
            "no PostgreSQL: scripts/postgres.sh installs it; to leave its tests out, set DIEMCAU_SKIP_POSTGRES=1"
        );
        Server { folder: folder.trim().to_owned(), _process: process }
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://diemcau@localhost/{database}?host={}", self.folder)
    }
}
