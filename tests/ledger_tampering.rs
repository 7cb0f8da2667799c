//! A data folder that a real server filled, tampered with in every way that a database allows to its owner: the program
//! finds each, and says where.

#[path = "support/held.rs"]
mod held;
#[path = "support/postgres.rs"]
mod postgres;
#[path = "support/process.rs"]
mod process;

use std::{
    fs,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use held::hold;
use process::{Process, run, said, serve, text};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection, sqlite::SqliteConnectOptions};

/// A data folder that nobody touched, and copies of it.
struct Original {
    folder: tempfile::TempDir,
    copies: AtomicUsize,
}

impl Original {
    async fn new() -> Original {
        let folder = tempfile::tempdir().expect("a folder");
        hold(|| Process::start(&folder.path().join("data"))).await;
        Original { folder, copies: AtomicUsize::new(0) }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A copy in which nothing guards the tables any more.
    async fn copy(&self) -> Copy {
        let number = self.copies.fetch_add(1, Ordering::Relaxed);
        let data = self.folder.path().join(format!("copy-{number}"));
        fs::create_dir(&data).expect("a folder");
        for file in ["diemcau.sqlite", "ledger-key.pub"] {
            fs::copy(self.data().join(file), data.join(file)).expect("copied");
        }
        let options = SqliteConnectOptions::new().filename(data.join("diemcau.sqlite")).foreign_keys(false);
        let mut database = SqliteConnection::connect_with(&options).await.expect("opened");
        execute(&mut database, "PRAGMA ignore_check_constraints = on").await;
        let triggers = "SELECT name FROM sqlite_schema WHERE type = 'trigger'";
        for name in sqlx::query_scalar::<_, String>(triggers).fetch_all(&mut database).await.expect("the triggers") {
            execute(&mut database, &format!("DROP TRIGGER {name}")).await;
        }
        Copy { data, database }
    }
}

struct Copy {
    data: PathBuf,
    database: SqliteConnection,
}

impl Copy {
    async fn run(&mut self, statement: &str) -> u64 {
        execute(&mut self.database, statement).await
    }

