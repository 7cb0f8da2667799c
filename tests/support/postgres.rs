//! A PostgreSQL for the tests of one process, and a database in it for each test.

#![allow(dead_code, reason = "each test takes its part of it")]

use std::{
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
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
    Server::shared().database().await
}

/// A server that ends with this process, however that ends: it runs for as long as its standard input is open.
pub struct Server {
    folder: String,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _process: Child,
}

impl Server {
    fn shared() -> &'static Server {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(Server::start)
    }

    /// The URL of a new database.
    pub async fn database(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(&self.url("postgres")).await.expect("the server takes connections");
        let create = format!("CREATE DATABASE {name}");
        sqlx::query(AssertSqlSafe(create)).execute(&mut connection).await.expect("a database");
        connection.close().await.expect("an end");
        self.url(&name)
    }

    /// A server of one's own; the one that everybody shares is started when it is needed.
    pub fn start() -> Server {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/postgres-for-tests.sh");
        let mut command = Command::new(script);
        // Its own process group: an interrupt at the terminal leaves it to its standard input to end it.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        let mut process = command.spawn().expect("the script that starts PostgreSQL");
        let mut folder = String::new();
        let (input, output) = (process.stdin.take().expect("piped"), process.stdout.take().expect("piped"));
        let mut output = BufReader::new(output);
        output.read_line(&mut folder).expect("readable");
        assert!(
            !folder.is_empty(),
            "no PostgreSQL: scripts/postgres.sh installs it; to leave its tests out, set DIEMCAU_SKIP_POSTGRES=1"
        );
        Server { folder: folder.trim().to_owned(), input, output, _process: process }
    }

    /// Ends the database as a power failure would; its folder stays.
    pub fn interrupt(&mut self) {
        self.tell("stop");
    }

    /// Brings it back.
    pub fn resume(&mut self) {
        self.tell("start");
    }

    /// Has it answer nothing any more, as a machine that is cut off.
    pub fn freeze(&mut self) {
        self.tell("freeze");
    }

    /// Has it go on where it stood.
    pub fn thaw(&mut self) {
        self.tell("thaw");
    }

    fn tell(&mut self, word: &str) {
        writeln!(self.input, "{word}").expect("the script listens");
        let mut answer = String::new();
        self.output.read_line(&mut answer).expect("readable");
        assert_eq!(answer.trim(), word);
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://diemcau@localhost/{database}?host={}", self.folder)
    }
}
