//! The program as it is typed: what it says, with which exit code, and how it ends.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

fn diemcau(args: &[&str], dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diemcau"));
    command.args(args).current_dir(dir).env_remove("DIEMCAU_LOG");
    command
}

fn run(args: &[&str], dir: &Path) -> Output {
    diemcau(args, dir).output().unwrap()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

/// A server of its own process; killed if the test ends early.
struct Server {
    child: Child,
    /// Up to and with the first `media udp` line.
    said: Vec<String>,
}

impl Server {
    fn start(dir: &Path) -> Server {
        let args = ["serve", "--listen", "127.0.0.1:0", "--media-port", "0", "--dev"];
        let mut child = diemcau(&args, dir).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut server = Server { child, said: Vec::new() };
        for line in lines.map(Result::unwrap) {
            let ready = line.starts_with("media udp ");
            server.said.push(line);
            if ready {
                return server;
            }
        }
        panic!("the server ended: {:?}", server.said);
    }

    fn stop(mut self, signal: Signal) -> ExitStatus {
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), signal).unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_unknown_key_stops_the_start_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("my.toml"), "[media]\nprot = 7000\n").unwrap();
    let output = run(&["serve", "--config", "my.toml"], dir.path());
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        said(&output.stderr),
        "diemcau: my.toml, line 2, column 1: media.prot: unknown key, did you mean `port`? \
         Expected one of `advertise`, `listen_ip`, `port`, `workers`"
    );
}

#[test]
fn webhooks_signed_by_a_key_that_is_not_there_stop_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let text = "[webhooks]\nurls = [\"http://127.0.0.1:9/\"]\napi_key = \"portal\"\n";
    fs::write(dir.path().join("my.toml"), text).unwrap();
    let output = run(&["serve", "--config", "my.toml", "--listen", "127.0.0.1:0", "--media-port", "0"], dir.path());
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(said(&output.stderr), "diemcau: webhooks.api_key: there is no API key `portal` under [api_keys]");
}

#[test]
fn a_missing_configuration_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let output = run(&["serve", "--config", "none.toml"], dir.path());
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(said(&output.stderr), "diemcau: none.toml: cannot be read: No such file or directory (os error 2)");
}

#[test]
fn a_taken_port_is_named_with_the_option_that_changes_it() {
    let dir = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(&["serve", "--listen", &address, "--media-port", "0"], dir.path());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        said(&output.stderr),
        format!(
            "diemcau: cannot listen on {address}: another program has this port; end it, or choose another with \
             --listen ADDRESS:PORT, or `listen` under [server] in the configuration"
        )
    );
}

#[test]
fn a_taken_media_port_is_named_too() {
    let dir = tempfile::tempdir().unwrap();
    let taken = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = run(&["serve", "--listen", "127.0.0.1:0", "--media-port", &port], dir.path());
    assert_eq!(output.status.code(), Some(1));
    let error = said(&output.stderr);
    assert!(error.contains(&format!("UDP 127.0.0.1:{port}")) && error.contains("--media-port PORT"), "{error}");
}

#[test]
fn a_running_server_is_read_by_the_other_commands_and_ends_when_asked() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path());
    assert!(server.said.iter().any(|line| line.starts_with("listening http://127.0.0.1:")), "{:?}", server.said);
    assert!(server.said.iter().filter(|line| line.contains("/j#")).count() >= 4, "{:?}", server.said);

    let second = run(&["serve", "--listen", "127.0.0.1:0", "--media-port", "0"], dir.path());
    assert_eq!(second.status.code(), Some(1));
    assert!(said(&second.stderr).contains("in use by another server"), "{}", said(&second.stderr));

    let meetings = run(&["meetings"], dir.path());
    assert!(said(&meetings.stdout).starts_with("tuyen-quang\t"), "{}", said(&meetings.stdout));
    let export = run(&["export", "tuyen", "--format", "csv", "--table", "points", "--out", "list.csv"], dir.path());
    assert!(export.status.success(), "{}", said(&export.stderr));
    let out = run(&["export", "tuyen-quang", "--format", "csv", "--table", "points", "--out", "-"], dir.path());
    assert_eq!(out.stdout, fs::read(dir.path().join("list.csv")).unwrap());

    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));
    let after = run(&["export", "tuyen", "--format", "csv", "--table", "points", "--out", "-"], dir.path());
    assert_eq!(after.stdout, out.stdout, "the same without a server");
}

#[test]
fn the_keyboard_ends_it_as_well() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(Server::start(dir.path()).stop(Signal::SIGINT).code(), Some(0));
}