    /// What the program says of it; the copy is gone then.
    async fn verified(self, more: &[&str]) -> (bool, String) {
        self.database.close().await.expect("closed");
        let args = ["verify", "--data", text(&self.data)].into_iter().chain(more.iter().copied());
        let output = run(args);
        fs::remove_dir_all(&self.data).expect("removed");
        (output.status.success(), said(&output))
    }
}

async fn execute(database: &mut SqliteConnection, statement: &str) -> u64 {
    let done = sqlx::query(AssertSqlSafe(statement.to_owned())).execute(database).await;
    done.unwrap_or_else(|error| panic!("{statement}: {error}")).rows_affected()
}

/// One thing that is done to a copy, and what must be said of it.
struct Tamper {
    statements: Vec<String>,
    /// Each of these is said, or, of several between bars, one.
    said: Vec<String>,
}

impl Tamper {
    fn new(statements: impl IntoIterator<Item = String>, said: &[&str]) -> Tamper {
        Tamper {
            statements: statements.into_iter().collect(),
            said: said.iter().map(|word| (*word).to_owned()).collect(),
        }
    }
}

/// A value of a column with one bit of it the other way round, as SQL.
fn flipped(value: &sqlx::sqlite::SqliteRow, seed: usize) -> String {
    use sqlx::{TypeInfo, ValueRef};
    let raw = value.try_get_raw(0).expect("a value");
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match raw.type_info().name() {
        // High enough to be another row's number nowhere.
        "INTEGER" => (value.get::<i64, _>(0) ^ (1 << (20 + seed % 10))).to_string(),
        "TEXT" => {
            let mut bytes = value.get::<String, _>(0).into_bytes();
            match bytes
                .iter()
                .enumerate()
                .filter(|(_, byte)| byte.is_ascii_alphanumeric())
                .map(|(at, _)| at)
                .nth(seed % 3)
            {
                Some(at) => bytes[at] ^= 1,
                None => bytes.push(b'x'),
            }
            format!("CAST(x'{}' AS TEXT)", hex(&bytes))
        }
        "BLOB" => {
            let mut bytes = value.get::<Vec<u8>, _>(0);
            let at = seed % bytes.len();
            bytes[at] ^= 1 << (seed % 8);
            format!("x'{}'", hex(&bytes))
        }
        other => panic!("{other}"),
    }
}

/// The words that name a row, of which one must be said.
async fn named(database: &mut SqliteConnection, table: &str, row: i64) -> (String, Vec<String>) {
    let seq = match table {
        "events" => "seq",
        "checkpoints" => "seq",
        "plans" => "version",
        _ => "0",
    };
    let meeting = if table == "meetings" { "id" } else { "meeting" };
    let query = format!("SELECT {meeting}, {seq} FROM {table} WHERE rowid = {row}");
    let row = sqlx::query(AssertSqlSafe(query)).fetch_one(database).await.expect("the row");
    let (meeting, number): (String, i64) = (row.get(0), row.get(1));
    let words = match table {
        // A record that is gone is seen at its successor's place, or by the checkpoint that signed it.
        "events" => vec![format!("record {number}"), format!("record {}", number - 1)],
        "checkpoints" => vec!["checkpoint".to_owned()],
        "plans" => vec![format!("version {number}")],
        "meetings" => vec!["the list of meetings".to_owned()],
        _ => vec!["the box of vote".to_owned()],
    };
    (meeting, words)
}

/// Every column of every row with one bit flipped, and every row dropped.
async fn rows_tampered_with(original: &Original) -> Vec<Tamper> {
    let mut copy = original.copy().await;
    let mut tampers = Vec::new();
    for table in ["meetings", "plans", "events", "checkpoints", "ballots"] {
        let rows: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(format!("SELECT rowid FROM {table} ORDER BY rowid")))
            .fetch_all(&mut copy.database)
            .await
            .expect("rows");
        let columns: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(format!("SELECT name FROM pragma_table_info('{table}')")))
                .fetch_all(&mut copy.database)
                .await
                .expect("columns");
        for row in &rows {
            let (meeting, words) = named(&mut copy.database, table, *row).await;
            for column in &columns {
                let query = format!("SELECT {column} FROM {table} WHERE rowid = {row}");
                let value = sqlx::query(AssertSqlSafe(query)).fetch_one(&mut copy.database).await.expect("a value");
                let value = flipped(&value, tampers.len());
                let statement = format!("UPDATE {table} SET {column} = {value} WHERE rowid = {row}");
                // What leaves its meeting is missed there, or is a stranger elsewhere; a plan's number leaves a gap.
                let moved =
                    matches!(column.as_str(), "meeting" | "id" | "node" | "seq" | "version" | "number" | "after_seq");
                let words = if moved { String::new() } else { words.join("|") };
                tampers.push(Tamper::new([statement], &[&format!("{meeting}: "), &words]));
            }
            let last: i64 = sqlx::query_scalar("SELECT rowid FROM checkpoints ORDER BY number DESC LIMIT 1")
                .fetch_one(&mut copy.database)
                .await
                .expect("the last one");
            if table != "checkpoints" || *row != last {
                let statement = format!("DELETE FROM {table} WHERE rowid = {row}");
                tampers.push(Tamper::new([statement], &[]));
            }
        }
    }
    copy.verified(&[]).await;
    tampers
}

