//! Backups of what real servers keep: whole, of one moment, and the same for both databases.

#[path = "support/held.rs"]
mod held;
#[path = "support/postgres.rs"]
mod postgres;
#[path = "support/process.rs"]
mod process;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::Read,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use held::{hold, plan};
use process::{Process, run, said, serve, text};
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};

/// A place with a data folder, and with a database of its own where that is PostgreSQL.
struct Site {
    folder: tempfile::TempDir,
    config: Option<PathBuf>,
}

impl Site {
    fn sqlite() -> Site {
        Site { folder: tempfile::tempdir().expect("a folder"), config: None }
    }

    async fn postgres() -> Site {
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("diemcau.toml");
        fs::write(&config, format!("[database]\nurl = \"{}\"\n", postgres::database().await)).expect("written");
        Site { folder, config: Some(config) }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn start(&self) -> Process {
        let mut command = serve(&self.data());
        if let Some(config) = &self.config {
            command.args(["--config", text(config)]);
        }
        Process::run(&mut command)
    }

    /// Runs the program on this place: whether it went well, and what it said.
    fn run(&self, args: &[&str]) -> (bool, String) {
        let data = self.data();
        let config = self.config.as_ref().map(|config| ["--config", text(config)]);
        let args = args.iter().copied().chain(["--data", text(&data)]).chain(config.into_iter().flatten());
        let output = run(args);
        (output.status.success(), said(&output))
    }

    fn must(&self, args: &[&str]) -> String {
        let (done, words) = self.run(args);
        assert!(done, "{args:?}: {words}");
        words
    }

    fn back_up(&self) -> PathBuf {
        let out = self.path("backup.zip");
        self.must(&["backup", "--out", text(&out)]);
        out
    }

    /// Nothing unfinished stays behind.
    fn left(&self) -> BTreeSet<String> {
        let entries = fs::read_dir(self.folder.path()).expect("readable");
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect()
    }
}

/// An entry of a backup.
fn entry(backup: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(File::open(backup).expect("there")).expect("an archive");
    let mut content = String::new();
    archive.by_name(name).expect("the entry").read_to_string(&mut content).expect("text");
    content
}

/// The tables of a backup with the hash of all their rows.
fn tables(backup: &Path) -> BTreeMap<String, String> {
    let manifest: Value = serde_json::from_str(&entry(backup, "manifest.json")).expect("the manifest");
    let table = |part: &Value| {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        (text(&part["table"]["name"]), text(&part["sha256"]))
    };
    manifest["tables"].as_array().expect("a list").iter().map(table).collect()
}

#[tokio::test]
async fn what_is_restored_is_what_was_kept_to_the_last_byte() {
    let site = Site::sqlite();
    hold(|| site.start()).await;
    let backup = site.back_up();
    assert_eq!(fs::metadata(&backup).expect("there").permissions().mode() & 0o777, 0o600);

    let other = Site::sqlite();
    let words = other.must(&["restore", text(&backup)]);
    assert!(words.contains("restored, and the ledgers are whole"), "{words}");
    assert_eq!(other.left(), ["data".to_owned()].into());
    for name in ["ledger-key.pk8", "ledger-key.pub", "link-secret", "sample-links.csv"] {
        assert_eq!(
            fs::read(other.data().join(name)).expect(name),
            fs::read(site.data().join(name)).expect(name),
            "{name}"
        );
        assert_eq!(fs::metadata(other.data().join(name)).expect(name).permissions().mode() & 0o777, 0o600, "{name}");
    }
    assert_eq!(fs::metadata(other.data()).expect("there").permissions().mode() & 0o777, 0o700);
    assert_eq!(tables(&other.back_up()), tables(&backup));
    assert!(tables(&backup).len() >= 10, "{:?}", tables(&backup).keys());

    // … and it goes on from there.
    let server = other.start();
    server.seat("b", "hub").must("b", json!({ "do": "announce", "text": "Tiếp tục" })).await;
    assert!(server.stop().success());
    assert!(other.must(&["verify"]).contains("b: whole; 3 records, 3 checkpoints"));
}

#[tokio::test]
async fn a_backup_of_one_database_is_restored_into_the_other_and_back() {
    if postgres::is_skipped() {
        return;
    }
    let site = Site::sqlite();
    hold(|| site.start()).await;
    let backup = site.back_up();
    let postgres = Site::postgres().await;
    postgres.must(&["restore", text(&backup)]);
    let of_postgres = postgres.back_up();
    assert_eq!(tables(&of_postgres), tables(&backup));
    let back = Site::sqlite();
    back.must(&["restore", text(&of_postgres)]);
    assert_eq!(tables(&back.back_up()), tables(&backup));

    // The database is somebody's now.
    fs::remove_dir_all(postgres.data()).expect("removed");
    let (done, words) = postgres.run(&["restore", text(&backup)]);
    assert!(!done && words.contains("the database holds something already"), "{words}");
    assert!(!postgres.data().exists());
}

#[tokio::test]
async fn a_backup_of_a_running_server_is_of_one_moment() {
    let site = Site::sqlite();
    let server = site.start();
    assert_eq!(server.administrator().post("/meetings", &plan("m")).await.expect("an answer").status, 201);
    server.administrator().must("m", json!({ "do": "publish" })).await;
    let stop = AtomicBool::new(false);
    let asking = async |number: usize| {
        let hub = server.seat("m", "hub");
        let mut done = 0;
        while !stop.load(Ordering::Relaxed) {
            hub.must("m", json!({ "do": "announce", "text": format!("{number} {done}") })).await;
            done += 1;
        }
        done
    };
    let backing_up = async {
        let mut backups = Vec::new();
        for number in 0..5 {
            let out = site.path(&format!("{number}.zip"));
            let (data, file) = (site.data(), out.clone());
            let output =
                tokio::task::spawn_blocking(move || run(["backup", "--out", text(&file), "--data", text(&data)]));
            let output = output.await.expect("no panic");
            assert!(output.status.success(), "{}", said(&output));
            backups.push(out);
        }
        stop.store(true, Ordering::Relaxed);
        backups
    };
    let (backups, one, other) = tokio::join!(backing_up, asking(1), asking(2));
    assert!(server.stop().success());
    let all = entry(&site.back_up(), "tables/events.jsonl");
    let mut last = 0;
    for backup in backups {
        let events = entry(&backup, "tables/events.jsonl");
        let of_meeting = events.lines().filter(|line| line.starts_with(r#"["m","#)).count();
        assert!(events.lines().all(|line| all.lines().any(|kept| kept == line)), "nothing else than what is kept");
        assert!(of_meeting >= last, "later is more");
        last = of_meeting;
        let restored = Site::sqlite();
        restored.must(&["restore", text(&backup)]);
        let words = restored.must(&["verify"]);
        assert!(words.contains(&format!("m: whole; {of_meeting} records")), "{words}");
    }
    assert!(last > 1 && last <= one + other + 1);
}

#[tokio::test]
async fn a_folder_that_is_not_empty_is_left_as_it_is() {
    let site = Site::sqlite();
    assert!(site.start().stop().success());
    let backup = site.back_up();
    let (done, words) = site.run(&["restore", text(&backup)]);
    assert!(!done && words.contains("is not empty: a backup is restored into a folder of its own"), "{words}");
    assert!(site.must(&["verify"]).contains("tuyen-quang: whole"));

    let other = Site::sqlite();
    fs::create_dir(other.data()).expect("a folder");
    other.must(&["restore", text(&backup)]);
    assert!(other.must(&["verify"]).contains("tuyen-quang: whole"), "an empty folder is as good as none");
}

#[tokio::test]
async fn a_damaged_backup_is_refused_and_nothing_of_it_is_put_in_place() {
    let site = Site::sqlite();
    hold(|| site.start()).await;
    let bytes = fs::read(site.back_up()).expect("readable");
    let target = Site::sqlite();
    let restore = |bytes: &[u8]| {
        let file = site.path("damaged.zip");
        fs::write(&file, bytes).expect("written");
        target.run(&["restore", text(&file)])
    };
    for part in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        let (done, words) = restore(&bytes[..part]);
        assert!(!done && words.contains("is no backup, or only a part of one"), "{part} bytes: {words}");
    }
    // A bit here and there. What only the archive's own directory tells of (times, attributes) may pass; never the rest.
    let mut passed = 0;
    for step in 0..60 {
        let mut damaged = bytes.clone();
        let at = bytes.len() * step / 60 + 13;
        damaged[at] ^= 1 << (step % 8);
        if restore(&damaged).0 {
            passed += 1;
            assert_eq!(tables(&target.back_up()), tables(&site.path("backup.zip")), "byte {at}");
            fs::remove_dir_all(target.data()).expect("removed");
            fs::remove_file(target.path("backup.zip")).expect("removed");
        }
        assert!(target.left().is_empty(), "byte {at}: {:?}", target.left());
    }
    assert!(passed < 20, "{passed}");

    let none = site.run(&["restore", text(&site.path("none.zip"))]);
    assert!(!none.0 && none.1.contains("none.zip: No such file"), "{}", none.1);
}

#[tokio::test]
async fn a_ledger_that_is_not_whole_is_backed_up_with_a_warning_and_not_restored() {
    let site = Site::sqlite();
    hold(|| site.start()).await;
    let url = format!("sqlite://{}", text(&site.data().join("diemcau.sqlite")));
    let mut database = SqliteConnection::connect(&url).await.expect("opened");
    let tamper = "DROP TRIGGER events_are_never_changed;
                  UPDATE events SET body = replace(body, 'present', 'absent') WHERE meeting = 'a' AND seq = 5";
    sqlx::raw_sql(tamper).execute(&mut database).await.expect("done");
    database.close().await.expect("closed");
    let out = site.path("backup.zip");
    let (done, words) = site.run(&["backup", "--out", text(&out)]);
    assert!(!done && words.contains("backed up as it is") && words.contains("a: record 5 was changed"), "{words}");
    let other = Site::sqlite();
    let (done, words) = other.run(&["restore", text(&out)]);
    assert!(!done && words.contains("nothing was put in force: a: record 5 was changed"), "{words}");
    assert!(other.left().is_empty(), "{:?}", other.left());
}

#[tokio::test]
async fn no_file_of_a_data_folder_is_forgotten() {
    let site = Site::sqlite();
    let server = Process::run(serve(&site.data()).arg("--lan"));
    let backup = site.back_up();
    let manifest: Value = serde_json::from_str(&entry(&backup, "manifest.json")).expect("the manifest");
    let backed_up: BTreeSet<String> = manifest["files"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|part| part["name"].as_str().expect("a name").to_owned())
        .collect();
    for entry in fs::read_dir(site.data()).expect("readable") {
        let name = entry.expect("an entry").file_name().into_string().expect("text");
        let elsewhere = name.starts_with("diemcau.sqlite") || name == "diemcau.lock";
        assert!(elsewhere || backed_up.contains(&name), "{name} is not in the backup");
    }
    assert!(backed_up.contains("local-ca.pem"));
    assert!(server.stop().success());
}