#[test]
fn export_says_which_meetings_there_are() {
    let dir = tempfile::tempdir().unwrap();
    let none = run(&["export", "x", "--format", "csv", "--out", "-"], dir.path());
    assert_eq!(none.status.code(), Some(1));
    assert_eq!(
        said(&none.stderr),
        "diemcau: there is no data folder data: say where it is with --data DIR, or start the server once"
    );
    Server::start(dir.path()).stop(Signal::SIGTERM);
    let unknown = run(&["export", "ha-giang", "--format", "csv", "--out", "-"], dir.path());
    assert_eq!(said(&unknown.stderr), "diemcau: there is no meeting \"ha-giang\"; there are: tuyen-quang");
}

#[test]
fn an_office_prints_its_minutes_with_its_own_letterhead_and_is_told_what_is_wrong_in_it() {
    let dir = tempfile::tempdir().unwrap();
    Server::start(dir.path()).stop(Signal::SIGTERM);
    let export = |arguments: &[&str]| run(&[&["export", "tuyen-quang", "--out"], arguments].concat(), dir.path());
    for (paper, out, magic) in [
        ("minutes", "bb.pdf", b"%PDF".as_slice()),
        ("attendance", "ds.docx", b"PK"),
        ("roll-call-sheet", "p.pdf", b"%PDF"),
    ] {
        let format = out.rsplit_once('.').unwrap().1;
        let written = export(&[out, "--format", format, "--paper", paper]);
        assert!(written.status.success(), "{}", said(&written.stderr));
        assert!(fs::read(dir.path().join(out)).unwrap().starts_with(magic), "{out}");
    }
    let no_printed_paper = export(&["x.csv", "--format", "csv", "--table", "points", "--paper", "minutes"]);
    assert_eq!(said(&no_printed_paper.stderr), "diemcau: csv is no printed paper: --paper goes with pdf and docx");

    fs::write(dir.path().join("own.toml"), "[papers]\nvietnamese = \"words.toml\"\n").unwrap();
    fs::write(dir.path().join("words.toml"), "[office]\nissuing_body = \"SỞ NỘI VỤ\"\n").unwrap();
    let own = ["own.pdf", "--format", "pdf", "--config", "own.toml"];
    assert!(export(&own).status.success());
    assert_ne!(fs::read(dir.path().join("own.pdf")).unwrap(), fs::read(dir.path().join("bb.pdf")).unwrap());
    fs::write(dir.path().join("words.toml"), "[office]\nisuing_body = \"SỞ NỘI VỤ\"\n").unwrap();
    for refused in [export(&own), run(&["serve", "--config", "own.toml"], dir.path())] {
        assert_eq!(refused.status.code(), Some(2));
        let error = said(&refused.stderr);
        assert!(error.contains("words.toml, line 2, column 1: office.isuing_body: unknown key"), "{error}");
    }
}

#[test]
fn a_directory_is_taken_from_files_and_written_into_files_with_and_without_a_server() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join("ds.csv"),
        "Mã;Mã cấp trên;Cấp;Tên;Ghi chú\n08;;Tỉnh;Tuyên Quang;\n99;08;Sở;Sở Nội vụ;x\n",
    )
    .unwrap();
    let none = run(&["directory", "import", "ds.csv", "--units"], dir.path());
    assert_eq!(none.status.code(), Some(1));
    assert!(said(&none.stderr).contains("start the server once"), "{}", said(&none.stderr));

    let server = Server::start(dir.path());
    let tried = run(&["directory", "import", "ds.csv", "--units", "--dry-run"], dir.path());
    let told = said(&tried.stdout);
    assert!(told.contains("~ 08\tTuyên Quang\tName: \"Tỉnh Tuyên Quang\" -> \"Tuyên Quang\"\n"), "{told}");
    assert!(told.contains("+ 99\tSở Nội vụ\nadded 1, changed 1, restored 0, retired 0, unchanged 145\n"), "{told}");
    assert!(told.ends_with("not read: the column \"Ghi chú\"\nnothing was changed: this was a dry run"), "{told}");
    let taken = run(&["directory", "import", "ds.csv", "--units"], dir.path());
    assert_eq!(said(&taken.stdout).lines().next(), Some("added 1, changed 1, restored 0, retired 0, unchanged 145"));
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));

    fs::write(dir.path().join("bad.csv"), "Mã,Họ tên,Mã đơn vị\nd1,,99\nd2,Bình,8\n").unwrap();
    let bad = run(&["directory", "import", "bad.csv", "--delegates"], dir.path());
    assert_eq!(bad.status.code(), Some(1));
    assert_eq!(
        said(&bad.stderr),
        "diemcau: row 2, column \"Họ tên\": is empty\n\
         row 3, column \"Mã đơn vị\": there is no unit 8; do you mean 08?"
    );
    for list in ["--units", "--delegates"] {
        for format in ["csv", "xlsx"] {
            let file = format!("out.{format}");
            let out = run(&["directory", "export", list, "--format", format, "--out", &file], dir.path());
            assert!(out.status.success(), "{}", said(&out.stderr));
            let again = run(&["directory", "import", &file, list, "--replace"], dir.path());
            let told = said(&again.stdout);
            assert!(told.starts_with("added 0, changed 0, restored 0, retired 0, unchanged "), "{told}");
            assert_eq!(told.lines().count(), 1, "{told}");
        }
    }
}