/// Everything else that can be done to records.
fn records_tampered_with() -> Vec<Tamper> {
    let swap = |table: &str, column: &str, key: &str, one: u32, other: u32| {
        let set = |from: String, to: String| {
            format!("UPDATE {table} SET {column} = {to} WHERE meeting = 'a' AND {key} = {from}")
        };
        if column == key {
            vec![
                set(one.to_string(), "900".into()),
                set(other.to_string(), one.to_string()),
                set("900".into(), other.to_string()),
            ]
        } else {
            let value = |number: u32| format!("(SELECT {column} FROM kept WHERE {key} = {number})");
            let keep = format!("CREATE TEMP TABLE kept AS SELECT * FROM {table} WHERE meeting = 'a'");
            vec![keep, set(one.to_string(), value(other)), set(other.to_string(), value(one))]
        }
    };
    let copied = |seq: u32, from: u32| {
        format!(
            "INSERT INTO events SELECT meeting, node, {seq}, at_ms, actor, kind, body, prev_hash, hash FROM events
             WHERE meeting = 'a' AND seq = {from}"
        )
    };
    let cut = |table: &str, seq: u32| format!("DELETE FROM {table} WHERE meeting = 'a' AND seq >= {seq}");
    let without_key = [
        "CREATE TABLE twice AS SELECT * FROM events".to_owned(),
        "DROP TABLE events".to_owned(),
        "CREATE TABLE events (meeting TEXT, node TEXT, seq INTEGER, at_ms INTEGER, actor TEXT, kind TEXT, body TEXT,
             prev_hash BLOB, hash BLOB) STRICT"
            .to_owned(),
        "INSERT INTO events SELECT * FROM twice".to_owned(),
        "INSERT INTO events SELECT * FROM twice WHERE meeting = 'a' AND seq = 4".to_owned(),
    ];
    vec![
        Tamper::new(swap("events", "seq", "seq", 4, 5), &["a: record 4 was changed"]),
        Tamper::new(swap("events", "body", "seq", 6, 7), &["a: record 6 was changed"]),
        Tamper::new(swap("events", "hash", "seq", 3, 4), &["a: record 3 was changed"]),
        Tamper::new(swap("plans", "version", "version", 1, 2), &["a: record 1 names version 1"]),
        Tamper::new(swap("plans", "body", "version", 1, 2), &["a: version 1 of the plan was changed"]),
        Tamper::new(swap("checkpoints", "signature", "after_seq", 0, 6), &["a: the checkpoint at 6"]),
        Tamper::new([copied(0, 4)], &["a: record 0 stands where 1 should"]),
        Tamper::new([copied(90, 4)], &["a: record 13 is missing"]),
        Tamper::new([copied(13, 12)], &["a: record 13 was changed"]),
        Tamper::new([copied(2_147_483_647, 4)], &["a: record 13 is missing"]),
        Tamper::new(["UPDATE events SET seq = -4 WHERE meeting = 'a' AND seq = 4".to_owned()], &["a: ", "record -4"]),
        Tamper::new(without_key, &["a: ", "record 4|twice"]),
        Tamper::new(
            ["INSERT INTO plans SELECT meeting, 3, sha256, body FROM plans WHERE meeting = 'a' AND version = 1".into()],
            &["a: no record names version 3"],
        ),
        Tamper::new([cut("events", 12)], &["a: the ledger ends at record 11, and a checkpoint signs record 12"]),
        Tamper::new([cut("events", 5)], &["a: the ledger ends at record 4, and a checkpoint signs record 6"]),
        Tamper::new([cut("events", 1)], &["a: the ledger ends at record 0"]),
        // With the checkpoint that tells: the next one of another meeting has a number too many.
        Tamper::new([cut("events", 7), cut("checkpoints", 7)], &["checkpoint number 4 of the node"]),
        Tamper::new([cut("events", 1), cut("checkpoints", 1)], &["checkpoint number 1 of the node"]),
        Tamper::new(
            ["events", "checkpoints", "plans", "ballots"]
                .map(|table| format!("DELETE FROM {table} WHERE meeting = 'a'"))
                .into_iter()
                .chain(["DELETE FROM meetings WHERE id = 'a'".to_owned()]),
            &["checkpoint number 1 of the node", "each of the 2 ledgers is whole in itself"],
        ),
        Tamper::new(["DELETE FROM ballots".to_owned()], &["a: the box of vote 1 holds []"]),
        Tamper::new(
            ["UPDATE node SET id = 'N-other'".to_owned()],
            &["the database says that it is of the node N-other"],
        ),
        Tamper::new(["DELETE FROM node".to_owned()], &["the database says that it is of the node"]),
        Tamper::new(
            ["UPDATE events SET body = CAST(x'7bff' AS TEXT) WHERE meeting = 'a' AND seq = 5".to_owned()],
            &["a: ", "record after 4|record 5"],
        ),
        Tamper::new(
            ["UPDATE events SET hash = x'00' WHERE meeting = 'a' AND seq = 5".to_owned()],
            &["a: ", "the hash of record 5"],
        ),
    ]
}

#[tokio::test]
async fn whatever_is_done_to_a_data_folder_is_found_and_named() {
    let original = Original::new().await;
    let (sound, words) = original.copy().await.verified(&[]).await;
    assert!(sound && words.contains("a: whole; 12 records, 2 checkpoints"), "{words}");

    let mut tampers = rows_tampered_with(&original).await;
    tampers.extend(records_tampered_with());
    let count = tampers.len();
    assert!(count > 250, "{count}");
    let (tampers, missed) = (Mutex::new(tampers), Mutex::new(Vec::new()));
    // Each has a process of its own to wait for.
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                while let Some(tamper) = tampers.lock().expect("no panic").pop() {
                    if let Some(words) = runtime.block_on(is_missed(&original, &tamper)) {
                        missed.lock().expect("no panic").push(format!("{}\n    {words}", tamper.statements.join("; ")));
                    }
                }
            });
        }
    });
    let missed = missed.into_inner().expect("no panic");
    assert!(missed.is_empty(), "{} of {count} were not found or not named:\n{}", missed.len(), missed.join("\n"));
}