#[test]
fn a_paper_is_signed_and_a_changed_one_is_told() {
    let dir = tempfile::tempdir().unwrap();
    Server::start(dir.path()).stop(Signal::SIGTERM);
    let key = fs::read_to_string(dir.path().join("data/ledger-key.pub")).unwrap();
    for (format, table, out) in [
        ("csv", Some("points"), "points.csv"),
        ("csv", None, "all.zip"),
        ("xlsx", None, "figures.xlsx"),
        ("json", None, "report.json"),
        ("ics", None, "invitation.ics"),
        ("ledger", None, "ledger.jsonl"),
    ] {
        let mut args = vec!["export", "tuyen", "--format", format, "--sign", "--out", out];
        args.extend(table.iter().flat_map(|table| ["--table", table]));
        let export = run(&args, dir.path());
        assert!(export.status.success(), "{out}: {}", said(&export.stderr));
        let verify = run(&["verify", "--paper", out, "--key", key.trim()], dir.path());
        assert!(verify.status.success(), "{out}: {}", said(&verify.stderr));
        assert_eq!(said(&verify.stdout), format!("{out}: as it was signed with the key {}", key.trim()));
    }

    let beside = ["verify", "--paper", "report.json", "--signature", "invitation.ics.sig"];
    let other = run(&beside, dir.path());
    assert_eq!(other.status.code(), Some(1));
    assert_eq!(
        said(&other.stderr),
        "diemcau: report.json: the signature is of another file, or the file was changed since"
    );
    fs::write(dir.path().join("report.json"), "{}").unwrap();
    assert_eq!(run(&["verify", "--paper", "report.json"], dir.path()).status.code(), Some(1));
    let strange = "ab".repeat(32);
    let verify = run(&["verify", "--paper", "figures.xlsx", "--key", &strange], dir.path());
    assert!(said(&verify.stderr).contains("by another key"), "{}", said(&verify.stderr));
}

#[test]
fn the_head_that_a_paper_prints_is_checked_against_the_ledger() {
    let dir = tempfile::tempdir().unwrap();
    Server::start(dir.path()).stop(Signal::SIGTERM);
    let table = run(&["export", "tuyen", "--format", "csv", "--table", "ledger", "--out", "-"], dir.path());
    let table = said(&table.stdout);
    let row: Vec<&str> = table.lines().nth(1).expect("one server").split(',').collect();
    let (seq, hash) = (row[1], row[3]);
    assert!(run(&["export", "tuyen", "--format", "ledger", "--out", "ledger.jsonl"], dir.path()).status.success());
    let other = if hash.ends_with('0') { '1' } else { '0' };
    for ledger in [&["verify", "ledger.jsonl"][..], &["verify"]] {
        let printed = format!("{seq}:{hash}");
        let verify = run(&[ledger, &["--head", &printed]].concat(), dir.path());
        assert!(verify.status.success(), "{ledger:?}: {}", said(&verify.stderr));
        assert!(said(&verify.stdout).contains("whole"), "{}", said(&verify.stdout));
        let changed = format!("{seq}:{}{other}", &hash[..hash.len() - 1]);
        let verify = run(&[ledger, &["--head", &changed]].concat(), dir.path());
        assert_eq!(verify.status.code(), Some(1), "{ledger:?}: {}", said(&verify.stdout));
    }
}

#[test]
fn export_says_what_cannot_be_written_so() {
    let dir = tempfile::tempdir().unwrap();
    Server::start(dir.path()).stop(Signal::SIGTERM);
    for (args, words) in [
        (&["--format", "csv", "--out", "all.csv"][..], "all tables together are a ZIP file"),
        (&["--format", "xlsx", "--table", "points", "--out", "x.xlsx"], "it has no --table"),
        (&["--format", "ledger", "--point", "071", "--out", "x"], "it has no --table, no --paper and no --point"),
        (&["--format", "ics", "--point", "none", "--out", "x.ics"], "there is no point none in the meeting"),
        (&["--format", "json", "--sign", "--out", "-"], "--sign needs one"),
    ] {
        let output = run(&[&["export", "tuyen"], args].concat(), dir.path());
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(said(&output.stderr).contains(words), "{}", said(&output.stderr));
    }
    let point =
        run(&["export", "tuyen", "--format", "ics", "--point", "071", "--lang", "en", "--out", "-"], dir.path());
    assert!(said(&point.stdout).contains("LOCATION:Point Huyện Lâm Bình"), "{}", said(&point.stdout));
}