/// What the program said, when that is not what it should say.
async fn is_missed(original: &Original, tamper: &Tamper) -> Option<String> {
    let mut copy = original.copy().await;
    let mut changed = 0;
    for statement in &tamper.statements {
        changed += copy.run(statement).await;
    }
    assert!(changed > 0, "{:?} did nothing", tamper.statements);
    let (sound, words) = copy.verified(&[]).await;
    let is_said = |wanted: &String| wanted.split('|').any(|word| words.contains(word));
    (sound || !tamper.said.iter().all(is_said)).then_some(words)
}

#[tokio::test]
async fn an_end_that_is_cut_off_with_its_last_checkpoint_is_missed_by_a_printed_head() {
    let original = Original::new().await;
    // The sample's meeting was signed first; of these two `b` was signed last.
    let mut copy = original.copy().await;
    let head: (i64, String) =
        sqlx::query_as("SELECT seq, lower(hex(hash)) FROM events WHERE meeting = 'b' ORDER BY seq DESC")
            .fetch_one(&mut copy.database)
            .await
            .expect("the head");
    let head = format!("{}:{}", head.0, head.1);
    assert!(copy.verified(&["--head", &head]).await.0);

    let mut copy = original.copy().await;
    copy.run("DELETE FROM events WHERE meeting = 'b' AND seq = 2").await;
    copy.run("DELETE FROM checkpoints WHERE meeting = 'b' AND seq = 2").await;
    let (sound, words) = copy.verified(&["--head", &head]).await;
    assert!(!sound && words.contains("the printed head 2 is in none of the ledgers"), "{words}");

    // Without the paper nobody can tell. That much is said.
    let mut copy = original.copy().await;
    copy.run("DELETE FROM checkpoints WHERE meeting = 'b' AND seq = 2").await;
    let (sound, words) = copy.verified(&[]).await;
    assert!(sound && words.contains("the last 1 records are chained and not signed yet"), "{words}");
}

#[tokio::test]
async fn a_ledger_that_is_signed_anew_with_another_key_is_not_the_trusted_one() {
    let original = Original::new().await;
    let trusted = fs::read_to_string(original.data().join("ledger-key.pub")).expect("the key");
    let copy = original.copy().await;
    assert!(copy.verified(&["--key", trusted.trim()]).await.0);
    let copy = original.copy().await;
    fs::write(copy.data.join("ledger-key.pub"), "ab".repeat(32)).expect("written");
    let (sound, words) = copy.verified(&["--key", trusted.trim()]).await;
    assert!(!sound && words.contains("the ledger is of the key abab"), "{words}");
    let copy = original.copy().await;
    fs::write(copy.data.join("ledger-key.pub"), "ab".repeat(32)).expect("written");
    let (sound, words) = copy.verified(&[]).await;
    assert!(!sound && words.contains("was not signed with the ledger's key"), "{words}");
}

#[tokio::test]
async fn an_exported_ledger_is_checked_by_itself() {
    let original = Original::new().await;
    let file = original.folder.path().join("a.jsonl");
    let exported = run(["export", "a", "--format", "ledger", "--out", text(&file), "--data", text(&original.data())]);
    assert!(exported.status.success(), "{}", said(&exported));
    let ledger = fs::read_to_string(&file).expect("the ledger");
    let lines: Vec<&str> = ledger.lines().collect();
    assert_eq!(lines.len(), 1 + 2 + 12 + 2);
    let verified = |lines: &[&str]| {
        let tampered = original.folder.path().join("tampered.jsonl");
        fs::write(&tampered, lines.join("\n")).expect("written");
        let output = run(["verify", text(&tampered)]);
        (output.status.success(), said(&output))
    };
    assert!(verified(&lines).0);
    for index in 0..lines.len() - 1 {
        let mut dropped = lines.clone();
        dropped.remove(index);
        let (sound, words) = verified(&dropped);
        assert!(!sound && words.contains("line "), "without line {}: {words}", index + 1);
        let mut moved = lines.clone();
        moved.swap(index, index + 1);
        // A plan may stand behind a record, and a checkpoint before records that it does not sign.
        let (sound, words) = verified(&moved);
        assert!(!sound || matches!(index, 2 | 14), "lines {0} and {0} + 1 swapped: {words}", index + 1);
        let changed = lines[index].replacen("a", "b", 1);
        let mut flipped = lines.clone();
        flipped[index] = &changed;
        assert!(!verified(&flipped).0, "line {} changed", index + 1);
    }
    let (sound, words) = verified(&lines[..lines.len() - 3]);
    assert!(sound && words.contains("11 records"), "{words}");
    let (sound, words) = verified(&[&lines[..13], &lines[15..]].concat());
    assert!(
        !sound && words.contains("line 15: the ledger ends at record 10, and a checkpoint signs record 12"),
        "{words}"
    );
}

#[tokio::test]
async fn a_ledger_in_postgresql_is_checked_by_the_configuration() {
    if postgres::is_skipped() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let url = postgres::database().await;
    let (data, config) = (folder.path().join("data"), folder.path().join("diemcau.toml"));
    fs::write(&config, format!("[database]\nurl = \"{url}\"\n")).expect("written");
    hold(|| Process::run(serve(&data).args(["--config", text(&config)]))).await;
    let verified = || {
        let output = run(["verify", "--data", text(&data), "--config", text(&config)]);
        (output.status.success(), said(&output))
    };
    let (sound, words) = verified();
    assert!(sound && words.contains("a: whole; 12 records, 2 checkpoints"), "{words}");

    let mut database = PgConnection::connect(&url).await.expect("connected");
    let run = async |database: &mut PgConnection, statement: &str| {
        let done = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(database).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"))
    };
    // No trigger and no foreign key is asked in this session.
    run(&mut database, "SET session_replication_role = replica; ALTER TABLE events DROP CONSTRAINT events_check").await;
    let on_record_5 = "WHERE meeting = 'a' AND seq = 5";
    let tampers = [
        (format!("UPDATE events SET meeting = 'x' {on_record_5}"), "a: record 5 is missing"),
        (format!("UPDATE events SET node = 'x' {on_record_5}"), "a: record 5 is missing"),
        (format!("UPDATE events SET seq = 99 {on_record_5}"), "a: record 5 is missing"),
        (format!("UPDATE events SET at_ms = at_ms + 1 {on_record_5}"), "a: record 5 was changed"),
        (format!("UPDATE events SET actor = 'chair' {on_record_5}"), "a: record 5 was changed"),
        (format!("UPDATE events SET kind = 'closed' {on_record_5}"), "a: record 5 was changed"),
        (
            format!("UPDATE events SET body = replace(body, 'present', 'absent') {on_record_5}"),
            "a: record 5 was changed",
        ),
        (format!("UPDATE events SET prev_hash = hash {on_record_5}"), "a: record 5 was changed"),
        (format!("UPDATE events SET hash = prev_hash {on_record_5}"), "a: record 5 was changed"),
        (format!("DELETE FROM events {on_record_5}"), "a: record 5 is missing"),
        ("DELETE FROM events WHERE meeting = 'a' AND seq > 10".to_owned(), "a: the ledger ends at record 10"),
        ("DELETE FROM events WHERE meeting = 'a'".to_owned(), "a: the ledger ends at record 0"),
        ("UPDATE plans SET body = replace(body, 'Huyện', 'Xã')".to_owned(), "version 1 of the plan was changed"),
        ("DELETE FROM plans WHERE version = 2".to_owned(), "a: record 2 names version 2"),
        ("UPDATE checkpoints SET at_ms = at_ms + 1 WHERE number = 1".to_owned(), "a: the checkpoint at"),
        ("DELETE FROM checkpoints WHERE number = 1".to_owned(), "a: the checkpoint at 12 follows one at 6"),
        ("UPDATE ballots SET count = 2".to_owned(), "a: the box of vote 1"),
        ("UPDATE meetings SET title = 'x' WHERE id = 'b'".to_owned(), "b: the list of meetings"),
    ];
    for (statement, expected) in tampers {
        for table in ["events", "plans", "checkpoints", "ballots", "meetings"] {
            run(&mut database, &format!("CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table}")).await;
        }
        run(&mut database, &statement).await;
        let (sound, words) = verified();
        assert!(!sound && words.contains(expected), "{statement}: {words}");
        for table in ["events", "plans", "checkpoints", "ballots", "meetings"] {
            let back =
                format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}; DROP TABLE kept_{table}");
            run(&mut database, &back).await;
        }
    }
    assert!(verified().0, "all was put back");
}
